"""How one path through a script is followed for one who hears every command: in order, up to its end.

Where the script or the listener decides a condition, one arm is followed and the others are not. Else each arm is
followed, and its commands have a guard (`exact_branches`). An arm that ends (`exit`, `exec`, `return`, `break`) leaves
a guard to what stands behind the branch: that runs only if the arm is not taken. Loops and functions are in
`exact_loops`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.run_state import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import tree_sitter

    from dropcap.lang.shell.evaluator import Shell


def statements(shell: Shell, nodes: Sequence[tree_sitter.Node]) -> None:
    """Follow statements up to one that ends the path; of one with `&` behind it nothing stays."""
    run = shell.run
    for index, node in enumerate(nodes, 1):
        if index < len(nodes) and not nodes[index].is_named and nodes[index].type == "&":
            was_background, run.is_background = run.is_background, True
            shell.alone(lambda node=node: shell.visit(node))  # type: ignore[misc]  # bound now
            run.is_background = was_background
            run.holds = True
        elif node.is_named or run.steps <= 0 or run.depth >= MAX_DEPTH:
            shell.visit(node)
        else:  # a sign, in which nothing can be followed
            run.steps -= 1
        if run.is_errexit and not shell.is_over and node.is_named:
            fail(shell, node)
        if shell.is_over:
            return


def fail(shell: Shell, node: tree_sitter.Node) -> None:
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


def tested(shell: Shell, nodes: Sequence[tree_sitter.Node]) -> bool | None:
    """Follow a condition; gives whether it holds."""
    shell.run.tested += 1
    statements(shell, nodes)
    shell.run.tested -= 1
    return shell.run.holds


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
