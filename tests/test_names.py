"""What a wrong name was meant to be: the same answers, quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from dropcap.capabilities import names
from dropcap.capabilities.names import NAMES, suggest

if TYPE_CHECKING:
    import pytest


@given(st.sampled_from(NAMES), st.integers(0, 20), st.sampled_from("AEINRST_"))
def test_words_that_cannot_be_near_are_passed_over_and_no_other(name: str, at: int, letter: str) -> None:
    word = (name[:at] + letter + name[at + 1 :]).replace("_", "")
    near = {
        candidate: names._distance(word, candidate)  # noqa: SLF001  # the comparison is what is left out
        for candidate in names._BY_LETTERS  # noqa: SLF001  # as above
    }
    least = min(near.values())
    closest = [candidate for candidate, distance in near.items() if distance == least]
    allowed = 1 if len(word) <= 6 else 2
    expected = names._BY_LETTERS[closest[0]] if least <= allowed and len(closest) == 1 else None  # noqa: SLF001  # so
    assert names._by_slip(word) == expected  # noqa: SLF001  # as above


def test_a_word_is_compared_once_however_often_it_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    suggest.cache_clear()
    compared = []
    real = names._distance  # noqa: SLF001  # what is to be counted

    def counted(one: str, other: str) -> int:
        compared.append(other)
        return real(one, other)

    monkeypatch.setattr(names, "_distance", counted)
    assert [suggest("SYS_ADMNI") for _ in range(20_000)] == ["SYS_ADMIN"] * 20_000
    assert len(compared) < len(NAMES) // 4
