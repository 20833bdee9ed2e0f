"""What is said of a service's values: Docker Compose itself asks Docker's engine to create and start each of them."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from oracles import compose as oracle
from test_compose_engine_values import REFUSED, TAKEN

if TYPE_CHECKING:
    from pathlib import Path

    from oracles import engine

# Docker 20.10 looks at a protocol only where it binds the port, for which it needs a network.
ASKED_TOO_LATE = frozenset({"ports: [{target: 80, protocol: icmp}]"})
# What only this machine refuses: another container or folder, runtime or kind of system that is not here, and what the
# engine does by default.
OF_MACHINE = frozenset(
    {
        *("ipc: 'container:a'", "{runtime: runsc, sysctls: {vm.max_map_count: 1}}", "working_dir: 'C:\\app'"),
        "volumes: [{type: bind, source: /a, target: /x, bind: {propagation: rslave}}]",
        "logging: {options: {foo: bar}}",
    }
)


def started(docker: engine.Engine, line: str, folder: Path, *words: str) -> str | None:
    """Return why a service with a line is refused; None where it is not."""
    line = f"<<: {line}" if line.startswith("{") else line
    network = "" if "network" in line else "    network_mode: none\n"
    (folder / "compose.yaml").write_text(
        f"name: dropcap\nservices:\n  s:\n    image: {docker.images[None][0]}\n    pull_policy: never\n"
        f"    command: [cat]\n{network}    cap_drop: [ALL]\n    {line}\n",
        encoding="utf-8",
    )
    program = str(oracle.program())
    environment = {**docker.environment, "HOME": os.fspath(folder)}

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    done = call(*words)
    call("rm", "--force", "--stop", "--volumes")
    return done.stderr if done.returncode else None


@pytest.mark.parametrize("line", [line for line in REFUSED if line not in ASKED_TOO_LATE])
def test_what_is_refused_here_is_refused_by_the_engine(docker: engine.Engine, line: str, tmp_path: Path) -> None:
    assert started(docker, line, tmp_path, "up", "--detach") is not None


@pytest.mark.parametrize("line", [line for line in TAKEN if "${" not in line and line not in OF_MACHINE])
def test_what_is_taken_here_is_taken_by_the_engine(docker: engine.Engine, line: str, tmp_path: Path) -> None:
    assert started(docker, line, tmp_path, "create") is None
