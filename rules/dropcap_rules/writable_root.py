"""
A container can write to its own root file system.

Who takes a process over can put a program into the container then and start it, or change one that is there; with the
root file system read-only that takes a mount that can be written. It is off by default: nearly each container lacks
the option, and many programs need some folders for what they write.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.ReadonlyRootfs}}'` prints `true`.

Remediation: write `read_only: true`, or `--read-only`, and give the folders that are written to a `tmpfs` (`/tmp`,
`/run`) or a volume.

Impact of the fix: a program that writes elsewhere fails with "Read-only file system". Look at what a running container
has written with `docker diff` first.

Default value: the root file system can be written.

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
    read_only: true
    tmpfs: [/tmp]
```

```sh bad
docker run web:1
```

```sh good
docker run --cap-drop ALL --read-only --tmpfs /tmp web:1
```

References: CIS Docker Benchmark 1.6.0, 5.13 (5.12 in 1.5.0 and older); OWASP Docker Security Cheat Sheet, rule 8;
NIST SP 800-190, 4.4.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# It is one step more for who is in already, and nothing that gets out.
SEVERITY = Severity.LOW
ON_BY_DEFAULT = False
CONTROLS = ("CIS-5.13", "BENCH-5.13", "OWASP-RULE-8", "NIST-4.4.4", "CWE-732")

_REMEDIES = {Kind.SERVICE: "`read_only: true`", Kind.QUADLET: "`ReadOnly=true`"}


def check(subject: Subject) -> Iterator[Problem]:
    option = subject.read_only
    if not subject.starts_container or (option is not None and option.value):
        return
    if subject.may_be_set("read_only"):
        return
    remedy = _REMEDIES.get(subject.kind, "`--read-only`")
    message = "its root file system can be written, so that whoever takes it over can change its programs"
    yield Problem(option or subject.anchor, f"{message}; add {remedy}, and a tmpfs for what it writes")


def fix(subject: Subject, problem: Problem) -> Fix | None:  # noqa: ARG001  # there is one root file system
    """Let it be read only; what the program writes to needs a mount then."""
    from dropcap.api import Fix, Put

    return Fix("let the root file system be read only", (Put(subject, "read_only", ("true",)),))
