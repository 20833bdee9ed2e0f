"""What an expansion gives: `$NAME`, `${NAME:-word}`, `"${LIST[@]}"`, `$1`, `${NAME%.*}`.

A variable that the script sets nowhere is not known. Its default is: `${NAME:-word}` is `word`, unless the caller's
environment says otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.lang.shell.array_ops import counted, element, is_empty, measured, sliced, substring, trimmed
from dropcap.lang.shell.fragments import BREAK, Guards, Piece, PieceKind, Text, consistent, known_text, product
from dropcap.lang.shell.lexer import StopReadingError, read_operand
from dropcap.lang.shell.scope import ARGUMENTS, Value, unknown_value
from dropcap.lang.shell.template_holes import PLACEHOLDER
from dropcap.lang.words import is_several, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from dropcap.lang.shell.scope import Scope
    from dropcap.lang.shell.script import Script
    from dropcap.lang.shell.template_holes import TemplateHole

__all__ = ["Choice", "Parameters"]

MAX_DEPTH = 20
"""How deeply defaults may stand in one another."""

_PARAMETER = re.compile(
    r"\$(?:(?P<bare>[A-Za-z_]\w*|[0-9@*#?!$-])"
    r"|\{(?P<mark>[!#](?=[A-Za-z_0-9@*]))?(?P<name>[A-Za-z_]\w*|[0-9]+|[@*#?!$-])(?:\[(?P<index>[^]]*)\])?)",
    re.ASCII,
)
_OPERATOR = re.compile(r":?[-=+?]|##?|%%?|[/^,@:]")
# Patterns of what few scripts have are compiled where they are asked for.
_PROGRAM = r"(?:\$\(|`)\s*(?:command\s+-v|which|type\s+-[pP])\s+(?P<path>[\w./-]+)\s*(?:2>\s*/dev/null\s*)?(?:\)|`)"
_CALLER = "the caller of the script gives it"
_ON_PATH = "the machine decides where it is"
_EDITED = "the shell computes it"
_TOO_DEEP = "too many defaults are nested in each other"
_SUBSTRING = r"(?a)(\d{1,9}|[ ]+-\d{1,9})(?::[ ]*(-?\d{1,9}))?(?=\})"
_SLICE = r"(?a)[ ]*([1-9]\d{0,8})(?::(\d{1,9}))?(?=\})"

if TYPE_CHECKING:
    Choice: TypeAlias = tuple[Guards, list[Piece]]
else:
    Choice = object
_ALWAYS: Guards = frozenset()


@lru_cache(maxsize=4096)  # the same few are used again and again
def _parameter_in(text: str) -> re.Match[str] | None:
    return _PARAMETER.match(text)


class Parameters:
    """Expands by what a scope knows; the pieces that it gives have places in the reader's first script."""

    def __init__(
        self,
        script: Script,
        scope: Scope,
        taken: Sequence[TemplateHole] = (),
        outputs: Mapping[int, str | None] | None = None,
        *,
        is_closed: bool = False,
    ) -> None:
        """Take a script and its variables.

        Args:
            script: the script that expansions stand in.
            scope: what the variables hold.
            taken: the parts that something else has filled in before.
            outputs: what the substituted commands print that start at some bytes.
            is_closed: whether a variable that nobody sets is empty.

        """
        self._outputs = outputs
        self._is_closed = is_closed
        self._script = script
        self._scope = scope
        self._taken = {one.at: one for one in taken}
        self._taken_at = sorted(self._taken)
        self._depth = 0

    def homed(self, pieces: list[Piece]) -> list[Piece]:
        """Give pieces that are no expansions with their places in the reader's first script."""
        return self._script.all_homed(pieces)

    def cut(self, pieces: list[Piece]) -> list[Piece]:
        """Find what is filled in between single quotation marks, where a shell expands nothing."""
        if not self._taken_at:
            return pieces
        found: list[Piece] = []
        for piece in pieces:
            end = piece.at + len(piece.text)
            first, last = bisect_left(self._taken_at, piece.at), bisect_left(self._taken_at, end)
            if piece.kind is PieceKind.UNKNOWN or first == last:
                found.append(piece)
                continue
            start = piece.at
            for at in self._taken_at[first:last]:
                found.append(piece._replace(text=self._script.text[start:at], at=start))
                found.append(Piece(PLACEHOLDER, PieceKind.UNKNOWN, at=at, is_quoted=True))
                start = at + len(PLACEHOLDER)
            found.append(piece._replace(text=self._script.text[start:end], at=start))
        return found

    def reopen(self) -> None:
        """Take a variable that nobody sets for one that may have a value."""
        self._is_closed = False

    def choices(self, pieces: Sequence[Piece]) -> list[Choice]:
        """Give what a word's pieces may become, one choice after the other."""
        if len(pieces) == 1 and pieces[0].kind is PieceKind.UNKNOWN:  # as of most words that are expanded
            return self.expand(pieces[0])
        found: list[Choice] = [(_ALWAYS, [])]
        for piece in pieces:
            if piece.kind is not PieceKind.UNKNOWN:
                homed = self._script.homed(piece)
                for _, gathered in found:
                    gathered.extend(homed)
            else:
                found = product(found, self.expand(piece))
        return found

    def expand(self, piece: Piece) -> list[Choice]:  # noqa: PLR0911  # one a kind of expansion
        """Give what one expansion may become."""
        here = self._script.homed(piece)[0]
        if self._taken:
            taken = self._taken.get(piece.at)
            if taken is not None:
                return [(_ALWAYS, [here._replace(text=taken.text, reason=taken.reason)])]
        output = self._outputs.get(self._script.to_byte(piece.at)) if self._outputs else None
        if output is not None:
            return [(_ALWAYS, [Piece(output, PieceKind.QUOTED if here.is_quoted else PieceKind.EXPANDED)])]
        if self._outputs is not None and piece.text.startswith("$((") and piece.text.endswith("))"):
            from dropcap.lang.shell.arithmetic import evaluate  # only where every command is heard

            computed = evaluate(piece.text[3:-2], self._known)
            if computed is not None:
                return [(_ALWAYS, [Piece(str(computed))])]
        program = re.fullmatch(_PROGRAM, piece.text) if piece.text.startswith(("$(", "`")) else None
        if program:
            # A path of the machine's choosing, of which the last part is certain.
            name = program["path"].rpartition("/")[2]
            at = self._script.home_at(piece.at + program.end("path") - len(name)) - 1
            return [(_ALWAYS, [here._replace(splits=False, reason=_ON_PATH), Piece(f"/{name}", at=at)])]
        match = _parameter_in(piece.text)
        if match is None or piece.end < 0:
            return [(_ALWAYS, [here])]
        if self._depth >= MAX_DEPTH:
            return [(_ALWAYS, [here._replace(reason=_TOO_DEEP)])]
        self._depth += 1
        try:
            return self._parameter(piece, here, match)
        finally:
            self._depth -= 1

    def _known(self, name: str) -> str | None:
        values = self._values(name, None, None)
        if values is None or len(values) != 1:
            return None
        return known_text(values[0].elements[0]) if values[0].elements else "0"

    def _parameter(self, piece: Piece, here: Piece, match: re.Match[str]) -> list[Choice]:
        name = match["bare"] or match["name"]
        values = self._values(name, match["index"], match["mark"])
        if match["bare"]:
            return self._given(values, here)
        start, end = piece.at + match.end(), piece.end - 1
        operator = _OPERATOR.match(self._script.text, start, end)
        if operator is None:
            return self._given(values, here) if start == end else [(_ALWAYS, [here])]
        return self._operated(name, values, here, operator, end)

    def _given(self, values: tuple[Value, ...] | None, here: Piece) -> list[Choice]:
        if values is None:
            return [(_ALWAYS, [here])]
        if len(values) == 1:  # as of most
            return [(values[0].guards, _used(values[0], here, self._separator()))]
        separator = self._separator()
        return [(value.guards, _used(value, here, separator)) for value in values]

    def _separator(self) -> str:
        """Give what `"$*"` puts between its elements."""
        values = self._scope.get("IFS")
        text = known_text(values[0].elements[0]) if values and values[0].elements else None
        return " " if text is None else text[:1]

    def _values(  # noqa: PLR0911  # one a kind of parameter
        self, name: str, index: str | None, mark: str | None
    ) -> tuple[Value, ...] | None:
        """Look a parameter up; None where the script does not set it."""
        if mark == "!":
            return self._indirect(name, index)
        if name == "#" and mark is None:
            return counted(self._scope.get(ARGUMENTS))
        if name.isdigit():
            return self._positional(int(name))
        if name in {"@", "*"}:
            values = self._scope.get(ARGUMENTS)
        elif not (name[0].isalpha() or name[0] == "_"):
            return None
        else:
            values = self._scope.get(name)
            is_empty = values is None and self._is_closed and name not in _OF_SHELL
            values = (Value(()),) if is_empty else values
        if mark == "#" and values is not None:
            return counted(values) if index in {"@", "*"} or name in {"@", "*"} else measured(values)
        if mark == "#" or values is None:
            return None
        if index in {"@", "*"} or name in {"@", "*"}:
            return values
        return tuple(element(value, index) for value in values)

    def _positional(self, number: int) -> tuple[Value, ...] | None:
        values = self._scope.get(ARGUMENTS)
        if values is None:
            return unknown_value(_CALLER) if number else self._scope.get("0")
        if number == 0:
            return self._scope.get("0")
        return tuple(element(value, str(number - 1)) for value in values)

    def _indirect(self, name: str, index: str | None) -> tuple[Value, ...] | None:
        values = self._scope.get(name)
        if values is None or len(values) != 1 or index is not None or not values[0].elements:
            return unknown_value(_EDITED)
        pointed = known_text(values[0].elements[0])
        return self._values(pointed, None, None) if pointed else unknown_value(_EDITED)

    def _operated(
        self, name: str, values: tuple[Value, ...] | None, here: Piece, operator: re.Match[str], end: int
    ) -> list[Choice]:
        sign = operator[0]
        word = (operator.end(), end)
        if sign[-1] in "-=?":
            return list(self._defaulted(name, values, here, sign, word))
        if sign[-1] == "+":
            return list(self._replaced(name, values, here, sign, word))
        if values is not None and sign in {"#", "##", "%", "%%"}:
            pattern = self._script.text[operator.end() : end]
            return [(value.guards, _used(trimmed(value, sign, pattern), here, " ")) for value in values]
        piece = re.compile(_SLICE).match(self._script.text, operator.end(), end + 1) if sign == ":" else None
        if piece is not None and values is not None and is_several(here.text) and name == ARGUMENTS:
            first = max(int(piece[1]) - 1, 0)
            last = first + int(piece[2]) if piece[2] else None
            return [(value.guards, _used(sliced(value, first, last), here, " ")) for value in values]
        part = re.compile(_SUBSTRING).match(self._script.text, operator.end(), end + 1) if sign == ":" else None
        if part is not None and values is not None and not is_several(here.text) and name not in {ARGUMENTS, "*"}:
            length = int(part[2]) if part[2] else None
            return [(value.guards, _used(substring(value, int(part[1]), length), here, " ")) for value in values]
        return [(_ALWAYS, [here._replace(reason=_EDITED if values is not None else here.reason)])]

    def _defaulted(
        self, name: str, values: tuple[Value, ...] | None, here: Piece, sign: str, word: tuple[int, int]
    ) -> Iterator[Choice]:
        """`${NAME:-word}`, `${NAME:=word}` and, for which there is no word, `${NAME:?message}`."""
        for value in (Value(()),) if values is None else values:
            is_missing = is_empty(value) if ":" in sign else not value.elements
            if is_missing is False or (is_missing is None and sign[-1] != "?"):
                yield value.guards, _used(value, here, self._separator())
                continue
            if sign[-1] == "?":
                yield value.guards, [here]
                continue
            for guards, pieces in self._operand(word, here):
                both = consistent(value.guards, guards)
                if both is None:
                    continue
                given = [piece._replace(is_assumed=True) for piece in pieces] if values is None else pieces
                if sign[-1] == "=":
                    self._scope.set(name, (Value((_text(given),)),))
                yield both, given

    def _replaced(
        self, name: str, values: tuple[Value, ...] | None, here: Piece, sign: str, word: tuple[int, int]
    ) -> Iterator[Choice]:
        """`${NAME:+word}`: where nobody knows whether the variable is set, both may be."""
        for value in unknown_value("") if values is None else values:
            is_missing = is_empty(value) if ":" in sign else not value.elements
            branch = self._scope.question(name)
            if is_missing is not False:
                chosen = frozenset({(branch, 0)}) if is_missing is None else _ALWAYS
                both = consistent(value.guards, chosen)
                if both is not None:
                    yield both, [Piece("", at=here.at)] if here.is_quoted else []
            if is_missing is not True:
                for guards, pieces in self._operand(word, here):
                    chosen = frozenset({(branch, 1)}) if is_missing is None else _ALWAYS
                    both = consistent(value.guards, chosen)
                    both = None if both is None else consistent(both, guards)
                    if both is not None:
                        yield both, pieces

    def _operand(self, word: tuple[int, int], here: Piece) -> list[Choice]:
        try:
            pieces = read_operand(self._script.text, *word, self._script.expansion_end, is_quoted=here.is_quoted)
        except StopReadingError:
            return [(_ALWAYS, [here])]
        choices = self.choices(pieces)
        return [(guards, found or ([Piece("", at=here.at)] if here.is_quoted else [])) for guards, found in choices]


