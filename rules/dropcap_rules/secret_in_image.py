"""
A build puts a secret into an image.

Everybody who can pull the image can read it: `docker history` prints the values of ENV and ARG, and a file lies in its
layer even where a later step removes it.

It is a secret by its name (`…PASSWORD`, `…TOKEN`, `…SECRET`, `…API_KEY`) or by its form, as in
`secret-in-environment`; and by the names of files that hold keys and passwords (`id_rsa`, `.netrc`, `.aws`). The
value is printed nowhere. An ARG without a value whose name says that it is a secret is low: what a build is given
for it stays in the history of the image. So is a file that may hold one (`.env`, `.npmrc`), and a value that
everybody guesses first.

Only what gets into an image is told: a stage that others only copy from leaves nothing of its variables in it.

Audit: `docker history --no-trunc IMAGE`, and `docker image inspect --format '{{.Config.Env}}' IMAGE`.

Remediation: hand a secret of the build over with `RUN --mount=type=secret,id=token` and `docker build --secret`, which
leaves nothing behind; give a secret of the program to the container when it starts. Name files with secrets in
`.dockerignore`. What was in an image that others could pull has to be changed.

Impact of the fix: whoever builds or starts the image has to hand the secret over.

Default value: an image holds what its base and its files bring.

```dockerfile bad
FROM debian:bookworm
ENV API_TOKEN=8shG2kq0xLm4pQ
```

```dockerfile bad
FROM debian:bookworm
COPY id_rsa /root/.ssh/id_rsa
RUN git clone git@example.com:team/web.git && rm /root/.ssh/id_rsa
```

```dockerfile good
# syntax=docker/dockerfile:1
FROM debian:bookworm
RUN --mount=type=secret,id=token,env=API_TOKEN ./fetch
```

References: CIS Docker Benchmark 1.6.0, 4.10; OWASP Docker Security Cheat Sheet, rule 12; NIST SP 800-190, 4.1.4; Docker
Docs, "Build secrets" and the build check SecretsUsedInArgOrEnv.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Located, Problem, Severity, Span, names_secret, secret_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Instruction, Stage

# Everybody who can pull the image has it; what it opens is not known.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-4.10", "OWASP-RULE-12", "NIST-4.1.4", "CWE-538", "CWE-798", "T1552.001")

_KEYS = frozenset(
    {"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".ssh", ".aws", ".netrc", ".git-credentials", ".pgpass", ".my.cnf"}
)
_MAYBE = frozenset({".env", ".env.local", ".npmrc", ".pypirc", ".docker", ".kube", ".yarnrc.yml"})
_LONGEST = 60


def check_stage(stage: Stage) -> Iterator[Problem]:
    if stage.handed_on is not None:
        return
    first = _start(stage.instructions[0].value)
    for variable in stage.environment:
        if _start(variable) > first:  # those of the stages below are told there
            yield from _written(variable, "ENV", "`docker inspect` shows it to all who can pull the image")
    for variable in stage.arguments:
        if _start(variable) > first:
            yield from _written(variable, "ARG", "`docker history` shows it to all who can pull the image")
    for step in stage.steps:
        if step.keyword == "ARG":
            yield from _asked_for(step)
        elif step.keyword in {"COPY", "ADD"}:
            yield from _brought(step)


def _start(where: Located[str]) -> int:
    return where.source.to_root(where.span)[1].start


def _written(variable: Located[str], keyword: str, consequence: str) -> Iterator[Problem]:
    name, _, value = variable.value.partition("=")
    text = variable.source.text[variable.span.start : variable.span.end]
    # What comes of another variable is told where that is written.
    secret = secret_in(name, value) if "$" not in text and value in text else None
    if secret is not None:
        is_known = secret.name == "KNOWN"
        severity = Severity.LOW if is_known else Severity.MEDIUM
        instead = "when the container starts" if keyword == "ENV" else "as a build secret"
        message = f"{keyword} writes the secret in `{name[:_LONGEST]}` into the image: {consequence}; give it {instead}"
        yield Problem(variable, message, (keyword, name), severity=severity)


def _asked_for(step: Instruction) -> Iterator[Problem]:
    for word in step.value.value.split():
        if "=" not in word and names_secret(word):
            message = f"ARG `{word[:_LONGEST]}` takes a secret, and `docker history` keeps it; use a build secret"
            yield Problem(step.value, message, ("ARG", word), severity=Severity.LOW)


def _brought(step: Instruction) -> Iterator[Problem]:
    if any(flag.value.startswith("--from=") for flag in step.flags):
        return
    text, start, end = step.value.source.text, step.value.span.start, step.value.span.end
    words = [word.value for word in step.words] if step.words is not None else step.value.value.split()
    for word in words[:-1]:
        names = set(word.rstrip("/").split("/"))
        found = sorted(names & _KEYS) or sorted(names & _MAYBE)
        if not found or "*" in word or "://" in word:
            continue
        is_sure = found[0] in _KEYS
        at = text.find(word, start, end)
        where = Located(word, step.value.source, Span(at, at + len(word))) if at >= 0 else step.value
        what = (
            f"`{found[0]}` is copied into the image"
            if is_sure
            else f"`{found[0]}`, which may hold secrets, is copied into the image"
        )
        message = f"{what}: all who can pull it have it, even if a later step removes it; mount it as a build secret"
        yield Problem(where, message, ("COPY", word), severity=Severity.MEDIUM if is_sure else Severity.LOW)
