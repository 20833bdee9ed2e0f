"""
A secret of a container is one that everybody guesses first.

`postgres`, `changeme`, `test123`, a single word, the user's own name or the image's: whoever reaches the service tries
these before anything else. As it keeps nobody out, it is no secret that a file gives away; what a file does give away
is `secret-in-environment`.

The rule is off by default. Most files that have one are for a developer's machine or for a test, where nothing is lost
by it and a random value would only be in the way. Turn it on for the files that production starts.

Audit: `docker inspect --format '{{.Config.Env}}' NAME`.

Remediation: let a generator make the value, and hand it over as a file: `secrets:` in Compose, `--secret` with Podman
and Swarm, and tell the program where it lies (`POSTGRES_PASSWORD_FILE: /run/secrets/db`). Or take it from outside with
`${DB_PASSWORD:?}`, without a default.

Impact of the fix: who logs in with the old value has to be told the new one; a database keeps the old one in its data
until it is changed there.

Default value: no variable is set.

```yaml bad
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: postgres
```

```yaml good
services:
  db:
    image: postgres:17
    cap_drop: [ALL]
    cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:?}
```

```sh bad
docker run --env POSTGRES_PASSWORD=postgres postgres:17
```

```sh good
docker run --user 999:999 --cap-drop ALL --env POSTGRES_PASSWORD postgres:17
```

References: OWASP Docker Security Cheat Sheet, rule 12; CWE-1391; Docker Docs, "Secrets in Compose".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity, written_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It matters where the service can be reached, and mostly such a file is for a test.
SEVERITY = Severity.LOW
ON_BY_DEFAULT = False
CONTROLS = ("OWASP-RULE-12", "CWE-798")
FIELDS = ("process",)


def check(subject: Subject) -> Iterator[Problem]:
    for secret in written_secrets(subject):
        if secret.is_guessable:
            means = "whoever reaches the service tries it first"
            message = f"the secret in `{secret.name[:60]}` is one that everybody guesses: {means}; use a random one"
            yield Problem(secret.where, message, (secret.name,))
