"""A Compose project of its own for one service, made of what the person's own program resolves.

It has the service and what it depends on, with volumes and networks of its own, and nothing that anybody else uses:
no fixed names, no published ports, no folder of the host that could be written to.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["LABEL", "OwnProject", "RefusedError", "own_project", "text_of"]

LABEL = "dropcap.verify"
"""The label of all that is made, whose value says by which process."""
# What a service has for every day: its name, who restarts it, where its logs go, how many there are.
_EVERY_DAY = ("container_name", "develop", "env_file", "logging", "profiles", "restart", "scale")
_OF_SERVICE = "service:"
_OF_CONTAINER = "container:"
_SHARES = ("network_mode", "pid", "ipc")


class RefusedError(Exception):
    """A service cannot be measured without touching what is the person's; says what to do."""


class OwnProject(NamedTuple):
    """A project of its own.

    Attributes:
        model: the project as Compose reads it, without a name; JSON is YAML.
        service: the service that is measured.
        others: the services that it depends on.
        notes: what is not as in the person's project, to be told.

    """

    model: Mapping[str, Any]
    service: str
    others: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def images(self) -> dict[str, str]:
        """Return the images by service."""
        return {name: str(one["image"]) for name, one in self.model["services"].items() if one.get("image")}

    def built(self) -> tuple[str, ...]:
        """Return the services whose images are built."""
        return tuple(name for name, one in self.model["services"].items() if "build" in one)

    def with_images(self, images: Mapping[str, str]) -> OwnProject:
        """Return the project with images instead of builds."""
        services = {
            name: {**{key: value for key, value in one.items() if key != "build"}, "image": images[name]}
            if name in images
            else one
            for name, one in self.model["services"].items()
        }
        return self._replace(model={**self.model, "services": services})


def own_project(
    resolved: Mapping[str, Any], service: str, label: str, *, name: str = "", publishes: bool, has_binds: bool
) -> OwnProject:
    """Make the project.

    Args:
        resolved: what `config --format json` prints.
        service: the service.
        label: the value of the label.
        name: what the names of images that are built begin with.
        publishes: whether ports are published, and the machine's own network may be listened on.
        has_binds: whether folders of the host may be written to.

    Raises:
        RefusedError: it would touch what is not its own.

    """
    services = resolved.get("services") or {}
    if service not in services:
        raise RefusedError(f"there is no service {service}")
    names = _with_others(services, service)
    for one in names:
        about = "" if one == service else f"it depends on {one}: "
        _check(services[one], about, publishes=publishes, has_binds=has_binds)
    made = {one: _service(services[one], label, f"{name}-{one}", publishes=publishes) for one in names}
    model = {
        "services": made,
        "volumes": {name: {"labels": {LABEL: label}} for name in resolved.get("volumes") or {}},
        "networks": {
            name: {"labels": {LABEL: label}, **({"internal": True} if (one or {}).get("internal") else {})}
            for name, one in (resolved.get("networks") or {}).items()
        },
        **{key: resolved[key] for key in ("configs", "secrets") if resolved.get(key)},
    }
    return OwnProject(model, service, tuple(name for name in names if name != service), tuple(_notes(resolved, names)))


def text_of(project: OwnProject, container: str, capabilities: Sequence[str]) -> str:
    """Return the project's text, with everything dropped from the service and a set added."""
    service = {key: value for key, value in project.model["services"][project.service].items() if key != "privileged"}
    service |= {"container_name": container, "cap_drop": ["ALL"], "cap_add": list(capabilities)}
    services = {**project.model["services"], project.service: service}
    return json.dumps({**project.model, "services": services})


def _with_others(services: Mapping[str, Any], service: str) -> list[str]:
    """Return a service with all that it depends on, itself first."""
    found = [service]
    for name in found:  # it grows meanwhile
        found += [one for one in dict.fromkeys(_uses(services[name])) if one in services and one not in found]
    return found


def _uses(service: Mapping[str, Any]) -> Iterator[str]:
    yield from service.get("depends_on") or ()
    for link in service.get("links") or ():
        yield str(link).partition(":")[0]
    for volume in service.get("volumes_from") or ():
        yield str(volume).partition(":")[0]
    for key in _SHARES:
        value = str(service.get(key) or "")
        if value.startswith(_OF_SERVICE):
            yield value.removeprefix(_OF_SERVICE)


def _check(service: Mapping[str, Any], about: str, *, publishes: bool, has_binds: bool) -> None:
    if not has_binds:
        for volume in service.get("volumes") or ():
            if volume.get("type") == "bind" and not volume.get("read_only"):
                where = f"{volume.get('source')}, which it mounts at {volume.get('target')}"
                raise RefusedError(f"{about}it may write to {where}; give --with-binds to allow that")
    if any(str(one).startswith(_OF_CONTAINER) for one in service.get("volumes_from") or ()):
        raise RefusedError(f"{about}it uses the volumes of a container outside this project")
    for key in _SHARES:
        if str(service.get(key) or "").startswith(_OF_CONTAINER):
            raise RefusedError(f"{about}{key} names a container outside this project")
    if service.get("network_mode") == "host" and not publishes:
        raise RefusedError(f"{about}it uses the network of this machine; give --publish to allow that")
    if "provider" in service:
        raise RefusedError(f"{about}a provider starts it, not an engine")


def _service(service: Mapping[str, Any], label: str, image: str, *, publishes: bool) -> dict[str, Any]:
    made = {key: value for key, value in service.items() if key not in _EVERY_DAY}
    networks: dict[str, Any] = {}
    made["restart"] = "no"
    made["labels"] = {**_pairs(made.get("labels")), LABEL: label}
    if not publishes:
        made.pop("ports", None)
    if "deploy" in made:
        made["deploy"] = {key: value for key, value in (made["deploy"] or {}).items() if key == "resources"}
    if isinstance(made.get("networks"), dict):
        own_name = service.get("container_name")  # others may know it by that
        for name, one in made["networks"].items():
            aliases = [*((one or {}).get("aliases") or ()), *([own_name] if own_name else [])]
            networks[name] = {"aliases": aliases} if aliases else None
        made["networks"] = networks
    if "build" in made:
        made["image"] = image.lower()  # what is built is not to take the place of the person's own
        build = made["build"] if isinstance(made["build"], dict) else {"context": made["build"]}
        made["build"] = {key: value for key, value in build.items() if key not in {"tags", "cache_to"}}
    return made


def _pairs(labels: object) -> dict[str, Any]:
    if isinstance(labels, dict):
        return labels
    return dict(str(one).partition("=")[::2] for one in labels) if isinstance(labels, list) else {}


def _notes(resolved: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """Say what of the person's is left out of it."""
    services = [resolved["services"][name] for name in names]
    used = {str(one.get("source")) for service in services for one in service.get("volumes") or ()}
    for name, volume in (resolved.get("volumes") or {}).items():
        if name in used and ((volume or {}).get("external") or (volume or {}).get("driver_opts")):
            yield f"it uses an empty volume in place of the volume {name}"
    joined = {name for service in services for name in service.get("networks") or ()}
    for name, network in (resolved.get("networks") or {}).items():
        if name in joined and ((network or {}).get("external") or (network or {}).get("driver")):
            yield f"it uses a plain network in place of the network {name}"
