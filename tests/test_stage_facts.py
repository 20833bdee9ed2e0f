"""The files, accounts and configuration of a stage, after each of its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.dockerfile import read, target
from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, UnknownFact
from dropcap.images.known_images import Images
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
    return stage_facts(stage, Images(workspace), str(folder) if folder is not None else "")


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


def test_a_file_of_the_context_is_read_when_somebody_asks_for_its_text(tmp_path: Path) -> None:
    for name in ("a.sh", "b.sh"):
        (tmp_path / name).write_text(f"echo {name}\n")
    workspace = Workspace(str(tmp_path))
    stage = target(read(Source("Dockerfile", "FROM debian:bookworm\nCOPY . /app/\n")))
    assert stage is not None
    tree = stage_facts(stage, Images(workspace), str(tmp_path))
    assert workspace.reads == {}
    found = tree.text("/app/a.sh")
    assert found is not None
    assert found.text == "echo a.sh\n"
    assert list(workspace.reads) == [str(tmp_path / "a.sh")]


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
    tree = stage_facts(stage, Images(Workspace("", disk=False)), "")
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
    assert shown(stage_facts(stage, Images(Workspace("", disk=False)), ""), path) == expected


def test_a_number_that_another_stage_chose_is_not_known() -> None:
    made = "FROM debian:bookworm AS build\nRUN useradd -r app && touch /f && chown app /f\n"
    stage = target(
        read(Source("Dockerfile", f"{made}FROM debian:bookworm\nRUN useradd -r app\nCOPY --from=build /f /f\n"))
    )
    assert stage is not None
    assert shown(stage_facts(stage, Images(Workspace("", disk=False)), ""), "/f") == "file None 0 644"


@pytest.mark.parametrize(
    ("steps", "path", "expected"),
    [
        # What the picture has to say here was seen on a real engine; tests/engine/test_build.py asks one again.
        ("USER 70\nWORKDIR /a/b", "/a", "folder 70 70 755"),
        ("USER app\nWORKDIR /a", "/a", "folder None None 755"),
        ("RUN useradd -u 70 app\nUSER app\nWORKDIR /a\nRUN mkdir b", "/a/b", "folder app app 755"),
        ("RUN useradd app\nUSER app:71\nWORKDIR /a", "/a", "folder app 71 755"),
        ("USER 70\nCOPY one /a", "/a", "file 0 0 ?"),
        ("COPY one /a/b/c/", "/a/b", "folder 0 0 755"),
        ("COPY --chown=70:71 one /a/b/", "/a", "folder 70 71 755"),
        ("COPY --chown=70 --chmod=640 one /a/", "/a/one", "file 70 70 640"),
        ("COPY --chmod=640 one /a/", "/a", "folder 0 0 ?"),
        ("COPY --chmod=4755 one /a", "/a", "file 0 0 ?"),
        ("COPY --chmod=u=rwx,go=rx one /a", "/a", "file 0 0 ?"),
        ("COPY --chmod=a=rx one /a", "/a", "file 0 0 555"),
        ("COPY --chmod=$X one /a", "/a", "unknown"),
        ("COPY --chown=www-data one /a", "/a", "file www-data www-data ?"),
        ("COPY --chown=:www-data one /a", "/a", "file None www-data ?"),
        ("RUN mkdir -m 700 /a && chown 5 /a\nCOPY folder /a", "/a", "folder 5 0 700"),
        ("RUN mkdir -p /a/inner && chown -R 5 /a\nCOPY folder /a", "/a/inner", "folder 0 0 ?"),
        ("COPY folder /a", "/a/inner/two", "file 0 0 ?"),
        ("COPY folder /a", "/a/left", "unknown"),
        ("COPY folder/ /a/\nRUN chown -R 5 /a", "/a/late", "unknown"),
        ("RUN mkdir /a\nCOPY one /a", "/a/one", "file 0 0 ?"),
        ("RUN mkdir /a && ln -s /a /b\nCOPY one /b", "/a/one", "file 0 0 ?"),
        ("WORKDIR /w\nCOPY one two ./", "/w/two", "file 0 0 ?"),
        ("WORKDIR /w\nCOPY o* x/", "/w/x/one", "file 0 0 ?"),
        ("COPY --parents folder/inner/two /a/", "/a/folder/inner/two", "file 0 0 ?"),
        ("COPY --parents folder/./inner/two /a/", "/a/inner/two", "file 0 0 ?"),
        ("COPY --exclude=inner folder /a", "/a/one", "file 0 0 ?"),
        ("COPY --exclude=inner folder /a", "/a/inner", "unknown"),
        ("COPY --link one /a", "/a", "file 0 0 ?"),
        ("COPY --from=nobody:1 /uv /bin/", "/usr/bin/su", "file 0 0 4755"),
        ("COPY --from=nobody:1 /uv/ /usr/bin", "/usr/bin/uv", "file None None ?"),
        ("ADD http://x/y/z.tgz /a/", "/a/z.tgz", "file 0 0 600"),
        ("ADD --chown=70 --chmod=644 https://x/y?z /a", "/a", "file 70 70 644"),
        ("ADD https://x/y.git#main /a", "/a", "folder 0 0 755"),
        ("ADD x.tar.gz /a", "/a", "folder None None ?"),
        ("COPY x.tar.gz /a/", "/a/x.tar.gz", "file 0 0 ?"),
        ("ADD --unpack=false x.tar.gz /a/", "/a/x.tar.gz", "file 0 0 ?"),
        ("ADD one /a", "/a", "file 0 0 ?"),
        ("VOLUME /v\nRUN mkdir -p /v/x && chown 5 /v/x", "/v/x", "folder 5 0 755"),
        ("RUN --mount=type=tmpfs,target=/m touch /m/x", "/m/x", "unknown"),
        ("RUN mkdir /m && touch /m/y\nRUN --mount=type=tmpfs,target=/m touch /m/x", "/m/x", "absent"),
        ("RUN mkdir /m && touch /m/y\nRUN --mount=type=tmpfs,target=/m touch /m/x", "/m/y", "file 0 0 644"),
        ("RUN (cd /tmp && touch x) && touch y", "/y", "file 0 0 644"),
        ("RUN umask 077; mkdir /a", "/a", "folder 0 0 ?"),
        ("RUN mkdir /a && chown 5 /*", "/a", "folder 5 0 755"),
        ("RUN mkdir -p /s/a /s/b && touch /s/a/t && chown 5 /s/*/t && chmod 600 /s/*/t", "/s/a/t", "file 5 0 600"),
        ("RUN mkdir -p /s/a /s/b && touch /s/a/t && chown 5 /s/*/t", "/s/b", "folder 0 0 755"),
        ("RUN mkdir /s && touch /s/a.sh /s/b && chmod 700 /s/*.sh", "/s/a.sh", "file 0 0 700"),
        ("RUN mkdir /s && touch /s/a.sh /s/b && chmod 700 /s/*.sh", "/s/b", "file 0 0 644"),
        ("RUN mkdir /s && touch /s/.a && chown 5 /s/*", "/s/.a", "file 0 0 644"),
        ("RUN mkdir /s && touch /s/a && shred -u /s/*", "/s/a", "absent"),
        ("RUN sudo -u www-data touch /opt/x", "/opt/x", "file www-data www-data 644"),
        ("RUN su www-data -s /bin/sh -c 'touch /opt/x'", "/opt/x", "file www-data www-data 644"),
    ],
)
def test_what_is_copied_and_made_belongs_to_whom_the_builder_gives_it(
    tmp_path: Path, steps: str, path: str, expected: str
) -> None:
    for name in ("one", "two", "folder/one", "folder/left", "folder/inner/two"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / ".dockerignore").write_text("folder/left", encoding="utf-8")
    found = shown(facts(steps, tmp_path), path)
    assert found == expected


def test_accounts_come_with_the_file_that_holds_them(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text("app:x:2000:2001::/app:/bin/sh\n", encoding="utf-8")
    found = facts("COPY passwd /etc/passwd", tmp_path, base="scratch").account("app")
    assert isinstance(found, Account)
    assert (found.uid, found.group, found.home) == ("2000", "2001", "/app")
    assert facts("COPY passwd /etc/passwd", tmp_path, base="scratch").account("root") is ABSENT
    added = facts("RUN echo 'new:x:7:8::/:' >> /etc/passwd").account("new")
    assert isinstance(added, Account)
    assert added.uid == "7"


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("RUN cat > /x <<'E'\na $b\nE", "a $b\n"),
        ("RUN cat <<E > /x\na\nE", "a\n"),
        ("RUN tee /x <<E\na\nE", "a\n"),
        ("RUN cat <<E >> /x\na\nE", None),
        ("RUN cat > /x <<E\n$(b)\nE", None),
        ("RUN cat y - > /x <<E\na\nE", None),
        ("COPY <<E /x\na\nE", "a\n"),
        ("COPY <<'E' /x\na $b\nE", "a $b\n"),
        ("COPY <<E /x\na $b\nE", None),
        ("COPY <<a.sh <<b.sh /d/\n1\na.sh\n2\nb.sh\nRUN cp /d/b.sh /x", "2\n"),
    ],
)
def test_what_a_here_document_writes_is_known(step: str, text: str | None) -> None:
    found = facts(step).text("/x")
    assert (None if found is None else found.text) == text


@pytest.mark.parametrize("count", [200, 400])
def test_a_large_context_is_bounded(tmp_path: Path, count: int) -> None:
    for number in range(count):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        for name in "abcdef":
            (folder / name).touch()
    tree = facts("COPY . /a", tmp_path)
    assert len(tree.below("/a")) <= 1_000
    assert isinstance(tree.look("/a/nobody-made-this"), UnknownFact)


@pytest.mark.parametrize(
    ("steps", "entrypoint", "command"),
    [
        ("", ["docker-entrypoint.sh"], ["redis-server"]),
        ('CMD ["redis-server", "/etc/a.conf"]', ["docker-entrypoint.sh"], ["redis-server", "/etc/a.conf"]),
        ('ENTRYPOINT ["run"]', ["run"], []),
        ('CMD ["a"]\nENTRYPOINT ["run"]', ["run"], ["a"]),
        ('ENTRYPOINT ["run"]\nCMD ["a"]', ["run"], ["a"]),
    ],
)
def test_a_new_entrypoint_forgets_the_command_of_the_base(
    steps: str, entrypoint: list[str], command: list[str]
) -> None:
    """BuildKit, `dispatchEntrypoint`: unless the stage has a command of its own."""
    config = facts(steps, base="redis:7").config
    assert [one.value for one in config.entrypoint or ()] == entrypoint
    assert [one.value for one in config.command or ()] == command
