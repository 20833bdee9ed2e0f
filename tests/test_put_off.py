"""What a start does not load of some packages, and that the rest of them is there for whoever asks."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

READ = "from dropcap.source import Source; import sys; "
YAML = READ + "from dropcap.lang.yaml.composer import parse; parse(Source('x', 'a: [1]')); "
BEGIN = "import sys; from dropcap import fast_start; fast_start.begin(); "
DOCKERFILE = READ + "from dropcap.lang.dockerfile.logical_lines import read_lines; read_lines(Source('x', 'FROM a')); "
LOGGED = (
    "import logging; logging.basicConfig(stream=sys.stdout); "
    "from dockerfile_parse.parser import logger; logger.warning('heard')"
)
CAUGHT = YAML + (
    "from ruamel.yaml.{0} import {1}\nfrom ruamel.yaml import YAML\ntry:\n    YAML(typ='{2}').load({3})\n"
    "except {1} as error:\n    print(error.problem)"
)
SHELL = READ + "from dropcap.lang.shell.script import Script; Script(Source('x', 'docker run a')); "


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (YAML + "print('_ruamel_yaml' in sys.modules, 'ruamel.yaml.main' in sys.modules)", "True False"),
        (YAML + "import ruamel.yaml; print(ruamel.yaml.YAML.__name__, 'ruamel.yaml.main' in sys.modules)", "YAML True"),
        (YAML + "print(parse(Source('x', '[8080:80]')).documents[0].items[0].text)", "8080:80"),
        (YAML + "import ruamel.yaml; print(ruamel.yaml.__version__ > '0')", "True"),
        (YAML + "print(*({'base64', 'copy', 'ruamel.yaml.comments'} & {*sys.modules}))", ""),
        (
            YAML + "from ruamel.yaml import YAML; print(YAML(typ='safe', pure=True).load('a: [1, 2.5]'))",
            "{'a': [1, 2.5]}",
        ),
        (YAML + "from ruamel.yaml import YAML; print(YAML(typ='safe').load('a: [1, 2.5]'))", "{'a': [1, 2.5]}"),
        (YAML + "from ruamel.yaml import YAML; YAML(typ='rt').dump({'a': [1]}, sys.stdout)", "a:\n- 1"),
        (
            CAUGHT.format("scanner", "ScannerError", "safe", "'a: b: c'"),
            "mapping values are not allowed in this context",
        ),
        (CAUGHT.format("parser", "ParserError", "safe", "'a: ]'"), "did not find expected node content"),
        (CAUGHT.format("composer", "ComposerError", "safe", "'*a'"), "found undefined alias"),
        (CAUGHT.format("scanner", "ScannerError", "rt", "'a: b: c'"), "mapping values are not allowed here"),
        (
            CAUGHT.format("constructor", "ConstructorError", "rt", "'!!float [1]'"),
            "expected a scalar node, but found sequence",
        ),
        ("import ruamel.yaml; " + YAML + "print('ruamel.yaml.main' in sys.modules)", "True"),
        (SHELL + "print('tree_sitter' in sys.modules, 'importlib.resources' in sys.modules)", "True False"),
        (SHELL + "import tree_sitter_bash; print(tree_sitter_bash.language() is not None)", "True"),
        (
            BEGIN + "from typing import TYPE_CHECKING; print(TYPE_CHECKING, 'Any' in vars(sys.modules['typing']))",
            "False False",
        ),
        (DOCKERFILE + "print('dockerfile_parse' in sys.modules, 'logging' in sys.modules)", "True False"),
        (DOCKERFILE + LOGGED, "WARNING:dockerfile_parse.parser:heard"),
        ("import logging, sys; " + DOCKERFILE + "print(sys.modules['logging'] is logging)", "True"),
        (BEGIN + "from typing import Any, get_args; print(get_args(list[Any]))", "(typing.Any,)"),
        (BEGIN + "from typing import *; print(Generic, NamedTuple.__name__)", "<class 'typing.Generic'> NamedTuple"),
        (
            BEGIN + "import typing; print(typing.__all__[0], typing.__name__)",
            "Annotated typing",
        ),
        ("import typing; " + BEGIN + "import typing as one; print(one is typing, one.TYPE_CHECKING)", "True False"),
    ],
)
def test_only_what_is_needed_is_loaded(program: str, expected: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "services:\n  web:\n    image: web:1.27\n    ports: ['80:80']\n    cap_add: [CHOWN]\n"),
        ("Dockerfile", 'FROM debian:bookworm\nRUN apt-get update\nUSER 1000\nCMD ["sleep", "1"]\n'),
    ],
)
def test_a_check_does_without_what_typing_has(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    program = (
        f"{BEGIN}from dropcap.cli import main; main(['check', {name!r}]); print(); print(*vars(sys.modules['typing']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, cwd=tmp_path)
    names = done.stdout.splitlines()[-1].split()
    assert "TYPE_CHECKING" in names
    assert "Any" not in names


def test_a_parser_that_asks_more_of_logging_gets_it(tmp_path: Path) -> None:
    text = "import logging\nclass DockerfileParser:\n    level = logging.WARNING\n"
    (tmp_path / "dockerfile_parse.py").write_text(text, encoding="utf-8")
    program = (
        "import sys; sys.path.insert(0, '.'); from dropcap import fast_start; "
        "print(fast_start.dockerfile_parser().level)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, cwd=tmp_path)
    assert done.stdout == "30\n"
