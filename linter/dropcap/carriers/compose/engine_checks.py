"""What Docker's engine refuses of what Docker Compose makes of a service.

Sources: docker/compose f729794 `pkg/compose/create.go` says what is sent; moby b985e23 `daemon/container.go`
(validatePortBindings), `daemon/internal/runconfig/hostconfig_unix.go`, and what
:mod:`dropcap.docker_cli.start_refusals` names. Where versions differ, only what all refuse is refused.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dropcap.carriers.compose.engine_limits import LIMITS
from dropcap.carriers.compose.engine_mounts import MOUNTS
from dropcap.carriers.compose.nodes import child, entries, items, known_scalar
from dropcap.carriers.compose.service_values import texts, value_of
from dropcap.carriers.compose.services import USUAL_POLICIES
from dropcap.docker_cli import engine_refusals, start_refusals
from dropcap.lang.yaml import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.carriers.compose.service_values import Check, Service, Wrong
    from dropcap.lang.yaml import Value
    from dropcap.model import Level

_LONGEST_HOST_NAME = 64
_JOINED = ("service:", "container:")
_POLICIES = {"none": "no", "any": "always"}
_IPC_MODES = frozenset(("", "host", "none", "private", "shareable"))
_PROTOCOLS = frozenset(("", "tcp", "udp", "sctp"))


def check_engine(name: str, service: Entry, scope: LoadContext, level: Level) -> None:
    """Tell the log, at a level, what the engine refuses of a service."""
    found = entries(service.value)
    if "provider" in found:
        return
    for check in [one for keys, one in _CHECKS if not keys.isdisjoint(found)]:
        for where, path, message in check(found):
            scope.log.tell(where, f"Docker's engine refuses services.{name}.{path}: {message}", level)


def _ports(found: Service) -> Iterator[Wrong]:
    for item in items(value_of(found, "ports")):
        if not isinstance(item, Mapping):
            continue
        for key in ("target", "published"):
            value = child(item, key)
            text = known_scalar(value) or ""
            if key == "target" and text.isdecimal():
                text = str(int(text) % (1 << 32))  # of more bits Docker Compose sends the last 32
            wrong = start_refusals.port_range(text) if text else None
            if value is not None and wrong:
                yield value, f"ports.{key}", wrong
        protocol = child(item, "protocol")
        name = known_scalar(protocol)
        if protocol is not None and name is not None and name.lower() not in _PROTOCOLS:
            yield protocol, "ports.protocol", f"invalid proto: {name.lower()}"


def _restart(found: Service) -> Iterator[Wrong]:
    policy = child(value_of(found, "deploy"), "restart_policy")
    if isinstance(policy, Mapping):
        condition, attempts = child(policy, "condition"), known_scalar(child(policy, "max_attempts")) or "0"
        name = known_scalar(condition)
        if condition is not None and name is not None:
            yield from _policy(condition, "deploy.restart_policy", name, attempts)
        return
    for value, text in texts(found, "restart"):
        if text in USUAL_POLICIES:
            continue
        name, _, attempts = text.partition(":")
        yield from _policy(value, "restart", name, attempts)


def _policy(where: Value, path: str, name: str, attempts: str) -> Iterator[Wrong]:
    """Judge a policy as Docker Compose sends it: it has names of its own, and takes no number for none."""
    from dropcap.docker_cli.value_refusals import policy_refusal  # most services have a usual policy, or none

    count = int(attempts) if re.fullmatch(r"(?a)[+-]?[0-9]{1,18}", attempts) else 0
    wrong = policy_refusal(_POLICIES.get(name, name), count) if name else None
    if wrong:
        yield where, path, wrong


def _namespaces(found: Service) -> Iterator[Wrong]:
    for value, mode in texts(found, "ipc"):
        is_mode = mode in _IPC_MODES or mode.startswith(_JOINED)
        if not is_mode or mode == "container:":
            yield value, "ipc", f"Invalid IPC mode: {mode}"
    for key in ("network_mode", "pid"):
        for value, mode in texts(found, key):
            if mode == "container:":
                yield value, key, f"{key}: invalid container format container:<name|id>"
    host_name = known_scalar(value_of(found, "hostname")) or ""
    if host_name and known_scalar(value_of(found, "uts")) == "host":
        yield found["hostname"].value, "hostname", "conflicting options: hostname and the UTS mode"
    elif len(host_name.encode("utf-8", "surrogatepass")) > _LONGEST_HOST_NAME:
        yield found["hostname"].value, "hostname", f"it has more than {_LONGEST_HOST_NAME} bytes"


def _network(found: Service) -> Iterator[Wrong]:
    mode = known_scalar(value_of(found, "network_mode")) or ""
    if mode == "host" and items(value_of(found, "links")):
        yield found["links"].key, "links", "conflicting options: host type networking can't be used with links"
    if not mode.startswith(_JOINED):
        return
    for option, message in engine_refusals.MESSAGES_OF_CONTAINER_NETWORK.items():
        key = _KEYS.get(option, option)
        value = value_of(found, key)
        if items(value) or entries(value) or known_scalar(value):
            yield found[key].key, key, message


_KEYS = {"add-host": "extra_hosts", "link": "links", "publish": "ports"}


def _sysctls(found: Service) -> Iterator[Wrong]:
    # Another runtime may allow others.
    if "runtime" in found:
        return
    shared = {key: known_scalar(value_of(found, key)) == "host" for key in ("network_mode", "ipc", "uts")}
    value = value_of(found, "sysctls")
    named: list[tuple[Value, str]] = [(entry.key, name) for name, entry in entries(value).items()]
    named += [(one, text.partition("=")[0]) for one, text in texts(found, "sysctls") if isinstance(value, Sequence)]
    for where, name in named:
        wrong = start_refusals.sysctl(
            name, host_network=shared["network_mode"], host_ipc=shared["ipc"], host_uts=shared["uts"]
        )
        if wrong:
            yield where, "sysctls", wrong


def _logging(found: Service) -> Iterator[Wrong]:
    logging = value_of(found, "logging")
    driver, options = known_scalar(child(logging, "driver")), entries(child(logging, "options"))
    values = {key: known_scalar(entry.value) for key, entry in options.items()}
    known = {key: value for key, value in values.items() if value is not None}
    if driver is None or len(known) != len(values):
        return
    wrong = start_refusals.log_options(driver, known)
    if wrong is not None:
        key, message = wrong
        if key:
            yield options[key].value, f"logging.options.{key}", message
        elif logging is not None:
            yield logging, "logging", message


def _addresses(found: Service) -> Iterator[Wrong]:
    for name, entry in entries(value_of(found, "networks")).items():
        for key, version in (("ipv4_address", 4), ("ipv6_address", 6)):
            value = child(entry.value, key)
            text = known_scalar(value)
            if value is not None and text and _version(text) != version:
                yield value, f"networks.{name}.{key}", f"invalid IPv{version} address: {text}"


def _version(text: str) -> int:
    from ipaddress import ip_address  # few services have an address

    try:
        return 0 if "%" in text else ip_address(text).version
    except ValueError:
        return 0


def _identifiers(found: Service) -> Iterator[Wrong]:
    for value, text in texts(found, "user"):
        for part in text.split(":"):
            if wrong := start_refusals.identifier(part):
                yield value, "user", wrong
                break
    for value, text in texts(found, "group_add"):
        if wrong := start_refusals.identifier(text):
            yield value, "group_add", wrong


def _variables(found: Service) -> Iterator[Wrong]:
    for value, text in texts(found, "environment"):
        if text.startswith("=") or not text:
            yield value, "environment", f"invalid environment variable: {text}"


def _hosts(found: Service) -> Iterator[Wrong]:
    """Give the hosts whose address is empty; what is wrong with others is said with the values."""
    named = [(one, text.partition("=" if "=" in text else ":")[2]) for one, text in texts(found, "extra_hosts")]
    for entry in entries(value_of(found, "extra_hosts")).values():
        many = items(entry.value) if isinstance(entry.value, Sequence) else [entry.value]
        named += [(one, text) for one in many if (text := known_scalar(one)) is not None]
    for where, text in named:
        if "" in text.split(","):
            yield where, "extra_hosts", 'invalid IP address in add-host: ""'


def _judged(key: str, option: str, found: Service) -> Iterator[Wrong]:
    """Give what the engine says of a text, as of the value of an option of `docker run`."""
    if key not in found:
        return
    from dropcap.docker_cli.value_refusals import value_refusal  # few services have such

    for value, text in texts(found, key):
        if wrong := value_refusal(option, text):
            yield value, key, wrong


_CHECKS: tuple[Check, ...] = (
    *LIMITS,
    *MOUNTS,
    (frozenset({"ports"}), _ports),
    (frozenset({"deploy", "restart"}), _restart),
    (frozenset({"hostname", "ipc", "network_mode", "pid"}), _namespaces),
    (frozenset({"network_mode"}), _network),
    (frozenset({"sysctls"}), _sysctls),
    (frozenset({"logging"}), _logging),
    (frozenset({"networks"}), _addresses),
    (frozenset({"group_add", "user"}), _identifiers),
    (frozenset({"environment"}), _variables),
    (frozenset({"extra_hosts"}), _hosts),
    (frozenset({"mac_address"}), partial(_judged, "mac_address", "mac-address")),
    (frozenset({"isolation"}), partial(_judged, "isolation", "isolation")),
    (frozenset({"platform"}), partial(_judged, "platform", "platform")),
)
KEYS = frozenset[str]().union(*(keys for keys, _ in _CHECKS))
"""The keys without which the engine refuses nothing of a service."""
