"""How a script runs for one who hears every command: in order, each path up to its end.

Where the script or the listener decides a condition, one arm is followed and the others are not. Else each arm is
followed, and its commands have a guard. An arm that ends (`exit`, `exec`, `return`, `break`) leaves a guard to what
stands behind the branch: that runs only if the arm is not taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell import control_flow, exact_input, exact_tests
from dropcap.lang.shell.call import Guard
from dropcap.lang.shell.run_state import Target
from dropcap.lang.shell.scope import ARGUMENTS, Value, unknown_value
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.run_state import Run
    from dropcap.lang.shell.scope import Change

__all__ = ["HANDLERS", "alone", "function", "leave", "read", "statements"]

_MOST_WIDENINGS = 4
_IN_LOOP = "it changes in a loop"


def statements(shell: Shell, nodes: Sequence[tree_sitter.Node]) -> None:
    """Follow statements up to one that ends the path; of one with `&` behind it nothing stays."""
    for index, node in enumerate(nodes, 1):
        if index < len(nodes) and nodes[index].type == "&":
            shell.alone(lambda node=node: shell.visit(node))  # type: ignore[misc]  # bound now
            shell.run.holds = True
        else:
            shell.visit(node)
        if shell.run.is_errexit and node.is_named and not shell.is_over:
            _fail(shell, node)
        if shell.is_over:
            return


def _fail(shell: Shell, node: tree_sitter.Node) -> None:
    """End the script where a command is certain to fail and `set -e` says so."""
    run = shell.run
    if run.is_errexit and run.holds is False and not run.tested and node.type not in _NEVER_FAIL:
        shell.is_over = run.is_exit = True


_NEVER_FAIL = frozenset(
    {
        *("case_statement", "comment", "compound_statement", "c_style_for_statement", "for_statement"),
        *("function_definition", "if_statement", "list", "negated_command", "while_statement"),
    }
)
"""What fails only if a command inside of it does, which counts or not where it stands."""


def _tested(shell: Shell, nodes: Sequence[tree_sitter.Node]) -> bool | None:
    """Follow a condition; gives whether it holds."""
    shell.run.tested += 1
    statements(shell, nodes)
    shell.run.tested -= 1
    return shell.run.holds


class _Branch:
    """A choice that is followed: its number, and what its arms come to."""

    def __init__(self, shell: Shell, first: tree_sitter.Node, last: tree_sitter.Node) -> None:
        """Take the statements of the condition."""
        self.shell = shell
        self.number = shell.scope.new_branch()
        script = shell.script
        at, end = script.home_at(script.to_offset(first.start_byte)), script.to_offset(last.end_byte)
        source, start = shell.run.texts.locate(at)
        self.source = source
        self.span = Span(start, min(start + end - script.to_offset(first.start_byte), len(source.text)))
        shell.run.conditions[self.number] = (self.source, self.span)
        self.arms: list[Change] = []
        self.numbers: list[int] = []
        self.verdicts: list[bool | None] = []
        self.excluded: list[Guard] = []

    def guard(self, arm: int, *, taken: bool = True) -> Guard:
        return Guard(self.number, arm, taken, self.source, self.span)

    def follow(self, arm: int, follow: Callable[[], None]) -> None:
        """Follow an arm."""
        shell, run = self.shell, self.shell.run
        before, was_over = run.guards, shell.is_over
        printed = None if run.printed is None else len(run.printed)
        leaving = _leaving(run)
        run.guards = (*before, self.guard(arm))
        shell.is_over = False
        shell.scope.begin()
        follow()
        change = shell.scope.undo()
        if run.printed is not None and printed is not None and len(run.printed) > printed:
            run.printed[printed:] = [None]
        if shell.is_over:
            ended = self.guard(arm, taken=False)
            self.excluded.append(ended)
            if run.is_exit and leaving == _leaving(run):
                run.exits.append(ended)
        else:
            self.arms.append(change)
            self.numbers.append(arm)
            self.verdicts.append(run.holds)
            self.excluded += [one for one in run.guards[len(before) + 1 :] if not one.taken]
        run.guards, shell.is_over = before, was_over

    def skip(self, arm: int, *, holds: bool | None) -> None:
        """Add an arm that has no commands."""
        self.arms.append({})
        self.numbers.append(arm)
        self.verdicts.append(holds)

    def join(self) -> None:
        """Go on behind the branch."""
        shell, run = self.shell, self.shell.run
        run.guards = (*run.guards, *self.excluded)
        run.holds = self.verdicts[0] if len(set(self.verdicts)) == 1 else None
        if not self.arms:
            shell.is_over = True
        elif len(self.arms) == 1:
            shell.scope.restore((), self.arms[0])
        else:
            shell.scope.join(self.arms, self.number, self.numbers)


def _leaving(run: Run) -> int:
    """Count the places that lead out of a loop or a function."""
    return sum(len(target.ends) + len(target.again) for target in run.targets)


def branch(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `if`; `elif` is another one in what is left."""
    _if(shell, list(node.children))


