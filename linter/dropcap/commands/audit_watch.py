"""`dropcap audit --watch`: what changes as containers start and stop, until somebody ends it."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

from dropcap.auditing.engine import connect
from dropcap.auditing.watch import Watch
from dropcap.commands.audited import asking_of
from dropcap.commands.check import accepting_of
from dropcap.commands.output import at_the_edge, write_output
from dropcap.engine_client import EngineError, NoEngineError
from dropcap.exit_codes import CLEAN, UsageError
from dropcap.printable import printable
from dropcap.report import to_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dropcap.auditing.engine import AuditedEngine, Listed
    from dropcap.auditing.watch import Change
    from dropcap.commands.audited import Run

__all__ = ["watch"]

_WAITS = (1, 2, 4, 8, 15, 30)
"""Seconds between attempts to reach an engine that went away; the last one again and again."""
_BEFORE = 2.0  # seconds: what happens while the containers are listed is told twice rather than never
_SETTLES = 0.2  # seconds until a command in a container is what it will be


def watch(engine: AuditedEngine, wanted: Run) -> int:
    """Print what there is, and then what changes; Ctrl-C ends it. Gives the exit code.

    Raises:
        UsageError: what was asked for does not go together.

    """
    arguments = wanted.arguments
    if arguments.format != "text" or arguments.output or arguments.also:
        raise UsageError("--watch prints text on standard output: leave --format, --output and --also out")
    watching = _Watching(engine, wanted)
    try:
        watching.run()
    except KeyboardInterrupt:
        _note("ended")
    finally:
        watching.engine.close()
    return CLEAN


class _Watching:
    """One engine that is watched, through all its restarts."""

    def __init__(self, engine: AuditedEngine, wanted: Run) -> None:
        self.engine = engine
        self._wanted = wanted
        accepting = accepting_of(wanted.arguments, wanted.config, [rule.id for rule in wanted.known])
        self._watch = Watch(asking_of(wanted, engine), lambda result: to_report([result], (), wanted.rules, accepting))

    def run(self) -> None:
        """Print until somebody ends it."""
        while True:
            since = time.time() - _BEFORE
            try:
                self._print(self._watch.all(self.engine, self._listed()))
                _note(f"watching {self.engine.title} at {self.engine.address}; Ctrl-C ends it")
                for event in self.engine.events(since):
                    if event.what.startswith(("exec", "start")):
                        # Of many that come at once the later ones have settled by the time that it is their turn.
                        left = event.at + _SETTLES - time.time() if event.at else _SETTLES
                        time.sleep(min(_SETTLES, max(0.0, left)))
                    if self._is_wanted(event.container):
                        self._print(self._watch.some(self.engine, [event.container]))
            except EngineError as error:
                _note(f"the engine went away: {error}; trying again")
                self._reconnect()

    def _listed(self) -> list[Listed]:
        listed, _ = self.engine.containers(only_running=self._wanted.arguments.running)
        if not self._wanted.arguments.names:
            return listed
        return [one for one in listed if self._is_wanted(one)]

    def _is_wanted(self, container: Listed) -> bool:
        """Whether a container is one of those that were named; a new one of an old name is."""
        names = self._wanted.arguments.names
        return not names or any(name.lstrip("/") in container.names or container.id.startswith(name) for name in names)

    def _reconnect(self) -> None:
        self.engine.close()
        attempt = 0
        while True:
            time.sleep(_WAITS[min(attempt, len(_WAITS) - 1)])
            try:
                self.engine = connect(self._wanted.arguments.socket)
            except (EngineError, NoEngineError):
                attempt += 1
                continue
            _note("the engine answers again")
            return

    @staticmethod
    def _print(changes: Iterable[Change]) -> None:
        for change in changes:
            write_output(_lines(change), None)


def _lines(change: Change) -> Iterator[str]:
    now = datetime.now().astimezone().strftime("%H:%M:%S")
    yield f"{now} {printable(change.name)} {printable(change.now) if change.now else 'has changed'}\n"
    yield from (f"    new: {printable(text)}\n" for text in change.new)
    yield from (f"    gone: {printable(text)}\n" for text in change.gone)
    yield from (f"    error: {printable(text)}\n" for text in change.failures)


def _note(text: str) -> None:
    sys.stderr.write(f"dropcap: {at_the_edge(printable(text))}\n")
    sys.stderr.flush()
