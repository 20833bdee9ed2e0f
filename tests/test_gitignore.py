"""Patterns in the manner of .gitignore: git itself is the judge, and no pattern takes long."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.gitignore import MAX_LENGTH, Ignores, PatternError, parse
from steps import assert_ends, assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = st.text("ab.-[]!#\\ *?A0é", min_size=1, max_size=4).filter(lambda name: name not in {".", ".."})
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PIECES = st.sampled_from(
    [
        *(
            "a",
            "b",
            ".",
            "-",
            "*",
            "**",
            "?",
            "/",
            "/",
            "[ab]",
            "[!a]",
            "[^b]",
            "[a-c]",
            "[]]",
            "[!]]",
            "[]-a]",
            "\\",
            "\\*",
        ),
        *(
            "[[:alpha:]]",
            "[[:digit:]x]",
            "[\\]]",
            "[a",
            "[",
            "]",
            "!",
            "#",
            " ",
            "\\ ",
            "é",
            "**/",
            "/**",
            "A",
            "0",
            "\t",
        ),
    ]
)
PATTERNS = st.lists(PIECES, min_size=1, max_size=6).map("".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def ignored_by_git(repository: Path, tree: Path, patterns: list[str], paths: list[str]) -> set[str]:
    """Make a tree and ask git which of its paths it ignores; those that end in a slash are folders."""
    for path in paths:
        target = tree / path
        (target if path.endswith("/") else target.parent).mkdir(parents=True, exist_ok=True)
        if not path.endswith("/"):
            target.touch()
    (repository / ".git/info/exclude").write_bytes(os.fsencode("\n".join(patterns) + "\n"))
    done = subprocess.run(
        ["git", "-c", "core.ignoreCase=false", "check-ignore", "--no-index", "--stdin", "-z"],
        cwd=tree,
        env={**os.environ, "GIT_DIR": str(repository / ".git"), "GIT_WORK_TREE": str(tree)},
        input=b"".join(os.fsencode(path.rstrip("/")) + b"\0" for path in paths),
        capture_output=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return {os.fsdecode(path) for path in done.stdout.split(b"\0") if path}


def ignored_here(patterns: list[str], path: str) -> bool:
    """Walk down to a path as the walk of a folder does: what is in an ignored folder is ignored."""
    ignores = Ignores().with_text("/r", "\n".join(patterns) + "\n")
    names = path.rstrip("/").split("/")
    for count in range(1, len(names) + 1):
        is_folder = count < len(names) or path.endswith("/")
        if ignores.match("/r/" + "/".join(names[:count]), is_folder=is_folder):
            return True
    return False


@settings(max_examples=150, deadline=None)
@given(st.lists(PATTERNS, min_size=1, max_size=4), st.lists(PATHS, min_size=1, max_size=12), st.data())
def test_git_ignores_the_same(repository: Path, patterns: list[str], paths: list[str], data: st.DataObject) -> None:
    folders = {path.rpartition("/")[0] for path in paths}
    above = {folder[:at] for folder in folders for at in range(1, len(folder) + 1) if folder[at : at + 1] in {"", "/"}}
    asked = sorted({path + "/" if path in above or data.draw(st.booleans()) else path for path in paths})
    asked = [path for path in asked if path.endswith("/") or path + "/" not in asked]
    with TemporaryDirectory() as tree:
        by_git = ignored_by_git(repository, Path(tree), patterns, asked)
    assert {path.rstrip("/") for path in asked if ignored_here(patterns, path)} == by_git, patterns


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (lambda n: "*a" * n + "b", lambda n: "a" * 4 * n),
        (lambda n: "**/" * n + "b", lambda n: "/".join("a" * 4 * n)),
        (lambda n: "**/a/" * n + "b", lambda n: "/".join("a" * 4 * n)),
        (lambda n: "[a-z]*" * n + "!", lambda n: "a" * 4 * n),
        (lambda n: "?*" * n + "b", lambda n: "a" * 4 * n),
    ],
)
def test_no_pattern_takes_more_steps_than_its_length_times_the_path_s(
    pattern: Callable[[int], str], path: Callable[[int], str]
) -> None:
    for size in (10, 40):
        text, name = pattern(size), path(size)
        ignores = Ignores().with_text("/r", text)
        assert_ends(lambda: ignores.match("/r/" + name, is_folder=False), 20 * len(text) * len(name) + 1000)  # noqa: B023  # called at once


@pytest.mark.parametrize("unit", ["a*", "[a", "[!", "\\", "**/", "[[:alpha:]]", "[a-", " ", "/", "!"])
def test_a_pattern_is_read_in_linear_steps(unit: str) -> None:
    def check(size: int) -> None:
        try:
            parse(unit * size)
        except PatternError:
            return

    assert_linear(check, MAX_LENGTH // 4 // 4 // len(unit))


def test_a_pattern_that_means_nothing_is_refused_where_a_person_wrote_it() -> None:
    for text in ("/", "!", "a\\", "[a", "x" * (MAX_LENGTH + 1), "[[:nothing:]]"):
        with pytest.raises(PatternError, match="is not a valid pattern"):
            parse(text)
