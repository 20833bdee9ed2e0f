"""Keeps the texts of the files that commands write by `echo`, `printf`, and `cat` and `tee` of a here-document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.edited_text import edited, substituted
from dropcap.images.printed_text import appended, passed_on, printed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.images.printed_text import Printed
    from dropcap.images.tree import FileTree
    from dropcap.lang.shell.call import Call
    from dropcap.model import Located
    from dropcap.source import Source

__all__ = ["TextWriter"]


class TextWriter:
    """Writes into the files of a tree what is printed into them.

    Attributes:
        count: how often it has done so.

    """

    def __init__(self, tree: FileTree) -> None:
        """Take the tree."""
        self.count = 0
        self._tree = tree
        self._written: dict[str, tuple[Located[str], Printed | None, Source | None]] = {}

    def is_last(self, path: str) -> bool:
        """Return whether a file still has the text that was written here last."""
        before = self._written.get(path)
        return before is not None and before[2] is not None and self._tree.text(path) is before[2]

    def edit(self, call: Call, texts: Mapping[str, Source | None]) -> None:
        """Write what `sed -i` makes of files, and what it puts in the place of what stood in files of packages.

        Args:
            call: the call.
            texts: the texts of the files before it, by their paths; None where nobody has them.

        """
        self.count += len(texts)
        is_sure = not call.is_repeated and not any(guard.taken for guard in call.guards)
        text = edited(call.words) if is_sure else None
        for path, before in texts.items():
            after = substituted(call.words, before) if is_sure and before is not None else None
            if after is not None:
                self._tree.write(path, after)
                continue
            self._tree.write_behind(path, None if text is None else text.to_source())

    def write(self, call: Call, operator: str, target: Located[str], path: str, *, is_last: bool) -> None:
        """Write what a command prints into a file that was made, or emptied of the text that was known, before.

        Args:
            call: the command; one of a group writes behind what those before it have written.
            operator: the sign of the redirection.
            target: the name of the file as it is written.
            path: the absolute path of the file.
            is_last: what :meth:`is_last` said before that.

        """
        self.count += 1
        is_sure = not call.is_repeated and not any(guard.taken for guard in call.guards)
        text = printed(call.words) or passed_on(call) if is_sure else None
        if operator in {">>", "&>>"}:
            self._tree.write_behind(path, None if text is None else text.to_source())
        before = self._written.get(path)
        is_of_group = before is not None and before[0].source is target.source and before[0].span == target.span
        if before is not None and (is_of_group or operator in {">>", "&>>"}):
            text = appended(before[1], text) if is_last else None
        elif operator not in {">", ">|"}:
            text = None
        source = text.to_source() if text is not None else None
        self._written[path] = (target, text, source)
        if source is not None:
            self._tree.write(path, source)
