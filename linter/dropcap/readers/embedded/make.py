"""Makefiles: each line of a recipe is a script, with make's own variables in it.

A variable that the file sets once is known, wherever it is set; `$$` is a dollar for the shell. What `include`, the
command line or the environment set is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.readers.embedded.scripts import Builder, Script, may_concern, read_all
from dropcap.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["read"]

MAX_DEPTH = 10
"""How deeply variables may stand in one another."""

_ASSIGNMENT = (
    r"[ ]*(?:(?:export|override|unexport)[ \t]+)*(?P<name>[\w.-]+)[ \t]*(?P<sign>(?:::?|\?|\+)?=)[ \t]*(?P<value>.*)"
)
_VARIABLE = r"[\w.-]+"
_PROGRAM = r"[\w./-]*\b(?:docker|podman|nerdctl)"
_LINE = r"[^\n]*(?:\n|\Z)"
_CLOSING = {"(": ")", "{": "}"}
_ELSEWHERE = "make has it from elsewhere"
_SEVERAL = "the file sets it in several places"


class _Part(NamedTuple):
    """A part of the file's text."""

    text: str
    at: int


def read(source: Source) -> Document:
    """Read a makefile."""
    if not may_concern(source):
        return read_all(source, "make", ())
    return read_all(source, "make", _Makefile(source).scripts())


class _Makefile:
    """A makefile's recipes and variables."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._values: dict[str, list[_Part] | None] = {}
        self._recipes: list[list[_Part]] = []
        self._is_one_shell = False
        self._left = 2 * len(source.text) + 100_000  # characters that variables may add
        self._take_lines()

    def _take_lines(self) -> None:
        """Sort the file's lines into recipes and assignments."""
        is_defining = is_recipe = is_new_rule = False
        continued: list[_Part] = []
        for match in re.compile(_LINE).finditer(self._source.text):
            line, at = match[0], match.start()
            body = line.rstrip("\r\n")
            goes_on = (len(body) - len(body.rstrip("\\"))) % 2 == 1
            if continued:
                # Make takes one tab off a recipe's next line, and leaves the backslash to the shell.
                skipped = int(is_recipe and line.startswith("\t"))
                continued.append(_Part(line[skipped:], at + skipped))
            elif is_defining:
                is_defining = not re.match(r"\s*endef\b", line)
                continue
            elif re.match(r"[ ]*(?:override[ \t]+|export[ \t]+)*define\b", line):
                is_defining = True
                continue
            else:
                is_recipe = line.startswith("\t") and bool(body.strip())
                continued = [_Part(line[int(is_recipe) :], at + int(is_recipe))]
            if goes_on and line.endswith("\n"):
                continue
            whole, continued = continued, []
            if is_recipe:
                self._add_recipe(whole, is_new_rule=is_new_rule)
                is_new_rule = False
            elif body.strip() and not body.lstrip().startswith("#"):
                is_new_rule = self._take_statement(whole) or is_new_rule

    def _add_recipe(self, parts: list[_Part], *, is_new_rule: bool) -> None:
        prefix = len(parts[0].text) - len(parts[0].text.lstrip("@-+ \t"))
        parts[0] = _Part(parts[0].text[prefix:], parts[0].at + prefix)
        if self._is_one_shell and self._recipes and not is_new_rule:
            self._recipes[-1] += parts
        else:
            self._recipes.append(parts)

    def _take_statement(self, parts: list[_Part]) -> bool:
        """Take an assignment, or a rule with a recipe behind a semicolon; says whether it is a rule."""
        first = parts[0]
        match = re.match(_ASSIGNMENT, first.text, re.DOTALL)
        if match is None:
            self._is_one_shell = self._is_one_shell or first.text.startswith(".ONESHELL")
            head, semicolon, _ = first.text.partition(";")
            if semicolon and ":" in head:
                at = len(head) + 1
                self._add_recipe([_Part(first.text[at:], first.at + at), *parts[1:]], is_new_rule=True)
            return ":" in first.text
        value = [_Part(match["value"], first.at + match.start("value")), *parts[1:]]
        cleaned = [_Part(re.sub(r"\s*\\?\r?\n?$", "", re.sub(r"(?:^|\s)#.*", "", one.text)), one.at) for one in value]
        self._set(match["name"], match["sign"], cleaned)
        return False

    def _set(self, name: str, sign: str, value: list[_Part]) -> None:
        if name not in self._values:
            self._values[name] = value
        elif sign == "+=":
            known = self._values[name]
            self._values[name] = None if known is None else [*known, *value]
        elif sign != "?=":
            self._values[name] = None

    def scripts(self) -> Iterator[Script]:
        """Give the recipes, what make fills in filled in."""
        for recipe in self._recipes:
            builder = Builder(self._source)
            for part in recipe:
                self._expand(builder, part, 0)
            yield builder.build()

    def _expand(self, builder: Builder, part: _Part, depth: int) -> None:
        text, at = part.text, 0
        while True:
            dollar = text.find("$", at)
            if dollar < 0 or dollar + 1 >= len(text):
                builder.add(text[at:], part.at + at)
                return
            builder.add(text[at:dollar], part.at + at)
            sign = text[dollar + 1]
            at = dollar + 2
            if sign == "$":
                builder.add("$", part.at + dollar)
                continue
            name = sign
            if sign in _CLOSING:
                end = _closing(text, dollar + 1)
                name, at = text[dollar + 2 : end], min(end + 1, len(text))
            self._fill_in(builder, name, _Part(text[dollar:at], part.at + dollar), depth)

    def _fill_in(self, builder: Builder, name: str, written: _Part, depth: int) -> None:
        value = self._values.get(name)
        size = sum(len(part.text) for part in value or ())
        if value is None or depth >= MAX_DEPTH or size > self._left:
            several = name in self._values and value is None
            reason = _SEVERAL if several else _ELSEWHERE if re.fullmatch(_VARIABLE, name) else "make computes it"
            builder.unknown(written.text, written.at, reason)
            return
        self._left -= size
        if value and re.fullmatch(_PROGRAM, value[0].text) and len(value) == 1:
            # A container's grip stands where its client is called, not where it is chosen.
            builder.add(value[0].text, written.at)
            return
        for number, part in enumerate(value):
            if number:
                builder.add(" ", part.at)
            self._expand(builder, part, depth + 1)


def _closing(text: str, at: int) -> int:
    """Find the bracket that closes the one at an index; the text's end if none does."""
    opening, closing = text[at], _CLOSING[text[at]]
    depth = 0
    for match in re.compile(f"[{re.escape(opening + closing)}]").finditer(text, at):
        depth += 1 if match[0] == opening else -1
        if depth == 0:
            return match.start()
    return len(text)
