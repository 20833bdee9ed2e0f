"""Images that BuildKit builds of steps at random, against the picture that is made of the same steps."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.carriers.dockerfile import read, target
from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, UnknownFact
from dropcap.images.known_images import Images
from dropcap.images.stage_facts import stage_facts
from dropcap.source import Source
from dropcap.workspace import Workspace
from engine.cases import REAL
from oracles.engine import MissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.images.tree import FileTree
    from oracles.engine import Engine

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
LAID_OVER = ("dev", "proc", "sys", ".dockerenv", "etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf")
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


def _place(source: str, place: str) -> str:
    return place if " " not in source or place.endswith("/") else f"{place}/"


@pytest.fixture(scope="module")
def builder(docker: Engine) -> Engine:
    """Give the engine with a client that asks BuildKit."""
    names = dict.fromkeys(f"{folder}/docker" for folder in docker.environment["PATH"].split(":"))
    for name in (name for name in names if shutil.which(name)):
        found = docker._replace(program=(name,), environment={**docker.environment, "DOCKER_BUILDKIT": "1"})
        with TemporaryDirectory() as folder:
            Path(folder, "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /x\n", encoding="utf-8")
            if _build(found, folder, "probe"):
                return found
    reason = "no docker client here asks BuildKit by itself"
    if os.environ.get("CI"):
        raise MissingError(reason)
    pytest.skip(f"not compared with a real builder: {reason}")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context")
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
    return folder


def _build(engine: Engine, folder: str, name: str) -> bool:
    words = (*engine.program, "build", "--network=none", "--tag", name, folder)
    return subprocess.run(words, env=engine.environment, capture_output=True, check=False).returncode == 0


def _real(engine: Engine, name: str) -> dict[str, tarfile.TarInfo]:
    made = engine.call("create", name, "/bin/sh").strip()
    try:
        words = (*engine.program, "export", made)
        data = subprocess.run(words, env=engine.environment, capture_output=True, check=True).stdout
    finally:
        engine.call("rm", made)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = {one.name.rstrip("/"): one for one in archive.getmembers()}
    return {f"/{path}": one for path, one in members.items() if not path.startswith(LAID_OVER)}


def _picture(dockerfile: str, folder: Path) -> FileTree:
    stage = target(read(Source(str(folder / "Dockerfile"), dockerfile)))
    assert stage is not None
    return stage_facts(stage, Images(Workspace(str(folder))), str(folder))


def _differences(tree: FileTree, real: dict[str, tarfile.TarInfo]) -> Iterator[str]:
    for path, one in real.items():
        found = tree.look(path)
        if found is ABSENT:
            yield f"{path} is said not to be there"
        elif isinstance(found, UnknownFact):
            if found.roots and (one.uid or not one.mode & 0o600):
                yield f"{path} is said to be root's: {one.uid}"
        elif isinstance(found, File):
            yield from (f"{path}: {text}" for text in _of_file(tree, found, one))
    for path, file in tree.below("/"):
        if path not in real and not path.startswith(tuple(f"/{one}" for one in LAID_OVER)):
            yield f"{path} is said to be there: {file.kind}"


def _of_file(tree: FileTree, file: File, one: tarfile.TarInfo) -> Iterator[str]:
    kind = FileKind.FOLDER if one.isdir() else FileKind.LINK if one.issym() else FileKind.FILE
    if kind is not file.kind:
        yield f"is a {kind.value}, not a {file.kind.value}"
    account, group = tree.account(file.owner or ""), tree.group(file.group or "")
    owner = account.uid if isinstance(account, Account) else file.owner
    number = group.gid if isinstance(group, Group) else file.group
    if owner is not None and owner != str(one.uid):
        yield f"is {one.uid}'s, not {owner}'s"
    if number is not None and number != str(one.gid):
        yield f"is of group {one.gid}, not {number}"
    mode = one.mode & 0o7777
    if file.mode is not None and not one.issym() and file.mode != mode:
        yield f"has mode {mode:o}, not {file.mode:o}"


def _check(builder: Engine, context: Path, steps: Sequence[str]) -> bool:
    """Compare what the steps leave; gives whether they can be built at all."""
    commands = (f"RUN {one[4:]}" if one.startswith("RUN ") else one for one in steps)
    dockerfile = BASE + OTHER + "FROM base\n" + "\n".join(commands) + "\n"
    (context / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    if not _build(builder, str(context), "built"):
        return False
    found = list(_differences(_picture(dockerfile, context), _real(builder, "built")))
    assert not found, "\n".join((*found, *steps))
    return True


@settings(REAL, max_examples=25)
@given(steps=STEPS)
def test_any_steps_leave_what_the_picture_says(builder: Engine, context: Path, steps: list[str]) -> None:
    _check(builder, context, steps)


@pytest.mark.parametrize(
    "steps",
    [
        ("USER app", "WORKDIR /srv/own/deep/er", "WORKDIR sub", "RUN touch here"),
        ("USER 70", "WORKDIR /opt/of/number", "RUN mkdir -p /tmp/a/b"),
        ("USER app:other", "WORKDIR /made/a", "USER root", "RUN touch /made/a/b"),
        ("COPY --chown=app folder /opt/a/b/c", "COPY --chmod=640 file /srv/new/", "COPY *.sh /srv/app"),
        ("COPY folder /srv/own", "COPY --chown=web folder /srv/own", "COPY --chown=:other file /srv/own/"),
        (
            "COPY --from=other /out /srv/new",
            "COPY --from=other --chown=app /out/in /srv/own",
            "COPY --from=other /out/link /x",
        ),
        ("COPY --from=other /etc/passwd /etc/passwd", "COPY --chown=deep file /srv/x", "USER deep", "WORKDIR /srv/w"),
        ("ADD archive.tar /srv/", "ADD --chown=app file /srv/app/", "ADD folder /"),
        (
            "COPY script.sh /srv/app/",
            "RUN sh /srv/app/script.sh",
            "RUN chmod +x /srv/app/script.sh && /srv/app/script.sh",
        ),
        ("RUN --mount=type=bind,source=script.sh,target=/mnt/s.sh sh /mnt/s.sh", "RUN touch /tmp/behind"),
        (
            "RUN --mount=type=cache,target=/mnt/cache touch /mnt/cache/x",
            "RUN --mount=type=tmpfs,target=/srv/own touch /srv/own/x",
        ),
        ("VOLUME /srv/vol", "RUN mkdir -p /srv/vol && touch /srv/vol/x && chown 5:6 /srv/vol/x"),
        ("COPY . /all", "RUN echo 'late:x:3000:3001::/:' >> /etc/passwd", "COPY --chown=late file /srv/late"),
        ("RUN chown app /srv/*", "RUN (cd /tmp && touch in-tmp); touch /behind", "RUN umask 077; mkdir /tmp/closed"),
    ],
    ids=lambda steps: steps[0],
)
def test_steps_leave_what_the_picture_says(builder: Engine, context: Path, steps: tuple[str, ...]) -> None:
    assert _check(builder, context, steps)
