"""Offsets, lines, columns, bytes and UTF-16 units."""

from __future__ import annotations

import codecs
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.source import Position, Source, Span, UndecodableError

TEXTS = st.text(st.sampled_from("ab \té漢🐳\u2028\x85\r\n"), max_size=40)


@pytest.mark.parametrize(
    ("text", "offset", "position"),
    [
        ("", 0, (1, 1)),
        ("ab", 2, (1, 3)),
        ("a\nb", 2, (2, 1)),
        ("a\r\nb", 1, (1, 2)),
        ("a\r\nb", 3, (2, 1)),
        ("a\rb", 2, (2, 1)),
        ("a\n", 2, (2, 1)),
        ("🐳漢x", 2, (1, 3)),
        ("a\u2028b", 2, (1, 3)),
        ("a\x85b\x0cc", 4, (1, 5)),
    ],
)
def test_a_line_ends_where_an_editor_ends_it(text: str, offset: int, position: tuple[int, int]) -> None:
    assert Source("f", text).position(offset) == position


@given(TEXTS)
def test_positions_and_offsets_are_each_others_inverse(text: str) -> None:
    source = Source("f", text)
    for offset in range(len(text) + 1):
        position = source.position(offset)
        inside_a_break = text[offset - 1 : offset + 1] == "\r\n"
        assert source.offset(position) == (offset - 1 if inside_a_break else offset)


@given(TEXTS)
def test_bytes_and_utf16_units_agree_with_python(text: str) -> None:
    source = Source("f", text)
    for offset in range(len(text) + 1):
        assert source.from_byte(len(text[:offset].encode())) == offset
        line, column = source.position(offset)
        before = text[offset - column + 1 : offset]
        assert source.to_utf16(offset) == (line, len(before.encode("utf-16-le")) // 2 + 1)


@given(TEXTS)
def test_a_utf16_place_is_found_again(text: str) -> None:
    source = Source("f", text)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n":
            assert source.from_utf16(source.to_utf16(offset)) == offset


@given(TEXTS)
def test_lines_joined_by_their_breaks_are_the_text(text: str) -> None:
    source = Source("f", text)
    lines = [source.line(number) for number in range(1, source.line_count + 1)]
    assert lines == text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def test_an_offset_outside_the_text_is_an_error() -> None:
    source = Source("f", "ab")
    with pytest.raises(ValueError, match="offset 3 lies outside"):
        source.position(3)
    with pytest.raises(ValueError, match="no place 2:1"):
        source.offset(Position(2, 1))


def test_a_byte_order_mark_takes_no_column() -> None:
    source = Source.decode("f", codecs.BOM_UTF8 + b"a: 1\n")
    assert source.text == "a: 1\n"
    assert source.encoding == "utf-8"


@pytest.mark.parametrize(("bom", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_utf16_with_a_mark_is_text(bom: bytes, encoding: str) -> None:
    source = Source.decode("f", bom + "a: 🐳\nb".encode(encoding))
    assert (source.text, source.encoding) == ("a: 🐳\nb", encoding)


@pytest.mark.parametrize(
    ("data", "position", "reason"),
    [
        (b"ab\nc\xff", (2, 2), "not UTF-8 text: byte 0xff"),
        ("🐳".encode() + b"\xc3(", (1, 2), "not UTF-8 text: byte 0xc3"),
        (b"a\r\n\x00", (2, 1), "not a text file: it has a NUL character"),
        ("ab".encode("utf-16-le"), (1, 2), "not a text file: it has a NUL character"),
        (codecs.BOM_UTF16_LE + b"a\x00\x00\xd8", (1, 2), "not UTF-16-LE text: an unpaired unit"),
        (codecs.BOM_UTF16_LE + b"a", (1, 1), "not UTF-16-LE text: an unpaired unit"),
    ],
)
def test_what_is_no_text_is_said_with_its_place(data: bytes, position: tuple[int, int], reason: str) -> None:
    with pytest.raises(UndecodableError) as caught:
        Source.decode("f", data)
    assert (caught.value.position, caught.value.reason) == (position, reason)


def test_a_span_in_a_slice_stands_in_the_file() -> None:
    file = Source("f", "run: echo 🐳 hi\n")
    piece = file.slice(Span(5, 14))
    assert piece.text == "echo 🐳 hi"[:9]
    assert piece.to_root(Span(7, 9)) == (file, Span(12, 14))


def test_a_span_in_a_piece_of_a_piece_stands_in_the_file() -> None:
    file = Source("f", "run: |\n    one\n    two\n")
    script = file.piece("one\ntwo\n", [(0, 11), (4, 19)])
    word = script.slice(Span(4, 7))
    assert word.text == "two"
    assert file.text[slice(*word.to_root(Span(0, 3))[1])] == "two"
    assert word.region(Span(0, 3)) == ("f", 3, 5, 3, 8)
    across = script.to_root(Span(0, 7))[1]
    assert file.text[slice(*across)] == "one\n    two"


def test_an_empty_span_in_a_piece_stays_empty() -> None:
    file = Source("f", "a: x")
    assert file.slice(Span(3, 4)).to_root(Span(1, 1)) == (file, Span(4, 4))


def test_a_piece_begins_with_a_segment() -> None:
    with pytest.raises(ValueError, match="first segment"):
        Source("f", "a").piece("a", [(1, 0)])


def test_a_source_travels_between_processes_and_never_prints_its_text() -> None:
    source = Source("f", "PASSWORD=hunter2\n")
    copy = pickle.loads(pickle.dumps(source))  # noqa: S301  # made on the line itself
    assert copy.text == source.text
    assert "hunter2" not in repr(source)
