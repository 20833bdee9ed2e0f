#!/usr/bin/env python3
"""Fix the command lines, devcontainers and units of a folder in copies, and look whether each did what it has to.

    scripts/fix_lines.py FOLDER|FILE [--number N] [--show]

As `fix_corpus.py` does for Compose files: the lines that differ are lines of edits, what was mended is gone, nothing
new came, a second run changes nothing. A script that bash reads before is one that it reads afterwards, and all
comments of scripts and of YAML are there.

FILE holds command lines, as for `compare_run_lines.py`. Each is put into a file of some kind in turn, mended there, and
taken out of it by another reader than dropcap's; where nothing is to be filled in, Docker's own client has to make the
same request of it as before, but for what was mended. Exits 1 on any fault.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from compare_run_lines import asked_of, words
from fix_corpus import Looking, Run, key, short, spread, told
from ruamel.yaml import YAML

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.fixes.mending import Mender, Wishes
from dropcap.fixes.proof import failure_key
from dropcap.model import Kind
from oracles import docker_cli

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.model import FileResult
    from dropcap.targets import Target

_KINDS = frozenset({Kind.SERVICE, Kind.STAGE, Kind.INSPECT})
_OTHERS = frozenset({"compose", "dockerfile", "inspect"})


def main() -> int:
    """Fix the folder's files; gives 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("where", type=Path)
    parser.add_argument("--number", type=int, default=150, help="how many files to change (default: 150)")
    parser.add_argument("--show", action="store_true", help="show what differs")
    arguments = parser.parse_args()
    run = Lines(shows=arguments.show)
    if arguments.where.is_file():
        run.lines(arguments.where, arguments.number)
    for group in spread(folders(arguments.where)):
        if run.counts["files changed"] >= arguments.number:
            break
        run.repository(group, arguments.number)
    return told(run)


def folders(where: Path) -> list[Path]:
    """Return the folders of repositories."""
    return sorted(path for path in where.iterdir() if path.is_dir()) if where.is_dir() else []


class Lines(Run):
    """What came of all files."""

    def __init__(self, *, shows: bool) -> None:
        """Start with nothing."""
        super().__init__(is_unsafe=True, asks_compose=False)
        self.shows = shows

    def targets(self) -> list[Target]:
        """Return the files that are looked at, those of the current folder."""
        found = discover(["."], markdown=True).targets
        return [target for target in found if target.carrier not in _OTHERS]

    def project(self, target: Target, name: str) -> None:
        """Fix one file."""
        before = check_file(target, self.rules, Setup())
        if not before.read or not before.containers or any(one.kind in _KINDS for one in before.containers):
            return
        syntax = target.carrier or Path(target.path).suffix
        self.counts[f"files ({syntax})"] += 1
        label = f"{name}/{target.path}"
        mender = Looking([target], self.rules, Setup(), Wishes(unsafe=True))
        outcome = mender.run()
        self.faults += [f"{label}: {fault}" for fault in mender.faults]
        for refusal in outcome.refused:
            self.reasons[short(refusal.reason)] += 1
        self.counts["fixes made"] += len(outcome.made)
        self.counts["fixes refused"] += len(outcome.refused)
        for one in outcome.files:
            self.counts["files changed"] += 1
            self.counts[f"changed ({syntax})"] += 1
            self.look(label, one.before, one.after, syntax)
        if outcome.files:
            self.again(target, label, before, outcome)

    def look(self, label: str, before: bytes, after: bytes, syntax: str) -> None:
        """Look at a file's text."""
        old, new = (data.decode("utf-8", "replace").splitlines(keepends=True) for data in (before, after))
        if self.shows:
            sys.stdout.writelines(difflib.unified_diff(old, new, label, label, n=1))
        if syntax in ("script", ".sh"):
            if bash_reads(before) and not bash_reads(after):
                self.faults.append(f"{label}: bash does not read it any more")
            self.counts["scripts that bash reads"] += bash_reads(after)
        lost = comments(old) - comments(new)
        if lost and syntax not in ("markdown", ".md"):
            self.faults.append(f"{label}: comments are gone: {list(lost)[:3]}")

    def again(self, target: Target, label: str, before: FileResult, outcome: object) -> None:
        """Look at a file after all of its fixes."""
        files = outcome.files  # type: ignore[attr-defined]  # an outcome
        for one in files:
            Path(one.path).write_bytes(one.after)
        after = check_file(target, self.rules, Setup())
        new = Counter(map(key, after.findings)) - Counter(map(key, before.findings))
        if new:
            self.faults.append(f"{label}: new findings: {list(new)[:3]}")
        if Counter(map(failure_key, after.failures)) - Counter(map(failure_key, before.failures)):
            self.faults.append(f"{label}: new failures")
        second = Mender([target], self.rules, Setup(), Wishes(unsafe=True)).run()
        if second.files:
            self.faults.append(f"{label}: a second run makes {[one.message for one in second.made]}")
        for one in files:
            Path(one.path).write_bytes(one.before)

    def lines(self, file: Path, most: int) -> None:
        """Fix command lines, each in a file of some kind."""
        with docker_cli.client() as client, tempfile.TemporaryDirectory() as place:
            os.chdir(place)
            Path(".github/workflows").mkdir(parents=True)
            for number, entry in enumerate(map(json.loads, file.read_text(encoding="utf-8").splitlines())):
                if self.counts["lines changed"] >= most:
                    break
                kind = list(HOLDERS)[number % len(HOLDERS)]
                self.line(client, kind, re.sub(r"^[$#] ", "", entry["text"].strip()))

    def line(self, client: docker_cli.Client, kind: str, text: str) -> None:
        """Fix one command line in a file of a kind."""
        holder = HOLDERS[kind]
        try:
            before = holder.put(text)
        except ValueError:
            return
        Path(holder.path).write_text(before, encoding="utf-8")
        (target,) = discover([holder.path], markdown=True).targets
        outcome = Mender([target], self.rules, Setup(), Wishes(unsafe=True)).run()
        self.counts["fixes made"] += len(outcome.made)
        self.counts["fixes refused"] += len(outcome.refused)
        for refusal in outcome.refused:
            self.reasons[f"{short(refusal.reason)} ({kind})"] += 1
        if not outcome.files:
            self.counts[f"lines unchanged in {kind}"] += 1
            return
        self.counts["lines changed"] += 1
        self.counts[f"lines changed in {kind}"] += 1
        after = outcome.files[0].after.decode()
        mended = holder.take(after)
        if self.shows:
            print("".join(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))))
        if bash_reads(text.encode()) and not bash_reads(mended.encode()):
            self.faults.append(f"bash does not read any more: {mended!r}")
        old, new = words(holder.take(before)), words(mended)
        if isinstance(old, str):
            return
        if isinstance(new, str):
            self.faults.append(f"{mended!r}: {new}")
            return
        asked = asked_of(client, old)
        if asked.path and not any(one.rule == "misplaced-option" for one in outcome.made):
            self.counts["lines that the client reads"] += 1
            again = asked_of(client, new)
            if (again.path, but_for_mended(again.body)) != (asked.path, but_for_mended(asked.body)):
                differing = [name for name in asked.body if asked.body[name] != again.body.get(name)]
                where = f"{asked.path} {again.path} {differing}"
                self.faults.append(f"the client makes something else of {mended!r}: {where}, {again.complaint}")


