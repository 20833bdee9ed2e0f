"""No regular expression of the linter tries the same characters in many ways.

Two repeats without a bound that stand side by side, and may take the same character, divide a run of it between them in
as many ways as it is long: quadratic. A repeat whose body begins and ends with such a one does worse.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dropcap

try:
    from re import _constants as constants  # type: ignore[attr-defined]  # Python's own parser of patterns
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # before Python 3.11
    import sre_constants as constants
    import sre_parse as parser

if TYPE_CHECKING:
    from collections.abc import Iterator

ALPHABET = [chr(code) for code in range(128)] + ["é", "\x85", "\u2028"]
SEARCHES = {"search", "finditer", "findall", "sub", "split"}
MANY = 256
"""A repeat that may take more than these has no bound."""


def patterns() -> Iterator[tuple[str, str | bytes]]:
    """Give each pattern that a module of the linter holds or hands to `re`, with where that is."""
    for info in pkgutil.walk_packages(dropcap.__path__, "dropcap."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        assert module.__file__ is not None
        tree = ast.parse(Path(module.__file__).read_text("utf-8"))
        # What is done with a pattern that is compiled on the spot.
        uses = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for node in ast.walk(tree):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if not is_call or not isinstance(node.func.value, ast.Name) or node.func.value.id != "re" or not node.args:  # type: ignore[attr-defined]
                continue
            if node.func.attr == "escape":  # type: ignore[attr-defined]
                continue
            try:
                found = eval(compile(ast.Expression(node.args[0]), "", "eval"), vars(module))  # type: ignore[attr-defined]  # noqa: S307  # our own source
            except NameError:
                continue  # made of what only a call knows
            if isinstance(found, str | bytes):
                yield f"{info.name}:{node.lineno} {uses.get(id(node), node.func.attr)}", found  # type: ignore[attr-defined]


def characters(item: tuple[Any, Any]) -> frozenset[str]:
    """Give which characters of an alphabet an item of a parsed pattern may begin with, or take at all if it is one."""
    kind, value = item
    if kind in {constants.LITERAL, constants.NOT_LITERAL}:
        value = [(constants.LITERAL, value), *([(constants.NEGATE, None)] if kind is constants.NOT_LITERAL else [])]
    if kind is constants.ANY:
        return frozenset(ALPHABET) - {"\n"}
    if kind in {constants.IN, constants.LITERAL, constants.NOT_LITERAL}:
        return frozenset(one for one in ALPHABET if takes(value, one))
    if kind is constants.BRANCH:
        return frozenset().union(*(firsts(list(branch)) for branch in value[1]))
    body = value[-1] if kind is constants.SUBPATTERN else value[2] if kind in REPEATS else ()
    return firsts(list(body))


def takes(members: list[tuple[Any, Any]], one: str) -> bool:
    found = False
    for kind, value in members:
        if kind is constants.LITERAL:
            found |= ord(one) == value
        elif kind is constants.RANGE:
            found |= value[0] <= ord(one) <= value[1]
        elif kind is constants.CATEGORY:
            name = str(value).rpartition("_")[2].lower()
            is_in = {"space": one.isspace(), "digit": one.isdigit(), "word": one.isalnum() or one == "_"}[name]
            found |= is_in is not ("NOT" in str(value))
    return found is not any(kind is constants.NEGATE for kind, _ in members)


REPEATS = {constants.MAX_REPEAT, constants.MIN_REPEAT}


def firsts(items: list[tuple[Any, Any]]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for item in items:
        found |= characters(item)
        if not may_be_empty(item):
            break
    return found


def may_be_empty(item: tuple[Any, Any]) -> bool:
    kind, value = item
    if kind in REPEATS:
        return value[0] == 0 or all(map(may_be_empty, value[2]))
    if kind is constants.BRANCH:
        return any(all(map(may_be_empty, branch)) for branch in value[1])
    if kind is constants.SUBPATTERN:
        return all(map(may_be_empty, value[-1]))
    return kind in {constants.AT, constants.ASSERT, constants.ASSERT_NOT}


def open_end(items: list[tuple[Any, Any]]) -> frozenset[str]:
    """Give the characters that a repeat without a bound at the end of a sequence may take more of."""
    found: frozenset[str] = frozenset()
    for item in reversed(items):
        kind, value = item
        if kind in REPEATS and value[1] > MANY:
            found |= firsts(list(value[2])) if len(value[2]) == 1 else open_end(list(value[2]))
        elif kind is constants.SUBPATTERN:
            found |= open_end(list(value[-1]))
        elif kind is constants.BRANCH:
            found |= frozenset().union(*(open_end(list(branch)) for branch in value[1]))
        elif kind in REPEATS:
            found |= open_end(list(value[2]))
        if not may_be_empty(item):
            break
    return found


def faults(items: list[tuple[Any, Any]], *, fails: bool) -> Iterator[str]:
    """Say which parts of a sequence may divide a run of characters in many ways.

    Args:
        items: the sequence.
        fails: whether what follows it may not fit: else the first way is taken.

    """
    for index, item in enumerate(items):
        kind, value = item
        rest = items[index + 1 :]
        is_tried = fails or not all(map(always_fits, rest))
        inner = [value[2]] if kind in REPEATS else value[1] if kind is constants.BRANCH else []
        inner = [value[-1]] if kind is constants.SUBPATTERN else inner
        for one in inner:
            yield from faults(list(one), fails=is_tried)
        if kind in REPEATS and value[1] > MANY and is_tried:
            both = open_end(list(value[2])) & firsts(list(value[2]))
            if both:
                yield f"a repeat in a repeat takes {sorted(both)[:3]}"
        taken = open_end([item])
        for at, later in enumerate(rest, 1):
            taken -= refused(later)
            both = taken & characters(later) if later[0] in REPEATS and later[1][1] > MANY else frozenset()
            if both and (fails or not all(map(always_fits, rest[at:]))):
                yield f"two repeats side by side take {sorted(both)[:3]}"
            if not may_be_empty(later):
                break


def always_fits(item: tuple[Any, Any]) -> bool:
    return may_be_empty(item) and item[0] not in {constants.AT, constants.ASSERT, constants.ASSERT_NOT}


def refused(item: tuple[Any, Any]) -> frozenset[str]:
    """Give the characters that must not follow, by an assertion."""
    kind, value = item
    if kind is not constants.ASSERT_NOT or value[0] < 0:
        return frozenset()
    body = list(value[1])
    branches = body[0][1][1] if len(body) == 1 and body[0][0] is constants.BRANCH else [body]
    return frozenset().union(*(characters(one[0]) for one in map(list, branches) if len(one) == 1))


@pytest.mark.parametrize(("where", "pattern"), list(patterns()))
def test_no_pattern_divides_a_run_in_many_ways(where: str, pattern: str | bytes) -> None:
    assert list(faults(list(parser.parse(pattern)), fails="fullmatch" in where)) == [], (where, pattern)


@pytest.mark.parametrize(("where", "pattern"), [one for one in patterns() if one[0].rpartition(" ")[2] in SEARCHES])
def test_no_pattern_that_is_searched_for_reads_on_from_each_place(where: str, pattern: str | bytes) -> None:
    items = list(parser.parse(pattern))
    assert not reads_on(items), (where, pattern)


def reads_on(items: list[tuple[Any, Any]]) -> bool:
    """Return whether a sequence begins with a repeat without a bound, and something behind it may not fit."""
    kind, value = items[0]
    if all(map(always_fits, items[1:])):
        return kind is constants.SUBPATTERN and reads_on(list(value[-1]))
    return kind in REPEATS and value[1] > MANY


@pytest.mark.parametrize(
    "pattern", [r"\s*(.+?)\s*$", r"a*a*b", r"(?:a+)+b", r"(?:a|b+)*c", r"x[ \t]*[ ]*y", r"(\w+\s*)*;", r"a*b?a*c"]
)
def test_patterns_that_do_are_found(pattern: str) -> None:
    assert list(faults(list(parser.parse(pattern)), fails=False))
