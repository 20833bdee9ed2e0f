"""Branches and loops: which of their arms may be taken, and what the variables may hold behind them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from dropcap.lang.shell import exact_input
from dropcap.lang.shell.fragments import PieceKind, known_text
from dropcap.lang.shell.run_state import DEEPEST_LOOP
from dropcap.lang.shell.scope import ARGUMENTS, Value, unknown_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.shell.scope import Change

__all__ = ["branch", "case", "chain", "follow_arm", "follow_chain", "for_each", "operands_of", "unknown_loop"]

MOST_ROUNDS = 64
"""A loop over more words than this is followed as if nobody knew them."""

_PATTERN = (  # compiled where it is asked for, as few scripts have a `case`
    r"""\s+|"(?P<double>[^"$`\\]*)"|'(?P<single>[^']*)'|\\(?P<escaped>.)|(?P<bar>\|)|(?P<plain>[^\s"'$`\\|()]+)"""
)
_NO_WORDS = re.compile(rb"\s*in\b")  # the parser calls `for x in;` an error
_GLOB = re.compile(r"[*?\[]")
_ALWAYS = {"true": True, ":": True, "false": False}
_OPERAND = 3  # `-z WORD`
_OPERANDS = 5  # `[ WORD = WORD ]`
_IN_LOOP = "it changes in a loop"
_NOT_LISTED = "a loop sets it to an unknown value"


def follow_arm(shell: Shell, nodes: Sequence[tree_sitter.Node]) -> Change | None:
    """Follow one arm of a branch; gives what it changes, or None where it ends the script."""
    before, shell.is_over = shell.is_over, False
    shell.scope.begin()
    for node in nodes:
        if node.is_named:
            shell.visit(node)
    change = shell.scope.undo()
    ended, shell.is_over = shell.is_over, before
    return None if ended else change


def _join(shell: Shell, arms: Sequence[Change | None]) -> None:
    going_on = [arm for arm in arms if arm is not None]
    if len(going_on) == 1:
        shell.scope.restore((), going_on[0])
    elif going_on:
        shell.scope.join(going_on)
    else:
        shell.is_over = True


def branch(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `if`, `elif` and `else`."""
    arms: list[Change | None] = []
    if not _clause(shell, node, arms):
        for clause in node.children:
            if clause.type == "elif_clause" and _clause(shell, clause, arms):
                break
            if clause.type == "else_clause":
                arms.append(follow_arm(shell, [clause]))
                break
        else:
            arms.append({})
    _join(shell, arms)


def _clause(shell: Shell, node: tree_sitter.Node, arms: list[Change | None]) -> bool:
    """Follow a condition and what it guards; says whether it is certain that nothing after it is."""
    then = next((index for index, child in enumerate(node.children) if child.type == "then"), len(node.children))
    conditions = node.children[:then]
    for condition in conditions:
        shell.visit(condition)
    named = [condition for condition in conditions if condition.is_named]
    verdict = _truth(shell, named[0]) if len(named) == 1 else None
    if verdict is not False:
        body = [child for child in node.children[then:] if child.type not in {"elif_clause", "else_clause"}]
        arms.append(follow_arm(shell, body))
    return verdict is True


