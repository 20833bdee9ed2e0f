"""Packages of Debian that tests need, installed where they are missing: by root, with apt-get."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING

from oracles import UNWANTED, go_on, may_install, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = 600
_PACKAGES = {"man": "man-db"}


def need(*programs: str) -> None:
    """Have programs; the test is skipped with the reason where they cannot be had, and fails on CI."""
    for program in programs:
        go_on(install(partial(has, program), _PACKAGES.get(program, program)))


def has(program: str) -> bool:
    """Whether a program is there."""
    return shutil.which(program) is not None


def install(is_there: Callable[[], bool], *packages: str) -> str:
    """Install packages where what they bring is not there; gives the reason why they cannot be, or nothing."""
    if is_there():
        return ""
    if not may_install():
        return UNWANTED
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return f"there is no {packages[0]}, and to install it takes root on a Debian machine"
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    errors = ""
    with one_at_a_time():
        for words in (command, ["apt-get", "update", "-qq"], command):
            if is_there():
                return ""
            errors = subprocess.run(
                words,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            ).stderr
    return "" if is_there() else f"apt-get cannot install {' '.join(packages)}: {errors.strip()[-500:]}"
