"""What Docker Compose starts beside a service's own process: hooks, and containers that run before it.

`post_start`, `pre_stop` and the `exec` of `develop.watch` are processes in the service's container: they hold what it
holds, or everything. A `pre_start` is a container of its own. It takes over the image, the mounts, the networks and
the environment: neither capabilities nor security options, neither the user nor `read_only`. Sources: docker/compose,
`pkg/compose/hook.go`, `pkg/compose/pre_start.go`, `pkg/compose/watch.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.effective import is_root
from dropcap.carriers.compose.command_words import command_words
from dropcap.carriers.compose.diagnostics import Diagnostics
from dropcap.carriers.compose.fields import Fields
from dropcap.carriers.compose.nodes import child, entries, items
from dropcap.lang.yaml import Mapping
from dropcap.model import Container, Hook, Kind, Located

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as Dictionary

    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value
    from dropcap.model import Unknown


def hooks(service: Container, found: dict[str, Entry], log: Diagnostics) -> Iterator[Container]:
    """Give a container for each hook that holds more than its service's process, and for each one of its own.

    Args:
        service: the service's container.
        found: the service's entries.
        log: told what Docker Compose would refuse.

    """
    for name, place, hook in _written(service.name, found):
        fields = Fields(entries(hook), name, log)
        privileged = fields.flag("privileged", "privileged")
        user = fields.string("user", "user")
        own = Container(
            Kind.SERVICE,
            name,
            place.source,
            place.span,
            engine=service.engine,
            user=user,
            privileged=privileged,
            command=command_words(fields, "command"),
            routes=service.routes,
        )
        if "pre_start" in found and name.startswith(f"{service.name}.pre_start"):
            image = fields.string("image", "image", is_shown=True) or service.image
            stage = None if "image" in fields.entries else service.stage
            hidden = (one._replace(fields=("mounts",)) for one in service.unknowns if _may_mount(one))
            unknowns = (*fields.unknowns, *hidden)
            yield own._replace(image=image, stage=stage, mounts=service.mounts, unknowns=unknowns)
        elif (privileged is not None and privileged.value) or fields.unknowns or _regains(user, service):
            # A process in the container is the container's user's, unless the hook names another one.
            yield own._replace(
                kind=Kind.EXEC,
                image=service.image,
                user=user or service.user,
                stage=service.stage,
                unknowns=tuple(fields.unknowns),
            )


def in_container(found: Dictionary[str, Entry]) -> Iterator[tuple[Hook, Sequence[Unknown]]]:
    """Give the hooks that are processes in a service's container, each with what hides parts of it."""
    for name, _, hook in _written("", found):
        kind = name.removeprefix(".").partition("[")[0]
        if kind != "pre_start":
            # What is wrong is told where :func:`hooks` reads them.
            fields = Fields(entries(hook), name, Diagnostics())
            words, user = command_words(fields, "command") or (), fields.string("user", "user")
            yield Hook(kind, words, user, fields.flag("privileged", "privileged")), fields.unknowns


def _may_mount(unknown: Unknown) -> bool:
    return not unknown.fields or "mounts" in unknown.fields


def _regains(user: Located[str] | None, service: Container) -> bool:
    """Whether a hook runs as root where the service does not: it holds what the service's user cannot use."""
    if user is None:
        return False
    process = Container(Kind.EXEC, "", service.source, service.span, user=user)
    return is_root(process) is True and is_root(service) is False


def _written(service: str, found: Dictionary[str, Entry]) -> Iterator[tuple[str, Value, Mapping]]:
    """Give each hook with its name and the place that it is reported at."""
    for kind in ("pre_start", "post_start", "pre_stop"):
        for number, hook in enumerate(items(found[kind].value) if kind in found else ()):
            if isinstance(hook, Mapping):
                # A list's item has no name of its own: the key that stands first is taken.
                anchor = next((one.key for one in entries(hook).values()), hook)
                yield f"{service}.{kind}[{number}]", anchor, hook
    for number, one in enumerate(items(child(found["develop"].value, "watch")) if "develop" in found else ()):
        entry = entries(one).get("exec")
        if entry is not None and isinstance(entry.value, Mapping):
            yield f"{service}.develop.watch[{number}].exec", entry.key, entry.value
