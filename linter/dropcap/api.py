"""All that a rule may import.

A rule is a module with a docstring (its documentation), a constant ``SEVERITY`` and one or both of

* ``check(subject) -> Iterator[Problem]``: asked about each container that a file starts; a :class:`Subject` is a
  :class:`Container` that knows its sets and grades;
* ``check_stage(stage) -> Iterator[Problem]``: asked about each Dockerfile stage, which starts nothing.

It may have ``COVERS``, the ids of rules that say the same in a milder way: what they say of a container and the
evidence of one of its own problems is left out then.

The module's name, with hyphens for underscores, is the rule's id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import CapabilitySets, Origin, Refusal
from dropcap.capabilities.engines import default_set
from dropcap.capabilities.grades import Grade, Graded
from dropcap.capabilities.names import NAMES, bare_name, suggest
from dropcap.capabilities.strategy import Strategy
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
from dropcap.subject import Subject

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
    "Strategy",
    "Subject",
    "Unknown",
    "bare_name",
    "commands",
    "default_set",
    "step_commands",
    "suggest",
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
    if step.body is not None and re.search(needle, step.body.text):
        yield from commands(step.body)


def commands(script: Source) -> Iterator[Sequence[Located[str] | None]]:
    """Give the words of every simple command of a shell script, as its program would get them.

    The program comes first, without `sudo` and its like; None stands for a word that nobody can know before
    the script runs. Look for the program's name in the script's text first: this imports a parser of shell.

    Raises:
        UnreadableError: the script nests too deeply.

    """
    from dropcap.lang.shell import simple_commands
    from dropcap.lang.shell.launchers import unwrapped

    found = list(simple_commands(script))
    if "<<" in script.text:
        from dropcap.lang.shell.fed_commands import fed_commands, place  # costs more than most scripts need

        found += fed_commands(script, {place(word) for words in found for word in words})
    for words in found:
        yield [
            Located(word.value, word.source, word.span) if word.unknown is None else None for word in unwrapped(words)
        ]
