"""What lies at a path of an image, as one line: `file 0 0 0755`. So it is written in a lock and in the catalogue."""

from __future__ import annotations

import re

from dropcap.images.facts import File, FileKind

__all__ = ["ABSENT", "LISTED", "file_line", "file_of"]

ABSENT = "absent"
LISTED = "listed"
_FILE = r"(\w+) (\d+|-) (\d+|-) ([0-7]{4}|-)(?: (.+))?"


def file_line(file: File | None, *, is_listed: bool) -> str:
    """Return the line for a file.

    Args:
        file: what lies there; None where nothing does.
        is_listed: whether all that it holds is written too, where it is a folder.

    """
    if file is None:
        return ABSENT
    words = [file.kind.value, file.owner or "-", file.group or "-", "-" if file.mode is None else f"{file.mode:04o}"]
    if file.kind is FileKind.LINK:
        import json  # few are links

        words.append(json.dumps(file.target))
    if file.capabilities:
        words.append(",".join(file.capabilities) + ("+ep" if file.is_effective else "+p"))
    if is_listed and file.kind is FileKind.FOLDER:
        words.append(LISTED)
    return " ".join(words)


def file_of(line: str) -> File:
    """Return the file that a line is about.

    Raises:
        ValueError: it is no such line.

    """
    match = re.fullmatch(_FILE, line)
    if match is None:
        raise ValueError(f"{line[:80]!r} is not a file")
    kind, owner, group, mode = (None if one == "-" else one for one in match.groups()[:4])
    kind = FileKind(kind)
    more = match[5] or ""
    number = None if mode is None else int(mode, 8)
    if kind is FileKind.LINK:
        import json

        return File(kind, owner, group, number, json.loads(more))
    if kind is FileKind.FILE and more:
        names, _, signs = more.partition("+")
        return File(kind, owner, group, number, "", tuple(names.split(",")), "e" in signs)
    return File(kind, owner, group, number)
