"""The keys of a configuration, and the words that they take: rules, engines, severities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dropcap.capabilities.facts import fact
from dropcap.capabilities.names import NAMES
from dropcap.configuration.checking import schema
from dropcap.lsp.completion import Completion
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.rule import Rule
    from dropcap.source import Source

LARGEST = 256 * 1024
"""A longer text is no configuration."""
SHARED_NAME = "pyproject.toml"
_OURS = "tool.dropcap"
_TABLES = frozenset({"severity", "per-path", "allow"})  # these are written as headers
_OF = "#/definitions/"
_HEADER = re.compile(r"(?m)^[ \t]*\[{1,2}[ \t]*([\w.\"'-]+)[ \t]*\]{1,2}")
_LIST = re.compile(r"(?m)^[ \t]*([\w-]+)[ \t]*=[ \t]*\[")
_KEY = re.compile(r"[ \t]*([\w-]*)")
_VALUE = re.compile(r"""[ \t]*([\w-]+)[ \t]*=[ \t]*(["']?)([\w.-]*)""")
_ITEM = re.compile(r"""(["']?)([\w-]*)\Z""")
_REST = re.compile(r"[\w-]*")
_WRITTEN = re.compile(r"""["']([\w-]+)["']""")
_DETAIL_SIZE = 60


def config_words(source: Source, offset: int, rules: Sequence[Rule]) -> Iterator[Completion]:
    """Give what may be written at an offset of a configuration."""
    text = source.text
    if len(text) > LARGEST:
        return
    start = text.rfind("\n", 0, offset) + 1
    head = text[start:offset]
    headers = list(_HEADER.finditer(text, 0, start))
    table = _table(headers[-1][1] if headers else "", is_shared=source.path.endswith(SHARED_NAME))
    if table is None or head.lstrip().startswith(("#", "[")):
        return
    block = headers[-1].end() if headers else 0
    lists = list(_LIST.finditer(text, block, offset))
    holder = lists[-1] if lists else None
    known = _properties(table)
    if holder is not None and "]" not in text[holder.end() : offset]:
        yield from _items(text, offset, holder, known, rules)
    elif (value := _VALUE.fullmatch(head)) is not None:
        yield from _values(table, value, offset, known, rules)
    elif (key := _KEY.fullmatch(head)) is not None:
        yield from _keys(table, _span(text, offset, len(key[1])), text[block:], known, rules)


def _table(header: str, *, is_shared: bool) -> str | None:
    """Return the name of a table of ours, empty for the outermost one; None of others' tables."""
    name = re.sub(r"[\"']", "", header)
    if is_shared:
        if name != _OURS and not name.startswith(f"{_OURS}."):
            return None
        name = name[len(_OURS) + 1 :]
    return name if not name or name in schema()["properties"] else None


def _properties(table: str) -> Mapping[str, Any]:
    """Return the keys of a table."""
    found = schema()["properties"]
    if table:
        found = _whole(_whole(found[table]).get("items", {})).get("properties", {})
    return found  # type: ignore[no-any-return]  # as the schema has it


def _whole(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a part of the schema with what it refers to."""
    name = part.get("$ref", "").removeprefix(_OF)
    return {**schema()["definitions"][name], **part} if name else part


def _keys(table: str, span: Span, block: str, known: Mapping[str, Any], rules: Sequence[Rule]) -> Iterator[Completion]:
    own = block[: following.start()] if (following := _HEADER.search(block)) is not None else block
    there = set(re.findall(r"(?m)^[ \t]*([\w-]+)[ \t]*=", own))
    if table == "severity":
        named = {rule.id: {"description": rule.summary} for rule in rules}
    else:
        named = {key: part for key, part in known.items() if table or key not in _TABLES}
    for key, part in named.items():
        if key not in there:
            about = str(part.get("description", ""))
            yield Completion(key, "key", about[:_DETAIL_SIZE], about, span, f"{key} = ", key)


def _values(
    table: str, value: re.Match[str], offset: int, known: Mapping[str, Any], rules: Sequence[Rule]
) -> Iterator[Completion]:
    part = schema()["definitions"]["level"] if table == "severity" else known.get(value[1], {})
    quote = "" if value[2] else '"'
    span = Span(offset - len(value[3]), offset)
    for word, about in _choices(part, rules):
        is_bare = word in {"true", "false"} and not value[2]
        text = word if is_bare else f"{quote}{word}{quote}"
        yield Completion(word, "value", "", about, span, text, word)


def _items(
    text: str, offset: int, holder: re.Match[str], known: Mapping[str, Any], rules: Sequence[Rule]
) -> Iterator[Completion]:
    typed = _ITEM.search(text, holder.end(), offset)
    if typed is None:
        return
    quote = "" if typed[1] else '"'
    span = _span(text, offset, len(typed[2]))
    end = text.find("]", offset)
    there = set(_WRITTEN.findall(text[holder.end() : typed.start()] + text[span.end : end if end >= 0 else offset]))
    items = _whole(known.get(holder[1], {})).get("items", {})
    named = ((name, fact(name).meaning) for name in NAMES)
    for word, about in named if holder[1] == "capabilities" else _choices(items, rules):
        if word not in there:
            yield Completion(word, "rule", "", about, span, f"{quote}{word}{quote}", word)


def _choices(part: Mapping[str, Any], rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """Give the words that a value may be, and what each means."""
    whole = _whole(part)
    if part.get("$ref") == f"{_OF}rule":
        yield from ((rule.id, rule.summary) for rule in rules)
    elif whole.get("type") == "boolean":
        yield from ((word, str(whole.get("description", ""))) for word in ("true", "false"))
    else:
        yield from ((word, "") for word in whole.get("enum", ()) if isinstance(word, str))


def _span(text: str, offset: int, before: int) -> Span:
    rest = _REST.match(text, offset)
    return Span(offset - before, rest.end() if rest is not None else offset)
