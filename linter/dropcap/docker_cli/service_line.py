"""What a line of `docker compose run` or `exec` says of its project: the files, the folder, the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.clients import programs
from dropcap.docker_cli.commands import find_command
from dropcap.docker_cli.flags import Hole, is_option, read_word, table
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.docker_cli.flags import Part, Table
    from dropcap.lang.words import Word

__all__ = ["ServiceLine", "read_service_line"]

_OF_SERVICES = frozenset({"compose run", "compose exec"})
_GROUP = "compose"


class ServiceLine(NamedTuple):
    """What a line says of a project.

    Attributes:
        name: the service's name; None where the line ends before it.
        files: the values of `--file`.
        directory: the value of `--project-directory`, in a list with nothing else.
        env_files: the values of `--env-file`.
        keeps_ports: whether the service's ports are published.
        is_whole: whether no word among the options may be several, or none.

    """

    name: Word | None
    files: tuple[Part, ...] = ()
    directory: tuple[Part, ...] = ()
    env_files: tuple[Part, ...] = ()
    keeps_ports: bool = False
    is_whole: bool = True


def read_service_line(words: Sequence[Word]) -> ServiceLine | None:
    """Read a line from the program's name on; None where it runs nothing in a service.

    Raises:
        RefusedError: its client refuses it.

    """
    found = find_command(words)
    if found is None or found.command.table not in _OF_SERVICES:
        return None
    client = found.command.client
    program = words[0].value.rpartition("/")[2]
    is_group = programs()[program].programs[program] == _GROUP
    before = 1 if is_group else next(at for at in range(1, found.at) if words[at].value == _GROUP) + 1
    group: dict[str, list[Part]] = {}
    own: dict[str, list[Part]] = {}
    _, is_first_whole = _read(words[: found.at], before, table(client, _GROUP), group)
    at, is_rest_whole = _read(words, found.at + 1, table(client, found.command.table), own)

    def values(*names: str) -> tuple[Part, ...]:
        return tuple(part for name in names for part in (*group.get(name, ()), *own.get(name, ())))

    directories = (*group.get("workdir", ()), *values("project-directory"))  # a container has a workdir too
    return ServiceLine(
        words[at] if at < len(words) else None,
        values("file"),
        directories[-1:],
        values("env-file"),
        "service-ports" in own,
        is_first_whole and is_rest_whole,
    )


def _read(words: Sequence[Word], at: int, known: Table, values: dict[str, list[Part]]) -> tuple[int, bool]:
    """Gather the values of options; gives the index of the first word that is none, and whether all are known."""
    is_whole = True
    while at < len(words):
        word = words[at]
        if word.value == "--":
            return at + 1, is_whole
        if not is_option(word):
            is_whole = is_whole and not (word.splits and word.unknown == word.value)
            break
        found, at = read_word(words, at, known)
        for option in found:
            if isinstance(option, Hole):
                is_whole = False
            elif option.value is not None:
                values.setdefault(option.flag.name, []).append(option.value)
                is_whole = is_whole and not option.value.word.is_several
            elif option.is_true:
                values.setdefault(option.flag.name, [])
    return at, is_whole
