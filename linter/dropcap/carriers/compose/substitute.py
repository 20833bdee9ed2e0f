"""The references of one text, replaced by the values of variables as Docker Compose does it.

Source: compose-go, `template/template.go`. Its detours (an operator is looked for in all that follows, what stands
behind a closing brace is replaced apart) come to this: references are read from left to right, the operator is what
follows the name, and the text behind it is replaced by itself. Before Docker Compose 5.0.2 that was done first, whether
it is used or not; since then only where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.variables import InvalidTemplateError, scan
from dropcap.lang.yaml import UnknownText
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.carriers.compose.environment import Environment, Variable
    from dropcap.carriers.compose.variables import Reference

MAX_NESTED = 50
"""How deeply references may stand in each other's defaults."""

MAX_SUBSTITUTED = 1_000_000
"""How many characters the variables of one text may come to."""


MAX_REFERENCES = 100_000
"""How many references one text may have."""


class Substitution(NamedTuple):
    """What a text becomes.

    Attributes:
        text: the text; a reference whose value is not known stands in it as it is written.
        unknown: the first such reference, and why it is not known; None where all is known.
        used: the variables that decide the text and are set, each with its value.
        empty: the names whose reference leaves nothing behind.

    """

    text: str
    unknown: UnknownText | None = None
    used: tuple[tuple[str, Variable], ...] = ()
    empty: tuple[str, ...] = ()


class RequiredError(LookupError):
    """A variable that has to be set is not, or has no value where it needs one."""

    def __init__(self, name: str, message: str, offset: int) -> None:
        """Keep the variable's name, the author's message (it may be empty), and where the reference starts."""
        super().__init__(f"needs a value for the variable {name}{': ' if message else ''}{message}")
        self.name = name
        self.message = message
        self.offset = offset


def substitute(text: str, environment: Environment) -> Substitution:
    """Replace the references of a text.

    In an environment that is not complete, a variable that is not set there has the default its author gives it
    (`${V:-d}`, `${V-d}`); with `${V:+r}` and `${V+r}` there is nothing; without a default it is not known.
    Where a variable is set to something that is not known, `:-` and `:+` are not decided: the reference stays.

    Raises:
        InvalidTemplateError: Compose refuses the text, or it is beyond the limits set here.
        RequiredError: a variable that has to be set is not; only in an environment that is complete.

    """
    if "$" not in text:
        return Substitution(text)
    substituter = _Substituter(text, environment)
    if text.count("$") == 1:
        # Most texts have one reference: what stands around it is only put back.
        reference = next(scan(text, 0, len(text)), None)
        if reference is None:
            return Substitution(text)
        one = substituter.value(reference, 0)
        return one._replace(text=f"{text[: reference.start]}{one.text}{text[reference.end :]}")
    return substituter.stretch(0, len(text), 0)


_NOTHING = Substitution("")


def _may_use_word(operator: str, variable: Variable | None) -> bool:
    """Whether the text behind an operator may be what comes in its place, or what is said of its lack."""
    if variable is None:
        return operator[-1:] != "+"
    if variable.unknown:
        return True
    is_there = bool(variable.value) or not operator.startswith(":")
    return is_there is (operator[-1:] == "+")


class _Substituter:
    """Reads a text once a level of nesting."""

    __slots__ = ("_environment", "_length", "_text")

    def __init__(self, text: str, environment: Environment) -> None:
        self._text = text
        self._environment = environment
        self._length = 0

    def stretch(self, start: int, stop: int, depth: int) -> Substitution:
        """Replace what stands in a part of the text."""
        if depth > MAX_NESTED:
            raise InvalidTemplateError(start, f"nests variables more than {MAX_NESTED} levels deep: dropcap stops here")
        parts: list[str] = []
        found: list[Substitution] = []
        at = start
        for reference in scan(self._text, start, stop):
            if len(found) == MAX_REFERENCES:
                message = f"has more than {MAX_REFERENCES:,} variables: dropcap stops here"
                raise InvalidTemplateError(reference.start, message)
            one = Substitution("$") if reference.name == "$" else self.value(reference, depth)
            parts += self._text[at : reference.start], one.text
            found.append(one)
            at = reference.end
        parts.append(self._text[at:stop])
        if len(found) == 1:
            return found[0]._replace(text="".join(parts))
        return Substitution(
            "".join(parts),
            next((one.unknown for one in found if one.unknown), None),
            tuple(use for one in found for use in one.used),
            tuple(name for one in found for name in one.empty),
        )

    def value(self, reference: Reference, depth: int) -> Substitution:
        """Give what comes in the place of a reference."""
        name, operator = reference.name, reference.operator
        variable = self._environment.lookup(name)
        kind = operator[-1:]
        is_unused = self._environment.is_lazy and not _may_use_word(operator, variable)
        word = self._word(reference, depth) if operator and not is_unused else _NOTHING
        if variable is None:
            return self._unset(reference, kind, word)
        if operator in (":-", ":+") and variable.unknown:
            return self._hidden(reference, variable.unknown.reason, variable)
        is_there = bool(variable.value) or len(operator) < 2  # noqa: PLR2004  # a colon: an empty value does not count
        if (kind == "+" and is_there) or (kind == "-" and not is_there):
            return self._worded(word, name, variable)
        if kind == "?" and not is_there:
            return self._required(reference, word.text, "has no value in the project's files")
        self._count(variable.value, reference)
        empty = () if variable.value else (name,)
        return Substitution(variable.value, variable.unknown, ((name, variable),), empty)

    def _word(self, reference: Reference, depth: int) -> Substitution:
        """Replace what stands behind an operator."""
        text = self._text[reference.word : reference.end - 1]
        if "$" not in text and depth < MAX_NESTED:
            return Substitution(text)
        return self.stretch(reference.word, reference.end - 1, depth + 1)

    def _unset(self, reference: Reference, kind: str, word: Substitution) -> Substitution:
        """Give what comes in the place of a variable that is not set, as far as is known."""
        if kind == "-":
            return self._worded(word, reference.name)
        if kind == "?":
            return self._required(reference, word.text, "is not set in the project's files")
        if kind == "+" or self._environment.is_complete:
            return Substitution("", empty=(reference.name,))
        return self._hidden(reference, f"{reference.name} is not set in the project's files")

    def _required(self, reference: Reference, message: str, reason: str) -> Substitution:
        if self._environment.is_complete:
            raise RequiredError(reference.name, message, reference.start)
        return self._hidden(reference, f"{reference.name} {reason}")

    def _hidden(self, reference: Reference, reason: str, variable: Variable | None = None) -> Substitution:
        """Leave a reference as it is written."""
        text = self._text[reference.start : reference.end]
        used = ((reference.name, variable),) if variable else ()
        return Substitution(text, UnknownText(text, reason), used)

    @staticmethod
    def _worded(word: Substitution, name: str, variable: Variable | None = None) -> Substitution:
        """Give the text behind an operator; where that is nothing, the variable is named for it."""
        used = ((name, variable), *word.used) if variable else word.used
        return word._replace(used=used, empty=word.empty if word.text or word.empty else (name,))

    def _count(self, value: str, reference: Reference) -> None:
        self._length += len(value)
        if self._length > MAX_SUBSTITUTED:
            message = (
                f"is longer than {MAX_SUBSTITUTED:,} characters when its variables are replaced: dropcap stops here"
            )
            raise InvalidTemplateError(reference.start, message)
