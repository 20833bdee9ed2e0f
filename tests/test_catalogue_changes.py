"""What has changed in an image's repository since the catalogue was written is told, and nothing else."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import catalogue_changes

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


def test_what_the_catalogue_has_facts_of_is_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    start = commit(
        tmp_path,
        {"7/Dockerfile": "FROM debian\nENV A=1\nUSER app\n", "7/docker-entrypoint.sh": "exec x\n", "README": "x"},
    )
    commit(tmp_path, {"7/Dockerfile": "FROM debian\nENV A=2\nUSER app\n", "README": "y"})
    patterns = ["7/Dockerfile", "docker-entrypoint.sh"]
    assert list(catalogue_changes.changes(tmp_path, start, patterns)) == []
    commit(
        tmp_path,
        {"7/Dockerfile": "FROM debian\nVOLUME \\\n  /data\nUSER root\n", "7/docker-entrypoint.sh": "exec y\n"},
    )
    script, dockerfile = sorted(catalogue_changes.changes(tmp_path, start, patterns), reverse=True)
    assert dockerfile == "7/Dockerfile: ['USER app'] -> ['VOLUME /data', 'USER root']"
    assert script.startswith("7/docker-entrypoint.sh: ")
    assert " -> " in script


def test_entries_are_found_by_their_source() -> None:
    found = {entry: patterns for entry, _, patterns in catalogue_changes.sources("docker-library/Postgres")}
    assert found["postgres"] == ["*/Dockerfile", "docker-entrypoint.sh"]
    assert list(catalogue_changes.sources("somebody/else")) == []
