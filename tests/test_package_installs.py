"""What packages bring into an image, and what `echo` and `printf` write there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.images.bases import base_tree
from dropcap.images.facts import File, UnknownFact
from dropcap.images.package_installs import install
from dropcap.images.printed_text import printed
from dropcap.lang.words import Word
from dropcap.package_data import package_text
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from dropcap.images.tree import FileTree

DATA = json.loads(package_text("images", "packages.json"))


def words_of(command: str) -> list[Word]:
    source = Source("Dockerfile", command)
    found, at = [], 0
    for text in command.split(" "):
        found.append(Word(text, source, Span(at, at + len(text))))
        at += len(text) + 1
    return found


def after(command: str, image: str = "debian:12") -> FileTree:
    tree = base_tree(image)
    install(tree, words_of(command))
    return tree


def test_a_package_brings_accounts_and_folders_of_theirs() -> None:
    tree = after("apt-get install -y --no-install-recommends mosquitto=2.0")
    folder = tree.look("/var/lib/mosquitto")
    assert isinstance(folder, File)
    assert (folder.owner, folder.package) == ("mosquitto", "mosquitto")
    assert not isinstance(tree.account("nobody-made-this"), UnknownFact)


def test_numbers_that_each_machine_chooses_are_not_known() -> None:
    account = after("apt-get install --no-install-recommends mosquitto").account("mosquitto")
    assert getattr(account, "uid", "") is None


def test_file_capabilities_come_with_a_package() -> None:
    ping = after("apt-get install --no-install-recommends iputils-ping").look("/usr/bin/ping")
    assert isinstance(ping, File)
    assert (ping.capabilities, ping.is_effective) == (("NET_RAW",), True)


@pytest.mark.parametrize(
    ("command", "image"),
    [
        ("apt-get install --no-install-recommends nobody-knows-this", "debian:12"),
        ("apt-get install --no-install-recommends mosquitto nobody-knows-this", "debian:12"),
        ("apt-get install --no-install-recommends mosquitto", "debian:sid"),
        ("apt-get install --no-install-recommends mosquitto", "debian@sha256:00"),
        ("apt-get install --no-install-recommends mosquitto", "ubuntu:24.04"),
        ("apk add mosquitto", "alpine:3"),
    ],
)
def test_what_is_not_described_hides_accounts_and_folders(command: str, image: str) -> None:
    tree = after(command, image)
    assert isinstance(tree.account("nobody-made-this"), UnknownFact)
    assert isinstance(tree.look("/var/lib/nobody-made-this"), UnknownFact)


def test_what_is_recommended_comes_too_unless_it_is_left_out() -> None:
    name, more = next((name, one["more"]) for name, one in DATA["packages"].items() if one.get("more"))
    unknown = [one for one in more if one not in DATA["packages"]]
    tree = after(f"apt-get install {name}")
    assert isinstance(tree.account("nobody-made-this"), UnknownFact) is bool(unknown)


def test_the_data_names_only_accounts_that_there_are() -> None:
    for name, table in DATA["packages"].items():
        tree = after(f"apt-get install --no-install-recommends {name}")
        for line in table.get("files", ()):
            _, kind, owner, *_ = line.split(" ")
            assert kind in {"file", "folder", "link"}, line
            assert getattr(tree.account(owner), "name", "") == owner, line


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("echo a b", "a b\n"),
        ("echo -n a", "a"),
        (r"printf a\nb\n", "a\nb\n"),
        (r"printf %s\n a b", "a\nb\n"),
        (r"printf %s=%s\n a 1 b 2", "a=1\nb=2\n"),
        (r"printf 100%%\n", "100%\n"),
        (r"printf %s=%s\n a", "a=\n"),
    ],
)
def test_what_is_printed_is_known(command: str, text: str) -> None:
    found = printed(words_of(command))
    assert found is not None
    assert found.text == text
    source = found.to_source()
    for at, character in enumerate(text):
        if character not in "\n " and character in command:
            root, span = source.to_root(Span(at, at + 1))
            assert root.text[span.start : span.end] == character


@pytest.mark.parametrize(
    "command", ["echo -e a", r"echo a\nb", "printf %d 1", r"printf a\033b", "cat a", "printf", "printf x%"]
)
def test_what_shells_print_otherwise_is_not_known(command: str) -> None:
    assert printed(words_of(command)) is None
