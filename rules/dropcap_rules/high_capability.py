"""
A container holds a capability that reaches the host or nearly so.

NET_ADMIN, SYS_PTRACE, SYS_BOOT, SYS_TIME, MAC_ADMIN, MAC_OVERRIDE, PERFMON and BPF act on things that are
not the container's own, as SYS_TIME does on the one clock of the machine, or lead out of it with a second
condition that is often there. Capabilities of a lesser weight come here when an option of the same
container raises them, as the host's network raises NET_RAW; the finding names the option.

Audit: `docker exec NAME grep CapBnd /proc/1/status`, and `capsh --decode=` with that mask.

Remediation: leave the capability out, or run the one program that needs it in a container of its own that
drops ALL and adds only this, on a network that nothing else shares.

Impact of the fix: a VPN, a firewall or a DHCP server needs NET_ADMIN, a debugger SYS_PTRACE, a time server SYS_TIME.
For those, allow the finding on purpose.

Default value: no engine grants one of these by default.

```yaml bad
services:
  time:
    image: clock:1
    cap_add: [SYS_TIME]
```

```yaml bad
services:
  probe:
    image: probe:1
    network_mode: host
    cap_drop: [ALL]
    cap_add: [NET_RAW]
```

```yaml good
services:
  time:
    image: clock:1
    cap_drop: [ALL]
```

```sh bad
docker run --cap-drop ALL --cap-add NET_ADMIN vpn:1
```

```sh good
docker run --cap-drop ALL --cap-add SETUID --cap-add SETGID vpn:1
```

References: CIS Docker Benchmark 1.6.0, 5.4 (5.3 in 1.5.0 and older); capabilities(7); Kubernetes Pod
Security Standards, Baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Grade, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Problem, Subject

# The severity is the grade's: one step short of the host, or the whole host's clock, log or traffic.
SEVERITY = Severity.HIGH
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250", "T1611")

# Where the host's network raises NET_RAW, this is the graver way to say that it is held.
COVERS = ("net-raw",)


def check(subject: Subject) -> Iterator[Problem]:
    return subject.problems_at_grade(Grade.HIGH)
