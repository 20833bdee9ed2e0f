"""The house as the imports of its modules draw it: who may know whom, and nobody in a circle."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

HOUSE = Path(__file__).parent.parent / "linter" / "dropcap"

# From the ground up. A module may import those of its own layer and of the layers before it, whenever it does so:
# at its top, late in a function, or for its types alone. A name stands for a module or for a folder with all in it.
LAYERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "words and records that know nothing",
        (
            "",
            "fast_start",
            "namedtuple",
            "computed",
            "package_data",
            "exit_codes",
            "masking",
            "secret_values",
            "controls",
            "allow",
            "dates",
        ),
    ),
    ("text, and the data that all hand around", ("source", "model", "paths", "printable", "crash")),
    ("the door to files, and what git leaves out", ("real_paths", "workspace", "gitignore", "git_index")),
    (
        "what capabilities are, what an engine makes of them, and which one runs",
        ("clients", "capabilities", "engine_client"),
    ),
    ("languages, which know no containers", ("lang",)),
    ("what is in images, as far as files tell", ("images",)),
    ("the command lines of container clients", ("docker_cli",)),
    ("kinds of files that start containers", ("carriers",)),
    ("what a container needs", ("needs",)),
    ("what a container was measured to need", ("measuring",)),
    (
        "what a rule is, and what it may import",
        ("subject", "differences", "narrowing", "written_secrets", "questions", "rule", "api"),
    ),
    (
        "which files there are, and how a person wants them checked",
        ("policy", "targets", "walk", "discover", "configuration", "config", "configured"),
    ),
    ("one file in, findings out", ("hidden", "targeted", "suppress", "unchanged", "check")),
    ("many files, and their results put together", ("merge_devcontainer", "report", "parallel", "run", "testing")),
    ("what mends findings, and writes files that people wrote", ("fixes", "edited_files")),
    ("a report to text", ("writers",)),
    ("what was found before", ("baseline",)),
    ("what an editor asks for, and what an auditor does", ("lsp", "auditing")),
    ("what a person can ask for", ("commands",)),
    ("the program", ("parser", "cli", "__main__")),
)
# An action has the steps of a workflow, and a Quadlet unit the commands of a service.
SHARES = {"action": {"workflow"}, "quadlet": {"unit"}}
# Folders in which nobody may import another's insides but through what is named here.
KNOWS_NOT = {
    "lang": ("capabilities",),
    "capabilities": ("workspace",),
    "writers": ("carriers", "docker_cli", "check", "discover"),
    "rule": ("lang", "carriers", "docker_cli"),
    "api": ("carriers", "docker_cli", "workspace"),
    "needs": ("carriers", "docker_cli"),
}


def modules() -> dict[str, Path]:
    """Name every module of the house, without the package's own name."""
    found = {}
    for path in HOUSE.rglob("*.py"):
        name = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
        found[name.removesuffix("__init__").removesuffix(".")] = path
    return found


def imports(path: Path, known: Iterable[str]) -> set[str]:
    """Name the modules that a module imports, wherever in it and for whatever."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            if node.module and node.module.split(".")[0] == "dropcap":
                inside = node.module.removeprefix("dropcap").removeprefix(".")
                for alias in node.names:
                    one = f"{inside}.{alias.name}".removeprefix(".")
                    found.add(one if one in known else inside)
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.split(".")[0] == "dropcap"]
            found |= {name.removeprefix("dropcap").removeprefix(".") for name in names}
    return found


MODULES = modules()
GRAPH = {name: imports(path, MODULES) - {name} for name, path in MODULES.items()}
LAYER_OF = {name: number for number, (_, names) in enumerate(LAYERS) for name in names}


def layer(module: str) -> int:
    return LAYER_OF[module.split(".", maxsplit=1)[0]]


def test_every_module_has_a_layer_and_every_name_a_module() -> None:
    tops = {name.split(".")[0] for name in MODULES}
    assert tops == set(LAYER_OF)
    assert set().union(*GRAPH.values()) <= set(MODULES)


def test_nobody_imports_from_above() -> None:
    above = [f"{name} imports {one}" for name, found in GRAPH.items() for one in found if layer(one) > layer(name)]
    assert above == []


def test_what_is_to_know_nothing_of_another_does_not() -> None:
    wrong = [
        f"{name} imports {one}"
        for name, found in GRAPH.items()
        for one in found
        if one.split(".")[0] in KNOWS_NOT.get(name.split(".")[0], ())
    ]
    assert wrong == []


def test_carriers_do_not_know_each_other_but_through_the_registry() -> None:
    shared = {
        "registry",
        "request",
        "container_commands",
        "declared_service",
        "namespaces",
        "pods",
        "script",
        "script_builder",
        "script_clients",
        "service_call",
        "service_runs",
        "too_many",
        "yaml_scripts",
        "compose",
        "dockerfile",
        "",
    }
    wrong = []
    for name, found in GRAPH.items():
        own = name.split(".")[1:2]
        if name.split(".")[0] == "carriers" and own:
            others = {one.split(".")[1] for one in found if one.startswith("carriers.")} - {own[0]} - shared
            others -= SHARES.get(own[0], set())
            wrong += [f"{name} imports {other}" for other in sorted(others)]
    assert wrong == []


def test_there_are_no_circles() -> None:
    state: dict[str, int] = {}
    circles: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if state.get(name) == 1:
            circles.append(" -> ".join((*path[path.index(name) :], name)))
        if name in state:
            return
        state[name] = 1
        for one in sorted(GRAPH[name]):
            visit(one, (*path, name))
        state[name] = 2

    for name in sorted(MODULES):
        visit(name, ())
    assert circles == []
