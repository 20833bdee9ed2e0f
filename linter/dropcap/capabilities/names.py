"""The names of the Linux capabilities: how engines read them, and what a wrong one was meant to be."""

from __future__ import annotations

import re
from functools import lru_cache

# In the kernel's order: a name's index is its number. include/uapi/linux/capability.h.
NAMES: tuple[str, ...] = (
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
)

ALL = "ALL"
"""The word for every capability; `CAP_ALL` is no other spelling of it."""

# White space as Go's strings.TrimSpace knows it; Python's own idea has four control characters more.
SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
CAP = "CAP_"

_SEPARATORS = r"[\s,;|]+"
_NO_LETTERS = r"[^A-Z0-9]+"
# Longer words are no slip of the pen, and comparing them would take time.
_LONGEST_LIST = 400
_LONGEST_NAME = 30
# Up to so many letters a single slip is believed; in longer names two are.
_SHORT_NAME = 6


def bare_name(word: str) -> str:
    """Give a capability's name as engines read it: in upper case, here without the prefix `CAP_`.

    White space stays, as it does in the engines, and so does the prefix of `CAP_ALL`, which is no name and
    not the word ALL. Whether a name exists is another question: look it up in :data:`NAMES`.
    """
    name = upper(word)
    if name.startswith(CAP) and name != "CAP_ALL":
        return name[len(CAP) :]
    return name


def upper(word: str) -> str:
    """Do as Go's strings.ToUpper: character by character, so that a sharp s does not become two letters."""
    if word.isascii():
        return word.upper()
    return "".join(one if len(one := character.upper()) == 1 else character for character in word)


@lru_cache(maxsize=4096)
def suggest(word: str) -> str | None:
    """Say which capability a word was probably meant to be; None where that is not clear.

    Gives a bare name or ALL; for a list in one word, several of them with a comma and a space between:
    `NET_ADMIN, SYS_ADMIN`.
    """
    if len(word) > _LONGEST_LIST:
        return None
    parts = [part for part in re.split(_SEPARATORS, word) if part]
    if len(parts) > 1 and (exact := _BY_LETTERS.get(_letters(word))):
        return exact
    meant = [name for part in parts if (name := _meant(part)) is not None]
    return ", ".join(dict.fromkeys(meant)) if meant and len(meant) == len(parts) else None


def certain(word: str) -> tuple[str, ...]:
    """Return the names that a word was meant to be, each once; none where that is a guess.

    Letters alone say it, whatever stands between them, or a slip or two do that make no other name.
    """
    if len(word) > _LONGEST_LIST:
        return ()
    exact = _BY_LETTERS.get(_letters(word))
    if exact is not None:
        return (exact,)
    parts = [_letters(part) for part in re.split(_SEPARATORS, word) if part]
    names = [_BY_LETTERS.get(part) or _by_slip(part) if part and len(part) <= _LONGEST_NAME else None for part in parts]
    return tuple(dict.fromkeys(name for name in names if name)) if all(names) else ()


def _meant(word: str) -> str | None:
    """Find the one name that a single word stands for."""
    letters = _letters(word)
    if not letters or len(letters) > _LONGEST_NAME:
        return None
    parts = re.sub(_NO_LETTERS, "_", bare_name(word)).strip("_")
    return _BY_LETTERS.get(letters) or _by_part(parts) or _by_slip(letters)


def _letters(word: str) -> str:
    """Leave letters and digits of a word, in upper case and without a prefix, or several of them."""
    letters = re.sub(_NO_LETTERS, "", upper(word))
    while letters.startswith("CAP"):
        letters = letters[len("CAP") :]
    return letters


def _by_part(name: str) -> str | None:
    """Find the one name of which a word is the beginning or the end, or which is its end: `SYS_CHOWN`."""
    if not name:
        return None
    longer = [known for known in NAMES if known.startswith(f"{name}_") or known.endswith(f"_{name}")]
    shorter = [known for known in NAMES if name.endswith(f"_{known}")]
    found = longer or shorter
    return found[0] if len(found) == 1 else None


def _by_slip(letters: str) -> str | None:
    """Find the one name at the smallest distance, if that is small."""
    allowed = 1 if len(letters) <= _SHORT_NAME else 2
    near: dict[int, list[str]] = {}
    own = frozenset(letters)
    for candidate, name in _BY_LETTERS.items():
        # A letter that the other word has nowhere is a slip each: to count them is far quicker than to compare.
        least = max(abs(len(candidate) - len(letters)), len(own.difference(candidate)), len(_LETTERS[candidate] - own))
        if least <= allowed:
            near.setdefault(_distance(letters, candidate), []).append(name)
    closest = min(near, default=allowed + 1)
    return near[closest][0] if closest <= allowed and len(near[closest]) == 1 else None


def _distance(one: str, other: str) -> int:
    """Count the letters to add, remove, change or swap with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        current = [i]
        for j, its in enumerate(other, 1):
            best = min(row[j] + 1, current[-1] + 1, row[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                best = min(best, before[j - 2] + 1)
            current.append(best)
        before, row = row, current
    return row[-1]


_LETTERS = {name.replace("_", ""): frozenset(name) - {"_"} for name in (*NAMES, ALL)}
_BY_LETTERS = {name.replace("_", ""): name for name in (*NAMES, ALL)}
