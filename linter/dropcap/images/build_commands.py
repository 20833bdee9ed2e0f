"""The commands that a Dockerfile's build steps run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.words import Word
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.shell.call import Answer, Call, Executed
    from dropcap.model import Instruction
    from dropcap.source import Source

    Words = Sequence[Located[str] | None]


def step_commands(step: Instruction, needle: str) -> Iterator[Words]:
    """Give the words of the commands of a RUN instruction, as :func:`commands` does; of others nothing.

    Args:
        step: the instruction.
        needle: a regular expression that is found in the text of every script worth reading.

    Raises:
        UnreadableError: as :func:`commands`.

    """
    if step.keyword != "RUN":
        return
    if step.words is not None and re.search(needle, " ".join(word.value for word in step.words)):
        yield from _of_program(step.words)
    if step.body is not None and re.search(needle, step.body.text):
        yield from commands(step.body)


def commands(script: Source) -> Iterator[Words]:
    """Give the words of every simple command of a shell script, as its program would get them.

    The program comes first, without `sudo` and its like; None stands for a word that nobody can know before the script
    runs. What scripts in strings and here-documents run that are handed to a shell is among them, and what `find` and
    `xargs` run. Look for the program's name in the script's text first: this imports a parser of shell.

    Raises:
        UnreadableError: the script nests too deeply.

    """
    from dropcap.lang.shell import simple_commands
    from dropcap.lang.shell.program import Setting, follow_script

    heard = _Heard()
    follow_script(script, heard, Setting())
    yield from _each((*simple_commands(script), *heard.calls))


def _of_program(words: Sequence[Located[str]]) -> Iterator[Words]:
    """Give the commands of a program that no shell starts, such as a shell that is handed a script."""
    from dropcap.lang.shell.program import Setting, follow_command

    own = [Word(word.value, word.source, word.span) for word in words]
    heard = _Heard()
    follow_command(own, heard, Setting())
    yield from _each((own, *heard.calls))


class _Heard:
    """Takes note of every command, and knows no answer."""

    def __init__(self) -> None:
        self.calls: list[Sequence[Word]] = []

    def hear(self, call: Call) -> None:
        self.calls.append(call.words)

    def answer(self, _: Call) -> Answer | None:
        return None

    def read(self, _: Call) -> Source | None:
        return None

    def executed(self, _: Call) -> Executed | None:
        return None

    def paths(self, _: str) -> Sequence[str] | None:
        return None


def _each(found: Sequence[Sequence[Word]]) -> Iterator[Words]:
    """Give the words of commands as their programs get them, those at one place in the file once."""
    from dropcap.lang.shell.launchers import unwrapped

    seen: set[int] = set()
    for words in found:
        located: Words = [
            Located(word.value, word.source, word.span) if word.unknown is None else None for word in unwrapped(words)
        ]
        first = located[0] if located else None
        at = -1 if first is None else first.source.to_root(first.span)[1].start
        if at not in seen:
            yield located
        if at >= 0:
            seen.add(at)
