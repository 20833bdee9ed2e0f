"""Where a startup stands in the files of its container: its folder, and the programs that it finds from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.facts import Account, File
from dropcap.needs.conditions import Program, find_program
from dropcap.needs.listings import absolute
from dropcap.needs.permissions import resolved
from dropcap.needs.program_table import lookup as described
from dropcap.source import Shipped

if TYPE_CHECKING:
    from dropcap.images.tree import FileTree
    from dropcap.lang.words import Word

__all__ = ["Lookup", "is_of_package"]


class Lookup:
    """The files, and the folder that a command runs in; None where that is not known."""

    def __init__(self, tree: FileTree, folder: str | None) -> None:
        """Begin in a folder."""
        self.tree = tree
        self.folder = folder
        self._started: tuple[Word | None, Program | None] = None, None
        self._in_path: dict[str, tuple[int, Program | None]] = {}  # by name, as long as nothing changes

    def path(self, name: str) -> str | None:
        """Return a path from the root; None where it is not known."""
        return absolute(name, self.folder)

    def at_home(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """Return words with the home folders of accounts in the place of `~NAME`."""
        for word in words:
            if word.value.startswith("~"):
                return tuple(map(self._home, words))
        return words

    def _home(self, word: Word) -> Word:
        name, slash, rest = word.value.removeprefix("~").partition("/")
        if not word.value.startswith("~") or word.unknown is not None or not name:
            return word
        found = self.tree.account(name)
        if not isinstance(found, Account) or not found.home:
            return word
        return word._replace(value=f"{found.home}{slash}{rest}")

    def begin(self) -> None:
        """Look for the program of the next command anew: a word is the same each time that its command is run."""
        self._started = None, None

    def program(self, word: Word) -> Program | None:
        """Return the file of the program that a command starts; before it runs, and so whatever it changes."""
        if self._started[0] is not word:
            self._started = word, self.file(word.value, in_path=True)
        return self._started[1]

    def file(self, name: str, *, in_path: bool) -> Program | None:
        """Return the file of a name: one without a folder is looked for as the shell does, where that is wanted."""
        if "/" not in name and in_path:
            version, known = self._in_path.get(name, (-1, None))
            if version != self.tree.version:
                found = find_program(self.tree, name)
                known = found if isinstance(found, Program) else None
                self._in_path[name] = self.tree.version, known
            return known
        path = self.path(name)
        file = resolved(self.tree, path) if path is not None else None
        return Program(path, file) if path is not None and isinstance(file, File) else None


def is_of_package(program: Program) -> bool:
    """Return whether a program is one of the distribution's that is described: that says more than its script.

    The catalogue of images says what a program of its image does, which goes before what is said of the name.
    """
    if isinstance(program.file.text, Shipped):
        return False
    folder, _, name = program.path.rpartition("/")
    return program.file.where is None and folder in _OF_PACKAGES and described(name) is not None


_OF_PACKAGES = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/lib/php", "/usr/sbin"})
