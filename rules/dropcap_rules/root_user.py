"""
A container's process runs as root.

The container's root is the host's root, but for what its capabilities, profiles and namespaces take away: it owns every
file of the container, and every file of root's that is mounted; a flaw of the kernel or of the engine that needs root
finds it there. A process that runs as another user has nothing of that, and not one capability either.

Only a file that names root is meant: that is somebody's decision. It is low where what the file starts needs root, as a
command does that gives files away. Most images that start as root set things up and go on as another user; of those
`implicit-root` speaks, which is off by default, and `unknown-user` of images that nobody knows. Root that Podman maps
to another user of the host is left in peace.

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

from dropcap.api import Certainty, Kind, Problem, Severity, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# It is one barrier less for what comes after, and gives nothing by itself.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-4.1", "BENCH-4.1", "OWASP-RULE-2", "CWE-250")
FIELDS = ("user",)


def check(subject: Subject) -> Iterator[Problem]:
    user = subject.user
    if user is None or not subject.is_root or subject.maps_root:
        return
    # A line that runs a service may name a user of its own.
    is_own = user.source is subject.source or not _is_of_project(subject)
    if not (subject.starts_container or (subject.kind is Kind.RUN and is_own)):
        return
    # An engine prints the image's user where the container had none.
    needed = _needed(subject)
    severity = Severity.LOW if needed or subject.kind is Kind.INSPECT else SEVERITY
    shown = user.value if subject.is_typed(user.value, user) else "root"
    means = "whoever takes it over owns every file of the container"
    advice = f"what it starts needs that for {needed}" if needed else "name another user"
    yield Problem(user, f"its process runs as root (user `{shown}`): {means}; {advice}", ("root",), severity=severity)


def _needed(subject: Subject) -> str:
    """Name what its command asks for as root, which another user does not hold; nothing where that is not known."""
    if not subject.says_what_it_starts or subject.may_be_set("command", "entrypoint"):
        return ""
    needs = (need for need in subject.needs.needs if need.certainty is not Certainty.DEGRADES)
    return joined(list(dict.fromkeys(need.capability for need in needs)))


def _is_of_project(subject: Subject) -> bool:
    return subject.service is not None and subject.service.is_resolved


def fix(subject: Subject, problem: Problem) -> Fix | None:  # noqa: ARG001  # there is one user
    """Name the user that the startup changes to, where it does no more than that as root."""
    from dropcap.api import Fix, Put

    if not subject.says_what_it_starts or not subject.needs.is_complete or subject.needs.user is None:
        return None
    name = subject.needs.user
    return Fix(f"start it as the user {name}", (Put(subject, "user", (name,)),))
