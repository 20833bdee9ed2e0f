#!/usr/bin/env python3
"""Measure on a real engine what the workloads of fixtures/workloads need, and compare it with what they expect.

    scripts/workloads.py [NAME …] [--json FILE] [--candidates default14] [--jobs N] [--keep] [--accept]

Each workload is built once and run with everything dropped and the expected set added, then without each member; what
fails does so twice. The first start and a restart with its data there both have to pass. Prints what was needed and
what was not. Exits with 1 where a workload differs from its `expected.toml`. `--accept` writes what agrees into
fixtures/workloads/results.json and docs/workloads.md. Containers and volumes are removed always; images
stay in ~/.cache/dropcap-workloads, and those of files that have changed since with --keep alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workload_engine import FailedError, MissingError, engine
from workload_page import FOLDER, PAGE, RESULTS, Workload, read_results, read_workload, workload_names, write_page

from dropcap.capabilities.engines import docker
from dropcap.measuring.ablation import Measured, ablate, run_until_sure
from dropcap.measuring.client import NoClientError, resolved_project
from dropcap.measuring.leftovers import own_label
from dropcap.measuring.own_project import own_project
from dropcap.measuring.trial import CLEAN_STOP, Outcome, Probe, ProbeKind, Trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workload_engine import Engine

SETS = {"default14": docker.STRATEGY.default}
SECONDS = 8.0
STOP_SECONDS = 10
# Those that listen on the machine's own network would be in each other's way.
ON_HOST = threading.Lock()


def main() -> int:
    """Measure; return 1 where something differs from what is expected."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a workload; all where none is named")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured")
    parser.add_argument("--candidates", choices=SETS, help="test these as well, not only what is expected")
    parser.add_argument("--jobs", type=int, default=3, metavar="N", help="how many to measure at a time")
    parser.add_argument("--keep", action="store_true", help="keep images of older files")
    parser.add_argument("--accept", action="store_true", help="write what agrees into the data and the page")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(workload_names()))
    if unknown:
        parser.error(f"no such workload: {', '.join(unknown)}")
    workloads = [read_workload(name) for name in arguments.names or workload_names()]
    try:
        results = measure_all(workloads, SETS.get(arguments.candidates, ()), arguments)
    except MissingError as error:
        print(f"nothing measured: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    return 1 if any(result["differs"] for result in results.values()) else 0


def measure_all(
    workloads: Sequence[Workload], candidates: Sequence[str], arguments: argparse.Namespace
) -> dict[str, dict[str, Any]]:
    """Measure each and print a line for each as it is done; return the results by name."""
    results: dict[str, dict[str, Any]] = {}
    with engine() as started, ThreadPoolExecutor(arguments.jobs) as pool:
        tasks = {pool.submit(measure, started, workload, candidates): workload for workload in workloads}
        for task in as_completed(tasks):
            workload = tasks[task]
            result = results[workload.name] = task.result()
            print(line(workload.name, result), flush=True)
            if arguments.accept and not result["differs"]:
                accept(workload.name, result)
        if not arguments.keep:
            remove_older_images(started, workloads)
    return results


def measure(started: Engine, workload: Workload, candidates: Sequence[str]) -> dict[str, Any]:
    """Build a workload, measure it and compare it with what it expects."""
    try:
        image = started.build(FOLDER / workload.name, workload.name)
    except FailedError as error:
        return {"differs": [f"cannot be built: {error}"]}
    try:
        trial = trial_of(started, workload, image)
    except NoClientError as error:
        return {"differs": [str(error)]}
    if not workload.uses_host_network:
        return _measure(started, trial, workload, candidates)
    with ON_HOST:
        return _measure(started, trial, workload, candidates)


def trial_of(started: Engine, workload: Workload, image: str) -> Trial:
    """Return what is tried of a workload.

    Raises:
        NoClientError: Compose refuses its project.

    """
    folder = str(FOLDER / workload.name)
    resolved = resolved_project(started.client, ("-f", f"{folder}/compose.yaml"), folder)
    project = own_project(resolved, "app", own_label(), publishes=True, has_binds=True).with_images({"app": image})
    probe = Probe(ProbeKind.INSIDE, workload.probe, "0")
    return Trial(project, f"dropcap-{uuid.uuid4().hex[:12]}", folder, probe, workload.seconds or SECONDS, STOP_SECONDS)


def _measure(started: Engine, trial: Trial, workload: Workload, candidates: Sequence[str]) -> dict[str, Any]:
    whole = tuple(dict.fromkeys((*workload.minimal, *workload.degrades)))
    smallest = ablate(started.client, trial, workload.minimal, workload.minimal)
    strict = (
        smallest if set(whole) == set(workload.minimal) else ablate(started.client, trial, whole, workload.degrades)
    )
    others = {one: run_until_sure(started.client, trial, one) for one in workload.alternatives}
    wider = (
        ablate(started.client, trial, tuple(dict.fromkeys((*whole, *candidates))), candidates) if candidates else None
    )
    return {
        "differs": differences(workload, smallest, strict, others),
        "minimal": list(workload.minimal),
        "without": {name: _told(outcome) for name, outcome in {**smallest.without, **strict.without}.items()},
        "alternatives": [list(one) for one in others],
        **({"of_candidates": list(wider.needed()), "whole": _told(wider.whole)} if wider else {}),
        "measured": datetime.now(timezone.utc).date().isoformat(),
        "on": dict(started.versions),
    }


def differences(
    workload: Workload, smallest: Measured, strict: Measured, others: dict[tuple[str, ...], Outcome]
) -> list[str]:
    """Say where what was measured is not what is expected."""
    said = []
    if smallest.whole.failed:
        said.append(f"the expected set fails ({smallest.whole.failed}): {smallest.whole.said}")
    if strict is not smallest and strict.whole.failed:
        said.append(f"fails with what it degrades without ({strict.whole.failed}): {strict.whole.said}")
    said += [f"does without {name}" for name, outcome in smallest.without.items() if not outcome.failed]
    said += [f"loses nothing without {name}" for name in workload.degrades if name not in strict.missed()]
    missed = [lost for lost in strict.whole.lost if lost != CLEAN_STOP]
    said += [f"loses with all that is expected: {lost}" for lost in missed]
    said += [f"fails with {' '.join(one)}: {outcome.said}" for one, outcome in others.items() if outcome.failed]
    return said


def _told(outcome: Outcome) -> dict[str, Any]:
    if outcome.failed:
        return {"fails": outcome.failed, "said": outcome.said}
    return {"loses": list(outcome.lost)}


def line(name: str, result: dict[str, Any]) -> str:
    """Return the line of the table for one workload."""
    needed = " ".join(result.get("minimal", ())) or "nothing"
    if result["differs"]:
        return f"{name:28} DIFFERS  " + "; ".join(result["differs"])
    missed = " ".join(name for name, one in result["without"].items() if "loses" in one)
    wider = (
        f"  of the candidates: {' '.join(result['of_candidates']) or 'nothing'}" if "of_candidates" in result else ""
    )
    return f"{name:28} needs {needed}" + (f"  degrades without {missed}" if missed else "") + wider


def accept(name: str, result: dict[str, Any]) -> None:
    """Write one result into the data, and the page that is made of it."""
    results = read_results()
    results[name] = {key: value for key, value in result.items() if key not in {"differs", "of_candidates", "whole"}}
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(write_page(read_results()), encoding="utf-8")  # in the order of the data


def remove_older_images(started: Engine, workloads: Sequence[Workload]) -> None:
    """Remove images that were built of files that have changed since."""
    for workload in workloads:
        listed = started.run("images", "--format={{.Repository}}:{{.Tag}}", f"dropcap-workload/{workload.name}")
        for image in listed.stdout.split():
            if image != started.image(FOLDER / workload.name, workload.name):
                started.run("rmi", image)


if __name__ == "__main__":
    raise SystemExit(main())
