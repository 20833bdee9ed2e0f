"""The door to files: what is read, and what is refused."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from dropcap import workspace as door
from dropcap.model import Level, UnreadableError
from dropcap.real_paths import root_of
from dropcap.source import Source
from dropcap.workspace import MAX_BYTES, NotReadError, Why, Workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project beside a secret and beside a folder whose name begins as its own."""
    (tmp_path / "project" / "a").mkdir(parents=True)
    (tmp_path / "project" / "a" / "b.txt").write_text("text")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "project-2").mkdir()
    (tmp_path / "project-2" / "x").write_text("x")
    return tmp_path / "project"


@pytest.mark.parametrize("depth", [1, 150])
def test_links_on_the_way_are_followed_however_deep_a_file_lies(tmp_path: Path, depth: int) -> None:
    deep = tmp_path / "real" / "/".join("d" * depth)
    deep.mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    (deep / "out").symlink_to(tmp_path)
    door = Workspace(str(tmp_path))
    assert door.real(str(tmp_path / "link" / "/".join("d" * depth) / "x")) == str(deep / "x")
    assert door.real(str(deep / "out" / "link" / "x")) == str(tmp_path / "real" / "x")


def refusal(project: Path, name: str) -> NotReadError:
    with pytest.raises(NotReadError) as caught:
        Workspace(str(project)).read(str(project / name))
    return caught.value


def test_the_root_is_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert root_of(str(tmp_path / "a" / "b")) == str(tmp_path)


def test_without_a_repository_it_is_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here" / "a").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert root_of("a") == str(tmp_path / "here")


@pytest.mark.parametrize(
    ("folder", "root"),
    [
        ("", ""),
        ("a", "a"),
        (".devcontainer", ""),
        ("a/.devcontainer/go", "a"),
        ("my.devcontainer", "my.devcontainer"),
    ],
)
def test_elsewhere_it_is_the_folder_itself_or_what_holds_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, root: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert root_of(str(tmp_path / "p" / folder)) == str(tmp_path / "p" / root).rstrip("/")


@pytest.mark.parametrize("name", ["b.txt", "./b.txt", "../a/b.txt", "sub/../b.txt", "inner", "round/b.txt"])
def test_a_file_of_the_project_is_read_by_any_name(project: Path, name: str) -> None:
    (project / "a" / "inner").symlink_to("b.txt")
    (project / "a" / "round").symlink_to("../a")
    workspace = Workspace(str(project))
    path = str(project / "a" / name)
    assert workspace.source(path).text == "text"
    assert workspace.source(path) is workspace.source(str(project / "a" / "b.txt"))
    assert list(workspace.reads) == [str(project / "a" / "b.txt")]


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "link", "folder/secret", "../project-2/x", "a/../../x"])
def test_a_file_outside_is_not_read_and_not_opened(project: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "link").symlink_to("../secret")
    (project / "folder").symlink_to("..")
    opened: list[object] = []
    monkeypatch.setattr("os.open", lambda *words, **_: opened.append(words))
    refused = refusal(project, name)
    assert (refused.why, refused.level, opened) == (Why.OUTSIDE, Level.NOTE, [])


def test_a_person_may_name_a_file_wherever_it_lies(project: Path) -> None:
    secret = str(project / "../secret")
    assert Workspace(str(project), named=[secret]).read(secret) == b"secret"
    assert Workspace(str(project), named=[secret]).read(str(project.parent / "secret")) == b"secret"
    with pytest.raises(NotReadError):
        Workspace(str(project), named=[secret]).read(str(project.parent / "project-2" / "x"))


def test_a_link_put_there_after_the_path_was_resolved_leads_nowhere(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.parent / "b.txt").write_text("secret")
    really = door._open_below  # noqa: SLF001  # what happens between looking and opening

    def replaced(real: str, root: str) -> int:
        (project / "a" / "b.txt").unlink()
        (project / "a").rmdir()
        (project / "a").symlink_to("..")
        return really(real, root)

    monkeypatch.setattr("dropcap.workspace._open_below", replaced)
    assert refusal(project, "a/b.txt").why is Why.UNREADABLE


