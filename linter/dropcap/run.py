"""Many files, in their order, in this process or in several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.check import check_file
from dropcap.questions import Questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.check import Setup
    from dropcap.model import FileResult
    from dropcap.rule import Rule
    from dropcap.targets import Target


def check_targets(
    targets: Sequence[Target], rules: Sequence[Rule], setup: Setup, jobs: int = 1, rule_folders: Sequence[str] = ()
) -> Iterator[FileResult]:
    """Check files, in their order.

    Args:
        targets: the files, each read once.
        rules: what to ask about each container.
        setup: how.
        jobs: how many processes to spread the files over; the results are the same whatever the number.
        rule_folders: the folders that rules were loaded from besides the installed packages.

    """
    if jobs > 1 and len(targets) > 1:
        from dropcap.parallel import check_files

        return check_files(targets, rules, setup, jobs, rule_folders)
    questions = Questions(rules)
    return (check_file(target, questions, setup) for target in targets)
