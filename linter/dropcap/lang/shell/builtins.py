"""The shell's own commands that change what later commands get: `set`, `shift`, `read`, `alias` and their like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import known_text
from dropcap.lang.shell.scope import ARGUMENTS, MOST_VALUES, Value, unknown_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Text

__all__ = ["BUILTINS"]

_INPUT = "it is read from the input"


def _set(shell: Shell, texts: Sequence[Text]) -> None:
    """`set -- word…` gives the script other arguments; each `o` in `set -euo pipefail` takes an option's name."""
    at = 1
    while at < len(texts):
        value = known_text(texts[at])
        if value is None or not value.startswith(("-", "+")):
            break
        at += 1
        if value == "--":
            shell.scope.set(ARGUMENTS, (Value(tuple(texts[at:]), is_list=True),))
            return
        if value == "-":
            break
        for _ in range(value.count("o")):
            at += at < len(texts) and not (known_text(texts[at]) or "name").startswith(("-", "+"))
    if at < len(texts):
        shell.scope.set(ARGUMENTS, (Value(tuple(texts[at:]), is_list=True),))


def _shift(shell: Shell, texts: Sequence[Text]) -> None:
    values = shell.scope.get(ARGUMENTS)
    written = known_text(texts[1]) if len(texts) > 1 else "1"
    count = int(written) if written and written.isdecimal() and len(written) < MOST_VALUES else None
    if values is None:
        return
    if count is None or any(piece.splits for value in values for text in value.elements[:count] for piece in text):
        shell.scope.set(ARGUMENTS, None)
        return
    # Where there are fewer, none is taken.
    left = (value.elements[count:] if count <= len(value.elements) else value.elements for value in values)
    shell.scope.set(ARGUMENTS, tuple(value._replace(elements=one) for value, one in zip(values, left, strict=True)))


def _read(shell: Shell, texts: Sequence[Text]) -> None:
    """`read`, `mapfile` and `getopts` set variables to what nobody knows."""
    is_list = known_text(texts[0]) != "read" or any(known_text(text) in {"-a", "-ra", "-ar"} for text in texts)
    names = [name for text in texts[1:] if (name := known_text(text)) and name.isidentifier()]
    for name in names:
        shell.scope.set(name, unknown_value(_INPUT, is_list=is_list))


def _getopts(shell: Shell, texts: Sequence[Text]) -> None:
    for name in [known_text(texts[-1]) if len(texts) > 1 else None, "OPTARG"]:
        if name and name.isidentifier():
            shell.scope.set(name, unknown_value("the caller of the script gives it"))


def _printf(shell: Shell, texts: Sequence[Text]) -> None:
    if len(texts) <= _NAMED or known_text(texts[1]) != "-v":
        return
    name = known_text(texts[2])
    if name and name.isidentifier():
        made = _made(texts[_NAMED + 1 :])
        shell.scope.set(name, unknown_value("a command prints it") if made is None else (Value((made,)),))


def _made(texts: Sequence[Text]) -> Text | None:
    """Return what `printf` makes of a text without a format, or of a single one with nothing but its place."""
    form = known_text(texts[0]) if texts else None
    if form == "%s":
        return texts[1] if len(texts) == _NAMED else None
    return texts[0] if form is not None and len(texts) == 1 and "%" not in form and "\\" not in form else None


_NAMED = 2  # `printf -v NAME`


def _make_alias(shell: Shell, texts: Sequence[Text]) -> None:
    for text in texts[1:]:
        value = known_text(text) or ""
        name, equals, _ = value.partition("=")
        if equals and name:
            kept, left = [], len(name) + 1
            for piece in text:
                cut = min(left, len(piece.text))
                left -= cut
                kept.append(piece._replace(text=piece.text[cut:], at=piece.at + cut))
            if shell.run.aliases.get(name) != tuple(kept):
                shell.run.changed()
                shell.run.aliases[name] = tuple(kept)


def _exit(shell: Shell, _: Sequence[Text]) -> None:
    shell.is_over = True


def _let(shell: Shell, words: Sequence[Text]) -> None:
    """`let NAME=…` sets what the shell computes."""
    for word in words[1:]:
        found = re.search(r"[A-Za-z_]\w*", known_text(word) or "")
        if found is not None:
            shell.scope.set(found[0], unknown_value("the shell computes it"))


BUILTINS: dict[str, Callable[[Shell, Sequence[Text]], None]] = {
    "alias": _make_alias,
    "exit": _exit,
    "getopts": _getopts,
    "let": _let,
    "mapfile": _read,
    "printf": _printf,
    "read": _read,
    "readarray": _read,
    "set": _set,
    "shift": _shift,
}
"""What each of them does, given its words, its own name first."""
