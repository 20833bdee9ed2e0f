"""The same container, as Docker's API is asked for it and as we read it, in a form that can be compared."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from dropcap.capabilities.engines.swarm import swarm_lists
from dropcap.docker_cli.command_line import Word, read_command
from dropcap.model import Container, Kind
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dropcap.model import Failure, Located


class Asked(NamedTuple):
    """What a request says; of lists in which order means nothing, the sorted items."""

    image: str
    command: tuple[str, ...]
    entrypoint: tuple[str, ...] | None
    user: str
    privileged: bool
    cap_add: tuple[str, ...]
    cap_drop: tuple[str, ...]
    security_opt: tuple[str, ...]
    network: str
    modes: tuple[str, str, str, str, str]
    devices: tuple[str, ...]
    device_rules: tuple[str, ...]
    mounts: tuple[str, ...]
    sysctls: tuple[str, ...]
    groups: tuple[str, ...]
    read_only: bool
    labels: tuple[str, ...]


def words(argv: Iterable[str]) -> tuple[Word, ...]:
    """Make words of what a shell would give, each at its place in a line."""
    values = list(argv)
    source = Source("argv", " ".join(values))
    found, at = [], 0
    for value in values:
        found.append(Word(value, source, Span(at, at + len(value))))
        at += len(value) + 1
    return tuple(found)


def read(argv: Iterable[str]) -> Container | Failure | None:
    """Read a command line of which every word is known."""
    return read_command(words(argv))


def requested(body: Mapping[str, Any], folder: str = "") -> Asked:
    """Say what a request to create a container asks for; paths below `folder` were relative ones."""
    host = body.get("HostConfig") or {}
    return Asked(
        image=body.get("Image") or "",
        command=tuple(body.get("Cmd") or ()),
        entrypoint=_entrypoint(body.get("Entrypoint")),
        user=body.get("User") or "",
        privileged=bool(host.get("Privileged")),
        cap_add=tuple(host.get("CapAdd") or ()),
        cap_drop=tuple(host.get("CapDrop") or ()),
        security_opt=tuple(host.get("SecurityOpt") or ()),
        network=host.get("NetworkMode") or "",
        modes=tuple(host.get(name) or "" for name in _MODES),  # type: ignore[arg-type]  # five names, five texts
        devices=(*_devices(host.get("Devices") or ()), *_cdi_names(host.get("DeviceRequests") or ())),
        device_rules=tuple(host.get("DeviceCgroupRules") or ()),
        mounts=tuple(sorted(_requested_mounts(body, host, folder))),
        sysctls=tuple(sorted(f"{key}={value}" for key, value in (host.get("Sysctls") or {}).items())),
        groups=tuple(host.get("GroupAdd") or ()),
        read_only=bool(host.get("ReadonlyRootfs")),
        labels=tuple(sorted(f"{key}={value}" for key, value in (body.get("Labels") or {}).items())),
    )


_MODES = ("PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode")


def _entrypoint(entrypoint: Sequence[str] | None) -> tuple[str, ...] | None:
    # The client says "none at all" by one empty word.
    return None if entrypoint is None else tuple(word for word in entrypoint if word)


def _devices(devices: Iterable[Mapping[str, str]]) -> Iterable[str]:
    for device in devices:
        yield f"{device['PathOnHost']}:{device['PathInContainer']}:{device['CgroupPermissions']}"


def _cdi_names(requests: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for request in requests:
        if request.get("Driver") == "cdi":
            yield from request["DeviceIDs"]


def _requested_mounts(body: Mapping[str, Any], host: Mapping[str, Any], folder: str) -> Iterable[str]:
    def relative(path: str) -> str:
        return os.path.relpath(path, folder) if folder and path.startswith(folder) else path

    for bind in host.get("Binds") or ():
        source, target, *options = bind.split(":")
        yield _mount("", relative(source), target, read_only="ro" in ",".join(options).split(","))
    for target in body.get("Volumes") or {}:
        yield _mount("", "", target, read_only=False)
    for target, options in (host.get("Tmpfs") or {}).items():
        yield _mount("tmpfs", "", target, read_only="ro" in options.split(","))
    for mount in host.get("Mounts") or ():
        read_only = bool(mount.get("ReadOnly"))
        yield _mount(mount["Type"], relative(mount.get("Source", "")), mount.get("Target", ""), read_only=read_only)


def _mount(kind: str, source: str, target: str, *, read_only: bool) -> str:
    # `-v` leaves it to the engine whether a source is a path or a volume.
    is_tmpfs = kind == "tmpfs"
    source = os.path.normpath(source) if source.startswith((".", "/")) else source
    return f"{'tmpfs' if is_tmpfs else ''} {source} {target} {'ro' if read_only else 'rw'}"


def meant(container: Container) -> Asked:
    """Say what a container that we read would be asked for, as the client turns words into a request."""
    assert container.kind in {Kind.RUN, Kind.CREATE}
    modes = (container.pid, container.ipc, container.uts, container.userns, container.cgroup)
    return Asked(
        image=_text(container.image),
        command=_texts(container.command or ()),
        entrypoint=None if container.entrypoint is None else _texts(container.entrypoint),
        user=_text(container.user),
        privileged=container.privileged is not None and container.privileged.value,
        cap_add=_capabilities(container.cap_add),
        cap_drop=_capabilities(container.cap_drop),
        security_opt=tuple(
            option.value for option in container.security_opt if option.value != "systempaths=unconfined"
        ),
        network=_text(container.network_mode) or "default",
        modes=tuple(_text(mode) for mode in modes),  # type: ignore[arg-type]  # five modes, five texts
        devices=tuple(sorted(map(_device, _texts(container.devices)), key=lambda device: "=" in device)),
        device_rules=_texts(container.device_rules),
        mounts=tuple(
            sorted(
                {
                    _mount(
                        mount.value.type,
                        mount.value.source,
                        mount.value.target,
                        read_only=mount.value.read_only,
                    )
                    for mount in container.mounts
                }
            )
        ),
        sysctls=_last_of_each(container.sysctls),
        groups=_texts(container.group_add),
        read_only=container.read_only is not None and container.read_only.value,
        labels=_last_of_each(container.labels),
    )


class AskedOfService(NamedTuple):
    """What a request to create a Swarm service says of its containers."""

    cap_add: tuple[str, ...]
    cap_drop: tuple[str, ...]
    user: str
    read_only: bool
    arguments: tuple[str, ...]
    groups: tuple[str, ...]
    labels: tuple[str, ...]
    mounts: tuple[str, ...]


def service_requested(spec: Mapping[str, Any]) -> AskedOfService:
    """Say what a request's container specification asks for."""
    return AskedOfService(
        cap_add=tuple(spec.get("CapabilityAdd") or ()),
        cap_drop=tuple(spec.get("CapabilityDrop") or ()),
        user=spec.get("User") or "",
        read_only=bool(spec.get("ReadOnly")),
        arguments=tuple(spec.get("Args") or ()),
        groups=tuple(spec.get("Groups") or ()),
        labels=tuple(sorted(f"{key}={value}" for key, value in (spec.get("Labels") or {}).items())),
        mounts=tuple(
            sorted(
                _mount(one["Type"], one.get("Source", ""), one["Target"], read_only=bool(one.get("ReadOnly")))
                for one in spec.get("Mounts") or ()
            )
        ),
    )


