"""`dropcap lsp`: answer an editor, by the Language Server Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.exit_codes import CLEAN, FINDINGS, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--stdio", action="store_true", help="speak on standard input and output, as is done without it"
    )


def run(_arguments: Namespace) -> int:
    """Serve an editor until it leaves; the protocol wants 1 where it leaves without a word."""
    try:
        import lsprotocol  # noqa: F401  # whether it is there
        import pygls  # noqa: F401  # as above
    except ImportError:
        raise UsageError("`dropcap lsp` needs pygls: install it with `pip install 'dropcap[lsp]'`") from None
    from dropcap.commands import lock_image
    from dropcap.lsp.features import run as serve

    return CLEAN if serve(lock_image) else FINDINGS
