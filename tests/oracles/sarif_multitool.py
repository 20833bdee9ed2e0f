"""Microsoft's SARIF validator, which knows what GitHub asks for: npm's @microsoft/sarif-multitool.

The program is installed for the tests alone, into a cache folder of the user.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from oracles import UNWANTED, go_on, may_install

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION = "5.7.0"
_PACKAGE = f"@microsoft/sarif-multitool-{sys.platform}"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dropcap-oracles"
_RULE_KINDS = ("Sarif", "Ghas")
_COMPLAINT = re.compile(r"^.*: (?:error|warning) (?:SARIF|GH|JSON)\d+:? .*$", re.MULTILINE)
_SECONDS = 300


def complaints(log: Path) -> list[str]:
    """Give the errors and warnings about a log, by the standard's rules and by GitHub's, a line each.

    Where the program cannot be had the test that asks is skipped with the reason; on CI it fails instead.
    """
    program = _program()
    return [line for kind in _RULE_KINDS for line in _run(program, log, kind)]


def _run(program: Path, log: Path, kind: str) -> Iterator[str]:
    # The exit code is 0 whatever it finds, and its wrapper for npm passes arguments through a shell.
    done = subprocess.run(
        [program, "validate", log, "--rule-kind", kind, "--level", "Error;Warning"],
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
    )
    if "Analysis completed successfully" not in done.stdout:
        raise AssertionError(f"the validator did not finish: {done.stdout}{done.stderr}")
    return (match[0] for match in _COMPLAINT.finditer(done.stdout))


def _program() -> Path:
    folder = _CACHE / f"sarif-multitool-{_VERSION}"
    program = folder / "node_modules" / _PACKAGE / "Sarif.Multitool"
    if not program.exists():
        reason = _install(folder)
        go_on(reason)
    program.chmod(0o755)
    return program


def _install(folder: Path) -> str:
    """Install the program; gives the reason why it cannot be, or nothing."""
    if not may_install():
        return UNWANTED
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not there to install the SARIF validator"
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--prefix", folder, f"{_PACKAGE}@{_VERSION}"],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return f"npm cannot install the SARIF validator: {done.stderr.strip()[-500:]}" if done.returncode else ""
