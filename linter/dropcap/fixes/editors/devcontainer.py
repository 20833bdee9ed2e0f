"""The editor of devcontainer.json: properties of its own where there are such, and `runArgs` for the rest."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from dropcap.fixes.command_lines.parts import plain_word
from dropcap.fixes.contract import RefusedError, made, place
from dropcap.fixes.jsonc_edits import Part, after, has_comment, in_brackets, quoted, removals, text_of
from dropcap.fixes.lists import list_edits
from dropcap.lang.jsonc import Array, Scalar
from dropcap.model.changes import Edit, Put

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dropcap.fixes.contract import Change
    from dropcap.fixes.jsonc_edits import Text
    from dropcap.model import Container, Located
    from dropcap.source import Span

_LISTS = {"cap_add": "capAdd", "security_opt": "securityOpt", "cap_drop": "runArgs"}
_OPTIONS = {"cap_add": "--cap-add", "security_opt": "--security-opt", "cap_drop": "--cap-drop"}
_ARGUMENTS = "runArgs"
_OF_COMPOSE = "dockerComposeFile"
# What a new member stands behind: the first of these that is there.
_NEIGHBOURS = ("privileged", "securityOpt", "capAdd", "runArgs", "image", "build", "dockerFile", "name")
_FALSE = ("false",)


def edits(container: Container, changes: Sequence[Change]) -> Iterator[Edit]:
    """Return the edits that make all changes of one fix to a devcontainer; see :mod:`dropcap.fixes`."""
    source = container.source.to_root(container.span)[0]
    draft = _Draft(container, text_of(source))
    return made(draft, changes)


class _Draft:
    """What is to be done to a file."""

    def __init__(self, container: Container, text: Text) -> None:
        self.container, self.text = container, text
        self.gone: list[Part] = []
        self.new_items: dict[str, list[str]] = {}
        self.new_members: dict[str, str] = {}
        self.edits: list[Edit] = []

    def _part(self, where: Located[Any]) -> Part:
        source, span = place(where)
        if source is not self.text.source:
            raise RefusedError("it stands in another file")
        part = self.text.at(span)
        top = part.of if part.of is not None else part
        if part.of is not None and part.of.of is not None:
            raise RefusedError("it stands deeper in the file than a property")
        if top.name not in {*_LISTS.values(), "privileged", "containerUser"}:
            raise RefusedError(f"{top.name or 'another property'} asks for it")
        return part

    def remove(self, where: Located[Any]) -> None:
        part = self._part(where)
        if part.of is None or part.of.name != _ARGUMENTS:
            self.gone.append(part)
            return
        if not isinstance(part.holder, Array) or not isinstance(part.node, Scalar):
            raise RefusedError("it is no item of a list")
        text = str(part.node.value)
        if isinstance(where.value, bool):
            if not text.startswith("--"):
                raise RefusedError("it is written together with other options")
            self.gone.append(part)
        elif text.startswith("--") and text.endswith(f"={where.value}"):
            self.gone.append(part)
        else:
            option = self._before(part)
            if text != where.value or option is None:
                raise RefusedError("the option is written in a way that is not known")
            self.gone += [option, part]

    def _before(self, part: Part) -> Part | None:
        """Return the item before one, if it is an option whose value this is."""
        if not part.number or not isinstance(part.holder, Array):
            return None
        node = part.holder.items[part.number - 1]
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return None
        is_option = node.value.startswith("--") and "=" not in node.value
        is_letter = node.value.startswith("-") and len(node.value) == len("-u")
        found = self.text.at(node.span)
        return found if is_option or is_letter else None

    def replace(self, where: Located[Any], value: str) -> None:
        part = self._part(where)
        if not isinstance(part.node, Scalar) or not isinstance(part.node.value, str):
            raise RefusedError("it is no text")
        text, old = part.node.value, str(where.value)
        if text != old and not (text.startswith("--") and text.endswith(f"={old}")):
            raise RefusedError("the option is written in a way that is not known")
        new = text[: len(text) - len(old)] + plain_word(value)
        self.edits.append(Edit(self.text.source, part.node.span, quoted(new)))

    def put(self, change: Put) -> None:
        field, wanted = change.field, change.values
        held = getattr(self.container, field)
        if field in _LISTS:
            self._put_list(field, held, wanted)
        elif field == "privileged":
            if held is not None and (not wanted or wanted == _FALSE):
                self.remove(held)
            elif wanted == ("true",) and held is None:
                self._put_member("privileged", "true")
        elif field == "user" and len(wanted) == 1:
            if held is not None:
                self.replace(held, wanted[0])
            else:
                self._put_member("containerUser", quoted(wanted[0]))
        elif field == "read_only" and wanted == ("true",) and held is None:
            self._put_items(_ARGUMENTS, ["--read-only"])
        else:
            raise RefusedError(f"dropcap does not write {field} here")

    def _put_list(self, field: str, held: Sequence[Located[str]], wanted: Sequence[str]) -> None:
        replaced, removed, added = list_edits(field, held, wanted)
        for one, value in replaced:
            self.replace(one, value)
        for one in removed:
            self.remove(one)
        if added:
            self._add(field, held, [plain_word(value) for value in added])

    def _add(self, field: str, held: Sequence[Located[str]], values: Sequence[str]) -> None:
        """Add values to the property that has the others, or to the one that is made for them."""
        key = _LISTS[field]
        is_among_arguments = self.text.member(key) is None and any(map(self._is_argument, held))
        if key != _ARGUMENTS and not is_among_arguments:
            self._put_items(key, values)
            return
        option = _OPTIONS[field]
        if self._is_apart():
            self._put_items(_ARGUMENTS, [word for value in values for word in (option, value)])
        else:
            self._put_items(_ARGUMENTS, [f"{option}={value}" for value in values])

    def _is_argument(self, where: Located[str]) -> bool:
        """Whether a value stands among the arguments."""
        source, span = place(where)
        member = self.text.member(_ARGUMENTS)
        return member is not None and source is self.text.source and _holds(member.span, span)

    def _is_apart(self) -> bool:
        """Whether options and their values are items of their own."""
        member = self.text.member(_ARGUMENTS)
        items = member.node.items if member is not None and isinstance(member.node, Array) else ()
        texts = [item.value for item in items if isinstance(item, Scalar) and isinstance(item.value, str)]
        joined = sum(1 for text in texts if text.startswith("--") and "=" in text)
        apart = sum(1 for one, two in itertools.pairwise(texts) if one[:2] == "--" and two[:1] != "-")
        return apart > joined

    def _put_items(self, key: str, values: Sequence[str]) -> None:
        if key == _ARGUMENTS and self.text.member(_OF_COMPOSE) is not None:
            raise RefusedError("it has to be written in the Compose file")
        self.new_items.setdefault(key, []).extend(values)

    def _put_member(self, key: str, value: str) -> None:
        found = self.text.member(key)
        if found is None:
            self.new_members[key] = value
        else:
            self.edits.append(Edit(self.text.source, found.node.span, value))

    def made(self) -> Iterator[Edit]:
        """Give the edits."""
        text = self.text
        gone = {part.span for part in self.gone}
        for key, values in self.new_items.items():
            member = text.member(key)
            if member is None:
                self.new_members[key] = in_brackets(values)
            elif not isinstance(member.node, Array):
                raise RefusedError(f"{key} is no list")
            elif not member.node.items:
                yield Edit(text.source, member.node.span, in_brackets(values))
            else:
                kept = [number for number, item in enumerate(member.node.items) if item.span not in gone]
                if not kept and has_comment(text.text, member.node):
                    raise RefusedError(f"all items of {key} would go, between which comments stand")
                if not kept:
                    self.gone = [part for part in self.gone if part.holder.span != member.node.span]
                    yield Edit(text.source, member.node.span, in_brackets(values))
                else:
                    yield after(text, member.node, kept[-1], list(map(quoted, values)))
        if self.new_members:
            written = [f"{quoted(key)}: {value}" for key, value in self.new_members.items()]
            yield after(text, text.root, self._neighbour(gone), written)
        yield from removals(text, self.gone)
        yield from self.edits

    def _neighbour(self, gone: set[Span]) -> int:
        """Return the number of the member that new ones stand behind."""
        for name in _NEIGHBOURS:
            found = self.text.member(name)
            if found is not None and found.span not in gone:
                return found.number
        kept = [part.number for part in self.text.parts if part.of is None and part.span not in gone]
        if not kept:
            raise RefusedError("nothing would be left beside it")
        return max(kept)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


__all__ = ["edits"]
