"""How a file writes lists, indentation and quotes, and values written in that way."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.fixes.yaml_edits.lines import column
from dropcap.fixes.yaml_edits.tree import is_flow
from dropcap.lang.yaml import Mapping, Pair, Scalar, Sequence
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import TypeVar

    from dropcap.fixes.yaml_edits.tree import Tree

    T = TypeVar("T")

_DEFAULT_STEP = 2
# What needs no quotes anywhere: it is a text to every program, and opens and closes nothing.
_PLAIN = re.compile(r"[A-Za-z_/](?:[\w./@+=-]|:(?=[\w./]))*")
# What some program takes for a truth value or for nothing.
_WORDS = frozenset({"y", "yes", "n", "no", "on", "off", "true", "false", "null"})


class Style(NamedTuple):
    """How a file is written.

    Attributes:
        is_flow: whether lists stand in brackets.
        offset: by how many columns the dash of an item stands behind its list's key.
        step: by how many columns the keys of a mapping stand behind its own.
        quote: what is put around the items of lists: a quotation mark or nothing.

    """

    is_flow: bool
    offset: int
    step: int
    quote: str


@lru_cache(maxsize=8)
def style_of(tree: Tree, alike: Collection[str]) -> Style:
    """Return how a file is written.

    Args:
        tree: the file.
        alike: the keys of lists that are looked at before others, to learn how lists are written.

    """
    forms: Counter[bool] = Counter()
    forms_alike: Counter[bool] = Counter()
    offsets: Counter[int] = Counter()
    steps: Counter[int] = Counter()
    quotes: Counter[str] = Counter()
    quotes_alike: Counter[str] = Counter()
    text = tree.text
    for at in tree.places():
        pair = at.node
        if not isinstance(pair, Pair) or not isinstance(pair.key, Scalar):
            continue
        value, is_alike = pair.value, pair.key.text in alike
        if isinstance(value, Mapping) and value.pairs and not is_flow(text, value):
            steps[column(text, value.span.start) - column(text, pair.key.span.start)] += 1
        if not isinstance(value, Sequence) or not value.items or not isinstance(value.items[0], Scalar):
            continue
        in_brackets = is_flow(text, value)
        forms[in_brackets] += 1
        forms_alike[in_brackets] += is_alike
        if not in_brackets:
            offsets[column(text, value.span.start) - column(text, pair.key.span.start)] += 1
        for item in value.items:
            if isinstance(item, Scalar) and (not item.style or is_plain(item.text)):
                quotes[item.style] += 1
                quotes_alike[item.style] += is_alike
    step = _most(steps, _DEFAULT_STEP)
    return Style(
        is_flow=_most(forms_alike if forms_alike.total() else forms, False),  # noqa: FBT003  # as the counted are
        offset=max(_most(offsets, step), 0),
        step=step if step > 0 else _DEFAULT_STEP,
        quote=_most(quotes_alike if quotes_alike.total() else quotes, ""),
    )


def _most(counts: Counter[T], default: T) -> T:
    """Return what is there most often; of several the first."""
    return max(counts, key=lambda one: counts[one]) if counts else default


def is_plain(text: str) -> bool:
    """Whether a text means itself without quotes, wherever it stands."""
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS


def quoted(text: str, quote: str = "") -> str:
    """Write a text as a value, in the quotation marks that are wanted if it can be written in them."""
    if not quote and is_plain(text):
        return text
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\U{code:08x}"  # noqa: PLR2004  # what two digits hold
