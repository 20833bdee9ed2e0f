"""
A container holds a capability that is enough to take over its host.

SYS_ADMIN, SYS_MODULE, SYS_RAWIO and DAC_READ_SEARCH are each enough to get from the container to the host
where no user namespace lies between: by mounting what belongs to the host, by loading code into its kernel,
by reading its memory, by opening its files by number. Docker's seccomp profile opens the system calls
behind them as soon as the capability is there.

Others weigh as much in company: SYS_PTRACE with the host's processes in view, BPF with PERFMON, NET_ADMIN
on the host's network without a seccomp profile. The finding then names what raises them.

Audit: `docker exec NAME grep CapBnd /proc/1/status`, and `capsh --decode=` with that mask.

Remediation: find the one operation that asks for it and grant that instead: a device, a mount made by the
engine, a sysctl set by the engine; or move the operation to the host.

Impact of the fix: `mount`, FUSE, `unshare`, loading modules and raw disk access fail inside the container.

Default value: no engine grants one of these by default.

```yaml bad
services:
  storage:
    image: storage:1
    cap_add: [SYS_ADMIN]
```

```yaml bad
services:
  debugger:
    image: debugger:1
    pid: host
    cap_drop: [ALL]
    cap_add: [SYS_PTRACE]
```

```yaml good
services:
  storage:
    image: storage:1
    cap_drop: [ALL]
    devices: [/dev/fuse]
```

```sh bad
docker run --cap-drop ALL --cap-add sys_module modules:1
```

```sh good
docker run --cap-drop ALL --volume /lib/modules:/lib/modules:ro modules:1
```

References: CIS Docker Benchmark 1.6.0, 5.4 (5.3 in 1.5.0 and older); capabilities(7); moby profiles
seccomp/default.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Grade, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Problem, Subject

# The severity is the grade's: one such capability is a documented way to the host.
SEVERITY = Severity.CRITICAL
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250", "T1611")


def check(subject: Subject) -> Iterator[Problem]:
    return subject.problems_at_grade(Grade.CRITICAL)
