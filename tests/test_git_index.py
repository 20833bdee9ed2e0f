"""The files that git tracks: read from its index, and `git ls-files` is the judge."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.git_index import IndexUnknownError, tracked_files
from dropcap.workspace import Workspace
from steps import assert_ends, assert_linear, assert_small

NAMES = st.text("ab.-é \\", min_size=1, max_size=12).filter(lambda name: name.strip(".") != "")
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def git(folder: str, *words: str) -> bytes:
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", folder, "-c", "core.quotePath=false", *words]
    return subprocess.run(command, check=True, capture_output=True, env={**os.environ, **settings}).stdout


def write(folder: str, paths: list[str]) -> list[str]:
    """Write files, but for those that would be a folder too; gives their paths."""
    kept = [path for path in sorted(set(paths)) if not any(other.startswith(path + "/") for other in paths)]
    for path in kept:
        target = Path(folder, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path)
    return kept


def tracked(folder: str) -> frozenset[str]:
    return tracked_files(os.path.realpath(folder), Workspace(folder))


def by_git(folder: str) -> set[str]:
    """Give what git lists, and the folders of it."""
    files = [os.fsdecode(name) for name in git(folder, "ls-files", "-z").split(b"\0") if name]
    folders = {str(above) for file in files for above in Path(file).parents}
    return {*files, *folders} - {"."}


@settings(max_examples=25, deadline=None)
@given(st.lists(PATHS, min_size=1, max_size=12), st.sampled_from(("2", "3", "4")), st.sampled_from(("sha1", "sha256")))
def test_git_lists_the_same(paths: list[str], version: str, hashes: str) -> None:
    with TemporaryDirectory() as folder:
        git(folder, "init", "-q", f"--object-format={hashes}")
        files = write(folder, paths)
        cut = len(files) // 2
        git(folder, "add", "-f", "--", *files[: cut + 1])
        git(folder, "add", "-f", "-N", "--", *files[cut:])
        git(folder, "update-index", "--index-version", version, "--skip-worktree", "--", files[0])
        assert tracked(folder) == by_git(folder)


def test_a_conflict_and_a_submodule_are_tracked(tmp_path: Path) -> None:
    folder = str(tmp_path)
    git(folder, "init", "-q")
    blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    entries = "".join(f"100644 {blob} {stage}\ta/b\n" for stage in (1, 2, 3)) + f"160000 {blob} 0\tsub\n"
    command = ["git", "-C", folder, "update-index", "--index-info"]
    subprocess.run(command, input=entries.encode(), check=True)
    assert tracked(folder) == by_git(folder) == {"a", "a/b", "sub"}


def test_without_an_index_nothing_is_tracked(tmp_path: Path) -> None:
    git(str(tmp_path), "init", "-q")
    assert tracked(str(tmp_path)) == frozenset()


def test_a_split_index_is_said_to_be_unknown(tmp_path: Path) -> None:
    folder = str(tmp_path)
    git(folder, "init", "-q")
    git(folder, "add", "--", *write(folder, ["a", "b"]))
    git(folder, "update-index", "--split-index")
    with pytest.raises(IndexUnknownError, match="its index has a form that dropcap does not know"):
        tracked(folder)


def test_a_repository_that_lies_elsewhere_is_said_to_be_unknown(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /elsewhere\n")
    with pytest.raises(IndexUnknownError, match="its index is elsewhere"):
        tracked(str(tmp_path))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_index_is_unknown_and_nothing_worse(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        git(folder, "init", "-q")
        git(folder, "add", "--", *write(folder, ["a/b", "a/c", "d"]))
        git(folder, "update-index", "--index-version", data.draw(st.sampled_from(("2", "4"))))
        index = Path(folder, ".git/index")
        written = bytearray(index.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.integers(0, 255))
        index.write_bytes(written[: data.draw(st.integers(0, len(written)))])
        try:
            tracked(folder)
        except IndexUnknownError:
            return


def test_an_index_is_read_in_linear_steps(tmp_path: Path) -> None:
    folder = str(tmp_path)
    git(folder, "init", "-q")
    blob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    command = ["git", "-C", folder, "update-index", "--index-info"]

    def check(count: int) -> None:
        entries = "".join(f"100644 {blob}\ta/{'b/' * 9}{number}\n" for number in range(count))
        git(folder, "read-tree", "--empty")
        subprocess.run(command, input=entries.encode(), check=True)
        assert len(tracked(folder)) == count + 10

    assert_linear(check, 200)


def test_names_that_share_their_beginnings_do_not_multiply(tmp_path: Path) -> None:
    header, fixed = b"DIRC" + (4).to_bytes(4, "big"), bytes(62)
    names = [b"\0" + b"a/" * 2000 + b"\0", *(b"\x80\x00" + f"b{number}".encode() + b"/\0" for number in range(2000))]
    (tmp_path / ".git").mkdir()
    index = header + len(names).to_bytes(4, "big") + b"".join(fixed + name for name in names) + bytes(20)
    for data in (index, header + (1).to_bytes(4, "big") + fixed + b"\xff" * 1_000_000):
        (tmp_path / ".git/index").write_bytes(data)

        def check() -> None:
            with pytest.raises(IndexUnknownError, match="has a form"):
                tracked(str(tmp_path))

        assert_small(check, len(data))
        assert_ends(check, 100_000)
