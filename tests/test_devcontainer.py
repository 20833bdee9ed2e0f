"""devcontainer.json: the container that the reference implementation starts, each value at its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dropcap.capabilities.effective import capability_sets, is_root
from dropcap.carriers import devcontainer
from dropcap.check import Setup, check_file
from dropcap.discover import Target
from dropcap.model import Container, Document, Engine, Kind, Level, Mount, UnreadableError
from dropcap.needs.container import needs_of
from dropcap.source import Source
from dropcap.workspace import Workspace
from oracles import docker_cli
from oracles.requests import meant, requested
from reading import request_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def client() -> Iterator[docker_cli.Client]:
    with docker_cli.client() as found:
        yield found


def document(text: str, path: str = "devcontainer.json") -> Document:
    return devcontainer.read(Source(path, text), request_of(path))


def container(**properties: Any) -> Container:  # noqa: ANN401  # whatever JSON holds
    properties.setdefault("image", "debian:12")
    read = document(json.dumps(properties))
    assert read.failures == ()
    [found] = read.containers
    return found


def complaints(text: str) -> list[tuple[str, str]]:
    """Give what is told of a file, and the text at each place."""
    found = []
    for failure in document(text).failures:
        assert failure.source
        assert failure.span
        found.append((failure.message, failure.source.text[failure.span.start : failure.span.end]))
    return found


def values(located: Any) -> list[Any]:  # noqa: ANN401  # located values of any type
    return [one.value for one in located or ()]


def hidden(found: Container) -> dict[str, tuple[str, ...]]:
    return {unknown.text: unknown.fields for unknown in found.unknowns}


def test_every_property_that_docker_is_told_is_read() -> None:
    found = container(
        name="tools",
        capAdd=["SYS_PTRACE", "NET_ADMIN"],
        privileged=True,
        securityOpt=["seccomp=unconfined"],
        containerUser="dev",
        remoteUser="root",
        init=True,
        mounts=["source=/a,target=/b,type=bind,readonly", {"source": "data", "target": "/d", "type": "volume"}],
        workspaceMount="type=bind,source=${localWorkspaceFolder},target=/w",
        appPort=[8080, "9000:9000"],
        forwardPorts=[1234],
        runArgs=["--cap-drop=ALL", "--pid", "host", "--network=host", "--device", "/dev/kvm"],
    )
    assert (found.kind, found.name, found.engine) == (Kind.DEVCONTAINER, "tools", None)
    assert found.image
    assert found.image.value == "debian:12"
    assert values(found.cap_add) == ["SYS_PTRACE", "NET_ADMIN"]
    assert values(found.cap_drop) == ["ALL"]
    assert values(found.security_opt) == ["seccomp=unconfined"]
    assert found.privileged
    assert found.privileged.value is True
    assert (found.user and found.user.value, found.pid and found.pid.value) == ("dev", "host")
    assert values(found.ports) == ["127.0.0.1:8080:8080", "9000:9000"]
    assert values(found.devices) == ["/dev/kvm"]
    assert values(found.mounts) == [
        Mount("bind", "${localWorkspaceFolder}", "/w"),
        Mount("bind", "/a", "/b", read_only=True),
        Mount("volume", "data", "/d"),
    ]
    assert found.unknowns == ()


def test_each_value_stands_where_it_is_written() -> None:
    text = '{"image": "a",\n "capAdd": [\n  "NET_ADMIN", "\\u0053YS_TIME"],\n "runArgs": ["--cap-drop=KILL"]}'
    [found] = document(text).containers
    places = [(entry.value, entry.source.region(entry.span)) for entry in (*found.cap_add, *found.cap_drop)]
    assert [(value, at.line, at.column) for value, at in places] == [
        ("NET_ADMIN", 3, 3),
        ("SYS_TIME", 3, 16),
        ("KILL", 4, 26),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"image": "a", "name": "tools"}', (1, 24)),
        ('{"image": "a"}', (1, 2)),
        ('{"x": 1, "build": {"dockerfile": "${localEnv:D}"}}', (1, 10)),
        ('{"dockerComposeFile": "c.yml", "service": "s"}', (1, 43)),
        ('{"dockerComposeFile": "c.yml", "name": "x"}', (1, 40)),
        ('{"dockerComposeFile": "c.yml"}', (1, 2)),
        ("{}", (1, 1)),
    ],
)
def test_an_absence_is_reported_at_the_name_or_at_what_the_container_is_made_of(
    text: str, place: tuple[int, int]
) -> None:
    [found] = document(text).containers
    region = found.source.region(found.span)
    assert (region.line, region.column) == place


def test_what_the_file_asks_for_stands_behind_what_is_passed_through() -> None:
    found = container(containerUser="a", runArgs=["-u", "b"])
    assert found.user
    assert found.user.value == "b"


def test_a_variable_of_the_machine_hides_what_it_stands_for_and_no_more() -> None:
    found = container(
        capAdd=["${localEnv:CAP}", "NET_ADMIN"],
        containerUser="${localEnv:USER:dev}",
        mounts=["source=${localEnv:HOME},target=/h,type=bind"],
    )
    assert hidden(found) == {
        "${localEnv:CAP}": ("cap_add",),
        "${localEnv:USER:dev}": ("user",),
        "${localEnv:HOME}": ("mounts",),
    }
    assert {unknown.reason for unknown in found.unknowns} == {
        f"{name} is set elsewhere" for name in ("CAP", "USER", "HOME")
    }
    assert "NET_ADMIN" in values(found.cap_add)


def test_an_argument_that_is_nothing_but_a_variable_may_be_any_option() -> None:
    found = container(runArgs=["--cap-add=KILL", "${localEnv:MORE}", "--cap-drop", "ALL"], capAdd=["NET_ADMIN"])
    assert found.may_be_set("cap_drop", "privileged")
    assert values(found.cap_add) == ["KILL", "NET_ADMIN"]


@pytest.mark.parametrize("value", [["--userns=keep-id", "--cap-add=KILL"], ["--cap-add=KILL", "--userns", "auto"]])
def test_arguments_that_only_podman_takes_make_it_podmans(value: list[str]) -> None:
    found = container(runArgs=value)
    assert found.engine is Engine.PODMAN
    assert values(found.cap_add) == ["KILL"]


@pytest.mark.parametrize(
    ("feature", "privileged", "added", "is_hidden"),
    [
        ("ghcr.io/devcontainers/features/docker-in-docker:2", True, [], False),
        ("ghcr.io/devcontainers/features/go:1.2.3", False, ["SYS_PTRACE"], False),
        ("ghcr.io/devcontainers/features/rust", False, ["SYS_PTRACE"], False),
        ("ghcr.io/devcontainers/features/node@sha256:abc", False, [], False),
        ("ghcr.io/devcontainers/features/nonesuch:1", False, [], True),
        ("ghcr.io/somebody/features/go:1", False, [], True),
        ("./local-feature", False, [], True),
    ],
)
def test_a_feature_adds_what_is_known_of_it_or_hides_what_it_may_add(
    feature: str,
    privileged: bool,  # noqa: FBT001  # cases
    added: list[str],
    is_hidden: bool,  # noqa: FBT001  # cases
) -> None:
    found = container(features={feature: {}})
    assert (found.privileged is not None) is privileged
    assert values(found.cap_add) == added
    assert found.may_be_set("cap_add") is is_hidden
    assert not found.may_be_set("cap_drop")


def test_what_a_feature_adds_is_said_where_its_line_does_not_show_it() -> None:
    found = container(features={"ghcr.io/devcontainers/features/go:1": {}}, securityOpt=["label=disable"])
    own, added = sorted(found.security_opt, key=lambda one: one.value)
    assert found.route(own) == ()
    message = "this feature adds --cap-add SYS_PTRACE --security-opt seccomp=unconfined"
    assert [step.message for step in found.route(added)] == [message]


def test_what_a_feature_starts_is_not_known() -> None:
    starts = container(features={"ghcr.io/devcontainers/features/docker-in-docker:2": {}})
    assert starts.may_be_set("entrypoint")
    assert not needs_of(starts, Workspace.of_text(starts.source)).is_complete
    assert not container(features={"ghcr.io/devcontainers/features/go:1": {}}).may_be_set("entrypoint")


def test_a_feature_is_pointed_at_by_its_name() -> None:
    found = container(features={"ghcr.io/devcontainers/features/docker-in-docker:2": {}})
    assert found.privileged
    where = found.privileged
    assert where.source.text[where.span.start : where.span.end] == '"ghcr.io/devcontainers/features/docker-in-docker:2"'


def test_the_metadata_of_an_image_for_development_may_add_more() -> None:
    found = container(image="mcr.microsoft.com/devcontainers/go:1")
    assert found.may_be_set("cap_add")
    assert not found.may_be_set("cap_drop")


@pytest.mark.parametrize(("properties", "entrypoint"), [({}, ["/bin/sh"]), ({"overrideCommand": False}, [])])
def test_the_editor_keeps_the_container_alive_with_a_shell_unless_it_is_told_not_to(
    properties: dict[str, bool], entrypoint: list[str]
) -> None:
    assert values(container(**properties).entrypoint) == entrypoint


def in_project(folder: Path, **files: str) -> Path:
    """Write a project; gives the path of its devcontainer.json."""
    (folder / ".git").mkdir()
    (folder / ".devcontainer").mkdir()
    for name, text in files.items():
        (folder / name.replace("__", "/")).write_text(text, encoding="utf-8")
    return folder / ".devcontainer" / "devcontainer.json"


def read_at(path: Path, text: str) -> Document:
    path.write_text(text, encoding="utf-8")
    return document(text, str(path))


def test_the_dockerfile_beside_it_says_who_the_user_is(tmp_path: Path) -> None:
    dockerfile = "ARG V=1\nFROM debian:$V AS base\nUSER root\nFROM base AS dev\nUSER dev\nFROM base\n"
    path = in_project(tmp_path, Dockerfile=dockerfile)
    read = read_at(path, '{"build": {"dockerfile": "../Dockerfile", "target": "dev", "args": {"V": "13"}}}')
    [found] = read.containers
    assert read.failures == ()
    assert found.stage
    assert found.stage.name == "dev"
    assert found.stage.parent
    assert found.stage.parent.base
    assert found.stage.parent.base.value == "debian:13"
    assert is_root(found) is False
    assert found.stage.user
    assert found.stage.user.source.path == str(tmp_path / "Dockerfile")
    assert capability_sets(found).effective == ()


def test_the_old_name_of_the_dockerfile_is_read_and_the_last_stage_is_built(tmp_path: Path) -> None:
    path = in_project(tmp_path, **{".devcontainer__Dockerfile": "FROM a\nUSER x\nFROM b\nUSER root\n"})
    [found] = read_at(path, '{"dockerFile": "Dockerfile"}').containers
    assert is_root(found) is True


@pytest.mark.parametrize(
    ("properties", "message", "level"),
    [
        (
            '{"build": {"dockerfile": "../../Dockerfile"}}',
            "lies outside the project: dropcap reads nothing there",
            Level.NOTE,
        ),
        (
            '{"build": {"dockerfile": "/etc/hostname"}}',
            "lies outside the project: dropcap reads nothing there",
            Level.NOTE,
        ),
        ('{"build": {"dockerfile": "absent"}}', "does not exist", Level.ERROR),
        ('{"build": {"dockerfile": ".."}}', "is a folder", Level.ERROR),
        (
            '{"build": {"dockerfile": "../Dockerfile", "target": "x"}}',
            "../Dockerfile has no stage x: correct target",
            Level.ERROR,
        ),
    ],
)
def test_a_dockerfile_that_is_not_read_leaves_image_and_user_open(
    tmp_path: Path, properties: str, message: str, level: Level
) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM x\nUSER root\n")
    read = read_at(in_project(tmp_path / "project", Dockerfile="FROM a\nUSER b\n"), properties)
    [found] = read.containers
    [failure] = read.failures
    assert message in failure.message
    assert failure.level is level
    assert found.stage is None
    assert found.may_be_set("user")


def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    path = in_project(tmp_path / "project")
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    (path.parent / "Dockerfile").symlink_to(tmp_path / "Dockerfile")
    [failure] = read_at(path, '{"build": {"dockerfile": "Dockerfile"}}').failures
    assert "outside the project" in failure.message


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ('{"image": "a", "capAdd": "NET_ADMIN"}', "capAdd must be a list of strings", '"NET_ADMIN"'),
        ('{"image": "a", "capAdd": ["KILL", 3]}', "capAdd must be a list of strings", "3"),
        ('{"image": "a", "privileged": "true"}', "privileged must be true or false", '"true"'),
        ('{"image": "a", "containerUser": 1000}', "containerUser must be a string", "1000"),
        ('{"image": "a", "features": []}', "features must be an object", "[]"),
        ('{"image": "a", "mounts": [{"source": "x"}]}', "a mount must be a string, or an object", '{"source": "x"}'),
        (
            '{"image": "a", "runArgs": ["--cap-add SYS_PTRACE"]}',
            "unknown flag: --cap-add SYS_PTRACE",
            '"--cap-add SYS_PTRACE"',
        ),
        ('{"image": "a", "runArgs": ["--cap-ad=X"]}', "did you mean --cap-add?", '"--cap-ad=X"'),
        (
            '{"image": "a", "runArgs": ["--net", "x", "host"], "capAdd": ["ALL"]}',
            "host is not an option: docker takes it for the image",
            '"host"',
        ),
        ('{"image": "A B"}', "invalid reference format", '"A B"'),
        ('{"name": "x"}', "names no image, no Dockerfile and no Compose file", '"x"'),
        ('{"image": "a" "name": "x"}', "a comma is missing before this", '"'),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, message: str, where: str) -> None:
    [(said, at)] = complaints(text)
    assert message in said
    assert at == where


@pytest.mark.parametrize("text", ["", "[]", '"x"', "{", "// nothing"])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        document(text)


LISTS = {
    "capAdd": st.lists(st.sampled_from(("NET_ADMIN", "cap_chown", "ALL", "FOO BAR")), max_size=3),
    "securityOpt": st.lists(st.sampled_from(("seccomp=unconfined", "label=disable", "no-new-privileges")), max_size=2),
    "runArgs": st.lists(
        st.sampled_from(
            (
                "--cap-drop=ALL",
                "--privileged",
                "--pid=host",
                "-u5",
                "--init",
                "--device=/dev/kvm",
                "--rm",
                "--label=a=b",
            )
        ),
        max_size=3,
    ),
    "mounts": st.lists(
        st.sampled_from(("type=bind,src=/a,dst=/b", "source=data,target=/v,type=volume")), max_size=2, unique=True
    ),
}


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lists=st.fixed_dictionaries({}, optional=LISTS),
    user=st.sampled_from((None, "", "dev", "0:0")),
    privileged=st.booleans(),
)
def test_the_container_is_what_docker_is_asked_for(
    client: docker_cli.Client,
    lists: dict[str, list[str]],
    user: str | None,
    privileged: bool,  # noqa: FBT001  # drawn
) -> None:
    found = container(**lists, **({} if user is None else {"containerUser": user}), privileged=privileged)
    argv = [
        *("docker", "create"),
        *(word for mount in lists.get("mounts", ()) for word in ("--mount", mount)),
        *(("-u", user) if user else ()),
        *lists.get("runArgs", ()),
        *(["--privileged"] if privileged else []),
        *(word for name in lists.get("capAdd", ()) for word in ("--cap-add", name)),
        *(word for name in lists.get("securityOpt", ()) for word in ("--security-opt", name)),
        *("--entrypoint", "/bin/sh", "debian:12"),
    ]
    answer = client.ask(argv)
    assert answer.path, answer.complaint
    assert meant(found._replace(kind=Kind.CREATE)) == requested(answer.body)


PROPERTIES = st.sampled_from(
    (
        *("name", "image", "build", "dockerFile", "dockerfile", "target", "args", "dockerComposeFile", "service"),
        *("capAdd", "privileged", "securityOpt", "runArgs", "containerUser", "mounts", "init", "features", "appPort"),
        *("overrideCommand", "workspaceMount", "source", "type"),
    )
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(("--cap-add", "--", "-it", "${x}")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PROPERTIES, inner, max_size=6),
)


@given(st.dictionaries(PROPERTIES, ANYTHING))
def test_any_object_is_read_and_every_complaint_has_its_place(properties: dict[str, Any]) -> None:
    text = json.dumps(properties)
    read = document(text)
    assert len(read.containers) <= 1
    for failure in read.failures:
        assert failure.span
        assert 0 <= failure.span.start < failure.span.end <= len(text)
    for found in read.containers:
        capability_sets(found)


def test_the_file_is_checked_as_any_other(tmp_path: Path) -> None:
    path = in_project(tmp_path)
    path.write_text('{"image": "a", "runArgs": ["--privileged"], // why\n}')
    result = check_file(Target(str(path), "devcontainer", named=True), [], Setup(Engine.PODMAN))
    assert [container.engine for container in result.containers] == [Engine.PODMAN]
    assert result.failures == ()
