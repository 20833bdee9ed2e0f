"""What an engine says of containers that exist: the JSON of `docker inspect` and `podman inspect`.

A field that the engine does not print is one that is not set. The user is certain there: the engine has put the
image's in where the container had none, and an empty one is root (moby daemon/commit.go, merge).

Docker repeats the two lists that it was given. Podman's are made up afterwards, by comparing the bounding set with a
list that differs from version to version (libpod/container_inspect_linux.go), so they are not used: the bounding set
itself is, by its difference from the set that Podman grants.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import is_root
from dropcap.capabilities.engines import default_set
from dropcap.capabilities.names import bare_name
from dropcap.carriers.inspect.fields import Fields
from dropcap.carriers.inspect.live import read_live
from dropcap.lang.jsonc import Array, Object, Scalar, parse
from dropcap.model import (
    MOST_CONTAINERS,
    Container,
    Document,
    Engine,
    Failure,
    Kind,
    Level,
    Located,
    Mount,
    ProcessOptions,
    UnreadableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Declarations, Request
    from dropcap.source import Source

__all__ = ["read", "recognise"]

_START = rb"\s*(?:\[\s*)?\{"
_FIELDS = (b'"Id"', b'"HostConfig"', b'"CapAdd"', b'"CapDrop"')

_LIMITS = {
    "Memory": "memory",
    "PidsLimit": "pids-limit",
    "NanoCpus": "cpus",
    "CpuQuota": "cpu-quota",
    "CpusetCpus": "cpuset-cpus",
}

# Podman alone prints these: containers/podman libpod/define/container_inspect.go.
_OF_PODMAN = frozenset({"OCIRuntime", "BoundingCaps", "EffectiveCaps"})


def recognise(_path: str, data: bytes) -> bool:
    """Return whether a file is what an engine printed about containers: it has the names of some fields."""
    return re.match(_START, data) is not None and all(field in data for field in _FIELDS)


def read(source: Source, request: Request | None = None) -> Document:
    """Read a list of containers, or one; images, networks and whatever else was described are left out.

    Raises:
        UnreadableError: it is not JSON, or describes no container.

    """
    text = parse(source)
    items = text.root.items if isinstance(text.root, Array) else (text.root,)
    described = (_described(item) for item in items if isinstance(item, Object) and _is_container(item))
    containers = tuple(islice(described, MOST_CONTAINERS + 1))
    if not containers:
        message = (
            "describes no container: no object has a HostConfig; put the output of `docker inspect CONTAINER` into it"
        )
        raise UnreadableError(Failure(source.path, message, source=source, span=text.root.span))
    document = Document(source, "inspect", containers, text.problems)
    return document if request is None or request.declarations is None else _compared(document, request.declarations)


def _compared(document: Document, declarations: Declarations) -> Document:
    """Return containers that know what their projects' files say now; where that is not known, a note says why."""
    containers: list[Container] = []
    notes: list[Failure] = []
    for container in document.containers:
        found = declarations.declared(container)
        if isinstance(found, str):
            message = f"not compared with its Compose project: {found}"
            notes.append(Failure(container.source.path, message, Level.NOTE, container.source, container.span))
        elif found is not None and container.live is not None:
            container = container._replace(live=container.live._replace(declared=found))  # noqa: PLW2901  # with more
        containers.append(container)
    return document._replace(containers=tuple(containers), failures=(*document.failures, *notes))


def _is_container(node: Object) -> bool:
    return isinstance(Fields(node).get("HostConfig"), Object)


def _described(node: Object) -> Container:
    whole = Fields(node)
    if not whole.names() & _OF_PODMAN:
        return _container(node, whole)._replace(engine=Engine.DOCKER)
    container = _container(node, whole)._replace(engine=Engine.PODMAN)
    bounding = whole.get("BoundingCaps")
    if bounding is None:
        return container
    effective = whole.texts("EffectiveCaps") if is_root(container) is False else ()
    if container.privileged is not None and container.privileged.value:
        return container._replace(cap_add=effective, cap_drop=())
    held = {bare_name(entry.value): entry for entry in whole.texts("BoundingCaps")}
    default = default_set(Engine.PODMAN)
    # What is added by name can be a member of the default set: another user than root holds just that.
    added = {name: entry for name, entry in held.items() if name not in default}
    added.update((bare_name(entry.value), entry) for entry in effective)
    told = {bare_name(entry.value): entry for entry in container.cap_drop}
    dropped = (told.get(name, Located(name, bounding.source, bounding.span)) for name in default if name not in held)
    return container._replace(cap_add=tuple(added.values()), cap_drop=tuple(dropped))


