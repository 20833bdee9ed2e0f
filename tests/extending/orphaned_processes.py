"""
A container has no init that takes in orphaned processes.

A process whose parent has ended becomes a child of the first process, which has to wait for it when it ends. Few
servers do that for strangers: their table of processes fills with dead ones, until no further process can be started.

Audit: `docker inspect --format '{{.HostConfig.Init}}' NAME` prints `true` where there is an init.

Remediation: `init: true` in a Compose file, `--init` on the command line; or an init in the image.

Impact of the fix: the program of the image is process 2, and no longer 1; signals reach it as before.

Default value: no init.

```yaml bad
services:
  web:
    image: web:1
```

```yaml good
services:
  web:
    image: web:1
    init: true
    cap_drop: [ALL]
```

```sh bad
docker run --cap-drop ALL web:1
```

```sh good
docker run --init --cap-drop ALL web:1
```

References: Docker documentation, "docker run", --init; wait(2), Notes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# Most programs start none that outlive them.
SEVERITY = Severity.LOW
CONTROLS = ("CWE-400",)


def check(subject: Subject) -> Iterator[Problem]:
    options = subject.process
    init = options.init if options is not None else None
    if not subject.starts_container or (init is not None and init.value):
        return
    if options is not None and any("init" in unknown.fields for unknown in options.unknowns):
        return
    yield Problem(subject.anchor, "no init takes in orphaned processes: dead ones stay for ever; give it one")
