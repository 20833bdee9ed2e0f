"""The commands that `xargs` makes of what it reads, where that is known, or is what one `find` prints.

Source: findutils xargs/xargs.c read_line(), read_string() and do_insert().
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, PieceKind, known_text, of_word
from dropcap.lang.shell.subcommand_words import option_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.shell.call import Call
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.texts import Texts

__all__ = ["commands_of"]

_MOST = 200
_LETTERS = "aEdILnPs"
_NAMES = ("arg-file", "delimiter", "max-lines", "max-args", "max-procs", "max-chars")
_SPECIAL = re.compile(r"['\"\\\0]")
_PASSED_OVER = frozenset({"0", "null", "r", "no-run-if-empty", "t", "verbose", "P", "max-procs", "x", "exit"})
_ACTIONS = frozenset(
    {*("-delete", "-exec", "-execdir", "-fls", "-fprint", "-fprint0", "-fprintf", "-ls", "-ok", "-okdir"), "-printf"}
)
_PRINTS = frozenset({"-print", "-print0"})


def commands_of(
    words: Sequence[Text], document: Text | None, sender: Call | None, texts: Texts
) -> Sequence[Sequence[Text]] | None:
    """Return the commands that a call of `xargs` runs; None where they are not known.

    Args:
        words: the call, its own name first.
        document: what it reads; None where that is not known.
        sender: the one command whose output it reads; None where that is not known, or there are several.
        texts: what the pieces' places are addresses in.

    """
    options, command = option_values(words, _LETTERS, _NAMES, stops=True)
    if not command or any(known_text(value) is None for value in options.values()):
        return None
    given = {name: known_text(value) or "" for name, value in options.items()}
    text = None if document is None else known_text(document)
    if text is not None and not given.keys() & {"0", "null"}:
        return _of_text(given, command, text, words[0][0].at)
    return None if text is not None or sender is None else _of_find(given, command, sender, texts)


def _of_text(given: dict[str, str], command: Sequence[Text], text: str, at: int) -> Sequence[Sequence[Text]] | None:
    mark = given.get("I")
    count = given.get("n", given.get("max-args", "")) or str(_MOST)
    if given.keys() - _PASSED_OVER - {"I", "n", "max-args", "d", "delimiter"} or not count.isdecimal():
        return None
    parts = _parts(text, given.get("d", given.get("delimiter")), by_line=mark is not None)
    if parts is None or len(parts) > _MOST:
        return None
    if mark is not None:
        return [[_filled(word, mark, part) for word in command] for part in parts] if mark else None
    size = max(int(count), 1)
    runs = [parts[start : start + size] for start in range(0, len(parts), size)]
    if not runs and not given.keys() & {"r", "no-run-if-empty"}:
        runs = [[]]
    return [[*command, *((Piece(part, at=at),) for part in run)] for run in runs]


def _parts(text: str, sign: str | None, *, by_line: bool) -> list[str] | None:
    """Take a text apart; None where it has signs of its own in it."""
    if sign is not None:
        sign = "\n" if sign == r"\n" else sign
        return text.removesuffix(sign).split(sign) if len(sign) == 1 and sign != "\\" and text else None
    if _SPECIAL.search(text):
        return None
    if by_line:
        return [line.lstrip(" \t") for line in text.split("\n") if line.strip(" \t")]
    return re.split(r"[ \t\n]+", text.strip(" \t\n")) if text.strip(" \t\n") else []


def _filled(word: Text, mark: str, part: str) -> Text:
    """Return a word with a part of the input in the place of its mark."""
    whole = "".join(piece.text for piece in word)
    if mark not in whole:
        return word
    if not any(piece.kind is PieceKind.UNKNOWN for piece in word):
        return (Piece(whole.replace(mark, part), at=word[0].at),)
    return tuple(one if one.kind is PieceKind.UNKNOWN else _put(one, mark, part) for one in word)


def _put(piece: Piece, mark: str, part: str) -> Piece:
    return piece._replace(text=piece.text.replace(mark, part))


def _of_find(
    given: dict[str, str], command: Sequence[Text], call: Call, texts: Texts
) -> Sequence[Sequence[Text]] | None:
    """Return the `find` that runs the command itself upon what it would print."""
    values = [word.value for word in call.words]
    if values[0].rpartition("/")[2] != "find" or not _ACTIONS.isdisjoint(values) or call.words[0].unknown is not None:
        return None
    mark = given.get("I")
    if given.keys() - _PASSED_OVER - {"I", "n", "max-args"} or mark not in {None, "{}"}:
        return None
    kept = [of_word(word, texts) for word in call.words if word.value not in _PRINTS]
    end = ("{}", "+") if mark is None else (";",)
    return [[*kept, (Piece("-exec"),), *command, *((Piece(one),) for one in end)]]
