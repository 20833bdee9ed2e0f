"""What a substituted command prints, for one who hears every command, and what programs print of their variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.exact_calls import open_files
from dropcap.lang.shell.fragments import Piece, known_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.words import Word

__all__ = ["of_environment", "printed", "substituted"]

_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")


def of_environment(shell: Shell, name: str) -> str | None:
    """Return the value of a variable that programs get; None where it is not known, or they do not get it."""
    values = shell.scope.get(name) if name in shell.run.exported else None
    if not values or len(values) != 1 or values[0].is_list or not values[0].elements:
        return None
    pieces = values[0].elements[0]
    return None if any(piece.is_assumed for piece in pieces) else known_text(pieces)


def substituted(shell: Shell, words: Sequence[Word], document: Text) -> Text | None:
    """Return what `envsubst [NAMES]` makes of a text; None where not all that it puts into it is known.

    Source: gettext src/envsubst.c.
    """
    text = known_text(document)
    if text is None or any(word.unknown is not None or word.value.startswith("-") for word in words[1:]):
        return None
    only = {one[1] or one[2] for word in words[1:] for one in _VARIABLE.finditer(word.value)}
    made, last = [], 0
    for one in _VARIABLE.finditer(text):
        name = one[1] or one[2]
        if len(words) > 1 and name not in only:
            continue
        value = of_environment(shell, name)
        if value is None:
            return None
        made += [text[last : one.start()], value]
        last = one.end()
    return (Piece("".join([*made, text[last:]]), at=document[0].at),)


def printed(shell: Shell, node: tree_sitter.Node) -> str | None:
    """Follow a substituted command; gives what it prints, None where that is not known."""
    run = shell.run
    before, run.printed = run.printed, []
    piped, run.is_piped = run.is_piped, False
    errexit, run.is_errexit = run.is_errexit, False  # bash takes `set -e` back there
    read = [child for child in node.named_children if child.type == "file_redirect"]
    if read:  # `$(< FILE)`, which has no command: what the file holds
        redirections = run.redirections
        open_files(shell, read, None)
        run.redirections = redirections
        run.printed.append(None)
    shell.alone(lambda: shell.statements(node))
    run.is_errexit = errexit
    texts, run.printed = run.printed, before
    run.is_piped = piped
    if any(text is None for text in texts):
        return None
    return "".join([text or "" for text in texts]).rstrip("\n")
