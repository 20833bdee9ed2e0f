#!/usr/bin/env python3
"""Compare dropcap with Docker Compose on the projects of a folder.

    scripts/compare_compose.py FOLDER [--answers FILE]

Each folder's project, found as Docker Compose finds it, is resolved by both in its folder, in an environment that
holds nothing but PATH, HOME and PWD. Printed is which of the two accepts what, and every difference between the
services. What Compose refuses because this machine lacks something (a file of variables, the value of a variable) is
counted apart. Exits 1 if more than one service of a thousand differs in a field that bears on security, if dropcap
refuses what Compose accepts, or if it accepts more than one of two hundred that Compose refuses.

FILE holds answers of Compose of an earlier run, one JSON object a line: `files`, and `project` or `error`, given in
the folder for temporary files; what is not in it is asked.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from dropcap.carriers.compose.canonical import canonical
from dropcap.carriers.compose.canonical.tree import plain
from dropcap.carriers.compose.project_files import project_files
from dropcap.carriers.request import Settings
from dropcap.commands.config import read_project
from dropcap.discover import Target
from dropcap.model import Level, UnreadableError
from dropcap.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from oracles import compose as oracle

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS = frozenset(
    {
        "cap_add",
        "cap_drop",
        "privileged",
        "user",
        "security_opt",
        "network_mode",
        "pid",
        "ipc",
        "uts",
        "userns_mode",
        "cgroup",
        "cgroup_parent",
        "devices",
        "device_cgroup_rules",
        "group_add",
        "sysctls",
        "volumes",
        "tmpfs",
        "ports",
        "read_only",
        "entrypoint",
        "command",
        "image",
        "build",
        "profiles",
        "extends",
        "environment",
    }
)
ALLOWED = 0.001
ALLOWED_ACCEPTED = 0.005
FLAGS = ("--no-path-resolution", "--no-env-resolution")
SHOWN = 200
HOME = tempfile.gettempdir()

# What Compose says where the machine lacks something, and where a variable that is not set leaves no valid value.
MISSING = r"env file .* not found|label file .* not found|required variable .* is missing a value"
UNSET = r"variable is not set"
INVALID = (
    r"invalid (?:spec|proto|hostPort|containerPort|IP address|ranges)|empty section|no port specified|strconv\.|"
    r"failed to cast|does not match|bad host name|invalid (?:size|duration)|missing a mount target|must be a|"
    r"no such file or directory|key cannot contain a space|project name must not be empty"
)
OUTSIDE = "lies outside the project"
OF_MACHINE = "only Compose refuses, for what this machine lacks"


class Ours(NamedTuple):
    """What dropcap made of a project: the resolved one, why it is refused, and two notes that explain much."""

    project: dict[str, Any] | None
    error: str
    leaves_root: bool = False


def main() -> int:
    """Compare the folder's projects; gives 1 if they differ by more than is allowed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--answers", type=Path, help="answers of Docker Compose of an earlier run")
    arguments = parser.parse_args()
    known = read_answers(arguments.answers) if arguments.answers else {}
    projects = sorted(find_projects(arguments.folder))
    counts: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    for files, answer in zip(projects, ask(projects, known), strict=True):
        ours = resolve(files, HOME if files in known else str(Path(files[0]).parent))
        kind = verdict(ours, answer)
        counts[kind] += 1
        if kind in ("only dropcap refuses", "only Compose refuses"):
            print(f"{kind}: {files[0]}: {ours.error or last_line(answer.error)}")
        if answer.project is not None and ours.project is not None:
            compare(files[0], ours.project, answer.project, counts, fields)
    report(len(projects), counts, fields)
    too_many = counts["services different"] > ALLOWED * counts["services"]
    accepted, refused = counts["only Compose refuses"], counts["both refuse"]
    too_many = too_many or accepted > ALLOWED_ACCEPTED * (accepted + refused)
    return 1 if too_many or counts["only dropcap refuses"] else 0


def find_projects(folder: Path) -> Iterator[tuple[str, ...]]:
    """Give the files of each project below a folder."""
    for path, folders, _ in os.walk(folder.resolve()):
        folders[:] = [name for name in folders if name != ".git"]
        files = project_files(path, Workspace(path)).paths
        if files:
            yield files


