"""
A container does not hold a capability that its startup needs.

dropcap follows what the container starts: its entrypoint and command, the scripts that they run, the programs that
those call, over the files and accounts that the Dockerfile's steps leave. Where a step asks the kernel for what the
container does not hold, it fails there: at its first start, when it is restarted with its data in place, in its
health check or in a hook.

What is only lost, such as a priority or a log line, is not reported here; `dropcap caps --why` lists it. Nor is what
changes files where the root file system is read-only: it may fail by that first, and then no capability helps.

Audit: `docker logs NAME` shows the step that failed, mostly with "Operation not permitted" or "Permission denied";
`docker exec NAME grep CapBnd /proc/1/status` shows what it holds.

Remediation: add the capability, or take away what needs it: `user:` with a volume that belongs to that user instead of
a switch at startup, `COPY --chown` instead of `chown`, a port above 1023.

Impact of the fix: a capability that is added can be used by whoever takes the container over.

Default value: Docker's default set has what most images need at startup; `cap_drop: [ALL]` leaves nothing.

```yaml bad
services:
  web:
    image: debian:12
    command: [chown, www-data, /srv]
    cap_drop: [ALL]
```

```yaml good
services:
  web:
    image: debian:12
    command: [chown, www-data, /srv]
    cap_drop: [ALL]
    cap_add: [CHOWN]
```

```sh bad
docker run --cap-drop ALL debian:12 chown www-data /srv
```

```sh good
docker run --cap-drop ALL --cap-add CHOWN debian:12 chown www-data /srv
```

References: CIS Docker Benchmark 1.6.0, 5.4 (5.3 in 1.5.0 and older); capabilities(7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Certainty, Problem, Related, Severity, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Located, Need, Subject

# The container does not start, or does not come back; nobody gains anything by it.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-5.4", "OWASP-RULE-3")

_FOR_CHANGES = frozenset({"CHOWN", "FOWNER", "FSETID"})


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.is_comparable:
        return
    is_sealed = subject.read_only is not None and subject.read_only.value
    together: dict[tuple[object, ...], list[Need]] = {}
    for need in subject.needs.needs:
        if need.certainty is not Certainty.REQUIRED or (is_sealed and _changes_files(need)):
            continue
        if not {need.capability, *need.instead} & set(subject.sets.bounding):
            together.setdefault((need.evidence[0], need.phase), []).append(need)
    told: set[str] = set()
    for needs in together.values():
        names = [name for name in dict.fromkeys(need.capability for need in needs) if name not in told]
        if names:
            told.update(names)
            yield _problem(subject, names, needs[0])


def _changes_files(need: Need) -> bool:
    """Whether a capability is for a change of files, which a root file system that cannot be written refuses anyhow."""
    return need.capability in _FOR_CHANGES or (need.capability == "DAC_OVERRIDE" and not need.instead)


def _problem(subject: Subject, names: list[str], need: Need) -> Problem:
    first = need.evidence[0]
    at = "" if first.where is None else f" at {_place(first.where)}"
    instead = f" (or {joined(need.instead)})" if need.instead else ""
    message = (
        f"it does not hold {joined(names)}{instead}: at {need.phase.value} it {first.reason}{at} and fails; add it"
    )
    related = tuple(Related(one.reason, one.where) for one in need.evidence if one.where is not None)
    return Problem(subject.anchor, message, tuple(names), related)


def _place(where: Located[object]) -> str:
    region = where.source.region(where.span)
    return f"{region.path}:{region.line}"


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Give it what it needs: take a drop by name away, or add it."""
    from dropcap.api import Fix, Put, Remove

    names = problem.evidence
    dropped = [entry for entry in subject.cap_drop if subject.entry_name(entry) in names]
    taken = {subject.entry_name(entry) for entry in dropped}
    drops_all = any(subject.entry_name(entry) == "ALL" for entry in subject.cap_drop)
    # Without the drop by name the default set gives it again.
    given = set() if drops_all else taken.intersection(subject.strategy.default)
    added = [name for name in names if name not in given]
    changes: tuple[Remove | Put, ...] = tuple(map(Remove, dropped))
    if added:
        changes += (Put(subject, "cap_add", (*(entry.value for entry in subject.cap_add), *added)),)
    return Fix(f"let it hold {joined(names)}", changes)
