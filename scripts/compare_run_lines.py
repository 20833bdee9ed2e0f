#!/usr/bin/env python3
"""Compare what dropcap reads in real command lines with what Docker's own client makes of them.

    scripts/compare_run_lines.py FILE [--list]

FILE holds a JSON object a line; its `text` is a command line. One that is a single complete command of docker,
without anything that a shell would fill in, is split into words by Python's shlex and given to both: to the client
(on a private socket, where an engine of ours notes the request and refuses it, so that nothing is started) and to
dropcap. They agree where both describe the same container, or both refuse, or both start none. Each disagreement is
printed with its reason. Exits 1 if fewer than 99 of 100 agree, or one has no reason that is known.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from dropcap.model import Container, Kind
from oracles import docker_cli
from oracles.requests import meant, meant_for_service, read, requested, service_requested

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dropcap.model import Failure

WANTED = 0.99
MOST_FILES = 20  # that are made for one command
# What the client complains of because of the machine that it runs on.
OF_THE_MACHINE = re.compile(r"not found|not a TTY|permission denied|no such file|absent|is not a directory")
MISSING = re.compile(r"open ([^\s:]+): no such file or directory")
QUOTED = re.compile(r"""'[^']*'|\\.|"(?:[^"\\]|\\.)*\"""")
VARIABLE = "a variable or another command is to be filled in"
FILLED_IN = {
    r"[$`]": VARIABLE,
    r"[;|&<>()\n]": "it is more than one command, or has a placeholder in angle brackets",
    r"[*?\[]|(^|\s)~": "names of files are to be filled in",
    r"\{[^\s{}]*(,|\.\.)[^\s{}]*\}": "braces are to be expanded",
    r"(^|\s)#": "it has a comment",
}
# Only these are handed to the client, and none that makes it write a file.
ASKED = re.compile(r"docker( container)? (run|create) |docker service create ")
WRITES = "--cidfile"


class Compared(NamedTuple):
    """What became of one line; `reason` is why the two differ: empty where they agree, None where nobody knows."""

    outcome: str
    reason: str | None = ""


def main() -> int:
    """Compare the lines of a file; gives 1 if too few agree."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--list", action="store_true", help="print the lines that are left out as well")
    arguments = parser.parse_args()
    left_out: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    differences: list[str] = []
    unexplained = 0
    with docker_cli.client() as client:
        for entry in map(json.loads, arguments.file.read_text(encoding="utf-8").splitlines()):
            argv = words(entry["text"])
            if isinstance(argv, str):
                left_out[argv] += 1
                if arguments.list:
                    print(f"left out ({argv}): {entry['text']!r}")
                continue
            compared = compare(client, argv)
            outcomes[compared.outcome] += 1
            if compared.reason != "":
                unexplained += compared.reason is None
                where = f"{entry['repo']} {entry['path']}:{entry['line']}"
                differences.append(f"{compared.reason or 'UNEXPLAINED'}\n    {where}\n    {shlex.join(argv)}")
    report(left_out, outcomes, differences)
    total = sum(outcomes.values())
    share = (total - len(differences)) / total if total else 0.0
    print(f"{total - len(differences)} of {total} agree: {share:.2%}")
    return 1 if share < WANTED or unexplained else 0


def words(text: str) -> list[str] | str:
    """Split a line into words; gives a reason instead where it is no complete command without expansions."""
    text = re.sub(r"^[$#] ", "", text.replace("\\\n", "").strip())
    reason = filled_in(text)
    if reason:
        return reason
    try:
        argv = shlex.split(text)
    except ValueError:
        return "its quotation marks are not closed"
    while argv and (argv[0] == "sudo" or re.fullmatch(r"\w+=.*", argv[0])):
        argv = argv[1:]
    if not argv or argv[0].rpartition("/")[2] != "docker":
        return "its program is not docker"
    line = " ".join(["docker", *argv[1:], ""])
    if not ASKED.match(line) or WRITES in line:
        return "it starts no container by itself, or is not to be handed to a client"
    return ["docker", *argv[1:]]


def filled_in(text: str) -> str:
    """Say what a shell would fill in or act upon, or nothing."""
    quoted = "".join(match[0] for match in QUOTED.finditer(text) if match[0].startswith('"'))
    bare = QUOTED.sub("_", text)
    if re.search(r"[$`]", quoted):
        return VARIABLE
    return next((reason for pattern, reason in FILLED_IN.items() if re.search(pattern, bare)), "")


def compare(client: docker_cli.Client, argv: Sequence[str]) -> Compared:
    """Ask the client and dropcap about one command."""
    answer, ours = asked_of(client, argv), read(argv)
    if "/containers/create" in answer.path or "/services/create" in answer.path:
        return _both_described(ours, answer, client.folder)
    starts = isinstance(ours, Container) and ours.kind in {Kind.RUN, Kind.CREATE}
    if answer.path or not starts:
        refused = ours is not None and not isinstance(ours, Container)
        outcome = "both refuse" if refused and not answer.path else "neither starts a container"
        return Compared("differ", None) if starts or (refused and answer.path) else Compared(outcome)
    is_of_machine = OF_THE_MACHINE.search(answer.complaint)
    return Compared("differ", f"of the machine: {answer.complaint.splitlines()[0]}" if is_of_machine else None)


def asked_of(client: docker_cli.Client, argv: Sequence[str]) -> docker_cli.Answer:
    """Ask the client; a file that it misses in its own folder is made for it, empty."""
    answer = client.ask(argv)
    for _ in range(MOST_FILES):
        missing = MISSING.search(answer.complaint)
        path = Path(client.folder, missing[1]).resolve() if missing else Path("/")
        if not path.is_relative_to(Path(client.folder).resolve()):
            break
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        answer = client.ask(argv)
    return answer


def _both_described(ours: Container | Failure | None, answer: docker_cli.Answer, folder: str) -> Compared:
    if not isinstance(ours, Container):
        return Compared("differ", None)
    if "/services/create" in answer.path:
        spec = answer.body["TaskTemplate"]["ContainerSpec"]
        is_same = meant_for_service(ours) == service_requested(spec)
    else:
        is_same = meant(ours) == requested(answer.body, folder)
    return Compared("both describe the same container") if is_same else Compared("differ", None)


def report(left_out: Counter[str], outcomes: Counter[str], differences: Iterable[str]) -> None:
    """Print the counts, and each difference."""
    for reason, count in left_out.most_common():
        print(f"{count:6} left out: {reason}")
    for outcome, count in outcomes.most_common():
        print(f"{count:6} {outcome}")
    for difference in differences:
        print(f"difference: {difference}")


if __name__ == "__main__":
    raise SystemExit(main())
