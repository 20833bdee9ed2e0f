"""What `sed -i` makes of a text that is at hand, held against sed itself."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from dropcap.images.edited_text import edited, substituted
from dropcap.lang.words import Word
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """user  www-data;
#User nobody
User nobody
  listen 80;
path = /var/lib (old) a+b?
User nobody User nobody
last"""


def words_of(*options: str) -> list[Word]:
    source = Source("x", "sed -i " + " ".join(options))
    return [Word(one, source, Span(0, 3)) for one in ("sed", "-i", *options, "/f")]


@pytest.mark.parametrize(
    "options",
    [
        ["s/nobody/app/"],
        ["s/nobody/app/g"],
        ["s/USER/Group/I"],
        ["s/^user .*/user root;/"],
        ["s/^#*User .*/User app/"],
        ["s#/var/lib#/srv#"],
        ["s/.*listen.*/listen 8080;/"],
        ["s/(old)/(new)/"],
        ["s/a+b?/x/"],
        ["/^#/d"],
        ["/User/d; s/80/81/"],
        ["s/www-data;$/root;/"],
        ["s/a.b/&&/"],
        ["s/\\(a\\)/\\1/"],
        ["s/[a-z]*/x/"],
        ["-e", "s/nobody/app/", "-e", "s/80/81/"],
        ["-E", "s/nobody/app/"],
        ["-E", "s/(old)/x/"],
        ["s/last/end/"],
        ["s/u*/x/"],
        ["5d"],
        ["a text"],
    ],
)
def test_what_is_said_is_what_sed_writes(tmp_path: Path, options: list[str]) -> None:
    if shutil.which("sed") is None:
        pytest.skip("there is no sed here")
    source = Source("conf", TEXT)
    said = substituted(words_of(*options), source)
    (tmp_path / "f").write_text(TEXT, encoding="utf-8")
    subprocess.run(["sed", "-i", *options, str(tmp_path / "f")], check=True)
    assert said is None or said.text == (tmp_path / "f").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "is_known"),
    [(["s/nobody/app/"], True), (["-e", "s/a/b/", "-e", "/x/d"], True), (["s/[a-z]*/x/"], False), (["5d"], False)],
)
def test_what_is_understood(options: list[str], *, is_known: bool) -> None:
    assert (substituted(words_of(*options), Source("conf", TEXT)) is not None) is is_known


def test_places_are_those_of_the_text_before() -> None:
    source = Source("conf", "one\ntwo\nUser x\nfour\n")
    found = substituted(words_of("/two/d; s/User .*/User root/"), source)
    assert found is not None
    at = found.text.index("four")
    root, span = found.to_root(Span(at, at + 4))
    assert root is source
    assert source.text[span.start : span.end] == "four"


def test_several_scripts_are_read() -> None:
    found = edited(words_of("-e", "s/^User .*/User root/", "-e", "s/^Port .*/Port 80/"))
    assert found is not None
    assert found.text == "User root\nPort 80\n"
    assert edited(words_of("-n", "p")) is None


def test_hostile_expressions_are_bounded() -> None:
    start = time.monotonic()
    for script in (
        "s/" + "a*" * 3 + "b/x/",
        "s/" + "a*" * 50 + "b/x/",
        "/" + ".*" * 3 + "x/d",
        "s/" + "a" * 50_000 + "/x/",
    ):
        substituted(words_of(script), Source("conf", "a" * 2_000))
        substituted(words_of(script), Source("conf", "a" * 300_000))
    assert time.monotonic() - start < 20
