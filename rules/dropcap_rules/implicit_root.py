"""
A container starts as root because nobody names a user.

Its file names no user, and the image's own is root. Unless the image changes its user itself, whoever takes the process
over owns every file of the container, and every file of root's that is mounted.

The rule is off by default. Images of databases, web servers and many more start as root to give folders away, and go on
as another user. In 5,000 real files every sixth finding was this one, and mostly there was nothing to mend. Turn it on
where every container has to name its user. Images are known by the project's Dockerfile, by its lock or by the
catalogue; of others `unknown-user` says that nobody knows. A file that names root is `root-user`, and a Dockerfile that
makes such an image is `root-image`: both are on by default.

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
    image: nginx:1.27
```

```yaml good
services:
  web:
    image: nginx:1.27
    cap_drop: [ALL]
    user: "1000:1000"
```

```sh bad
docker run debian:12
```

```sh good
docker run --cap-drop ALL --user 1000:1000 debian:12
```

References: CIS Docker Benchmark 1.6.0, 4.1; OWASP Docker Security Cheat Sheet, rule 2; NIST SP 800-190, 4.1.2;
Docker Docs, "Dockerfile reference", USER; user_namespaces(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Related, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# Nobody chose it, and mostly the image goes on as another user.
SEVERITY = Severity.LOW
ON_BY_DEFAULT = False
CONTROLS = ("CIS-4.1", "BENCH-4.1", "OWASP-RULE-2", "CWE-250")


def check(subject: Subject) -> Iterator[Problem]:
    names_user = subject.user is not None and bool(subject.user.value)
    if names_user or not subject.starts_container or subject.maps_root or not subject.starts_as_root:
        return
    of_stage = subject.stage.user if subject.stage is not None else None
    related = (Related("the image is built with root as its user", of_stage),) if of_stage is not None else ()
    why = "no user is named and its image's own is root"
    means = "unless it changes its user itself, whoever takes it over owns every file of the container"
    yield Problem(subject.anchor, f"it starts as root, since {why}: {means}; name another user", ("root",), related)
