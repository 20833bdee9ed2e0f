"""Hostile scripts take steps in proportion to their length, and are one clear failure where they are cut."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from dropcap.carriers import script
from dropcap.lang.shell import simple_commands
from dropcap.lang.shell.lexer import MOST_WORDS
from dropcap.model import Level, UnreadableError
from dropcap.source import Source
from steps import assert_linear, assert_small

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPTS: dict[str, Callable[[int], str]] = {
    "and": lambda size: "docker run a " + "&& docker run b " * size,
    "or with variables": lambda size: "docker run a " + "|| x=$x ok " * size,
    "if in if": lambda size: "if a; then " * size + "docker run a\n" + " fi" * size,
    "arms of case": lambda size: "case $x in\n" + "a) v=v;;\n" * size + "esac\ndocker run $v\n",
    "arms with commands": lambda size: "case $x in\n" + "a) docker run a;;\n" * size + "esac\n",
    "quotes": lambda size: "docker run " + "\"a' " * size,
    "single quotes": lambda size: "docker run a\n" + "echo 'x\n" * size,
    "words": lambda size: "docker run " + "a b " * size,
    "open expansions": lambda size: "docker run a " + "${" * size,
    "defaults": lambda size: "docker run a " + "${a:-" * size + "}" * size,
    "backquotes": lambda size: "docker run " + "`a` " * size,
    "pipes": lambda size: "docker run a " + "| docker run b " * size,
    "braces": lambda size: "docker run " + "{a,b}" * size,
    "redirections": lambda size: "docker run a " + ">x " * size,
    "joined lines": lambda size: "docker run a \\\n" * size,
    "blanks before a substitution": lambda size: "docker run a\n" + 'x=" $(a) ${b}"\n' * size,
    "functions that call twice": lambda size: (
        "".join(f"f{one}() {{ f{one + 1}; f{one + 1}; }}\n" for one in range(size)) + "docker run a\nf0\n"
    ),
}


@pytest.mark.parametrize("make", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_script_takes_steps_in_proportion_to_its_length(make: Callable[[int], str]) -> None:
    assert_linear(lambda size: script.read(Source("x.sh", make(size))), 60)


@pytest.mark.parametrize(
    "text",
    [
        "a=x\n" + "a=$a$a\n" * 3_000 + "docker run $a\n",
        "list=(a)\n" + 'list+=("${list[@]}")\n' * 3_000 + "docker run ${list[@]}\n",
        "f() { :; }\n" + "f 'docker run a'\n" * 40_000,
        "for a in 1 2 3 4 5 6 7 8; do " * 30 + "x=$x$a; docker run $x" + "; done" * 30,
        "docker run " + "a " * (MOST_WORDS + 1),
        "docker run a\nlist=(" + "a " * (MOST_WORDS + 1) + ")\n",
    ],
    ids=lambda text: repr(text[:30]),
)
def test_what_is_not_followed_is_an_error_and_the_rest_is_read(text: str) -> None:
    document = script.read(Source("x.sh", text + "\ndocker run --privileged last\n"))
    assert document.containers[-1].name == "last"
    assert [failure.level for failure in document.failures] in ([], [Level.ERROR])
    if document.failures:
        assert "does not follow a part" in document.failures[0].message


def test_a_command_of_too_many_words_is_an_error() -> None:
    document = script.read(Source("x.sh", "docker run " + "a " * (MOST_WORDS + 1)))
    assert [failure.level for failure in document.failures] == [Level.ERROR]


@pytest.mark.parametrize(
    "text",
    [
        "()" * 20_000,
        "f() " * 5_000,
        "cat " + "<<E " * 5_000,
        "cat <<E\nE\n" * 3_000,
        "$[" * 5_000,
        "|&" * 20_000,
        "a) " * 20_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_the_parser_takes_the_square_for_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        script.read(Source("x.sh", "docker run a\n" + text))
    assert caught.value.failure.level is Level.ERROR
    assert caught.value.failure.span


def test_many_words_take_little_memory() -> None:
    text = "docker run " + "a b " * 500_000

    def read() -> None:
        with pytest.raises(UnreadableError, match="more than 50,000 words"):
            script.read(Source("x.sh", text))

    assert_small(read, len(text))


def test_a_script_that_is_read_again_takes_no_more_memory() -> None:
    text = "docker run --cap-add A x\nif true; then docker run $(id) y; fi\n${ (\n" * 4

    def read_often() -> None:
        for _ in range(50):
            list(simple_commands(Source("a.sh", text)))
        gc.collect()

    read_often()
    tracemalloc.start()
    try:
        read_often()
        before, _ = tracemalloc.get_traced_memory()
        read_often()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 50 * len(text)  # as much as one reading of each
