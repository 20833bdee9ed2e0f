"""What was said while a command was followed is told again: the same as following it anew, whatever is answered now."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from dropcap.lang.shell.call import Answer, Executed, User
from dropcap.lang.shell.program import Setting, follow_script
from dropcap.lang.shell.recording import follow_again, record
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.lang.shell.call import Call, Listener

SCRIPTS = (
    'if first; then a; else b; fi; if second; then c; fi; third && d "$(first)"; e',
    'x=$(first); case "$x" in yes) a ;; *) b "$x" ;; esac; second || exit; third; c',
    'set -e; f() { first && a; second; b; }; f; for one in *; do c "$one"; done; third; d',
    ". ./read; first; ./executed; second && ./executed; third",
    "while first; do a; second && break; done; third; b",
)
ANSWERS = (None, Answer("yes\n", holds=True), Answer("", holds=False))
SETTING = Setting(User("0"), is_closed=True)


class Hearing:
    """Answers three commands in a given way."""

    def __init__(self, answers: Mapping[str, Answer | None], *, has_files: bool) -> None:
        self.answers, self.has_files = answers, has_files
        self.heard: list[tuple[str, ...]] = []

    def hear(self, call: Call) -> None:
        self.heard.append((*(word.value for word in call.words), *(str(one.arm) for one in call.guards)))

    def answer(self, call: Call) -> Answer | None:
        return self.answers.get(call.words[0].value)

    def read(self, call: Call) -> Source | None:
        return Source(call.words[1].value, "second && g") if self.has_files else None

    def executed(self, call: Call) -> Executed | None:
        is_one = self.has_files and call.words[0].value == "./executed"
        return Executed(Source("executed", "first && h"), call.words[0], 1) if is_one else None

    def paths(self, pattern: str) -> Sequence[str] | None:
        del pattern
        return ("one", "two") if self.has_files else None


def hearings() -> list[Hearing]:
    made = []
    for first, second, third in product(ANSWERS, repeat=3):
        answers = {"first": first, "second": second, "third": third}
        made += [Hearing(answers, has_files=has_files) for has_files in (False, True)]
    return made


@pytest.mark.parametrize("script", SCRIPTS)
def test_told_again_is_followed_anew(script: str) -> None:
    source = Source("script", script)

    def follow(listener: Listener) -> bool:
        return follow_script(source, listener, SETTING)

    for before in hearings()[::7]:
        for now, anew in zip(hearings(), hearings(), strict=True):
            recording = record(before, follow)
            is_whole = follow_again(recording, now, follow)
            assert is_whole is follow(anew)
            assert now.heard == anew.heard


def test_what_is_answered_alike_is_not_followed() -> None:
    source, followed = Source("script", SCRIPTS[0]), []

    def follow(listener: Listener) -> bool:
        followed.append(listener)
        return follow_script(source, listener, SETTING)

    first, again = Hearing({}, has_files=True), Hearing({}, has_files=True)
    recording = record(first, follow)
    assert follow_again(recording, again, follow)
    assert len(followed) == 1
    assert first.heard == again.heard