def _text(pieces: Sequence[Piece]) -> Text:
    """Make a value's text of an expanded word's pieces: nothing is split any more."""
    space = [
        piece._replace(text=" ", kind=PieceKind.QUOTED) if piece.kind is PieceKind.BREAK else piece for piece in pieces
    ]
    return tuple(piece if piece.kind is PieceKind.UNKNOWN else piece._replace(kind=PieceKind.QUOTED) for piece in space)


def _used(value: Value, here: Piece, separator: str) -> list[Piece]:
    """Give the pieces that a value becomes where an expansion stands."""
    if len(value.elements) == 1 and len(value.elements[0]) == 1 and value.elements[0][0].kind is PieceKind.UNKNOWN:
        # All unknown: it is known by the name that is used.
        inner = value.elements[0][0]
        splits = here.splits or (is_several(here.text) and inner.splits)
        return [here._replace(reason=inner.reason or _reason_of(inner), splits=splits)]
    pieces: list[Piece] = []
    is_joined = here.is_quoted and not is_several(here.text)
    for number, text in enumerate(value.elements):
        if number:
            pieces.append(Piece(separator, at=here.at) if is_joined else BREAK)
        pieces += [_used_piece(piece, here) for piece in text]
        if here.is_quoted and not text:
            pieces.append(Piece("", at=here.at))
    return pieces


