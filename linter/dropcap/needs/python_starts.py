"""The commands that a Python script starts by calls whose words stand in it: `subprocess.run(["chown", …])`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dropcap.lang.words import Word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.source import Source, Span

__all__ = ["Reader", "user_of", "users_of"]

_LISTED = frozenset({"os.execv", "os.execve", "os.execvp", "os.execvpe"})
_SPREAD = frozenset({"os.execl", "os.execlp"})
_SHELLS = frozenset({"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"})
_USERS = {
    "user": ("SETUID", "starts a program as another user"),
    "group": ("SETGID", "starts a program with another group"),
    "extra_groups": ("SETGID", "starts a program with other groups"),
}


def users_of(call: ast.Call, name: str) -> list[tuple[str, str]]:
    """Return the capabilities that a call of `subprocess` asks for by whom it starts a program as, and why."""
    given = {one.arg: one.value for one in call.keywords if one.arg} if name.startswith("subprocess.") else {}
    return [_USERS[one] for one, value in given.items() if one in _USERS and not _is_none(value)]


_HARMLESS = frozenset(
    {
        *(
            "args",
            "bufsize",
            "capture_output",
            "check",
            "close_fds",
            "encoding",
            "errors",
            "extra_groups",
            "group",
            "input",
        ),
        *("restore_signals", "shell", "start_new_session", "stderr", "stdin", "stdout", "text", "timeout"),
        *("universal_newlines", "user"),
    }
)
"""The arguments that change neither what is started nor where, or whose part in that is known."""


def user_of(call: ast.Call, name: str) -> tuple[str | None, bool]:
    """Return as whom a call starts a program, None for whoever runs the script, and whether that is known."""
    given = {one.arg or "": one.value for one in call.keywords}
    is_known = name not in {"os.execve", "os.execvpe"} and _HARMLESS.issuperset(given)
    user = given.get("user")
    if user is None or _is_none(user) or not name.startswith("subprocess."):
        return None, is_known
    if isinstance(user, ast.Constant) and isinstance(user.value, (str, int)):
        return str(user.value), is_known
    return None, False


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


class Reader:
    """Reads the words of such calls in one script."""

    def __init__(
        self,
        source: Source,
        arguments: Sequence[Word],
        name_of: Callable[[ast.expr], str],
        span_of: Callable[[ast.expr], Span],
    ) -> None:
        """Take the script, the words that it is given, and what tells the full name and the place of an expression."""
        self.source = source
        self.arguments = arguments
        self.name_of = name_of
        self.span_of = span_of

    def command(self, call: ast.Call, name: str) -> tuple[Word, ...]:
        """Return the command of a call; none where its program is not known."""
        if any(one.arg is None for one in call.keywords) or not call.args:
            return ()
        first = call.args[0]
        is_shell = name in _SHELLS or any(one.arg == "shell" and not _is_false(one.value) for one in call.keywords)
        if is_shell:
            return self._line(first)
        if name in _SPREAD:
            words = [self._word(first), *(word for one in call.args[2:] for word in self._words(one))]
        elif name in _LISTED:
            listed = self._list(call.args[1]) if len(call.args) > 1 else None
            words = [] if listed is None else [self._word(first), *listed[1:]]
        elif name.startswith("subprocess."):
            listed = self._list(first)
            words = [self._word(first)] if listed is None else listed
        else:
            return ()
        return tuple(words) if words and words[0].unknown is None and words[0].value else ()

    def _line(self, node: ast.expr) -> tuple[Word, ...]:
        word = self._word(node)
        if word.unknown is not None:
            return ()
        shell = Word("/bin/sh", self.source, word.span)
        return shell, shell._replace(value="-c"), word

    def _list(self, node: ast.expr) -> list[Word] | None:
        """Return the words of a list that is written out, or of what the script itself is given."""
        if isinstance(node, (ast.List, ast.Tuple)):
            return [word for one in node.elts for word in self._words(one)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = [self._list(one) for one in (node.left, node.right)]
            unread = [self._unknown(one, splits=True) for one in (node.left, node.right)]
            return (
                None
                if sides == [None, None]
                else [
                    word
                    for side, other in zip(sides, unread, strict=True)
                    for word in (side if side is not None else [other])
                ]
            )
        start = self._given_from(node)
        return None if start is None else list(self.arguments[start:])

    def _words(self, node: ast.expr) -> list[Word]:
        if not isinstance(node, ast.Starred):
            return [self._word(node)]
        listed = self._list(node.value)
        return [self._unknown(node, splits=True)] if listed is None else listed

    def _word(self, node: ast.expr) -> Word:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return Word(node.value, self.source, self.span_of(node))
        if isinstance(node, ast.Subscript) and self.name_of(node.value) == "sys.argv":
            number = _number(node.slice)
            if number is not None and 0 < number <= len(self.arguments):
                return self.arguments[number - 1]
        return self._unknown(node, splits=False)

    def _given_from(self, node: ast.expr) -> int | None:
        """Return where `sys.argv[N:]` starts among the words that the script is given."""
        if not isinstance(node, ast.Subscript) or self.name_of(node.value) != "sys.argv":
            return None
        if not isinstance(node.slice, ast.Slice) or node.slice.upper or node.slice.step:
            return None
        number = _number(node.slice.lower)
        return number - 1 if number else None

    def _unknown(self, node: ast.expr, *, splits: bool) -> Word:
        span = self.span_of(node)
        text = self.source.text[span.start : span.end] or "…"
        return Word(text, self.source, span, unknown=text, splits=splits, reason="a script computes it")


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _number(node: ast.expr | None) -> int | None:
    if isinstance(node, ast.Constant) and type(node.value) is int and node.value > 0:
        return node.value
    return None
