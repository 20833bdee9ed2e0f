"""The events of a YAML text, by ruamel.yaml's parser in C where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def event_getter(text: str) -> Callable[[], Any]:
    """Give the function that gives the next event of a text, or raises what the parser does."""
    text = _without_mark(text)
    try:
        from _ruamel_yaml import CParser
    except ImportError:
        return pure_event_getter(text)
    getter: Callable[[], Any] = CParser(text).get_event
    return getter


def pure_event_getter(text: str) -> Callable[[], Any]:
    """Return the same of the parser in Python, which reads some texts that the other one refuses."""
    from ruamel.yaml import YAML

    getter: Callable[[], Any] = iter(YAML(typ="safe", pure=True).parse(_without_mark(text))).__next__
    return getter


def go_event_getter(text: str, version: int) -> Callable[[], Any]:
    """Return the same of a parser that reads as a version of Go's library does, 3 or 4."""
    from dropcap.lang.yaml.go_scanner import go_parser

    getter: Callable[[], Any] = go_parser(_without_mark(text), version).get_event
    return getter


def _without_mark(text: str) -> str:
    """Put a line break for a second byte order mark, which parsers pass over and libyaml does not count."""
    return f"\n{text[1:]}" if text.startswith("\ufeff") else text
