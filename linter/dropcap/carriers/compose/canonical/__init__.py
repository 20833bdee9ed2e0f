"""A project in the canonical form: what `docker compose config --format json --no-path-resolution` prints.

Each value keeps the node that it comes from. Sources: compose-go 2.9.1, `transform/canonical.go`,
`transform/defaults.go`, `loader/normalize.go` and `types/project.go`. References to what is not there stay as they are
(`--no-consistency`). One fault of Compose is left out: in labels, variables and the like it gathers names that start
with `x-` under the name `#extensions`; here they stay what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.carriers.compose.canonical import short_syntax  # noqa: F401  # it registers forms
from dropcap.carriers.compose.canonical.env_files import take_in_files
from dropcap.carriers.compose.canonical.field_types import raw, record
from dropcap.carriers.compose.canonical.irregular_fields import service
from dropcap.carriers.compose.canonical.tree import Leaf, count, is_unknown
from dropcap.carriers.compose.field_table import column
from dropcap.carriers.compose.nodes import child, entries
from dropcap.carriers.compose.project_name import VARIABLE, folder_name
from dropcap.carriers.compose.references import NAMESPACES, OF_SERVICE
from dropcap.carriers.compose.services import is_enabled
from dropcap.lang.yaml import Scalar
from dropcap.model import Failure, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dropcap.carriers.compose import Project
    from dropcap.carriers.compose.canonical.tree import Tree
    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.lang.yaml import Value

_OF_CONTAINER = "container:"
_RESOURCES = ("networks", "volumes", "secrets", "configs")

MAX_VALUES = 250_000
"""How many values a project may have: what extends, aliases and files of variables repeat is written out each time."""


def canonical(project: Project, profiles: Sequence[str] | None = None) -> dict[str, Tree]:
    """Give a project in the canonical form.

    Args:
        project: the project, resolved.
        profiles: the profiles whose services are in it, besides services of none; None for all.

    Raises:
        UnreadableError: it has too many values.

    """
    scope = project.scope
    top = entries(project.model)
    name = project_name(project)
    all_services = _services(project, scope)
    written = entries(project.services)
    services = {key: tree for key, tree in all_services.items() if is_enabled(entries(written[key].value), profiles)}
    result: dict[str, Tree] = {"name": name, "services": dict(services)}
    is_default_used = any("default" in _names(tree, "networks") for tree in all_services.values())
    used = _used(services)
    for kind in _RESOURCES:
        found = _resources(child(project.model, kind), kind, scope)
        if kind == "networks" and is_default_used:
            found.setdefault("default", {"ipam": {}})
        shown: dict[str, Tree] = {
            key: _named(tree, f"{name.value}_{key}", key, name) for key, tree in found.items() if key in used[kind]
        }
        if shown:
            result[kind] = shown
    for key, entry in top.items():
        if key.startswith("x-"):
            result[key] = raw(entry.value)
    if count(result, MAX_VALUES) > MAX_VALUES:
        raise _too_large(project)
    return result


def _too_large(project: Project) -> UnreadableError:
    message = f"dropcap does not print this project: resolved, it has more than {MAX_VALUES:,} values"
    return UnreadableError(Failure(project.model.source.path, message))


def project_name(project: Project) -> Leaf:
    """Give the name of a project: by a variable, by its files, or that of its folder."""
    scope = project.scope
    variable = scope.environment.lookup(VARIABLE)
    if variable is not None and variable.value and variable.unknown is None:
        at = Scalar(variable.value, '"', None, variable.source, variable.span) if variable.source.text else None
        return Leaf(variable.value, at)
    written = child(project.model, "name")
    if isinstance(written, Scalar) and written.unknown:
        return Leaf(written.text, written)
    return Leaf(folder_name(scope.directory), None)


def _services(project: Project, scope: LoadContext) -> dict[str, dict[str, Tree]]:
    found: dict[str, dict[str, Tree]] = {}
    field = column("form").below["services"].below["*"]
    left = MAX_VALUES
    for name, entry in entries(project.services).items():
        tree = service(entry.value, scope, field)
        if tree is not None:
            take_in_files(tree, scope)
            _complete(tree)
            found[name] = tree
            left -= count(tree, left)
            if left < 0:
                raise _too_large(project)
    return found


def _complete(tree: dict[str, Tree]) -> None:
    """Add to a service what Compose concludes from the rest of it."""
    _hand_down_image(tree)
    policy = tree.get("pull_policy")
    if isinstance(policy, Leaf) and policy.value == "if_not_present":
        tree["pull_policy"] = policy._replace(value="missing")
    if "provider" not in tree and "network_mode" not in tree and not tree.get("networks"):
        tree["networks"] = {"default": Leaf(None, None)}
    needed = tree.get("depends_on")
    depends = needed if isinstance(needed, dict) else {}
    for link in _leaves(tree, "links"):
        parts = str(link.value).split(":")
        _depend(depends, parts[0] if len(parts) == 2 else str(link.value), link, restart=True)  # noqa: PLR2004  # name and alias
    for namespace in NAMESPACES:
        leaf = tree.get(namespace)
        if isinstance(leaf, Leaf) and str(leaf.value).startswith(OF_SERVICE):
            _depend(depends, str(leaf.value)[len(OF_SERVICE) :], leaf, restart=True)
    for leaf in _leaves(tree, "volumes_from"):
        if not str(leaf.value).startswith(_OF_CONTAINER):
            _depend(depends, str(leaf.value).split(":")[0], leaf, restart=False)
    if depends:
        tree["depends_on"] = depends


def _hand_down_image(tree: dict[str, Tree]) -> None:
    """Give a hook of a container of its own the service's image where it names none."""
    image, hooks = tree.get("image"), tree.get("pre_start")
    for hook in hooks if isinstance(hooks, list) else ():
        if isinstance(hook, dict) and image is not None:
            hook.setdefault("image", image)