def read_answers(path: Path) -> dict[tuple[str, ...], oracle.Answer]:
    """Read what Compose answered in an earlier run."""
    answers = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            answers[tuple(entry["files"])] = oracle.Answer(entry.get("project"), entry.get("error", ""))
    return answers


def ask(projects: list[tuple[str, ...]], known: dict[tuple[str, ...], oracle.Answer]) -> Iterator[oracle.Answer]:
    """Give the answer of Compose for each project."""
    oracle.installed()

    def answer(files: tuple[str, ...]) -> oracle.Answer:
        return known.get(files) or oracle.config(
            files, environment={"HOME": HOME}, flags=FLAGS, cwd=Path(files[0]).parent
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(answer, projects)


def resolve(files: tuple[str, ...], folder: str) -> Ours:
    """Resolve a project as `dropcap config --use-environment` does in a folder."""
    main_file, *over = files
    target = Target(main_file, "compose", named=True, over=tuple(over), given=files)
    with patch.dict(os.environ, {"PATH": os.defpath, "HOME": HOME, "PWD": folder}, clear=True):
        try:
            project = read_project(
                target, Settings(profiles=("*",), uses_environment=True, compose=2, shows_secrets=True)
            )
        except UnreadableError as error:
            return Ours(None, error.failure.message)
        model = json.loads(json.dumps(plain(canonical(project))))
    failures = project.scope.log.failures
    errors = [failure.message for failure in failures if failure.level is Level.ERROR]
    leaves_root = any(OUTSIDE in one.message for one in failures)
    return Ours(model, errors[0] if errors else "", leaves_root)


def verdict(ours: Ours, answer: oracle.Answer) -> str:
    """Say which of the two accepts a project."""
    if answer.project is not None:
        return "only dropcap refuses" if ours.error else "both accept"
    if ours.error:
        return "both refuse"
    is_of_machine = re.search(MISSING, answer.error) or (
        re.search(UNSET, answer.error) and re.search(INVALID, last_line(answer.error))
    )
    is_outside = ours.leaves_root and "no such file" in answer.error
    return OF_MACHINE if is_of_machine or is_outside else "only Compose refuses"


def last_line(error: str) -> str:
    """Give the error itself, which follows the warnings."""
    return error.strip().splitlines()[-1] if error.strip() else ""


def compare(
    name: str, ours: dict[str, Any], theirs: dict[str, Any], counts: Counter[str], fields: Counter[str]
) -> None:
    """Count and print the differences of a project that both accept."""
    counts["projects equal in all"] += ours == theirs
    own, other = ours["services"] or {}, theirs["services"] or {}
    for service in sorted({*own, *other}):
        left, right = own.get(service, {}), other.get(service, {})
        differing = sorted(key for key in {*left, *right} if left.get(key) != right.get(key))
        counts["services"] += 1
        counts["services different"] += not FIELDS.isdisjoint(differing)
        counts["services different in another field"] += bool(differing) and FIELDS.isdisjoint(differing)
        fields.update(differing)
        for key in differing:
            print(f"different: {name}: {service}.{key}")
            print(f"    ours:   {json.dumps(left.get(key))[:SHOWN]}")
            print(f"    theirs: {json.dumps(right.get(key))[:SHOWN]}")


def report(total: int, counts: Counter[str], fields: Counter[str]) -> None:
    """Print the counts."""
    print(f"{total:7} projects")
    kinds = ("both accept", "both refuse", "only Compose refuses", "only dropcap refuses")
    for kind in (*kinds, OF_MACHINE, "projects equal in all"):
        print(f"{counts[kind]:7} {kind} ({100 * counts[kind] / max(total, 1):.2f} %)")
    services = counts["services"]
    print(f"{services:7} services of projects that both accept")
    for kind in ("services different", "services different in another field"):
        print(f"{counts[kind]:7} {kind} ({100 * counts[kind] / max(services, 1):.3f} %)")
    for field, count in fields.most_common():
        print(f"{count:7} differences in {field}")


if __name__ == "__main__":
    raise SystemExit(main())
