"""A container that exists, for programs: what it was given, and what the kernel says of its processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.capabilities.effective import capability_sets
from dropcap.hidden import shown_of
from dropcap.model import Engine

if TYPE_CHECKING:
    from dropcap.model import Container
    from dropcap.model.live import Process

__all__ = ["live_entry"]


def live_entry(container: Container) -> dict[str, Any]:
    """Describe a container that exists; `processes` are null where nobody could read them, and `not_read` says why."""
    sets, live, declared = capability_sets(container), container.live, None
    if live is not None and live.declared is not None:
        where = live.declared.service.anchor if live.declared.service is not None else live.declared.where
        region = where.source.region(where.span)
        is_there = live.declared.service is not None
        declared = {"service": live.declared.name, "there": is_there, "path": region.path, "line": region.line}
    processes = [_process(one.value) for one in live.processes] if live is not None else []
    return {
        "name": container.name,
        "path": container.source.path,
        "engine": (container.engine or Engine.DOCKER).value,
        "state": live.state if live is not None else "",
        "image": shown_of(container, container.image.value) if container.image is not None else None,
        "added": [entry.value for entry in container.cap_add],
        "dropped": [entry.value for entry in container.cap_drop],
        "bounding": list(sets.bounding),
        "effective": list(sets.effective),
        "processes": processes or None,
        "not_read": live.not_read or None if live is not None else None,
        "declared": declared,
    }


def _process(process: Process) -> dict[str, Any]:
    return {"count" if name == "number" else name: value for name, value in process._asdict().items()}
