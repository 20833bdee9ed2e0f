"""
A container can open raw sockets.

NET_RAW lets a process forge packets and listen to those of others: it can answer for its neighbours on the
same bridge (ARP and DNS spoofing) and reaches kernel code that has been broken before (CVE-2020-14386 led
out of a container with the default capabilities). It is in the default set of Docker, Swarm and nerdctl, so
that every container holds it that does not drop it. Podman, CRI-O and the Kubernetes baseline leave it out.

A container that runs as another user than root holds it in its bounding set: a program with a file
capability, as some `ping` are, gets it from there. It is low then, and low where the container has no network
(`network_mode: none`).

Audit: `docker exec NAME grep CapBnd /proc/1/status`; the capability is there when bit 13 is set: when the
fourth hexadecimal digit from the right is 2, 3, 6, 7, a, b, e or f.

Remediation: drop ALL and add what is needed, or drop NET_RAW alone. Where the whole default set is kept, the finding
says what the container's startup needs, as far as the files tell it; `dropcap caps --why` lists the evidence.

Impact of the fix: `ping` goes on to work in a Docker container with a network of its own, since the engine sets
`net.ipv4.ping_group_range`, unless the image's ping carries the file capability `cap_net_raw+ep`: such a
file cannot be executed at all then. `tcpdump`, `arping`, `traceroute` by ICMP, DHCP servers and keepalived
do need the capability.

Default value: held with Docker, Swarm and nerdctl; not held with Podman.

```yaml bad
services:
  web:
    image: web:1
```

```yaml bad
services:
  web:
    image: web:1
    cap_drop: [ALL]
    cap_add: [NET_RAW]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [NET_RAW]
```

```sh bad
docker run --cap-drop MKNOD web:1
```

```sh good
docker run --cap-drop ALL web:1
```

```sh good
podman run web:1
```

References: CIS Docker Benchmark 1.6.0, 5.4 (5.3 in 1.5.0 and older); capabilities(7); moby
daemon/pkg/oci/caps/defaults.go; CVE-2020-14386; Kubernetes Pod Security Standards, Baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Grade, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# As its grade: it reaches the neighbours on the network, and the host only through a flaw of the kernel.
SEVERITY = Severity.MEDIUM
COVERS = ("default-capabilities",)
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250", "T1040", "T1557.002")


def check(subject: Subject) -> Iterator[Problem]:
    origin = subject.sets.origins.get("NET_RAW")
    if origin is None or subject.holds_all or _may_be_dropped(subject, added=origin.where is not None):
        return
    if origin.where is not None:
        message = f"NET_RAW is added: {_reason(subject)}; leave it out"
        yield Problem(origin.where, message, ("NET_RAW",), severity=_severity(subject))
    elif _is_whole(subject):
        whole = f"all {len(subject.strategy.default)} capabilities of {subject.engine_name}'s default set"
        message = f"it keeps {whole}: by NET_RAW {_reason(subject)}; {subject.remedy}"
        yield Problem(subject.anchor, message, ("NET_RAW",), severity=_severity(subject))
    else:
        message = f"NET_RAW is in {subject.engine_name}'s default set: {_reason(subject)}; drop it"
        yield Problem(subject.anchor, message, ("NET_RAW",), severity=_severity(subject))


def _severity(subject: Subject) -> Severity:
    """Return how severe it is: what raises it is told by the rules of its grade."""
    grade = dict(subject.grades)["NET_RAW"].grade
    return Severity.LOW if grade is Grade.LOW else Severity.MEDIUM


def _is_whole(subject: Subject) -> bool:
    """Whether the whole default set is kept: what is said of that is one thing with this."""
    return not subject.may_be_set("cap_drop") and subject.keeps_default_set


def _reason(subject: Subject) -> str:
    """Say what it is good for, and to whom."""
    who = subject.reach("NET_RAW")
    if subject.sets.errors:
        who = f"; {subject.engine_name} refuses the container as it is"
    actor = "whoever has it" if who else "a process"
    network = subject.network_mode
    if network is not None and network.value == "none":
        return f"without a network {actor} still reaches kernel code of packet sockets that has been broken before{who}"
    return f"{actor} can forge packets and pose as its neighbours on the network{who}"


def _may_be_dropped(subject: Subject, *, added: bool) -> bool:
    """Whether a drop out of sight may take it away; Docker and Swarm do not undo what is added by name."""
    return subject.may_be_set("cap_drop") and not (added and subject.survives_drop("NET_RAW"))


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Drop ALL and add what is needed, or drop this one where nothing is known of the needs."""
    from dropcap.api import Fix, Put, can_do_without, narrowed

    if problem.where is subject.sets.origins["NET_RAW"].where or subject.may_be_set("cap_drop"):
        return None  # somebody added it, or dropped what is not seen
    whole = narrowed(subject) if _is_whole(subject) else None
    if whole is not None:
        return whole
    values = (*(entry.value for entry in subject.cap_drop), "NET_RAW")
    return Fix("drop NET_RAW", (Put(subject, "cap_drop", values),), safe=can_do_without(subject, "NET_RAW"))
