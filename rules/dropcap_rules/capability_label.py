"""
A label says other capabilities than the container holds or needs.

With the label `io.containers.capabilities` an image says which capabilities it needs. Podman reduces a container's set
to them where it holds them all, and leaves the label aside where it does not; Docker never looks at it. People read it
as the truth about the image.

What is needed is known only as far as the project's files tell what the container starts; `dropcap caps --why` lists
the evidence.

Audit: `podman inspect --format '{{.EffectiveCaps}}' NAME` shows what is held,
`podman image inspect --format '{{index .Labels "io.containers.capabilities"}}' IMAGE` what the label says.

Remediation: write into the label what is needed, and give the container that.

Impact of the fix: with Podman a label that leaves out what is needed makes the container fail.

Default value: no label.

```sh bad
podman run --label io.containers.capabilities=NET_ADMIN web:1
```

```sh good
podman run --cap-drop ALL --cap-add CHOWN --label io.containers.capabilities=CHOWN web:1
```

```yaml bad
services:
  web:
    image: debian:12
    command: [chown, www-data, /srv]
    cap_drop: [ALL]
    cap_add: [CHOWN, SETUID]
    labels:
      io.containers.capabilities: SETUID
```

```yaml good
services:
  web:
    image: debian:12
    command: [chown, www-data, /srv]
    cap_drop: [ALL]
    cap_add: [CHOWN]
    labels:
      io.containers.capabilities: CHOWN
```

References: containers/common pkg/capabilities; podman pkg/specgen/generate/security_linux.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import NAMES, Certainty, Problem, Severity, bare_name, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It grants nothing; it misleads, and with Podman it may take away what is needed.
SEVERITY = Severity.LOW
FIELDS = ("labels", "stage")


def check(subject: Subject) -> Iterator[Problem]:
    label = subject.capability_label
    if label is None or subject.holds_all or subject.sets.errors or subject.may_be_set("cap_add", "cap_drop"):
        return
    asked = [bare_name(word) for word in label.value.partition("=")[2].split(",") if word.strip()]
    if not set(asked) <= set(NAMES):  # what Podman makes of that is an error of its own
        return
    lacking = [name for name in asked if name not in subject.sets.bounding]
    if lacking:
        message = (
            f"the label asks for {joined(lacking)}, which the container does not hold; add it, or correct the label"
        )
        yield Problem(label, message, tuple(lacking))
    if not subject.says_what_it_starts or not subject.needs.is_complete:
        return
    left_out = [
        need.capability
        for need in subject.needs.needs
        if need.certainty is Certainty.REQUIRED and not {need.capability, *need.instead} & set(asked)
    ]
    if left_out:
        names = tuple(dict.fromkeys(left_out))
        yield Problem(label, f"the label leaves out {joined(names)}, but the startup needs it; write it there", names)
    wanted = {name for need in subject.needs.needs for name in (need.capability, *need.instead)}
    idle = tuple(name for name in asked if name not in wanted and name not in lacking)
    if idle:
        yield Problem(
            label, f"the label asks for {joined(idle)}, but nothing that starts needs it; delete it there", idle
        )
