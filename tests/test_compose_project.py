from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import about
from dropcap.carriers.compose.project_files import MAIN_NAMES
from dropcap.carriers.request import Settings
from dropcap.check import Setup
from dropcap.discover import Target, discover
from dropcap.model import Container, Document, Engine, Kind, Level
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.run import check_targets
from oracles import compose as oracle
from reading import read_target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.model import Report


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(files: Mapping[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def read(path: str = "compose.yaml", settings: Settings | None = None) -> Document:
    targets, _ = discover([path])[:2]
    (target,) = targets
    return read_target(target, settings)


def services(document: Document) -> dict[str, Container]:
    return {container.name: container for container in document.containers}


def values(container: Container, field: str) -> list[str]:
    return [one.value for one in getattr(container, field)]


def report(*paths: str) -> Report:
    targets, failures = discover(paths or ["."])[:2]
    rules = load_rules()
    return to_report(check_targets(targets, rules, Setup()), failures, rules)


def errors(document: Document) -> list[str]:
    return [failure.message for failure in document.failures if failure.level is Level.ERROR]


def places(document: Document) -> list[tuple[str, int, int]]:
    found = []
    for failure in document.failures:
        assert failure.source is not None
        assert failure.span is not None
        region = failure.source.region(failure.span)
        found.append((region.path, region.line, region.column))
    return found


VERSION_2 = Settings(compose=2)
AS_THE_ORACLE = Settings(compose=2, checks_consistency=False)
"""Docker Compose 2.40.3 is asked with `--no-consistency`."""
ONE = "services:\n  web:\n    image: nginx\n    cap_add: [NET_ADMIN]\n"


@pytest.mark.parametrize("name", MAIN_NAMES)
def test_the_override_beside_a_project_belongs_to_it(here: Path, name: str) -> None:
    write(
        {name: ONE, "docker-compose.override.yml": "services:\n  web:\n    cap_add: [SYS_TIME]\n    cap_drop: [ALL]\n"}
    )
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    web = services(read("."))["web"]
    assert values(web, "cap_add") == answer.project["services"]["web"]["cap_add"] == ["NET_ADMIN", "SYS_TIME"]
    assert values(web, "cap_drop") == answer.project["services"]["web"]["cap_drop"] == ["ALL"]


@pytest.mark.usefixtures("here")
def test_of_several_main_files_one_is_the_project_and_the_other_stands_alone() -> None:
    write({"compose.yaml": ONE, "docker-compose.yml": ONE, "compose.override.yaml": ONE})
    targets, _ = discover(["."])[:2]
    assert [(target.path, target.over) for target in targets] == [
        ("compose.yaml", ("compose.override.yaml",)),
        ("docker-compose.yml", ()),
    ]


@pytest.mark.usefixtures("here")
def test_an_override_that_is_named_brings_its_project() -> None:
    write({"a/compose.yaml": ONE, "a/compose.override.yaml": ONE})
    for paths in (["a/compose.override.yaml"], ["a/compose.yaml"], ["a/compose.override.yaml", "a/compose.yaml"]):
        (target,) = discover(paths)[0]
        assert (target.path, target.over) == ("a/compose.yaml", ("a/compose.override.yaml",))


def test_the_files_of_a_project_may_be_listed_in_its_env_file(here: Path) -> None:
    write({".env": "COMPOSE_FILE=base.yml:sub/more.yml\n", "base.yml": ONE, "compose.yaml": ONE})
    write({"sub/more.yml": "services:\n  web:\n    cap_add: [SYS_TIME]\n"})
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    targets, _ = discover(["base.yml", "compose.yaml"])[:2]
    assert [(target.path, target.over) for target in targets] == [("base.yml", ("sub/more.yml",)), ("compose.yaml", ())]
    web = services(read("base.yml"))["web"]
    assert values(web, "cap_add") == answer.project["services"]["web"]["cap_add"]


def test_an_ignored_override_is_no_part_of_a_walked_folder(here: Path) -> None:
    write({".gitignore": "compose.override.yaml\n", "compose.yaml": ONE, "compose.override.yaml": ONE})
    (here / ".git").mkdir()
    (target,) = discover(["."])[0]
    assert (target.path, target.over) == ("compose.yaml", ())


CHAIN = {
    "compose.yaml": (
        "services:\n  web:\n    extends:\n      file: sub/base.yaml\n      service: mid\n    cap_add: [C]\n"
    ),
    "sub/base.yaml": (
        "services:\n  mid:\n    extends: low\n    cap_add: [B]\n  low:\n    image: nginx\n"
        "    cap_add: [A]\n    privileged: true\n    volumes: ['./data:/data', 'named:/named']\n    build: ./image\n"
    ),
    "sub/image/Dockerfile": "FROM alpine\nUSER 7\n",
}


def test_a_service_takes_over_those_it_extends_with_their_places_and_paths(here: Path) -> None:
    write(CHAIN)
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    theirs = answer.project["services"]["web"]
    document = read(settings=AS_THE_ORACLE)
    web = services(document)["web"]
    assert errors(document) == []
    assert values(web, "cap_add") == theirs["cap_add"] == ["A", "B", "C"]
    assert [(one.source.path, one.source.position(one.span.start).line) for one in web.cap_add] == [
        ("sub/base.yaml", 7),
        ("sub/base.yaml", 4),
        ("compose.yaml", 6),
    ]
    assert [mount.value.source for mount in web.mounts] == [one["source"] for one in theirs["volumes"]]
    assert web.stage is not None
    assert web.stage.user is not None
    assert (web.stage.user.value, web.stage.user.source.path) == ("7", "sub/image/Dockerfile")


@pytest.mark.usefixtures("here")
def test_a_finding_on_a_value_of_another_file_says_how_it_came() -> None:
    write(CHAIN)
    (finding,) = [one for one in report("compose.yaml").findings if one.rule == "privileged"]
    steps = [
        (related.message, related.where.source.path, related.where.source.position(related.where.span.start).line)
        for related in finding.problem.related
    ]
    assert finding.problem.where.source.path == "sub/base.yaml"
    assert finding.container.name == "web"
    assert steps == [
        ("mid extends low", "sub/base.yaml", 3),
        ("web extends mid of sub/base.yaml", "compose.yaml", 4),
    ]


@pytest.mark.usefixtures("here")
def test_a_service_that_is_extended_is_not_checked_by_itself_as_well() -> None:
    write({**CHAIN, "sub/base.yaml": CHAIN["sub/base.yaml"] + "  other:\n    image: nginx\n"})
    names = sorted(container.name for container in report(".").containers if container.kind is Kind.SERVICE)
    assert names == ["other", "web"]


@pytest.mark.usefixtures("here")
def test_services_of_a_project_are_checked_even_if_another_one_extends_them() -> None:
    write({"a/compose.yaml": ONE})
    write({"b/compose.yaml": "services:\n  app:\n    extends: {file: ../a/compose.yaml, service: web}\n"})
    assert sorted(container.name for container in report(".").containers) == ["app", "web"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("read_only: 'maybe'", 'read_only must be true or false, not "maybe"'),
        ("ulimits: {nofile: '12x'}", 'ulimits.nofile must be a whole number, not "12x"'),
    ],
)
def test_a_text_that_is_cast_is_read_in_a_file_without_variables_too(field: str, message: str) -> None:
    write({"compose.yaml": f"services:\n  a: {{image: x, {field}}}\n"})
    assert f"services.a.{message}" in [failure.message for failure in report(".").failures]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "services:\n  a: {image: x, extends: b}\n  b: {extends: a}\n",
            "services.a extends itself: a extends b extends a",
        ),
        ("services:\n  a: {image: x, extends: a}\n", "services.a extends itself: a extends a"),
        (
            "services:\n  a: {image: x, extends: b}\n",
            "services.a extends b, but compose.yaml has no service of that name: correct the name",
        ),
        (
            "services:\n  a: {image: x, extends: {file: no.yaml, service: b}}\n",
            "a service extends one of no.yaml, which does not exist",
        ),
        (
            "services:\n  a: {image: x, extends: {file: e.yaml, service: b}}\n",
            "a service extends one of e.yaml, which has no services: correct the path",
        ),
    ],
)
def test_a_base_that_cannot_be_had_is_an_error_and_leaves_the_service_open(here: Path, text: str, message: str) -> None:
    write({"compose.yaml": text, "e.yaml": "x-a: 1\n"})
    assert oracle.config([], cwd=here).error
    document = read()
    assert any(one.startswith(message) for one in errors(document)), errors(document)
    assert all(place[0] == "compose.yaml" for place in places(document))
    assert services(document)["a"].may_be_set("cap_add")


