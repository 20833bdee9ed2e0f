"""Images as an engine, archives, a layout and a root file system tell them, and as a container has them."""

from __future__ import annotations

import os
import subprocess
import tarfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from dropcap.images.facts import FileKind
from dropcap.images.full_tree import FullTree
from dropcap.images.readers.engine import connect
from dropcap.images.readers.folders import read_archive_file, read_folder
from dropcap.images.readers.layers import Reading
from engine.builds import LAID_OVER, STEPS, build, to_dockerfile
from engine.cases import REAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dropcap.images.contents import Contents
    from oracles.engine import Engine

NAME = "dropcap-read:1"
# What `getcap` shows of it is what the attribute holds; the kernel lets root write it.
CAPPED = "COPY capped /srv/capped"
# Volumes are other file systems: what is in them is the image's all the same.
FOUND = r"find / \( -path /proc -o -path /sys -o -path /dev \) -prune -o -exec stat -c '%n|%F|%u|%g|%a' {} +"
KINDS = {
    "regular file": FileKind.FILE,
    "regular empty file": FileKind.FILE,
    "directory": FileKind.FOLDER,
    "symbolic link": FileKind.LINK,
}


@pytest.fixture(autouse=True)
def asks_this_engine(docker: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONFIG"):
        monkeypatch.setenv(name, docker.environment[name])


def shown(image: Contents) -> dict[str, Any]:
    """Return all that is known of each path, texts as strings; the folders that engines mount over are theirs."""
    return {
        path: (file._replace(text=None), file.text and file.text.text)
        for path, file in image.files.items()
        if path != "/" and not path.startswith(tuple(f"/{one}" for one in LAID_OVER))
    }


def exported(docker: Engine, folder: Path) -> Path:
    """Unpack the root file system of a container that was never started."""
    made = docker.call("create", NAME, "/bin/sh").strip()
    folder.mkdir(parents=True)
    with (folder.parent / f"{folder.name}.tar").open("wb") as out:
        subprocess.run((*docker.program, "export", made), env=docker.environment, stdout=out, check=True)
    docker.call("rm", made)
    words = ("tar", "--xattrs", "--xattrs-include=*", "-xpf", out.name, "-C", str(folder))
    subprocess.run((*words, "--exclude=dev/*", "--exclude=proc/*", "--exclude=sys/*"), check=True)
    return folder


def as_oci(podman: Engine, saved: Path, archive: Path) -> Path:
    """Let Podman write the image of `docker save` as OCI has it."""
    name = podman.call("load", "--input", str(saved)).split()[-1]
    podman.call("save", "--quiet", "--format=oci-archive", "--output", str(archive), name)
    podman.call("rmi", "--force", name)
    return archive


def in_container(docker: Engine) -> dict[str, tuple[FileKind, str, str, int]]:
    """Return what `stat` says in a started container."""
    lines = docker.call("run", "--rm", "--user=0", "--network=none", NAME, "/bin/sh", "-c", FOUND).splitlines()
    found = {}
    for line in lines:
        path, kind, owner, group, mode = line.split("|")
        if path != "/" and not path.startswith(tuple(f"/{one}" for one in LAID_OVER)):
            found[path] = KINDS[kind], owner, group, int(mode, 8)
    return found


def as_stat(files: Mapping[str, Any]) -> dict[str, tuple[FileKind, str | None, str | None, int | None]]:
    return {path: (one.kind, one.owner, one.group, one.mode) for path, (one, _) in files.items()}


def compare(docker: Engine, podman: Engine, folder: Path) -> None:
    """Compare what each way tells of the image."""
    with closing(connect()) as engine:
        asked = engine.read(NAME, Reading())
    assert asked is not None
    saved = folder / "saved.tar"
    docker.call("save", "--output", str(saved), NAME)
    (of_archive,) = read_archive_file(str(saved), Reading())
    archive = as_oci(podman, saved, folder / "oci.tar")
    (of_oci,) = read_archive_file(str(archive), Reading())
    with tarfile.open(archive) as parts:
        parts.extractall(folder / "layout", filter="data")
    (of_layout,) = read_folder(str(folder / "layout"), Reading())
    (of_root,) = read_folder(str(exported(docker, folder / "root")), Reading())
    real = in_container(docker)

    known = shown(asked)
    assert shown(of_archive) == known
    assert shown(of_oci) == known
    assert shown(of_layout) == known
    assert as_stat(shown(of_root)) == as_stat(known)
    assert {path: one for path, (one, _) in shown(of_root).items() if one.capabilities} == {
        path: one for path, (one, _) in known.items() if one.capabilities
    }
    assert as_stat(known) == real
    assert asked.id == of_archive.id
    tree, users = (
        FullTree.of(asked),
        docker.call("run", "--rm", "--network=none", NAME, "busybox", "cat", "/etc/passwd"),
    )
    assert sorted(f"{one.name}:{one.uid}:{one.group}" for one in tree.accounts()) == sorted(
        ":".join((line.split(":")[0], *line.split(":")[2:4])) for line in users.splitlines()
    )


@settings(REAL, max_examples=int(os.environ.get("DROPCAP_IMAGES", "6")))
@given(steps=STEPS)
def test_an_image_is_the_same_whoever_tells_of_it(
    builder: Engine, podman: Engine, context: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    capped = context / "capped"
    capped.write_bytes(b"\x7fELF")
    attribute = bytes.fromhex("0100000200200000000000000000000000000000")  # cap_net_raw+ep
    os.setxattr(capped, "security.capability", attribute)
    (context / "Dockerfile").write_text(to_dockerfile([CAPPED, *steps]), encoding="utf-8")
    if build(builder, str(context), NAME):
        compare(builder, podman, tmp_path_factory.mktemp("image"))
        with closing(connect()) as engine:
            asked = engine.read(NAME, Reading())
        assert asked is not None
        assert {one.capabilities for one in asked.files.values()} <= {(), ("NET_RAW",)}


def test_an_image_that_the_engine_has_not_is_none(docker: Engine) -> None:
    assert docker.call("image", "ls", "--quiet", "none:1") == ""
    with closing(connect()) as engine:
        assert engine.read("none:1", Reading()) is None
