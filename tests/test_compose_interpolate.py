"""Variables in Compose files: what Docker Compose puts in their place, and what is said where nobody sets one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.carriers.compose import field_table
from dropcap.carriers.compose.diagnostics import Diagnostics
from dropcap.carriers.compose.environment import Environment, Variable, from_mapping
from dropcap.carriers.compose.interpolate import (
    MAX_GROWTH,
    InvalidTemplateError,
    RequiredError,
    Use,
    interpolate,
    substitute,
)
from dropcap.carriers.compose.nodes import entries, items, normalised
from dropcap.carriers.compose.substitute import MAX_NESTED, MAX_REFERENCES, MAX_SUBSTITUTED
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import MAX_DEPTH, Mapping, Scalar, Sequence, UnknownText, parse
from dropcap.source import Source, Span
from oracles import compose
from steps import assert_ends, assert_linear

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.lang.yaml import Value

VALUES = {"A": "1", "EMPTY": "", "SPACES": "a b", "DOLLARS": "$x${A}$$", "K": "k", "\u017fa": "long s"}
COMPLETE = from_mapping("the environment", VALUES, is_complete=True)
DOTENV = Source(".env", "A=1\nEMPTY=\nHIDDEN=http://${HOST}\n")
PARTIAL = Environment(
    {
        "A": Variable("1", DOTENV, Span(2, 3)),
        "EMPTY": Variable("", DOTENV, Span(10, 10)),
        "HIDDEN": Variable("http://${HOST}", DOTENV, Span(18, 32), UnknownText("${HOST}", "HOST is set nowhere")),
    },
    is_complete=False,
)
NOWHERE = "U is not set in the project's files"

# What Docker Compose makes of a text where nothing but VALUES is set.
KNOWN = {
    "plain": "plain",
    "$A ${A} ${A}b $A-b": "1 1 1b 1-b",
    "$U${U}": "",
    "$$A $$$A $$$$": "$A $1 $$",
    "a $ string, ^REGEX$, $1, $-": "a $ string, ^REGEX$, $1, $-",
    "${U:-d} ${U-d} ${EMPTY:-d} ${EMPTY-d} ${A:-d} ${A-d}": "d d d  1 1",
    "${U:+r} ${U+r} ${EMPTY:+r} ${EMPTY+r} ${A:+r} ${A+r}": "   r r r",
    "${A:?m} ${A?m} ${EMPTY?m}": "1 1 ",
    "${U:-${EMPTY:-${A}}}${A:+$SPACES}": "1a b",
    "${U:-a:-b} ${U-a?b} ${A:+a-b}": "a:-b a?b a-b",
    "${U:-}}": "}",
    "${A:-${B}}x}": "1x}",
    "${U:-{}}": "{}",
    "${U:-{a}b} c}": "{a}b c}",
    "${U:-{{} c}": "{{} c",
    "${DOLLARS}": "$x${A}$$",
    "${U:-$$A}": "$A",
    "${U:-a b\tc}": "a b\tc",
    "${\u212a}${k}": "",
    "${\u017fa}": "long s",
    "é${A}é$Aé": "é1é1é",
    "${U:--1}${U-:-}": "-1:-",
}
WRONG = {
    "${": 0,
    "a ${}": 2,
    "${ A}": 0,
    "$A ${A!}": 3,
    "${A/x/y}": 0,
    "${1}": 0,
    "${A:-d": 0,
    "${A:-a\nb}": 0,
    "${A:-${}}": 5,
    "${A:+x ${U:-${B!}} y}": 12,
    "${\u0130}": 0,
    "${U:?${}}": 5,
}
REQUIRED = {
    "${U:?}": ("U", ""),
    "${U?why $A}": ("U", "why 1"),
    "${EMPTY:?m}": ("EMPTY", "m"),
    "${A:-${U:?m}}": ("U", "m"),
}
# A text; what it becomes where more may be set than is known; what is unknown of it; what is known to be empty.
UNSURE = [
    ("$U", "$U", UnknownText("$U", NOWHERE), ()),
    ("a${U}b$A", "a${U}b1", UnknownText("${U}", NOWHERE), ()),
    ("${U:?why}", "${U:?why}", UnknownText("${U:?why}", NOWHERE), ()),
    ("${U?}", "${U?}", UnknownText("${U?}", NOWHERE), ()),
    ("${U:-d}${U-d}", "dd", None, ()),
    ("${U:-}", "", None, ("U",)),
    ("${U-}", "", None, ("U",)),
    ("${U:+r}${U+r}", "", None, ("U", "U")),
    ("${V:-a$U}", "a$U", UnknownText("$U", NOWHERE), ()),
    ("${A:-$U}", "1", None, ()),
    ("${V:-${W:-}}", "", None, ("W",)),
    ("${A:+}", "", None, ("A",)),
    ("$EMPTY${EMPTY-d}", "", None, ("EMPTY", "EMPTY")),
    ("${EMPTY:-d}${EMPTY+r}", "dr", None, ()),
    ("${EMPTY:?m}", "${EMPTY:?m}", UnknownText("${EMPTY:?m}", "EMPTY has no value in the project's files"), ()),
    ("$HIDDEN", "http://${HOST}", UnknownText("${HOST}", "HOST is set nowhere"), ()),
    ("${HIDDEN-d}", "http://${HOST}", UnknownText("${HOST}", "HOST is set nowhere"), ()),
    ("${HIDDEN:-d}", "${HIDDEN:-d}", UnknownText("${HIDDEN:-d}", "HOST is set nowhere"), ()),
    ("${HIDDEN:+r}", "${HIDDEN:+r}", UnknownText("${HIDDEN:+r}", "HOST is set nowhere"), ()),
    ("${HIDDEN+r}", "r", None, ()),
    ("$$U $U $$", "$U $U $", UnknownText("$U", NOWHERE), ()),
]
ATOMS = [
    *(
        "${",
        "$",
        "$$",
        "}",
        "}",
        "}",
        "{",
        "A",
        "K",
        "_",
        "-",
        ":-",
        ":+",
        "+",
        "?",
        ":?",
        ":",
        "x",
        " ",
        "\n",
        "!",
        "1",
    ),
    *("${A", "${U:-", "${EMPTY:-", "${U-", "${A:+", "${EMPTY+", "${U:+", "${A:?m", "${A}", "${U}", "$A", "$U", "${}"),
    *("${EMPTY:+r}", "$DOLLARS", "$SPACES", "\u212a", "\u017fa", "é", "😀"),
]
TEMPLATES = st.lists(st.sampled_from(ATOMS), min_size=1, max_size=8).map("".join)


def asked(templates: list[str], folder: Path) -> list[str] | str:
    """Ask Compose what it makes of texts; gives its complaint where it refuses one."""
    file = folder / "compose.json"
    project = {"services": {"a": {"image": "b"}}, "x-texts": ["", *templates]}
    file.write_text(json.dumps(project, ensure_ascii=False), "utf-8")
    answer = compose.config([file], environment=VALUES)
    return (
        answer.error if answer.project is None else [text.replace("$$", "$") for text in answer.project["x-texts"][1:]]
    )


def ours(text: str) -> tuple[str | None, str]:
    """Give what a text becomes where all variables are known, or a part of the complaint that Compose has to have."""
    try:
        return substitute(text, eager(COMPLETE)).text, ""
    except InvalidTemplateError:
        return None, "invalid interpolation format"
    except RequiredError as error:
        return None, f"required variable {error.name} is missing a value"


@pytest.mark.parametrize(("text", "expected"), KNOWN.items())
def test_a_text_becomes_what_compose_makes_of_it(text: str, expected: str) -> None:
    result = substitute(text, COMPLETE)
    assert (result.text, result.unknown) == (expected, None)


@pytest.mark.parametrize(("text", "offset"), WRONG.items())
@pytest.mark.parametrize("environment", [COMPLETE, PARTIAL])
def test_a_reference_that_is_none_is_refused_where_it_stands(text: str, offset: int, environment: Environment) -> None:
    with pytest.raises(InvalidTemplateError) as refusal:
        substitute(text, eager(environment))
    assert refusal.value.offset == offset


@pytest.mark.parametrize(("text", "expected"), REQUIRED.items())
def test_a_required_variable_is_missed_only_where_all_variables_are_known(text: str, expected: tuple[str, str]) -> None:
    with pytest.raises(RequiredError) as refusal:
        substitute(text, eager(COMPLETE))
    assert (refusal.value.name, refusal.value.message) == expected
    substitute(text, PARTIAL)


def eager(environment: Environment) -> Environment:
    """Give variables as Docker Compose 2 replaces them: what stands behind an operator too, needed or not."""
    return Environment(environment.values, environment.is_complete, is_lazy=False)


@pytest.mark.parametrize("text", ["${A:-${}}", "${A:-${U:?m}}", "${U:+${U:?m}}", "${A:?${}}", "${A+b}"])
def test_what_is_not_needed_is_not_looked_at(text: str) -> None:
    assert substitute(text, COMPLETE).text in {VALUES["A"], "", "b"}


@pytest.mark.parametrize(("text", "expected", "unknown", "empty"), UNSURE)
def test_what_nobody_sets_stays_unknown(
    text: str, expected: str, unknown: UnknownText | None, empty: tuple[str, ...]
) -> None:
    result = substitute(text, PARTIAL)
    assert (result.text, result.unknown, result.empty) == (expected, unknown, empty)


def test_variables_that_decide_a_text_are_named_with_their_places() -> None:
    assert substitute("${V:-$A}${A:-$EMPTY}", PARTIAL).used == (("A", PARTIAL.lookup("A")), ("A", PARTIAL.lookup("A")))
    assert [name for name, _ in substitute("${EMPTY:-$A}${A+x}", PARTIAL).used] == ["EMPTY", "A", "A"]
    assert substitute("${V:-d}", PARTIAL).used == ()


def test_the_tables_are_what_compose_says(tmp_path: Path) -> None:
    assert asked(list(KNOWN), tmp_path) == list(KNOWN.values())
    for text in WRONG:
        assert "invalid interpolation format" in asked([text], tmp_path), text
    for text, (name, message) in REQUIRED.items():
        reason = f"required variable {name} is missing a value{': ' if message else ''}{message}"
        assert reason in asked([text], tmp_path), text


@settings(max_examples=25, deadline=None)
@given(templates=st.lists(TEMPLATES, min_size=1, max_size=150))
def test_texts_become_what_compose_makes_of_them(
    templates: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    answers = {text: ours(text) for text in templates}
    accepted = {text: known for text, (known, _) in answers.items() if known is not None}
    refused = {text: reason for text, (known, reason) in answers.items() if known is None}
    assert asked(list(accepted), folder) == list(accepted.values())
    for text, reason in list(refused.items())[:3]:
        assert reason in asked([text], folder), text


@given(TEMPLATES)
def test_without_the_missing_variables_only_what_is_not_known_differs(text: str) -> None:
    """Where nothing is unknown or hidden, knowing that all is known changes nothing but what is empty."""
    partial = Environment(dict(COMPLETE.values), is_complete=False)
    try:
        result = substitute(text, partial)
    except InvalidTemplateError:
        with pytest.raises((InvalidTemplateError, RequiredError)):
            substitute(text, COMPLETE)
        return
    if result.unknown is None:
        try:
            assert substitute(text, COMPLETE).text == result.text
        except RequiredError:
            assert "?" in text


def test_a_stronger_environment_wins_and_knows_what_the_weaker_one_sets() -> None:
    both = from_mapping("the environment", {"A": "2"}, is_complete=True).over(PARTIAL)
    assert [substitute(text, both).text for text in ("$A", "$HIDDEN", "$U")] == ["2", "http://${HOST}", ""]
    assert (both.is_complete, PARTIAL.over(PARTIAL).is_complete) == (True, False)


def test_nesting_and_length_have_limits_and_steps_are_linear() -> None:
    deep = "${U:-" * (MAX_NESTED) + "x" + "}" * MAX_NESTED
    assert substitute(deep, COMPLETE).text == "x"
    with pytest.raises(InvalidTemplateError, match="nests variables more than"):
        substitute(f"${{U:-{deep}}}", COMPLETE)
    long = from_mapping("e", {"A": "x" * 1000}, is_complete=True)
    assert len(substitute("$A" * (MAX_SUBSTITUTED // 1000), long).text) == MAX_SUBSTITUTED
    with pytest.raises(InvalidTemplateError, match="is longer than"):
        substitute("$A" * (MAX_SUBSTITUTED // 1000 + 1), long)
    assert len(substitute("$U" * MAX_REFERENCES, COMPLETE).empty) == MAX_REFERENCES
    with pytest.raises(InvalidTemplateError, match="has more than 100,000 variables"):
        substitute("$U" * (MAX_REFERENCES + 1), COMPLETE)
    for part in ("${A}", "${U:-{", "{}", "$$", "${U:-{x} ", "${U:-x} ", "$A}", "${A:+{}}}"):
        assert_linear(lambda n: ours(part * n + "}"), 500)  # noqa: B023  # called within the round


def read(text: str, environment: Environment = COMPLETE) -> tuple[Mapping, Mapping, Diagnostics, list[Use]]:
    """Give the root as it is normalised and with its variables replaced, the log, and the uses."""
    (document,) = parse(Source("compose.yaml", text)).documents
    log, uses = Diagnostics(), list[Use]()
    root = normalised(document, log)
    assert isinstance(root, Mapping)
    return root, interpolate(root, environment, log, uses), log, uses


def plain(node: Value) -> Any:  # noqa: ANN401  # any value that JSON has
    if isinstance(node, Mapping):
        return {key: plain(entry.value) for key, entry in entries(node).items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in items(node)]
    kind = scalar_type(node)
    if kind == "number":
        return float(to_string(node).removeprefix("+"))
    return {"text": node.text, "boolean": node.text.lower() == "true", "nothing": None}[kind]


def at(node: Value, *path: str) -> Value:
    for name in path:
        assert isinstance(node, Mapping)
        node = entries(node)[name].value
    return node


def said(log: Diagnostics) -> list[tuple[str, str]]:
    """Give the failures, each with the text that it points at."""
    found = []
    for failure in log.failures:
        assert failure.source is not None
        assert failure.span is not None
        found.append((failure.source.text[slice(*failure.span)], failure.message))
    return found


DOCUMENT = """\
x-base: &base
  privileged: "${YES-yes}"
  labels: {"key$A": "v$A", other: $$A}
  environment: ["E=${A}"]
  x-list: &list ["E=${A}", 8080, true, ~, "\\x24{A}"]
