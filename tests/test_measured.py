"""What `dropcap.lock` keeps of measurements, as the evidence of needs: where it counts, and where it is stale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_file
from dropcap.cli import main
from dropcap.discover import Target
from dropcap.images.lock import HEAD
from dropcap.images.measurements import Measurement, lock_text, measurement_lines
from dropcap.model import Kind
from dropcap.needs.container import needs_of
from dropcap.needs.model import Certainty
from dropcap.needs.settings import UndecidedError, measured_name, settings_digest
from dropcap.workspace import LOCK, Workspace

if TYPE_CHECKING:
    from dropcap.model import Container
    from dropcap.needs.model import Needs

MEASURED = Measurement(
    *("sha256:aa", ("app", "--password", "hush"), "", "", "health check"),
    *({"CHOWN": "restart"}, {"KILL": "a clean stop"}, {}),
    *("Docker 27.0", "runc 1.2", "6.1", "2026-11-27"),
)
ENTRY = """\
  "app:1":
    id: "sha256:{id}"
    digests: []
    release: ""
    config:
      entrypoint: ["/bin/nobody-knows"]
      working_folder: "/"
      stop_signal: ""
      environment: {{}}
    accounts: []
    groups: []
    files: {{}}
    texts: {{}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def service(text: str) -> Container:
    Path("compose.yaml").write_text(f"services:\n  app:\n{text}")
    found = check_file(Target("compose.yaml", "compose", named=True), (), Setup()).containers
    return next(one for one in found if one.kind is Kind.SERVICE)


def digest(text: str) -> str:
    return settings_digest(service(text), Workspace("."))


def keep(container: Container, measured: Measurement = MEASURED, images: str = "") -> None:
    workspace = Workspace(".")
    kept = measured._replace(settings=settings_digest(container, workspace))
    text = "".join(lock_text(workspace, {measured_name(container, workspace): kept}))
    Path(LOCK).write_text(text.replace(HEAD, HEAD + images))


def needs(container: Container) -> Needs:
    return needs_of(container, Workspace("."))


def test_an_image_that_nobody_knows_is_answered_by_what_was_measured() -> None:
    container = service("    image: app:1\n")
    assert not needs(container).is_complete
    keep(container)
    found = needs(container)
    assert (found.is_complete, found.cap_add) == (True, ("CHOWN",))
    assert [(one.capability, one.certainty) for one in found.needs] == [
        ("CHOWN", Certainty.REQUIRED),
        ("KILL", Certainty.DEGRADES),
    ]
    assert found.needs[0].phase.value == "restart"
    assert found.needs[1].loss == "a clean stop"


def test_that_it_stays_up_makes_nothing_complete() -> None:
    container = service("    image: app:1\n")
    keep(container, MEASURED._replace(probe="stays up"))
    found = needs(container)
    assert (found.is_complete, found.cap_add) == (False, ("CHOWN",))
    assert "--probe" in found.unknown[-1].resolve


def test_what_decides_has_to_be_known() -> None:
    container = service("    image: app:1\n    user: ${WHO}\n")
    keep(container)
    found = needs(container)
    assert (found.is_complete, found.cap_add) == (False, ("CHOWN",))


@pytest.mark.parametrize(("id_", "counts"), [("aa", True), ("bb", False)])
def test_the_image_of_the_lock_has_to_be_the_one_that_was_measured(id_: str, counts: bool) -> None:  # noqa: FBT001  # a case
    container = service("    image: app:1\n")
    keep(container, images=ENTRY.format(id=id_))
    found = needs(container)
    assert found.is_complete is counts
    assert found.remarks[0].reason.startswith("measured" if counts else f"stale: {LOCK} has another image")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("image: app:1", "image: app:2"),
        ("user: root", "user: app"),
        ("command: serve", "command: serve x"),
        ("command: serve", "entrypoint: serve"),
        ("entrypoint: []", "init: true"),
        ("environment: {PUID: 1}", "environment: {PUID: 2}"),
        ("environment: {PASSWORD: a}", "environment: {PASSWD: a}"),
        ("volumes: [data:/data]", "volumes: [data:/other]"),
        ("volumes: [data:/data]", "volumes: ['data:/data:ro']"),
        ("tmpfs: /data", "volumes: [/data]"),
        ("tmpfs: /data", "tmpfs: '/data:uid=1000'"),
        ("network_mode: none", "network_mode: host"),
        ("sysctls: {a.b: 1}", "sysctls: {a.b: 2}"),
        ("security_opt: ['no-new-privileges:true']", "security_opt: []"),
        ("devices: [/dev/fuse]", "devices: []"),
        ("read_only: true", "read_only: false"),
        ("healthcheck: {test: a}", "healthcheck: {test: b}"),
        ("working_dir: /a", "working_dir: /b"),
        ("group_add: [a]", "group_add: [b]"),
    ],
)
def test_what_decides_is_in_the_digest(before: str, after: str) -> None:
    image = "" if before.startswith("image") else "    image: app\n"
    assert digest(f"{image}    {before}\n") != digest(f"{image}    {after}\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("cap_add: [KILL]", "cap_drop: [ALL]"),
        ("privileged: true", "privileged: false"),
        ("environment: {PASSWORD: a}", "environment: {PASSWORD: b}"),
        ("environment: {A: a, B: b}", "environment: [B=b, A=a]"),
        ("ports: ['80:80']", "ports: []"),
        ("volumes: [one:/data]", "volumes: [two:/data]"),
        ("labels: {a: b}", "restart: always"),
    ],
)
def test_what_decides_nothing_is_not(before: str, after: str) -> None:
    assert digest(f"    image: app\n    {before}\n") == digest(f"    image: app\n    {after}\n")


