"""What to do about a value of the wrong type: only what the schema then allows, so that no hint leads to a refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dropcap.carriers.compose.field_table import LIST, column
from dropcap.carriers.compose.schema.to_python import UnknownValue
from dropcap.carriers.compose.value_checks import wrong_volume
from dropcap.docker_cli import engine_refusals
from dropcap.lang.yaml import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.carriers.compose.field_table import Field
    from dropcap.lang.yaml import Node

    Remedy = tuple[str, Any]

_SIZE = 60
_QUOTE = "put it into quotes"

_JOINED_BY = {
    **dict.fromkeys(("annotations", "args", "build_args", "environment", "labels", "sysctls"), "="),
    **dict.fromkeys(("additional_contexts", "ssh"), "="),
    **dict.fromkeys(("devices", "dns_opt", "external_links", "extra_hosts", "links", "ports", "security_opt"), ":"),
    **dict.fromkeys(("tmpfs", "volumes", "volumes_from"), ":"),
}
"""What stands between a name and its value in an item of these lists."""

_NAMES = frozenset({"depends_on", "models", "networks"})
"""Lists of names that may be mappings of names too."""

_WORDS = frozenset({"command", "entrypoint", "test"})
"""Lists of words, which may hold anything."""

_WITHOUT_BLANKS = frozenset(
    {"cap_add", "cap_drop", "configs", "depends_on", "dns", "dns_search", "expose", "group_add", "links", "networks"}
    | {"ports", "profiles", "secrets", "volumes_from"}
)
"""Lists whose items hold no blank."""

_REFUSED: dict[str, Callable[[str], str | None]] = {
    "ports": engine_refusals.port,
    "security_opt": engine_refusals.security_option,
    "volumes": wrong_volume,
}
"""What says that an item is refused all the same."""


def remedy(
    steps: Sequence[str | int],
    types: Sequence[str],
    instance: Any,  # noqa: ANN401  # plain data is of any type
    node: Node,
    fits: Callable[[Any], bool],
) -> str:
    """Say what helps; nothing if that is not known.

    Args:
        steps: where the value stands.
        types: the types that are allowed, as a schema names them.
        instance: the value.
        node: the value's node.
        fits: whether the schema allows a value there.

    """
    found = _remedies(steps, types, instance, node)
    name = list_of(steps) or (str(steps[-1]) if steps else "")
    return next((sentence for sentence, mended in found if fits(mended) and not _is_refused(name, mended)), "")


def _is_refused(name: str, mended: Any) -> bool:  # noqa: ANN401  # as above
    texts = mended if isinstance(mended, list) else [mended]
    refused = _REFUSED.get(name)
    return refused is not None and any(isinstance(text, str) and refused(text) for text in texts)


def joined(steps: Sequence[str | int], instance: Any) -> str:  # noqa: ANN401  # as above
    """Say how an item of a list is written that is a mapping of one name to one value by mistake, as `- a: b` is."""
    name, text = list_of(steps), _joined(instance, ":")
    if _JOINED_BY.get(name) != ":" or text is None or _is_refused(name, text):
        return ""
    if len(text) > _SIZE or not text.isprintable():
        return "take out the space after the colon"
    return f'write "{text}"' if name == "ports" else f"write {text}"


def list_of(steps: Sequence[str | int]) -> str:
    """Return the name of the list that an item stands in; an empty one if it stands in none."""
    name = steps[-2] if len(steps) > 1 and isinstance(steps[-1], int) else ""
    return name if isinstance(name, str) else ""


def _remedies(
    steps: Sequence[str | int],
    types: Sequence[str],
    instance: Any,  # noqa: ANN401  # as above
    node: Node,
) -> Iterator[Remedy]:
    if isinstance(instance, list):
        yield from _of_list(types, instance)
    elif isinstance(instance, dict):
        yield from _of_item(steps, instance) if list_of(steps) else _of_mapping(steps, types, instance)
    elif isinstance(node, Scalar):
        yield from _of_scalar(steps, types, instance, node)


def _of_scalar(
    steps: Sequence[str | int],
    types: Sequence[str],
    instance: Any,  # noqa: ANN401  # as above
    node: Scalar,
) -> Iterator[Remedy]:
    if "string" in types:
        is_version = tuple(steps) == ("version",)
        if _is_span(steps):
            if isinstance(instance, int) and not isinstance(instance, bool):
                yield f"write {instance}s", f"{instance}s"
        elif "boolean" not in types and not _is_of_numbers(types):
            yield _QUOTE + (", or take it out, as Compose no longer reads it" if is_version else ""), node.text
    elif "array" in types and isinstance(instance, (str, UnknownValue)):
        yield from _of_one_for_many(str(steps[-1]) if steps else "", node)
    elif isinstance(instance, str) and node.style in ("'", '"'):
        if instance in ("true", "false"):
            yield "take the quotes away", instance == "true"
        elif re.fullmatch(r"[-+]?[0-9]+(?:\.[0-9]+)?", instance):
            yield "take the quotes away", float(instance) if "." in instance else int(instance)


def _is_span(steps: Sequence[str | int]) -> bool:
    """Whether a field holds a span of time."""
    field: Field | None = column("form")
    for step in steps:
        field = field and field.at(LIST if isinstance(step, int) else step)
    return field is not None and field.kind in ("span", "wait")


def _is_of_numbers(types: Sequence[str]) -> bool:
    """Whether a text that is allowed stands for a number, so that quotes would not help."""
    return len(types) > 1 and {"string", "number", "integer"}.issuperset(types)


def _of_one_for_many(name: str, node: Scalar) -> Iterator[Remedy]:
    """Give what helps where a list is wanted and one text stands."""
    text = node.text
    words = text.replace(",", " ").split()
    if node.style == "" and re.match(r"-[^\s-]", text):
        if _begins_line(node):
            line = " ".join(text[1:].split())
            yield "write a space after each dash", line.split(" -")
        else:
            yield "put it into brackets, without the dash", [text[1:]]
    elif node.style in ("|", ">"):
        yield "write each line after a dash and a space, in place of the block", text.splitlines()
    elif name in _WITHOUT_BLANKS and len(words) > 1:
        yield "write each item on a line of its own, after a dash and a space", words
    elif node.style == "" and re.search(r"[][{}]", text):
        yield "put it into brackets and quotes", [text]
    else:
        yield "put it into brackets", [text]


def _begins_line(node: Scalar) -> bool:
    """Whether nothing stands before a scalar in its line."""
    before = node.source.text[: node.span.start]
    return not before[before.rfind("\n") + 1 :].strip()


def _of_item(steps: Sequence[str | int], instance: dict[str, Any]) -> Iterator[Remedy]:
    """Give what helps where an item of a list is a mapping and should be a text."""
    name = list_of(steps)
    separator = _JOINED_BY.get(name, "")
    text = _joined(instance, separator)
    if separator == ":":
        sentence = joined(steps, instance)
        if sentence:
            yield sentence, text
    elif separator and text is not None:
        yield "write an equals sign in place of the colon and the space", text
    elif name in _NAMES and all(value is None or isinstance(value, dict) for value in instance.values()):
        yield "take the dashes out, and write a colon after each name", next(iter(instance), "")
    elif list(instance.values()) == [None]:
        yield "take the colon out", next(iter(instance))
    elif name in _WORDS and _joined(instance, ": ") is not None:
        yield _QUOTE, _joined(instance, ": ")


def _of_mapping(steps: Sequence[str | int], types: Sequence[str], instance: dict[str, Any]) -> Iterator[Remedy]:
    if "array" not in types or not instance:
        return
    yield "put a dash before it", [instance]
    if all(value is None for value in instance.values()):
        yield "begin each item with a dash, and take the colons out", list(instance)
    separator = _JOINED_BY.get(str(steps[-1]) if steps else "", "")
    texts = [_joined({name: value}, separator) for name, value in instance.items()]
    if separator == ":" and None not in texts:
        has_dashes = all(name.startswith("-") for name in instance)
        dash = "write a space after each dash" if has_dashes else "begin each item with a dash"
        yield f"{dash}, and take out the spaces after the colons", [str(one).removeprefix("-") for one in texts]


def _joined(instance: Any, separator: str) -> str | None:  # noqa: ANN401  # as above
    """Return the text that a mapping of one name to one known value would be."""
    if not isinstance(instance, dict) or len(instance) != 1:
        return None
    ((name, value),) = instance.items()
    if isinstance(value, bool):
        value = str(value).lower()
    return f"{name}{separator}{value}" if isinstance(value, (str, int)) else None


def _of_list(types: Sequence[str], instance: list[Any]) -> Iterator[Remedy]:
    if "object" in types and "array" not in types and instance:
        if all(isinstance(item, dict) for item in instance):
            yield "take the dashes out", {name: value for item in instance for name, value in item.items()}
        elif all(isinstance(item, str) for item in instance):
            pairs = dict(item.partition("=")[::2] for item in instance)
            if all("=" in item for item in instance):
                yield "write a colon and a space in place of each equals sign, and no dash", pairs
            yield "write a colon after each name, and no dash before it", dict.fromkeys(instance)
    elif "string" in types and len(instance) == 1 and not isinstance(instance[0], (dict, list)):
        stands_for_another = set(types) == {"boolean", "string"} or _is_of_numbers(types)
        if not stands_for_another or not isinstance(instance[0], str):
            yield "take the dash or the brackets out", instance[0]
