"""The kin of `docker run`: services, builds, pods, commands in running containers and one-off Compose runs."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import about
from dropcap.capabilities.effective import capability_sets
from dropcap.docker_cli.flags import table
from dropcap.model import Container, Engine, Failure, Kind, Mount
from dropcap.subject import Subject
from dropcap.writers.summary import summarise
from oracles import docker_cli
from oracles.requests import meant_for_service, read, service_requested

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTORS = json.loads(Path(__file__, "..", "vectors", "docker_cli_parse_vectors.json").resolve().read_text("utf-8"))
SERVICES = [case for case in VECTORS["cases"] if case["argv"][1] == "service"]
RULES = about.rules(*about.HELD, "insecure-build-step", "privileged-exec")


@pytest.fixture(scope="module")
def client() -> Iterator[docker_cli.Client]:
    with docker_cli.client() as found:
        yield found


def container(text: str) -> Container:
    found = read(shlex.split(text))
    assert isinstance(found, Container), found
    return found


def values(located: Any) -> list[Any]:  # noqa: ANN401  # located values of any type
    return [one.value for one in located]


def spoken(text: str) -> list[str]:
    """Give the rules that speak about a line, of those about what is held and about builds."""
    found = container(text)
    return sorted(rule.id for rule in RULES if rule.check and list(rule.check(Subject.of(found))))


@pytest.mark.parametrize("case", SERVICES, ids=lambda case: " ".join(case["argv"])[:60])
def test_a_recorded_service_is_read_as_the_client_reads_it(case: dict[str, Any]) -> None:
    found = read(case["argv"])
    if "error" in case:
        assert isinstance(found, Failure)
        assert case["error"] in found.message
        return
    assert isinstance(found, Container)
    assert (found.kind, found.engine) == (Kind.CREATE, Engine.SWARM)
    assert meant_for_service(found) == service_requested(case["request"])


OPTIONS = st.sampled_from(
    (
        *(["--cap-add", name] for name in ("NET_ADMIN", "all", " cap_chown ", "RESET")),
        *(["--cap-drop", name] for name in ("chown", "ALL", "NET_ADMIN")),
        *(["--user", name] for name in ("1000", "app:app")),
        ["-u0"],
        ["--group", "video"],
        ["--read-only"],
        ["-t"],
        ["--mount", "type=bind,src=/a,dst=/b,readonly"],
        ["--mount=type=volume,dst=/d"],
        ["--container-label", "a=b"],
        ["--label", "c=d"],
        ["--name=n"],
        ["-e", "A=1"],
        ["--replicas", "2"],
        ["--limit-cpu", "1"],
        ["--health-interval", "5s"],
        ["--publish", "80:80"],
        ["--privileged"],
        ["--device", "/dev/kvm"],
        ["--nonsense"],
    )
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    options=st.lists(OPTIONS, max_size=5), rest=st.sampled_from(([], ["alpine"], ["alpine", "sh", "--cap-add", "X"]))
)
def test_any_service_is_what_the_client_sends(
    client: docker_cli.Client, options: list[list[str]], rest: list[str]
) -> None:
    argv = ["docker", "service", "create", *(word for words in options for word in words), *rest]
    answer, ours = client.ask([*argv[:3], "--no-resolve-image", *argv[3:]]), read(argv)
    if answer.complaint and not answer.path:
        assert isinstance(ours, Failure), (argv, answer.complaint)
        return
    assert isinstance(ours, Container), (argv, ours)
    assert meant_for_service(ours) == service_requested(answer.body["TaskTemplate"]["ContainerSpec"]), argv


@pytest.mark.parametrize("command", ["service create", "service update"])
def test_the_tables_of_services_have_each_option_that_the_client_prints(
    client: docker_cli.Client, command: str
) -> None:
    printed = client.help(*command.split())
    names = {word.rstrip(",)") for word in printed.split() if word.startswith("--")}
    known = table("docker", command).by_name
    assert {name for name in names if name[2:] not in known} == set()


def test_a_service_holds_what_swarm_makes_of_its_lists() -> None:
    found = container("docker service create --cap-add ALL --cap-drop ALL --cap-drop CHOWN alpine")
    assert "CHOWN" in capability_sets(found).bounding


def test_a_change_of_a_service_leaves_open_what_it_does_not_name() -> None:
    found = container("docker service update --cap-add NET_ADMIN --user app --mount-add type=bind,src=/a,dst=/b web")
    assert (found.kind, found.engine, found.name) == (Kind.UPDATE, Engine.SWARM, "web")
    assert values(found.cap_add) == ["NET_ADMIN"]
    assert values(found.mounts) == [Mount("bind", "/a", "/b")]
    assert found.may_be_set("cap_drop")
    assert spoken("docker service update --cap-add NET_ADMIN --cap-drop CHOWN web") == ["high-capability"]


def test_a_one_off_run_of_a_compose_service_says_what_it_adds() -> None:
    found = container("docker compose -f a.yml --profile x run --rm --cap-add SYS_PTRACE -e A=1 web gdb")
    assert (found.kind, found.engine, found.name) == (Kind.RUN, Engine.DOCKER, "web")
    assert (values(found.cap_add), values(found.command)) == (["SYS_PTRACE"], ["gdb"])
    assert found.image is None
    assert found.may_be_set("cap_drop")
    assert spoken("docker-compose run --cap-add SYS_ADMIN web") == ["critical-capability"]
    assert spoken("docker compose run -u root web") == []


def test_a_one_off_run_takes_an_entry_out_of_the_other_list_as_compose_does() -> None:
    found = container("docker compose run --cap-add CHOWN --cap-add kill --cap-drop CHOWN --cap-drop KILL web")
    assert (values(found.cap_add), values(found.cap_drop)) == (["kill"], ["CHOWN", "KILL"])


@pytest.mark.parametrize(
    "text",
    [
        "docker compose run web sh",
        "docker compose run --user app web",
        "docker compose exec web sh",
        "docker compose exec -T -u app web sh",
        "docker compose up -d",
        "docker compose run --help --cap-add X web",
        "docker exec -it web bash",
        "docker exec -u 1000 web bash",
        "docker exec --privileged=false web bash",
        "docker build -t x .",
        "docker buildx build --network default --add-host host:127.0.0.1 .",
        "docker build --nonsense .",
        "docker service update --help",
        "docker service rm web",
        "podman pod ps",
        "docker pod create",
        "docker-compose --version run web",
        "nerdctl compose -f a.yml exec -T web sh",
        "nerdctl compose run web",
    ],
)
def test_a_line_that_changes_nothing_of_note_is_left_alone(text: str) -> None:
    assert read(shlex.split(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "docker exec -u root web sh",
        "docker container exec --user=0:0 web sh",
        "docker exec -itu 0 web sh",
        "podman exec -l -u root sh",
        "nerdctl exec --user root web sh",
        "docker compose exec -u root web sh",
    ],
)
def test_a_command_as_root_stands_in_the_inventory_and_is_told(text: str) -> None:
    found = container(text)
    assert found.kind is Kind.EXEC
    assert summarise(found) == "holds all that its container can hold"
    assert spoken(text) == ["privileged-exec"]


@pytest.mark.parametrize(
    "program", ["docker", "podman", "nerdctl", "docker compose", "docker-compose", "nerdctl compose"]
)
def test_a_privileged_command_holds_everything_with_every_client(program: str) -> None:
    text = f"{program} exec --privileged web sh"
    assert container(text).kind is Kind.EXEC
    assert spoken(text) == ["privileged-exec"]


@pytest.mark.parametrize(
    "text",
    [
        "docker build --allow security.insecure -t x .",
        "docker buildx build --allow=network.host --allow=security.insecure .",
        "docker buildx --builder b build --allow security.insecure .",
        "docker image build --allow security.insecure .",
        "docker buildx bake --allow security.insecure",
        "nerdctl -n k8s.io build --allow=security.insecure --debug .",
    ],
)
def test_a_build_that_may_be_insecure_is_told_as_that_and_nothing_else(text: str) -> None:
    found = container(text)
    assert (found.kind, capability_sets(found).bounding) == (Kind.BUILD, ())
    assert spoken(text) == ["insecure-build-step"]


def test_a_pod_is_listed_with_what_its_containers_share() -> None:
    found = container("podman --remote pod create --network host --pid=host -p 80:80 --name p")
    assert (found.kind, found.engine, found.name) == (Kind.POD, Engine.PODMAN, "p")
    assert (found.network_mode and found.network_mode.value, found.pid and found.pid.value) == ("host", "host")
    assert summarise(found) == "starts no program of its own"
    assert spoken("podman pod create --network host p") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "docker compose run --cap-ad X web",
            "docker refuses this line: unknown flag: --cap-ad; did you mean --cap-add?",
        ),
        ("docker-compose run --privileged web", "docker-compose refuses this line: unknown flag: --privileged; "),
        (
            "docker compose run --cap-add X",
            "docker refuses this line: 'docker compose run' requires at least 1 argument",
        ),
        ("docker compose exec -u root web", "'docker compose exec' requires at least 2 arguments"),
        ("podman pod create --cap-add X", "podman refuses this line: unknown flag: --cap-add"),
        ("docker build --allow security.insecure --nonsense .", "docker refuses this line: unknown flag: --nonsense"),
    ],
)
def test_a_line_that_is_refused_says_so(text: str, message: str) -> None:
    found = read(shlex.split(text))
    assert isinstance(found, Failure)
    assert message in found.message


def test_the_entry_point_of_a_service_is_split_and_one_with_quotation_marks_is_not_known() -> None:
    plain = container("docker service create --entrypoint '/bin/sh -c' alpine id")
    assert values(plain.entrypoint or ()) == ["/bin/sh", "-c"]
    assert container("""docker service create --entrypoint '/bin/sh -c "a b"' alpine""").may_be_set("entrypoint")
