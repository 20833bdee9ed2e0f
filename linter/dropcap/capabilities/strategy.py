"""What an engine does with capabilities: its default set, how additions and drops combine, what it ignores.

Each engine is a module of :mod:`dropcap.capabilities.engines`; here is what several of them share.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.capabilities.names import ALL, CAP, NAMES, SPACE, bare_name, upper
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

_PARTS = 3  # of a version that are compared
_LATEST = 1_000_000


class Refused(NamedTuple):
    """An entry that makes the engine refuse the container.

    Attributes:
        message: the engine's own words.
        dropped: whether the entry stands in the list of drops, not in that of additions.
        at: its index in that list.

    """

    message: str
    dropped: bool
    at: int


class Combined(NamedTuple):
    """What an engine makes of its default set and the two lists.

    Attributes:
        granted: each capability that is held; the index of the addition that grants it, or None where it is
            there by default. An addition of what is there by default grants nothing, one of ALL everything.
        refused: the entries that the engine does not accept, in the order in which it looks at them;
            `granted` is computed as if they were not there. The engine itself stops at the first one.

    """

    granted: Mapping[str, int | None]
    refused: tuple[Refused, ...]


class Older(NamedTuple):
    """What versions of an engine do differently from those that came after them.

    Attributes:
        before: the first version that does it as described elsewhere.
        changes: the fields of the strategy that differ.

    """

    before: tuple[int, ...]
    changes: Mapping[str, Any]


class Strategy(NamedTuple):
    """An engine's own ways, those of its current version; :meth:`at` gives those of an older one.

    Attributes:
        title: the engine's name as its makers write it.
        program: the client that a person types to reach it.
        default: the capabilities that it grants when nothing is said, in the kernel's order.
        combine: takes this strategy, the additions and the drops as they are written; follows the engine's own
            algorithm step by step, corner cases included.
        unknown: its words for a name that it does not know, `{name}` in the list `{list}` (Add or Drop).
        refuses_unknown: whether it starts no container with such a name; else it warns and goes on without it.
        trims: whether it takes white space from around a name.
        unprefixed: what it leaves as it is where it writes `CAP_` before a name.
        separators: what may part the key of a security option from its value, the first that is found counts.
        ignored: the fields of a container that it does not look at.
        ignored_in_files: the same, where a Compose file names them.
        attaches_to_host: whether a Compose file's service is attached to the host's network as to any other, by its
            name. Docker creates such a container and does not start it, since Compose asks for an alias as well.
        makes_ambient: whether what is added becomes ambient for a user that is not root; all others hold nothing.
        heeds_label: whether a label of the image or the container reduces the set.
        maps_user: whether `userns: keep-id` decides who the first process runs as.
        gains_if_privileged: whether processes of a privileged container may gain privileges, whatever else is said.
        limits_processes: whether a container may have so many processes and no more where nothing is written.
        known: the capabilities that it knows, in the kernel's order; ALL stands for these.
        empties_by_label: whether an empty label of the image takes all capabilities; else it is refused.
        oldest: the oldest version that is imitated; none where versions are not told apart.
        older: what older versions do differently, the newest change first.

    """

    title: str
    program: str
    default: tuple[str, ...]
    combine: Callable[[Strategy, Sequence[str], Sequence[str]], Combined]
    unknown: str = "invalid Cap{list}: unknown capability: {name}"
    refuses_unknown: bool = True
    trims: bool = False
    unprefixed: tuple[str, ...] = ()
    separators: str = "=:"
    ignored: frozenset[str] = frozenset()
    ignored_in_files: frozenset[str] = frozenset()
    attaches_to_host: bool = False
    makes_ambient: bool = False
    heeds_label: bool = False
    maps_user: bool = False
    gains_if_privileged: bool = False
    limits_processes: bool = False
    known: tuple[str, ...] = NAMES
    empties_by_label: bool = True
    oldest: tuple[int, ...] = ()
    older: tuple[Older, ...] = ()

    def at(self, version: str) -> Strategy:
        """Return the ways of a version, as `24`, `20.10` or `4.4.1`; a part that is left out is the latest there is."""
        parts = tuple(map(int, version.split(".")))
        wanted = parts + (_LATEST,) * (_PARTS - len(parts))
        changes: dict[str, Any] = {}
        for one in self.older:
            if wanted < one.before:
                changes.update(one.changes)
        return self._replace(**changes)

    def read_name(self, word: str) -> str:
        """Return an entry's bare name as the engine reads it."""
        return bare_name(word.strip(SPACE) if self.trims else word)

    def normalise(self, word: str) -> str:
        """Return an entry as the engine writes it in its messages: `CAP_CHOWN`, or `ALL`."""
        name = upper(word.strip(SPACE) if self.trims else word)
        return name if name == ALL or name.startswith(CAP) or name in self.unprefixed else CAP + name


_KNOWN = frozenset(NAMES)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Put bare names into the kernel's order, each once; words that are no capability are left out."""
    return _ordered(_KNOWN.intersection(names))


@lru_cache(maxsize=256)  # many containers hold the same
def _ordered(wanted: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in NAMES if name in wanted)


def read_entries(
    strategy: Strategy, words: Sequence[str], *, dropped: bool, sent: tuple[str, ...] | None = None
) -> tuple[dict[str, int], list[Refused]]:
    """Sort entries into bare names, each with its first index, and refusals; only what is `sent` counts."""
    known: dict[str, int] = {}
    refused: list[Refused] = []
    for index, word in enumerate(words):
        full = strategy.normalise(word)
        if sent is not None and full not in sent:
            continue
        name = full if full == ALL else full[len(CAP) :]
        if name == ALL != full or (name != ALL and name not in strategy.known):
            message = strategy.unknown.format(list="Drop" if dropped else "Add", name=quoted(full))
            refused.append(Refused(message, dropped, index))
        else:
            known.setdefault(name, index)
    return known, refused


def tweak(strategy: Strategy, added: Mapping[str, int], dropped: Mapping[str, int]) -> dict[str, int | None]:
    """Combine as Docker does: an addition of ALL, then a drop of ALL, then the default set less drops and additions."""
    if ALL in added:
        return {name: added[ALL] for name in strategy.known if name not in dropped}
    if ALL in dropped:
        return {**added}
    granted: dict[str, int | None] = {name: None for name in strategy.default if name not in dropped}
    for name, index in added.items():
        granted.setdefault(name, index)
    return granted


def quoted(text: str) -> str:
    """Quote a text as Go's `%q` does."""
    return '"' + "".join(map(_escaped, text)) + '"'


_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x20 or code == 0x7F:  # noqa: PLR2004  # the control characters of ASCII
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  # the basic plane's end
