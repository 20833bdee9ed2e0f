"""Compose models against the official schema: the verdict is that of `jsonschema`, the words are ours."""

from __future__ import annotations

import hashlib
import json
import random
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dropcap.carriers.compose.diagnostics import Diagnostics
from dropcap.carriers.compose.nodes import normalised
from dropcap.carriers.compose.schema import MAX_WRONG, problems
from dropcap.carriers.compose.schema.compose_schema import SCHEMA
from dropcap.carriers.compose.schema.explain import MAX_VALUES, explained
from dropcap.carriers.compose.schema.messages import PATTERNS
from dropcap.carriers.compose.schema.to_python import to_python
from dropcap.carriers.compose.schema.validator import is_plain, is_valid, matcher
from dropcap.lang.yaml import Mapping, Node, Pair, Scalar, Sequence, UnknownText, parse
from dropcap.source import Source
from schema_data import mutated, root_of, valid
from steps import assert_ends, assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "linter" / "dropcap" / "carriers" / "compose" / "schema"
SCRIPT = ROOT / "scripts" / "flatten_schema.py"

MUTANTS = 4000
SERVICE = "services:\n  web:\n    image: a\n"


def read(text: str) -> Mapping:
    root = normalised(parse(Source("compose.yaml", text)).documents[0], Diagnostics())
    assert isinstance(root, Mapping)
    return root


def told(text: str, *, is_fragment: bool = False) -> list[tuple[str, str]]:
    """Give each problem as the text that it points at and the sentence."""
    found = problems(read(text), is_fragment=is_fragment)
    return [(text[one.where.span.start : one.where.span.end], one.message) for one in found]


def of_service(text: str) -> list[tuple[str, str]]:
    return told(f"{SERVICE}    {text}\n")


def upstream() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / "upstream.json").read_text(encoding="utf-8"))
    return schema


def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def parts_of(schema: object) -> list[dict[str, Any]]:
    """Give every mapping in a schema, itself included."""
    if isinstance(schema, list):
        return [part for one in schema for part in parts_of(one)]
    return [schema, *(part for one in schema.values() for part in parts_of(one))] if isinstance(schema, dict) else []


def mutants(count: int) -> list[Any]:
    """Give valid models and such with one or two changes, the same in every run."""
    source = random.Random(20)  # noqa: S311  # a test wants the same in every run
    made: list[Any] = []
    while len(made) < count:
        data = valid(SCHEMA, source)
        for _ in range(3):
            made.append(data)
            data = mutated(data, source)
            if not isinstance(data, dict):
                break
    return made


# The files


def test_the_flat_schema_is_what_the_script_makes_of_upstreams() -> None:
    names = script()
    made = names["written"](names["flattened"](upstream()))
    assert made == (FOLDER / "flat.json").read_text(encoding="utf-8"), "run scripts/flatten_schema.py"
    forms = names["plain_forms"](names["flattened"](upstream()))
    assert forms == (FOLDER / "plain.txt").read_text(encoding="utf-8"), "run scripts/flatten_schema.py"


SAMPLES: dict[str, list[Any]] = {
    "text": ["a", "0", ""],
    "number": [0, 1.5],
    "boolean": [True],
    "nothing": [None],
    "list": [[], ["a", "b"], ["a", "a"], [["a"]], [1]],
    "mapping": [{}, {"a": "b", "c": 1, "d": None, "e": False}, {"a": []}, {"": "x"}, {"\n": "x"}],
}


@pytest.mark.parametrize("key", sorted(SCHEMA["$defs"]["service"]["properties"]))
def test_the_first_look_passes_nothing_that_the_schema_refuses(key: str) -> None:
    validator = Draft202012Validator(SCHEMA)
    lines = (FOLDER / "plain.txt").read_text(encoding="utf-8").splitlines()
    forms = next((line.split()[1:] for line in lines if line.split()[0] == key), [])
    for form, samples in SAMPLES.items():
        for sample in samples:
            data = {"services": {"web": {key: sample}}}
            assert validator.is_valid(data) or not is_plain(root_of(data)), sample
        if form in forms:
            assert is_plain(root_of({"services": {"web": {key: samples[0]}}})), (form, key)


