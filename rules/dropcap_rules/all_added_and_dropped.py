"""
A container adds ALL capabilities and drops ALL of them.

It looks like a container without capabilities and is one with every single one: with Docker, Swarm and
nerdctl the addition of ALL is not undone by the drop of ALL. Podman does not start it.

Audit: `docker exec NAME grep CapBnd /proc/1/status` prints the full mask.

Remediation: remove ALL from the additions, and add what is needed by name.

Impact of the fix: a program that used what ALL granted fails until that is added by name.

Default value: not applicable.

```yaml bad
services:
  web:
    image: web:1
    cap_drop: [ALL]
    cap_add: [ALL]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
```

```sh bad
podman run --cap-drop all --cap-add all web:1
```

```sh good
podman run --cap-drop all --cap-add CHOWN web:1
```

References: capabilities(7); moby daemon/pkg/oci/caps/utils.go; Podman
common/pkg/capabilities/capabilities.go; nerdctl pkg/cmd/container/run_security_linux.go; Docker CLI
opts/capabilities.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Related, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Located, Subject

# All is held, as all-capabilities would say; the lines promise the contrary, so this one says it.
SEVERITY = Severity.CRITICAL
COVERS = ("all-capabilities",)
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250")
FIELDS = ("cap_drop",)


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.cap_add or not subject.cap_drop or subject.privileged_option is not None:
        return
    added, dropped = _all(subject, subject.cap_add), _all(subject, subject.cap_drop)
    if added is None or dropped is None:
        return
    related = (Related("ALL is dropped here", dropped),)
    is_refused = any(refusal.where is added for refusal in subject.sets.errors)
    # Of what does not start nobody gains anything.
    severity = Severity.MEDIUM if is_refused else SEVERITY
    message = f"ALL is added and dropped: {_outcome(subject, is_refused=is_refused)}; do not add ALL"
    yield Problem(added, message, ("ALL",), related, severity=severity)


def _all(subject: Subject, entries: tuple[Located[str], ...]) -> Located[str] | None:
    return next((entry for entry in entries if subject.entry_name(entry) == "ALL"), None)


def _outcome(subject: Subject, *, is_refused: bool) -> str:
    engine = subject.engine_name
    if is_refused:
        return f"{engine} refuses to start the container"
    # Docker alone keeps drops by name beside the drop of ALL.
    what = "holds all but what is dropped by name" if engine == "Docker" else "holds every capability"
    return f"with {engine} the addition wins and the container {what}"


def fix(subject: Subject, problem: Problem) -> Fix | None:  # noqa: ARG001  # there is one addition of ALL
    """Drop ALL and add by name what is needed, where that is known."""
    from dropcap.api import narrowed

    return narrowed(subject, without=_all(subject, subject.cap_add))
