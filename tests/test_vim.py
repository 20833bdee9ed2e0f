"""Debian's Vim and ALE with the lines that the page shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from editor_page import shown
from oracles.editors import vim

DRIVE = Path(__file__).parent / "data" / "editors" / "vim.vim"
PROGRAMS = Path(sys.executable).parent
BAD = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n    cap_add:\n      - SYS_ADMIN\n"
SECONDS = 240


def test_vim_shows_what_is_found(tmp_path: Path) -> None:
    program = vim()
    (tmp_path / "compose.yaml").write_text(BAD, encoding="utf-8")
    (tmp_path / "vimrc").write_text("\n".join(["filetype plugin on", *shown("Vim", "vim")]), encoding="utf-8")
    results = tmp_path / "results.json"
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [program, "-N", "-n", "-u", "vimrc", "-i", "NONE", "--not-a-term", "-S", DRIVE],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PATH": path, "TERM": "dumb", "DROPCAP_TEST_RESULTS": str(results)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert results.exists(), done.stdout + done.stderr
    result = json.loads(results.read_text(encoding="utf-8"))
    assert "failure" not in result, result["failure"] + done.stdout
    assert [line for line, _ in result["opened"]] == [2, 4, 6]
    assert "privileged mode grants every capability" in result["opened"][1][1]
    assert not any("privileged mode grants every" in text for _, text in result["changed"])
