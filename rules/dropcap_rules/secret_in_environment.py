"""
A file writes a secret of a container out.

The value is in the file, and so in every copy of the repository and in its history. It is in the container's
description too: `docker inspect` shows it to everybody who may ask the engine, every process of the container
inherits it, and programs print their environment when they crash.

It is a secret by its name (`…PASSWORD`, `…TOKEN`, `…SECRET`, `…API_KEY`) or by its form: tokens of services have
one, and an address may hold a password. The value is printed nowhere. Not told are variables that come from
outside (`${DB_PASSWORD}`, also with a default), from a file of variables, or as a file (`DB_PASSWORD_FILE`), and
texts that ask to be written over (`<your-token>`, `REPLACE_ME`).

A value that everybody guesses first, such as `postgres`, `changeme`, a single word or the user's own name, is no
secret: of those `guessable-secret` speaks, which is off by default.

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

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity, written_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# Whoever reads the file has it; what it opens is not known, and mostly it is one service.
SEVERITY = Severity.MEDIUM
CONTROLS = ("OWASP-RULE-12", "CWE-526", "CWE-798", "T1552.001")
FIELDS = ("process",)

_LONG = 40  # such a name fills the message


def check(subject: Subject) -> Iterator[Problem]:
    for secret in written_secrets(subject):
        if secret.is_guessable:
            continue
        name = secret.name
        has = "every reader of the file and `docker inspect` has it"
        advice = f"`{name}_FILE` or `${{{name}}}`" if len(name) < _LONG else "a file or a variable from outside"
        message = f"the secret in `{name[:60]}` is in this file: {has}; use {advice}"
        yield Problem(secret.where, message, (name,))
