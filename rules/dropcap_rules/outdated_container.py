"""
A running container is not what its Compose file says now.

A change of a Compose file changes no container: the one that runs keeps what it was started with, a privilege that
was taken out of the file included, until somebody starts the project again. Whoever reads the file takes it for safer
than it is. `dropcap audit` finds the project by the labels of the container, reads its files as they are now, and
compares what matters to the host: capabilities, privileged mode, security options, user, namespaces of the host,
devices, and paths of the host such as the socket of the engine.

What the file now gives and the container lacks is reported mildly: the container gets it when it is started again.
What depends on a variable that is not known here is left out, and so is what only another engine prints.

Audit: `docker compose up --detach --dry-run` says which containers it would make anew.

Remediation: start the project again with `docker compose up --detach`; with `--remove-orphans` where a service is not
there any more. Let the machine do so whenever the file changes.

Impact of the fix: the container is made anew: what it keeps outside of volumes is lost, and its service is away for a
moment.

Default value: Docker Compose starts a container again only when it is asked to, and only where its file has changed.

```json bad
// compose.yaml:
// services:
//   vpn:
//     image: vpn:1
//     cap_drop: [ALL]
//     cap_add: [NET_ADMIN]
[
  {
    "Name": "/shop-vpn-1",
    "HostConfig": {"CapDrop": ["ALL"], "CapAdd": ["NET_ADMIN", "SYS_ADMIN"]},
    "Config": {
      "Image": "vpn:1",
      "Labels": {
        "com.docker.compose.service": "vpn",
        "com.docker.compose.project.working_dir": "/srv/shop",
        "com.docker.compose.project.config_files": "/srv/shop/compose.yaml"
      }
    }
  }
]
```

```json good
// compose.yaml:
// services:
//   web:
//     image: web:1
//     user: "1000"
//     cap_drop: [ALL]
//     security_opt: [no-new-privileges]
[
  {
    "Name": "/shop-web-1",
    "HostConfig": {"CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges"]},
    "Config": {
      "Image": "web:1",
      "User": "1000",
      "Labels": {
        "com.docker.compose.service": "web",
        "com.docker.compose.project.working_dir": "/srv/shop",
        "com.docker.compose.project.config_files": "/srv/shop/compose.yaml"
      }
    }
  }
]
```

References: docker/compose pkg/api/labels.go; the documentation of `docker compose up`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Related, Severity, differences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Difference, Located, Subject

# What the container has is graded by other rules; this one says that nobody sees it in the file.
SEVERITY = Severity.MEDIUM
FIELDS = ("live",)

_ADVICE = "start its project again"


def check(subject: Subject) -> Iterator[Problem]:
    declared = subject.live.declared if subject.live is not None else None
    if declared is None:
        return
    if declared.service is None:
        message = "its Compose project has no such service any more, so that nobody looks after it; remove it"
        related = (Related("the project as it is now", declared.where),)
        yield Problem(subject.anchor, message, ("service",), related, severity=Severity.LOW)
        return
    for one in differences(subject):
        yield _problem(subject, one, declared.service.anchor)


def _problem(subject: Subject, difference: Difference, service: Located[str]) -> Problem:
    related = (Related("the service as its Compose file has it now", difference.declared or service),)
    where = difference.where or subject.anchor
    if difference.is_more:
        message = f"it {difference.has}, which its Compose file no longer asks for; {_ADVICE}"
        return Problem(where, message, difference.names, related)
    message = f"it {difference.has}, other than its Compose file asks for now; {_ADVICE}"
    return Problem(where, message, difference.names, related, severity=Severity.LOW)
