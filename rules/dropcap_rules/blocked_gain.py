"""
A program relies on gaining privileges that no-new-privileges forbids.

With `no-new-privileges` the kernel passes over the set-user-ID bit and file capabilities. A process of another user
than root that starts `sudo`, `su` or a program with file capabilities does not get what it relies on: `sudo` refuses
to work, other programs fail where they use what they did not get.

dropcap follows what the container starts; what a person starts by hand is not looked at.

Audit: `docker inspect --format '{{.HostConfig.SecurityOpt}}' NAME` prints `no-new-privileges`;
`docker exec NAME grep NoNewPrivs /proc/1/status` prints 1.

Remediation: start as root and switch to the user at startup, so that nothing has to become root again; or leave
`no-new-privileges` out.

Impact of the fix: without `no-new-privileges` each set-user-ID program of the image is a way to root.

Default value: processes may gain privileges.

```yaml bad
services:
  web:
    image: debian:12
    user: www-data
    command: [sudo, id]
    security_opt: [no-new-privileges:true]
```

```yaml good
services:
  web:
    image: debian:12
    user: www-data
    command: [id]
    cap_drop: [ALL]
    security_opt: [no-new-privileges:true]
```

```sh bad
docker run --user www-data --security-opt no-new-privileges debian:12 su -c id
```

```sh good
docker run --user www-data --cap-drop ALL --security-opt no-new-privileges debian:12 id
```

References: Linux Documentation/userspace-api/no_new_privs.rst; CIS Docker Benchmark 1.6.0, 5.26.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Related, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# The container does not do what it is to do; nobody gains anything by it.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-5.26", "OWASP-RULE-4")
FIELDS = ("security_opt",)


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.says_what_it_starts or not subject.security_opt or not subject.forbids_gains:
        return
    for gain in subject.needs.gains:
        if gain.where is not None:
            message = (
                f"`no-new-privileges` makes the startup fail: {gain.reason}; start as root and switch the user,"
                " or leave `no-new-privileges` out"
            )
            yield Problem(subject.anchor, message, (gain.reason,), (Related(gain.reason, gain.where),))
