"""
A container runs without a seccomp profile.

The default profile closes some forty system calls that programs in containers do not need. Without it a process
of any user may make a user namespace, and be root in that: it reaches parts of the kernel that are closed
otherwise, where most of the flaws were found that lead out of containers (CVE-2022-0185, CVE-2024-1086). A
profile of your own is another matter: nothing is said of it.

Privileged mode switches the profile off as well; that rule says so.

Audit: `docker inspect --format '{{.HostConfig.SecurityOpt}}' NAME` shows `seccomp=unconfined`; `docker exec
NAME grep Seccomp: /proc/1/status` prints 0.

Remediation: leave the option out. Where one system call is missing, copy the default profile, add that call,
and name the file: `seccomp=./profile.json`. What a debugger needs, `ptrace`, the default profile allows since
Linux 4.8.

Impact of the fix: a program that relies on a call that the profile closes fails with "Operation not permitted":
browsers that make sandboxes of their own, container engines in a container, some profilers, `io_uring`.

Default value: the engine's own profile is in force. `docker stack deploy` ignores the option.

```yaml bad
services:
  web:
    image: web:1
    security_opt: [seccomp:unconfined]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    security_opt: [seccomp=unconfined, seccomp=./profile.json]
```

```sh bad
docker run --security-opt seccomp=unconfined web:1
```

```sh good
docker run --cap-drop ALL --security-opt seccomp=./profile.json web:1
```

References: CIS Docker Benchmark 1.6.0, 5.22 (5.21 in 1.5.0 and older); Docker documentation, "Seccomp security
profiles for Docker"; moby profiles seccomp/default.json; CVE-2022-0185; CVE-2024-1086; Kubernetes Pod Security
Standards, Baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# It opens the kernel's widest surface to every user of the container: one flaw there is the host.
SEVERITY = Severity.HIGH
CONTROLS = ("CIS-5.22", "BENCH-5.22", "OWASP-RULE-6", "NIST-4.4.3", "CWE-693", "T1611")
FIELDS = ("security_opt",)


def check(subject: Subject) -> Iterator[Problem]:
    option = subject.unconfined("seccomp")
    if option is not None:
        message = (
            f"no seccomp profile is in force (`{option.value}`): every system call reaches the kernel and its flaws"
        )
        yield Problem(option, f"{message}; leave the option out or name your own profile", ("seccomp=unconfined",))


def fix(subject: Subject, problem: Problem) -> Fix | None:  # noqa: ARG001  # the option says all
    """Leave the option out; a program may rely on what it opens."""
    from dropcap.api import Fix, Remove

    return Fix("leave the option out, so that the seccomp profile is in force", (Remove(problem.where),))
