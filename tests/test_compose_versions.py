"""Projects as Docker Compose 2 and 5 resolve them: what each makes of our own inputs was asked of both."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from dropcap.carriers.compose.canonical import canonical
from dropcap.carriers.compose.canonical.tree import plain
from dropcap.carriers.compose.project_files import project_files
from dropcap.carriers.request import Settings
from dropcap.commands.config import read_project
from dropcap.discover import Target
from dropcap.model import Level, UnreadableError
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from dropcap.model import Failure

VECTORS = json.loads((Path(__file__).parent / "vectors" / "compose_vectors.json").read_text(encoding="utf-8"))
FIELDS = frozenset(
    {"build", "cap_add", "cap_drop", "cgroup", "command", "depends_on", "device_cgroup_rules", "devices", "entrypoint"}
    | {"environment", "extends", "group_add", "image", "ipc", "labels", "network_mode", "networks", "pid", "ports"}
    | {"post_start", "pre_start", "pre_stop", "privileged", "profiles", "read_only", "security_opt", "sysctls", "tmpfs"}
    | {"user", "userns_mode", "uts", "volumes"}
)

# What is left, and why. A vector that is here and passes fails the test: the list is to be true.
OF_MACHINE = frozenset(
    {"include_missing_env_file", "env_file_missing", "env_file_missing_list", "env_file_missing_required"}
    | {"label_file_missing"}
)
"""What only the machine lacks: told as a note."""
NOT_REFUSED = {
    # It goes on for longer than anybody waits; what is in the project is read here all the same.
    "alias_bomb_three_by_ten": "2",
}


def resolved(folder: Path, vector: dict[str, Any], version: int) -> tuple[dict[str, Any] | None, list[Failure]]:
    arguments = vector.get("args", {})
    for name, text in vector["files"].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    environment = {"PATH": os.defpath, "HOME": "/nonexistent", "PWD": str(folder), **arguments.get("environment", {})}
    settings = Settings(
        env_files=tuple(arguments.get("env_files", ())) or None,
        profiles=tuple(arguments.get("profiles", ())) or None,
        uses_environment=True,
        compose=version,
        checks_consistency=arguments.get("consistency", True),
        shows_secrets=True,
    )
    with patch.dict(os.environ, environment, clear=True):
        main, *over = project_files("", Workspace(str(folder))).paths
        target = Target(main, "compose", named=True, over=tuple(over), given=(main, *over))
        try:
            project = read_project(target, settings)
            tree = plain(canonical(project, project.profiles))
        except UnreadableError as error:
            return None, [error.failure._replace(level=Level.ERROR)]
    return json.loads(json.dumps(tree)), list(project.scope.log.failures)


def services(project: dict[str, Any]) -> dict[str, Any]:
    """Give the services with the fields that were asked for; a path in the project's folder is as it is written."""
    text = json.dumps(project.get("services") or {}).replace("@ROOT@/", "").replace("@ROOT@", ".")
    return {
        name: {key: value for key, value in service.items() if key in FIELDS}
        for name, service in json.loads(text).items()
    }


@pytest.mark.parametrize("version", ["2", "5"])
@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_a_project_is_what_each_version_makes_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vector: dict[str, Any], version: str
) -> None:
    theirs, name = vector[f"v{version}"], vector["name"]
    monkeypatch.chdir(tmp_path)
    project, failures = resolved(tmp_path, vector, int(version))
    errors = [one for one in failures if one.level is Level.ERROR]
    if f"v{version}" in vector.get("unstable", ()):
        return  # the program answers differently from run to run: it is only read here
    if name in OF_MACHINE:
        assert "error" in theirs
        assert [one.level for one in failures] == [Level.NOTE]
        return
    if theirs.get("only_json"):
        assert errors == []  # it is accepted where it is printed as YAML
        return
    if "error" in theirs:
        assert bool(errors) is (version not in NOT_REFUSED.get(name, "")), theirs["error"]
        return
    assert [error.message for error in errors] == []
    assert project is not None
    assert services(project) == services(theirs["project"])
