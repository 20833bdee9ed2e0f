"""The modules that a Python script draws in from beside it: what they ask for counts as what it asks for itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.needs.model import Needs

BECOME = "import os\n\n\ndef become(user):\n    os.setgid(user)\n    os.setuid(user)\n"


def needs(folder: Path, command: str, files: dict[str, str], steps: str = "") -> Needs:
    """Return what a container needs that has files of the project in /opt."""
    for name, text in files.items():
        path = folder / "opt" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    lines = f"FROM debian:12\nCOPY opt /opt/\n{steps}\nWORKDIR /opt\nCMD {command}\n"
    (folder / "Dockerfile").write_text(lines, encoding="utf-8")
    (folder / "compose.yaml").write_text("services:\n  a:\n    build: .\n", encoding="utf-8")
    targets = [one for one in discover([str(folder)]).targets if one.path.endswith("compose.yaml")]
    (container,) = [one for one in check_file(targets[0], (), Setup()).containers if one.kind is Kind.SERVICE]
    return needs_of(container, Workspace(str(folder)))


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ('["python3", "/opt/main.py"]', {"main.py": "import users\nusers.become(3)\n", "users.py": BECOME}),
        ('["python3", "main.py"]', {"main.py": "from users import become\n", "users.py": BECOME}),
        ('["python3", "main.py"]', {"main.py": "import lib.users as u\n", "lib/users.py": BECOME}),
        (
            '["python3", "main.py"]',
            {"main.py": "from lib import users\n", "lib/__init__.py": "", "lib/users.py": BECOME},
        ),
        (
            '["python3", "main.py"]',
            {"main.py": "import one\n", "one.py": "import two\n", "two.py": "import one\n" + BECOME},
        ),
        (
            '["python3", "main.py"]',
            {"main.py": "import lib\n", "lib/__init__.py": "from .users import *\n", "lib/users.py": BECOME},
        ),
        (
            '["python3", "-m", "app"]',
            {
                "app/__init__.py": "",
                "app/__main__.py": "from app.a.b import x\n",
                "app/a/b.py": "from ..users import become\n",
                "app/users.py": BECOME,
            },
        ),
        ('["python3", "-m", "app.run"]', {"app/run.py": "from . import users\n", "app/users.py": BECOME}),
        ('["python3", "-m", "users"]', {"users.py": BECOME}),
        ('["python3", "-c", "import users"]', {"users.py": BECOME}),
        ('["sh", "-c", "exec python3 -u main.py"]', {"main.py": "import users\n", "users.py": BECOME}),
    ],
)
def test_what_is_drawn_in_counts(tmp_path: Path, command: str, files: dict[str, str]) -> None:
    found = needs(tmp_path, command, files)
    assert found.cap_add == ("SETGID", "SETUID")
    assert found.is_complete


def test_modules_are_looked_for_where_a_variable_says(tmp_path: Path) -> None:
    files = {"bin/main.py": "import users\n", "lib/users.py": BECOME}
    command = '["python3", "/opt/bin/main.py"]'
    assert needs(tmp_path, command, files).cap_add == ()
    assert needs(tmp_path, command, files, "ENV PYTHONPATH=/srv:/opt/lib").cap_add == ("SETGID", "SETUID")


@pytest.mark.parametrize(
    "files",
    [
        {"main.py": "import json\n", "users.py": BECOME},
        {"main.py": "from lib.users import x\n", "users.py": BECOME},
        {"main.py": "from .users import x\n", "lib/users.py": BECOME},
    ],
)
def test_other_modules_do_not(tmp_path: Path, files: dict[str, str]) -> None:
    assert needs(tmp_path, '["python3", "main.py"]', files).cap_add == ()


def test_what_it_draws_in_may_start_others_and_open_files(tmp_path: Path) -> None:
    files = {
        "main.py": "import steps\n",
        "steps.py": "import subprocess\nsubprocess.run(['chown', 'daemon', '/opt'])\n",
    }
    assert needs(tmp_path, '["python3", "main.py"]', files).cap_add == ("CHOWN",)
    files = {"main.py": "import steps\n", "steps.py": "import subprocess\nsubprocess.run(words)\n"}
    assert [one.reason for one in needs(tmp_path, '["python3", "main.py"]', files).unknown] == [
        "what steps.py starts by subprocess.run is not followed"
    ]


def test_what_a_script_starts_behind_a_change_of_user_runs_as_nobody_knows_whom(tmp_path: Path) -> None:
    files = {"main.py": f"{BECOME}become(3)\nos.execvp('sleep', ['sleep', '9'])\n"}
    found = needs(tmp_path, '["python3", "main.py"]', files)
    assert (found.cap_add, found.is_complete) == (("SETGID", "SETUID"), True)
    files = {"main.py": f"{BECOME}become(3)\nos.execvp('chown', ['chown', 'daemon', '/opt'])\n"}
    assert needs(tmp_path, '["python3", "main.py"]', files).cap_add == ("CHOWN", "SETGID", "SETUID")


def test_many_modules_are_bounded(tmp_path: Path) -> None:
    files = {f"m{at}.py": f"import m{at + 1}\n" for at in range(300)}
    start = time.monotonic()
    found = needs(tmp_path, '["python3", "m0.py"]', files)
    assert time.monotonic() - start < 20
    assert [one.reason for one in found.unknown] == ["m0.py imports more modules than dropcap reads"]
