# ruff: noqa: E501  # a script is a line

"""What a startup asks for, followed over files that are known: each need with its place."""

from __future__ import annotations

import pytest

from dropcap.images.facts import Account, File, FileKind, UnknownFact
from dropcap.images.tree import FileTree
from dropcap.lang.words import Word
from dropcap.needs.model import Certainty, Phase
from dropcap.needs.start import Start
from dropcap.needs.startup import Found, follow
from dropcap.source import Source, Span

DOCKERFILE = Source("Dockerfile", 'ENTRYPOINT ["/entry.sh"]\nCMD ["server"]\n')


def image(script: str, *, owner: str = "0", mode: int = 0o755, unknown: UnknownFact | None = None) -> FileTree:
    """Return an image with an entrypoint, the account `app` and a folder of data."""
    tree = FileTree(unknown)
    tree.add_account(Account("app", "70", "app", home="/data"))
    tree.put("/entry.sh", File(FileKind.FILE, "0", "0", 0o755, content=Source("entry.sh", f"#!/bin/sh\n{script}\n")))
    tree.put("/data", File(FileKind.FOLDER, owner, owner, mode), is_new=True)
    return tree


def start(tree: FileTree, *, user: str | None = "0", port: int | None = 0) -> Found:
    words = [Word(text, DOCKERFILE, Span(DOCKERFILE.text.index(text), 0)) for text in ("/entry.sh", "server")]
    words = [word._replace(span=Span(word.span.start, word.span.start + len(word.value))) for word in words]
    return follow(Start(words, user, None, {}, False, "/", Phase.FIRST_START, port, "the test says so"), tree)  # noqa: FBT003  # a record


def needs(found: Found) -> dict[str, Certainty]:
    """Return the surest of each capability's needs."""
    surest: dict[str, Certainty] = {}
    for need in found.needs:
        surest[need.capability] = max(need.certainty, surest.get(need.capability, need.certainty))
    return surest


REQUIRED, POSSIBLE = Certainty.REQUIRED, Certainty.POSSIBLE
SWITCH = {"SETUID": REQUIRED, "SETGID": REQUIRED}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("set -e\nchown -R app /data\nexec gosu app sleep 1", {**SWITCH, "CHOWN": REQUIRED}),
        ('set -e\nif [ "$(id -u)" = 0 ]; then chown app /data; exec gosu app "$0" "$@"; fi\nexec sleep 1', {**SWITCH, "CHOWN": REQUIRED}),
        ("set -e\nfind /data ! -user 0 -exec chown 0 {} +\nexec gosu app sleep 1", SWITCH),
        ("set -e\ncd /data\n(cd /; true)\nchown app .", {"CHOWN": REQUIRED}),
        ("set -e\n(cd /data; chown app .)\nexec sleep 1", {"CHOWN": REQUIRED}),
        ("set -e\n(cd /data; true)\ntouch x", {}),
        ("set -e\nchown -R app /data || true\nexec su-exec app sleep 1", {**SWITCH, "CHOWN": POSSIBLE}),
        ("exec setpriv --reuid=app --regid=app --init-groups sleep 1", SWITCH),
        ("install -d -o app /run/app\nchroot --userspec=app / touch /run/app/x", {**SWITCH, "SYS_CHROOT": REQUIRED, "CHOWN": REQUIRED, "FOWNER": REQUIRED}),
        ("mkdir -p /run/app\necho 1 > /run/app/pid\nexec sleep 1", {}),
        ("set -e\nchown -R app ~app\nexec sleep 1", {"CHOWN": REQUIRED}),
        ("set -e\n[ -d ~app ] && chown app /data\nexec sleep 1", {"CHOWN": REQUIRED}),
        ("set -e\n[ -d ~app/x ] && chown app /data\nexec sleep 1", {}),
        ("if [ ! -d /data ]; then mkdir /data; chown app /data; fi\nexec sleep 1", {}),
        ("set -e\nchown app /data\nchmod 700 /data\nexec sleep 1", {"CHOWN": REQUIRED, "FOWNER": REQUIRED}),
        ("set -e\nchown app:app /data\nchmod g+s /data\nexec sleep 1", {"CHOWN": REQUIRED, "FOWNER": REQUIRED, "FSETID": REQUIRED}),
        ("set -e\nchown app /data\nchmod 700 /data\ntouch /data/x\nexec sleep 1", {"CHOWN": REQUIRED, "FOWNER": REQUIRED, "DAC_OVERRIDE": REQUIRED}),
        ("mknod /dev/own c 1 3\nexec sleep 1", {"MKNOD": REQUIRED}),
    ],
)  # fmt: skip
def test_a_startup_as_root_needs(script: str, expected: dict[str, Certainty]) -> None:
    found = start(image(script))
    assert needs(found) == expected
    assert found.unknown == ()


