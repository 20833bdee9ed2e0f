"""`.env` files as Docker Compose reads them, which is not quite as a shell does.

Source: compose-go, `dotenv/parser.go` and `dotenv/env.go`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.environment import Environment, Variable
from dropcap.carriers.compose.substitute import RequiredError, substitute
from dropcap.carriers.compose.variables import InvalidTemplateError
from dropcap.model import Failure
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.source import Source

MAX_GROWTH = 16_000_000
"""How many characters the values of a file may come to beyond what is written."""

# What Go's unicode.IsSpace knows; Python's own blanks are more.
_BLANK = "\t\v\f\r \x85\xa0"
_SPACE = f"\n{_BLANK}\u1680{''.join(map(chr, range(0x2000, 0x200B)))}\u2028\u2029\u202f\u205f\u3000"
_BEFORE_NAME = rf"(?:[{_SPACE}]+|#[^\n]*)*"
_EXPORT = rf"export(?=[\t\n\f\r ])[{_BLANK}]*"
_NAME = rf"[{_BLANK}A-Za-z0-9_.\-\[\]]*"
_BLANKS = rf"[{_BLANK}]*"
_QUOTED = {quote: rf"{quote}([^{quote}\\]*(?:\\.[^{quote}\\]*)*){quote}" for quote in "'\""}
_PAIR = r"\\(.)"
_ESCAPE = r"\\(?:[abcfnrtv$\"\\]|0[0-9]{0,3})"
_ESCAPES = {rf"\{letter}": meant for letter, meant in zip('abfnrtv"\\', '\a\b\f\n\r\t\v"\\', strict=True)}
_ESCAPES[r"\$"] = "$$"
_OCTAL = r"\\0[0-3][0-7]{2}"
_RAW_LINE = r"(?m)^[ \t\v\f]*([^#\r\n=\s][^\r\n=]*)(=?)([^\r\n]*)"


def read_dotenv(
    source: Source, environment: Environment, earlier: Mapping[str, Variable] | None = None
) -> tuple[dict[str, Variable], tuple[Failure, ...]]:
    """Read a file of variables.

    Args:
        source: the file.
        environment: the variables that are set without it. A reference in a value is answered by them first, and
            then by what stands above it.
        earlier: what the files before this one set, where there are several; weaker than what this one sets.

    Returns:
        The variables, those of the files before included: which of them the environment overrules is for its
        :meth:`Environment.over` to say. A value that depends on a variable that may be set elsewhere says so by its
        `unknown`. A name alone takes over what the environment has, and is not there if that has nothing.
        Compose refuses a whole file for one mistake: then there is one failure, and what stands above it.

    """
    reader = _Reader(source, environment, earlier or {})
    try:
        reader.read()
    except _RefusedError as refused:
        message = f"Docker Compose refuses this file of variables: {refused}"
        return reader.values, (Failure(source.path, message, source=source, span=refused.span),)
    return reader.values, ()


def read_raw(source: Source, environment: Environment, earlier: Mapping[str, Variable]) -> dict[str, Variable]:
    """Read a file of variables of the format `raw`: lines of `name=value` in which nothing is replaced.

    A name alone takes over what the environment has. Source: docker/compose, `cmd/compose/compose.go`.
    """
    found = dict(earlier)
    for match in re.finditer(_RAW_LINE, source.text):
        variable = Variable(match[3], source, Span(*match.span(3))) if match[2] else environment.lookup(match[1])
        if variable is not None:
            found[match[1]] = variable
    return found


class _RefusedError(ValueError):
    """Compose refuses the file; says where and why."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.span = Span(start, end)


class _Known(Environment):
    """What a value may refer to: the environment, and behind it what stands above the value."""

    __slots__ = ("_above", "_environment")

    def __init__(self, environment: Environment, above: Mapping[str, Variable]) -> None:
        super().__init__({}, environment.is_complete)
        self._environment = environment
        self._above = above

    def lookup(self, name: str) -> Variable | None:
        return self._environment.lookup(name) or self._above.get(name)


