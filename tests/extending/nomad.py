"""Nomad's job files: a container for each task that Docker or Podman runs.

As much of HCL is read as a `config` block needs: strings, booleans and lists of strings. Any other expression is not
known. https://developer.hashicorp.com/nomad/docs/deploy/task-driver/docker
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dropcap.model import Container, Document, Engine, Failure, Kind, Level, Located, Unknown, UnreadableError
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.carriers.request import Request
    from dropcap.source import Source

_TOKEN = re.compile(
    r"(?P<skip>[ \t\r]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)|(?P<line>\n)|(?P<name>[A-Za-z_][\w.-]*)"
    r'|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<long><<-?(?P<end>\w+)\n.*?\n[ \t]*(?P=end)\b)|(?P<sign>.)',
    re.DOTALL,
)
_ENGINES = {"docker": Engine.DOCKER, "podman": Engine.PODMAN}
_LISTS = ("cap_add", "cap_drop", "security_opt")
_TEXTS = {"image": "image", "network_mode": "network_mode", "pid_mode": "pid", "ipc_mode": "ipc"}


class _Token(NamedTuple):
    kind: str
    text: str
    span: Span


class _Value(NamedTuple):
    """The words of an expression, strings or a bare word; None where it is more than that."""

    words: Sequence[_Token] | None
    is_list: bool
    span: Span


class _Block:
    """A block while it is read: its kind, its label, its attributes and the block of its configuration."""

    def __init__(self, kind: str, label: _Token | None) -> None:
        self.kind = kind
        self.label = label
        self.values: dict[str, _Value] = {}
        self.config: _Block | None = None


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a job file.

    Raises:
        UnreadableError: its braces do not close.

    """
    tokens = list(_tokens(source.text))
    stack = [_Block("", None)]
    containers = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        index += 1
        if token.text == "}":
            block = stack.pop()
            if not stack:
                raise _unreadable(source, token.span)
            if block.kind == "config":
                stack[-1].config = block
            elif block.kind == "task" and (container := _container(source, block)) is not None:
                containers.append(container)
        elif token.kind == "name" and index < len(tokens):
            if tokens[index].text == "=":
                stack[-1].values[token.text], index = _value(tokens, index + 1)
                continue
            opened, index = _opened(token, tokens, index)
            stack += opened
    if len(stack) > 1:
        raise _unreadable(source, Span(len(source.text), len(source.text)))
    return Document(source, "nomad", tuple(containers))


def _opened(kind: _Token, tokens: Sequence[_Token], index: int) -> tuple[list[_Block], int]:
    """Read the labels behind a block's kind, and its brace; gives no block where there is none."""
    label = tokens[index] if tokens[index].kind == "text" else None
    while index < len(tokens) and tokens[index].kind == "text":
        index += 1
    is_block = index < len(tokens) and tokens[index].text == "{"
    return [_Block(kind.text, label)] if is_block else [], index + is_block


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind not in {"skip", "end"}:
            yield _Token(kind, match[0], Span(*match.span()))
        elif kind == "end":
            yield _Token("long", match[0], Span(*match.span()))


def _value(tokens: Sequence[_Token], start: int) -> tuple[_Value, int]:
    """Read an expression up to the end of its line, or of the brackets that are open there."""
    index, depth = start, 0
    while index < len(tokens) and (depth or tokens[index].text not in {"\n", "}"}):
        depth += (tokens[index].text in {"[", "{", "("}) - (tokens[index].text in {"]", "}", ")"})
        index += 1
    words = [token for token in tokens[start:index] if token.kind != "line"]
    span = Span(words[0].span.start, words[-1].span.end) if words else Span(0, 0)
    is_list = len(words) > 1 and words[0].text == "[" and words[-1].text == "]"
    inner = [token for token in words[1:-1] if token.text != ","] if is_list else words
    is_plain = all(token.kind == "text" or (token.kind == "name" and not is_list) for token in inner)
    is_plain = is_plain and (is_list or len(inner) == 1) and not any("${" in token.text for token in inner)
    return _Value(inner if is_plain else None, is_list, span), index


def _container(source: Source, task: _Block) -> Container | None:
    driver = task.values.get("driver")
    unknowns: list[Unknown] = []
    texts = _one(source, driver, (), unknowns)
    engine = _ENGINES.get(texts.value) if texts else None
    if task.label is None or task.config is None or (texts and engine is None):
        return None  # another driver starts no container
    name = task.label
    values: dict[str, Any] = {"user": _one(source, task.values.get("user"), ("user",), unknowns)}
    for key, field in _TEXTS.items():
        values[field] = _one(source, task.config.values.get(key), (field,), unknowns)
    for key in _LISTS:
        values[key] = _many(source, task.config.values.get(key), key, unknowns)
    switch = _one(source, task.config.values.get("privileged"), ("privileged",), unknowns)
    if switch is not None:
        values["privileged"] = Located(switch.value == "true", source, switch.span)
    return Container(
        Kind.SERVICE, name.text[1:-1], source, name.span, engine=engine, unknowns=tuple(unknowns), **values
    )


def _one(source: Source, value: _Value | None, fields: tuple[str, ...], unknowns: list[Unknown]) -> Located[str] | None:
    if value is None:
        return None
    if value.words is None or value.is_list:
        unknowns.append(_unknown(source, value, fields))
        return None
    return Located(value.words[0].text.strip('"'), source, value.span)


def _many(source: Source, value: _Value | None, field: str, unknowns: list[Unknown]) -> tuple[Located[str], ...]:
    if value is None:
        return ()
    if value.words is None or not value.is_list:
        unknowns.append(_unknown(source, value, (field,)))
        return ()
    return tuple(Located(word.text[1:-1], source, word.span) for word in value.words)


def _unknown(source: Source, value: _Value, fields: tuple[str, ...]) -> Unknown:
    text = source.text[value.span.start : value.span.end]
    return Unknown(text, "Nomad computes it", source, value.span, fields)


def _unreadable(source: Source, span: Span) -> UnreadableError:
    message = "its braces do not match; close each block that is opened"
    return UnreadableError(Failure(source.path, message, Level.ERROR, source, span))
