"""
A container runs without an AppArmor profile.

On Debian, Ubuntu and SUSE the engine puts every container under its AppArmor profile. That keeps even root from
mounting file systems, from writing to most of `/proc/sys` and `/sys`, and from tracing and signalling processes
outside. Without it SYS_ADMIN is enough to take over the host. Where AppArmor is not in use, the option changes
nothing; a file does not tell.

Privileged mode switches the profile off as well; that rule says so.

Audit: `docker inspect --format '{{.AppArmorProfile}}' NAME` prints `unconfined`.

Remediation: leave the option out. Where the profile is in the way, load one of your own on the host and name
it: `apparmor=my-profile`.

Impact of the fix: a program that mounts file systems, as FUSE does, or that traces processes outside fails
where AppArmor is in use.

Default value: the engine's own profile is in force where the host has AppArmor. `docker stack deploy` ignores
the option.

```yaml bad
services:
  web:
    image: web:1
    security_opt: [apparmor:unconfined]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    security_opt: [apparmor=web-profile]
```

```sh bad
docker run --security-opt apparmor=unconfined web:1
```

```sh good
docker run --cap-drop ALL --security-opt apparmor=web-profile web:1
```

References: CIS Docker Benchmark 1.6.0, 5.2 (5.1 in 1.5.0 and older); Docker documentation, "AppArmor security
profiles for Docker"; moby profiles apparmor/template.go; Kubernetes Pod Security Standards, Baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# A second barrier on some hosts, behind the capabilities and the read-only paths that deny most of the same.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-5.2", "BENCH-5.2", "OWASP-RULE-6", "NIST-4.4.3", "CWE-693", "T1611")
FIELDS = ("security_opt",)


def check(subject: Subject) -> Iterator[Problem]:
    option = subject.unconfined("apparmor")
    if option is not None:
        message = f"no AppArmor profile is in force (`{option.value}`): only its capabilities keep it from mounting"
        yield Problem(option, f"{message}; leave the option out or name your own profile", ("apparmor=unconfined",))


def fix(subject: Subject, problem: Problem) -> Fix | None:  # noqa: ARG001  # the option says all
    """Leave the option out; a program may rely on what it opens."""
    from dropcap.api import Fix, Remove

    return Fix("leave the option out, so that the AppArmor profile is in force", (Remove(problem.where),))