@pytest.mark.parametrize("kind", ["volumes", "networks"])
def test_the_first_look_passes_names_of_volumes_and_networks_alone(kind: str) -> None:
    validator = Draft202012Validator(SCHEMA)
    samples = [
        {},
        {"a": None},
        {"a": None, "b-1": None},
        {"a": {}},
        {"a": "b"},
        {"": None},
        {"a b": None},
        [],
        None,
        "a",
    ]
    for sample in samples:
        data = {"services": {"web": {"image": "a"}}, kind: sample}
        assert validator.is_valid(data) or not is_plain(root_of(data)), sample
    assert is_plain(root_of({kind: {"a": None, "b-1": None}}))
    assert not is_plain(root_of({kind: {"a": {}}}))


def test_the_readme_names_the_schema_that_is_there() -> None:
    checksum = hashlib.sha256((FOLDER / "upstream.json").read_bytes()).hexdigest()
    assert checksum in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_flattening_changes_no_verdict() -> None:
    before = Draft202012Validator(upstream())
    after = Draft202012Validator(script()["flattened"](upstream()))
    # A name with a line break at its end is the one thing that patterns of upstream's mean otherwise in Python.
    models = [data for data in mutants(MUTANTS) if "\\n" not in json.dumps(data)]
    verdicts = [(before.is_valid(data), after.is_valid(data)) for data in models]
    assert [one for one, other in verdicts if one is not other] == []
    assert {one for one, _ in verdicts} == {True, False}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"contains": {}}, "#/contains is not known"),
        ({"properties": {"a": {"if": {}}}}, "#/properties/a/if is not known"),
        ({"properties": {"a": {"allOf": []}}}, "#/properties/a has no type"),
        ({"properties": {"a": {"type": "string", "pattern": "a$|b"}}}, "a dollar sign in the middle"),
        ({"properties": {"a": {"type": ["string", "null"], "enum": ["a"]}}}, "an enum or a pattern of what is no text"),
        ({"properties": {"a": {"oneOf": [{"type": "string"}, {"type": "string"}]}}}, "two branches for one type"),
        ({"patternProperties": {"^x-": {}, "^y-": {}}}, "two schemas for one key"),
    ],
)
def test_the_script_stops_at_what_it_does_not_know(change: dict[str, Any], complaint: str) -> None:
    names = script()
    with pytest.raises(names["SchemaError"], match=re.escape(complaint)):
        names["flattened"]({"type": "object", "$defs": {}, **change})


# The verdict


def test_the_fast_check_says_what_jsonschema_says_and_every_fault_has_words() -> None:
    slow = Draft202012Validator(SCHEMA)
    valid_ones = 0
    for data in mutants(MUTANTS):
        root = root_of(data)
        verdict = is_valid(root)
        assert verdict == slow.is_valid(to_python(root)), data
        assert verdict or not is_plain(root), data
        assert verdict == (not problems(root)), data
        valid_ones += verdict
    assert MUTANTS * 0.3 < valid_ones < MUTANTS * 0.8


# JSON writes the rest as two surrogates, which are none in YAML.
TEXTS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=5)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(TEXTS, one, max_size=3),
    max_leaves=6,
)
KEY_PATTERNS = {name for part in parts_of(SCHEMA) for name in part.get("patternProperties", {})}
SERVICE_KEYS = sorted(SCHEMA["$defs"]["service"]["properties"])


@given(st.dictionaries(st.sampled_from(SERVICE_KEYS) | TEXTS, JSON_VALUES, max_size=3))
def test_whatever_a_service_holds_the_verdicts_agree(service: dict[str, Any]) -> None:
    root = root_of({"services": {"web": service}})
    data = to_python(root)
    verdict = Draft202012Validator(SCHEMA).is_valid(data)
    assert is_valid(root) == verdict
    assert verdict or not is_plain(root)
    for one in problems(root):
        assert one.message.isprintable()
        assert len(one.message) < 400


@pytest.mark.parametrize("pattern", sorted(KEY_PATTERNS | set(PATTERNS)))
def test_a_matcher_says_what_the_regular_expression_says(pattern: str) -> None:
    @given(st.text(alphabet="ax-Z09._ \nä\u00b2²", max_size=4) | st.text(max_size=3))
    def agrees(text: str) -> None:
        assert bool(matcher(pattern)(text)) == bool(re.search(pattern, text))

    agrees()


def test_each_pattern_of_a_value_has_words() -> None:
    assert {part["pattern"] for part in parts_of(SCHEMA) if "pattern" in part} == set(PATTERNS)


