"""What is known of a place, as the protocol's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.lsp.actions import FIX_ALL, QUICK_FIX, actions, fix_all, resolved
from dropcap.lsp.completions import completions
from dropcap.lsp.hints import hints
from dropcap.lsp.hovers import hover
from dropcap.namedtuple import NamedTuple
from dropcap.printable import printable
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dropcap.lsp.actions import Action, FileEdit
    from dropcap.lsp.checked import Checked
    from dropcap.lsp.publisher import Publisher
    from dropcap.lsp.session import Session
    from dropcap.source import Span

    Answer = dict[str, Any]

_KINDS = {"value": 12, "key": 10, "rule": 20}
_MARKDOWN = "markdown"
MOST_WAITING = 200
"""How many actions that were offered are kept, to be chosen."""


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
            "filterText": one.label,
            "sortText": one.order,
        }
        for one in found
    ]
    return {"isIncomplete": False, "items": items}


class Waiting:
    """The actions that were offered without their edits, by a number that the editor sends back."""

    def __init__(self) -> None:
        """Begin with none."""
        self._last = 0
        self._actions: dict[int, Action] = {}

    def put(self, action: Action) -> int:
        """Keep an action; the oldest goes where there are many."""
        self._last += 1
        self._actions[self._last] = action
        if len(self._actions) > MOST_WAITING:
            del self._actions[next(iter(self._actions))]
        return self._last

    def get(self, number: object) -> Action | None:
        """Return an action; None where it is no longer kept."""
        return self._actions.get(number) if isinstance(number, int) else None


class Edits(NamedTuple):
    """What the editor takes of actions.

    Attributes:
        has_versions: whether its edits may be for one version of a text.
        waiting: where the actions are kept that it asks for again; None where it does not.

    """

    has_versions: bool
    waiting: Waiting | None


def actions_at(view: View, place: Any, only: Sequence[str] | None, edits: Edits) -> list[Answer]:  # noqa: ANN401  # the protocol's range
    """Return what can be done about what stands in a range.

    Args:
        view: the text.
        place: the range.
        only: the kinds that are asked for; None for what a person sees at a place.
        edits: what the editor takes.

    """
    checks = view.checks
    if not checks:
        return []
    tools = view.session.tools_of(checks[0])
    found: list[Action] = []
    if only is None or _is_of(QUICK_FIX, only):
        may_wait = edits.waiting is not None
        found += actions(checks, view.source, view.places.span(place), tools, may_wait=may_wait)
    if only is not None and _is_of(FIX_ALL, only):
        whole = fix_all(checks, view.source, tools)
        found = [one for one in found if one.kind != FIX_ALL] + ([whole] if whole is not None else [])
    elif only is not None:
        found = [one for one in found if one.kind != FIX_ALL]
    return [_action(view, one, edits) for one in found]


def resolved_at(view: View, number: object, edits: Edits) -> Answer | None:
    """Return an action with its edits; None where nothing can be done any more."""
    action = edits.waiting.get(number) if edits.waiting is not None else None
    checks = view.checks
    if action is None or not checks:
        return None
    found = resolved(action, checks, view.source, view.session.tools_of(checks[0]))
    return None if found is None else _action(view, found, edits)


def _is_of(kind: str, asked: Iterable[str]) -> bool:
    """Return whether a kind is one of those that are asked for, which stand for all that are below them."""
    return any(kind == one or kind.startswith(f"{one}.") or not one for one in asked)


def _action(view: View, action: Action, edits: Edits) -> Answer:
    found: Answer = {"title": printable(action.title), "kind": action.kind, "isPreferred": action.is_preferred}
    if action.findings:
        found["diagnostics"] = view.publisher.of_findings(view.session, view.checks[0], action.findings)
    if action.edits:
        found["edit"] = _edit(view, action.edits, has_versions=edits.has_versions)
    if action.waits and edits.waiting is not None:
        found["data"] = {"uri": view.publisher.uri(view.key), "number": edits.waiting.put(action)}
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
            "position": view.places.position(_behind(view.source, one.span)),
            "label": one.text,
            "tooltip": {"kind": _MARKDOWN, "value": one.tooltip},
            "paddingLeft": True,
        }
        for one in hints(view.checks, view.source, view.places.span(place))
    ]


def _behind(source: Source, name: Span) -> int:
    """Return where words about a key are read as being about it: after its colon."""
    return name.end + source.text.startswith(":", name.end)


def lenses(view: View) -> list[Answer]:
    """Return what the containers hold and need, above their names."""
    return [
        {"range": view.places.range(one.span), "command": {"title": one.text, "command": ""}}
        for one in hints(view.checks, view.source)
    ]
