"""
A container is put into a control group that somebody else keeps.

By its control group the kernel counts and limits what a container uses. With a parent of its own choice a container
lies beside what the engine keeps, and the limits and the rules of that group are in force: those of a group that is
not limited leave it free, and it takes from what other programs of the group may use. It is off by default: it gives
no privilege, and who shares the machine by such groups sets it with purpose.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.CgroupParent}}'` prints nothing behind
the names.

Remediation: leave the option out, and limit the container itself: `mem_limit`, `cpus`, `pids_limit`.

Impact of the fix: what the group as a whole was to use at most is no limit for the container any more.

Default value: a group below the engine's own, `docker` or `system.slice`. `docker stack deploy` ignores the option.

```yaml bad
services:
  web:
    image: web:1
    cgroup_parent: builds.slice
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    mem_limit: 512m
```

```sh bad
docker run --cgroup-parent builds.slice web:1
```

```sh good
docker run --cap-drop ALL --memory 512m web:1
```

References: CIS Docker Benchmark 1.6.0, 5.25 (5.24 in 1.5.0 and older); docker run, "--cgroup-parent".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Engine, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It changes which limits are in force, and gives nothing of the host.
SEVERITY = Severity.LOW
ON_BY_DEFAULT = False
CONTROLS = ("CIS-5.25", "BENCH-5.25")
FIELDS = ("limits",)


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.starts_container or subject.engine is Engine.SWARM:
        return
    entries = [one for one in subject.limits if one.value.startswith("cgroup-parent=")]
    parent = entries[-1].value.partition("=")[2] if entries else ""
    if parent:
        shown = f" `{parent[:60]}`" if subject.is_typed(parent, entries[-1]) else ""
        message = f"it is put into the control group{shown}: the limits of that group are in force, not the engine's"
        yield Problem(entries[-1], f"{message}; leave it out and limit the container itself", ("cgroup-parent",))