def meant_for_service(container: Container) -> AskedOfService:
    """Say what the service that we read would be asked for."""
    added, dropped = swarm_lists(_texts(container.cap_add), _texts(container.cap_drop))
    return AskedOfService(
        cap_add=added,
        cap_drop=dropped,
        user=_text(container.user),
        read_only=container.read_only is not None and container.read_only.value,
        arguments=_texts(container.command or ()),
        groups=_texts(container.group_add),
        labels=_last_of_each(container.labels),
        mounts=tuple(
            sorted(
                _mount(mount.value.type, mount.value.source, mount.value.target, read_only=mount.value.read_only)
                for mount in container.mounts
            )
        ),
    )


def _text(value: Located[str] | None) -> str:
    return "" if value is None else value.value


def _texts(values: Iterable[Located[str]]) -> tuple[str, ...]:
    return tuple(value.value for value in values)


def _capabilities(values: Iterable[Located[str]]) -> tuple[str, ...]:
    names = {value.value.upper() for value in values}
    return tuple(sorted({name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}" for name in names}))


def _last_of_each(values: Iterable[Located[str]]) -> tuple[str, ...]:
    pairs = dict(value.value.partition("=")[::2] for value in values)
    return tuple(sorted(f"{key}={value}" for key, value in pairs.items()))


def _device(written: str) -> str:
    outside, *more = written.split(":")
    if "=" in written:
        return written
    mode = more.pop() if more and set(more[-1]) <= set("rwm") else "rwm"
    inside = more[0] if more else outside
    return f"{outside}:{inside}:{mode}"
