"""What Docker Compose refuses of a project though its schema allows it: parts that exclude each other, or name nothing.

Sources: compose-go 2.9.1 and 2.14.0, which are alike in this: `loader/validate.go`, `loader/normalize.go`,
`validation/*.go`, `graph/cycle.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.mounts import clean_path, short_mount
from dropcap.carriers.compose.nodes import child, entries, is_nothing, items, known_scalar
from dropcap.carriers.compose.quantities import single, size_in_bytes
from dropcap.carriers.compose.references import NAMESPACES, OF_SERVICE
from dropcap.carriers.compose.yaml_types import scalar_type, truth
from dropcap.lang.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as Dictionary
    from typing import TypeAlias

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value

    Wrong: TypeAlias = "tuple[Value, str]"

_CONTAINER = "container:"
_SHOWN = 40  # characters of a value
_PATH_STARTS = frozenset("./~")
# What services name in lists of names, by name, or in long forms, under the key that it is defined under at the top.
_KINDS = ("networks", "configs", "secrets", "models")
# The keys of a service that name other services, and those that name what is defined beside the services.
_NEEDING = frozenset({"depends_on", "links", "volumes_from", *NAMESPACES})
_USING = frozenset({"build", "volumes", *_KINDS})
_FILE_KEYS = {"secrets": ("file", "environment"), "configs": ("file", "environment", "content")}
_TESTS = frozenset({"CMD", "CMD-SHELL", "NONE"})
_WITHOUT_TARGET = frozenset({"rebuild", "restart"})


def check_consistency(model: Mapping, scope: LoadContext, profiles: frozenset[str] | None, *, is_whole: bool) -> None:
    """Tell the log what Docker Compose refuses of a model.

    Args:
        model: the project's model, resolved.
        scope: what it was resolved with.
        profiles: the profiles whose services are started; None for all.
        is_whole: whether the model is all of a project: what a part of one names may be in the rest.

    """
    top = entries(model)
    services = {name: one for name, one in entries(child(model, "services")).items() if isinstance(one.value, Mapping)}
    off = {name for name, one in services.items() if profiles is not None and not _is_enabled(one.value, profiles)}
    project = _Project(top, services, off)
    for name, entry in services.items():
        if name in off:
            continue
        found = entries(entry.value)
        for keys, check in _CHECKS:
            if not keys.isdisjoint(found):
                for where, message in check(found):
                    scope.log.error(where, f"services.{name}{message}")
        if is_whole:
            for where, message in project.missing(entry, found):
                scope.log.error(where, f"services.{name} {message}")
    for where, message in (*_names(top), *_resources(top), *(project.circles() if is_whole else ())):
        scope.log.error(where, message)


def _is_enabled(service: Value, profiles: frozenset[str]) -> bool:
    names = [one for one in items(child(service, "profiles")) if isinstance(one, Scalar)]
    return not names or "*" in profiles or any(one.unknown or one.text in profiles for one in names)


class _Project:
    """The names that a project has, and who needs whom."""

    def __init__(self, top: Dictionary[str, Entry], services: Dictionary[str, Entry], off: set[str]) -> None:
        self.defined = {kind: entries(top[kind].value) for kind in (*_KINDS, "volumes") if kind in top}
        self.services = services
        self.off = off
        self.needs: dict[str, dict[str, Value]] = {}

    def missing(self, service: Entry, found: Dictionary[str, Entry]) -> Iterator[Wrong]:
        """Give what a service names that is not in the project, and keep which services it needs."""
        # One that still extends another one takes over what nobody knows.
        if not (_is_given(found, "image") or any(_is_given(found, key) for key in ("build", "provider", "extends"))):
            yield service.key, _refused("has neither image nor build", "add one of them")
        needs = self.needs.setdefault(service.key.text, {})
        for where, name, is_required in () if _NEEDING.isdisjoint(found) else _needed(found):
            if name not in self.services:
                yield (
                    where,
                    _refused(
                        f"names the service {name}, which the project does not have", "add it, or correct the name"
                    ),
                )
            elif name in self.off:
                if is_required:
                    yield (
                        where,
                        _refused(
                            f"needs the service {name}, which no active profile starts", "turn on one of its profiles"
                        ),
                    )
            else:
                needs.setdefault(name, where)
        if not _USING.isdisjoint(found):
            yield from self._missing_resources(found)
        for where, name in _built_upon(found) if "build" in found else ():
            if name not in self.services:
                yield (
                    where,
                    _refused(
                        f"builds on the service {name}, which the project does not have", "add it, or correct the name"
                    ),
                )
            elif child(self.services[name].value, "build") is None:
                yield where, _refused(f"builds on the service {name}, which has no build", "give that service a build")

    def _missing_resources(self, found: Dictionary[str, Entry]) -> Iterator[Wrong]:
        for where, name in _listed(found["networks"].value) if "networks" in found else ():
            if name.startswith("x-"):
                yield (
                    where,
                    f"names the network {name}, and Docker Compose takes a name with x- for an extension: rename it",
                )
        build = found["build"].value if "build" in found else None
        named = [(kind, one) for kind in _KINDS if kind in found for one in _listed(found[kind].value)]
        named += [("secrets", one) for one in _listed(child(build, "secrets"))] if build is not None else []
        named += [("volumes", one) for one in _volumes(found)] if "volumes" in found else []
        for kind, (where, name) in named:
            if name in self.defined.get(kind, ()):
                continue
            if kind != "networks" or name != "default":
                one = kind.removesuffix("s")
                fault = (
                    f"names the {one} {name}, which the project does not have"
                    if name
                    else f"has a {one} without a name"
                )
                yield where, _refused(fault, "add it, or correct the name" if name else "give it one")

    def circles(self) -> Iterator[Wrong]:
        """Give the first place at which services need each other in a circle."""
        done: set[str] = set()
        for start in sorted(name for name, needed in self.needs.items() if needed):
            path: list[str] = []
            pending = [iter([start])]
            while pending:
                name = next(pending[-1], None)
                if name is None:
                    pending.pop()
                    if path:
                        done.add(path.pop())
                elif name in path:
                    circle = [*path[path.index(name) :], name]
                    where = self.needs[circle[0]][circle[1]]
                    yield where, _refused("services depend on each other in a circle", f"break {' -> '.join(circle)}")
                    return
                elif name not in done:
                    path.append(name)
                    pending.append(iter(sorted(self.needs.get(name, ()))))


def _is_given(found: Dictionary[str, Entry], key: str) -> bool:
    """Whether a key has a value that is not empty, as far as that is known."""
    value = found[key].value if key in found else None
    return not (value is None or is_nothing(value) or (isinstance(value, Scalar) and not value.text))


def _needed(found: Dictionary[str, Entry]) -> Iterator[tuple[Value, str, bool]]:
    """Give the services that must be there, and whether they must be active too."""
    depends_on = found["depends_on"].value if "depends_on" in found else None
    for where, name in _listed(depends_on):
        required = known_scalar(child(child(depends_on, name), "required"))
        yield where, name, required is None or truth(required) is not False
    for key in NAMESPACES:
        value = found[key].value if key in found else None
        text = known_scalar(value)
        if value is not None and text is not None and text.startswith(OF_SERVICE):
            yield value, text[len(OF_SERVICE) :], True
    for link in items(found["links"].value) if "links" in found else ():
        text = known_scalar(link)
        if text is not None:
            parts = text.split(":")
            yield link, parts[0] if len(parts) == len(("name", "alias")) else text, True
    for one in items(found["volumes_from"].value) if "volumes_from" in found else ():
        text = known_scalar(one)
        if text is not None and not text.startswith(_CONTAINER):
            yield one, text.split(":")[0], True


def _listed(value: Value | None) -> Iterator[tuple[Value, str]]:
    """Give names: the keys of a mapping, the texts of a list, or the sources of its long forms."""
    if isinstance(value, Mapping):
        yield from ((one.key, name) for name, one in entries(value).items())
    for item in items(value) if isinstance(value, Sequence) else ():
        scalar = child(item, "source") if isinstance(item, Mapping) else item
        text = known_scalar(scalar)
        if scalar is None:
            yield item, ""
        elif text is not None:
            yield scalar, text


def _volumes(found: Dictionary[str, Entry]) -> Iterator[tuple[Value, str]]:
    """Give the named volumes that are mounted."""
    for item in items(found["volumes"].value):
        text = known_scalar(item)
        if isinstance(item, Mapping):
            source = child(item, "source")
            name = known_scalar(source)
            if source is not None and name and known_scalar(child(item, "type")) == "volume":
                yield source, name
        elif text is not None and text[:1] not in _PATH_STARTS:
            try:
                mount = short_mount(text)
            except ValueError:
                continue
            if mount.type == "volume" and mount.source:
                yield item, mount.source


def _built_upon(found: Dictionary[str, Entry]) -> Iterator[tuple[Value, str]]:
    """Give the services whose images a build takes for contexts."""
    contexts = child(found["build"].value, "additional_contexts") if "build" in found else None
    for name, entry in entries(contexts).items():
        text = known_scalar(entry.value)
        if text is not None and text.startswith(OF_SERVICE):
            yield entry.value, text[len(OF_SERVICE) :]
        del name
    for item in items(contexts) if isinstance(contexts, Sequence) else ():
        target = (known_scalar(item) or "").partition("=")[2]
        if target.startswith(OF_SERVICE):
            yield item, target[len(OF_SERVICE) :]


def _network(found: Dictionary[str, Entry]) -> Iterator[Wrong]:
    networks = found["networks"].value if "networks" in found else None
    has_networks = entries(networks) or (isinstance(networks, Sequence) and items(networks))
    if has_networks and known_scalar(found["network_mode"].value if "network_mode" in found else None):
        yield found["network_mode"].key, _refused(" has both network_mode and networks", "keep one of them")


def _build(found: Dictionary[str, Entry]) -> Iterator[Wrong]:
    build = entries(found["build"].value) if "build" in found else {}
    if _is_given(build, "dockerfile") and _is_given(build, "dockerfile_inline"):
        yield (
            build["dockerfile_inline"].key,
            _refused(".build has both dockerfile and dockerfile_inline", "keep one of them"),
        )
    platform = known_scalar(found["platform"].value) if "platform" in found else None
    platforms = [known_scalar(one) for one in items(build["platforms"].value)] if "platforms" in build else []
    if platform and platforms and None not in platforms and platform not in platforms:
        yield (
            build["platforms"].key,
            _refused(f".build.platforms lacks the service's own platform {platform}", "add it to the list"),
        )


def _health(found: Dictionary[str, Entry]) -> Iterator[Wrong]:
    test = child(found["healthcheck"].value, "test") if "healthcheck" in found else None
    first = next(iter(items(test)), None) if isinstance(test, Sequence) else None
    text = known_scalar(first)
    if first is not None and text is not None and text not in _TESTS:
        yield first, _refused(f".healthcheck.test starts with {text[:_SHOWN]}", "start it with CMD, CMD-SHELL or NONE")


def _numbers(found: Dictionary[str, Entry]) -> Iterator[Wrong]:
    """Give what is said twice in different ways, and numbers below what there can be."""
    deploy = found["deploy"].value if "deploy" in found else None
    scale = found["scale"].value if "scale" in found else None
    replicas = child(deploy, "replicas")
    many, copies = _number(scale), _number(replicas)
    for value, number, name in ((scale, many, "scale"), (replicas, copies, "deploy.replicas")):
        if value is not None and number is not None and number < 0:
            yield value, _refused(f".{name} is below zero", "write 0 or more")
    if scale is not None and many is not None and copies is not None and many != copies:
        yield scale, _refused(" has different numbers in scale and deploy.replicas", "keep one of them")
    count = many if many is not None else copies
    if (
        count is not None
        and count > 1
        and known_scalar(found["container_name"].value if "container_name" in found else None)
    ):
        yield (
            found["container_name"].key,
            _refused(
                f" starts {count:g} containers, and container_name gives all the same name", "leave container_name out"
            ),
        )
    resources = child(deploy, "resources")
    for key, part, name, read in _TWICE:
        own = found[key].value if key in found else None
        group = child(resources, part)
        number = read(own)
        if own is None or not number or not isinstance(group, Mapping):
            continue
        other = child(group, name)
        if other is None or (read(other) is not None and read(other) != number):
            yield own, _refused(f".{key} differs from deploy.resources.{part}.{name}", "keep one of them")


def _refused(what: str, advice: str) -> str:
    """Return the sentence: what is wrong, that it is refused, and what to do."""
    return f"{what}; Docker Compose refuses that: {advice}"


def _number(value: Value | None) -> float | None:
    text = known_scalar(value)
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _cpus(value: Value | None) -> float | None:
    number = _number(value)
    return None if number is None else single(number)


def _size(value: Value | None) -> float | None:
    text = known_scalar(value)
    return None if text is None else size_in_bytes(text)


_TWICE: tuple[tuple[str, str, str, Callable[[Value | None], float | None]], ...] = (
    ("cpus", "limits", "cpus", _cpus),
    ("mem_limit", "limits", "memory", _size),
    ("mem_reservation", "reservations", "memory", _size),
    ("pids_limit", "limits", "pids", _number),
)
"""What a service may say by itself and under `deploy.resources`."""


def _watch(found: Dictionary[str, Entry]) -> Iterator[Wrong]:
    watch = child(found["develop"].value, "watch") if "develop" in found else None
    for one in items(watch) if isinstance(watch, Sequence) else ():
        trigger = entries(one)
        action = known_scalar(trigger["action"].value) if "action" in trigger else None
        if action is not None and action not in _WITHOUT_TARGET and not _is_given(trigger, "target"):
            yield trigger["action"].value, _refused(f".develop.watch has no target for the action {action}", "add one")
        if "path" in trigger and not _is_given(trigger, "path"):
            yield trigger["path"].key, _refused(".develop.watch has an empty path", "write the path to watch")


def _targets(found: Dictionary[str, Entry]) -> Iterator[Wrong]:
    """Give a second mount at one path; of volumes whose path is written alike the last one is left."""
    volumes = items(_value(found, "volumes"))
    if "tmpfs" in found or len(volumes) > 1:
        yield from _second_targets(_value(found, "tmpfs"), volumes)


def _second_targets(value: Value | None, volumes: list[Value]) -> Iterator[Wrong]:
    taken: set[str] = set()
    written: dict[str, Value] = {}
    for one in items(value) if isinstance(value, Sequence) else ():
        text = known_scalar(one)
        if text is not None:
            written.setdefault(text, one)
    for text, one in written.items():
        path = text.partition(":")[0]
        if path in taken:
            yield one, _refused(f".tmpfs mounts {path} a second time", "keep one")
        taken.add(path)
    single_tmpfs = known_scalar(value) if isinstance(value, Scalar) else None
    if single_tmpfs is not None:
        taken.add(single_tmpfs.partition(":")[0])
    mounted: dict[str, str] = {}
    for item in volumes:
        target = _volume_target(item)
        if target is not None and target in taken:
            yield item, _refused(f".volumes mounts {target}, and so does tmpfs", "keep one of them")
        elif target is not None:
            # Only the path of a short form is cleaned before the last one of a path is taken.
            identity = known_scalar(child(item, "target")) if isinstance(item, Mapping) else target
            if mounted.setdefault(target, identity or "") != identity:
                yield item, _refused(f".volumes mounts {target} a second time", "keep one")


def _volume_target(item: Value) -> str | None:
    text = known_scalar(child(item, "target") if isinstance(item, Mapping) else item)
    if text is None or isinstance(item, Mapping):
        return None if text is None else clean_path(text)
    try:
        return clean_path(short_mount(text).target)
    except ValueError:
        return None


def _devices(found: Dictionary[str, Entry]) -> Iterator[Wrong]:
    deploy = found["deploy"].value if "deploy" in found else None
    reserved = child(child(child(deploy, "resources"), "reservations"), "devices")
    for path, value in ((".deploy.resources.reservations.devices", reserved), (".gpus", _value(found, "gpus"))):
        for one in items(value) if isinstance(value, Sequence) else ():
            request = entries(one)
            if "count" in request and "device_ids" in request:
                yield request["count"].key, _refused(f"{path} has both count and device_ids", "keep one of them")
            count = known_scalar(request["count"].value) if "count" in request else None
            if count is not None and count != "all" and not count.lstrip("+-").isdecimal():
                yield request["count"].value, _refused(f"{path}.count is {count[:_SHOWN]}", "write a number, or all")


def _value(found: Dictionary[str, Entry], key: str) -> Value | None:
    return found[key].value if key in found else None


def _addresses(found: Dictionary[str, Entry]) -> Iterator[Wrong]:
    for item in items(_value(found, "ports")):
        if not isinstance(item, Mapping):
            continue  # most are short
        address = child(item, "host_ip")
        text = known_scalar(address)
        if address is not None and text is not None and not _is_address(text):
            yield address, _refused(f".ports has the host_ip {text[:_SHOWN]}", "write an IP address")


def _is_address(text: str) -> bool:
    import ipaddress  # few ports are bound to an address, and it takes long to import

    try:
        return bool(ipaddress.ip_address(text)) and "%" not in text
    except ValueError:
        return False


_CHECKS: tuple[tuple[frozenset[str], Callable[[Dictionary[str, Entry]], Iterator[Wrong]]], ...] = (
    (frozenset({"network_mode"}), _network),
    (frozenset({"build"}), _build),
    (frozenset({"healthcheck"}), _health),
    (frozenset({"deploy", "scale"}), _numbers),
    (frozenset({"develop"}), _watch),
    (frozenset({"tmpfs", "volumes"}), _targets),
    (frozenset({"deploy", "gpus"}), _devices),
    (frozenset({"ports"}), _addresses),
)
"""What is looked for in a service, by the keys without which there is nothing to find."""


def _resources(top: Dictionary[str, Entry]) -> Iterator[Wrong]:
    """Give what is wrong with secrets, configs and volumes themselves."""
    for kind, keys in _FILE_KEYS.items():
        for name, entry in entries(top[kind].value).items() if kind in top else ():
            found = entries(entry.value)
            given = [key for key in keys if key in found]
            if not isinstance(entry.value, Mapping):
                continue
            if len(given) > 1:
                yield found[given[1]].key, _refused(f"{kind}.{name} has both {' and '.join(given)}", "keep one of them")
            elif (not given and "driver" not in found and "external" not in found) or (
                kind == "secrets" and not _is_external(found) and not any(_is_given(found, key) for key in keys)
            ):
                yield (
                    entry.key,
                    _refused(f"{kind}.{name} has no source", f"write one of {', '.join(keys)}, or external: true"),
                )
    for name, entry in entries(top["volumes"].value if "volumes" in top else None).items():
        if not isinstance(entry.value, Mapping):
            continue  # most are empty
        found = entries(entry.value)
        others = [key for key in found if key not in ("name", "external") and not key.startswith("x-")]
        if others and _is_external(found):
            yield (
                found[others[0]].key,
                _refused(f"volumes.{name} is external and has {others[0]} too", f"leave {others[0]} out"),
            )


def _names(top: Dictionary[str, Entry]) -> Iterator[Wrong]:
    """Give what has a name twice, and differently."""
    for kind in ("networks", "volumes", "secrets", "configs"):
        for name, entry in entries(top[kind].value).items() if kind in top else ():
            if not isinstance(entry.value, Mapping):
                continue  # most are empty
            own, outer = child(entry.value, "name"), child(child(entry.value, "external"), "name")
            given, taken = known_scalar(own), known_scalar(outer)
            if outer is not None and given is not None and taken is not None and given != taken:
                yield (
                    outer,
                    _refused(f"{kind}.{name} has one name in name and another in external.name", "keep one of them"),
                )


def _is_external(found: Dictionary[str, Entry]) -> bool:
    value = found["external"].value if "external" in found else None
    if isinstance(value, Scalar):
        return value.unknown is not None or (scalar_type(value) != "nothing" and truth(value.text) is True)
    return isinstance(value, Mapping)