def test_a_key_or_a_merge_that_compose_refuses_is_an_error_wherever_it_stands(here: Path) -> None:
    files = {
        "merge": "services:\n  web:\n    image: a\n    environment:\n      <<: *list\n",
        "key": "services:\n  web:\n    image: a\n    labels: {1: a}\n",
        "extension": "services:\n  web:\n    image: a\nx-b: {true: a}\n",
    }
    for name, text in files.items():
        write({"compose.yaml": f"x-list: &list [A=b]\n{text}"})
        wanted = "must name a mapping or a list of mappings" if name == "merge" else "must be a string"
        (error,) = errors(read())
        assert wanted in error
        assert oracle.config([here / "compose.yaml"]).error


def test_reset_and_override_act_on_what_is_below_them(here: Path) -> None:
    write({"compose.yaml": ONE + "    privileged: true\n    cap_drop: [A, B]\n"})
    write(
        {
            "compose.override.yaml": (
                "services:\n  web:\n    cap_add: !override [SYS_TIME]\n    privileged: !reset null\n"
                "    cap_drop: !reset []\n"
            )
        }
    )
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    theirs, web = answer.project["services"]["web"], services(read())["web"]
    assert values(web, "cap_add") == theirs["cap_add"] == ["SYS_TIME"]
    assert web.privileged is None
    assert "privileged" not in theirs
    assert values(web, "cap_drop") == theirs.get("cap_drop", []) == []


