"""What a Python script calls of the C library through ctypes, where all of that is written in it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["LOCKS", "unknown_call"]

LOCKS = frozenset({"mlock", "mlock2", "mlockall"})
"""The functions that lock memory."""
_CALLED = LOCKS | {
    *("munlock", "munlockall", "getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid"),
    *("malloc_trim", "sched_yield", "sleep", "usleep", "time", "strlen", "strerror", "getpagesize", "sysconf"),
}
"""The functions whose demands are known, by their manuals: beside locking they ask for nothing."""
_PLAIN = re.compile(
    r"ctypes\.(?:c_\w+|get_errno|set_errno|create_string_buffer|sizeof|byref|addressof|util\.find_library)"
)
"""What makes values, and calls nothing."""
_LIBRARY = re.compile(r"libc\.so\.\d+")


def unknown_call(tree: ast.Module, names: Mapping[str, str], name_of: Callable[[ast.expr], str]) -> ast.expr | None:
    """Return the first use of ctypes after which it is not known what is called; None where there is none.

    Args:
        tree: the script.
        names: what it imports, by the names that it has there.
        name_of: tells the full name of a function.

    """
    drawn = [one for one in names.values() if one == "ctypes" or one.startswith("ctypes.")]
    if not drawn:
        return None
    above = {id(inner): node for node in ast.walk(tree) for inner in ast.iter_child_nodes(node)}
    places = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.Name)), key=lambda node: (node.lineno, node.col_offset)
    )
    libraries = {target for one in places if (target := _assigned(_call_of(one, above), name_of, above))}
    for name in places:
        if name.id in libraries and isinstance(name.ctx, ast.Load):
            if not _is_called(name, above):
                return name
        elif names.get(name.id, "").partition(".")[0] == "ctypes":
            call = _call_of(name, above)
            whole = _whole(name, above)
            if _PLAIN.fullmatch(name_of(whole)) or _assigned(call, name_of, above):
                continue
            if call is None or not _is_library(call, name_of) or not _is_called(call, above):
                return call or whole
    if "ctypes.*" in drawn:  # its names stand for themselves
        return next((one for one in places if one.id in {"CDLL", "PyDLL", "cdll", "pydll"}), None)
    return None


def _whole(name: ast.expr, above: Mapping[int, ast.AST]) -> ast.expr:
    """Return the longest dotted name that a name begins."""
    node = name
    while isinstance(outer := above.get(id(node)), ast.Attribute):
        node = outer
    return node


def _call_of(name: ast.expr, above: Mapping[int, ast.AST]) -> ast.Call | None:
    """Return the call of what a dotted name stands for."""
    node = _whole(name, above)
    outer = above.get(id(node))
    return outer if isinstance(outer, ast.Call) and outer.func is node else None


def _is_library(call: ast.Call, name_of: Callable[[ast.expr], str]) -> bool:
    """Return whether a call loads the C library."""
    if name_of(call.func) not in {"ctypes.CDLL", "ctypes.PyDLL"} or len(call.args) != 1:
        return False
    told = call.args[0]
    if isinstance(told, ast.Constant):
        return told.value is None or (isinstance(told.value, str) and _LIBRARY.fullmatch(told.value) is not None)
    is_found = isinstance(told, ast.Call) and name_of(told.func) == "ctypes.util.find_library"
    return is_found and [ast.unparse(one) for one in told.args] == ["'c'"]  # type: ignore[attr-defined]


def _assigned(call: ast.Call | None, name_of: Callable[[ast.expr], str], above: Mapping[int, ast.AST]) -> str:
    """Return the name that the C library gets; none where it gets none."""
    if call is None or not _is_library(call, name_of):
        return ""
    outer = above.get(id(call))
    is_plain = isinstance(outer, ast.Assign) and len(outer.targets) == 1
    target = outer.targets[0] if is_plain else None  # type: ignore[union-attr]
    return target.id if isinstance(target, ast.Name) else ""


def _is_called(library: ast.expr, above: Mapping[int, ast.AST]) -> bool:
    """Return whether of a library only a function is used whose demands are known."""
    function = above.get(id(library))
    if not isinstance(function, ast.Attribute) or function.attr not in _CALLED:
        return False
    outer = above.get(id(function))
    if isinstance(outer, ast.Attribute):
        return outer.attr in {"restype", "argtypes"}
    return isinstance(outer, ast.Call) and outer.func is function
