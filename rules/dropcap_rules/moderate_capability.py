"""
A container holds a capability beyond the default set that can disturb its host.

These capabilities starve the host of CPU time or memory, read its kernel log or its audit records, or open
a part of the kernel that the default set keeps closed: SYS_NICE, SYS_RESOURCE, SYSLOG, AUDIT_READ,
AUDIT_CONTROL, IPC_OWNER, LINUX_IMMUTABLE, SYS_PACCT, SYS_TTY_CONFIG and CHECKPOINT_RESTORE, and MKNOD and
DAC_OVERRIDE where they are not in the engine's default set. None of them leads out of the container by
itself. Members of the default set come here only when an option of the same container raises them; the
finding names the option.

Audit: `docker exec NAME grep CapBnd /proc/1/status`, and `capsh --decode=` with that mask.

Remediation: leave the capability out, or grant the limit itself: `ulimits:`, `cpuset:` or `mem_limit:` need
no capability.

Impact of the fix: a program that raises its own priority or limits goes on with the ones it was given; most say so in
their log and work.

Default value: no engine grants one of these by default, but for MKNOD with Docker, Swarm and nerdctl, and
DAC_OVERRIDE with all.

```yaml bad
services:
  search:
    image: search:1
    cap_drop: [ALL]
    cap_add: [SYS_RESOURCE]
```

```yaml good
services:
  search:
    image: search:1
    cap_drop: [ALL]
    ulimits: {memlock: -1}
```

```sh bad
docker run --cap-drop ALL --cap-add SYS_NICE search:1
```

```sh good
docker run --cap-drop ALL --ulimit nofile=65536 search:1
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

# The severity is the grade's: the host is disturbed or observed, and not taken over.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250")


def check(subject: Subject) -> Iterator[Problem]:
    for problem in subject.problems_at_grade(Grade.MODERATE):
        # Where nothing raises it, NET_RAW has a rule of its own.
        if problem.evidence != ("NET_RAW",):
            yield problem
