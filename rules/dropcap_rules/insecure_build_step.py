"""
A build step runs without a sandbox, or a build may run such steps.

`RUN --security=insecure` gives the step every capability, in the ambient set too, so that a user other than
root has them; it lifts the seccomp and AppArmor profiles and opens devices, as privileged mode does for a
container. Whatever the step downloads or compiles runs so on the build machine.

`RUN --network=host` shares the network of the build machine with the step: what it runs reaches services that
listen on that machine alone. `docker build --network host` and Compose's `build.network: host` do so for every
step. That is medium. So is what lets the steps of `podman build` see the processes or the shared memory of that
machine (`--pid host`, `--ipc host`), or takes their seccomp, AppArmor or SELinux confinement away; Docker's builds
ignore `--security-opt`.

The builder has to allow the first twice, with the entitlement `security.insecure` in its configuration and with
`--allow` on the command line, and each of them ends with the build. That is why it weighs less than a privileged
container. A builder allows `network.host` unless its configuration forbids it.

Audit: `docker buildx build --progress=plain` fails without `--allow security.insecure`.

Remediation: leave the flag out. What needs it, as mounting a file system image does, can often be done by a
tool that works on the file (mtools, debugfs, fakeroot), or outside the build.

Impact of the fix: `mount`, loop devices and nested containers fail in that step.

Default value: `sandbox`: the capabilities of a container with the default set, and the default seccomp
profile.

```dockerfile bad
# syntax=docker/dockerfile:1
FROM debian:bookworm
RUN --security=insecure mount -o loop disk.img /mnt
```

```dockerfile good
# syntax=docker/dockerfile:1
FROM debian:bookworm
RUN --security=sandbox debugfs -R "ls -l" disk.img
```

```sh bad
docker buildx create --use --buildkitd-flags "--allow-insecure-entitlement security.insecure"
docker buildx build --allow security.insecure -t disk:1 .
```

```sh good
docker buildx create --use
docker buildx build -t disk:1 .
```

References: Dockerfile reference, "RUN --security"; `docker buildx build`, "--allow"; buildkit
util/entitlements/security/security_linux.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Engine, Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Located, Stage, Subject

# As much as privileged mode, but for the length of one step and after two consents outside the file.
SEVERITY = Severity.HIGH
CONTROLS = ("CWE-250", "T1611")
FIELDS = ("privileged", "build_grants", "network_mode", "pid", "ipc", "security_opt")

_NETWORK = "network.host"
_IN_NETWORK = "its steps run in the network of the build machine: they reach what listens on that machine alone"
_SHARED = {"pid": "see the processes of the build machine", "ipc": "share the memory of the build machine's processes"}
_PROFILES = {
    "seccomp=unconfined": "seccomp profile",
    "apparmor=unconfined": "AppArmor profile",
    "label=disable": "SELinux label",
}


def check(subject: Subject) -> Iterator[Problem]:
    option = subject.privileged
    if subject.kind is Kind.BUILD and option is not None and option.value:
        message = (
            "the build may run steps with every capability and without a seccomp or AppArmor profile; leave it out"
        )
        yield Problem(option, message, ("security.insecure",))
    if subject.kind is Kind.BUILD:
        yield from _shared(subject)
    for grant in subject.build_grants:
        if grant.value == _NETWORK:
            message = "its build may run steps in the network of the build machine (`network.host`); leave it out"
            yield Problem(grant, message, (_NETWORK,), severity=Severity.MEDIUM)
        elif grant.value == "network":
            message = f"{_IN_NETWORK}; leave `network: host` out"
            yield Problem(grant, message, (_NETWORK,), severity=Severity.MEDIUM)
        else:
            yield Problem(grant, "its build may run steps with every capability; leave it out", ("security.insecure",))


def _shared(subject: Subject) -> Iterator[Problem]:
    """Find what the steps of a command's build share with the machine, and which profile they lack."""
    network = subject.network_mode
    if network is not None and network.value == "host":
        yield Problem(network, f"{_IN_NETWORK}; leave `--network=host` out", (_NETWORK,), severity=Severity.MEDIUM)
    if subject.engine is not Engine.PODMAN:
        return
    for field, reached in _SHARED.items():
        where: Located[str] | None = getattr(subject, field)
        if where is not None and where.value == "host":
            message = f"its steps {reached} (`--{field}=host`); leave it out"
            yield Problem(where, message, (f"{field}=host",), severity=Severity.MEDIUM)
    last: dict[str, Located[str]] = {}
    for option in subject.security_opt:
        key = option.value.partition("=")[0]
        last[option.value if key == "label" else key] = option  # labels add up; of the others the last one counts
    for option in last.values():
        profile = _PROFILES.get(option.value)
        if profile is not None:
            message = f"its steps run without their {profile} (`{option.value}`); leave it out"
            yield Problem(option, message, (profile,), severity=Severity.MEDIUM)


def check_stage(stage: Stage) -> Iterator[Problem]:
    for instruction in stage.steps:
        for flag in instruction.flags:
            if instruction.keyword == "RUN" and flag.value == "--security=insecure":
                gained = "every capability, ambient ones too, and without a seccomp or AppArmor profile"
                yield Problem(flag, f"this step runs with {gained}; leave the flag out", ("security.insecure",))
            elif instruction.keyword == "RUN" and flag.value == "--network=host":
                reached = "it reaches what listens on that machine alone"
                message = f"this step runs in the network of the build machine: {reached}; leave the flag out"
                yield Problem(flag, message, (_NETWORK,), severity=Severity.MEDIUM)