@pytest.mark.parametrize(
    ("name", "why", "reason"),
    [
        ("absent", Why.MISSING, "does not exist"),
        ("a/b.txt/c", Why.UNREADABLE, "cannot be read: Not a directory; check the path"),
        ("a", Why.UNREADABLE, "is a folder, and dropcap needs a file"),
        ("pipe", Why.UNREADABLE, "is not a regular file"),
        ("null\0", Why.UNREADABLE, "is not a path"),
        ("half\ud800", Why.UNREADABLE, "is not a path"),
        ("x" * 300, Why.UNREADABLE, "cannot be read: File name too long"),
        ("loop", Why.UNREADABLE, "is not a regular file"),
    ],
)
def test_what_is_no_file_to_read_says_so(project: Path, name: str, why: Why, reason: str) -> None:
    os.mkfifo(project / "pipe")
    (project / "loop").symlink_to("loop")
    refused = refusal(project, name)
    assert refused.why is why
    assert refused.reason.startswith(reason)
    assert refused.level is Level.ERROR


def test_a_device_is_not_read_even_where_it_is_named(project: Path) -> None:
    (project / "zero").symlink_to("/dev/zero")
    path = str(project / "zero")
    with pytest.raises(NotReadError, match="is not a regular file"):
        Workspace(str(project), named=[path]).read(path)


def test_a_file_that_becomes_a_pipe_does_not_hang(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(project / "pipe")
    regular = os.lstat(project / "a" / "b.txt")
    monkeypatch.setattr("os.lstat", lambda _: regular)
    ended: list[NotReadError] = []
    reader = threading.Thread(target=lambda: ended.append(refusal(project, "pipe")), daemon=True)
    reader.start()
    reader.join(60)
    assert [one.reason for one in ended] == ["is not a regular file"]


def test_a_file_is_read_whole_or_not_at_all(project: Path) -> None:
    (project / "full").write_bytes(b"x" * MAX_BYTES)
    with (project / "more").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert len(Workspace(str(project)).read(str(project / "full"))) == MAX_BYTES
    assert "is larger than 16 MiB" in refusal(project, "more").reason
    with pytest.raises(NotReadError, match="is larger than 16 MiB"):
        Workspace(str(project)).read(str(project / "more"), 512)


def test_the_beginning_of_a_file_can_be_asked_for(project: Path) -> None:
    workspace = Workspace(str(project))
    assert workspace.read(str(project / "a" / "b.txt"), 2) == b"te"
    assert workspace.source(str(project / "a" / "b.txt")).text == "text"


def test_a_text_of_the_overlay_stands_in_for_a_file(project: Path) -> None:
    (project / "again").symlink_to("a/b.txt")
    new = str(project / "new")
    workspace = Workspace(str(project), {str(project / "a" / "b.txt"): b"other", new: b"unsaved"})
    assert workspace.source(str(project / "again")).text == "other"
    assert workspace.source(new).text == "unsaved"
    assert workspace.is_file(new)
    assert workspace.at(str(project / "a")).read(str(project / "a" / "b.txt")) == b"other"


def test_a_text_of_the_overlay_has_the_limit_of_a_file(project: Path) -> None:
    path = str(project / "new")
    with pytest.raises(NotReadError, match="is larger than 16 MiB"):
        Workspace(str(project), {path: b"x" * (MAX_BYTES + 1)}).read(path)


def test_a_text_by_itself_has_no_other_files(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    source = Source("x", "text")
    workspace = Workspace.of_text(source)
    assert workspace.source("./x") is source
    assert not workspace.is_file("a/b.txt")
    with pytest.raises(NotReadError, match="dropcap reads this text alone") as caught:
        workspace.read("a/b.txt")
    assert (caught.value.why, caught.value.level) == (Why.ALONE, Level.NOTE)


def test_what_is_no_text_is_told_at_its_first_byte(project: Path) -> None:
    (project / "binary").write_bytes(b"a\nb\0c")
    with pytest.raises(UnreadableError) as caught:
        Workspace(str(project)).source(str(project / "binary"))
    assert "NUL" in caught.value.failure.message


def test_what_is_missing_is_remembered_as_looked_for(project: Path) -> None:
    workspace = Workspace(str(project))
    with pytest.raises(NotReadError):
        workspace.read(str(project / "absent"))
    assert list(workspace.reads) == [str(project / "absent")]


def test_a_folder_is_listed_in_order_and_only_inside(project: Path) -> None:
    (project / "c").symlink_to("a")
    workspace = Workspace(str(project))
    assert [tuple(entry) for entry in workspace.entries(str(project))] == [("a", True, False), ("c", False, True)]
    assert workspace.entries(str(project / "none")) == []
    with pytest.raises(NotReadError, match="outside the project"):
        workspace.entries(str(project.parent))
