"""
A container has two things that together take over its host.

Each of them has rules of its own; together they are a documented way out, with no flaw of the kernel needed. They
are told once, as what they are together:

- SYS_PTRACE and the host's processes: it writes code into a process of the host's root.
- SYS_ADMIN and no seccomp or AppArmor profile: it mounts a control group with a release agent, or the host's disks.
- NET_ADMIN and the host's network: it changes the firewall, the routes and the addresses of the machine.
- MKNOD and a device rule that opens disks or memory: it makes the node and writes to the disk.
- SYS_RAWIO and a device such as `/dev/mem`: it writes to the memory of the kernel.

It is told where the first process holds the capability itself. As another user than root it is one step more, and
both parts are told by themselves. SYS_MODULE, DAC_READ_SEARCH and an engine's socket need nothing beside them: see
`critical-capability` and `engine-socket`.

Audit: `docker inspect --format '{{.HostConfig}}' NAME`, and `docker exec NAME grep CapEff /proc/1/status`.

Remediation: take either part away, the capability first. To look into the processes of a container, share its
namespace (`pid: service:web`) and not the host's, as the user whose processes they are.

Impact of the fix: a debugger, a monitor or a firewall of the whole host does not see it any more. Where it has to be,
run it on the host, and allow the finding on purpose.

Default value: no engine grants one of these capabilities by default but MKNOD, and none of the others.

```yaml bad
services:
  debugger:
    image: debugger:1
    pid: host
    cap_drop: [ALL]
    cap_add: [SYS_PTRACE]
```

```yaml bad
services:
  storage:
    image: storage:1
    cap_drop: [ALL]
    cap_add: [SYS_ADMIN]
    security_opt: ["apparmor=unconfined", "seccomp=unconfined"]
```

```yaml good
services:
  debugger:
    image: debugger:1
    pid: service:web
    cap_drop: [ALL]
  web:
    image: web:1
    cap_drop: [ALL]
```

```sh bad
docker run --network host --cap-drop ALL --cap-add NET_ADMIN firewall:1
```

```sh good
docker run --cap-drop ALL --sysctl net.ipv4.ip_forward=1 firewall:1
```

References: CIS Docker Benchmark 1.6.0, 5.4 (5.3 in 1.5.0 and older); capabilities(7); ptrace(2); CVE-2022-0492;
HackTricks, Linux Capabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Related, Severity, host_device, joined, opened_devices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Located, Subject

    # What stands beside the capability: where, the evidence that its own rule gives, and its name in the message.
    Part = tuple[Located[str], str, str]

# The host is lost to whoever takes over the process, by a way that is written down.
SEVERITY = Severity.CRITICAL
COVERS = (
    "critical-capability",
    "device-rules",
    "high-capability",
    "host-device",
    "host-network",
    "host-pid",
    "unconfined-apparmor",
    "unconfined-seccomp",
)
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250", "T1611")
FIELDS = ("pid", "security_opt", "network_mode", "device_rules", "devices")


def check(subject: Subject) -> Iterator[Problem]:
    if subject.kind is Kind.EXEC or subject.holds_all or subject.maps_root:
        return
    held = subject.sets.effective
    for capability, parts, consequence in (
        ("SYS_PTRACE", _shared(subject, "pid"), "it writes code into processes of the host's root"),
        ("SYS_ADMIN", _open(subject), "it mounts what belongs to the host"),
        ("NET_ADMIN", _shared(subject, "network_mode"), "it rules the firewall, routes and addresses"),
        ("MKNOD", _ruled(subject), "it makes the node of a disk or of memory and writes to it"),
        ("SYS_RAWIO", _raw(subject), "it writes to the memory of the host's kernel"),
    ):
        if capability not in held or not parts or subject.may_be_set("cap_drop"):
            continue
        network = "'s network" if capability == "NET_ADMIN" else ""
        named = joined([name for _, _, name in parts])
        message = (
            f"{capability} together with {named} takes over the host{network}: {consequence}; take one of them away"
        )
        origin = subject.sets.origins[capability].where
        related = tuple(Related(f"it has {name}", where) for where, _, name in parts)
        evidence = (capability, *(word for _, word, _ in parts))
        yield Problem(origin or parts[0][0], message, evidence, related if origin is not None else related[1:])


def _shared(subject: Subject, field: str) -> list[Part]:
    where = subject.host_namespace(field)
    if where is None:
        return []
    return [(where, f"{field}=host", f"`{subject.written(field, where.value)}`")]


def _open(subject: Subject) -> list[Part]:
    found = [(key, subject.unconfined(key)) for key in ("seccomp", "apparmor")]
    return [(where, f"{key}=unconfined", f"`{where.value}`") for key, where in found if where is not None]


def _ruled(subject: Subject) -> list[Part]:
    if subject.ignores("device_rules"):
        return []
    found = ((entry, opened_devices(entry.value)) for entry in subject.device_rules)
    return [
        (entry, entry.value, f"the device rule `{entry.value}`")
        for entry, opened in found
        if opened is not None and opened.severity is Severity.CRITICAL and not opened.needs
    ]


def _raw(subject: Subject) -> list[Part]:
    if subject.ignores("devices"):
        return []
    parts: list[Part] = []
    for entry in subject.devices:
        path, found = entry.value.partition(":")[0], host_device(entry.value)
        if found is not None and found.needs == "SYS_RAWIO" and subject.is_typed(path, entry):
            parts.append((entry, path, f"`{path}`"))
    return parts
