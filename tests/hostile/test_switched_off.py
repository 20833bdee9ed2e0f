"""A project cannot be switched off: what is not checked is an error, and the rest is checked."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from dropcap.workspace import MAX_BYTES
from hostile.calls import GOOD, assert_clean, assert_said_once, call, write
from hostile.program import PRIVILEGED, dropcap

if TYPE_CHECKING:
    from pathlib import Path

CRITICAL = "compose.yaml:4:17: critical"
FIRST = {
    "a list": "- a\n- b\n",
    "a word": "a\n",
    "nothing": "",
    "broken": "services: [\n",
    "no text": "\0",
    "other keys": "a: 1\nb: 2\n",
    "no services": "services: 1\n",
    "an endless alias": "a: &a [*a]\n",
    "a tag": "!!python/object/apply:os.system [true]\n",
    "a document too many": "--- \n...\n--- 1\n--- [\n",
}
"""What the first file of a project may hold, so that the whole of it is no Compose file."""


@pytest.mark.parametrize("path", [".", "compose.yaml"])
@pytest.mark.parametrize("name", FIRST)
def test_a_first_file_that_is_none_leaves_the_others(tmp_path: Path, name: str, path: str) -> None:
    write(
        tmp_path,
        {".env": "COMPOSE_FILE=notes.yaml:compose.yaml\n", "compose.yaml": PRIVILEGED, "notes.yaml": FIRST[name]},
    )
    ran = call("check", path, "--format", "line", cwd=tmp_path)
    assert_clean(ran)
    assert CRITICAL in ran.out.replace(GOOD, "")
    if name not in {"other keys", "nothing"}:
        assert ran.code == 2
        assert "notes.yaml" in ran.err


@pytest.mark.parametrize("name", ["a list", "a word", "broken", "no text"])
@pytest.mark.parametrize("path", ["compose.override.yaml", "part.yaml"])
def test_a_later_file_that_is_none_leaves_the_first(tmp_path: Path, name: str, path: str) -> None:
    include = "" if "override" in path else f"include: [{path}]\n"
    write(tmp_path, {"compose.yaml": PRIVILEGED + include, path: FIRST[name]})
    ran = call("check", ".", "--format", "line", cwd=tmp_path)
    assert_clean(ran)
    assert CRITICAL in ran.out.replace(GOOD, "")
    assert ran.code == 2
    assert path in ran.err


@pytest.mark.parametrize("text", ["services: 1", "services: []", "services: [a]", "services: {bad: 1}", "x: 1"])
def test_an_override_of_another_form_leaves_what_it_is_laid_over(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"compose.yaml": PRIVILEGED, "compose.override.yaml": text})
    ran = call("check", ".", "--format", "line", cwd=tmp_path)
    assert_clean(ran)
    assert CRITICAL in ran.out.replace(GOOD, "")
    assert ran.code == 2


def test_the_files_that_are_listed_are_checked_where_nothing_else_tells_of_them(tmp_path: Path) -> None:
    write(tmp_path, {".env": "COMPOSE_FILE=last.txt\n", "last.txt": PRIVILEGED})
    ran = call("check", ".", "--format", "line", cwd=tmp_path)
    assert_clean(ran)
    assert "last.txt" in ran.out
    assert ran.code == 1


def test_a_file_in_braces_is_known_by_its_content(tmp_path: Path) -> None:
    write(tmp_path, {"any.yaml": "services: {a: {image: x, privileged: true}}\n"})
    ran = call("check", ".", "--format", "line", cwd=tmp_path)
    assert "any.yaml" in ran.out


@pytest.mark.parametrize("count", [99, 101, 400])
def test_many_drop_ins_are_read_or_are_an_error(tmp_path: Path, count: int) -> None:
    files = {f"a.container.d/{number:03}.conf": "[Container]\nAddCapability=KILL\n" for number in range(count)}
    files[f"a.container.d/{count:03}.conf"] = "[Container]\nPodmanArgs=--privileged\n"
    write(tmp_path, {"a.container": "[Container]\nImage=x\n", **files})
    ran = call("check", ".", "--format", "line", cwd=tmp_path)
    assert_clean(ran)
    assert GOOD in ran.out
    assert f"{count:03}.conf:2:" in ran.out or ("a.container" in ran.err and ran.code == 2)


def test_a_tracked_file_is_checked_whatever_gitignore_says(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": PRIVILEGED, "new/compose.yaml": PRIVILEGED})
    git = ("git", "-c", "init.defaultBranch=main", "-C", str(tmp_path))
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "compose.yaml", GOOD], check=True)
    (tmp_path / ".gitignore").write_text("*\n*.yaml\ngood/\ncompose.yaml\n")
    for version in ("2", "4"):
        subprocess.run([*git, "update-index", "--index-version", version], check=True)
        ran = call("check", ".", "--format", "line", cwd=tmp_path)
        assert_clean(ran)
        assert f"\n{CRITICAL}" in f"\n{ran.out}"
        assert GOOD in ran.out
        assert "new/compose.yaml" not in ran.out


@pytest.mark.parametrize(
    "index", [b"", b"DIRC", b"DIRC\0\0\0\2\xff\xff\xff\xff", b"DIRC\0\0\0\x09\0\0\0\1", b"x" * 1000]
)
def test_an_index_that_is_none_is_said(tmp_path: Path, index: bytes) -> None:
    write(tmp_path, {".git/index": index, ".gitignore": "compose.yaml\n", "a.yaml": PRIVILEGED})
    ran = call("check", ".", "--format", "line", cwd=tmp_path)
    assert_clean(ran)
    assert "a.yaml:4:17: critical" in ran.out
    assert "dropcap does not know which files git tracks" in ran.err


def test_standard_input_beyond_the_limit_is_an_error(tmp_path: Path) -> None:
    data = b"services:\n  a:\n    image: x\n" + b"#" * MAX_BYTES + b"\n  b:\n    image: x\n    privileged: true\n"
    ran = dropcap("check", "-", "--stdin-filename", "compose.yaml", cwd=tmp_path, stdin=data)
    assert ran.code == 2
    assert_said_once(ran, "compose.yaml", "larger than 16 MiB")
    write(tmp_path, {"compose.override.yaml": PRIVILEGED})
    ran = dropcap("check", "-", "--stdin-filename", "compose.yaml", "--format", "line", cwd=tmp_path, stdin=data)
    assert ran.code == 2
    assert "larger than 16 MiB" in ran.err


@pytest.mark.parametrize(
    ("stdin_name", "on_disk"),
    [("compose.override.yaml", "compose.yaml"), ("compose.yaml", "compose.override.yaml"), ("b.yaml", "a.yaml")],
)
def test_standard_input_takes_the_place_of_its_own_file(tmp_path: Path, stdin_name: str, on_disk: str) -> None:
    other = "services:\n  bad:\n    image: y\n    cap_add: [SYS_ADMIN]\n"
    write(tmp_path, {on_disk: other, stdin_name: "services: [broken\n"})
    if stdin_name == "b.yaml":
        (tmp_path / ".env").write_text("COMPOSE_FILE=a.yaml:b.yaml\n")
    words = ("check", "-", "--stdin-filename", stdin_name, "--format", "json")
    ran = call(*words, cwd=tmp_path, stdin=PRIVILEGED.encode())
    assert_clean(ran)
    assert ran.code == 1
    found = json.loads(ran.out)["findings"]
    assert [one["path"] for one in found if one["rule"] == "privileged"] == [stdin_name]
    assert {one["container"]["name"] for one in found} == {"bad"}


def test_links_in_a_circle_and_folders_without_end_end(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": PRIVILEGED})
    (tmp_path / "good" / "up").symlink_to("..")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    deep = tmp_path
    for _ in range(150):
        deep = deep / "d"
        deep.mkdir()
    (deep / "compose.yaml").write_text(PRIVILEGED)
    ran = call("check", ".", "--format", "line", cwd=tmp_path)
    assert_clean(ran)
    assert ran.out.count(CRITICAL) == 3
