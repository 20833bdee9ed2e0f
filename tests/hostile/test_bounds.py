"""No input takes the program's time, memory or output, and none takes the other files of its project along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hostile.bombs import BOMBS
from hostile.program import PRIVILEGED, dropcap

if TYPE_CHECKING:
    from pathlib import Path

PER_BYTE = 60
"""How many bytes may be printed for one of the input: each container is described."""
BASE = 1_000_000


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    (tmp_path / ".git").mkdir()
    for name, text in BOMBS[request.param]().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "compose.yaml").write_text(PRIVILEGED)
    return tmp_path


def size(project: Path) -> int:
    return sum(path.stat().st_size for path in project.rglob("*") if path.is_file())


@pytest.mark.parametrize("project", BOMBS, indirect=True)
def test_a_bomb_takes_no_time_and_no_other_file_along(project: Path) -> None:
    ran = dropcap("check", "--markdown", "--format", "text", ".", cwd=project)
    assert ran.code in {1, 2}, ran.err[-2000:]
    assert "good/compose.yaml:4:17: critical" in ran.out
    assert len(ran.out) + len(ran.err) < PER_BYTE * size(project) + BASE
    assert max(map(len, (ran.out + ran.err).splitlines())) < 3_000
    assert all(len(line.split(": ")) > 2 for line in ran.err.splitlines())


@pytest.mark.parametrize("project", [name for name, make in BOMBS.items() if "compose.yaml" in make()], indirect=True)
def test_a_project_is_printed_in_bounds(project: Path) -> None:
    for words in (("config",), ("config", "--format", "json"), ("caps", "--format", "json", "compose.yaml")):
        ran = dropcap(*words, cwd=project)
        assert ran.code in {0, 2}, ran.err[-2000:]
        assert len(ran.out) + len(ran.err) < PER_BYTE * size(project) + 4 * BASE
