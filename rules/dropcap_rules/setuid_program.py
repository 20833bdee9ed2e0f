"""
A build makes a program setuid or setgid.

A setuid file that root owns runs as root whoever executes it, with everything in the container's bounding
set: the whole default set, unless it was dropped. One flaw in such a program, and a user of the container
is root in it. `USER` in the image does not help against that; no-new-privileges does.

A setgid file gives the rights of its group in the same way. That is less: the group has no capabilities, and
reaches files alone. So it is low.

Folders are not meant: the setuid bit means nothing there, and the setgid bit hands on the folder's group. Of a
file whose kind nobody knows, the setgid bit is not told. What a stage does that ends in no image is not told
either, but for the files that an image copies from it.

Audit: `find / -xdev -type f -perm /6000` in a container of the image.

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

```dockerfile bad
FROM debian:bookworm
RUN install -m 2755 -g mail helper /usr/local/bin/helper
```

```dockerfile good
FROM debian:bookworm
COPY --chmod=0755 helper /usr/local/bin/helper
RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} + \
 && chmod g+s /srv/shared
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

    # The mode at its place, the files that it is set for, and whether they are known to be files.
    Change = tuple[Located[str], Sequence[str], bool]

# It hands root, within the bounding set, to every user of the container who finds a flaw in one program.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-4.8", "OWASP-RULE-4", "NIST-4.1.2", "CWE-250", "T1548.001")

_SETUID, _SETGID = 0o4000, 0o2000
# `apt install` is no candidate; the program of that name is one when it is given a mode.
_CANDIDATE = r"\bchmod\b|\binstall\b[^\n;&|]*\s-(?:\w*m|-mode)"
_COPIES = frozenset({"ADD", "COPY"})
_PROGRAM_FOLDERS = frozenset({"bin", "sbin", "libexec"})


def check_stage(stage: Stage) -> Iterator[Problem]:
    if stage.handed_on == ():
        return
    for step in stage.steps:
        if step.keyword in _COPIES:
            changes = _flag_modes(step)
        else:
            changes = (found for words in step_commands(step, _CANDIDATE) for found in _command_modes(words))
        for where, files, are_files in changes:
            problem = _problem(where, files, are_files=are_files)
            if problem is not None and any(map(stage.hands_on, files or ("",))):
                yield problem


def _problem(where: Located[str], files: Sequence[str], *, are_files: bool) -> Problem | None:
    bits, mode = _bits(where.value), where.value
    evidence = (mode, files[-1] if files else "")
    if bits & _SETUID and not (files and files[-1].endswith("/") and not are_files):
        rights = "its owner's rights"
        message = f"mode {mode} makes the file setuid: whoever executes it gets {rights}; leave the bit out"
        return Problem(where, message, evidence)
    if bits & _SETGID and (are_files or any(map(_is_program, files))):
        rights = "the rights of its group"
        message = f"mode {mode} makes the file setgid: whoever executes it gets {rights}; leave the bit out"
        return Problem(where, message, evidence, severity=Severity.LOW)
    return None


def _is_program(path: str) -> bool:
    """Whether a path lies in a folder of programs: what it names is a file then, as good as always."""
    folder, _, name = path.rpartition("/")
    return bool(name) and folder.rpartition("/")[2] in _PROGRAM_FOLDERS


def _flag_modes(instruction: Instruction) -> Iterator[Change]:
    """Give the mode that COPY and ADD set: for every file that they bring."""
    for flag in instruction.flags:
        name, _, mode = flag.value.partition("=")
        if name == "--chmod":
            yield Located(mode, flag.source, flag.span), instruction.value.value.split()[-1:], True


def _command_modes(words: Sequence[Located[str] | None]) -> Iterator[Change]:
    """Give the modes that `chmod` and `install` set, each with its place and its files."""
    program = words[0].value.rpartition("/")[2] if words and words[0] is not None else ""
    if program == "chmod":
        # The first word that is no option; a mode may begin with a hyphen too, but that takes bits away.
        operands = [word for word in words[1:] if word is None or not word.value.startswith("-")]
        if operands and operands[0] is not None:
            yield operands[0], [word.value for word in operands[1:] if word is not None], False
    elif program == "install":
        makes_folders = any(word is not None and word.value in {"-d", "--directory"} for word in words)
        if not makes_folders:
            yield from _install_modes(words)


def _install_modes(words: Sequence[Located[str] | None]) -> Iterator[Change]:
    last = [words[-1].value] if words[-1] is not None else []
    for index, word in enumerate(words):
        if word is None:
            continue
        after = words[index + 1] if index + 1 < len(words) else None
        mode = re.fullmatch(r"(?:--mode=|-(?!-)[A-Za-z]*m)(.+)", word.value)
        if (word.value == "--mode" or re.fullmatch(r"-[A-Za-z]*m", word.value)) and after is not None:
            yield after, last, True
        elif mode is not None:
            yield Located(mode[1], word.source, word.span), last, True


def _bits(mode: str) -> int:
    """Return the setuid and setgid bits that a mode sets, as chmod(1) takes it."""
    if mode.isdigit():
        return int(mode, 8) & (_SETUID | _SETGID) if set(mode) <= set("01234567") else 0
    bits = 0
    for clause in mode.split(","):
        match = re.fullmatch(r"([ugoa]*)((?:[-+=][rwxXst]*)+)", clause)
        if match is None:
            return 0
        who = match[1] or "a"
        for operator, letters in re.findall(r"([-+=])([rwxXst]*)", match[2]):
            named = (_SETUID if set(who) & {"u", "a"} else 0) | (_SETGID if set(who) & {"g", "a"} else 0)
            if operator != "-" and "s" in letters:
                bits |= named
            elif operator == "=" or "s" in letters:
                bits &= ~named
    return bits
