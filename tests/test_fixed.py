"""Files before and after `dropcap fix`: `fixtures/fixed/CASE/before` becomes `after`, with the words of `options`.

A file that stays as it is stands in `before` alone. `pytest --accept` writes what is fixed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dropcap.cli import main

FOLDER = Path(__file__).parent.parent / "fixtures" / "fixed"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def options(case: Path) -> list[str]:
    path = case / "options"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_fixed_as_expected_and_once(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    place = tmp_path / "project"
    shutil.copytree(case / "before", place)
    monkeypatch.chdir(place)
    main(["fix", *options(case), "."])
    before, fixed = files(case / "before"), files(place)
    changed = {name: data for name, data in fixed.items() if data != before[name]}
    if request.config.getoption("--accept"):
        shutil.rmtree(case / "after", ignore_errors=True)
        for name, data in changed.items():
            path = case / "after" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    assert changed == (files(case / "after") if (case / "after").exists() else {})
    main(["fix", *options(case), "."])
    assert files(place) == fixed
