"""A text that is broken is refused by a part of it only where the slow parser refuses the whole."""

from __future__ import annotations

import random

import pytest
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import StreamEndEvent

from dropcap.lang.yaml.events import event_getter, go_event_getter
from dropcap.lang.yaml.refused import is_refused_too, part_of

TEXT = """\
services:
  web: &web
    image: nginx:1.27
    ports: ["80:80", '443:443']
    environment:
      A: "x"
      B: |
        a: b
        - c
    command: >-
      run
      this
  db:
    <<: *web
    cap_add:
      - CHOWN
      - key: value
        other: [1, {a: b}]
volumes:
  data:
"""
PIECES = (
    *"ax:-[]{},'\"#&*!?|>%@` \t\n",
    "- ",
    ": ",
    "? ",
    "  ",
    "\n  ",
    "- a: b\n",
    "k: [a\n",
    "---\n",
    "...\n",
    "<<: ",
)


def stops(text: str, version: int | None) -> bool:
    """Whether a parser refuses a text: libyaml, or the one that reads as a version of Go's library."""
    get_event = event_getter(text) if version is None else go_event_getter(text, version)
    try:
        while not isinstance(get_event(), StreamEndEvent):
            pass
    except YAMLError:
        return True
    return False


@pytest.mark.parametrize("version", [3, 4])
def test_what_is_sure_to_be_refused_is(version: int) -> None:
    dice = random.Random(version)  # noqa: S311  # the same texts in every run
    broken = sure = 0
    for _ in range(1500):
        text = TEXT
        for _ in range(dice.choice((1, 1, 2, 3))):
            at = dice.randrange(len(text))
            text = text[:at] + dice.choice(PIECES) + text[at + dice.choice((0, 0, 1, 5)) :]
        if not stops(text, None):
            continue
        broken += 1
        if is_refused_too(text, version):
            sure += 1
            assert stops(text, version), text
    assert broken > 300
    assert sure > broken / 3


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a:\n  b:\n    c: 1\n    d: [\n  e: }\n", "k:\n  k:\n    d: [\n  e: }\n"),
        ("a:\n  b: 1\n  c\nd: 1\n", "k:\n  b: 1\n  c\nd: 1\n"),
        ("a: 1\nb: '\n", "b: '\n"),
        ("a: [\n", None),
        ("%TAG ! x\n---\na: 1\nb: [\n", None),
        ("- a: 1\n  b: [\n", None),
    ],
)
def test_the_part_begins_at_the_last_key_that_was_read(text: str, part: str | None) -> None:
    assert stops(text, None)
    assert part_of(text) == part
