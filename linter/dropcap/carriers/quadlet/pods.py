"""Podman's pods as Quadlet units: `web.pod`, and `Pod=web.pod` in the units of its containers.

containers/podman c6580b4 pkg/systemd/quadlet/quadlet.go, ConvertPod and handlePod.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.pods import in_pods
from dropcap.carriers.quadlet.drop_ins import add_drop_ins
from dropcap.carriers.quadlet.keys import Keys, pod_command
from dropcap.docker_cli.command_line import RefusedError, read_words, refusal
from dropcap.lang.unitfile import read_unit
from dropcap.model import Document, Failure, Level, Unknown, UnreadableError
from dropcap.source import Span
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from dropcap.carriers.request import Request
    from dropcap.lang.unitfile import Entry, Section
    from dropcap.model import Container
    from dropcap.source import Source

_SECTION = "Pod"
_SUFFIX = ".pod"
# Who a pod's users are on the host is not followed through these.
_MAPS_USERS = ("GIDMap", "RemapGid", "RemapUid", "RemapUidSize", "RemapUsers", "SubGIDMap", "SubUIDMap", "UIDMap")


def read_pod(source: Source, sections: dict[str, Section], request: Request | None) -> Document:
    """Read the unit of a pod with its drop-ins."""
    failures: list[Failure] = []
    if request is not None:
        add_drop_ins(source, request.workspace, sections, failures)
    pod = _pod(source, sections[_SECTION], failures)
    return Document(source, "quadlet", (pod,) if pod is not None else (), tuple(dict.fromkeys(failures)))


def in_pod(container: Container, path: str, request: Request) -> Container:
    """Return a container with what it has by being in the pod of another unit; `path` is its own unit's."""
    name = container.pod.value if container.pod is not None else ""
    if not name.endswith(_SUFFIX) or "/" in name:
        return container
    workspace = request.workspace
    failures: list[Failure] = []
    try:
        source = workspace.source(os.path.join(os.path.dirname(path), name))
        sections = read_unit(source)
    except (NotReadError, UnreadableError):
        return container
    if _SECTION not in sections:
        return container
    add_drop_ins(source, workspace, sections, failures)
    pod = _pod(source, sections[_SECTION], failures)
    # What of the pod could not be read is told where its own unit is checked.
    return in_pods((container,), {name: pod})[0] if pod is not None and not failures else container


def _pod(source: Source, section: Section, failures: list[Failure]) -> Container | None:
    def warn(entry: Entry, message: str) -> None:
        failures.append(Failure(entry.value.path, message, Level.NOTE, entry.value, entry.span))

    keys = Keys(section.entries, warn)
    try:
        pod = read_words(list(pod_command(keys, section.name)))
    except RefusedError as error:
        failures.append(refusal("podman", "what this makes", error))
        return None
    if pod is None:
        return None
    written = keys.last("PodName")
    anchor = written if written is not None and written.value else section.name
    stem = os.path.basename(source.path).removesuffix(_SUFFIX)
    name = stem if anchor is section.name else anchor.value
    maps = [entry for key in _MAPS_USERS for entry in keys.written(key)]
    hidden = [Unknown(one.key.value, "it maps the users", one.value, one.span, ("userns",)) for one in maps]
    return pod._replace(
        name=name,
        given_name=name,
        source=anchor.source,
        span=Span(*anchor.span),
        unknowns=(*pod.unknowns, *hidden),
    )