def test_a_reset_in_a_base_does_not_reach_the_files_over_it(here: Path) -> None:
    write({"compose.yaml": ONE})
    write({"b.yaml": "services:\n  base:\n    cap_add: !override [B]\n"})
    write({"compose.override.yaml": "services:\n  web:\n    extends: {file: b.yaml, service: base}\n"})
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    assert values(services(read())["web"], "cap_add") == answer.project["services"]["web"]["cap_add"]


INCLUDED = {
    "compose.yaml": "include:\n  - team/compose.yaml\nservices:\n  web:\n    image: nginx\n",
    "team/compose.yaml": "services:\n  db:\n    image: ${IMAGE}\n    privileged: true\n    volumes: ['./d:/d']\n",
    "team/.env": "IMAGE=postgres\n",
}


def test_an_included_project_has_its_own_folder_and_variables_and_is_checked_once(here: Path) -> None:
    write(INCLUDED)
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    theirs, db = answer.project["services"]["db"], services(read())["db"]
    assert db.image is not None
    assert db.image.value == theirs["image"] == "postgres"
    assert [mount.value.source for mount in db.mounts] == [theirs["volumes"][0]["source"]] == ["team/d"]
    found = [one for one in report(".").findings if one.rule == "privileged"]
    assert [one.problem.where.source.path for one in found] == ["team/compose.yaml"]
    assert [one.message for one in found[0].problem.related] == ["this includes team/compose.yaml"]
    assert report(".").files == 2


def test_an_include_may_name_several_files_a_folder_and_variables(here: Path) -> None:
    write(
        {
            "compose.yaml": (
                "include:\n  - path: [team/a.yaml, team/b.yaml]\n    project_directory: elsewhere\n"
                "    env_file: team/x.env\n"
            ),
            "team/a.yaml": "services:\n  db:\n    image: $IMAGE\n    cap_add: [A]\n    volumes: ['./d:/d']\n",
            "team/b.yaml": "services:\n  db:\n    cap_add: [B]\n",
            "team/x.env": "IMAGE=pg\n",
            "elsewhere/d/file": "",
        }
    )
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    theirs, db = answer.project["services"]["db"], services(read())["db"]
    assert db.image is not None
    assert (db.image.value, values(db, "cap_add")) == (theirs["image"], theirs["cap_add"]) == ("pg", ["A", "B"])
    assert db.mounts[0].value.source == theirs["volumes"][0]["source"] == "elsewhere/d"


