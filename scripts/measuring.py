"""Measure which capabilities a Compose service needs: start it with a set, probe it, restart it, probe it again.

Nothing here knows where a project or a probe comes from. A probe is a command for the container's shell: it passes
where it exits with 0, and may print lines `lost: …` for what works no longer although it serves.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workload_engine import Engine

# Two failures make a need; one alone may be chance.
TRIES = 2
STOP_SECONDS = 3
PAUSE = 0.25
KILLED = 137
CLEAN_STOP = "a clean stop"


class Project(NamedTuple):
    """What is measured.

    Attributes:
        file: its Compose file.
        service: the service's name.
        image: the image to run, which is there already.
        probe: the text of the probe, for `sh`.
        seconds: how long the probe is tried.

    """

    file: Path
    service: str
    image: str
    probe: str
    seconds: float


class Outcome(NamedTuple):
    """What became of one run.

    Attributes:
        failed: the phase that it failed in; empty where it passed.
        said: the last line that the container or the probe said before it failed.
        lost: what works no longer although the probe passes.

    """

    failed: str = ""
    said: str = ""
    lost: tuple[str, ...] = ()


class Measured(NamedTuple):
    """What was measured of one set.

    Attributes:
        whole: what became of the whole set.
        without: by member, what became of the set without it.

    """

    whole: Outcome
    without: dict[str, Outcome]

    def needed(self) -> tuple[str, ...]:
        """Return the members without which it fails."""
        return tuple(name for name, outcome in self.without.items() if outcome.failed)

    def missed(self) -> tuple[str, ...]:
        """Return the members without which it serves and loses something."""
        return tuple(name for name, outcome in self.without.items() if not outcome.failed and outcome.lost)


def ablate(engine: Engine, project: Project, members: Sequence[str], tested: Iterable[str]) -> Measured:
    """Run with a set, and where that passes, without each of the members that are tested."""
    whole = run_until_sure(engine, project, members)
    if whole.failed:
        return Measured(whole, {})
    return Measured(
        whole,
        {
            name: _less(run_until_sure(engine, project, [one for one in members if one != name]), whole)
            for name in tested
        },
    )


def run_until_sure(engine: Engine, project: Project, capabilities: Sequence[str]) -> Outcome:
    """Run, and where it fails, run again: it fails where it does so each time."""
    for _ in range(TRIES):
        outcome = run_once(engine, project, capabilities)
        if not outcome.failed:
            break
    return outcome


def run_once(engine: Engine, project: Project, capabilities: Sequence[str]) -> Outcome:
    """Start with everything dropped and a set added, probe, restart, probe, stop; leave nothing behind."""
    name = f"dropcap-{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as folder:
        override = Path(folder, "override.yaml")
        override.write_text(_override(project, name, capabilities))
        files = ("-f", str(project.file), "-f", str(override))
        compose = ("compose", "-p", name, "--project-directory", str(project.file.parent), *files)
        try:
            started = engine.run(*compose, "up", "--detach", "--no-build", "--pull=never", project.service)
            if started.returncode:
                return Outcome("first start", _last_line(started.stderr))
            return _probe_twice(engine, project, name)
        finally:
            engine.run(*compose, "down", "--volumes", "--timeout=0", "--remove-orphans")


def _override(project: Project, name: str, capabilities: Sequence[str]) -> str:
    """Return a Compose file, in JSON but for the tag, that sets the image and the capabilities."""
    service = {
        "container_name": name,
        "image": project.image,
        "cap_drop": ["ALL"],
        "cap_add": list(capabilities),
        "restart": "no",
    }
    lines = "".join(f"    {key}: {json.dumps(value)}\n" for key, value in service.items())
    return f"services:\n  {json.dumps(project.service)}:\n    build: !reset null\n{lines}"


def _probe_twice(engine: Engine, project: Project, name: str) -> Outcome:
    first = _probe(engine, project, name, "first")
    if first.failed:
        return first
    stop = engine.run("stop", f"--time={STOP_SECONDS}", name)
    unclean = stop.returncode or engine.run("inspect", "--format={{.State.ExitCode}}", name).stdout.strip() == str(
        KILLED
    )
    started = engine.run("start", name)
    if started.returncode:
        return Outcome("restart", _last_line(started.stderr))
    second = _probe(engine, project, name, "restart")
    if second.failed:
        return second
    lost = dict.fromkeys((*first.lost, *second.lost, *([CLEAN_STOP] if unclean else [])))
    return Outcome(lost=tuple(lost))


def _probe(engine: Engine, project: Project, name: str, phase: str) -> Outcome:
    """Try the probe until it passes, the container has ended, or its time is over."""
    failed = {"first": "first start", "restart": "restart"}[phase]
    deadline = time.monotonic() + project.seconds
    while True:
        probe = ("exec", "--user=0", name, "sh", "-c", project.probe, "probe", phase)
        done = engine.run(*probe, seconds=project.seconds + 10)
        if not done.returncode:
            return Outcome(lost=tuple(re.findall(r"^lost: (.*)$", done.stdout, re.MULTILINE)))
        runs = engine.run("inspect", "--format={{.State.Running}}", name).stdout.strip() == "true"
        if not runs or time.monotonic() > deadline:
            logs = engine.run("logs", "--tail=30", name)
            texts = (logs.stderr, logs.stdout, done.stderr if runs else "")
            return Outcome(failed, next((line for text in texts if (line := _last_line(text))), ""))
        time.sleep(PAUSE)


def _less(outcome: Outcome, whole: Outcome) -> Outcome:
    """Take out of what is lost what the whole set does not have either."""
    return outcome._replace(lost=tuple(lost for lost in outcome.lost if lost not in whole.lost))


def _last_line(text: str) -> str:
    """Return the last line that says something, the same for each run: without addresses, numbers and control bytes."""
    lines = [line for line in text.splitlines() if re.search(r"[A-Za-z]{3}", line)]
    if not lines:
        return ""
    said = re.sub(r"\w+://\S+", "URL", re.sub(r"dropcap-[0-9a-f]{12}", "NAME", lines[-1]))
    said = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|[^\x20-\x7e]", "", said)
    return re.sub(r"\d{2,}", "N", said).strip()[:160]
