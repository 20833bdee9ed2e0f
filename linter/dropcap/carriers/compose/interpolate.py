"""The variables of a Compose file replaced by their values, before it is merged with anything.

Values are replaced, never keys; a text in a field that is typed is cast afterwards, with or without a variable.
Source: compose-go, `interpolation/interpolation.go`.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from dropcap.carriers.compose.coercions import NotCastError, cast
from dropcap.carriers.compose.field_table import Walk, column
from dropcap.carriers.compose.nodes import path_text
from dropcap.carriers.compose.substitute import RequiredError, Substitution, substitute
from dropcap.carriers.compose.variables import InvalidTemplateError
from dropcap.carriers.compose.version import COMPOSE_5
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.lang.yaml import Mapping, Scalar
from dropcap.lang.yaml.pieces import add_form, once
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.environment import Environment, Variable
    from dropcap.carriers.compose.field_table import Field
    from dropcap.carriers.compose.nodes import Path
    from dropcap.carriers.compose.version import Version
    from dropcap.lang.yaml import Value
    from dropcap.source import Source

__all__ = ["InvalidTemplateError", "RequiredError", "Substitution", "Use", "interpolate", "substitute"]

MAX_GROWTH = 16_000_000
"""How many characters a file may grow by."""

_ESCAPED_DOLLAR = r"\\(?:x|u00|U000000)24"


class Use(NamedTuple):
    """A variable that decides what a scalar is.

    Attributes:
        source: the text that the scalar stands in.
        span: where it stands.
        name: the variable.
        variable: its value, and the place that sets it; None where it is not set.
        is_empty: whether its reference leaves nothing behind.

    """

    source: Source
    span: Span
    name: str
    variable: Variable | None
    is_empty: bool


def interpolate(
    root: Mapping,
    environment: Environment,
    log: Diagnostics,
    uses: list[Use] | None = None,
    version: Version = COMPOSE_5,
) -> Mapping:
    """Replace the variables of a file, and cast what is typed.

    A scalar whose text changes is a string in double quotes from then on, or a plain value where it is cast; it
    keeps its place. One that depends on what is not known says so by its `unknown`, and is not cast. What does
    not change is given back as it is, the very same node.

    Args:
        root: a document of a file.
        environment: the variables.
        log: told what Compose refuses; such a scalar stays as it is.
        uses: gathers which variable decides which scalar.
        version: the version of Docker Compose.

    """
    casts = column("cast", "cast_5") if version.casts_conditions else column("cast")
    text = root.source.text
    has_escape = "\\" in text and re.search(_ESCAPED_DOLLAR, text) is not None
    replacer = _Replacer(environment, log, has_dollar=has_escape or "$" in text, has_escape=has_escape)
    changed = Walk(replacer.replaced, replacer.passes, replacer.kept).inside(root, casts)
    if uses is not None:
        uses += replacer.uses.values()
    return changed if isinstance(changed, Mapping) else root


class _Replacer:
    """Replaces the scalars of one file."""

    def __init__(self, environment: Environment, log: Diagnostics, *, has_dollar: bool, has_escape: bool) -> None:
        self.uses: dict[tuple[int, Span, str], Use] = {}
        self._environment = environment
        self._log = log
        self._has_dollar = has_dollar
        self._has_escape = has_escape
        self._growth = 0

    def passes(self, value: Value) -> bool:
        """Whether a glance at a value's text says that there is nothing to replace in it."""
        if isinstance(value, Scalar):
            return "$" not in value.text
        if not self._has_dollar:
            return True
        text, (start, end) = value.source.text, value.span
        return not self._has_escape and text.find("$", start, end) < 0 and text.find("*", start, end) < 0

    def kept(self, value: Value, field: Field | None, walk: Callable[[], Value]) -> Value:
        """Replace what is in an entry of a text that is being edited, or give what came of it before."""
        if self.passes(value):
            return once(value, ("cast", id(field)), walk, self._log.told)

        def replace() -> tuple[Value, dict[tuple[int, Span, str], Use], int]:
            count, growth = len(self.uses), self._growth
            found = walk()
            added = self._growth - growth
            self._growth = growth
            return found, dict(islice(self.uses.items(), count, None)), added

        question = ("replaced", id(field), self._environment.number)
        found, uses, growth = once(value, question, replace, self._log.told)
        self.uses.update(uses)
        self._growth += growth
        add_form(value, found)
        return found

    def replaced(self, value: Value, kind: str, path: Path) -> Value:
        """Replace the variables of a scalar, and cast it."""
        has_dollar = isinstance(value, Scalar) and "$" in value.text
        if not isinstance(value, Scalar) or not (has_dollar or kind) or scalar_type(value) != "text":
            return value
        scalar = value
        try:
            if has_dollar:
                scalar = self._substituted(scalar)
            return cast(scalar, kind) if kind and not scalar.unknown else scalar
        except InvalidTemplateError as error:
            self._refuse_inside(scalar, error.offset, f"{path_text(path)} {error}")
        except (RequiredError, NotCastError) as error:
            self._log.error(scalar, f"{path_text(path)} {error}")
        return scalar

    def _substituted(self, scalar: Scalar) -> Scalar:
        result = substitute(scalar.text, self._environment)
        self._growth += max(0, len(result.text) - len(scalar.text))
        if self._growth > MAX_GROWTH:
            message = f"adds more than {MAX_GROWTH:,} characters to the file by its variables: dropcap stops here"
            raise InvalidTemplateError(0, message)
        for name, variable in result.used:
            self._use(scalar, Use(scalar.source, scalar.span, name, variable, name in result.empty))
        for name in result.empty:
            self._use(scalar, Use(scalar.source, scalar.span, name, None, is_empty=True))
        if result.text != scalar.text:
            return scalar._replace(text=result.text, style='"', unknown=result.unknown)
        return scalar._replace(unknown=result.unknown) if result.unknown else scalar

    def _use(self, scalar: Scalar, use: Use) -> None:
        self.uses.setdefault((id(scalar.source), scalar.span, use.name), use)

    def _refuse_inside(self, scalar: Scalar, offset: int, message: str) -> None:
        from dropcap.lang.yaml.text import text_piece

        end = min(offset + 2, len(scalar.text))
        self._log.error_at(*text_piece(scalar).to_root(Span(offset, end)), message)
