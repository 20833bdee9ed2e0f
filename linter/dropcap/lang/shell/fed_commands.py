"""The commands of the scripts that a script hands to a shell: `bash <<EOF`, `sudo sh <<EOF`, `cat <<EOF | bash`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.program import Setting, follow_script

if TYPE_CHECKING:
    from collections.abc import Collection

    from dropcap.lang.shell.call import Answer, Call
    from dropcap.lang.words import Word
    from dropcap.source import Source


class _Ear:
    """Takes note of every command, and knows no answer."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def hear(self, call: Call) -> None:
        """Take note of a command."""
        self.calls.append(call)

    def answer(self, _: Call) -> Answer | None:
        """Know nothing."""

    def read(self, _: Call) -> Source | None:
        """Read nothing."""


def fed_commands(source: Source, own: Collection[int]) -> list[tuple[Word, ...]]:
    """Give the words of the commands in scripts that a shell is handed, each once.

    Args:
        source: the script; :func:`dropcap.lang.shell.check_readable` has been asked about it.
        own: where the words of the script's own commands stand in the file.

    """
    ear = _Ear()
    follow_script(source, ear, Setting())
    found: dict[int, tuple[Word, ...]] = {}
    for call in ear.calls:
        at = place(call.words[0])
        if at not in own:
            found.setdefault(at, call.words)
    return list(found.values())


def place(word: Word) -> int:
    """Return where a word stands in the file."""
    return word.source.to_root(word.span)[1].start
