"""
A file writes a secret of a container out.

The value is in the file, and so in every copy of the repository and in its history. It is in the container's
description too: `docker inspect` shows it to everybody who may ask the engine, every process of the container
inherits it, and programs print their environment when they crash.

It is a secret by its name (`…PASSWORD`, `…TOKEN`, `…SECRET`, `…API_KEY`) or by its form: tokens of services have
one, and an address may hold a password. The value is printed nowhere. Not told are variables that come from
outside (`${DB_PASSWORD}`, also with a default), from a file of variables, or as a file (`DB_PASSWORD_FILE`), and
texts that ask to be written over (`<your-token>`, `REPLACE_ME`).

A value that everybody guesses first, such as `postgres`, `changeme`, a single word or the user's own name, is
low: it is as good as none, and in a file for development and tests nothing is lost by it.

Audit: `docker inspect --format '{{.Config.Env}}' NAME`.

Remediation: hand the secret over as a file: `secrets:` in Compose, `--secret` with Podman and Swarm, and tell the
program where it lies (`POSTGRES_PASSWORD_FILE: /run/secrets/db`). Or take the value from outside with
`${DB_PASSWORD:?}` and keep the `.env` file out of the repository. Whatever stood in a repository has to be changed.

Impact of the fix: a program that reads variables alone needs a line in its entrypoint that reads the file.

Default value: no variable is set.

```yaml bad
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: 8shG2kq0xLm4
```

```yaml good
services:
  db:
    image: postgres:17
    cap_drop: [ALL]
    cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/db
    secrets: [db]
secrets:
  db:
    file: db.txt
```

```sh bad
docker run --env POSTGRES_PASSWORD=8shG2kq0xLm4 postgres:17
```

```sh good
docker run --user 999:999 --cap-drop ALL --env POSTGRES_PASSWORD postgres:17
```

References: OWASP Docker Security Cheat Sheet, rule 12; NIST SP 800-190, 4.1.4; Docker Docs, "Manage sensitive data with
Docker secrets" and "Secrets in Compose".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.api import Kind, Located, Problem, Severity, Span, secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# Whoever reads the file has it; what it opens is not known, and mostly it is one service.
SEVERITY = Severity.MEDIUM
CONTROLS = ("OWASP-RULE-12", "CWE-526", "CWE-798", "T1552.001")
FIELDS = ("process",)


def check(subject: Subject) -> Iterator[Problem]:
    # What an engine prints stands in no file, and what a service has is told of the service.
    if subject.process is None or subject.kind is Kind.INSPECT:
        return
    for variable in subject.process.environment:
        name, equals, value = variable.value.partition("=")
        if not equals or not value or not _is_written_here(variable, value):
            continue
        secret = secret_in(name, value)
        if secret is None:
            continue
        secret = secret_in(name, value, _guesses(subject, name)) or secret
        if secret.name == "KNOWN":
            severity, what = Severity.LOW, "is one that everybody guesses first"
        else:
            severity, what = Severity.MEDIUM, "is in this file"
        advice = f"`{name}_FILE` or `${{{name}}}`" if len(name) < 40 else "a file or a variable from outside"  # noqa: PLR2004  # a longer name fills the message
        message = (
            f"the secret in `{name[:60]}` {what}: every reader of the file and `docker inspect` has it; use {advice}"
        )
        yield Problem(_name_of(subject, variable, name), message, (name,), severity=severity)


def _guesses(subject: Subject, name: str) -> set[str]:
    """Give what a stranger tries first: the other values, as the user's name is, and the names of what is started."""
    environment = subject.process.environment if subject.process is not None else ()
    words = {one.value.partition("=")[2].lower() for one in environment if one.value.partition("=")[0] != name}
    image = subject.image.value if subject.image is not None else ""
    for text in (subject.name, image, subject.source.path):
        words.update(re.split(r"[^a-z0-9]+", text.lower()))
    return words


def _is_written_here(variable: Located[str], value: str) -> bool:
    """Whether a value stands at its place as it is, and comes from nowhere else."""
    text = variable.source.text[variable.span.start : variable.span.end]
    path = variable.source.to_root(variable.span)[0].path
    is_of_variables = path.rpartition("/")[2].startswith(".env") or path.endswith(".env")
    return value in text and "$" not in text and not is_of_variables


def _name_of(subject: Subject, variable: Located[str], name: str) -> Located[str]:
    """Return the place of the name, so that no excerpt shows the value: in its word, or before it in the line."""
    text, (start, end) = variable.source.text, variable.span
    at = text.find(f"{name}=", start, end)
    if at < 0:
        at = text.rfind(name, text.rfind("\n", 0, start) + 1, start)
    return Located(name, variable.source, Span(at, at + len(name))) if at >= 0 else subject.anchor
