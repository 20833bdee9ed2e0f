"""Variables that a script sets: assignments, lists, declarations."""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

from dropcap.lang.shell.array_literals import has_subscripts, subscripted, table
from dropcap.lang.shell.fragments import Piece, PieceKind, consistent, known_text
from dropcap.lang.shell.lexer import ASSIGNMENT
from dropcap.lang.shell.scope import MOST_VALUES, Value, unknown_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.shell.scope import Values

__all__ = ["assign", "assignment", "declaration", "unset"]

_WRITTEN = frozenset({"concatenation", "string", "raw_string", "simple_expansion", "expansion", "command_substitution"})
"""The words of a declaration whose variable is named by what they become."""
_DECLARES_LOCALLY = frozenset({"local", "declare", "typeset"})
_NOT_SET = (Value(()),)


def assignment(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `NAME=value`, `NAME+=value`, `NAME=(…)`."""
    shell.run.holds = True
    shell.inside(node)
    assign(shell, node)


def assign(shell: Shell, node: tree_sitter.Node) -> str | None:
    """Give a variable its value; gives its name."""
    start = shell.script.to_offset(node.start_byte)
    match = ASSIGNMENT.match(shell.script.text, start)
    if match is None:
        return None
    shell.run.take(1 + (node.end_byte - node.start_byte) // 64)
    name = match["name"]
    before = shell.scope.get(name)
    if before is None:
        # Where a value has the variable's own name in it, the variable is the script's own: it starts empty.
        shell.scope.set(name, _NOT_SET)
        before = _NOT_SET
    if match["index"]:
        shell.scope.set(name, table())
        return name
    value = node.child_by_field_name("value")
    is_list = value is not None and value.type == "array"
    if is_list:
        raws = shell.list_at(shell.script.to_byte(match.end() + 1), shell.limit)
        now = _list(shell, raws, is_new=not match["adds"] and before != table())
    else:
        now = _value_at(shell, match.end())
    values = _added(before, now) if match["adds"] else now
    shell.run.take(sum(len(element) for value in values for element in value.elements) // 8)
    shell.scope.set(name, values)
    return name


def _value_at(shell: Shell, offset: int) -> Values:
    choices = shell.parameters.choices(shell.pieces_at(offset, shell.script.to_offset(shell.limit)))
    return tuple(Value((_flat(expanded),), guards=guards) for guards, expanded in choices)


def _list(shell: Shell, raws: Sequence[Raw], *, is_new: bool) -> Values:
    if has_subscripts(raws):
        value_of, fields_of = partial(_certain_value, shell), partial(_certain_fields, shell)
        elements = subscripted(raws, value_of, fields_of) if is_new else None
        return table() if elements is None else (Value(elements, is_list=True),)
    return tuple(
        Value(tuple(field.text for field in combination.fields), is_list=True, guards=combination.guards)
        for combination in shell.combinations(raws)
    )


def _certain_value(shell: Shell, raw: Raw) -> Text | None:
    choices = shell.parameters.choices(raw.pieces)
    is_certain = len(choices) == 1 and not any(piece.kind is PieceKind.BRACE for piece in raw.pieces)
    return _flat(choices[0][1]) if is_certain else None


def _certain_fields(shell: Shell, raw: Raw) -> list[Text] | None:
    found = shell.combinations([raw])
    if len(found) != 1 or any(piece.splits for field in found[0].fields for piece in field.text):
        return None
    return [field.text for field in found[0].fields]


def declaration(shell: Shell, node: tree_sitter.Node) -> None:  # one arm an option
    """Follow `local`, `declare`, `export` and their like."""
    shell.inside(node)
    shell.run.holds = True
    keyword, *rest = node.children
    if shell.run.listener is not None and keyword.type == "local" and shell.locals is None:
        shell.run.holds = False  # it stands in no function
        return
    options = "".join(shell.text(child) for child in rest if child.type == "word" and shell.text(child).startswith("-"))
    is_local = shell.locals is not None and keyword.type in _DECLARES_LOCALLY and "g" not in options
    for child in rest:
        name = _declare(shell, child, is_local=is_local)
        if name is None:
            continue
        if "n" in options:
            _set_by_another_name(shell, name)
        if "A" in options or "n" in options:
            shell.scope.set(
                name,
                unknown_value("it is an array with keys" if "A" in options else "it is a name for another variable"),
            )
        if (keyword.type == "export" or "x" in options) and name not in shell.run.exported:
            shell.run.changed()
            shell.run.exported[name] = None


def _set_by_another_name(shell: Shell, name: str) -> None:
    """Take note that the variable whose name another one holds may be set by that one."""
    values = shell.scope.get(name) or ()
    texts = [known_text(value.elements[0]) if len(value.elements) == 1 else None for value in values]
    for text in texts:
        if text is None or not text.isidentifier():
            _may_set_any(shell)
        else:
            shell.scope.set(text, unknown_value("it is set under another name"))


def _declare(shell: Shell, node: tree_sitter.Node, *, is_local: bool) -> str | None:
    """Follow one word of a declaration; gives the variable's name."""
    if node.type == "variable_assignment":
        found = ASSIGNMENT.match(shell.text(node))
        if is_local and found and not found["adds"]:
            _make_local(shell, found["name"])
        return assign(shell, node)
    if node.type == "variable_name":
        name = shell.text(node)
        if is_local and name not in (shell.locals or ()):
            _make_local(shell, name)
            shell.scope.set(name, _NOT_SET)
        return name
    return _declare_computed(shell, node, is_local=is_local) if node.type in _WRITTEN else None


def _declare_computed(shell: Shell, node: tree_sitter.Node, *, is_local: bool) -> str | None:
    """Follow one word of `export "$name=value"`; gives the variable's name, where one alone is known."""
    values: dict[str, list[Value]] = {}
    for guards, pieces in shell.parameters.choices(shell.pieces_of(node)):
        text = _flat(pieces)
        begin = known_text(text) or "".join(takewhile(bool, (_certain(piece) for piece in text)))
        name, equals, _ = begin.partition("=")
        if not name.isidentifier() or (not equals and len(known_text(text) or "") != len(name)):
            _may_set_any(shell)
            return None
        if equals:
            values.setdefault(name, []).append(Value((_from(text, len(name) + 1),), guards=guards))
    for name, found in values.items():
        if is_local:
            _make_local(shell, name)
        shell.scope.set(name, tuple(found) if len(values) == 1 else unknown_value("it stands for different variables"))
    return next(iter(values)) if len(values) == 1 else None


def _may_set_any(shell: Shell) -> None:
    """Take note that a variable which nobody sets by its name may have a value."""
    shell.run.is_closed = False
    shell.parameters.reopen()


def _make_local(shell: Shell, name: str) -> None:
    if shell.locals is not None and name not in shell.locals:
        shell.locals.append(name)


def unset(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `unset`."""
    shell.run.holds = True
    for child in node.children[1:]:
        if child.type in {"variable_name", "word"}:
            shell.scope.set(shell.text(child), _NOT_SET)


def _certain(piece: Piece) -> str:
    return "" if piece.kind is PieceKind.UNKNOWN else piece.text


def _from(text: Text, start: int) -> Text:
    """Return what of a text begins at a character of its known start."""
    found: list[Piece] = []
    for piece in text:
        left = min(start, len(_certain(piece)))
        start -= left
        at = piece.at + left if piece.at >= 0 else piece.at
        if not left or left < len(piece.text):
            found.append(piece._replace(text=piece.text[left:], at=at) if left else piece)
    return tuple(found)


def _flat(pieces: Sequence[Piece]) -> Text:
    """Make a value's text of expanded pieces: the elements of a list are joined."""
    return tuple(
        piece
        if piece.kind in {PieceKind.UNKNOWN, PieceKind.QUOTED}
        else piece._replace(kind=PieceKind.QUOTED, text=" " if piece.kind is PieceKind.BREAK else piece.text)
        for piece in pieces
    )


def _added(before: Values, now: Values) -> Values:
    """Give the values of `NAME+=…`."""
    found = []
    for value in now:
        for old in before:
            is_list = old.is_list or value.is_list
            if value.is_list:
                added = (*old.elements, *value.elements)
            else:
                first = old.elements[0] if old.elements else ()
                added = ((*first, *value.elements[0]), *old.elements[1:])
            guards = consistent(old.guards, value.guards)
            found += [] if guards is None else [Value(added, is_list, guards)]
    return tuple(found[: MOST_VALUES + 1])
