"""JSON with comments: strict texts as `json` reads them, everything at its place, what is wrong said where it is."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.lang.jsonc import MAX_DEPTH, MAX_PROBLEMS, Array, Node, Object, Scalar, members, parse, plain, text_of
from dropcap.model import Level, UnreadableError
from dropcap.source import Source, Span
from steps import assert_linear

TEXTS = st.text(st.characters(exclude_categories=()) | st.sampled_from('"\\/\b\n\t{}[]:,#*'))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


def source(text: str) -> Source:
    return Source("x.json", text)


def nodes(node: Node) -> list[Node]:
    if isinstance(node, Array):
        return [node, *(one for item in node.items for one in nodes(item))]
    if isinstance(node, Object):
        return [node, *(one for member in node.members for part in member for one in nodes(part))]
    return [node]


def written(node: Node) -> str:
    return node.source.text[node.span.start : node.span.end]


def refusal(text: str) -> tuple[str, str]:
    with pytest.raises(UnreadableError) as caught:
        parse(source(text))
    failure = caught.value.failure
    assert failure.span
    place = source(text).position(failure.span.start)
    return failure.message, f"{place.line}:{place.column}"


@given(VALUES, st.booleans(), st.sampled_from((None, 2)))
def test_a_strict_text_is_read_as_json_reads_it(value: Any, ascii_only: bool, indent: int | None) -> None:  # noqa: ANN401, FBT001
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    found = parse(source(text))
    assert plain(found.root) == json.loads(text)
    assert found.problems == ()


@given(VALUES)
def test_every_node_stands_where_it_is_written(value: Any) -> None:  # noqa: ANN401
    for node in nodes(parse(source(json.dumps(value, indent=1))).root):
        assert json.loads(written(node)) == plain(node)


@given(st.text('{}[]",:\\/*tru0-1eE. \n', max_size=40))
def test_what_json_reads_is_read_and_the_rest_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        with suppress(UnreadableError):
            parse(source(text))
        return
    found = parse(source(text))
    assert plain(found.root) == expected
    assert all(problem.level is Level.NOTE for problem in found.problems)


@given(VALUES, st.lists(st.sampled_from((" ", "\n", '// x { " ,\n', '/* ] \n * " */', "\t")), min_size=1))
def test_comments_blanks_and_trailing_commas_change_nothing(value: Any, between: list[str]) -> None:  # noqa: ANN401
    gap = "".join(between)

    def loosely(inner: Any) -> str:  # noqa: ANN401
        if isinstance(inner, dict):
            pairs = "".join(f"{gap}{json.dumps(key)}{gap}:{gap}{loosely(one)}{gap}," for key, one in inner.items())
            return f"{{{pairs}{gap}}}"
        if isinstance(inner, list):
            return f"[{''.join(f'{gap}{loosely(one)}{gap},' for one in inner)}{gap}]"
        return json.dumps(inner)

    found = parse(source(f"{gap}{loosely(value)}{gap}"))
    assert plain(found.root) == json.loads(json.dumps(value))
    assert found.problems == ()


@given(TEXTS, st.booleans())
def test_each_character_of_a_text_stands_where_it_is_written(text: str, ascii_only: bool) -> None:  # noqa: FBT001
    whole = source(f'{{"k":\n  {json.dumps(text, ensure_ascii=ascii_only)}}}')
    root = parse(whole).root
    assert isinstance(root, Object)
    node = root.members[0].value
    assert isinstance(node, Scalar)
    inner = text_of(node)
    assert inner.text == json.loads(json.dumps(text))
    for at, char in enumerate(inner.text):
        outer, span = inner.to_root(Span(at, at + 1))
        assert outer is whole
        assert outer.text[span.start] in {char, "\\"}
        assert json.loads(f'"{outer.text[span.start : node.span.end - 1]}"') == inner.text[at:]


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("", "JSON: the file is empty", "1:1"),
        ("// only a comment", "JSON: the file is empty", "1:1"),
        ('{"a": 1', "JSON: this is never closed", "1:1"),
        ('{"a": [1, 2}', "JSON: } does not close what line 1 opens", "1:12"),
        ("{\n  a: 1}", "JSON: write a key in double quotes here", "2:3"),
        ('{"a" 1}', "JSON: write a colon after the key", "1:6"),
        ('{"a": }', "JSON: write a value here", "1:7"),
        ("{'a': 1}", "JSON: write a key in double quotes here", "1:2"),
        ('{"a": yes}', 'JSON: "yes" is not a value; put text into double quotes', "1:7"),
        ('{"a": NaN}', 'JSON: "NaN" is not a value; put text into double quotes', "1:7"),
        ('{"a": "x\n"}', "JSON: this string has no end; add the double quote", "1:7"),
        ('["\\x"]', "JSON: this is no escape; write \\\\ for a backslash", "1:3"),
        ('["\\u12"]', "JSON: this is no escape; write \\\\ for a backslash", "1:3"),
        ("[1] /* x", "JSON: this comment has no end; add */", "1:5"),
        ("[" * (MAX_DEPTH + 1), "JSON: this nests more than 200 levels deep", "1:201"),
        ("[" + "1 " * 30 + "]", "JSON: there are too many errors before this; correct them and check again", "1:44"),
    ],
)
def test_what_is_no_json_is_refused_at_its_place(text: str, message: str, place: str) -> None:
    assert refusal(text) == (message, place)


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}, ["JSON: a comma is missing before this"]),
        ("[1,, 2]", [1, 2], ["JSON: nothing is before this comma; take it out"]),
        ("[, 1]", [1], ["JSON: nothing is before this comma; take it out"]),
        ("[1] x", [1], ["JSON: this follows the end of the value; take it out"]),
        ('["a\tb"]', ["a\tb"], ["JSON: write \\u0009 for this control character"]),
    ],
)
def test_what_can_be_repaired_is_told_and_read(text: str, value: object, said: list[str]) -> None:
    found = parse(source(text))
    assert plain(found.root) == value
    assert [problem.message for problem in found.problems] == said
    assert {problem.level for problem in found.problems} == {Level.ERROR}


def test_of_a_key_that_stands_there_twice_the_last_one_counts_and_it_is_told() -> None:
    found = parse(source('{"a": 1, "b": 2, "a": 3}'))
    assert isinstance(found.root, Object)
    assert plain(members(found.root)["a"].value) == 3
    [problem] = found.problems
    assert problem.level is Level.NOTE
    assert problem.message == 'JSON: "a" is here twice, and the last one counts; take one out'
    assert problem.span is not None
    assert problem.span.start == 17


def test_a_byte_order_mark_takes_no_place() -> None:
    found = parse(Source.decode("x.json", b'\xef\xbb\xbf{"a": 1}'))
    assert found.root.span.start == 0


def test_the_deepest_text_that_is_read_is_read() -> None:
    assert parse(source("[" * MAX_DEPTH + "]" * MAX_DEPTH)).problems == ()


@pytest.mark.parametrize(
    "repeated",
    ['"a": "b\\n", ', "/* x */ ", '{"a": [1, 2], ', "[", '"\\', "//\n", "1,", '"', "/*", '"' + "a" * 50, "\\u0041"],
)
def test_the_steps_grow_with_the_length(repeated: str) -> None:
    def refused(count: int) -> None:
        with pytest.raises(UnreadableError):
            parse(source('{"x": [' + repeated * count))

    assert_linear(refused, 500)


def test_keys_that_stand_there_twice_are_told_a_few_times_and_never_refused() -> None:
    text = parse(Source("a.json", '{"//": 1' + ', "//": 1' * 100 + "}"))
    assert [problem.level for problem in text.problems] == [Level.NOTE] * MAX_PROBLEMS
