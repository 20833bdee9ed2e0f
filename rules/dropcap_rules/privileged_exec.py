"""
A command that is started in a running container gets more than the container has.

`docker exec --privileged`, and a hook of a Compose service with `privileged: true`, give one command every capability
and no AppArmor profile, whatever the container was given. It executes what lies in the container: whoever took over the
container and can write to that program has the command's rights the next time, and with these gets out.

A command as root in a container whose process runs as another user is milder: it may use what the container's bounding
set has and its process does not.

Audit: `grep -rE 'exec .*(--privileged|-u (root|0))' .` finds nothing in scripts; hooks stand below `post_start`,
`pre_stop` and `develop.watch` in `docker compose config`.

Remediation: leave the option out, and add to the container the one capability that the command needs. Let the image be
built with the owners and modes that it needs, so that no hook has to change them.

Impact of the fix: a command that changes the network, mounts or devices fails without the capability for it, and one
that changes files of root's fails as another user.

Default value: a command has the container's user, and of the capabilities what that user may hold.

```yaml bad
services:
  web:
    image: web:1
    post_start:
      - command: ip link add dummy0 type dummy
        privileged: true
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    post_start:
      - command: web warm-up
```

```sh bad
docker exec --privileged vpn ip link
```

```sh bad
docker exec --user root web chown -R web /srv
```

```sh good
docker exec --user web web reload
```

References: CIS Docker Benchmark 1.6.0, 5.23 and 5.24 (5.22 and 5.23 in 1.5.0 and older); moby daemon/exec_linux.go;
docker/compose pkg/compose/hook.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# All capabilities, but for one command, whose program somebody has to replace first.
SEVERITY = Severity.HIGH
CONTROLS = ("CIS-5.23", "CIS-5.24", "BENCH-5.23", "BENCH-5.24", "CWE-250", "T1611")
FIELDS = ("privileged", "user")


def check(subject: Subject) -> Iterator[Problem]:
    if subject.kind is not Kind.EXEC:
        return
    option, user = subject.privileged, subject.user
    if option is not None and option.value and not subject.ignores("privileged"):
        message = "a privileged command in a running container holds every capability, whatever the container was given"
        yield Problem(option, f"{message}; leave it out and add to the container what it needs", ("privileged",))
    elif user is not None and subject.is_root:
        shown = user.value if subject.is_typed(user.value, user) else "root"
        message = f"this command runs as root (user `{shown}`), whatever user its container has"
        yield Problem(user, f"{message}; start it as that user", ("root",), severity=Severity.LOW)
