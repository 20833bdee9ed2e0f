"""The page about many repositories is true: its commands run here, word by word, and lose nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_projects import write_projects

from oracles.debian import need

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
RUN, FAILED, MERGE = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(SCRIPT,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
REPOSITORIES = 25
"""With an empty one they are two shards, of twenty and of six."""
WHO = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
ENDS = '#!/bin/sh\ncase "$*" in *{0}*) {1} ;; esac\ncase "$*" in *--files-from*) {2} ;; esac\nexec {3} "$@"\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make repositories: projects, equal ones among them, one without anything to check, one with a broken file."""
    made = tmp_path / "made"
    made.mkdir()
    write_projects(made, 12)
    projects = sorted(path for path in made.iterdir() if path.is_dir())
    for number in range(REPOSITORIES):
        folder = tmp_path / "repos" / f"it's {number:02} $(x)"
        shutil.copytree(projects[number % len(projects)], folder)
        (folder / "run-ü.sh").write_text(f"docker run --cap-add NET_ADMIN image{number % 7}\n")
    (tmp_path / "repos" / "empty").mkdir()
    shutil.rmtree(made)
    for folder in (tmp_path / "repos").iterdir():
        for words in (["init", "--quiet"], ["add", "--all"]):
            subprocess.run(["git", *WHO, *words], cwd=folder, check=True)
    return tmp_path


def environ(folder: Path | None = None) -> dict[str, str]:
    """Return an environment whose programs are those of a folder, those beside this Python, and the machine's."""
    folders = [*([str(folder)] if folder else []), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {**os.environ, "PATH": os.pathsep.join(folders)}


def run(
    words: str | Sequence[str], tree: Path, programs: Path | None = None, code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run a command of the page; one that is a text is run by a shell, as a person would."""
    command = ["bash", "-c", words] if isinstance(words, str) else words
    done = subprocess.run(
        command, cwd=tree, env=environ(programs), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == code, done.stderr
    return done


def whole(tree: Path) -> list[str]:
    """Return the lines of one run over all, but for its summary."""
    words = ["dropcap", "check", "--exit-zero", "--as-discovered", "--format", "ndjson", "repos"]
    done = subprocess.run(words, cwd=tree, env=environ(), capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[:-1]


def break_one(tree: Path) -> None:
    (tree / "repos" / "it's 21 $(x)" / "broken.compose.yaml").write_text("services: [\n")
    subprocess.run(["git", "add", "--all"], cwd=tree / "repos" / "it's 21 $(x)", check=True)


def dropcap_that(folder: Path, ends: str, *, listed: bool = False) -> Path:
    """Make a program in the place of dropcap that ends so for the shard with the repository 21, or for every list."""
    folder.mkdir()
    real = shutil.which("dropcap", path=environ()["PATH"])
    assert real is not None
    words = ENDS.format("' 21 '", ends, ends if listed else ":", real)
    (folder / "dropcap").write_text(words)
    (folder / "dropcap").chmod(0o755)
    return folder


@pytest.fixture(scope="session", autouse=True)
def parallel() -> None:
    need("parallel")


def test_parallel_finds_what_one_run_finds(tree: Path) -> None:
    expected = [line for line in whole(tree) if line.startswith('{"type": "finding"')]
    assert len(set(expected)) == len(expected) > REPOSITORIES
    run(RUN, tree)
    assert len(list((tree / "shards").iterdir())) == 2
    assert run(FAILED, tree).stdout == ""
    run(MERGE, tree)
    assert sorted((tree / "findings.ndjson").read_text().splitlines()) == sorted(expected)


def test_parallel_tells_a_shard_that_could_not_check_all(tree: Path) -> None:
    break_one(tree)
    done = run(RUN, tree, code=1)
    assert "broken.compose.yaml" in done.stderr
    assert run(FAILED, tree).stdout == "shard 2: exit code 2, signal 0\n"
    run(MERGE, tree)
    found = (tree / "findings.ndjson").read_text().splitlines()
    assert sorted(found) == sorted(line for line in whole(tree) if line.startswith('{"type": "finding"'))


@pytest.mark.parametrize(
    ("ends", "told"), [("exit 3", "exit code 3, signal 0"), ("kill -9 $$", "exit code 0, signal 9")]
)
def test_parallel_tells_a_shard_that_was_stopped(tree: Path, ends: str, told: str) -> None:
    run(RUN, tree, dropcap_that(tree / "bin", ends), code=1)
    assert run(FAILED, tree).stdout == f"shard 2: {told}\n"
    again = RUN.replace("mkdir shards\n", "").replace("--joblog", "--resume-failed --joblog")
    run(again, tree)
    run(MERGE, tree)
    assert len((tree / "findings.ndjson").read_text().splitlines()) == len(whole(tree))


def test_dask_finds_what_one_run_finds(tree: Path) -> None:
    (tree / "check_all.py").write_text(SCRIPT)
    run([sys.executable, "check_all.py", "repos", "findings.ndjson"], tree)
    assert sorted((tree / "findings.ndjson").read_text().splitlines()) == sorted(whole(tree))
    break_one(tree)
    run([sys.executable, "check_all.py", "repos", "findings.ndjson"], tree, code=2)
    found = (tree / "findings.ndjson").read_text().splitlines()
    assert sorted(found) == sorted(whole(tree))
    assert any(line.startswith('{"type": "error"') and "broken.compose.yaml" in line for line in found)


def test_dask_stops_at_a_run_that_was_stopped(tree: Path) -> None:
    (tree / "check_all.py").write_text(SCRIPT)
    programs = dropcap_that(tree / "bin", "kill -9 $$", listed=True)
    done = run([sys.executable, "check_all.py", "repos", "findings.ndjson"], tree, programs, code=1)
    assert "ended with -9" in done.stderr
    assert not (tree / "findings.ndjson").exists()
