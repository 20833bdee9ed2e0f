"""Cron tables: the command of each line, which `/bin/sh` runs (crontab(5))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, Script, may_concern, read_all
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.lang.comments import Comment
    from dropcap.model import Document
    from dropcap.source import Source

__all__ = ["comments", "read"]

_WHEN = r"[ \t]*(?:@\w+|(?:[\w*/,~?#L-]+[ \t]+){4}[\w*/,~?#L-]+)[ \t]+"
_USER = r"[\w.-]+(?::[\w.-]+)?[ \t]+"
_SYSTEM = r"(?:^|/)(?:cron\.d/[^/]+|etc/crontab)$"


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a cron table; those of the system have a user's name before the command."""
    if not may_concern(source):
        return read_all(source, "cron", ())
    return read_all(source, "cron", _scripts(source, has_user=re.search(_SYSTEM, source.path) is not None))


def _scripts(source: Source, *, has_user: bool) -> Iterator[Script]:
    when = re.compile(_WHEN + (_USER if has_user else ""))
    for line in re.compile(r"[^\n]+").finditer(source.text):
        match = None if line[0].lstrip().startswith("#") else when.match(source.text, line.start(), line.end())
        if match is None:
            continue
        builder, at = Builder(source), match.end()
        for percent in re.compile(r"\\?%").finditer(source.text, at, line.end()):
            builder.add(source.text[at : percent.start()], at)
            at = percent.end()
            if percent[0] == "%":  # what follows is the command's input
                at = line.end()
                break
            builder.add("%", percent.start() + 1)
        builder.add(source.text[at : line.end()].rstrip("\r"), at)
        yield builder.build()


def comments(source: Source) -> list[Comment]:
    """Return the comments that speak to dropcap: lines of their own."""
    from dropcap.lang.comments import Block, placed

    spans = [Span(match.end(1), match.end()) for match in re.compile(r"(?m)^([ \t]*)#[^\n]*").finditer(source.text)]
    content = re.compile(r"(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))*").match(source.text)
    return placed(source, spans, lambda line: Block(line, line), content.end() if content else 0)
