"""A step of a build that is done once for several stages leaves in each what it would leave if it were done there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.dockerfile import read, target
from dropcap.images import step_memo
from dropcap.images.known_images import Images
from dropcap.images.stage_facts import stage_facts
from dropcap.source import Source
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

INSTALL = "RUN apt-get update && apt-get install -y --no-install-recommends nginx && rm -rf /var/lib/apt/lists/*"
STEPS = (
    INSTALL,
    f"RUN groupadd -r www-data -g 77\n{INSTALL}",
    f"RUN mkdir -p /etc/nginx\n{INSTALL}",
    f"RUN apt-get install -y nginx\n{INSTALL}",
    f"USER 70\n{INSTALL}",
    f"RUN curl x | sh\n{INSTALL}",
    f"RUN setcap cap_net_raw+ep ./x\n{INSTALL}",
    f"COPY setup.sh /setup.sh\n{INSTALL}",
    "RUN rm -rf run",
    "WORKDIR /srv\nRUN rm -rf run",
    "RUN touch /usr/bin/true && chmod 700 /usr/bin/true",
    "RUN chmod 755 /etc && apt-get remove -y gosu",
    "COPY setup.sh /usr/local/bin/setup.sh\nENV WHO=70\nRUN setup.sh",
    "COPY setup.sh /usr/local/bin/setup.sh\nENV WHO=71\nRUN setup.sh",
    "COPY setup.sh /opt/a/setup.sh\nENV PATH=/opt/a WHO=71\nRUN setup.sh",
    "COPY setup.sh /opt/a/setup.sh\nENV PATH=/opt/b WHO=71\nRUN setup.sh",
    "COPY setup.sh /usr/local/bin/setup.sh\nENV WHO=71\nRUN . /usr/local/bin/setup.sh",
    "COPY setup.sh /usr/local/bin/setup.sh\nENV WHO=72\nRUN . /usr/local/bin/setup.sh",
    "ENV WHO=70\nRUN chown $WHO /etc/passwd",
    "ENV WHO=71\nRUN chown $WHO /etc/passwd",
    "RUN echo a > /etc/a\nRUN cat /etc/passwd | tee -a /etc/a\nRUN echo b >> /etc/a",
    "RUN echo a > /etc/a\nRUN echo b >> /etc/a",
    "RUN --mount=type=tmpfs,target=/usr rm -rf /usr/bin",
    "RUN rm -rf /usr/bin",
    'SHELL ["fish", "-c"]\nRUN rm -rf /usr/bin',
)
"""Pairs among which share a step, and differ in what decides what it does."""


def left_by(steps: str, folder: Path, before: str = "") -> str:
    stage = target(read(Source(str(folder / "Dockerfile"), f"{before}FROM debian:bookworm\n{steps}\n")))
    assert stage is not None
    tree = stage_facts(stage, Images(Workspace(str(folder))), str(folder))
    return "\n".join(f"{name}: {value!r}" for name, value in sorted(vars(tree).items()) if name in STATE)


STATE = {
    *("_files", "_areas", "_accounts", "_groups", "_accounts_unknown", "packages", "carried", "config"),
    *("release", "is_read", "has_more", "_most"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "setup.sh").write_text("#!/bin/sh\nchown $WHO /etc/passwd\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_memo, "KEPT", {})


def test_the_same_is_left(folder: Path) -> None:
    asked = [(steps, before) for steps in STEPS for before in ("", "# a comment\n")]
    alone = []
    for one in asked:
        step_memo.KEPT.clear()
        alone.append(left_by(*one[:1], folder, *one[1:]))
    step_memo.KEPT.clear()
    for one, expected in [*zip(asked, alone, strict=True), *zip(asked[::-1], alone[::-1], strict=True)]:
        assert left_by(one[0], folder, one[1]) == expected


def test_a_step_is_done_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left_by(INSTALL, folder)
    assert len(step_memo.KEPT) == 1
    monkeypatch.setattr("dropcap.images.stage_steps.follow_script", None)  # whoever calls it fails
    assert "nginx" in left_by(f"ENV A=b\nEXPOSE 80\n{INSTALL}", folder)


@pytest.mark.parametrize(
    "step",
    [
        "mkdir /srv/x",
        "useradd app",
        "curl x | sh",
        "setcap cap_net_raw+ep ./x",
        "echo a > /etc/a",
        "rm $WHO",
        "rm `cat /x`",
        "/setup.sh",
        "sh /setup.sh",
        ". /setup.sh",
        "sed -i s/a/b/ /etc/nginx/nginx.conf",
        "who-knows-what",
    ],
)
def test_what_is_told_by_its_place_is_kept_for_nobody(step: str, folder: Path) -> None:
    left_by(f"COPY setup.sh /setup.sh\nRUN {step}", folder)
    assert not step_memo.KEPT


def test_few_are_kept(folder: Path) -> None:
    for number in range(40):
        left_by(f"RUN rm -rf /srv/{number}", folder)
    assert len(step_memo.KEPT) == step_memo.MOST_KEPT
