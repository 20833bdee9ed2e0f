"""The server: what an editor sends becomes jobs of the one thread that checks, and what comes of them is sent."""

from __future__ import annotations

import asyncio
import gc
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

from dropcap import __version__
from dropcap.exit_codes import UsageError
from dropcap.lsp import answers
from dropcap.lsp.actions import FIX_ALL
from dropcap.lsp.answers import Edits, View, Waiting
from dropcap.lsp.diagnostics import Client
from dropcap.lsp.positions import edited, name_of, path_of
from dropcap.lsp.protocol import Protocol, Server
from dropcap.lsp.publisher import Publisher, Said
from dropcap.lsp.session import Session
from dropcap.lsp.settings import INLAY, LENS, Settings, settings_of
from dropcap.lsp.watched import WATCHED
from dropcap.lsp.worker import Worker
from dropcap.namedtuple import NamedTuple
from dropcap.printable import shortened
from dropcap.rule import load_rules
from dropcap.workspace import LOCK
from dropcap.writers.places import page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.lsp.locking import Locker

    T = TypeVar("T")

DELAY = 0.05
"""How many seconds a change that follows on another one so soon waits for the next, before it is checked."""
_LONGEST_MESSAGE = 500
_LOCK_ARGUMENTS = 2
_NOTHING_SAFE = "no safe fix is left in this file"
_NO_COMMENT = "no comment can accept this here; use an [[allow]] entry of the configuration"


class Document(NamedTuple):
    """An open text as the editor has it.

    Attributes:
        path: its absolute path, or its URI where it has no file.
        name: what it is called where it has no file; else empty.
        language: what the editor takes it to be.
        version: the editor's number of it.
        text: the text.

    """

    path: str
    name: str
    language: str
    version: int | None
    text: str


