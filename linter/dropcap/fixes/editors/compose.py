"""The editor of Compose files and Swarm stacks.

A value is changed in the file where it stands: a file that is laid over others, an included one, a fragment that
several services merge in. A new key stands in the service's own mapping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.fixes.contract import RefusedError, place
from dropcap.fixes.yaml_edits.adding import after_item, after_pair, in_brackets
from dropcap.fixes.yaml_edits.removing import MOST_PARTS, removals
from dropcap.fixes.yaml_edits.style import quoted, style_of
from dropcap.fixes.yaml_edits.tree import Place, plain_scalar, tree_of
from dropcap.fixes.yaml_edits.writing import in_place_of, rewritten
from dropcap.lang.yaml import Alias, Mapping, Pair, Scalar, Sequence, target
from dropcap.model.changes import Edit, Put, Remove, Replace
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as List
    from typing import Any

    from dropcap.fixes.contract import Change
    from dropcap.fixes.yaml_edits.tree import Tree
    from dropcap.lang.yaml import Node
    from dropcap.model import Container, Located
    from dropcap.source import Source

_LISTS = frozenset({"cap_add", "cap_drop", "security_opt", "group_add", "devices"})
_FLAGS = frozenset({"privileged", "read_only"})
_TEXTS = frozenset({"user", "pid", "ipc", "uts", "userns", "cgroup"})
_KEYS = {"userns": "userns_mode"}
_ALIKE = frozenset({"cap_add", "cap_drop", "security_opt"})
_FAMILY = ("cap_add", "cap_drop", "security_opt", "privileged")
"""The keys that a new one of them stands behind, the last that is there."""
_HEADS = ("image", "build", "extends")
"""The keys that any other new one stands behind."""


class _Field(NamedTuple):
    """What a field of a service is to be.

    Attributes:
        key: its key.
        pair: the pair of the service's own mapping that has it; None where it has none.
        tree: the file that this stands in.
        values: what the field has now.
        wanted: what it is to have.

    """

    key: str
    pair: Place | None
    tree: Tree
    values: tuple[Located[Any], ...]
    wanted: tuple[str, ...]


def edits(container: Container, changes: List[Change]) -> Iterator[Edit]:
    """Return the edits that make all changes of one fix to a service; see :mod:`dropcap.fixes`."""
    return _edits(container, changes, is_own=False)


def otherwise(container: Container, changes: List[Change]) -> Iterator[Edit]:
    """Return edits that do the same in the service's own mapping, and leave alone what it shares with others."""
    return _edits(container, changes, is_own=True)


def _edits(container: Container, changes: List[Change], *, is_own: bool) -> Iterator[Edit]:
    removed: dict[Source, list[Place]] = {}
    added: list[tuple[str, str | List[str]]] = []
    own: tuple[Tree, Place] | None = None
    for change in changes:
        if isinstance(change, Remove):
            source, span = place(change.where)
            part = _whole(tree_of(source).part(span))
            _refuse_variable(part)
            removed.setdefault(source, []).append(part)
        elif isinstance(change, Replace):
            source, span = place(change.where)
            tree = tree_of(source)
            yield rewritten(tree, tree.value(span), change.value)
        else:
            own = own or _mapping_of(container)
            field = _field(container, change, own, is_own=is_own)
            if field.pair is not None:
                found, gone = _changed(field)
                yield from found
                removed.setdefault(field.tree.source, []).extend(gone)
            elif field.wanted:
                added.append((field.key, field.wanted if change.field in _LISTS else _written(change)))
            elif field.values:
                raise RefusedError(f"its {field.key} stands in {place(field.values[0])[0].path}")
    if added and own is not None:
        tree, mapping = own
        taken = {id(part.node) for part in removed.get(tree.source, ())}
        added.sort(key=_rank)
        yield after_pair(tree, _neighbour(mapping, taken, added[0][0]), added, style_of(tree, _ALIKE))
    for source, parts in removed.items():
        yield from removals(tree_of(source), parts)


