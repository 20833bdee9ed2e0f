"""What an editor offers where somebody types, in texts that are mostly broken."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dropcap
from dropcap.capabilities.names import NAMES
from dropcap.lsp.completions import completions
from dropcap.lsp.compose_words import keys, words
from dropcap.lsp.cursor import yaml_cursor
from dropcap.package_data import package_tables
from dropcap.source import Source
from opened import CURSOR, RULES, opened, typed
from test_lsp_hovers import COMPOSE, DOCKERFILE

if TYPE_CHECKING:
    from dropcap.lsp.completion import Completion

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGE = Path(dropcap.__file__).parent
GOOD = "services:\n  web:\n    image: postgres:16\n  db:\n    image: redis:7\n"
WEB = "services:\n  web:\n    image: postgres:16\n"


def offered(marked: str, name: str = "compose.yaml") -> list[Completion]:
    """Return what is offered in a text that was never checked, the first first."""
    before, _, after = marked.partition(CURSOR)
    found = completions((), Source(f"/nowhere/{name}", before + after), len(before), RULES)
    return sorted(found, key=lambda one: one.order)


def texts(marked: str, name: str = "compose.yaml") -> list[str]:
    return [one.text for one in offered(marked, name)]


def written(marked: str, choice: str, name: str = "compose.yaml") -> str:
    """Return the text that comes of choosing what is offered."""
    one = next(one for one in offered(marked, name) if one.label == choice)
    text = marked.replace(CURSOR, "")
    return text[: one.span.start] + one.text + text[one.span.end :]


@pytest.mark.parametrize(
    ("marked", "result"),
    [
        ("    cap_add:\n      - NET_‸\n", "    cap_add:\n      - NET_RAW\n"),
        ("    cap_add:\n    - NET_‸\n", "    cap_add:\n    - NET_RAW\n"),
        ("    cap_add:\n      -‸\n", "    cap_add:\n      - NET_RAW\n"),
        ("    cap_add:\n      ‸\n", "    cap_add:\n      - NET_RAW\n"),
        ('    cap_add:\n      - "N‸"\n', '    cap_add:\n      - "NET_RAW"\n'),
        ("    cap_add: [CHOWN, ‸]\n", "    cap_add: [CHOWN, NET_RAW]\n"),
        ("    cap_add: [CHOWN, NE‸T_AD]\n", "    cap_add: [CHOWN, NET_RAW]\n"),
        ("    cap_add: [‸\n    user: x\n", "    cap_add: [NET_RAW\n    user: x\n"),
        ("    cap_add: [\n      CHOWN,\n      ‸\n    ]\n", "    cap_add: [\n      CHOWN,\n      NET_RAW\n    ]\n"),
        ("    cap_drop:\n      - ALL # all\n      - x\n    cap_add: ['‸\n", None),
    ],
)
def test_a_capability_is_written_as_its_list_has_it(marked: str, result: str | None) -> None:
    if result is not None:
        assert written(WEB + marked, "NET_RAW") == WEB + result
    assert texts(WEB + marked)


def test_what_is_there_is_not_offered_again() -> None:
    labels = {one.label for one in offered(f"{WEB}    cap_add:\n      - CHOWN\n      - ‸\n      - cap_kill # it is\n")}
    assert labels == {*NAMES, "ALL"} - {"CHOWN", "KILL"}
    assert offered(f"{WEB}    cap_drop: [ALL, ‸]\n") == []


def test_the_prefix_and_the_case_are_those_that_are_typed() -> None:
    assert "cap_chown" in texts(f"{WEB}    cap_add: [cap_‸]\n")
    assert "CAP_CHOWN" in texts(f"{WEB}    cap_add: [CAP_KILL, ‸]\n")
    assert "ALL" in texts(f"{WEB}    cap_add: [CAP_KILL, ‸]\n")


def test_what_the_container_needs_comes_first(tmp_path: Path) -> None:
    one = typed(opened(tmp_path, "compose.yaml", GOOD), f"{WEB}    cap_drop: [ALL]\n    cap_add: [CHOWN, ‸\n")
    found = sorted(completions(one.checks, one.source, one.offset, RULES), key=lambda each: each.order)
    assert [each.label for each in found[:3]] == ["DAC_OVERRIDE", "SETGID", "SETUID"]
    assert found[0].detail == "it needs this"
    assert found[0].documentation.startswith("Read, write and execute files whatever their")
    assert found[-1].label == "ALL"


def test_what_is_needed_is_dropped_last(tmp_path: Path) -> None:
    one = typed(opened(tmp_path, "compose.yaml", GOOD), f"{WEB}    cap_drop:\n      - ‸\n")
    found = sorted(completions(one.checks, one.source, one.offset, RULES), key=lambda each: each.order)
    details = [each.detail for each in found]
    assert found[0].label == "ALL"
    assert details.index("held") < details.index("not held") < details.index("it needs this")
    assert {each.label for each in found if each.detail == "it needs this"} >= {"SETUID", "SETGID", "DAC_OVERRIDE"}


@pytest.mark.parametrize(
    ("name", "marked", "result"),
    [
        ("run.sh", "docker run --cap-add=‸ nginx\n", "docker run --cap-add=NET_RAW nginx\n"),
        ("run.sh", 'docker run --cap-drop "NE‸" nginx\n', 'docker run --cap-drop "NET_RAW" nginx\n'),
        ("run.sh", "docker run \\\n  --cap-add ‸\\\n", "docker run \\\n  --cap-add NET_RAW\\\n"),
        ("x.container", "[Container]\nAddCapability=CHOWN ‸\n", "[Container]\nAddCapability=CHOWN NET_RAW\n"),
        ("x.container", "[Container]\nPodmanArgs=--cap-add=‸\n", "[Container]\nPodmanArgs=--cap-add=NET_RAW\n"),
        ("devcontainer.json", '{"capAdd": ["SYS_PTRACE", "‸"]}', '{"capAdd": ["SYS_PTRACE", "NET_RAW"]}'),
        ("devcontainer.json", '{"capAdd": ["‸\n', '{"capAdd": ["NET_RAW\n'),
        ("devcontainer.json", '{"runArgs": ["--cap-add=NE‸', '{"runArgs": ["--cap-add=NET_RAW'),
        ("devcontainer.json", '{"runArgs": ["--cap-add", "‸"]}', '{"runArgs": ["--cap-add", "NET_RAW"]}'),
    ],
)
def test_other_languages_have_such_lists_too(name: str, marked: str, result: str) -> None:
    assert written(marked, "NET_RAW", name) == result


def test_a_command_has_what_its_other_lines_have() -> None:
    first = "docker run --cap-add CHOWN \\\n  --cap-drop MKNOD --cap-add ‸ \\\n  --cap-add=KILL x\n"
    text = f"{first}docker run --cap-add BPF x\n"
    labels = {one.label for one in offered(text, "run.sh")}
    assert labels == {*NAMES, "ALL"} - {"CHOWN", "KILL"}


def test_a_development_container_and_a_unit_say_what_they_need(tmp_path: Path) -> None:
    files = {
        "devcontainer.json": (
            '{"image": "postgres:16", "overrideCommand": false}',
            '{"image": "postgres:16", "capAdd": ["‸',
        ),
        "db.container": ("[Container]\nImage=docker.io/postgres:16\n", "[Container]\nAddCapability=‸\n"),
    }
    for name, (before, after) in files.items():
        one = typed(opened(tmp_path, name, before), after)
        found = [each for each in completions(one.checks, one.source, one.offset, RULES) if each.order[0] == "0"]
        assert {each.label for each in found} == {"DAC_OVERRIDE", "SETGID", "SETUID"}, name


def test_a_file_is_what_it_was_checked_as(tmp_path: Path) -> None:
    one = typed(opened(tmp_path, "start.yml", GOOD), "x-a:\n  cap_add: [‸")
    assert completions((), one.source, one.offset, RULES) == ()
    assert completions(one.checks, one.source, one.offset, RULES)


def test_the_command_whose_line_it_is_says_what_is_needed(tmp_path: Path) -> None:
    one = typed(
        opened(tmp_path, "run.sh", "true\ndocker run postgres:16\n"), "true\ndocker run --cap-add ‸ postgres:16\n"
    )
    found = sorted(completions(one.checks, one.source, one.offset, RULES), key=lambda each: each.order)
    assert (found[0].label, found[0].detail) == ("DAC_OVERRIDE", "it needs this")
    moved = typed(one, "false\ndocker run --cap-add ‸ postgres:16\n")
    assert "it needs this" not in {each.detail for each in completions(moved.checks, moved.source, moved.offset, RULES)}


@pytest.mark.parametrize(
    "marked",
    [
        f"{WEB}    environment:\n      - ‸\n",
        f"{WEB}    # cap_add: [‸\n",
        f"{WEB}    cap_add: CHOWN\n    labels: [‸\n",
        f"{WEB}    command: run --cap-add=‸\n",
        f"{WEB}    cap_add:\n      - CHOWN # ‸\n",
        "services:\n  ‸\n",
        "‸",
        f"{WEB}    user: ‸\n",
        f"{WEB}    image: ‸\n",
        "networks:\n  web:\n    ‸\n",
        f"{WEB}    deploy:\n      ‸\n",
        f"{WEB}\t‸\n",
    ],
)
def test_nothing_is_offered_elsewhere(marked: str) -> None:
    assert offered(marked) == []


def test_the_keys_of_a_service_are_those_that_it_lacks() -> None:
    found = offered(f"{WEB}    cap_add: [CHOWN]\n    ‸\n    privileged: true\n  db:\n    user: x\n")
    labels = [one.label for one in found]
    assert labels[0] == "cap_drop"
    assert "cap_add" not in labels
    assert "privileged" not in labels
    assert "user" in labels
    assert {one.kind for one in found} == {"key"}
    assert written(f"{WEB}    secu‸\n", "security_opt") == f"{WEB}    security_opt:\n"
    assert written(f"{WEB}    ‸\n", "read_only") == f"{WEB}    read_only: \n"


def test_keys_are_known_and_told_in_a_clause() -> None:
    schema = json.loads((PACKAGE / "carriers/compose/schema/upstream.json").read_text(encoding="utf-8"))
    service = schema.get("definitions", schema.get("$defs"))["service"]["properties"]
    assert set(keys()) <= set(service)
    for key in keys().values():
        assert key.form in {"list", "map", "flag", "text"}
        assert key.about[0].islower() or key.about[0] == "`"
        assert not key.about.endswith(".")
        assert all(word.about for word in words(key.name))


def test_a_real_parser_reads_the_same_table() -> None:
    table = tomllib.loads((PACKAGE / "lsp/compose_words.toml").read_text(encoding="utf-8"))
    read = package_tables("lsp", "compose_words.toml")
    assert read["values"] == {key: tuple(values) for key, values in table["values"].items()}
    assert {name: read[f"key.{name}"] for name in table["key"]} == table["key"]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("    network_mode: ‸\n", ["none", "bridge", "host"]),
        ("    pid: h‸\n", ["host"]),
        ("    privileged: ‸\n", ["false", "true"]),
        ("    read_only: ‸\n", ["true", "false"]),
        ("    userns_mode: '‸\n", ["host"]),
        (
            "    security_opt:\n      - ‸\n",
            ["no-new-privileges:true", "label:disable", "apparmor:unconfined", "seccomp:unconfined"],
        ),
        (
            "    security_opt: [no-new-privileges:true, ‸]\n",
            ["label:disable", "apparmor:unconfined", "seccomp:unconfined"],
        ),
        (
            "    security_opt: [no-new-privileges=true, label=disable, ‸]\n",
            ["apparmor:unconfined", "seccomp:unconfined"],
        ),
    ],
)
def test_the_values_of_a_closed_set_are_offered(marked: str, expected: list[str]) -> None:
    assert texts(WEB + marked) == expected


def test_other_services_may_be_joined(tmp_path: Path) -> None:
    one = typed(opened(tmp_path, "compose.yaml", GOOD), f"{WEB}    network_mode: ‸\n  db:\n    image: redis:7\n")
    found = [each.text for each in completions(one.checks, one.source, one.offset, RULES)]
    assert "service:db" in found
    assert "service:web" not in found


def test_podman_maps_users_in_more_ways(tmp_path: Path) -> None:
    one = typed(opened(tmp_path, "podman-compose.yaml", GOOD), f"{WEB}    userns_mode: ‸\n")
    found = [each.text for each in completions(one.checks, one.source, one.offset, RULES)]
    assert found == ["auto", "keep-id", "nomap", "host"]


def test_a_comment_may_name_the_rules_that_find_something_there(tmp_path: Path) -> None:
    text = f"{GOOD}  x:\n    image: acme/x:1\n    privileged: true # dropcap: ignore[net-raw, ‸]\n"
    one = opened(tmp_path, "compose.yaml", text)
    found = sorted(completions(one.checks, one.source, one.offset, RULES), key=lambda each: each.order)
    assert found[0].label == "privileged"
    assert found[0].detail == "critical, found here"
    assert len(found) == len(RULES) - 1
    assert "net-raw" not in {each.label for each in found}
    assert all(each.documentation for each in found)


@pytest.mark.parametrize("sign", ["#", "//"])
def test_a_comment_is_completed_without_a_check(sign: str) -> None:
    marked = f"FROM x\n{sign} dropcap: ignore[root-‸ -- why\n"
    assert written(marked, "root-user", "Dockerfile") == f"FROM x\n{sign} dropcap: ignore[root-user -- why\n"
    assert (
        written(f"{sign} dropcap: ignore-file[useless-add:CH‸\n", "CHOWN")
        == f"{sign} dropcap: ignore-file[useless-add:CHOWN\n"
    )


def test_no_name_of_a_file_is_more_than_a_word(tmp_path: Path) -> None:
    services = "  'a\x1b[31m':\n    image: x\n  '[x](javascript:y)':\n    image: x\n"
    for more in (services, services.replace("'", "")):
        one = typed(opened(tmp_path, "compose.yaml", GOOD + more), f"{WEB}    pid: ‸\n")
        assert {each.text for each in completions(one.checks, one.source, one.offset, RULES)} <= {"service:db", "host"}


OWN = ".dropcap.toml"


@pytest.mark.parametrize(
    ("name", "marked", "choice", "result"),
    [
        (OWN, "fail‸", "fail-on", "fail-on = "),
        (OWN, 'engine = "‸"', "podman", 'engine = "podman"'),
        (OWN, "fail-on = ‸", "high", 'fail-on = "high"'),
        (OWN, "markdown = ‸\n", "true", "markdown = true\n"),
        (OWN, 'ignore = ["net-raw", ‸]', "privileged", 'ignore = ["net-raw", "privileged"]'),
        (OWN, 'select = [\n  "net-raw",\n  "priv‸"\n]', "privileged", 'select = [\n  "net-raw",\n  "privileged"\n]'),
        (OWN, "[severity]\nnet-‸", "net-raw", "[severity]\nnet-raw = "),
        (OWN, '[severity]\nnet-raw = "‸"', "low", '[severity]\nnet-raw = "low"'),
        (OWN, "[[allow]]\n‸", "reason", "[[allow]]\nreason = "),
        (OWN, "[[allow]]\ncap‸", "capabilities", "[[allow]]\ncapabilities = "),
        (OWN, "[[allow]]\ncapabilities = ['NET_‸", "NET_RAW", "[[allow]]\ncapabilities = ['NET_RAW"),
        (OWN, "[[per-path]]\nignore = [‸]", "net-raw", '[[per-path]]\nignore = ["net-raw"]'),
        ("pyproject.toml", "[tool.dropcap]\nfail-‸", "fail-on", "[tool.dropcap]\nfail-on = "),
    ],
)
def test_a_configuration_is_completed(name: str, marked: str, choice: str, result: str) -> None:
    assert written(marked, choice, name) == result


def test_a_configuration_is_not_offered_what_it_has() -> None:
    labels = {one.label for one in offered('ignore = ["net-raw"]\n‸\n[severity]\nprivileged = "low"\n', OWN)}
    assert "ignore" not in labels
    assert "select" in labels
    assert "net-raw" not in {one.label for one in offered('ignore = ["net-raw", "‸"]\n', OWN)}


@pytest.mark.parametrize("marked", ["[tool.ruff]\nfail-‸", "‸", "# [tool.dropcap]\n[project]\n‸"])
def test_the_tables_of_others_are_left_alone(marked: str) -> None:
    assert offered(marked, "pyproject.toml") == []


SIGNS = ["\n", "  ", "    ", "- ", "[", "]", ",", '"', "'", "#", "{", "&a ", "*a", "\t", "=", ": ", "|", "<<", "\u2028"]
WORDS = ["services:", "web:", "cap_add:", "NET_", "dropcap: ignore[", "--cap-add", "\\\n", "privileged: ", "é", "\r\n"]
PIECES = st.lists(st.sampled_from([*SIGNS, *WORDS]), max_size=25).map("".join)
FILES = st.sampled_from(
    ["compose.yaml", "run.sh", "Dockerfile", "x.container", "devcontainer.json", "a.md", "x.yml", OWN]
)


@settings(max_examples=300)
@given(st.one_of(PIECES, st.sampled_from([COMPOSE, DOCKERFILE]), st.text(max_size=60)), FILES, st.data())
def test_no_text_raises_and_spans_lie_around_the_cursor(text: str, name: str, data: st.DataObject) -> None:
    text = text[: data.draw(st.integers(0, len(text)))]
    offset = data.draw(st.integers(0, len(text)))
    for one in completions((), Source(f"/nowhere/{name}", text), offset, RULES):
        assert 0 <= one.span.start <= offset <= one.span.end <= len(text)
        assert "\n" not in text[one.span.start : one.span.end]


def test_every_prefix_of_a_text_is_answered(tmp_path: Path) -> None:
    one = opened(tmp_path, "compose.yaml", COMPOSE)
    found = 0
    for end in range(len(COMPOSE)):
        found += bool(completions(one.checks, Source(one.source.path, COMPOSE[:end]), end, RULES))
    assert found > 20


def test_a_long_text_is_looked_at_in_one_pass() -> None:
    text = (
        "services:\n" + "".join(f"  s{number}:\n    image: x\n" for number in range(20_000)) + "    cap_add:\n      - "
    )
    cursor = yaml_cursor(text, len(text))
    assert cursor is None or cursor.path[-1] == "cap_add"
    assert completions((), Source("/nowhere/compose.yaml", "[" * 100_000), 100_000, RULES) == ()
    assert completions((), Source("/nowhere/devcontainer.json", '{"a":' * 30_000), 150_000, RULES) == ()
