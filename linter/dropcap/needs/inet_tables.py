"""What inetd and xinetd start when somebody connects: the servers of their tables, each as its user.

Sources: inetd.conf(5) of OpenBSD and of inetutils; xinetd.conf(5), xinetd child.c and parse.c.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.words import Word
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.needs.program_texts import Value
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dropcap.needs.program_texts import Text
    from dropcap.source import Source

__all__ = ["Served", "is_of_root", "ports", "served"]


class Served(NamedTuple):
    """A server that is started.

    Attributes:
        words: its command.
        user: as whom.

    """

    words: tuple[Word, ...]
    user: Value | None


def served(text: Text, syntax: str) -> Iterator[Served]:
    """Give the servers of a table of `inetd` or `xinetd`."""
    return _by_xinetd(text) if syntax == "xinetd" else _by_inetd(text)


def is_of_root(user: Value) -> bool:
    """Return whether a line of inetd names root and no other group, as whom it starts its servers without a change."""
    where = user.where
    behind = "" if where is None else where.source.text[where.span.end : where.span.end + 1]
    return user.text in {"root", "0"} and not re.match(r"[.:/]", behind)


def ports(text: Text, syntax: str) -> Iterator[Value]:
    """Give the ports of a table, each as it names them: by a number or by a service's name."""
    if syntax == "xinetd":
        for block in _BLOCK.finditer(text.text):
            found = _attributes(text.source, block)
            if not _is_off(found):
                name = Located(block[1], text.source, Span(*block.span(1)))
                told = found.get("port", name)
                yield Value(told.value, told)
        return
    for line in _ENTRY.finditer(text.text):
        yield Value(line[1], Located(line[1], text.source, Span(*line.span(1))))


_ENTRY = re.compile(r"^[ \t]*([^\s#]\S*)[ \t]+(?:stream|dgram|raw|rdm|seqpacket)[ \t]", re.MULTILINE)
_LINE = re.compile(
    r"^[ \t]*[^\s#]\S*[ \t]+\w+[ \t]+[\w/,=]+[ \t]+(?:no)?wait\S*[ \t]+([^\s.:/]+)(?:[.:/]\S+)?[ \t]+(/\S+)[ \t]*(.*)$",
    re.MULTILINE,
)
_BLOCK = re.compile(r"^[ \t]*service[ \t]+(\S+)\s*\{[^}]{0,4000}\}", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^[ \t]*(\w+)[ \t]*\+?=([^\n]*)", re.MULTILINE)
_WORD = re.compile(r"\S+")


def _by_inetd(text: Text) -> Iterator[Served]:
    """Give the servers of a table: service, type, protocol, wait, user, program, and its words from its name on."""
    for line in _LINE.finditer(text.text):
        words = list(_words(text.source, line[3], line.start(3)))
        if not line[2].endswith("/tcpd"):
            words[:1] = _words(text.source, line[2], line.start(2))
        if words:
            place = Located(line[1], text.source, Span(*line.span(1)))
            yield Served(tuple(words), Value(line[1], place))


def _by_xinetd(text: Text) -> Iterator[Served]:
    """Give the servers of the services that are not switched off and not its own."""
    for block in _BLOCK.finditer(text.text):
        found = _attributes(text.source, block)
        server, told, user = (found.get(name) for name in ("server", "server_args", "user"))
        if server is None or _is_off(found) or "INTERNAL" in _text(found, "type").upper():
            continue
        words = list(_words(text.source, server.value, server.span.start))
        if told is not None:
            given = list(_words(text.source, told.value, told.span.start))
            words += given[1:] if "NAMEINARGS" in _text(found, "flags").upper() else given
        yield Served(tuple(words), None if user is None else Value(user.value, user))


def _attributes(source: Source, block: re.Match[str]) -> dict[str, Located[str]]:
    """Return the values of a block by their names."""
    found = {}
    for one in _ATTRIBUTE.finditer(block[0]):
        value = one[2].strip()
        at = block.start() + one.end(2) - len(one[2].lstrip())
        found[one[1].lower()] = Located(value, source, Span(at, at + len(value)))
    return found


def _is_off(found: Mapping[str, Located[str]]) -> bool:
    return _text(found, "disable") == "yes"


def _text(found: Mapping[str, Located[str]], name: str) -> str:
    return found[name].value if name in found else ""


def _words(source: Source, text: str, start: int) -> Iterator[Word]:
    for one in _WORD.finditer(text):
        yield Word(one[0], source, Span(start + one.start(), start + one.end()))