def test_a_conflict_with_an_included_service_is_told_and_both_are_read(here: Path) -> None:
    write({"compose.yaml": "include: [a.yaml]\n" + ONE, "a.yaml": "services:\n  web:\n    image: x\n    user: '5'\n"})
    assert "conflicts with imported resource" in oracle.config([], cwd=here).error
    document = read(settings=VERSION_2)
    (message,) = errors(document)
    assert message.startswith("services.web is also in a.yaml:2, which this project includes")
    web = services(document)["web"]
    assert web.user is not None
    assert (web.user.value, values(web, "cap_add")) == ("5", ["NET_ADMIN"])
    assert errors(read()) == []


def test_one_file_may_be_included_over_two_ways(here: Path) -> None:
    write({"compose.yaml": "include: [a.yaml, b.yaml]\n", "c.yaml": ONE})
    write({"a.yaml": "include: [c.yaml]\nservices: {}\n", "b.yaml": "include: [c.yaml]\nservices: {}\n"})
    assert oracle.config([], cwd=here).project is not None
    document = read()
    assert errors(document) == []
    assert list(services(document)) == ["web"]


def test_includes_that_go_round_in_a_circle_are_an_error(here: Path) -> None:
    write({"compose.yaml": "include: [a.yaml]\n" + ONE, "a.yaml": "include: [compose.yaml]\nservices: {}\n"})
    assert "include cycle" in oracle.config([], cwd=here).error
    document = read()
    assert errors(document) == ["this include leads back to itself: compose.yaml includes a.yaml includes compose.yaml"]
    assert [container.name for container in report(".").containers] == ["web"]


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("../outside.yaml", "lies outside the project"),
        ("/etc/compose.yaml", "lies outside the project"),
        ("link.yaml", "lies outside the project"),
        ("https://example.com/compose.git", "is on another machine"),
        ("oci://example.com/app:1", "is on another machine"),
        ("git@example.com:app.git", "is on another machine"),
        ("https://github.com/a/b.git#main:sub", "is on another machine"),
    ],
)
def test_nothing_outside_the_project_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, reason: str
) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    monkeypatch.chdir(project)
    write({"../outside.yaml": "services:\n  secret:\n    image: x\n"})
    Path("link.yaml").symlink_to("../outside.yaml")
    write({"compose.yaml": f"include: ['{reference}']\nservices:\n  web:\n    image: x\n"})
    document = read()
    assert list(services(document)) == ["web"]
    (failure,) = document.failures
    assert failure.level is Level.NOTE
    assert reason in failure.message
    write({"compose.yaml": f"services:\n  web:\n    image: x\n    extends: {{file: '{reference}', service: secret}}\n"})
    document = read()
    assert services(document)["web"].may_be_set("cap_add", "privileged")
    assert reason in document.failures[0].message


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("reference", ["https://example.com/compose.yaml", "http://a/b", "ftp://a/b.git"])
def test_an_address_that_nobody_fetches_is_a_file_that_is_not_there(reference: str) -> None:
    write({"compose.yaml": f"include: ['{reference}']\nservices:\n  web:\n    image: x\n"})
    (failure,) = read().failures
    assert failure.level is Level.ERROR
    assert "which does not exist: of addresses Docker Compose fetches Git repositories" in failure.message


@pytest.mark.usefixtures("here")
def test_variables_come_from_the_env_file_and_say_so() -> None:
    write({"compose.yaml": "services:\n  web:\n    image: x\n    cap_add: ['$CAP']\n", ".env": "CAP=SYS_ADMIN\n"})
    (finding,) = [one for one in report(".").findings if one.rule == "critical-capability"]
    assert finding.problem.evidence == ("SYS_ADMIN",)
    (step,) = finding.problem.related
    assert (step.message, step.where.source.path) == ("CAP is set here", ".env")


@pytest.mark.usefixtures("here")
def test_a_variable_that_nobody_sets_is_unknown_and_a_default_counts() -> None:
    write({"compose.yaml": "services:\n  web:\n    image: x\n    cap_add: ['$CAP', '${OTHER:-SYS_TIME}']\n"})
    web = services(read())["web"]
    assert values(web, "cap_add") == ["SYS_TIME"]
    assert [(one.text, one.fields) for one in web.unknowns] == [("$CAP", ("cap_add",))]


