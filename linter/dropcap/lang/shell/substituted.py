"""What substituted commands print that another command hands on: `bash -c "$(cat <<E …)"`, `bash <(echo …)`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import PieceKind
from dropcap.lang.shell.streams import printed

if TYPE_CHECKING:
    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Piece, Text

__all__ = ["filled", "remember"]

_NAME = r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})"


def remember(shell: Shell, node: tree_sitter.Node) -> None:
    """Keep what a substituted command prints, where the script itself has it, by its place."""
    parts = shell.parts(node)
    text = printed(shell, parts[0], None) if len(parts) == 1 else None
    if text is None:
        return
    written = shell.text(node)
    start = shell.script.to_offset(node.start_byte) + len(written) - len(written.lstrip())
    shell.run.substituted[shell.script.home_at(start)] = text


def filled(shell: Shell, text: Text) -> Text:
    """Return a text in which what a substituted command prints stands in its place."""
    known = shell.run.substituted
    if not known:
        return text
    return tuple(one for piece in text for one in known.get(_place(shell, piece), (piece,)))


def _place(shell: Shell, piece: Piece) -> int | None:
    """Return where the command stands whose output a piece is, by itself or by a variable's name."""
    if piece.kind is not PieceKind.UNKNOWN:
        return None
    match = re.fullmatch(_NAME, piece.text)
    if match is None:
        return piece.at
    values = shell.scope.get(match[1] or match[2])
    if values is None or len(values) != 1 or len(values[0].elements) != 1 or len(values[0].elements[0]) != 1:
        return None
    inner = values[0].elements[0][0]
    return inner.at if inner.kind is PieceKind.UNKNOWN else None
