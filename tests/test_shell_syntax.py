"""A script is parsed once however often it is followed, and the last ones alone are kept."""

from __future__ import annotations

from dropcap.lang.shell.syntax import syntax_of
from dropcap.source import Source


def test_the_same_text_has_the_same_syntax() -> None:
    assert syntax_of(Source("a", "echo same")) is syntax_of(Source("b", "echo same"))
    assert syntax_of(Source("a", "echo same")) is not syntax_of(Source("a", "echo other"))


def test_no_more_is_kept_than_the_last_ones() -> None:
    first = syntax_of(Source("a", "echo first"))
    for number in range(40):
        syntax_of(Source("a", f"echo {number}\n" + ":\n" * 2_000))
    assert syntax_of(Source("a", "echo first")) is not first
