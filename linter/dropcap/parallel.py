"""Many files over several processes, with the same result as one after another.

A worker gets targets and gives their results one by one, so that it is known which file a worker died of. On Linux
workers are forked; elsewhere, and in place of one that died, a new interpreter is started that ignores the current
folder and the environment, and is told where this one's modules are: nothing of a linted repository is imported.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING

from dropcap.check import check_file
from dropcap.model import Failure, FileResult, Level
from dropcap.namedtuple import NamedTuple
from dropcap.questions import Questions
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.check import Setup
    from dropcap.rule import Rule
    from dropcap.targets import Target

_CHUNK = 8
"""How many files a worker is given at a time."""
_FORKS = sys.platform == "linux"
"""Elsewhere libraries of the system do not bear a fork, or there is none."""
_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from dropcap.parallel import work; work()"


class _Work(NamedTuple):
    """What a started worker has to know: a rule is code and does not travel, so each loads the rules anew."""

    ids: frozenset[str]
    folders: tuple[str, ...]
    setup: Setup


class _Worker(NamedTuple):
    """A worker, as its parent sees it.

    Attributes:
        number: of the process.
        targets: where to write what to check.
        results: where to read what came of it.
        ended: waits for its end; gives its exit code, negative for a signal.

    """

    number: int
    targets: IO[bytes]
    results: IO[bytes]
    ended: Callable[[], int]


def check_files(
    targets: Sequence[Target],
    rules: Sequence[Rule],
    setup: Setup,
    jobs: int,
    folders: Sequence[str],
) -> Iterator[FileResult]:
    """Yield the result of each target, in their order; a target that a worker dies of is an error of its own.

    Args:
        targets: the files.
        rules: what to ask about each container.
        setup: how.
        jobs: how many workers there are at most.
        folders: where rules were loaded from besides the installed packages.

    """
    pool = _Pool(targets, rules, setup, jobs, _Work(frozenset(rule.id for rule in rules), tuple(folders), setup))
    early: dict[int, FileResult] = {}
    try:
        for index in range(len(targets)):
            while index not in early:
                number, result = pool.results.get()
                early[number] = result
            yield early.pop(index)
    finally:
        # None is left behind, whatever ends this: the end of all files, an interrupt, a reader that has gone.
        pool.close()


class _Pool:
    """The workers of one call, a thread for each that feeds it."""

    def __init__(self, targets: Sequence[Target], rules: Sequence[Rule], setup: Setup, jobs: int, work: _Work) -> None:
        self.results: SimpleQueue[tuple[int, FileResult]] = SimpleQueue()
        self._chunks = [(start, targets[start : start + _CHUNK]) for start in range(0, len(targets), _CHUNK)][::-1]
        self._work = work
        self._is_over = False
        self._workers: list[_Worker | None] = []
        # Workers are made before the threads: a process with several threads is not to be forked.
        for _ in range(min(jobs, len(self._chunks))):
            self._workers.append(_forked(rules, setup, self._workers) if _FORKS else _started(work))
        self._threads = [
            threading.Thread(target=self._feed, args=(place,), daemon=True) for place in range(len(self._workers))
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End all workers at once, and start no more."""
        self._is_over = True
        for worker, thread in zip(self._workers, self._threads, strict=True):
            if worker:
                _kill(worker)
            thread.join()
        for worker in self._workers:
            if worker:
                _close(worker)

    def _feed(self, place: int) -> None:
        """Give a worker chunks of targets until there are none left, and start another should it die."""
        while not self._is_over:
            try:
                start, chunk = self._chunks.pop()
            except IndexError:
                return
            done = 0
            while done < len(chunk) and not self._is_over:
                for result in self._checked(place, chunk[done:]):
                    self.results.put((start + done, result))
                    done += 1

    def _checked(self, place: int, targets: Sequence[Target]) -> Iterator[FileResult]:
        """Yield the results of targets; with that of one which the worker dies of this ends early."""
        worker = self._workers[place]
        done = 0
        try:
            if worker is None:
                worker = self._workers[place] = _started(self._work)
            pickle.dump(targets, worker.targets)
            worker.targets.flush()
            for _ in targets:
                yield pickle.load(worker.results)  # noqa: S301  # of a process of ours
                done += 1
        except (OSError, EOFError, pickle.UnpicklingError):
            self._workers[place] = None
            if worker:
                _close(worker)
            yield _lost(targets[done], worker.ended() if worker else None)


