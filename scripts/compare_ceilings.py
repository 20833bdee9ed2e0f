"""List the programs of the table that ask for more than the security profiles of others allow them.

`python scripts/compare_ceilings.py FILE`: a file of JSON lines, an object a profile: `program`, `exe`, `caps`, perhaps
`subprofile_caps`. A profile is a ceiling: who wrote it saw the program work under it. So a capability that the table
asks for and no profile of that program allows is to be looked at. A program that puts capabilities into its own sets is
not seen asking by such a profile, so these come up and are right. Exit code 1 where there is any.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from dropcap.needs.model import Certainty
from dropcap.needs.program_table import Ask, programs

_OF_KIND = {
    "become": ("SETGID", "SETUID"),
    "give": ("CHOWN",),
    "own": ("CHOWN",),
    "hand": ("CHOWN",),
    "bind": ("NET_BIND_SERVICE",),
}


def main(arguments: list[str]) -> int:
    """Print a line a program that asks for more than its profiles allow."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    ceilings = _ceilings(Path(arguments[0]))
    compared, over = 0, 0
    for name, program in sorted(programs().items()):
        profiles = ceilings.get(name)
        if not profiles:
            continue
        compared += 1
        asked = {one for ask in program.asks for one in _capabilities(ask)}
        beyond = asked - set().union(*profiles)
        if beyond:
            over += 1
            print(f"{name}: asks for {' '.join(sorted(beyond))}, which none of {len(profiles)} profiles allows")
    print(f"{compared} programs compared, {over} ask for more")
    return 1 if over else 0


def _capabilities(ask: Ask) -> tuple[str, ...]:
    """Return what a line of the table asks for whatever the files are."""
    if ask.certainty is Certainty.DEGRADES:
        return ()
    return ask.capabilities or _OF_KIND.get(ask.kind if isinstance(ask.kind, str) else ask.kind.value, ())


def _ceilings(path: Path) -> dict[str, list[set[str]]]:
    """Return the capabilities of each profile, by the names of the programs that it is for."""
    found: dict[str, list[set[str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        profile = json.loads(line)
        paths = re.sub(r"\{[^}]*\}", "", str(profile.get("exe", ""))).split()
        names = {str(profile["program"]), *(one.rpartition("/")[2] for one in paths)}
        allowed = {*profile["caps"], *profile.get("subprofile_caps", [])}
        for name in names - {""}:
            found.setdefault(name, []).append(allowed)
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
