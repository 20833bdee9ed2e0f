"""What the workloads need by their Dockerfiles and by locks of their images, as data and as a page."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from workload_page import FOLDER, ROOT, plain

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "PAGE",
    "RESULTS",
    "note_compared",
    "read_limits",
    "read_locked",
    "read_rows",
    "write_locked_page",
    "write_results",
]

RESULTS = FOLDER / "locked.json"
LIMITS = FOLDER / "limits.toml"
COMPARED = FOLDER / "compared.json"
PAGE = ROOT / "docs" / "locked.md"
HEAD = """\
# A lock in the place of the Dockerfile

Made by `scripts/locked_answers.py --accept`; do not edit. Of each workload of `fixtures/workloads` the image was built
and read as `dropcap images lock` reads it, and what it needs was asked twice: by its Dockerfile, and by the lock of
that image where the Compose file names the image alone. Nothing was started for it; what is needed was
[measured](workloads.md). An ellipsis stands where more may be needed.

"""


def read_locked() -> dict[str, dict[str, Any]]:
    """Read the results."""
    return read_rows(RESULTS)


def read_rows(path: Path) -> dict[str, dict[str, Any]]:
    """Read rows of data; none where there are none yet."""
    results: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return results


def write_results(results: Mapping[str, dict[str, Any]], path: Path = RESULTS) -> None:
    """Write the results, a line each."""
    rows = (f"{json.dumps(name)}: {json.dumps(one)}" for name, one in sorted(results.items()))
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def note_compared(name: str, paths: int, date: str) -> None:
    """Note that an image is the same by each way in which it is read."""
    write_results({**read_rows(COMPARED), name: {"paths": paths, "compared": date}}, COMPARED)
    PAGE.write_text(write_locked_page(read_locked()), encoding="utf-8")


def write_locked_page(results: Mapping[str, dict[str, Any]]) -> str:
    """Return the page: how many there are of each kind, and a table of those that differ."""
    dates = sorted({one["compared"] for one in results.values()})
    counts = {way: sum(f"{way} unknown" not in one for one in results.values()) for way in ("file", "lock")}
    both = [one for one in results.values() if "file unknown" not in one and "lock unknown" not in one]
    equal = sum(one["file"] == one["lock"] for one in both)
    text = HEAD
    text += f"{len(results)} workloads, compared {' to '.join(dict.fromkeys((dates[0], dates[-1])))}: "
    text += f"{counts['file']} are complete by their Dockerfiles, {counts['lock']} by the lock. "
    text += f"{len(both)} are by both; of these {equal} sets are equal. The others of all:\n\n"
    text += "| workload | by its Dockerfile | by the lock | not known by the lock |\n| --- | --- | --- | --- |\n"
    text += "".join(_row(name, one) for name, one in sorted(results.items()) if _differs(one))
    return text + _limits() + _ways(read_rows(COMPARED))


def read_limits() -> dict[str, dict[str, str]]:
    """Read why answers by a lock are not complete, by kind and by workload."""
    limits: dict[str, dict[str, str]] = tomllib.loads(LIMITS.read_text(encoding="utf-8"))
    return limits


def _limits() -> str:
    """Return the part about those that are not complete by the lock."""
    limits = read_limits()
    text = "\n## What a lock does not know\n"
    for kind, says in (
        ("unsaid", "Of these nothing that a lock keeps says what they need"),
        ("unfollowed", "Of these the files say it, and dropcap does not follow them there"),
    ):
        text += f"\n{says}:\n\n"
        text += "".join(f"- {plain(name)}: {plain(why)}.\n" for name, why in sorted(limits[kind].items()))
    return text


def _ways(compared: Mapping[str, dict[str, Any]]) -> str:
    """Return the part about the ways in which images are read."""
    names = ", ".join(f"{name} ({one['paths']} paths, {one['compared']})" for name, one in sorted(compared.items()))
    return f"""
## The same by each way

Of the images of these workloads `scripts/compare_images.py` found the same by the engine, `docker save`, an OCI archive
and an OCI layout (skopeo made both), the exported root file system, and `stat`, `getcap` and `/etc/passwd` in a started
container: {names}.
"""


def _differs(one: Mapping[str, Any]) -> bool:
    return one["file"] != one["lock"] or "file unknown" in one or "lock unknown" in one


def _row(name: str, one: Mapping[str, Any]) -> str:
    sets = [(one[way] or "nothing") + (" …" if f"{way} unknown" in one else "") for way in ("file", "lock")]
    cells = (f"[{name}](../fixtures/workloads/{name})", *sets, one.get("lock unknown", ""))
    return "| " + " | ".join(plain(cell) for cell in cells) + " |\n"
