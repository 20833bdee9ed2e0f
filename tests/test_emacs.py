"""Debian's Emacs with the lines that the page shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from editor_page import shown
from oracles.editors import emacs

DRIVE = Path(__file__).parent / "data" / "editors" / "emacs.el"
PROGRAMS = Path(sys.executable).parent
BAD = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n    cap_add:\n      - SYS_ADMIN\n"
SECONDS = 240


def test_emacs_shows_what_is_found_and_mends_it(tmp_path: Path) -> None:
    program = emacs()
    (tmp_path / "compose.yaml").write_text(BAD, encoding="utf-8")
    (tmp_path / "init.el").write_text("\n".join(shown("Emacs", "elisp")), encoding="utf-8")
    results = tmp_path / "results.json"
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        # Where there is a window, Emacs makes the packages known by itself before it reads the settings.
        [program, "--batch", "--funcall", "package-activate-all", "--load", "init.el", "--load", DRIVE],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PATH": path, "DROPCAP_TEST_RESULTS": str(results)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert results.exists(), done.stdout + done.stderr
    result = json.loads(results.read_text(encoding="utf-8"))
    assert "failure" not in result, result["failure"] + done.stderr
    assert result["mode"] == "yaml-mode"
    assert [line for line, _ in result["opened"]] == [2, 4, 6]
    assert "dropcap [privileged]: service web: privileged mode grants" in result["opened"][1][1]
    assert not any("[privileged]" in text for _, text in result["changed"])
    assert "SYS_ADMIN" in result["hover"]
    assert result["actions"]
    assert "dropcap: ignore[privileged]" in result["mended"]
