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

    from dropcap.api import Located, Subject

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
