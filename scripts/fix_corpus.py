#!/usr/bin/env python3
"""Fix the Compose files of a folder in copies, and look whether each did what it has to.

    scripts/fix_corpus.py FOLDER [--number N] [--safe] [--no-compose]

The projects are taken from all over the folder, until N files have been changed. After fixes were made, the lines that
differ are lines of their edits, and all comments are there. After the last fix of a project it is read again by a check
that knows nothing of fixes: the findings that were mended are gone, no new finding or failure came, a second run
changes nothing, and Docker Compose resolves the project to the same but for the fields that were mended. Exits 1 on any
fault.
"""

from __future__ import annotations

import argparse
import difflib
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.fixes.mending import Mender, Wishes
from dropcap.fixes.proof import failure_key
from dropcap.model import Kind
from dropcap.rule import load_rules
from dropcap.source import Source

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from oracles import compose as oracle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.fixes.candidates import Candidate
    from dropcap.fixes.mending import Edited, Outcome
    from dropcap.fixes.reading import Reading
    from dropcap.model import FileResult, Finding
    from dropcap.model.changes import Edit
    from dropcap.targets import Target

FIELDS = frozenset({"cap_add", "cap_drop", "privileged", "security_opt", "user", "read_only"})
ENVIRONMENT = {"HOME": tempfile.gettempdir()}
_MOST_REASONS = 40
BROKEN = 1
MOST_OF_ONE = 20
"""How many files of one repository are changed."""