def _depend(depends: dict[str, Tree], name: str, leaf: Leaf, *, restart: bool) -> None:
    if name not in depends:
        depends[name] = {
            "condition": Leaf("service_started", leaf.at),
            "restart": Leaf(restart, leaf.at, "" if restart else "text"),
            "required": Leaf(value=True, at=leaf.at),
        }


def _leaves(tree: Tree, name: str) -> list[Leaf]:
    found = tree.get(name) if isinstance(tree, dict) else None
    return [leaf for leaf in found if isinstance(leaf, Leaf)] if type(found) is list else []


def _names(tree: Tree, name: str) -> Collection[str]:
    found = tree.get(name) if isinstance(tree, dict) else None
    return found if isinstance(found, dict) else ()


def _used(services: dict[str, dict[str, Tree]]) -> dict[str, set[str]]:
    """Give the names of what services use; Compose shows nothing else."""
    used: dict[str, set[str]] = {kind: set() for kind in _RESOURCES}
    for tree in services.values():
        used["networks"].update(_names(tree, "networks"))
        for kind, holder in (("volumes", tree), ("secrets", tree), ("configs", tree), ("secrets", tree.get("build"))):
            found = holder.get(kind) if isinstance(holder, dict) else None
            for item in found if type(found) is list else ():
                source, type_ = (item.get("source"), item.get("type")) if isinstance(item, dict) else (None, None)
                is_volume = kind != "volumes" or (isinstance(type_, Leaf) and type_.value == "volume")
                if isinstance(source, Leaf) and is_volume:
                    used[kind].add(str(source.value))
    return used


def _resources(value: Value | None, kind: str, scope: LoadContext) -> dict[str, dict[str, Tree]]:
    found: dict[str, dict[str, Tree]] = {}
    for name, one in entries(value).items():
        tree = record(one.value, scope, column("form").below[kind].below["*"])
        external = tree.get("external")
        if isinstance(external, dict):
            given = external.get("name")
            if given is not None:
                tree.setdefault("name", given)
            tree["external"] = Leaf(value=True, at=given.at if isinstance(given, Leaf) else None)
        if kind == "networks":
            tree.setdefault("ipam", {})
        if kind in ("secrets", "configs") and "environment" in tree:
            tree.pop("content", None)
        found[name] = tree
    return found


def _named(tree: dict[str, Tree], inner: str, outer: str, project: Leaf) -> Tree:
    """Give a resource the name that it has for the engine: its own, unless it says one."""
    external = tree.get("external")
    is_external = isinstance(external, Leaf) and external.value is True
    given = tree.get("name")
    if isinstance(given, Leaf):
        return tree
    is_hidden = is_unknown(project) and not is_external
    return {"name": Leaf(outer if is_external else inner, project.at if is_hidden else None), **tree}
