"""What commands do to files is what the real ones do: owner, group, mode and kind of all, compared with `lstat`."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dropcap.images.facts import ABSENT, Account, File, FileKind, UnknownFact
from dropcap.images.file_commands import effects_of
from dropcap.images.file_modes import changed_mode, keeps_owners_rights
from dropcap.images.tree import FileTree
from dropcap.lang.words import Word
from dropcap.source import Source, Span

NAMES = ("a", "b", "a/c", "a/c/d", "b/e", "f")
PATHS = st.sampled_from(NAMES)
MODES = st.sampled_from(
    (
        *("700", "0750", "2775", "1777", "u+x", "g+s", "o=", "a+X", "u=rwx,go=rx", "g-w", "+t", "4755", "+w", "=rx"),
        *("a=r", "ug=s", "-x"),
    )
)
OWNERS = st.sampled_from(("1", "1:2", ":3", "0:0", "7:"))
COMMANDS = st.one_of(
    st.tuples(st.just("mkdir"), PATHS),
    st.tuples(st.just("mkdir"), st.just("-p"), PATHS),
    st.tuples(st.just("mkdir"), st.just("-m"), st.just("2750"), PATHS),
    st.tuples(st.just("mkdir"), st.just("-pm"), st.just("700"), PATHS),
    st.tuples(st.just("touch"), PATHS),
    st.tuples(st.just("chmod"), MODES, PATHS),
    st.tuples(st.just("chmod"), st.just("-R"), MODES, PATHS),
    st.tuples(st.just("chown"), OWNERS.filter(lambda one: one != "7:"), PATHS),
    st.tuples(st.just("chown"), st.just("-R"), OWNERS.filter(lambda one: one != "7:"), PATHS),
    st.tuples(st.just("chgrp"), st.sampled_from(("4", "5")), PATHS),
    st.tuples(st.just("install"), st.just("-d"), st.just("-o"), st.just("8"), st.just("-g"), st.just("9"), PATHS),
    st.tuples(st.just("install"), st.just("-d"), st.just("-m"), st.just("0711"), PATHS),
    st.tuples(st.just("rm"), st.just("-rf"), PATHS),
    st.tuples(st.just("cp"), PATHS, PATHS),
    st.tuples(st.just("cp"), st.sampled_from(("-r", "-a", "-p", "-n", "-rT")), PATHS, PATHS),
    st.tuples(st.just("cp"), st.just("-r"), PATHS.map("{}/.".format), PATHS),
    st.tuples(st.just("mv"), PATHS, PATHS),
    st.tuples(st.just("install"), st.just("-m"), st.just("0640"), PATHS, PATHS),
    st.tuples(st.just("ln"), st.just("-s"), st.sampled_from(("/nowhere", "/etc/passwd")), st.just("link")),
    st.tuples(st.just("find"), PATHS, *map(st.just, ("!", "-user", "1", "-exec", "chown", "1", "{}", "+"))),
    st.tuples(
        st.just("find"), PATHS, *map(st.just, ("-maxdepth", "0", "!", "-user", "1", "-exec", "chown", "1", "{}", "+"))
    ),
)


def words_of(command: tuple[str, ...]) -> tuple[Word, ...]:
    source = Source("x.sh", " ".join(command))
    found, at = [], 0
    for text in command:
        found.append(Word(text, source, Span(at, at + len(text))))
        at += len(text) + 1
    return tuple(found)


def real(folder: str) -> dict[str, tuple[str, str, str, int]]:
    found = {}
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = f"{root}/{name}"
            status = os.lstat(path)
            kind = "link" if stat.S_ISLNK(status.st_mode) else "folder" if stat.S_ISDIR(status.st_mode) else "file"
            mode = 0o777 if kind == "link" else stat.S_IMODE(status.st_mode)
            found[path] = (kind, str(status.st_uid), str(status.st_gid), mode)
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(commands=st.lists(COMMANDS, min_size=1, max_size=8))
def test_commands_leave_what_the_real_ones_leave(commands: list[tuple[str, ...]]) -> None:
    folder = tempfile.mkdtemp(prefix="tree")
    Path(folder).chmod(0o755)
    try:
        tree = FileTree()
        tree.put(folder, File(FileKind.FOLDER, "0", "0", 0o755))
        for command in commands:
            before = real(folder)
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False, umask=0o022)
            effects = effects_of(words_of(command), folder)
            assert effects is not None
            if done.returncode and real(folder) != before:
                return  # it has done a part of it
            if done.returncode:
                continue
            for effect in effects:
                tree.apply(effect, "0")
        ours = {path: (one.kind.value, one.owner, one.group, one.mode) for path, one in tree.below(folder)}
        assert ours == real(folder), commands
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("mode", "change", "is_folder", "expected"),
    [
        (0o755, "g+s", True, 0o2755),
        (0o2755, "755", True, 0o2755),
        (0o2755, "00755", True, 0o755),
        (0o4755, "755", False, 0o755),
        (None, "750", False, 0o750),
        (None, "g+w", False, None),
        (0o644, "a+X", False, 0o644),
        (0o744, "a+X", False, 0o755),
        (0o700, "?", True, None),
    ],
)
def test_modes_change_as_chmod_changes_them(
    mode: int | None,
    change: str,
    is_folder: bool,  # noqa: FBT001  # a parameter
    expected: int | None,
) -> None:
    assert changed_mode(mode, change, is_folder=is_folder) == expected


def run(tree: FileTree, *lines: str, user: str | None = "0", folder: str = "/") -> FileTree:
    for line in lines:
        for effect in effects_of(words_of(tuple(line.split())), folder) or ():
            tree.apply(effect, user)
    return tree


UNKNOWN = UnknownFact("the image is not known")


def test_what_is_not_known_stays_so_until_a_command_says_it() -> None:
    tree = run(FileTree(UNKNOWN), "mkdir -p /data", "chown app /data")
    assert tree.look("/other") is UNKNOWN
    found = tree.look("/data")
    assert isinstance(found, File)
    assert (found.owner, found.group, found.mode) == ("app", None, None)
    assert tree.hidden_below("/data") is UNKNOWN


def test_a_new_folder_holds_nothing() -> None:
    tree = run(FileTree(UNKNOWN), "mkdir /data")
    assert tree.look("/data/x") is ABSENT
    assert tree.hidden_below("/data") is None


def test_links_among_the_folders_are_followed() -> None:
    tree = run(FileTree(), "mkdir /real", "ln -s /real /link", "touch /link/file", "chown -R 5 /link/.")
    assert isinstance(tree.look("/real/file"), File)
    found = tree.look("/link")
    assert isinstance(found, File)
    assert found.kind is FileKind.LINK


def test_what_is_done_by_others_belongs_to_them() -> None:
    tree = FileTree()
    tree.add_account(Account("app", "70", "app"))
    run(tree, "mkdir /data", "chown app /data")
    run(tree, "touch /data/file", user="70")
    found = tree.look("/data/file")
    assert isinstance(found, File)
    assert found.owner == "70"


def test_accounts_are_made_and_looked_up() -> None:
    tree = run(FileTree(), "groupadd -g 70 staff", "useradd -u 70 -g staff -m -d /srv/app app", "adduser -D -u 7 other")
    app, other = tree.account("app"), tree.account("7")
    assert isinstance(app, Account)
    assert (app.uid, app.group, app.home) == ("70", "staff", "/srv/app")
    assert isinstance(other, Account)
    assert other.name == "other"
    home = tree.look("/srv/app")
    assert isinstance(home, File)
    assert home.owner == "70"
    assert tree.account("nobody-made-it") is ABSENT


def test_what_may_have_been_done_is_not_known() -> None:
    tree = run(FileTree(), "mkdir /data")
    (effect,) = effects_of(words_of(("chown", "app", "/data")), "/") or ()
    tree.doubt(effect, "0", UNKNOWN)
    found = tree.look("/data")
    assert isinstance(found, File)
    assert (found.owner, found.group, found.mode) == (None, "0", 0o755)
    (effect,) = effects_of(words_of(("mkdir", "/new")), "/") or ()
    tree.doubt(effect, "0", UNKNOWN)
    assert tree.look("/new") == UNKNOWN._replace(roots=True)
    tree.doubt(effect, "1000", UNKNOWN)
    assert tree.look("/new") == UNKNOWN
    for command in (("mkdir", "-m", "500", "/shut"), ("install", "-d", "-o", "app", "/given")):
        for effect in effects_of(words_of(command), "/") or ():
            tree.doubt(effect, "0", UNKNOWN)
        assert tree.look(command[-1]) == UNKNOWN
    for line in ("touch /key", "chmod 400 /key"):
        for effect in effects_of(words_of(tuple(line.split())), "/") or ():
            tree.doubt(effect, "0", UNKNOWN)
    assert tree.look("/key") == UNKNOWN


@pytest.mark.parametrize(
    ("command", "is_deep"),
    [
        ("find /d -maxdepth 0 ! -user a -exec chown a {} +", False),
        ("find /d -maxdepth 0 ! -user a -exec chown -R a {} +", True),
        ("find /d ! -user a -exec chown a {} +", True),
    ],
)
def test_find_may_stay_at_what_it_is_given(command: str, *, is_deep: bool) -> None:
    _, effect = effects_of(words_of(tuple(command.split())), "/") or ()
    assert effect.is_deep is is_deep


def test_a_copy_changes_nothing_of_the_first() -> None:
    tree = run(FileTree(), "mkdir /data")
    run(tree.copy(), "chown app /data")
    found = tree.look("/data")
    assert isinstance(found, File)
    assert found.owner == "0"


def test_a_copy_of_a_sticky_folder_is_sticky_and_of_a_file_is_not() -> None:
    tree = run(FileTree(), "mkdir /a", "mkdir /a/b", "touch /a/c", "chmod 1755 /a/b /a/c", "cp -r /a /d")
    assert [one.mode for _, one in tree.below("/d")] == [0o1755, 0o755]


def test_what_is_installed_into_a_folder_has_its_mode_there() -> None:
    tree = run(FileTree(), "mkdir /a", "touch /b", "install -m 640 -o 7 /b /a")
    assert [(one.owner, one.mode) for _, one in tree.below("/a")] == [("7", 0o640)]
    assert getattr(tree.look("/a"), "mode", None) == 0o755


@pytest.mark.parametrize("kind", [FileKind.DEVICE, FileKind.FIFO])
@pytest.mark.parametrize(
    ("command", "is_file"),
    [
        ("install -m 640 /dev/one /x", True),
        ("cp /dev/one /x", True),
        ("cp -p /dev/one /x", True),
        ("cp -a /dev/one /x", False),
        ("cp -r /dev/one /x", False),
        ("mv /dev/one /x", False),
    ],
)
def test_what_is_read_from_a_device_is_a_file(kind: FileKind, command: str, *, is_file: bool) -> None:
    tree = FileTree()
    tree.fill({"/dev": File(FileKind.FOLDER, "0", "0", 0o755), "/dev/one": File(kind, "0", "0", 0o666)})
    found = run(tree, command).look("/x")
    assert isinstance(found, File)
    assert found.kind is (FileKind.FILE if is_file else kind)


@pytest.mark.parametrize(
    ("change", "keeps"),
    [
        ("755", True),
        ("0600", True),
        ("555", False),
        ("g+w", True),
        ("go-rwx", True),
        ("ugo=rwX", True),
        ("a=rwx", True),
        ("u=rwX,go=rX", True),
        ("=rw", True),
        ("u-w", False),
        ("a=rX", False),
        ("-x", True),
        ("-w", False),
        ("u=rx,g=rw", False),
        ("$mode", False),
    ],
)
def test_a_change_of_modes_leaves_owners_their_rights(
    change: str,
    keeps: bool,  # noqa: FBT001  # a parameter
) -> None:
    assert keeps_owners_rights(change) is keeps


def test_what_may_have_been_made_belongs_to_who_would_have_made_it() -> None:
    tree = run(FileTree(), "mkdir /d")
    (effect,), (other,) = (effects_of(words_of(("touch", path)), "/") or () for path in ("/d/f", "/d/g"))
    tree.doubt(effect, "1", UNKNOWN)
    tree.doubt(effect, "1", UNKNOWN)
    hidden = tree.hidden_below("/d")
    assert hidden is not None
    assert hidden.maker == "1"
    tree.doubt(other, "2", UNKNOWN)
    assert [one.maker for one in (tree.look("/d/f"), tree.look("/d/g")) if isinstance(one, UnknownFact)] == ["1", "2"]
    hidden = tree.hidden_below("/d")
    assert hidden is not None
    assert hidden.maker == ""
    tree.apply(effect, "1")
    tree.apply(other, "1")
    assert [one.owner for one in (tree.look("/d/f"), tree.look("/d/g")) if isinstance(one, File)] == ["1", None]
