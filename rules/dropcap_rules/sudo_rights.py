"""
A build lets a user become root with sudo.

`NOPASSWD` in a sudoers file lets its user run commands as root without a word. Then `USER` in the image
protects nothing: who takes over the process is root in the container with one more command, with everything in
the bounding set. That is medium, and low where only some commands are named.

A member of the group `sudo` or `wheel` needs a password for it, and most users of an image have none. It is the
same step once one is set, so it is low. That sudo is installed says nothing by itself: nobody may use it then.

A sudoers file that is copied out of the build's context (`COPY sudoers /etc/sudoers.d/app`) is read where it stands
in the Dockerfile's folder, or from the project's root on.

Only what gets into an image is told; in a stage that others only copy from, nobody runs sudo later.

Audit: `grep -r NOPASSWD /etc/sudoers /etc/sudoers.d` and `getent group sudo wheel` in a container of the image.

Remediation: do what needs root in build steps before `USER`, and leave sudo out of the image. Where an
entrypoint has to become another user, start as root and use `gosu` or `setpriv`. Start containers with
`--security-opt no-new-privileges`, which makes sudo fail.

Impact of the fix: who works in the container by hand, as in a development container, has to use
`docker exec --user root`.

Default value: no image has sudo by default; in Debian's package the group `sudo` may run everything, with a
password.

```dockerfile bad
FROM debian:bookworm
RUN apt-get update && apt-get install -y sudo && echo "app ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/app
USER app
```

```dockerfile bad
FROM debian:bookworm
RUN useradd --create-home --groups sudo app
USER app
```

```dockerfile good
FROM debian:bookworm
RUN apt-get update && apt-get install -y ffmpeg && useradd --create-home app
USER app
```

References: CIS Docker Benchmark 1.6.0, 4.1; sudoers(5), "NOPASSWD"; usermod(8); adduser(8).
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from dropcap.api import Located, Problem, Related, Severity, Span, step_commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.api import Instruction, Source, Stage

# Without a password the user is root in all but name; in the group alone a password stands between.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-4.1", "OWASP-RULE-2", "CWE-250", "T1548.003")

_GROUPS = frozenset({"sudo", "wheel"})
_COMMANDS = r"\b(?:useradd|usermod|adduser|addgroup|gpasswd)\b[^\n]*(?:sudo|wheel)"
_LISTS = frozenset({"useradd", "usermod"})
_PAIRS = frozenset({"adduser", "addgroup"})
# Group lists follow these; `-G` may end other short options, as in `-aG`.
_LIST_OPTION = r"(?:--groups(?:=(?P<long>.+))?|-(?!-)[A-Za-z]*G(?P<short>.+)?)"
_BUSYBOX_OPTION = r"-(?!-)[A-Za-z]*G|--ingroup"


def check_stage(stage: Stage) -> Iterator[Problem]:
    if stage.handed_on is not None:
        return
    for step in stage.steps:
        if step.keyword == "RUN":
            if step.body is not None and "NOPASSWD" in step.body.text and "sudo" in step.body.text:
                yield from _without_password(step.body)
            for words in step_commands(step, _COMMANDS):
                yield from _memberships(words)
        elif step.keyword in {"ADD", "COPY"}:
            yield from _copied(step)


def _copied(step: Instruction) -> Iterator[Problem]:
    """Find what texts say that a step writes into sudoers files; of a file it is told at the step that copies it."""
    for _, text in step.contents if "/etc/sudoers" in step.value.value else ():
        if text is not None:
            yield from _without_password(text)
    for path, text in step.copied:
        for found in _without_password(text) if "NOPASSWD" in text.text else ():
            related = Related(f"a line of what is copied to {path}", found.where)
            yield found._replace(where=step.value, evidence=(*found.evidence, path), related=(related,))


def _without_password(text: Source) -> Iterator[Problem]:
    """Find where a text that goes into a sudoers file lets somebody do without a password."""
    for match in re.finditer(r"^.*NOPASSWD.*$", text.text, re.MULTILINE):
        line = match[0]
        if line.lstrip().startswith("#") or not _grants(line):
            continue
        at = match.start() + line.rindex("NOPASSWD")
        who = re.findall(r"([%\w$.{}-]+)\s+ALL\s*=", line)
        is_all = re.search(r"NOPASSWD\s*:\s*(?:ALL\b|SETENV)|\\\d", line) is not None or "sed" in line
        what, severity = "the user is root with one more command", Severity.MEDIUM
        if not is_all:
            what, severity = "the user runs some commands as root", Severity.LOW
        message = f"sudo asks for no password (`NOPASSWD`): {what}; do what needs root before `USER`"
        where = Located("NOPASSWD", text, Span(at, at + len("NOPASSWD")))
        yield Problem(where, message, ("NOPASSWD", *who[-1:]), severity=severity)


def _grants(line: str) -> bool:
    """Whether a line that speaks of NOPASSWD gives it, and does not look for it or take it away."""
    if re.search(r"\bgrep\b[^|&;]*NOPASSWD", line) or re.search(r"NOPASSWD[^'\"]*/d\b", line):
        return False
    replaced = re.search(r"\bsed\b.*?s([/|#@,])(.*?)\1(.*?)\1", line)
    if replaced is None or re.search(r"NOPASSWD|\\\d|&", replaced[3]):
        return True
    # `/NOPASSWD/s/^# //` takes a comment's sign away from before it.
    return re.search(r"NOPASSWD.*s([/|#@,])\^?#", line) is not None


def _memberships(words: Sequence[Located[str] | None]) -> Iterator[Problem]:
    program = words[0].value.rpartition("/")[2] if words and words[0] is not None else ""
    known = [word for word in words[1:] if word is not None]
    found: list[Located[str]] = []
    if program in _LISTS:
        found = _listed(known)
    elif program in _PAIRS:
        # `adduser NAME GROUP` and BusyBox's `addgroup NAME GROUP`; with one name alone they make it.
        names = [word for word in known if not word.value.startswith("-")]
        is_pair = len(names) == 2 and not any(word.value in {"-g", "--gid", "-u", "--uid"} for word in known)  # noqa: PLR2004  # a user and a group
        found = names[1:] if is_pair else []
        found += [after for before, after in itertools.pairwise(known) if re.fullmatch(_BUSYBOX_OPTION, before.value)]
    elif program == "gpasswd" and known and known[0].value in {"-a", "--add"}:
        found = known[2:]
    for word in found:
        for group in sorted(_GROUPS.intersection(word.value.split(","))):
            message = f"the user is put into the group `{group}`: with its password it becomes root"
            user = known[-1].value if program in _LISTS else ""
            yield Problem(word, f"{message}; leave the group out", (group, user), severity=Severity.LOW)
            break


def _listed(words: Sequence[Located[str]]) -> list[Located[str]]:
    """Give the words that list groups: what follows `-G`, also in the same word."""
    found = []
    for index, word in enumerate(words):
        match = re.fullmatch(_LIST_OPTION, word.value)
        if match is None:
            continue
        attached = match["long"] or match["short"]
        if attached:
            found.append(Located(attached, word.source, word.span))
        elif index + 1 < len(words):
            found.append(words[index + 1])
    return found
