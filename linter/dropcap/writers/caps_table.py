"""The capabilities of containers as a table: containers down, capabilities across, one sign in each field.

The signs are told apart without colour. What would make the table wider than a person looks over is said in words.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.hidden import shown_of
from dropcap.namedtuple import NamedTuple
from dropcap.needs.certainty import Certainty
from dropcap.printable import painted, printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dropcap.capabilities.effective import CapabilitySets
    from dropcap.model import Container
    from dropcap.needs.model import Needs

MAX_COLUMNS = 14
"""How many capabilities stand across; the rest is said in words."""

MOST_OF_ALL = 20
"""The same where every container has a row, be it known what it needs or not: the default set, and some more."""

_LEAST_WIDTH = 40
_LABEL_PART = 4  # of the width, at most
_FIELD = 2
_MARGIN = "  "
_FAINT = "2"
_FEW = 3


class Sign(Enum):
    """What a capability is to a container; the value is what is printed."""

    NEEDED = "+"
    MISSING = "!"
    HELPFUL = "~"
    UNKNOWN = "?"
    UNNEEDED = "-"
    NONE = "."


MEANINGS = {
    Sign.NEEDED: "held and needed",
    Sign.MISSING: "needed, not held",
    Sign.HELPFUL: "works without, but less well",
    Sign.UNKNOWN: "not known whether needed",
    Sign.UNNEEDED: "held, not needed",
    Sign.NONE: "not held, and nothing says that it is needed",
}
_COLOURS = {Sign.NEEDED: "1", Sign.MISSING: "31;1", Sign.HELPFUL: "36", Sign.UNKNOWN: "36", Sign.UNNEEDED: "33"}
_TELLS_NOTHING = frozenset({Sign.UNKNOWN, Sign.NONE})
# Which capabilities stand across where not all can.
_WEIGHTS = {sign: weight for weight, sign in enumerate(Sign)}


class Row(NamedTuple):
    """A container, what it holds, and what it needs."""

    container: Container
    sets: CapabilitySets
    needs: Needs


def sign_of(name: str, sets: CapabilitySets, needs: Needs) -> Sign:
    """Say what a capability is to a container.

    A capability that does instead of one that is not held is needed in its place.
    """
    is_held = name in sets.bounding and not sets.errors
    held = set(sets.bounding)
    surest = max(
        (
            need.certainty
            for need in needs.needs
            if need.capability == name or (name in need.instead and is_held and need.capability not in held)
        ),
        default=None,
    )
    if surest is not None and not is_held:
        replaced = any(one.capability == name and held.intersection(one.instead) for one in needs.needs)
        surest = None if replaced else surest
    if surest is Certainty.REQUIRED:
        return Sign.NEEDED if is_held else Sign.MISSING
    if surest is Certainty.POSSIBLE:
        return Sign.UNKNOWN
    # What is unknown may make more of what only helps.
    may_be_needed = any(not one.capabilities or name in one.capabilities for one in needs.unknown)
    if is_held and may_be_needed:
        return Sign.UNKNOWN
    if surest is Certainty.DEGRADES:
        return Sign.HELPFUL
    if not is_held:
        is_named = any(name in one.capabilities for one in needs.unknown)
        return Sign.UNKNOWN if is_named else Sign.NONE
    return Sign.UNNEEDED


def table(rows: Sequence[Row], *, width: int, colour: bool, every: bool = False) -> Iterator[str]:
    """Yield the lines of the table of one file's containers, without line breaks.

    A container of which nothing is known is left to :func:`advice`, unless `every` one is wanted; then more
    of what is held stands across.
    """
    width = max(width, _LEAST_WIDTH)
    rows = [row for row in rows if every or _tells_something(row)]
    if not rows:
        return
    signs = [{name: sign_of(name, row.sets, row.needs) for name in NAMES} for row in rows]
    label = _label_size(rows, width)
    room = (width - label - len(_MARGIN) * 2 - max(map(len, NAMES))) // _FIELD
    columns = _columns(signs, min(MOST_OF_ALL if every else MAX_COLUMNS, room))
    indent = len(_MARGIN) + label + len(_MARGIN)
    yield from (f"{' ' * indent}{line}" for line in _header(columns))
    for row, found in zip(rows, signs, strict=True):
        name = f"{_MARGIN}{shortened(_label(row), label):<{label}}{_MARGIN}"
        if row.sets.errors:
            yield f"{name}{shortened(f'the engine refuses it: {row.sets.errors[0].message}', width - indent)}"
            continue
        fields = (painted(found[one].value, _COLOURS.get(found[one], _FAINT), on=colour) for one in columns)
        yield f"{name}{(' ' * (_FIELD - 1)).join(fields)}".rstrip()
        for line in _in_words(found, columns, width - indent):
            yield f"{' ' * indent}{line}"


def _tells_something(row: Row) -> bool:
    """Whether a row has more than question marks, which the advice says in words."""
    is_known = any(sign_of(name, row.sets, row.needs) not in _TELLS_NOTHING for name in NAMES)
    return bool(row.sets.errors or row.needs.needs or is_known or row.needs.is_complete)


def legend(rows: Sequence[Row], *, colour: bool, every: bool = False) -> Iterator[str]:
    """Yield what the signs that are there mean."""
    met: set[Sign] = set()
    rows = [row for row in rows if every or _tells_something(row)]
    for name in NAMES:
        found = {sign_of(name, row.sets, row.needs) for row in rows if not row.sets.errors}
        met |= found if found != {Sign.NONE} else set()
    for sign, meaning in MEANINGS.items():
        if sign in met:
            yield f"{_MARGIN}{painted(sign.value, _COLOURS.get(sign, _FAINT), on=colour)} {meaning}"


def advice(rows: Sequence[Row], *, width: int) -> Iterator[str]:
    """Yield what to write into the file for each container, as far as that is known."""
    width = max(width, _LEAST_WIDTH)
    size = _label_size(rows, width)
    for row in rows:
        if row.sets.errors:
            continue
        label = f"{_MARGIN}{shortened(_label(row), size):<{size}}{_MARGIN}"
        yield from _wrapped(f"{label}{_advised(row)}", width, len(label))
        for remark in row.needs.remarks:
            text = printable(shown_of(row.container, remark.reason))
            yield from _wrapped(f"{' ' * len(label)}{text}", width, len(label))


def _advised(row: Row) -> str:
    needs = row.needs
    if needs.is_complete:
        if needs.cap_add:
            return f"write cap_drop: [ALL], cap_add: [{', '.join(needs.cap_add)}]"
        return "write cap_drop: [ALL]; it needs no capability"
    reason = printable(shown_of(row.container, needs.unknown[0].reason))
    rest = len(needs.unknown) - 1
    more = f" (and {rest} more reason{'s' if rest > 1 else ''})" if rest else ""
    if needs.cap_add:
        return f"needs at least {', '.join(needs.cap_add)}; whether more is not known, because {reason}{more}"
    return f"what it needs is not known, because {reason}{more}"


def _label_size(rows: Sequence[Row], width: int) -> int:
    return min(width // _LABEL_PART, max((len(_label(row)) for row in rows), default=0))


def _label(row: Row) -> str:
    live = row.container.live
    if live is not None and live.state:
        return printable(f"{row.container.name} {live.state}")
    place = row.container.source.region(row.container.span)
    return f"{place.line} {printable(row.container.name)}"


def _columns(signs: Sequence[dict[str, Sign]], room: int) -> list[str]:
    """Choose what stands across, in the kernel's order: what matters most, as far as there is room."""
    weights = {name: min((_WEIGHTS[one[name]] for one in signs), default=_WEIGHTS[Sign.NONE]) for name in NAMES}
    met = [name for name in NAMES if weights[name] < _WEIGHTS[Sign.NONE]]
    most = max(1, room)
    if len(met) > most:
        # What no container needs, and what few hold, is as well said in words.
        holders = {name: sum(one[name] is not Sign.NONE for one in signs) for name in met}
        met = sorted(met, key=lambda name: (weights[name], -holders[name]))[:most]
    return [name for name in NAMES if name in set(met)]


