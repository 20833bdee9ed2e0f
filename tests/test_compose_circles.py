"""Aliases that Docker Compose takes for circles though they are none; version 2 was asked, of version 5 its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.cli import main
from dropcap.exit_codes import CLEAN, UNCHECKED
from oracles import compose as oracle

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "name: p\nx-a: &a {A: b}\nx-b: &b {B: c}\nx-i: &i {image: i}\nx-n: &n i\nservices:\n"
SERVICES = {
    "merged, and below it": ("  w: {image: i, x-y: {<<: *a, k: *a}}\n", ""),
    "below it, and merged": ("  w: {image: i, x-y: {k: *a, <<: *a}}\n", ""),
    "merged, and far below it": ("  w: {image: i, x-y: {<<: *a, k: [{l: [1, *a]}]}}\n", ""),
    "merged by a list, and below an index": ("  w: {image: i, x-y: {<<: [*a, *b], '1': {k: *b}}}\n", ""),
    "merged by a list, and below none": ("  w: {image: i, x-y: {<<: [*a, *b], k: *b}}\n", "25"),
    "merged twice deep": ("  w: {image: i, x-y: {<<: {<<: *a}, k: *a}}\n", ""),
    "merged at two places": ("  w: {image: i, labels: {<<: *a}, environment: {<<: *a, C: d}}\n", "25"),
    "two merged, each below the other": (
        "  w: {image: i, x-y: {<<: *a, k: {<<: *b}}, x-z: {<<: *b, k: {<<: *a}}}\n",
        "25",
    ),
    "another anchor below": ("  w: {image: i, x-y: {<<: *a, k: *b}}\n", "25"),
    "services with a dot": ("  w: *i\n  w.b: *i\n", "5"),
    "services with a dot, the other way": ("  w.b: *i\n  w: *i\n", "5"),
    "services of one beginning": ("  w: *i\n  wb: *i\n  w-b: *i\n", "25"),
    "a service with a dot and a field": ("  w: {image: *n}\n  w.image: {image: j, x-k: *n}\n", "5"),
    "a service with a dot that merges": ("  w: {<<: *i}\n  w.b: {<<: *i}\n", ""),
    "behind a merge a name has no dot": ("  w.x-a.k: {image: i, x-l: *a}\n  w: {image: i, x-a: {<<: *a}}\n", "5"),
    "a reset is not looked into": ("  w: {image: i, labels: !reset {<<: *a, k: *a}}\n", "25"),
    "keys are no places": ("  w: {image: i, x-y: {*n : *n, k: 1}}\n", "25"),
}


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("version", ["2", "5"])
def test_what_seems_a_circle_is_refused(
    name: str, version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services, versions = SERVICES[name]
    path = tmp_path / "compose.yaml"
    path.write_text(HEAD + services, encoding="utf-8")
    is_taken = main(["config", "--compose", version, str(path)]) == CLEAN
    assert is_taken is (version in versions), capsys.readouterr().err
    if version == "2":
        assert is_taken is (oracle.config([path], cwd=tmp_path).project is not None)


def test_a_name_at_the_top_keeps_no_dot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text(f"{HEAD}  w: {{image: i}}\nx-z.y: *a\nx-z: {{y: {{t: *a}}}}\n", encoding="utf-8")
    assert oracle.config([path], cwd=tmp_path).project is None
    for version in "25":
        assert main(["check", "--compose", version, str(path)]) == UNCHECKED
        assert f"{path}:9:14: error: Docker Compose sees a circle in *a" in capsys.readouterr().err
