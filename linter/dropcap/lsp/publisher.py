"""What was said to the editor of each open text, and what has changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.lsp.defects import defect
from dropcap.lsp.diagnostics import Found, Scene, by_file, diagnostics, of_fault, once, shown_failures
from dropcap.lsp.positions import Places, uri_of
from dropcap.model import Level
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.lsp.diagnostics import Client
    from dropcap.lsp.session import Session
    from dropcap.model import Finding, Report
    from dropcap.source import Source


class Said(NamedTuple):
    """The diagnostics of a text.

    Attributes:
        key: the text, as the session knows it.
        items: the diagnostics.
        number: what tells them from those before.

    """

    key: str
    items: list[dict[str, Any]]
    number: int


class Publisher:
    """Turns what a session knows into diagnostics, and knows which of them are new."""

    def __init__(self, client: Client, pages: dict[str, str]) -> None:
        """Take what the editor understands, and the pages of rules."""
        self._client = client
        self._pages = pages
        self._uris: dict[str, dict[str, int | None]] = {}
        self._keys: dict[str, str] = {}
        self._said: dict[str, Said] = {}
        self._sorted: dict[int, tuple[Report, dict[str, Found]]] = {}
        self._made_of: dict[str, list[object]] = {}
        self._listed: dict[str, list[tuple[Checked, Found]]] = {}
        self._listed_at = -1
        self._revision = -1
        self._number = 0
        self._untold: set[str] = set()

    @property
    def encoding(self) -> str:
        """The units of columns."""
        return self._client.encoding

    # The URIs by which the editor knows texts. A file may be open by several, as by a link to it.

    def opened(self, key: str, uri: str, version: int | None) -> None:
        """Take the URI and the version of a text."""
        self._keys[uri] = key
        self._uris.setdefault(key, {})[uri] = version
        self._untold.add(key)  # also where the same is to say: who edits a text may have lost what stood in it

    def closed(self, key: str, uri: str) -> bool:
        """Forget a URI; gives whether it was the last one of its text."""
        self._keys.pop(uri, None)
        uris = self._uris.get(key, {})
        uris.pop(uri, None)
        if uris:
            return False
        for known in (self._uris, self._said, self._made_of):
            known.pop(key, None)
        self._untold.discard(key)
        return True

    def uris(self, key: str) -> dict[str, int | None]:
        """Return the URIs of a text, each with the version that the editor gave it."""
        return dict(self._uris.get(key, {}))

    def key(self, uri: str) -> str | None:
        """Return the text that a URI names; None where it is not open."""
        return self._keys.get(uri)

    def uri(self, key: str) -> str:
        """Return the URI of a file by its real path, open or not."""
        return next(iter(self._uris.get(key, ())), None) or uri_of(key)

    # What there is to say.

    def news(self, session: Session) -> list[Said]:
        """Return the texts of which there is something else to say than before."""
        if session.revision == self._revision:
            return []
        self._revision = session.revision
        before = {key: self._said.get(key) for key in session.keys() if session.is_current(key)}  # noqa: SIM118  # no mapping
        after = [self.said(session, key) for key in before]
        news = [one for one in after if before[one.key] is not one or one.key in self._untold]
        self._untold.difference_update(before)
        return news

    def said(self, session: Session, key: str) -> Said:
        """Return the diagnostics of a text; the same object as long as they are the same."""
        contributions = self._contributions(session).get(key, [])
        text = session.text_of(key)
        made_of: list[object] = [
            text,
            *(part for _, part in contributions),
            *session.failures_of(key),
            *session.faults_of(key),
        ]
        known = self._said.get(key)
        old = self._made_of.get(key)
        if known is not None and old is not None and _are_same(old, made_of):
            return known
        self._made_of[key] = made_of
        try:
            items = list(self._of_text(session, key))
            for checked, found in contributions:
                items += diagnostics(found, self._scene(session, checked))
            items = once(items)
        except Exception as error:  # noqa: BLE001  # without a word it would look as if nothing were wrong
            items = list(diagnostics(Found([], [defect(key, error)], [], []), self._scene(session, None)))
        if known is None or known.items != items:
            self._number += 1
            known = self._said[key] = Said(key, items, self._number)
        return known

    def _contributions(self, session: Session) -> dict[str, list[tuple[Checked, Found]]]:
        """Return what each check says, by the keys of texts."""
        if self._listed_at == session.revision:
            return self._listed
        self._listed, self._listed_at = {}, session.revision
        alive: dict[int, tuple[Report, dict[str, Found]]] = {}
        for checked in session.all_checked():
            report = checked.report
            entry = self._sorted.get(id(report)) or (report, self._sorted_out(session, checked))
            alive[id(report)] = entry
            for key, found in entry[1].items():
                self._listed.setdefault(key, []).append((checked, found))
        self._sorted = alive
        return self._listed

    def _sorted_out(self, session: Session, checked: Checked) -> dict[str, Found]:
        try:
            return self._by_key(session, checked)
        except Exception as error:  # noqa: BLE001  # as in `said`
            failure = defect(checked.target.path, error)
            return {key: Found([], [failure], [], []) for key in session.parts_of(checked)}

    def _by_key(self, session: Session, checked: Checked) -> dict[str, Found]:
        """Return what a report says by the keys of texts; what is not checked in no open text is said in the first."""
        keys: dict[str, Found] = {}
        for path, found in by_file(checked).items():
            key = session.key_of(checked, path)
            known = keys.setdefault(key, Found.nothing())
            known.findings.extend(found.findings)
            known.failures.extend(found.failures)
            known.unknowns.extend(found.unknowns)
        unseen = [
            failure
            for key, found in keys.items()
            if key not in self._uris
            for failure in found.failures
            if failure.level is not Level.NOTE
        ]
        if unseen:
            for first in [key for key in session.parts_of(checked) if key in self._uris][:1]:
                keys.setdefault(first, Found.nothing()).elsewhere.extend(unseen)
        return keys

    def _of_text(self, session: Session, key: str) -> Iterator[dict[str, Any]]:
        """Yield what there is to say of a text itself: why it is not checked, and what is wrong as a configuration."""
        scene = self._scene(session, None)
        failures = list(shown_failures(session.failures_of(key)))
        yield from diagnostics(Found([], failures, [], []), scene)
        yield from (of_fault(one, scene) for one in shown_failures(session.faults_of(key)))

    def places(self, session: Session, source: Source, key: str) -> Places:
        """Return the places of a text as the editor counts them."""
        text = session.text_of(key)
        has_mark = text is not None and text.text.startswith("\ufeff")
        return Places(source, self._client.encoding, has_mark=has_mark)

    def of_findings(self, session: Session, checked: Checked, findings: Sequence[Finding]) -> list[dict[str, Any]]:
        """Return the diagnostics of some findings."""
        return list(diagnostics(Found([*findings], [], [], []), self._scene(session, checked)))

    def _scene(self, session: Session, checked: Checked | None) -> Scene:
        kept: dict[int, Places] = {}
        uris: dict[str, str] = {}

        def key(path: str) -> str:
            return session.key_of(checked, path)

        def places(source: Source) -> Places:
            found = kept.get(id(source))
            if found is None:
                found = kept[id(source)] = self.places(session, source, key(source.path))
            return found

        def uri(path: str) -> str:
            return uris.get(path) or uris.setdefault(path, self.uri(key(path)))

        return Scene(self._client, uri, places, self._pages)


def _are_same(some: list[object], others: list[object]) -> bool:
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))
