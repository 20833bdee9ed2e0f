"""Which rules are asked about a container, by what is written of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Container

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from dropcap.model import Problem
    from dropcap.rule import Rule

    Question = tuple[Rule, Callable[[Any], Iterable[Problem]]]


class Questions:
    """The questions of some rules.

    Most containers write the same few fields: which rules have a question about such is found once for all of them.
    """

    __slots__ = ("_of_containers", "_parts", "_rules", "ids", "of_stages")

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Take the rules, in the order in which they are asked."""
        self._rules = rules
        self._parts: dict[object, Questions] = {}
        self.ids = frozenset(rule.id for rule in rules)
        """The ids of the rules that are asked."""
        self._of_containers: dict[tuple[bool, ...], list[Question]] = {}
        self.of_stages: list[Question] = [(rule, rule.check_stage) for rule in rules if rule.check_stage]
        """What is asked about a Dockerfile's stage: that starts nothing, so there are questions of its own."""

    def chosen(self, select: Sequence[str], extend_select: Sequence[str], ignore: Sequence[str]) -> Questions:
        """Return the questions of the rules that are chosen, or are on by default where none is; see `rule.choose`."""
        key = (*select, "", *extend_select, "", *ignore)
        found = self._parts.get(key)
        if found is None:
            on = select or [rule.id for rule in self._rules if rule.on_by_default]
            wanted = {*on, *extend_select}.difference(ignore)
            found = self._parts[key] = Questions([rule for rule in self._rules if rule.id in wanted])
        return found

    def of(self, container: Container) -> list[Question]:
        """Return what is asked about a container."""
        written = tuple(map(bool, container))
        questions = self._of_containers.get(written)
        if questions is None:
            fields = {field for field, is_written in zip(Container._fields, written, strict=True) if is_written}
            questions = self._of_containers[written] = [
                (rule, rule.check)
                for rule in self._rules
                if rule.check and not (rule.fields and fields.isdisjoint(rule.fields))
            ]
        return questions
