"""
A container holds a capability that nothing it starts needs.

dropcap follows what the container starts: its entrypoint and command, the scripts that they run, the programs that
those call, over the files and accounts that the Dockerfile's steps leave. This is said only where the picture is
complete: where no unread script, unknown program or unknown image could need one more. `dropcap caps --why` lists what
is needed and by which line. Where dropcap's catalogue of images is all that tells it, what is added beyond the engine's
default set is left alone: whoever added it may know more about the image than the catalogue does.

It weighs as much as the capability does in this container. Where the whole default set is kept, `default-capabilities`
or `net-raw` say it, with the set to write.

Audit: `docker exec NAME grep CapBnd /proc/1/status` shows what it holds, `capsh --decode` names it.

Remediation: take the capability out of `cap_add`; of the default set, drop ALL and add what is needed.

Impact of the fix: what a person starts by hand in the container (`docker exec NAME tcpdump`) is not looked at, and may
need it.

Default value: 14 capabilities with Docker, Swarm and nerdctl, 11 with Podman.

```yaml bad
services:
  web:
    image: debian:12
    command: [sleep, infinity]
    cap_drop: [ALL]
    cap_add: [NET_ADMIN]
```

```yaml good
services:
  web:
    image: debian:12
    command: [sleep, infinity]
    cap_drop: [ALL]
```

```sh bad
docker run --cap-drop ALL --cap-add SYS_TIME debian:12 sleep infinity
```

```sh good
docker run --cap-drop ALL --cap-add CHOWN debian:12 chown www-data /srv
```

References: CIS Docker Benchmark 1.6.0, 5.4 (5.3 in 1.5.0 and older); capabilities(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Grade, Problem, Severity, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# Of what is only kept; what is added weighs as its grade.
SEVERITY = Severity.LOW
COVERS = ("critical-capability", "high-capability", "moderate-capability", "net-raw")
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250")
_SEVERITIES = {
    Grade.LOW: Severity.LOW,
    Grade.MODERATE: Severity.MEDIUM,
    Grade.HIGH: Severity.HIGH,
    Grade.CRITICAL: Severity.CRITICAL,
}


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.is_comparable or subject.is_root is False:
        return
    origins = subject.sets.origins
    is_cut = not subject.keeps_default_set and any(one.kind == "default" for one in origins.values())
    has_added = any(one.where is not None for one in origins.values())
    if not (has_added or is_cut) or not subject.needs.is_complete:
        return
    wanted = {name for need in subject.needs.needs for name in (need.capability, *need.instead)}
    kept: list[str] = []
    for name, graded in subject.grades:
        where = origins[name].where
        if name in wanted or (subject.is_told_by_catalogue and name not in subject.strategy.default):
            continue
        if where is not None:
            message = f"{name} is added, but nothing that starts here needs it; delete it"
            yield Problem(where, message, (name,), graded.raised_by, severity=_SEVERITIES[graded.grade])
        elif is_cut:
            kept.append(name)
    if kept:
        it = "it" if len(kept) == 1 else "them"
        message = f"it keeps {joined(kept)} of {subject.engine_name}'s default set, but nothing needs {it}"
        yield Problem(subject.anchor, f"{message}; {subject.remedy}", tuple(kept))


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Delete an addition, or drop what is kept; what a person starts by hand may need an addition."""
    from dropcap.api import Fix, Remove, narrowed

    name = problem.evidence[0]
    if subject.sets.origins[name].where is problem.where:
        return Fix(f"delete the addition of {name}, which nothing needs", (Remove(problem.where),))
    return narrowed(subject)
