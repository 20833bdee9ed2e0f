"""
A container is kept out of the engine's user namespace.

An engine that maps users (`userns-remap` in Docker's `daemon.json`, `userns` in Podman's `containers.conf`)
makes root in a container a user without rights on the host. `userns: host` takes one container out of that: its
root is root on the host again, and so is what it writes into mounts. Where the engine does not map users, the
option changes nothing; a file does not tell, but there is no other reason to write it.

With Podman it is the default, so it is low there.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.UsernsMode}}'` prints `host`.

Remediation: leave the option out. Give the files of a mount to the user that root is mapped to, or let the
process run as another user.

Impact of the fix: where users are mapped, files of a mount that root of the host owns cannot be written;
privileged mode, the host's network and the host's processes are refused by Docker.

Default value: the engine's own; neither Docker nor Podman maps users by itself, but rootless ones do. `docker
stack deploy` ignores the option.

```yaml bad
services:
  web:
    image: web:1
    userns_mode: host
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    user: "1000"
```

```sh bad
docker run --userns=host web:1
```

```sh good
docker run --cap-drop ALL --user 1000 web:1
```

References: CIS Docker Benchmark 1.6.0, 5.31 (5.30 in 1.5.0 and older); Docker documentation, "Isolate
containers with a user namespace"; podman-run(1), "--userns"; user_namespaces(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Engine, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It takes the whole barrier away where there is one, and is written where there is one.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-5.31", "BENCH-5.31", "OWASP-RULE-11", "NIST-4.4.3", "CWE-653")
FIELDS = ("userns",)


def check(subject: Subject) -> Iterator[Problem]:
    where = subject.host_namespace("userns")
    if where is None:
        return
    severity = Severity.LOW if subject.engine is Engine.PODMAN else None  # it is the default there
    written = subject.written("userns", where.value)
    message = f"users are not mapped (`{written}`): root in it is root on the host, even where the engine maps users"
    yield Problem(where, f"{message}; leave the option out", ("userns=host",), severity=severity)