# The words, and where they point


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("user: 1000", "1000", "user must be a string: put it into quotes"),
        ("user: 2001-01-01", "2001-01-01", "user must be a string: put it into quotes"),
        ("user:", "user", "user is empty: give it a value or take it out"),
        ("cap-add: [A]", "cap-add", "cap-add is not a key that Compose knows: did you mean cap_add?"),
        ("imgae: a", "imgae", "imgae is not a key that Compose knows: did you mean image?"),
        ("wrongField: a", "wrongField", "wrongField is not a key that Compose knows: correct it or take it out"),
        ("net: host", "net", "net is not a key that Compose knows: write network_mode"),
        ("interval: 5s", "interval", "interval is not a key that Compose knows: it belongs below healthcheck"),
        (
            "build: {ports: [a]}",
            "ports",
            "build.ports is not a key that Compose knows: it belongs to services.web: indent it less",
        ),
        ("'a b': c", "'a b'", '["a b"] is not a key that Compose knows: correct it or take it out'),
        ("${KEY}: c", "${KEY}", '["${KEY}"] is not a key that Compose knows: variables are not replaced in keys'),
        ("cap_add: ALL", "ALL", "cap_add must be a list, not a single value: put it into brackets"),
        ("cap_add: {A: b}", "{A: b}", "cap_add must be a list, not a mapping"),
        ("cap_add: [A, 5]", "5", "cap_add[1] must be a string: put it into quotes"),
        ("security_opt: [a, b, a]", "a", "security_opt has this item twice: take one out"),
        ("ports: [80, 80.0]", "80.0", "ports has this item twice: take one out"),
        ("ports: [{target: 1.5}]", "1.5", "ports[0].target must be a string or a whole number"),
        (
            "environment: [A: b]",
            "A: b",
            "environment[0] must be a string, not a mapping: write an equals sign in place of the colon and the space",
        ),
        ("environment: 5", "5", "environment must be a mapping or a list, not a single value"),
        ("environment: {'': a}", "''", "environment has an empty key"),
        (
            "labels: {a: [b]}",
            "[b]",
            "labels.a must be a string, a number, true, false or empty, not a list: take the dash or the brackets out",
        ),
        ("healthcheck: {test: 5}", "5", "healthcheck.test must be a string or a list: put it into quotes"),
        ("privileged: 5", "5", "privileged must be true or false"),
        ("use_api_socket: 'true'", "'true'", "use_api_socket must be true or false: take the quotes away"),
        ("networks: {a: {priority: '5'}}", "'5'", "networks.a.priority must be a number: take the quotes away"),
        ("cgroup: hots", "hots", "cgroup must be host or private, not 'hots': did you mean host?"),
        ("gpus: some", "some", "gpus must be all, not 'some'"),
        ("cpu_percent: 101", "101", "cpu_percent must be at most 100"),
        ("oom_score_adj: -2000", "-2000", "oom_score_adj must be at least -1000"),
        ("container_name: ''", "''", "container_name is empty: give it a value or take it out"),
        (
            "container_name: a",
            "a",
            (
                "container_name must have two characters or more: a letter or digit, then letters, digits, _ . or -, "
                "not 'a'"
            ),
        ),
        ("ulimits: {nofile: {soft: 1}}", "nofile", "ulimits.nofile has no key hard, which Compose requires"),
        ("depends_on: {db: {}}", "db", "depends_on.db has no key condition, which Compose requires"),
        (
            "develop: {watch: [{ignore: a}]}",
            "{ignore: a}",
            "develop.watch[0] has no keys path and action, which Compose requires",
        ),
    ],
)
def test_a_fault_of_a_service_is_told_at_its_place(text: str, where: str, message: str) -> None:
    start = "" if message.startswith("[") else "."
    assert of_service(text) == [(where, f"services.web{start}{message}")]


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (
            "version: 3.8\n",
            "3.8",
            "version must be a string: put it into quotes, or take it out, as Compose no longer reads it",
        ),
        ("sevices: {}\n", "sevices", "sevices is not a key that Compose knows: did you mean services?"),
        ("services: []\n", "[]", "services must be a mapping, not a list"),
        (
            "services:\n  - web: {image: a}\n",
            "- web: {image: a}",
            "services must be a mapping, not a list: take the dashes out",
        ),
        ("services:\n  web:\n", "web", "services.web is empty: give it a value or take it out"),
        (
            "services: {a b: {image: a}}\n",
            "a b",
            'services["a b"] is not a name that Compose allows: use letters, digits, dots, dashes and underscores',
        ),
        (
            "networks: [a]\n",
            "[a]",
            "networks must be a mapping, not a list: write a colon after each name, and no dash before it",
        ),
        ("services: {}\nimage: a\n", "image", "image is not a key that Compose knows: indent it below a service"),
        ("services: {}\nweb: {image: a}\n", "web", "web is not a key that Compose knows: indent it below services"),
        (
            "web: {image: a}\ndb: {build: .}\n",
            "web",
            ("services are at the top level, which Docker Compose no longer reads: indent them below services:"),
        ),
    ],
)
def test_a_fault_elsewhere_is_told_at_its_place(text: str, where: str, message: str) -> None:
    assert told(text) == [(where, message)]


