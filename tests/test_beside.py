"""Which files a file may name: those of its own project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dropcap.beside import UnreachableError, project_root, read_beside

if TYPE_CHECKING:
    from pathlib import Path


def test_the_project_is_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert project_root(str(tmp_path / "a" / "b" / "x")) == str(tmp_path)


def test_without_a_repository_it_is_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here" / "a").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert project_root("a/x") == str(tmp_path / "here")


@pytest.mark.parametrize(
    ("file", "root"),
    [
        ("x", ""),
        ("a/x", "a"),
        (".devcontainer/x", ""),
        ("a/.devcontainer/go/x", "a"),
        ("my.devcontainer/x", "my.devcontainer"),
    ],
)
def test_elsewhere_it_is_the_folder_itself_or_what_holds_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, root: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert project_root(str(tmp_path / "p" / file)) == str(tmp_path / "p" / root).rstrip("/")


@pytest.mark.parametrize("name", ["b.txt", "./b.txt", "../a/b.txt", "sub/../b.txt"])
def test_a_file_of_the_project_is_read_by_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.txt").write_text("text")
    source = read_beside(str(tmp_path / "a" / "x"), name)
    assert (source.text, source.path) == ("text", str(tmp_path / "a" / "b.txt"))


@pytest.mark.parametrize("name", ["../../secret", "/etc/hostname", "link", "folder/secret", "../../project-2/x"])
def test_a_file_outside_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "project" / ".git").mkdir(parents=True)
    (tmp_path / "project" / "a").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "project-2").mkdir()
    (tmp_path / "project-2" / "x").write_text("x")
    (tmp_path / "project" / "a" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "project" / "a" / "folder").symlink_to(tmp_path)
    with pytest.raises(UnreachableError, match="outside the project") as caught:
        read_beside(str(tmp_path / "project" / "a" / "x"), name)
    assert caught.value.is_outside


def test_what_is_no_text_and_no_file_says_so(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "binary").write_bytes(b"a\0b")
    os.mkfifo(tmp_path / "pipe")
    for name, reason in (("binary", "a NUL character"), ("pipe", "is no regular file"), ("absent", "No such file")):
        with pytest.raises(UnreachableError, match=reason) as caught:
            read_beside(str(tmp_path / "x"), name)
        assert not caught.value.is_outside
