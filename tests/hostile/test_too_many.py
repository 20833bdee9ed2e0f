"""A file with more containers than are checked: the first ones are, an error says so, and its reader stops."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.request import Request
from dropcap.check import read_document
from dropcap.discover import Target
from dropcap.model import Level
from dropcap.workspace import Workspace
from fuzzed import PATHS
from hostile.calls import assert_said_once, call
from steps import steps_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dropcap.model import Document

MOST = 40
"""As many are checked here: the program's own limit takes a second or two to come to."""
BEHIND = 0.8
"""What one behind those that are checked may cost, of what one costs that is: its line is read in some languages."""
BEHIND_OF = {"bake": 0.9}
"""Where nearly all that one costs is to read its text."""
SAID = "more than 10,000 containers: dropcap checks nothing from here on"

Text = tuple[str, str, str]
MANY: dict[str, Text] = {
    "script": ("", "docker run x{}\n", ""),
    "compose": ("services:\n", "  s{}: {{image: x}}\n", ""),
    "dockerfile": ("", "FROM x{}\n", ""),
    "inspect": ("[", '{{"Id": "{}", "HostConfig": {{}}}},\n', '{"Id": "x", "HostConfig": {}}]'),
    "markdown": ("", "```sh\ndocker run x{}\n```\n", ""),
    "workflow": ("jobs:\n  a:\n    steps:\n", "      - run: docker run x{}\n", ""),
    "action": ("runs:\n  using: composite\n  steps:\n", "    - run: docker run x{}\n      shell: sh\n", ""),
    "gitlab": ("", "j{}: {{script: [docker run x]}}\n", ""),
    "task": ("version: '3'\ntasks:\n", "  t{}: docker run x\n", ""),
    "make": ("a:\n", "\tdocker run x{}\n", ""),
    "just": ("a:\n", "  docker run x{}\n", ""),
    "bake": ('{"target": {', '"t{}": {{"network": "host"}},\n', '"x": {}}}'),
    "package": ('{"scripts": {', '"s{}": "docker run x",\n', '"x": "docker run x"}}'),
    "jenkins": ("", "sh 'docker run x{}'\n", ""),
    "unit": ("[Service]\n", "ExecStart=docker run x{}\n", ""),
    "cron": ("", "* * * * * docker run x{}\n", ""),
    "quadlet": ("[Container]\nImage=x\n[Service]\n", "ExecStartPre=docker run x{}\n", ""),
}
"""For each carrier a text of many containers: how it begins, what there is of each, how it ends."""
MORE: dict[str, tuple[str, Text]] = {
    "build steps": ("dockerfile", ("FROM x\n", "RUN docker run x{}\n", "")),
    "commands that are refused": ("script", ("", "docker run --bad{} x\n", "")),
    "calls of a function": ("script", ("f() { docker run x$1; }\n", "docker run x{}; f {}\n", "")),
    "compose files in a text": ("markdown", ("", "```yaml\nservices:\n  a{}: {{image: x}}\n```\n", "")),
    "containers of jobs": ("workflow", ("jobs:\n", "  j{}: {{container: x}}\n", "")),
    "images of a pipeline": ("jenkins", ("", "docker.image('x{}').inside {{}}\n", "")),
    "jobs that are refused": ("workflow", ("jobs:\n", "  j{}: {{container: {{image: x, options: --bad}}}}\n", "")),
}
TEXTS = {**{name: (name, text) for name, text in MANY.items()}, **MORE}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "carrier" not in request.fixturenames:
        return
    for name in (*PATHS, "too_many", "script_builder", "script_clients"):
        import_module(f"dropcap.carriers.{name}")
    for name, module in list(sys.modules.items()):
        if name.startswith("dropcap.") and hasattr(module, "MOST_CONTAINERS"):
            monkeypatch.setattr(module, "MOST_CONTAINERS", MOST)


@pytest.fixture
def carrier(request: pytest.FixtureRequest) -> Callable[[int], Document]:
    name, (head, line, tail) = TEXTS[request.param]

    def read(count: int) -> Document:
        text = head + "".join(line.format(number, number) for number in range(count)) + tail
        path = PATHS[name]
        return read_document(
            Target(path, name, named=True), Request(Workspace("/p", {path: text.encode()}, disk=False))
        )

    return read


def test_every_carrier_of_many_containers_is_here() -> None:
    assert set(PATHS) - set(MANY) == {"devcontainer"}  # it has one


@pytest.mark.parametrize("carrier", TEXTS, indirect=True)
def test_the_first_ones_count_and_the_rest_is_one_error(carrier: Callable[[int], Document]) -> None:
    document = carrier(3 * MOST)
    assert len(document.containers) in {MOST, 0, 1}  # of those that are refused there are none
    [error] = [failure for failure in document.failures if SAID in failure.message]
    assert error.level is Level.ERROR
    assert error.source is not None
    assert error.span is not None
    assert error.source.region(error.span).line > MOST // 2  # a function's one command is several containers
    assert len(document.failures) <= MOST + 1


@pytest.mark.parametrize("carrier", TEXTS, indirect=True)
def test_of_as_many_as_are_checked_none_is_missing(carrier: Callable[[int], Document]) -> None:
    document = carrier(MOST // 2 - 1)
    assert not [failure for failure in document.failures if SAID in failure.message]


@pytest.mark.parametrize("carrier", TEXTS, indirect=True)
def test_what_stands_behind_them_makes_no_containers(
    carrier: Callable[[int], Document], request: pytest.FixtureRequest
) -> None:
    carrier(3 * MOST)  # another text than those that are counted: what was read a moment ago is kept
    counts = (MOST // 4, MOST // 2, 4 * MOST, 5 * MOST)
    few, more, many, most = (steps_of(lambda count=count: carrier(count)) for count in counts)  # type: ignore[misc]
    each, each_behind = (more - few) / (MOST // 4), (most - many) / MOST
    assert each_behind < BEHIND_OF.get(request.node.callspec.params["carrier"], BEHIND) * each


def test_the_program_says_so_and_ends_as_unchecked(tmp_path: Path) -> None:
    tmp_path.joinpath("run.sh").write_text("docker run x\n" * 10_000 + "docker run --privileged x\n")
    ran = call("check", "--format", "line", "run.sh", cwd=tmp_path)
    assert ran.code == 2
    assert_said_once(ran, "run.sh:10001:1", SAID)


def test_as_many_as_are_checked_are_checked(tmp_path: Path) -> None:
    tmp_path.joinpath("run.sh").write_text("docker run x\n" * 9_999 + "docker run --privileged x\n")
    ran = call("check", "--format", "line", "run.sh", cwd=tmp_path)
    assert ran.code == 1
    assert "run.sh:10000:12: critical" in ran.out
