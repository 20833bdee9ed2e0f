"""What a start does not load of two packages, and that the rest of them is there for whoever asks."""

from __future__ import annotations

import subprocess
import sys

import pytest

READ = "from dropcap.source import Source; import sys; "
YAML = READ + "from dropcap.lang.yaml.composer import parse; parse(Source('x', 'a: [1]')); "
SHELL = READ + "from dropcap.lang.shell.script import Script; Script(Source('x', 'docker run a')); "


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (YAML + "print('_ruamel_yaml' in sys.modules, 'ruamel.yaml.main' in sys.modules)", "True False"),
        (YAML + "import ruamel.yaml; print(ruamel.yaml.YAML.__name__, 'ruamel.yaml.main' in sys.modules)", "YAML True"),
        (YAML + "print(parse(Source('x', '[8080:80]')).documents[0].items[0].text)", "8080:80"),
        ("import ruamel.yaml; " + YAML + "print('ruamel.yaml.main' in sys.modules)", "True"),
        (SHELL + "print('tree_sitter' in sys.modules, 'importlib.resources' in sys.modules)", "True False"),
        (SHELL + "import tree_sitter_bash; print(tree_sitter_bash.language() is not None)", "True"),
    ],
)
def test_only_what_is_needed_is_loaded(program: str, expected: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == expected
