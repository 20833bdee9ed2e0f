"""One command that an engine starts in a container, and what it is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.lang.words import Word
    from dropcap.model import Located
    from dropcap.needs.model import Phase

__all__ = ["Start", "init_name"]


class Start(NamedTuple):
    """One command that an engine starts in a container, and what it is held against.

    Attributes:
        words: the command.
        user: as whom it runs, as `USER` takes it; None where nobody knows.
        where: the place that says so; None where nothing does.
        environment: the variables.
        has_more: whether there are variables that are not seen.
        folder: where it starts; None where nobody knows.
        phase: when it runs.
        first_free_port: the lowest port that needs no capability; None where nobody knows.
        why_port: why that is so.
        mounts: where something is mounted, volumes included.
        init: what says that an init runs before the command; None where none does.
        takes_input: whether it may be told things that no file shows, by a person or a pipe.
        full_limits: the resource limits that permit it everything: `memlock`.

    """

    words: Sequence[Word]
    user: str | None
    where: Located[Any] | None
    environment: Mapping[str, Word]
    has_more: bool
    folder: str | None
    phase: Phase
    first_free_port: int | None
    why_port: str
    mounts: tuple[str, ...] = ()
    init: Located[Any] | None = None
    takes_input: bool = False
    full_limits: frozenset[str] = frozenset()


_INITS = frozenset({"catatonit", "docker-init", "dumb-init", "tini", "tini-static"})


def init_name(words: Sequence[Word]) -> str | None:
    """Return the name of the init that a container's command begins with; None where it begins with another program."""
    name = words[0].value.rpartition("/")[2] if words else ""
    return name if name in _INITS else None