def test_all_faults_are_told_in_their_order_and_each_once() -> None:
    web, db = "{user: 5, healthcheck: *a, foo: 1}", "{healthcheck: *a, build: {contxt: .}}"
    text = f"x-a: &a {{test: 5}}\nservices:\n  web: {web}\n  db: {db}\n"
    assert [where for where, _ in told(text)] == ["5", "5", "5", "foo", "contxt"]
    assert len({message for _, message in told(text)}) == 5


def test_no_more_faults_are_told_than_a_person_reads() -> None:
    assert len(told("services:\n" + "".join(f"  a{index}: []\n" for index in range(100)))) == MAX_WRONG


def test_nothing_is_missing_in_a_fragment() -> None:
    text = f"{SERVICE}    depends_on: {{db: {{}}}}\n    post_start: [{{user: 5}}]\n"
    assert [where for where, _ in told(text)] == ["db", "{user: 5}", "5"]
    assert [where for where, _ in told(text, is_fragment=True)] == ["5"]


# What the tree holds beside plain values


@pytest.mark.parametrize(
    "text",
    [
        "services: {web: {cap_add: !reset [5], foo: !reset a, image: a, ports: [!reset {}]}}",
        "services: {web: {security_opt: [a, !reset a], image: !override a}}",
        "x-a: &a {image: a, ports: [80]}\nservices: {web: {<<: *a}, db: *a}",
        "x-a: 2001-01-01\nservices: {web: {x-b: [2001-01-01], storage_opt: {a: 2001-01-01}}}",
    ],
)
def test_resets_merge_keys_aliases_and_dates_where_they_are_allowed(text: str) -> None:
    assert told(text) == []


def test_a_reset_does_not_take_out_what_is_merged_in_beside_it() -> None:
    text = "x-a: &a {foo: a}\nservices: {web: {<<: *a, foo: !reset }}"
    assert told(text) == [("foo", "services.web.foo is not a key that Compose knows: correct it or take it out")]


def test_faults_behind_merge_keys_and_aliases_point_to_the_anchor() -> None:
    text = "x-a: &a {foo: a}\nx-b: &b [5]\nservices: {web: {<<: [*a], cap_add: *b}}"
    assert told(text) == [
        ("foo", "services.web.foo is not a key that Compose knows: correct it or take it out"),
        ("5", "services.web.cap_add[0] must be a string: put it into quotes"),
    ]
    assert told("services: {web: {depends_on: {db: {condition: !reset a}}}}")[0][0] == "db"


def hidden(root: Mapping, is_hidden: Callable[[str], bool]) -> Mapping:
    """Make scalars unknown by their texts."""

    def changed(node: Node) -> Node:
        if isinstance(node, Scalar):
            return node._replace(unknown=UnknownText(node.text, "nobody sets it")) if is_hidden(node.text) else node
        if isinstance(node, Sequence):
            return node._replace(items=tuple(map(changed, node.items)))
        return hidden(node, is_hidden) if isinstance(node, Mapping) else node

    return root._replace(pairs=tuple(Pair(key, changed(value)) for key, value in root.pairs))


def is_variable(text: str) -> bool:
    return "$" in text


def test_with_unknown_values_the_fast_check_and_the_words_agree_and_less_is_wrong() -> None:
    source = random.Random(21)  # noqa: S311  # a test wants the same in every run
    lenient = 0
    for data in mutants(MUTANTS):
        root = root_of(data)
        unknown = hidden(root, lambda _: source.random() < 0.4)
        verdict = is_valid(unknown)
        assert verdict == (not explained(unknown, 1, is_fragment=False)), data
        if is_valid(root):
            assert verdict, data
        lenient += verdict and not is_valid(root)
    assert lenient > MUTANTS * 0.01


