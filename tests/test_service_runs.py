"""Lines of scripts that run something in a Compose service, judged with what the service holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dropcap.capabilities.effective import capability_sets
from dropcap.carriers import service_runs
from dropcap.check import Setup
from dropcap.discover import discover
from dropcap.model import Container, Engine, Kind, Mount, Report
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.run import check_targets
from dropcap.writers.summary import summarise
from oracles import compose as oracle
from reading import read_target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROJECT = """\
services:
  web:
    image: a/web:1
    user: "1000"
    cap_drop: [ALL]
    cap_add: [NET_ADMIN, CHOWN]
    security_opt: [no-new-privileges:true]
    ports: ["80:80"]
    volumes: ["data:/data", "./here:/srv"]
    command: [serve]
  db:
    image: a/db:1
    user: root
    cap_drop: [MKNOD]
  base:
    build: .
volumes:
  data:
"""
OTHER = "services:\n  web:\n    image: a/other:1\n    user: app\n    cap_add: [SYS_TIME]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "top" / ".git").mkdir(parents=True)
    write(tmp_path / "top", {"compose.yaml": PROJECT})
    return tmp_path / "top"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def containers(project: Path, text: str, name: str = "run.sh") -> Sequence[Container]:
    write(project, {name: text})
    [target] = discover([str(project / name)]).targets
    return read_target(target).containers


def container(project: Path, text: str, name: str = "run.sh") -> Container:
    [found] = containers(project, text, name)
    return found


def values(located: Any) -> list[Any]:  # noqa: ANN401  # located values of any type
    return [one.value for one in located or ()]


def is_found(found: Container) -> bool:
    return found.service is not None and found.service.is_resolved


def reasons(found: Container) -> list[str]:
    return [unknown.reason for unknown in found.unknowns]


def test_a_command_as_root_holds_what_the_services_own_user_cannot_use(project: Path) -> None:
    found = container(project, "docker compose exec --user root web sh\n")
    assert (found.kind, found.name, found.engine) == (Kind.EXEC, "web", Engine.DOCKER)
    assert capability_sets(found).effective == ("CHOWN", "NET_ADMIN")
    assert (found.span.start, found.source.path) == (0, str(project / "run.sh"))
    assert found.unknowns == ()
    assert summarise(found) == "holds 2: CHOWN NET_ADMIN"


@pytest.mark.parametrize("service", ["db", "base"])
def test_a_command_that_gains_nothing_by_its_user_leaves_it_to_the_service(project: Path, service: str) -> None:
    write(project, {"Dockerfile": "FROM debian:12\n"})
    found = container(project, f"docker compose exec -u 0 {service} sh")
    assert (is_found(found), found.unknowns) == (False, ())
    assert summarise(found) == "holds all that its container can hold"


def test_a_privileged_command_holds_everything_whatever_its_service_holds(project: Path) -> None:
    found = container(project, "docker compose exec --privileged web sh")
    assert (summarise(found), found.unknowns) == ("holds all 41 (privileged)", ())


def test_what_a_run_says_is_laid_over_its_service(project: Path) -> None:
    line = (
        "docker compose run --rm -u root --cap-add SYS_TIME --cap-add ALL --cap-drop CHOWN "
        "-v /etc:/srv/ -p 81:81 --entrypoint sh web -c id\n"
    )
    found = container(project, line)
    assert (found.kind, found.user and found.user.value, found.image and found.image.value) == (
        *(Kind.RUN, "root"),
        "a/web:1",
    )
    assert values(found.cap_add) == ["NET_ADMIN", "SYS_TIME", "ALL"]
    assert values(found.cap_drop) == ["CHOWN"]
    assert values(found.security_opt) == ["no-new-privileges:true"]
    assert values(found.ports) == ["81:81"]
    assert values(found.mounts) == [Mount("volume", "data", "/data"), Mount("bind", "/etc", "/srv/")]
    assert (values(found.entrypoint), values(found.command)) == (["sh"], ["-c", "id"])
    assert found.unknowns == ()


def test_a_run_takes_an_addition_away_and_publishes_no_ports(project: Path) -> None:
    found = container(project, "docker compose run --cap-drop NET_ADMIN web\n")
    assert (values(found.cap_add), values(found.cap_drop)) == (["CHOWN"], ["ALL"])
    assert (values(found.ports), values(found.command)) == ([], ["serve"])
    found = container(project, "docker compose run --service-ports -u root web id\n")
    assert (values(found.ports), values(found.command)) == (["80:80"], ["id"])
    assert capability_sets(found).effective == ("CHOWN", "NET_ADMIN")


def test_an_unknown_user_of_the_service_counts_no_more_where_the_line_names_one(project: Path) -> None:
    write(project, {"compose.yaml": "services:\n  web:\n    image: a/web:1\n    user: $WHO\n"})
    assert container(project, "docker compose run -u root web\n").unknowns == ()
    found = container(project, "docker compose run --cap-add SYS_TIME web\n")
    assert [unknown.fields for unknown in found.unknowns] == [("user",)]


def test_a_mount_alone_is_reason_enough_to_judge_a_run(project: Path) -> None:
    found = container(project, "docker compose run -v /:/host db\n")
    assert Mount("bind", "/", "/host") in values(found.mounts)
    assert containers(project, "docker compose run db\ndocker compose run -u 1000 db\n") == ()


@pytest.mark.parametrize(
    ("line", "engine"),
    [
        ("docker-compose exec -u root web id", Engine.DOCKER),
        ("docker --context x compose --ansi never exec -u root web id", Engine.DOCKER),
        ("nerdctl compose exec --user=root web id", Engine.NERDCTL),
        ("nerdctl compose run --user root web id", Engine.NERDCTL),
        ("podman-compose run -u root web id", Engine.PODMAN),
        ("podman-compose --in-pod false exec -T -u root web id", Engine.PODMAN),
        ("podman compose exec -u root web id", Engine.PODMAN),
        ("sudo -E docker compose exec -u root web id", Engine.DOCKER),
        ("bash -c 'docker compose exec -u root web id'", Engine.DOCKER),
        ("eval 'docker compose exec -u root web id'", Engine.DOCKER),
        ("timeout 5 docker compose exec -u root web id", Engine.DOCKER),
    ],
)
def test_each_client_of_compose_is_known(project: Path, line: str, engine: Engine) -> None:
    found = container(project, line)
    assert (found.engine, is_found(found)) == (engine, True)
    assert capability_sets(found).effective == ("CHOWN", "NET_ADMIN")


FOUND = [
    "cd sub; docker compose exec -u 0 web id",
    "cd sub/deep; docker compose exec -u 0 web id",
    "cd sub && docker compose exec -u 0 web id",
    "cd -P -- sub || exit 1\ndocker compose exec -u 0 web id",
    "pushd sub >/dev/null; docker compose exec -u 0 web id; popd",
    "cd other; cd - >/dev/null; cd sub; docker compose exec -u 0 web id",
    "pushd sub; pushd ../other; popd; docker compose exec -u 0 web id",
    '(cd other; true); cd "sub"; docker compose exec -u 0 web id',
    "bash -c 'cd sub && docker compose exec -u 0 web id'",
    "cd sub; bash -c 'docker compose exec -u 0 web id'",
    "f() { docker compose exec -u 0 web id; }\ncd sub\nf",
    "f() { cd sub; }\nf\ndocker compose exec -u 0 web id",
    'cd "$(dirname "$0")/sub"; docker compose exec -u 0 web id',
    "cd `dirname $0`/sub; docker compose exec -u 0 web id",
    'cd "${BASH_SOURCE%/*}/sub"; docker compose exec -u 0 web id',
    'D="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" &>/dev/null && pwd)"\ncd "$D/sub"\ndocker compose exec -u 0 web id',
    'D=$(dirname "$(readlink -f "$0")")\ncd "$D"/sub\ndocker compose exec -u 0 web id',
    'cd "$(git rev-parse --show-toplevel)/sub"; docker compose exec -u 0 web id',
    'D=$(cd "$(dirname "$0")" && pwd)\nE="$D/sub"\ndocker compose -f "$E/compose.yaml" exec -u 0 web id',
    "D=$(dirname $0)\ndocker compose -f ${D}/sub/compose.yaml exec -u 0 web id",
    "docker compose -f sub/compose.yaml exec -u 0 web id",
    "docker compose -f $(dirname $0)/sub/compose.yaml exec -u 0 web id",
    "docker compose --project-directory sub exec -u 0 web id",
    "docker compose --project-directory sub -f sub/compose.yaml exec -u 0 web id",
    "COMPOSE_FILE=sub/compose.yaml docker compose exec -u 0 web id",
    "export COMPOSE_FILE=sub/compose.yaml\ndocker compose exec -u 0 web id",
    "env COMPOSE_FILE=sub/compose.yaml docker compose exec -u 0 web id",
    "for d in sub; do (cd $d && docker compose exec -u 0 web id); done",
    "if true; then cd sub; fi; docker compose exec -u 0 web id",
]


@pytest.mark.parametrize("line", FOUND)
def test_the_project_is_that_of_the_folder_that_the_line_runs_in(project: Path, line: str) -> None:
    write(project, {"sub/compose.yaml": OTHER, "sub/deep/x": "", "other/x": ""})
    found = container(project, f"#!/bin/bash\n{line}\n")
    assert is_found(found), reasons(found)
    assert capability_sets(found).origins["SYS_TIME"].kind == "cap_add"


UNKNOWN = [
    ('cd "$1"; docker compose exec -u 0 web id', "cd goes to $1, which is not known"),
    ("cd; docker compose exec -u 0 web id", "cd goes to the home of whoever runs it"),
    ("cd ~/x; docker compose exec -u 0 web id", "cd goes to the home of whoever runs it"),
    ("cd /srv/app; docker compose exec -u 0 web id", "/srv/app lies outside the project"),
    ("cd ..; docker compose exec -u 0 web id", "lies outside the project"),
    ('[ -z "$1" ] || cd sub\ndocker compose exec -u 0 web id', "it runs in different folders in different branches"),
    ("docker compose -f ../compose.yaml exec -u 0 web id", "lies outside the project"),
    ("docker compose -f $X exec -u 0 web id", "it names a file that is not known"),
    ("D=$(pick)\ndocker compose -f $D/compose.yaml exec -u 0 web id", "it names a file that is not known"),
    ("read D\ncd $D/sub; docker compose exec -u 0 web id", "cd goes to $D/sub, which is not known"),
    ("docker compose -f - exec -u 0 web id", "the line reads a Compose file from its input"),
    ("docker compose -f none.yaml exec -u 0 web id", "does not exist"),
    ("docker compose -f sub/broken.yaml exec -u 0 web id", "cannot be read"),
    ("docker compose --env-file ../.env exec -u 0 web id", "lies outside the project"),
    ("docker compose --env-file $E exec -u 0 web id", "it names a file that is not known"),
    ("docker compose --project-directory . -f sub/compose.yaml exec -u 0 web id", "--project-directory names another"),
    ("COMPOSE_FILE=$X docker compose exec -u 0 web id", "the script sets COMPOSE_FILE to a value that is not known"),
    ("docker compose exec -u 0 nobody id", "its Compose project has no service nobody"),
    ('docker compose exec -u 0 "$S" id', "the name of the service is not known"),
    ("ssh host 'docker compose exec -u 0 web id'", "ssh runs it in another folder"),
    ("su - app -c 'docker compose exec -u 0 web id'", "su runs it in another folder"),
    ("chroot /x docker compose exec -u 0 web id", "chroot runs it in another folder"),
    ("env -C sub docker compose exec -u 0 web id", "it is started in another folder"),
    ("sudo -i docker compose exec -u 0 web id", "it is started in another folder"),
    ("systemd-run docker compose exec -u 0 web id", "it is started in another folder"),
]


@pytest.mark.parametrize(("line", "reason"), UNKNOWN)
def test_where_the_project_is_not_known_the_line_says_why(project: Path, line: str, reason: str) -> None:
    write(
        project,
        {"sub/compose.yaml": OTHER, "sub/broken.yaml": "services: [\n", "../compose.yaml": OTHER, "../.env": ""},
    )
    found = container(project, f"{line}\n")
    assert not is_found(found)
    assert [one for one in reasons(found) if reason in one], reasons(found)
    assert capability_sets(found).effective == ()
    assert summarise(found) == "holds all that its container can hold"


def test_a_link_that_leads_out_of_the_project_is_not_followed(project: Path) -> None:
    write(project.parent, {"out/compose.yaml": OTHER, "out/vars": "A=1\n"})
    (project / "link").symlink_to(project.parent / "out")
    for line in ("cd link; docker compose exec -u 0 web id", "docker compose --env-file link/vars exec -u 0 web id"):
        found = container(project, line)
        assert not is_found(found)
        assert any("lies outside the project" in reason for reason in reasons(found)), reasons(found)


def test_no_folder_above_the_root_is_looked_into(project: Path) -> None:
    (project / "compose.yaml").unlink()
    write(project.parent, {"compose.yaml": OTHER})
    found = container(project, "docker compose exec -u 0 web id\n")
    assert any("there is no Compose project in" in reason for reason in reasons(found))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Makefile", "id:\n\tdocker compose exec -u 0 web id\n"),
        ("package.json", '{"scripts": {"id": "docker compose exec -u 0 web id"}}'),
        ("justfile", "id:\n  docker compose exec -u 0 web id\n"),
        ("Taskfile.yml", "tasks:\n  id:\n    cmds: [docker compose exec -u 0 web id]\n"),
    ],
)
def test_recipes_start_beside_their_file(project: Path, name: str, text: str) -> None:
    assert is_found(container(project, text, name))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".gitlab-ci.yml", "x:\n  script:\n    - docker compose exec -u 0 web id\n"),
        ("x.service", "[Service]\nExecStart=/usr/bin/docker compose exec -u 0 web id\n"),
        ("Dockerfile", "FROM docker\nRUN docker compose exec -u 0 web id\n"),
    ],
)
def test_of_other_files_the_folder_is_not_known(project: Path, name: str, text: str) -> None:
    found = next(one for one in containers(project, text, name) if one.kind is Kind.EXEC)
    assert any("it is not known in which folder it runs" in reason for reason in reasons(found))


def test_a_variable_that_the_script_gives_the_project_makes_it_unknown(project: Path) -> None:
    write(
        project,
        {
            "compose.yaml": "services:\n  web:\n    image: a/b\n    user: '$WHO'\n    cap_add: ['${CAP}']\n",
            ".env": "WHO=1\nCAP=CHOWN\n",
        },
    )
    found = container(project, "export CAP=SYS_ADMIN\ndocker compose exec -u root web id\n")
    assert found.may_be_set("cap_add")
    assert "the script changes the project's CAP" in reasons(found)
    assert container(project, "export OTHER=1\ndocker compose exec -u root web id\n").unknowns == ()


def test_files_of_variables_are_those_that_the_line_names(project: Path) -> None:
    write(
        project,
        {
            "compose.yaml": "services:\n  web:\n    image: a/b\n    user: '7'\n    cap_add: ['${CAP}']\n",
            ".env": "CAP=CHOWN\n",
            "prod.env": "CAP=SYS_ADMIN\n",
        },
    )
    found = container(project, "docker compose --env-file prod.env exec -u root web id\n")
    assert values(found.cap_add) == ["SYS_ADMIN"]


def test_a_line_is_refused_as_before(project: Path) -> None:
    write(project, {"run.sh": "docker compose exec -u 0 web\n"})
    [target] = discover([str(project / "run.sh")]).targets
    [failure] = read_target(target).failures
    assert "'docker compose exec' requires at least 2 arguments" in failure.message


def test_the_lines_of_one_file_may_belong_to_so_many_projects(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_runs, "MOST_PROJECTS", 2)
    names = [f"p{number}" for number in range(4)]
    write(project, {f"{name}/compose.yaml": OTHER for name in names})
    found = containers(project, "".join(f"docker compose -f {name}/compose.yaml exec -u 0 web id\n" for name in names))
    assert [is_found(one) for one in found] == [True, True, False, False]
    assert any("more than 2 Compose projects" in reason for reason in reasons(found[-1]))


def checked(*paths: Path) -> Report:
    found = discover([str(path) for path in paths])
    return to_report(check_targets(found.targets, load_rules(()), Setup()), found.failures)


def test_a_finding_stands_where_its_value_does_and_says_how_it_came_to_the_line(project: Path) -> None:
    write(project, {"run.sh": "docker compose exec -u root web id\n"})
    found = [one for one in checked(project / "run.sh").findings if one.rule == "high-capability"]
    [finding] = found
    assert finding.problem.where.source.path.endswith("compose.yaml")
    [step] = finding.problem.related
    assert step.message == "the command runs in the service web"
    assert (step.where.source.path, step.where.span.start) == (str(project / "run.sh"), 0)


SAME = [
    ("", {}, (), "docker compose run -u root web"),
    ("sub", {}, (), "cd sub; docker compose run -u root web"),
    ("sub/deep", {}, (), "cd sub/deep; docker compose run -u root web"),
    ("none/deep", {}, (), "cd none/deep; docker compose run -u root web"),
    ("listed", {}, (), "cd listed; docker compose run -u root web"),
    ("listed/deep", {}, (), "cd listed/deep; docker compose run -u root web"),
    (
        "none",
        {"COMPOSE_FILE": "../sub/compose.yaml"},
        (),
        "cd none; COMPOSE_FILE=../sub/compose.yaml docker compose run -u root web",
    ),
    (
        "",
        {"COMPOSE_FILE": "sub/compose.yaml:more.yaml"},
        (),
        "export COMPOSE_FILE=sub/compose.yaml:more.yaml; docker compose run -u root web",
    ),
    ("", {}, ("--project-directory", "sub"), "docker compose --project-directory sub run -u root web"),
    ("sub", {}, ("-f", "../compose.yaml"), "cd sub; docker compose -f ../compose.yaml run -u root web"),
    (
        "",
        {},
        ("-f", "sub/compose.yaml", "-f", "more.yaml"),
        "docker compose -f sub/compose.yaml -f more.yaml run -u root web",
    ),
    (
        "",
        {},
        ("-f", "env.yaml", "--env-file", "sub/vars"),
        "docker compose -f env.yaml --env-file sub/vars run -u root web",
    ),
    (
        "",
        {"COMPOSE_FILE": "more.yaml"},
        ("-f", "compose.yaml"),
        "COMPOSE_FILE=more.yaml docker compose -f compose.yaml run -u root web",
    ),
]


@pytest.mark.parametrize(("folder", "environment", "options", "line"), SAME)
def test_compose_itself_finds_the_same_project(
    project: Path, folder: str, environment: dict[str, str], options: tuple[str, ...], line: str
) -> None:
    write(
        project,
        {
            "sub/compose.yaml": OTHER,
            "sub/compose.override.yaml": "services:\n  web:\n    labels: [a=b]\n",
            "sub/vars": "NAME=from/vars\n",
            "sub/deep/x": "",
            "none/deep/x": "",
            "more.yaml": "services:\n  web:\n    image: a/more:1\n",
            "env.yaml": "services:\n  web:\n    image: $NAME\n",
            "listed/.env": "COMPOSE_FILE=first.yaml\n",
            "listed/first.yaml": "services:\n  web:\n    image: a/first:1\n",
            "listed/deep/x": "",
        },
    )
    answer = oracle.config((), environment=environment, options=options, cwd=project / folder)
    assert answer.project is not None, answer.error
    service = answer.project["services"]["web"]
    found = container(project, f"{line}\n")
    if is_found(found):
        assert found.image is not None
        assert found.image.value == service["image"]
        assert values(found.labels) == [f"{name}={value}" for name, value in service.get("labels", {}).items()]
    else:  # what a folder above lists in its file of variables counts only there
        assert folder == "listed/deep"
        assert service["image"] == "a/web:1"
