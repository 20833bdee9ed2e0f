"""What a service says of its processes beside their entrypoint, command and user, as Docker Compose hands it on.

Nothing is told to the log here: what Compose refuses of these keys is told where the model is checked. Sources:
compose-go, `types/project.go`; docker/compose, `pkg/compose/create.go`, `pkg/compose/hook.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.files import join
from dropcap.carriers.compose.nodes import child, items, known_text
from dropcap.carriers.compose.process_environment import EnvironmentReader
from dropcap.carriers.compose.yaml_types import truth
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.model import Located, ProcessOptions, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Dictionary

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value
    from dropcap.model import Hook, Mount
    from dropcap.source import Source

_HOOKS = frozenset({"develop", "post_start", "pre_stop"})
_INPUTS = ("stdin_open", "tty")
_KEYS = frozenset({"build", "configs", "healthcheck", "init", "secrets", "working_dir", *_INPUTS}) | _HOOKS
# Where a file is mounted whose target is not a path from the root.
_FOLDERS = {"configs": "/", "secrets": "/run/secrets/"}
_TESTS = frozenset({"CMD", "CMD-SHELL"})


class ProcessReader:
    """Reads what the services of one project say."""

    __slots__ = ("_environments", "_model", "_scope")

    def __init__(self, scope: LoadContext, model: Mapping | None) -> None:
        """Take what the project was resolved with, and all of it: what its configs and secrets are is said there."""
        self._scope = scope
        self._model = model
        self._environments = EnvironmentReader(scope)

    def read(self, found: Dictionary[str, Entry], mounts: tuple[Located[Mount], ...]) -> ProcessOptions:
        """Read what the entries of a service say, whose mounts are known already."""
        unknowns: list[Unknown] = []
        variables = self._environments.read(found)
        if not mounts and _KEYS.isdisjoint(found):
            return ProcessOptions(variables.texts, variables.has_more)  # most say no more
        return ProcessOptions(
            environment=variables.texts,
            has_more=variables.has_more,
            working_folder=_working_folder(found, unknowns) if "working_dir" in found else None,
            init=_init(found, unknowns) if "init" in found else None,
            takes_input=any(_may_be_true(found[key].value) for key in _INPUTS if key in found),
            health_check=_health_check(found["healthcheck"].value, unknowns) if "healthcheck" in found else None,
            hooks=tuple(_hooks(found, unknowns)) if not _HOOKS.isdisjoint(found) else (),
            context=self._context(found["build"].value) if "build" in found else "",
            texts=(*self._mounted(mounts), *self._resources(found)),
            unknowns=tuple(unknowns),
        )

    def _context(self, build: Value) -> str:
        """Return the folder that the image is built from; empty where it is elsewhere, or not known."""
        written = child(build, "context") if isinstance(build, Mapping) else build
        context = "." if written is None else known_text(written)
        if context is None:
            return ""
        path = join(self._scope.directory, context)
        return path if self._scope.files.is_folder(path) else ""

    def _mounted(self, mounts: tuple[Located[Mount], ...]) -> Iterator[tuple[str, str]]:
        """Give the files of the project that are mounted."""
        for mount in mounts:
            kind, source, target = mount.value[:3]
            if kind == "bind" and source[:1] not in {"", "/", "~", "$", "\\"}:
                yield from self._at_hand(source, target)

    def _resources(self, found: Dictionary[str, Entry]) -> Iterator[tuple[str, str | Source]]:
        """Give the configs and secrets of a service whose texts are at hand."""
        for kind, folder in _FOLDERS.items():
            for item in items(found[kind].value) if kind in found else ():
                name = known_text(child(item, "source") if isinstance(item, Mapping) else item)
                written = child(item, "target")
                target = name if written is None else known_text(written)
                if not name or not target:
                    continue
                defined = child(child(self._model, kind), name)
                path = target if target.startswith("/") else folder + target
                file, content = known_text(child(defined, "file")), child(defined, "content")
                if file is not None:
                    yield from self._at_hand(file, path)
                elif isinstance(content, Scalar) and content.unknown is None:
                    from dropcap.lang.yaml.text import text_piece  # few projects have one

                    yield path, text_piece(content)

    def _at_hand(self, file: str, target: str) -> Iterator[tuple[str, str]]:
        """Give a file and where it is mounted, if the project has it."""
        path = join(self._scope.directory, file)
        files = self._scope.files
        if files.is_there(path) and not files.is_outside(path):
            yield target, path


def _working_folder(found: Dictionary[str, Entry], unknowns: list[Unknown]) -> Located[str] | None:
    value = found["working_dir"].value
    text = known_text(value)
    if text is None:
        unknowns.append(_unknown(value, "working_folder"))
        return None
    return Located(text, value.source, value.span)


def _init(found: Dictionary[str, Entry], unknowns: list[Unknown]) -> Located[bool] | None:
    value = found["init"].value
    is_true = truth(value.text) if isinstance(value, Scalar) and value.unknown is None else None
    if is_true is None:
        unknowns.append(_unknown(value, "init"))
        return None
    return Located(is_true, value.source, value.span)


def _may_be_true(value: Value) -> bool:
    return not isinstance(value, Scalar) or value.unknown is not None or truth(value.text) is not False


def _health_check(value: Value, unknowns: list[Unknown]) -> tuple[Located[str], ...] | None:
    """Read the words of a health check; a text is one for the shell."""
    disable, test = child(value, "disable"), child(value, "test")
    if isinstance(disable, Scalar) and disable.unknown is None and truth(disable.text):
        return ()
    if disable is not None and isinstance(disable, Scalar) and disable.unknown is not None:
        unknowns.append(_unknown(disable, "health_check"))
    if test is None:
        return None
    listed = items(test) if isinstance(test, Sequence) else [test]
    if not all(isinstance(one, Scalar) and one.unknown is None for one in listed):
        unknowns.append(_unknown(test, "health_check"))
        return None
    words = tuple(Located(one.text, one.source, one.span) for one in listed if isinstance(one, Scalar))
    if not isinstance(test, Sequence):
        return (Located("CMD-SHELL", test.source, test.span), *words) if words[0].value else None
    return words if words and words[0].value in _TESTS else ()


def _hooks(found: Dictionary[str, Entry], unknowns: list[Unknown]) -> Iterator[Hook]:
    from dropcap.carriers.compose.hooks import in_container  # few services have any

    for hook, hidden in in_container(found):
        unknowns += (one._replace(fields=("hooks",)) for one in hidden)
        yield hook


def _unknown(value: Value, field: str) -> Unknown:
    hidden = value.unknown if isinstance(value, Scalar) else None
    text, reason = (hidden.text, hidden.reason) if hidden is not None else (field, "Docker Compose refuses it")
    return Unknown(text, reason, value.source, value.span, (field,))