def _if(shell: Shell, parts: list[tree_sitter.Node]) -> None:
    then = next((index for index, part in enumerate(parts) if part.type == "then"), len(parts))
    behind = next((at for at, part in enumerate(parts) if part.type in {"elif_clause", "else_clause"}), len(parts))
    conditions, body, rest = parts[1:then], parts[then + 1 : behind], parts[behind:]
    verdict = _tested(shell, conditions)
    if shell.is_over or not conditions:
        return
    if verdict is None:
        named = [condition for condition in conditions if condition.is_named] or conditions
        choice = _Branch(shell, named[0], named[-1])
        shell.run.holds = True
        choice.follow(0, lambda: statements(shell, body))
        shell.run.holds = False
        choice.follow(1, lambda: _else(shell, rest))
        choice.join()
    elif verdict:
        statements(shell, body)
    else:
        _else(shell, rest)


def _else(shell: Shell, rest: list[tree_sitter.Node]) -> None:
    if not rest:
        shell.run.holds = True
    elif rest[0].type == "elif_clause":
        _if(shell, [*rest[0].children, *rest[1:]])
    else:
        statements(shell, rest[0].children)


def chain(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `a && b || c`."""
    spine, operands = control_flow.operands_of(node)
    follow_chain(shell, lambda: shell.visit(spine), spine, operands)


def follow_chain(
    shell: Shell, first: Callable[[], None], left: tree_sitter.Node, operands: Sequence[tuple[str, tree_sitter.Node]]
) -> None:
    """Follow the operands of `a && b || c`, the first of which a function follows."""
    run = shell.run
    run.tested += bool(operands)
    first()
    run.tested -= bool(operands)
    for number, (sign, operand) in enumerate(operands, 1):
        if shell.is_over:
            return
        verdict = run.holds
        run.tested += number < len(operands)
        if verdict is None:
            choice = _Branch(shell, left, left)
            run.holds = sign == "&&"
            choice.follow(0, lambda operand=operand: _operand(shell, operand))  # type: ignore[misc]  # bound now
            choice.skip(1, holds=sign == "||")
            choice.join()
        elif verdict is (sign == "&&"):
            _operand(shell, operand)
        run.tested -= number < len(operands)
        left = operand


def _operand(shell: Shell, node: tree_sitter.Node) -> None:
    shell.visit(node)
    if not shell.is_over:
        _fail(shell, node)


def negated(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `! command`."""
    holds = _tested(shell, node.children[1:])
    shell.run.holds = None if holds is None else not holds


def test(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `[ … ]` and `[[ … ]]`."""
    shell.inside(node)
    shell.run.holds = exact_tests.verdict(shell, node)


def case(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `case`."""
    value = node.child_by_field_name("value")
    if value is None:
        return
    shell.inside(value)
    subject = control_flow.known_value(shell, value)
    choice: _Branch | None = None
    shell.run.holds = True
    verdict: bool | None = None
    for number, body, verdict in control_flow.items(shell, node, subject):
        if verdict and choice is None:
            statements(shell, body)
            return
        choice = choice or _Branch(shell, value, value)
        shell.run.holds = True
        choice.follow(number, lambda body=body: statements(shell, body))  # type: ignore[misc]  # bound now
    if choice is not None:
        if not verdict:
            choice.skip(sum(child.type == "case_item" for child in node.children), holds=True)
        choice.join()


def alone(shell: Shell, follow: Callable[[], None]) -> None:
    """Follow what a shell of its own runs: its end is no end of the script."""
    run = shell.run
    before = run.guards, run.user, run.launchers, run.targets, len(run.exits), run.is_errexit
    shells = run.shells
    run.shell_count += 1
    run.targets, run.shells = [], (*shells, run.shell_count)
    shell.is_over = False
    follow()
    run.shells = shells
    run.guards, run.user, run.launchers, run.targets, count, run.is_errexit = before
    if len(run.exits) > count:  # it ends in several ways
        run.holds = None
        if run.printed:
            run.printed.append(None)
    del run.exits[count:]


class _Loop:
    """A loop or a function that is followed."""

    def __init__(self, shell: Shell, *, is_loop: bool) -> None:
        self.shell = shell
        run = shell.run
        self.target = Target(shell.scope.level, is_loop=is_loop)
        self.guards, self.exits = run.guards, len(run.exits)
        self.targets = run.targets
        run.targets = [*(run.targets if is_loop else ()), self.target]
        shell.scope.begin()

    def round(self, follow: Callable[[], None]) -> bool:
        """Follow one round; says whether another may come."""
        shell, target = self.shell, self.target
        target.again = []
        shell.scope.begin()
        follow()
        arms = [*([] if shell.is_over else [shell.scope.current(shell.scope.level - 1)]), *target.again]
        shell.scope.undo()
        if arms:
            shell.is_over = False
            _go_on(shell, arms)
        return bool(arms)

    def end(self, names: Sequence[str] = ()) -> None:
        """Go on behind it; the variables of some names become what they were."""
        shell, run = self.shell, self.shell.run
        change = shell.scope.undo()
        arms = [*([] if shell.is_over else [change]), *self.target.ends]
        if arms:
            shell.is_over = False
            _go_on(shell, [{name: arm[name] for name in arm if name not in names} for arm in arms])
        run.targets = self.targets
        run.guards = (*self.guards, *run.exits[self.exits :])


def _go_on(shell: Shell, arms: Sequence[Change]) -> None:
    if len(arms) == 1:
        shell.scope.restore((), arms[0])
    else:
        shell.scope.join(arms)


def function(shell: Shell, body: tree_sitter.Node) -> None:
    """Follow the body of a function, whose arguments are set in a log of their own."""
    run = shell.run
    arguments = shell.scope.get(ARGUMENTS)
    shell.scope.undo()
    loop = _Loop(shell, is_loop=False)
    shell.scope.set(ARGUMENTS, arguments)
    was_over, shell.is_over = shell.is_over, False
    names = [*reversed(run.calling), "main"]
    shell.scope.set("FUNCNAME", (Value(tuple(exact_tests.known(name) for name in names), is_list=True),))
    run.holds = True
    shell.visit(body)
    verdicts = {*loop.target.verdicts, *([] if shell.is_over else [run.holds])}
    loop.end([ARGUMENTS, "FUNCNAME", *(shell.locals or ())])
    run.holds = verdicts.pop() if len(verdicts) == 1 else None
    shell.is_over = shell.is_over or was_over


def read(shell: Shell, root: tree_sitter.Node, arguments: tuple[Value, ...] | None) -> None:
    """Follow a script that another one reads; `return` ends it."""
    loop = _Loop(shell, is_loop=False)
    if arguments is not None:
        shell.scope.set(ARGUMENTS, arguments)
    shell.statements(root)
    verdicts = {*loop.target.verdicts, *([] if shell.is_over else [shell.run.holds])}
    loop.end([] if arguments is None else [ARGUMENTS])
    shell.run.holds = verdicts.pop() if len(verdicts) == 1 else None


def leave(shell: Shell, kind: str, count: int = 1, *, holds: bool | None = True) -> None:
    """Follow `break`, `continue`, `return` and `exit`: the path ends here.

    Args:
        shell: where.
        kind: the command's name.
        count: how many loops `break` and `continue` leave.
        holds: what `return` says.

    """
    run = shell.run
    wants_loop = kind in {"break", "continue"}
    targets = [target for target in run.targets if target.is_loop is wants_loop] if kind != "exit" else []
    if wants_loop and not targets:
        run.holds = True
        return
    if kind == "return" and not (targets or run.calling or run.reading):
        run.holds = False
        return
    run.is_exit = not targets
    shell.is_over = True
    if not targets:
        return
    target = targets[-min(count, len(targets))] if wants_loop else targets[-1]
    if kind == "continue":
        target.again.append(shell.scope.current(target.level + 1))
    else:
        target.ends.append(shell.scope.current(target.level))
        target.verdicts.append(holds)
    run.holds = holds


def for_each(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `for`: once for each word where these are known."""
    variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
    if variable is None or body is None:
        shell.inside(node)
        return
    name = shell.text(variable)
    lists = control_flow.loop_words(shell, node)
    loop = _Loop(shell, is_loop=True)
    shell.run.holds = True
    if lists is None or len(lists) != 1 or len(lists[0]) > control_flow.MOST_ROUNDS:
        _unknown_rounds(shell, loop, node, (), body, name)
    else:
        for word in lists[0]:
            shell.scope.set(name, (Value((word,)),))
            if not loop.round(lambda: shell.visit(body)):
                break
    loop.end()


def while_loop(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `while` and `until`: round by round as long as it is known whether another one comes."""
    body = node.child_by_field_name("body")
    children = [child for child in node.children if child != body]
    if body is None:
        shell.inside(node)
        return
    wanted = children[0].type == "while"
    conditions = children[1:]
    loop = _Loop(shell, is_loop=True)
    last: bool | None = True
    given = exact_input.lines(shell, conditions) if wanted else None
    if given is not None and len(given.rounds) <= control_flow.MOST_ROUNDS:
        _each_line(shell, loop, given, body)
        return
    for rest in range(control_flow.MOST_ROUNDS, -1, -1):
        verdict = _tested(shell, conditions)
        if shell.is_over or (verdict is not None and verdict is not wanted):
            break
        if verdict is None or not rest:
            _unknown_rounds(shell, loop, conditions[0], conditions, body, None)
            break
        before = shell.scope.current(loop.target.level)
        is_going_on = loop.round(lambda: shell.visit(body))
        last = shell.run.holds
        after = shell.scope.current(loop.target.level)
        if is_going_on and _same(before, after):
            shell.is_over = shell.run.is_exit = True  # nothing ends it but what leaves it
            break
        if not is_going_on:
            break
    shell.run.holds = last
    loop.end()


def _each_line(shell: Shell, loop: _Loop, given: exact_input.Lines, body: tree_sitter.Node) -> None:
    """Follow a loop once for each line that it reads."""
    shell.run.holds = True
    for values in given.rounds:
        given.begin(shell, values)
        if not loop.round(lambda: shell.visit(body)):
            break
    else:
        given.end(shell)
    loop.end()


def _round(loop: _Loop, follow: Callable[[], None]) -> None:
    loop.round(follow)


def _same(first: Change, second: Change) -> bool:
    return first.keys() == second.keys() and all(
        first[name] is second[name]
        or (first[name] is not None and second[name] is not None and _texts(first[name]) == _texts(second[name]))
        for name in first
    )


def _texts(values: Sequence[Value] | None) -> list[object]:
    return [value.texts for value in values or ()]


def c_style(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `for ((…))`, which nobody counts."""
    body = node.child_by_field_name("body")
    if body is None:
        shell.inside(node)
        return
    loop = _Loop(shell, is_loop=True)
    for name in control_flow.counted_names(shell, node, body):
        shell.scope.set(name, unknown_value("the shell computes it"))
    _unknown_rounds(shell, loop, node, (), body, None)
    loop.end()


def _unknown_rounds(
    shell: Shell,
    loop: _Loop,
    first: tree_sitter.Node,
    conditions: Sequence[tree_sitter.Node],
    body: tree_sitter.Node,
    name: str | None,
) -> None:
    """Follow a loop of which nobody knows how often it goes round.

    It is gone round in silence until no other variable changes, and once more to be heard.
    """
    run, scope = shell.run, shell.scope
    quiet, run.is_quiet = run.is_quiet, True
    guards = run.guards

    def one_round() -> None:
        if name is not None:
            scope.set(name, unknown_value("a loop sets it to an unknown value"))
        shell.visit(body)
        if not shell.is_over and conditions:
            _tested(shell, conditions)

    for _ in range(_MOST_WIDENINGS):
        ends, verdicts = list(loop.target.ends), list(loop.target.verdicts)
        scope.begin()
        before = {}
        exits = len(run.exits)
        loop.round(one_round)
        del run.exits[exits:]
        shell.is_over, run.guards = False, guards
        change = scope.undo()
        for left in loop.target.ends[len(ends) :]:
            change.update({one: values for one, values in left.items() if one not in change})
        loop.target.ends, loop.target.verdicts = ends, verdicts
        before = {one: scope.peek(one) for one in change}
        moving = [one for one in change if not _same({one: before[one]}, {one: change[one]})]
        if not moving:
            break
        for one in moving:
            is_list = any(value.is_list for value in (*(change[one] or ()), *(before[one] or ())))
            scope.set(one, unknown_value(_IN_LOOP, is_list=is_list))
    run.is_quiet = quiet
    choice = _Branch(shell, first, conditions[0] if conditions else first)
    was_repeated, run.is_repeated = run.is_repeated, True
    choice.follow(0, lambda: _round(loop, one_round))
    run.is_repeated = was_repeated
    run.holds = None
    choice.skip(1, holds=None)
    choice.join()


HANDLERS: dict[str, Callable[[Shell, tree_sitter.Node], None]] = {
    "c_style_for_statement": c_style,
    "case_statement": case,
    "for_statement": for_each,
    "if_statement": branch,
    "list": chain,
    "negated_command": negated,
    "test_command": test,
    "while_statement": while_loop,
}
