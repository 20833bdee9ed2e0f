"""`dropcap.lock` keeps what a startup asks of an image, and says so where it does not."""

from __future__ import annotations

import json
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from dropcap.carriers.compose import read
from dropcap.cli import main
from dropcap.images.contents import Contents
from dropcap.images.facts import ABSENT, Absent, Account, File, FileKind, Group, ImageConfig, UnknownFact
from dropcap.images.full_tree import FullTree
from dropcap.images.kept import kept
from dropcap.images.known_images import Images
from dropcap.images.lock import HEAD, entry_lines, locked_tree
from dropcap.images.tree import FileTree
from dropcap.model import Located
from dropcap.needs.certainty import Certainty
from dropcap.needs.container import needs_of
from dropcap.package_data import package_text
from dropcap.source import Source, Span
from dropcap.workspace import LOCK, Workspace
from test_image_readers import FILE, FOLDER, info, link, saved, tar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dropcap.needs.model import Needs

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=12)
PATHS = st.lists(NAMES.filter(lambda name: name not in {".", ".."}), min_size=1, max_size=3).map(
    lambda names: "/" + "/".join(names)
)
NUMBERS = st.one_of(st.none(), st.integers(0, 2**32 - 1).map(str))
MODES = st.one_of(st.none(), st.integers(0, 0o7777))
CAPABILITIES = st.lists(st.sampled_from(["CHOWN", "NET_RAW", "SETUID"]), unique=True).map(tuple)
FILES = st.one_of(
    st.none(),
    st.builds(File, st.sampled_from([FileKind.FOLDER, FileKind.DEVICE, FileKind.FIFO]), NUMBERS, NUMBERS, MODES),
    st.builds(File, st.just(FileKind.LINK), NUMBERS, NUMBERS, MODES, TEXTS),
    st.builds(
        lambda owner, group, mode, names, is_effective, text, symbols: File(
            FileKind.FILE,
            *(owner, group, mode, "", names, is_effective and bool(names)),
            content=None if text is None else Source("x", text),
            symbols=symbols,
        ),
        *(NUMBERS, NUMBERS, MODES, CAPABILITIES, st.booleans(), st.one_of(st.none(), TEXTS)),
        st.sampled_from([None, (), ("chown", "setuid")]),
    ),
)


def located(value: str) -> Located[str]:
    return Located(value, Source("x", ""), Span(0, 0))


def locked(files: Mapping[str, File | None], config: ImageConfig | None = None, listed: Sequence[str] = ()) -> str:
    tree = FileTree(config=config)
    tree.put_account(Account("app", "5", "6", "/home/app", "/bin/sh"))
    tree.add_group(Group("app", "6", ("app", "web")))
    return HEAD + "\n".join(entry_lines("app:1", ("sha256:aa", ("sha256:bb",)), tree, files, listed)) + "\n"


def project(folder: Path, lock: str) -> Workspace:
    (folder / ".git").mkdir(exist_ok=True)
    return Workspace(str(folder), {str(folder / LOCK): lock.encode()})


def bare(found: File | Absent | UnknownFact) -> object:
    return (found._replace(content=None), found.text and found.text.text) if isinstance(found, File) else found


@settings(deadline=None)  # the first one loads modules
@given(files=st.dictionaries(PATHS, FILES, max_size=6), words=st.lists(TEXTS, max_size=3), value=TEXTS)
def test_what_is_kept_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, File | None], words: list[str], value: str
) -> None:
    links = [path for path, file in files.items() if file is not None and file.kind is FileKind.LINK]
    files = {path: file for path, file in files.items() if not any(path.startswith(f"{one}/") for one in links)}
    config = ImageConfig(
        located(value) if value else None,
        tuple(map(located, words)),
        environment={"A": located(value)},
        working_folder="/srv",
    )
    workspace = project(tmp_path_factory.mktemp("project"), locked(files, config))
    tree = locked_tree("docker.io/library/app:1", workspace)
    assert tree is not None
    for path, file in files.items():
        assert bare(tree.look(path)) == (ABSENT if file is None else bare(file)), path
    assert [one.value for one in tree.config.entrypoint or ()] == words
    assert (tree.config.user.value if tree.config.user else "") == value
    assert tree.config.working_folder == "/srv"
    assert tree.account("app") == Account("app", "5", "6", "/home/app", "/bin/sh")
    assert tree.group("app") == Group("app", "6", ("app", "web"))
    unknown = tree.look("/never asked for")
    assert isinstance(unknown, UnknownFact)
    assert unknown.reason == f"{LOCK} does not have it"