@pytest.mark.usefixtures("here")
def test_the_environment_counts_only_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAP", "SYS_TIME")
    write({"compose.yaml": "services:\n  web:\n    image: x\n    cap_add: ['$CAP']\n    user: '$NOBODY'\n"})
    assert values(services(read())["web"], "cap_add") == []
    web = services(read(settings=Settings(uses_environment=True)))["web"]
    assert values(web, "cap_add") == ["SYS_TIME"]
    assert web.user is not None
    assert web.user.value == ""


@pytest.mark.usefixtures("here")
def test_all_profiles_are_checked_unless_some_are_named() -> None:
    write(
        {"compose.yaml": "services:\n  a: {image: x}\n  b: {image: x, profiles: [p]}\n  c: {image: x, profiles: [q]}\n"}
    )
    assert list(services(read())) == ["a", "b", "c"]
    assert list(services(read(settings=Settings(profiles=("p",))))) == ["a", "b"]
    assert list(services(read(settings=Settings(profiles=("*",))))) == ["a", "b", "c"]


@pytest.mark.usefixtures("here")
def test_a_service_gets_the_stage_that_it_is_built_from() -> None:
    write(
        {
            "compose.yaml": (
                "services:\n  web:\n    build:\n      context: app\n      dockerfile: Dockerfile.web\n"
                "      target: run\n      args: {WHO: '12'}\n  inline:\n    build:\n      dockerfile_inline: |\n"
                "        FROM alpine\n        USER 9\n  other:\n    build:\n      context: app\n"
                "      dockerfile: Dockerfile.web\n      additional_contexts: [alpine=./x]\n"
            ),
            "app/Dockerfile.web": ("FROM alpine AS run\nARG WHO=0\nUSER $WHO\nFROM run AS last\nUSER 3\n"),
        }
    )
    found = services(read())
    users = {name: one.stage and one.stage.user and one.stage.user.value for name, one in found.items()}
    assert users == {"web": "12", "inline": "9", "other": None}
    assert found["other"].stage is None, "what an additional context holds is not known"
    stage = found["inline"].stage
    assert stage is not None
    assert stage.user is not None
    assert stage.user.source.region(stage.user.span)[:3] == ("compose.yaml", 12, 14)


@pytest.mark.usefixtures("here")
def test_hooks_hold_what_they_are_given() -> None:
    write(
        {
            "compose.yaml": (
                "services:\n  web:\n    image: x\n    user: '5'\n    cap_drop: [ALL]\n"
                "    read_only: true\n    security_opt: [no-new-privileges]\n    volumes: [/srv:/srv]\n    pre_start:\n"
                "      - command: [a]\n    post_start:\n      - command: [b]\n        privileged: true\n"
                "      - command: [c]\n    develop:\n      watch:\n        - path: .\n          action: sync+exec\n"
                "          target: /x\n          exec: {command: d, privileged: true}\n"
            )
        }
    )
    found = services(read())
    assert list(found) == ["web", "web.pre_start[0]", "web.post_start[0]", "web.develop.watch[0].exec"]
    before = found["web.pre_start[0]"]
    assert (before.kind, before.cap_drop, before.user) == (Kind.SERVICE, (), None)
    assert (before.security_opt, before.read_only) == ((), None)
    assert before.mounts == found["web"].mounts != ()
    assert before.image is not None
    assert found["web.post_start[0]"].kind is Kind.EXEC
    assert found["web.post_start[0]"].privileged is not None


@pytest.mark.usefixtures("here")
def test_a_provider_starts_no_container_and_the_api_socket_is_a_mount() -> None:
    write({"compose.yaml": "services:\n  a: {provider: {type: model}}\n  b: {image: x, use_api_socket: true}\n"})
    found = services(read())
    assert list(found) == ["b"]
    assert found["b"].mounts[0].value.source == "/var/run/docker.sock"


@pytest.mark.usefixtures("here")
def test_the_grants_of_a_build_are_kept() -> None:
    write(
        {
            "compose.yaml": (
                "services:\n  a: {build: {context: ., privileged: true}}\n"
                "  b: {build: {context: ., entitlements: [network.host, security.insecure]}}\n"
                "  c: {build: {context: ., privileged: false}}\n"
            )
        }
    )
    found = services(read())
    assert {name: values(one, "build_grants") for name, one in found.items()} == {
        "a": ["privileged"],
        "b": ["network.host", "security.insecure"],
        "c": [],
    }


