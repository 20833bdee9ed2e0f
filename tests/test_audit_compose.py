"""Containers held against the Compose projects that their labels name, and labels that lead where nothing is read."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.api import NAMES, default_set
from dropcap.capabilities.effective import capability_sets
from dropcap.carriers import compose, inspect
from dropcap.carriers.declared_service import Projects
from dropcap.carriers.request import Request
from dropcap.differences import differences
from dropcap.model import Container, Declared, Engine, Live
from dropcap.source import Source
from dropcap.workspace import Workspace
from played_engine import described

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PREFIX = "com.docker.compose."
COMPOSE = "services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n"


def labels(folder: str | Path, **more: str) -> dict[str, str]:
    found = {
        "service": "web",
        "project.working_dir": os.fspath(folder),
        "project.config_files": f"{folder}/compose.yaml",
        **{key.replace("__", "."): value for key, value in more.items()},
    }
    return {f"{PREFIX}{key}": value for key, value in found.items()}


def container(labelled: Mapping[str, str], **host: Any) -> Container:  # noqa: ANN401  # the JSON of an engine
    text = json.dumps([described(1, "web", HostConfig=host, Config={"Labels": labelled})])
    [found] = inspect.read(Source("docker:web", text)).containers
    return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "compose.yaml").write_text(COMPOSE)
    monkeypatch.chdir(folder)
    return folder


def declared(labelled: Mapping[str, str], *roots: str | Path) -> Declared:
    found = Projects([os.fspath(root) for root in roots]).declared(container(labelled))
    assert isinstance(found, Declared), found
    return found


def why(labelled: Mapping[str, str], *roots: str | Path) -> str:
    found = Projects([os.fspath(root) for root in roots]).declared(container(labelled))
    assert isinstance(found, str), found
    return found


def test_the_service_is_read_where_the_labels_say(project: Path) -> None:
    found = declared(labels(project), ".")
    assert found.service
    assert (found.name, found.service.name, found.where.source.path) == ("web", "web", "compose.yaml")
    for other in ({"project__config_files": "compose.yaml"}, {"project__working_dir": f"{project}/../shop/."}):
        assert declared(labels(project, **other), ".").service


def test_a_container_of_no_project_is_compared_with_nothing(project: Path) -> None:
    assert Projects(["."]).declared(container({"a": "b", f"{PREFIX}project": "x"})) is None
    assert project.exists()


def test_all_files_and_variables_that_were_named_count(project: Path) -> None:
    (project / "more.yaml").write_text("services:\n  web:\n    cap_add: ['${CAP}']\n    user: '${WHO}'\n")
    (project / "other.env").write_text("CAP=NET_ADMIN\n")
    files = f"{project}/compose.yaml,{project}/more.yaml"
    found = declared(labels(project, project__config_files=files), ".").service
    assert found
    assert found.may_be_set("cap_add"), "nobody knows what the environment had"
    env_file = {"project__environment_file": f"{project}/other.env"}
    found = declared(labels(project, project__config_files=files, **env_file), ".").service
    assert found
    assert [entry.value for entry in found.cap_add] == ["NET_ADMIN"]
    assert found.may_be_set("user")


def test_the_variables_beside_the_project_count_where_its_files_lie_elsewhere(project: Path) -> None:
    (project / "deploy").mkdir()
    (project / "deploy" / "compose.yaml").write_text(COMPOSE + "    cap_add: ['${CAP}']\n")
    (project / "deploy" / ".env").write_text("CAP=SYS_ADMIN\n")
    (project / ".env").write_text("CAP=NET_ADMIN\n")
    found = declared(labels(project, project__config_files=f"{project}/deploy/compose.yaml"), ".").service
    assert found
    assert [entry.value for entry in found.cap_add] == ["NET_ADMIN"]


def test_a_service_that_is_gone_is_told_only_where_all_was_read(project: Path) -> None:
    assert declared(labels(project, service="db"), ".").service is None
    (project / "compose.yaml").write_text(COMPOSE + "include: [../elsewhere.yaml]\n")
    assert why(labels(project, service="db"), ".") == "its Compose project could not be read as a whole"


def test_what_run_started_is_not_its_service(project: Path) -> None:
    assert why(labels(project, oneoff="True"), ".").startswith("`compose run` started it")
    assert declared(labels(project, oneoff="False"), ".").service


OTHERS = "OTHERS-OF-ANOTHER-FILE"


@pytest.mark.parametrize("case", ["folder", "file", "env file", "link", "linked folder", "relative", "dots"])
def test_nothing_is_read_outside_of_what_was_named(project: Path, tmp_path: Path, case: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "compose.yaml").write_text(f"services:\n  web:\n    image: {OTHERS}\n    cap_add: [{OTHERS}]\n")
    (outside / ".env").write_text(f"CAP={OTHERS}\n")
    (project / "link.yaml").symlink_to(outside / "compose.yaml")
    (project / "linked").symlink_to(outside)
    labelled = {
        "folder": labels(outside),
        "file": labels(project, project__config_files=f"{outside}/compose.yaml"),
        "env file": labels(project, project__environment_file=f"{outside}/.env"),
        "link": labels(project, project__config_files=f"{project}/link.yaml"),
        "linked folder": labels(project / "linked"),
        "relative": labels(project, project__config_files="../outside/compose.yaml"),
        "dots": labels(f"{project}/../outside"),
    }[case]
    said = why(labelled, ".")
    assert OTHERS not in said
    if case in {"folder", "dots"}:
        assert said.endswith("add --compose-root with that folder if you trust it")
        assert declared(labelled, ".", outside).service
    elif case != "linked folder":
        assert "lies outside the project: dropcap reads nothing there" in said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"project__working_dir": ""}, "its labels do not say in which folder its Compose project is"),
        ({"project__working_dir": "shop"}, "its labels do not say in which folder its Compose project is"),
        ({"project__working_dir": "/\0"}, "its labels do not say in which folder its Compose project is"),
        ({"project__working_dir": "/" + "a" * 20_000}, "its labels do not say in which folder"),
        ({"project__config_files": ""}, "its labels do not say which Compose files it was made from"),
        ({"project__config_files": "-"}, "a Compose file of its project came from standard input"),
        ({"project__config_files": "a," * 200}, "its labels name more files than dropcap reads"),
        ({"project__config_files": "none.yaml"}, "none.yaml, a file of its Compose project, does not exist"),
        ({"project__config_files": "\0"}, ", a file of its Compose project, is not a path"),
        ({"project__environment_file": "none.env"}, "none.env, a file of its Compose project, does not exist"),
        ({"project__config_files": "broken.yaml"}, "its Compose project cannot be read: see broken.yaml"),
        ({"project__config_files": "/dev/zero"}, "lies outside the project"),
    ],
)
def test_labels_that_lead_nowhere_are_told(project: Path, more: dict[str, str], said: str) -> None:
    (project / "broken.yaml").write_text("services: [\n")
    assert said in why(labels(project, **more), ".")


def test_a_project_is_read_once_and_not_without_end(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropcap.carriers.declared_service.MOST_PROJECTS", 2)
    reads: list[str] = []
    read = compose.read

    def counted(source: Source, request: Request) -> Any:  # noqa: ANN401  # as the reader itself
        reads.append(source.path)
        return read(source, request)

    monkeypatch.setattr(compose, "read", counted)
    projects = Projects(["."])
    for _ in range(3):
        for number in range(3):
            (project / f"{number}.yaml").write_text(COMPOSE)
            projects.declared(container(labels(project, project__config_files=f"{number}.yaml")))
    assert reads == ["0.yaml", "1.yaml"]
    said = projects.declared(container(labels(project, project__config_files="2.yaml")))
    assert said == "the containers belong to more than 2 Compose projects"


# --- what differs ---

CAPABILITIES = st.lists(st.sampled_from(NAMES), max_size=3, unique=True)
SERVICES = st.fixed_dictionaries(
    {
        "cap_add": CAPABILITIES,
        "cap_drop": CAPABILITIES | st.just(["ALL"]),
        "privileged": st.booleans(),
        "security_opt": st.lists(
            st.sampled_from(["no-new-privileges", "seccomp=unconfined", "apparmor=unconfined", "label=disable"]),
            max_size=2,
            unique=True,
        ),
        "pid": st.sampled_from(["", "host"]),
        "ipc": st.sampled_from(["", "host", "private"]),
        "network_mode": st.sampled_from(["", "host", "none"]),
        "uts": st.sampled_from(["", "host"]),
        "user": st.sampled_from(["", "0", "1000", "app:app"]),
        "devices": st.lists(st.sampled_from(["/dev/kvm", "/dev/fuse:/dev/fuse:rw"]), max_size=2, unique=True),
        "volumes": st.lists(st.sampled_from(["/var/run/docker.sock:/s", "/srv:/srv", "/etc:/e:ro"]), unique=True),
    }
)
Service = dict[str, Any]


def as_inspected(service: Service) -> Container:
    """Describe the container that Docker makes of a service."""
    mounts = [one.split(":") for one in service["volumes"]]
    devices = [[*one.split(":"), "rwm"] for one in service["devices"]]
    host = {
        "CapAdd": [f"CAP_{name}" for name in service["cap_add"]] or None,
        "CapDrop": service["cap_drop"] or None,
        "Privileged": service["privileged"],
        "SecurityOpt": service["security_opt"] or None,
        "PidMode": service["pid"],
        "IpcMode": service["ipc"] or "private",
        "NetworkMode": service["network_mode"] or "shop_default",
        "UTSMode": service["uts"],
        "CgroupnsMode": "host",
        "Devices": [{"PathOnHost": one[0], "PathInContainer": one[0], "CgroupPermissions": "rwm"} for one in devices],
    }
    more = {"Mounts": [{"Type": "bind", "Source": one[0], "Destination": one[1], "RW": True} for one in mounts]}
    text = json.dumps([described(1, "web", HostConfig=host, Config={"User": service["user"]}, **more)], indent=4)
    [found] = inspect.read(Source("docker:web", text)).containers
    return found


def as_declared(service: Service) -> Container:
    """Read a service's Compose file."""
    written = {key: value for key, value in service.items() if value}
    text = json.dumps({"services": {"web": {"image": "web:1", **written}}})
    source = Source("compose.yaml", text)
    [found] = compose.read(source, Request(Workspace.of_text(source))).containers
    return found


