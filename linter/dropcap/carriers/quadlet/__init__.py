"""Podman's Quadlet units: a `.container` file is the `podman run` that Quadlet makes of it.

Its drop-ins are read with it, each value at its own place, and so is what the commands of its [Service] start. A `.pod`
file is the `podman pod create`, whose namespaces the containers of the pod have. A `.kube` unit starts what a
Kubernetes file describes, which is not read here; units of other kinds have no word of capabilities.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.carriers.quadlet.drop_ins import add_drop_ins
from dropcap.carriers.quadlet.keys import Keys, command
from dropcap.carriers.quadlet.refusals import complaints
from dropcap.docker_cli.command_line import RefusedError, read_words, refusal
from dropcap.lang.unitfile import read_unit
from dropcap.model import Container, Document, Failure, Kind, Level, Located, Unknown, UnreadableError
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.carriers.request import Request
    from dropcap.lang.unitfile import Entry, Section
    from dropcap.source import Source

__all__ = ["read", "recognise"]

_SECTION = "Container"
_SECTIONS = rb"(?m)^[ \t]*\[(?:Container|Kube)\][ \t]*\r?$"
_POD_SECTION = rb"(?m)^[ \t]*\[Pod\][ \t]*\r?$"
_LIMITS = {"MemoryMax": "memory", "MemoryLimit": "memory", "TasksMax": "pids-limit", "CPUQuota": "cpus"}
_OTHER_UNITS = (".build", ".image")


def recognise(path: str, data: bytes) -> bool:
    """Return whether a file has the section of a unit that starts containers."""
    return re.search(_POD_SECTION if path.endswith(".pod") else _SECTIONS, data) is not None


def read(source: Source, request: Request | None = None) -> Document:
    """Read a unit with its drop-ins: what Quadlet would refuse is a failure, and the rest is still read.

    Raises:
        UnreadableError: it is no unit file, or has no [Container] section.

    """
    empty = Document(source, "quadlet", ())
    sections = read_unit(source)
    if "Kube" in sections and _SECTION not in sections:
        where = sections["Kube"].name
        message = (
            "dropcap does not read Kubernetes files: check the file that this unit names with a tool for Kubernetes"
        )
        return empty._replace(failures=(Failure(source.path, message, Level.NOTE, where.source, where.span),))
    if "Pod" in sections and _SECTION not in sections:
        from dropcap.carriers.quadlet.pods import read_pod  # few units are pods

        return read_pod(source, sections, request)
    if _SECTION not in sections:
        raise UnreadableError(Failure(source.path, "not a container unit: it has no [Container] section"))
    failures: list[Failure] = []
    if request is not None:
        add_drop_ins(source, request.workspace, sections, failures)
    section = sections[_SECTION]

    def warn(entry: Entry, message: str) -> None:
        failures.append(Failure(entry.value.path, message, Level.NOTE, entry.value, entry.span))

    keys = Keys(section.entries, warn)
    failures += complaints(sections, source.path, keys, request.workspace if request else None)
    container = _container(source, section, keys, failures)
    if container is not None:
        container = _with_other_files(container, source, keys, request)
        if "Service" in sections:
            container = container._replace(limits=(*container.limits, *_limits_of_service(sections["Service"])))
    containers = [container] if container else []
    if "Service" in sections:
        from dropcap.carriers import unit  # only where a unit has commands of its own

        beside = unit.read_commands(source, sections["Service"])
        containers += beside.containers
        failures += beside.failures
    return empty._replace(containers=tuple(containers), failures=tuple(dict.fromkeys(failures)))


def _with_other_files(container: Container, source: Source, keys: Keys, request: Request | None) -> Container:
    """Put in what files beside the unit say: files of variables, volumes, the pod."""
    from dropcap.carriers.quadlet.process import with_files

    container = with_files(container, keys, source.path, request.workspace if request else None)
    if request is None:
        return container
    from dropcap.carriers.quadlet.volumes import with_volumes

    container = with_volumes(container, source.path, request.workspace)
    if container.pod is not None:
        from dropcap.carriers.quadlet.pods import in_pod  # few are in a pod

        container = in_pod(container, source.path, request)
    return container


def _limits_of_service(section: Section) -> Iterator[Located[str]]:
    """Give the limits that systemd sets for the service: the container is in its control group (`--cgroups=split`)."""
    for entry in section.entries:
        name = _LIMITS.get(entry.key.value)
        if name is not None and entry.value.text:
            yield Located(f"{name}={entry.value.text}", entry.value, entry.span)


def _container(source: Source, section: Section, keys: Keys, failures: list[Failure]) -> Container | None:
    try:
        container = read_words(list(command(keys, section.name)))
    except RefusedError as error:
        failures.append(refusal("podman", "this value", error))
        return None
    if container is None:  # a global argument that asks for help
        return None
    name = keys.last("ContainerName")
    anchor = name if name is not None and name.value else section.name
    stem = os.path.basename(source.path).removesuffix(".container")
    image = container.image
    unknowns: Sequence[Unknown] = ()
    if keys.entry("Image") is None:
        image = None
    elif image is not None and image.value.endswith(_OTHER_UNITS):
        unknowns = (Unknown(image.value, "another unit builds it", image.source, image.span, ("image",)),)
        image = None
    return container._replace(
        kind=Kind.QUADLET,
        name=stem if anchor is section.name else anchor.value,
        source=anchor.source,
        span=Span(*anchor.span),
        image=image,
        refusals=(),  # told already, at the unit's own values
        unknowns=(*container.unknowns, *unknowns),
    )