@pytest.mark.usefixtures("here")
def test_what_a_stack_ignores_is_said_under_swarm() -> None:
    write(
        {"stack.yaml": "services:\n  a:\n    image: x\n    privileged: true\n    security_opt: [no-new-privileges]\n"}
    )
    targets, _ = discover(["stack.yaml"])[:2]
    document = read_target(targets[0], engine=Engine.SWARM)
    assert [failure.message for failure in document.failures] == [
        "docker stack deploy ignores security_opt, so a runs without it",
    ]


MISSING = (
    "services:\n  a:\n    image: x\n    depends_on: {%s}\n    networks: [%s]\n    volumes: ['%s:/v']\n"
    "    ipc: service:%s\n    secrets: [%s]\nvolumes: {v: {}}\nnetworks: {n: {}}\nsecrets: {s: {file: f}}\n"
    "  \n"
)


def test_what_is_named_and_not_there_is_told_for_a_whole_project(here: Path) -> None:
    whole = MISSING.replace("{%s}", "[%s]") % ("a2", "n", "v", "a2", "s")
    whole = whole.replace("volumes: {v", "  a2: {image: x}\nvolumes: {v", 1)
    assert oracle_accepts(here, whole)
    assert read().failures == ()
    for number, kind in enumerate(("service", "network", "volume", "service", "secret")):
        names = ["a2", "n", "v", "a2", "s"]
        names[number] = "gone"
        text = (MISSING.replace("{%s}", "[%s]") % tuple(names)).replace(
            "volumes: {v", "  a2: {image: x}\nvolumes: {v", 1
        )
        assert not oracle_accepts(here, text), kind
        (failure,) = read().failures
        remedy = "Docker Compose refuses that: add it, or correct the name"
        assert (failure.level, failure.message) == (
            Level.ERROR,
            f"services.a names the {kind} gone, which the project does not have; {remedy}",
        )


def oracle_accepts(folder: Path, text: str) -> bool:
    write({"compose.yaml": text})
    flags = [flag for flag in oracle.FLAGS if flag != "--no-consistency"]
    return oracle.config([], cwd=folder, flags=flags).project is not None


@pytest.mark.usefixtures("here")
def test_an_override_that_stands_alone_is_not_told_what_its_project_has() -> None:
    write({"docker-compose.prod.yml": "services:\n  web:\n    networks: [front]\n    cap_drop: [ALL]\n"})
    document = read("docker-compose.prod.yml")
    assert document.failures == ()
    assert services(document)["web"].may_be_set("cap_add")


def test_an_alias_may_name_an_anchor_of_an_earlier_document(here: Path) -> None:
    text = "x-a: &a\n  cap_add: [NET_ADMIN]\nservices:\n  web: {image: x}\n---\nservices:\n  web:\n    <<: *a\n"
    write({"compose.yaml": text})
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    assert values(services(read())["web"], "cap_add") == answer.project["services"]["web"]["cap_add"]


def test_an_empty_document_is_refused_and_the_others_are_read(here: Path) -> None:
    write({"compose.yaml": f"{ONE}---\n"})
    assert "must be a mapping" in oracle.config([], cwd=here).error
    document = read()
    assert len(errors(document)) == 1
    assert values(services(document)["web"], "cap_add") == ["NET_ADMIN"]


@pytest.mark.usefixtures("here")
def test_text_from_an_editor_takes_the_place_of_the_file() -> None:
    write({"compose.yaml": "not yaml: [", "compose.override.yaml": "services:\n  web:\n    privileged: true\n"})
    (target,) = discover(["compose.yaml"])[0]
    document = read_target(target, text=ONE)
    web = services(document)["web"]
    assert web.privileged is not None
    assert web.privileged.source.path == "compose.override.yaml"


@pytest.mark.usefixtures("here")
def test_a_file_that_is_laid_over_and_cannot_be_read_is_told_and_the_rest_checked() -> None:
    write({"compose.yaml": ONE, "compose.override.yaml": "services: [\n"})
    document = read()
    assert list(services(document)) == ["web"]
    (failure,) = document.failures
    assert (failure.level, failure.path) == (Level.ERROR, "compose.override.yaml")


