"""How each engine combines its default set with the capabilities that a container adds and drops.

Every function takes the entries of the two lists as they reach the engine, comma lists already split, and
follows the engine's own algorithm step by step, corner cases included:

* Docker: moby `daemon/pkg/oci/caps`, TweakCapabilities and NormalizeLegacyCapabilities;
* Swarm: Docker's, after its command line has tidied the lists: docker/cli `opts/capabilities.go`;
* Podman: containers/common `pkg/capabilities`, MergeCapabilities;
* nerdctl: `pkg/cmd/container/run_security_linux.go`, generateCapOpts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.names import ALL, NAMES, normalise
from dropcap.model import Engine
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# moby daemon/pkg/oci/caps/defaults.go; containerd pkg/oci/spec.go has the same 14 for nerdctl.
_DOCKER = (
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SYS_CHROOT",
    "MKNOD",
    "AUDIT_WRITE",
    "SETFCAP",
)
# containers/common pkg/config/default.go and the containers.conf that is shipped with it: three fewer.
_PODMAN = tuple(name for name in _DOCKER if name not in {"NET_RAW", "MKNOD", "AUDIT_WRITE"})
_DEFAULTS = {
    Engine.DOCKER: _DOCKER,
    Engine.PODMAN: _PODMAN,
    Engine.NERDCTL: _DOCKER,
    Engine.SWARM: _DOCKER,
}
_NUMBERS = {name: number for number, name in enumerate(NAMES)}


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Put bare names into the kernel's order, each once; words that are no capability are left out."""
    wanted = frozenset(names)
    return tuple(name for name in NAMES if name in wanted)


def default_set(engine: Engine) -> tuple[str, ...]:
    """Give the capabilities that the engine grants when nothing is said, in the kernel's order."""
    return _DEFAULTS[engine]


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


def combine(engine: Engine, adds: Sequence[str], drops: Sequence[str]) -> Combined:
    """Combine the engine's default set with additions and drops, as they are written."""
    sent_adds, sent_drops = swarm_lists(adds, drops) if engine is Engine.SWARM else (None, None)
    added, unknown_adds = _read(engine, adds, sent_adds, dropped=False)
    dropped, unknown_drops = _read(engine, drops, sent_drops, dropped=True)
    if engine is Engine.NERDCTL:
        return Combined(_nerdctl(added, dropped), ())
    if engine is Engine.PODMAN:
        conflicts = tuple(_conflicts(added, dropped))
        refused_adds = {refusal.at for refusal in conflicts}
        added = {name: index for name, index in added.items() if index not in refused_adds}
        return Combined(_tweak(engine, added, dropped), (*unknown_drops, *unknown_adds, *conflicts))
    return Combined(_tweak(engine, added, dropped), (*unknown_adds, *unknown_drops))


def swarm_lists(adds: Iterable[str], drops: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tidy two lists as Swarm's command line does before it sends them: normalised and sorted.

    ALL takes the place of all others in its list; what is added is not dropped; RESET has no effect.
    """
    added = {normalise(word, Engine.SWARM) for word in adds}
    dropped = {normalise(word, Engine.SWARM) for word in drops}
    added = {ALL} if ALL in added else added
    dropped = ({ALL} if ALL in dropped else dropped) - added
    return tuple(sorted(added - {"RESET"})), tuple(sorted(dropped - {"RESET"}))


def _read(
    engine: Engine, words: Sequence[str], sent: tuple[str, ...] | None, *, dropped: bool
) -> tuple[dict[str, int], list[Refused]]:
    """Sort entries into bare names, each with its first index, and refusals; only what is sent counts."""
    known: dict[str, int] = {}
    refused: list[Refused] = []
    for index, word in enumerate(words):
        full = normalise(word, engine)
        if sent is not None and full not in sent:
            continue
        name = full if full == ALL else full[len("CAP_") :]
        if name == ALL != full or (name != ALL and name not in _NUMBERS):
            where = "" if engine is Engine.PODMAN else f"invalid Cap{'Drop' if dropped else 'Add'}: "
            refused.append(Refused(where + unknown(full, engine), dropped, index))
        else:
            known.setdefault(name, index)
    return known, refused


def unknown(full_name: str, engine: Engine) -> str:
    """Give the engine's words for a name that it does not know, without those for the list."""
    if engine is Engine.PODMAN:
        return f"{quoted(full_name)}: unknown capability"
    return f"unknown capability: {quoted(full_name)}"


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


def _tweak(engine: Engine, added: Mapping[str, int], dropped: Mapping[str, int]) -> dict[str, int | None]:
    """Combine as Docker does; Podman's way gives the same once it has refused what it refuses."""
    if ALL in added:
        return {name: added[ALL] for name in NAMES if name not in dropped}
    if ALL in dropped:
        return {**added}
    granted: dict[str, int | None] = {name: None for name in _DEFAULTS[engine] if name not in dropped}
    for name, index in added.items():
        granted.setdefault(name, index)
    return granted


def _conflicts(added: Mapping[str, int], dropped: Mapping[str, int]) -> Iterable[Refused]:
    """Find what Podman does not accept: the addition is refused, and the drop counts."""
    if ALL in dropped:
        if ALL in added:
            yield Refused("adding all caps and removing all caps not allowed", dropped=False, at=added[ALL])
        return
    if ALL in added:
        return
    for name in sorted(added.keys() & dropped.keys()):
        message = f'capability "CAP_{name}" cannot be dropped and added'
        yield Refused(message, dropped=False, at=added[name])


def _nerdctl(added: Mapping[str, int], dropped: Mapping[str, int]) -> dict[str, int | None]:
    """Clear for a drop of ALL, add, then drop by name; names that it does not know are not there."""
    if ALL in added:
        granted: dict[str, int | None] = dict.fromkeys(NAMES, added[ALL])
    else:
        granted = {} if ALL in dropped else dict.fromkeys(_DEFAULTS[Engine.NERDCTL])
        for name, index in added.items():
            granted.setdefault(name, index)
    if ALL in dropped:
        return granted
    return {name: index for name, index in granted.items() if name not in dropped}
