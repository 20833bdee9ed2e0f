#!/usr/bin/env python3
"""Ask of the workloads what they need once by their Dockerfiles and once by a lock of their images, and compare.

    scripts/locked_answers.py [NAME …]

Prints a line for each whose answers differ, then how many are complete by each and how many suffice. Images are built
where they are missing, and nothing is started. Exits with 1 where the lock's answer is not complete or too small.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from workload_engine import MissingError, engine
from workload_page import FOLDER, read_workload, workload_names

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.images.full_tree import FullTree
from dropcap.images.kept import kept
from dropcap.images.known_images import Images
from dropcap.images.lock import HEAD, entry_lines
from dropcap.images.readers.engine import connect
from dropcap.images.readers.layers import Reading
from dropcap.images.reference import familiar
from dropcap.model import Kind, Located
from dropcap.needs.container import needs_of
from dropcap.workspace import LOCK, Workspace

if TYPE_CHECKING:
    from dropcap.images.contents import Contents
    from dropcap.model import Container
    from dropcap.needs.model import Needs

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Compare; return 1 where the lock knows too little."""
    os.chdir(ROOT)
    names = sys.argv[1:] or workload_names()
    differ = 0
    complete = {"Dockerfile": 0, "lock": 0}
    try:
        with engine() as started:
            os.environ.update(started.environment)
            for name in names:
                image = started.build(FOLDER / name, name)
                by_file, by_lock = answers(name, image, contents_of(image))
                expected = set(read_workload(name).minimal)
                complete["Dockerfile"] += by_file.is_complete
                complete["lock"] += by_lock.is_complete
                lacks = expected - set(by_lock.cap_add) if by_lock.is_complete else set()
                differ += bool(lacks) or not by_lock.is_complete
                if lacks or by_file.cap_add != by_lock.cap_add or not by_lock.is_complete:
                    print(line(name, by_file, by_lock, expected), flush=True)
    except MissingError as error:
        print(f"nothing compared: {error}", file=sys.stderr)
        return 1
    print(f"{len(names)} workloads; complete: {json.dumps(complete)}; the lock knows too little of {differ}")
    return 1 if differ else 0


def contents_of(image: str) -> Contents:
    """Return an image that was just built."""
    with closing(connect()) as asked:
        found = asked.read(image, Reading())
    if found is None:
        raise MissingError(f"{image} is gone")
    return found


def answers(name: str, image: str, contents: Contents) -> tuple[Needs, Needs]:
    """Return what a workload needs by its Dockerfile, and by a lock of its image."""
    file = str((FOLDER / name / "compose.yaml").relative_to(ROOT))
    (target,), _ = discover([file])[:2]
    (container,) = (one for one in check_file(target, (), Setup()).containers if one.kind is Kind.SERVICE)
    by_file = needs_of(container, Workspace("."))
    alone = container._replace(stage=None, image=Located(image, container.source, container.span))
    lock = locked(alone, image, contents)
    return by_file, needs_of(alone, Workspace(".", {str(ROOT / LOCK): lock.encode()}))


def locked(container: Container, image: str, contents: Contents) -> str:
    """Return the lock that `dropcap images lock` would write."""
    tree = FullTree.of(contents)
    images = Images(Workspace("."), {familiar(image): tree})
    needs_of(container, images.workspace, images=images, tries_user=True)
    files, listed = kept(tree, contents.files)
    ids = contents.id, contents.digests
    return HEAD + "\n".join(entry_lines(familiar(image), ids, tree, files, listed)) + "\n"


def line(name: str, by_file: Needs, by_lock: Needs, expected: set[str]) -> str:
    """Return what differs."""
    why = "" if by_lock.is_complete else f" unknown: {by_lock.unknown[0].reason}"
    lacks = expected - set(by_lock.cap_add)
    known = "" if by_file.is_complete else " (not complete)"
    told = f"by Dockerfile {' '.join(by_file.cap_add) or 'nothing'}{known}"
    return f"{name:28} {told}; by lock {' '.join(by_lock.cap_add) or 'nothing'}{why}" + (
        f"; LACKS {' '.join(sorted(lacks))}" if lacks else ""
    )


if __name__ == "__main__":
    raise SystemExit(main())
