"""The files, accounts and configuration of a stage, after each of its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.dockerfile import read, target
from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, UnknownFact
from dropcap.images.stage_facts import stage_facts
from dropcap.source import Source
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.images.tree import FileTree


def facts(steps: str, folder: Path | None = None, base: str = "debian:bookworm") -> FileTree:
    stage = target(read(Source("Dockerfile", f"FROM {base}\n{steps}\n")))
    assert stage is not None
    workspace = Workspace(str(folder)) if folder is not None else Workspace("", disk=False)
    return stage_facts(stage, workspace, str(folder) if folder is not None else "")


def shown(tree: FileTree, path: str) -> str:
    found = tree.look(path)
    if isinstance(found, File):
        mode = "?" if found.mode is None else f"{found.mode:o}"
        return f"{found.kind.value} {found.owner} {found.group} {mode}"
    return "absent" if found is ABSENT else "unknown"


@pytest.mark.parametrize(
    ("steps", "path", "expected"),
    [
        ("RUN mkdir /data", "/data", "folder 0 0 755"),
        ("RUN useradd -u 70 app && mkdir /data && chown app:app /data", "/data", "folder app app 755"),
        ("RUN install -d -o 70 -g 71 -m 0700 /data", "/data", "folder 70 71 700"),
        ("RUN mkdir -p /a/b && chmod 700 /a", "/a/b", "folder 0 0 755"),
        ("RUN cd /srv && mkdir data", "/srv/data", "folder 0 0 755"),
        ("WORKDIR /app\nRUN mkdir data", "/app/data", "folder 0 0 755"),
        ("WORKDIR /app\nWORKDIR inner", "/app/inner", "folder 0 0 755"),
        ("USER 70\nRUN touch /srv/x", "/srv/x", "file 70 0 644"),
        ("RUN echo x > /usr/own", "/usr/own", "file 0 0 ?"),
        ("VOLUME /data", "/data", "folder 0 0 755"),
        ('VOLUME ["/a", "/b"]', "/b", "folder 0 0 755"),
        ("ENV D=/data\nRUN mkdir $D", "/data", "folder 0 0 755"),
        ("RUN rm -rf /srv", "/srv", "absent"),
        ("RUN who-knows-what", "/srv", "unknown"),
        ("RUN who-knows-what\nRUN mkdir /x && chown 5:6 /x", "/x", "folder 5 6 755"),
        ("RUN maybe || mkdir /x", "/x", "unknown"),
        ("RUN apt-get install -y gosu", "/data", "absent"),
        ("RUN apt-get update && apt-get install -y --no-install-recommends curl=1 who-knows", "/var/lib/x", "unknown"),
        ("RUN $CMD", "/srv", "unknown"),
        ("RUN mkdir /x\nRUN find /x -exec chown 7 {} +", "/x", "folder 7 0 755"),
    ],
)
def test_what_lies_where_after_the_steps(steps: str, path: str, expected: str) -> None:
    assert shown(facts(steps), path) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("setcap cap_net_bind_service=+ep /usr/bin/app", (("NET_BIND_SERVICE",), True)),
        ("setcap 'cap_net_raw,cap_net_admin+p' /usr/bin/app", (("NET_RAW", "NET_ADMIN"), False)),
        ("setcap cap_net_raw+ep /usr/bin/app && setcap -r /usr/bin/app", ((), False)),
        ("filecap /usr/bin/app net_raw", (("NET_RAW",), True)),
    ],
)
def test_a_step_gives_a_file_capabilities(step: str, expected: tuple[tuple[str, ...], bool]) -> None:
    tree = facts(f"RUN cp /bin/true /usr/bin/app && {step}")
    found = tree.look("/usr/bin/app")
    assert isinstance(found, File)
    assert (found.capabilities, found.is_effective) == expected
    assert shown(tree, "/usr/bin/nobody-made-this") == "absent"


def test_capabilities_of_a_file_that_is_not_known_leave_all_open() -> None:
    assert shown(facts('RUN setcap cap_net_raw+ep "$(find / -name app)"'), "/usr/bin/app") == "unknown"


def test_a_base_that_is_not_known_is_not_guessed() -> None:
    tree = facts("RUN mkdir -p /data", base="example.org/debian:12")
    assert shown(tree, "/tmp") == "unknown"  # noqa: S108  # a path in an image
    assert shown(tree, "/data") == "folder None None ?"
    assert tree.config.unknowns
    assert isinstance(tree.account("www-data"), UnknownFact)


def test_a_known_base_has_its_accounts() -> None:
    found = facts("").account("www-data")
    assert isinstance(found, Account)
    assert found.uid == "33"
    group = facts("", base="alpine").group("www-data")
    assert isinstance(group, Group)
    assert group.gid == "82"


def test_files_of_the_context_are_copied_with_their_text(tmp_path: Path) -> None:
    (tmp_path / "entry.sh").write_text("#!/bin/sh\nexec x\n", encoding="utf-8")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "one.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    tree = facts("COPY entry.sh /usr/local/bin/\nCOPY --chown=7:8 --chmod=755 scripts /scripts", tmp_path)
    entry, one = tree.look("/usr/local/bin/entry.sh"), tree.look("/scripts/one.sh")
    assert isinstance(entry, File)
    assert entry.text is not None
    assert entry.text.text.endswith("exec x\n")
    assert isinstance(one, File)
    assert (one.owner, one.group, one.text is not None) == ("7", "8", True)


def test_nothing_outside_the_context_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    folder = tmp_path / "context"
    folder.mkdir()
    tree = facts("COPY ../secret /secret", folder)
    found = tree.look("/secret")
    assert not isinstance(found, File) or found.text is None


def test_each_place_says_what_made_it() -> None:
    found = facts("RUN mkdir /data").look("/data")
    assert isinstance(found, File)
    assert found.kind is FileKind.FOLDER
    assert found.where is not None
    assert found.where.source.region(found.where.span).line == 2


def test_a_stage_upon_another_has_its_files() -> None:
    source = Source("Dockerfile", "FROM debian AS first\nRUN mkdir /data\nUSER 5\nFROM first\nRUN touch /tmp/x\n")
    stage = target(read(source))
    assert stage is not None
    tree = stage_facts(stage, Workspace("", disk=False), "")
    assert shown(tree, "/data") == "folder 0 0 755"
    assert shown(tree, "/tmp/x") == "file 5 60 644"  # noqa: S108  # a path in an image
    assert tree.config.user is not None
    assert tree.config.user.value == "5"


BUILD = "FROM debian:bookworm AS build\nRUN mkdir -p /out/in && touch /out/f && chown -R www-data:daemon /out\n"


@pytest.mark.parametrize(
    ("copy", "path", "expected"),
    [
        ("COPY --from=build /out/f /f", "/f", "file 33 1 644"),
        ("COPY --from=build /out /new", "/new", "folder 0 0 755"),
        ("COPY --from=build /out /new", "/new/in", "folder 33 1 755"),
        ("COPY --from=build /out/f /new/", "/new/f", "file 33 1 644"),
        ("COPY --from=build --chown=70:71 /out /new", "/new/in", "folder 70 71 755"),
        ("COPY --from=build --chown=70 /out/f /f", "/f", "file 70 70 644"),
        ("COPY --from=build --chmod=600 /out/f /f", "/f", "file 33 1 600"),
        ("COPY --from=nobody:1 /out/f /f", "/f", "file None None ?"),
        ("COPY --from=nobody:1 --chown=70 /out/f /f", "/f", "file 70 70 ?"),
    ],
)
def test_a_copy_of_another_stage_keeps_its_owner(copy: str, path: str, expected: str) -> None:
    stage = target(read(Source("Dockerfile", f"{BUILD}FROM debian:bookworm\n{copy}\n")))
    assert stage is not None
    assert shown(stage_facts(stage, Workspace("", disk=False), ""), path) == expected


def test_a_number_that_another_stage_chose_is_not_known() -> None:
    made = "FROM debian:bookworm AS build\nRUN useradd -r app && touch /f && chown app /f\n"
    stage = target(
        read(Source("Dockerfile", f"{made}FROM debian:bookworm\nRUN useradd -r app\nCOPY --from=build /f /f\n"))
    )
    assert stage is not None
    assert shown(stage_facts(stage, Workspace("", disk=False), ""), "/f") == "file None 0 644"
