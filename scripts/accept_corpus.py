#!/usr/bin/env python3
"""Accept all that is found in real files by comments, and say where that went wrong.

    scripts/accept_corpus.py FOLDER [--number N] [--seed S]

Of the files of a folder that something is found in, N are taken by chance (300). Each is read with the comments that
`dropcap check --add-ignores` would write: nothing may be left but what it says that no comment can accept, the
containers are the same, a second run adds nothing, only whole lines were added or ends of lines, and no comment is in
vain. Nothing is written. Exits 1 on any fault.
"""

from __future__ import annotations

import argparse
import difflib
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from dropcap.check import Setup, check_file
from dropcap.discover import Target, discover
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.suppress.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dropcap.model import Report
    from dropcap.suppress.writing import Outcome

RULES = load_rules()
REASON = "accepted for the test"


def main() -> int:
    """Look at the files; gives 1 if there was any fault."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--number", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    targets = list(discover([str(arguments.folder)], (), markdown=True).targets)
    random.Random(arguments.seed).shuffle(targets)  # noqa: S311  # a sample, and no secret
    counts: Counter[str] = Counter()
    for target in targets:
        if counts["files"] == arguments.number:
            break
        for fault in look_at(target, counts):
            print(f"{target.path}: {fault}", flush=True)
            counts["faults"] += 1
    print(", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    return 1 if counts["faults"] else 0


def look_at(target: Target, counts: Counter[str]) -> Iterator[str]:
    """Accept what is found in a file; gives what went wrong."""
    before = check(target, {})
    if not before.findings:
        return
    outcome = accept(target, {})
    overlay = {path: after for path, (_, after) in outcome.files.items()}
    counts.update({"files": 1, "findings": len(before.findings), "comments": len(outcome.written)})
    counts["refused"] += len(outcome.refused)
    for one in outcome.refused:
        where = one.problem.where
        print(f"  refused: {where.source.path}:{where.source.region(where.span).line} {one.rule}", flush=True)
    told = [one for one in outcome.report.findings if one.rule.endswith("-ignore") or "ignore" in one.rule]
    yield from (f"{one.rule}: {one.problem.message}" for one in told)
    again = accept(target, overlay)
    if again.written:
        yield f"a second run adds {len(again.written)} comments"
    for first, second in outcome.files.values():
        yield from changed_lines(first.decode(errors="replace"), second.decode(errors="replace"))


def changed_lines(before: str, after: str) -> Iterator[str]:
    """Name the lines that are neither added comments nor get one at their end."""
    old, new = before.splitlines(), after.splitlines()
    for tag, start, end, low, high in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "delete":
            yield f"line {start + 1} is gone"
        if tag in {"insert", "replace"}:
            kept = [line for line in new[low:high] if not is_alone(line)]
            if len(kept) != end - start or any(
                not one.startswith(two.rstrip()) for one, two in zip(kept, old[start:end], strict=True)
            ):
                yield f"lines {start + 1} to {end} are changed"


def is_alone(line: str) -> bool:
    """Whether a line is a comment of ours and nothing else."""
    return line.strip(" \t>").lstrip("#/;<!- ").startswith("dropcap: ignore[")


def check(target: Target, overlay: Mapping[str, bytes]) -> Report:
    """Give the report of one file."""
    return to_report([check_file(target, RULES, Setup(overlay=overlay))], (), RULES)


def accept(target: Target, overlay: Mapping[str, bytes]) -> Outcome:
    """Accept what is found in one file, perhaps with comments in it already."""

    def read(path: str) -> bytes:
        real = str(Path(path).resolve())
        return overlay[real] if real in overlay else Path(path).read_bytes()

    return Writer(lambda more: check(target, {**overlay, **more}), read, REASON).run()


if __name__ == "__main__":
    sys.exit(main())
