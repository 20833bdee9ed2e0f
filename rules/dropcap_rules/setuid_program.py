"""
A build makes a file setuid.

A setuid file that root owns runs as root whoever executes it, with everything in the container's bounding
set: the whole default set, unless it was dropped. One flaw in such a program, and a user of the container
is root in it. `USER` in the image does not help against that; no-new-privileges does.

Directories are not meant: the setuid bit means nothing there. Neither is the setgid bit.

Audit: `find / -xdev -perm -4000 -type f` in a container of the image.

Remediation: take the bit off, or leave it out. Where a program needs one privilege, give the file that one
capability with `setcap`. Start containers with `--security-opt no-new-privileges`.

Impact of the fix: a program that needed the bit fails for users other than root: `sudo`, `su`, `passwd`, `mount`, old
versions of `ping`.

Default value: an image has the setuid programs of its base: in Debian's passwd, su, mount and their kin.

```dockerfile bad
FROM debian:bookworm
COPY helper /usr/local/bin/helper
RUN chmod u+s /usr/local/bin/helper
```

```dockerfile bad
FROM debian:bookworm
COPY --chmod=4755 helper /usr/local/bin/helper
```

```dockerfile good
FROM debian:bookworm
COPY --chmod=0755 helper /usr/local/bin/helper
RUN find / -xdev -perm -4000 -type f -exec chmod u-s {} +
```

References: CIS Docker Benchmark 1.6.0, 4.8; capabilities(7), "Capabilities and execution of programs by
root"; chmod(1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.api import Located, Problem, Severity, step_commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.api import Instruction, Stage

# It hands root, within the bounding set, to every user of the container who finds a flaw in one program.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-4.8", "OWASP-RULE-4", "NIST-4.1.2", "CWE-250", "T1548.001")

_OCTAL = r"0*[4567][0-7]{3}"
# Among the last three digits and the operators of a symbolic mode; `g+s` alone is the setgid bit.
_SYMBOLIC = r"[ugoa]*(?:[-+=][rwxXst]*)+"
_SETS_IT = r"[+=][rwxXt]*s"
# `apt install` is no candidate; the program of that name is one when it is given a mode.
_CANDIDATE = r"\bchmod\b|\binstall\b[^\n;&|]*\s-(?:\w*m|-mode)"
_COPIES = frozenset({"ADD", "COPY"})


def check_stage(stage: Stage) -> Iterator[Problem]:
    for step in stage.steps:
        if step.keyword in _COPIES:
            modes = _flag_modes(step)
        else:
            modes = (found for words in step_commands(step, _CANDIDATE) for found in _command_modes(words))
        for where, mode, file in modes:
            if _is_setuid(mode):
                message = (
                    f"mode {mode} makes the file setuid: whoever executes it gets its owner's rights; leave the bit out"
                )
                yield Problem(where, message, (mode, file))


def _flag_modes(instruction: Instruction) -> Iterator[tuple[Located[str], str, str]]:
    for flag in instruction.flags:
        name, _, mode = flag.value.partition("=")
        if name == "--chmod":
            yield flag, mode, instruction.value.value.split()[-1]


def _command_modes(words: Sequence[Located[str] | None]) -> Iterator[tuple[Located[str], str, str]]:
    """Give the modes that `chmod` and `install` set, each with its place and the last file it is set for."""
    program = words[0].value.rpartition("/")[2] if words and words[0] is not None else ""
    last = words[-1].value if words and words[-1] is not None else ""
    if program == "chmod":
        # The first word that is no option; a mode may begin with a hyphen too, but that takes bits away.
        operands = (word for word in words[1:] if word is None or not word.value.startswith("-"))
        mode = next(operands, None)
        if mode is not None:
            yield mode, mode.value, last
    elif program == "install":
        for index, word in enumerate(words):
            if word is None:
                continue
            after = words[index + 1] if index + 1 < len(words) else None
            if word.value in {"-m", "--mode"} and after is not None:
                yield after, after.value, last
            elif word.value.startswith("--mode="):
                yield word, word.value[len("--mode=") :], last
            elif word.value.startswith("-m") and len(word.value) > len("-m"):
                yield word, word.value[len("-m") :], last


def _is_setuid(mode: str) -> bool:
    if mode.isdigit():
        return re.fullmatch(_OCTAL, mode) is not None
    for clause in mode.split(","):
        if re.fullmatch(_SYMBOLIC, clause) and re.search(_SETS_IT, clause):
            who = re.match(r"[ugoa]*", clause)
            if who is not None and (not who[0] or "u" in who[0] or "a" in who[0]):
                return True
    return False
