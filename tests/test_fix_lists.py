"""A list becomes another one by the fewest edits."""

from __future__ import annotations

import pytest

from dropcap.fixes.contract import RefusedError
from dropcap.fixes.lists import MOST_VALUES, list_edits
from dropcap.model import Located
from dropcap.source import Source, Span

SOURCE = Source("x", "")


def held(*values: str) -> list[Located[str]]:
    return [Located(value, SOURCE, Span(0, 0)) for value in values]


@pytest.mark.parametrize(
    ("before", "wanted", "replaced", "removed", "added"),
    [
        (["A", "B"], ["A", "B"], [], [], []),
        (["A", "B"], ["B", "A"], [], [], []),
        (["A", "B"], ["A", "C"], [("B", "C")], [], []),
        (["A"], ["B", "C"], [("A", "B")], [], ["C"]),
        (["A", "B"], ["C"], [("A", "C")], ["B"], []),
        (["A", "A"], ["A"], [], ["A"], []),
        (["A", "A"], ["A", "B"], [("A", "B")], [], []),
        ([], ["A"], [], [], ["A"]),
        (["A"], [], [], ["A"], []),
    ],
)
def test_values_are_replaced_before_they_are_removed_or_added(
    before: list[str], wanted: list[str], replaced: list[tuple[str, str]], removed: list[str], added: list[str]
) -> None:
    edits = list_edits("cap_add", held(*before), wanted)
    assert [(one.value, value) for one, value in edits.replaced] == replaced
    assert [one.value for one in edits.removed] == removed
    assert list(edits.added) == added


def test_a_long_list_is_refused() -> None:
    assert list_edits("cap_add", [], ["A"] * MOST_VALUES).added
    with pytest.raises(RefusedError, match="its cap_add has more than 200 values"):
        list_edits("cap_add", [], ["A"] * (MOST_VALUES + 1))
