"""Programs of Debian that tests run, installed where they are missing: most are packages of their names."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from oracles import UNWANTED, may_install, one_at_a_time

_SECONDS = 300
_PACKAGES = {"man": "man-db"}


def need(*programs: str) -> None:
    """Have programs; the test is skipped with the reason where they cannot be had, and fails on CI."""
    reason = _install(programs) if _missing(programs) else ""
    if reason and os.environ.get("CI"):
        raise AssertionError(reason)
    if reason:
        pytest.skip(reason)


def _missing(programs: tuple[str, ...]) -> list[str]:
    return [program for program in programs if shutil.which(program) is None]


def _install(programs: tuple[str, ...]) -> str:
    """Install what is missing; gives the reason why it cannot be, or nothing."""
    if not may_install():
        return UNWANTED
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return f"no {' and no '.join(_missing(programs))} here: to install it takes root on a Debian machine"
    with one_at_a_time():
        missing = _missing(programs)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        install += [_PACKAGES.get(program, program) for program in missing]
        errors = ""
        for words in (install, ["apt-get", "update", "-qq"], install) if missing else ():
            errors = subprocess.run(
                words,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            ).stderr
            if not _missing(programs):
                break
    return f"apt-get cannot install {' '.join(_missing(programs))}: {errors[-500:]}" if _missing(programs) else ""
