"""What a substituted command prints, for one who hears every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.exact_calls import open_files

if TYPE_CHECKING:
    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell

__all__ = ["printed"]


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
