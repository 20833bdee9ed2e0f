"""
A container may use all of the host's memory.

Who takes a process over, and a program that leaks memory, can take so much that the kernel ends processes of the host
or of other containers. It is off by default: nearly each container lacks a limit, and what a program needs is known to
those alone who run it.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.Memory}}'` prints more than 0.

Remediation: write `mem_limit: 512m`, `deploy.resources.limits.memory`, `--memory 512m` or `Memory=512m`.

Impact of the fix: a container that needs more than its limit is ended by the kernel (exit code 137). Measure with
`docker stats` first.

Default value: no limit.

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
    mem_limit: 512m
```

```sh bad
docker run --memory 0 web:1
```

```sh good
docker run --cap-drop ALL --memory 512m web:1
```

References: CIS Docker Benchmark 1.6.0, 5.11 (5.10 in 1.5.0 and older); OWASP Docker Security Cheat Sheet, rule 7;
Docker Docs, "Resource constraints".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It starves the host and gives nothing of it; and nearly every container lacks it.
SEVERITY = Severity.LOW
ON_BY_DEFAULT = False
CONTROLS = ("CIS-5.11", "BENCH-5.11", "OWASP-RULE-7", "CWE-770", "T1499")

_REMEDIES = {Kind.SERVICE: "`mem_limit`", Kind.QUADLET: "`Memory=`"}


def check(subject: Subject) -> Iterator[Problem]:
    if subject.starts_container and subject.is_limited("memory") is False:
        remedy = _REMEDIES.get(subject.kind, "`--memory`")
        yield Problem(
            subject.limit_entry("memory") or subject.anchor,
            f"it may use all of the host's memory, so that the kernel ends other processes; set {remedy}",
        )
