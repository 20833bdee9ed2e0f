"""Images as an engine, archives, a layout and a root file system tell them, and as a container has them."""

from __future__ import annotations

import os
import tarfile
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from image_ways import Client, differences, read_all

from dropcap.images.readers.engine import connect
from dropcap.images.readers.layers import Reading
from engine.builds import STEPS, build, to_dockerfile
from engine.cases import REAL

if TYPE_CHECKING:
    from pathlib import Path

    from oracles.engine import Engine

NAME = "dropcap-read:1"
# What `getcap` shows of it is what the attribute holds; the kernel lets root write it.
CAPPED = "COPY capped /srv/capped"


@pytest.fixture(autouse=True)
def asks_this_engine(docker: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONFIG"):
        monkeypatch.setenv(name, docker.environment[name])


def by_podman(podman: Engine, saved: Path, folder: Path) -> None:
    """Let Podman write the image of `docker save` as OCI has it."""
    name = podman.call("load", "--input", str(saved)).split()[-1]
    podman.call("save", "--quiet", "--format=oci-archive", "--output", str(folder / "oci.tar"), name)
    podman.call("rmi", "--force", name)
    with tarfile.open(folder / "oci.tar") as parts:
        parts.extractall(folder / "layout", filter="data")


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
        client = Client(builder.program, builder.environment)
        ways = read_all(client, NAME, tmp_path_factory.mktemp("image"), Reading, partial(by_podman, podman))
        assert differences(client, NAME, ways) == []
        assert {one.capabilities for one in ways["engine"].files.values()} <= {(), ("NET_RAW",)}


def test_an_image_that_the_engine_has_not_is_none(docker: Engine) -> None:
    assert docker.call("image", "ls", "--quiet", "none:1") == ""
    with closing(connect()) as engine:
        assert engine.read("none:1", Reading()) is None
