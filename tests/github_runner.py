"""Runs the steps of a composite action as GitHub's runner does, and gathers what they hand to it.

Source: actions/runner, src/Runner.Worker/FileCommandManager.cs, and of its Handlers CompositeActionHandler.cs,
ScriptHandler.cs and ScriptHandlerHelpers.cs. Only what our action uses is here; a step that asks for more is refused.
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

SHELL = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
_KNOWN = {"name", "id", "shell", "env", "run"}


class Ended(NamedTuple):
    """What became of an action.

    Attributes:
        code: what its last step exited with.
        log: what its steps printed, on both streams.
        outputs: the action's.
        summary: what the steps gave for the page of the job.
        step_outputs: the outputs of each step.

    """

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str
    step_outputs: Mapping[str, Mapping[str, str]]


class Runner(NamedTuple):
    """A runner.

    Attributes:
        workspace: the folder that the steps run in.
        temporary: the folder for what a job needs no longer than it runs.

    """

    workspace: Path
    temporary: Path

    def run(
        self, action: Path, inputs: Mapping[str, str], done: Mapping[str, Mapping[str, str]] | None = None
    ) -> Ended:
        """Run an action; the steps whose outputs are given count as done."""
        described = YAML(typ="safe", pure=True).load(action / "action.yml")
        assert described["runs"]["using"] == "composite"
        assert set(inputs) <= set(described["inputs"])
        given = {name: one.get("default", "") for name, one in described["inputs"].items()} | dict(inputs)
        known = {f"inputs.{name}": value for name, value in given.items()}
        steps: dict[str, Mapping[str, str]] = dict(done or {})
        code, log, summary = 0, "", ""
        for step in described["runs"]["steps"]:
            if code == 0 and step["id"] not in steps:
                code, printed, steps[step["id"]], page = self._step(action, step, _outputs_of(steps) | known)
                log, summary = log + printed, summary + page
        # Also after a step that fails.
        outputs = {name: _filled(one["value"], _outputs_of(steps)) for name, one in described["outputs"].items()}
        return Ended(code, log, outputs, summary, steps)

    def _step(
        self, action: Path, step: Mapping[str, Any], known: Mapping[str, str]
    ) -> tuple[int, str, Mapping[str, str], str]:
        assert set(step) <= _KNOWN
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        script = self.temporary / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        files = {name: self.temporary / name for name in ("OUTPUT", "STEP_SUMMARY", "ENV", "PATH", "STATE")}
        for path in files.values():
            path.write_text("", encoding="utf-8")
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME")},
            **{f"GITHUB_{name}": str(path) for name, path in files.items()},
            **{name: _filled(value, known) for name, value in step.get("env", {}).items()},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(action),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
        }
        done = subprocess.run(
            [*SHELL, script],
            cwd=self.workspace,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
        assert [texts[name] for name in ("ENV", "PATH", "STATE")] == ["", "", ""]
        return done.returncode, done.stdout, _pairs(texts["OUTPUT"]), texts["STEP_SUMMARY"]


def _outputs_of(steps: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {f"steps.{step}.outputs.{name}": value for step, given in steps.items() for name, value in given.items()}


def _filled(text: str, known: Mapping[str, str]) -> str:
    """Put in what expressions stand for; what is not known is empty, as with the runner."""
    filled = _EXPRESSION.sub(lambda found: known.get(found[1], ""), text)
    assert "${{" not in _EXPRESSION.sub("", text)
    return filled


def _pairs(text: str) -> dict[str, str]:
    """Read `name=value` lines; a value of several lines (`name<<END`) is none that we write."""
    assert "<<" not in text
    return dict(line.split("=", 1) for line in text.splitlines())
