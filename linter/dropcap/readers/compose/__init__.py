"""Compose files, each by itself: a container for each service.

The documents of one file are merged as Docker Compose merges them. What stands in other files (`extends`,
`include`, overrides, `.env`) is not followed: it is kept as unknown where it could matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Document, Failure, Level, UnreadableError
from dropcap.readers.compose.log import Log
from dropcap.readers.compose.nodes import Entry, entries
from dropcap.readers.compose.scalars import meaning
from dropcap.readers.compose.services import containers
from dropcap.readers.yaml import Mapping, Pair, Scalar, parse, target
from dropcap.source import Span

if TYPE_CHECKING:
    from dropcap.model import Container
    from dropcap.readers.yaml import Stream, Value
    from dropcap.source import Source

__all__ = ["looks_like_compose", "read"]

_TOP_LEVEL = frozenset(
    {"configs", "include", "models", "name", "networks", "secrets", "services", "version", "volumes"}
)
# `services:` at the margin with a block below it whose first key stands further in and has a block of its own.
_SERVICES = (
    r"(?m)^(['\"]?)services\1[ \t]*:[ \t]*(?:&\S+[ \t]*)?(?:\#[^\n]*)?\r?\n"
    r"(?:[ \t]*(?:\#[^\n]*)?\r?\n)*"
    r"[ ]+[^\s#\-][^\n]*:[ \t]*(?:[&*<#{][^\n]*)?\r?$"
)
_OF_A_SERVICE = r"(?m)^[ ]+(?:image|build|extends|<<)[ \t]*:"
_ELSEWHERE = r"(?m)^(?:apiVersion|kind|jobs|on|stages|openapi|swagger|pool|steps|hosts)[ \t]*:"


def looks_like_compose(text: str) -> bool:
    """Tell by its text alone whether a YAML file of any name is a Compose file."""
    return bool(re.search(_SERVICES, text) and re.search(_OF_A_SERVICE, text) and not re.search(_ELSEWHERE, text))


def read(source: Source) -> Document:
    """Read a Compose file.

    Raises:
        UnreadableError: it is no YAML, or no Compose file; the failure's level is that of a note where the
            file is YAML of another kind.

    """
    stream = parse(source)
    log = Log()
    for first, repeat in stream.repeats:
        line = source.position(first.span.start).line
        log.error(repeat, f"the key {repeat.text} stands here a second time, after line {line}: take one out")
    root = _root(source, stream, log)
    top = entries(root, "", log)
    services = top["services"].value if "services" in top else None
    if services is None and not _is_fragment(top):
        services = _version_1(source, root, top, log)
    if "include" in top:
        log.note(
            top["include"].key,
            "the files that are included are not followed: their services are not checked here",
        )
    found: tuple[Container, ...] = ()
    if isinstance(services, Mapping):
        found = tuple(containers(services, log))
    elif services is not None and not (isinstance(services, Scalar) and meaning(services) == "nothing"):
        log.error(services, "services must be a mapping of names to services")
    return Document(source, "compose", found, log.failures)


def _root(source: Source, stream: Stream, log: Log) -> Mapping:
    """Merge the documents of a file; empty ones do not count."""
    roots = [target(node) for node in stream.documents]
    roots = [root for root in roots if not (isinstance(root, Scalar) and meaning(root) == "nothing")]
    if not roots:
        raise _another_kind(source, Span(0, 0), "it is empty")
    mappings: list[Mapping] = []
    for root in roots:
        if not isinstance(root, Mapping):
            raise _another_kind(source, root.span, "its top level is no mapping")
        mappings.append(root)
    merged = mappings[0]
    for over in mappings[1:]:
        from dropcap.readers.compose.merge import merge  # few files have several documents

        merged = merge(merged, over, log)
    return merged


def _is_fragment(top: dict[str, Entry]) -> bool:
    """Whether a file without services is Compose all the same: parts of one, such as networks or `x-` templates."""
    return bool(top) and all(name in _TOP_LEVEL or name.startswith("x-") for name in top)


def _version_1(source: Source, root: Mapping, top: dict[str, Entry], log: Log) -> Mapping:
    """Take the top level as the services, as Compose files of version 1 have them."""
    if not top or not all(_is_service(entry.value, log) for entry in top.values()):
        key = root.pairs[0].key if root.pairs else root
        raise _another_kind(source, key.span, "it has no services")
    first = next(iter(top.values()))
    log.note(first.key, "services stand at the top level, as in version 1: Docker Compose 2 no longer reads that")
    return root._replace(pairs=tuple(Pair(entry.key, entry.value) for entry in top.values()))


def _is_service(value: Value, log: Log) -> bool:
    if not isinstance(value, Mapping):
        return False
    return not entries(value, "", log).keys().isdisjoint(("image", "build", "extends"))


def _another_kind(source: Source, span: Span, reason: str) -> UnreadableError:
    message = f"not a Compose file: {reason}"
    return UnreadableError(Failure(source.path, message, Level.NOTE, source, span))
