"""`getopts` in a script that is followed exactly: one option after the other, where the words are known.

Source: POSIX, getopts; bash and dash do the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.builtins import BUILTINS
from dropcap.lang.shell.exact_tests import known
from dropcap.lang.shell.fragments import known_text
from dropcap.lang.shell.scope import ARGUMENTS, Value, unknown_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Text

__all__ = ["take_option"]

_WORDS = 3  # its name, the letters, the variable
_AT = " optind"
"""The name by which it is kept how far it is in a word with several letters."""
_LONGEST_NUMBER = 4


def take_option(shell: Shell, texts: Sequence[Text]) -> bool | None:
    """Take the next option; says whether there is one, and None where nobody knows."""
    told = [known_text(text) for text in texts[1:]]
    words = _arguments(shell)
    at = _number(shell)
    if len(texts) != _WORDS or None in told or words is None or at is None or not (told[1] or "").isidentifier():
        BUILTINS["getopts"](shell, texts)
        _set(shell, "OPTIND", None)
        return None
    letters, name = told[0] or "", told[1] or ""
    word = known_text(words[at - 1]) if at <= len(words) else ""
    if word is None:
        BUILTINS["getopts"](shell, texts)
        _set(shell, "OPTIND", None)
        return None
    if not word.startswith("-") or word in {"-", "--"}:
        _end(shell, name, at + (word == "--"))
        return False
    offset = _offset(shell, at)
    letter, rest = word[offset], word[offset + 1 :]
    _go_on(shell, at, offset + 1 if rest else 0)
    takes = letters.lstrip(":").partition(letter)[2].startswith(":")
    if letter == ":" or letter not in letters.lstrip(":"):
        _found(shell, name, "?", known(letter) if letters.startswith(":") else None)
    elif not takes:
        _found(shell, name, letter, None)
    elif rest:
        _go_on(shell, at, 0)
        _found(shell, name, letter, known(rest))
    elif at < len(words):
        _go_on(shell, at + 1, 0)
        _found(shell, name, letter, words[at])
    else:
        is_quiet = letters.startswith(":")
        _found(shell, name, ":" if is_quiet else "?", known(letter) if is_quiet else None)
    return True


def _arguments(shell: Shell) -> Sequence[Text] | None:
    """Return the words that it is given; None where it is not known how many there are."""
    values = shell.scope.get(ARGUMENTS)
    if values is None or len(values) != 1 or any(piece.splits for text in values[0].elements for piece in text):
        return None
    return values[0].elements


def _number(shell: Shell) -> int | None:
    """Return the number of the word that it looks at next."""
    values = shell.scope.get("OPTIND")
    if values is None:
        return 1
    text = known_text(values[0].elements[0]) if len(values) == 1 and values[0].elements else None
    is_number = text is not None and text.isdecimal() and len(text) < _LONGEST_NUMBER
    return int(text) if text is not None and is_number and int(text) > 0 else None


def _offset(shell: Shell, at: int) -> int:
    told = shell.scope.get("OPTIND")
    if told is None or told[0].elements[0][0].at >= 0:  # the script has set it: a word begins anew
        return 1
    values = shell.scope.get(_AT)
    number, _, offset = ((known_text(values[0].elements[0]) if values else None) or "").partition(":")
    return int(offset) if number == str(at) and offset else 1


def _go_on(shell: Shell, at: int, offset: int) -> None:
    """Keep where the next option is: in this word, or in the one behind it."""
    number = at if offset else at + 1
    _set(shell, "OPTIND", known(str(number)))
    _set(shell, _AT, known(f"{number}:{offset or 1}"))


def _found(shell: Shell, name: str, letter: str, value: Text | None) -> None:
    _set(shell, name, known(letter))
    shell.scope.set("OPTARG", (Value(() if value is None else (value,)),))


def _end(shell: Shell, name: str, at: int) -> None:
    _set(shell, "OPTIND", known(str(at)))
    _found(shell, name, "?", None)


def _set(shell: Shell, name: str, text: Text | None) -> None:
    shell.scope.set(name, unknown_value("the caller of the script gives it") if text is None else (Value((text,)),))
