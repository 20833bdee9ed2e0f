"""The values of containers that stand at a place of an open text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import starts_nothing
from dropcap.model import Kind
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dropcap.lsp.checked import Checked
    from dropcap.model import Container, Located
    from dropcap.source import Source

_SINGLE = ("image", "privileged")
_LISTS = ("cap_add", "cap_drop")
_LONGEST_KEY = 40
_HOLD_NOTHING = frozenset({Kind.EXEC, Kind.UPDATE, Kind.FILE})


class Value(NamedTuple):
    """A value that a container has of an open text.

    Attributes:
        field: `image`, `privileged`, `cap_add`, `cap_drop`, or `base` for the image that a stage is built from.
        where: the value.
        span: where it stands in the open text, its key included where that stands before it.
        container: whose it is.
        checked: what its file gave.

    """

    field: str
    where: Located[Any]
    span: Span
    container: Container
    checked: Checked


def current(checks: Sequence[Checked], source: Source) -> list[Checked]:
    """Return the checks that had the open text as it is now: only their places are places of it."""
    found = []
    for one in checks:
        known = one.request.workspace.known(source.path)
        if known is not None and known.text == source.text:
            found.append(one)
    return found


def values_at(checks: Sequence[Checked], source: Source, offset: int) -> list[Value]:
    """Return the values at an offset, each container's once; several may share a text."""
    found = []
    for checked in current(checks, source):
        known = checked.request.workspace.known(source.path)
        for container in checked.result.containers:
            for field, where in _values(container):
                root, span = where.source.to_root(where.span)
                if root is known and span.end >= offset:
                    whole = _with_key(source.text, span, field)
                    if whole.start <= offset:
                        found.append(Value(field, where, whole, container, checked))
    return found


def containers_in(checks: Sequence[Checked], source: Source) -> Iterator[tuple[Checked, Container, Span]]:
    """Give the containers that are named in the open text, each with the place of its name, in the order of checks."""
    for checked in current(checks, source):
        known = checked.request.workspace.known(source.path)
        for container in checked.result.containers:
            root, span = container.source.to_root(container.span)
            if root is known:
                yield checked, container, span


def holds_its_own(container: Container) -> bool:
    """Whether a container starts with a set of its own; a stage, a build or a command in a running one does not."""
    return container.kind not in _HOLD_NOTHING and not starts_nothing(container)


def _values(container: Container) -> Iterator[tuple[str, Located[Any]]]:
    for field in _SINGLE:
        value: Located[Any] | None = getattr(container, field)
        if value is not None and container.kind is not Kind.STAGE:  # which has its base for an image
            yield field, value
    for field in _LISTS:
        for entry in getattr(container, field):
            yield field, entry
    stage = container.stage
    if stage is not None and stage.base is not None and stage.parent is None:
        yield "base", stage.base


def _with_key(text: str, span: Span, field: str) -> Span:
    """Return where a value stands together with its key, where that is written right before it."""
    before = text[max(0, span.start - _LONGEST_KEY) : span.start]
    found = re.search(rf"(?<![\w.-])[\"']?{field}[\"']?[ \t]*:[ \t]*\Z", before)
    return span if found is None else Span(span.start - len(before) + found.start(), span.end)
