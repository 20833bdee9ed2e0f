"""
A container cannot execute its own entrypoint.

A file that carries a capability with the effective bit (`setcap cap_net_admin+ep`) can be executed only where
the container's bounding set has that capability. Otherwise the kernel answers "Operation not permitted" to the
very first program, as root too, and the container does not start. It happens in two ways: a container drops
what its image's entrypoint was given, often by `cap_drop: [ALL]`; or an image's entrypoint is given a
capability that no default container holds.

Audit: `getcap` on the entrypoint in a container of the image that is started with another one; `docker logs`
shows "exec …: operation not permitted".

Remediation: add the capability back in `cap_add`, or take it from the file (`setcap -r`) where the program
does not need it. Without the effective bit (`+p`) the file can be executed everywhere, and a program that
knows about capabilities raises what it got.

Impact of the fix: none: as it is, the container does not start.

Default value: files in an image have no capabilities, but for a few that come with packages, such as ping.

```dockerfile bad
FROM debian:bookworm
RUN setcap cap_net_admin+ep /usr/bin/vpn
ENTRYPOINT ["/usr/bin/vpn"]
```

```yaml bad
services:
  site:
    build:
      dockerfile_inline: |
        FROM debian:bookworm
        RUN setcap cap_net_bind_service+ep /usr/bin/web
        ENTRYPOINT ["/usr/bin/web"]
    cap_drop: [ALL]
```

```yaml good
services:
  site:
    build:
      dockerfile_inline: |
        FROM debian:bookworm
        RUN setcap cap_net_bind_service+ep /usr/bin/web
        ENTRYPOINT ["/usr/bin/web"]
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
```

```dockerfile good
FROM debian:bookworm
RUN setcap cap_net_bind_service+p /usr/bin/web
ENTRYPOINT ["/usr/bin/web"]
```

References: capabilities(7), "Safety checking for capability-dumb binaries"; Linux security/commoncap.c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import NAMES, Engine, Problem, Related, Severity, default_set, entry_capabilities, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.api import Stage, Subject

# The container does not start; nobody gains anything by it.
SEVERITY = Severity.MEDIUM
FIELDS = ("stage",)
COVERS = ("file-capability", "capability-not-held")


def check(subject: Subject) -> Iterator[Problem]:
    if subject.stage is None or subject.may_be_set("cap_add", "privileged", "entrypoint", "command"):
        return
    written = entry_capabilities(subject.stage, subject.entrypoint, subject.command)
    if written is None:
        return
    missing = _missing(written.permitted, subject.sets.bounding)
    if missing:
        message = (
            f"it does not hold {joined(missing)}, which the build gives {written.file}: the kernel refuses to execute"
            " the file, as root too; add it"
        )
        related = Related(f"{written.file} is given it here", written.where)
        yield Problem(subject.anchor, message, (*missing, written.file), (related,))


def check_stage(stage: Stage) -> Iterator[Problem]:
    written = entry_capabilities(stage)
    if written is None:
        return
    missing = _missing(written.permitted, default_set(Engine.DOCKER))
    if missing:
        message = (
            f"the build gives the entrypoint {written.file} {joined(missing)}, which no default set has: a container"
            " that does not add it cannot execute the file, even as root"
        )
        yield Problem(written.where, message, (*written.permitted, written.file))


def _missing(permitted: tuple[str, ...], held: Sequence[str]) -> tuple[str, ...]:
    names = NAMES if "ALL" in permitted else permitted
    return tuple(name for name in names if name not in held)