@pytest.mark.usefixtures("here")
def test_the_same_report_comes_with_any_number_of_processes() -> None:
    write({f"p{number}/{name}": text for number in range(3) for name, text in INCLUDED.items()})
    targets, _ = discover(["."])[:2]
    rules = load_rules()
    one, two = (to_report(check_targets(targets, rules, Setup(), jobs), (), rules) for jobs in (1, 2))
    assert [finding.identity for finding in one.findings] == [finding.identity for finding in two.findings]
    assert [finding.problem.related for finding in one.findings if finding.problem.related]
    assert len(one.findings) == len(two.findings) > 0


def test_a_reset_behind_an_alias_is_nothing_at_all_before_version_5(here: Path) -> None:
    write({"compose.yaml": "services:\n  a: {image: x, cap_add: [A]}\n  b: {image: x, cap_add: [A]}\n"})
    text = "x-a: &r {cap_add: !reset []}\nservices:\n  a: {<<: *r}\n  b: {cap_add: !reset []}\n"
    write({"compose.override.yaml": text})
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    theirs, ours = answer.project["services"], services(read(settings=VERSION_2))
    assert {name: values(one, "cap_add") for name, one in ours.items()} == {
        name: one.get("cap_add", []) for name, one in theirs.items()
    }
    assert values(ours["a"], "cap_add") == ["A"]
    assert values(services(read())["a"], "cap_add") == []


@pytest.mark.parametrize("base", ["{A: b, C: d}", "[A=b, C=d]"])
@pytest.mark.parametrize("key", ["sysctls", "labels"])
def test_one_of_several_pairs_can_be_reset(here: Path, base: str, key: str) -> None:
    write({"compose.yaml": f"services:\n  a: {{image: x, {key}: {base}}}\n"})
    write({"compose.override.yaml": f"services:\n  a:\n    {key}: {{A: !reset null}}\n"})
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    assert values(services(read())["a"], key) == [
        f"{name}={value}" for name, value in answer.project["services"]["a"][key].items()
    ]


@pytest.mark.usefixtures("here")
def test_a_hook_as_root_is_listed_where_the_service_is_not_root() -> None:
    hooks = "post_start: [{command: x, user: root}, {command: y}]"
    write({"compose.yaml": f"services:\n  a: {{image: x, user: '1000', {hooks}}}\n  b: {{image: x, {hooks}}}\n"})
    assert list(services(read())) == ["a", "a.post_start[0]", "b"]


@pytest.mark.usefixtures("here")
def test_the_grants_of_a_build_are_a_finding() -> None:
    write({"compose.yaml": "services:\n  a:\n    cap_drop: [ALL]\n    build: {context: ., privileged: true}\n"})
    found = [one.rule for one in report(".").findings if one.rule in {*about.HELD, "insecure-build-step"}]
    assert found == ["insecure-build-step"]


def test_a_file_of_variables_that_leads_out_of_the_project_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project")
    write({"../outside.env": "CAP=SYS_ADMIN\n", "compose.yaml": "services:\n  a: {image: x, cap_add: ['$CAP']}\n"})
    Path(".env").symlink_to("../outside.env")
    document = read()
    assert services(document)["a"].may_be_set("cap_add")
    (failure,) = document.failures
    assert (failure.level, failure.path) == (Level.NOTE, ".env")
    write({"compose.yaml": "services:\n  a: {image: x, env_file: [../outside.env, inside.env, /dev/null]}\n"})
    Path(".env").unlink()
    assert [(failure.level, failure.message) for failure in read().failures] == [
        (Level.NOTE, "../outside.env lies outside the project: dropcap reads nothing there"),
        (Level.NOTE, "the file inside.env does not exist: Docker Compose does not start the project without it"),
    ]
    write({"compose.yaml": "services:\n  a: {image: x, cap_add: ['$CAP']}\n"})
    given = read(settings=Settings(env_files=("../outside.env",)))
    assert values(services(given)["a"], "cap_add") == ["SYS_ADMIN"]
    assert given.failures == ()


@pytest.mark.usefixtures("here")
def test_a_file_of_variables_that_many_services_name_is_told_once() -> None:
    files = ("[a.env, b.env]", "./a.env", "[{path: a.env, required: false}]") * 20
    named = "".join(f"  s{number}: {{image: x, env_file: {one}}}\n" for number, one in enumerate(files))
    write({"compose.yaml": f"services:\n{named}"})
    assert [failure.message.partition(" does not exist")[0] for failure in read().failures] == [
        "the file a.env",
        "the file b.env",
    ]


