"""All of a script: its statements, the functions that nobody calls, and what could not be followed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.clients import programs
from dropcap.lang.shell.evaluator import Shell
from dropcap.lang.shell.run_state import Run
from dropcap.lang.shell.scope import Scope
from dropcap.lang.shell.script import Script, client_places
from dropcap.lang.shell.wrappers import unwrapped
from dropcap.model import Failure, Level
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.shell.template_holes import TemplateHole
    from dropcap.model import Container
    from dropcap.source import Source

__all__ = ["containers", "follow_all"]


def containers(source: Source, taken: Sequence[TemplateHole] = ()) -> list[Container | Failure]:
    """Give the containers that a script starts, and the commands that their client refuses, in the script's order."""
    script = Script(source)
    run = Run(source)
    places = client_places(script.data)
    follow_all(Shell(script, Scope(), run, places, taken))
    at = next((place for place in places[:_MOST_PLACES] if _is_lost(script, run, place)), None)
    if at is None:
        return run.results()
    start = script.to_offset(at)
    return [*run.results(), Failure(source.path, _BROKEN, Level.NOTE, source, Span(start, start + 1))]


def _is_lost(script: Script, run: Run, place: int) -> bool:
    """Whether what stands at a place looks like a client's command, and the script is too broken there to find it."""
    if not script.root.has_error or run.has(script.to_offset(place)):
        return False
    if re.match(_CALL, script.data[place : place + _LONGEST_CALL]) is None:
        return False
    node = script.root.descendant_for_byte_range(place, place + 1)
    while node is not None and node.type != "ERROR":
        if node.type in _TEXTS and (not node.has_error or any(one.is_missing for one in node.children[-1:])):
            return node.has_error  # the quotation mark that ends it is missing
        node = node.parent
    return node is not None


_BROKEN = "the script is broken here (is a quotation mark missing?): what stands behind this may not be read"
_CALL = rb"\w+[ \t]+(?:-\S*[ \t]+(?:[^-\s]\S*[ \t]+)??)*(?:container[ \t]+|compose[ \t]+)?(?:run|create|exec)\b"
_LONGEST_CALL = 200
_MOST_PLACES = 1000
_TEXTS = frozenset({"ansi_c_string", "comment", "heredoc_body", "raw_string", "string"})


def follow_all(shell: Shell) -> None:
    """Follow a script from its first statement on, then what its statements did not lead to.

    A function that nothing in the script calls is taken to be called by whoever has the script: with arguments
    that are not known, and with the variables as the script leaves them.
    """
    run = shell.run
    shell.statements(shell.script.root)
    for name in list(run.functions):
        if name not in run.called and run.functions[name][0] is shell.script:
            shell.scope.begin()
            shell.call(name, None)
            shell.scope.undo()
    script = shell.script
    for start, limit in script.commands_at([script.to_offset(place) for place in shell.places]):
        if start in shell.visited:
            continue
        words = unwrapped(script.words(start, limit))
        if words and words[0].unknown is None and words[0].value.rpartition("/")[2] in programs():
            run.add(script.home_at(words[0].span.start), words)