def _header(columns: Sequence[str]) -> Iterator[str]:
    """Write names as a staircase, each above a line that leads down to its column."""
    for number, name in enumerate(columns):
        yield f"{('|' + ' ' * (_FIELD - 1)) * number}{name}"
    if columns:
        yield ("|" + " " * (_FIELD - 1)) * (len(columns) - 1) + "|"


def _in_words(found: dict[str, Sign], columns: Sequence[str], width: int) -> Iterator[str]:
    """Say what a container has beyond the columns."""
    for sign in Sign:
        rest = [name for name in NAMES if found[name] is sign and name not in columns]
        if not rest or sign is Sign.NONE:
            continue
        is_few = len(rest) <= _FEW + 1
        listed = ", ".join(rest) if is_few else f"{', '.join(rest[:_FEW])} and {len(rest) - _FEW} more"
        yield from _wrapped(f"{sign.value} {listed}", width, len("+ "))


def _wrapped(text: str, width: int, indent: int) -> Iterable[str]:
    """Break a line at its blanks, further lines indented; what starts it stays as it is."""
    lead, words = text[:indent], text[indent:].split(" ")
    line = lead
    for word in words:
        if len(line) + len(word) > width and line.strip() and line != lead:
            yield line.rstrip()
            line = " " * indent
        line += f"{word} "
    yield line.rstrip()
