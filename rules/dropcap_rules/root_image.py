"""
An image starts its containers as root.

Who builds an image knows best which files its program writes. Where the image names no user, everybody who starts
it has to find that out; most do not, and the program runs as the container's root: it owns every file of the
container, and holds the whole default set of capabilities.

This is about the image by itself. A container may name another user, and then nothing is lost; what a container
starts as is told by `root-user`. Only the last stage is meant, since no other one is built where nobody names it.

Where the last `USER` is root, somebody chose it: that is medium. It is low where the file has `gosu`, `su-exec`,
`setpriv` or their kin, since the program may give root up. Where no `USER` stands, the base decides: it is low where
that is known to start as root, by the catalogue of images, and low where nobody knows it: say the user then.

Audit: `docker image inspect --format '{{.Config.User}}' IMAGE` prints nothing, `root` or `0`.

Remediation: make a user and name it last: `RUN useradd --system --uid 10001 app` and `USER 10001:10001`. A number can
be checked by whoever starts the image. Give it what the program writes: `COPY --chown=10001 …`.

Impact of the fix: build steps below `USER` run as that user too. What an entrypoint does as root fails: it changes no
owner, and listens below port 1024 in networks of the container's own alone.

Default value: root, unless the base image names somebody.

```dockerfile bad
FROM debian:bookworm
COPY web /usr/local/bin/web
ENTRYPOINT ["web"]
```

```dockerfile bad
FROM debian:bookworm
USER app
RUN id
USER root
ENTRYPOINT ["web"]
```

```dockerfile good
FROM debian:bookworm AS build
RUN make

FROM debian:bookworm
COPY --from=build /web /usr/local/bin/web
USER 10001:10001
ENTRYPOINT ["web"]
```

References: CIS Docker Benchmark 1.6.0, 4.1; OWASP Docker Security Cheat Sheet, rule 2; Dockerfile reference, "USER".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity, image_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Stage

# A barrier less for what comes after; where nobody wrote it, or the entrypoint may give root up, it is low.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-4.1", "BENCH-4.1", "OWASP-RULE-2", "NIST-4.1.2", "CWE-250")

_GIVES_UP = r"\b(?:gosu|su-exec|setpriv|runuser|chroot|s6-setuidgid|s6-overlay|supervisord|entrypoint)\b"
_OWNS = "who takes over a container of it owns every file in it"


def check_stage(stage: Stage) -> Iterator[Problem]:
    if not stage.is_last:
        return
    last = _last_user(stage)
    if last is not None:
        if stage.user is None or not _is_root(stage.user.value):
            return  # another user, or one that a variable names
        severity = Severity.LOW if _may_give_up(stage) else Severity.MEDIUM
        message = f"the image starts as root (`USER {stage.user.value}`): {_OWNS}; name another user last"
        yield Problem(stage.user, message, ("root",), severity=severity)
        return
    bottom = stage
    while bottom.parent is not None:
        bottom = bottom.parent
    base = bottom.base
    user = "0" if base is not None and base.value == "scratch" else image_user(base.value) if base is not None else None
    where = stage.instructions[0].value
    if user is None:
        message = "the image may start as root: it has no USER, and the user of its base is not known; write a USER"
        yield Problem(where, message, ("unknown",), severity=Severity.LOW)
    elif _is_root(user):
        message = f"the image starts as root, because neither it nor its base has a USER: {_OWNS}; write a USER"
        yield Problem(where, message, ("root",), severity=Severity.LOW)


def _last_user(stage: Stage) -> object:
    """Return the last USER of a stage and of those that it is built upon."""
    one: Stage | None = stage
    while one is not None:
        for step in reversed(one.instructions):
            if step.keyword == "USER":
                return step
        one = one.parent
    return None


def _is_root(user: str) -> bool:
    name = user.partition(":")[0]
    return name in {"", "root"} or (name.isdigit() and not int(name))


def _may_give_up(stage: Stage) -> bool:
    """Whether something in the stages may start the program as another user."""
    one: Stage | None = stage
    while one is not None:
        texts = (step.value.value for step in one.instructions if step.keyword in {"RUN", "COPY", "ENTRYPOINT", "CMD"})
        if any(re.search(_GIVES_UP, text) for text in texts):
            return True
        one = one.parent
    return False
