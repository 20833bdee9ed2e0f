#!/usr/bin/env python3
"""Ask of the workloads what they need once by their Dockerfiles and once by a lock of their images, and compare.

    scripts/locked_answers.py [NAME …] [--accept] [--remove] [--seconds N]

Prints a line for each where the lock, or a lock of the base alone, knows less than the Dockerfile, where an answer is
too small, or where without both it is not told what to do. Images are built where they are missing, and nothing is
started. `--accept` writes the results into fixtures/workloads/locked.json and
docs/locked.md; without names it begins with those that have none for their files as they are. `--remove` removes the
images that it built. `--seconds` begins nothing new after that time. Exits with 1 where one differs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from locked_page import PAGE, RESULTS, read_locked, write_locked_page, write_results
from workload_engine import BASE, FailedError, MissingError, engine
from workload_page import FOLDER, read_workload, workload_names

from dropcap.check import Setup, check_file
from dropcap.discover import discover
from dropcap.images.contents import ImageError
from dropcap.images.full_tree import FullTree
from dropcap.images.kept import kept
from dropcap.images.known_images import Images
from dropcap.images.lock import HEAD, entry_lines
from dropcap.images.readers.archive import read_archive
from dropcap.images.readers.layers import Reading
from dropcap.images.reference import familiar
from dropcap.model import Kind, Located
from dropcap.needs.container import needs_of
from dropcap.workspace import LOCK, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workload_engine import Engine
    from workload_page import Workload

    from dropcap.images.contents import Contents
    from dropcap.model import Container
    from dropcap.needs.model import Needs

ROOT = Path(__file__).resolve().parent.parent
BATCH = 4
"""So many images are sent at once: what they have in common is sent and read once."""


class Answers(NamedTuple):
    """What a workload needs.

    Attributes:
        by_file: by its Dockerfile.
        by_base: by its Dockerfile, over what a lock says of the image that it is built upon.
        by_lock: by a lock of its image, where the Compose file names that.
        by_nothing: where neither is there.

    """

    by_file: Needs
    by_base: Needs
    by_lock: Needs
    by_nothing: Needs


def main() -> int:
    """Compare; return 1 where something differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a workload; all where none is named")
    parser.add_argument("--accept", action="store_true", help="write the results into the data and the page")
    parser.add_argument("--remove", action="store_true", help="remove the images that were built for it")
    parser.add_argument("--seconds", type=float, metavar="N", help="begin nothing new after that time")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(workload_names()))
    if unknown:
        parser.error(f"no such workload: {', '.join(unknown)}")
    os.chdir(ROOT)
    deadline = time.monotonic() + arguments.seconds if arguments.seconds else None
    found: dict[str, Answers] = {}
    differ = 0
    try:
        with engine() as started:
            names = arguments.names or _names(started, is_left=arguments.accept)
            for name, answers in _answered(started, names, deadline, removes=arguments.remove):
                found[name] = answers
                if said := differences(read_workload(name), answers):
                    differ += 1
                    print(f"{name:28} {line(answers)}: {'; '.join(said)}", flush=True)
                if arguments.accept:
                    image = started.image(FOLDER / name, name)
                    write_results({**read_locked(), name: result(image, answers)})
    except MissingError as error:
        print(f"nothing compared: {error}", file=sys.stderr)
        return 1
    if arguments.accept:
        PAGE.write_text(write_locked_page(read_locked()), encoding="utf-8")
    by_file, by_lock = (sum(one[at].is_complete for one in found.values()) for at in (0, 2))
    print(f"{len(found)} workloads; complete: by file {by_file}, by lock {by_lock}; {differ} differ")
    return 1 if differ else 0


def _names(started: Engine, *, is_left: bool) -> list[str]:
    """Return the workloads; those that are left, or first those whose images are there."""
    done = {name: one["image"] for name, one in read_locked().items()} if is_left and RESULTS.exists() else {}
    tags = set(started.call("images", "--format={{.Repository}}:{{.Tag}}").split())
    images = {name: started.image(FOLDER / name, name) for name in workload_names()}
    return sorted(
        (name for name, one in images.items() if done.get(name) != one), key=lambda one: images[one] not in tags
    )


def _answered(
    started: Engine, names: Sequence[str], deadline: float | None, *, removes: bool
) -> Iterator[tuple[str, Answers]]:
    """Give the answers about each, a batch at a time."""
    base = read_images(started, [BASE])[BASE]
    left = iter(names)
    while batch := tuple(islice(left, BATCH)):
        images, built = _built(started, batch, deadline)
        contents = read_images(started, list(images.values())) if images else {}
        if removes and built:
            started.call("rmi", *built)
        for name, image in images.items():
            yield name, answers_of(name, image, contents[image], base)
        if deadline is not None and time.monotonic() > deadline:
            return


