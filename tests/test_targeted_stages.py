"""A stage that a project builds by its name becomes an image, whatever else its Dockerfile makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import about
from dropcap.check import Setup
from dropcap.discover import discover
from dropcap.report import to_report
from dropcap.run import check_targets

if TYPE_CHECKING:
    from pathlib import Path

RULES = about.rules("root-image", "secret-in-image", "setuid-program", "sudo-rights")
DOCKERFILE = """\
FROM debian:12 AS below
RUN usermod -aG sudo app
FROM below AS tools
ENV API_TOKEN=8shG2kq0xLm4pQ
RUN chmod u+s /opt/helper
USER root
FROM debian:12 AS last
COPY --from=tools /srv /srv
USER app
"""
IN_TOOLS = [(2, "sudo-rights"), (4, "secret-in-image"), (5, "setuid-program"), (6, "root-image")]


def found(folder: Path, build: str, *names: str) -> list[tuple[int, str]]:
    """Return line and rule of what is found in the Dockerfile."""
    (folder / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    (folder / "compose.yaml").write_text(f"services:\n  web:\n    build: {build}\n", encoding="utf-8")
    targets, *_ = discover([str(folder / name) for name in names])
    report = to_report(check_targets(targets, RULES, Setup()), (), RULES)
    places = [(one.problem.where, one.rule) for one in report.findings]
    assert all(where.source.path.endswith("Dockerfile") for where, _ in places)
    return sorted((where.source.region(where.span).line, rule) for where, rule in places)


@pytest.mark.parametrize("names", [("compose.yaml",), ("compose.yaml", "Dockerfile"), ("",)])
def test_a_stage_that_is_built_by_its_name_is_an_image(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert found(tmp_path, "{context: ., target: tools}", *names) == IN_TOOLS


@pytest.mark.parametrize("build", [".", "{context: ., target: last}", "{context: ., target: absent}"])
def test_where_nobody_names_it_it_is_none(tmp_path: Path, build: str) -> None:
    assert found(tmp_path, build, "") == []


def test_what_its_dockerfile_tells_by_itself_is_not_told_twice(tmp_path: Path) -> None:
    assert found(tmp_path, "{context: ., target: below}", "") == [
        (1, "root-image"),
        (2, "sudo-rights"),
    ]
