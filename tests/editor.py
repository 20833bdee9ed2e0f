"""An editor for tests: pytest-lsp's client, which speaks with `dropcap lsp` in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

PATIENCE = 20


class Editor:
    """An editor, and what it has heard."""

    def __init__(self, client: LanguageClient, result: types.InitializeResult) -> None:
        self.client = client
        self.result = result
        self.published: list[types.PublishDiagnosticsParams] = []
        self.versions: dict[str, int] = {}
        self.registered: list[types.Registration] = []
        self.code: int | None = None

    def open(self, path: Path | str, text: str, language: str = "yaml") -> str:
        uri = path if isinstance(path, str) else path.as_uri()
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, text: str) -> int:
        """Put another text in the place of the whole of one."""
        return self.edit(uri, types.TextDocumentContentChangeWholeDocument(text))

    def edit(self, uri: str, *changes: types.TextDocumentContentChangeEvent) -> int:
        version = self.versions[uri] = self.versions[uri] + 1
        document = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, list(changes)))
        return version

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def save(self, uri: str) -> None:
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    async def ask(self, method: str, params: object) -> Any:  # noqa: ANN401  # whatever is answered
        """Send a request that need not be one of the protocol."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.client.protocol._request_futures["odd"] = future  # type: ignore[assignment]  # noqa: SLF001
        message = {"jsonrpc": "2.0", "id": "odd", "method": method, "params": params}
        self.client.protocol._send_data(message)  # noqa: SLF001
        return await asyncio.wait_for(future, PATIENCE)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""

        async def wait() -> None:
            while not holds():  # noqa: ASYNC110  # it may be anything
                await asyncio.sleep(0.002)

        await asyncio.wait_for(wait(), PATIENCE)

    async def of(self, uri: str, version: int | None = None) -> list[types.Diagnostic]:
        """Wait for the diagnostics of a version of a text, that of now."""
        wanted = self.versions[uri] if version is None else version

        def found() -> list[types.PublishDiagnosticsParams]:
            return [one for one in self.published if one.uri == uri and one.version == wanted]

        await self.until(found)
        return list(found()[-1].diagnostics)

    def said(self, uri: str) -> set[str]:
        """Return the rules of the last diagnostics of a text."""
        last = [one for one in self.published if one.uri == uri]
        return {str(one.code) for one in last[-1].diagnostics} if last else set()

    async def pull(self, uri: str, before: str | None = None) -> Any:  # noqa: ANN401  # one of two reports
        identifier = types.TextDocumentIdentifier(uri)
        params = types.DocumentDiagnosticParams(identifier, previous_result_id=before)
        return await asyncio.wait_for(self.client.text_document_diagnostic_async(params), PATIENCE)


def pushed_to(client: str = "visual_studio_code", **workspace: Any) -> types.ClientCapabilities:  # noqa: ANN401
    """Return what an editor can do that is sent its diagnostics."""
    found = client_capabilities(client)
    if found.text_document is not None:
        found.text_document.diagnostic = None
    for name, value in workspace.items():
        setattr(found.workspace, name, value)
    return found


@asynccontextmanager
async def editor(
    *folders: Path,
    capabilities: types.ClientCapabilities | None = None,
    options: object = None,
    cwd: Path | None = None,
) -> AsyncIterator[Editor]:
    """Start a server, and stop it in the end."""
    client = make_test_lsp_client()
    await client.start_io(
        sys.executable, "-m", "dropcap", "lsp", "--stdio", cwd=cwd or (folders[0] if folders else None)
    )
    params = types.InitializeParams(
        capabilities=capabilities or pushed_to(),
        workspace_folders=[types.WorkspaceFolder(one.as_uri(), one.name) for one in folders],
        initialization_options=options,
    )
    result = await asyncio.wait_for(client.initialize_session(params), PATIENCE)
    one = Editor(client, result)
    client.protocol.fm.features.pop(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]  # pygls has no types for it
    def _take(params: types.PublishDiagnosticsParams) -> None:
        one.published.append(params)

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]  # as above
    def _register(params: types.RegistrationParams) -> None:
        one.registered += params.registrations

    server = client._server  # noqa: SLF001  # pygls says nothing else of the process
    assert server is not None
    try:
        yield one
        await asyncio.wait_for(client.shutdown_session(), PATIENCE)
        one.code = server.returncode
    finally:
        if server.returncode is None:
            server.kill()
        await client.stop()  # type: ignore[no-untyped-call]  # as above


def run(talk: Coroutine[Any, Any, None]) -> None:
    """Run what a test has to say to a server."""
    asyncio.run(talk)