def test_a_line_of_a_script_is_found_in_the_lock(tmp_path: Path) -> None:
    text = "#!/bin/sh\n\n  set -e\n\tx\n"
    lock = locked({"/a.sh": FILE._replace(content=Source("x", text)), "/b": FILE._replace(content=Source("x", "b"))})
    tree = locked_tree("app:1", project(tmp_path, lock))
    found = tree.look("/a.sh") if tree is not None else None
    assert isinstance(found, File)
    assert found.text is not None
    at = text.index("set -e")
    region = found.text.region(Span(at, at + 6))
    assert lock.split("\n")[region.line - 1] == "          set -e"
    assert region.path.endswith(LOCK)


def test_there_are_no_other_accounts_than_those_of_the_lock(tmp_path: Path) -> None:
    tree = locked_tree("app:1", project(tmp_path, locked({})))
    assert tree is not None
    assert tree.account("bob") is ABSENT
    assert tree.group("bob") is ABSENT


def test_accounts_that_could_not_all_be_read_are_not_kept(tmp_path: Path) -> None:
    tree = FileTree()
    tree.put_account(Account("app", "5", "6", "/home/app", "/bin/sh"))
    tree.forget_accounts(UnknownFact("dropcap finds no file with its accounts"))
    lock = HEAD + "\n".join(entry_lines("app:1", ("sha256:aa", ()), tree, {}, ())) + "\n"
    found = locked_tree("app:1", project(tmp_path, lock))
    assert found is not None
    assert isinstance(found.account("app"), UnknownFact)
    assert isinstance(found.account("bob"), UnknownFact)


def test_a_folder_that_is_listed_holds_no_more(tmp_path: Path) -> None:
    tree = locked_tree("app:1", project(tmp_path, locked({"/a": FOLDER, "/a/x": FILE, "/b": FOLDER}, listed=["/a"])))
    assert tree is not None
    assert tree.hidden_below("/a") is None
    assert tree.hidden_below("/b") is not None
    assert tree.look("/a/y") is ABSENT


@pytest.mark.parametrize(
    ("reference", "is_stale"),
    [("app:1", False), ("app:1@sha256:bb", False), ("app:1@sha256:aa", False), ("app:1@sha256:cc", True)],
)
def test_another_digest_is_stale(tmp_path: Path, reference: str, *, is_stale: bool) -> None:
    tree = locked_tree(reference, project(tmp_path, locked({})))
    assert tree is not None
    assert ("stale" in "".join(one.reason for one in tree.config.unknowns)) is is_stale


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("file 0 0 0644", "file zero 0 0644"),
        ("file 0 0 0644", "[]"),
        ("    files:", "    flies:"),
        ("    release:", "    - release:"),
        ('      - "app:6:app,web"', '      - "app"'),
        ("    config:", "    config: {"),
    ],
)
def test_an_entry_that_somebody_changed_is_not_believed(tmp_path: Path, before: str, after: str) -> None:
    lock = locked({"/a": FILE})
    assert before in lock
    tree = locked_tree("app:1", project(tmp_path, lock.replace(before, after, 1)))
    assert tree is not None
    assert f"dropcap cannot use {LOCK}" in tree.config.unknowns[0].reason


def test_an_image_that_the_lock_has_not_is_not_locked(tmp_path: Path) -> None:
    workspace = project(tmp_path, locked({}))
    assert locked_tree("app:2", workspace) is None


