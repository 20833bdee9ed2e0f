"""
A container keeps the engine's whole default set of capabilities.

The default set is a compromise that lets most images run: it holds what installers, mail servers and SSH
servers need, and few programs need more than two of it. What a program does not need, whoever takes it over
should not have.

Audit: `docker inspect --format '{{.HostConfig.CapDrop}}' NAME` prints `[]`.

Remediation: drop ALL, start the container, and add what it turns out to need: SETUID and SETGID where it
changes its user, CHOWN where it takes over a volume, NET_BIND_SERVICE where it listens below port 1024 on
the host's network. Where the project's files tell what the container starts, the finding names the set;
`dropcap caps --why` lists the evidence. Where NET_RAW is in the default set, `net-raw` says this with it.

Impact of the fix: a program that needs one of the dropped capabilities fails, sometimes only at its second start, when
its data are there already. Try both.

Default value: 14 capabilities with Docker, Swarm and nerdctl, 11 with Podman.

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
    cap_add: [SETUID, SETGID]
```

```sh bad
docker run web:1
```

```sh good
docker run --cap-drop ALL web:1
```

References: CIS Docker Benchmark 1.6.0, 5.4 (5.3 in 1.5.0 and older); capabilities(7); moby
daemon/pkg/oci/caps/defaults.go; Podman common/pkg/config/default.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Subject

# Nearly every container does it, and what makes it matter has rules of its own: NET_RAW, and what raises one
# of the others.
SEVERITY = Severity.LOW
CONTROLS = ("CIS-5.4", "OWASP-RULE-3", "NIST-4.4.3", "CWE-250", "CWE-1188")


def check(subject: Subject) -> Iterator[Problem]:
    if subject.may_be_set("cap_drop") or subject.holds_all:
        return
    if subject.keeps_default_set:
        names = subject.strategy.default
        whole = f"it keeps all {len(names)} capabilities of {subject.engine_name}'s default set"
        evidence = ("NET_RAW",) if "NET_RAW" in names else ()  # `net-raw` says it together with that
        yield Problem(subject.anchor, f"{whole}; {subject.remedy}", evidence)


def fix(subject: Subject, problem: Problem) -> Fix | None:  # noqa: ARG001  # the set is the same for all that is kept
    """Drop ALL and add what is needed: safe where nothing else can be."""
    from dropcap.api import narrowed

    return narrowed(subject)
