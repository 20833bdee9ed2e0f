"""The variables of a Compose file replaced by their values, before it is merged with anything.

Values are replaced, never keys; a text in a field that is typed is cast afterwards, with or without a variable.
Source: compose-go, `interpolation/interpolation.go`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.coercions import LIST, NotCastError, cast, casts
from dropcap.carriers.compose.nodes import RESET, is_merge
from dropcap.carriers.compose.substitute import RequiredError, Substitution, substitute
from dropcap.carriers.compose.variables import InvalidTemplateError
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.lang.yaml import Alias, Mapping, Pair, Scalar, Sequence, target
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from typing import TypeAlias

    from dropcap.carriers.compose.coercions import Step
    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.environment import Environment, Variable
    from dropcap.lang.yaml import Node
    from dropcap.source import Source

    _Path: TypeAlias = "tuple[_Path, str] | None"

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


def interpolate(root: Mapping, environment: Environment, log: Diagnostics, uses: list[Use] | None = None) -> Mapping:
    """Replace the variables of a file, and cast what is typed.

    A scalar whose text changes is a string in double quotes from then on, or a plain value where it is cast; it
    keeps its place. One that depends on what is not known says so by its `unknown`, and is not cast. What does
    not change is given back as it is, the very same node.

    Args:
        root: a document of a file; what is merged in by `<<` is still behind it.
        environment: the variables.
        log: told what Compose refuses; such a scalar stays as it is.
        uses: gathers which variable decides which scalar.

    """
    text = root.source.text
    has_escape = "\\" in text and re.search(_ESCAPED_DOLLAR, text) is not None
    walk = _Walk(environment, log, has_dollar=has_escape or "$" in text, has_escape=has_escape)
    changed = walk.mapping(root, casts(), None)
    if uses is not None:
        uses += walk.uses.values()
    return changed


_NOTHING_BELOW: dict[str, Step] = {}


class _Walk:
    """Replaces the nodes of one file. A node that several aliases name is read once a kind of place."""

    def __init__(self, environment: Environment, log: Diagnostics, *, has_dollar: bool, has_escape: bool) -> None:
        self.uses: dict[tuple[int, Span, str], Use] = {}
        self._environment = environment
        self._log = log
        self._has_dollar = has_dollar
        self._has_escape = has_escape
        self._done: dict[tuple[int, int], Node] = {}
        self._growth = 0

    def node(self, node: Node, step: Step | None, path: _Path) -> Node:
        """Replace what stands at a place; `step` says what is cast from there on."""
        if step is None and not self._has_dollar:
            return node
        if isinstance(node, Scalar):
            return self._scalar(node, step, path)
        if isinstance(node, Alias):
            return _aimed(node, self.node(node.target, step, path))
        if node.tag == RESET:
            return node
        key = (id(node), id(step))
        done = self._done.get(key)
        if done is None:
            done = self.mapping(node, step, path) if isinstance(node, Mapping) else self._sequence(node, step, path)
            self._done[key] = done
        return done

    def mapping(self, mapping: Mapping, step: Step | None, path: _Path) -> Mapping:
        """Replace the values of a mapping."""
        pairs: list[Pair] | None = None
        below = step.below if step is not None else _NOTHING_BELOW
        any_name = below.get("*")
        for index, pair in enumerate(mapping.pairs):
            key, value = pair
            if type(key) is not Scalar:
                key = target(key)
                if not isinstance(key, Scalar):
                    continue
            name = key.text
            if (name == "<<" or key.tag is not None) and is_merge(key):
                changed = self._merged(value, step, path)
            else:
                inner = below.get(name, any_name)
                if inner is None and (("$" not in value.text) if type(value) is Scalar else self._is_plain(value)):
                    continue  # most values are so: nothing is cast, and nothing to be replaced
                changed = self.node(value, inner, (path, name))
            if changed is not value:
                pairs = pairs or list(mapping.pairs)
                pairs[index] = Pair(pair.key, changed)
        return mapping._replace(pairs=tuple(pairs)) if pairs else mapping

    def _is_plain(self, node: Node) -> bool:
        """Whether a glance at the text of a list or mapping says that there is nothing to replace in it."""
        if self._has_escape or isinstance(node, Alias):
            return False
        text, (start, end) = node.source.text, node.span
        return text.find("$", start, end) < 0 and text.find("*", start, end) < 0

    def _sequence(self, sequence: Sequence, step: Step | None, path: _Path) -> Sequence:
        step = step and step.next(LIST)
        is_cast = step is not None and step.kind is not None
        return _with_items(
            sequence,
            [
                item if type(item) is Scalar and not is_cast and "$" not in item.text else self.node(item, step, path)
                for item in sequence.items
            ],
        )

    def _merged(self, node: Node, step: Step | None, path: _Path) -> Node:
        """Replace what a `<<` names, a mapping or a list of them, each in the place of the mapping that it is in."""
        if isinstance(node, Alias):
            return _aimed(node, self._merged(node.target, step, path))
        if isinstance(node, Sequence):
            return _with_items(node, [self.node(item, step, path) for item in node.items])
        return self.node(node, step, path)

    def _scalar(self, scalar: Scalar, step: Step | None, path: _Path) -> Scalar:
        kind = step.kind if step else None
        has_dollar = "$" in scalar.text
        if not (has_dollar or kind) or scalar.tag == RESET or scalar_type(scalar) != "text":
            return scalar
        try:
            if has_dollar:
                scalar = self._substituted(scalar)
            return cast(scalar, kind) if kind and not scalar.unknown else scalar
        except InvalidTemplateError as error:
            self._refuse_inside(scalar, error.offset, f"{_name(path)} {error}")
        except (RequiredError, NotCastError) as error:
            self._log.error(scalar, f"{_name(path)} {error}")
        return scalar

    def _substituted(self, scalar: Scalar) -> Scalar:
        result = substitute(scalar.text, self._environment)
        self._growth += max(0, len(result.text) - len(scalar.text))
        if self._growth > MAX_GROWTH:
            message = f"makes the file more than {MAX_GROWTH:,} characters longer by its variables"
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


def _aimed(alias: Alias, value: Node) -> Alias:
    """Let an alias stand for what its node has become."""
    return alias if value is alias.target or isinstance(value, Alias) else alias._replace(target=value)


def _with_items(sequence: Sequence, items: list[Node]) -> Sequence:
    if all(one is other for one, other in zip(items, sequence.items, strict=True)):
        return sequence
    return sequence._replace(items=tuple(items))


def _name(path: _Path) -> str:
    """Write a path for people: `services.web.privileged`."""
    names: list[str] = []
    while path is not None:
        path, name = path
        names.append(name)
    return ".".join(reversed(names))
