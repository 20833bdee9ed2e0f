"""The file that a container of a built image executes first, and the capabilities that it carries.

Sources: moby `daemon/commit.go` and `container/container_unix.go` (how ENTRYPOINT and CMD become one command),
Linux `security/commoncap.c`, `get_file_caps`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.build_commands import commands
from dropcap.images.file_capabilities import FileCapabilities, written_by
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Instruction, Located, Stage

PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Where a program without a folder is looked for, as engines set it where the image does not."""
_SHELLS = frozenset({"ash", "bash", "dash", "sh"})
_COPIES = frozenset({"ADD", "COPY"})


def entry_capabilities(
    stage: Stage,
    entrypoint: Sequence[Located[str]] | None = None,
    command: Sequence[Located[str]] | None = None,
) -> FileCapabilities | None:
    """Return what the build has written into the file that a container executes first.

    Args:
        stage: what the container's image is built from.
        entrypoint: the container's own entrypoint, or None for the image's.
        command: the container's own command, or None for the image's.

    Returns:
        None where that file has no capabilities in force, or where it is not known which file that is.

    """
    program = _program(stage, entrypoint, command)
    if not program:
        return None
    found = None
    for one in _chain(stage):
        folder = "/"
        for step in one.steps:
            if step.keyword == "WORKDIR" and "$" not in step.value.value:
                folder = posixpath.join(folder, step.value.value)
            if step.keyword in _COPIES and found is not None and _is_target(step, found.file):
                found = None  # another file lies there now
            for written in written_by(step):
                if written.file and _is_same(posixpath.join(folder, written.file), program, folder):
                    found = written
    return found if found is not None and found.effective and found.permitted else None


def _program(stage: Stage, entrypoint: Sequence[Located[str]] | None, command: Sequence[Located[str]] | None) -> str:
    """Return the first program's name; empty where it is not known."""
    if entrypoint is None:
        entrypoint = stage.entrypoint
        if entrypoint is None:  # only the base image says
            return ""
        words = [*entrypoint, *(command if command is not None else stage.command or ())]
    else:  # an entrypoint of its own leaves nothing of the image's command
        words = [*entrypoint, *(command or ())]
    shell, option, script = (*words[:3], None, None, None)[:3]
    if shell and option and script and posixpath.basename(shell.value) in _SHELLS and option.value == "-c":
        return _only_program(script)
    return words[0].value if words else ""


def _only_program(text: Located[str]) -> str:
    """Return the program of a script of one command; one of several may be reached or not."""
    found = list(commands(Source(text.source.path, text.value)))
    first = found[0][0] if len(found) == 1 and found[0] else None
    return "" if first is None else first.value


def _chain(stage: Stage) -> Iterator[Stage]:
    """Give a stage behind those that it is built upon."""
    if stage.parent is not None:
        yield from _chain(stage.parent)
    yield stage


def _is_target(step: Instruction, file: str) -> bool:
    return step.value.value.split()[-1:] == [file]


def _is_same(file: str, program: str, folder: str) -> bool:
    """Whether a file is the one that is executed by a name, from a folder."""
    file = posixpath.normpath(file)
    if "/" in program:
        return file == posixpath.normpath(posixpath.join(folder, program))
    return posixpath.basename(file) == program and posixpath.dirname(file) in PATH
