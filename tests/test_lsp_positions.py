"""Lines and columns as editors count them, and the changes that they send."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.lsp.positions import Places, edited, name_of, path_of, uri_of
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from pathlib import Path

ENCODINGS = ("utf-8", "utf-16", "utf-32")
TEXTS = st.text(st.sampled_from("ab \n\r\t\u2028\x0b\x0cé€\N{PILE OF POO}\ud800"), max_size=30)


def units(text: str, encoding: str) -> int:
    size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    return len(text.encode(encoding if encoding == "utf-8" else f"{encoding}-le", "surrogatepass")) // size


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(0, 30), st.sampled_from(ENCODINGS))
def test_a_place_leads_back_to_where_it_is_from(text: str, offset: int, encoding: str) -> None:
    offset = min(offset, len(text))
    places = Places(Source("x", text), encoding)
    place = places.position(offset)
    lines = text[:offset].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if text[offset - 1 : offset + 1] != "\r\n":  # nobody stands between the two
        assert place == {"line": len(lines) - 1, "character": units(lines[-1], encoding)}
        assert places.offset(place["line"], place["character"]) == offset


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(-2, 9), st.integers(-2, 99), st.sampled_from(ENCODINGS))
def test_a_place_that_is_nowhere_is_the_nearest(text: str, line: int, character: int, encoding: str) -> None:
    offset = Places(Source("x", text), encoding).offset(line, character)
    assert 0 <= offset <= len(text)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, st.data(), st.sampled_from(ENCODINGS))
def test_a_change_puts_a_text_in_the_place_of_another(text: str, new: str, data: st.DataObject, encoding: str) -> None:
    whole = text.replace("\r", "")
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    place = Places(Source("x", whole), encoding).range(Span(start, end))
    ends = (SimpleNamespace(**place[name]) for name in ("start", "end"))
    change = SimpleNamespace(range=SimpleNamespace(**dict(zip(("start", "end"), ends, strict=True))), text=new)
    assert edited(whole, [change], encoding) == whole[:start] + new + whole[end:]


def test_changes_are_made_one_after_the_other() -> None:
    def at(line: int, character: int, to: int, text: str) -> SimpleNamespace:
        start, end = SimpleNamespace(line=line, character=character), SimpleNamespace(line=line, character=to)
        return SimpleNamespace(range=SimpleNamespace(start=start, end=end), text=text)

    assert edited("abc\n", [at(0, 1, 2, "\n"), at(1, 0, 1, "x"), at(9, 0, 0, "!")], "utf-16") == "a\nx\n!"
    assert edited("abc", [at(0, 2, 1, "-")], "utf-16") == "a-c"
    assert edited("abc", [SimpleNamespace(text="new"), at(0, 0, 0, "a ")], "utf-16") == "a new"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_mark_at_the_start_takes_a_column_of_the_editors_only(encoding: str) -> None:
    places = Places(Source("x", "ab\ncd"), encoding, has_mark=True)
    mark = units("\ufeff", encoding)
    assert places.position(1) == {"line": 0, "character": 1 + mark}
    assert places.position(4) == {"line": 1, "character": 1}
    assert [places.offset(0, column) for column in (0, mark, mark + 1)] == [0, 0, 1]
    assert places.offset(1, 1) == 4


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b.yaml", "/a/b.yaml"),
        ("file://localhost/a/b.yaml", "/a/b.yaml"),
        ("file:///a%20b/%C3%A9%23.yaml", "/a b/é#.yaml"),
        ("file:///a/../b/./c", "/b/c"),
        ("file:///a/%ff", os.fsdecode(b"/a/\xff")),
        ("file:///a%00b", None),
        ("file://host/a", None),
        ("file:a", None),
        ("untitled:Untitled-1", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_which_file_a_uri_names(uri: str, path: str | None) -> None:
    assert path_of(uri) == path


@pytest.mark.parametrize("name", ["a.yaml", "a b#?%.yaml", "é", os.fsdecode(b"\xff"), "a\nb", "a:b", "\\"])
def test_a_path_comes_back_from_its_uri(name: str, tmp_path: Path) -> None:
    path = str(tmp_path / name)
    uri = uri_of(path)
    assert uri.isascii()
    assert uri.isprintable()
    assert path_of(uri) == path


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("untitled:Untitled-1", "Untitled-1"),
        ("git:/a/b/compose.yaml?%7B%22x%22%7D", "compose.yaml"),
        ("x://host/a%1b%5B31m.sh", "a__31m.sh"),
        ("", "untitled"),
        ("x:/" + "a" * 500, "a" * 60),
    ],
)
def test_what_has_no_file_has_a_plain_name(uri: str, name: str) -> None:
    assert name_of(uri) == name
