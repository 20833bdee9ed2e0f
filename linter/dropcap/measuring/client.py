"""The person's own programs: Docker Compose and the client of its engine, run as any shell would run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

__all__ = ["CALL", "TOO_LONG", "Client", "Interrupts", "NoClientError", "Result", "find_client", "resolved_project"]

CALL = 60.0
"""How many seconds a command may take."""
TOO_LONG = 124
"""The code of a command that took longer, as `timeout` has it."""
_POLL = 0.2
_PATIENCE = 10.0  # for a program that was asked to end: what it has begun is to be seen by who cleans up
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_HANG_UP = getattr(signal, "SIGHUP", None)
# The first that answers is taken: how Compose is called, and the client of the engine that it speaks to.
_PROGRAMS = (
    (("docker", "compose"), ("docker",)),
    (("docker-compose",), ("docker",)),
    (("podman", "compose"), ("podman",)),
)


class NoClientError(Exception):
    """There is no Compose here, or no engine that answers; says what to do."""


class Result(NamedTuple):
    """What became of a command.

    Attributes:
        code: its exit code.
        out: what it printed.
        err: what it complained of.

    """

    code: int
    out: str = ""
    err: str = ""

    @property
    def reason(self) -> str:
        """The last thing that it said, in one line."""
        lines = (self.err.strip() or self.out.strip()).splitlines()
        return lines[-1].strip() if lines else f"it ends with {self.code}"


class Interrupts:
    """Keeps signals that end a program until they may: what was started is always cleaned up first.

    Nothing is raised where a signal arrives, but where somebody waits: at :meth:`check`.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:  # noqa: PYI034  # `Self` is not in Python 3.10
        """Take the signals over."""
        if threading.current_thread() is threading.main_thread():
            # Who starts it by nohup does not want it to hear of the terminal.
            heard = [one for one in _SIGNALS if one != _HANG_UP or signal.getsignal(one) is not signal.SIG_IGN]
            self._before = {one: signal.signal(one, self._ask) for one in heard}
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True

    def check(self) -> None:
        """End what is going on, if somebody asked for it.

        Raises:
            KeyboardInterrupt: somebody did.

        """
        if self.asked:
            raise KeyboardInterrupt

    def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            KeyboardInterrupt: somebody asked to end.

        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, _POLL))
        self.check()


class Client(NamedTuple):
    """How to speak to an engine.

    Attributes:
        compose_words: the words that begin a command line of Compose.
        engine_words: those that begin one of the engine's client.
        environment: what they are run in; None for that of this process.
        interrupts: who may ask to end.

    """

    compose_words: tuple[str, ...]
    engine_words: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    interrupts: Interrupts | None = None

    def compose(
        self, *words: str, text: str = "", seconds: float = CALL, ends: bool = True, folder: str = ""
    ) -> Result:
        """Run a command of Compose.

        Args:
            words: what follows the program.
            text: its standard input.
            seconds: how long it may take.
            ends: whether it is given up where somebody asks to end; cleaning up is not.
            folder: where it runs; empty for here.

        Raises:
            KeyboardInterrupt: somebody asked to end.

        """
        return self._run((*self.compose_words, *words), text, seconds, folder, ends=ends)

    def engine(self, *words: str, seconds: float = CALL, ends: bool = True) -> Result:
        """Run a command of the engine's client; as :meth:`compose`."""
        return self._run((*self.engine_words, *words), "", seconds, "", ends=ends)

    def outside(self, line: str, variables: Mapping[str, str], seconds: float) -> Result:
        """Run a shell's line on this machine."""
        environment = {**(os.environ if self.environment is None else self.environment), **variables}
        return self._replace(environment=environment, engine_words=("sh", "-c")).engine(line, seconds=seconds)

    def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            KeyboardInterrupt: somebody asked to end.

        """
        if self.interrupts is None:
            time.sleep(seconds)
        else:
            self.interrupts.pause(seconds)

    def _run(self, words: Sequence[str], text: str, seconds: float, folder: str, *, ends: bool) -> Result:
        check = self.interrupts.check if self.interrupts is not None and ends else None
        if check is not None:
            check()
        try:
            process = subprocess.Popen(  # noqa: S603  # the person's own programs, on the person's word
                words,
                env=self.environment,
                cwd=folder or None,
                stdin=subprocess.PIPE if text else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # Ctrl-C is for dropcap, which ends it in an orderly way
            )
        except OSError as error:
            return Result(127, "", f"{words[0]}: {error.strerror}")
        return _wait(process, text, seconds, check)


def _wait(process: subprocess.Popen[str], text: str, seconds: float, check: Callable[[], None] | None) -> Result:
    deadline = time.monotonic() + seconds
    given: str | None = text or None
    try:
        while time.monotonic() <= deadline:
            try:
                out, err = process.communicate(given, timeout=_POLL)
            except subprocess.TimeoutExpired:
                given = None  # it has it by now
            else:
                return Result(process.returncode, out, err)
            if check is not None:
                check()
    except BaseException:
        _end(process, signal.SIGINT)
        raise
    _end(process, signal.SIGTERM)
    return Result(TOO_LONG, "", f"takes more than {seconds:.0f} s")


def _end(process: subprocess.Popen[str], number: int) -> None:
    """End a program and all that it started: kindly first."""
    for one, patience in ((number, _PATIENCE), (signal.SIGKILL, _PATIENCE)):
        try:
            os.killpg(process.pid, one)
            process.communicate(timeout=patience)
        except ProcessLookupError:
            process.wait()
        except subprocess.TimeoutExpired:
            continue
        return


def find_client(interrupts: Interrupts) -> Client:
    """Find Compose and the client of the engine that it speaks to.

    Raises:
        NoClientError: there is none, or no engine answers.

    """
    why = ""
    for compose, engine in _PROGRAMS:
        client = Client(compose, engine, None, interrupts)
        if client.compose("version").code:
            continue
        answer = client.engine("version")
        if not answer.code:
            return client
        why = why or f"{engine[0]}: no engine answers: {answer.reason}"
    raise NoClientError(why or "there is no `docker compose`, `docker-compose` or `podman compose` here; install one")


def resolved_project(client: Client, options: Sequence[str], folder: str) -> dict[str, Any]:
    """Return a project as Compose resolves it.

    Args:
        client: Compose.
        options: which files and variables it has.
        folder: where it runs.

    Raises:
        NoClientError: Compose refuses it, or cannot print it.

    """
    words = (*options, "--profile", "*", "config", "--format", "json")
    done = client.compose(*words, folder=folder)
    if done.code:
        raise NoClientError(f"{' '.join(client.compose_words)} config: {done.reason}")
    try:
        found = json.loads(done.out)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NoClientError(
            f"{' '.join(client.compose_words)} does not print projects as JSON; install Docker Compose 2"
        )
    return found
