"""devcontainer.json with a Compose project: the service that it names, with what the file lays over it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dropcap.carriers import devcontainer
from dropcap.carriers.request import Settings
from dropcap.check import Setup
from dropcap.discover import discover
from dropcap.model import Container, Document, Kind, Level, Problem, Report, Severity
from dropcap.report import to_report
from dropcap.rule import Rule, load_rules
from dropcap.run import check_targets
from oracles import compose as oracle
from reading import request_of, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Finding, Related

HERE = ".devcontainer/devcontainer.json"
WEB = "services:\n  web:\n    image: nginx\n    cap_add: [SYS_TIME]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(project: Path, files: dict[str, str | dict[str, Any]]) -> None:
    for name, content in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (project / name).write_text(text, encoding="utf-8")


def joined(*files: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever JSON holds
    return {"dockerComposeFile": list(files) if len(files) > 1 else files[0], "service": "web", **more}


def read(project: Path, name: str = HERE, settings: Settings | None = None) -> Document:
    path = project / name
    return devcontainer.read(source_of(path), request_of(path, settings))


def container(project: Path, name: str = HERE) -> Container:
    document = read(project, name)
    assert document.failures == ()
    [found] = document.containers
    return found


def values(located: Any) -> list[Any]:  # noqa: ANN401  # located values of any type
    return [one.value for one in located or ()]


def steps(project: Path, related: Sequence[Related]) -> list[tuple[str, str]]:
    """Give what is said of each place on a way, and the place."""
    found = []
    for step in related:
        region = step.where.source.region(step.where.span)
        found.append(
            (step.message.replace(f"{project}/", ""), f"{Path(region.path).relative_to(project)}:{region.line}")
        )
    return found


def complaints(project: Path) -> list[tuple[str, str, Level]]:
    """Give what is told, each with the text at its place."""
    found = []
    for failure in read(project).failures:
        assert failure.source
        assert failure.span
        at = failure.source.text[failure.span.start : failure.span.end]
        found.append((failure.message.replace(f"{project}/", ""), at, failure.level))
    return found


def test_the_container_is_the_services_with_what_the_file_adds(project: Path) -> None:
    service = """\
services:
  web:
    image: nginx
    user: root
    cap_drop: [ALL]
    cap_add: [SYS_TIME, KILL]
    security_opt: [seccomp=unconfined]
    network_mode: host
    pid: host
    devices: [/dev/kvm]
    volumes: [/a:/b, "/c:/d"]
    entrypoint: [/init]
    command: [serve]
  db:
    image: postgres
