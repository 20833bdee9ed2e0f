"""The folder that a script's commands run in, as far as the script itself says it: `cd`, `pushd`, `popd`.

It is kept as a variable of the shell, so that branches, loops, functions and shells of their own treat it as they treat
any other. Its value is a list, the stack of `pushd`, of which the first one counts; with none it is the folder that the
script is started in. That one is taken to be the script's own, so both have the same name here: `.`.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, PieceKind, known_text
from dropcap.lang.shell.scope import Value, unknown_value
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.scope import Scope, Values

__all__ = [
    "FOLDER_COMMANDS",
    "FOLDER_NAMES",
    "REPOSITORY",
    "Folder",
    "folder_of",
    "joined_path",
    "known_path",
    "leave",
    "written_path",
]

REPOSITORY = "/\0repository"
"""What stands for the top of the repository in a path; no folder has such a name."""

_FOLDER, _LAST = "cd", "cd -"  # no variable of a script can be called so
FOLDER_NAMES = (_FOLDER, _LAST)
"""The variables that a shell has from the one that starts it."""
_MOST_FOLDERS = 16
_START = "."
_MOST_VARIABLES = 8
_VARIABLE = r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})"

# `$(dirname "$0")` and its like, which give the folder that the script lies in.
_SELF = r"""["']?\$(?:0|\{0\}|BASH_SOURCE|\{BASH_SOURCE(?:\[0\])?\})["']?"""
_REAL_SELF = rf"(?:{_SELF}|\"?\$\(\s*(?:readlink\s+-\w+|realpath)\s+(?:--\s+)?{_SELF}\s*\)\"?)"
_DIRNAME = rf"dirname\s+(?:--\s+)?{_REAL_SELF}"
_OWN = rf"(?:\$\(\s*{_DIRNAME}\s*\)|`\s*{_DIRNAME}\s*`|\$\{{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}})"
_QUIET = r"(?:\s*(?:[12&]?>\s*/dev/null|2>&1))*"
_PLAIN = r"(?P<behind>(?:/[\w.-]+)*/?)"
_OWN_FOLDER = (
    rf"\$\(\s*(?:CDPATH=\S*\s+|unset CDPATH\s*(?:&&|;)\s*)?cd\s+(?:-P\s+)?(?:--\s+)?\"?{_OWN}{_PLAIN}\"?{_QUIET}"
    rf"\s*(?:&&|;)\s*pwd(?:\s+-[LP])?{_QUIET}\s*\)"
    rf"|\$\(\s*(?:readlink\s+-\w+|realpath)\s+(?:--\s+)?\"?{_OWN}(?P<beside>(?:/[\w.-]+)*/?)\"?\s*\)"
    rf"|{_OWN}"
)
_TOP = rf"(?:\$\(\s*git\s+rev-parse\s+--show-toplevel{_QUIET}\s*\)|`\s*git\s+rev-parse\s+--show-toplevel{_QUIET}\s*`)"


class Folder(NamedTuple):
    """A folder.

    Attributes:
        path: its path, from the folder that the script is started in; None where it is not known.
        reason: why it is not known, to follow the word "because".

    """

    path: str | None
    reason: str = ""


def folder_of(scope: Scope) -> Folder:
    """Return the folder that a command runs in."""
    values = scope.get(_FOLDER)
    if values is None:
        return Folder(_START)
    if len(values) > 1:
        return Folder(None, "it runs in different folders in different branches")
    return _top(values[0])


def _top(value: Value) -> Folder:
    if not value.elements:
        return Folder(_START)
    text = known_text(value.elements[0])
    if text is not None:
        return Folder(text)
    reason = next((piece.reason for piece in value.elements[0] if piece.reason), "")
    return Folder(None, reason or "it is not known in which folder it runs")


def leave(shell: Shell, reason: str) -> None:
    """Note that what follows runs in a folder that nobody knows: another machine's, or somebody's home."""
    for name in FOLDER_NAMES:
        shell.scope.set(name, unknown_value(reason))


def written_path(text: str, unknown: str | None) -> str | None:
    """Return a path that is written in a script, or None where it is not known.

    Args:
        text: the path; an expansion stands in it as it is written.
        unknown: the first of them; None where there is none.

    """
    if unknown is None:
        return text
    for pattern, folder in ((_OWN_FOLDER, _START), (_TOP, REPOSITORY)):
        match = re.match(rf"(?:{pattern})(?P<rest>(?:/[^$`]*)?)\Z", text)
        if match is not None:
            found = match.groupdict()
            behind = (found.get("behind") or "") + (found.get("beside") or "")
            return posixpath.normpath(f"{folder}{behind}{match['rest']}")
    return None


def known_path(scope: Scope, text: str, unknown: str | None) -> str | None:
    """Return a path as :func:`written_path` does, where variables may stand for what it begins with."""
    for _ in range(_MOST_VARIABLES):
        found = written_path(text, unknown)
        match = re.match(_VARIABLE, text) if found is None else None
        if match is None:
            return found
        values = scope.get(match[1] or match[2])
        if values is None or len(values) != 1 or len(values[0].elements) != 1:
            return None
        pieces = values[0].elements[0]
        if any(piece.kind is PieceKind.UNKNOWN and not piece.text for piece in pieces):
            return None
        rest = text[match.end() :]
        text = "".join(piece.text for piece in pieces) + rest
        unknown = text if known_text(pieces) is None or "$" in rest or "`" in rest else None
    return None


def joined_path(folder: str, path: str) -> str:
    """Return a path as it is from where a folder is written from."""
    return posixpath.normpath(posixpath.join(folder, path))


def _target(scope: Scope, text: Text) -> str | None:
    """Return the path that a word of `cd` is; None where it is not known."""
    written = "".join(piece.text for piece in text)
    is_known = known_text(text) is not None
    return known_path(scope, written, None if is_known else written)


def _change(shell: Shell, texts: Sequence[Text]) -> None:
    """`cd [-LP] [--] folder`."""
    words = [text for text in texts[1:] if (known_text(text) or "") not in {"-L", "-P", "-e", "-@", "--"}]
    scope = shell.scope
    last = scope.get(_FOLDER)
    if words and known_text(words[0]) == "-":
        _set_top(shell, _first(scope.get(_LAST)), "")
    else:
        _enter(shell, words)
    scope.set(_LAST, last)


def _enter(shell: Shell, words: Sequence[Text]) -> None:
    target = _target(shell.scope, words[0]) if words else None
    here = folder_of(shell.scope)
    if not words or (target or "").startswith("~"):
        _set_top(shell, None, "cd goes to the home of whoever runs it")
    elif target is None or not target:
        text = "".join(piece.text for piece in words[0])
        _set_top(shell, None, f"cd goes to {text}, which is not known")
    elif not target.startswith("/") and here.path is None:
        _set_top(shell, None, here.reason)
    else:
        _set_top(shell, joined_path(here.path or _START, target), "")


def _first(values: Values | None) -> str | None:
    return _START if values is None else _top(values[0]).path if len(values) == 1 else None


def _set_top(shell: Shell, path: str | None, reason: str) -> None:
    stack = _stack(shell)
    text = (
        unknown_value(reason or "cd - goes back to a folder that is not known")[0].elements[0]
        if path is None
        else (Piece(path),)
    )
    shell.scope.set(_FOLDER, (Value((text, *stack[1:]), is_list=True),))


def _stack(shell: Shell) -> tuple[Text, ...]:
    values = shell.scope.get(_FOLDER)
    if values is not None and len(values) > 1:
        return unknown_value("it runs in different folders in different branches")[0].elements
    return (values[0].elements[:_MOST_FOLDERS] if values else ()) or ((Piece(_START),),)


def _push(shell: Shell, texts: Sequence[Text]) -> None:
    """`pushd folder`; without one, or with a number, it turns the stack."""
    words = [text for text in texts[1:] if known_text(text) not in {"-n", "--"}]
    here = folder_of(shell.scope)
    if len(words) != 1 or len(words) < len(texts) - 1 or (known_text(words[0]) or "").startswith(("+", "-")):
        leave(shell, "pushd rotates its stack of folders")
        return
    below = (Piece(here.path),) if here.path is not None else unknown_value(here.reason)[0].elements[0]
    stack = (below, *_stack(shell)[1:])
    _enter(shell, words)
    top = _stack(shell)[0]
    shell.scope.set(_FOLDER, (Value((top, *stack), is_list=True),))


def _pop(shell: Shell, texts: Sequence[Text]) -> None:
    """`popd`."""
    stack = _stack(shell)
    if len(texts) > 1 or len(stack) == 1:
        leave(shell, "popd goes to a folder that is not known")
    else:
        shell.scope.set(_FOLDER, (Value(stack[1:], is_list=True),))


FOLDER_COMMANDS: dict[str, Callable[[Shell, Sequence[Text]], None]] = {
    "cd": _change,
    "chdir": _change,
    "popd": _pop,
    "pushd": _push,
}
"""The commands that change it, given their words, their own name first."""
