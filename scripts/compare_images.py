#!/usr/bin/env python3
"""Compare what each way of reading an image tells of the images of workloads, and what a started container has.

    scripts/compare_images.py NAME … [--accept]

The ways are the engine, what `docker save` wrote, an OCI archive and an OCI layout that skopeo makes of it, and the
exported root file system; in a container `stat`, `getcap` and `/etc/passwd` are asked. Prints a line for each. Exits
with 1 where one differs. `--accept` notes those that are equal in fixtures/workloads/compared.json and docs/locked.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from image_ways import Client, differences, read_all
from locked_page import note_compared
from workload_engine import FailedError, MissingError, engine
from workload_page import FOLDER

from dropcap.commands.images_locked import reading
from oracles.engine import PACKAGES, install

PACKAGES |= {"skopeo": ("skopeo",), "getcap": ("libcap2-bin",)}


def main() -> int:
    """Compare; return 1 where something differs."""
    names = [one for one in sys.argv[1:] if one != "--accept"]
    differ = 0
    try:
        install("skopeo", "getcap")
        with engine() as started:
            os.environ.update(started.environment)
            client = Client(("docker",), started.environment)
            for name in names:
                paths = compare(client, name, started.build(FOLDER / name, name))
                differ += not paths
                if paths and "--accept" in sys.argv:
                    note_compared(name, paths, datetime.now(timezone.utc).date().isoformat())
    except (MissingError, FailedError) as error:
        print(f"nothing compared: {error}", file=sys.stderr)
        return 1
    print(f"{len(names)} images, {differ} differ")
    return 1 if differ else 0


def compare(client: Client, name: str, image: str) -> int:
    """Compare one image; return how many paths it has where all is equal, and 0 where it is not."""
    with TemporaryDirectory() as folder:
        ways = read_all(client, image, Path(folder), reading, by_skopeo)
        said = differences(client, image, ways, shutil.which("getcap", path=client.environment["PATH"]) or "")
    files = ways["engine"].files
    capable = sum(bool(one.capabilities) for one in files.values())
    print(f"{name:28} {len(files):6} paths  {capable} with capabilities  {'; '.join(said) or 'equal'}", flush=True)
    return 0 if said else len(files)


def by_skopeo(saved: Path, folder: Path) -> None:
    """Make an OCI archive and a layout of what `docker save` wrote."""
    layout = "oci:layout:image:1"
    for places in ((f"docker-archive:{saved}", layout), (layout, "oci-archive:oci.tar:image:1")):
        words = ("skopeo", "--insecure-policy", "copy", "--quiet", "--dest-compress-level=1", *places)
        subprocess.run(words, cwd=folder, check=True)


if __name__ == "__main__":
    raise SystemExit(main())
