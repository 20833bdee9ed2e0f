"""
A container sees the processes of the host.

It sees every process of the host with its command line, in which passwords stand more often than one thinks. Of
those of the same user that hold no more capabilities than it does it reads environment and memory; with KILL,
which is held by default, it ends any. AppArmor's default profile keeps it from both where the host has it.
SELinux does not separate it any more: the engine switches that off. With SYS_PTRACE it takes the host over.

A container that joins the processes of one that has them (`pid: service:NAME`, `--pid container:NAME`) has them
as well.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.PidMode}}'` prints `host`.

Remediation: leave the option out. To look at one other container, join its processes: `pid: service:NAME`. What
measures the host reads most of it from `/proc` of the host, mounted read-only.

Impact of the fix: what shows or ends processes of the host sees its own alone: monitoring agents, debuggers,
tools that keep a host in order.

Default value: it sees its own processes alone. `docker stack deploy` ignores the option.

```yaml bad
services:
  agent:
    image: agent:1
    pid: host
```

```yaml good
services:
  agent:
    image: agent:1
    cap_drop: [ALL]
    pid: service:web
  web:
    image: web:1
    cap_drop: [ALL]
```

```sh bad
docker run --pid=host agent:1
```

```sh good
docker run --cap-drop ALL --pid container:web agent:1
```

References: CIS Docker Benchmark 1.6.0, 5.16 (5.15 in 1.5.0 and older); docker run, "--pid"; ptrace(2), "Ptrace
access mode checking"; moby daemon/create.go, generateSecurityOpt; Kubernetes Pod Security Standards, Baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It reads what the host's processes are told, and one capability more takes the host over.
SEVERITY = Severity.HIGH
CONTROLS = ("CIS-5.16", "BENCH-5.16", "NIST-4.4.3", "CWE-653", "T1057")
FIELDS = ("pid",)


def check(subject: Subject) -> Iterator[Problem]:
    where = subject.host_namespace("pid")
    if where is not None:
        written = subject.written("pid", where.value)
        message = f"the host's processes are visible (`{written}`): it reads their command lines and can signal them"
        yield Problem(where, f"{message}; leave the option out", ("pid=host",))
