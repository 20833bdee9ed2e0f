"""
A container runs in privileged mode.

Privileged mode grants every capability that the engine has, opens all host devices, makes `/sys` and the
control groups writable and lifts the seccomp and AppArmor profiles. Whoever takes over such a process needs
no further step to take over the host: mounting the host's disk is enough. Additions and drops of
capabilities beside it are ignored.

A privileged command in a running container is a matter of its own: see `privileged-exec`.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.Privileged}}'` prints `true`.

Remediation: leave the option out. Drop ALL, add the few capabilities that are needed, and name the devices
that are needed with `devices:` or `--device`.

Impact of the fix: a program that relied on a device, on mounting or on writing to `/sys` fails until that one thing is
granted. Docker inside Docker, and tools that register binary formats or load kernel modules, do need the
mode: keep those apart from what faces a network.

Default value: not privileged. `docker stack deploy` ignores the option.

```yaml bad
services:
  vpn:
    image: vpn:1
    privileged: true
```

```yaml good
services:
  vpn:
    image: vpn:1
    cap_drop: [ALL]
    cap_add: [SETUID, SETGID]
    devices: [/dev/net/tun]
```

```sh bad
docker run --privileged vpn:1
```

```sh good
docker run --privileged=false --cap-drop ALL --device /dev/net/tun vpn:1
```

References: CIS Docker Benchmark 1.6.0, 5.5 (5.4 in 1.5.0 and older); capabilities(7); moby
daemon/oci_linux.go and daemon/seccomp_linux.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# Nothing is graver: it is all capabilities, all devices and no profile in one word.
SEVERITY = Severity.CRITICAL
CONTROLS = ("CIS-5.5", "CIS-5.23", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250", "T1611")
FIELDS = ("privileged",)

# Of these `insecure-build-step` and `privileged-exec` speak.
_OTHERS = frozenset({Kind.BUILD, Kind.EXEC})


def check(subject: Subject) -> Iterator[Problem]:
    option = subject.privileged
    if option is None or not option.value or subject.kind in _OTHERS or subject.ignores("privileged"):
        return
    granted = "every capability and every host device, without a seccomp or AppArmor profile"
    yield Problem(option, f"privileged mode grants {granted}; {_instead(subject)}")


def _instead(subject: Subject) -> str:
    """Say what would do, where all that the container needs of capabilities is known."""
    if not subject.says_what_it_starts or not subject.needs.is_complete:
        return "leave it out and add by name what it needs"
    names = joined(subject.needs.cap_add)
    return f"leave it out, drop ALL and add {names}" if names else "leave it out and drop ALL: it needs no capability"


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Leave the mode out and give what is needed, where that is known; devices and mounts are not looked at."""
    from dropcap.api import narrowed

    return narrowed(subject, without=problem.where)
