"""Hashes by which other programs know a finding again when lines have moved."""

from __future__ import annotations

import os
import sys
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dropcap.model import Finding

_WINDOW = 100
_BASE = 37
_MASK = (1 << 64) - 1
_END = 0xFFFF
_LF = 0x0A
_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
_DROP = pow(_BASE, _WINDOW, 1 << 64)


def identity_hash(finding: Finding) -> str:
    """Hash what stays the same when prose and lines change; 32 hexadecimal digits.

    Two findings of one report differ in it, as their identities do.
    """
    from hashlib import sha256
    from json import dumps

    *same, evidence, ordinal = finding.identity
    numbered = (*evidence, f"#{ordinal}") if ordinal > 1 else evidence
    text = dumps([*same, numbered], ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode("ascii")).hexdigest()[:32]


def portable(path: str) -> str:
    """Write a path with forward slashes and no `./`, on every system the same."""
    return path.replace(os.sep, "/").removeprefix("./")


def line_hashes(text: str) -> list[str]:
    """Give GitHub's `primaryLocationLineHash` of every line of a file, the first line first.

    The hash of a line covers the 100 UTF-16 units from its start on, blanks and tabs left out and line breaks
    as LF; behind the text's end stand the unit 0xFFFF and zeros. It is a polynomial in 37 modulo 2^64, in
    hexadecimal digits, with a colon and the count of lines so far that have the same one. So GitHub's upload
    action computes it (github/codeql-action, src/fingerprints.ts); an alert keeps its history while the line
    keeps its hash.
    """
    normal = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    units = memoryview(normal.encode(_UTF16, "surrogatepass")).cast("H").tolist() if normal else []
    line_starts = [0, *(index + 1 for index, unit in enumerate(units) if unit == _LF)]
    units += [_END, *[0] * _WINDOW]
    hashes = list(accumulate(units, lambda total, unit: (total * _BASE + unit) & _MASK, initial=0))
    seen: dict[int, int] = {}
    result = []
    for start in line_starts:
        value = (hashes[start + _WINDOW] - hashes[start] * _DROP) & _MASK
        count = seen[value] = seen.get(value, 0) + 1
        result.append(f"{value:x}:{count}")
    return result
