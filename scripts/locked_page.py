"""What the workloads need by their Dockerfiles and by locks of their images, as data and as a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workload_page import FOLDER, ROOT, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PAGE", "RESULTS", "read_locked", "write_locked_page", "write_results"]

RESULTS = FOLDER / "locked.json"
PAGE = ROOT / "docs" / "locked.md"
HEAD = """\
# A lock in the place of the Dockerfile

Made by `scripts/locked_answers.py --accept`; do not edit. Of each workload of `fixtures/workloads` the image was built
and read as `dropcap images lock` reads it, and what it needs was asked twice: by its Dockerfile, and by the lock of
that image where the Compose file names the image alone. Nothing was started for it; what is needed was
[measured](workloads.md).

"""
_ALIKE = "Of all others the two sets are equal, and both are complete.\n"


def read_locked() -> dict[str, dict[str, Any]]:
    """Read the results."""
    if not RESULTS.exists():
        return {}
    results: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return results


def write_results(results: Mapping[str, dict[str, Any]]) -> None:
    """Write the results."""
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def write_locked_page(results: Mapping[str, dict[str, Any]]) -> str:
    """Return the page: how many there are of each kind, and a table of those that differ."""
    dates = sorted({one["compared"] for one in results.values()})
    both = [one for one in results.values() if one["file"]["complete"] and one["lock"]["complete"]]
    counts = {way: sum(one[way]["complete"] for one in results.values()) for way in ("file", "lock")}
    equal = sum(one["file"]["set"] == one["lock"]["set"] for one in both)
    text = HEAD
    text += f"{len(results)} workloads, compared {' to '.join(dict.fromkeys((dates[0], dates[-1])))}: "
    text += f"{counts['file']} are complete by their Dockerfiles, {counts['lock']} by the lock; "
    text += f"of the {len(both)} that are complete by both, {equal} sets are equal.\n\n"
    text += "| workload | by its Dockerfile | by the lock | not known by the lock |\n| --- | --- | --- | --- |\n"
    rows = (_row(name, one) for name, one in sorted(results.items()) if _differs(one))
    return text + "".join(rows) + "\n" + _ALIKE


def _differs(one: Mapping[str, Any]) -> bool:
    ways = one["file"], one["lock"]
    return ways[0]["set"] != ways[1]["set"] or not all(way["complete"] for way in ways)


def _row(name: str, one: Mapping[str, Any]) -> str:
    cells = (
        f"[{name}](../fixtures/workloads/{name})",
        *(" ".join(one[way]["set"]) + ("" if one[way]["complete"] else " …") or "nothing" for way in ("file", "lock")),
        one["lock"].get("unknown", ""),
    )
    return "| " + " | ".join(plain(cell) for cell in cells) + " |\n"
