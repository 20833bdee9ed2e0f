"""What a `.dockerignore` leaves out, as the builder's own code says it, in few steps whatever the pattern."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dropcap.images.dockerignore import Ignored, Ignores, TooManyStepsError, read_patterns
from dropcap.images.path_patterns import BadPatternError, fits_name
from steps import assert_linear

VECTORS = json.loads((Path(__file__).parent / "vectors" / "dockerignore.json").read_text(encoding="utf-8"))["cases"]


def is_out(patterns: Ignores, path: str) -> bool:
    found: Ignored | None = None
    names = path.split("/")
    for number in range(1, len(names) + 1):
        found = patterns.ask("/".join(names[:number]), found)
    assert found is not None
    return found.is_out


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: repr(case["text"]))
def test_the_builder_leaves_out_the_same(case: dict[str, list[str] | str | None]) -> None:
    text, out, kept = case["text"], case["left_out"], case["kept"]
    assert isinstance(text, str)
    if out is None:
        with pytest.raises(BadPatternError):
            read_patterns(text)
        return
    assert isinstance(kept, list)
    patterns = read_patterns(text)
    assert {path: is_out(patterns, path) for path in (*out, *kept)} == {
        **dict.fromkeys(out, True),
        **dict.fromkeys(kept, False),
    }


@pytest.mark.parametrize(
    "text", [r"a\d", "a^*", "[[:alpha:]]", "[*]", "\\é", "x\ufeff", "[b-a]", "a\\", "[]a]", "[a-]", "![", "a\n" * 6_000]
)
def test_what_the_builder_takes_otherwise_is_not_guessed(text: str) -> None:
    with pytest.raises(BadPatternError):
        read_patterns(text)


def test_no_pattern_takes_long() -> None:
    patterns = read_patterns("**/a*" * 4 + "b*" * 20 + "c*")
    assert_linear(lambda size: is_out(patterns, "a" * size), 50)


def test_a_walk_ends_somewhere() -> None:
    patterns = read_patterns("\n".join(f"*b{number}*c*" for number in range(4_000)))
    with pytest.raises(TooManyStepsError):
        any(patterns.ask(f"a{number}" * 20).is_out for number in range(100))


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("*.sh", "a.sh", True),
        ("*.sh", "a.sh.bak", False),
        ("**", "ab", True),
        ("[^a]?", "bc", True),
        ("[*]", "*", True),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("a^", "a^", True),
    ],
)
def test_a_wildcard_of_copy_fits_names(pattern: str, name: str, *, expected: bool) -> None:
    assert fits_name(pattern, name) is expected
