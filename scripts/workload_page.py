"""The workloads of fixtures/workloads as data, and the page that is made of what was measured."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "fixtures" / "workloads"
RESULTS = FOLDER / "results.json"
PAGE = ROOT / "docs" / "workloads.md"
KEYS = {"minimal", "alternatives", "degrades", "notes", "seconds"}
HEAD = """\
# What workloads need, measured

Made by `scripts/workloads.py --accept`; do not edit. Each workload of `fixtures/workloads` ran on a real engine with
everything dropped and the needed set added, then without each member; each failure was seen twice. Its probe passed at
a first start and at a restart with its data there. "Degrades without" is what it serves without, with what is lost.

"""


class Workload(NamedTuple):
    """A workload, and what it is expected to need.

    Attributes:
        name: its folder's name.
        minimal: what it fails without.
        alternatives: other sets that do.
        degrades: what it serves without, with what is lost.
        notes: what a reader should know.
        probe: the text of the probe.
        seconds: how long the probe is tried; None for the usual time.
        uses_host_network: whether it runs in the machine's network.

    """

    name: str
    minimal: tuple[str, ...]
    alternatives: tuple[tuple[str, ...], ...]
    degrades: Mapping[str, str]
    notes: str
    probe: str
    seconds: float | None
    uses_host_network: bool


def workload_names() -> list[str]:
    """List the workloads."""
    return sorted(path.parent.name for path in FOLDER.glob("*/expected.toml"))


def read_workload(name: str) -> Workload:
    """Read a workload's folder.

    Raises:
        ValueError: its `expected.toml` has a key that nobody reads.

    """
    folder = FOLDER / name
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    if unknown := sorted(set(expected) - KEYS):
        raise ValueError(f"{name}: expected.toml: unknown: {', '.join(unknown)}")
    return Workload(
        name,
        tuple(expected["minimal"]),
        tuple(tuple(one) for one in expected.get("alternatives", ())),
        expected.get("degrades", {}),
        expected.get("notes", ""),
        (folder / "probe").read_text(encoding="utf-8"),
        expected.get("seconds"),
        "network_mode: host" in (folder / "compose.yaml").read_text(encoding="utf-8"),
    )


def read_results() -> dict[str, dict[str, Any]]:
    """Read what was measured."""
    if not RESULTS.exists():
        return {}
    results: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return results


def write_page(results: Mapping[str, dict[str, Any]]) -> str:
    """Return the page: a table for each set of versions."""
    machines = sorted({tuple(sorted(result["on"].items())) for result in results.values()})
    text = HEAD
    for machine in machines:
        of = {name: one for name, one in sorted(results.items()) if tuple(sorted(one["on"].items())) == machine}
        dates = sorted({one["measured"] for one in of.values()})
        told = dict(machine)
        text += f"## {told['engine']}, {told['runtime']}, kernel {told['kernel']}\n\n"
        text += f"{len(of)} workloads, measured {' to '.join(dict.fromkeys((dates[0], dates[-1])))}"
        text += f", started by Docker Compose {told['compose']}.\n\n"
        text += "| workload | needs | or | degrades without | what it says without |\n| --- | --- | --- | --- | --- |\n"
        text += "".join(_row(name, one) for name, one in of.items()) + "\n"
    return text.rstrip("\n") + "\n"


def _row(name: str, result: Mapping[str, Any]) -> str:
    without = result["without"]
    fails = [f"{one}: {told['said']} ({told['fails']})" for one, told in without.items() if "fails" in told]
    loses = [f"{one}: {', '.join(told['loses'])}" for one, told in without.items() if "loses" in told]
    cells = (
        f"[{name}](../fixtures/workloads/{name})",
        " ".join(result["minimal"]) or "nothing",
        "; ".join(" ".join(one) for one in result["alternatives"]),
        "; ".join(loses),
        "; ".join(fails),
    )
    return "| " + " | ".join(plain(cell) for cell in cells) + " |\n"


def plain(text: str) -> str:
    """Keep a cell in its place, whatever a program said."""
    return "".join("\\" + char if char in "|<>`*_\\" else char for char in text)