def _rank(added: tuple[str, object]) -> int:
    """Return what new keys are sorted by: a drop stands before an addition."""
    return {"cap_drop": 0, "cap_add": 1}.get(added[0], 2)


def _whole(at: Place) -> Place:
    """Return what is to go for a value: an item by itself, the pair of a key."""
    holder = at.holder
    return holder if holder is not None and isinstance(holder.node, Pair) else at


def _refuse_variable(part: Place) -> None:
    node = part.node.value if isinstance(part.node, Pair) else part.node
    if isinstance(node, Scalar) and node.style not in ("|", ">"):
        plain_scalar(node, "the value")


def _mapping_of(container: Container) -> tuple[Tree, Place]:
    """Return the mapping that a service's own keys stand in, and the file.

    Raises:
        RefusedError: it has none.

    """
    source, span = container.source.to_root(container.span)
    tree = tree_of(source)
    value = tree.key(span).node
    node = target(value.value) if isinstance(value, Pair) else None
    if not isinstance(node, Mapping) or not node.pairs:
        raise RefusedError("the service has no keys of its own")
    if node.tag is not None:
        raise RefusedError(f"the service has a tag ({node.tag})")
    return tree, tree.value(node.span)


def _field(container: Container, put: Put, own: tuple[Tree, Place], *, is_own: bool) -> _Field:
    """Find where a field is to be written, and what has to stand there; with `is_own` in the service itself."""
    if put.field not in _LISTS | _FLAGS | _TEXTS:
        raise RefusedError(f"dropcap does not write {put.field}")
    tree, mapping = own
    key = _KEYS.get(put.field, put.field)
    pair = _own_pair(mapping, key)
    found = getattr(container, put.field)
    if put.field in _LISTS and len(found) > MOST_PARTS:
        raise RefusedError(f"its {key} has more than {MOST_PARTS} items")
    if put.field not in _LISTS:
        return _Field(key, pair, tree, () if found is None else (found,), put.values)
    held = [(one, _list_of(one)) for one in found]
    unwanted = [at for one, at in held if one.value not in put.values]
    if any(at.node.span != unwanted[0].node.span or not _is_one_file(at, unwanted[0]) for at in unwanted):
        raise RefusedError(f"its {key} stands in several lists")
    # Lists of several files and of services that are extended come together; what `<<` merges in is laid over.
    written = pair.node if pair is not None else _merged(mapping.node, key)
    value = target(written.value) if isinstance(written, Pair) else None
    shared = unwanted[0] if unwanted else next((at for _, at in held if _is_at(at, value)), None)
    if is_own or shared is None:
        others = [one for one, at in held if not _is_at(at, value)]
        wrong = next((one for one in others if one.value not in put.values), None)
        if wrong is not None:
            source, span = place(wrong)
            raise RefusedError(f"{source.path}:{source.position(span.start).line} gives {wrong.value} as well")
    else:
        others = [one for one, at in held if not _is_at(at, shared.node)]
        pair, tree = shared.holder, tree_of(shared.node.source)  # type: ignore[union-attr]  # a list has a source
        if pair is None or not isinstance(pair.node, Pair):
            raise RefusedError(f"its {key} is written in a list of lists")
    given = {one.value for one in others}
    return _Field(key, pair, tree, found, tuple(one for one in put.values if one not in given))


def _list_of(where: Located[Any]) -> Place:
    """Return the list that a value is an item of.

    Raises:
        RefusedError: it is none's.

    """
    source, span = place(where)
    holder = tree_of(source).value(span).holder
    if holder is None or not isinstance(holder.node, Sequence):
        raise RefusedError("the value is no item of a list")
    return holder


def _is_at(at: Place, node: Node | Pair | None) -> bool:
    """Whether a place is that of a node."""
    return (
        isinstance(node, Sequence)
        and isinstance(at.node, Sequence)
        and (at.node.source is node.source and at.node.span == node.span)
    )


def _is_one_file(one: Place, other: Place) -> bool:
    return isinstance(one.node, Sequence) and isinstance(other.node, Sequence) and one.node.source is other.node.source


