"""What an interpreter's script asks the kernel for, as far as the names of system calls in its text say so.

It is no reading of the language: a name in a branch that is never taken counts too, and so it is possible at most.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.images.facts import File
from dropcap.model import Located
from dropcap.needs.model import Certainty, Demand, DemandKind, Evidence
from dropcap.needs.permissions import resolved
from dropcap.needs.program_runs import absolute_path
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.needs.program_values import ProgramCall
    from dropcap.source import Source

__all__ = ["script_calls"]

# kernel/sys.c, kernel/groups.c, fs/open.c, mm/mlock.c; Python's os and ctypes, Perl's POSIX, Ruby's Process and
# Node.js's process have them under the names of the system calls.
_CALLS = {
    "SETUID": "setuid|setreuid|setresuid|seteuid",
    "SETGID": "setgid|setregid|setresgid|setegid|setgroups|initgroups",
    "SYS_CHROOT": "chroot",
    "IPC_LOCK": "mlock|mlockall",
}
_CALL = re.compile(rf"(?<![\w$])({'|'.join(_CALLS.values())})\s*\(")
_TEXT_MOST = 200_000


def script_calls(call: ProgramCall) -> Iterator[tuple[Demand, Evidence]]:
    """Give what the script that an interpreter is told to run may ask for, each with the first place that says so."""
    source = _script(call)
    if source is None or len(source.text) > _TEXT_MOST:
        return
    found: dict[str, re.Match[str]] = {}
    for match in _CALL.finditer(source.text):
        name = next(name for name, calls in _CALLS.items() if match[1] in calls.split("|"))
        found.setdefault(name, match)
    for name, match in found.items():
        why = f"its script calls {match[1]}()"
        demand = Demand(
            DemandKind.KERNEL,
            why,
            capabilities=(name,),
            certainty=Certainty.POSSIBLE,
            condition="its script comes to that call",
            source="the text of the script",
        )
        yield demand, Evidence(why, Located(match[1], source, Span(*match.span(1))))


def _script(call: ProgramCall) -> Source | None:
    """Return the text of the file that an interpreter is told to run; None where it is not at hand."""
    if not call.given.rest or call.given.firm < 1:
        return None
    word = call.words[call.given.rest[0]]
    path = absolute_path(word.value, call.context.folder) if word.unknown is None else None
    file = resolved(call.context.facts, path) if path else None
    return file.text if isinstance(file, File) else None
