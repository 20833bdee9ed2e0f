"""The workloads that `dropcap verify` has measured as a person would have it, as data and as a part of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from locked_page import read_rows, write_results
from workload_page import FOLDER, ROOT, workload_names

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PAGE", "note_verified", "read_verified", "write_verified_part"]

VERIFIED = FOLDER / "verified.json"
PAGE = ROOT / "docs" / "verify.md"
HEAD = "## Held against what was measured\n"


def read_verified() -> dict[str, dict[str, Any]]:
    """Read which workloads were verified, and when."""
    return read_rows(VERIFIED)


def note_verified(name: str, needed: str, undecided: str, date: str) -> None:
    """Note that `dropcap verify` has found of a workload what it is expected to need, and what it left open beyond."""
    row = {"needed": needed, "verified": date, **({"undecided": undecided} if undecided else {})}
    write_results({**read_verified(), name: row}, VERIFIED)
    text = PAGE.read_text(encoding="utf-8").partition(HEAD)[0].rstrip("\n")
    PAGE.write_text(f"{text}\n\n{write_verified_part(read_verified())}", encoding="utf-8")


def write_verified_part(results: Mapping[str, dict[str, Any]]) -> str:
    """Return the part of the page about them."""
    dates = sorted({one["verified"] for one in results.values()})
    kinds = sorted({name for one in results.values() for name in one["needed"].split()})
    names = ", ".join(sorted(results))
    missing = [name for name in workload_names() if name not in results]
    open_ones = [f"{name} ({one['undecided']})" for name, one in sorted(results.items()) if "undecided" in one]
    left_open = f"Whether these are of use to them besides, it could not tell: {', '.join(open_ones)}.\n\n"
    when = " to ".join(dict.fromkeys((dates[0], dates[-1])))
    return f"""{HEAD}
`scripts/verify_workloads.py --accept` lays [workloads](workloads.md) down as projects and runs `dropcap verify` on each
with the workload's own probe, as a person would. Of these {len(results)} it found exactly the set that the workload is
expected to need, or one that is known to do as well, and what of the rest that it tried is missed; it left nothing
behind ({when}). {f"Not among them: {', '.join(missing)}." if missing else "These are all of them."}

They need {len(kinds)} capabilities among them: {", ".join(kinds)}.

{left_open if open_ones else ""}The workloads: {names}.
"""
