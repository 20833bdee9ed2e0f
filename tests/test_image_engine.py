"""Images are asked of an engine by its interface; here the engine is played, so that it can do wrong."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import pytest
from docker.errors import DockerException

from dropcap.cli import main
from dropcap.images.readers.engine import connect
from dropcap.images.readers.layers import Reading
from dropcap.workspace import LOCK
from test_image_readers import info, saved, tar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What the library opens before it finds out that it does not understand the engine, it does not close.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

IMAGE = saved([tar((info("run.sh", mode=0o755), b"#!/bin/sh\n"))], {"Entrypoint": ["/run.sh"]}, "app:1")


class Played(BaseHTTPRequestHandler):
    """Answers as an engine does, from what its server is told to say."""

    def do_GET(self) -> None:
        answers: dict[str, tuple[int, bytes]] = self.server.answers  # type: ignore[attr-defined]  # set below
        path = self.path.partition("?")[0].removeprefix("/v1.44")
        code, body = answers.get(path, (404, b'{"message": "no such image"}'))
        self.send_response(code)
        self.send_header("Content-Type", "application/json" if body[:1] in b"{[" else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815  # as the library calls it

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, tuple[int, bytes]]]:
    answers = {
        "/version": (200, b'{"ApiVersion": "1.44", "MinAPIVersion": "1.24", "Version": "25"}'),
        "/_ping": (200, b"OK"),
        "/images/app:1/json": (200, json.dumps({"Id": "sha256:aa", "RepoDigests": ["app@sha256:bb"]}).encode()),
        "/images/app:1/get": (200, IMAGE),
    }
    with _Server(str(tmp_path / "socket"), Played) as server:
        server.answers = answers  # type: ignore[attr-defined]  # for the handler
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/socket")
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        yield answers
        server.shutdown()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "compose.yaml").write_text("services:\n  app: {image: app:1}\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("engine")
def test_an_image_that_the_engine_has_is_read() -> None:
    with closing(connect()) as asked:
        image, other = asked.read("app:1", Reading()), asked.read("other:1", Reading())
    assert image is not None
    assert (image.names, image.id, image.digests) == (("app:1",), "sha256:aa", ("sha256:bb",))
    assert sorted(image.files) == ["/", "/run.sh"]
    assert other is None


@pytest.mark.usefixtures("engine")
def test_the_lock_is_written_from_the_engine(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["images", "lock"]) == 0
    assert "dropcap.lock: 1 image read" in capsys.readouterr().err
    assert 'digests: ["sha256:bb"]' in (project / LOCK).read_text()


@pytest.mark.parametrize(
    ("here", "said"),
    [
        ({"Id": "sha256:aa"}, ""),
        ({"Id": "sha256:cc", "RepoDigests": ["app@sha256:bb"]}, ""),  # named by its manifest
        ({"Id": "sha256:bb"}, ""),  # as engines do that keep images by their manifests
        (
            {"Id": "sha256:cc", "RepoDigests": ["app@sha256:dd"]},
            "the engine has another image of that name, or another digest for it",
        ),
        ({}, ""),
    ],
)
def test_another_image_at_the_engine_makes_the_lock_stale(
    engine: dict[str, tuple[int, bytes]],
    project: Path,
    capsys: pytest.CaptureFixture[str],
    here: dict[str, object],
    said: str,
) -> None:
    assert main(["images", "lock"]) == 0
    engine["/images/app:1/json"] = (200, json.dumps(here).encode()) if here else (404, b'{"message": "none"}')
    capsys.readouterr()
    assert main(["images", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["engine"].startswith("unix://")
    assert [one["stale"] for one in told["images"]] == [said or None]
    assert main(["images"]) == 0
    assert ("is stale for 1 image: run `dropcap images lock` again." in capsys.readouterr().out) is bool(said)
    assert (project / LOCK).exists()


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/version", (500, b'{"message": "out of order"}'), "out of order"),
        ("/images/app:1/json", (500, b'{"message": "disk is broken"}'), "disk is broken"),
    ],
)
@pytest.mark.usefixtures("project")
def test_where_an_engine_cannot_say_the_list_says_so(
    engine: dict[str, tuple[int, bytes]],
    capsys: pytest.CaptureFixture[str],
    path: str,
    answer: tuple[int, bytes],
    said: str,
) -> None:
    assert main(["images", "lock"]) == 0
    engine[path] = answer
    capsys.readouterr()
    assert main(["images"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("app:1  dropcap.lock  1 container\n\nIt is not known whether dropcap.lock is stale: ")
    assert said in out


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        (
            "/version",
            (200, b'{"ApiVersion": "1.10", "MinAPIVersion": "1.1"}'),
            "versions below 1.24",
        ),
        ("/version", (500, b'{"message": "out of order"}'), "out of order"),
        ("/images/app:1/json", (500, b'{"message": "disk is broken"}'), "app:1: the engine says: disk is broken"),
        ("/images/app:1/get", (500, b'{"message": "cannot export"}'), "app:1: the engine says: cannot export"),
        ("/images/app:1/get", (200, IMAGE[:3000]), "app:1: dropcap cannot read it as an archive"),
        ("/images/app:1/get", (200, b"nonsense"), "app:1: dropcap cannot read it as an archive"),
        ("/images/app:1/json", (404, b'{"message": "no such image"}'), "app:1: the image is not here"),
    ],
)
def test_an_engine_that_does_wrong_is_told_in_one_line(  # what is wrong, and where it is said
    engine: dict[str, tuple[int, bytes]],
    project: Path,
    capsys: pytest.CaptureFixture[str],
    path: str,
    answer: tuple[int, bytes],
    said: str,
) -> None:
    engine[path] = answer
    assert main(["images", "lock"]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("dropcap: [")]
    assert len(told) == 1
    assert said in told[0]
    assert not (project / LOCK).exists()


@pytest.mark.usefixtures("project")
def test_without_an_engine_one_line_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/socket")
    assert main(["images", "lock"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("dropcap: no engine answers (unix:///nonexistent/socket: ")
    assert told.endswith("; start one, or name an archive with --from\n")
    assert told.count("\n") == 1


@pytest.mark.usefixtures("project")
def test_without_the_library_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "docker", None)
    assert main(["images", "lock"]) == 2
    assert "install dropcap[engine]" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_an_engine_that_nobody_may_ask_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object, **__: object) -> None:
        message = "Error while fetching server API version: ('Connection aborted.', PermissionError(13, 'denied'))"
        raise DockerException(message)

    monkeypatch.setenv("DOCKER_HOST", "unix:///run/closed")
    monkeypatch.setattr("docker.DockerClient.__init__", refused)
    assert main(["images", "lock"]) == 2
    assert capsys.readouterr().err == (
        "dropcap: no engine answers (unix:///run/closed: permission denied; run dropcap as a user who may); "
        "start one, or name an archive with --from\n"
    )


@pytest.mark.usefixtures("engine")
def test_in_a_folder_that_nobody_may_write_the_lock_stays_as_it_was(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["images", "lock"])
    before = (project / LOCK).read_text()
    capsys.readouterr()

    def closed(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", closed)
    assert main(["images", "lock"]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("dropcap: [")]
    assert len(told) == 1
    assert f"{LOCK}: cannot be written: Permission denied" in told[0]
    assert (project / LOCK).read_text() == before


@pytest.mark.usefixtures("engine")
def test_on_a_full_disk_the_lock_stays_as_it_was(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["images", "lock"])
    before = (project / LOCK).read_text()
    (project / "compose.yaml").write_text("services:\n  app: {image: app:1, command: [serve]}\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert main(["images", "lock"]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert (project / LOCK).read_text() == before
    assert sorted(path.name for path in project.iterdir()) == [".git", "compose.yaml", LOCK]
