"""
A path of the host that matters to the host is mounted into a container.

What is mounted is the host's own file: no capability, profile or namespace stands before it, only the file's owner and
mode, and the container's root is the host's root there. Who can write to `/etc` adds an account or a timer, who can
write to `/proc` names a program that the host's root executes; who can read `/root` or `~/.ssh` has keys to more
machines than this one.

Each path counts as what it gives, writable or read-only, and exactly as it stands: `/etc/nginx` or `/home/me/app` are
the data of one program, and paths of the project are its own. A mount at which somebody else than root cannot open
what belongs to root is one level milder for a container that runs as such a user. Nothing is said of `/etc/localtime`,
of certificates that are public, or of kernel modules that are mounted read-only.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{json .HostConfig.Binds}}'` shows no such path.

Remediation: mount the one file or folder that is needed, read-only, or give the container a copy. Put data into a
named volume, and keys into secrets.

Impact of the fix: agents that watch a host, backups and tools that set up a host do need such paths: keep them apart
from what faces a network, read-only where that is enough.

Default value: nothing of the host is mounted but `/etc/hosts`, `/etc/hostname` and `/etc/resolv.conf`, which the
engine writes for each container.

```yaml bad
services:
  agent:
    image: agent:1
    volumes: ["/:/host:ro"]
```

```yaml good
services:
  agent:
    image: agent:1
    cap_drop: [ALL]
    volumes: ["/etc/localtime:/etc/localtime:ro", "./etc:/etc/agent", "data:/data"]
volumes:
  data:
```

```sh bad
docker run -v /etc:/host/etc tool:1
```

```sh good
docker run --cap-drop ALL -v /etc/ssl/certs:/etc/ssl/certs:ro -v "$PWD":/src tool:1
```

References: CIS Docker Benchmark 1.6.0, 5.6 (5.5 in 1.5.0 and older); NIST SP 800-190, 4.5.5; HackTricks, "Sensitive
Mounts"; proc(5); core(5); data: host_paths.toml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Related, Severity, host_path, plain_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Located, Mount, Subject

# Most of these take the host over or give its secrets away; each path has a severity of its own beside this one.
SEVERITY = Severity.HIGH
CONTROLS = ("CIS-5.6", "NIST-4.5.5", "BENCH-5.6", "CWE-668", "T1611")
FIELDS = ("mounts",)


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.mounts or subject.kind is Kind.EXEC:
        return
    graver: dict[str, Problem] = {}
    for mount in subject.mounts:
        path = mount.value.host_path
        problem = _mounted(subject, mount, path) if path else None
        if problem is not None:
            before = graver.get(problem.evidence[0])
            if before is None or (problem.severity or SEVERITY) > (before.severity or SEVERITY):
                graver[problem.evidence[0]] = problem
    if "/" in graver:
        graver = _with_parts(graver)
    yield from graver.values()


def _with_parts(found: dict[str, Problem]) -> dict[str, Problem]:
    """Say of a mount of all of the host which parts of it are mounted too: they give nothing that it does not."""
    whole = found["/"]
    parts = {
        path: one
        for path, one in found.items()
        if path != "/" and (one.where.value.read_only or not whole.where.value.read_only)
    }
    related = tuple(Related(f"`{path}` of it is mounted here too", one.where) for path, one in parts.items())
    return {path: one for path, one in found.items() if path not in parts} | {"/": whole._replace(related=related)}


def _mounted(subject: Subject, mount: Located[Mount], path: str) -> Problem | None:
    found = host_path(path)
    if found is None:
        return None
    who = "" if subject.opens_files_of_root else f" ({subject.user_title} has to become root first)"
    shown = _shown(subject, mount, path)
    if not (mount.value.read_only or _is_sealed(subject, mount, path)):
        severity = found.writable
        message = f"`{shown}` of the host is mounted and can be written: it can {found.changes}{who}"
        advice = "mount it read-only, or leave it out" if found.is_whole else "mount only what it needs, read-only"
    elif found.read_only is not None:
        severity = found.read_only
        message = f"`{shown}` of the host is mounted: it can {found.reads}{who}"
        advice = "leave it out" if found.is_whole else "mount only the files that it needs"
    else:
        return None
    return Problem(mount, f"{message}; {advice}", (plain_path(shown),), severity=subject.over_files_of_root(severity))


def _is_sealed(subject: Subject, mount: Located[Mount], path: str) -> bool:
    """Whether it is the host's `/proc` at the container's own: the engine hides and seals there what is dangerous."""
    is_own = plain_path(path) == "/proc" and plain_path(mount.value.target) == "/proc"
    return is_own and subject.privileged_option is None and subject.unmasked is None


def _shown(subject: Subject, mount: Located[Mount], path: str) -> str:
    """Give the path; of one that a variable gives the name of a user is left out."""
    start = next((one for one in ("/home/", "/Users/") if path.startswith(one)), "")
    if not start or subject.is_typed(path, mount):
        return path
    _, slash, rest = path[len(start) :].partition("/")
    return f"~{slash}{rest}"