def test_a_value_that_nobody_knows_is_any_scalar() -> None:
    text = """
        cpu_percent: $A
        oom_score_adj: $A
        cgroup: $A
        pull_policy: $A
        container_name: $A
        use_api_socket: $A
        security_opt: [$A, $A]
        ports: [$A, $A, {target: $A}, {target: $A}]
        environment: {A: $A}
        command: $A
        networks: {a: {priority: $A}}
        gpus: $A
    """
    assert problems(hidden(read(f"services:\n      web:{text}"), is_variable)) == ()


def test_a_value_that_nobody_knows_is_no_list_and_no_mapping() -> None:
    text = "services: {web: {cap_add: $A, logging: $A, ports: [{volume: $A}], foo: $A, user: 5}}"
    assert [one.message for one in problems(hidden(read(text), is_variable))] == [
        "services.web.cap_add must be a list, not a single value: put it into brackets",
        "services.web.logging must be a mapping, not a single value",
        "services.web.ports[0].volume is not a key that Compose knows",
        "services.web.foo is not a key that Compose knows: correct it or take it out",
        "services.web.user must be a string: put it into quotes",
    ]


@pytest.mark.parametrize("number", ["0x10", "0o17", "1_0", "1e2", "5.0", "99999999999999999999999"])
def test_whole_numbers_in_all_spellings(number: str) -> None:
    assert of_service(f"scale: {number}") == []


@pytest.mark.parametrize("number", ["1.5", ".inf", "-.INF", ".nan", "!!int a"])
def test_what_is_no_whole_number(number: str) -> None:
    assert len(of_service(f"scale: {number}")) == 1


# Hostile files


@pytest.mark.parametrize(
    "text",
    [
        f'services: {{web: {{image: a, {"k" * 900}: 1, "\\e[31m\\u202e": 2, cgroup: "\\u202e{"v" * 9000}"}}}}',
        f'services: {{web: {{image: [{"a, " * 5000}a], "${"x" * 500}\\n": {{}}}}}}',
    ],
)
def test_messages_are_short_and_safe_to_print(text: str) -> None:
    found = told(text)
    assert found
    for _, message in found:
        assert message.isprintable()
        assert len(message) < 250


def test_aliases_that_repeat_a_fault_many_times_take_few_steps() -> None:
    text = "x-a: &a0 [[5]]\n"
    for level in range(1, 6):
        text += f"x-{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n"
    found: list[str] = []

    def tell() -> None:
        for user in ("*a4", "[*a5, *a5, *a5, *a5]"):
            found.extend(message for _, message in told(f"{text}services: {{web: {{user: {user}}}}}\n"))

    assert_ends(tell, 100 * MAX_VALUES)
    assert found[0] == "services.web.user must be a string, not a list"
    assert f"{MAX_VALUES:,}" in found[1]


def unknown_keys(count: int) -> list[tuple[str, str]]:
    return of_service("\n    ".join(f"{'k' * 30}{index}: a" for index in range(count)))


def test_many_unknown_keys_take_few_steps() -> None:
    assert [where for where, _ in unknown_keys(5000)] == [f"{'k' * 30}{index}" for index in range(MAX_WRONG)]
    assert_linear(unknown_keys, 200)


def ports(count: int) -> list[tuple[str, str]]:
    text = ", ".join(f"{{target: {index}}}" for index in range(count))
    return of_service(f"ports: [{text}, {{target: 7}}]")


def test_repeated_items_are_found_in_linear_steps() -> None:
    assert ports(20_000)[0][0] == "{target: 7}"
    assert_linear(ports, 100)


def test_a_valid_model_needs_no_jsonschema() -> None:
    code = (
        "import sys\n"
        "from dropcap.carriers.compose.diagnostics import Diagnostics\n"
        "from dropcap.carriers.compose.nodes import normalised\n"
        "from dropcap.carriers.compose.schema import problems\n"
        "from dropcap.lang.yaml import parse\n"
        "from dropcap.source import Source\n"
        "text = 'services: {web: {image: a, cap_add: [A], ports: [80], deploy: {replicas: 2}}}'\n"
        "assert problems(normalised(parse(Source('a', text)).documents[0], Diagnostics())) == ()\n"
        "late = {'jsonschema', 'difflib', 'dropcap.carriers.compose.schema.explain'}\n"
        "print(*(late & {*sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
