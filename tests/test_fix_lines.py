"""Command lines, devcontainers and units after their fixes: other programs read the same but for what was mended."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dropcap.check import Setup, check_text
from dropcap.fixes.command_lines.gaps import gap_before, statement_end, without
from dropcap.fixes.mending import Mender, Wishes
from dropcap.rule import load_rules
from dropcap.source import Span
from dropcap.targets import Target
from oracles import docker_cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.fixes.mending import Outcome

RULES = [rule for rule in load_rules() if rule.on_by_default]
CHOSEN = frozenset({"net-raw", "new-privileges", "useless-add", "useless-drop", "unknown-capability", "privileged"})


def fixed(
    text: str, path: str = "x.sh", carrier: str = "script", chosen: frozenset[str] = CHOSEN
) -> tuple[str, Outcome]:
    """Fix a text that stands alone."""
    setup = Setup(overlay={os.path.realpath(path): text.encode()})
    wishes = Wishes(chosen=chosen, unsafe=True)
    outcome = Mender([Target(path, carrier, named=True, given=(path,))], RULES, setup, wishes).run()
    return (outcome.files[0].after.decode() if outcome.files else text), outcome


# --- Docker's own client ---


@pytest.fixture(scope="module")
def client() -> Iterator[docker_cli.Client]:
    with docker_cli.client() as found:
        yield found


_MENDED = ("CapAdd", "CapDrop", "SecurityOpt", "Privileged", "MaskedPaths", "ReadonlyPaths")


def request_of(client: docker_cli.Client, argv: list[str]) -> tuple[str, dict[str, Any]]:
    """Return what the client asks for, but for what is mended; it writes variables in any order."""
    answer = client.ask(argv)
    assert answer.path, answer.complaint
    host = {name: value for name, value in answer.body["HostConfig"].items() if name not in _MENDED}
    return answer.path, {**answer.body, "HostConfig": host, "Env": sorted(answer.body.get("Env") or ())}


LINES = {
    "plain": "docker run --rm -e A=1 -p 80:80 web:1 serve --port 80",
    "quoted": """docker run -e "A=b c" -e 'D="e"' --label x=\\"y\\" 'web:1' sh -c "echo 'a  b'" """,
    "over lines": "docker run \\\n  --name web \\\n  --cap-add CHOWN \\\n  --cap-add 'SETUID' \\\n  web:1 \\\n  serve",
    "privileged": "docker run -it --privileged --network host web:1",
    "twice": "docker run --cap-add=NET_ADMIN --cap-add=cap_net_admin -u 1000:1000 web:1",
    "letters": "docker run -itu nobody --cap-drop net_raw --cap-drop CAP_NET_RAW web:1",
    "tabs": "docker create\t--cap-add\tCHOWN\t--name\ta\tweb:1\tx",
    "a value in the next line": "docker run --cap-add \\\n  CHOWN --cap-add=\\\nMKNOD web:1",
    "many": "docker run -v /a:/a --cap-drop ALL --cap-add CHOWN --cap-add CHOWN --read-only -w /w web:1 a b",
}


@pytest.mark.parametrize("line", LINES)
def test_the_client_asks_for_the_same_but_for_what_is_mended(client: docker_cli.Client, line: str) -> None:
    before = LINES[line]
    after, outcome = fixed(f"{before}\n")
    assert outcome.made
    assert request_of(client, words_of(before)) == request_of(client, words_of(after))


# --- readers of other languages ---

TEXTS = st.text(st.sampled_from("ab $\"'\\;|&#%!{}é"), max_size=8)
OPTIONS = (
    st.builds(lambda text: ["-e", f"A={text}"], TEXTS)
    | st.builds(lambda text: [f"--label=x={text}"], TEXTS)
    | st.sampled_from([["--rm"], ["-it"], ["--cap-add", "CHOWN"], ["--cap-add=CHOWN"], ["--cap-drop", "MKNOD"]])
    | st.sampled_from([["--cap-add", "cap_chown"], ["--name", "a"], ["--security-opt", "label=disable"]])
)


def in_quotes(word: str) -> str:
    return '"' + "".join(f"\\{one}" if one in '"\\$`' else one for one in word) + '"'


def with_backslashes(word: str) -> str:
    return "".join(one if one.isalnum() or one in "-=/:,._" else f"\\{one}" for one in word) or "''"


def bare(word: str) -> str:
    return shlex.quote(word)


@st.composite
def commands(draw: st.DrawFn) -> tuple[list[str], str]:
    """Draw the words of a command, and how somebody wrote them."""
    words = ["docker", "run"]
    for option in draw(st.lists(OPTIONS, max_size=5)):
        words += option
    words.append("web:1")
    words += draw(st.lists(TEXTS, max_size=2))
    text = "docker run"
    for word in words[2:]:
        gap = draw(st.sampled_from([" ", "  ", "\t", " \\\n  ", "\\\n"]))
        # Without a blank before it the word goes on: `a\` and `b` are one.
        gap = " \\\n" if gap == "\\\n" else gap
        text += gap + draw(st.sampled_from([bare, bare, shlex.quote, in_quotes, with_backslashes]))(word)
    return words, text


def mended_words(words: list[str]) -> list[str]:
    """Return words without those that fixes change: the options of capabilities and of security."""
    left: list[str] = []
    index = 0
    end = words.index("web:1", 2)
    while index < len(words):
        word = words[index]
        if index < end and word in {"--cap-add", "--cap-drop", "--security-opt"}:
            index += 1
        elif index >= end or not word.startswith(("--cap-add=", "--cap-drop=", "--security-opt=")):
            left.append(word)
        index += 1
    return left


def words_of(script: str) -> list[str]:
    """Return the words that bash gives a command."""
    done = subprocess.run(
        ["/bin/bash", "-c", f"docker() {{ printf '%s\\0' docker \"$@\"; }}\n{script}"], capture_output=True, check=True
    )
    return done.stdout.decode().split("\0")[:-1]


@settings(max_examples=40)
@given(commands())
def test_bash_gives_the_same_words_but_for_what_is_mended(command: tuple[list[str], str]) -> None:
    words, text = command
    after, _ = fixed(f"{text}\n")
    if after != f"{text}\n":
        assert mended_words(words_of(after)) == mended_words(words)


def one_line(text: str) -> str:
    return text.replace("\\\n", "")


@settings(max_examples=40)
@given(commands(), st.sampled_from(["package", "quoted", "block", "single", "bash"]))
def test_other_readers_take_out_what_bash_gives_the_same_words_for(command: tuple[list[str], str], kind: str) -> None:
    words, text = command
    yaml = YAML(typ="safe", pure=True)
    if kind == "package":
        after, _ = fixed(json.dumps({"scripts": {"x": one_line(text)}}), "package.json", "package")
        script = json.loads(after)["scripts"]["x"]
    elif kind == "bash":
        after, _ = fixed(f"bash -c {shlex.quote(text)}\n")
        (script,) = shlex.split(after)[2:]
    else:
        body = "".join(f"          {line}\n" for line in text.splitlines())
        written = {
            "quoted": json.dumps(text),
            "block": f"|\n{body}",
            "single": "'" + one_line(text).replace("'", "''") + "'",
        }[kind]
        before = f"on: push\njobs:\n  a:\n    steps:\n      - run: {written}\n"
        after, _ = fixed(before, ".github/workflows/x.yml", "workflow")
        script = yaml.load(after)["jobs"]["a"]["steps"][0]["run"]
    assert mended_words(words_of(script)) == mended_words(words)


# --- what is refused ---


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("OPTS='--cap-add CHOWN'\necho $OPTS\ndocker run $OPTS web:1\n", "OPTS"),
        ("export OPTS='--cap-add CHOWN'\ndocker run $OPTS web:1\n", "OPTS"),
        ('docker run --cap-add C"HO"WN web:1\n', "escapes"),
    ],
)
def test_what_others_may_use_is_left_alone(text: str, reason: str) -> None:
    after, outcome = fixed(text, chosen=frozenset({"useless-add"}))
    assert after == text
    assert [reason in one.reason for one in outcome.refused] == [True]


def test_words_of_a_list_are_left_alone() -> None:
    text = 'services:\n  a:\n    image: docker:cli\n    cap_drop: [ALL]\n    command: ["docker", "run", "web:1"]\n'
    text += "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n"
    after, outcome = fixed(text, "compose.yaml", "compose", frozenset({"net-raw"}))
    assert after == text
    assert ["items of a list" in one.reason for one in outcome.refused] == [True]


def test_what_a_feature_asks_for_is_left_alone() -> None:
    text = '{"image": "x", "features": {"ghcr.io/devcontainers/features/docker-in-docker:2": {}}}\n'
    after, outcome = fixed(text, ".devcontainer.json", "devcontainer", frozenset({"privileged"}))
    assert after == text
    assert not outcome.made


def test_an_image_by_itself_has_no_options() -> None:
    text = "on: push\njobs:\n  a:\n    container: web:1\n"
    after, outcome = fixed(text, ".github/workflows/x.yml", "workflow", frozenset({"net-raw"}))
    assert after == text
    assert ["image by itself" in one.reason for one in outcome.refused] == [True]


# --- texts ---


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("a b", " "),
        ("a \\\n  b", " \\\n  "),
        ("a\\\r\n\tb", "\\\r\n\t"),
        ("a\n  b", "\n  "),
        ("ab", ""),
        ("a\n\nb", "\n"),
    ],
)
def test_a_gap_is_what_parts_two_words(text: str, gap: str) -> None:
    assert gap_before(text, len(text) - 1) == gap


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("x --a y", "x y"),
        ("x \\\n  --a \\\n  y", "x \\\n  y"),
        ("x \\\n  --a y", "x \\\n  y"),
        ("(--a y)", "(y)"),
        ("(\n  --a # why\n  y\n)", "(\n  # why\n  y\n)"),
        ("(\n  x # why\n  --a)", "(\n  x # why\n  )"),
        ("(\n  x\n  --a)", "(\n  x)"),
        ('"--a"', '""'),
    ],
)
def test_words_go_with_what_parts_them(text: str, rest: str) -> None:
    at = text.index("--a")
    start, end = without(text, Span(at, at + 3))
    assert text[:start] + text[end:] == rest


@pytest.mark.parametrize("text", ['a \'b;c\' "d|\\"e" \\; f', "a \\\n b"])
def test_a_command_ends_outside_of_quotation_marks_alone(text: str) -> None:
    assert statement_end(f"{text}; x", 0) == len(text)


def test_a_folded_block_is_known_by_its_places() -> None:
    text = "on: push\njobs:\n  a:\n    steps:\n      - run: >\n          docker run\n          web:1\n      - run: x\n"
    (container,) = check_text(".github/workflows/x.yml", "workflow", text, [], Setup()).containers
    assert container.image is not None
    source, span = container.image.source.to_root(container.image.span)
    assert source.text[span.start : span.end] == "web:1"
