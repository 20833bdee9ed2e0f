"""All of a script: its statements, the functions that nobody calls, and what could not be followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.readers.commands import PROGRAMS
from dropcap.readers.shell.evaluate import Shell
from dropcap.readers.shell.run import Run
from dropcap.readers.shell.scope import Scope
from dropcap.readers.shell.script import Script, client_places
from dropcap.readers.shell.wrappers import unwrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.model import Container, Failure
    from dropcap.readers.shell.taken import Taken
    from dropcap.source import Source

__all__ = ["containers", "follow_all"]


def containers(source: Source, taken: Sequence[Taken] = ()) -> list[Container | Failure]:
    """Give the containers that a script starts, and the commands that their client refuses, in the script's order."""
    script = Script(source)
    run = Run(source)
    follow_all(Shell(script, Scope(), run, client_places(script.data), taken))
    return run.results()


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
        if words and words[0].unknown is None and words[0].value.rpartition("/")[2] in PROGRAMS:
            run.add(script.home_at(words[0].span.start), words)
