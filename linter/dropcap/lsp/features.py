"""The requests and notifications of the protocol, each with what answers it, and the run of the server."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.io_ import StdoutWriter

from dropcap.lsp.actions import FIX_ALL, LOCK_IMAGE
from dropcap.lsp.pipes import hand_over
from dropcap.lsp.protocol import keep_quiet
from dropcap.lsp.server import DropcapServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.lsp.locking import Locker

TRIGGERS = ["[", ",", "=", "-", ":", " "]
"""What a person types where names may follow."""


def run(locker: Locker | None = None) -> bool:
    """Serve an editor on standard input and output until it leaves; gives whether it said so before.

    Args:
        locker: what reads an image into a lock, where a person asks for it.

    """
    # What else is written to standard output would be taken for a message.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    keep_quiet()
    server = made(locker)
    gc.enable()
    server.protocol.set_writer(StdoutWriter(output))
    with suppress(SystemExit, KeyboardInterrupt, BrokenPipeError):  # an end that was asked for, or nobody is there
        asyncio.run(hand_over(sys.stdin.buffer, server.protocol.take))
    return server.was_shut_down


def made(locker: Locker | None = None) -> DropcapServer:
    """Return a server that answers all that it can."""
    server = DropcapServer()
    server.locker = locker
    if locker is not None:
        server.command(LOCK_IMAGE)(_lock_image)
    for method, handle in _TOLD.items():
        server.feature(method)(handle)
    for method, (name, options) in _ASKED.items():
        server.feature(method, options)(_asking(name))
    return server


def _asking(name: str) -> Callable[..., Any]:
    async def ask(ls: DropcapServer, params: Any) -> Any:  # noqa: ANN401  # of any request
        return await getattr(ls, name)(params)

    return ask


async def _lock_image(ls: DropcapServer, *arguments: object) -> None:
    await ls.lock_image(*arguments)


_ASKED: dict[str, tuple[str, Any]] = {
    types.TEXT_DOCUMENT_HOVER: ("hover", None),
    types.TEXT_DOCUMENT_COMPLETION: ("completion", types.CompletionOptions(trigger_characters=TRIGGERS)),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        "code_action",
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL], resolve_provider=True),
    ),
    types.CODE_ACTION_RESOLVE: ("code_action_resolve", None),
    types.TEXT_DOCUMENT_INLAY_HINT: ("inlay_hint", None),
    types.TEXT_DOCUMENT_CODE_LENS: ("code_lens", None),
}


def _initialize(ls: DropcapServer, params: types.InitializeParams) -> None:
    ls.initialize(params)
    if ls.pulls:
        options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False)
        ls.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(_asking("pulled"))


def _initialized(ls: DropcapServer, _params: object) -> None:
    ls.initialized()


def _shutdown(ls: DropcapServer, *_params: object) -> None:
    ls.was_shut_down = True
    ls.worker.stop()


def _did_save(ls: DropcapServer, params: types.DidSaveTextDocumentParams) -> None:
    ls.saved(params.text_document.uri)


def _did_change_watched_files(ls: DropcapServer, params: types.DidChangeWatchedFilesParams) -> None:
    written = [one.uri for one in params.changes if one.type is types.FileChangeType.Changed]
    ls.files_changed(written, [one.uri for one in params.changes if one.type is not types.FileChangeType.Changed])


def _did_change_folders(ls: DropcapServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    ls.change_folders(params.event)


def _did_change_configuration(ls: DropcapServer, params: types.DidChangeConfigurationParams) -> None:
    if params.settings:
        ls.take_settings(params.settings)
    ls.ask_settings()


_TOLD: dict[str, Callable[..., None]] = {
    types.INITIALIZE: _initialize,
    types.INITIALIZED: _initialized,
    types.SHUTDOWN: _shutdown,
    types.TEXT_DOCUMENT_DID_SAVE: _did_save,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _did_change_watched_files,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _did_change_folders,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: _did_change_configuration,
}
