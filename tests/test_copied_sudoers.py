"""Sudoers files that a build copies out of its context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import about
from dropcap.check import Setup, check_file
from dropcap.targets import Target

if TYPE_CHECKING:
    from pathlib import Path

RULES = about.rules("sudo-rights")
GIVES = "app ALL=(ALL) NOPASSWD: ALL\n"
FILES = {
    "app": GIVES,
    "app.conf": GIVES,
    "comment": f"# {GIVES}",
    "rules/one": "Defaults env_reset\n" + GIVES,
    "rules/two~": GIVES,
    "root/etc/sudoers": GIVES,
    "root/etc/sudoers.d/three": GIVES,
    "root/etc/sudoers.d/four.bak": GIVES,
    "root/srv/five": GIVES,
    "ignored/six": GIVES,
    ".dockerignore": "ignored\n",
}


def found(folder: Path, step: str, place: str = "Dockerfile") -> list[tuple[int, str]]:
    """Return the line of each finding, with the file that it speaks of."""
    files = {**FILES, place: f"FROM debian:12\n{step}\n", ".git/HEAD": ""}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    result = check_file(Target(str(folder / place), "dockerfile", named=False, root=str(folder)), RULES, Setup())
    found = [one.problem for one in result.findings]
    places = [one.related[0].where for one in found]
    names = [where.source.path.removeprefix(f"{folder}/") for where in places]
    lines = [one.where.source.region(one.where.span).line for one in found]
    return sorted(zip(lines, names, strict=True))


@pytest.mark.parametrize(
    ("step", "files"),
    [
        ("COPY app /etc/sudoers", ["app"]),
        ("COPY app /etc/sudoers.d/app", ["app"]),
        ("COPY app.conf /etc/sudoers.d/app", ["app.conf"]),
        ("COPY --chmod=0440 app app.conf /etc/sudoers.d/", ["app"]),
        ("ADD ./app /etc/sudoers.d", ["app"]),
        ('COPY ["app", "/etc/sudoers.d/app"]', ["app"]),
        ("COPY app \\\n  /etc/sudoers.d/app", ["app"]),
        ("COPY rules /etc/sudoers.d", ["rules/one"]),
        ("COPY rules/* /etc/sudoers.d/", ["rules/one"]),
        ("COPY root /", ["root/etc/sudoers", "root/etc/sudoers.d/three"]),
        ("COPY root/etc/ /etc/", ["root/etc/sudoers", "root/etc/sudoers.d/three"]),
        ("ONBUILD COPY app /etc/sudoers.d/app", ["app"]),
        ("COPY app /etc/sudoers.d/app.conf", []),
        ("COPY app /etc/sudo.conf", []),
        ("COPY comment /etc/sudoers.d/app", []),
        ("COPY ignored /etc/sudoers.d", []),
        ("COPY absent /etc/sudoers.d/app", []),
        ("COPY $FILE /etc/sudoers.d/app", []),
        ("COPY --from=build app /etc/sudoers.d/app", []),
        ("COPY https://example.com/app /etc/sudoers.d/app", []),
        ("COPY root/srv /srv", []),
    ],
)
def test_what_is_copied_is_told_at_its_step(tmp_path: Path, step: str, files: list[str]) -> None:
    assert found(tmp_path, step) == [(2, name) for name in files]


def test_the_context_may_be_the_project(tmp_path: Path) -> None:
    assert found(tmp_path, "COPY rules/one /etc/sudoers.d/one", "docker/Dockerfile") == [(2, "rules/one")]


def test_a_stage_that_is_only_copied_from_is_left_alone(tmp_path: Path) -> None:
    step = "COPY app /etc/sudoers.d/app\nFROM scratch\nCOPY --from=0 /srv /srv"
    assert found(tmp_path, step) == []
