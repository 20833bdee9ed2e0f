"""Which files are found, and how they are to be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dropcap.discover import (
    COMPOSE,
    DOCKERFILE,
    MARKDOWN,
    MAX_BYTES,
    SHELL,
    Target,
    discover,
    read_bytes,
    syntax_of_name,
)
from dropcap.model import Level

SERVICES = "services:\n  web:\n    image: nginx\n"


@pytest.mark.parametrize(
    ("name", "syntax"),
    [
        ("compose.yaml", COMPOSE),
        ("docker-compose.yml", COMPOSE),
        ("docker-compose.prod.yml", COMPOSE),
        ("compose.override.yaml", COMPOSE),
        ("Docker-Compose.YML", COMPOSE),
        ("web.compose.yml", COMPOSE),
        ("docker-stack.yml", COMPOSE),
        ("docker-compose-dev.yaml", COMPOSE),
        ("decomposer.yml", None),
        ("composer.yaml", None),
        ("docker-compose.yml.j2", None),
        ("docker-compose.json", None),
        ("Dockerfile", DOCKERFILE),
        ("dir/Dockerfile.alpine", DOCKERFILE),
        ("Dockerfile-dev", DOCKERFILE),
        ("app.dockerfile", DOCKERFILE),
        ("Containerfile", DOCKERFILE),
        ("Dockerfile.dockerignore", None),
        ("Dockerfile.md", MARKDOWN),
        ("Dockerfile.j2", None),
        ("Dockerfiles", None),
        ("run.sh", SHELL),
        ("a.bash", SHELL),
        ("a.fish", None),
        ("values.yaml", None),
    ],
)
def test_a_name_tells_the_syntax(name: str, syntax: str | None) -> None:
    assert syntax_of_name(name) == syntax


def tree(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(folder: Path, *exclude: str) -> list[str]:
    targets, _ = discover([str(folder)], exclude)
    return [os.path.relpath(target.path, folder) for target in targets]


def test_a_walk_knows_files_by_content_where_the_name_says_nothing(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            "app.yml": SERVICES,
            "ci.yml": "jobs:\n  a:\n    services:\n      db: {}\n",
            "deploy": "#!/usr/bin/env bash\ndocker run x\n",
            "tool": "#!/usr/bin/env python3\n",
            "notes.txt": "#!/bin/sh\n",
            "pipeline.yml": "services:\n  - docker:dind\n",
        },
    )
    assert found(tmp_path) == ["app.yml", "deploy"]


def test_a_walk_sees_what_git_sees(tmp_path: Path) -> None:
    tree(
        tmp_path,
        {
            ".git/HEAD": "",
            ".git/compose.yml": SERVICES,
            ".git/info/exclude": "secret/\n",
            ".gitignore": "*.local.sh\n/build/\n!keep.local.sh\n",
            "a.local.sh": "",
            "build/run.sh": "",
            "keep.local.sh": "",
            "node_modules/x/run.sh": "",
            "secret/run.sh": "",
            "sub/.gitignore": "run.sh\n!a.local.sh\n",
            "sub/a.local.sh": "",
            "sub/build/x.sh": "",
            "sub/run.sh": "",
        },
    )
    assert found(tmp_path) == ["keep.local.sh", "sub/a.local.sh", "sub/build/x.sh"]


def test_a_folder_inside_a_repository_keeps_the_repository_s_patterns(tmp_path: Path) -> None:
    tree(tmp_path, {".git/HEAD": "", ".gitignore": "/sub/gone.sh\n", "sub/gone.sh": "", "sub/here.sh": ""})
    assert found(tmp_path / "sub") == ["here.sh"]


def test_patterns_can_be_excluded_besides(tmp_path: Path) -> None:
    tree(tmp_path, {"a/run.sh": "", "b/run.sh": "", "c.sh": ""})
    assert found(tmp_path, "/b/", "c.*") == ["a/run.sh"]


def test_the_order_does_not_depend_on_the_file_system(tmp_path: Path) -> None:
    tree(tmp_path, dict.fromkeys(("b/z.sh", "a.sh", "c/a.sh", "b/a.sh", "d.sh"), ""))
    assert found(tmp_path) == ["a.sh", "d.sh", "b/a.sh", "b/z.sh", "c/a.sh"]


def test_paths_are_printed_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"a.sh": "", "sub/b.sh": ""})
    monkeypatch.chdir(tmp_path)
    assert [target.path for target in discover(["."])[0]] == ["a.sh", "sub/b.sh"]
    assert [target.path for target in discover(["./sub", "a.sh"])[0]] == ["./sub/b.sh", "a.sh"]


def test_a_file_named_twice_is_checked_once(tmp_path: Path) -> None:
    tree(tmp_path, {"a.sh": ""})
    path = str(tmp_path / "a.sh")
    assert discover([str(tmp_path), path])[0] == [Target(path, SHELL, named=True)]


def test_a_named_file_is_taken_whatever_git_ignores(tmp_path: Path) -> None:
    tree(tmp_path, {".gitignore": "*\n", "a.sh": ""})
    assert discover([str(tmp_path / "a.sh")])[0] == [Target(str(tmp_path / "a.sh"), SHELL, named=True)]


def test_a_link_out_of_the_folder_is_said_and_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, {"outside.sh": "", "in/real.sh": ""})
    (tmp_path / "in" / "out.sh").symlink_to(tmp_path / "outside.sh")
    (tmp_path / "in" / "up").symlink_to(tmp_path, target_is_directory=True)
    targets, failures = discover([str(tmp_path / "in")])
    assert [Path(target.path).name for target in targets] == ["real.sh"]
    assert [(Path(failure.path).name, failure.level) for failure in failures] == [("out.sh", Level.NOTE)]


def test_what_is_no_regular_file_or_too_large_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.sh")
    with pytest.raises(OSError, match="no regular file"):
        read_bytes(str(tmp_path / "pipe.sh"))
    with (tmp_path / "big.sh").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(OSError, match="larger than 16 MiB"):
        read_bytes(str(tmp_path / "big.sh"))
