"""A text that is being edited is read as the same text at once, whatever of it is parsed again."""

from __future__ import annotations

import random
from typing import Any

import pytest

from dropcap.lang.yaml import Alias, Mapping, Scalar, Sequence, composer, parse
from dropcap.lang.yaml.edited import Edited
from dropcap.lang.yaml.pieces import Piece, add_form, once
from dropcap.model import UnreadableError
from dropcap.source import Source, Span
from random_edits import SIGNS, edited

TEXT = """\
# A comment.
# More of it: a, b, c.

version: "3"
services:
  # The first one.
  # It is a: b.
  web:
    image: nginx
    command: |+
      first

      second

  db:
    image: 'postgres'
    labels: {a: b}

  # Between two.
  app:
    image: app
    command: >-
      a
      b
volumes:
  data:
x-more: [1,
  2]
"""
PIECES = (
    *SIGNS,
    "|+\n",
    "\r",
    "\u2028",
    "\n---\n",
    "---\n",
    "...\n",
    "?",
    "!reset ",
    "%",
    "%YAML 1.2\n",
    "\ufeff",
    "key: v\n",
    "  key: v\n",
    "key: v\n",
    "  key: v\n",
    "  web:\n    image: x\n",
    "services:\n",
    "volumes:\n",
    "{",
    "}",
    ",",
    "<<: {a: b}\n",
    "    - x\n",
)
CHANGES = {
    "within an entry": ("image: nginx", "image: nginx:1", 1),
    "a line at the end of a text block": ("      second\n", "      second\n\n", 1),
    "a key more at the end of an entry": ("    labels: {a: b}\n\n", "    labels: {a: b}\n    tty: true\n\n", 1),
    "a key more right above another entry": ("      b\nvolumes", "      b\n    tty: true\nvolumes", 1),
    "a key less right above another entry": (
        "    image: app\n    command: >-\n      a\n      b\n",
        "    image: app\n",
        1,
    ),
    "a line before the next entry": ("  db:", "\n  db:", 1),
    "a comment before the next entry": ("  db:", "# c\n  db:", 1),
    "an entry that becomes two": ("  db:", "  new: {}\n  db:", 0),
    "an entry that is one of another": ("  db:", "    db:", 0),
    "a name that is there already": ("  db:", "  web:", 0),
    "the name of the services": ("services:", "service:", 0),
    "another text in their place": ("volumes:", "services:", 0),
    "the end of a document": ("    image: app", "...\n    image: app", 0),
    "another document": ("volumes:", "---\nvolumes:", 0),
    "quotes that stay open": ("'postgres'", "'postgres", 0),
    "a key without a value": ("    image: app", "    ? a\n    image: app", 0),
    "a name for nothing": ("    image: nginx\n    command: |+\n      first\n\n      second\n", "", 0),
    "a name for nothing at the end": ("x-more: [1,\n  2]", "x-more:", 1),
    "an anchor": ("image: app", "image: &a app", 0),
    "a comment above all": ("# A comment.", "# Another comment.", None),
    "a comment above all that ends too early": ("# A comment.", "# A\n comment.", 0),
    "the end of a document in a comment": ("# A comment.", "# A\n... comment.", 0),
    "a comment above all that becomes two": ("# A comment.", "# A\n# comment.", None),
    "a blank line above all": ("# A comment.", "\n# A comment.", None),
    "a line above the first entry": ("version", "\nversion", None),
    "a comment above the services": ("  web:", "# c\n  web:", None),
    "a comment at the key of the services": ("services:", "services: # c", 0),
    "a directive": ("# A comment.", "%YAML 1.2\n---", 0),
    "a line above the key of the services": ("services:", "\nservices:", 1),
    "what is no comment above the services": ("  web:", "  -\n  web:", 0),
    "two entries": (
        "    labels: {a: b}\n\n  # Between two.\n  app:\n",
        "    labels: {c: d}\n  app:\n    tty: true\n",
        0,
    ),
    "the last line": ("  2]\n", "  2, 3]", 1),
}


def flat(node: Any, root: Source) -> Any:  # noqa: ANN401  # a node becomes a tuple
    """Return a node as a tuple, with its place in a text."""
    source, span = node.source.to_root(node.span)
    assert source is root
    if isinstance(node, Scalar):
        return node.text, node.style, node.tag, span
    if isinstance(node, Alias):
        return node.name, span
    if isinstance(node, Sequence):
        return [flat(one, root) for one in node.items], node.tag, span
    assert isinstance(node, Mapping)
    return [(flat(key, root), flat(value, root)) for key, value in node.pairs], node.tag, span


