"""
A container shares the memory segments and message queues of the host.

Programs of the host that share memory (databases, graphics, audio) leave it in `/dev/shm` and in segments that
any process of the same user may open: with the host's IPC namespace a process of the container reads and
changes them. SELinux does not separate it any more: the engine switches that off.

A container that joins the shared memory of one that has the host's (`ipc: service:NAME`) has it as well.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.IpcMode}}'` prints `host`.

Remediation: leave the option out. Two containers that share memory need `ipc: shareable` for the one and `ipc:
service:NAME` for the other. Where the 64 MB of `/dev/shm` are too few, `shm_size: 2gb` is enough.

Impact of the fix: a program that shares memory with one of the host fails.

Default value: an IPC namespace of its own. `docker stack deploy` ignores the option.

```yaml bad
services:
  train:
    image: train:1
    ipc: host
```

```yaml good
services:
  train:
    image: train:1
    cap_drop: [ALL]
    shm_size: 2gb
```

```sh bad
docker run --ipc=host train:1
```

```sh good
docker run --cap-drop ALL --shm-size=2g train:1
```

References: CIS Docker Benchmark 1.6.0, 5.17 (5.16 in 1.5.0 and older); docker run, "--ipc"; ipc_namespaces(7);
moby daemon/create.go, generateSecurityOpt; Kubernetes Pod Security Standards, Baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It reaches what the host's programs share and no more, and only as the user that owns it.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-5.17", "BENCH-5.17", "NIST-4.4.3", "CWE-653")
FIELDS = ("ipc",)


def check(subject: Subject) -> Iterator[Problem]:
    where = subject.host_namespace("ipc")
    if where is not None:
        written = subject.written("ipc", where.value)
        message = f"the host's shared memory is open (`{written}`): it can read and change it"
        instead = (
            f"leave the option out, and write `{subject.written('shm_size', '2gb')}` where it needs more of its own"
        )
        yield Problem(where, f"{message}; {instead}", ("ipc=host",))
