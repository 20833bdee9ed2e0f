"""`dropcap audit --watch` of an engine that is played: what changes, an engine that goes away, and the end."""

from __future__ import annotations

import json
import sys
import time
from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.auditing import audit as audits
from dropcap.auditing.engine import AuditedEngine, Event, Listed, connect
from dropcap.auditing.processes import KernelView
from dropcap.auditing.watch import Watch
from dropcap.cli import main
from dropcap.commands import audit_watch
from dropcap.commands.audited import Run, asking_of
from dropcap.config import Config
from dropcap.engine_client import EngineError
from played_engine import PlayedEngine, described, number, played
from test_audit import CLOSED
from test_audit_compose import COMPOSE, labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from played_engine import Handler

# What the library opens and cannot connect, it does not close.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedEngine]:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(sys, "stdin", CLOSED)
    monkeypatch.setattr(audit_watch, "_WAITS", (0,))
    monkeypatch.setattr(audit_watch, "_SETTLES", 0)
    with played(tmp_path) as started:
        monkeypatch.setenv("DOCKER_HOST", started.address)
        yield started


def happens(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], Event | None]) -> None:
    """Let things happen at the engine, one after the other; then somebody ends it."""
    left = list(steps)

    def events(_self: AuditedEngine, _since: float) -> Iterator[Event]:
        while left:
            event = left.pop(0)()
            if event is not None:
                yield event
        raise KeyboardInterrupt

    monkeypatch.setattr(AuditedEngine, "events", events)


def event(index: int, name: str, what: str) -> Event:
    return Event(Listed(number(index), (name,)), what)


def without_times(text: str) -> list[str]:
    """Give the lines without the time that those of containers begin with."""
    return [line if line.startswith(" ") else line.split(" ", 1)[1] for line in text.splitlines()]


WORDS = ["audit", "--watch", "--select", "privileged,exceeding-process,outdated-container"]