def chain(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `a && b || c`: what stands behind `&&` sees what stands before it."""
    spine, operands = operands_of(node)
    follow_chain(shell, lambda: shell.visit(spine), spine, operands)


def operands_of(node: tree_sitter.Node) -> tuple[tree_sitter.Node, list[tuple[str, tree_sitter.Node]]]:
    """Return the first operand of `a && b || c`, and the other ones, each with the sign before it."""
    operands: list[tuple[str, tree_sitter.Node]] = []
    while node.type == "list" and node.child_count >= _OPERAND:
        operands.append((node.children[1].type, node.children[-1]))
        node = node.children[0]
    return node, operands[::-1]


def follow_chain(
    shell: Shell, first: Callable[[], None], left: tree_sitter.Node, operands: Sequence[tuple[str, tree_sitter.Node]]
) -> None:
    """Follow the operands of `a && b || c`, the first of which a function follows."""
    first()
    verdict = _truth(shell, left)
    for sign, group in groupby(operands, key=itemgetter(0)):
        nodes = [operand for _, operand in group]
        if verdict is not None and verdict is (sign != "&&"):
            continue  # what stands before it decides that it never runs; so does it for the next one
        for part in [nodes] if sign == "&&" else [[node] for node in nodes]:
            arm = follow_arm(shell, part)
            _join(shell, [arm] if verdict is not None else [{}, arm])
            verdict = None


def case(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `case`: one item where the script itself decides, else each."""
    value = node.child_by_field_name("value")
    subject = known_value(shell, value) if value is not None else None
    if value is not None:
        shell.inside(value)
    if shell.is_in_turn and subject is None:
        _each_in_turn(shell, node)
        return
    arms: list[Change | None] = []
    is_complete = False
    for _, body, verdict in items(shell, node, subject):
        arms.append(follow_arm(shell, body))
        is_complete = is_complete or verdict is True
    _join(shell, arms if is_complete else [*arms, {}])


def items(
    shell: Shell, node: tree_sitter.Node, subject: str | None
) -> Iterator[tuple[int, list[tree_sitter.Node], bool | None]]:
    """Give the items of a case that may be taken, up to one that is certain to: number, statements, certainty."""
    for number, item in enumerate(child for child in node.children if child.type == "case_item"):
        close = next((index for index, child in enumerate(item.children) if child.type == ")"), 0)
        written = shell.script.data[item.start_byte : item.children[close].start_byte].decode("utf-8", "replace")
        found = patterns(written)
        verdict = None
        if found is not None and "*" in found:
            verdict = True
        elif found is not None and subject is not None:
            verdict = any(fnmatchcase(subject, pattern) for pattern in found)
        if verdict is not False:
            yield number, item.children[close + 1 :], verdict
        if verdict:
            return


def _each_in_turn(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow a case whose subject differs from round to round: one item after the other."""
    for item in node.children:
        if item.type == "case_item":
            shell.scope.restore((), follow_arm(shell, item.children) or {})


def patterns(written: str) -> list[str] | None:
    """Read a case's patterns as those of :mod:`fnmatch`; None where one is not known."""
    found = [""]
    at = int(written.startswith("("))
    pattern = re.compile(_PATTERN)
    while match := pattern.match(written, at):
        at = match.end()
        quoted = next((match[kind] for kind in ("double", "single", "escaped") if match[kind] is not None), None)
        if match["bar"]:
            found.append("")
        elif match["plain"]:
            found[-1] += match["plain"].replace("[^", "[!")
        elif quoted is not None:
            found[-1] += re.sub(r"([*?\[])", r"[\1]", quoted)
    return found if at == len(written) else None


def known_value(shell: Shell, node: tree_sitter.Node) -> str | None:
    """Give what a word is certain to be; a default that the caller's environment may change is not certain."""
    choices = shell.parameters.choices(shell.pieces_of(node))
    if len(choices) != 1 or any(piece.is_assumed for piece in choices[0][1]):
        return None
    return known_text(choices[0][1])


def _truth(shell: Shell, node: tree_sitter.Node) -> bool | None:
    """Say whether a condition holds, where the script itself decides it."""
    if node.type == "negated_command":
        inner = _truth(shell, node.children[-1])
        return None if inner is None else not inner
    if node.type == "variable_assignment":
        value = node.child_by_field_name("value")
        return None if value is not None and "substitution" in value.type else True
    if node.type == "command":
        return _ALWAYS.get(shell.text(node)) if node.end_byte - node.start_byte <= _OPERANDS else None
    return _tested(shell, node) if node.type == "test_command" else None


def _tested(shell: Shell, node: tree_sitter.Node) -> bool | None:  # noqa: PLR0911  # one a reason not to know
    """Judge `[ -n "$1" ]`, `[ "$1" = word ]` and `[[ $1 == pattern ]]`."""
    raws = shell.raws_of(node)
    if not 0 < len(raws) <= _OPERANDS or len(raws) < _OPERAND:
        return None
    combinations = shell.combinations(raws)
    if len(combinations) != 1:
        return None
    fields = combinations[0].fields
    if any(piece.is_assumed for field in fields for piece in field.pieces):
        return None
    texts = [known_text(field.pieces) for field in fields]
    if len(texts) != len(raws) or any(text is None for text in texts):
        return None
    words = [text or "" for text in texts[1:-1]]
    if words[0] in {"-z", "-n"} and len(words) == _OPERAND - 1:
        return (words[1] == "") is (words[0] == "-z")
    if len(words) == _OPERAND and words[1] in {"=", "==", "!="}:
        is_pattern = texts[0] == "[[" and any(piece.kind is PieceKind.PLAIN for piece in raws[3].pieces)
        holds = fnmatchcase(words[0], words[2]) if is_pattern else words[0] == words[2]
        return holds is (words[1] != "!=")
    return None


def for_each(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `for`: once for each word where these are known."""
    variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
    if variable is None or body is None:
        shell.statements(node)
        return
    name = shell.text(variable)
    lists = loop_words(shell, node)
    if lists is None or any(len(words) > MOST_ROUNDS for words in lists):
        _rounds(shell, [body], [name], _NOT_LISTED)
        return
    arms: list[Change | None] = []
    for words in lists:
        shell.scope.begin()
        for word in words:
            shell.scope.set(name, (Value((word,)),))
            shell.visit(body)
            shell.is_over = False
        arms.append(shell.scope.undo())
    _join(shell, arms)


def loop_words(shell: Shell, node: tree_sitter.Node) -> list[list[Text]] | None:
    """Give the lists of words that a loop may go over; None where one is not known to its end."""
    nodes = node.children_by_field_name("value")
    if not nodes:
        variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
        if variable and body and _NO_WORDS.match(shell.script.data, variable.end_byte, body.start_byte):
            return [[]]
        values = shell.scope.get(ARGUMENTS)
        lists = None if values is None else [list(value.elements) for value in values]
    else:
        for value in nodes:
            shell.inside(value)
        raws = shell.list_at(nodes[0].start_byte, nodes[-1].end_byte)
        if any(_is_glob(raw) for raw in raws):
            listed = shell.listed(raws)
            return None if listed is None else [listed]
        lists = [[field.text for field in combination.fields] for combination in shell.combinations(raws)]
    if lists is None or any(piece.splits for words in lists for word in words for piece in word):
        return None
    return lists


def _is_glob(raw: Raw) -> bool:
    return any(piece.kind is PieceKind.PLAIN and _GLOB.search(piece.text) for piece in raw.pieces)


def unknown_loop(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `while`, `until` and `for ((…))`, of which nobody knows how often they go round."""
    body = node.child_by_field_name("body")
    read = None if body is None else exact_input.lines(shell, [one for one in node.children if one != body])
    if body is not None and read is not None and node.type == "while_statement" and len(read.rounds) <= MOST_ROUNDS:
        _over_lines(shell, body, read)
        return
    is_counted = node.type == "c_style_for_statement" and body is not None
    names = counted_names(shell, node, body) if is_counted and body is not None else []
    _rounds(shell, [child for child in node.children if child.is_named], names, "the shell computes it")


def _over_lines(shell: Shell, body: tree_sitter.Node, read: exact_input.Lines) -> None:
    """Go round once for each line of a text that `while read` goes over."""
    for values in read.rounds:
        read.begin(shell, values)
        shell.visit(body)
        shell.is_over = False


def counted_names(shell: Shell, node: tree_sitter.Node, body: tree_sitter.Node) -> list[str]:
    """Return the variables that the head of `for ((…))` sets."""
    header = shell.script.data[node.start_byte : body.start_byte].decode("utf-8", "replace")
    return re.findall(r"[A-Za-z_]\w*(?=\s*(?:\+\+|--|[-+*/]?=(?!=)))", header)


def _rounds(shell: Shell, nodes: Sequence[tree_sitter.Node], names: Sequence[str], reason: str) -> None:
    """Go round until the variables hold still; those that do not are not known."""
    scope = shell.scope
    shell.loops += 1
    attempts = 2 if shell.loops <= DEEPEST_LOOP else 1
    changing: list[str] = []
    start: Change = {}
    for _ in range(attempts):
        scope.begin()
        for name in names:
            scope.set(name, unknown_value(reason))
        change = follow_arm(shell, nodes) or {}
        scope.restore((), change)
        change = scope.undo()
        before = {name: scope.changes_of(name) for name in change}
        start = {**before, **start}
        changing = [name for name in scope.join([{}, change]) if not _is_same(before[name], scope.changes_of(name))]
        if not changing:
            break
    if changing:
        _widen(shell, nodes, {name: start.get(name) for name in changing})
    shell.loops -= 1


def _widen(shell: Shell, nodes: Sequence[tree_sitter.Node], before: Change) -> None:
    """Give variables that every round changes again three values: none, one round for each case, and unknown."""
    scope = shell.scope
    scope.begin()
    for name, values in before.items():
        scope.set(name, values)
    was_in_turn, shell.is_in_turn = shell.is_in_turn, True
    scope.restore((), follow_arm(shell, nodes) or {})
    shell.is_in_turn = was_in_turn
    once = scope.undo()
    unknown: Change = {
        name: unknown_value(_IN_LOOP, is_list=any(value.is_list for value in values or ()))
        for name, values in once.items()
        if name in before
    }
    scope.join([before, {name: once[name] for name in unknown}, unknown])


def _is_same(before: Sequence[Value] | None, after: Sequence[Value] | None) -> bool:
    if before is None or after is None:
        return before is after
    return {value.texts for value in before} == {value.texts for value in after}
