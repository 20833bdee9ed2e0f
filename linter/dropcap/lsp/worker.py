"""The one thread that owns the session: first what the editor asks, then the work, once a burst of changes is over."""

from __future__ import annotations

import math
import threading
from collections import deque
from concurrent.futures import Future
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.lsp.session import Session

    T = TypeVar("T")

LONGEST_DELAY = 0.5
"""How many seconds at most the work waits for somebody who types without a pause."""


class Worker(threading.Thread):
    """Does what it is given, in order, and the session's work when nothing more comes for a moment."""

    def __init__(
        self, session: Session, progressed: Callable[[Session], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Take the session.

        Args:
            session: which nobody else may touch from now on.
            progressed: called in this thread when the session may have come to know something new.
            failed: called in this thread when something raised that nobody waits for.

        """
        super().__init__(name="dropcap-checks", daemon=True)
        self._session = session
        self._progressed = progressed
        self._failed = failed
        self._jobs: deque[tuple[Callable[[Session], Any], Future[Any]]] = deque()
        self._changed = threading.Condition()
        self._due = self._latest = 0.0
        self._last = -math.inf  # when something came that the work may wait after
        self._is_stopped = False

    def do(self, job: Callable[[Session], T], delay: float | None = None) -> Future[T]:
        """Let the thread do a job; what it gives is the future's result.

        Args:
            job: it gets the session.
            delay: how many seconds the work waits then for the next job, unless none came for as long before it;
                None where the job changes nothing of that.

        """
        future: Future[T] = Future()
        now = monotonic()
        with self._changed:
            if self._due <= now:
                self._latest = now + LONGEST_DELAY
            if delay is not None:
                is_first = now - self._last >= delay
                self._due = now if is_first else min(now + delay, self._latest)
                self._last = now
            self._jobs.append((job, future))
            self._changed.notify()
        return future

    def stop(self) -> None:
        """Let the thread end when it is done with what it is at."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify()

    def run(self) -> None:
        """Do what there is to do."""
        while (job := self._next()) is not None:
            self._try(job)

    def _try(self, job: Callable[[], None]) -> None:
        try:
            job()
            if not self._jobs:
                self._progressed(self._session)
        except BaseException as error:  # noqa: BLE001  # the thread goes on whatever one job does
            self._failed(error)

    def _next(self) -> Callable[[], None] | None:
        """Wait for something to do; gives None when the thread is to end."""
        with self._changed:
            while not self._is_stopped:
                if self._jobs:
                    job, future = self._jobs.popleft()
                    return lambda: _done(job, self._session, future)
                wait = self._due - monotonic() if self._session.has_work else None
                if wait is not None and wait <= 0:
                    return self._session.work
                self._changed.wait(wait)
        return None


def _done(job: Callable[[Session], Any], session: Session, future: Future[Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = job(session)
    except BaseException as error:  # noqa: BLE001  # whoever waits gets it
        future.set_exception(error)
    else:
        future.set_result(result)
