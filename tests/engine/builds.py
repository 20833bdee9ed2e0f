"""Images to build: a base, the files beside it, and steps at random."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from image_ways import LAID_OVER

from oracles.engine import MissingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracles.engine import Engine

__all__ = ["LAID_OVER", "STEPS", "build", "builder_of", "fill_context", "to_dockerfile"]


def _place(source: str, place: str) -> str:
    return place if " " not in source or place.endswith("/") else f"{place}/"


USERS = "root:x:0:0::/:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\nweb:x:33:33::/:/bin/sh\n"
GROUPS = "root:x:0:\nappg:x:1001:\nweb:x:33:\nother:x:77:\n"
# A shell is there before anything else; what an engine lays over the files of a container is no part of the image.
BASE = """\
FROM scratch AS base
COPY busybox /bin/busybox
COPY passwd group /etc/
RUN ["/bin/busybox", "ln", "-s", "busybox", "/bin/sh"]
RUN ["/bin/busybox", "mkdir", "-p", "/tmp", "/srv/app", "/srv/own", "/opt"]
RUN ["/bin/busybox", "chmod", "1777", "/tmp"]
RUN ["/bin/busybox", "chown", "app:other", "/srv/own"]
"""
OTHER = """\
FROM base AS other
RUN busybox mkdir -p /out/in /out/root && busybox touch /out/f /out/in/g && busybox chown -R web:other /out
RUN busybox chown 0:0 /out/root && busybox chmod 750 /out/in && busybox ln -s in /out/link
RUN busybox echo 'deep:x:70:70::/:/bin/sh' >> /etc/passwd
"""
IGNORED = "*.log\n!keep.log\nfolder/left\n**/.git\n"
TARGETS = (
    "/srv/app",
    "/srv/app/",
    "/srv/new",
    "/srv/new/",
    "/srv/own/",
    "in/",
    "in/x",
    ".",
    "/opt/a/b/c",
    "/srv/own/in",
)
OWNERS = ("", "--chown=app", "--chown=70", "--chown=app:other", "--chown=1000:77", "--chown=:other", "--chown=root")
MODES = ("", "", "", "--chmod=640", "--chmod=4755")
SOURCES = (
    "file",
    "folder",
    "folder/inner",
    "script.sh",
    "*.sh",
    "folder/*",
    "keep.log",
    "file script.sh",
    "f?le",
    "./folder/",
)
COPIES = st.builds(
    lambda owner, mode, source, place: " ".join(filter(None, ("COPY", owner, mode, source, _place(source, place)))),
    *map(st.sampled_from, (OWNERS, MODES, SOURCES, TARGETS)),
)
FROM_STAGE = st.builds(
    lambda owner, source, place: " ".join(filter(None, ("COPY --from=other", owner, source, place))),
    *map(
        st.sampled_from,
        (OWNERS, ("/out/f", "/out", "/out/in", "/out/link", "/etc/passwd", "/out/*"), (*TARGETS, "/etc/")),
    ),
)
ADDS = st.sampled_from(
    (
        "ADD file /srv/added",
        "ADD --chown=app archive.tar /srv/unpacked",
        "ADD archive.tar /srv/app/",
        "ADD folder /srv/own",
    )
)
SETTINGS = st.sampled_from(
    (
        *("USER app", "USER 70", "USER root", "USER app:other", "USER 1000"),
        *("WORKDIR /srv/own/deep/er", "WORKDIR sub", "WORKDIR /opt", "WORKDIR /made/a", "VOLUME /srv/app"),
    )
)
COMMANDS = st.sampled_from(
    (
        *("mkdir /srv/own/made", "mkdir -p /tmp/a/b", "touch /tmp/t", "mkdir -m 700 /tmp/m", "touch here"),
        *("chown -R app /srv/app", "chown web:other /srv/own", "chmod -R g+w /srv/own", "chmod 2775 /srv/app"),
        *("cp /bin/busybox /srv/app/b", "cp -r /srv/app /srv/copied", "mv /srv/app /srv/moved", "rm -rf /srv/app"),
        *("ln -s /srv/own /srv/link", "cp /etc/passwd /srv/app", "cp -a /srv/own /srv/kept", "chown app /srv/*"),
        *("(cd /tmp && touch in-tmp); touch behind", "umask 077; mkdir /tmp/closed", "cd /srv/own && touch inside"),
        *(
            "sh /srv/app/script.sh",
            "cat > /tmp/said <<E\nx\nE",
            "tar -xf /srv/app/archive.tar -C /opt",
            "find /srv -exec chown 5 {} +",
        ),
        *(
            "mv /srv/own/* /opt",
            "cp -r /srv/own/. /opt",
            "chmod 4755 /srv/app/b && chown 7 /srv/app/b",
            "adduser -D -u 2000 new",
        ),
    )
)
STEPS = st.lists(
    st.one_of(COPIES, COPIES, FROM_STAGE, ADDS, SETTINGS, COMMANDS.map("RUN {}".format)), min_size=3, max_size=9
)


def builder_of(docker: Engine) -> Engine:
    """Return the engine with a client that asks BuildKit; where there is none, skip, but not where all is tested."""
    names = dict.fromkeys(f"{folder}/docker" for folder in docker.environment["PATH"].split(":"))
    for name in (name for name in names if shutil.which(name)):
        found = docker._replace(program=(name,), environment={**docker.environment, "DOCKER_BUILDKIT": "1"})
        with TemporaryDirectory() as folder:
            Path(folder, "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /x\n", encoding="utf-8")
            if build(found, folder, "probe"):
                return found
    reason = "no docker client here asks BuildKit by itself"
    if os.environ.get("CI"):
        raise MissingError(reason)
    pytest.skip(f"not compared with a real builder: {reason}")


def fill_context(folder: Path) -> None:
    """Write the files that the steps copy."""
    busybox = shutil.which("busybox", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    shutil.copy(str(busybox), folder / "busybox")
    texts = {
        "passwd": USERS,
        "group": GROUPS,
        "file": "x\n",
        "left.log": "x\n",
        "keep.log": "x\n",
        "folder/one": "x\n",
        "folder/left": "x\n",
        "folder/inner/two": "x\n",
        "folder/inner/.git/x": "x\n",
        "script.sh": "#!/bin/sh\nmkdir -p /tmp/of/script\nchown 70:77 /tmp/of/script\nexit 0\n",
        ".dockerignore": IGNORED,
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "folder" / "inner").chmod(0o700)
    with tarfile.open(folder / "archive.tar", "w") as archive:
        for name, uid, mode in (("own", 5, 0o755), ("app", 6, 0o711)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.uid, entry.gid, entry.mode = tarfile.DIRTYPE, uid, uid, mode
            archive.addfile(entry)


def build(engine: Engine, folder: str, name: str) -> bool:
    """Build the Dockerfile of a folder; gives whether it can be built."""
    words = (*engine.program, "build", "--network=none", "--tag", name, folder)
    return subprocess.run(words, env=engine.environment, capture_output=True, check=False).returncode == 0


def to_dockerfile(steps: Sequence[str]) -> str:
    """Return a Dockerfile with some steps over the base."""
    commands = (f"RUN {one[4:]}" if one.startswith("RUN ") else one for one in steps)
    return BASE + OTHER + "FROM base\n" + "\n".join(commands) + "\n"
