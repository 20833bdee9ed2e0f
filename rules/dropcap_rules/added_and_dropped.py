"""
A container adds and drops the same capability.

The file says two things, and which of them counts depends on the engine: with Docker and Swarm the addition
wins, with nerdctl the drop, and Podman does not start the container. Where ALL is dropped as well, the
addition wins everywhere; where ALL is added as well, the drop does. Whoever reads only one of the two lines
is wrong about the container.

Audit: `docker exec NAME grep CapBnd /proc/1/status` shows which one counted.

Remediation: remove one of the two. In a file that is merged over another one, `!reset` and `!override` take
an inherited entry out; an entry in the other list does not.

Impact of the fix: none where the entry that already has no effect is removed.

Default value: not applicable.

```yaml bad
services:
  web:
    image: web:1
    cap_drop: [NET_RAW]
    cap_add: [NET_RAW]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    cap_add: [CHOWN]
```

```sh bad
podman run --cap-drop CAP_CHOWN --cap-add chown web:1
```

```sh good
podman run --cap-drop ALL --cap-add chown web:1
```

References: capabilities(7); moby daemon/pkg/oci/caps/utils.go; Podman
common/pkg/capabilities/capabilities.go; nerdctl pkg/cmd/container/run_security_linux.go; Docker CLI
opts/capabilities.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import NAMES, Problem, Related, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Located, Subject

# Somebody relies on the line without effect: what was to be gone is held, or what is needed is not.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-266")
FIELDS = ("cap_drop",)


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.cap_add or not subject.cap_drop or subject.privileged_option is not None:
        return
    added = _first_by_name(subject, subject.cap_add)
    dropped = _first_by_name(subject, subject.cap_drop)
    both = added.keys() & dropped.keys()
    for name in NAMES if both else ():
        if name in both:
            outcome = _outcome(subject, name, added[name])
            message = f"{name} is added and dropped: {outcome}; delete one of the two"
            related = (Related(f"{name} is added here", added[name]),)
            yield Problem(dropped[name], message, (name,), related)


def _first_by_name(subject: Subject, entries: tuple[Located[str], ...]) -> dict[str, Located[str]]:
    return {subject.entry_name(entry): entry for entry in reversed(entries)}


def _outcome(subject: Subject, name: str, addition: Located[str]) -> str:
    sets = subject.sets
    engine = subject.engine_name
    if any(refusal.where is addition for refusal in sets.errors):
        return f"{engine} refuses to start the container"
    if name in sets.origins:
        return f"with {engine} the addition wins and the container holds it"
    return f"with {engine} the drop wins and the container does not hold it"


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Delete the entry that has no effect; whether it or the other is meant is known where the needs are."""
    from dropcap.api import Fix, Remove

    name = problem.evidence[0]
    added = next(entry for entry in subject.cap_add if subject.entry_name(entry) == name)
    if subject.sets.errors:
        return None
    if name not in subject.sets.origins:
        return Fix(f"delete the addition of {name}, which has no effect", (Remove(added),))
    is_needed = subject.is_comparable and any(need.capability == name for need in subject.needs.needs)
    return Fix(f"delete the drop of {name}, which has no effect", (Remove(problem.where),), safe=is_needed)
