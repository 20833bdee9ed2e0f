"""The digest of what decides what a container needs, as far as the files of its project say it.

What was measured of it counts as long as the digest is the same. Its capabilities are not in it, nor whether it is
privileged: a person changes them because of what was measured. Of a variable that is named like a secret the value is
not in it either: everybody who has the repository could try values.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
from typing import TYPE_CHECKING, Any

from dropcap.images.build_context import BuildContext, ContextFile
from dropcap.images.build_files import BuildFiles
from dropcap.images.facts import ABSENT
from dropcap.images.path_patterns import has_wildcard
from dropcap.images.reference import familiar
from dropcap.masking import mask
from dropcap.needs.resource_limits import full_limits
from dropcap.real_paths import real_path
from dropcap.source import Source
from dropcap.workspace import LOCK, NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Container, Instruction, Stage
    from dropcap.workspace import Workspace

__all__ = ["UndecidedError", "measured_name", "settings_digest"]

_TEXTS = ("user", "network_mode", "pid", "ipc", "uts", "userns", "cgroup", "read_only")
_LISTS = ("entrypoint", "command", "security_opt", "devices", "device_rules", "sysctls", "group_add")


class UndecidedError(Exception):
    """There is no digest, as something that decides is not at hand; says what."""


def measured_name(container: Container, workspace: Workspace) -> str:
    """Return the name under which the lock keeps what was measured of a container."""
    return f"{workspace.name(container.source.to_root(container.span)[0].path)}: {container.name}"


def settings_digest(container: Container, workspace: Workspace) -> str:
    """Return the digest of a container's settings.

    Raises:
        UndecidedError: something that decides is not at hand.

    """
    folder = os.path.dirname(container.source.to_root(container.span)[0].path)
    settings: dict[str, Any] = {name: _value(getattr(container, name)) for name in _TEXTS}
    settings |= {name: [one.value for one in getattr(container, name) or ()] for name in _LISTS}
    settings["has"] = [name for name in ("entrypoint", "command") if getattr(container, name) is not None]
    settings["unknown"] = sorted(one.text for one in container.unknowns)
    settings["mounts"] = list(_mounts(container, workspace, folder))
    settings["process"] = _process(container, workspace)
    limits = sorted(full_limits(container))
    if limits:
        settings["limits"] = limits
    if container.stage is not None:
        settings["stages"] = list(_stages(container, workspace))
    elif container.image is not None:
        settings["image"] = familiar(container.image.value)
    return f"sha256:{hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()}"


def _value(located: Any) -> object:  # noqa: ANN401  # a text, a truth, or None
    return None if located is None else located.value


def _process(container: Container, workspace: Workspace) -> dict[str, Any]:
    process = container.process
    if process is None:
        return {}
    return {
        "environment": sorted(_variable(one.value) for one in process.environment),
        "has more": process.has_more,
        "folder": _value(process.working_folder),
        "init": _value(process.init),
        "health check": [one.value for one in process.health_check or ()],
        "hooks": [(one.name, [word.value for word in one.words], _value(one.user)) for one in process.hooks],
        "texts": [(target, _text(origin, workspace)) for target, origin in process.texts],
    }


def _variable(entry: str) -> str:
    name, equals, _ = entry.partition("=")
    return entry if mask(entry) == entry else f"{name}{equals}***"


def _text(origin: str | Source, workspace: Workspace) -> str:
    return _digest(origin.text.encode()) if isinstance(origin, Source) else _file(origin, workspace)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _file(path: str, workspace: Workspace) -> str:
    """Return the digest of a file.

    Raises:
        UndecidedError: it is there, and cannot be read.

    """
    try:
        return _digest(workspace.read(path))
    except NotReadError as error:
        raise UndecidedError(str(error)) from None


def _mounts(container: Container, workspace: Workspace, folder: str) -> Iterator[list[object]]:
    """Give what is mounted; what the project has of it, and cannot be written to, with its content."""
    for located in container.mounts:
        mount = located.value
        if mount.type != "bind":
            yield [mount.type, mount.target, mount.read_only, *([mount.options] if mount.options else [])]
            continue
        path = os.path.normpath(os.path.join(folder, mount.source))
        content: object = ""
        if mount.read_only and workspace.is_inside(path):
            content = _below(path, workspace) if workspace.is_folder(path) else _file_or_none(path, workspace)
        yield [mount.type, mount.source, mount.target, mount.read_only, content]


def _file_or_none(path: str, workspace: Workspace) -> str:
    return _file(path, workspace) if workspace.is_file(path) else ""


def _below(folder: str, workspace: Workspace) -> list[tuple[str, str]]:
    context = BuildContext(BuildFiles(workspace), folder)
    found, is_whole = context.below("")
    if not is_whole:
        raise UndecidedError(f"{folder} has links, or more files than dropcap looks at")
    return [(one.path, "" if one.is_folder else _file(posixpath.join(folder, one.path), workspace)) for one in found]


def _stages(container: Container, workspace: Workspace) -> Iterator[object]:
    """Give what an image is built of: instructions, the values of arguments, and the files that they copy."""
    context = container.process.context if container.process is not None else ""
    left_out = {real_path(container.source.to_root(container.span)[0].path), os.path.join(workspace.root, LOCK)}
    waiting = [container.stage] if container.stage is not None else []
    met: set[tuple[str, int]] = set()
    files: dict[str, str] = {}
    while waiting:
        stage = waiting.pop()
        path = stage.instructions[0].value.source.path if stage.instructions else ""
        if (path, stage.number) in met:
            continue
        met.add((path, stage.number))
        waiting += [one for one in (stage.parent, *(one for _, one in stage.sources)) if one is not None]
        yield [stage.name, [(one.keyword, *_written(one)) for one in stage.instructions], _arguments(stage)]
        for file in _copied(stage, BuildContext(BuildFiles(workspace), context, path)):
            at = posixpath.join(context, file)
            if file not in files and real_path(at) not in left_out:
                files[file] = _file(at, workspace)
    yield sorted(files.items())


def _written(step: Instruction) -> tuple[str, str, str]:
    bodies = "".join(text.text for _, text in step.contents if text is not None)
    return " ".join(one.value for one in step.flags), step.value.value, bodies


def _arguments(stage: Stage) -> list[str]:
    return sorted(_variable(one.value) for one in stage.arguments)


def _copied(stage: Stage, context: BuildContext) -> Iterator[str]:
    """Give the files that a stage takes out of the context of its build, from there.

    Raises:
        UndecidedError: it is not known which they are.

    """
    for step in stage.steps:
        for word in _taken(step):
            found = _meant(word, context)
            if found is None:
                raise UndecidedError(f"it is not known what {step.keyword} {word} copies")
            for one in found:
                yield from _files(one, context)


def _taken(step: Instruction) -> Iterator[str]:
    """Give the words that a step names files of the context by."""
    flags = [one.value for one in step.flags]
    if step.keyword == "RUN":
        yield from ("." for one in flags if "type=bind" in one and "from=" not in one)
    if step.keyword not in {"COPY", "ADD"} or any(one.startswith("--from") for one in flags):
        return
    words = [one.value for one in step.words] if step.words is not None else step.value.value.split()
    for word in words[:-1]:
        if not word.startswith("<<") and not (step.keyword == "ADD" and "://" in word):
            yield word


def _meant(word: str, context: BuildContext) -> list[ContextFile] | None:
    """Return what a word means; None where that is not known."""
    if "$" in word:  # it is not looked up: all that it may mean counts
        return [ContextFile("", is_folder=True)]
    if has_wildcard(word):
        return context.matching(word)
    found = context.look(word)
    if found is ABSENT:
        return []
    return [found] if isinstance(found, ContextFile) else None


def _files(found: ContextFile, context: BuildContext) -> Iterator[str]:
    if not found.is_folder:
        yield found.path
        return
    below, is_whole = context.below(found.path)
    if not is_whole:
        raise UndecidedError(f"{found.path or 'the context'} has links, or more files than dropcap looks at")
    yield from (one.path for one in below if not one.is_folder)