def _own_pair(mapping: Place, key: str) -> Place | None:
    """Return the pair of a mapping that has a key.

    Raises:
        RefusedError: it stands there twice.

    """
    pairs = mapping.node.pairs if isinstance(mapping.node, Mapping) else ()
    if len(pairs) > MOST_PARTS:
        raise RefusedError(f"the service has more than {MOST_PARTS} keys")
    found = [
        Place(pair, mapping, index)
        for index, pair in enumerate(pairs)
        if isinstance(pair.key, Scalar) and pair.key.text == key
    ]
    if len(found) > 1:
        raise RefusedError(f"{key} stands there twice")
    return found[0] if found else None


def _merged(node: object, key: str, depth: int = 0) -> Pair | None:
    """Return the pair with a key that is merged into a mapping by `<<`."""
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        return None
    for pair in node.pairs:
        if isinstance(pair.key, Scalar) and pair.key.text == "<<" and not pair.key.style:
            value = target(pair.value)
            for one in value.items if isinstance(value, Sequence) else [value]:
                inner = target(one)
                own = [
                    other
                    for other in (inner.pairs if isinstance(inner, Mapping) else ())
                    if isinstance(other.key, Scalar) and other.key.text == key
                ]
                found = own[-1] if own else _merged(inner, key, depth + 1)
                if found is not None:
                    return found
    return None


_DEEPEST = 20


def _neighbour(mapping: Place, taken: set[int], key: str) -> Place:
    """Return the pair that new ones stand behind, the first of which has a key."""
    pairs = mapping.node.pairs if isinstance(mapping.node, Mapping) else ()
    kept = [(index, pair) for index, pair in enumerate(pairs) if id(pair) not in taken]
    if not kept:
        raise RefusedError("the service has no other keys")
    for names in (_FAMILY, _HEADS) if key in _FAMILY else (_HEADS,):
        found = [one for one in kept if isinstance(one[1].key, Scalar) and one[1].key.text in names]
        if found:
            kept = found
            break
    index, pair = kept[-1]
    return Place(pair, mapping, index)


def _written(put: Put) -> str:
    if len(put.values) != 1:
        raise RefusedError(f"{put.field} holds one value")
    return put.values[0] if put.field in _FLAGS else quoted(put.values[0])


def _changed(field: _Field) -> tuple[list[Edit], list[Place]]:
    """Return the edits of a field that has a pair of its own, and what is to go."""
    pair, tree = field.pair, field.tree
    if pair is None or not isinstance(pair.node, Pair):
        return [], []
    if not field.wanted:
        return [], [pair]
    value = pair.node.value
    at = Place(value, pair, 1)
    if field.key in _FLAGS or field.key not in _LISTS:
        return [rewritten(tree, at, field.wanted[0], is_text=field.key not in _FLAGS)], []
    if isinstance(value, (Alias, Scalar)):
        return [in_place_of(tree, at, in_brackets(field.wanted, style_of(tree, _ALIKE)))], []
    if not isinstance(value, Sequence) or value.tag is not None or not value.items:
        raise RefusedError(f"{field.key} is written in another way than as a list")
    return _of_list(field, at, value)


def _of_list(field: _Field, at: Place, node: Sequence) -> tuple[list[Edit], list[Place]]:
    """Change items in their places, take out those that are too many, and add those that are missing."""
    tree = field.tree
    places = [Place(item, at, index) for index, item in enumerate(node.items)]
    texts = [plain_scalar(one.node, f"an item of {field.key}").text for one in places]
    missing = [value for value in field.wanted if value not in texts]
    seen: set[str] = set()
    unwanted = []
    for one, text in zip(places, texts, strict=True):
        if text not in field.wanted or text in seen:
            unwanted.append(one)
        seen.add(text)
    found = []
    last = places[-1]
    for one, value in zip(unwanted, missing, strict=False):
        found.append(rewritten(tree, one, value))
        last = one
    count = min(len(unwanted), len(missing))
    gone, new = unwanted[count:], missing[count:]
    if new:
        found.append(after_item(tree, last, new))
    return found, gone
