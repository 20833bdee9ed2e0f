#!/usr/bin/env python3
"""Compare what dropcap finds in the Compose samples of KICS with what KICS expects of them.

    scripts/compare_kics.py FOLDER

FOLDER is `assets/queries/dockerCompose` of a checkout of Checkmarx/kics, or of a fork of it: a folder a query, with its
samples in `test` and the expected lines in `test/positive_expected_result.json`. Each sample is checked by the rules
that speak of the query's subject, those that are off by default as well.

A finding is *there* where it stands at the expected line, and *close* where the line that KICS expects is the key above
the value that we name, or the service, of which we name the value. Printed is each expected line with what was found,
and each sample without an expected line in which our rules found something. Each difference has the reason why, or is
`UNEXPLAINED`. Exits 1 if one of those is, or if no sample was found.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dropcap.check import Setup, check_text
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.rule import Rule

EXPECTED = "positive_expected_result.json"
CLOSE = 2
"""How many lines below the expected one a value may stand that the expected key holds."""

NONE = "no rule: it has no bearing on privileges"
QUERIES: Mapping[str, Sequence[str] | str] = {
    "cgroup_not_default": ("foreign-cgroup",),
    "container_capabilities_unrestricted": (
        *("all-capabilities", "net-raw", "default-capabilities"),
        *("critical-capability", "high-capability", "moderate-capability"),
    ),
    "container_traffic_not_bound_to_host_interface": NONE,
    "cpus_not_limited": ("unlimited-cpu",),
    "default_seccomp_profile_disabled": ("unconfined-seccomp",),
    "docker_socket_mounted_in_container": ("engine-socket",),
    "healthcheck_not_set": NONE,
    "host_namespace_is_shared": ("host-pid",),
    "memory_not_limited": ("unlimited-memory",),
    "no_new_privileges_not_set": ("new-privileges",),
    "pids_limit_not_set": ("unlimited-processes",),
    "privileged_containers_enabled": ("privileged",),
    "privileged_ports_mapped_in_container": (
        "no rule: the engine opens the port of the host, and lets a container listen below 1024 without a capability"
    ),
    "restart_policy_on_failure_not_set_to_5": NONE,
    "security_opt_not_set": ("new-privileges", "unconfined-apparmor", "unconfined-seccomp", "disabled-selinux"),
    "shared_host_ipc_namespace": ("host-ipc",),
    "shared_host_network_namespace": ("host-network",),
    "shared_host_user_namespace": ("host-user-namespace",),
    "shared_volumes_between_containers": "no rule: which services may share data is known to the team alone",
    "volume_has_sensitive_host_directory": ("sensitive-host-path",),
    "volume_mounted_in_multiple_containers": ("shared-propagation",),
}
"""By the name of a query the rules about its subject, or why there is none."""

OF_SLAVE = "a slave takes mounts over from the host and gives none to it"
OF_SERVICE = "what is absent stands at the service"
REASONS = {
    "container_capabilities_unrestricted/positive1.yaml:4": "with ALL added it does not matter that drops are absent",
    "default_seccomp_profile_disabled/positive1.yaml:13": (
        "`label:seccomp:unconfined` is an option of SELinux with a key that it does not know; seccomp stays on"
    ),
    "security_opt_not_set/negative1.yaml": "its only option switches AppArmor off; no-new-privileges is missing",
    "volume_has_sensitive_host_directory/positive1.yaml:11": "a path alone is an anonymous volume, not the host's",
    "volume_has_sensitive_host_directory/positive2.yaml:18": (
        "`/var/lib/backup/data` is the data of one program; and the engine refuses the volume, which has no type"
    ),
    "volume_has_sensitive_host_directory/positive3.yaml:12": "no service has the volume; `/var/data` is of no system",
    "volume_has_sensitive_host_directory/positive4.yaml:11": "`/etc/exercise` is the data of one program",
    "volume_mounted_in_multiple_containers/positive3.yaml:15": OF_SLAVE,
    "volume_mounted_in_multiple_containers/positive4.yaml:15": OF_SLAVE,
}
"""By the sample and the expected line why there is no finding there, or why there is one nevertheless."""


class Compared(NamedTuple):
    """What became of an expected line, or of a sample that expects none.

    Attributes:
        place: the query, the sample and the line.
        outcome: what it is called.
        found: the findings of the query's rules in the sample, as `line rule`.
        reason: why the two differ; empty where they agree, None where nobody knows.

    """

    place: str
    outcome: str
    found: Sequence[str] = ()
    reason: str | None = ""


def main() -> int:
    """Compare all samples; gives 1 if a difference has no reason."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    rules = load_rules()
    compared = [one for query in sorted(QUERIES) for one in compare(folder / query / "test", query, rules)]
    for one in compared:
        if one.outcome != "silent":
            print(f"{one.place}: {one.outcome}", *one.found, sep="; ")
            if one.reason != "":
                print(f"    {one.reason or 'UNEXPLAINED'}")
    for outcome, count in Counter(one.outcome for one in compared).most_common():
        print(f"{count:4} {outcome}")
    return 0 if compared and all(one.reason is not None for one in compared) else 1


def compare(folder: Path, query: str, rules: Sequence[Rule]) -> Iterator[Compared]:
    """Compare the samples of a query."""
    wanted: dict[str, list[int]] = {}
    if (folder / EXPECTED).is_file():
        for entry in json.loads((folder / EXPECTED).read_text(encoding="utf-8")):
            wanted.setdefault(entry.get("fileName") or entry["filename"], []).append(entry["line"])
    about = QUERIES[query]
    for sample in sorted(folder.glob("*.y*ml")):
        place = f"{query}/{sample.name}"
        if isinstance(about, str):
            for line in wanted.get(sample.name, ()):
                yield Compared(f"{place}:{line}", "no rule", reason=about)
            continue
        text = sample.read_text(encoding="utf-8")
        found = [(line, rule) for line, rule in findings(place, text, rules) if rule in about]
        for line in sorted(wanted.get(sample.name, ())):
            yield judge(f"{place}:{line}", line, found, text.splitlines())
        if sample.name not in wanted:
            shown = [f"{line} {rule}" for line, rule in found]
            yield Compared(place, "flagged" if found else "silent", shown, REASONS.get(place) if found else "")


def findings(name: str, text: str, rules: Sequence[Rule]) -> list[tuple[int, str]]:
    """Return line and rule of each finding in a sample, which stands alone."""
    result = check_text(name, "compose", text, rules, Setup())
    places = ((one.problem.where, one.rule) for one in result.findings)
    return sorted((where.source.region(where.span).line, rule) for where, rule in places)


def judge(place: str, line: int, found: Sequence[tuple[int, str]], lines: Sequence[str]) -> Compared:
    """Say whether a finding stands at the expected line, at a value below it, or at the service."""
    shown = [f"{at} {rule}" for at, rule in found]
    if any(at == line for at, _ in found):
        return Compared(place, "there", shown)
    if any(line < at <= line + CLOSE for at, _ in found):
        return Compared(place, "close: at the value", shown)
    services = [at for at, _ in found if re.match(r" +[\w.-]+:\s*$", lines[at - 1]) and at < line]
    if services and place not in REASONS:
        return Compared(place, "close: at the service", shown, OF_SERVICE)
    return Compared(place, "not there", shown, REASONS.get(place))


if __name__ == "__main__":
    sys.exit(main())
