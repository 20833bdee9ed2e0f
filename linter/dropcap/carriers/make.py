"""Makefiles: each line of a recipe is a script, with make's own variables in it.

A variable that the file sets once is known, wherever it is set, unless a condition in the file decides it; what a
target sets for itself counts in its recipe. `$$` is a dollar for the shell. What `include`, the command line or the
environment set is not known. What `$(shell …)` and `!=` run is a script of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, Script, may_concern, read_all
from dropcap.clients import client_names
from dropcap.lang.budget import Budget
from dropcap.lang.make_functions import CALLED, CLOSING, closing, repeated, shell_calls
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.lang.comments import Comment, Lines
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["comments", "read"]

MAX_DEPTH = 10
"""How deeply variables may stand in one another."""

_ASSIGNMENT = (
    r"[ ]*(?:(?:export|override|unexport)[ \t]+)*(?P<name>[\w.-]+)[ \t]*(?P<sign>(?:::?|\?|\+)?=)[ \t]*(?P<value>.*)"
)
_OF_TARGET = r"(?P<targets>[^:=#\n]+)::?(?!=)[ \t]*(?:private[ \t]+)?"  # what follows is looked at by itself
_RULE = r"(?P<targets>[^:=#\n]+)::?(?!=)(?P<needed>[^;\n]*)"
_DEFINE = r"[ ]*(?:override[ \t]+|export[ \t]+)*define[ \t]+(?P<name>[\w.-]+)[ \t]*(?P<sign>(?:::?:?|\?|\+)?=)?"
_CONDITION = r"\s*(?P<word>ifn?def|ifn?eq|else|endif)\b(?P<rest>[^\n]*)"
_VARIABLE = r"[\w.-]+"
_MOST_CONDITIONS = 20  # that a line stands in; people write three
_MOST_TARGETS = 100  # whose own variables are looked at
_CLIENT = rf"\b{client_names()}"
_PROGRAM = r"[\w./-]*" + _CLIENT
_LINE = r"[^\n]*(?:\n|\Z)"
# A comment behind what a line says; a sign in a call of a function, or behind a backslash, begins none.
_BEHIND = r"^[^#$\\]*(?:(?:\\[\s\S]|\$(?:\([^()#]*\)|\{[^{}#]*\}|[^({]))[^#$\\]*)*(?=#)"
_ELSEWHERE = "the caller of make or another file sets it"
_SEVERAL = "the file sets it more than once"
_BY_CONDITION = "a condition in the file decides it"
_BY_TARGET = "single targets set it differently"


class _Part(NamedTuple):
    """A part of the file's text."""

    text: str
    at: int


