"""What is known of a place, as the protocol's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.lsp.actions import FIX_ALL, QUICK_FIX, actions, fix_all
from dropcap.lsp.completions import completions
from dropcap.lsp.hints import hints
from dropcap.lsp.hovers import hover
from dropcap.printable import printable
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dropcap.lsp.actions import Action, FileEdit
    from dropcap.lsp.checked import Checked
    from dropcap.lsp.publisher import Publisher
    from dropcap.lsp.session import Session

    Answer = dict[str, Any]

_KINDS = {"value": 12, "key": 10, "rule": 20}
_MARKDOWN = "markdown"


class View:
    """An open text as it is now, and what is known of it."""

    def __init__(self, session: Session, publisher: Publisher, key: str) -> None:
        """Take a text; what is known of it may be of an earlier one."""
        self.session = session
        self.publisher = publisher
        self.key = key
        text = session.text_of(key)
        self.source = Source(text.path if text else key, text.text.removeprefix("\ufeff") if text else "")
        self.places = publisher.places(session, self.source, key)

    @property
    def checks(self) -> tuple[Checked, ...]:
        """What is known of the targets that the text is part of."""
        return self.session.checked_of(self.key)

    def offset(self, place: Any) -> int:  # noqa: ANN401  # the protocol's position
        """Return the offset of a place."""
        return self.places.offset(place.line, place.character)


def hover_at(view: View, place: Any) -> Answer | None:  # noqa: ANN401  # the protocol's position
    """Return what is known of the word at a place."""
    found = hover(view.checks, view.source, view.offset(place), view.session.rules)
    if found is None:
        return None
    return {"contents": {"kind": _MARKDOWN, "value": found.markdown}, "range": view.places.range(found.span)}


def completions_at(view: View, place: Any) -> Answer:  # noqa: ANN401  # the protocol's position
    """Return what may be written at a place."""
    found = completions(view.checks, view.source, view.offset(place), view.session.rules)
    items = [
        {
            "label": one.label,
            "kind": _KINDS[one.kind],
            "detail": one.detail,
            "documentation": {"kind": _MARKDOWN, "value": one.documentation},
            "textEdit": {"range": view.places.range(one.span), "newText": one.text},
            "filterText": one.text,
            "sortText": one.order,
        }
        for one in found
    ]
    return {"isIncomplete": False, "items": items}


def actions_at(view: View, place: Any, only: Sequence[str] | None, *, has_versions: bool) -> list[Answer]:  # noqa: ANN401  # the protocol's range
    """Return what can be done about what stands in a range.

    Args:
        view: the text.
        place: the range.
        only: the kinds that are asked for; None for what a person sees at a place.
        has_versions: whether the editor takes edits that are for one version of a text.

    """
    checks = view.checks
    if not checks:
        return []
    tools = view.session.tools_of(checks[0])
    found: list[Action] = []
    if only is None or _is_of(QUICK_FIX, only):
        found += actions(checks, view.source, view.places.span(place), tools)
    if only is not None and _is_of(FIX_ALL, only):
        whole = fix_all(checks, view.source, tools)
        found += [whole] if whole is not None else []
    return [_action(view, one, has_versions=has_versions) for one in found]


def _is_of(kind: str, asked: Iterable[str]) -> bool:
    """Return whether a kind is one of those that are asked for, which stand for all that are below them."""
    return any(kind == one or kind.startswith(f"{one}.") or not one for one in asked)


def _action(view: View, action: Action, *, has_versions: bool) -> Answer:
    found: Answer = {"title": printable(action.title), "kind": action.kind, "isPreferred": action.is_preferred}
    if action.findings:
        found["diagnostics"] = view.publisher.of_findings(view.session, view.checks[0], action.findings)
    if action.edits:
        found["edit"] = _edit(view, action.edits, has_versions=has_versions)
    if action.command is not None:
        command = action.command
        found["command"] = {
            "title": printable(action.title),
            "command": command.name,
            "arguments": [*command.arguments],
        }
    return found


def _edit(view: View, edits: Sequence[FileEdit], *, has_versions: bool) -> Answer:
    """Return edits by file, each for the version of the text that it was made for."""
    files: dict[str, list[FileEdit]] = {}
    for one in edits:
        files.setdefault(one.path, []).append(one)
    changes: dict[str, list[Answer]] = {}
    versions: dict[str, int | None] = {}
    for path, own in files.items():
        key = view.session.key_of(None, path)
        uri = view.publisher.uri(key)
        places = view.publisher.places(view.session, own[0].source, key)
        changes[uri] = [{"range": places.range(one.span), "newText": one.text} for one in own]
        versions[uri] = view.publisher.uris(key).get(uri)
    if not has_versions:
        return {"changes": changes}
    return {
        "documentChanges": [
            {"textDocument": {"uri": uri, "version": versions[uri]}, "edits": own} for uri, own in changes.items()
        ]
    }


def inlay_hints(view: View, place: Any) -> list[Answer]:  # noqa: ANN401  # the protocol's range
    """Return what the containers of a range hold and need, behind their names."""
    return [
        {
            "position": view.places.position(one.span.end),
            "label": one.text,
            "tooltip": {"kind": _MARKDOWN, "value": one.tooltip},
            "paddingLeft": True,
        }
        for one in hints(view.checks, view.source, view.places.span(place))
    ]


def lenses(view: View) -> list[Answer]:
    """Return what the containers hold and need, above their names."""
    return [
        {"range": view.places.range(one.span), "command": {"title": one.text, "command": ""}}
        for one in hints(view.checks, view.source)
    ]
