"""The fields of a service, each with its form: the names and types of compose-go 2.9.1, `types/*.go`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.readers.compose.canonical.forms import (
    arguments,
    choice,
    count,
    decimal,
    fields,
    flag,
    integer,
    listed,
    mapping,
    named,
    one_or_strings,
    record,
    size,
    span,
    strings,
    text,
    variables,
    wait,
    word,
)
from dropcap.readers.compose.canonical.short import (
    build_secrets,
    configs,
    devices,
    ports,
    secrets,
    variable_files,
    volumes,
)
from dropcap.readers.compose.canonical.tree import Leaf
from dropcap.readers.compose.nodes import entries, items
from dropcap.readers.compose.scalars import meaning, printed
from dropcap.readers.yaml import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from dropcap.readers.compose.canonical.forms import Form
    from dropcap.readers.compose.canonical.tree import Tree
    from dropcap.readers.compose.scope import Scope
    from dropcap.readers.yaml import Value


def service(value: Mapping, scope: Scope) -> dict[str, Tree]:
    """Give a service in the canonical form, defaults that concern it alone included."""
    found = fields(value, _SERVICE, scope)
    for name in ("command", "entrypoint"):
        found.setdefault(name, Leaf(None, None, "json"))
    return found


def words(value: Value, scope: Scope) -> Tree | None:
    """Give a command: a list of words, or a text that is split into them."""
    if not isinstance(value, Scalar):
        found = strings(value, scope)
        return [] if found is None and isinstance(value, Sequence) else found
    if meaning(value) == "nothing":
        return None
    if value.unknown:
        return Leaf(value.text, value)
    from dropcap.readers.compose.words import NotWordsError, split  # few files have a command in one text

    try:
        return [Leaf(one.text, value) for one in split(value.text)]
    except NotWordsError:
        return None


def hosts(value: Value, scope: Scope) -> Tree | None:
    """Give the addresses of hosts as `name=address`, sorted."""
    found: list[tuple[str, str, Value]] = []
    if isinstance(value, Mapping):
        for name, entry in entries(value, "", scope.log).items():
            addresses = items(entry.value) if isinstance(entry.value, Sequence) else [entry.value]
            found += ((name, printed(one), one) for one in addresses if isinstance(one, Scalar))
    elif isinstance(value, Sequence):
        for item in items(value):
            if isinstance(item, Scalar):
                written = printed(item)
                name, _, rest = written.partition("=" if "=" in written else ":")
                found += ((name, address, item) for address in rest.split(","))
    leaves = [Leaf(f"{name}={_unbracketed(address)}", at) for name, address, at in found]
    return sorted(leaves, key=lambda leaf: str(leaf.value)) or None  # type: ignore[return-value]  # a list of leaves


def _unbracketed(address: str) -> str:
    is_in_brackets = address.startswith("[") and address.endswith("]") and address != "[]"
    return address[1:-1] if is_in_brackets else address


def test(value: Value, scope: Scope) -> Tree | None:
    """Give the command of a health check; a text is one for the shell."""
    if isinstance(value, Scalar) and meaning(value) != "nothing":
        return [Leaf("CMD-SHELL", None), Leaf(value.text, value)]
    return strings(value, scope)


def limit(value: Value, scope: Scope) -> Tree | None:
    """Give a resource limit: one number, or a soft and a hard one."""
    if isinstance(value, Mapping):
        return fields(value, {"single": integer, "soft": integer, "hard": integer}, scope)
    leaf = integer(value, scope)
    return {} if leaf is not None and leaf.value == 0 else leaf


def cpus(value: Value, scope: Scope) -> Tree | None:
    """Give a number of processors, which may be a text."""
    return decimal(value, scope)


def _depends_on(value: Value, scope: Scope) -> Tree | None:
    found: dict[str, Tree] = {}
    if isinstance(value, Sequence):
        for item in items(value):
            if isinstance(item, Scalar):
                found[item.text] = {
                    "condition": Leaf("service_started", None),
                    "required": Leaf(True, item),  # noqa: FBT003  # a value
                }
    elif isinstance(value, Mapping):
        for name, entry in entries(value, "", scope.log).items():
            if isinstance(entry.value, Mapping):
                given = fields(entry.value, {"condition": text, "restart": flag, "required": choice}, scope)
                given.setdefault("condition", Leaf("service_started", None))
                given.setdefault("required", Leaf(True, None))  # noqa: FBT003  # a value
                found[name] = given
    return found or None


def _servers(value: Value, scope: Scope) -> Tree | None:
    """Give the addresses of name servers, without empty ones (`loader/omitEmpty.go`)."""
    found = one_or_strings(value, scope)
    return [leaf for leaf in found if isinstance(leaf, Leaf) and leaf.value] or None if type(found) is list else found


def _requests(value: Value, scope: Scope) -> Tree | None:
    """Give requests for devices such as graphics cards; all of them where the number is not said."""
    if isinstance(value, Scalar):
        return [{"count": Leaf(-1, value)}] if meaning(value) == "text" else None
    found: list[Tree] = []
    for item in items(value) if isinstance(value, Sequence) else ():
        if isinstance(item, Mapping):
            request = fields(item, _REQUEST, scope)
            names = entries(item, "", scope.log)
            if "count" not in names and "device_ids" not in names:
                request["count"] = Leaf(-1, None)
            found.append(request)
    return found or None


def _how_many(value: Value, scope: Scope) -> Leaf | None:
    if isinstance(value, Scalar) and value.text.lower() == "all":
        return Leaf(-1, value)
    return integer(value, scope)


def _keys(value: Value, scope: Scope) -> Tree | None:
    """Give the names of SSH agents and keys; Compose itself prints no others."""
    found: list[Tree] = []
    if isinstance(value, Mapping):
        for name, entry in entries(value, "", scope.log).items():
            path = printed(entry.value) if isinstance(entry.value, Scalar) else ""
            found.append(Leaf(f"{name}: {path}" if path else name, entry.value))
    elif isinstance(value, Sequence):
        for item in items(value):
            if isinstance(item, Scalar):
                name, _, path = item.text.partition("=")
                found.append(Leaf(f"{name}: {path}" if path else name, item))
    return found or None


def _build(value: Value, scope: Scope) -> Tree | None:
    found: dict[str, Tree]
    if isinstance(value, Scalar):
        leaf = text(value)
        if leaf is None:
            return None
        found = {"context": leaf}
    elif isinstance(value, Mapping):
        found = fields(value, _BUILD, scope)
    else:
        return None
    found.setdefault("context", Leaf(".", None))
    if "dockerfile_inline" not in found:
        found.setdefault("dockerfile", Leaf("Dockerfile", None))
    return found


def _deploy(value: Value, scope: Scope) -> Tree | None:
    if not isinstance(value, Mapping):
        return None
    found = fields(value, _DEPLOY, scope)
    found.setdefault("resources", {})
    found.setdefault("placement", {})
    return found


def _hook(value: Value, scope: Scope) -> Tree | None:
    if not isinstance(value, Mapping):
        return None
    found = fields(value, _HOOK, scope)
    found.setdefault("command", Leaf(None, None, "json"))
    return found


def _trigger(value: Value, scope: Scope) -> Tree | None:
    if not isinstance(value, Mapping):
        return None
    found = fields(value, _TRIGGER, scope)
    for name in ("path", "action"):
        found.setdefault(name, Leaf("", None, "json"))
    found.setdefault("exec", {"command": Leaf(None, None, "json")})
    return found


def _discrete(value: Value, scope: Scope) -> Tree | None:
    if not isinstance(value, Mapping):
        return None
    found = fields(value, {"kind": word, "value": count}, scope)
    found.setdefault("kind", Leaf("", None, "json"))
    found.setdefault("value", Leaf(0, None, "json"))
    return found


def _options(value: Value, scope: Scope) -> Tree | None:
    """Give options that may be repeated."""
    found: dict[str, Tree] = {}
    for name, entry in entries(value, "", scope.log).items() if isinstance(value, Mapping) else ():
        tree = one_or_strings(entry.value, scope)
        if tree is not None:
            found[name] = tree
    return found or None


def _capitalised(form: Form, names: tuple[str, str]) -> Form:
    """Write two fields as Go does where their JSON has no names of its own; neither is ever left out."""

    def changed(value: Value, scope: Scope) -> Tree | None:
        tree = form(value, scope)
        given = tree if isinstance(tree, dict) else {}
        zeros = {"path": "", "weight": 0, "rate": "0"}
        result: dict[str, Tree] = {}
        for name in names:
            leaf = given.get(name, Leaf(zeros[name], None))
            result[name.capitalize()] = leaf._replace(only="") if isinstance(leaf, Leaf) else leaf
        return result

    return changed


_DEVICE_WEIGHT = _capitalised(record({"path": text, "weight": integer}), ("path", "weight"))
_DEVICE_RATE = _capitalised(record({"path": text, "rate": size}), ("path", "rate"))
_REQUEST: dict[str, Form] = {
    "capabilities": strings,
    "driver": text,
    "count": _how_many,
    "device_ids": strings,
    "options": mapping,
}
_HOOK: dict[str, Form] = {
    "command": words,
    "user": text,
    "privileged": flag,
    "working_dir": text,
    "environment": variables,
}
_TRIGGER: dict[str, Form] = {
    "path": word,
    "action": word,
    "target": text,
    "exec": _hook,
    "include": one_or_strings,
    "ignore": one_or_strings,
    "initial_sync": flag,
}
_RESOURCE: dict[str, Form] = {
    "cpus": cpus,
    "memory": size,
    "pids": integer,
    "devices": _requests,
    "generic_resources": listed(record({"discrete_resource_spec": _discrete})),
}
_UPDATE: dict[str, Form] = {
    "parallelism": count,
    "delay": wait,
    "failure_action": text,
    "monitor": wait,
    "max_failure_ratio": decimal,
    "order": text,
}
_DEPLOY: dict[str, Form] = {
    "mode": text,
    "replicas": count,
    "labels": mapping,
    "update_config": record(_UPDATE),
    "rollback_config": record(_UPDATE),
    "resources": record({"limits": record(_RESOURCE), "reservations": record(_RESOURCE)}),
    "restart_policy": record({"condition": text, "delay": span, "max_attempts": count, "window": span}),
    "placement": record(
        {
            "constraints": strings,
            "preferences": listed(record({"spread": text})),
            "max_replicas_per_node": integer,
        }
    ),
    "endpoint_mode": text,
}
_BUILD: dict[str, Form] = {
    "context": text,
    "dockerfile": text,
    "dockerfile_inline": text,
    "entitlements": strings,
    "args": arguments,
    "provenance": text,
    "sbom": text,
    "ssh": _keys,
    "labels": mapping,
    "cache_from": one_or_strings,
    "cache_to": one_or_strings,
    "no_cache": flag,
    "additional_contexts": mapping,
    "pull": flag,
    "extra_hosts": hosts,
    "isolation": text,
    "network": text,
    "target": text,
    "secrets": build_secrets,
    "shm_size": size,
    "tags": one_or_strings,
    "ulimits": named(limit),
    "platforms": one_or_strings,
    "privileged": flag,
}
_NETWORK: dict[str, Form] = {
    "aliases": strings,
    "driver_opts": mapping,
    "gw_priority": integer,
    "interface_name": text,
    "ipv4_address": text,
    "ipv6_address": text,
    "link_local_ips": strings,
    "mac_address": text,
    "priority": integer,
}
_SERVICE: dict[str, Form] = {
    "profiles": strings,
    "annotations": mapping,
    "attach": choice,
    "build": _build,
    "develop": record({"watch": listed(_trigger)}),
    "blkio_config": record(
        {
            "weight": integer,
            "weight_device": listed(_DEVICE_WEIGHT),
            "device_read_bps": listed(_DEVICE_RATE),
            "device_read_iops": listed(_DEVICE_RATE),
            "device_write_bps": listed(_DEVICE_RATE),
            "device_write_iops": listed(_DEVICE_RATE),
        }
    ),
    "cap_add": strings,
    "cap_drop": strings,
    "cgroup_parent": text,
    "cgroup": text,
    "cpu_count": integer,
    "cpu_percent": decimal,
    "cpu_period": integer,
    "cpu_quota": integer,
    "cpu_rt_period": integer,
    "cpu_rt_runtime": integer,
    "cpus": decimal,
    "cpuset": text,
    "cpu_shares": integer,
    "command": words,
    "configs": configs,
    "container_name": text,
    "credential_spec": record({"config": text, "file": text, "registry": text}),
    "depends_on": _depends_on,
    "deploy": _deploy,
    "device_cgroup_rules": strings,
    "devices": devices,
    "dns": _servers,
    "dns_opt": strings,
    "dns_search": one_or_strings,
    "dockerfile": text,
    "domainname": text,
    "entrypoint": words,
    "provider": record({"type": text, "options": _options}),
    "environment": variables,
    "env_file": variable_files,
    "expose": one_or_strings,
    "external_links": strings,
    "extra_hosts": hosts,
    "group_add": strings,
    "gpus": _requests,
    "hostname": text,
    "healthcheck": record(
        {
            "test": test,
            "timeout": span,
            "interval": span,
            "retries": count,
            "start_period": span,
            "start_interval": span,
            "disable": flag,
        }
    ),
    "image": text,
    "init": choice,
    "ipc": text,
    "isolation": text,
    "labels": mapping,
    "label_file": one_or_strings,
    "links": strings,
    "logging": record({"driver": text, "options": mapping}),
    "log_driver": text,
    "log_opt": mapping,
    "mem_limit": size,
    "mem_reservation": size,
    "memswap_limit": size,
    "mem_swappiness": size,
    "mac_address": text,
    "models": named(record({"endpoint_var": text, "model_var": text}), keeps_nothing=True),
    "net": text,
    "network_mode": text,
    "networks": named(record(_NETWORK), keeps_nothing=True),
    "oom_kill_disable": flag,
    "oom_score_adj": integer,
    "pid": text,
    "pids_limit": integer,
    "platform": text,
    "ports": ports,
    "privileged": flag,
    "pull_policy": text,
    "read_only": flag,
    "restart": text,
    "runtime": text,
    "scale": count,
    "secrets": secrets,
    "security_opt": strings,
    "shm_size": size,
    "stdin_open": flag,
    "stop_grace_period": span,
    "stop_signal": text,
    "storage_opt": mapping,
    "sysctls": mapping,
    "tmpfs": one_or_strings,
    "tty": flag,
    "ulimits": named(limit),
    "use_api_socket": flag,
    "user": text,
    "userns_mode": text,
    "uts": text,
    "volume_driver": text,
    "volumes": volumes,
    "volumes_from": strings,
    "working_dir": text,
    "post_start": listed(_hook),
    "pre_stop": listed(_hook),
}
