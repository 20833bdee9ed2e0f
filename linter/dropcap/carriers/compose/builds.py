"""What a service is built from: its Dockerfile's stage, and the privileges that the build itself asks for.

Sources: docker/compose, `pkg/compose/build_bake.go`; compose-go, `loader/normalize.go`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.fields import Fields
from dropcap.carriers.compose.files import join
from dropcap.carriers.compose.nodes import as_list, entries, items
from dropcap.carriers.compose.yaml_types import scalar_type
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.model import Located, UnreadableError
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from dropcap.carriers.compose.entry import Entry
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value
    from dropcap.model import Container, Stage
    from dropcap.source import Source

_REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")
INSECURE = "security.insecure"


def build(container: Container, fields: Fields, scope: LoadContext) -> Container:
    """Add to a service's container what its `build` says.

    A Dockerfile that cannot be had leaves the stage open, without a word: the service is checked all the same, and
    the build fails only where the file is missing there too.
    """
    value = fields.entries["build"].value
    if isinstance(value, Scalar):
        return container._replace(stage=_stage(value.text, {}, scope) if _is_known_text(value) else None)
    if not isinstance(value, Mapping):
        return container
    parts = entries(value, "build", scope.log)
    context = parts["context"].value if "context" in parts else None
    if context is not None and not _is_known_text(context):
        return container._replace(build_grants=_grants(parts, fields))
    folder = context.text if isinstance(context, Scalar) else "."
    return container._replace(stage=_stage(folder, parts, scope), build_grants=_grants(parts, fields))


def _is_known_text(value: Value) -> bool:
    return isinstance(value, Scalar) and value.unknown is None and scalar_type(value) == "text"


def _stage(context: str, parts: dict[str, Entry], scope: LoadContext) -> Stage | None:
    """Read the Dockerfile and give the stage that is built; None where either is not known."""
    source = _dockerfile(context, parts, scope)
    if source is None:
        return None
    from dropcap.carriers import dockerfile

    wanted = parts["target"].value if "target" in parts else None
    if wanted is not None and not _is_known_text(wanted):
        return None
    try:
        document = dockerfile.read_stages(source, _arguments(parts, scope))
    except UnreadableError:
        return None  # it is told where the file itself is checked
    stage = dockerfile.target(document, wanted.text if isinstance(wanted, Scalar) else None)
    return None if _is_built_upon(stage, _names(parts, scope)) else stage


def _names(parts: dict[str, Entry], scope: LoadContext) -> frozenset[str]:
    """Give the names of the build's additional contexts."""
    value = parts["additional_contexts"].value if "additional_contexts" in parts else None
    if isinstance(value, Mapping):
        return frozenset(entries(value, "build.additional_contexts", scope.log))
    listed = items(value) if isinstance(value, Sequence) else ()
    return frozenset(item.text.partition("=")[0] for item in listed if isinstance(item, Scalar))


def _is_built_upon(stage: Stage | None, contexts: frozenset[str]) -> bool:
    """Whether a stage, or one below it, is built upon an additional context: that is no stage or image of the name."""
    while stage is not None and contexts:
        if stage.base is None or stage.base.value in contexts:
            return True
        stage = stage.parent
    return False


def _dockerfile(context: str, parts: dict[str, Entry], scope: LoadContext) -> Source | None:
    inline = parts["dockerfile_inline"].value if "dockerfile_inline" in parts else None
    if inline is not None:
        if not isinstance(inline, Scalar) or inline.unknown is not None:
            return None
        from dropcap.lang.yaml.text import text_piece

        return text_piece(inline)
    named = parts["dockerfile"].value if "dockerfile" in parts else None
    if (named is not None and not _is_known_text(named)) or context.startswith(_REMOTE):
        return None
    name = named.text if isinstance(named, Scalar) else "Dockerfile"
    try:
        return scope.files.source(join(scope.directory, os.path.join(context, name)))
    except (NotReadError, UnreadableError):
        return None


def _arguments(parts: dict[str, Entry], scope: LoadContext) -> dict[str, str | None]:
    """Give the build's arguments; None for one that is not known."""
    if "args" not in parts:
        return {}
    value = parts["args"].value
    if isinstance(value, Mapping):
        value = as_list(value, "build.args", scope.log)
    found: dict[str, str | None] = {}
    for item in items(value) if isinstance(value, Sequence) else ():
        if not isinstance(item, Scalar):
            continue
        name, equals, text = item.text.partition("=")
        if equals:
            found[name] = None if item.unknown is not None else text
            continue
        variable = scope.environment.lookup(name)
        is_known = variable is not None and variable.unknown is None
        found[name] = variable.value if is_known and variable is not None else None
    return found


def _grants(parts: dict[str, Entry], fields: Fields) -> tuple[Located[str], ...]:
    """Give what lets steps of the build run with every capability."""
    found = []
    of_build = Fields(parts, "build", fields.log)
    privileged = of_build.flag("privileged", "build_grants")
    if privileged is not None and privileged.value:
        found.append(Located("privileged", privileged.source, privileged.span))
    found += [one for one in of_build.strings("entitlements", "build_grants") if one.value == INSECURE]
    fields.unknowns += of_build.unknowns
    return tuple(found)
