"""Choices of a script that is followed exactly: `if`, `case`, `&&` and `||`, and the tests that decide them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell import control_flow, exact_tests
from dropcap.lang.shell.call import Guard
from dropcap.lang.shell.exact_flow import fail, statements, tested
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.run_state import Run
    from dropcap.lang.shell.scope import Change


class Branch:
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
        """Return what stands before the commands of an arm, or of what runs only if it is not taken."""
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
    _if(shell, shell.script.children(node))


def _if(shell: Shell, parts: list[tree_sitter.Node]) -> None:
    kinds = [part.type for part in parts]
    then = kinds.index("then") if "then" in kinds else len(parts)
    behind = next((at for at, kind in enumerate(kinds) if kind in {"elif_clause", "else_clause"}), len(parts))
    conditions, body, rest = parts[1:then], parts[then + 1 : behind], parts[behind:]
    verdict = tested(shell, conditions)
    if shell.is_over or not conditions:
        return
    if verdict is None:
        named = [condition for condition in conditions if condition.is_named] or conditions
        choice = Branch(shell, named[0], named[-1])
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
        _if(shell, [*shell.script.children(rest[0]), *rest[1:]])
    else:
        statements(shell, shell.script.children(rest[0]))


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
            choice = Branch(shell, left, left)
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
        fail(shell, node)


def negated(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow `! command`."""
    holds = tested(shell, node.children[1:])
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
    choice: Branch | None = None
    shell.run.holds = True
    verdict: bool | None = None
    for number, body, verdict in control_flow.items(shell, node, subject):
        if verdict and choice is None:
            statements(shell, body)
            return
        choice = choice or Branch(shell, value, value)
        shell.run.holds = True
        choice.follow(number, lambda body=body: statements(shell, body))  # type: ignore[misc]  # bound now
    if choice is not None:
        if not verdict:
            choice.skip(sum(child.type == "case_item" for child in node.children), holds=True)
        choice.join()


HANDLERS: dict[str, Callable[[Shell, tree_sitter.Node], None]] = {
    "case_statement": case,
    "if_statement": branch,
    "list": chain,
    "negated_command": negated,
    "test_command": test,
}
