"""
A container's process runs as root.

The container's root is the host's root, but for what its capabilities, profiles and namespaces take away: it owns every
file of the container, and every file of root's that is mounted; a flaw of the kernel or of the engine that needs root
finds it there. A process that runs as another user has nothing of that, and not one capability either.

Where the file names root, that is somebody's decision and medium. Where nobody is named and the image is known to start
as root, it is low: many images start as root, set things up and go on as another user. Images are known by the
project's Dockerfile, by its lock or by the catalogue; of others `unknown-user` says that nobody knows. Root that Podman
maps to another user of the host is left in peace.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.Config.User}}'` prints a user other than root for
each; where nothing stands, it is root.

Remediation: name a user by its number, which needs no account: `user: "1000:1000"`. Give it the folders that it writes
to when the image is built. In a Dockerfile, `USER` is the last step.

Impact of the fix: what the process wrote as root before belongs to root still; change its owner once. Images whose
entrypoint gives away folders or changes the user fail as another user, unless they are made for that. Ports below 1024
stay open to every user in Docker's own networks.

Default value: the user that the image names, and root where it names none.

```yaml bad
services:
  web:
    image: web:1
    user: root
```

```yaml bad
services:
  web:
    image: nginx:1.27
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    user: "1000:1000"
```

```sh bad
docker run --user 0:0 web:1
```

```sh good
docker run --cap-drop ALL --user 1000:1000 web:1
```

References: CIS Docker Benchmark 1.6.0, 4.1; OWASP Docker Security Cheat Sheet, rule 2; NIST SP 800-190, 4.1.2;
Docker Docs, "Dockerfile reference", USER; user_namespaces(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Related, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# It is one barrier less for what comes after, and gives nothing by itself; where nobody chose it, it is low.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-4.1", "BENCH-4.1", "OWASP-RULE-2", "CWE-250")

_OWNS = "whoever takes it over owns every file of the container"


def check(subject: Subject) -> Iterator[Problem]:
    user = subject.user
    # A line that runs a service may name a user of its own.
    is_own = user is not None and (user.source is subject.source or not _is_of_project(subject))
    if not (subject.starts_container or (subject.kind is Kind.RUN and is_own)):
        return
    if subject.is_root is False or subject.maps_root:
        return
    if user is not None and user.value:
        if subject.is_root:
            # An engine prints the image's user where the container had none.
            severity = Severity.LOW if subject.kind is Kind.INSPECT else Severity.MEDIUM
            shown = user.value if subject.is_typed(user.value, user) else "root"
            message = f"its process runs as root (user `{shown}`): {_OWNS}; name another user"
            yield Problem(user, message, ("root",), severity=severity)
        return
    if not subject.starts_as_root:
        return
    of_stage = subject.stage.user if subject.stage is not None else None
    related = (Related("the image is built with root as its user", of_stage),) if of_stage is not None else ()
    why = "no user is named and its image's own is root"
    message = f"it starts as root, since {why}: unless it changes its user itself, {_OWNS}; name another user"
    yield Problem(subject.anchor, message, ("root",), related, severity=Severity.LOW)


def _is_of_project(subject: Subject) -> bool:
    return subject.service is not None and subject.service.is_resolved


def fix(subject: Subject, problem: Problem) -> Fix | None:  # noqa: ARG001  # there is one user
    """Name the user that the startup changes to, where it does no more than that as root."""
    from dropcap.api import Fix, Put

    if not subject.says_what_it_starts or not subject.needs.is_complete or subject.needs.user is None:
        return None
    name = subject.needs.user
    return Fix(f"start it as the user {name}", (Put(subject, "user", (name,)),))