def test_files_that_are_copied_and_mounted_are_in_the_digest() -> None:
    for name in ("one.conf", "two.conf", "unused", "conf/a", "sub/x"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("1")
    Path("Dockerfile").write_text('FROM debian:12 AS base\nCOPY *.conf /etc/\nFROM base\nCOPY sub /srv/\nCMD ["app"]\n')
    text = "    build: .\n    volumes: ['./conf:/conf:ro', './data:/data']\n"
    before = digest(text)
    changes = {}
    for name in ("one.conf", "sub/x", "conf/a", "Dockerfile", "unused", "compose.yaml", LOCK):
        path = Path(name)
        kept = path.read_text() if path.exists() else None
        path.write_text(f"{kept or ''}\n# more\n")
        changes[name] = digest(text) != before
        path.write_text(kept or "")
    assert [name for name, is_other in changes.items() if is_other] == ["one.conf", "sub/x", "conf/a"]
    Path("Dockerfile").write_text('FROM debian:12\nCOPY . /srv/\nCMD ["app"]\n')
    before = digest(text)
    Path(LOCK).write_text("x")
    assert digest(text) == before
    Path("unused").write_text("2")
    assert digest(text) != before


def test_without_what_is_copied_there_is_no_digest() -> None:
    Path("real").mkdir()
    Path("real/link").symlink_to("../elsewhere")
    Path("Dockerfile").write_text('FROM debian:12\nCOPY real /srv/\nCMD ["app"]\n')
    with pytest.raises(UndecidedError, match="links"):
        digest("    build: .\n")


def test_what_looks_like_a_secret_is_not_kept() -> None:
    text = "\n".join(measurement_lines("a", MEASURED._replace(degrades={"KILL": "PASSWORD=hush"})))
    assert 'command: ["app", "--password", "****"]' in text
    assert "hush" not in text


def test_what_was_measured_of_others_stays() -> None:
    container = service("    image: app:1\n")
    keep(container)
    first = Path(LOCK).read_text()
    text = "".join(lock_text(Workspace("."), {"a: b": MEASURED, "z: c": MEASURED}))
    assert first.removeprefix(f"{HEAD}measured:\n") in text
    assert text.index('"a: b"') < text.index('"compose.yaml: app"') < text.index('"z: c"')


def test_the_table_says_that_it_was_measured_and_that_it_is_stale(capsys: pytest.CaptureFixture[str]) -> None:
    keep(service("    image: app:1\n"))
    main(["caps"])
    assert "measured on 2026-11-27 with Docker 27.0" in capsys.readouterr().out
    service("    image: app:2\n")
    main(["caps"])
    assert "stale: " in capsys.readouterr().out