def main() -> int:
    """Fix the folder's projects; gives 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--number", type=int, default=400, help="how many files to change (default: 400)")
    parser.add_argument("--safe", action="store_true", help="make safe fixes only")
    parser.add_argument("--no-compose", action="store_true", help="do not ask Docker Compose")
    arguments = parser.parse_args()
    run = Run(is_unsafe=not arguments.safe, asks_compose=not arguments.no_compose)
    for group in spread(sorted(path for path in arguments.folder.iterdir() if path.is_dir())):
        if run.counts["files changed"] >= arguments.number:
            break
        run.repository(group, arguments.number)
    return told(run)


def told(run: Run) -> int:
    """Print what came of a run; gives 1 if anything went wrong."""
    for what, count in sorted(run.counts.items()):
        print(f"{count:7} {what}")
    for reason, count in run.reasons.most_common(_MOST_REASONS):
        print(f"{count:7} not fixed: {reason}")
    for fault in run.faults:
        print(f"FAULT {fault}")
    return BROKEN if run.faults else 0


def spread(folders: list[Path]) -> Iterator[Path]:
    """Give folders in an order in which neighbours are far apart, the same each time."""
    step = next(number for number in (37, 41, 43) if len(folders) % number) if folders else 1
    yield from (folders[index * step % len(folders)] for index in range(len(folders)))


class Looking(Mender):
    """Looks at fixes when they are made."""

    faults: tuple[str, ...] = ()

    def _make(
        self,
        batch: Sequence[Candidate],
        changed: Mapping[str, Edited],
        overlay: dict[str, bytes],
        after: Mapping[int, Reading],
    ) -> None:
        for one in changed.values():
            own = [edit for candidate in batch for edit in candidate.edits if edit.source.path == one.path]
            fault = outside(one.before, one.after, own) or lost_comments(one.before, one.after)
            self.faults += (fault,) if fault else ()
        super()._make(batch, changed, overlay, after)


class Run:
    """What came of all projects."""

    def __init__(self, *, is_unsafe: bool, asks_compose: bool) -> None:
        """Start with nothing."""
        self.is_unsafe, self.asks_compose = is_unsafe, asks_compose
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.faults: list[str] = []
        self.rules = [rule for rule in load_rules() if rule.on_by_default]

    def repository(self, folder: Path, most: int) -> None:
        """Fix the Compose projects of one repository in a copy; no repository counts for more than others."""
        most = min(most, self.counts["files changed"] + MOST_OF_ONE)
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place, folder.name)
            shutil.copytree(folder, copy, symlinks=True)
            before = Path.cwd()
            os.chdir(copy)
            try:
                for target in self.targets():
                    if self.counts["files changed"] < most:
                        self.project(target, folder.name)
            finally:
                os.chdir(before)

    def targets(self) -> list[Target]:
        """Return the projects that are looked at, those of the current folder."""
        return [target for target in discover(["."]).targets if target.carrier in ("compose", None)]

    def project(self, target: Target, name: str) -> None:
        """Fix one project, file by file as they are."""
        before = check_file(target, self.rules, Setup())
        if not before.read or not any(one.kind is Kind.SERVICE for one in before.containers):
            return
        self.counts["projects"] += 1
        label = f"{name}/{target.path}"
        mender = Looking([target], self.rules, Setup(), Wishes(unsafe=self.is_unsafe))
        outcome = mender.run()
        self.faults += [f"{label}: {fault}" for fault in mender.faults]
        for refusal in outcome.refused:
            self.reasons[short(refusal.reason)] += 1
        self.counts["fixes made"] += len(outcome.made)
        self.counts["fixes refused"] += len(outcome.refused)
        for one in outcome.made:
            self.counts[f"made for {one.rule} ({'safe' if one.safe else 'unsafe'})"] += 1
        if outcome.files:
            self.counts["files changed"] += len(outcome.files)
            self.afterwards(target, label, before, outcome)

    def afterwards(self, target: Target, label: str, before: FileResult, outcome: Outcome) -> None:
        """Look at a project after all of its fixes."""
        files = [target.path, *target.over]
        old = oracle.config(files, environment=ENVIRONMENT) if self.asks_compose else None
        for one in outcome.files:
            Path(one.path).write_bytes(one.after)
        after = check_file(target, self.rules, Setup())
        found, left = Counter(map(key, before.findings)), Counter(map(key, after.findings))
        if left - found:
            self.faults.append(f"{label}: new findings: {list(left - found)[:3]}")
        gone = Counter(
            (member.finding.rule, member.finding.container.name, member.finding.problem.evidence)
            for one in outcome.made
            for member in one.members
            if member.finding is not None
        )
        if left - (found - gone):
            self.faults.append(f"{label}: still found: {list(left - (found - gone))[:3]}")
        if Counter(map(failure_key, after.failures)) - Counter(map(failure_key, before.failures)):
            self.faults.append(f"{label}: new failures")
        again = Mender([target], self.rules, Setup(), Wishes(unsafe=self.is_unsafe)).run()
        if again.files:
            self.faults.append(f"{label}: a second run makes {[one.message for one in again.made]}")
        if old is not None and old.project is not None:
            self.counts["projects that Docker Compose resolves"] += 1
            new = oracle.config(files, environment=ENVIRONMENT)
            if new.project is None:
                self.faults.append(f"{label}: Docker Compose refuses it: {new.error[-300:]}")
            elif pruned(old.project) != pruned(new.project):
                self.faults.append(f"{label}: Docker Compose resolves it to something else")
            else:
                self.counts["resolved to the same but for what was mended"] += 1
        for one in outcome.files:
            Path(one.path).write_bytes(one.before)


def key(finding: Finding) -> tuple[str, str, tuple[str, ...]]:
    """Return what a finding is known by."""
    return (finding.rule, finding.container.name, finding.problem.evidence)


def pruned(project: dict[str, Any]) -> dict[str, Any]:
    """Return a resolved project without the fields that are mended."""
    services = {
        name: {field: value for field, value in service.items() if field not in FIELDS}
        for name, service in (project.get("services") or {}).items()
    }
    return {**project, "services": services}


def lines_of(text: str) -> list[str]:
    """Return lines, as the program counts them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def outside(before: bytes, after: bytes, edits: list[Edit]) -> str:
    """Say which line differs that is no line of an edit."""
    source = Source.decode("", before)
    allowed: set[int] = set()
    for edit in edits:
        first, last = source.position(edit.span.start).line, source.position(edit.span.end).line
        allowed.update(range(first, last + 1))
    old, new = lines_of(source.text), lines_of(Source.decode("", after).text)
    for tag, start, end, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        wrong = set(range(start + 1, end + 1)) - allowed
        if tag in ("replace", "delete") and wrong:
            return f"line {min(wrong)} is no line of an edit: {old[min(wrong) - 1]!r}"
    return ""


def lost_comments(before: bytes, after: bytes) -> str:
    """Say which comments are not there any more, by the tokens of ruamel.yaml's own scanner."""
    try:
        lost = comments(before) - comments(after)
    except YAMLError:
        return ""
    return f"comments are gone: {list(lost)[:3]}" if lost else ""


def comments(data: bytes) -> Counter[str]:
    """Count the comments of a YAML text: what follows a number sign between its tokens."""
    text = Source.decode("", data).text
    found: Counter[str] = Counter()
    at = 0
    for token in YAML(typ="safe", pure=True).scan(text):
        gap = text[at : token.start_mark.index]
        found.update(line.partition("#")[2].strip() for line in gap.splitlines() if "#" in line)
        at = max(at, token.end_mark.index)
    found.update(line.partition("#")[2].strip() for line in text[at:].splitlines() if "#" in line)
    return found


def short(reason: str) -> str:
    """Return a reason without what differs from file to file."""
    return " ".join(word for word in reason.partition(":")[0].split() if "/" not in word)[:90]


if __name__ == "__main__":
    raise SystemExit(main())
