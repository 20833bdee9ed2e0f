"""Where a Python script has given up all that it held, and whether it does anything but start programs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["is_plain", "without_rights"]

_DROPS = frozenset({"os.setuid", "os.setresuid", "os.setreuid"})
_WHO = frozenset({"os.getuid", "os.geteuid"})
_PLAIN = frozenset(
    {
        *("os.getuid", "os.geteuid", "os.getgid", "os.getpid", "os.environ.get", "os.getenv", "os.setuid", "os.setgid"),
        *("os.setgroups", "os.initgroups", "os.setresuid", "os.setresgid", "os.umask", "os.execv", "os.execve"),
        *("os.execvp", "os.execvpe", "os.execl", "os.execlp", "os.system", "pwd.getpwnam", "grp.getgrnam"),
        *("signal.signal", "sys.exit", "time.sleep", "subprocess.run", "subprocess.call", "subprocess.check_call"),
        *("subprocess.check_output", "subprocess.Popen"),
    }
)
"""The functions that use no file whose path they are given, beside what the programs do that they start."""
_BUILTINS = frozenset({"bool", "dict", "int", "len", "list", "print", "range", "str", "tuple", "SystemExit"})
_OF_PROCESS = frozenset({"wait", "poll", "terminate", "kill", "send_signal", "communicate"})


def without_rights(tree: ast.Module, name_of: Callable[[ast.expr], str]) -> Iterator[tuple[ast.AST, str]]:
    """Give all nodes of a script that only a process gets to which has become another user than root, and whom.

    That is what follows such a call in its list of statements and, where that list is what is done as root, what
    follows the condition: whoever passes it by was not root.

    Args:
        tree: the script.
        name_of: tells the full name of a function.

    """
    accounts = _accounts(tree, name_of)
    for node in ast.walk(tree):
        for statements in _lists(node):
            for at, statement in enumerate(statements):
                user = _drops(statement, name_of, accounts)
                if isinstance(statement, ast.If) and not statement.orelse and _asks_for_root(statement.test, name_of):
                    user = next(filter(None, (_drops(one, name_of, accounts) for one in statement.body)), "")
                if user:
                    for following in statements[at + 1 :]:
                        yield from ((one, user) for one in ast.walk(following))
                    break


def _lists(node: ast.AST) -> Iterator[Sequence[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        statements = getattr(node, name, None)
        if isinstance(statements, list):
            yield statements


def _drops(statement: ast.stmt, name_of: Callable[[ast.expr], str], accounts: Mapping[str, str]) -> str:
    """Return which other user than root a statement makes the process, for good; empty where it does not."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or name_of(call.func) not in _DROPS or call.keywords or not call.args:
        return ""
    users = [_other(one, name_of, accounts) for one in call.args]
    return users[0] if all(users) else ""


def _other(node: ast.expr, name_of: Callable[[ast.expr], str], accounts: Mapping[str, str]) -> str:
    """Return the user whose number an expression is; empty where it is root's, or not known."""
    if isinstance(node, ast.Constant):
        return str(node.value) if type(node.value) is int and node.value > 0 else ""
    if isinstance(node, ast.Attribute) and node.attr == "pw_uid":
        named = accounts.get(node.value.id, "") if isinstance(node.value, ast.Name) else ""
        return named or _account(node.value, name_of)
    return ""


def _account(node: ast.expr, name_of: Callable[[ast.expr], str]) -> str:
    """Return the name of another user than root whose account an expression is; empty where it is none."""
    if not isinstance(node, ast.Call) or name_of(node.func) != "pwd.getpwnam" or len(node.args) != 1:
        return ""
    name = node.args[0]
    is_other = isinstance(name, ast.Constant) and isinstance(name.value, str) and name.value not in {"root", "toor"}
    return str(name.value) if is_other and isinstance(name, ast.Constant) else ""


def _accounts(tree: ast.Module, name_of: Callable[[ast.expr], str]) -> dict[str, str]:
    """Return the names that stand for an account of another user than root, and for nothing else, with that user."""
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    stored += [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
    found = {
        target.id: user
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and (user := _account(node.value, name_of))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {name: user for name, user in found.items() if stored.count(name) == 1}


def _asks_for_root(test: ast.expr, name_of: Callable[[ast.expr], str]) -> bool:
    """Return whether a condition is `os.getuid() == 0`, or `not os.getuid()`."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return isinstance(test.operand, ast.Call) and name_of(test.operand.func) in _WHO
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    left, right = test.left, test.comparators[0]
    is_zero = isinstance(right, ast.Constant) and type(right.value) is int and right.value == 0
    return is_zero and isinstance(left, ast.Call) and name_of(left.func) in _WHO


def is_plain(tree: ast.Module, name_of: Callable[[ast.expr], str]) -> bool:
    """Return whether a script does nothing but to start programs and to change whom it runs as.

    It draws in the standard library alone, and each function that it calls is known for that, or its own.
    """
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    processes = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and name_of(node.value.func) == "subprocess.Popen"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.With, ast.AsyncFunctionDef)) or (
            isinstance(node, ast.FunctionDef) and node.decorator_list
        ):
            return False
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not _STANDARD.issuperset(_modules(node)):
            return False
        if not isinstance(node, ast.Call) or name_of(node.func) in _PLAIN:
            continue
        called = node.func
        is_known = isinstance(called, ast.Name) and called.id in own | _BUILTINS and not name_of(called)
        is_of_process = (
            isinstance(called, ast.Attribute)
            and called.attr in _OF_PROCESS
            and isinstance(called.value, ast.Name)
            and called.value.id in processes
        )
        if not is_known and not is_of_process:
            return False
    return True


_STANDARD = frozenset({"grp", "os", "pwd", "signal", "subprocess", "sys", "time", "__future__"})


def _modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
    else:
        yield "." * node.level + (node.module or "")
