"""
Nobody says whom a container's process runs as.

Neither the file names a user, nor is the image at hand: no Dockerfile of the project builds it, the project's lock does
not have it and the catalogue does not know it. It may be root. The rule is off by default: a project whose images are
locked has no use for it, and of others it would say the same of nearly each container.

Audit: `docker image inspect --format '{{.Config.User}}' IMAGE` prints a user other than root; nothing means root.

Remediation: name a user in the file, or run `dropcap images lock`, which reads whom each image starts as.

Impact of the fix: none where the image is only read. Whoever names a user changes what the process may write to.

Default value: the user that the image names, and root where it names none.

```yaml bad
services:
  web:
    image: web:1
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    user: "1000"
```

```sh bad
docker run web:1
```

```sh good
docker run --cap-drop ALL --user 1000 web:1
```

References: CIS Docker Benchmark 1.6.0, 4.1; OWASP Docker Security Cheat Sheet, rule 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It is a question, and what there is to fear from the answer is low by itself.
SEVERITY = Severity.LOW
ON_BY_DEFAULT = False
CONTROLS = ("CIS-4.1", "BENCH-4.1", "OWASP-RULE-2", "CWE-250")


def check(subject: Subject) -> Iterator[Problem]:
    if any(not one.fields for one in subject.unknowns):
        return  # another file says all of it
    if subject.starts_container and subject.starts_as_root is None:
        message = "its user is not known, so it may run as root; name a user, or run `dropcap images lock`"
        yield Problem(subject.anchor, message)
