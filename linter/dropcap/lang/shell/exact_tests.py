"""What a condition comes to: `[ … ]`, `[[ … ]]` and `test`, by the script itself or by what the listener knows."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dropcap.lang.shell.expansions import combinations, to_words
from dropcap.lang.shell.fragments import Piece, PieceKind, Text, known_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.expansions import Field
    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.shell.script import Script

__all__ = ["judge", "known", "verdict"]

_CLOSERS = {"[": "]", "[[": "]]"}
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": int.__eq__,
    "-ge": int.__ge__,
    "-gt": int.__gt__,
    "-le": int.__le__,
    "-lt": int.__lt__,
    "-ne": int.__ne__,
}


def known(text: str) -> Text:
    """Return a value of a text that is written nowhere."""
    return (Piece(text),)


def verdict(shell: Shell, node: tree_sitter.Node) -> bool | None:
    """Return whether the condition of a node holds; None where nobody knows."""
    raws = shell.raws_of(node)
    is_compared = shell.script.data.startswith(b"[[", node.start_byte)
    parts = node.named_children if is_compared else ()
    if raws and len(parts) == 1 and (_joint(parts[0]) or parts[0].type == _GROUP):
        return _of_parts(shell, parts[0], raws[0])
    if not raws or not _is_whole(shell, node, raws):
        return None
    return _of_words(shell, _not_split(shell.script, raws) if is_compared else raws, is_compared=is_compared)


_GROUP = "parenthesized_expression"


def _joint(node: tree_sitter.Node) -> str:
    """Return the sign that joins the two parts of a condition; empty where it is one."""
    return next((child.type for child in node.children if child.type in {"&&", "||"}), "")


def _of_parts(shell: Shell, node: tree_sitter.Node, opened: Raw) -> bool | None:
    """Judge a condition of `[[` that may be made of several."""
    sign = _joint(node)
    if node.type == _GROUP and len(node.named_children) == 1:
        return _of_parts(shell, node.named_children[0], opened)
    if not sign:
        raws = shell.raws_of(node)
        if not raws or not _is_whole(shell, node, raws):
            return None
        closed = opened._replace(pieces=[Piece("]]")])
        return _of_words(shell, [opened, *_not_split(shell.script, raws), closed], is_compared=True)
    holds = _of_parts(shell, node.children[0], opened)
    if holds is (sign == "||"):
        return holds
    other = _of_parts(shell, node.children[-1], opened)
    return other if other is (sign == "||") else None if holds is None else other


def _is_whole(shell: Shell, node: tree_sitter.Node, raws: Sequence[Raw]) -> bool:
    return raws[-1].span.end == shell.script.to_offset(node.end_byte)


def _of_words(shell: Shell, raws: list[Raw], *, is_compared: bool) -> bool | None:
    """Judge a condition whose words stand between its brackets."""
    found = combinations(raws, shell.parameters, shell.scope, shell.written)
    if len(found) != 1:
        return None
    patterns = [PieceKind.PLAIN in [piece.kind for piece in raw.pieces] for raw in raws] if is_compared else ()
    return judge(shell, found[0].fields, patterns if len(patterns) == len(found[0].fields) else ())


def _not_split(script: Script, raws: list[Raw]) -> list[Raw]:
    """Return words as `[[` has them, which splits nothing."""
    kept = script.compared.get(id(raws))
    if kept is not None and kept[0] is raws:
        return kept[1]
    found = [
        raw._replace(pieces=[Piece("", at=raw.span.start), *(one._replace(is_quoted=True) for one in raw.pieces)])
        for raw in raws
    ]
    script.compared[id(raws)] = raws, found
    return found


def judge(shell: Shell, fields: Sequence[Field], patterns: Sequence[bool] = ()) -> bool | None:
    """Return whether a condition holds.

    Args:
        shell: where it stands.
        fields: its words, `[`, `[[` or `test` first.
        patterns: which of them are patterns where `[[` compares.

    """
    texts = [_certain_text(field.pieces) for field in fields]
    name, words = texts[0], texts[1:]
    if name in _CLOSERS and (not words or words.pop() != _CLOSERS[name]):
        return None
    negates = bool(words) and words[0] == "!" and len(words) > 1
    words = words[1:] if negates else words
    is_pattern = name == "[[" and len(patterns) == len(fields) and patterns[-2]
    holds = _compared(words, is_pattern=is_pattern)
    if holds is None:
        answer = shell.ask(to_words(fields, shell.script.source, shell.run.texts))
        return None if answer is None else answer.holds
    return holds is not negates


def _certain_text(pieces: Sequence[Piece]) -> str | None:
    """Return the text of a word; None where a part of it is not known, or taken for what nobody else has said."""
    for piece in pieces:
        if piece.is_assumed:
            return None
    return known_text(pieces)


def _compared(  # noqa: PLR0911  # one a form of condition
    words: Sequence[str | None], *, is_pattern: bool
) -> bool | None:
    """Judge what can be judged of known words alone."""
    given = [word for word in words if word is not None]
    if len(given) != len(words):
        return None
    match given:
        case []:
            return False
        case [word]:
            return word != ""
        case [sign, _] if not sign.startswith(("-", "!")):
            return False  # no operator
        case ["-n", word]:
            return word != ""
        case ["-z", word]:
            return word == ""
        case [left, "=" | "==" as sign, right] | [left, "!=" as sign, right]:
            holds = fnmatchcase(left, right) if is_pattern else left == right
            return holds is (sign != "!=")
        case [left, sign, right] if sign in _NUMBERS and _is_number(left) and _is_number(right):
            return _NUMBERS[sign](int(left), int(right))
    return None


_LONGEST_NUMBER = 18


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER
