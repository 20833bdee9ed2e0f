"""What Docker Compose or an engine refuses, and is certain to be meant otherwise.

It is an error and no finding, so no rule knows it. Only lists of capabilities and of security options are looked at:

* one value in the place of a list: `cap_drop: ALL`;
* an option with a blank, which makes a mapping of it or an invalid value: `- no-new-privileges: true`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.fixes.candidates import Candidate, Member, Refusal
from dropcap.fixes.contract import RefusedError
from dropcap.fixes.proof import failure_key
from dropcap.fixes.yaml_edits.adding import in_brackets
from dropcap.fixes.yaml_edits.style import quoted, style_of
from dropcap.fixes.yaml_edits.tree import is_flow, plain_scalar, tree_of
from dropcap.lang.yaml import Mapping, Pair, Scalar, Sequence
from dropcap.model import Kind, Level, Located, Severity
from dropcap.model.changes import Edit, Replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.fixes.reading import Reading
    from dropcap.fixes.yaml_edits.tree import Place, Tree
    from dropcap.model import Container, Failure
    from dropcap.source import Source, Span

_FIELDS = frozenset({"cap_add", "cap_drop", "security_opt"})
_BLANK = re.compile(r"([a-z-]+)[ \t]*([:=])[ \t]*(true|false|unconfined|disable)", re.ASCII)
INVALID = "invalid"
"""What stands in the place of a rule's id: no rule finds these."""


def repairs(number: int, reading: Reading) -> Iterator[Candidate | Refusal]:
    """Give what can be tried of the errors of a project; most are not to be repaired, and nothing is said of those."""
    containers = reading.result.containers
    if not any(container.kind is Kind.SERVICE for container in containers):
        return
    for failure in reading.result.failures:
        if failure.level is Level.ERROR and failure.source is not None and failure.span is not None:
            found = _repair(failure.source, failure.span)
            if found is not None:
                edit, value = found
                members = tuple(_members(number, containers, failure, edit, value))
                if members:
                    message = "make a list of it" if value is None else f"write {value}"
                    yield Candidate((edit,), members, message, safe=True, rule=INVALID, severity=Severity.HIGH)


def _repair(source: Source, span: Span) -> tuple[Edit, str | None] | None:
    """Return the edit that writes what is meant, and the text of an item of a list; None where that is not certain."""
    root, at = source.to_root(span)
    if not root.path.lower().endswith((".yaml", ".yml")):
        return None
    try:
        tree = tree_of(root)
        place = tree.value(at)
        return _of_value(tree, place)
    except RefusedError:
        return None


def _of_value(tree: Tree, at: Place) -> tuple[Edit, str | None] | None:
    holder = at.holder
    if holder is None:
        return None
    if isinstance(holder.node, Pair) and _names_field(holder.node):
        return _as_list(tree, at), None
    pair = holder.holder
    if isinstance(holder.node, Sequence) and pair is not None and _names_field(pair.node, "security_opt"):
        text = _option(tree, at)
        value = at.node
        if text is not None:
            style = value.style if isinstance(value, Scalar) else ""
            return Edit(tree.source, value.span, quoted(text, style)), text
    return None


def _names_field(node: object, *names: str) -> bool:
    key = node.key if isinstance(node, Pair) else None
    return isinstance(key, Scalar) and key.text in (names or _FIELDS)


def _as_list(tree: Tree, at: Place) -> Edit:
    """Put a single value into a list; what is written with commas or blanks may be several."""
    scalar = plain_scalar(at.node, "the value")
    words = [word for word in re.split(r"[\s,]+", scalar.text) if word]
    if len(words) != 1 or words[0] != scalar.text:
        raise RefusedError("it is not sure which values are meant")
    style = style_of(tree, _FIELDS)
    return Edit(tree.source, scalar.span, in_brackets(words, style._replace(quote=scalar.style)))


def _option(tree: Tree, at: Place) -> str | None:
    """Return the security option that is meant."""
    node = at.node
    if isinstance(node, Mapping) and len(node.pairs) == 1 and not is_flow(tree.text, node):
        key, value = node.pairs[0].key, node.pairs[0].value
        if "#" in tree.text[node.span.start : node.span.end]:
            return None
        text = f"{plain_scalar(key, 'the key').text}:{plain_scalar(value, 'the value').text}"
    elif isinstance(node, Scalar):
        text = plain_scalar(node, "the value").text
    else:
        return None
    found = _BLANK.fullmatch(text.strip())
    meant = f"{found[1]}{found[2]}{found[3]}" if found else None
    return meant if meant != getattr(node, "text", None) else None


def _members(
    number: int, containers: tuple[Container, ...], failure: Failure, edit: Edit, value: str | None
) -> Iterator[Member]:
    """Give the services that have what is refused, each with what becomes of it."""
    key = failure_key(failure)
    region = edit.source.region(edit.span)
    for index, container in enumerate(containers):
        opened = {
            field
            for unknown in container.unknowns
            if unknown.source.to_root(unknown.span) == (edit.source, edit.span)
            for field in unknown.fields
        }
        held = [one for one in container.security_opt if one.source.to_root(one.span) == (edit.source, edit.span)]
        if opened:
            yield Member(number, index, key, (), opened=tuple(sorted(opened)), at=region)
        elif held and value is not None:
            yield Member(number, index, key, (Replace(Located("", edit.source, edit.span), value),), at=region)
