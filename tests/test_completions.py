"""Completion in real shells: what a person types is completed as each command takes it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropcap.capabilities.names import NAMES
from dropcap.cli import main
from dropcap.commands import COMMANDS
from dropcap.commands.completing import brief
from dropcap.commands.completions import SHELLS
from dropcap.commands.options import all_options
from dropcap.config import to_engine, to_threshold
from dropcap.model import Engine
from dropcap.parser import parser_of
from dropcap.rule import load_rules
from dropcap.writers import FORMATS
from oracles.debian import need
from oracles.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parent.parent
SHARE = ROOT / "linter" / "share"
LINES = dict(re.findall(r"^```(\w+)\n(.*?)\n```$", (ROOT / "docs" / "shell.md").read_text(), re.MULTILINE | re.DOTALL))
"""What a page tells people to write into the configuration of their shell."""
RULES = {rule.id for rule in load_rules()}
SEVERITIES = {"low", "medium", "high", "critical", "never"}

CASES: list[tuple[str, Iterable[str]]] = [
    ("dropcap ", COMMANDS),
    ("dropcap ch", {"check"}),
    ("dropcap --ve", {"--version"}),
    ("dropcap check --files", {"--files-from"}),
    ("dropcap check --format ", FORMATS),
    ("dropcap check --format nd", {"ndjson"}),
    ("dropcap check . --format=sa", {"sarif"}),
    ("dropcap caps --format ", {"text", "json"}),
    ("dropcap check --color a", {"always", "auto"}),
    ("dropcap check --fail-on ", SEVERITIES),
    ("dropcap check --engine ", {engine.value for engine in Engine}),
    ("dropcap check --select ", RULES),
    ("dropcap check --select net-r", {"net-raw"}),
    ("dropcap check --ignore net-raw,host-p", {"host-pid"}),
    ("dropcap explain net-r", {"net-raw"}),
    ("dropcap explain SYS_PT", {"SYS_PTRACE"}),
    ("dropcap images lo", {"lock"}),
    ("dropcap completions ", SHELLS),
    ("dropcap check --config se", {"settings.toml"}),
    ("dropcap check --rules m", {"my rules/"}),
    ("dropcap check com", {"compose.yaml"}),
    ("dropcap check my", {"my rules/"}),
    ("dropcap fix --unsa", {"--unsafe"}),
    ("dropcap rules se", ()),
    ("dropcap check --jobs ", ()),
]
"""What is typed, and the words that the last one may become."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("completed")
    for name in ("compose.yaml", "settings.toml"):
        (tmp_path / name).write_text("")
    (tmp_path / "my rules").mkdir()
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "dropcap"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -I -m dropcap \"$@\"\n")
    program.chmod(0o755)
    return tmp_path


def environ(folder: Path) -> dict[str, str]:
    path = os.pathsep.join((str(folder / "bin"), os.environ["PATH"]))
    return {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": str(folder)}


def last(line: str) -> str:
    """Return the last word of a line, without what a shell puts behind it."""
    return line.rstrip(" =,").replace("\\ ", "\0").rpartition(" ")[2].replace("\0", " ").rpartition("=")[2]


SETUPS = {
    "bash": LINES["bash"],
    "bash, as installed": f". {SHARE}/bash-completion/completions/dropcap",
    "zsh": f"autoload -Uz compinit; compinit -u -D; {LINES['zsh']}",
    "zsh, as installed": f"fpath=({SHARE}/zsh/site-functions $fpath)",
}


@pytest.fixture(scope="module", params=SETUPS)
def shell(request: pytest.FixtureRequest, folder: Path) -> Iterator[Terminal]:
    program = request.param.partition(",")[0]
    need(program)
    with Terminal(program, SETUPS[request.param], environ(folder), str(folder)) as terminal:
        yield terminal


@pytest.mark.parametrize(("typed", "expected"), CASES, ids=[typed for typed, _ in CASES])
def test_a_shell_completes_what_is_typed(shell: Terminal, typed: str, expected: Iterable[str]) -> None:
    done = shell.completed(typed)
    words = set(expected)
    if not words:
        assert done.line.rstrip() == typed.rstrip()
        assert not done.listed & {"settings.toml", "compose.yaml"}
    elif len(words) == 1:
        assert {last(done.line).rpartition(",")[2]} == words
    else:
        assert words <= done.listed
        assert "settings.toml" not in done.listed


@pytest.mark.parametrize("setup", [LINES["fish"], f". {SHARE}/fish/vendor_completions.d/dropcap.fish"])
def test_fish_completes_what_is_typed(setup: str, folder: Path) -> None:
    need("fish")
    asks = "".join(f"echo; echo ASKED; complete -C '{typed}'\n" for typed, _ in CASES)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"{setup}\n{asks}"],
        cwd=folder,
        env=environ(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    answers = done.stdout.split("\nASKED\n")[1:]
    for (typed, expected), answer in zip(CASES, answers, strict=True):
        found = {line.partition("\t")[0].rpartition("=")[2].rpartition(",")[2] for line in answer.splitlines() if line}
        # fish also offers what has the letters elsewhere.
        start = typed.rpartition(" ")[2].rpartition("=")[2].rpartition(",")[2]
        assert {word for word in found if word.startswith(start)} == set(expected), typed


@pytest.mark.parametrize("command", COMMANDS)
def test_all_that_a_parser_takes_is_known(command: str) -> None:
    parser = parser_of(command, "x", import_module(f"dropcap.commands.{command}"))
    assert isinstance(parser, ArgumentParser)
    known = {name for option in all_options()[command] for name in option.names}
    told = {action for each in parser._actions for action in each.option_strings}  # noqa: SLF001  # nothing else lists them
    assert known == told
    assert all(name in parser.format_help() for name in known)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_names_every_command_option_rule_and_capability(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completions", shell]) == 0
    script = capsys.readouterr().out
    prefix = {"fish": "-l "}.get(shell, "--")
    for command, options in all_options().items():
        assert command in script
        names = [name[2:] for option in options for name in option.names if name.startswith("--")]
        assert all(f"{prefix}{name}" in script for name in names)
    assert all(name in script for name in (*RULES, *NAMES))


def test_the_words_of_values_are_taken_by_the_options() -> None:
    assert {str(to_threshold(word)) for word in SEVERITIES}
    assert {to_engine(engine.value) for engine in Engine} == set(Engine)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how to report (default: text)", "how to report"),
        ("a (b (c) d) e; f", "a e"),
        ("write `x`: then y", "write x"),
        ("10:30", "10:30"),
    ],
)
def test_what_an_option_does_is_said_in_few_words(text: str, expected: str) -> None:
    assert brief(text) == expected


def test_an_unknown_shell_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completions", "powershell"]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("dropcap: argument SHELL: invalid choice: 'powershell'")
    assert errors.count("\n") == 1
