"""What the files say of a container's processes: variables, folders, health checks, hooks, files that are mounted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.carriers import compose, devcontainer, dockerfile, inspect, quadlet, script, workflow
from dropcap.carriers.compose import process_environment
from dropcap.carriers.request import Request
from dropcap.source import Source
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.model import Container, Located, ProcessOptions

WEB = "services:\n  web:\n    image: x\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that the program runs in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def of_service(project: Path, text: str, **files: str) -> ProcessOptions:
    for name, content in files.items():
        (project / name.replace("_", ".")).write_text(content, encoding="utf-8")
    (project / "compose.yaml").write_text(text, encoding="utf-8")
    workspace = Workspace(str(project))
    source = workspace.source("compose.yaml")
    return options(compose.read(source, Request(workspace)).containers[0])


def options(container: Container) -> ProcessOptions:
    assert container.process is not None
    return container.process


def texts(values: tuple[Located[str], ...] | None) -> list[str] | None:
    return None if values is None else [one.value for one in values]


def written(value: Located[str]) -> str:
    return value.source.text[value.span.start : value.span.end]


def test_a_service_that_says_nothing_has_no_options() -> None:
    source = Source("compose.yaml", WEB)
    assert compose.read(source).containers[0].process is None


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("[A=b, C=]", ["A=b", "C="]),
        ("{A: b, C: 1, D: true, E: 010}", ["A=b", "C=1", "D=true", "E=8"]),
        ("[A=1, A=2]", ["A=2"]),
        ("[A]", ["A"]),
        ("{A: }", ["A"]),
        ("['A=${NOBODY_KNOWS}', B=c]", ["A", "B=c"]),
        ("{A: '${NOBODY_KNOWS}x'}", ["A"]),
    ],
)
def test_variables(project: Path, environment: str, expected: list[str]) -> None:
    found = of_service(project, f"{WEB}    environment: {environment}\n")
    assert texts(found.environment) == expected
    assert not found.has_more


def test_a_variable_whose_name_is_not_known_may_be_any(project: Path) -> None:
    assert of_service(project, WEB + "    environment: ['${NOBODY_KNOWS}=x']\n").has_more


def test_a_variable_stands_where_its_value_does(project: Path) -> None:
    found = of_service(project, WEB + "    environment: {PUID: '0', ALONE: }\n")
    assert [written(one) for one in found.environment] == ["'0'", "ALONE"]


def test_a_variable_that_is_named_alone_is_the_one_of_the_project(project: Path) -> None:
    found = of_service(project, WEB + "    environment: [PUID]\n", _env="PUID=0\n")
    assert texts(found.environment) == ["PUID=0"]
    assert found.environment[0].source.path == ".env"


def test_files_of_variables_are_weaker_than_those_behind_them_and_the_service_wins(project: Path) -> None:
    text = WEB + "    env_file: [a.env, b.env]\n    environment: {C: service}\n"
    found = of_service(project, text, a_env="A=a\nB=a\nC=a\n", b_env="B=b\nC=b\n")
    assert sorted(texts(found.environment) or ()) == ["A=a", "B=b", "C=service"]
    assert not found.has_more


def test_a_file_of_variables_refers_to_what_the_service_sets_and_to_what_stands_above(project: Path) -> None:
    text = WEB + "    env_file: a.env\n    environment: {OWN: o, HIDDEN: '${NOBODY_KNOWS}'}\n"
    found = of_service(project, text, a_env="X=1\nA=${OWN}${X}\nB=${HIDDEN}\n")
    assert sorted(texts(found.environment) or ()) == ["A=o1", "B", "HIDDEN", "OWN=o", "X=1"]


def test_a_raw_file_has_nothing_replaced(project: Path) -> None:
    text = WEB + "    env_file: [{path: a.env, format: raw}]\n"
    found = of_service(project, text, a_env="A='${B}'\n")
    assert texts(found.environment) == ["A='${B}'"]


@pytest.mark.parametrize("name", ["a.env", "../a.env", "/etc/a.env", "'${NOBODY_KNOWS}'", "https://h/a.env"])
def test_a_file_of_variables_that_is_not_at_hand_has_more(project: Path, name: str) -> None:
    found = of_service(project, f"{WEB}    env_file: {name}\n    environment: [A=b]\n")
    assert (texts(found.environment), found.has_more) == (["A=b"], True)


def test_a_file_of_variables_that_compose_refuses_has_more(project: Path) -> None:
    assert of_service(project, WEB + "    env_file: a.env\n", a_env="A='b\n").has_more


def test_a_project_has_not_more_variables_than_can_be_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_environment, "MAX_VARIABLES", 1)
    assert of_service(project, WEB + "    environment: [A=b, C=d]\n").has_more
    monkeypatch.setattr(process_environment, "MAX_FILE_SIZE", 3)
    assert not of_service(project, WEB + "    env_file: a.env\n", a_env="A=b").has_more
    assert of_service(project, WEB + "    env_file: a.env\n", a_env="A=bc").has_more


def test_what_an_alias_repeats_is_kept_once(project: Path) -> None:
    text = "x-e: &e {A: b}\nservices:\n  web: {image: x, environment: *e}\n  two: {image: x, environment: *e}\n"
    (project / "compose.yaml").write_text(text, encoding="utf-8")
    source = Source("compose.yaml", text)
    web, two = (options(one).environment for one in compose.read(source).containers)
    assert web[0] is two[0]


def test_folder_and_init(project: Path) -> None:
    found = of_service(project, WEB + "    working_dir: /srv\n    init: true\n")
    assert found.working_folder is not None
    assert found.working_folder.value == "/srv"
    assert found.init is not None
    assert found.init.value is True
    hidden = of_service(project, WEB + "    working_dir: '${NOBODY_KNOWS}'\n    init: '${NOBODY_KNOWS}'\n")
    assert (hidden.working_folder, hidden.init) == (None, None)
    assert [one.fields for one in hidden.unknowns] == [("working_folder",), ("init",)]


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("{test: [CMD, a, b]}", ["CMD", "a", "b"]),
        ("{test: a b}", ["CMD-SHELL", "a b"]),
        ("{test: [CMD-SHELL, a b]}", ["CMD-SHELL", "a b"]),
        ("{test: [NONE]}", []),
        ("{disable: true}", []),
        ("{disable: true, test: [CMD, a]}", []),
        ("{interval: 3s}", None),
    ],
)
def test_health_checks(project: Path, check: str, expected: list[str] | None) -> None:
    assert texts(of_service(project, f"{WEB}    healthcheck: {check}\n").health_check) == expected


def test_a_health_check_that_is_not_known_says_so(project: Path) -> None:
    found = of_service(project, WEB + "    healthcheck: {test: '${NOBODY_KNOWS}'}\n")
    assert found.health_check is None
    assert [one.fields for one in found.unknowns] == [("health_check",)]


def test_hooks(project: Path) -> None:
    text = WEB + (
        "    post_start: [{command: chown -R 1 /d, user: root, privileged: true}]\n"
        "    pre_stop: [{command: [sync]}]\n    pre_start: [{command: x}]\n"
    )
    started, stopped = of_service(project, text).hooks
    assert (started.name, texts(started.words)) == ("post_start", ["chown", "-R", "1", "/d"])
    assert started.user is not None
    assert started.user.value == "root"
    assert started.privileged is not None
    assert (stopped.name, texts(stopped.words), stopped.user) == ("pre_stop", ["sync"], None)


@pytest.mark.parametrize(
    ("build", "expected"),
    [(".", "."), ("app", "app"), ("{context: ./app/}", "app"), ("{dockerfile: x}", "."), ("..", ""), ("gone", "")],
)
def test_the_folder_of_a_build(project: Path, build: str, expected: str) -> None:
    (project / "app").mkdir()
    assert of_service(project, f"services:\n  web:\n    build: {build}\n").context == expected


def test_files_of_the_project_that_are_mounted(project: Path) -> None:
    text = WEB + "    volumes: ['./a.conf:/etc/a.conf:ro', './d:/d', './gone:/g', '/etc/passwd:/p', '../up:/u', v:/v]\n"
    (project / "d").mkdir()
    found = of_service(project, text, a_conf="x")
    assert found.texts == (("/etc/a.conf", "a.conf"),)


def test_configs_and_secrets_are_files(project: Path) -> None:
    text = WEB + (
        "    configs: [a, {source: b, target: /etc/b}, {source: c, target: c.conf}, e]\n"
        "    secrets: [s, {source: s, target: t}]\n"
        "configs: {a: {file: a.conf}, b: {content: 'user b;'}, c: {file: a.conf}, e: {environment: E}}\n"
        "secrets: {s: {file: s.txt}}\n"
    )
    found = of_service(project, text, a_conf="x", s_txt="y")
    named = {target: text if isinstance(text, str) else text.text for target, text in found.texts}
    assert named == {
        "/a": "a.conf",
        "/etc/b": "user b;",
        "/c.conf": "a.conf",
        "/run/secrets/s": "s.txt",
        "/run/secrets/t": "s.txt",
    }


@pytest.mark.parametrize(
    ("line", "expected", "has_more"),
    [
        ("docker run -e A=b --env C=d -eE=f x", ["A=b", "C=d", "E=f"], False),
        ("docker run -e A=b -e A=c x", ["A=c"], False),
        ("docker run -e A x", ["A"], False),
        ("docker run -e A=$UNKNOWN x", ["A"], False),
        ("V=1; docker run -e A=$V x", ["A=1"], False),
        ("docker run -e $UNKNOWN=1 -e A=b x", ["A=b"], True),
        ("docker run --env-file a.env -e A=b x", ["A=b"], True),
        ("podman run --env-host -e A=b x", ["A=b"], True),
        ("nerdctl run -e A=b x", ["A=b"], False),
        ('docker run -e A=b "${ARGS[@]}" x', ["A=b"], True),
    ],
)
def test_variables_of_a_line(line: str, expected: list[str], has_more: bool) -> None:  # noqa: FBT001  # a parameter
    found = of_line(line)
    assert (texts(found.environment), found.has_more) == (expected, has_more)


def of_line(line: str) -> ProcessOptions:
    return options(script.read(Source("run.sh", f"{line}\n")).containers[0])


def test_a_line_that_says_nothing_has_no_options() -> None:
    assert script.read(Source("run.sh", "docker run --rm x\n")).containers[0].process is None


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("docker run --health-cmd 'a b'", ["CMD-SHELL", "a b"]),
        ("docker run --health-cmd x --no-healthcheck", []),
        ("docker run --health-cmd '[\"a\"]'", ["CMD-SHELL", '["a"]']),
        ('podman run --health-cmd \'["a", "b"]\'', ["CMD", "a", "b"]),
        ('podman run --health-cmd \'["CMD-SHELL", "a b"]\'', ["CMD-SHELL", "a b"]),
        ("podman run --health-cmd none", []),
        ("docker run --init", None),
    ],
)
def test_health_checks_of_a_line(option: str, expected: list[str] | None) -> None:
    assert texts(of_line(f"{option} x").health_check) == expected


def test_folder_and_init_of_a_line() -> None:
    found = of_line("docker run --init -w /srv x")
    assert found.working_folder is not None
    assert found.working_folder.value == "/srv"
    assert found.init is not None
    assert found.init.value is True
    hidden = of_line("docker run --init=$UNKNOWN -w $UNKNOWN --health-cmd $UNKNOWN x")
    assert [one.fields for one in hidden.unknowns] == [("working_folder",), ("init",), ("health_check",)]


def of_unit(project: Path, text: str) -> ProcessOptions:
    (project / "web.container").write_text(f"[Container]\nImage=x\n{text}", encoding="utf-8")
    workspace = Workspace(str(project))
    return options(quadlet.read(workspace.source("web.container"), Request(workspace)).containers[0])


def test_a_unit(project: Path) -> None:
    (project / "a.env").write_text("# no\nA=file\nF=a b\nN\n", encoding="utf-8")
    (project / "a.conf").write_text("x", encoding="utf-8")
    found = of_unit(
        project,
        'Environment=A=b "C=d e"\nEnvironmentFile=a.env\nWorkingDir=/srv\nRunInit=true\nHealthCmd=a b\n'
        "Volume=./a.conf:/etc/a.conf:ro\nVolume=./gone:/g\n",
    )
    assert sorted(texts(found.environment) or ()) == ["A=b", "C=d e", "F=a b", "N"]
    assert not found.has_more
    assert found.working_folder is not None
    assert found.working_folder.value == "/srv"
    assert found.init is not None
    assert texts(found.health_check) == ["CMD-SHELL", "a b"]
    assert found.texts == (("/etc/a.conf", "a.conf"),)


@pytest.mark.parametrize("line", ["EnvironmentFile=/etc/a.env", "EnvironmentFile=%h/a.env", "EnvironmentHost=true"])
def test_a_unit_with_variables_that_are_not_at_hand(project: Path, line: str) -> None:
    assert of_unit(project, f"{line}\n").has_more


def of_devcontainer(project: Path, text: str) -> ProcessOptions:
    (project / ".devcontainer").mkdir(exist_ok=True)
    (project / ".devcontainer/devcontainer.json").write_text(text, encoding="utf-8")
    (project / ".devcontainer/Dockerfile").write_text("FROM x\n", encoding="utf-8")
    workspace = Workspace(str(project))
    source = workspace.source(".devcontainer/devcontainer.json")
    return options(devcontainer.read(source, Request(workspace)).containers[0])


def test_a_development_container(project: Path) -> None:
    text = '{"image": "x", "init": true, "containerEnv": {"A": "b", "C": "${localEnv:C}"}, "runArgs": ["-e", "D=e"]}'
    found = of_devcontainer(project, text)
    assert sorted(texts(found.environment) or ()) == ["A=b", "C", "D=e"]
    assert found.init is not None


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        ('"build": {"dockerfile": "Dockerfile"}', ".devcontainer"),
        ('"build": {"dockerfile": "Dockerfile", "context": ".."}', "."),
        ('"dockerFile": "Dockerfile", "context": ".."', "."),
        ('"build": {"dockerfile": "Dockerfile", "context": "../.."}, "init": true', ""),
    ],
)
def test_the_folder_of_a_development_containers_build(project: Path, build: str, expected: str) -> None:
    assert of_devcontainer(project, f"{{{build}}}").context == expected


def test_a_development_container_of_a_service_adds_to_what_that_says(project: Path) -> None:
    of_service(project, WEB + "    environment: {A: b, C: d}\n    working_dir: /srv\n")
    text = '{"dockerComposeFile": "../compose.yaml", "service": "web", "containerEnv": {"A": "own"}}'
    found = of_devcontainer(project, text)
    assert texts(found.environment) == ["A=own", "C=d"]
    assert found.working_folder is not None


def test_a_stage_is_built_from_the_folder_of_its_file() -> None:
    found = [dockerfile.read(Source(path, "FROM x\n")).containers[0] for path in ("Dockerfile", "a/b/Dockerfile")]
    assert [options(one).context for one in found] == [".", "a/b"]


def test_a_container_that_an_engine_described() -> None:
    text = (
        '[{"Id": "1", "Name": "/a", "Config": {"Env": ["A=b"], "WorkingDir": "/srv", '
        '"Healthcheck": {"Test": ["NONE"]}}, "HostConfig": {"Init": true, "CapAdd": null, "CapDrop": null}}]'
    )
    found = options(inspect.read(Source("x.json", text)).containers[0])
    assert texts(found.environment) == ["A=b"]
    assert found.health_check == ()
    assert found.init is not None


def test_a_container_of_a_workflow() -> None:
    text = "jobs: {a: {container: {image: x, env: {A: b, C: '${{ secrets.X }}'}, options: -w /srv}, steps: [{run: x}]}}"
    found = options(workflow.read(Source("a.yml", text)).containers[0])
    assert texts(found.environment) == ["A=b", "C"]


def test_the_values_of_variables_and_the_words_of_checks_are_in_no_trace() -> None:
    container = script.read(Source("run.sh", "docker run -e A=hunter2 --health-cmd 'x hunter2' y\n")).containers[0]
    assert options(container).environment[0].value == "A=hunter2"
    assert "hunter2" not in repr(container)
    assert "(A)" in repr(options(container))
