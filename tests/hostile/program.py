"""The program as a process: run within limits, and what it said."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

PRIVILEGED = "services:\n  bad:\n    image: x\n    privileged: true\n"
SECONDS = 60
"""The time on a processor that a run may take, which no run comes near; a hostile input takes minutes or hours."""
MEMORY = 1 << 30
"""The bytes of address space that a run may take."""
OUTPUT = 4 << 20
"""The bytes that a run may print."""
PATIENCE = 600
"""Seconds until a run that hangs without working is given up."""


class Ran(NamedTuple):
    """What a run did."""

    code: int
    out: str
    err: str


def dropcap(
    *words: str | Path,
    cwd: Path,
    stdin: bytes = b"",
    program: tuple[str | Path, ...] = (sys.executable, "-P", "-m", "dropcap"),
    environment: dict[str, str] | None = None,
) -> Ran:
    """Run the program; a run over a limit ends by a signal or by a MemoryError, neither of which a test expects."""
    done = subprocess.run(
        [*program, *words],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        preexec_fn=_limit,  # the parent has one thread here
    )
    assert len(done.stdout) + len(done.stderr) < OUTPUT
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
