"""`.env` files: the variables that Docker Compose reads in them, and the places that they stand at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.carriers.compose.dotenv import MAX_GROWTH, read_dotenv
from dropcap.carriers.compose.environment import Environment, Variable, from_mapping
from dropcap.lang.yaml import UnknownText
from dropcap.source import Source, Span
from oracles import compose
from steps import assert_linear

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SET = {"OS": "os", "EMPTY": ""}
COMPLETE = from_mapping("the environment", SET, is_complete=True)
NOTHING_KNOWN = Environment({}, is_complete=False)

# A file, and the values of A and B in it; None where one is not set.
READ: list[tuple[str, str | None, str | None]] = [
    ("A=1\nB=2", "1", "2"),
    ("A: 1\nB:2\n", "1", "2"),
    ("export A=1\nexport\tB = 2 \n", "1", "2"),
    ("\ufeffA=1\r\nB=2\r\n", "1", "2"),
    ("# A=0\n\n  A=1 # one\n  #\nB=#2 #\n", "1", "#2"),
    ("A=1#x\nB=a b  c\t#d\n", "1#x", "a b  c\t#d"),
    ("A=\nB=''\n", "", ""),
    ("A\nB=1", None, "1"),
    ("A=1\nA\nB=$A\n", "1", "1"),
    ("A='x$OS\\n\\'y' # z\nB=\"x$OS\\n\\\"y\"\n", "x$OS\\n'y", 'xos\n"y'),
    ("A='1' B='2'\n", "1", "2"),
    ('A="1\n2\r\n3" # c\nB=4', "1\n2\r\n3", "4"),
    ("A=\\n\\$OS\nB=$$OS$OS\n", "\\nos".replace("\\nos", "\\n\\os"), "$OSos"),
    ('A="\\$OS \\\\$OS"\nB="\\a\\b\\f\\r\\t\\v\\c\\d"\n', "$OS \\os", "\a\b\f\r\t\v\\c\\d"),
    ('A="\\0101\\0351\\012\\0"\nB="\\0777\\0400\\0389"\n', "A\xe9\\12\\", "\\777\\400\\389"),
    ("OS=1\nA=$OS\nB=${A}\n", "os", "os"),
    ("A=${B:-d}\nB=1\nA=${A}$B\n", "d1", "1"),
    ("A=${U}${EMPTY-x}\nB=${U:-${OS}}\n", "", "os"),
    ("A=a\\\nB=2\n", "a\\", "2"),
    ("A=1\rB=2\n", "1\rB=2", None),
    ("export\nA=1\nexportB=2\nB=3", "1", "3"),
    ("A = \"1\"\nB\t:\u00a0'2'", "1", "2"),
    ("é.x-1[]=1\nA=2\x85\nB=3\u2003", "2", "3"),
    ("A=1\nB", "1", None),
]
# A file, what is pointed at, and what is said about it.
REFUSED = [
    ("A=1\nB!=2\n", "!", 'no variable\'s name can hold "!"'),
    ("A=1\nB\x00=2\n", "\x00", "no variable's name can hold U+0000"),
    ("A B=1\n", "A B", "a variable's name has a space in it"),
    ("A=1\nB='2\nC=3\n", "'", "this quote is never closed"),
    ('A="1\\"', '"', "this quote is never closed"),
    ("A='1'x y\n", "x y", "a variable's name has a space in it"),
    ("A=x${}\n", "${", "a value has a ${ that begins no variable: write ${NAME}, or $$ for a dollar sign"),
    ('A="\\n${}"\n', "\\n${}", "a value has a ${ that begins no variable: write ${NAME}, or $$ for a dollar sign"),
    ("A=${U:?set it}\n", "${U:?set it}", "a value needs a value for the variable U: set it"),
    ("A=1\nexport ", "", "no name follows export"),
    ("\ufeff\ufeffA=1\n", "\ufeff", "no variable's name can hold U+FEFF"),
]
NAMES = ("A", "B", "C", "OS", "U")
PIECES = [
    *("a", "B", "=", ":", " ", "  ", "\t", " #", "#c", "\\", "\\n", "\\\\", "\\$", '\\"', "\\'", "\\0101", "\\012"),
    *(
        "\\0",
        "\\0777",
        "\\c",
        "$A",
        "$B",
        "$OS",
        "${C:-d}",
        "${U}",
        "$$",
        "é",
        "\x85",
        "\xa0",
        "\u2003",
        "\u2028",
        "\v",
    ),
    *("\r", "x.y-[1]", "😀"),
]
RARE = ["'", '"', "\n", "${", "${U:?m}", "!", "export ", "\ufeff", "\nA\n", '\nB="', "A B\n"]
VALUES = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)


@st.composite
def lines(draw: st.DrawFn) -> str:
    before = draw(st.sampled_from(("", "", "", "export ", "  ", "\xa0", "export \t", "# ")))
    name = draw(st.sampled_from((*NAMES, *NAMES, "A-b.c[]", "é1")))
    between = draw(st.sampled_from(("=", "=", "=", " = ", ": ", ":", "\n")))
    quote = draw(st.sampled_from(("", "", "'", '"')))
    value = draw(VALUES)
    if quote:
        value = f"{quote}{value}{draw(st.sampled_from(('', chr(10), chr(92) + chr(10))))}{draw(VALUES)}{quote}"
    after = draw(st.sampled_from(("\n", "\n", "\n", "\r\n", " #c\n", "\n\n#x\n", " ", "")))
    rare = draw(st.sampled_from(RARE)) if draw(st.integers(0, 20)) == 0 else ""
    return before + name + between + value + after + rare


FILES = st.lists(lines(), min_size=1, max_size=5).map("".join)


def read(text: str, environment: Environment = COMPLETE) -> tuple[dict[str, Variable], list[tuple[str, str]]]:
    """Give the variables, and the failures, each with the text that it points at."""
    source = Source.decode(".env", text.encode()) if "\0" not in text else Source(".env", text)
    values, failures = read_dotenv(source, environment)
    said = []
    for failure in failures:
        assert failure.span is not None
        said.append((source.text[slice(*failure.span)], failure.message))
    return values, said


def seen(text: str, names: Iterable[str], folder: Path) -> dict[str, str] | None:
    """Ask Compose which values variables have; None where it refuses the file."""
    (folder / ".env").write_bytes(text.encode())
    file = folder / "compose.json"
    texts = {name: f"${{{name}-(not set)}}" for name in names}
    file.write_text(json.dumps({"services": {"a": {"image": "b"}}, "x-texts": texts}))
    answer = compose.config([file], environment=SET)
    if answer.project is None:
        assert "failed to read" in answer.error
        return None
    return {name: value.replace("$$", "$") for name, value in answer.project["x-texts"].items()}


def ours(text: str, names: Iterable[str]) -> dict[str, str] | None:
    values, failures = read(text)
    if failures:
        return None
    known = COMPLETE.over(Environment(values, is_complete=False))
    found = {name: known.lookup(name) for name in names}
    return {name: variable.value if variable else "(not set)" for name, variable in found.items()}


@pytest.mark.parametrize(("text", "a", "b"), READ)
def test_a_file_sets_what_compose_sets(text: str, a: str | None, b: str | None, tmp_path: Path) -> None:
    values, failures = read(text)
    assert failures == []
    assert [values[name].value if name in values else None for name in ("A", "B")] == [a, b]
    assert ours(text, NAMES) == seen(text, NAMES, tmp_path)


@pytest.mark.parametrize(("text", "place", "message"), REFUSED)
def test_a_mistake_is_told_where_it_stands(text: str, place: str, message: str, tmp_path: Path) -> None:
    values, failures = read(text)
    assert failures == [(place, f"Docker Compose refuses this file of variables: {message}")]
    assert values.keys() == ({"A"} if text.startswith(("A=1\n", "A='1'")) else set())
    assert seen(text, NAMES, tmp_path) is None


@settings(max_examples=150, deadline=None)
@given(text=FILES)
def test_files_set_what_compose_sets(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert ours(text, NAMES) == seen(text, NAMES, tmp_path_factory.mktemp("env"))


@given(FILES)
def test_a_value_that_is_written_as_it_is_stands_at_its_place(text: str) -> None:
    values, _ = read(text)
    for variable in values.values():
        written = variable.source.text[slice(*variable.span)]
        if variable.source.path == ".env" and not {"\\", "$"} & set(written):
            assert written == variable.value


def test_a_value_knows_its_place_without_quotation_marks() -> None:
    source = Source(".env", "A = ' x'\nB=\"${OS}\" # c\nOS\nC=1 # c\n")
    values, _ = read_dotenv(source, COMPLETE)
    assert {name: values[name].span for name in "ABC"} == {"A": Span(5, 7), "B": Span(12, 17), "C": Span(28, 29)}
    assert values["OS"].source.path == "the environment"


def test_a_value_that_depends_on_what_nobody_sets_is_not_known() -> None:
    values, failures = read("A=x${U}$B\nB=1\nC=$A\nD\nE=${U:-d}${U:+r}\nF=${U:?m}\n", NOTHING_KNOWN)
    assert failures == []
    reason = "U is not set in the project's files"
    assert {name: (variable.value, variable.unknown) for name, variable in values.items()} == {
        "A": ("x${U}$B", UnknownText("${U}", reason)),
        "B": ("1", None),
        "C": ("x${U}$B", UnknownText("${U}", reason)),
        "E": ("d", None),
        "F": ("${U:?m}", UnknownText("${U:?m}", reason)),
    }


def test_of_several_files_the_later_one_wins_and_sees_the_earlier_ones(tmp_path: Path) -> None:
    texts = ["A=1\nB=1\nOS=1\n", "C=$A$B$OS\nB=2\nU=$B\nA\n"]
    earlier: dict[str, Variable] = {}
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.env").write_text(text)
        earlier, failures = read_dotenv(Source(f"{number}.env", text), COMPLETE, earlier)
        assert failures == ()
    known = COMPLETE.over(Environment(earlier, is_complete=False))
    file = tmp_path / "compose.json"
    texts_of = {name: f"${{{name}}}" for name in NAMES}
    file.write_text(json.dumps({"services": {"a": {"image": "b"}}, "x-texts": texts_of}))
    options = [word for number in range(2) for word in ("--env-file", str(tmp_path / f"{number}.env"))]
    answer = compose.config([file], environment=SET, options=options)
    assert answer.project is not None, answer.error
    found = {name: known.lookup(name) for name in NAMES}
    assert {name: variable and variable.value for name, variable in found.items()} == answer.project["x-texts"]
    assert earlier["A"].source.path == "0.env"


def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    data = "A=1\n".encode("utf-16")
    _, (failure,) = read_dotenv(Source.decode(".env", data), COMPLETE)
    assert failure.message == "Docker Compose refuses this file of variables: it is not UTF-8, but UTF-16"
    (tmp_path / ".env").write_bytes(data)
    file = tmp_path / "compose.json"
    file.write_text('{"services": {"a": {"image": "b"}}}')
    assert "failed to read" in compose.config([file]).error


def test_long_files_take_linear_steps_and_values_have_a_limit() -> None:
    for part in ("A=$A\n", "A='\\'", "#\n", "A" + " " * 50, "A=x" + " " * 50, '"', "export ", "A=${A:-", "A\n", "\\"):
        assert_linear(lambda n: read(part * n), 500)  # noqa: B023  # called within the round
        assert_linear(lambda n: read('A="' + part * n), 500)  # noqa: B023  # as above
    values, ((_, message),) = read("A=xxxxxxxx\n" + "A=$A$A\n" * 30)
    assert "is longer than" in message or f"{MAX_GROWTH:,}" in message
    assert len(values["A"].value) <= MAX_GROWTH
    _, ((_, message),) = read("A=" + "x" * 900_000 + "\n" + "".join(f"B{n}=$A\n" for n in range(30)))
    assert f"{MAX_GROWTH:,}" in message
