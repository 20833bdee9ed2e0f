"""
A container may start as many processes as the host can have.

A process that starts others without end, a fork bomb, takes all numbers of processes of the host: nobody can log in or
start anything then. It is off by default: nearly each container lacks a limit. Podman sets one of 2048 by itself.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.PidsLimit}}'` prints more than 0.

Remediation: write `pids_limit: 200`, `deploy.resources.limits.pids`, `--pids-limit 200` or `PidsLimit=200`. A few
hundred are enough for nearly all.

Impact of the fix: a program that needs more processes and threads than its limit fails to start them ("Resource
temporarily unavailable").

Default value: no limit; with Podman 2048.

```yaml bad
services:
  web:
    image: web:1
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    pids_limit: 200
```

```sh bad
docker run --pids-limit -1 web:1
```

```sh good
docker run --cap-drop ALL --pids-limit 200 web:1
```

References: CIS Docker Benchmark 1.6.0, 5.29 (5.28 in 1.5.0 and older); OWASP Docker Security Cheat Sheet, rule 7;
Linux Documentation/admin-guide/cgroup-v2.rst, PID.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It stops the host at worst and gives nothing of it; and nearly every container lacks it.
SEVERITY = Severity.LOW
ON_BY_DEFAULT = False
CONTROLS = ("CIS-5.29", "BENCH-5.29", "OWASP-RULE-7", "CWE-770", "T1499")

_REMEDIES = {Kind.SERVICE: "`pids_limit`", Kind.QUADLET: "`PidsLimit=`"}


def check(subject: Subject) -> Iterator[Problem]:
    if subject.starts_container and subject.is_limited("processes") is False:
        remedy = _REMEDIES.get(subject.kind, "`--pids-limit`")
        yield Problem(
            subject.limit_entry("processes") or subject.anchor,
            f"it may start processes without end, so that the host can start none any more; set {remedy}",
        )
