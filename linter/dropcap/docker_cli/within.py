"""The command that a line runs in a container and that reads what its client reads: `docker exec -i X sh <<E`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.docker_cli.command_line import read_target
from dropcap.docker_cli.commands import find_command
from dropcap.docker_cli.flags import RefusedError
from dropcap.lang.words import Word
from dropcap.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.docker_cli.run_options import Reading

__all__ = ["command_within", "is_followed"]

_BUILDAH = "buildah run"
_ALWAYS_READ = frozenset({_BUILDAH, "compose exec", "compose run"})


def is_followed(program: str) -> bool:
    """Return whether a program's commands in containers are followed where they read nothing, as no container is one.

    What `docker exec` runs is the command of the container that it is read as.
    """
    return program.rpartition("/")[2] == "buildah"


def command_within(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words of the command that reads in a container what the client reads; none where nothing does.

    A container reads it with `--interactive`, and always with Compose and Buildah. Without an entry point in the
    line the command is taken for what the image's runs.
    """
    try:
        found = find_command(words)
        if found is None or not (found.command.kind in {Kind.EXEC, Kind.RUN} or found.command.table == _BUILDAH):
            return ()
        table = found.command.table
        reading, target = read_target(words, found.command, found.at)
    except RefusedError:
        return ()
    if reading.is_true("help") or not (reading.is_true("interactive") or _may_read(reading, table)):
        return ()
    rest = list(words[target + 1 :])
    if table == _BUILDAH and rest and rest[0].value == "--":
        del rest[0]
    return (*(Word(one.value, one.source, one.span) for one in reading.entrypoint), *rest)


def _may_read(reading: Reading, table: str) -> bool:
    """Whether a line without a true `--interactive` may be read all the same."""
    option = reading.options.get("interactive")
    is_known = option is None or option.value is None or option.value.is_known
    if not is_known or (option is None and reading.is_shifted):
        return True
    return table in _ALWAYS_READ and option is None
