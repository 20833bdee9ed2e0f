"""The fields of a service, each with its form: the names and types of compose-go 2.9.1, `types/*.go`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.canonical.deploy import deploy
from dropcap.carriers.compose.canonical.field_types import (
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
    word,
)
from dropcap.carriers.compose.canonical.irregular_fields import (
    depends_on,
    hosts,
    keys,
    limit,
    options,
    requests,
    servers,
    test,
    words,
)
from dropcap.carriers.compose.canonical.short_syntax import (
    build_secrets,
    configs,
    devices,
    ports,
    secrets,
    variable_files,
    volumes,
)
from dropcap.carriers.compose.canonical.tree import Leaf
from dropcap.lang.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from dropcap.carriers.compose.canonical.field_types import Form
    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value


def service(value: Mapping, scope: LoadContext) -> dict[str, Tree]:
    """Give a service in the canonical form, defaults that concern it alone included."""
    found = fields(value, _SERVICE, scope)
    for name in ("command", "entrypoint"):
        found.setdefault(name, Leaf(None, None, "json"))
    return found


def _build(value: Value, scope: LoadContext) -> Tree | None:
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


def _hook(value: Value, scope: LoadContext) -> Tree | None:
    if not isinstance(value, Mapping):
        return None
    found = fields(value, _HOOK, scope)
    found.setdefault("command", Leaf(None, None, "json"))
    return found


def _trigger(value: Value, scope: LoadContext) -> Tree | None:
    if not isinstance(value, Mapping):
        return None
    found = fields(value, _TRIGGER, scope)
    for name in ("path", "action"):
        found.setdefault(name, Leaf("", None, "json"))
    found.setdefault("exec", {"command": Leaf(None, None, "json")})
    return found


def _capitalised(form: Form, names: tuple[str, str]) -> Form:
    """Write two fields as Go does where their JSON has no names of its own; neither is ever left out."""

    def changed(value: Value, scope: LoadContext) -> Tree | None:
        tree = form(value, scope)
        given = tree if isinstance(tree, dict) else {}
        zeros: dict[str, str | int] = {"path": "", "weight": 0, "rate": "0"}
        result: dict[str, Tree] = {}
        for name in names:
            leaf = given.get(name, Leaf(zeros[name], None))
            result[name.capitalize()] = leaf._replace(only="") if isinstance(leaf, Leaf) else leaf
        return result

    return changed


_DEVICE_WEIGHT = _capitalised(record({"path": text, "weight": integer}), ("path", "weight"))
_DEVICE_RATE = _capitalised(record({"path": text, "rate": size}), ("path", "rate"))
_HOOK: dict[str, Form] = {
    "command": words,
    "user": text,
    "privileged": flag,
    "working_dir": text,
    "environment": variables,
    "image": text,
    "per_replica": flag,
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
_BUILD: dict[str, Form] = {
    "context": text,
    "dockerfile": text,
    "dockerfile_inline": text,
    "entitlements": strings,
    "args": arguments,
    "provenance": text,
    "sbom": text,
    "ssh": keys,
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
    "depends_on": depends_on,
    "deploy": deploy,
    "device_cgroup_rules": strings,
    "devices": devices,
    "dns": servers,
    "dns_opt": strings,
    "dns_search": one_or_strings,
    "dockerfile": text,
    "domainname": text,
    "entrypoint": words,
    "provider": record({"type": text, "options": options}),
    "environment": variables,
    "env_file": variable_files,
    "expose": one_or_strings,
    "external_links": strings,
    "extra_hosts": hosts,
    "group_add": strings,
    "gpus": requests,
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
    "pre_start": listed(_hook),  # since Docker Compose 5.3
    "pre_stop": listed(_hook),
}