def _built(started: Engine, names: Sequence[str], deadline: float | None) -> tuple[dict[str, str], list[str]]:
    """Return the images of workloads, and those that had to be built."""
    images: dict[str, str] = {}
    built = []
    for name in names:
        image = started.image(FOLDER / name, name)
        if started.run("image", "inspect", image).returncode:
            if deadline is not None and time.monotonic() > deadline:
                break
            try:
                started.build(FOLDER / name, name)
            except FailedError as error:
                print(f"{name:28} cannot be built: {str(error)[-300:]}", flush=True)
                continue
            built.append(image)
        images[name] = image
    return images, built


def read_images(started: Engine, images: Sequence[str]) -> dict[str, Contents]:
    """Return images of the engine, as it sends them.

    Raises:
        MissingError: it does not send them.

    """
    words = ("docker", "save", *images)
    with subprocess.Popen(words, env=started.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            found = read_archive(cast("IO[bytes]", process.stdout), "docker save", Reading())
        except ImageError as error:
            process.kill()
            raise MissingError(str(error)) from None
    return {name: one for one in found for name in one.names}


def answers_of(name: str, image: str, contents: Contents, base: Contents) -> Answers:
    """Return what a workload needs by its Dockerfile, by locks, and by nothing."""
    file = str((FOLDER / name / "compose.yaml").relative_to(ROOT))
    (target,), _ = discover([file])[:2]
    (container,) = (
        one for one in check_file(target, (), Setup()).containers if one.kind is Kind.SERVICE and one.name == "app"
    )
    alone = container._replace(stage=None, image=Located(image, container.source, container.span))
    with_base = {str(ROOT / LOCK): locked(container, BASE, base).encode()}
    with_image = {str(ROOT / LOCK): locked(alone, image, contents).encode()}
    return Answers(
        needs_of(container, Workspace(".")),
        needs_of(container, Workspace(".", with_base)),
        needs_of(alone, Workspace(".", with_image)),
        needs_of(alone, Workspace(".")),
    )


def locked(container: Container, image: str, contents: Contents) -> str:
    """Return the lock that `dropcap images lock` would write."""
    tree = FullTree.of(contents)
    images = Images(Workspace("."), {familiar(image): tree})
    needs_of(container, images.workspace, images=images, tries_user=True)
    files, listed = kept(tree, contents.files)
    ids = contents.id, contents.digests
    return HEAD + "\n".join(entry_lines(familiar(image), ids, tree, files, listed)) + "\n"


def result(image: str, answers: Answers) -> dict[str, Any]:
    """Return what is kept of the answers."""
    told: dict[str, Any] = {"image": image, "compared": datetime.now(timezone.utc).date().isoformat()}
    for way, needs in (("file", answers.by_file), ("base", answers.by_base), ("lock", answers.by_lock)):
        told[way] = " ".join(needs.cap_add)
        if not needs.is_complete:
            told[f"{way} unknown"] = needs.unknown[0].reason
    return told


def differences(workload: Workload, answers: Answers) -> list[str]:
    """Say what does not hold of a workload's answers."""
    said = []
    sets = [set(one) for one in (workload.minimal, *workload.alternatives)]
    by_file = answers.by_file
    for way, needs in (("file", by_file), ("base", answers.by_base), ("lock", answers.by_lock)):
        if needs.is_complete and not any(one <= set(needs.cap_add) for one in sets):
            said.append(f"by {way} complete, and LACKS {' '.join(sorted(sets[0] - set(needs.cap_add)))}")
        if by_file.is_complete and not needs.is_complete:
            said.append(f"by {way} not complete: {needs.unknown[0].reason}")
        elif by_file.is_complete and set(needs.cap_add) - set(by_file.cap_add):
            said.append(f"by {way} too much: {' '.join(sorted(set(needs.cap_add) - set(by_file.cap_add)))}")
    nothing = answers.by_nothing
    if nothing.is_complete or nothing.unknown[0].resolve != "run `dropcap images lock`":
        said.append("by nothing it is not told what to do")
    return said


def line(answers: Answers) -> str:
    """Return the answers in one line."""
    ways = (("file", answers.by_file), ("base", answers.by_base), ("lock", answers.by_lock))
    return "; ".join(
        f"by {way} {' '.join(needs.cap_add) or 'nothing'}{'' if needs.is_complete else ' …'}" for way, needs in ways
    )


if __name__ == "__main__":
    raise SystemExit(main())