def test_what_starts_changes_and_goes_is_printed(
    engine: PlayedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.holds(described(1, "web"))

    def starts() -> Event:
        engine.holds(described(1, "web"), described(2, "db", HostConfig={"Privileged": True}))
        return event(2, "db", "start")

    def nothing() -> Event:
        return event(2, "db", "exec_start")

    def runs_more() -> Event:
        one = described(2, "db", HostConfig={"Privileged": True}, State={"Status": "paused"})
        engine.holds(described(1, "web"), one)
        return event(2, "db", "pause")

    def goes() -> Event:
        engine.holds(described(1, "web"))
        del engine.answers[engine.path(2)]
        return event(2, "db", "destroy")

    happens(monkeypatch, starts, nothing, runs_more, goes, lambda: event(2, "db", "remove"))
    assert main(WORDS) == 0
    out, err = capsys.readouterr()
    lines = without_times(out)
    assert lines[0] == "web created: root: holds the Docker default set (14)"
    assert lines[1] == "db created: root: holds all 41 (privileged)"
    assert lines[2].startswith("    new: critical: ")
    assert lines[3:] == ["db paused: root: holds all 41 (privileged)", "db is gone, with 1 finding"]
    assert err == f"dropcap: watching Docker 25.0.1 at {engine.address}; Ctrl-C ends it\ndropcap: ended\n"


def test_a_command_that_exec_starts_is_found_and_gone_again(
    engine: PlayedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.holds(described(1, "web", State={"Status": "running", "Running": True}))
    sets = {"CapEff": "0" * 16, "CapBnd": "0" * 16, "UserNamespace": "container"}
    views = [({"Name": "web", **sets},), ({"Name": "sh", **sets, "CapBnd": "f" * 16},), ({"Name": "web", **sets},)]
    monkeypatch.setattr(audits, "look", lambda ids: dict.fromkeys(ids, KernelView(views.pop(0))))
    happens(monkeypatch, lambda: event(1, "web", "exec_start"), lambda: event(1, "web", "exec_die"))
    assert main(WORDS) == 0
    lines = without_times(capsys.readouterr().out)
    assert [line[:30] for line in lines[1:]] == [
        "web has changed",
        "    new: high: a process (`sh`",
        "web has changed",
        "    gone: high: a process (`sh`"[:30],
    ]


def test_an_engine_that_restarts_is_waited_for(
    engine: PlayedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.holds(described(1, "web"), described(2, "old"))
    version = engine.answers["/version"]

    def starts(handler: Handler) -> None:
        engine.answers["/version"] = version
        handler.say(500, b'{"message": "not yet"}')

    def breaks() -> Event:
        engine.answers["/version"] = starts
        engine.holds(described(1, "web"), described(3, "new"))
        message = "it ended the connection"
        raise EngineError(message)

    happens(monkeypatch, breaks)
    assert main(WORDS) == 0
    out, err = capsys.readouterr()
    assert without_times(out)[2:] == ["old is gone", "new created: root: holds the Docker default set (14)"]
    watching = f"dropcap: watching Docker 25.0.1 at {engine.address}; Ctrl-C ends it"
    assert err.splitlines() == [
        watching,
        "dropcap: the engine went away: it ended the connection; trying again",
        "dropcap: the engine answers again",
        watching,
        "dropcap: ended",
    ]


def test_files_are_read_again_each_time(
    engine: PlayedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "work" / "compose.yaml"
    file.write_text(COMPOSE.replace("cap_drop: [ALL]", "privileged: true"))
    engine.holds(described(1, "web", HostConfig={"Privileged": True}, Config={"Labels": labels(tmp_path / "work")}))

    def changes() -> Event:
        file.write_text(COMPOSE)
        return event(1, "web", "restart")

    happens(monkeypatch, changes)
    assert main(WORDS) == 0
    lines = without_times(capsys.readouterr().out)
    assert not [line for line in lines[:2] if "outdated" in line]
    assert lines[-1].startswith("    new: medium: it is privileged, which its Compose file no longer asks for")


def test_what_was_named_is_watched_and_nothing_else(
    engine: PlayedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.holds(described(1, "web"), described(2, "db"))
    happens(monkeypatch, lambda: event(2, "db", "start"), lambda: event(3, "web", "start"))
    engine.answers[engine.path(3)] = json.dumps(described(3, "web")).encode()
    assert main([*WORDS, "web"]) == 0
    assert [line.split(" ")[0] for line in without_times(capsys.readouterr().out)] == ["web", "web"]


def stream(*lines: bytes) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for line in lines:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        handler.wfile.write(b"0\r\n\r\n")

    return answer


def told(engine: PlayedEngine) -> tuple[list[Event], str]:
    """Give what an engine tells, and how that ended."""
    asked, found = connect(engine.address), []
    try:
        for one in asked.events(5.7):
            found.append(one)  # noqa: PERF402  # until it ends
    except EngineError as error:
        return found, str(error)
    finally:
        asked.close()
    raise AssertionError


def test_events_are_read_as_they_come(engine: PlayedEngine) -> None:
    def line(**more: Any) -> bytes:  # noqa: ANN401  # the JSON of an engine
        return json.dumps(
            {"Action": "start", "Actor": {"ID": number(1), "Attributes": {"name": "web"}}, **more}
        ).encode()

    whole = b"\n".join(
        [
            line(),
            line(Action="exec_start: sh -c 'secret'", timeNano=1_500_000_000),
            line(Action="health_status: healthy"),
            line(Actor={"ID": "../x"}, timeNano=5),
            line(Actor={"ID": number(2), "Attributes": {"name": 5}}, Action="die", timeNano=10**400),
            *(b"nonsense", b"[]", b"{}", b"", b"[" * 10_000),
            line(Action=5),
        ]
    )
    engine.answers["/v1.44/events"] = stream(whole[:100], whole[100:], b"\n" + line()[:20])
    found, end = told(engine)
    assert found == [
        Event(Listed(number(1), ("web",)), "start"),
        Event(Listed(number(1), ("web",)), "exec_start", 1.5),
        Event(Listed(number(2), ()), "die"),
    ]
    assert end == "it ended the connection"
    assert engine.asked[-1][1].endswith("&since=5")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (stream(b"x" * 70_000, b"x" * 70_000), "one of its events is too long"),
        (None, "it tells of no events"),
    ],
)
def test_events_that_are_none_end_it(engine: PlayedEngine, answer: Any, said: str) -> None:  # noqa: ANN401  # as above
    if answer is not None:
        engine.answers["/v1.44/events"] = answer
    assert told(engine) == ([], said)


def test_what_is_kept_is_bounded(engine: PlayedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropcap.auditing.watch.MOST_CONTAINERS", 2)
    containers = [described(index, f"c{index}") for index in range(1, 5)]
    engine.holds(*containers)
    asked = connect(engine.address)
    watch = Watch(asking_of(Run(Namespace(compose_root=[]), Config(), (), ())))
    assert [one.name for one in watch.all(asked, asked.containers()[0])] == ["c1", "c2", "c3", "c4"]
    assert [one.name for one in watch.all(asked, asked.containers()[0])] == ["c3", "c4"], "these are not kept"
    asked.close()


def test_many_that_start_at_once_are_not_waited_for_one_by_one(
    engine: PlayedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(audit_watch, "_SETTLES", 0.2)
    monkeypatch.setattr("dropcap.commands.audit_watch.time.sleep", waits.append)
    engine.holds(described(1, "web"))
    now = time.time()
    at = (now + 1000, now, now - 1, 0.0)  # a clock that is ahead, just now, a while ago, not known
    happens(monkeypatch, *(lambda one=one: event(1, "web", "start")._replace(at=one) for one in at))
    assert main(WORDS) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert waits[0] == 0.2
    assert 0 <= waits[1] <= 0.2
    assert waits[2:] == [0, 0.2]
