"""Builds the extension for VS Code, with what npm has for it.

What it is built with is kept in a cache folder of the user, one for each lock file.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from oracles import UNWANTED, go_on, may_install, one_at_a_time

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "editors" / "vscode"
_MADE = ("node_modules", "dist", "LICENSE", "ThirdPartyNotices.txt")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dropcap-oracles"
_SECONDS = 300


def built(top: Path) -> Path:
    """Build the extension and its tests in a folder of its own; gives that folder."""
    folder = top / "editors" / "vscode"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns(*_MADE))
    shutil.copy(ROOT / "LICENSE", top)
    (folder / "node_modules").symlink_to(_packages())
    return folder


def npm(folder: Path, *words: str) -> str:
    """Run npm in a folder; gives what it prints."""
    done = _npm(folder, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _packages() -> Path:
    lock = SOURCE / "package-lock.json"
    folder = _CACHE / f"vscode-extension-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    done = folder / "installed"
    if not done.exists():
        with one_at_a_time():
            reason = "" if done.exists() else _install(folder)
        go_on(reason)
        done.touch()
    return folder / "node_modules"


def _install(folder: Path) -> str:
    """Install the packages; gives the reason why they cannot be, or nothing."""
    if not may_install():
        return UNWANTED
    if shutil.which("npm") is None or shutil.which("node") is None:
        return "Node.js is not there to build the extension for VS Code"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, folder)
    done = _npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    return f"npm cannot install what builds the extension: {done.stderr.strip()[-500:]}" if done.returncode else ""


def _npm(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["npm", *words], cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)
