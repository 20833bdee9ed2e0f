"""The variables of a stage while its steps are followed: each is known from its ARG or ENV on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.budget import Budget
from dropcap.lang.dockerfile.expand import Absent, ExpansionError, TooLongError, UnknownVariableError, expand
from dropcap.lang.words import Word
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dropcap.model import Instruction

__all__ = ["Variables"]


class Variables:
    """Values by name; None for one that is not known."""

    def __init__(self, values: Mapping[str, Located[str] | None] | None = None) -> None:
        """Begin with some values."""
        self._values = dict(values or {})
        self._budget: Budget | None = None

    def copy(self) -> Variables:
        """Return variables of their own with the same values."""
        return Variables(self._values)

    def set(self, step: Instruction, found: Iterable[Located[str]]) -> None:
        """Set what an ARG or an ENV sets.

        Args:
            step: the instruction.
            found: the values of its stage that are known, as `key=value`; those in the instruction count.

        """
        for word in step.value.value.replace("\n", " ").split():
            name = word.partition("=")[0]
            if name.isidentifier():
                self._values[name] = None
        span = step.value.source.to_root(step.value.span)[1]
        for one in found:
            if span.start <= one.source.to_root(one.span)[1].start <= span.end:
                name, _, value = one.value.partition("=")
                self._values[name] = Located(value, one.source, one.span)

    def expanded(self, text: str) -> str | None:
        """Return a text with its variables; None where one is not known."""
        if "$" not in text and "\\" not in text:
            return text.strip("\"'")
        self._budget = self._budget or Budget(text * 100)
        try:
            return expand(text, self._lookup, "\\", self._budget)
        except (UnknownVariableError, TooLongError, ExpansionError):
            return None

    def words(self) -> dict[str, Word]:
        """Return those that are known as a shell's evaluator takes them."""
        return {name: Word(one.value, one.source, one.span) for name, one in self._values.items() if one is not None}

    def _lookup(self, name: str) -> str | Absent:
        found = self._values.get(name)
        return Absent.UNKNOWN if found is None else found.value
