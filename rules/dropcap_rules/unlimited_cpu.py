"""
A container may use all of the host's processors.

A program that works without end, and one that somebody else makes work (mining), slows down all others. It is off by
default: nearly each container lacks a limit, and the kernel parts processors evenly anyway. `cpu_shares` is no limit:
it says who comes first where there is too little.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.NanoCpus}} {{.HostConfig.CpuQuota}}'`
prints a number other than 0.

Remediation: write `cpus: 1.5`, `deploy.resources.limits.cpus`, `--cpus 1.5`, or name processors with `cpuset`.

Impact of the fix: a container that needs more waits. Short peaks, as at a start, take longer.

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
    cpus: 1.5
```

```sh bad
docker run --cpu-shares 512 web:1
```

```sh good
docker run --cap-drop ALL --cpus 1.5 web:1
```

References: CIS Docker Benchmark 1.6.0, 5.12 (5.11 in 1.5.0 and older); OWASP Docker Security Cheat Sheet, rule 7;
Docker Docs, "Resource constraints".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It slows the host down and gives nothing of it; and nearly every container lacks it.
SEVERITY = Severity.LOW
ON_BY_DEFAULT = False
CONTROLS = ("CIS-5.12", "BENCH-5.12", "OWASP-RULE-7", "CWE-770", "T1496")

_REMEDIES = {Kind.SERVICE: "`cpus`"}


def check(subject: Subject) -> Iterator[Problem]:
    if subject.starts_container and subject.is_limited("cpu") is False:
        remedy = _REMEDIES.get(subject.kind, "`--cpus`")
        yield Problem(
            subject.limit_entry("cpu") or subject.anchor,
            f"it may use all of the host's processors, so that all others get slow; set {remedy}",
        )