ENTRY = """\
#!/bin/sh
set -e
if [ "$(id -u)" = 0 ]; then
  chown -R app:app /data
  exec gosu app "$0" "$@"
fi
exec "$@"
"""
FILES_OF_APP = {
    "/": FOLDER,
    **dict.fromkeys(("/etc", "/usr", "/usr/bin", "/data"), FOLDER),
    "/bin": link("usr/bin"),
    "/etc/passwd": FILE._replace(content=Source("p", "root:x:0:0::/root:/bin/sh\napp:x:7:7::/:/bin/sh\n")),
    "/etc/group": FILE._replace(content=Source("g", "root:x:0:\napp:x:7:\n")),
    "/usr/bin/entry.sh": FILE._replace(mode=0o755, content=Source("e", ENTRY)),
    **dict.fromkeys((f"/usr/bin/{name}" for name in ("sh", "gosu", "id", "chown", "sleep")), FILE._replace(mode=0o755)),
    "/usr/bin/su": FILE._replace(mode=0o4755),
    "/usr/bin/dull": FILE,
    "/data/x": FILE,
}
CONFIG = {"Entrypoint": ["entry.sh"], "Cmd": ["sleep", "9"], "Volumes": {"/data": {}}}
COMPOSE = "services:\n  app:\n    image: app:1\n"


def test_a_startup_finds_in_the_lock_all_that_it_asks_for(tmp_path: Path) -> None:
    (service,) = read(Source("compose.yaml", COMPOSE)).containers
    tree = FullTree.of(Contents(("app:1",), "sha256:aa", (), CONFIG, FILES_OF_APP))

    workspace = Workspace.of_text(service.source)
    whole = needs_of(service, workspace, images=Images(workspace, {"app:1": tree}), tries_user=True)
    files, listed = kept(tree, FILES_OF_APP)
    lock = HEAD + "\n".join(entry_lines("app:1", ("sha256:aa", ()), tree, files, listed)) + "\n"
    again = needs_of(service, project(tmp_path, lock), tries_user=True)
    assert whole.is_complete
    assert whole.cap_add == ("CHOWN", "SETGID", "SETUID")
    assert (again.cap_add, again.is_complete, again.smaller) == (whole.cap_add, True, whole.smaller)
    assert "/usr/bin/su" in files
    assert "/usr/bin/dull" not in files
    assert "/data/x" in files


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "docker", None)  # no engine of this machine is asked
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text(
        "services:\n  app: {image: app:1}\n  two: {image: 'app:1'}\n  db: {image: db}\n"
    )
    files: tuple[tarfile.TarInfo | tuple[tarfile.TarInfo, bytes], ...] = (
        (info("etc/passwd"), b"root:x:0:0::/root:/bin/sh\napp:x:7:7::/:/bin/sh\n"),
        (info("usr/bin/entry.sh", mode=0o755), ENTRY.encode()),
        *((info(f"usr/bin/{name}", mode=0o755), b"\x7fELF") for name in ("sh", "gosu", "id", "chown", "sleep")),
        info("data", tarfile.DIRTYPE, 0o755),
    )
    (tmp_path / "app.tar").write_bytes(saved([tar(*files)], CONFIG))
    return tmp_path


def test_images_are_listed_with_where_their_facts_are(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["images"]) == 0
    assert capsys.readouterr().out == (
        "app:1      nowhere  2 containers\n"
        "db:latest  nowhere  1 container\n\n"
        "dropcap knows nothing of 2 images: run `dropcap images lock` where an engine has them.\n"
    )
    assert main(["images", "lock", "--from", "app.tar"]) == 2  # the other one is not at hand
    assert "db:latest: the image is not here" in capsys.readouterr().err
    assert main(["images"]) == 0
    assert capsys.readouterr().out.startswith("app:1      dropcap.lock  2 containers\ndb:latest  nowhere")
    assert (here / LOCK).is_file()


