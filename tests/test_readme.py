"""What the README shows is what the program prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from matrix_picture import PICTURE, picture

from dropcap import __version__

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (README, (ROOT / "docs" / "compose.md").read_text(encoding="utf-8"))
SESSIONS = [found for page in PAGES for found in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)]


def commands() -> list[tuple[str, str]]:
    """Give each `$ command` of the README with the output shown below it."""
    pairs = []
    for session in SESSIONS:
        for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            pairs.append((command, output))
    return pairs


def test_the_readme_shows_the_program() -> None:
    assert {command.split()[1] for command, _ in commands()} >= {"check", "caps", "explain"}


@pytest.mark.parametrize(("command", "output"), commands())
def test_what_the_readme_shows_is_printed(command: str, output: str) -> None:
    command, _, given = command.partition(" < ")
    program, *words = shlex.split(command)
    assert program == "dropcap"
    environ = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    with (ROOT / given if given else Path(os.devnull)).open("rb") as standard_input:
        done = subprocess.run(
            [sys.executable, "-m", "dropcap", *words],
            cwd=ROOT,
            env=environ,
            stdin=standard_input,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    assert re.fullmatch(pattern_of(output), done.stdout), done.stdout


def pattern_of(output: str) -> str:
    """Give the pattern of a text that is shown in part: a line `…` is any lines, and one within a line any words."""
    lines = [r"(?:.*\n)*?" if line == "…\n" else re.escape(line) for line in output.splitlines(keepends=True)]
    return "".join(lines).replace("…", ".*?")


def test_the_picture_is_what_the_program_finds(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--accept"):
        PICTURE.write_text(picture(), encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == picture(), "run pytest with --accept, and look at the picture"


def test_what_names_a_release_names_this_one() -> None:
    assert set(re.findall(r"(?:dropcap@v|rev: v)(\d+\.\d+\.\d+)", README)) == {__version__}


def test_a_text_is_shown_in_part() -> None:
    pattern = pattern_of("a (…)\n…\nb\n…\n")
    for text in ("a (1)\nb\n", "a ()\n1\n2\nb\n3\n"):
        assert re.fullmatch(pattern, text)
    for text in ("a (1)\nc\n", "a (\n)\nb\n", "a ()b\n"):
        assert not re.fullmatch(pattern, text)


def test_the_two_commands_set_up_all_there_is() -> None:
    install, test = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert "dropcap check fixtures/projects/shop" in install
    assert test.endswith(".venv/bin/pytest")
    assert "'.[test]'" in test
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (search,) = re.findall(r"^test_command=\$\((grep .* README\.md)\)", script, re.MULTILINE)
    found = subprocess.run(["bash", "-c", search], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.rstrip("\n") == test
    assert 'bash -c "$test_command"' in script
