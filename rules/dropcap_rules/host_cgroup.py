"""
A container sees the control groups of the host.

With a cgroup namespace of its own a container sees its own control group as the root of the tree. With the
host's it sees the whole tree below `/sys/fs/cgroup`: the units and the containers of the host, and how much
each of them uses. The tree is mounted read-only; with SYS_ADMIN it can be mounted anew to be written, and then
it sets the limits of all.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.CgroupnsMode}}'` prints `host`.

Remediation: leave the option out, or write `cgroup: private`.

Impact of the fix: what measures other containers by their control groups (cAdvisor) sees its own alone; systemd
in a container runs with a private namespace on cgroup v2.

Default value: private on hosts with cgroup v2, the host's on those with cgroup v1; nothing is said of a
default, only of what is written, and of what an engine describes. `docker stack deploy` ignores the option.

```yaml bad
services:
  agent:
    image: agent:1
    cgroup: host
```

```yaml good
services:
  agent:
    image: agent:1
    cap_drop: [ALL]
    cgroup: private
```

```sh bad
docker run --cgroupns=host agent:1
```

```sh good
docker run --cap-drop ALL --cgroupns=private agent:1
```

References: docker run, "--cgroupns"; cgroup_namespaces(7); moby daemon/daemon_unix.go, adaptContainerSettings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It shows what runs on the host and lets nothing be changed; on hosts with cgroup v1 it is the default.
SEVERITY = Severity.LOW
CONTROLS = ("NIST-4.4.3", "CWE-653")
FIELDS = ("cgroup",)


def check(subject: Subject) -> Iterator[Problem]:
    where = subject.host_namespace("cgroup")
    if where is not None:
        written = subject.written("cgroup", where.value)
        message = f"the host's control groups are visible (`{written}`): they tell what runs there"
        yield Problem(where, f"{message}; leave the option out", ("cgroup=host",))
