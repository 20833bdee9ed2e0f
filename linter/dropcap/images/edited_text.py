"""What `sed -i` puts into a file whose own text nobody has: directives in the place of others.

Source: POSIX, sed; GNU sed, the option `-i`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.images.printed_text import Printed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["edited", "substituted"]

_DELETES = r"/(?:[^/\\]|\\.)*/[ ]*d"
_REPLACES = r"s([/#|,@%])((?:(?!\1)[^\\]|\\.)*)\1((?:(?!\1)[^\\&\n])*)\1[gI]*"
_SCRIPTS = ("-e", "--expression")
_IN_PLACE = r"-i|-[Er]+i?|--in-place|--regexp-extended|-e|--expression"


def edited(words: Sequence[Word]) -> Printed | None:
    """Return the directives that a call of `sed -i` puts in the place of others; None where that is not known.

    They are known where each command of its script deletes lines, or puts a text, as it stands there, in the place of
    the rest of a line or of the same directive.
    """
    scripts = _scripts(words)
    if not scripts:
        return None
    found = [_directives(one.value.strip()) for one in scripts]
    if None in found:
        return None
    text = "\n".join([*(line for one in found for line in one or ()), ""])
    root, span = scripts[0].source.to_root(scripts[0].span)
    return Printed(text, root, (span.start,) * len(text))


def _scripts(words: Sequence[Word]) -> list[Word]:
    """Return the scripts of a call of `sed -i`; none where it is called in another way, or not all of it is known."""
    scripts: list[Word] = []
    others: list[Word] = []
    rest = iter(words[1:])
    for word in rest:
        if word.value in _SCRIPTS:
            scripts += [one for one in [next(rest, None)] if one is not None]
        elif not word.value.startswith("-"):
            others.append(word)
        elif not re.fullmatch(_IN_PLACE, word.value):
            return []
    if any(word.unknown is not None for word in words):
        return []
    return scripts if scripts and others else others[:1]


def substituted(words: Sequence[Word], text: Source) -> Source | None:
    """Return what a call of `sed -i` makes of a text; None where one of its commands is not understood.

    Args:
        words: the call.
        text: the text as it is before.

    """
    scripts = _scripts(words)
    is_extended = any(re.fullmatch(r"-i?[Er]+i?|--regexp-extended", word.value) for word in words[1:])
    commands = [one for script in scripts for one in _commands(script.value.strip(), is_extended=is_extended)]
    stars = max((script.value.count("*") for script in scripts), default=0)
    lengths = [len(line) for line in text.text.split("\n")]
    if not commands or None in commands or len(commands) * sum(one ** (stars + 1) for one in lengths) > _MOST_STEPS:
        return None
    lines: list[str] = []
    segments: list[tuple[int, int]] = []
    at = start = 0
    for line in re.findall(r"[^\n]*\n|[^\n]+", text.text):
        bare = line.rstrip("\n")
        made: str | None = bare
        for command in commands:
            made = None if made is None or command is None else command(made)
        if made is not None:
            segments.append((start, at))
            lines.append(made + line[len(bare) :])
            start += len(lines[-1])
        at += len(line)
    return text.piece("".join(lines), segments or [(0, 0)])  # an empty text has a place too


def _commands(script: str, *, is_extended: bool) -> Iterator[Callable[[str], str | None] | None]:
    """Give what each command of a script makes of a line, None where it deletes it; None for one that is not known."""
    while script:
        match = re.match(_DELETES, script) or re.match(_REPLACES, script)
        script = script[match.end() :].lstrip(" ") if match is not None else ""
        if match is None or (script and script[0] not in ";\n"):
            yield None
            return
        is_removal = match.re.pattern == _DELETES
        pattern = match[0][1 : match[0].rindex("/")] if is_removal else match[2]
        expression = _expression(pattern, is_extended=is_extended)
        flags = "" if is_removal else match[0][match[0].rindex(match[1]) + 1 :]
        yield None if expression is None else _command(match, expression, flags, is_removal=is_removal)
        script = script.lstrip("; \n\t")


def _command(match: re.Match[str], expression: str, flags: str, *, is_removal: bool) -> Callable[[str], str | None]:
    compiled = re.compile(expression, re.IGNORECASE if "I" in flags else 0)
    if is_removal:
        return lambda line: None if compiled.search(line) else line
    text, count = match[3], 0 if "g" in flags else 1
    return lambda line: compiled.sub(lambda _: text, line, count=count)


def _expression(pattern: str, *, is_extended: bool) -> str | None:
    """Write an expression of POSIX as Python's; None where it has more in it than is common to both."""
    if (
        not re.fullmatch(_PLAIN, pattern)
        or pattern.count("*") > _MOST_STARS
        or (is_extended and re.search(r"[+?|(){}]", pattern))
    ):
        return None
    return re.sub(r"[+?|(){}]", r"\\\g<0>", pattern)


_MOST_STEPS = 20_000_000
_MOST_STARS = 3
_PLAIN = r"\^?(?:#\*|[\w ,:;=/@%!~<>\"'+?|(){}-]\*?|\\[./#*]|\.\*?)+\$?|\^|\$"


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
