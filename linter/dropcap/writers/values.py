"""The values of environments and labels in YAML and JSON, hidden where a line of the file is shown.

Where they stand is decided by the parser, whatever they look like.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.lang import jsonc, yaml
from dropcap.model import UnreadableError
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.source import Span

    Node = yaml.Node | jsonc.Node

_HOLDERS = frozenset(
    {"environment", "env", "containerenv", "remoteenv", "variables", "labels", "annotations", "args", "build_args"}
)
"""Keys, in lower case, whose mappings hold values of whoever wrote the file, and whose lists hold `NAME=value`."""
_WITHOUT_LISTS = frozenset({"containerenv", "remoteenv"})
"""Those of which a list is a mistake, so that nobody knows what in it is a name."""


@lru_cache(maxsize=4)
def without_values(source: Source) -> Source:
    """Return a text of the same length in which the values of environments and labels are asterisks."""
    text = source.text
    pieces: list[str] = []
    done = 0
    for start, end in sorted(_values(source)):
        if end > done:
            pieces += text[done : max(start, done)], _stars(text[max(start, done) : end])
            done = end
    return Source(source.path, "".join((*pieces, text[done:]))) if done else source


def _stars(text: str) -> str:
    """Hide a text, but not where its lines end."""
    return "".join(character if character in "\r\n" else "*" for character in text)


def _values(source: Source) -> Iterator[Span]:
    pending: list[tuple[Node, str]] = [(root, "") for root in _roots(source)]
    while pending:
        node, holder = pending.pop()
        if isinstance(node, yaml.Mapping):
            pending += [(pair.value, holder or _holder(pair.key)) for pair in node.pairs]
        elif isinstance(node, jsonc.Object):
            pending += [(member.value, holder or _holder(member.key)) for member in node.members]
        elif isinstance(node, yaml.Sequence | jsonc.Array):
            for item in node.items:
                if holder and holder not in _WITHOUT_LISTS and isinstance(item, yaml.Scalar | jsonc.Scalar):
                    yield _behind_name(item)
                else:
                    pending.append((item, holder))
        elif holder and isinstance(node, yaml.Scalar | jsonc.Scalar):
            yield node.span


def _behind_name(node: yaml.Scalar | jsonc.Scalar) -> Span:
    """Return what of a list's item is a value: what follows the name in `NAME=value`, and nothing of a name alone."""
    span = node.span
    equals = node.source.text.find("=", span.start, span.end)
    return span._replace(start=span.end if equals < 0 else equals + 1)


def _holder(key: Node) -> str:
    """Return a key whose values are hidden, in lower case; nothing for any other one."""
    text = key.text if isinstance(key, yaml.Scalar) else key.value if isinstance(key, jsonc.Scalar) else ""
    name = str(text).lower()
    return name if name in _HOLDERS else ""


def _roots(source: Source) -> tuple[Node, ...]:
    """Return the roots of a text that is YAML or JSON; none of one that is neither."""
    name = source.path.lower()
    try:
        if name.endswith((".json", ".jsonc")):
            return (jsonc.parse(source).root,)
        if name.endswith((".yaml", ".yml")):
            return yaml.parse(source).documents
    except UnreadableError:
        return ()
    return ()
