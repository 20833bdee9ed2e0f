"""A build that was followed is not followed again as long as its context answers the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.dockerfile import read_stages, target
from dropcap.images.facts import ABSENT, File
from dropcap.images.known_images import Images
from dropcap.images.stage_facts import stage_facts
from dropcap.images.stage_steps import StageSteps
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dropcap.images.tree import FileTree

DOCKERFILE = """\
FROM debian:12 AS base
COPY . /app
COPY start.sh /start.sh
RUN /start.sh
FROM base
"""


def project(folder: Path) -> Path:
    (folder / "inner").mkdir()
    (folder / "inner" / "file").write_text("one\n")
    (folder / "start.sh").write_text("#!/bin/sh\nmkdir /made\n")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    return folder


def built(folder: Path, name: str | None = None) -> FileTree:
    """Return what a stage of the project holds, as another check finds it."""
    workspace = Workspace(str(folder))
    stage = target(read_stages(workspace.source(str(folder / "Dockerfile"))), name)
    assert stage is not None
    return stage_facts(stage, Images(workspace), str(folder))


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the steps that are followed."""
    taken: list[str] = []
    take = StageSteps.take

    def noted(self: StageSteps, step: object) -> None:
        taken.append(step.keyword)  # type: ignore[attr-defined]  # an instruction
        take(self, step)  # type: ignore[arg-type]  # as above

    monkeypatch.setattr(StageSteps, "take", noted)
    return taken


def test_the_same_build_is_followed_once(tmp_path: Path, steps: list[str]) -> None:
    first = built(project(tmp_path))
    assert steps
    steps.clear()
    second = built(tmp_path)
    assert not steps
    assert first is not second
    assert second.look("/made") == first.look("/made")
    second.remove("/made")  # a tree is its caller's own
    assert isinstance(built(tmp_path).look("/made"), File)


def test_stages_of_a_file_share_what_they_are_built_upon(tmp_path: Path, steps: list[str]) -> None:
    built(project(tmp_path), "base")
    before = len(steps)
    built(tmp_path)
    assert len(steps) == before + 1  # the FROM of the second stage


CHANGES: dict[str, Callable[[Path], object]] = {
    "a script that the build runs": lambda folder: (folder / "start.sh").write_text("#!/bin/sh\nmkdir /other\n"),
    "a new file": lambda folder: (folder / "inner" / "new").write_text("x"),
    "a file is gone": lambda folder: (folder / "inner" / "file").unlink(),
    "patterns": lambda folder: (folder / ".dockerignore").write_text("inner/file\n"),
    "the Dockerfile": lambda folder: (folder / "Dockerfile").write_text(DOCKERFILE + "RUN mkdir /more\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_answer_of_the_context_is_another_build(change: str, tmp_path: Path, steps: list[str]) -> None:
    before = built(project(tmp_path))
    CHANGES[change](tmp_path)
    steps.clear()
    after = built(tmp_path)
    assert steps
    assert [path for path, _ in after.below("/")] != [path for path, _ in before.below("/")]


def test_a_text_that_only_the_startup_reads_is_read_anew(tmp_path: Path, steps: list[str]) -> None:
    def text() -> str:
        found = built(tmp_path).text("/app/inner/file")
        assert found is not None
        return found.text

    project(tmp_path)
    assert text() == "one\n"
    (tmp_path / "inner" / "file").write_text("two\n")
    steps.clear()
    assert text() == "two\n"
    assert not steps


def test_a_workspace_knows_what_was_read_for_it(tmp_path: Path) -> None:
    built(project(tmp_path))
    workspace = Workspace(str(tmp_path))
    stage = target(read_stages(workspace.source(str(tmp_path / "Dockerfile"))))
    assert stage is not None
    stage_facts(stage, Images(workspace), str(tmp_path))
    assert workspace.real(str(tmp_path / "start.sh")) in workspace.reads


def test_what_cannot_be_read_is_asked_again(tmp_path: Path, steps: list[str]) -> None:
    (project(tmp_path) / ".dockerignore").write_bytes(b"\xff\n")
    assert not isinstance(built(tmp_path).look("/app/inner/file"), File)
    (tmp_path / ".dockerignore").unlink()
    steps.clear()
    assert isinstance(built(tmp_path).look("/app/inner/file"), File)
    assert steps


def test_the_project_s_word_for_an_image_counts_each_time(tmp_path: Path) -> None:
    assert built(project(tmp_path)).look("/nowhere") is ABSENT
    workspace = Workspace(str(tmp_path))
    stage = target(read_stages(workspace.source(str(tmp_path / "Dockerfile"))))
    assert stage is not None
    read = built(tmp_path)
    read.make_volume("/own", stage.instructions[0].value)
    tree = stage_facts(stage, Images(workspace, {"debian:12": read}), str(tmp_path))
    assert isinstance(tree.look("/own"), File)