class Holder(NamedTuple):
    """A kind of file that a command line is put into, and taken out of again."""

    path: str
    put: Callable[[str], str]
    take: Callable[[str], str]


def one_line(text: str) -> str:
    """Return a command line without continuation."""
    return re.sub(r"\\\n[ \t]*", "", text).strip()


def in_make(text: str) -> str:
    """Write a recipe."""
    if re.search(r"(?<!\\)\n|\\$", text):
        raise ValueError(text)
    return "run:\n\t" + text.replace("$", "$$").replace("\n", "\n\t") + "\n"


def in_workflow(text: str) -> str:
    """Write a step with a block."""
    body = "".join(f"          {line}\n" if line else "\n" for line in text.splitlines())
    return f"on: push\njobs:\n  a:\n    steps:\n      - name: x # why\n        run: |\n{body}"


def step(text: str) -> str:
    """Return the script of the step."""
    return str(YAML(typ="safe", pure=True).load(text)["jobs"]["a"]["steps"][0]["run"])


HOLDERS = {
    "script": Holder("x.sh", lambda text: f"#!/bin/bash\n{text}\n", lambda text: text.partition("\n")[2].strip()),
    "workflow": Holder(".github/workflows/x.yml", in_workflow, lambda text: step(text).strip()),
    "a quoted step": Holder(
        ".github/workflows/y.yml",
        lambda text: f"on: push\njobs: {{a: {{steps: [{{run: {json.dumps(text)}}}]}}}}\n",
        lambda text: step(text).strip(),
    ),
    "package.json": Holder(
        "package.json",
        lambda text: json.dumps({"scripts": {"x": one_line(text)}}, ensure_ascii=False),
        lambda text: str(json.loads(text)["scripts"]["x"]).strip(),
    ),
    "make": Holder("Makefile", in_make, lambda text: text[6:].replace("\n\t", "\n").replace("$$", "$").strip()),
    "bash -c": Holder(
        "y.sh",
        lambda text: f"bash -c {shlex.quote(text)}\n",
        lambda text: shlex.split(text)[2],
    ),
    "markdown": Holder(
        "README.md", lambda text: f"# x\n\n```sh\n{text}\n```\n", lambda text: text[11:].removesuffix("\n```\n").strip()
    ),
}
_OF_SERVICE = ("CapabilityAdd", "CapabilityDrop", "User", "ReadOnly")
_OF_HOST = ("CapAdd", "CapDrop", "SecurityOpt", "Privileged", "ReadonlyRootfs", "MaskedPaths", "ReadonlyPaths")


def but_for_mended(body: dict[str, Any]) -> dict[str, Any]:
    """Return a request without what is mended; the client writes some lists in any order."""
    body = {**body, "Env": sorted(body.get("Env") or ())}
    host = {name: value for name, value in (body.get("HostConfig") or {}).items() if name not in _OF_HOST}
    spec = dict((body.get("TaskTemplate") or {}).get("ContainerSpec") or {})
    for name in _OF_SERVICE:
        spec.pop(name, None)
    body["TaskTemplate"] = {**(body.get("TaskTemplate") or {}), "ContainerSpec": spec}
    host["Binds"] = sorted(host.get("Binds") or ())
    return {**body, "HostConfig": host, "User": ""}


def bash_reads(data: bytes) -> bool:
    """Whether bash takes a text for a script."""
    return subprocess.run(["/bin/bash", "-n"], input=data, capture_output=True, check=False).returncode == 0


def comments(lines: list[str]) -> Counter[str]:
    """Count the comments that have a line of their own, or stand behind something."""
    return Counter(found[1].strip() for line in lines if (found := re.search(r"(?:^|\s)(?:#|//)\s+(.*)", line)))


if __name__ == "__main__":
    raise SystemExit(main())
