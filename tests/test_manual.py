"""The manual page is made of what the commands take, and the programs that show it find nothing wrong."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from manual_page import _text, page

from dropcap.commands.options import all_options
from oracles.debian import need

PAGE = Path(__file__).parent.parent / "linter" / "share" / "man" / "man1" / "dropcap.1"


def test_the_page_is_that_of_the_commands(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--accept"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "write it with `pytest --accept`"


def test_man_shows_all_of_it_without_a_warning() -> None:
    need("man")
    # As wide as its longest line, in a locale that has all characters.
    environ = {"PATH": os.environ["PATH"], "MANWIDTH": "4000", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    shown = subprocess.run(["man", "--warnings", "-l", PAGE], env=environ, capture_output=True, text=True, check=True)
    assert shown.stderr == ""
    text = re.sub(r".\x08", "", shown.stdout)
    for command, options in all_options().items():
        assert f"dropcap {command}" in text
        _, _, own = text.partition(f"\n   dropcap {command}\n")
        section = re.split(r"\n(?:   dropcap |[A-Z])", own)[0]
        for option in options[1:]:
            assert all(re.search(rf"{re.escape(name)}\b", section) for name in option.names), option.names
            first = " ".join(option.help.replace("`", "").split()[1:6])
            assert first in " ".join(section.split()), option.help


def test_mandoc_finds_nothing_wrong() -> None:
    need("mandoc")
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", PAGE], capture_output=True, text=True, check=False)
    found = [line.partition(" WARNING: ")[2] for line in done.stdout.splitlines()]
    # It says which version it is about; a date would be that of nothing.
    assert found == ['missing date, using "": TH']


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a-b", "a\\-b"), ("a\\b", "a\\eb"), ("see `x -y`; z", "see \\fBx \\-y\\fR; z"), ("RULE,…", "RULE,...")],
)
def test_what_means_something_to_roff_is_escaped(text: str, expected: str) -> None:
    assert _text(text) == expected
