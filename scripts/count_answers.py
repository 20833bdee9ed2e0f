#!/usr/bin/env python3
"""Count how well it is known what the containers of a folder's files need, and what would tell most about the rest.

    scripts/count_answers.py FOLDER…

Each subfolder is a project of its own. Of the containers that run as root, or as nobody knows whom, it prints how many
are answered completely, in part or not at all, the same of those that name an image (others are built by what is not
there, or a variable says which image it is), and the ten reasons that hide most.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import is_root, starts_nothing
from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.needs.container import needs_of
from dropcap.real_paths import root_of
from dropcap.report import drop_included
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Container
    from dropcap.needs.model import Needs

_MOST_REASONS = 10
_PARTICULAR = re.compile(r"(?<=the image )\S+|(?<=described what )\S+|(?<=what )\S+(?= does)|/[\w./-]+|`[^`]*`|\$\S+")


def main() -> int:
    """Count, and print; gives 1 where following a container failed, which is a defect."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=Path, help="a folder of projects")
    parser.add_argument("--exact", action="store_true", help="tell reasons apart by the names in them")
    arguments = parser.parse_args()
    answers: Counter[str] = Counter()
    of_images: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    defects: list[str] = []
    seconds = 0.0
    for folder in sorted(one for each in arguments.folders for one in each.iterdir() if one.is_dir()):
        for container, workspace in containers(folder):
            start = time.process_time()
            try:
                needs = needs_of(container, workspace)
            except Exception as error:  # noqa: BLE001  # counted, and told
                defects.append(f"{container.source.path}: {container.name}: {type(error).__name__}: {error}")
                continue
            finally:
                seconds += time.process_time() - start
            answers[answer(needs)] += 1
            if container.image is not None and "$" not in container.image.value:
                of_images[answer(needs)] += 1
            reasons.update({shortened(one.reason, exact=arguments.exact) for one in needs.unknown})
    total = sum(answers.values())
    print(f"{total:,} containers run as root or as nobody knows whom; {seconds:.1f} s of processor time to follow them")
    table(answers)
    print(f"{sum(of_images.values()):,} of them name an image:")
    table(of_images)
    print("What hides most, by the containers that it hides something of:")
    for reason, count in reasons.most_common(_MOST_REASONS):
        print(f"  {count:7,} {reason}")
    for defect in defects:
        print(f"defect: {defect}", file=sys.stderr)
    return 1 if defects else 0


def table(answers: Counter[str]) -> None:
    """Print how many are answered how well."""
    for name in ("complete", "partial", "unknown"):
        print(f"  {name:<8} {answers[name]:7,} {answers[name] / max(sum(answers.values()), 1):6.1%}")


def containers(folder: Path) -> Iterator[tuple[Container, Workspace]]:
    """Yield the containers of a folder that start something as root or as nobody knows whom."""
    found = discover([str(folder)])
    results = [check_file(target, (), Setup()) for target in found.targets]
    for result in drop_included(results):
        for container in result.containers:
            if starts_nothing(container) or is_root(container) is False:
                continue
            path = container.source.to_root(container.span)[0].path
            yield container, Workspace(root_of(str(Path(path).parent)), None, (path,))


def answer(needs: Needs) -> str:
    """Say in a word how well it is known."""
    if needs.is_complete:
        return "complete"
    narrow = all(one.capabilities for one in needs.unknown)
    return "partial" if needs.needs or narrow else "unknown"


def shortened(reason: str, *, exact: bool) -> str:
    """Return a reason without the names in it, so that those of a kind count together."""
    return reason if exact else _PARTICULAR.sub("…", reason)


if __name__ == "__main__":
    sys.exit(main())
