"""
A capability's name is none that the engine knows.

Docker, Swarm and Podman refuse to start a container that adds or drops a name they do not know; nerdctl
warns and goes on without it. `CAP_ALL` is such a name: only `ALL` means all. So are several names in one
string (Docker takes no comma lists), names with white space around them, and the empty string.

Audit: `docker create` says `unknown capability`.

Remediation: write the name as in capabilities(7), one an entry; case and the prefix `CAP_` do not matter.

Impact of the fix: none; the container starts.

Default value: not applicable.

```yaml bad
services:
  web:
    image: web:1
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVCE]
```

```yaml bad
services:
  web:
    image: web:1
    cap_drop: [CAP_ALL]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [all]
    cap_add: [cap_net_bind_service]
```

```sh bad
docker run --cap-drop ALL --cap-add CHOWN,FOWNER web:1
```

```sh good
podman run --cap-drop ALL --cap-add CHOWN,FOWNER web:1
```

References: capabilities(7); moby daemon/pkg/oci/caps/utils.go; Podman
common/pkg/capabilities/capabilities.go; nerdctl pkg/cmd/container/run_security_linux.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import NAMES, Problem, Severity, bare_name, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Located, Subject

# It grants nothing, but the container does not start; with nerdctl it starts without what the line says.
SEVERITY = Severity.HIGH
FIELDS = ("cap_add", "cap_drop")

_LONGEST_SHOWN = 40


def check(subject: Subject) -> Iterator[Problem]:
    for field, entry in _rejected(subject):
        name = bare_name(entry.value)
        if name in NAMES:  # of a version that the configuration names
            title = f"{subject.engine_name} {subject.engine_version}"
            message = f"{title} does not know {name} yet and refuses to start the container; delete it, or update"
        else:
            message = f"{_what(entry.value)}, and {_outcome(subject)}{_advice(entry.value)}"
        yield Problem(entry, message, (field, name))


def _rejected(subject: Subject) -> Iterator[tuple[str, Located[str]]]:
    """Give the entries whose name the engine does not know."""
    for field, entries in (("cap_add", subject.cap_add), ("cap_drop", subject.cap_drop)):
        for entry in entries:
            name = bare_name(entry.value)
            # What is refused for other reasons has a name that exists; nerdctl refuses nothing.
            if name in subject.strategy.known or name == "ALL":
                continue
            refused = any(refusal.where is entry for refusal in subject.sets.errors)
            if refused or not subject.strategy.refuses_unknown:
                yield field, entry


def _outcome(subject: Subject) -> str:
    ways = subject.strategy
    outcome = "refuses to start the container" if ways.refuses_unknown else "warns and goes on without it"
    return f"{ways.title} {outcome}"


def _what(value: str) -> str:
    """Say what is wrong with an entry; a list of names that exist is told apart from a name that does not."""
    meant = suggest(value)
    return (
        f"{_shown(value)} is a list in one entry" if meant and "," in meant else f"{_shown(value)} is not a capability"
    )


def _shown(value: str) -> str:
    return f'"{value}"' if len(value) <= _LONGEST_SHOWN else f'"{value[:_LONGEST_SHOWN]}…"'


def _advice(value: str) -> str:
    meant = suggest(value)
    if meant is None:
        return ""
    return f"; list each one separately: {meant}" if "," in meant else f" (did you mean {meant}?)"


def fix(subject: Subject, problem: Problem) -> Fix | None:
    """Write the names that are meant, where that is certain."""
    from dropcap.api import Fix, Put, Remove, Replace, joined, meant_names

    field, entry = problem.evidence[0], problem.where
    meant = meant_names(entry.value)
    if not meant or (field == "cap_add" and entry.value.strip().startswith("-")):
        return None
    entries: tuple[Located[str], ...] = getattr(subject, field)
    others = [one for one in entries if one is not entry]
    there = {subject.entry_name(one) for one in others}
    new = tuple(name for name in meant if name not in there and not _is_there_anyway(subject, field, name, there))
    # Who warns and goes on starts the container without it today.
    is_safe = subject.strategy.refuses_unknown
    if not new:
        return Fix(
            f"delete {_shown(entry.value)}, which changes nothing in its right spelling", (Remove(entry),), is_safe
        )
    if len(new) == 1:
        return Fix(f"write {new[0]} for {_shown(entry.value)}", (Replace(entry, new[0]),), is_safe)
    values = (*(one.value for one in entries[: entries.index(entry)]), *new)
    values += tuple(one.value for one in entries[entries.index(entry) + 1 :])
    return Fix(f"write each of {joined(new)} by itself", (Put(subject, field, values),), is_safe)


def _is_there_anyway(subject: Subject, field: str, name: str, there: set[str]) -> bool:
    """Whether a name changes nothing in its right spelling: what `useless-add` and `useless-drop` would find next."""
    if field == "cap_drop":
        return "ALL" in there
    is_held = name in subject.strategy.default and not subject.cap_drop
    return is_held and subject.is_root is not False and not subject.strategy.makes_ambient
