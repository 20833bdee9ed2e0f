"""
A build gives a file capabilities of its own.

`setcap` writes capabilities into a file, and they go into the image with it. Who executes the file gets
them, root or not, as far as the container's bounding set has them. Two things follow. A container that does
not hold the capability cannot execute the file at all when its effective bit is set (`+ep`): the kernel
answers "Operation not permitted", as after `cap_drop: [ALL]`. And in a container that does hold it, every
user who can execute the file uses it.

For a program that runs as a user of its own this can be the narrowest way to its one capability. So it is low: the
finding says what the image asks of its containers. It is medium where the capability makes its user root of the
container (SETUID, DAC_OVERRIDE, CHOWN and their kin: then the file is worth a setuid program), and where it is one
that takes over the host of a container that holds it, as SYS_ADMIN is.

What a stage does that ends in no image is not told, but for the files that an image copies from it.

Audit: `getcap -r / 2>/dev/null` in a container of the image.

Remediation: give the file the fewest capabilities, let one group alone execute it, and add those
capabilities back where ALL is dropped. To listen below port 1024 no capability is needed with Docker 20.10
and newer, outside the host's network.

Impact of the fix: without the file capability a program that does not run as root does not get the capability: Docker
has no ambient ones.

Default value: files in an image have none, but for a few that come with packages, such as ping.

```dockerfile bad
FROM debian:bookworm
COPY web /usr/bin/web
RUN setcap cap_net_bind_service=+ep /usr/bin/web
USER 1000
```

```dockerfile good
FROM debian:bookworm
COPY web /usr/bin/web
RUN setcap -r /usr/bin/web
USER 1000
```

References: capabilities(7), "File capabilities"; setcap(8); moby
integration/capabilities/capabilities_linux_test.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Grade, Problem, Severity, file_capabilities, joined, risk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Stage

# It can be the narrowest way to give a program its capability; some give all that root has.
SEVERITY = Severity.LOW
CONTROLS = ("NIST-4.1.2", "CWE-250", "T1548")


_MAKES_ROOT = frozenset({"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETFCAP", "SETGID", "SETUID"})


def check_stage(stage: Stage) -> Iterator[Problem]:
    if stage.handed_on == ():
        return
    for step in stage.steps:
        for written in file_capabilities(step):
            if not written.permitted or not stage.hands_on(written.file):
                continue
            if written.effective:
                consequence = (
                    "a container that lacks it cannot execute the file; in one that holds it every user gets it"
                )
            else:
                consequence = "in a container that holds it every user who executes the file gets it"
            message = f"the build gives a file {joined(written.permitted)}: {consequence}"
            severity = Severity.MEDIUM if any(map(_is_strong, written.permitted)) else Severity.LOW
            yield Problem(written.where, message, (*written.permitted, written.file), severity=severity)


def _is_strong(name: str) -> bool:
    return name == "ALL" or name in _MAKES_ROOT or risk(name) is Grade.CRITICAL
