"""What the parts of one reading share: how much may still be done, what functions there are, what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.docker_cli.command_line import read_command
from dropcap.lang.shell.scope import MOST_VALUES
from dropcap.model import Container, Failure, Located, Unknown
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tree_sitter

    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.script import Script
    from dropcap.lang.words import Word
    from dropcap.source import Source

STEPS = 50_000
"""How many steps a short script may take; a long one may take as many for each of its characters as well."""
STEPS_PER_CHARACTER = 0.25
MAX_DEPTH = 80
"""How deeply statements, calls of functions and scripts in scripts are followed."""


class Run:
    """One reading of a script, with the scripts inside it."""

    def __init__(self, home: Source) -> None:
        """Begin with a script that nothing has been found in."""
        self.home = home
        self.steps = STEPS + int(len(home.text) * STEPS_PER_CHARACTER)
        self.inner_left = STEPS + len(home.text) * 2  # characters of scripts in strings
        self.depth = 0
        self.functions: dict[str, tuple[Script, tree_sitter.Node]] = {}
        self.called: set[str] = set()
        self.calling: list[str] = []
        self.aliases: dict[str, Text] = {}
        self.exported: dict[str, None] = {}
        self._found: dict[int, dict[object, Container | Failure | None]] = {}

    def take(self, steps: int) -> bool:
        """Take some steps; says whether there were any left."""
        self.steps -= steps
        return self.steps > 0

    def has(self, place: int) -> bool:
        """Whether a command has been found at a place."""
        return place in self._found

    def is_full(self, place: int) -> bool:
        """Whether a command has already been found with as many different words as are told apart."""
        return len(self._found.get(place, ())) > MOST_VALUES

    def needs_summary(self, place: int) -> bool:
        """Whether the next words of a command are the ones that stand for all that are not told apart."""
        return len(self._found.get(place, ())) == MOST_VALUES

    def add(self, place: int, words: Sequence[Word]) -> None:
        """Read a command's words, unless the same words were found there before."""
        found = self._found.setdefault(place, {})
        key = tuple((word.value, word.unknown) for word in words)
        if key not in found:
            found[key] = read_command(words)

    def results(self) -> list[Container | Failure]:
        """Give what was found, in the order of the script.

        A command that has several sets of words is not refused because the client would refuse one of them: that
        one may never come to be.
        """
        results: list[Container | Failure] = []
        for place in sorted(self._found):
            here = [result for result in self._found[place].values() if result is not None]
            containers = [result for result in here if isinstance(result, Container)]
            results += _distinct(containers) or here[:1]
        return results


def _distinct(containers: Sequence[Container]) -> list[Container]:
    """Leave out containers that another one says all of: their words differ in what no field holds, as `-it`."""
    found: dict[object, Container] = {}
    for container in containers:
        key = tuple(_bare(value) for value in container if value is not container.source)
        found.setdefault(key, container)
    return list(found.values())


def _bare(value: object) -> object:
    """Take the places off a field's value."""
    if isinstance(value, Located):
        return value.value
    if isinstance(value, Unknown):
        return (value.text, value.fields)
    if isinstance(value, tuple) and not isinstance(value, Span):
        return tuple(map(_bare, value))
    return value
