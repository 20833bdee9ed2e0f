"""Which service a line of a script runs something in, and how Docker Compose would find its project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.folders import joined_path
from dropcap.model import ServiceCall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.docker_cli.flags import Part
    from dropcap.lang.shell.call import Surroundings
    from dropcap.lang.words import Word

__all__ = ["service_call"]

_COMPOSE = "compose"
_INPUT = "-"
_VERBS = frozenset({"run", "exec"})


def service_call(words: Sequence[Word], surroundings: Callable[[], Surroundings]) -> ServiceCall | None:
    """Return what a line says of its project; None where it runs nothing in a service, or is refused.

    Args:
        words: the line, from the program's name on.
        surroundings: gives the folder and the environment that it has.

    """
    if not any(_COMPOSE in word.value for word in words) or not any(word.value in _VERBS for word in words):
        return None  # most lines end here
    from dropcap.docker_cli.flags import RefusedError
    from dropcap.docker_cli.service_line import read_service_line

    try:
        line = read_service_line(words)
    except RefusedError:
        return None  # it is refused where its container is read
    if line is None:
        return None
    given = surroundings()
    name = line.name.value if line.name is not None and line.name.unknown is None else None
    if not line.is_whole:
        return ServiceCall(name, None, "some of its options are not known")

    def path_of(part: Part) -> str | None:
        text = given.path_of(part.text, None if part.is_known else part.text)
        if text is None or (given.folder is None and not text.startswith("/")):
            return None
        return text if text == _INPUT else joined_path(given.folder or "", text)

    return ServiceCall(
        name,
        given.folder,
        given.reason,
        tuple(map(path_of, line.files)),
        tuple(map(path_of, line.directory)),
        tuple(map(path_of, line.env_files)),
        tuple(sorted(given.variables.items())),
        line.keeps_ports,
    )