class _Recipe(NamedTuple):
    """A line of a recipe, or with `.ONESHELL` all of it, and the targets that it makes."""

    parts: list[_Part]
    targets: tuple[str, ...]


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a makefile."""
    if not may_concern(source):
        return read_all(source, "make", ())
    return read_all(source, "make", _Makefile(source).scripts())


def comments(source: Source) -> list[Comment]:
    """Return the comments that speak to dropcap: make's own, and those that are a recipe's whole line.

    Those at the end of a recipe's line are its script's.
    """
    from dropcap.lang.comments import Lines, joined, placed

    lines = Lines(source.text, r"\n")
    spans: list[Span] = []
    pairs: list[tuple[int, int]] = []
    content = -1
    is_defining = False
    number = 0
    while number < len(lines.starts):
        first = number
        while _goes_on(lines, number):
            number += 1
        whole = lines.span(first, number)
        number += 1
        text = source.text[whole.start : whole.end]
        if is_defining:
            is_defining = re.match(r"\s*endef\b", text) is None
            continue
        is_recipe = text.startswith("\t")
        is_defining = not is_recipe and re.match(_DEFINE, text) is not None
        comment = re.match(r"\t[ \t@+-]*(?=#)|[ ]*(?=#)", text) or (None if is_recipe else re.search(_BEHIND, text))
        if comment is not None:
            spans.append(Span(whole.start + comment.end(), whole.end))
        if content < 0 and text.strip() and not text.lstrip().startswith("#"):
            content = whole.start
        pairs.append((first, number - 1))
    return placed(source, spans, joined(pairs), len(source.text) if content < 0 else content, lines)


def _goes_on(lines: Lines, number: int) -> bool:
    start, end = lines.span(number, number)
    body = lines.text[start:end]
    return number + 1 < len(lines.starts) and (len(body) - len(body.rstrip("\\"))) % 2 == 1


class _Place(NamedTuple):
    """Where a variable is used: in the recipe of these targets, and how deeply in other variables.

    Attributes:
        targets: the recipe's targets.
        reached: for each variable that targets set for themselves, the targets in whose recipes that may count.
        depth: how many variables it stands in.

    """

    targets: tuple[str, ...]
    reached: dict[str, set[str]]
    depth: int = 0


class _Makefile:
    """A makefile's recipes and variables."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._values: dict[str, list[_Part] | str] = {}  # what a variable is, or why that is not known
        self._of_targets: dict[str, dict[str, list[_Part] | str]] = {}
        self._needed: dict[str, set[str]] = {}
        self._conditions: list[str] = []  # for each that a line stands in: the variable that `ifndef` asks for
        self._targets: tuple[str, ...] = ()
        self._recipes: list[_Recipe] = []
        self._is_one_shell = False
        self._known: dict[tuple[str, int], bool] = {}
        self._budget = Budget(source.text)
        self._take_lines()

    def _take_lines(self) -> None:
        """Sort the file's lines into recipes and assignments."""
        is_recipe = is_new_rule = False
        defining: re.Match[str] | None = None
        defined: list[_Part] = []
        continued: list[_Part] = []
        for match in re.compile(_LINE).finditer(self._source.text):
            line, at = match[0], match.start()
            body = line.rstrip("\r\n")
            goes_on = (len(body) - len(body.rstrip("\\"))) % 2 == 1
            if continued:
                # Make takes one tab off a recipe's next line, and leaves the backslash to the shell.
                skipped = int(is_recipe and line.startswith("\t"))
                continued.append(_Part(line[skipped:], at + skipped))
            elif defining:
                if re.match(r"\s*endef\b", line):
                    self._define(defining, defined)
                    defining, defined = None, []
                else:
                    defined.append(_Part(line, at))
                continue
            elif not line.startswith("\t") and (defining := re.match(_DEFINE, line)):
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
            self._recipes[-1].parts.extend(parts)
        else:
            self._recipes.append(_Recipe(parts, self._targets))

    def _define(self, match: re.Match[str], lines: list[_Part]) -> None:
        """Take a variable of several lines; where it is a recipe, each of them has its own signs before it."""
        value = []
        signs = "@-+ \t" if any(re.search(_CLIENT, text) for text, _ in lines) else ""
        for number, (text, at) in enumerate(lines, 1):
            cut = len(text) - len(text.lstrip(signs)) if signs else 0
            kept = text[cut:].rstrip("\r\n") if number == len(lines) else text[cut:]
            value.append(_Part(kept, at + cut))
        self._set(self._values, match["name"], match["sign"] or "=", value)

    def _take_statement(self, parts: list[_Part]) -> bool:
        """Take an assignment, a condition, or a rule, with a recipe behind a semicolon or not; says if it is one."""
        first = parts[0]
        condition = re.match(_CONDITION, first.text)
        match = re.match(_ASSIGNMENT, first.text, re.DOTALL)
        if match is None and condition is not None:
            self._take_condition(condition["word"], condition["rest"].strip())
            return False
        if match is not None:
            self._set(self._values, match["name"], match["sign"], _cleaned(match, parts))
            return False
        head = re.match(_OF_TARGET, first.text)
        match = re.compile(_ASSIGNMENT, re.DOTALL).match(first.text, head.end()) if head else None
        if head is not None and match is not None:
            for target in head["targets"].split():
                values = self._of_targets.setdefault(target, {})
                self._set(values, match["name"], match["sign"], _cleaned(match, parts))
            return False
        self._is_one_shell = self._is_one_shell or first.text.startswith(".ONESHELL")
        rule = re.match(_RULE, " ".join(part.text.rstrip("\\\r\n") for part in parts))
        if rule is not None:
            self._targets = tuple(rule["targets"].split())
            for target in self._targets:
                self._needed.setdefault(target, set()).update(rule["needed"].split())
        before, semicolon, _ = first.text.partition(";")
        if semicolon and ":" in before:
            at = len(before) + 1
            self._add_recipe([_Part(first.text[at:], first.at + at), *parts[1:]], is_new_rule=True)
        return ":" in first.text

    def _take_condition(self, word: str, rest: str) -> None:
        if word == "endif":
            del self._conditions[-1:]
        elif word != "else":
            self._conditions.append(rest if word == "ifndef" else "")
        elif self._conditions:
            self._conditions[-1] = ""

    def _set(self, values: dict[str, list[_Part] | str], name: str, sign: str, value: list[_Part]) -> None:
        """Set a variable; what `ifndef` guards counts as `?=` does."""
        before = values.get(name)
        if any(condition != name for condition in self._conditions[-_MOST_CONDITIONS:]):
            values[name] = _BY_CONDITION if before is None or sign == "+=" else _SEVERAL
        elif before is None and values is not self._values and sign in {"+=", "?="}:
            values[name] = _BY_TARGET
        elif before is None:
            values[name] = value
        elif sign == "+=":
            values[name] = before if isinstance(before, str) else [*before, *value]
        elif sign != "?=" and not self._conditions:
            values[name] = _SEVERAL

    def scripts(self) -> Iterator[Script]:
        """Give the recipes, what make fills in filled in."""
        reached = self._reached()
        for recipe in self._recipes:
            builder = Builder(self._source)
            for part in recipe.parts:
                self._expand(builder, part, _Place(recipe.targets, reached))
            yield builder.build()
        yield from self._shell_calls(reached)

    def _shell_calls(self, reached: dict[str, set[str]]) -> Iterator[Script]:
        """Return what make itself has the shell run, wherever that is written."""
        for start, end in shell_calls(self._source.text):
            part = _Part(self._source.text[start:end], start)
            if re.search(_CLIENT, part.text):
                builder = Builder(self._source)
                self._expand(builder, part, _Place((), reached))
                yield builder.build()

    def _value(self, name: str, place: _Place) -> list[_Part] | str:
        """Give what a variable is in a recipe, or why that is not known."""
        if self._is_reached(name, place):
            own = self._of_targets.get(place.targets[0], {}) if len(place.targets) == 1 else {}
            return own.get(name, _BY_TARGET)
        return self._values.get(name, _ELSEWHERE if re.fullmatch(_VARIABLE, name) else "make computes it")

    def _is_reached(self, name: str, place: _Place) -> bool:
        """Whether a variable that targets set for themselves may count in a recipe; asked once of each two."""
        if name not in place.reached:
            return False
        key = (name, id(place.targets))
        if key not in self._known:
            self._known[key] = not place.reached[name].isdisjoint(("%", *place.targets))
        return self._known[key]

    def _reached(self) -> dict[str, set[str]]:
        """Give for each variable that targets set where that may count: in their recipes, and in those they need."""
        found: dict[str, set[str]] = {}
        for number, (target, values) in enumerate(self._of_targets.items()):
            # Of more targets than people write nobody looks for what they need: it may be any.
            reached: set[str] = {"%"} if number >= _MOST_TARGETS else set()
            pending = [target] if number < _MOST_TARGETS else []
            while pending:
                one = pending.pop()
                if one not in reached:
                    reached.add(one)
                    pending += self._needed.get(one, ())
            if any("%" in one or "$" in one for one in reached):
                reached.add("%")  # a pattern, or what make computes: any target
            for name in values:
                found.setdefault(name, set()).update(reached)
        return found

    def _expand(self, builder: Builder, part: _Part, place: _Place) -> None:
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
            if sign in CLOSING:
                end = closing(text, dollar + 1)
                name, at = text[dollar + 2 : end], min(end + 1, len(text))
            self._fill_in(builder, name, _Part(text[dollar:at], part.at + dollar), place)

    def _fill_in(self, builder: Builder, name: str, written: _Part, place: _Place) -> None:
        start = repeated(name)
        if start is not None and re.search(_CLIENT, name[start:]) and place.depth < MAX_DEPTH:
            inner = _Part(name[start:], written.at + len("$(") + start)
            if self._budget.take(len(inner.text)):
                self._expand(builder, inner, place._replace(depth=place.depth + 1))
                return
        value = self._value(name, place)
        called = CALLED.match(name) if isinstance(value, str) else None
        if called is not None:
            found = self._value(called[1], place)
            # What a call hands on is not known, and what it does with that only where it starts something itself.
            value = found if any(re.search(_CLIENT, one.text) for one in found if not isinstance(one, str)) else value
        size = sum(len(part.text) for part in value) if not isinstance(value, str) else 0
        if isinstance(value, str) or place.depth >= MAX_DEPTH or not self._budget.take(size):
            builder.unknown(
                written.text, written.at, value if isinstance(value, str) else "it is too long for dropcap to follow"
            )
            return
        if value and re.fullmatch(_PROGRAM, value[0].text) and len(value) == 1:
            # A container's anchor stands where its client is called, not where it is chosen.
            builder.add(value[0].text, written.at)
            return
        for number, part in enumerate(value):
            if number and not value[number - 1].text.endswith("\n"):
                builder.add(" ", part.at)
            self._expand(builder, part, place._replace(depth=place.depth + 1))


def _cleaned(match: re.Match[str], parts: list[_Part]) -> list[_Part]:
    """Give an assignment's value: comments and the joints of lines left out."""
    value = [_Part(match["value"], parts[0].at + match.start("value")), *parts[1:]]
    return [_Part(_without_joint(re.sub(r"(?:^|\s)#.*", "", one.text)), one.at) for one in value]


def _without_joint(text: str) -> str:
    """Take off a line's end, the backslash that joins it to the next one, and the blanks before that."""
    return text.removesuffix("\n").removesuffix("\r").removesuffix("\\").rstrip()
