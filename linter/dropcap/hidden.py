"""What of a file's text is nobody's to print: values of environments and labels, and what looks like a secret.

In YAML and JSON the parser decides where the values stand, whatever they look like; :mod:`dropcap.masking` guesses the
rest. A value that a command got by a variable is hidden as it is where it was set.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.masking import mask, without_secrets
from dropcap.model import Kind, UnreadableError
from dropcap.source import Answer, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang import jsonc, yaml
    from dropcap.model import Container, Failure
    from dropcap.source import Span

    Node = yaml.Node | jsonc.Node

_HOLDERS = frozenset(
    {"environment", "env", "containerenv", "remoteenv", "variables", "labels", "annotations", "args", "build_args"}
)
"""Keys, in lower case, whose mappings hold values of whoever wrote the file, and whose lists hold `NAME=value`."""
_JSON = (".json", ".jsonc")
_COMMANDS = frozenset({Kind.RUN, Kind.CREATE, Kind.EXEC, Kind.UPDATE, Kind.POD, Kind.BUILD})
_LINE = 4096  # in a longer one every value is looked up
_SHORTEST = 4  # a shorter value, as a version or a switch, says little and is found in many words


def shown_of(container: Container, text: str) -> str:
    """Return a text of a container, as its name or its image, without what its file hides elsewhere."""
    text = without_secrets(text)
    if container.kind not in _COMMANDS or not text:
        return text
    root, anchor = container.source.to_root(container.span)
    if _is_typed(text, root, anchor):
        return text
    for hidden in _hidden_texts(root):
        text = text.replace(hidden, "*" * len(hidden))
    return text


def shown_message(failure: Failure) -> str:
    """Return what a failure says, without the value that it points at where its file hides that."""
    message = without_secrets(failure.message)
    if failure.source is None or failure.span is None:
        return message
    root, span = failure.source.to_root(failure.span)
    value = root.text[span.start : span.end].strip("\"'")
    if len(value) >= _SHORTEST and value in message and value in _hidden_texts(root):
        return message.replace(value, "*" * len(value))
    return message


def _is_typed(text: str, root: Source, anchor: Span) -> bool:
    """Return whether a text is a word of the command itself, which begins at an anchor, and came by no variable."""
    line = root.text[anchor.end : anchor.end + _LINE].replace("\\\n", " ")
    for end in "\n;&{[":
        line = line.partition(end)[0]
    return text in (word.strip("\"',") for word in line.split())


@lru_cache(maxsize=4)
def _hidden_texts(source: Source) -> tuple[str, ...]:
    """Return the texts that a file hides, the longest first."""
    shown = mask(without_values(source).text)
    found: set[str] = set()
    for match in re.finditer(r"\*+", shown):
        text = source.text[match.start() : match.end()]
        # A line of a unit may set several variables.
        found.update(part.strip("\"'") for word in (text, *text.split()) for part in (word, word.partition("=")[2]))
    return tuple(sorted((text for text in found if len(text) >= _SHORTEST and set(text) != {"*"}), key=len)[::-1])


@lru_cache(maxsize=4)
def without_values(source: Source) -> Source:
    """Return a text of the same length in which the values of environments and labels are asterisks."""
    if not _is_json(source) and not source.path.lower().endswith((".yaml", ".yml")):
        return source
    text = source.text
    pieces: list[str] = []
    done = 0
    for start, end in sorted(_values(source)):
        if end > done:
            pieces += text[done : max(start, done)], _stars(text[max(start, done) : end])
            done = end
    return Source(source.path, "".join((*pieces, text[done:]))) if done else source


def _is_json(source: Source) -> bool:
    return isinstance(source, Answer) or source.path.lower().endswith(_JSON)


def _stars(text: str) -> str:
    """Hide a text, but not where its lines end."""
    return "".join(character if character in "\r\n" else "*" for character in text)


def _values(source: Source) -> Iterator[Span]:
    from dropcap.lang import jsonc, yaml

    pending: list[tuple[Node, bool]] = [(root, False) for root in _roots(source)]
    while pending:
        node, is_value = pending.pop()
        if isinstance(node, yaml.Mapping):
            pending += [(pair.value, is_value or _holds_values(pair.key)) for pair in node.pairs]
        elif isinstance(node, jsonc.Object):
            pending += [(member.value, is_value or _holds_values(member.key)) for member in node.members]
        elif isinstance(node, jsonc.Array):
            pending += [(item, is_value) for item in node.items]
        elif isinstance(node, yaml.Sequence):
            for item in node.items:
                if is_value and isinstance(item, yaml.Scalar):
                    yield _behind_name(item)
                else:
                    pending.append((item, is_value))
        elif is_value and isinstance(node, yaml.Scalar | jsonc.Scalar):
            yield node.span


def _behind_name(node: yaml.Scalar) -> Span:
    """Return what of a list's item is a value: what follows the name in `NAME=value`, and nothing of a name alone."""
    span = node.span
    equals = node.source.text.find("=", span.start, span.end)
    return span._replace(start=span.end if equals < 0 else equals + 1)


def _holds_values(key: Node) -> bool:
    text = getattr(key, "text", None) or getattr(key, "value", "")
    return str(text).lower() in _HOLDERS


def _roots(source: Source) -> tuple[Node, ...]:
    """Return the roots of a text that is YAML or JSON; none of one that is neither."""
    from dropcap.lang import jsonc, yaml

    try:
        if _is_json(source):
            return (jsonc.parse(source).root,)
        return yaml.parse(source).documents
    except UnreadableError:
        return ()
