"""What a fix does to a container's file, said without the file's language.

A rule names changes; the editor of the language that the file is written in turns each into edits of its text, or
says why it cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from dropcap.model.containers import Container
    from dropcap.model.located import Located
    from dropcap.source import Source, Span


class Remove(NamedTuple):
    """Take out what stands at a place: an item of a list, an option with its value, a key with all that it holds."""

    where: Located[Any]


class Replace(NamedTuple):
    """Write another value in the place of one; the editor quotes it as its place asks."""

    where: Located[Any]
    value: str


class Put(NamedTuple):
    """Make a field of a container hold these values and no others.

    Attributes:
        container: whose field it is.
        field: the name of a field of :class:`Container`: `cap_drop`.
        values: what it holds then; a field of one value has one, and with none the field goes.

    """

    container: Container
    field: str
    values: tuple[str, ...]


class Fix(NamedTuple):
    """Changes that remove a problem.

    Attributes:
        message: what they do, in the imperative: `write cap_drop: [ALL]`.
        changes: what to change, all of it or nothing.
        safe: whether the container is known to work as before.

    """

    message: str
    changes: tuple[Remove | Replace | Put, ...]
    safe: bool = False


class Edit(NamedTuple):
    """Replace the text at a span of a file."""

    source: Source
    span: Span
    text: str
