"""All that a rule may import.

A rule is a module with a docstring (its documentation), a constant ``SEVERITY`` and one or both of

* ``check(container) -> Iterator[Problem]``: asked about each container that a file starts;
* ``check_stage(stage) -> Iterator[Problem]``: asked about each Dockerfile stage, which starts nothing.

It may have ``COVERS``, the ids of rules that say the same in a milder way: what they say of a container and the
evidence of one of its own problems is left out then.

The module's name, with hyphens for underscores, is the rule's id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import (
    CapabilitySets,
    Origin,
    Refusal,
    capability_sets,
    is_root,
    no_new_privileges,
)
from dropcap.capabilities.engines import default_set, strategy_of
from dropcap.capabilities.grades import Grade, Graded, grade
from dropcap.capabilities.names import NAMES, bare_name, suggest
from dropcap.capabilities.queries import (
    all_entry,
    engine_name,
    entry_name,
    holds_all,
    privileged_option,
    problems_at_grade,
    reach,
    survives_drop,
)
from dropcap.model import (
    Container,
    Edit,
    Engine,
    Fix,
    Instruction,
    Kind,
    Located,
    Mount,
    Problem,
    Related,
    Severity,
    Stage,
    Unknown,
)
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "NAMES",
    "CapabilitySets",
    "Container",
    "Edit",
    "Engine",
    "Fix",
    "Grade",
    "Graded",
    "Instruction",
    "Kind",
    "Located",
    "Mount",
    "Origin",
    "Problem",
    "Refusal",
    "Related",
    "Severity",
    "Source",
    "Span",
    "Stage",
    "Unknown",
    "all_entry",
    "bare_name",
    "capability_sets",
    "commands",
    "default_set",
    "engine_name",
    "entry_name",
    "grade",
    "holds_all",
    "is_root",
    "no_new_privileges",
    "privileged_option",
    "problems_at_grade",
    "reach",
    "step_commands",
    "strategy_of",
    "suggest",
    "survives_drop",
]


def step_commands(step: Instruction, needle: str) -> Iterator[Sequence[Located[str] | None]]:
    """Give the words of the commands of a RUN instruction, as :func:`commands` does; of others nothing.

    Args:
        step: the instruction.
        needle: a regular expression that is found in the text of every script worth reading.

    Raises:
        UnreadableError: as :func:`commands`.

    """
    if step.keyword != "RUN":
        return
    if step.words is not None:
        yield step.words
    for script in (step.body, step.fed):
        if script is not None and re.search(needle, script.text):
            yield from commands(script)


def commands(script: Source) -> Iterator[Sequence[Located[str] | None]]:
    """Give the words of every simple command of a shell script, as its program would get them.

    The program comes first, without `sudo` and its like; None stands for a word that nobody can know before
    the script runs. Look for the program's name in the script's text first: this imports a parser of shell.

    Raises:
        UnreadableError: the script nests too deeply.

    """
    from dropcap.lang.shell import simple_commands
    from dropcap.lang.shell.launchers import unwrapped

    for words in simple_commands(script):
        yield [
            Located(word.value, word.source, word.span) if word.unknown is None else None for word in unwrapped(words)
        ]
