"""What a service is built from: its Dockerfile's stage, and the privileges that the build itself asks for.

Sources: docker/compose, `pkg/compose/build_bake.go`; compose-go, `loader/normalize.go`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dropcap.carriers.compose.fields import Fields
from dropcap.carriers.compose.files import REMOTE, join
from dropcap.carriers.compose.nodes import as_list, child, entries, items, known_text
from dropcap.lang.yaml import Mapping, Scalar, Sequence
from dropcap.model import Located, UnreadableError
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value
    from dropcap.model import Stage
    from dropcap.source import Source

ENTITLEMENTS = frozenset({"security.insecure", "network.host"})


def build(fields: Fields, scope: LoadContext) -> dict[str, Any]:
    """Return what a service's `build` says of its container, by field.

    A Dockerfile that cannot be had leaves the stage open, without a word: the service is checked all the same, and
    the build fails only where the file is missing there too.
    """
    value = fields.entries["build"].value
    if isinstance(value, Sequence):
        return {}
    written = child(value, "context") if isinstance(value, Mapping) else value
    context = "." if written is None else known_text(written)
    stage = None if context is None else _stage(context, value, scope)
    return {"stage": stage, "build_grants": _grants(value, fields)}


def _stage(context: str, build: Value, scope: LoadContext) -> Stage | None:
    """Read the Dockerfile and give the stage that is built; None where either is not known."""
    source = _dockerfile(context, build, scope)
    if source is None:
        return None
    from dropcap.carriers import dockerfile

    wanted = child(build, "target")
    if wanted is not None and known_text(wanted) is None:
        return None
    try:
        document = dockerfile.read_stages(source, _arguments(build, scope))
    except UnreadableError:
        return None  # it is told where the file itself is checked
    stage = dockerfile.target(document, known_text(wanted))
    contexts = _names(build)
    return None if stage is None or _is_built_upon(stage, contexts) else _without(stage, contexts, {})


def _names(build: Value) -> frozenset[str]:
    """Give the names of the build's additional contexts."""
    value = child(build, "additional_contexts")
    listed = (item.text.partition("=")[0] for item in items(value) if isinstance(item, Scalar))
    return frozenset((*entries(value), *listed))


def _is_built_upon(stage: Stage | None, contexts: frozenset[str]) -> bool:
    """Whether a stage, or one below it, is built upon an additional context: that is no stage or image of the name."""
    while stage is not None and contexts:
        if stage.base is None or stage.base.value in contexts:
            return True
        stage = stage.parent
    return False


def _without(stage: Stage, contexts: frozenset[str], done: dict[int, Stage]) -> Stage:
    """Return a stage that copies from no stage of the name of an additional context, which stands in for it."""
    if not contexts:
        return stage
    if stage.number not in done:
        parent = None if stage.parent is None else _without(stage.parent, contexts, done)
        kept = ((name, one) for name, one in stage.sources if name.lower() not in contexts)
        sources = tuple((name, _without(one, contexts, done)) for name, one in kept)
        done[stage.number] = stage._replace(parent=parent, sources=sources)
    return done[stage.number]


def _dockerfile(context: str, build: Value, scope: LoadContext) -> Source | None:
    inline = child(build, "dockerfile_inline")
    if inline is not None:
        if not isinstance(inline, Scalar) or inline.unknown is not None:
            return None
        from dropcap.lang.yaml.text import text_piece

        return text_piece(inline)
    named = child(build, "dockerfile")
    name = "Dockerfile" if named is None else known_text(named)
    if name is None or context.startswith(REMOTE):
        return None
    try:
        return scope.files.source(join(scope.directory, os.path.join(context, name)))
    except (NotReadError, UnreadableError):
        return None


def _arguments(build: Value, scope: LoadContext) -> dict[str, str | None]:
    """Give the build's arguments; None for one that is not known."""
    value = child(build, "args")
    if isinstance(value, Mapping):
        value = as_list(value, "build.args", scope.log)
    found: dict[str, str | None] = {}
    for item in items(value):
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


def _grants(build: Value, fields: Fields) -> tuple[Located[str], ...]:
    """Give what lets steps of the build run with every capability, or in the network of the machine.

    With `network: host` all of them are in it: docker/buildx build/opt.go allows the entitlement itself.
    """
    found = []
    of_build = Fields(entries(build), "build", fields.log)
    privileged = of_build.flag("privileged", "build_grants")
    if privileged is not None and privileged.value:
        found.append(Located("privileged", privileged.source, privileged.span))
    network = of_build.string("network", "build_grants") if "network" in of_build.entries else None
    if network is not None and network.value == "host":
        found.append(Located("network", network.source, network.span))
    found += [one for one in of_build.strings("entitlements", "build_grants") if one.value in ENTITLEMENTS]
    fields.unknowns += of_build.unknowns
    return tuple(found)