class DropcapServer(Server):
    """The server, and what it knows of the editor. All of it runs in the thread of the loop, but for jobs."""

    def __init__(self) -> None:
        """Make a server that waits for an editor."""
        super().__init__("dropcap", __version__, protocol_cls=Protocol, max_workers=1)
        self.rules = load_rules()
        self.settings = Settings()
        self.documents: dict[str, Document] = {}
        self.pulls = False
        self.was_shut_down = False
        self._is_warm = False
        self._pulled: dict[str, tuple[int, int | None]] = {}
        self._complaints: tuple[str, ...] = ()
        self._folders: dict[str, str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.locker: Locker | None = None
        self.edits = Edits(has_versions=False, waiting=None)
        self.publisher = Publisher(Client(), {})
        self.worker = Worker(Session(self.rules), self._progressed, self._failed)

    # The beginning and the end.

    def initialize(self, params: types.InitializeParams) -> None:
        """Take what the editor is and understands."""
        capabilities = params.capabilities
        encoding = ServerCapabilitiesBuilder.choose_position_encoding(capabilities)
        self._loop = asyncio.get_running_loop()
        self.settings = settings_of(params.initialization_options)
        self._folders = _folders(params)
        first = next(iter(self._folders.values()), None)
        if first is not None:
            with suppress(OSError):
                os.chdir(first)  # paths are printed as `dropcap check` prints them there
        client = Client(
            str(getattr(encoding, "value", encoding)),
            bool(get_capability(capabilities, "text_document.publish_diagnostics.related_information")),
            bool(get_capability(capabilities, "text_document.publish_diagnostics.code_description_support")),
            get_capability(capabilities, "text_document.publish_diagnostics.tag_support") is not None,
        )
        self.pulls = capabilities.text_document is not None and capabilities.text_document.diagnostic is not None
        if self.pulls:
            pulled = capabilities.text_document.diagnostic if capabilities.text_document else None
            client = client._replace(
                takes_related=client.takes_related or bool(getattr(pulled, "related_information", False)),
                takes_pages=client.takes_pages or bool(getattr(pulled, "code_description_support", False)),
                takes_tags=client.takes_tags or getattr(pulled, "tag_support", None) is not None,
            )
        asks_again = get_capability(capabilities, "text_document.code_action.resolve_support.properties") or ()
        has_versions = bool(get_capability(capabilities, "workspace.workspace_edit.document_changes"))
        self.edits = Edits(has_versions, Waiting() if "edit" in asks_again else None)
        self.publisher = Publisher(client, {rule.id: page for rule in self.rules if (page := page_of(rule))})
        self.worker.stop()
        self.worker = Worker(Session(self.rules, self._folders.values()), self._progressed, self._failed)
        self.worker.start()

    def initialized(self) -> None:
        """Ask the editor to tell of files that change, and for its settings."""
        if self.is_told_of_files:
            watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            registration = types.Registration(id="dropcap-watched", method=method, register_options=options)
            self.protocol.ask(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([registration]))
        self.ask_settings()

    @property
    def is_told_of_files(self) -> bool:
        """Whether the editor tells of files that others change."""
        name = "workspace.did_change_watched_files.dynamic_registration"
        return bool(get_capability(self.client_capabilities, name))

    def saved(self, uri: str) -> None:
        """Look again at what a saved file is read by; at all, where nobody tells of files that others change."""
        if self.is_told_of_files:
            self.files_changed([uri])
        else:
            self.worker.do(lambda session: session.reconfigure(), DELAY)

    def ask_settings(self) -> None:
        """Ask the editor for its settings, where it can be asked."""
        if not get_capability(self.client_capabilities, "workspace.configuration"):
            return
        params = types.ConfigurationParams([types.ConfigurationItem(section="dropcap")])
        future = self.protocol.ask(types.WORKSPACE_CONFIGURATION, params)
        future.add_done_callback(self._take_answer)

    def _take_answer(self, done: Any) -> None:  # noqa: ANN401  # a future of whatever the editor sends
        if done.cancelled() or done.exception() is not None:
            return
        answer = done.result()
        if isinstance(answer, (list, tuple)) and answer and answer[0] is not None:
            self.take_settings(answer[0])

    def take_settings(self, found: object) -> None:
        """Take the editor's settings."""
        before, self.settings = self.settings, settings_of(found)
        if before == self.settings:
            return
        if get_capability(self.client_capabilities, "workspace.inlay_hint.refresh_support"):
            self.protocol.ask(types.WORKSPACE_INLAY_HINT_REFRESH)
        if get_capability(self.client_capabilities, "workspace.code_lens.refresh_support"):
            self.protocol.ask(types.WORKSPACE_CODE_LENS_REFRESH)

    def change_folders(self, event: types.WorkspaceFoldersChangeEvent) -> None:
        """Take which folders are open."""
        for gone in event.removed:
            self._folders.pop(gone.uri, None)
        for new in event.added:
            path = path_of(new.uri)
            if path is not None:
                self._folders[new.uri] = path
        folders = list(self._folders.values())
        self.worker.do(lambda session: session.set_folders(folders))

    # The texts.

    def did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take an open text."""
        item = params.text_document
        path = path_of(item.uri)
        name = "" if path is not None else name_of(item.uri)
        self._take(item.uri, Document(path or item.uri, name, item.language_id, item.version, item.text))

    def did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Take changes of a text."""
        uri, version = params.text_document.uri, params.text_document.version
        known = self.documents.get(uri)
        if known is not None:
            text = edited(known.text, params.content_changes, self.encoding)
            self._take(uri, known._replace(version=version, text=text), DELAY)

    def _take(self, uri: str, document: Document, delay: float = 0.0) -> None:
        self.documents[uri] = document
        publisher = self.publisher

        def take(session: Session) -> None:
            before = publisher.key(uri)
            key = session.open(document.path, document.text, document.language, name=document.name)
            if before is not None and before != key and publisher.closed(before, uri):  # a link leads elsewhere now
                session.close(before)
            publisher.opened(key, uri, document.version)

        self.worker.do(take, delay)

    def did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Forget a text, and what was said of it."""
        uri = params.text_document.uri
        if self.documents.pop(uri, None) is None:
            return
        publisher = self.publisher
        self._pulled.pop(uri, None)

        def close(session: Session) -> None:
            key = publisher.key(uri)
            if key is not None and publisher.closed(key, uri):
                session.close(key)

        self.worker.do(close)
        if not self.pulls:
            self.protocol.tell(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, {"uri": uri, "diagnostics": []})

    def files_changed(self, written: Sequence[str], moved: Sequence[str] = ()) -> None:
        """Look again at what is made of files that are others now on the disk, or there no longer."""
        paths, others = ([path for path in map(path_of, uris) if path is not None] for uris in (written, moved))
        if paths or others:
            self.worker.do(lambda session: session.changed_on_disk(paths, others), DELAY)

    @property
    def encoding(self) -> str:
        """The units of columns."""
        return self.publisher.encoding

    # What is said.

    def _progressed(self, session: Session) -> None:
        """Find what is new to say; this is the thread that checks."""
        news = self.publisher.news(session)
        complaints = session.unusable()
        if news:
            told = [(uri, version, one) for one in news for uri, version in self.publisher.uris(one.key).items()]
            self._call(lambda: self._tell(told))
            self._warm_up()
        if complaints != self._complaints:
            new = [one for one in complaints if one not in self._complaints]
            self._complaints = complaints
            self._call(lambda: self._complain(new))

    def _warm_up(self) -> None:
        """Take what the first check has loaded out of what is searched for circles: that takes longer than a check."""
        if not self._is_warm:
            self._is_warm = True
            gc.collect()
            gc.freeze()

    def _failed(self, error: BaseException) -> None:
        self._call(lambda: self.log_defect(error))

    def _call(self, job: Callable[[], None]) -> None:
        """Do something in the thread of the loop, if that still runs."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(job)

    def _tell(self, told: list[tuple[str, int | None, Said]]) -> None:
        if self.pulls:
            if any(self._is_news(uri, said) for uri, _, said in told) and get_capability(
                self.client_capabilities, "workspace.diagnostics.refresh_support"
            ):
                self.protocol.ask(types.WORKSPACE_DIAGNOSTIC_REFRESH)
            return
        for uri, version, said in told:
            document = self.documents.get(uri)
            if document is None or document.version != version:
                continue  # closed, or changed since: there will be others
            params: dict[str, Any] = {"uri": uri, "diagnostics": said.items}
            if version is not None:
                params["version"] = version
            self.protocol.tell(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)

    def _is_news(self, uri: str, said: Said) -> bool:
        """Return whether the editor has something old; of a text that it has changed since, it asks by itself."""
        document, pulled = self.documents.get(uri), self._pulled.get(uri)
        if document is None or pulled is None:
            return False
        number, version = pulled
        return number != said.number and version == document.version

    def _complain(self, messages: Sequence[str]) -> None:
        for message in messages:
            text = f"dropcap cannot use a configuration: {shortened(message, _LONGEST_MESSAGE)}"
            self.protocol.tell(types.WINDOW_SHOW_MESSAGE, {"type": types.MessageType.Error.value, "message": text})

    # What is asked.

    async def pulled(self, params: types.DocumentDiagnosticParams) -> dict[str, Any]:
        """Answer what there is to say of a text."""
        publisher = self.publisher
        uri = params.text_document.uri
        document = self.documents.get(uri)
        said = await self._of(uri, lambda view: publisher.said(view.session, view.key))
        if said is None or document is None:
            return {"kind": "full", "items": []}
        self._pulled[uri] = said.number, document.version
        result_id = str(said.number)
        if params.previous_result_id == result_id:
            return {"kind": "unchanged", "resultId": result_id}
        return {"kind": "full", "resultId": result_id, "items": said.items}

    async def _of(self, uri: str, ask: Callable[[View], T], *, waits: bool = True) -> T | None:
        """Ask something about a text, which is checked first as it is now; None where it is not open or that failed.

        Args:
            uri: the text.
            ask: is called in the thread that checks.
            waits: whether the check has to be of the text as it is now.

        """
        publisher = self.publisher
        if not self.worker.is_alive():
            return None  # nobody has said hello yet

        def job(session: Session) -> T | None:
            key = publisher.key(uri)
            if key is None:
                return None
            if waits or not session.checked_of(key):
                session.bring_up(key)
            return ask(View(session, publisher, key))

        try:
            return await asyncio.wrap_future(self.worker.do(job))
        except Exception as error:  # noqa: BLE001  # a defect is one answer's alone
            self.log_defect(error)
            return None

    async def hover(self, params: types.HoverParams) -> dict[str, Any] | None:
        """Answer what is known of a word."""
        return await self._of(params.text_document.uri, lambda view: answers.hover_at(view, params.position))

    async def completion(self, params: types.CompletionParams) -> dict[str, Any] | None:
        """Answer what may be written at a place; what was checked last is enough for it."""
        uri, place = params.text_document.uri, params.position
        return await self._of(uri, lambda view: answers.completions_at(view, place), waits=False)

    async def code_action(self, params: types.CodeActionParams) -> list[dict[str, Any]]:
        """Answer what can be done about what stands in a range."""
        only = None if params.context.only is None else [str(getattr(one, "value", one)) for one in params.context.only]
        uri = params.text_document.uri
        return await self._of(uri, lambda view: answers.actions_at(view, params.range, only, self.edits)) or []

    async def code_action_resolve(self, params: types.CodeAction) -> dict[str, Any]:
        """Answer what an action changes that a person has chosen."""
        data = params.data if isinstance(params.data, dict) else {}
        uri, number = str(data.get("uri", "")), data.get("number")
        found = await self._of(uri, lambda view: answers.resolved_at(view, number, self.edits))
        if found is None:
            kind = str(getattr(params.kind, "value", params.kind))
            self._say(_NOTHING_SAFE if kind == FIX_ALL else _NO_COMMENT, is_error=True)
        return found or {"title": params.title}

    async def lock_image(self, *arguments: object) -> None:
        """Read an image from the local engine into the lock of a file's project: a person has asked for it."""
        locker = self.locker
        if locker is None or len(arguments) != _LOCK_ARGUMENTS:
            return
        path, image = map(str, arguments)
        try:
            job = self.worker.do(lambda session: locker.project_of(path, image, session.overlay))
            project = await asyncio.wrap_future(job)
            contents = await asyncio.to_thread(locker.contents_of, image)
            done = await asyncio.wrap_future(self.worker.do(lambda _: locker.written(project, image, contents)))
        except UsageError as error:
            self._say(str(error), is_error=True)
            return
        self._say(done, is_error=False)
        lock = os.path.join(project.workspace.root, LOCK)
        self.worker.do(lambda session: session.changed_on_disk([lock]))

    def _say(self, message: str, *, is_error: bool) -> None:
        kind = types.MessageType.Error if is_error else types.MessageType.Info
        text = f"dropcap: {shortened(message, _LONGEST_MESSAGE)}"
        self.protocol.tell(types.WINDOW_SHOW_MESSAGE, {"type": kind.value, "message": text})

    async def inlay_hint(self, params: types.InlayHintParams) -> list[dict[str, Any]]:
        """Answer what containers hold and need, where a person wants to see it."""
        if self.settings.hints != INLAY:
            return []
        return await self._of(params.text_document.uri, lambda view: answers.inlay_hints(view, params.range)) or []

    async def code_lens(self, params: types.CodeLensParams) -> list[dict[str, Any]]:
        """Answer the same, as a line above each container."""
        if self.settings.hints != LENS:
            return []
        return await self._of(params.text_document.uri, answers.lenses) or []


def _folders(params: types.InitializeParams) -> dict[str, str]:
    """Return the folders that are open, by their URIs."""
    uris = [one.uri for one in params.workspace_folders or ()]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    if not uris and params.root_path:
        return {params.root_path: params.root_path}
    return {uri: path for uri in uris if (path := path_of(uri)) is not None}
