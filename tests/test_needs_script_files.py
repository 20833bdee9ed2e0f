"""The files that a script of the project names: those of another user's take more than root's own rights."""

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

STEPS = """FROM debian:12
RUN useradd --uid 1000 app
RUN install -d -o app -g app /srv/app && install -o app -g app -m 600 /dev/null /etc/token
RUN install -d -o app -g app -m 700 /srv/closed
"""


def needs(folder: Path, program: str, script: str, user: str = "root") -> Needs:
    """Return what a container needs whose command is a script."""
    copied = f'COPY main /main\nUSER {user}\nCMD ["{program}", "/main"]\n'
    (folder / "Dockerfile").write_text(STEPS + copied, encoding="utf-8")
    (folder / "main").write_text(script, encoding="utf-8")
    (folder / "compose.yaml").write_text("services:\n  a:\n    build: .\n", encoding="utf-8")
    targets = [one for one in discover([str(folder)]).targets if one.path.endswith("compose.yaml")]
    (container,) = [one for one in check_file(targets[0], (), Setup()).containers if one.kind is Kind.SERVICE]
    return needs_of(container, Workspace(str(folder)))


@pytest.mark.parametrize(
    ("program", "script"),
    [
        ("python3", 'token = open("/etc/token").read()\n'),
        ("python3", 'from pathlib import Path\nTOKEN = Path("/etc/token")\nprint(TOKEN.read_text())\n'),
        ("python3", 'LOG = "/srv/app/log"\nwith open(LOG, "a") as log:\n    log.write("x")\n'),
        ("python3", 'import os\nos.makedirs("/srv/app/cache", exist_ok=True)\n'),
        ("python3", 'import sqlite3\nsqlite3.connect("/srv/app/db")\n'),
        ("python3", 'print(open("/srv/closed/config").read())\n'),
        ("node", "const fs = require('fs')\nfs.readFileSync('/etc/token')\n"),
        ("node", "const file = '/srv/app/state.json'\nfs.writeFileSync(file, '{}')\n"),
        ("perl", "open(my $log, '>>', '/srv/app/log') or die;\n"),
        ("perl", "my $dir = '/srv/app';\nmkdir \"$dir/x\";\n"),
        ("php", "<?php file_put_contents('/srv/app/state', 'x');\n"),
        ("ruby", "File.open('/srv/app/log', 'a') { |log| log << 'x' }\n"),
    ],
)
def test_a_file_of_another_user_takes_more(tmp_path: Path, program: str, script: str) -> None:
    found = needs(tmp_path, program, script)
    assert "DAC_OVERRIDE" in found.cap_add
    (first, *_) = [one for one in found.needs if "DAC_OVERRIDE" in (one.capability, *one.instead)]
    assert any(one.where is not None and one.where.source.path.endswith("main") for one in first.evidence)
    assert first.condition.endswith(("main opens it", "main writes it"))


@pytest.mark.parametrize(
    ("program", "script"),
    [
        ("python3", 'print(open("/srv/app/x").read())\nopen("/srv/other", "w")\n'),
        ("python3", '# open("/etc/token")\nopen("/etc/passwd")\n'),
        ("node", "// fs.readFileSync('/etc/token')\napp.get('/token', f)\nfetch('http://a/etc/token')\n"),
        ("perl", "open(my $log, '>>', '/dev/stderr');\n"),
    ],
)
def test_what_is_open_to_root_takes_nothing(tmp_path: Path, program: str, script: str) -> None:
    assert not needs(tmp_path, program, script).needs


def test_a_path_that_may_be_written_elsewhere_leaves_it_open(tmp_path: Path) -> None:
    script = 'def put(path):\n    open(path, "w")\n\nput("/srv/app/state")\n'
    found = needs(tmp_path, "python3", script)
    assert [one.reason for one in found.unknown] == [
        "it is not known whether main writes /srv/app/state, which belongs to another user"
    ]


def test_a_user_is_told_nothing_of(tmp_path: Path) -> None:
    found = needs(tmp_path, "python3", 'open("/etc/token")\n', user="nobody")
    assert not found.needs
    assert found.is_complete


def test_a_long_script_of_paths_is_looked_through_in_time(tmp_path: Path) -> None:
    script = "".join(f'NAME{at} = "/srv/app/{at}"\n' for at in range(4000)) + 'open(NAME1, "w")\n'
    started = time.perf_counter()
    needs(tmp_path, "python3", script)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "command",
    [
        "python3 - <<'E'\nopen('/srv/app/f', 'a').write('x')\nE",
        "python3 <<'E'\nopen('/srv/app/f', 'a').write('x')\nE",
        "python3 - one two <<'E'\nopen('/srv/app/f', 'a').write('x')\nE",
        "perl <<'E'\nopen(my $f, '>>', '/srv/app/f');\nE",
        "python3 -c \"open('/srv/app/f', 'a').write('x')\"",
    ],
)
def test_code_that_a_script_hands_over_counts(tmp_path: Path, command: str) -> None:
    found = needs(tmp_path, "sh", f"{command}\nexec sleep 9\n")
    assert found.cap_add == ("DAC_OVERRIDE",)
    assert found.is_complete, found.unknown


def test_code_with_a_value_that_is_not_known_leaves_it_open(tmp_path: Path) -> None:
    found = needs(tmp_path, "sh", "python3 <<E\nopen('/srv/app/$(date)', 'a')\nE\nexec sleep 9\n")
    assert [one.reason for one in found.unknown] == ["the code that python3 reads is not known"]