def _container(node: Object, whole: Fields) -> Container:
    host, config = whole.inner("HostConfig"), whole.inner("Config")
    number = whole.text("Id")
    name = whole.text("Name") or number or Located("container", node.source, node.span)
    return Container(
        kind=Kind.INSPECT,
        name=name.value.removeprefix("/"),
        source=name.source,
        span=name.span,
        image=config.text("Image") or whole.text("ImageName"),
        user=_user(config),
        privileged=host.truth("Privileged"),
        cap_add=host.texts("CapAdd"),
        cap_drop=host.texts("CapDrop"),
        security_opt=host.texts("SecurityOpt"),
        network_mode=host.text("NetworkMode"),
        pid=host.text("PidMode"),
        ipc=host.text("IpcMode"),
        uts=host.text("UTSMode"),
        userns=host.text("UsernsMode"),
        cgroup=host.text("CgroupnsMode") or host.text("CgroupMode"),
        devices=tuple(_devices(host)),
        device_rules=host.texts("DeviceCgroupRules"),
        mounts=tuple(_mounts(whole, host)),
        sysctls=tuple(_written(host, "Sysctls")),
        ports=tuple(_ports(host)),
        group_add=host.texts("GroupAdd"),
        read_only=host.truth("ReadonlyRootfs"),
        limits=tuple(_limits(host)),
        entrypoint=config.texts("Entrypoint") or None,
        command=config.texts("Cmd") or None,
        labels=tuple(_written(config, "Labels")),
        given_name=number.value if number else "",  # by which others join its namespaces
        process=_process(config, host),
        live=read_live(whole),
    )


def _process(config: Fields, host: Fields) -> ProcessOptions:
    """Read what its process was started with; what was mounted lies on another machine."""
    test = config.inner("Healthcheck").texts("Test")
    return ProcessOptions(
        environment=config.texts("Env"),
        working_folder=config.text("WorkingDir"),
        init=host.truth("Init"),
        takes_input=any(one is not None and one.value for one in map(config.truth, ("OpenStdin", "Tty"))),
        health_check=None if not test else () if test[0].value == "NONE" else test,
    )


def _user(config: Fields) -> Located[str] | None:
    node = config.get("User")
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return None
    return Located(node.value or "root", node.source, node.span)


def _devices(host: Fields) -> Iterator[Located[str]]:
    for node in host.objects("Devices"):
        fields = Fields(node)
        parts = (fields.text(name) for name in ("PathOnHost", "PathInContainer", "CgroupPermissions"))
        yield Located(":".join(part.value for part in parts if part), node.source, node.span)


def _mounts(whole: Fields, host: Fields) -> Iterator[Located[Mount]]:
    for node in whole.objects("Mounts"):
        fields = Fields(node)
        kind, source, target = (fields.text(name) for name in ("Type", "Source", "Destination"))
        is_writable, propagation = fields.truth("RW"), fields.text("Propagation")
        mount = Mount(
            kind.value if kind else "",
            source.value if source else "",
            target.value if target else "",
            is_writable is not None and not is_writable.value,
            propagation=propagation.value if propagation else "",
        )
        yield Located(mount, node.source, node.span)
    for target_path, options in host.pairs("Tmpfs"):
        text = str(options.value) if isinstance(options, Scalar) else ""
        is_read_only = "ro" in text.split(",")
        yield Located(Mount("tmpfs", "", target_path, is_read_only, text), options.source, options.span)


def _ports(host: Fields) -> Iterator[Located[str]]:
    """Give ports as `--publish` takes them; one that is bound to no port of the host gets any."""
    for inside, bindings in host.pairs("PortBindings"):
        for node in bindings.items if isinstance(bindings, Array) else ():
            fields = Fields(node)
            address, port = fields.text("HostIp"), fields.text("HostPort")
            outside = [part.value for part in (address, port) if part]
            yield Located(":".join([*outside, inside]), node.source, node.span)


def _limits(host: Fields) -> Iterator[Located[str]]:
    """Give the limits that are set, by the names of the options that set them."""
    for field, name in _LIMITS.items():
        node = host.get(field)
        if isinstance(node, Scalar) and node.value is not None:
            yield Located(f"{name}={node.value}", node.source, node.span)
    limits = host.get("Ulimits")
    for node in limits.items if isinstance(limits, Array) else ():
        fields = Fields(node)
        limit, soft = fields.text("Name"), fields.get("Soft")
        if limit is not None and isinstance(soft, Scalar):
            # Podman writes RLIMIT_MEMLOCK: containers/podman libpod/container_inspect_linux.go.
            kind = limit.value.removeprefix("RLIMIT_").lower()
            yield Located(f"ulimit={kind}={soft.value}", node.source, node.span)


def _written(fields: Fields, name: str) -> Iterator[Located[str]]:
    for key, node in fields.pairs(name):
        if isinstance(node, Scalar) and isinstance(node.value, str):
            yield Located(f"{key}={node.value}", node.source, node.span)
