"""The capability sets of a container: what its processes can hold, what the first one holds, and why.

Nothing is judged here and nothing is guessed. Where the user is not known, the sets are those of root: the
most that the container can hold.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dropcap.capabilities.engines import strategy_of
from dropcap.capabilities.names import ALL, bare_name
from dropcap.capabilities.strategy import in_order, quoted
from dropcap.model import Engine, Kind
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from dropcap.capabilities.strategy import Strategy
    from dropcap.model import Container, Located, Stage

START_NOTHING = frozenset({Kind.STAGE, Kind.BUILD, Kind.POD})
"""The kinds of what is read that start no program in a container of their own."""

# Podman reads it from the image or the command line: containers/common pkg/capabilities.
_LABEL = "io.containers.capabilities"
# Go's strconv.Atoi takes leading zeros and a sign.
_UID_ZERO = r"[+-]?0+"
BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
"""What Go's strconv.ParseBool takes, and no others."""


def starts_nothing(container: Container) -> bool:
    """Return whether no program of the container's own starts; Podman's builds start their steps in one."""
    is_podman_build = container.kind is Kind.BUILD and bool(container.cap_add or container.cap_drop)
    return container.kind in START_NOTHING and not is_podman_build


class Origin(NamedTuple):
    """Where a capability comes from.

    Attributes:
        kind: `default`, `cap_add` or `privileged`.
        where: the entry that grants it; None for the default set.

    """

    kind: str
    where: Located[Any] | None


class Refusal(NamedTuple):
    """An entry that makes the engine refuse the container.

    Attributes:
        message: the engine's own words.
        where: the entry.

    """

    message: str
    where: Located[str]


class CapabilitySets(NamedTuple):
    """What a container holds; bare names in the kernel's order.

    Attributes:
        bounding: the most that any process of the container can hold.
        effective: what its first process holds. Under Docker a user other than root holds nothing, under
            Podman what is added by name.
        origins: where each member of `bounding` comes from.
        errors: why the engine refuses the container. The sets are computed as if the refused entries were not
            there, so that a rule can go on; who prints the sets of a container with errors says that there is
            no such container.

    """

    bounding: tuple[str, ...]
    effective: tuple[str, ...]
    origins: Mapping[str, Origin]
    errors: tuple[Refusal, ...]


_DEFAULT = Origin("default", None)
_NOTHING = CapabilitySets((), (), {}, ())


@cache
def _plain(default: tuple[str, ...]) -> CapabilitySets:
    """Return the sets of a container that says nothing of capabilities."""
    return CapabilitySets(default, default, dict.fromkeys(default, _DEFAULT), ())


# The last answer: rules ask about one container after another, each of them the same.
_last: list[tuple[Container | None, Engine, CapabilitySets]] = [(None, Engine.DOCKER, _NOTHING)]


def capability_sets(container: Container, engine: Engine | None = None) -> CapabilitySets:
    """Compute the sets of a container under an engine: the one given, the container's own, or Docker.

    A Dockerfile stage starts nothing and has empty sets, and so has a pod or a build, but for one of Podman's that
    names capabilities: its steps run in a container that has them. So has a command in a
    running container, whose sets are those that the container was started with, unless it is a Compose service's
    that is known; a privileged one holds everything.
    """
    engine = engine or container.engine or Engine.DOCKER
    known, its_engine, sets = _last[0]
    if known is not container or its_engine is not engine:
        sets = _compute(container, engine)
        _last[0] = (container, engine, sets)
    return sets


def _compute(container: Container, engine: Engine) -> CapabilitySets:
    privileged = _privileged(container, engine)
    is_of_unknown = container.kind is Kind.EXEC and privileged is None and not _is_of_service(container)
    if starts_nothing(container) or is_of_unknown:
        return _NOTHING
    root = is_root(container, engine)
    ways = strategy_of(container, engine)
    ambient = ways.makes_ambient and _has_ambient_set(container, root=root)
    label = capability_label(container) if ways.heeds_label else None
    if not (privileged or label or ambient or container.cap_add or container.cap_drop):
        plain = _plain(ways.default)
        return plain if root is not False else plain._replace(effective=())
    if privileged is not None:
        origins = dict.fromkeys(ways.known, Origin("privileged", privileged))
        refused = _refused_though_privileged(container, engine, ambient=ambient)
    else:
        origins, refused = _combined(container, engine)
        if label is not None:
            origins, wrong = _reduced(origins, label, ways)
            refused += wrong
    bounding = in_order(origins)
    effective = bounding if root is not False else ()
    if ambient:
        asked = _ambient(container, ways)
        if root is False or no_new_privileges(container, engine):
            effective = tuple(name for name in asked if name in origins)
        if not refused and (denied := _denied(container, label, frozenset(asked) - origins.keys())):
            refused.append(denied)
    return CapabilitySets(bounding, effective, origins, tuple(refused))


def _is_of_service(container: Container) -> bool:
    return container.service is not None and container.service.is_resolved


def _combined(container: Container, engine: Engine) -> tuple[dict[str, Origin], list[Refusal]]:
    adds, drops = container.cap_add, container.cap_drop
    ways = strategy_of(container, engine)
    combined = ways.combine(ways, [entry.value for entry in adds], [entry.value for entry in drops])
    origins = {name: _DEFAULT if at is None else Origin("cap_add", adds[at]) for name, at in combined.granted.items()}
    refused = [Refusal(one.message, (drops if one.dropped else adds)[one.at]) for one in combined.refused]
    return origins, refused


