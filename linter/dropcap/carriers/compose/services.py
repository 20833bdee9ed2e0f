"""A service of a Compose file becomes a container."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dropcap.carriers.compose.fields import Fields, located
from dropcap.carriers.compose.mounts import MOUNT_KEYS, device_text, mounts, port_text
from dropcap.carriers.compose.nodes import child, entries, is_nothing, items
from dropcap.lang.yaml import Mapping, Scalar
from dropcap.model import Container, Kind, Located

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.carriers.compose.process import ProcessReader
    from dropcap.lang.yaml import Value


USUAL_POLICIES = frozenset({"always", "no", "on-failure", "unless-stopped"})
"""The values of `restart` that nearly all services have, in which there is nothing to look for."""


def containers(
    services: Mapping, scope: LoadContext, profiles: Sequence[str] | None = None, model: Mapping | None = None
) -> Iterator[Container]:
    """Give a container for each service that Docker Compose starts itself, and for what it starts beside it.

    Args:
        services: the value of `services`, all files that belong together merged.
        scope: what the project was resolved with; its log is told what Compose would refuse.
        profiles: the profiles whose services count, besides services of no profile; None for all.
        model: all of the project, for what services take from its other parts.

    """
    log = scope.log
    reader: ProcessReader | None = None
    for name, entry in entries(services).items():
        if not isinstance(entry.value, Mapping):
            is_empty = is_nothing(entry.value)
            log.error(entry.key if is_empty else entry.value, f"services.{name} must be a mapping")
            continue
        found = entries(entry.value)
        if "provider" in found or not is_enabled(found, profiles):
            continue
        if reader is None and not _OF_PROCESS.isdisjoint(found):
            from dropcap.carriers.compose.process import ProcessReader  # a file of images alone has no need of it

            reader = ProcessReader(scope, model)
        container = _container(name, entry.key, found, scope, reader, model)
        yield container
        if not found.keys().isdisjoint(("post_start", "pre_start", "pre_stop", "develop")):
            from dropcap.carriers.compose.hooks import hooks  # few services have any

            yield from hooks(container, found, log)


def is_enabled(found: dict[str, Entry], profiles: Sequence[str] | None) -> bool:
    """Whether a service belongs to one of the profiles, or to none; one that nobody knows may be any."""
    if profiles is None or "*" in profiles or "profiles" not in found:
        return True
    value = found["profiles"].value
    names = [item for item in items(value) if isinstance(item, Scalar)]
    return not names or any(name.unknown or name.text in profiles for name in names)


def profiles_named(services: Value | None) -> set[str] | None:
    """Return the profiles that services name; None where one of them is not known."""
    found: set[str] = set()
    for entry in entries(services).values() if isinstance(services, Mapping) else ():
        names = [one for one in items(child(entry.value, "profiles")) if isinstance(one, Scalar)]
        if any(one.unknown for one in names):
            return None
        found.update(one.text for one in names)
    return found


def _container(
    name: str,
    key: Scalar,
    found: dict[str, Entry],
    scope: LoadContext,
    reader: ProcessReader | None,
    model: Mapping | None,
) -> Container:
    fields = Fields(found, f"services.{name}", scope.log)
    # Most services have few of the keys: those that are there are looked at, and no others.
    values: dict[str, Any] = {}
    for name_of_key in found:
        if name_of_key in _READERS:
            field = _NAMES.get(name_of_key, name_of_key)
            values[field] = _READERS[name_of_key](fields, name_of_key, field)
    if not found.keys().isdisjoint(MOUNT_KEYS):
        values["mounts"] = mounts(fields, model)
    if "networks" in found and model is not None and "networks" in entries(model):
        from dropcap.carriers.compose.networks import external_networks  # few projects have an external one

        attached = external_networks(found["networks"].value, model)
        values["networks"] = tuple(located(network, where) for where, network in attached)
    if not found.keys().isdisjoint(_OF_LIMITS):
        from dropcap.carriers.compose.limits import limits  # few services have any

        values["limits"] = limits(found)
    extends = found["extends"].value if "extends" in found else None
    if extends is None or (extends.source.path, extends.span) not in scope.provenance.hollow:
        _hide_what_stands_elsewhere(fields, key)
    if "build" in found:
        from dropcap.carriers.compose.builds import build  # it reads a Dockerfile

        values.update(build(fields, scope))
    if reader is not None and not _OF_PROCESS.isdisjoint(found):
        values["process"] = reader.read(found, values.get("mounts", ()))
    values["routes"] = tuple(scope.provenance.extended.get(name, ()))
    values["unknowns"] = tuple(fields.unknowns)
    return Container(Kind.SERVICE, name, key.source, key.span, **values)


def _command(fields: Fields, key: str, _field: str) -> tuple[Located[str], ...] | None:
    """Read `command` or `entrypoint`."""
    from dropcap.carriers.compose.command_words import command_words  # few services have one

    return command_words(fields, key)


def _given_name(fields: Fields, key: str, _field: str) -> str:
    """Read `container_name`; one that is not known names nobody."""
    value = fields.entries[key].value
    return value.text if isinstance(value, Scalar) and value.unknown is None else ""


def _hide_what_stands_elsewhere(fields: Fields, key: Scalar) -> None:
    """Keep that the service is not all here: it extends another one, or it is a part to be laid over another."""
    extends = fields.entries.get("extends")
    if extends is not None and not is_nothing(extends.value):
        reason = "dropcap could not read the service that it extends"
        fields.hide(extends.value, f"extends: {_extended(extends.value)}", reason)
    elif "image" not in fields.entries and "build" not in fields.entries:
        reason = "it has neither image nor build, so it changes a service of another file"
        fields.hide(key, "the file that it changes", reason)


def _extended(value: Value) -> str:
    """Name the service that is extended, with its file, as far as that is written."""
    if isinstance(value, Scalar):
        return value.text
    parts = (child(value, name) for name in ("service", "file"))
    return " of ".join(part.text for part in parts if isinstance(part, Scalar))


# What says more of a service's processes.
_OF_PROCESS = frozenset(
    {"build", "configs", "develop", "env_file", "environment", "healthcheck", "init", "post_start", "pre_stop"}
    | {"secrets", "stdin_open", "tty", "volumes", "working_dir"}
)
_OF_LIMITS = frozenset({"cgroup_parent", "cpu_quota", "cpus", "cpuset", "deploy", "mem_limit", "pids_limit"})
# The fields of a container that have another name than the service's keys.
_NAMES = {"userns_mode": "userns", "device_cgroup_rules": "device_rules", "container_name": "given_name"}
_READERS: dict[str, Callable[[Fields, str, str], Any]] = {
    "image": partial(Fields.string, is_shown=True),
    "user": Fields.string,
    "privileged": Fields.flag,
    "cap_add": Fields.strings,
    "cap_drop": Fields.strings,
    "security_opt": Fields.strings,
    "network_mode": Fields.string,
    "pid": Fields.string,
    "ipc": Fields.string,
    "uts": Fields.string,
    "userns_mode": Fields.string,
    "cgroup": Fields.string,
    "devices": partial(Fields.strings, of_mapping=device_text),
    "device_cgroup_rules": Fields.strings,
    "sysctls": Fields.pairs,
    "ports": partial(Fields.strings, of_mapping=port_text, takes_numbers=True),
    "group_add": partial(Fields.strings, takes_numbers=True),
    "read_only": Fields.flag,
    "entrypoint": _command,
    "command": _command,
    "labels": Fields.pairs,
    "container_name": _given_name,
}
"""How a container's field is read, by the service's key; a reader takes the names of both."""