class _Reader:
    """Reads a file once, from its start to its end."""

    def __init__(self, source: Source, environment: Environment, earlier: Mapping[str, Variable]) -> None:
        self.values = dict(earlier)
        self._source = source
        self._text = source.text
        self._known = _Known(environment, self.values)
        self._growth = 0

    def read(self) -> None:
        if self._source.encoding != "utf-8":
            raise _RefusedError(f"it is not UTF-8, but {self._source.encoding[:6].upper()}", 0, 0)
        text, size = self._text, len(self._text)
        at = _skip(_BEFORE_NAME, text, 0)
        while at < size:
            name, at, is_alone = self._name(at)
            if is_alone:
                self._take_over(name)
            else:
                variable, at = self._value(at)
                # A name alone that ends the file is read as the value of a variable without a name.
                if name:
                    self.values[name] = variable
            at = _skip(_BEFORE_NAME, text, at)

    def _name(self, start: int) -> tuple[str, int, bool]:
        """Read a name and the sign behind it; gives the name, where to go on, and whether it stands alone."""
        text = self._text
        at = start = _skip(_EXPORT, text, start)
        if at == len(text):
            raise _RefusedError("no name follows export", at, at)
        while True:
            at = _skip(_NAME, text, at)
            character = text[at : at + 1]
            if character in ("", "=", ":", "\n"):
                break
            if not _is_letter_or_number(character):
                raise _RefusedError(f"no variable's name can hold {_shown(character)}", at, at + 1)
            at += 1
        if not character:
            return "", start, False
        name = text[start:at].rstrip(_SPACE)
        if " " in name:
            raise _RefusedError("a variable's name has a space in it", start, start + len(name))
        return name, _skip(_BLANKS, text, at + 1), character == "\n"

    def _take_over(self, name: str) -> None:
        variable = self._known.lookup(name)
        if variable:
            self.values[name] = variable

    def _value(self, start: int) -> tuple[Variable, int]:
        """Read a value; gives where to go on, too."""
        text = self._text
        quote = text[start : start + 1]
        if quote not in _QUOTED:
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            value = text[start:end].partition(" #")[0].rstrip(_SPACE)
            return self._expanded(value, Span(start, start + len(value))), min(end + 1, len(text))
        found = re.compile(_QUOTED[quote], re.DOTALL).match(text, start)
        if found is None:
            raise _RefusedError("this quote is never closed", start, start + 1)
        span = Span(*found.span(1))
        value = found[1]
        if "\\" in value:
            value = re.sub(_PAIR, lambda pair: quote if pair[1] == quote else pair[0], value, flags=re.DOTALL)
        if quote == "'":
            return Variable(value, self._source, span), found.end()
        if "\\" in value:
            value = re.sub(_ESCAPE, _unescaped, value)
        return self._expanded(value, span), found.end()

    def _expanded(self, value: str, span: Span) -> Variable:
        if "$" not in value:
            return Variable(value, self._source, span)
        try:
            result = substitute(value, self._known)
        except InvalidTemplateError as error:
            is_as_written = self._text.startswith(value, span.start)
            at = Span(span.start + error.offset, span.start + error.offset + 2) if is_as_written else span
            raise _RefusedError(f"a value {error}", at.start, min(at.end, span.end)) from None
        except RequiredError as error:
            raise _RefusedError(f"a value {error}", *span) from None
        self._growth += max(0, len(result.text) - len(value))
        if self._growth > MAX_GROWTH:
            raise _RefusedError(f"its values come to more than {MAX_GROWTH:,} characters", *span)
        return Variable(result.text, self._source, span, result.unknown)


def _skip(pattern: str, text: str, at: int) -> int:
    found = re.compile(pattern).match(text, at)
    return found.end() if found else at


def _unescaped(escape: re.Match[str]) -> str:
    """Give what an escape means; one of octal digits is that of a byte or nothing but loses its 0."""
    written = escape[0]
    if not written.startswith(r"\0"):
        return _ESCAPES.get(written, written)
    return chr(int(f"0o{written[2:]}", 0)) if re.fullmatch(_OCTAL, written) else f"\\{written[2:]}"


def _is_letter_or_number(character: str) -> bool:
    if character.isascii():
        return character.isalnum()
    from unicodedata import category

    return category(character)[0] in "LN"


def _shown(character: str) -> str:
    return f'"{character}"' if character.isprintable() else f"U+{ord(character):04X}"
