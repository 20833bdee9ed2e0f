"""Loops and functions of a script that is followed exactly, round by round where it is known how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell import control_flow, exact_input, exact_tests
from dropcap.lang.shell.exact_branches import Branch
from dropcap.lang.shell.exact_flow import tested
from dropcap.lang.shell.run_state import Target
from dropcap.lang.shell.scope import ARGUMENTS, Value, unknown_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.scope import Change
    from dropcap.lang.words import Word

_MOST_WIDENINGS = 4
_IN_LOOP = "it changes in a loop"


class Loop:
    """A loop or a function that is followed."""

    def __init__(self, shell: Shell, *, is_loop: bool) -> None:
        """Begin it where the shell is."""
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
    loop = Loop(shell, is_loop=False)
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
    loop = Loop(shell, is_loop=False)
    if arguments is not None:
        shell.scope.set(ARGUMENTS, arguments)
    shell.statements(root)
    verdicts = {*loop.target.verdicts, *([] if shell.is_over else [shell.run.holds])}
    loop.end([] if arguments is None else [ARGUMENTS])
    shell.run.holds = verdicts.pop() if len(verdicts) == 1 else None


def for_each(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `for`: once for each word where these are known."""
    variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
    if variable is None or body is None:
        shell.inside(node)
        return
    name = shell.text(variable)
    lists = control_flow.loop_words(shell, node)
    loop = Loop(shell, is_loop=True)
    shell.run.holds = True
    outer, asked = shell.run.asked, _listen(shell)
    first = len(asked)
    if lists is None or len(lists) != 1 or len(lists[0]) > control_flow.MOST_ROUNDS:
        _unknown_rounds(shell, loop, node, (), body, name)
    else:
        for word in lists[0]:
            shell.scope.set(name, (Value((word,)),))
            if not loop.round(lambda: shell.visit(body)):
                break
    loop.end()
    if len(asked) > first and _SLEEP in shell.text(body):
        shell.run.handlers.wait(shell, asked[first:])
    shell.run.asked = outer


def while_loop(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `while` and `until`: round by round as long as it is known whether another one comes."""
    body = node.child_by_field_name("body")
    children = [child for child in node.children if child != body]
    if body is None:
        shell.inside(node)
        return
    wanted = children[0].type == "while"
    conditions = children[1:]
    loop = Loop(shell, is_loop=True)
    last: bool | None = True
    given = exact_input.lines(shell, conditions) if wanted else None
    if given is not None and len(given.rounds) <= control_flow.MOST_ROUNDS:
        _each_line(shell, loop, given, body)
        return
    outer, asked = shell.run.asked, _listen(shell)
    first, sleeps = len(asked), _SLEEP in shell.text(body)
    for rest in range(control_flow.MOST_ROUNDS, -1, -1):
        before_test, before = len(asked), shell.scope.current(loop.target.level)
        verdict = tested(shell, conditions)
        if shell.is_over or (verdict is not None and verdict is not wanted):
            break
        waits = rest < control_flow.MOST_ROUNDS and len(asked) > (first if sleeps else before_test)
        if verdict is None or not rest or waits:
            shell.run.handlers.wait(shell, asked[first:] if verdict is not None else ())
            _unknown_rounds(shell, loop, conditions[0], conditions, body, None)
            break
        is_going_on = loop.round(lambda: shell.visit(body))
        last = shell.run.holds
        after = shell.scope.current(loop.target.level)
        if is_going_on and _same(before, after) and len(asked) > first:
            shell.run.handlers.wait(shell, asked[first:])
            _unknown_rounds(shell, loop, conditions[0], conditions, body, None)
            last = None
            break
        if is_going_on and _same(before, after):
            shell.is_over = shell.run.is_exit = True  # nothing ends it but what leaves it
            break
        if not is_going_on:
            break
    shell.run.asked = outer
    shell.run.holds = last
    loop.end()


def _listen(shell: Shell) -> list[Sequence[Word]]:
    """Return the list of what is asked of the listener in loops."""
    run = shell.run
    if run.asked is None:
        run.asked = []
    return run.asked


_SLEEP = "sleep"
"""What a loop does that waits for something."""


def _each_line(shell: Shell, loop: Loop, given: exact_input.Lines, body: tree_sitter.Node) -> None:
    """Follow a loop once for each line that it reads."""
    shell.run.holds = True
    for values in given.rounds:
        given.begin(shell, values)
        if not loop.round(lambda: shell.visit(body)):
            break
    else:
        given.end(shell)
    loop.end()


def _round(loop: Loop, follow: Callable[[], None]) -> None:
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
    loop = Loop(shell, is_loop=True)
    for name in control_flow.counted_names(shell, node, body):
        shell.scope.set(name, unknown_value("the shell computes it"))
    _unknown_rounds(shell, loop, node, (), body, None)
    loop.end()


def _unknown_rounds(
    shell: Shell,
    loop: Loop,
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
            scope.set(name, unknown_value("a loop sets it to what is not known"))
        shell.visit(body)
        if not shell.is_over and conditions:
            tested(shell, conditions)

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
    choice = Branch(shell, first, conditions[0] if conditions else first)
    was_repeated, run.is_repeated = run.is_repeated, True
    choice.follow(0, lambda: _round(loop, one_round))
    run.is_repeated = was_repeated
    run.holds = None
    choice.skip(1, holds=None)
    choice.join()


HANDLERS: dict[str, Callable[[Shell, tree_sitter.Node], None]] = {
    "c_style_for_statement": c_style,
    "for_statement": for_each,
    "while_statement": while_loop,
}