def test_a_startup_as_another_user_needs_nothing() -> None:
    found = start(image("chown app /data\nexec who-knows-what"), user="app")
    assert found.needs == ()
    assert found.unknown == ()


def test_what_fails_today_is_told() -> None:
    found = start(image("set -e\nchown 5 /data\nexec sleep 1"), user="app")
    assert [one.reason for one in found.today] == ["gives /data to 5, and its user may not"]


def test_giving_a_file_to_whom_it_belongs_asks_too() -> None:
    assert needs(start(image("set -e\nchown app /data\nexec sleep 1", owner="70"))) == {"CHOWN": REQUIRED}
    assert needs(start(image("chown app /data || true\nexec sleep 1", owner="70"))) == {}


def test_a_program_that_nobody_knows_is_unknown_as_root() -> None:
    found = start(image("exec who-knows-what"))
    assert [one.reason for one in found.unknown] == ["dropcap does not know the program who-knows-what"]


def test_a_program_in_a_variable_is_unknown() -> None:
    found = start(image('PROGRAM=$(grep x /proc/1/x)\nexec "$PROGRAM" x'))
    assert len(found.unknown) == 1


def test_what_a_condition_hides_is_possible_and_says_on_what_it_depends() -> None:
    found = start(image("set -e\nif grep -q x /proc/mounts; then chown app /data; fi\nexec sleep 1"))
    (need,) = found.needs
    assert (need.capability, need.certainty) == ("CHOWN", POSSIBLE)
    assert need.condition == "`grep -q x /proc/mounts` holds"


def test_a_user_who_is_not_known_may_be_root() -> None:
    found = start(image("set -e\nchown app /data\nexec sleep 1"), user=None)
    assert {need.certainty for need in found.needs} == {POSSIBLE}
    assert {need.condition for need in found.needs} == {"it runs as root"}


def test_evidence_stands_where_it_says() -> None:
    found = start(image("set -e\nchown app /data\nexec gosu app sleep 1"))
    places = {(one.where.source.path, one.where.source.region(one.where.span).line) for need in found.needs for one in need.evidence if one.where}  # fmt: skip
    assert places == {("entry.sh", 3), ("entry.sh", 4)}


def test_a_script_that_is_too_large_is_unknown() -> None:
    branches = "".join(f"if maybe{number}; then A=$A{number}; else B=$B{number}; fi\n" for number in range(40))
    assert start(image(f"{branches * 40}exec sleep 1")).unknown


def test_what_is_in_an_unknown_folder_is_not_guessed() -> None:
    tree = image("set -e\nchown -R app /other\nexec sleep 1", unknown=UnknownFact("the image is not known"))
    found = start(tree)
    assert needs(found)["CHOWN"] is POSSIBLE
    assert found.unknown


def test_what_a_shell_of_its_own_goes_to_is_gone_behind_it() -> None:
    tree = image("(cd /data; true)\ntouch made\nsh -c 'cd /data'\ntouch too\ncd /data\ntouch inside")
    start(tree)
    assert isinstance(tree.look("/made"), File)
    assert isinstance(tree.look("/too"), File)
    assert isinstance(tree.look("/data/inside"), File)


def test_what_a_here_document_writes_is_executed() -> None:
    tree = image("cat > /run.sh <<'E'\nchown app /data\nE\nsh /run.sh")
    assert needs(start(tree)) == {"CHOWN": REQUIRED}


@pytest.mark.parametrize("path", ["~other", "~/x", "~other/x"])
def test_a_home_that_nobody_knows_is_not_absent(path: str) -> None:
    found = start(image(f"[ -e {path} ] && chown app /data\nexec sleep 1"))
    assert needs(found) == {"CHOWN": POSSIBLE}