"""
    more = {
        "capAdd": ["SYS_PTRACE", "KILL"],
        "privileged": True,
        "securityOpt": ["label=disable"],
        "containerUser": "dev",
        "remoteUser": "somebody",
        "init": True,
        "mounts": ["source=/x,target=/b,type=bind,readonly", {"source": "vol", "target": "/v", "type": "volume"}],
        "runArgs": ["--cap-add=SYS_ADMIN", "--pid=private"],
        "appPort": [80],
        "workspaceMount": "type=bind,source=/etc,target=/w",
    }
    write(project, {"compose.yaml": service, HERE: joined("../compose.yaml", **more)})
    document = read(project)
    [found] = document.containers
    assert [(one.level, one.message.partition(";")[0]) for one in document.failures] == [
        (Level.NOTE, f"{name} does nothing where dockerComposeFile is set")
        for name in ("runArgs", "appPort", "workspaceMount")
    ]
    runargs = document.failures[0]
    assert runargs.source
    assert runargs.span
    assert runargs.source.text[slice(*runargs.span)] == '"runArgs"'
    assert (found.kind, found.name, found.engine) == (Kind.DEVCONTAINER, "web", None)
    assert found.source.text[found.span.start : found.span.end] == '"web"'
    singles = (found.image, found.user, found.privileged, found.network_mode, found.pid)
    assert values(singles) == ["nginx", "dev", True, "host", "host"]
    assert values(found.cap_drop) == ["ALL"]
    assert values(found.cap_add) == ["SYS_TIME", "KILL", "SYS_PTRACE"]
    assert values(found.security_opt) == ["seccomp=unconfined", "label=disable"]
    assert values(found.devices) == ["/dev/kvm"]
    mounts = [(one.value.type, one.value.source, one.value.target, one.value.read_only) for one in found.mounts]
    assert mounts == [("bind", "/x", "/b", False), ("bind", "/c", "/d", False), ("volume", "vol", "/v", False)]
    assert (values(found.entrypoint), values(found.command)) == (["/init"], ["serve"])
    assert (found.ports, found.unknowns) == ((), ())


@pytest.mark.parametrize(
    ("overrides", "entrypoint", "command"),
    [
        ({}, ["/init"], ["serve"]),
        ({"overrideCommand": False}, ["/init"], ["serve"]),
        ({"overrideCommand": True}, ["/bin/sh"], []),
    ],
)
def test_the_services_program_runs_unless_the_file_says_not(
    project: Path, overrides: dict[str, bool], entrypoint: list[str], command: list[str]
) -> None:
    service = "services: {web: {image: nginx, entrypoint: [/init], command: [serve]}}"
    write(project, {"compose.yaml": service, HERE: joined("../compose.yaml", **overrides)})
    found = container(project)
    assert (values(found.entrypoint), values(found.command)) == (entrypoint, command)


def test_what_the_service_has_is_not_taken_away(project: Path) -> None:
    service = "services: {web: {image: nginx, privileged: true, user: root}}"
    write(project, {"compose.yaml": service, HERE: joined("../compose.yaml", privileged=False, containerUser="")})
    found = container(project)
    assert found.privileged
    assert found.privileged.source.path.endswith("compose.yaml")
    assert (found.privileged.value, found.user and found.user.value) == (True, "root")


def test_a_privilege_that_both_give_stands_where_it_has_to_be_taken_away(project: Path) -> None:
    service = "services: {web: {image: nginx, privileged: false, cap_add: [KILL]}}"
    write(project, {"compose.yaml": service, HERE: joined("../compose.yaml", privileged=True, capAdd=["KILL"])})
    found = container(project)
    assert found.privileged
    assert found.privileged.value is True
    assert found.privileged.source.path.endswith("devcontainer.json")
    assert [one.source.path for one in found.cap_add] == [str(project / "compose.yaml")]


def test_a_security_option_that_the_service_has_already_is_refused(project: Path) -> None:
    service = "services: {web: {image: nginx, security_opt: [seccomp=unconfined]}}"
    write(project, {"compose.yaml": service, HERE: joined("../compose.yaml", securityOpt=["seccomp=unconfined"])})
    [(message, at, level)] = complaints(project)
    assert message == "the service web has seccomp=unconfined too: Docker Compose refuses it twice; take it out here"
    assert (at, level) == ('"seccomp=unconfined"', Level.ERROR)


def test_features_add_to_the_service_what_they_ask_for(project: Path) -> None:
    features: dict[str, object] = {
        f"ghcr.io/devcontainers/features/{name}:1": {} for name in ("go", "docker-outside-of-docker")
    }
    write(project, {"compose.yaml": WEB, HERE: joined("../compose.yaml", features=features)})
    found = container(project)
    assert values(found.cap_add) == ["SYS_TIME", "SYS_PTRACE"]
    assert values(found.security_opt) == ["seccomp=unconfined", "label=disable"]
    assert [mount.value.source for mount in found.mounts] == ["/var/run/docker.sock"]
    write(project, {HERE: joined("../compose.yaml", features={"./mine": {}})})
    assert container(project).may_be_set("privileged")


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ("type=tmpfs,target=/t", ("volume", "", "/t")),
        ("source=${localWorkspaceFolder}/a,target=/t,type=bind", ("bind", "${localWorkspaceFolder}/a", "/t")),
        ("src=./a,dst=/t,type=volume", ("bind", "./a", "/t")),
        ({"source": "data", "target": "/t", "type": "bind"}, ("volume", "data", "/t")),
    ],
)
def test_a_mount_is_what_its_short_form_in_compose_says(
    project: Path, mount: str | dict[str, str], expected: tuple[str, str, str]
) -> None:
    write(project, {"compose.yaml": WEB, HERE: joined("../compose.yaml", mounts=[mount])})
    [found] = container(project).mounts
    assert (found.value.type, found.value.source, found.value.target) == expected


@pytest.mark.parametrize("mount", ["source=/a", "target", {"source": "/a"}, ["x"]])
def test_a_mount_without_a_target_is_told(project: Path, mount: object) -> None:
    write(project, {"compose.yaml": WEB, HERE: joined("../compose.yaml", mounts=[mount])})
    [(message, at, _)] = complaints(project)
    assert message.startswith("a mount must be a string, or an object with a target")
    assert json.loads(at) == mount


def test_a_variable_of_the_machine_hides_what_it_stands_for(project: Path) -> None:
    write(project, {"compose.yaml": WEB, HERE: joined("../compose.yaml", containerUser="${localEnv:USER}")})
    found = container(project)
    assert found.may_be_set("user")
    assert not found.may_be_set("cap_add", "image", "privileged")


def test_the_metadata_of_the_services_image_may_add_more(project: Path) -> None:
    image = "mcr.microsoft.com/devcontainers/go:1"
    write(project, {"compose.yaml": f"services: {{web: {{image: '{image}'}}}}", HERE: joined("../compose.yaml")})
    assert container(project).may_be_set("cap_add")


def test_the_services_dockerfile_says_who_the_user_is(project: Path) -> None:
    files = {"app/Dockerfile": "FROM debian\nUSER dev\n", "compose.yaml": "services: {web: {build: app}}"}
    write(project, {**files, HERE: joined("../compose.yaml")})
    stage = container(project).stage
    assert stage
    assert stage.user
    assert stage.user.value == "dev"


def test_a_value_says_how_it_came_from_the_file_it_stands_in(project: Path) -> None:
    base = "services:\n  base:\n    image: nginx\n    cap_add: [KILL]\n"
    web = "services:\n  web:\n    extends: {file: base.yml, service: base}\n    cap_add: [SYS_TIME]\n"
    over = "services:\n  web:\n    cap_add: [NET_ADMIN]\n"
    write(project, {"base.yml": base, "compose.yaml": web, ".devcontainer/dev.yml": over})
    write(project, {HERE: joined("../compose.yaml", "dev.yml", capAdd=["SYS_PTRACE"])})
    found = container(project)
    ways = {one.value: steps(project, found.route(one)) for one in found.cap_add}
    last = ("the development container runs the service web", f"{HERE}:1")
    assert ways == {
        "KILL": [("web extends base of base.yml", "compose.yaml:3"), last],
        "SYS_TIME": [last],
        "NET_ADMIN": [(".devcontainer/dev.yml changes the service web", "compose.yaml:2"), last],
        "SYS_PTRACE": [],
    }


def test_an_included_service_and_one_of_a_profile_are_found_too(project: Path) -> None:
    files = {"web.yml": f"{WEB}    profiles: [dev]\n", "compose.yaml": "include: [web.yml]\n"}
    write(project, {**files, HERE: joined("../compose.yaml")})
    [found] = read(project, settings=Settings(profiles=())).containers
    assert values(found.cap_add) == ["SYS_TIME"]
    [*_, last] = steps(project, found.route(found.cap_add[0]))
    assert last == ("the development container runs the service web", f"{HERE}:1")


def test_no_override_file_is_looked_for(project: Path) -> None:
    over = "services: {web: {privileged: true}}"
    write(project, {"compose.yaml": WEB, "compose.override.yaml": over, HERE: joined("../compose.yaml")})
    assert container(project).privileged is None


def test_the_variables_of_the_folder_of_the_first_file_count(project: Path) -> None:
    service = "services: {web: {image: nginx, user: '$WHO'}}"
    write(project, {"compose.yaml": service, ".env": "WHO=dev\n", HERE: joined("../compose.yaml")})
    user = container(project).user
    assert user
    assert user.value == "dev"


@pytest.mark.parametrize(
    ("properties", "message", "at", "level"),
    [
        (joined("../absent.yml"), "does not exist", '"../absent.yml"', Level.ERROR),
        (joined("../compose.yaml", "no.yml"), "does not exist", '"no.yml"', Level.ERROR),
        (
            joined("../../outside.yml"),
            "lies outside the project: dropcap reads nothing there",
            '"../../outside.yml"',
            Level.NOTE,
        ),
        (
            joined("/etc/hostname"),
            "lies outside the project: dropcap reads nothing there",
            '"/etc/hostname"',
            Level.NOTE,
        ),
        (joined("../broken.yml"), "", "", Level.ERROR),
        (joined("../other.yml"), "", "", Level.ERROR),
        (
            joined("../compose.yaml", service="nope"),
            "compose.yaml has no service nope that starts a container: correct service",
            '"nope"',
            Level.ERROR,
        ),
        (
            {"dockerComposeFile": "../compose.yaml"},
            "names Compose files but no service: add service",
            '"dockerComposeFile"',
            Level.ERROR,
        ),
        (joined(*["../compose.yaml"] * 101), "is one file too many", '"../compose.yaml"', Level.ERROR),
        (joined("../compose.yaml", service=3), "service must be a string", "3", Level.ERROR),
        ({**joined("x"), "dockerComposeFile": 3}, "dockerComposeFile must be a string", "3", Level.ERROR),
    ],
)
def test_what_cannot_be_joined_is_told_once_at_its_place_and_leaves_the_rest_open(
    tmp_path: Path, properties: dict[str, Any], message: str, at: str, level: Level
) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    write(tmp_path, {"outside.yml": WEB})
    write(project, {"compose.yaml": WEB, "broken.yml": "services: [", "other.yml": "kind: Pod\n"})
    write(project, {HERE: {**properties, "capAdd": ["KILL"]}})
    [(said, place, how)] = complaints(project)
    assert message in said
    assert not at or place == at
    assert how is level
    document = read(project)
    [found] = document.containers
    assert values(found.cap_add) == ["KILL"]
    assert found.may_be_set("cap_drop", "image", "user")
    assert document.bases == ()


@pytest.mark.parametrize(
    "properties",
    [
        joined("${localEnv:FILE}"),
        joined("../compose.yaml", service="${localEnv:S}"),
        {**joined("x"), "dockerComposeFile": []},
    ],
)
def test_what_the_machine_decides_is_not_guessed(project: Path, properties: dict[str, Any]) -> None:
    write(project, {"compose.yaml": WEB, HERE: properties})
    found = container(project)
    assert found.may_be_set("cap_add", "image")


def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    write(tmp_path, {"compose.yaml": WEB})
    write(project, {HERE: joined("../compose.yaml")})
    (project / "compose.yaml").symlink_to(tmp_path / "compose.yaml")
    [(message, _, level)] = complaints(project)
    assert "outside the project" in message
    assert level is Level.NOTE


def added(container: Container) -> Iterator[Problem]:
    for entry in container.cap_add:
        yield Problem(entry, f"adds {entry.value}", (entry.value,))


def absent(container: Container) -> Iterator[Problem]:
    if not container.cap_drop:
        yield Problem(container.anchor, "drops nothing")


RULES = [
    Rule(name, Severity.LOW, "It is so.", "It is so.", check, None, __file__)
    for name, check in (("added", added), ("absent", absent))
]


def report(project: Path, *names: str) -> Report:
    targets, failures = discover([str(project / name) for name in names or ("",)])[:2]
    return to_report(check_targets(targets, RULES, Setup()), failures, RULES)


def owners(finding: Finding) -> list[str]:
    return [f"{one.kind.value} {one.name}" for one in (finding.container, *finding.shared_by)]


def told(found: Report) -> list[tuple[str, list[str]]]:
    return [(finding.problem.message, owners(finding)) for finding in found.findings]


def test_a_service_that_is_also_started_alone_is_told_and_the_container_is_named_beside_it(project: Path) -> None:
    write(project, {"compose.yaml": WEB, HERE: joined("../compose.yaml", capAdd=["SYS_PTRACE"])})
    found = report(project)
    both = ["service web", "devcontainer web"]
    assert told(found) == [("adds SYS_PTRACE", ["devcontainer web"]), ("drops nothing", both), ("adds SYS_TIME", both)]
    assert [one.kind for one in found.containers] == [Kind.DEVCONTAINER, Kind.SERVICE]
    assert told(report(project, HERE, "compose.yaml")) == told(report(project, "compose.yaml", HERE)) == told(found)


@pytest.mark.parametrize("name", ["dev.yml", ".devcontainer/compose.yaml"])
def test_a_service_that_is_there_for_the_container_is_told_as_part_of_it(project: Path, name: str) -> None:
    path = "../dev.yml" if name == "dev.yml" else "compose.yaml"
    write(project, {name: f"{WEB}  db:\n    image: postgres\n", HERE: joined(path)})
    found = report(project)
    of_web = [(message, whose) for message, whose in told(found) if "service db" not in whose]
    assert sorted(of_web) == [("adds SYS_TIME", ["devcontainer web"]), ("drops nothing", ["devcontainer web"])]
    assert ("drops nothing", ["service db"]) in told(found)
    assert sorted(f"{one.kind.value} {one.name}" for one in found.containers) == ["devcontainer web", "service db"]


def test_what_two_containers_have_by_one_service_is_said_once_and_what_each_lacks_of_each(project: Path) -> None:
    write(project, {".devcontainer/compose.yaml": WEB})
    write(
        project,
        {f".devcontainer/{name}/devcontainer.json": joined("../compose.yaml", capAdd=["KILL"]) for name in "ab"},
    )
    assert sorted(told(report(project))) == [
        ("adds KILL", ["devcontainer web"]),
        ("adds KILL", ["devcontainer web"]),
        ("adds SYS_TIME", ["devcontainer web", "devcontainer web"]),
        ("drops nothing", ["devcontainer web"]),
        ("drops nothing", ["devcontainer web"]),
    ]


def test_a_container_that_cannot_be_joined_hides_no_service(project: Path) -> None:
    write(project, {"dev.yml": WEB, HERE: joined("../dev.yml", service="nope")})
    assert ("adds SYS_TIME", ["service web"]) in told(report(project))


def test_what_is_wrong_with_a_compose_file_is_told_once(project: Path) -> None:
    wrong = f"{WEB}    privileged: [1]\n"
    write(project, {"compose.yaml": wrong, HERE: joined("../compose.yaml")})
    alone = report(project, "compose.yaml").failures
    assert [failure.message for failure in report(project).failures] == [failure.message for failure in alone] != []
    assert [failure.message for failure in report(project, HERE).failures] == [failure.message for failure in alone]


def test_the_report_is_the_same_whatever_the_number_of_jobs(project: Path) -> None:
    write(project, {"compose.yaml": WEB, HERE: joined("../compose.yaml", capAdd=["KILL"]), "a.sh": "docker run a\n"})
    targets, _ = discover([str(project)])[:2]
    rules = load_rules()
    one, two = (told(to_report(check_targets(targets, rules, Setup(), jobs), (), rules)) for jobs in (1, 2))
    assert one == two
    assert ["service web", "devcontainer web"] in [whose for _, whose in one]


CAPABILITIES = st.lists(st.sampled_from(("NET_ADMIN", "CAP_NET_ADMIN", "KILL", "ALL")), max_size=3, unique=True)
OPTIONS = st.lists(st.sampled_from(("seccomp=unconfined", "label=disable")), max_size=2, unique=True)
USERS = st.sampled_from((None, "dev", "0:0"))
SOURCES = st.sampled_from(("/a", "./b", "name", "~/c"))
MOUNTS = st.lists(st.tuples(SOURCES, st.sampled_from(("/t", "/u", "/v/"))), max_size=3, unique_by=lambda one: one[1])
SIDE = st.fixed_dictionaries(
    {"cap_add": CAPABILITIES, "security_opt": OPTIONS, "user": USERS, "privileged": st.booleans(), "volumes": MOUNTS}
)


def as_service(side: dict[str, Any]) -> dict[str, Any]:
    """Write one side of the merge as a service has it; false and nothing are left out, as the editor does."""
    volumes = [f"{source}:{target}" for source, target in side["volumes"]]
    return {key: value for key, value in {**side, "volumes": volumes}.items() if value}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(under=SIDE, over=SIDE)
def test_the_container_is_what_compose_makes_of_the_editors_override_file(
    under: dict[str, Any], over: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        (project / ".git").mkdir()
        volumes = [{"source": source, "target": target, "type": "bind"} for source, target in over["volumes"]]
        more = {"capAdd": over["cap_add"], "securityOpt": over["security_opt"], "mounts": volumes}
        more |= {"containerUser": over["user"], "privileged": over["privileged"]}
        write(
            project,
            {
                "compose.yaml": {"services": {"web": {"image": "nginx", **as_service(under)}}, "volumes": {"name": {}}},
                "override.yaml": {"services": {"web": as_service(over)}},
                HERE: joined("../compose.yaml", **more),
            },
        )
        answer = oracle.config([project / "compose.yaml", project / "override.yaml"])
        document = read(project)
    assert (answer.project is None) is bool(document.failures)
    if answer.project is None:
        assert "security_opt items" in answer.error
        return
    [found] = document.containers
    service = answer.project["services"]["web"]
    assert sorted(values(found.cap_add)) == sorted(service.get("cap_add") or ())
    assert values(found.security_opt) == (service.get("security_opt") or [])
    assert (found.user.value if found.user else None) == service.get("user")
    assert (found.privileged is not None and found.privileged.value) is service.get("privileged", False)
    mounts = [mount.value for mount in found.mounts]
    ours = sorted((mount.type, mount.source, mount.target.rstrip("/")) for mount in mounts)
    theirs = [(one["type"], one.get("source", ""), one["target"]) for one in service.get("volumes") or ()]
    assert ours == sorted(theirs)
