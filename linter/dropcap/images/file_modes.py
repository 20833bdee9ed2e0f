"""What chmod(1) makes of permission bits."""

from __future__ import annotations

import re

__all__ = ["changed_mode", "keeps_owners_rights"]

_CLAUSE = r"([ugoa]*)((?:[-+=][rwxXst]*)+)"
_BITS = {"r": 0o444, "w": 0o222, "x": 0o111, "X": 0o111}
_CLASSES = {"u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777}
_UMASK = 0o022
_ALL_BITS = 0o7777


def changed_mode(mode: int | None, change: str, *, is_folder: bool) -> int | None:
    """Return the permission bits after a change as chmod(1) takes it; None where they are not known.

    A number of four digits or fewer leaves set-user-id and set-group-id of a folder as they are, as GNU's does.
    """
    if change.isdecimal() and set(change) <= set("01234567"):
        number = int(change, 8) & _ALL_BITS
        keeps = is_folder and mode is not None and len(change) < len("00000")
        return number | (mode & 0o6000 if keeps and mode is not None else 0)
    for clause in change.split(","):
        match = re.fullmatch(_CLAUSE, clause)
        if match is None:
            return None
        mask = 0
        for letter in match[1] or "a":
            mask |= _CLASSES[letter]
        mask &= ~0 if match[1] else ~_UMASK
        for operator, letters in re.findall(r"([-+=])([rwxXst]*)", match[2]):
            bits = _bits(letters, match[1] or "a", mode, is_folder=is_folder)
            kept = 0o6000 if is_folder and "s" not in letters else 0  # of a folder they stay unless they are named
            if operator == "=" and match[1] in {"a", "ugo"} and "X" not in letters:
                mode = (bits & mask) | ((mode or 0) & kept)
            elif mode is None:
                return None
            elif operator == "=":
                mode = (mode & (~mask | kept)) | (bits & mask)
            else:
                mode = mode | (bits & mask) if operator == "+" else mode & ~(bits & mask)
    return mode


def _bits(letters: str, classes: str, mode: int | None, *, is_folder: bool) -> int:
    found = 0
    for letter in letters:
        if letter == "s":
            found |= (0o4000 if {"u", "a"} & set(classes) else 0) | (0o2000 if {"g", "a"} & set(classes) else 0)
        elif letter == "t":
            found |= 0o1000
        elif letter != "X" or is_folder or (mode or 0) & 0o111:
            found |= _BITS[letter]
    return found


def keeps_owners_rights(change: str) -> bool:
    """Return whether a change as chmod(1) takes it leaves owners the right to read and write, if they have it."""
    if change.isdecimal():
        return set(change) <= set("01234567") and int(change, 8) & 0o600 == 0o600  # noqa: PLR2004  # both rights
    for clause in change.split(","):
        match = re.fullmatch(_CLAUSE, clause)
        if match is None:
            return False
        if match[1] and not set("ua") & set(match[1]):
            continue
        for operator, letters in re.findall(r"([-+=])([rwxXst]*)", match[2]):
            if (operator == "-" and set("rw") & set(letters)) or (operator == "=" and not set("rw") <= set(letters)):
                return False
    return True
