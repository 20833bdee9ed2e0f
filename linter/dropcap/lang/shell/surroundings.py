"""What a command finds where it runs: its folder, and what the script gives it of the environment."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dropcap.lang.shell.assignments import assign
from dropcap.lang.shell.call import Surroundings
from dropcap.lang.shell.folders import folder_of, known_path
from dropcap.lang.shell.fragments import known_text
from dropcap.lang.shell.launchers import moves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.scope import Scope
    from dropcap.lang.words import Word

__all__ = ["NOWHERE", "surroundings_of"]

NOWHERE = Surroundings(None, "it is not known in which folder it runs")
"""Of a command that the script's statements do not lead to."""

_SET = r"[A-Za-z_]\w*="


def surroundings_of(shell: Shell, launchers: Sequence[Word]) -> Surroundings:
    """Return what the command finds that is followed now.

    Args:
        shell: the shell that runs it.
        launchers: the words before it, as of `sudo NAME=value docker run`.

    """
    run, scope = shell.run, shell.scope
    folder = folder_of(scope)
    if moves(launchers):
        folder = folder._replace(path=None, reason="it is started in another folder")
    variables = {name: _value(scope, name) for name in run.exported if scope.get(name) is not None}
    scope.begin()
    names = [assign(shell, node) for node in shell.assignments]
    variables |= {name: _value(scope, name) for name in names if name is not None}
    scope.undo()
    for word in launchers:
        if re.match(_SET, word.value):
            name, _, value = word.value.partition("=")
            variables[name] = value if word.unknown is None else None
    return Surroundings(folder.path, folder.reason, variables, partial(known_path, scope))


def _value(scope: Scope, name: str) -> str | None:
    """Return what a variable is certain to be; None where it is not known."""
    values = scope.get(name)
    if values is None or len(values) != 1 or len(values[0].elements) != 1:
        return None
    return known_text(values[0].elements[0])