def test_images_are_listed_for_programs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["images", "lock", "--from", "app.tar"])
    (here / "compose.yaml").write_text("services:\n  app: {image: 'app:1@sha256:cc'}\n  db: {image: 'redis:7'}\n")
    lock = (here / LOCK).read_text()
    (here / LOCK).write_text(lock.replace("digests: []", 'digests: ["sha256:bb"]'))
    capsys.readouterr()
    assert main(["images", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["tool"]["name"], told["engine"]) == (1, "dropcap", None)
    root = str(here)
    assert told["images"] == [
        {"root": root, "name": "app:1", "facts": "lock", "stale": "a file pins another digest", "containers": 1},
        {"root": root, "name": "redis:7", "facts": "catalogue", "stale": None, "containers": 1},
    ]
    assert main(["images"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("app:1    dropcap.lock, stale: a file pins another digest  1 container\n")
    assert "\ndropcap.lock is stale for 1 image: run `dropcap images lock` again.\n" in out
    assert (
        "\nIt is not known whether dropcap.lock is stale: dropcap cannot ask an engine: install dropcap[engine]" in out
    )


def test_with_the_lock_an_image_alone_is_answered(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["images", "lock", "--from", "app.tar"])
    capsys.readouterr()
    main(["caps", "--format", "json", "compose.yaml"])
    app, _, db = json.loads(capsys.readouterr().out)["containers"]
    assert (app["complete"], app["suggested"]["cap_add"]) == (True, ["CHOWN", "SETGID", "SETUID"])
    places = {(one["path"], one["line"]) for need in app["needs"] for one in need["evidence"]}
    lines = (here / LOCK).read_text().split("\n")
    assert places
    assert all(path == LOCK and ("chown" in lines[at - 1] or "gosu" in lines[at - 1]) for path, at in places)
    assert db["complete"] is False
    assert db["unknown"][0]["resolve"] == "run `dropcap images lock`"


def test_what_is_written_is_yaml_of_its_schema(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["images", "lock", "--from", "app.tar"])
    capsys.readouterr()
    schema = json.loads(package_text("images", "lock.schema.json"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    lock = YAML(typ="safe").load((here / LOCK).read_text())
    assert list(lock["images"]) == ["app:1"]
    assert lock["images"]["app:1"]["texts"] == {"/usr/bin/entry.sh": ENTRY}
    assert not list(validator.iter_errors(lock))
    lock["images"]["app:1"]["files"]["/x"] = "dust 0 0 0644"
    assert list(validator.iter_errors(lock))


def test_locking_once_more_keeps_what_is_not_at_hand(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["images", "lock", "--from", "app.tar"])
    before = (here / LOCK).read_text()
    (here / "db.tar").write_bytes(saved([tar(info("x"))], name="db:latest"))
    assert main(["images", "lock", "--from", "db.tar"]) == 0
    assert "app:1: the image is not here; dropcap.lock keeps what it has of it" in capsys.readouterr().err
    after = (here / LOCK).read_text()
    assert before.split("images:\n")[1] in after
    assert '\n  "db:latest":\n' in after
    measured = 'measured:\n  "compose.yaml: db":\n    image: "sha256:aa"\n'
    (here / LOCK).write_text(after + measured)
    (here / "compose.yaml").write_text("services:\n  db: {image: db}\n")
    assert main(["images", "lock", "--from", "db.tar"]) == 0
    assert "app:1" not in (here / LOCK).read_text()
    assert (here / LOCK).read_text().endswith(f"\n{measured}")
    capsys.readouterr()


def test_locking_many_images_tells_how_far_it_is(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"app{number}:1" for number in range(50)]
    services = "".join(f"  s{number}: {{image: '{name}'}}\n" for number, name in enumerate(names))
    (here / "compose.yaml").write_text(f"services:\n{services}")
    words = []
    for name in names:
        (here / f"{name}.tar").write_bytes(saved([tar(info("x"))], name=name))
        words += ["--from", f"{name}.tar"]
    assert main(["images", "lock", *words]) == 0
    told = capsys.readouterr().err.splitlines()
    assert told == [
        *(f"dropcap: [{at}/50] reading {name}.tar" for at, name in enumerate(names, 1)),
        *(f"dropcap: [{at}/50] {name}" for at, name in enumerate(sorted(names), 1)),
        "dropcap: dropcap.lock: 50 images read",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lock", "--from", "missing.tar"], "--from missing.tar: there is no such file"),
        (["lock", "--from", "compose.yaml"], "dropcap cannot read it as an archive"),
        (["lock", "--from", "app.tar", "--pull"], "give --pull or --from, not both: --from asks no engine"),
        (["--from", "app.tar"], "--from and --pull are options of `dropcap images lock`"),
        (["lock", "--format", "json"], "--format is an option of `dropcap images`"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["images", *words]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert not (here / LOCK).exists()


USERS = "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/sh\nmysql:x:7:7::/:/bin/sh\n"
STUB = """\
#!/usr/bin/python3
import re, sys
from importlib.metadata import distribution
sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])
sys.exit(load_entry_point('x', 'console_scripts', 'x')())
"""


def image_needs(command: Sequence[str], files: Mapping[str, File], config: Mapping[str, object] | None = None) -> Needs:
    """Return what a container of an image needs that starts a command."""
    (service,) = read(Source("compose.yaml", COMPOSE)).containers
    base = {
        **dict.fromkeys(("/", "/etc", "/usr", "/usr/bin", "/usr/sbin", "/usr/local", "/usr/local/bin", "/var"), FOLDER),
        "/etc/passwd": FILE._replace(content=Source("p", USERS)),
        "/etc/group": FILE._replace(content=Source("g", "root:x:0:\nwww-data:x:33:\nmysql:x:7:\n")),
        "/usr/bin/python3": FILE._replace(mode=0o755),
    }
    tree = FullTree.of(Contents(("app:1",), "", (), {"Cmd": [*command], **(config or {})}, {**base, **files}))
    workspace = Workspace.of_text(service.source)
    return needs_of(service, workspace, images=Images(workspace, {"app:1": tree}))


@pytest.mark.parametrize(("name", "value"), [("USE_AUTH", "***"), ("MODE", "***")])
def test_a_value_that_the_lock_hides_decides_nothing(name: str, value: str) -> None:
    command = ["sh", "-c", f'[ "${name}" = yes ] && chown 1:1 /srv; exec sleep 1']
    found = image_needs(command, {"/srv": FOLDER}, {"Env": [f"{name}={value}"]})
    assert ("CHOWN" in found.cap_add) is (name == "USE_AUTH")


def script(text: str) -> File:
    return FILE._replace(mode=0o755, content=Source("x", text))


def test_a_variable_of_a_packaged_configuration_is_what_its_script_makes_it() -> None:
    conf = script("User ${APACHE_RUN_USER}\nListen 8080\nErrorLog /dev/stderr\n")
    files = {"/usr/sbin/apache2": FILE._replace(mode=0o755), "/etc/apache2": FOLDER, "/etc/apache2/apache2.conf": conf}
    needs = image_needs(["/usr/sbin/apache2", "-DFOREGROUND"], files)
    assert needs.cap_add == ("SETGID", "SETUID")


@pytest.mark.parametrize(
    ("path", "text", "is_known"),
    [
        ("/usr/bin/supervisord", STUB, True),
        ("/usr/local/bin/nobody-knows-me", STUB, False),
        ("/usr/bin/nobody-knows-me", STUB, False),
        ("/usr/local/bin/mine", "#!/usr/bin/python3\nprint('hello')\n", True),
    ],
)
def test_what_only_calls_a_package_is_known_by_its_name(path: str, text: str, *, is_known: bool) -> None:
    needs = image_needs([path], {path: script(text)})
    described = not any("dropcap does not know the program" in one.reason for one in needs.unknown)
    assert described is is_known


def test_a_volume_whose_folder_the_image_lacks_is_roots() -> None:
    text = "#!/bin/sh\nset -e\nchown www-data /data\n"
    files = {"/usr/local/bin/run": script(text), "/usr/bin/chown": FILE._replace(mode=0o755)}
    assert image_needs(["run"], files, {"Volumes": {"/data": {}}}).cap_add == ("CHOWN",)


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [(None, ()), ((), ()), (("chroot", "setgroups", "setuid"), ("SETGID", "SETUID", "SYS_CHROOT"))],
)
def test_what_a_program_imports_it_may_ask_for(symbols: tuple[str, ...] | None, expected: tuple[str, ...]) -> None:
    files = {"/usr/bin/nobody-knows-me": FILE._replace(mode=0o755, symbols=symbols)}
    needs = image_needs(["nobody-knows-me"], files)
    assert needs.cap_add == expected
    assert not needs.is_complete
    assert {need.certainty for need in needs.needs} <= {Certainty.POSSIBLE}


@pytest.mark.parametrize(("folder", "follows"), [("/usr/bin", False), ("/usr/local/bin", True)])
def test_the_script_of_a_described_package_is_known_by_its_name(folder: str, *, follows: bool) -> None:
    text = "#!/bin/sh\nexec su-exec www-data sleep 9\n"
    files = {f"{folder}/redis-cli": script(text), "/usr/bin/su-exec": FILE._replace(mode=0o755)}
    assert ("SETUID" in image_needs(["redis-cli"], files).cap_add) is follows


def test_a_program_of_a_language_is_read_in_its_image() -> None:
    text = "import os\nos.setgid(33)\nos.setuid(33)\n"
    files = {"/app": FOLDER, "/app/server.py": FILE._replace(content=Source("x", text))}
    assert image_needs(["python3", "/app/server.py"], files).cap_add == ("SETGID", "SETUID")


@pytest.mark.parametrize(
    "command", [["python3", "/app/server.py"], ["python3", "-u", "/app/server.py", "--port", "80"]]
)
def test_a_program_of_an_image_that_nobody_read_is_told(command: list[str]) -> None:
    needs = image_needs(command, {"/app": FOLDER, "/app/server.py": FILE})
    assert any(one.reason == "dropcap cannot read /app/server.py" for one in needs.unknown)


def test_a_folder_that_a_configuration_draws_in_may_end_in_a_slash() -> None:
    files = {
        "/usr/sbin/proftpd": FILE._replace(mode=0o755),
        "/etc/proftpd": FOLDER,
        "/etc/proftpd/proftpd.conf": FILE._replace(content=Source("p", "Include /etc/proftpd/conf.d/\n")),
        "/etc/proftpd/conf.d": FOLDER,
        "/etc/proftpd/conf.d/own.conf": FILE._replace(content=Source("o", "DefaultRoot ~\n")),
    }
    found = image_needs(["proftpd", "--nodaemon"], files)
    assert "SYS_CHROOT" in found.cap_add
    assert not any("does not exist" in one.reason for one in found.unknown)
    del files["/etc/proftpd/conf.d/own.conf"]  # an empty one is there as well
    found = image_needs(["proftpd", "--nodaemon"], files)
    assert "SYS_CHROOT" not in found.cap_add
    assert not any("does not exist" in one.reason for one in found.unknown)


CRONTAB = """\
17 * * * * root cd / && run-parts --report /etc/cron.hourly
25 6 * * * root test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
"""


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ""),
        ({"own": (0o755, "#!/bin/sh\nchown www-data /srv/x\n")}, "CHOWN"),
        ({"own": (0o644, "#!/bin/sh\nchown www-data /srv/x\n")}, ""),
        ({"own.sh": (0o755, "#!/bin/sh\nchown www-data /srv/x\n")}, ""),
        ({"dpkg": (0o755, "#!/bin/sh\n/usr/libexec/dpkg/dpkg-db-backup\n")}, ""),
        ({"own": (0o755, None)}, "?"),
    ],
)
def test_jobs_that_lie_in_folders_of_cron_are_followed(files: dict[str, tuple[int, str | None]], expected: str) -> None:
    parts = {
        f"/etc/cron.daily/{name}": FILE._replace(mode=mode, content=None if text is None else Source("j", text))
        for name, (mode, text) in files.items()
    }
    image = {
        **{f"/usr/bin/{name}": FILE._replace(mode=0o755) for name in ("chown", "run-parts", "sh", "test")},
        "/bin": link("usr/bin"),
        "/usr/sbin/cron": FILE._replace(mode=0o755),
        "/etc/crontab": FILE._replace(content=Source("c", CRONTAB)),
        "/srv": FOLDER,
        "/srv/x": FILE,
        **dict.fromkeys(("/etc/cron.d", "/etc/cron.daily", "/etc/cron.hourly"), FOLDER),
        **parts,
    }
    found = image_needs(["cron", "-f"], image)
    assert found.is_complete is (expected != "?"), found.unknown
    assert set(found.cap_add) - {"SETUID", "SETGID"} - {expected} == set()
    assert ("CHOWN" in found.cap_add) is (expected == "CHOWN")
