"""
A capability is added for a process that does not run as root and so does not get it.

Docker, Swarm and nerdctl put added capabilities into the bounding set and into the sets of the first
process, and the kernel empties the latter when a user other than root executes a program. There are no
ambient capabilities. What is left is the bounding set: a program with a file capability, or a setuid
program, reaches the capability there; the container's own program does not. A capability of the default set
is in the bounding set anyway: to add it changes nothing at all, and the program does not get it either.

Where the image's program carries that file capability the addition is right, and this finding should be
ignored. Podman makes added capabilities ambient, so that they work; it is not asked.

Audit: `docker exec NAME grep CapEff /proc/1/status` prints zeros.

Remediation: if the program runs without it, remove the entry. If it does not: give the program a file
capability with `setcap` in the image, or let it start as root, drop ALL, add this and let it change its
user itself. To listen below port 1024 no capability is needed with Docker 20.10 and newer, outside the
host's network.

Impact of the fix: none where the program runs already.

Default value: not applicable.

```yaml bad
services:
  web:
    image: web:1
    user: "1000"
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
```

```yaml good
services:
  web:
    image: web:1
    user: "1000"
    cap_drop: [ALL]
```

```sh bad
docker run --user 1000:1000 --cap-drop ALL --cap-add CHOWN web:1
```

```sh good
podman run --user 1000:1000 --cap-drop ALL --cap-add CHOWN web:1
```

References: capabilities(7), "Transformation of capabilities during execve()"; moby daemon/oci_linux.go;
runc libcontainer/init_linux.go; Podman pkg/specgen/generate/security_linux.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# It can be right: where the program carries a file capability, this is how to do it.
SEVERITY = Severity.LOW
FIELDS = ("cap_add",)


def check(subject: Subject) -> Iterator[Problem]:
    if subject.strategy.makes_ambient or subject.is_root is not False or subject.holds_all:
        return
    origins = subject.sets.origins
    seen: set[str] = set()
    for entry in subject.cap_add:
        name = subject.entry_name(entry)
        if name in origins and name not in seen:
            seen.add(name)
            ways = subject.ways_to_gain
            message = f"{name} is added, but {subject.user_title} does not get it: it is reachable only through {ways}"
            yield Problem(entry, message, (name,))


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Delete the entry; a program with a file capability would have needed it."""
    from dropcap.api import Fix, Remove

    name = problem.evidence[0]
    entries = tuple(entry for entry in subject.cap_add if subject.entry_name(entry) == name)
    return Fix(f"delete the addition of {name}, which the user does not get", tuple(map(Remove, entries)))