def _lost(target: Target, code: int | None) -> FileResult:
    """Report a target whose worker ended while it was checked, or could not be started."""
    if code is None:
        how = "no process could be started for it"
    else:
        how = f"its process was killed (signal {-code})" if code < 0 else f"its process ended (exit code {code})"
    message = f"not checked: {how}; check it by itself, or exclude it"
    return FileResult((), (Failure(target.path, message, Level.ERROR),), (), read=False)


def _forked(rules: Sequence[Rule], setup: Setup, others: Sequence[_Worker | None]) -> _Worker:
    """Start a worker that shares what this process has loaded, but not the pipes of the others."""
    for_targets, targets = os.pipe()
    results, for_results = os.pipe()
    number = os.fork()
    if number == 0:
        try:
            os.close(targets)
            os.close(results)
            for other in others:
                if other:
                    other.targets.close()
                    other.results.close()
            _serve(rules, setup, os.fdopen(for_targets, "rb"), os.fdopen(for_results, "wb"))
        finally:
            os._exit(0)
    os.close(for_targets)
    os.close(for_results)
    ended = _once(lambda: os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]))
    return _Worker(number, os.fdopen(targets, "wb"), os.fdopen(results, "rb"), ended)


def _started(work: _Work) -> _Worker:
    """Start a worker in a new interpreter."""
    import subprocess

    # An empty entry is the current folder.
    path = [entry for entry in sys.path if entry]
    process = subprocess.Popen(  # noqa: S603  # this interpreter with a program of ours
        [sys.executable, "-I", "-c", _PROGRAM, *path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # an interrupt of the terminal is the parent's to answer
    )
    if process.stdin is None or process.stdout is None:
        raise OSError("a process has no pipes")
    with suppress(OSError):  # it has ended already: that is found when it is given a target
        pickle.dump(work, process.stdin)
    return _Worker(process.pid, process.stdin, process.stdout, process.wait)


def work() -> None:
    """Be a started worker: read what to know from standard input, then serve until that ends."""
    sources, sinks = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a rule prints must not stand among the results.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    ids, folders, setup = pickle.load(sources)  # noqa: S301  # of the process that started this one
    _serve([rule for rule in load_rules(folders) if rule.id in ids], setup, sources, sinks)
    # A thread that a rule has left behind would keep the process, and the parent waits for its end.
    os._exit(0)


def _serve(rules: Sequence[Rule], setup: Setup, targets: IO[bytes], results: IO[bytes]) -> None:
    """Check targets until there are no more, or the parent has gone."""
    import signal

    # An interrupt is the parent's to answer; it ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions = Questions(rules)
    with suppress(EOFError, OSError):
        while True:
            for target in pickle.load(targets):  # noqa: S301  # of the process that started this one
                pickle.dump(check_file(target, questions, setup), results)
                results.flush()


def _kill(worker: _Worker) -> None:
    """End a worker at once: it holds nothing that is still wanted."""
    import signal

    with suppress(OSError):
        os.kill(worker.number, getattr(signal, "SIGKILL", signal.SIGTERM))


def _close(worker: _Worker) -> None:
    """Wait for a worker's end, and close its pipes."""
    worker.ended()
    worker.results.close()
    with suppress(OSError):  # what it was not yet given is given to nobody
        worker.targets.close()


def _once(call: Callable[[], int]) -> Callable[[], int]:
    """Let a process be waited for more than once: its number may be another's afterwards."""
    known: list[int] = []
    lock = threading.Lock()

    def ended() -> int:
        with lock:
            if not known:
                known.append(call())
            return known[0]

    return ended
