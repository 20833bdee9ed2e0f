"""Texts of configuration: which directives they have, in five ways of writing, and which port a value names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.images.facts import UnknownFact
    from dropcap.source import Source

__all__ = ["Text", "Value", "included_patterns", "port_number"]


class Value(NamedTuple):
    """A value.

    Attributes:
        text: it; None where it is there and is not known.
        where: the place that says so; None where it is a default of the program.
        unknown: why it is not known.

    """

    text: str | None
    where: Located[Any] | None = None
    unknown: UnknownFact | None = None


class Text(NamedTuple):
    """A text of configuration: its characters and where they stand."""

    text: str
    source: Source
    span: Span
    is_option: bool = False

    def values(self, names: Sequence[str], syntax: str) -> Iterator[Value]:
        """Give the values of directives, in their order."""
        if not names:
            return
        known = _directives_by_name(self.text, syntax)
        found = [one for name in {name.lower() for name in names} for one in known.get(name, ())]
        for start, end, whole in sorted(found):
            value = _first(whole)
            span = self.span if self.is_option else Span(start, end)
            yield Value(value, Located(value, self.source, span))

    def matches(self, expression: str) -> Iterator[Value]:
        """Give what the group of an expression matches, wherever it stands in the text."""
        for match in re.finditer(expression, self.text, re.MULTILINE):
            span = self.span if self.is_option else Span(match.start(1), match.end(1))
            yield Value(match[1], Located(match[1], self.source, span))


# Compiled where they are asked for: a process meets few of them.
_LINES = {
    "space": r"(?m)^[ \t]*([^\s#;=:\"]+)(?:[ \t]+(.*))?$",
    "equals": r"(?m)^[ \t]*([^\s#;=\[]+)[ \t]*\+?=[ \t]*(.*)$",
    "colon": r"(?m)^[ \t]*(?:-[ \t]+)?[\"']?([^\s#:\"']+)[\"']?[ \t]*:[ \t]*(.*)$",
}
_LINES["procfile"] = _LINES["colon"]
_LINES["anacron"] = _LINES["xinetd"] = _LINES["equals"]
_LINES["inetd"] = _LINES["space"]
# Five fields, or one like `@daily`, before the user.
_JOB = r"(?m)^[ \t]*(?:@[a-z]+|[\d*][^\s=]*(?:[ \t]+[^\s=]+){4})[ \t]+([^\s=]+)[ \t]"
_STATEMENT = r"#[^\n]*|[^#;{}]+"


def _directives(text: str, syntax: str) -> Iterator[tuple[str, str, int, int]]:
    """Give the directives of a configuration: name, value, and where they stand."""
    if syntax == "cron":
        for match in re.finditer(_JOB, text):
            yield "user", match[1], match.start(1), match.end(1)
        return
    if syntax == "nginx":
        for match in re.finditer(_STATEMENT, text):
            statement = match[0].strip()
            if statement and not statement.startswith("#"):
                start = match.start() + len(match[0]) - len(match[0].lstrip())
                name, _, value = statement.partition(" ") if " " in statement else statement.partition("\t")
                yield name, value, start, start + len(statement)
        return
    for match in re.finditer(_LINES[syntax], text):
        yield match[1], match[2] or "", match.start(1), match.end()


@lru_cache(maxsize=32)  # a daemon's table asks for one directive after the other, in each phase
def _directives_by_name(text: str, syntax: str) -> dict[str, list[tuple[int, int, str]]]:
    """Return the places and values of directives by their names in lower case."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for name, value, start, end in _directives(text, syntax):
        found.setdefault(name.lower(), []).append((start, end, value))
    return found


def included_patterns(text: str, syntax: str, wanted: set[str]) -> Iterator[str]:
    """Give what a configuration includes, a pattern each."""
    for each in dict.fromkeys((syntax, "space")):  # `!includedir /etc/x` stands among `name = value` too
        for name, value, _, _ in _directives(text, each):
            if name.lower() in wanted:
                for one in value.lstrip("= \t").split():
                    yield one.partition(",")[0].strip("\"';")


def _first(value: str) -> str:
    """Return the first word of a value, without its quotation marks and what ends it."""
    value = value.strip()
    if value[:1] in {'"', "'"}:
        return value[1:].partition(value[0])[0]
    words = value.split()
    return words[0].rstrip(";,") if words else ""


def port_number(text: str | None) -> int | None:
    """Return the port of `80`, `*:80`, `[::]:80`, `tcp://0.0.0.0:53/x`, `http`; None where none is seen."""
    if text is None:
        return None
    last = re.sub(r"^\w+://", "", text).partition("/")[0].rpartition(":")[2].rpartition("@")[2]
    if last.isdecimal() and len(last) <= _LONGEST_PORT:
        return int(last)
    return _SERVICES.get(last.lower())


_LONGEST_PORT = 5
_SERVICES = {
    "ftp": 21,
    "ssh": 22,
    "telnet": 23,
    "smtp": 25,
    "domain": 53,
    "tftp": 69,
    "http": 80,
    "pop3": 110,
    "ntp": 123,
    "imap": 143,
    "imap2": 143,
    "snmp": 161,
    "ldap": 389,
    "https": 443,
    "submissions": 465,
    "smtps": 465,
    "syslog": 514,
    "submission": 587,
    "ldaps": 636,
    "domain-s": 853,
    "imaps": 993,
    "pop3s": 995,
}
"""The services of `/etc/services` that daemons are told by name to listen at."""