def _used_piece(piece: Piece, here: Piece) -> Piece:
    if piece.kind is PieceKind.UNKNOWN:
        text = piece.text or here.text
        at = here.at if piece.at < 0 else piece.at
        return piece._replace(text=text, at=at, splits=not here.is_quoted or is_several(text), is_quoted=here.is_quoted)
    return piece if here.is_quoted else piece._replace(kind=PieceKind.EXPANDED)


def _reason_of(piece: Piece) -> str:
    """Say why an expansion that a variable holds is not known."""
    return reason_of(piece.text) if piece.text else ""


_OF_SHELL = frozenset(
    {
        *("BASHOPTS", "BASHPID", "BASH_VERSINFO", "BASH_VERSION", "COLUMNS", "COMP_WORDBREAKS", "DIRSTACK"),
        *("EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS", "HISTCMD", "HOSTNAME", "HOSTTYPE", "IFS"),
        *("LINENO", "LINES", "MACHTYPE", "OLDPWD", "OPTIND", "OSTYPE", "PIPESTATUS", "PPID", "PS1", "PS2", "PS4"),
        *("PWD", "RANDOM", "SECONDS", "SHELL", "SHELLOPTS", "SHLVL", "SRANDOM", "UID", "_"),
    }
)
"""The variables that a shell sets by itself. Source: bash(1), "Shell Variables"; dash(1)."""
