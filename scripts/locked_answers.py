#!/usr/bin/env python3
"""Ask of the workloads what they need once by their Dockerfiles and once by a lock of their images, and compare.

    scripts/locked_answers.py [NAME …] [--accept] [--remove] [--seconds N]

Prints a line for each whose answers differ, then how many are complete by each and how many suffice. Images are built
where they are missing, and nothing is started. `--accept` writes the results into fixtures/workloads/locked.json and
docs/locked.md; without names it begins with those that have none for their files as they are. `--remove` removes the
images that it built. `--seconds` begins nothing new after that time. Exits with 1 where the lock's answer is not
complete or too small.
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
    """Compare; return 1 where the lock knows too little."""
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
    found: dict[str, dict[str, Any]] = {}
    try:
        with engine() as started:
            names = arguments.names or _names(started, is_left=arguments.accept)
            for name, answers in _answered(started, names, deadline, removes=arguments.remove):
                found[name] = result(name, started, answers)
                if said := differences(found[name]):
                    print(f"{name:28} {line(found[name])}: {'; '.join(said)}", flush=True)
                if arguments.accept:
                    write_results({**read_locked(), name: found[name]})
    except MissingError as error:
        print(f"nothing compared: {error}", file=sys.stderr)
        return 1
    if arguments.accept:
        PAGE.write_text(write_locked_page(read_locked()), encoding="utf-8")
    differ = sum(bool(differences(one)) for one in found.values())
    counts = ", ".join(f"{way} {sum(one[way]['complete'] for one in found.values())}" for way in ("file", "lock"))
    print(f"{len(found)} workloads; complete: {counts}; the lock knows too little of {differ}")
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
    base = _read(started, [BASE])[BASE]
    left = iter(names)
    while batch := tuple(islice(left, BATCH)):
        images, built = _built(started, batch, deadline)
        contents = _read(started, list(images.values())) if images else {}
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


def _read(started: Engine, images: Sequence[str]) -> dict[str, Contents]:
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


def result(name: str, started: Engine, answers: Answers) -> dict[str, Any]:
    """Return what is kept of the answers."""
    workload = read_workload(name)
    return {
        "image": started.image(FOLDER / name, name),
        "expected": list(workload.minimal),
        "alternatives": list(map(list, workload.alternatives)),
        "file": _told(answers.by_file),
        "base": _told(answers.by_base),
        "lock": _told(answers.by_lock),
        "nothing": _told(answers.by_nothing),
        "compared": datetime.now(timezone.utc).date().isoformat(),
    }


def _told(needs: Needs) -> dict[str, Any]:
    told: dict[str, Any] = {"set": list(needs.cap_add), "complete": needs.is_complete}
    if needs.unknown:
        told["unknown"] = needs.unknown[0].reason
        told["resolve"] = needs.unknown[0].resolve
    return told


def differences(one: dict[str, Any]) -> list[str]:
    """Say what does not hold of a workload's answers."""
    said = []
    sets = [set(one["expected"]), *map(set, one["alternatives"])]
    for way in ("file", "base", "lock"):
        told = one[way]
        if told["complete"] and not any(each <= set(told["set"]) for each in sets):
            said.append(f"by {way} complete, and LACKS {' '.join(sorted(sets[0] - set(told['set'])))}")
        more = set(told["set"]) - set(one["file"]["set"])
        if told["complete"] and one["file"]["complete"] and more:
            said.append(f"by {way} too much: {' '.join(sorted(more))}")
    said += [
        f"by {way} not complete: {one[way]['unknown']}"
        for way in ("base", "lock")
        if one["file"]["complete"] and not one[way]["complete"]
    ]
    if "`dropcap images lock`" not in one["nothing"].get("resolve", ""):
        said.append(f"by nothing: {one['nothing'].get('unknown', 'complete')}")
    return said


def line(one: dict[str, Any]) -> str:
    """Return the answers in one line."""
    return "; ".join(
        f"by {way} {' '.join(one[way]['set']) or 'nothing'}{'' if one[way]['complete'] else ' …'}"
        for way in ("file", "base", "lock")
    )


if __name__ == "__main__":
    raise SystemExit(main())
