"""Images that BuildKit builds of steps at random, against the picture that is made of the same steps."""

from __future__ import annotations

import io
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from dropcap.carriers.dockerfile import read, target
from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, UnknownFact
from dropcap.images.known_images import Images
from dropcap.images.stage_facts import stage_facts
from dropcap.source import Source
from dropcap.workspace import Workspace
from engine.builds import LAID_OVER, STEPS, build, to_dockerfile
from engine.cases import REAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dropcap.images.tree import FileTree
    from oracles.engine import Engine


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
    dockerfile = to_dockerfile(steps)
    (context / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    if not build(builder, str(context), "built"):
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
