"""
A dropped capability was not held, or is held nevertheless.

The entry changes nothing: the container is privileged, or the capability is not in the engine's default
set, or ALL is dropped already, or the entry is there twice. Under privileged mode this is a trap: the file
looks hardened and the container holds everything.

A drop of what another engine's default set holds is left alone, since the same file may run there.

Audit: start the container without the entry and compare `grep Cap /proc/1/status`.

Remediation: remove the entry; under privileged mode, remove that.

Impact of the fix: none.

Default value: not applicable.

```yaml bad
services:
  web:
    image: web:1
    cap_drop: [NET_RAW, SYS_ADMIN]
```

```yaml bad
services:
  web:
    image: web:1
    privileged: true
    cap_drop: [ALL]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [NET_RAW, MKNOD]
```

```sh bad
docker run --cap-drop ALL --cap-drop NET_RAW web:1
```

```sh good
docker run --cap-drop ALL web:1
```

References: capabilities(7); moby daemon/pkg/oci/caps/utils.go; Podman
pkg/specgen/generate/security_linux.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import NAMES, Engine, Problem, Related, Severity, default_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Located, Subject

# A line that changes nothing grants nothing; the privileged mode that it may stand beside is critical itself.
SEVERITY = Severity.LOW
FIELDS = ("cap_drop",)


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.cap_drop:
        return
    first: dict[str, Located[str]] = {}
    added = {subject.entry_name(entry) for entry in subject.cap_add}
    drops_all = next((entry for entry in subject.cap_drop if subject.entry_name(entry) == "ALL"), None)
    for entry in subject.cap_drop:
        name = subject.entry_name(entry)
        if name not in NAMES and name != "ALL":
            continue
        found = _reason(subject, name, first.get(name), added, drops_all)
        first.setdefault(name, entry)
        if found is not None:
            message, related = found
            yield Problem(entry, f"{name} is dropped, {message}", (name,), related)


def _reason(
    subject: Subject,
    name: str,
    earlier: Located[str] | None,
    added: set[str],
    drops_all: Located[str] | None,
) -> tuple[str, tuple[Related, ...]] | None:
    """Say why a drop changes nothing; None where it may change something."""
    option = subject.privileged_option
    if option is not None:
        related = (Related("privileged mode is set here", option),)
        return "but privileged mode grants every capability all the same; leave privileged mode out", related
    if earlier is not None:
        return "but it was dropped before; delete the entry", (Related(f"{name} is dropped here", earlier),)
    # A drop of what is added has rules of its own, and beside an addition of ALL each drop by name counts.
    if name == "ALL" or name in added or "ALL" in added or subject.may_be_set("cap_add"):
        return None
    if drops_all is not None:
        return "but so is ALL, which takes it already; delete the entry", (Related("ALL is dropped here", drops_all),)
    if not any(name in default_set(engine) for engine in Engine):
        return f"but {subject.engine_name}'s default set does not have it; delete the entry", ()
    return None


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Delete the entry, which changes nothing; under privileged mode that is what has to go."""
    from dropcap.api import Fix, Remove

    if subject.privileged_option is not None:
        return None
    return Fix(f"delete the drop of {problem.evidence[0]}, which changes nothing", (Remove(problem.where),), safe=True)
