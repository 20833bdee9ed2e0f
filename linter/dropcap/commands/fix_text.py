"""What `dropcap fix` prints: differences, what became of each fix, and questions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dropcap.hidden import without_values
from dropcap.masking import without_secrets
from dropcap.printable import counted, printable
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dropcap.fixes.candidates import Candidate, Member, Refusal
    from dropcap.fixes.mending import Edited, Outcome
    from dropcap.source import Region

MOST_LISTED = 200
"""How many fixes that were not made are listed one by one."""
_ANSWERS = {"y": "y", "yes": "y", "n": "n", "no": "n", "": "n", "a": "a", "all": "a", "q": "q", "quit": "q"}


def differences(files: Iterable[Edited]) -> Iterator[str]:
    """Give what changes in files as a unified diff, in which secrets are asterisks."""
    for one in files:
        yield from _difference(one.path, one.before, one.after)


def _difference(path: str, before: bytes, after: bytes) -> Iterator[str]:
    from difflib import unified_diff  # for a diff alone

    name = path.replace("\\", "/")
    lines = unified_diff(_shown(path, before), _shown(path, after), f"a/{name}", f"b/{name}", lineterm="")
    for line in lines:
        yield f"{line}\n"


def _shown(path: str, data: bytes) -> list[str]:
    """Return the lines of a file as they may be printed."""
    source = Source.decode(path, data)
    text = without_secrets(without_values(source).text)
    return [printable(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def summary(
    outcome: Outcome,
    lost: Mapping[str, str] | None = None,
    *,
    is_written: bool = True,
    is_brief: bool = False,
) -> Iterator[str]:
    """Say what became of each fix, and how many there are of each kind.

    Args:
        outcome: what became of all.
        lost: why files were not written, by their paths.
        is_written: whether files were to be written.
        is_brief: whether to say nothing where nothing was done.

    """
    lost = lost or {}
    made = [one for one in outcome.made if not any(edit.source.path in lost for edit in one.edits)]
    if is_brief and not made and not lost:
        return
    for one in made:
        yield f"{_place(one.members[0].at)}: {one.rule}: {without_secrets(one.message)}{_whose(one.members)}"
    for path, reason in lost.items():
        yield f"{printable(path)}: not written: it {reason}"
    for refusal in outcome.refused[:MOST_LISTED]:
        yield _refused(refusal)
    if len(outcome.refused) > MOST_LISTED:
        yield f"and {len(outcome.refused) - MOST_LISTED} more that were not fixed"
    files = [one for one in outcome.files if one.path not in lost]
    yield _closing(len(made), len(files), outcome, is_written=is_written)


def _closing(made: int, files: int, outcome: Outcome, *, is_written: bool) -> str:
    if made:
        verb = "Fixed" if is_written else "Would fix"
        parts = [f"{verb} {counted(made, 'problem')} in {counted(files, 'file')}"]
    else:
        parts = ["Nothing fixed" if is_written else "Nothing to fix"]
    if outcome.refused:
        parts.append(f"{len(outcome.refused)} not, for the reasons above")
    if outcome.declined:
        parts.append(f"{outcome.declined} not wanted")
    if outcome.unsafe:
        more = "an unsafe fix is" if len(outcome.unsafe) == 1 else f"{len(outcome.unsafe)} unsafe fixes are"
        it = "it" if len(outcome.unsafe) == 1 else "them"
        parts.append(f"{more} left: --unsafe makes {it}")
    return "; ".join(parts)


def _refused(refusal: Refusal) -> str:
    what = f": {without_secrets(refusal.message)}" if refusal.message else ""
    return f"{_place(refusal.member.at)}: {refusal.rule}{what}: not fixed: {without_secrets(refusal.reason)}"


def _place(at: Region | None) -> str:
    return f"{printable(at.path)}:{at.line}" if at is not None else "?"


def _whose(members: Iterable[Member]) -> str:
    names = list(dict.fromkeys(one.finding.container.name for one in members if one.finding is not None))
    if not names:
        return ""
    return f" ({names[0]})" if len(names) == 1 else f" ({names[0]} and {len(names) - 1} more)"


def prompt_lines(candidate: Candidate, files: Mapping[str, tuple[bytes, bytes]]) -> Iterator[str]:
    """Show a fix: what was found, by what, and what would change."""
    yield ""
    for member in candidate.members:
        finding = member.finding
        if finding is None:
            yield f"{_place(member.at)}: {without_secrets(str(member.key[1]))}"
            continue
        container = finding.container
        head = f"{_place(member.at)}: {finding.severity.label}: {container.kind.value} {container.name}"
        yield f"{head}: {without_secrets(finding.problem.message)} [{finding.rule}]"
        for related in finding.problem.related:
            region = related.where.source.region(related.where.span)
            yield f"    {printable(region.path)}:{region.line}: {without_secrets(related.message)}"
    yield f"{'Safe' if candidate.safe else 'Unsafe'}: {without_secrets(candidate.message)}"
    for path, (before, after) in files.items():
        yield from (line.rstrip("\n") for line in _difference(path, before, after))


def asked() -> str:
    """Ask whether a fix is wanted until there is an answer; the end of the input means no more."""
    while True:
        sys.stdout.write("Fix this? [y]es, [N]o, [a]ll, [q]uit: ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            return "q"
        answer = _ANSWERS.get(line.strip().lower())
        if answer is not None:
            return answer
