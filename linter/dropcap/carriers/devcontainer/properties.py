"""The properties of a devcontainer.json, with what is wrong about them, and as words of a command line."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.lang.jsonc import Array, Object, Scalar, members
from dropcap.lang.words import Word
from dropcap.model import Failure, Located
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.jsonc import Member, Node

# devcontainers/cli f683c29 src/spec-common/variableSubstitution.ts. The folders are the project's own; whatever
# they are called, they say no more than that. Other variables come from the machine, or from who fills a template.
VARIABLE = re.compile(r"\$\{(?!localWorkspaceFolder|containerWorkspaceFolder|devcontainerId)[^}]*\}")

_MOUNT_KEYS = {"src": "source", "destination": "target", "dst": "target"}


class Properties:
    """The members of the outermost object; each is asked for by its name and type."""

    def __init__(self, root: Object) -> None:
        """Take the object."""
        self.root = root
        self.failures: list[Failure] = []
        self._members = members(root)

    def member(self, name: str) -> Member | None:
        """Give a member whatever its value is, but `null`, which is none."""
        found = self._members.get(name)
        if found is None or (isinstance(found.value, Scalar) and found.value.value is None):
            return None
        return found

    def text(self, name: str) -> Scalar | None:
        """Give a text."""
        found = self.member(name)
        if found is None:
            return None
        if isinstance(found.value, Scalar) and isinstance(found.value.value, str):
            return found.value
        self._wrong(name, found.value, "a string")
        return None

    def truth(self, name: str) -> Scalar | None:
        """Give what is true or false."""
        found = self.member(name)
        if found is None:
            return None
        if isinstance(found.value, Scalar) and isinstance(found.value.value, bool):
            return found.value
        self._wrong(name, found.value, "true or false")
        return None

    def texts(self, name: str) -> tuple[Scalar, ...]:
        """Give the texts of a list."""
        found = self.member(name)
        if found is None:
            return ()
        if not isinstance(found.value, Array):
            self._wrong(name, found.value, "a list of strings")
            return ()
        return tuple(self._texts_in(name, found.value))

    def text_or_texts(self, name: str) -> tuple[Scalar, ...]:
        """Give the texts of a list, or the one text."""
        found = self.member(name)
        return self.texts(name) if found is not None and isinstance(found.value, Array) else self._one(name)

    def inner(self, name: str) -> Properties | None:
        """Give the properties of a member that is an object."""
        found = self.member(name)
        if found is None:
            return None
        if not isinstance(found.value, Object):
            self._wrong(name, found.value, "an object")
            return None
        inner = Properties(found.value)
        inner.failures = self.failures
        return inner

    def items(self, name: str) -> tuple[Node, ...]:
        """Give the items of a list, whatever they are; of a member that is no list, itself."""
        found = self.member(name)
        if found is None:
            return ()
        return found.value.items if isinstance(found.value, Array) else (found.value,)

    def _one(self, name: str) -> tuple[Scalar, ...]:
        found = self.text(name)
        return () if found is None else (found,)

    def _texts_in(self, name: str, node: Array) -> Iterator[Scalar]:
        for item in node.items:
            if isinstance(item, Scalar) and isinstance(item.value, str):
                yield item
            else:
                self._wrong(name, item, "a list of strings")

    def _wrong(self, name: str, node: Node, wanted: str) -> None:
        message = f"{name} must be {wanted}; dropcap ignores this value"
        self.failures.append(Failure(node.source.path, message, source=node.source, span=node.span))


def word(scalar: Scalar) -> Word:
    """Make a word of a text, which may have a variable in it."""
    return written(str(scalar.value), scalar)


def written(value: str, at: Node) -> Word:
    """Make a word that stands for what is written at a node."""
    unknown = VARIABLE.search(value)
    # What is nothing but a variable can be an option or a value, and even nothing at all.
    is_all = unknown is not None and unknown[0] == value
    return Word(value, at.source, at.span, unknown[0] if unknown else None, is_all)


def option(name: str, at: Node) -> Word:
    """Make the word of an option, for what is written at a node."""
    return Word(name, at.source, at.span)


def located(scalar: Scalar) -> Located[str]:
    """Give a text with its place."""
    return Located(str(scalar.value), scalar.source, scalar.span)


def mount_text(node: Node) -> str | None:
    """Give a mount as `docker run --mount` takes it; None where it is neither a text nor an object with a target.

    devcontainers/cli src/spec-node/dockerfileUtils.ts, generateMountCommand.
    """
    if isinstance(node, Scalar):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, Array):
        return None
    known = _scalars(node)
    if not isinstance(known.get("target"), str):
        return None
    source = f"src={known['source']}," if known.get("source") else ""
    return f"type={known.get('type', 'volume')},{source}dst={known['target']}"


def volume_text(node: Node) -> str | None:
    """Give a mount as it becomes a volume of a Compose service, which keeps nothing but its source and target.

    devcontainers/cli src/spec-node/dockerCompose.ts, convertMountToVolume; for a text
    src/spec-configuration/containerFeaturesConfiguration.ts, parseMount. None where it has no target.
    """
    if isinstance(node, Array):
        return None
    if isinstance(node, Object):
        known = _scalars(node)
    else:
        parts = (part.split("=") for part in str(node.value).split(","))
        known = {_MOUNT_KEYS.get(part[0], part[0]): part[1] for part in parts if len(part) > 1}
    source, target = known.get("source"), known.get("target")
    if not isinstance(target, str) or not target:
        return None
    if not source:
        return f"type=volume,dst={target}"
    # Compose takes a path for a bind mount; these variables of the editor are paths.
    is_path = str(source).startswith(("/", ".", "~", "${localWorkspaceFolder}", "${localEnv:"))
    return f"type={'bind' if is_path else 'volume'},src={source},dst={target}"


def _scalars(node: Object) -> dict[str, object]:
    return {key: member.value.value for key, member in members(node).items() if isinstance(member.value, Scalar)}


def first_character(node: Object) -> Span:
    """Give the place of an object's brace."""
    return Span(node.span.start, node.span.start + 1)


def beside(path: str, name: str) -> str:
    """Return the path of a file that the file at `path` names, relative to its folder."""
    return os.path.normpath(os.path.join(os.path.dirname(path), name))