def compared(ours: Service, theirs: Service) -> list[tuple[str, ...]]:
    one, other = as_inspected(ours), as_declared(theirs)
    live = Live("running", declared=Declared("web", other, other.anchor))
    return [found.names for found in differences(one._replace(live=live))]


def is_startable(service: Service) -> bool:
    both = set(service["cap_add"]) & set(service["cap_drop"])
    return not both and not capability_sets(as_declared(service)).errors


@given(SERVICES.filter(is_startable))
def test_a_container_does_not_differ_from_the_file_that_it_was_made_of(service: Service) -> None:
    assert compared(service, service) == []


@given(SERVICES.filter(is_startable), SERVICES.filter(is_startable))
def test_what_two_files_do_not_share_is_told_and_nothing_else(ours: Service, theirs: Service) -> None:
    found = compared(ours, theirs)
    assert len(set(found)) == len(found)
    fields = {names[0].removeprefix("lacking-") for names in found}
    expected = set()
    for field in ("pid", "ipc", "network_mode", "uts"):
        expected |= {field} if (ours[field] == "host") != (theirs[field] == "host") else set()
    if theirs["user"] and ours["user"] != theirs["user"] and not {ours["user"], theirs["user"]} <= {"", "0"}:
        expected.add("user")
    paths = ({one.split(":")[0] for one in one["devices"]} for one in (ours, theirs))
    expected |= {"devices"} if len({frozenset(one) for one in paths}) > 1 else set()
    if ours["privileged"] != theirs["privileged"]:
        assert "privileged" in fields
        expected.add("privileged")
    else:
        sets = [capability_sets(as_declared(one)).bounding for one in (ours, theirs)]
        expected |= {"capabilities"} if set(sets[0]) - set(sets[1]) else set()
        expected |= {"lacking"} if set(sets[1]) - set(sets[0]) else set()
    if not ours["privileged"] and not theirs["privileged"]:
        for option in ("no-new-privileges", "seccomp", "apparmor", "label"):
            has = [any(one.startswith(option) for one in service["security_opt"]) for service in (ours, theirs)]
            expected |= {option} if has[0] != has[1] else set()
    socket = [{one.split(":")[0] for one in service["volumes"]} - {"/srv"} for service in (ours, theirs)]
    expected |= {"mounts"} if socket[0] != socket[1] else set()
    assert fields == expected


