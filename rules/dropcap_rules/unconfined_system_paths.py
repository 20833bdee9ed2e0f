"""
A container can write to files of the kernel that are closed to it otherwise.

Engines hide some files of `/proc` and `/sys` in a container, and keep others from being written. With
`systempaths=unconfined` all of them are open: root in the container writes to `/proc/sys/kernel/core_pattern`,
and the host runs a program of its choice as root when the next process crashes; or it writes to
`/proc/sysrq-trigger`, and the host restarts. That takes no capability at all, and nothing but AppArmor or
SELinux stands in its way.

Podman opens single paths as well: `unmask=/proc/acpi`. One that shows more of the host and lets nothing be
changed is low. Privileged mode opens all; that rule says so.

Audit: `docker inspect --format '{{.HostConfig.MaskedPaths}} {{.HostConfig.ReadonlyPaths}}' NAME` prints `[]
[]`.

Remediation: leave the option out. With Podman, open the one path that is needed. What is to be set in
`/proc/sys` of the container's own network goes into `sysctls:` or `--sysctl`.

Impact of the fix: a program that writes to `/proc/sys` at run time, or that mounts a `/proc` of its own (a
container in a container), fails.

Default value: hidden and read-only. `docker stack deploy` ignores the option.

```yaml bad
services:
  web:
    image: web:1
    security_opt: [systempaths=unconfined]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    sysctls: [net.core.somaxconn=1024]
```

```sh bad
podman run --security-opt unmask=/proc/sys web:1
```

```sh good
docker run --cap-drop ALL --sysctl net.core.somaxconn=1024 web:1
```

References: docker run, "--security-opt"; moby daemon/pkg/oci/defaults.go; podman-run(1), "unmask"; core(5),
"Piping core dumps to a program"; Linux Documentation/admin-guide/sysrq.rst; Kubernetes Pod Security Standards,
Baseline (`procMount`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# Root in the container needs one write to run a program as root on the host, where no other profile keeps it from that.
SEVERITY = Severity.HIGH
CONTROLS = ("NIST-4.4.3", "CWE-693", "T1611")
FIELDS = ("security_opt",)


def check(subject: Subject) -> Iterator[Problem]:
    opened = subject.unmasked
    if opened is None:
        return
    written = f"(`{opened.option}`)"
    if opened.is_grave:
        message = f"files of the kernel can be written {written}: by `/proc/sys` root in it runs programs on the host"
        yield Problem(opened.where, f"{message}; leave the option out", ("systempaths=unconfined",))
    else:
        message = f"files of the kernel are open that are hidden otherwise {written}: they tell of the host"
        yield Problem(opened.where, f"{message}; leave the option out", ("unmask",), severity=Severity.LOW)


def fix(subject: Subject, problem: Problem) -> Fix | None:  # noqa: ARG001  # the option says all
    """Leave the option out; a program may rely on what it opens."""
    from dropcap.api import Fix, Remove

    return Fix("leave the option out, so that the files of the kernel are closed", (Remove(problem.where),))
