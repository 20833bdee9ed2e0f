"""Bake files of Docker Buildx in JSON: what its targets let the steps of their builds do.

Files in HCL are not read.

Source: docker/buildx 461836b `bake/bake.go` (Target, defaultFilenames).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from dropcap.lang.jsonc import Array, Object, Scalar, members, parse
from dropcap.model import MOST_CONTAINERS, Container, Document, Engine, Kind, Located

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.lang.jsonc import Member, Node
    from dropcap.source import Source

__all__ = ["read"]

_ENTITLEMENTS = frozenset({"network.host", "security.insecure"})


def read(source: Source, _request: Request | None = None) -> Document:
    """Read the targets that grant something.

    Raises:
        UnreadableError: it is not JSON.

    """
    text = parse(source)
    root = members(text.root) if isinstance(text.root, Object) else {}
    named = root["target"].value if "target" in root else None
    targets = members(named).values() if isinstance(named, Object) else ()
    containers = (one for one in map(_container, targets) if one is not None)
    return Document(source, "bake", tuple(islice(containers, MOST_CONTAINERS + 1)), text.problems)


def _container(target: Member) -> Container | None:
    """Give the build of a target; its value may be a list, as HCL has it."""
    bodies = target.value.items if isinstance(target.value, Array) else (target.value,)
    grants = tuple(grant for body in bodies if isinstance(body, Object) for grant in _grants(body))
    if not grants:
        return None
    key = target.key
    return Container(Kind.BUILD, str(key.value), key.source, key.span, Engine.DOCKER, build_grants=grants)


def _grants(body: Object) -> Iterator[Located[str]]:
    fields = members(body)
    network = fields["network"].value if "network" in fields else None
    if isinstance(network, Scalar) and network.value == "host":
        yield Located("network", network.source, network.span)
    listed = fields["entitlements"].value if "entitlements" in fields else None
    items: tuple[Node, ...] = tuple(listed.items) if isinstance(listed, Array) else ()
    for item in items:
        if isinstance(item, Scalar) and item.value in _ENTITLEMENTS:
            yield Located(str(item.value), item.source, item.span)