def _refused_though_privileged(container: Container, engine: Engine, *, ambient: bool) -> list[Refusal]:
    """Find what is refused although the lists have no effect.

    Docker checks every name. Podman looks at the additions alone, and only for another user than root.
    """
    if not strategy_of(container, engine).makes_ambient:
        return _combined(container, engine)[1]
    return _combined(container._replace(cap_drop=()), engine)[1] if ambient else []


def _privileged(container: Container, engine: Engine) -> Located[bool] | None:
    """Find what makes a container privileged; None where the engine ignores the option."""
    option = container.privileged
    return (
        option
        if option is not None and option.value and "privileged" not in strategy_of(container, engine).ignored
        else None
    )


def _ambient(container: Container, ways: Strategy) -> tuple[str, ...]:
    """Give what Podman puts into the ambient set of a user that is not root: the additions and nothing else.

    Drops do not count here, nor does privileged mode: podman pkg/specgen/generate/security_linux.go.
    """
    added = {bare_name(entry.value) for entry in container.cap_add}
    return ways.known if ALL in added else in_order(added)


def _has_ambient_set(container: Container, *, root: bool | None) -> bool:
    """Tell whether Podman takes the user for another one than root.

    It compares texts: a uid of `00` is another user to it. The kernel nevertheless gives everything to uid 0
    at its first exec; only where it may not gain privileges, it is left with what Podman meant for it.
    """
    if not root:
        return root is False
    user = _user(container)
    return user is not None and user.partition(":")[0] not in {"", "root", "0"}


def _denied(container: Container, label: Located[str] | None, missing: frozenset[str]) -> Refusal | None:
    """Find what keeps a container from starting although Podman creates it.

    The kernel takes nothing into the ambient set that is not in the bounding set; an addition of ALL beside a
    drop by name asks for that, and so can a label.
    """
    guilty = [entry for entry in container.cap_drop if bare_name(entry.value) in missing]
    if label is not None:
        guilty.append(label)
    return Refusal("unable to apply caps: operation not permitted", guilty[0]) if missing and guilty else None


def capability_label(container: Container) -> Located[str] | None:
    """Find the label by which an image says what it needs; the container's own comes before the image's."""
    own = container.labels
    stage = container.stage.labels if container.stage else ()
    for labels in (own, stage):
        for label in reversed(labels):
            if label.value.partition("=")[0] == _LABEL:
                return label
    return None


def _reduced(
    origins: dict[str, Origin], label: Located[str], ways: Strategy
) -> tuple[dict[str, Origin], list[Refusal]]:
    """Reduce a set to what the image's label asks for; where it asks for more than that, nothing changes."""
    words = label.value.partition("=")[2].split(",")
    if words == [""] and ways.empties_by_label:
        return {}, []
    wanted = {bare_name(word) for word in words}
    if wrong := sorted(wanted.difference(ways.known, (ALL,))):
        message = ways.unknown.format(list="Add", name=quoted(ways.normalise(wrong[0])))
        return origins, [Refusal(message, label)]
    asked = ways.known if ALL in wanted else wanted
    if not origins.keys() >= set(asked):
        return origins, []
    return {name: origin for name, origin in origins.items() if name in asked}, []


def is_root(container: Container, engine: Engine | None = None) -> bool | None:
    """Say whether the first process runs as root, uid 0; None where only the image knows, or nobody.

    The container's user comes before the image's; an empty one means the image's. A name is not looked up:
    any other than `root` is taken for another user.
    """
    if container.may_be_set("user"):
        return None
    engine = engine or container.engine or Engine.DOCKER
    user = _user(container)
    if user is not None:
        return names_root(user)
    if container.userns is not None and strategy_of(container, engine).maps_user:
        mode, _, options = container.userns.value.partition(":")
        if mode == "keep-id":
            return "uid=0" in options.split(",")
    return True if _from_scratch(container.stage) else None


def names_root(user: str) -> bool:
    """Return whether a user, with or without a group, is root, uid 0."""
    name = user.partition(":")[0]
    return name in {"", "root"} or re.fullmatch(_UID_ZERO, name) is not None


def _user(container: Container) -> str | None:
    """Give the user as it is written, with its group: the container's, or the image's where that is known."""
    if container.user is not None and container.user.value:
        return container.user.value
    if container.stage is not None and container.stage.user is not None:
        return container.stage.user.value
    return None


def _from_scratch(stage: Stage | None) -> bool:
    """Tell whether a stage is built upon nothing, so that no image can name a user."""
    while stage is not None and stage.parent is not None:
        stage = stage.parent
    return stage is not None and stage.base is not None and stage.base.value == "scratch"


def no_new_privileges(container: Container, engine: Engine | None = None) -> bool | None:
    """Say whether no process can gain privileges by executing a file; None where that cannot be seen.

    The last of several options counts. Engines refuse a value that is none of Go's booleans; such an option
    is left out here. Swarm ignores them all, and nerdctl that of a privileged container.
    """
    engine = engine or container.engine or Engine.DOCKER
    if "security_opt" in strategy_of(container, engine).ignored:
        return False
    if container.may_be_set("security_opt"):
        return None
    if strategy_of(container, engine).gains_if_privileged and _privileged(container, engine) is not None:
        return False
    answer = False
    for value, _ in security_values(container, "no-new-privileges", engine):
        answer = BOOLEANS.get(value, answer) if value is not None else True
    return answer


def security_values(container: Container, key: str, engine: Engine) -> Iterator[tuple[str | None, Located[str]]]:
    """Give the values of a key among the security options, each with its option; None for the bare key.

    The separator is `=`, or `:` where there is no `=`; nerdctl knows `=` alone.
    """
    separators = strategy_of(container, engine).separators
    for option in container.security_opt:
        separator = next((one for one in separators if one in option.value), separators[0])
        name, found, value = option.value.partition(separator)
        if name == key:
            yield value if found else None, option
