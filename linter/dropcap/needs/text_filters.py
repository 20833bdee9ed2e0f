r"""What programs that hand on parts of a text print, where the text is known: `cut`, `head`, `sed`, `awk '{print $2}'`.

Only the ways of calling them that scripts of images have are known; any other is answered with None.
Sources: POSIX cut, head, sed, tail, tr, wc and awk.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["filtered"]

_LONGEST = 100_000


def filtered(words: Sequence[str], text: str) -> str | None:
    """Return what a program makes of the text that it reads from its input; None where that is not known.

    Args:
        words: the call, its name first.
        text: what it reads.

    """
    known = _FILTERS.get(words[0].rpartition("/")[2]) if len(text) <= _LONGEST else None
    return None if known is None else known(list(words[1:]), text)


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _cut(words: list[str], text: str) -> str | None:
    match = re.fullmatch(r"(?:-d (?P<sign>.) ?)-f ?(?P<number>[1-9]\d?)", _spaced(words), re.DOTALL)
    if match is None:
        return None
    sign, at = match["sign"], int(match["number"]) - 1
    lines = [line.split(sign) if sign in line else [line] for line in _lines(text)]
    return _joined([parts[0] if len(parts) == 1 else parts[at] if at < len(parts) else "" for parts in lines])


def _spaced(words: Sequence[str]) -> str:
    """Write `-d:` and `-f1` apart, as `-d :` and `-f 1`."""
    parts = [part for word in words for part in ([word[:2], word[2:]] if re.match(r"-[df].", word) else [word])]
    return " ".join(parts)


def _first_lines(words: list[str], text: str) -> str | None:
    count = _count(words)
    return None if count is None else _joined(_lines(text)[:count])


def _last_lines(words: list[str], text: str) -> str | None:
    count = _count(words)
    lines = _lines(text)
    return None if count is None else _joined(lines[max(0, len(lines) - count) :])


def _count(words: list[str]) -> int | None:
    match = re.fullmatch(r"(?:-n ?|--lines=|-)(\d{1,6})", " ".join(words))
    return _USUAL if not words else None if match is None else int(match[1])


_USUAL = 10


def _translate(words: list[str], text: str) -> str | None:
    if len(words) != 2:  # noqa: PLR2004  # an option or a sign, and a sign
        return None
    one, other = (_SIGNS.get(word, word) for word in words)
    if words[0] in {"-d", "--delete"}:
        return text.replace(other, "") if len(other) == 1 else None
    return text.replace(one, other) if len(one) == len(other) == 1 else None


_SIGNS = {r"\n": "\n", r"\t": "\t", r"\\": "\\", "[:space:]": "", "[:blank:]": ""}


def _words_of_lines(words: list[str], text: str) -> str | None:
    """Answer `awk '{print $N}'`, with another sign between the words too, and `awk '$1 == name {print …; exit}'`."""
    sign: str | None = None
    variables: dict[str, str] = {}
    while len(words) > 1:
        option = words.pop(0)
        if option == "-F" and _SIGN.fullmatch(words[0]):
            sign = words.pop(0)
        elif option.startswith("-F") and _SIGN.fullmatch(option[2:]):
            sign = option[2:]
        elif option == "-v" and re.fullmatch(r"\w+=[\w./-]*", words[0]):
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        else:
            return None
    program = " ".join(words[0].split()) if words else ""
    match = _PRINTS.fullmatch(words[0].strip()) if words else None
    if match is not None and sign != " ":
        return _joined([_word(line, int(match[2]), sign) for line in _lines(text) if (match[1] or "") in line])
    match = _SETTING.fullmatch(program) if sign is None else None
    name = "" if match is None else variables.get(match["name"], "") if match["name"] else match["text"]
    for line in _lines(text) if name else ():
        if line[:1] not in {" ", "\t"} and _word(line, 1, None) == name:
            return _joined([re.sub(r"^[^ \t]+[ \t]+", "", line, count=1)])
    return "" if name else None


_PRINTS = re.compile(r"(?:/([\w =:-]+)/)?\s*\{\s*print\s+\$(\d)[\s;]*\}")
_SIGN = re.compile(r".|[ =:,;-]{2,5}")
_SETTING = re.compile(
    r'\$1 == (?:"(?P<text>[\w-]+)"|(?P<name>\w+)) && /\^\[\^ \\t\]/'
    r' \{ ?sub\(/\^\[\^ \\t\]\+\[ \\t\]\+/, ""\); ?print; ?exit;? ?\}'
)


def _word(line: str, number: int, sign: str | None) -> str:
    if number == 0:
        return line
    parts = line.split() if sign is None else line.split(sign)
    return parts[number - 1] if number <= len(parts) else ""


def _substitute(words: list[str], text: str) -> str | None:
    """Answer `sed 's/a/b/; /c/d'`."""
    is_in_place = any(re.match(r"-\w*i|--in-place", word) for word in words)  # it prints nothing
    if is_in_place or len([word for word in words if not word.startswith("-")]) != 1:
        return None
    from dropcap.images.edited_text import substituted  # few scripts hand a text on to it
    from dropcap.lang.words import Word
    from dropcap.source import Source, Span

    source = Source("sed", " ".join(words))
    made = substituted([Word(one, source, Span(0, 0)) for one in ("sed", *words)], Source("text", text))
    return None if made is None else made.text


def _number_of_lines(words: list[str], text: str) -> str | None:
    return f"{text.count(chr(10))}\n" if words == ["-l"] else None


_FILTERS: dict[str, Callable[[list[str], str], str | None]] = {
    "awk": _words_of_lines,
    "cut": _cut,
    "gawk": _words_of_lines,
    "head": _first_lines,
    "mawk": _words_of_lines,
    "sed": _substitute,
    "tail": _last_lines,
    "tr": _translate,
    "wc": _number_of_lines,
}