x-more: &more {tty: "On", read_only: "${U:-false}"}
x-list: *list
services:
  one:
    <<: *base
    image: "i:${A}"
  two:
    <<: [*base, *more]
    image: |
      block $A
    cpus: "0.${A}5"
    ulimits: {nofile: {soft: "${A}0", hard: "+0100"}, nproc: "$A"}
    ports: [{target: "8${A}", published: "$A"}]
  three:
    <<: {init: "TRUE", privileged: "no"}
    image: folded
      $A 'text'
    deploy: {replicas: "${A}", labels: {replicas: "$A"}}
    healthcheck: {disable: "${EMPTY}y", retries: "3"}
"""


def test_a_file_becomes_what_compose_makes_of_it(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(DOCUMENT)
    answer = compose.config([file], environment=VALUES)
    assert answer.project is not None, answer.error
    _, root, log, _ = read(DOCUMENT)
    assert log.failures == ()
    ours, theirs = plain(root), json.loads(json.dumps(answer.project).replace("$$", "$"))
    assert ours["x-list"] == ["E=1", 8080, True, None, "1"] == theirs["x-list"]
    for name in ("one", "two", "three"):
        for field in ("privileged", "tty", "read_only", "init", "labels", "image", "cpus", "healthcheck"):
            found = ours["services"][name].get(field)
            assert (found or None) == theirs["services"][name].get(field), (name, field)  # false is left out
    two = theirs["services"]["two"]
    assert two["ulimits"] == {"nofile": {"soft": 10, "hard": 100}, "nproc": 1} == ours["services"]["two"]["ulimits"]
    assert two["ports"][0]["target"] == 81 == ours["services"]["two"]["ports"][0]["target"]
    assert ours["services"]["two"]["ports"][0]["published"] == "1" == two["ports"][0]["published"]
    assert theirs["services"]["three"]["deploy"]["replicas"] == 1 == ours["services"]["three"]["deploy"]["replicas"]
    assert ours["services"]["three"]["deploy"]["labels"] == {"replicas": "1"}


BOOLS = [
    "true",
    "TRUE",
    "fAlse",
    "y",
    "Y",
    "yes",
    "on",
    "n",
    "NO",
    "off",
    "1",
    "0",
    "t",
    "maybe",
    "",
    " true",
    "t\u017f",
]
NUMBERS = [
    *("1", "+1", "-1", "007", "1_0", "0x10", "0b1", "1.5", ".5", "5.", "+.5", "1e3", "1e-3", "1e400", "1e39", "-0", ""),
    *("0x1p-2", "0X1.8P1", "0x1", "0x_1p1", "_1", "1_", "1__0", "1_.5", "1e1_0", "1e_1", " 1", "1 ", "٣", "1,5", "--1"),
    *(
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "9" * 5000,
        "0" * 5000,
    ),
    *("3.4028235e38", "3.40282357e38", "0x1.ffffffp127", "0x1.fffffefp127", "1e-400", "e5", ".", "+", "1.e2", ".e2"),
]


@pytest.mark.parametrize(
    ("field", "texts"),
    [("privileged", BOOLS), ("oom_score_adj", NUMBERS), ("cpus", NUMBERS), ("cpu_percent", NUMBERS)],
)
def test_texts_are_cast_as_compose_casts_them(field: str, texts: list[str], tmp_path: Path) -> None:
    file = tmp_path / "compose.json"
    for text in texts:
        service = {"image": "b", field: text}
        file.write_text(json.dumps({"services": {"a": service}}))
        answer = compose.config([file])
        _, root, log, _ = read(file.read_text())
        ours = plain(at(root, "services", "a", field))
        if "failed to cast" in answer.error:
            assert log.failures, text
            continue
        assert said(log) == [], text
        if answer.project is None:  # a range that its schema has, or a number that JSON has not
            assert "validating" in answer.error or "unsupported value" in answer.error, text
            continue
        theirs = answer.project["services"]["a"].get(field, 0)  # what is 0 or false is left out
        assert float(theirs) == pytest.approx(float(ours), rel=1e-6), text


@pytest.mark.parametrize(("path", "kind"), field_table.rows("cast"))
def test_every_field_that_is_cast_is_one_that_compose_casts(path: str, kind: str, tmp_path: Path) -> None:
    names = path.replace("*", "name").split(".")
    document: Any = "wrong"
    for name in reversed(names):
        document = [document] if name == "[]" else {name: document}
    file = tmp_path / "compose.json"
    file.write_text(json.dumps(document))
    assert "failed to cast to expected type" in compose.config([file]).error
    _, _, log, _ = read(file.read_text())
    needed = {"bool": "true or false", "int": "a whole number"}.get(kind, "a number")
    shown = ".".join(name for name in names if name != "[]")
    assert said(log) == [('"wrong"', f'{shown} must be {needed}, not "wrong"')]


def test_what_has_no_variable_is_the_very_same() -> None:
    text = "services: {a: &a {image: x, privileged: true, ports: [80, {target: 80}]}, b: {<<: *a, tty: off}}"
    for more in ("", "\nx-b: $$A\n"):
        root, changed, _, _ = read(text.replace("off", "false") + more)
        assert (changed is root) is (not more)
        assert at(changed, "services") is at(root, "services")
    root, changed, _, _ = read(text)
    assert at(changed, "services", "a") is at(root, "services", "a")
    assert at(changed, "services", "b", "tty") == Scalar(
        "false", "", "tag:yaml.org,2002:bool", root.source, Span(text.index("off"), text.index("off") + 3)
    )


def test_a_text_that_changes_is_a_string_where_it_stood() -> None:
    root, changed, _, _ = read("a: x$A\nb: $EMPTY\nc: !override $A\nd: !reset $A$\ne: ${U}\nf: $U\n", PARTIAL)
    assert at(changed, "a") == Scalar("x1", '"', None, root.source, Span(3, 6))
    assert at(changed, "b") == Scalar("", '"', None, root.source, Span(10, 16))
    found = at(changed, "c")
    assert isinstance(found, Scalar)
    assert (found.text, found.tag, scalar_type(found)) == ("1", "!override", "text")
    assert changed.pairs[3] is root.pairs[3]
    found = at(changed, "e")
    assert isinstance(found, Scalar)
    assert (found.text, found.style, found.unknown) == ("${U}", "", UnknownText("${U}", NOWHERE))


def test_a_cast_value_prints_as_compose_prints_it_and_waits_for_what_is_unknown() -> None:
    text = 'services: {a: {privileged: "YES", scale: "+007", cpus: "1_0.50", tty: "$U", init: !override "n"}}'
    _, root, log, _ = read(text, PARTIAL)
    service = at(root, "services", "a")
    found = {}
    for name in ("privileged", "scale", "cpus", "tty", "init"):
        node = at(service, name)
        assert isinstance(node, Scalar)
        found[name] = (scalar_type(node), to_string(node))
    assert found == {
        "privileged": ("boolean", "true"),
        "scale": ("number", "7"),
        "cpus": ("number", "10.5"),
        "tty": ("text", "$U"),
        "init": ("boolean", "false"),
    }
    assert log.failures == ()


def test_keys_and_values_that_are_no_text_are_left_alone() -> None:
    _, root, log, _ = read("x-$A: {$A: 1, ? [$A] : $A}\nservices: {a: {scale: 1, privileged: yes, tty: 1, init: ~}}\n")
    assert isinstance(root.pairs[0].key, Scalar)
    assert root.pairs[0].key.text == "x-$A"
    assert plain(at(root, "services", "a")) == {"scale": 1, "privileged": True, "tty": 1, "init": None}
    assert said(log) == [("[$A]", "a key of x-$A must be a string: put it into quotes")]


def test_an_anchored_value_is_cast_where_it_is_used_only() -> None:
    text = 'x-a: &a "on"\nx-b: *a\nservices: {a: {privileged: *a, image: *a}}\n'
    root, changed, _, _ = read(text)
    assert plain(changed) == {"x-a": "on", "x-b": "on", "services": {"a": {"privileged": True, "image": "on"}}}
    anchored = at(root, "x-a")
    assert at(changed, "services", "a", "privileged").span == at(changed, "x-b").span == anchored.span


def test_what_is_wrong_is_said_where_it_stands() -> None:
    text = (
        "services:\n  web:\n    image: 'it''s ${ x}'\n    privileged: \"${EMPTY}\"\n    user: \"\\u0024{U:?set it}\"\n"
        '    command: [ok, "${1}"]\n'
    )
    _, root, log, _ = read(text)
    assert said(log) == [
        ("${", "services.web.image has a ${ that begins no variable: write ${NAME}, or $$ for a dollar sign"),
        ('"${EMPTY}"', 'services.web.privileged must be true or false, not ""'),
        ('"\\u0024{U:?set it}"', "services.web.user needs a value for the variable U: set it"),
        ("${", "services.web.command has a ${ that begins no variable: write ${NAME}, or $$ for a dollar sign"),
    ]
    assert plain(at(root, "services", "web", "image")) == "it's ${ x}"


def test_each_use_of_a_variable_is_gathered_with_its_place() -> None:
    _, root, _, uses = read("a: &a $A$A\nb: *a\nc: ${U:+r}$EMPTY\n", PARTIAL)
    one, empty = PARTIAL.lookup("A"), PARTIAL.lookup("EMPTY")
    assert uses == [
        Use(root.source, Span(6, 10), "A", one, is_empty=False),
        Use(root.source, Span(20, 33), "EMPTY", empty, is_empty=True),
        Use(root.source, Span(20, 33), "U", None, is_empty=True),
    ]


def test_aliases_and_depth_stay_within_reach() -> None:
    levels = "\n".join(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 6))
    text = f"x-0: &a0 [$A, $U]\n{levels}\n"
    assert_ends(lambda: read(text), 100 * len(text))
    _, root, _, _ = read(text)
    node = at(root, "x-5")
    for _ in range(6):
        node = items(node)[0]
    assert isinstance(node, Scalar)
    assert node.text == "1"
    deep = "[" * (MAX_DEPTH - 1) + "$A" + "]" * (MAX_DEPTH - 1)
    node = at(read(f"a: {deep}")[1], "a")
    while isinstance(node, Sequence):
        (node,) = items(node)
    assert isinstance(node, Scalar)
    assert node.text == "1"


def test_a_file_may_not_grow_without_end() -> None:
    long = from_mapping("e", {"A": "x" * 900_000}, is_complete=True)
    _, root, log, _ = read(f"x-a: [{'$A, ' * 30}]", long)
    assert len(log.failures) == 30 - MAX_GROWTH // 900_000
    assert {message.partition(" more")[0] for _, message in said(log)} == {"x-a adds"}
    assert sum(len(item) for item in plain(at(root, "x-a"))) <= MAX_GROWTH + 100


@pytest.mark.parametrize(
    ("text", "is_same"),
    [
        ("services:\n  web:\n    image: nginx\n    ports: ['80', \"81\"]\n    environment: {A: 1, b: }\n", True),
        ("services: {web: {image: !!str nginx}}\n", True),
        ("x-a: &a {b: c}\nservices: {web: *a}\n", False),
        ("x-a: &a {b: c}\nservices: {web: {<<: *a}}\n", False),
        ("services: {web: {image: a, image: b}}\n", False),
        ("services: {web: {image: a, 1: b}}\n", False),
        ("services: {web: [{<<: {a: b}}]}\n", False),
        ("services: {web: {image: !!binary bmdpbng=}}\n", False),
    ],
)
def test_what_is_normal_is_given_back_as_it_is(text: str, *, is_same: bool) -> None:
    (document,) = parse(Source("compose.yaml", text)).documents
    assert (normalised(document, Diagnostics()) is document) == is_same
