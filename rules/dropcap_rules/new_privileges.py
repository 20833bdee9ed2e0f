"""
A container lets its processes gain privileges.

A process that executes a setuid program, or one with a file capability, gets more than it was started with: one
flaw in such a program, and a user of the container is root in it, with all that the container may hold. With
no-new-privileges the kernel takes these bits for nothing, and what runs as another user than root stays what it
is.

Where the option is written and says no, that is medium: somebody has taken the protection away, also where the
engine's own configuration gives it to every container. Where it is missing, that is low, since hardly a
container has it, and since it changes nothing where everything runs as root.

Audit: `docker inspect --format '{{.HostConfig.SecurityOpt}}' NAME` shows no `no-new-privileges`; `docker exec
NAME grep NoNewPrivs /proc/1/status` prints 0.

Remediation: `security_opt: [no-new-privileges:true]` in Compose, `--security-opt no-new-privileges` on a
command line, `NoNewPrivileges=true` in a Quadlet unit; or `"no-new-privileges": true` in the engine's
`daemon.json` for all containers.

Impact of the fix: `sudo`, `su`, `passwd`, `mount` and programs with file capabilities, such as some `ping`,
fail for users other than root. Programs that root starts, and that become another user by themselves (`gosu`,
`su-exec`, nginx), go on.

Default value: privileges can be gained, unless the engine's configuration says otherwise. `docker stack deploy`
ignores the option, and nothing is said of it there.

```yaml bad
services:
  web:
    image: web:1
```

```yaml bad
services:
  web:
    image: web:1
    security_opt: [no-new-privileges:true, no-new-privileges=false]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    security_opt: [no-new-privileges:true]
```

```sh bad
docker run --cap-drop ALL web:1
```

```sh good
docker run --cap-drop ALL --security-opt no-new-privileges web:1
```

References: CIS Docker Benchmark 1.6.0, 5.26 (5.25 in 1.5.0 and older); Linux
Documentation/userspace-api/no_new_privs.rst; moby daemon/daemon_unix.go, parseSecurityOpt; Kubernetes Pod
Security Standards, Restricted (`allowPrivilegeEscalation`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# Nearly every container lacks it; it is a second barrier, behind what the container may hold.
SEVERITY = Severity.LOW
CONTROLS = ("CIS-5.26", "BENCH-5.26", "OWASP-RULE-4", "NIST-4.4.3", "CWE-250", "T1548.001")

_STARTS_ONE = frozenset({Kind.SERVICE, Kind.RUN, Kind.CREATE, Kind.DEVCONTAINER, Kind.QUADLET, Kind.INSPECT})
_REMEDIES = {
    Kind.SERVICE: "security_opt: [no-new-privileges:true]",
    Kind.DEVCONTAINER: '"securityOpt": ["no-new-privileges"]',
    Kind.QUADLET: "NoNewPrivileges=true",
}


def check(subject: Subject) -> Iterator[Problem]:
    if subject.kind not in _STARTS_ONE or subject.forbids_gains is not False or subject.ignores("security_opt"):
        return
    if subject.strategy.gains_if_privileged and subject.privileged_option is not None:
        return  # no option helps there
    remedy = _REMEDIES.get(subject.kind, "--security-opt no-new-privileges")
    refused = subject.gains_option
    if refused is not None:
        message = f"its processes may gain privileges (`{refused.value}`): a setuid program can make any user root"
        yield Problem(refused, f"{message}; write `{remedy}`", ("no-new-privileges",), severity=Severity.MEDIUM)
    elif subject.service is None:  # of a line that runs a service the service itself says it
        message = "its processes may gain privileges: a setuid program can make any user root"
        yield Problem(subject.anchor, f"{message}; add `{remedy}`", ("no-new-privileges",))


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Forbid it; a setuid program that is needed works no more."""
    from dropcap.api import Fix, Put, Replace

    option = "no-new-privileges:true" if subject.kind is Kind.SERVICE else "no-new-privileges"
    refused = subject.gains_option
    if refused is not None:
        return Fix(f"write {option}", (Replace(problem.where, option),))
    values = tuple(entry.value for entry in subject.security_opt)
    if any(value.startswith("no-new-privileges") for value in values):
        return None  # what is there has a value that no engine takes
    values += (option,)
    return Fix(f"add the security option {option}", (Put(subject, "security_opt", values),))
