"""The scripts by which shells complete what a person types: a module a shell, with `script() -> Iterator[str]`.

Each is made of what the commands take, and of the names that their values have.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.model import Engine, Severity
from dropcap.namedtuple import NamedTuple
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dropcap.commands.options import Option

FILE, FOLDER, WORDS, LIST, NOTHING = "file", "folder", "words", "list", "nothing"
"""What a value is: a file, a folder, one of some words, words with commas between, or what nobody can guess."""

_FILES = frozenset({"FILE", "PATH", "PATH|URL", "[PATH] [SERVICE ...]", "[IMAGE=]PLACE"})
_RULES = "RULE,…"


class Value(NamedTuple):
    """What a value may be.

    Attributes:
        kind: one of those above.
        words: those that it may be.

    """

    kind: str
    words: tuple[str, ...] = ()


def value_of(command: str, option: Option) -> Value:
    """Return what the value of an option may be, or what a command takes without one."""
    if option.choices:
        return Value(WORDS, option.choices)
    if option.value in _WORDS:
        return Value(LIST if option.value == _RULES else WORDS, _WORDS[option.value]())
    if "--compose" in option.names:
        return Value(WORDS, ("2", "5"))
    if option.value in _FILES or "--stdin-filename" in option.names:
        is_first = command == "images" and not option.is_option
        return Value(FILE, ("lock",) if is_first else ())
    return Value(FOLDER if option.value == "FOLDER" else NOTHING)


def rule_names() -> tuple[str, ...]:
    """Return the ids of the rules that are installed."""
    return tuple(sorted(rule.id for rule in load_rules()))


_WORDS: Mapping[str, Callable[[], tuple[str, ...]]] = {
    _RULES: rule_names,
    "RULE|CAPABILITY": lambda: (*rule_names(), *NAMES),
    "SEVERITY": lambda: (*(severity.label for severity in Severity), "never"),
    "ENGINE": lambda: tuple(engine.value for engine in Engine),
}
"""The words that a value may be, by its name."""


def brief(text: str) -> str:
    """Return what an option does, to fit beside its name: without parentheses and what a colon or a semicolon adds."""
    kept, depth = "", 0
    for character in re.split(r"[;:] ", text)[0]:
        depth += character == "("
        kept += character if not depth else ""
        depth -= character == ")"
    return " ".join(kept.replace("`", "").split())