def of_podman(*held: str) -> Container:
    fields = {**described(1, "web"), "BoundingCaps": [f"CAP_{name}" for name in held], "EffectiveCaps": []}
    [found] = inspect.read(Source("podman:web", json.dumps([fields]))).containers
    return found


@pytest.mark.parametrize(
    ("service", "more", "less", "told"),
    [
        ({}, (), (), []),
        # Older versions, and settings of a distribution, grant these where nothing is said.
        ({}, ("NET_RAW", "MKNOD", "AUDIT_WRITE"), (), []),
        ({"cap_drop": ["NET_RAW"]}, ("NET_RAW",), (), [("capabilities", "NET_RAW")]),
        ({"cap_drop": ["ALL"]}, ("NET_RAW",), tuple(default_set(Engine.PODMAN)), [("capabilities", "NET_RAW")]),
        ({}, ("SYS_ADMIN",), (), [("capabilities", "SYS_ADMIN")]),
        ({}, (), ("CHOWN",), []),
        ({"cap_add": ["NET_ADMIN"]}, (), (), [("lacking", "NET_ADMIN")]),
        ({"cap_add": ["ALL"]}, tuple(NAMES[:20]), (), []),
    ],
)
def test_what_podman_grants_elsewhere_is_no_difference(
    service: Service, more: tuple[str, ...], less: tuple[str, ...], told: list[tuple[str, ...]]
) -> None:
    held = dict.fromkeys([*default_set(Engine.PODMAN), *more])
    one = of_podman(*(name for name in held if name not in less))
    other = as_declared(service)
    live = Live("running", declared=Declared("web", other, other.anchor))
    assert [found.names for found in differences(one._replace(live=live))] == told