def read(source: Source) -> Any:  # noqa: ANN401  # as above
    """Return what a text is, or why it is none."""
    try:
        stream = parse(source, shares_anchors=True, go_version=4, by_entries=True)
    except UnreadableError as error:
        return error.failure.message, error.failure.span
    return [flat(root, source) for root in stream.documents], [
        flat(one, source) for two in stream.repeats for one in two
    ]


def pieces_of(source: Edited) -> list[Piece]:
    return [part.piece for part in source.tree.parts] if source.tree is not None else []


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_read_as_the_whole_text_is(change: str) -> None:
    old, new, count = CHANGES[change]
    before = Edited("compose.yaml", TEXT)
    assert read(before) == read(Source("compose.yaml", TEXT))
    pieces = pieces_of(before)
    assert len(pieces) == len(("version", "web", "db", "app", "volumes", "x-more"))
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    after = Edited("compose.yaml", text, before=before)
    assert read(after) == read(Source("compose.yaml", text))
    # All entries but the one that changed are the same, or else the whole text was parsed.
    changed = 0 if count is None else count or len(pieces)
    assert len(pieces) - len({*map(id, pieces)} & {*map(id, pieces_of(after))}) == changed
    back = Edited("compose.yaml", TEXT, before=after)
    assert read(back) == read(Source("compose.yaml", TEXT))


@pytest.mark.parametrize("seed", range(3))
def test_random_changes_are_read_as_the_whole_text_is(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # the same changes each time
    text, before = TEXT, Edited("compose.yaml", TEXT)
    read(before)
    for _ in range(120):
        changed = edited(text, dice, PIECES)
        after = Edited("compose.yaml", changed, before=before)
        assert read(after) == read(Source("compose.yaml", changed)), changed
        is_kept = dice.random() < 0.1
        before, text = (after, changed) if is_kept else (Edited("compose.yaml", text, before=after), text)
        assert read(before) == read(Source("compose.yaml", text)), text


def test_a_text_that_was_broken_for_a_moment_keeps_its_entries() -> None:
    first = Edited("compose.yaml", TEXT)
    read(first)
    pieces = pieces_of(first)
    broken = Edited("compose.yaml", TEXT.replace("image: nginx", 'image: "nginx'), before=first)
    assert isinstance(read(broken)[0], str)
    mended = Edited("compose.yaml", TEXT.replace("image: nginx", "image: httpd"), before=broken)
    read(mended)
    assert [one in pieces for one in pieces_of(mended)] == [True, False, True, True, True, True]


def test_an_older_text_is_read_by_itself_once_a_newer_one_has_its_entries() -> None:
    first = Edited("compose.yaml", TEXT)
    said = read(first)
    read(Edited("compose.yaml", f"{TEXT}x-new: 1\n", before=first))
    assert read(first) == said


def test_a_change_parses_the_entry_that_it_is_in_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    compose = composer._compose  # noqa: SLF001  # to see what is parsed

    def seen(source: Source, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401
        parsed.append(source.text)
        return compose(source, *arguments, **more)

    monkeypatch.setattr(composer, "_compose", seen)
    before = Edited("compose.yaml", TEXT)
    read(before)
    parsed.clear()
    read(Edited("compose.yaml", TEXT.replace("'postgres'", "redis"), before=before))
    assert parsed == ["services:\n  db:\n    image: redis\n    labels: {a: b}\n\n  # Between two.\n"]


def test_an_answer_is_found_once_for_an_entry_and_each_time_for_all_else() -> None:
    piece = Piece("image: x", Source("compose.yaml", "image: x"), 0)
    value = Scalar("x", "", None, piece, Span(7, 8))
    asked: list[str] = []

    def answer() -> int:
        asked.append("")
        return len(asked)

    assert [once(value, "a", answer), once(value, "a", answer)] == [1, 2]
    piece.forms[id(value)] = value
    assert [once(value, "a", answer), once(value, "a", answer), once(value, "b", answer)] == [3, 3, 4]
    # What tells of a fault is found each time, so that the fault is told each time.
    assert [once(value, "c", answer, lambda: len(asked)), once(value, "c", answer, lambda: len(asked))] == [5, 6]
    others = [value._replace(text=str(number)) for number in range(1000)]
    for one in others:
        add_form(value, one)
    assert len(piece.forms) < 100
    assert once(value, "a", answer) == 7
