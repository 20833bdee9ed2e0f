"""
A container shares the host's name.

The host's name and its NIS domain are those of the container, so it sees them when they change. To change them
takes SYS_ADMIN, which is not held by default: then the container renames the host.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.UTSMode}}'` prints `host`.

Remediation: leave the option out. A container that has to know the host's name is told: `hostname:
"${HOSTNAME}"`, or a variable.

Impact of the fix: a program that follows changes of the host's name no longer sees them.

Default value: a name of its own.

```yaml bad
services:
  agent:
    image: agent:1
    uts: host
```

```yaml good
services:
  agent:
    image: agent:1
    cap_drop: [ALL]
    hostname: agent
```

```sh bad
docker run --uts=host agent:1
```

```sh good
docker run --cap-drop ALL --hostname agent agent:1
```

References: CIS Docker Benchmark 1.6.0, 5.21 (5.20 in 1.5.0 and older); docker run, "--uts"; uts_namespaces(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# A name is all that is shared; to change it takes SYS_ADMIN, which is graver by itself.
SEVERITY = Severity.LOW
CONTROLS = ("CIS-5.21", "BENCH-5.21", "NIST-4.4.3", "CWE-653")
FIELDS = ("uts",)


def check(subject: Subject) -> Iterator[Problem]:
    where = subject.host_namespace("uts")
    if where is not None:
        written = subject.written("uts", where.value)
        message = f"the host's name is shared (`{written}`): with SYS_ADMIN it can rename the host"
        yield Problem(where, f"{message}; leave the option out", ("uts=host",))
