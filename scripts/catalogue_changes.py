#!/usr/bin/env python3
"""Say what has changed in a checkout of an image's repository since the catalogue was written.

    scripts/catalogue_changes.py CHECKOUT [--repository OWNER/NAME]

Of each entry that names the repository as its source it prints the commit that was read and the checkout's own, and of
each file that was read, and differs: the instructions that the catalogue has facts of, before and now; of scripts their
digests. It exits with 1 where something differs, so that it can be asked from time to time.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import dropcap.images.catalogue_table as table

if TYPE_CHECKING:
    from collections.abc import Iterator

CATALOGUE = Path(table.__file__).parent / "catalogue"
SOURCE = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)@(?P<commit>[0-9a-f]{40}): (?P<files>.+)")
TOLD = re.compile(
    r"(?:USER|ENTRYPOINT|CMD|VOLUME|EXPOSE|WORKDIR|STOPSIGNAL|HEALTHCHECK)\b.*|.*\bsetcap\b.*", re.IGNORECASE
)
SHOWN = 12


def main() -> int:
    """Compare, and print; gives 1 where something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkout", metavar="CHECKOUT", type=Path, help="a git repository with its history")
    parser.add_argument("--repository", metavar="OWNER/NAME", help="its name, where its remote does not say it")
    arguments = parser.parse_args()
    name = arguments.repository or _remote(arguments.checkout)
    head = git(arguments.checkout, "rev-parse", "HEAD").strip()
    code, seen = 0, 0
    for entry, commit, patterns in sources(name):
        seen += 1
        print(f"{entry}: read at {commit[:SHOWN]}, now {head[:SHOWN]}")
        for line in changes(arguments.checkout, commit, patterns):
            print(f"  {line}")
            code = 1
    if not seen:
        print(f"no entry of the catalogue has {name} as its source", file=sys.stderr)
    return code


def sources(repository: str) -> Iterator[tuple[str, str, list[str]]]:
    """Give each entry that has a repository as its source, with the commit and the patterns of the files."""
    for path in sorted(CATALOGUE.glob("*.toml")):
        if path.stem == "index":
            continue
        for one in table.load(path.read_text(encoding="utf-8"), path.stem).get("source", []):
            found = SOURCE.fullmatch(one)
            if found is not None and found["repository"].lower() == repository.lower():
                yield (
                    path.stem,
                    found["commit"],
                    re.findall(r"[\w.*/-]*(?:Dockerfile|Containerfile|\.sh|/run|foreground)[\w.*-]*", found["files"]),
                )


def changes(checkout: Path, commit: str, patterns: list[str]) -> Iterator[str]:
    """Give a line for each thing that differs between the commit that was read and the checkout."""
    names = git(checkout, "diff", "--name-only", commit, "HEAD").splitlines()
    for name in names:
        if not any(fnmatchcase(name, one) or fnmatchcase(name, f"*/{one}") for one in patterns):
            continue
        before, now = (git(checkout, "show", f"{one}:{name}") for one in (commit, "HEAD"))
        if "ockerfile" not in name and "ontainerfile" not in name:
            yield f"{name}: {_digest(before)} -> {_digest(now)}"
        elif told(before) != told(now):
            yield f"{name}: {told(before) or 'nothing'} -> {told(now) or 'nothing'}"


def told(text: str) -> list[str]:
    """Return the instructions of a Dockerfile that the catalogue has facts of, in their order."""
    joined = re.sub(r"\\\n\s*", " ", text)
    return [" ".join(found[0].split()) for line in joined.splitlines() if (found := TOLD.fullmatch(line.strip()))]


def git(checkout: Path, *words: str) -> str:
    """Return what git prints; nothing where it fails, as for a file that is not there."""
    command = ["git", "-C", str(checkout), *words]  # the machine's own
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:SHOWN] if text else "nothing"


def _remote(checkout: Path) -> str:
    found = re.search(r"([\w.-]+/[\w.-]+?)(?:\.git)?$", git(checkout, "remote", "get-url", "origin").strip())
    return found[1] if found is not None else ""


if __name__ == "__main__":
    sys.exit(main())
