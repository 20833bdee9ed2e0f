"""
A build gives a file capabilities of its own.

`setcap` writes capabilities into a file, and they go into the image with it. Who executes the file gets
them, root or not, as far as the container's bounding set has them. Two things follow. A container that does
not hold the capability cannot execute the file at all when its effective bit is set (`+ep`): the kernel
answers "Operation not permitted", as after `cap_drop: [ALL]`. And in a container that does hold it, every
user who can execute the file uses it.

For a program that runs as a user of its own this can be the narrowest way to its one capability. So the
severity is low: the finding says what the image asks of its containers.

Audit: `getcap -r / 2>/dev/null` in a container of the image.

Remediation: give the file the fewest capabilities, let one group alone execute it, and add those
capabilities back where ALL is dropped. To listen below port 1024 no capability is needed with Docker 20.10
and newer, outside the host's network.

Impact: without the file capability a program that does not run as root does not get the capability: Docker
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

import re
from typing import TYPE_CHECKING

from dropcap.api import NAMES, Located, Problem, Severity, bare_name, step_commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.api import Stage

# It can be the narrowest way to give a program its capability; it says what the containers have to hold.
SEVERITY = Severity.LOW

# cap_from_text(3): names, then operators with flags, as in `cap_net_raw,cap_net_admin+ep`; no names mean all.
_CLAUSE = r"(?i)([a-z0-9_,]*)((?:[=+-][eip]*)+)"
_OPERATION = r"([=+-])([eip]*)"
_VALUED = frozenset({"-n"})


def check_stage(stage: Stage) -> Iterator[Problem]:
    for step in stage.steps:
        for words in step_commands(step, "setcap"):
            for capabilities, file in _pairs(words):
                yield from _problems(capabilities, file)


def _pairs(words: Sequence[Located[str] | None]) -> Iterator[tuple[Located[str], str]]:
    """Give the arguments of `setcap`: capabilities as text, and the file that gets them."""
    program = words[0] if words else None
    if program is None or program.value.rpartition("/")[2] != "setcap":
        return
    index = 1
    while index + 1 < len(words):
        word, file = words[index], words[index + 1]
        if word is None:
            return
        if word.value == "-v":  # it compares and sets nothing
            return
        if word.value in _VALUED or word.value in {"-", "-r"}:
            index += 2
        elif word.value.startswith("-") and not re.fullmatch(_CLAUSE, word.value):
            index += 1
        else:
            yield word, "" if file is None else file.value
            index += 2


def _problems(capabilities: Located[str], file: str) -> Iterator[Problem]:
    permitted, effective = _parse(capabilities.value)
    if not permitted:
        return
    names = ", ".join(permitted)
    if effective:
        consequence = "a container without it cannot execute the file, and in one with it every user has it there"
    else:
        consequence = "in a container that holds it every user has it there"
    message = f"a file is given {names}: {consequence}"
    yield Problem(capabilities, message, (*permitted, file))


def _parse(text: str) -> tuple[tuple[str, ...], bool]:
    """Give the capabilities that a file gets as permitted, and whether its effective bit is set.

    The inheritable ones are left out: engines start containers with an empty inheritable set, where they do
    nothing.
    """
    permitted: dict[str, bool] = {}
    effective = False
    for clause in text.split():
        match = re.fullmatch(_CLAUSE, clause)
        if match is None:
            return (), False
        names = [bare_name(name) for name in match[1].split(",") if name] or ["ALL"]
        for operator, flags in re.findall(_OPERATION, match[2]):
            for name in names:
                permitted[name] = _after(operator, "p" in flags, permitted.get(name, False))
            effective = _after(operator, "e" in flags, effective)
    known = tuple(name for name, is_set in permitted.items() if is_set and (name in NAMES or name == "ALL"))
    return known, effective


def _after(operator: str, named: bool, before: bool) -> bool:  # noqa: FBT001  # two truths go in, one comes out
    """Give a flag's new state."""
    if operator == "=":
        return named
    return before or named if operator == "+" else before and not named
