"""What stands between the editor's pipe and the session: messages, and the thread that checks."""

from __future__ import annotations

import io
import threading
import time
from typing import TYPE_CHECKING

import pytest

from dropcap.lsp import pipes
from dropcap.lsp import worker as worker_module
from dropcap.lsp.pipes import read_message
from dropcap.lsp.session import Session
from dropcap.lsp.worker import LONGEST_DELAY, Worker
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HARMLESS = "services:\n  web:\n    image: nginx\n"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 2\r\n\r\n",
        b"content-length:2\r\n\r\n",
        b"Content-Length: 2\n\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 9\r\nContent-Length: 2\r\n\r\n",
        b"\r\n\r\nrubbish\r\nContent-Length: -1\r\nContent-Length: x\r\nContent-Length: 2\r\n\r\n",
        b"x" * 100_000 + b"\r\nContent-Length: 2\r\n\r\n",
    ],
)
def test_a_message_is_read_whatever_else_its_head_says(head: bytes) -> None:
    pipe = io.BytesIO(head + b"{}" + b"Content-Length: 0\r\n\r\n")
    assert [read_message(pipe), read_message(pipe), read_message(pipe)] == [b"{}", b"", None]


def test_a_message_that_breaks_off_is_the_end() -> None:
    for data in (b"", b"Content-Length: 9", b"Content-Length: 9\r\n\r\n{}"):
        assert read_message(io.BytesIO(data)) is None


def test_a_message_that_is_too_long_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipes, "MOST_BYTES", 10)
    pipe = io.BytesIO(b"Content-Length: 11\r\n\r\n" + b"x" * 11 + b"Content-Length: 2\r\n\r\n{}")
    assert [read_message(pipe), read_message(pipe)] == [b"", b"{}"]
    assert read_message(io.BytesIO(b"Content-Length: 99999999999999999999999\r\n\r\nx")) is None


class Heard:
    """What a worker has told."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.checked: list[tuple[float, bool]] = []

    def progressed(self, session: Session) -> None:
        self.checked.append((time.monotonic(), session.has_work))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def worker(heard: Heard, tmp_path: Path) -> Iterator[Worker]:
    one = Worker(Session(load_rules(), [str(tmp_path)]), heard.progressed, heard.errors.append)
    one.start()
    yield one
    one.stop()
    one.join(30)
    assert not one.is_alive()


def test_a_change_waits_for_the_next_one_but_not_for_ever(worker: Worker, tmp_path: Path) -> None:
    path = str(tmp_path / "compose.yaml")
    worker.do(lambda session: session.open(path, HARMLESS), 0.0)
    while worker.do(lambda session: session.has_work).result(30):
        time.sleep(0.01)
    before = worker.do(lambda session: session.revision).result(30)
    began = time.monotonic()
    number = 0
    while time.monotonic() - began < 30:
        number += 1
        text = f"{HARMLESS}# {number}\n"
        worker.do(lambda session, text=text: session.open(path, text), 10.0)  # type: ignore[misc]  # mypy takes the default for an argument
        if worker.do(lambda session: session.revision).result(30) > before:
            break
        time.sleep(0.01)
    assert LONGEST_DELAY / 2 < time.monotonic() - began < 30
    assert number > 1


def test_the_first_change_after_a_pause_is_checked_at_once(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "LONGEST_DELAY", 600.0)
    began = time.monotonic()
    worker.do(lambda session: session.open(str(tmp_path / "compose.yaml"), HARMLESS), 600.0)
    while worker.do(lambda session: session.has_work).result(30):
        time.sleep(0.01)
    assert time.monotonic() - began < 60


def test_what_raises_is_told_and_harms_nobody(worker: Worker, heard: Heard) -> None:
    def fail(_: Session) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        worker.do(fail).result(30)
    assert worker.do(lambda session: session.keys()).result(30) == ()
    told = threading.Event()
    session = worker.do(lambda session: session).result(30)
    session.work = fail.__get__(session)  # type: ignore[method-assign]

    def tell(error: BaseException) -> None:
        heard.errors.append(error)
        told.set()

    worker._failed = tell  # noqa: SLF001  # to wait for it
    worker.do(lambda session: session.open("/nowhere/compose.yaml", HARMLESS), 0.0).result(30)
    assert told.wait(30)
    assert isinstance(heard.errors[0], KeyError)
    del session.work
    assert worker.do(lambda session: session.keys()).result(30) == ("/nowhere/compose.yaml",)


def test_what_is_taken_back_is_not_done(worker: Worker) -> None:
    gate, done = threading.Event(), []
    worker.do(lambda _: gate.wait(30))
    future = worker.do(lambda _: done.append("taken back"))
    assert future.cancel()
    gate.set()
    worker.do(lambda _: done.append("done")).result(30)
    assert done == ["done"]
