"""How a container that exists differs from what its Compose file says now, as far as that matters to the host.

What one of the two cannot be known by is left out: a variable that is not set here, or what only one engine prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.effective import capability_sets, names_root, no_new_privileges
from dropcap.capabilities.isolation import host_namespace, unconfined, without_label
from dropcap.capabilities.names import ALL, bare_name
from dropcap.model import Container, Engine
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dropcap.model import Located

__all__ = ["Difference", "differences"]

_NAMESPACES = {
    "network_mode": "network",
    "pid": "process ids",
    "ipc": "shared memory",
    "uts": "host name",
    "userns": "user namespace",
}
# Podman prints other words for these than it was given.
_NOT_PRINTED_BY_PODMAN = frozenset({"ipc", "userns"})
# Members of Podman's default set in older versions and in distributions' settings, where nobody added them.
_DEFAULT_ELSEWHERE = frozenset({"AUDIT_WRITE", "MKNOD", "NET_RAW"})


class Difference(NamedTuple):
    """One thing that a container and its file do not have in common.

    Attributes:
        names: what tells it from others: `capabilities`, and then the names of those that differ.
        has: what the container has, in words to follow "it": `holds SYS_ADMIN`.
        where: where the container has it; None where it lacks it.
        declared: where its file speaks of it; None where that says nothing.
        is_more: whether the container has more than its file gives it; else its file gives it more, or other things.

    """

    names: tuple[str, ...]
    has: str
    where: Located[Any] | None
    declared: Located[Any] | None
    is_more: bool = False


def differences(container: Container) -> Iterator[Difference]:
    """Give what differs between a container and its service; nothing where one of them is not known."""
    declared = container.live.declared if container.live is not None else None
    service = declared.service if declared is not None else None
    if service is None:
        return
    service = service._replace(engine=container.engine, engine_version=container.engine_version)
    if service.may_be_set("privileged") or capability_sets(service).errors:
        return  # what of it the engine would start is not known
    ours, theirs = _is_privileged(container), _is_privileged(service)
    if ours != theirs:
        has = "is privileged" if ours else "is not privileged"
        where = container.privileged if ours else None
        yield Difference(("privileged",), has, where, service.privileged, is_more=ours)
    else:
        yield from _of_capabilities(container, service)
    if not (ours or theirs):
        yield from _of_profiles(container, service)
    yield from _of_user(container, service)
    for field in _NAMESPACES:
        yield from _of_namespace(container, service, field)
    yield from _of_devices(container, service)
    yield from _of_mounts(container, service)


def _is_privileged(container: Container) -> bool:
    return container.privileged is not None and container.privileged.value


def _of_capabilities(container: Container, service: Container) -> Iterator[Difference]:
    if service.may_be_set("cap_add", "cap_drop"):
        return
    held, given = capability_sets(container), capability_sets(service)
    written = (*service.cap_add, *service.cap_drop)
    is_podman = container.engine is Engine.PODMAN
    more = [name for name in held.bounding if name not in given.origins]
    dropped = {bare_name(entry.value) for entry in service.cap_drop}
    if is_podman and ALL not in dropped:
        more = [name for name in more if name in dropped or name not in _DEFAULT_ELSEWHERE]
    if more:
        more.sort(key=lambda name: held.origins[name].where is None)  # what was added by name comes first
        where = held.origins[more[0]].where
        names = ("capabilities", *more)
        yield Difference(names, f"holds {_listed(more)}", where, written[0] if written else None, is_more=True)
    adds_all = any(bare_name(entry.value) == ALL for entry in (*service.cap_add, *container.cap_add))
    # A machine may not have all there are; Podman's default set is a matter of its settings.
    less = [name for name in given.bounding if name not in held.origins and not adds_all]
    if is_podman:
        less = [name for name in less if given.origins[name].where is not None]
    if less:
        where = given.origins[less[0]].where
        entry = container.cap_drop[0] if container.cap_drop else None
        yield Difference(("lacking", *less), f"does not hold {_listed(less)}", entry, where)


def _of_profiles(container: Container, service: Container) -> Iterator[Difference]:
    if service.may_be_set("security_opt"):
        return
    ours, theirs = no_new_privileges(container), no_new_privileges(service)
    if ours is not None and theirs is not None and ours != theirs:
        has = "may gain privileges by executing a file" if theirs else "cannot gain privileges by executing a file"
        option = _option(container if ours else service, "no-new-privileges")
        where, declared = (option, None) if ours else (None, option)
        yield Difference(("no-new-privileges",), has, where, declared, is_more=theirs)
    for key, what in (("seccomp", "a seccomp profile"), ("apparmor", "an AppArmor profile")):
        yield from _of_profile(key, what, unconfined(container, key), unconfined(service, key))
    yield from _of_profile("label", "a separation by SELinux", without_label(container), without_label(service))


def _of_profile(key: str, what: str, ours: Located[str] | None, theirs: Located[str] | None) -> Iterator[Difference]:
    if (ours is None) != (theirs is None):
        yield Difference((key,), f"{'lacks' if ours else 'has'} {what}", ours, theirs, is_more=ours is not None)


def _option(container: Container, key: str) -> Located[str] | None:
    return next((one for one in container.security_opt if one.value.startswith(key)), None)


def _of_user(container: Container, service: Container) -> Iterator[Difference]:
    ours, theirs = container.user, service.user
    if ours is None or theirs is None or not theirs.value or service.may_be_set("user"):
        return
    is_root, was_root = names_root(ours.value), names_root(theirs.value)
    if ours.value != theirs.value and not (is_root and was_root):
        has = "runs as root" if is_root else "runs as another user"
        yield Difference(("user",), has, ours, theirs, is_more=is_root)


def _of_namespace(container: Container, service: Container, field: str) -> Iterator[Difference]:
    if service.may_be_set(field) or (field in _NOT_PRINTED_BY_PODMAN and container.engine is Engine.PODMAN):
        return
    both: list[Located[str] | None] = [getattr(one, field) for one in (container, service)]
    if any(one is not None and one.value.partition(":")[0] in {"container", "service"} for one in both):
        return  # whose it is the other one says
    ours, theirs = host_namespace(container, field), host_namespace(service, field)
    if (ours is None) != (theirs is None):
        verb = "shares" if ours is not None else "does not share"
        has = f"{verb} the host's {_NAMESPACES[field]}"
        yield Difference((field,), has, ours, theirs, is_more=ours is not None)


def _of_devices(container: Container, service: Container) -> Iterator[Difference]:
    if service.may_be_set("devices") or container.engine is Engine.PODMAN:  # which does not print them
        return
    ours, theirs = _devices(container), _devices(service)
    yield from _of_paths("devices", "device", ours, theirs)


def _devices(container: Container) -> dict[str, Located[Any]]:
    return {path: one for one in container.devices if (path := one.value.partition(":")[0]).startswith("/")}


def _of_mounts(container: Container, service: Container) -> Iterator[Difference]:
    if service.may_be_set("mounts") or any(one.value.host_path[:1] == "~" for one in service.mounts):
        return
    yield from _of_paths("mounts", "path", _mounts(container), _mounts(service))


def _mounts(container: Container) -> dict[str, Located[Any]]:
    """Return the paths of the host that matter, as the engine's socket does."""
    from dropcap.capabilities.host_paths import host_path, listener, plain_path

    found: dict[str, Located[Any]] = {}
    for one in container.mounts:
        path = one.value.host_path
        if path.startswith("/") and (listener(path, one.value.target) or host_path(path)):
            found.setdefault(plain_path(path), one)
    return found


def _of_paths(
    field: str, what: str, ours: dict[str, Located[Any]], theirs: dict[str, Located[Any]]
) -> Iterator[Difference]:
    more = sorted(set(ours) - set(theirs))
    if more:
        has = f"has the host's {what}{'s' if len(more) > 1 else ''} {_listed(more)}"
        yield Difference((field, *more), has, ours[more[0]], next(iter(theirs.values()), None), is_more=True)
    less = sorted(set(theirs) - set(ours))
    if less:
        # A path that a variable gives is not told.
        names = [path if _is_written(path, theirs[path]) else "of its Compose file" for path in less]
        has = f"does not have the host's {what}{'s' if len(less) > 1 else ''} {_listed(names)}"
        yield Difference((f"lacking-{field}", *names), has, None, theirs[less[0]])


def _is_written(path: str, where: Located[Any]) -> bool:
    root, span = where.source.to_root(where.span)
    return path in root.text[span.start : span.end]


_FEW = 3
_LONGEST = 40


def _listed(names: Sequence[str]) -> str:
    """Return names in a sentence, the first of many."""
    shown = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 3]}..." for name in names[:_FEW]]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
