"""Which of the checks of a project are worth loading, by the keys that its services have.

Most services have few keys, with values that nobody refuses; a start takes longer with each module that it loads.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dropcap.carriers.compose.nodes import RESET, all_pairs, entries, items
from dropcap.carriers.compose.services import USUAL_POLICIES
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.lang.yaml.pieces import Piece, once
from dropcap.model import Engine, Level

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.request import Request
    from dropcap.lang.yaml import Value

_NAMES_FILES = frozenset({"env_file", "label_file"})
# What `consistency` looks at: few files have none of it. The empty name stands for a service without an image.
_MAY_CONTRADICT = frozenset(
    {"", "build", "cgroup", "configs", "container_name", "cpus", "depends_on", "deploy", "develop", "gpus"}
    | {"healthcheck", "ipc", "links", "mem_limit", "mem_reservation", "models", "network_mode", "networks", "pid"}
    | {"pids_limit", "platform", "ports", "profiles", "scale", "secrets", "tmpfs", "uts", "volumes", "volumes_from"}
)
# What `value_checks` looks at, likewise.
_HOLDS_VALUES = frozenset(
    {"attach", "blkio_config", "build", "deploy", "devices", "env_file", "extra_hosts", "group_add"}
    | {
        "healthcheck",
        "mem_limit",
        "mem_reservation",
        "mem_swappiness",
        "memswap_limit",
        "ports",
        "security_opt",
        "shm_size",
    }
    | {"stop_grace_period", "stop_signal", "ulimits", "volumes", "working_dir"}
)
MAY_BE_REFUSED = frozenset(
    {
        "cpu_period",
        "cpu_quota",
        "cpu_rt_runtime",
        "cpu_shares",
        "cpus",
        "cpuset",
        "deploy",
        "device_cgroup_rules",
        "devices",
    }
    | {"environment", "extra_hosts", "group_add", "healthcheck", "hostname", "ipc", "isolation", "logging"}
    | {"mac_address", "mem_limit", "mem_reservation", "memswap_limit", "network_mode", "networks", "pid", "platform"}
    | {"ports", "restart", "shm_size", "sysctls", "tmpfs", "ulimits", "user", "volumes"}
)
"""What `engine_checks` looks at, likewise."""

_HAVE_ENGINES_NAMES = frozenset({"networks", "volumes"})
_HOLDS_RESOURCES = frozenset({"configs", "networks", "secrets", "volumes"})


def check_project(model: Mapping, services: Mapping, scope: LoadContext, request: Request, *, is_whole: bool) -> None:
    """Tell what Docker Compose refuses of a project as a whole, where it holds what may be refused."""
    keys, odd = _keys(services)
    if _NAMES_FILES & keys:
        from dropcap.carriers.compose.references import check_named_files

        check_named_files(services, scope)
    is_docker = request.engine is Engine.DOCKER
    level = Level.NOTE if request.only_resolves else Level.ERROR
    if _HOLDS_VALUES & keys or "environment" in odd:
        from dropcap.carriers.compose.value_checks import check_values

        question = ("values", is_docker, level, scope.version)
        for name, entry in entries(services).items():
            check = partial(check_values, name, entry, scope, is_docker=is_docker, level=level)
            once(entry.value, question, check, scope.log.told)
    if is_docker and MAY_BE_REFUSED & odd:
        from dropcap.carriers.compose.engine_checks import check_engine

        for name, entry in entries(services).items():
            once(entry.value, ("engine", level), partial(check_engine, name, entry, scope, level), scope.log.told)
    if is_docker and _HAVE_ENGINES_NAMES & keys and _HAVE_ENGINES_NAMES & entries(model).keys():
        from dropcap.carriers.compose.engine_resources import check_resources

        check_resources(services, model, scope, level)
    if _MAY_CONTRADICT & keys or _HOLDS_RESOURCES & entries(model).keys():
        check_parts(model, scope, request, is_whole=is_whole)


def _keys(services: Mapping) -> tuple[set[str], set[str]]:
    """Return the keys of services, what a reset takes out as well, and those whose values want a second look.

    Among the former is `""` where a service has no image.
    """
    keys: set[str] = set()
    odd: set[str] = set()
    for entry in entries(services).values():
        if type(entry.value.source) is Piece:
            own, own_odd = once(entry.value, "keys", partial(_add_keys, entry.value, set(), set()))
            keys |= own
            odd |= own_odd
        else:
            _add_keys(entry.value, keys, odd)
    return keys, odd


def _add_keys(service: Value, keys: set[str], odd: set[str]) -> tuple[set[str], set[str]]:
    """Add those of one service, and return them."""
    image: Value | None = None
    for key, value in all_pairs(service):
        name = key.text
        if name == "image" and value.tag != RESET:
            image = value
        keys.add(name)
        if name not in odd and (name not in _USUAL or not _USUAL[name](value)):
            odd.add(name)
    if not isinstance(image, Scalar) or not image.text:
        keys.add("")
    return keys, odd


def _has_usual_names(variables: Value) -> bool:
    """Whether the names of a list of variables end in letters or digits, as most do; those of a mapping may be any."""
    if isinstance(variables, Mapping):
        return True
    texts = [one.text for one in items(variables) if isinstance(one, Scalar)]
    ends = [text.partition("=")[0][-1:] for text in texts]
    return not isinstance(variables, Scalar) and all(end.isalnum() and end.isascii() for end in ends)


def _is_usual_policy(policy: Value) -> bool:
    return isinstance(policy, Scalar) and policy.text in USUAL_POLICIES


def _is_short(value: Value) -> bool:
    """Whether ports or volumes are all in their short form, and none of them asks for `nocopy`."""
    is_list = isinstance(value, Sequence)
    return is_list and all(isinstance(one, Scalar) and "nocopy" not in one.text for one in items(value))


_USUAL: dict[str, Callable[[Value], bool]] = {
    "environment": _has_usual_names,
    "ports": _is_short,
    "restart": _is_usual_policy,
    "volumes": _is_short,
}


def check_parts(model: Mapping, scope: LoadContext, request: Request, *, is_whole: bool) -> None:
    """Tell which parts of a project exclude each other or name nothing."""
    settings = request.settings
    if settings.checks_consistency:
        from dropcap.carriers.compose.consistency import check_consistency

        profiles = None if settings.profiles is None else frozenset(settings.profiles)
        check_consistency(model, scope, profiles, is_whole=is_whole)
