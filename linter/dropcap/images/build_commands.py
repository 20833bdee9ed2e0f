"""The commands that a Dockerfile's build steps run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Instruction
    from dropcap.source import Source


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
