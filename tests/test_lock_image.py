"""An editor has one image read into the lock; what the lock has of others stays."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dropcap.commands.lock_image import contents_of, project_of, written
from dropcap.exit_codes import UsageError
from dropcap.images.contents import Contents, ImageError
from dropcap.images.readers import engine
from dropcap.workspace import LOCK
from test_image_readers import FILE, FOLDER

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"/": FOLDER, "/bin": FOLDER, "/bin/app": FILE._replace(mode=0o755)}
CONFIG = {"Cmd": ["/bin/app"], "User": "1000"}
COMPOSE = "services:\n  web:\n    image: acme/web:1\n  db:\n    image: acme/db:1\n"


class Engine:
    """An engine that has some images, and is asked for nothing but to read them."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.is_closed = False

    def read(self, name: str, _reading: object) -> Contents | None:
        return Contents((name,), f"sha256:{name}", (), CONFIG, FILES) if name in self.names else None

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a/compose.yaml").write_text(COMPOSE, encoding="utf-8")
    (tmp_path / "b.sh").write_text("docker run acme/web:1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lock_image(path: str, image: str, overlay: dict[str, bytes]) -> str:
    """Take the three steps, as the server does."""
    return written(project_of(path, image, overlay), image, contents_of(image))


def with_engine(monkeypatch: pytest.MonkeyPatch, *names: str) -> Engine:
    found = Engine(*names)
    monkeypatch.setattr(engine, "connect", lambda *_: found)
    return found


def test_one_image_is_read_and_the_others_stay(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(project / "a/compose.yaml")
    asked = with_engine(monkeypatch, "acme/web:1", "acme/db:1")
    assert lock_image(path, "acme/db:1", {}) == f"acme/db:1 is in {LOCK} now"
    first = (project / LOCK).read_text(encoding="utf-8")
    assert '"acme/db:1"' in first
    assert '"acme/web:1"' not in first
    assert lock_image(path, "docker.io/acme/web:1", {}) == f"acme/web:1 is in {LOCK} now"
    second = (project / LOCK).read_text(encoding="utf-8")
    assert first.partition("images:\n")[2] in second
    assert '"acme/web:1"' in second
    assert asked.is_closed


def test_an_unsaved_text_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(project / "a/compose.yaml")
    with_engine(monkeypatch, "acme/new:2")
    lock_image(path, "acme/new:2", {os.path.realpath(path): COMPOSE.replace("web:1", "new:2").encode()})
    assert '"acme/new:2"' in (project / LOCK).read_text(encoding="utf-8")


def test_a_file_that_was_never_saved_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(project / "c/compose.yaml")
    with_engine(monkeypatch, "acme/new:2")
    lock_image(path, "acme/new:2", {os.path.realpath(path): COMPOSE.replace("web:1", "new:2").encode()})
    assert '"acme/new:2"' in (project / LOCK).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("acme/web:1", "the engine does not have the image acme/web:1; pull it first"),
        ("acme/other:1", "uses the image acme/other:1"),
        ("acme/\x1b[31mweb:1", r"uses the image acme/\x1b[31mweb:1"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, image: str, message: str
) -> None:
    with_engine(monkeypatch)
    with pytest.raises(UsageError) as refused:
        lock_image(str(project / "a/compose.yaml"), image, {})
    assert message in str(refused.value)
    assert not (project / LOCK).exists()


def test_no_engine_is_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect() -> Engine:
        raise ImageError("no engine answers")

    monkeypatch.setattr(engine, "connect", connect)
    with pytest.raises(UsageError, match="no engine answers"):
        lock_image(str(project / "a/compose.yaml"), "acme/web:1", {})
