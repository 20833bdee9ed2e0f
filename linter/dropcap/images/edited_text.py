"""What `sed -i` puts into a file whose own text nobody has: directives in the place of others.

Source: POSIX, sed; GNU sed, the option `-i`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.images.printed_text import Printed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.words import Word

__all__ = ["edited"]

_DELETES = r"/(?:[^/\\]|\\.)*/[ ]*d"
_REPLACES = r"s([/#|,@%])((?:(?!\1)[^\\]|\\.)*)\1((?:(?!\1)[^\\&\n])*)\1[gI]*"
_SCRIPTS = ("-e", "--expression")
_IN_PLACE = r"-i|-[Er]+i?|--in-place|--regexp-extended|-e|--expression"


def edited(words: Sequence[Word]) -> Printed | None:
    """Return the directives that a call of `sed -i` puts in the place of others; None where that is not known.

    They are known where each command of its script deletes lines, or puts a text, as it stands there, in the place of
    the rest of a line or of the same directive.
    """
    options = [word.value for word in words[1:] if word.value.startswith("-")]
    others = [word for word in words[1:] if not word.value.startswith("-")]
    is_plain = all(re.fullmatch(_IN_PLACE, one) for one in options) and sum(one in _SCRIPTS for one in options) <= 1
    if not is_plain or not others or any(word.unknown is not None for word in words):
        return None
    found = _directives(others[0].value.strip())
    if found is None:
        return None
    text = "\n".join([*found, ""])
    root, span = others[0].source.to_root(others[0].span)
    return Printed(text, root, (span.start,) * len(text))


def _directives(script: str) -> list[str] | None:
    """Return the texts that a script puts in the place of others; None where it does something else."""
    found: list[str] = []
    while script:
        match = re.match(_DELETES, script) or re.match(_REPLACES, script)
        script = script[match.end() :].lstrip(" ") if match is not None else script
        if match is None or (script and script[0] not in ";\n"):
            return None
        if match.re.pattern == _REPLACES:
            pattern, text = match[2], match[3].strip()
            if text and not pattern.endswith((".*", ".*$")) and text.split(maxsplit=1)[0] not in pattern:
                return None
            found.append(text)
        script = script.lstrip("; \n\t")
    return found
