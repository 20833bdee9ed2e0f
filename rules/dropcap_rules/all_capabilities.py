"""
A container is given all capabilities.

`ALL` among the additions grants every capability that the engine has, SYS_ADMIN and SYS_MODULE among them:
the process is root on the host in all but its devices. A drop of ALL beside it does not take this back:
Docker, Swarm and nerdctl keep everything, and Podman refuses the pair. Drops by name do count; beside a drop
of ALL they do with Docker alone.

Audit: `docker exec NAME grep CapBnd /proc/1/status` prints the same mask as on the host's own
`/proc/1/status`.

Remediation: drop ALL and add the capabilities that the program needs by name.

Impact of the fix: a program that used one of the 27 capabilities beyond the default set fails until that one is named.

Default value: Docker, Swarm and nerdctl start a container with 14 capabilities, Podman with 11.

```yaml bad
services:
  backup:
    image: backup:1
    cap_add: [ALL]
```

```yaml good
services:
  backup:
    image: backup:1
    cap_drop: [ALL]
    cap_add: [CHOWN, FOWNER]
```

```sh bad
docker run --cap-drop ALL --cap-add all backup:1
```

```sh good
docker run --cap-drop ALL --cap-add CHOWN backup:1
```

References: CIS Docker Benchmark 1.6.0, 5.4 (5.3 in 1.5.0 and older); capabilities(7); moby
daemon/pkg/oci/caps/utils.go; Podman pkg/specgen/generate/security_linux.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# SYS_ADMIN, SYS_MODULE and SYS_RAWIO are among them, and each of these is critical by itself.
SEVERITY = Severity.CRITICAL
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250", "T1611")
FIELDS = ("cap_add",)


def check(subject: Subject) -> Iterator[Problem]:
    entry = subject.all_entry
    if entry is None:
        return
    # Which drops count is the engine's affair: Swarm and nerdctl forget names beside a drop of ALL.
    if len(subject.sets.bounding) < len(subject.strategy.known):
        what = "every capability but those that are dropped by name"
    else:
        what = f"every capability that {subject.engine_name} has"
    message = f"ALL is added: the container holds {what}; drop ALL and add by name what it needs"
    yield Problem(entry, message, ("ALL",))


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Drop ALL and add by name what is needed, where that is known."""
    from dropcap.api import narrowed

    return narrowed(subject, without=problem.where)
