"""
A container runs as whatever user its image names.

Who that is stands in another file, or in none that is at hand, and the next version of the image may name another one.
A file that names the user itself says what it relies on, and whoever reads it sees what the process may do.

Audit: `docker inspect --format '{{.Config.User}}' NAME` prints the user, or nothing for root.

Remediation: name the user that the image is made for, by its number: `user: "1000"` in a Compose file, `--user 1000` on
the command line.

Impact of the fix: files that the container wrote before belong to the user that it ran as.

Default value: the image's user; root where it names none.

```yaml bad
services:
  web:
    image: web:1
```

```yaml good
services:
  web:
    image: web:1
    user: "1000"
    cap_drop: [ALL]
```

```sh bad
docker run --cap-drop ALL web:1
```

```sh good
docker run --user 1000 --cap-drop ALL web:1
```

References: Docker documentation, "Dockerfile reference", USER.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# Most images name the right one.
SEVERITY = Severity.LOW
CONTROLS = ("CWE-250",)
_START_NONE = (Kind.EXEC, Kind.BUILD, Kind.POD, Kind.UPDATE)


def check(subject: Subject) -> Iterator[Problem]:
    if subject.user is None and subject.kind not in _START_NONE and not subject.may_be_set("user"):
        yield Problem(subject.anchor, "no user is named, so that the image decides; name one by its number")
