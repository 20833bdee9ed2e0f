"""The protocol, as pygls speaks it, but for what dropcap does in a way of its own.

The texts are dropcap's: its lines end where an editor's do. Nothing that the editor sends is repeated in a log. A
request that cannot be read is answered, and one of ours that nobody answers is forgotten some day.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from dropcap.crash import place
from dropcap.printable import shortened

if TYPE_CHECKING:
    from concurrent.futures import Future

MOST_WAITING = 100
"""How many of our requests wait for an answer; the oldest is forgotten when there are more."""
_LONGEST_LOG = 500
_INVALID_PARAMS = -32602


class Protocol(LanguageServerProtocol):
    """Handles messages."""

    _server: Server

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take an open text."""
        self._server.did_open(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Take changes of a text."""
        self._server.did_change(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Forget a text."""
        self._server.did_close(params)

    def structure_message(self, data: dict[str, Any]) -> Any:  # noqa: ANN401  # a message of any kind
        """Read a message; a request that makes no sense gets an answer that says so."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "method" in data and isinstance(data.get("id"), (int, str)):
                message = f"the parameters of {shortened(str(data['method']), 60)} are not as the protocol has them"
                self._send_response(data["id"], error=types.ResponseError(_INVALID_PARAMS, message))
            raise

    def take(self, body: bytes) -> None:
        """Handle a message; one that makes no sense is told of and forgotten."""
        try:
            message = json.loads(body, object_hook=self.structure_message)
            self.handle_message(message)
        except Exception as error:  # noqa: BLE001  # whatever an editor sends, the server goes on
            self._server.report_server_error(error, JsonRpcException)

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification, in the protocol's words."""
        self._send_data({"jsonrpc": self.VERSION, "method": method, "params": params})

    def ask(self, method: str, params: Any = None) -> Future[Any]:  # noqa: ANN401  # what the method takes
        """Send a request; nobody may ever answer it."""
        future: Future[Any] = self.send_request(method, params)
        waiting = [key for key in self._result_types if key in self._request_futures]
        for key in waiting[: max(0, len(waiting) - MOST_WAITING)]:
            self._request_futures.pop(key).cancel()
            self._result_types.pop(key)
        return future


class Server(LanguageServer):
    """What the protocol calls, without any knowledge of files that are checked."""

    protocol: Protocol

    def did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take an open text."""
        raise NotImplementedError

    def did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Take changes of a text."""
        raise NotImplementedError

    def did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Forget a text."""
        raise NotImplementedError

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ANN401  # pygls says why
        """Log in one line what went wrong; what the editor sent is not repeated."""
        if source is JsonRpcException:
            self.log(f"a message of the editor cannot be read: {type(error).__name__}")
        elif not isinstance(error, JsonRpcException) or isinstance(error, JsonRpcInternalError):
            self.log_defect(error)

    def log_defect(self, error: BaseException) -> None:
        """Log what was raised and where, without what it says: that may quote a file."""
        cause = error.__cause__ or error.__context__ or error
        words = f"{type(cause).__name__} at {place(cause)}"
        self.log(f"a defect of dropcap, please report it: {words}")

    def log(self, message: str) -> None:
        """Write a line into the editor's log."""
        self.protocol.tell(
            types.WINDOW_LOG_MESSAGE, {"type": types.MessageType.Log.value, "message": shortened(message, _LONGEST_LOG)}
        )


def keep_quiet() -> None:
    """Let pygls write nothing to standard error: its log quotes messages, and they hold whole files."""
    for name in ("pygls", "asyncio"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        logger.setLevel(logging.CRITICAL + 1)
