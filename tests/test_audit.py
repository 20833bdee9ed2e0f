"""`dropcap audit` of an engine that is played, and can do wrong; `engine/test_audit_engine.py` asks real ones."""

from __future__ import annotations

import json
import socket
import sys
import time
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import DockerException

from dropcap.auditing import engine as asked
from dropcap.cli import main
from dropcap.images.facts import File, FileKind, ImageConfig
from dropcap.images.lock import HEAD, entry_lines
from dropcap.images.tree import FileTree
from dropcap.workspace import LOCK
from dropcap.writers import FORMATS
from played_engine import VERSION, PlayedEngine, described, number, played

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from played_engine import Answer, Handler

# What the library opens and cannot connect, it does not close.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

CLOSED = TextIOWrapper(BytesIO())


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedEngine]:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(sys, "stdin", CLOSED)
    with played(tmp_path) as started:
        monkeypatch.setenv("DOCKER_HOST", started.address)
        yield started


def findings(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    main(["audit", "--format", "json", *words])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return found


def test_each_container_is_judged_as_a_file_is(engine: PlayedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.holds(
        described(1, "web", HostConfig={"CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges"]}),
        described(2, "vpn", HostConfig={"CapAdd": ["SYS_ADMIN"]}),
        described(3, "db", HostConfig={"Privileged": True}),
    )
    found = {(one["path"], one["rule"]) for one in findings(capsys)}
    assert ("docker:vpn", "critical-capability") in found
    assert ("docker:db", "privileged") in found
    assert not [rule for path, rule in found if path == "docker:web" and rule != "root-user"]
    assert main(["audit"]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"Docker 25.0.1 at {engine.address}: 3 containers, 0 running\n")
    assert "  vpn: root: holds the Docker default set with SYS_ADMIN (15)\n" in out
    assert "\n  at HostConfig.CapAdd\n" in out
    assert main(["audit", "--exit-zero"]) == 0
    assert main(["audit", "--fail-on", "never"]) == 0
    assert main(["audit", "web"]) == 0


def test_nothing_but_gets_is_asked(engine: PlayedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.holds(described(1, "web"), described(2, "db"))
    main(["audit", "web"])
    main(["audit", "--running", "--format", "sarif"])
    capsys.readouterr()
    assert {method for method, _ in engine.asked} == {"GET"}
    assert {path for _, path in engine.asked} == {
        "/_ping",
        "/version",
        "/v1.44/containers/json?all=true",
        "/v1.44/containers/json",
        engine.path(1),
        engine.path(2),
    }


def test_whose_processes_are_missed_is_read_and_not_searched_for(
    engine: PlayedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    running = described(1, "web", State={"Status": "running", "Running": True, "Pid": 7})
    stopped = described(2, "db", Config={"Cmd": ['"Running": true']})
    engine.holds(running, stopped)
    engine.answers[engine.path(1)] = json.dumps(running, separators=(" , ", " :  ")).encode()
    main(["audit", "--format", "json"])
    live = {one["name"]: one["not_read"] for one in json.loads(capsys.readouterr().out)["live"]}
    assert live["web"].startswith("no process of it can be seen from here")
    assert live["db"] is None


def test_podman_is_asked_in_its_own_way(engine: PlayedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    version = {**VERSION, "Components": [{"Name": "Podman Engine", "Version": "4.3.1"}]}
    engine.answers["/version"] = json.dumps(version).encode()
    one = {**described(1, "web", HostConfig={"CapAdd": ["CAP_LIES"]}), "Name": "web", "BoundingCaps": ["CAP_SYS_ADMIN"]}
    engine.answers["/v4.3.1/libpod/containers/json"] = json.dumps([{"Id": one["Id"], "Names": ["web"]}]).encode()
    engine.answers[f"/v4.3.1/libpod/containers/{one['Id']}/json"] = json.dumps(one).encode()
    assert ("podman:web", "critical-capability") in {(one["path"], one["rule"]) for one in findings(capsys)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody"], "nobody: no container has that name or id"),
        (["0000"], "0000: several containers have that name or id"),
        (["-", "web"], "- reads standard input: give no container and no engine"),
        (["--compose-root", "nowhere"], "--compose-root nowhere: this is no folder"),
        (
            ["--watch", "--format", "json"],
            "--watch prints text on standard output: leave --format, --output and --also out",
        ),
        (["--socket", "/nonexistent/socket"], "no engine answers (unix:///nonexistent/socket: "),
    ],
)
def test_what_cannot_be_done_is_one_line(
    engine: PlayedEngine, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    engine.holds(described(1, "web"), described(2, "db"))
    assert main(["audit", *words]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"dropcap: {said}")
    assert err.count("\n") == 1


def test_a_container_is_chosen_by_its_name_or_its_id(engine: PlayedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.holds(described(0xABC << 240, "web"), described(0xDEF << 240, "db"))
    for words in (["web"], ["/web"], [number(0xABC << 240)], ["0abc"]):
        assert {one["path"] for one in findings(capsys, *words)} == {"docker:web"}


def closes(handler: Handler) -> None:
    handler.close_connection = True
    handler.wfile.close()


def drips(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def refuses(handler: Handler) -> None:
    handler.say(500, b'{"message": "the disk is \\u001b[31mbroken"}')


def elsewhere(handler: Handler) -> None:
    handler.say(307, b"", Location=f"{handler.path}/elsewhere")


def packed(handler: Handler) -> None:
    handler.say(200, b"\x1f\x8b nothing to unpack", **{"Content-Encoding": "gzip"})


WRONG: dict[str, tuple[Answer, str]] = {
    "closes": (closes, "not checked: "),
    "drips": (drips, "not checked: its answer takes longer than 1 s"),
    "refuses": (refuses, "not checked: the disk is \\x1b[31mbroken"),
    "sends elsewhere": (elsewhere, "not checked: it answers 307"),
    "is packed": (packed, "not checked: what it says of this container is no JSON as engines write it"),
    "is huge": (b"[" * (asked.MOST_OF_ONE + 1), "not checked: its answer is longer than 4096 KiB"),
    "is no JSON": (b"nonsense", "not checked: what it says of this container is no JSON as engines write it"),
    "is a list": (b"[]", "not checked: what it says of this container is no JSON as engines write it"),
    "nests": (b"[" * 100_000, "not checked: what it says of this container is no JSON as engines write it"),
    "nests less": (b'{"HostConfig": {"a":' + b"[" * 900 + b"]" * 900 + b"}}", "this nests more than 200 levels deep"),
    "is no container": (b'{"Id": "1"}', "describes no container"),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_that_cannot_be_described_is_told_and_the_others_are_judged(
    engine: PlayedEngine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr(asked, "SECONDS", 1)
    answer, said = WRONG[case]
    engine.holds(described(1, "a"), described(2, "b"), described(3, "c", HostConfig={"Privileged": True}))
    engine.answers[engine.path(2)] = answer
    assert main(["audit", "--format", "line"]) == 2
    out, err = capsys.readouterr()
    assert "docker:c:" in out
    assert "docker:b" not in out
    lines = err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("docker:b:")
    assert said in lines[0]
    assert not [path for _, path in engine.asked if path.endswith("elsewhere")]


def test_one_that_is_removed_meanwhile_is_a_note(engine: PlayedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.holds(described(1, "a"), described(2, "b"))
    del engine.answers[engine.path(2)]
    assert main(["audit", "--fail-on", "never"]) == 0
    assert capsys.readouterr().err == "docker:b: note: not checked: it was removed while dropcap looked\n"


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/version", json.dumps({**VERSION, "ApiVersion": "1.10"}).encode(), "the engine cannot be asked: it speaks"),
        (
            "/version",
            json.dumps({"ApiVersion": "../../x"}).encode(),
            "the engine cannot be asked: it answers, but does",
        ),
        ("/version", b"<html>", "the engine cannot be asked: it answers, but not as an engine does"),
        ("/version", b" " * (1 << 20), "the engine cannot be asked: its answer is longer than 256 KiB"),
        ("/_ping", refuses, "no engine answers ("),
        ("/v1.44/containers/json", b"{}", "its list of containers is not JSON as engines write it"),
        ("/v1.44/containers/json", b"nonsense", "its list of containers is not JSON as engines write it"),
        ("/v1.44/containers/json", refuses, "the disk is \\x1b[31mbroken"),
        ("/v1.44/containers/json", closes, "Connection"),
    ],
)
def test_an_engine_that_does_wrong_is_one_line(
    engine: PlayedEngine,
    capsys: pytest.CaptureFixture[str],
    path: str,
    answer: Answer,
    said: str,
) -> None:
    engine.answers[path] = answer
    assert main(["audit"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize(("listens", "why"), [(True, "nobody listens there"), (False, "there is no socket there")])
def test_an_engine_that_is_not_there_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, listens: bool, why: str
) -> None:
    path = tmp_path / "engine.sock"
    if listens:  # somebody did, and left it behind
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(path))
    assert main(["audit", "--socket", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"dropcap: no engine answers (unix://{path}: {why}); start one, or give it what `docker inspect` prints\n"
    )


def test_an_engine_that_nobody_may_ask_is_one_line(
    engine: PlayedEngine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        message = "('Connection aborted.', PermissionError(13, 'Permission denied'))"
        raise DockerException(message)

    monkeypatch.setattr("docker.DockerClient.__init__", refused)
    assert main(["audit"]) == 2
    assert "permission denied; run dropcap as a user who may" in capsys.readouterr().err
    assert engine.asked == []


def test_without_the_library_one_line_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docker", None)
    monkeypatch.setattr(sys, "stdin", CLOSED)
    assert main(["audit"]) == 2
    assert "install dropcap[engine], or give it what `docker inspect` prints\n" in capsys.readouterr().err


def test_more_containers_than_are_looked_at_are_an_error(
    engine: PlayedEngine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "MOST_CONTAINERS", 3)
    engine.holds(*(described(index, f"c{index}") for index in range(5)))
    assert main(["audit", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert [one["name"] for one in json.loads(out)["live"]] == ["c0", "c1", "c2"]
    assert err.count("\n") == 1
    assert "not checked: the engine has more than" in err


def test_ids_that_no_engine_gives_are_no_part_of_a_request(
    engine: PlayedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"Id": one, "Names": ["/x"]} for one in ("../../images/json", "a" * 300, 5, None)] + ["text", None]
    engine.answers["/v1.44/containers/json"] = json.dumps(rows).encode()
    assert main(["audit"]) == 2
    assert {path for _, path in engine.asked} == {"/_ping", "/version", "/v1.44/containers/json?all=true"}
    assert "that dropcap cannot name" in capsys.readouterr().err


def test_names_that_no_engine_gives_name_no_text(engine: PlayedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = described(1, "web/../../x", HostConfig={"Privileged": True}), described(2, "web")
    engine.holds(one, two, {**described(3, "web"), "Name": "/web"})
    main(["audit", "--format", "json"])
    paths = {found["path"] for found in json.loads(capsys.readouterr().out)["live"]}
    assert paths == {"docker:000000000000", "docker:web", f"docker:web@{number(3)}"}


def test_what_the_client_prints_is_judged_without_an_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps([described(1, "web", HostConfig={"CapAdd": ["SYS_ADMIN"]})], indent=4)
    (tmp_path / "inspect.json").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/socket")
    for words in (["audit"], ["audit", "-"]):
        with (tmp_path / "inspect.json").open() as file:
            monkeypatch.setattr(sys, "stdin", file)
            assert main([*words, "--format", "line"]) == 1
        line = next(number for number, line in enumerate(text.splitlines(), 1) if "SYS_ADMIN" in line)
        assert f"stdin.json:{line}:17: critical: SYS_ADMIN is added" in capsys.readouterr().out
    for data, said in ((b"\xff\xff", "not UTF-8 text"), (b"{}", "describes no container")):
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(data)))
        assert main(["audit", "-"]) == 2
        assert said in capsys.readouterr().err


def test_a_configuration_counts(engine: PlayedEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine.holds(described(1, "web", HostConfig={"Privileged": True}))
    (tmp_path / "work" / ".dropcap.toml").write_text(
        '[severity]\nprivileged = "low"\n\n'
        '[[allow]]\nrules = ["net-raw"]\npath = "compose.yaml"\nreason = "of a file"\n\n'
        '[[allow]]\nrules = ["root-user"]\npath = "docker:*"\nreason = "known"\n'
    )
    found = {one["rule"]: one["severity"] for one in findings(capsys, "--extend-select", "writable-root")}
    assert found["privileged"] == "low"
    assert "writable-root" in found
    assert not {"root-user", "unused-ignore"} & found.keys()
    assert {one["rule"] for one in findings(capsys, "--select", "privileged")} == {"privileged"}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_of_containers(engine: PlayedEngine, capsys: pytest.CaptureFixture[str], form: str) -> None:
    engine.holds(described(1, "web", HostConfig={"Privileged": True}), described(2, "db"))
    assert main(["audit", "--format", form]) == 1
    assert "web" in capsys.readouterr().out


def test_a_terminal_shows_how_far_it_is(
    engine: PlayedEngine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.holds(*(described(index, f"c{index}") for index in range(3)))
    assert main(["audit", "--exit-zero"]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["audit", "--exit-zero"]) == 0
    err = capsys.readouterr().err
    assert "Docker 25.0.1: c1" in err
    assert err.endswith("\r\x1b[K")


def test_one_audit_writes_several_reports(
    engine: PlayedEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.holds(described(1, "web", HostConfig={"Privileged": True}))
    log = tmp_path / "log.sarif"
    assert main(["audit", "--also", f"sarif={log}"]) == 1
    assert "in container web" in capsys.readouterr().out
    assert json.loads(log.read_text())["runs"][0]["results"]


def test_a_set_that_its_image_is_known_to_need_is_told(
    engine: PlayedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    config = {
        "Image": "redis:7",
        "Entrypoint": ["docker-entrypoint.sh"],
        "Cmd": ["redis-server"],
        "WorkingDir": "/data",
    }
    engine.holds(described(1, "cache", HostConfig={"CapDrop": ["CHOWN"]}, Config=config))
    main(["audit"])
    assert "SETUID" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (f"sha256:{'a' * 64}", "needs no capability"),
        ("a" * 64, "needs no capability"),  # as Podman prints it
        (f"sha256:{'b' * 64}", "needs no capability"),  # as an engine that keeps images by their manifests
        (f"sha256:{'c' * 64}", "what it needs is not known, because dropcap.lock has another image of that name than"),
    ],
)
def test_the_lock_counts_where_it_has_the_image_that_the_container_was_made_from(
    engine: PlayedEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str], image: str, said: str
) -> None:
    ids = f"sha256:{'a' * 64}", (f"sha256:{'b' * 64}",)
    tree = FileTree(config=ImageConfig())
    sleep = File(FileKind.FILE, "0", "0", 0o755)
    lines = entry_lines("app:1", ids, tree, {"/bin/sleep": sleep}, ())
    (tmp_path / "work" / LOCK).write_text(HEAD + "\n".join(lines) + "\n")
    engine.holds(described(1, "web", Image=image, Config={"Image": "app:1", "Entrypoint": ["/bin/sleep", "9"]}))
    main(["audit"])
    assert f"  web: {said}" in " ".join(capsys.readouterr().out.split("\n      "))


def test_what_another_container_has_is_what_one_has_that_joins_it(
    engine: PlayedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.holds(
        described(1, "side", HostConfig={"NetworkMode": f"container:{number(2)}"}),
        described(2, "vpn", HostConfig={"NetworkMode": "host"}),
        described(3, "lost", HostConfig={"NetworkMode": f"container:{number(9)}"}),
        described(4, "circle", HostConfig={"NetworkMode": f"container:{number(4)}"}),
    )
    found = [one for one in findings(capsys) if one["rule"] == "host-network"]
    assert sorted(name["name"] for one in found for name in (one["container"], *one["shared_by"])) == ["side", "vpn"]
    assert {one["path"] for one in found} == {"docker:vpn"}
