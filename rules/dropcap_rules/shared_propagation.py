"""
What a container mounts spreads to the host.

With `shared` or `rshared`, a file system that a process of the container mounts below that path appears on the host
too, for all its processes, and hides what was there. By default a mount of the host's that comes later does not even
appear in the container.

To mount at all takes SYS_ADMIN, so that by itself this gives nothing; it is one barrier less. `slave` and `rslave`
go one way alone, from the host to the container, and are left in peace.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{range .Mounts}}{{.Propagation}} {{end}}'` prints no
`shared` and no `rshared`.

Remediation: leave the option out, or write `rslave` where mounts of the host's are to appear in the container.

Impact of the fix: plugins that mount file systems for other containers, as storage drivers do, need it.

Default value: `rprivate`, as the engines write it.

```yaml bad
services:
  storage:
    image: storage:1
    volumes: ["/mnt/pool:/pool:rshared"]
```

```yaml good
services:
  storage:
    image: storage:1
    cap_drop: [ALL]
    volumes: ["/mnt/pool:/pool:rslave"]
```

```sh bad
docker run --mount type=bind,source=/mnt,target=/mnt,bind-propagation=shared storage:1
```

```sh good
docker run --cap-drop ALL --mount type=bind,source=/mnt,target=/mnt storage:1
```

References: CIS Docker Benchmark 1.6.0, 5.20 (5.19 in 1.5.0 and older); mount_namespaces(7), "Shared subtrees"; Docker
Docs, "Configure bind propagation".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.api import Kind, Located, Problem, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Mount, Subject

# Without SYS_ADMIN nothing can be mounted, and that is told by itself.
SEVERITY = Severity.LOW
CONTROLS = ("CIS-5.20", "BENCH-5.20", "CWE-668")
FIELDS = ("mounts",)


def check(subject: Subject) -> Iterator[Problem]:
    for mount in subject.mounts if subject.kind is not Kind.EXEC else ():
        word = mount.value.propagation
        if word in {"shared", "rshared"}:
            message = f"what it mounts below this path appears on the host too (`{word}`); leave `{word}` out"
            yield Problem(_place(mount, word), message, (mount.value.target,))


def _place(mount: Located[Mount], word: str) -> Located[str]:
    """Give the place of the word in what is written of the mount; the mount's own where it is not there."""
    start, end = mount.span
    found = re.search(rf"propagation[\"']?[:=]\s*[\"']?({word})\b", mount.source.text[start:end])
    span = Span(start + found.start(1), start + found.end(1)) if found is not None else mount.span
    return Located(word, mount.source, span)