@pytest.mark.usefixtures("here")
def test_secrets_are_not_quoted() -> None:
    text = "services:\n  a: {image: x, cap_add: ['$DB_PASSWORD'], privileged: '${API_TOKEN}', user: '$KEYCLOAK_USER'}\n"
    write({"compose.yaml": text, ".env": "DB_PASSWORD=hunter2\nAPI_TOKEN=hunter3\nKEYCLOAK_USER=7\n"})
    document = read()
    assert "hunter" not in repr(document.containers) + repr(document.failures)
    container = services(document)["a"]
    assert container.user is not None
    assert container.user.value == "7"
    assert [unknown.reason for unknown in container.unknowns] == [
        "DB_PASSWORD is the name of a secret",
        "API_TOKEN is the name of a secret",
    ]


@pytest.mark.usefixtures("here")
def test_a_listed_file_that_is_missing_is_told() -> None:
    write({".env": "COMPOSE_FILE=base.yml:gone.yml\n", "base.yml": ONE, "compose.yaml": ONE})
    found = report(".")
    assert [(failure.path, failure.level) for failure in found.failures] == [("gone.yml", Level.ERROR)]
    write({".env": "COMPOSE_FILE=gone.yml\n"})
    found = report(".")
    assert [failure.path for failure in found.failures] == ["gone.yml"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "text",
    [
        "services:\n  a: {image: x}\n",
        "services: {a: {cap_add: [NET_ADMIN]}}\n",
        "name: x\ninclude: []\n",
        '{"services": {"a": {"image": "x"}}}\n',
    ],
)
def test_a_named_file_may_be_any_part_of_a_project(text: str) -> None:
    write({"part.yaml": text})
    assert errors(read("part.yaml")) == []


@pytest.mark.usefixtures("here")
def test_values_of_a_chart_are_no_compose_file() -> None:
    write({"values.yaml": "replicaCount: 1\nservices:\n  web:\n    image: x\n    securityContext: {}\n", "c.yml": ONE})
    assert [target.path for target in discover(["."])[0]] == ["c.yml"]


@pytest.mark.usefixtures("here")
def test_what_several_services_extend_says_how_each_came_to_it() -> None:
    write({"base.yaml": "services:\n  base: {image: x, privileged: true}\n"})
    extends = "extends: {file: base.yaml, service: base}"
    write({"compose.yaml": f"services:\n  a: {{{extends}}}\n  b: {{{extends}}}\n"})
    (finding,) = [one for one in report("compose.yaml").findings if one.rule == "privileged"]
    assert [one.name for one in finding.shared_by] == ["b"]
    assert [one.message for one in finding.problem.related] == [
        "a extends base of base.yaml",
        "b extends base of base.yaml",
    ]


def test_a_reset_of_a_service_that_extends_another_reaches_the_file_below(here: Path) -> None:
    write({"compose.yaml": "services:\n  a: {image: x, cap_add: [A]}\n  b: {image: x}\n"})
    write({"compose.override.yaml": "services:\n  a: {cap_add: !reset null, extends: b}\n  b: {privileged: true}\n"})
    answer = oracle.config([], cwd=here)
    assert answer.project is not None
    assert answer.project["services"]["a"].get("cap_add", []) == values(services(read())["a"], "cap_add") == []


@pytest.mark.parametrize(
    ("name", "asked", "engine"),
    [
        ("podman-compose.yml", Engine.DOCKER, Engine.PODMAN),
        ("podman-compose-addition.yaml", Engine.DOCKER, Engine.PODMAN),
        ("compose.podman.yaml", Engine.DOCKER, Engine.PODMAN),
        ("podman-compose.yml", Engine.NERDCTL, Engine.NERDCTL),
        ("docker-compose.yml", Engine.PODMAN, Engine.PODMAN),
        ("docker-compose.podmanager.yml", Engine.DOCKER, Engine.DOCKER),
    ],
)
def test_a_file_that_podman_has_in_its_name_is_podmans(
    tmp_path: Path, name: str, asked: Engine, engine: Engine
) -> None:
    (tmp_path / name).write_text("services: {web: {image: web}}", encoding="utf-8")
    [found] = read_target(Target(str(tmp_path / name), "compose", named=True), engine=asked).containers
    assert found.engine is engine
