"""
A build step runs without a sandbox, or a build may run such steps.

`RUN --security=insecure` gives the step every capability, in the ambient set too, so that a user other than
root has them; it lifts the seccomp and AppArmor profiles and opens devices, as privileged mode does for a
container. Whatever the step downloads or compiles runs so on the build machine.

`RUN --network=host` shares the network of the build machine with the step: what it runs reaches services that
listen on that machine alone. That is medium.

The builder has to allow either twice, with an entitlement (`security.insecure`, `network.host`) in its
configuration and with `--allow` on the command line, and it ends with the step. That is why it weighs less than
a privileged container.

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

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Stage, Subject

# As much as privileged mode, but for the length of one step and after two consents outside the file.
SEVERITY = Severity.HIGH
CONTROLS = ("CWE-250", "T1611")
FIELDS = ("privileged", "build_grants")

_NETWORK = "network.host"


def check(subject: Subject) -> Iterator[Problem]:
    option = subject.privileged
    if subject.kind is Kind.BUILD and option is not None and option.value:
        message = (
            "the build may run steps with every capability and without a seccomp or AppArmor profile; leave it out"
        )
        yield Problem(option, message, ("security.insecure",))
    for grant in subject.build_grants:
        if grant.value == _NETWORK:
            message = "its build may run steps in the network of the build machine (`network.host`); leave it out"
            yield Problem(grant, message, (_NETWORK,), severity=Severity.MEDIUM)
        else:
            yield Problem(grant, "its build may run steps with every capability; leave it out", ("security.insecure",))


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
