"""
A container is put into a group that opens what belongs to root.

Groups are numbers to the kernel, the same inside and outside. A process that runs as another user than root and is in
the group of the engine's socket, of the disks or of the password hashes opens these as root would, wherever they are
mounted or given as devices. Its user looks harmless then and is not.

It matters as far as the container has something of the host: without a mount of a host's path and without a device the
finding is low. A name is looked up in the image's own `/etc/group`, so that it may be another number than the host's.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{json .HostConfig.GroupAdd}}'` prints none of these.

Remediation: leave the group out. Give the one file that is needed to a group of its own, and name that by number.

Impact of the fix: programs that open the engine's socket as another user do need its group; see `engine-socket`.

Default value: no group beside those that the image gives its user.

```yaml bad
services:
  agent:
    image: agent:1
    user: "1000"
    group_add: [docker]
```

```yaml good
services:
  player:
    image: player:1
    cap_drop: [ALL]
    user: "1000"
    group_add: [audio, video]
```

```sh bad
docker run --user 1000 --group-add 0 --volume /srv:/srv tool:1
```

```sh good
docker run --cap-drop ALL --user 1000 --group-add 2000 --volume /srv:/srv tool:1
```

References: Docker Docs, "Linux post-installation steps", the warning about the docker group; Debian, users-and-groups
of base-passwd; credentials(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It is one half of reaching the host: the other half is what is mounted, and that is told by itself.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CWE-250", "CWE-269")
FIELDS = ("group_add",)

_ROOT = "it opens what root's group may open"
_INSIDE = "its members become root where sudo lets them"
# Numbers that are the same in Debian, Fedora and Alpine stand beside the names.
_GROUPS = {
    "0": _ROOT,
    "root": _ROOT,
    "docker": "it opens the engine's socket, and by that takes over the host",
    "podman": "it opens the engine's socket, and by that takes over the host",
    "lxd": "it opens the socket of LXD, and by that takes over the host",
    "incus": "it opens the socket of Incus, and by that takes over the host",
    "libvirt": "it opens the socket of libvirt, and by that takes over the host",
    "disk": "it opens the host's disks, with every file on them",
    "6": "it is the group `disk`, which opens the host's disks",
    "kmem": "it opens the host's memory",
    "shadow": "it reads password hashes",
    "adm": "it reads the host's logs",
    "sudo": _INSIDE,
    "wheel": _INSIDE,
}
_LOW = frozenset({"adm", "sudo", "wheel"})


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.group_add or subject.kind is Kind.EXEC or subject.ignores("group_add"):
        return
    has_host_files = bool(subject.devices) or any(mount.value.host_path for mount in subject.mounts)
    seen: set[str] = set()
    for entry in subject.group_add:
        name = entry.value
        gives = _GROUPS.get(name.lstrip("0") or "0" if name.isdigit() else name)
        if gives is None or name in seen:
            continue
        seen.add(name)
        severity = Severity.MEDIUM if has_host_files and name not in _LOW else Severity.LOW
        message = f"group `{name}` is added: {gives}; leave it out, or add a group of its own by number"
        yield Problem(entry, message, (name,), severity=severity)
