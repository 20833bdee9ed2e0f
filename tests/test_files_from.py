"""`--files-from`: a list of paths is as good as paths on the command line, and a wrong list is told."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from dropcap.carriers.registry import may_be_known
from dropcap.cli import main
from dropcap.commands.path_list import take_list
from dropcap.exit_codes import CLEAN, FINDINGS, UNCHECKED
from steps import peak_of

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = "services:\n  web:\n    image: x\n    privileged: true\n"
SAFE = "services:\n  web:\n    image: x:1\n    cap_drop: [ALL]\n    security_opt: [no-new-privileges:true]\n"


class Run(NamedTuple):
    code: int
    found: Any
    errors: str


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "a" / "compose.override.yaml").write_text("services:\n  web:\n    pid: host\n")
    (tmp_path / "notes.txt").write_text("hello\n")
    return tmp_path


def check(capsys: pytest.CaptureFixture[str], *words: str) -> Run:
    code = main(["check", "--format", "json", *words])
    out, errors = capsys.readouterr()
    return Run(code, json.loads(out) if out else None, errors)


def listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: bytes, *words: str) -> Run:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    return check(capsys, "--files-from", "-", *words)


@pytest.mark.parametrize(
    "data",
    [
        b"a/compose.yaml\nb/compose.yaml\n",
        b"a/compose.yaml\nb/compose.yaml",
        b"a/compose.yaml\0b/compose.yaml\0",
        b"a/compose.yaml\0b/compose.yaml",
        b"a/compose.yaml\r\nb/compose.yaml\r\n",
        b"\xef\xbb\xbfa/compose.yaml\nb/compose.yaml\n",
        b"\na/compose.yaml\n\n./b/compose.yaml\nb/compose.yaml\n",
        b"b/compose.yaml\na/compose.yaml\na/compose.override.yaml\n",
    ],
)
def test_a_list_is_as_good_as_its_paths(
    tree: Path, data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named = check(capsys, "a/compose.yaml", "b/compose.yaml")
    assert named.code == FINDINGS
    assert named.found["summary"]["files"] == 3
    assert listed(monkeypatch, capsys, data) == named
    (tree / "list").write_bytes(data)
    assert check(capsys, "--files-from", "list") == named


def test_every_command_that_takes_paths_takes_a_list(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "list").write_text("b/compose.yaml\n")
    assert main(["caps", "--format", "json", "--files-from", "list"]) == CLEAN
    (container,) = json.loads(capsys.readouterr().out)["containers"]
    assert container["path"] == "b/compose.yaml"
    assert main(["fix", "--diff", "--files-from", "list"]) == CLEAN
    assert main(["baseline", "--output", "-", "--files-from", "list"]) == CLEAN
    assert "b/compose.yaml" in capsys.readouterr().out


def test_a_list_from_standard_input_serves_a_check_that_fixes_first(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "b" / "compose.yaml").write_text(SAFE.replace("ALL]", "ALL, CAP_NET_RAWW]"))
    done = listed(monkeypatch, capsys, b"b/compose.yaml\n", "--fix")
    assert (done.code, done.found["summary"]["files"]) == (CLEAN, 1), done
    assert "NET_RAWW" not in (tree / "b" / "compose.yaml").read_text()


def test_names_that_look_like_something_else_are_names(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("-", "--output=x.yaml", "two\nlines.yaml", '"quoted".yaml', "ende\r"):
        (tree / name).write_text(COMPOSE)
    data = b'-\0--output=x.yaml\0two\nlines.yaml\0"quoted".yaml\0ende\r\0'
    done = listed(monkeypatch, capsys, data)
    # Neither "-" nor "ende" has a suffix that says what it is: they are looked at, and refused.
    assert {one["path"] for one in done.found["findings"]} == {"--output=x.yaml", "two\nlines.yaml", '"quoted".yaml'}
    assert [one["path"] for one in done.found["failures"]] == ["-", "ende\r"]


def test_as_discovered_leaves_other_kinds_alone(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "empty").mkdir()
    (tree / "link").symlink_to("a")
    data = b"notes.txt\nempty\nlink\nb/compose.yaml\n"
    done = listed(monkeypatch, capsys, data, "--as-discovered")
    assert (done.code, done.errors, done.found["summary"]["files"]) == (FINDINGS, "", 1)
    named = listed(monkeypatch, capsys, data)
    assert named.code == UNCHECKED
    assert {one["path"] for one in named.found["failures"]} == {"notes.txt", "empty", "link"}
    # Nothing in the list counts: the current folder is not looked at instead.
    done = listed(monkeypatch, capsys, b"notes.txt\n", "--as-discovered")
    assert (done.code, done.found["summary"]["files"]) == (CLEAN, 0)


def test_a_file_of_variables_stands_for_its_project(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "b" / ".env").write_text("X=1\n")
    done = listed(monkeypatch, capsys, b"b/.env\n", "--as-discovered")
    assert {one["path"] for one in done.found["findings"]} == {"b/compose.yaml"}


@pytest.mark.parametrize(
    ("entry", "words", "message"),
    [
        (b"gone.yaml", (), "gone.yaml: error: does not exist; check the path"),
        (b"gone.yaml", ("--as-discovered",), "gone.yaml: error: does not exist; check the path"),
        (b"a", (), "a: error: is a folder, and a list names files; name its files, or the folder itself on the c"),
        (b"a", ("--as-discovered",), "a: error: is a folder, and a list names files"),
        (b'"b/\\303\\274.yaml"', ("--as-discovered",), "git puts such a name in quotes; write the list with `git ls-f"),
        (b"\xff.yaml", (), "\\udcff.yaml: error: does not exist"),
        (b"\x1b[31mred.yaml", (), "\\x1b[31mred.yaml: error: does not exist"),
        (b"notes.txt", (), "notes.txt: error: neither its name nor its content shows"),
    ],
)
@pytest.mark.usefixtures("tree")
def test_a_wrong_line_is_one_line_and_the_others_are_checked(
    entry: bytes,
    words: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = listed(monkeypatch, capsys, b"b/compose.yaml\n" + entry + b"\n", *words)
    assert done.code == UNCHECKED
    assert done.errors.count("\n") == 1
    assert message in done.errors
    assert {one["path"] for one in done.found["findings"]} == {"b/compose.yaml"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n\r\n\n", "is empty"),
        (b"\0\0", "is empty"),
        (b"a\nb\n", "names no file: a is a folder, and a list names files; name its files"),
        (b'"x\\303.yaml"\n', 'names no file: "x\\303.yaml" is not there: git puts such a name in quotes'),
        ("a/compose.yaml\n".encode("utf-16"), "is UTF-16; write it as UTF-8"),
        (b"notes.txt\n" * 10_000 + b"a\0b", "has lines and NULs; use one of them between paths"),
        (b"x\n" + b"y" * 200_000, "entry 2 is no path: it has more than 65,536 bytes"),
    ],
)
@pytest.mark.usefixtures("tree")
def test_a_wrong_list_is_one_line(
    data: bytes, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ((), ("--as-discovered",)):
        done = listed(monkeypatch, capsys, data, *words)
        assert (done.code, done.found) == (UNCHECKED, None)
        assert done.errors.count("\n") == 1
        assert f"dropcap: --files-from -: {message}" in done.errors


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--files-from", "gone"), "--files-from gone: cannot be read: No such file or directory"),
        (("--files-from", "a"), "--files-from a: cannot be read: Is a directory"),
        (("--files-from", "list", "b"), "--files-from names all paths: give no other ones"),
        (("--files-from", "list", "-f", "b/compose.yaml"), "--files-from names all paths: give no other ones"),
        (("--files-from", "list", "-"), "--files-from names all paths: give no other ones"),
        (("--files-from", "list", "--stdin-filename", "x"), "--stdin-filename needs the path -, which reads"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(
    tree: Path, words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "list").write_text("a/compose.yaml\n")
    done = check(capsys, *words)
    assert (done.code, done.found) == (UNCHECKED, None)
    assert done.errors.startswith(f"dropcap: {message}")


def test_of_files_of_other_kinds_nothing_is_kept(tree: Path) -> None:
    assert not may_be_known("pictures/1.png")
    with (tree / "list").open("w") as file:
        file.writelines(f"pictures/{number}.png\n" for number in range(100_000))
        file.write("b/compose.yaml\n")
    arguments = Namespace(files_from="list", paths=[], files=[], as_discovered=True)
    peak = peak_of(lambda: take_list(arguments))
    assert arguments.paths == ["b/compose.yaml"]
    assert peak < 1_000_000 < (tree / "list").stat().st_size
