"""Command lines become containers as the clients read them; what is unknown hides no more than it must."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dropcap.capabilities.effective import capability_sets
from dropcap.carriers import script
from dropcap.docker_cli.command_line import Word, read_command
from dropcap.docker_cli.flags import table
from dropcap.model import Container, Engine, Failure, Kind, Level, Mount
from dropcap.source import Source, Span
from dropcap.writers.summary import summarise
from oracles.requests import meant, read, requested
from steps import assert_linear

VECTORS = json.loads(Path(__file__, "..", "vectors", "docker_cli_parse_vectors.json").resolve().read_text("utf-8"))
# Changes to containers that exist start none; services have tests of their own.
OTHER_COMMANDS = {"service", "update"}
# What the client refuses because of the machine that it runs on: a file or an image that is missing there.
OF_THE_MACHINE = {
    ("docker", "create", "--security-opt", "seccomp=/nonexistent", "alpine"),
    ("docker", "exec", "-it", "-u", "0", "c", "sh"),
    ("docker", "create", "--platform", "linux/arm64", "--pull", "always", "alpine"),
}
CASES = [case for case in VECTORS["cases"] if case["argv"][1] not in OTHER_COMMANDS]


def line(text: str) -> Container:
    """Read the one container of a line of shell."""
    document = script.read(Source("x.sh", text))
    assert not document.failures, document.failures
    [container] = document.containers
    return container


def refusal(text: str) -> tuple[str, str]:
    """Read the one line that a client refuses: the message, and the text it points at."""
    document = script.read(Source("x.sh", text))
    assert not document.containers
    [failure] = document.failures
    assert failure.level is Level.ERROR
    assert failure.source
    assert failure.span
    return failure.message, failure.source.text[failure.span.start : failure.span.end]


def hidden(container: Container) -> dict[str, tuple[str, ...]]:
    return {unknown.text: unknown.fields for unknown in container.unknowns}


def written(values: Any) -> list[str]:  # noqa: ANN401  # located values of any type
    return [value.source.text[value.span.start : value.span.end] for value in values]


def test_every_recorded_command_is_looked_at() -> None:
    assert len(VECTORS["cases"]) == 98
    assert len(CASES) == 93


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case["argv"])[:60])
def test_a_recorded_line_is_read_as_the_client_reads_it(case: dict[str, Any]) -> None:
    found = read(case["argv"])
    if "error" in case:
        is_of_machine = tuple(case["argv"]) in OF_THE_MACHINE
        starts_nothing = "--help" in case["argv"] or case["argv"][1] == "exec"
        assert isinstance(found, Container if is_of_machine else type(None) if starts_nothing else Failure)
    elif case["argv"][1] == "exec":
        as_root = case["request"].get("User") in {"0", "root"}
        assert (found is not None) == (as_root or case["request"].get("Privileged", False))
    else:
        assert isinstance(found, Container)
        assert meant(found) == requested(case["request"])


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case], ids=lambda case: case["error"][:60])
def test_a_refusal_uses_the_words_of_the_client(case: dict[str, Any]) -> None:
    found = read(case["argv"])
    if not isinstance(found, Failure):
        return
    theirs = case["error"].removeprefix("docker: ").replace("Invalid --", "invalid --")
    assert found.message.startswith(f"docker refuses this line: {theirs}; ")
    assert len(found.message.rpartition("; ")[2]) > 5  # and what to do


def test_all_parts_of_a_line_stand_at_their_place() -> None:
    container = line(
        "sudo /usr/bin/docker --log-level info container run --rm -it --cap-add NET_ADMIN --cap-drop=ALL "
        '--security-opt "no-new-privileges" --network host -u1000 --privileged=true --read-only '
        "--device /dev/kvm -v data:/data:ro --sysctl net.core.somaxconn=1 -p 80:80 --group-add=9 -l a=b "
        "--name web nginx:1 -g 'a b'"
    )
    assert (container.kind, container.engine, container.name) == (Kind.RUN, Engine.DOCKER, "web")
    assert written([container.anchor]) == ["/usr/bin/docker --log-level info container run"]
    singles = [
        container.image,
        container.user,
        container.network_mode,
        container.privileged,
        container.read_only,
    ]
    assert written(singles) == ["nginx:1", "1000", "host", "--privileged=true", "--read-only"]
    lists = [*container.cap_add, *container.cap_drop, *container.security_opt, *container.devices]
    assert written(lists) == ["NET_ADMIN", "ALL", '"no-new-privileges"', "/dev/kvm"]
    more = [*container.mounts, *container.sysctls, *container.ports, *container.group_add, *container.labels]
    assert written(more) == ["data:/data:ro", "net.core.somaxconn=1", "80:80", "9", "a=b"]
    assert written(container.command) == ["-g", "'a b'"]
    assert container.command is not None
    assert [word.value for word in container.command] == ["-g", "a b"]
    assert container.unknowns == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('--cap-add="NET_ADMIN"', "NET_ADMIN"),
        ('"--cap-add=NET_ADMIN"', "NET_ADMIN"),
        ("--cap-add=NET\\_ADMIN", "--cap-add=NET\\_ADMIN"),
        ("--cap-add {NET_ADMIN,--rm}", "{NET_ADMIN,--rm}"),
        ("--cap-add \\\n NET_ADMIN", "NET_ADMIN"),
    ],
)
def test_a_value_between_quotation_marks_is_found(text: str, place: str) -> None:
    container = line(f"docker run {text} alpine")
    assert [value.value for value in container.cap_add] == ["NET_ADMIN"]
    assert written(container.cap_add) == [place]


def test_podman_and_nerdctl_split_lists_at_commas() -> None:
    for program in ("podman", "nerdctl"):
        container = line(f"{program} run --cap-add net_admin,SYS_TIME --cap-drop='\"a\",b' x")
        assert [value.value for value in container.cap_add] == ["net_admin", "SYS_TIME"]
        assert written(container.cap_add) == ["net_admin", "SYS_TIME"]
        assert [value.value for value in container.cap_drop] == ["a", "b"]
    assert line("podman run --cap-add= x").cap_add == ()
    assert [value.value for value in line("docker run --cap-add a,b x").cap_add] == ["a,b"]


def test_a_list_with_wrong_quotation_marks_is_refused() -> None:
    message, place = refusal("podman run --cap-add 'a\"b' x")
    assert 'bare " in non-quoted' in message
    assert place == "'a\"b'"


def test_podman_takes_global_options_and_old_names_behind_the_command() -> None:
    container = line("podman run --log-level debug --net host --rootfs /srv/root sh")
    assert (container.image, container.name) == (None, "/srv/root")
    assert container.network_mode is not None
    assert container.network_mode.value == "host"


def test_podman_reads_an_entrypoint_of_several_words() -> None:
    for text, words in (('\'["sh","-c"]\'', ["sh", "-c"]), ("sh", ["sh"]), ("'[x'", ["[x"]), ("''", [])):
        container = line(f"podman run --entrypoint {text} x")
        assert container.entrypoint is not None
        assert [word.value for word in container.entrypoint] == words


def test_a_pod_decides_namespaces() -> None:
    container = line("podman run --pod web x")
    assert container.may_be_set("network_mode")
    assert not container.may_be_set("cap_add", "privileged", "user")


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("-v /a:/b", Mount("bind", "/a", "/b")),
        ("-v ./a:/b:z,ro", Mount("bind", "./a", "/b", read_only=True)),
        ("-v ~/a:/b", Mount("bind", "~/a", "/b")),
        (r"-v 'C:\a:/b'", Mount("bind", r"C:\a", "/b")),
        ("-v data:/b", Mount("volume", "data", "/b")),
        ("-v /b", Mount("volume", "", "/b")),
        ("-v $PWD:/b", Mount("bind", "$PWD", "/b")),
        ("-v ${A:?x}/y:/b:ro", Mount("bind", "${A:?x}/y", "/b", read_only=True)),
        ("--mount type=bind,src=/a,dst=/b,ro", Mount("bind", "/a", "/b", read_only=True)),
        ("--mount type=tmpfs,target=/b", Mount("tmpfs", "", "/b")),
        ("--mount source=data,destination=/b,readonly=false", Mount("volume", "data", "/b")),
        ("--tmpfs /run:size=1m,ro", Mount("tmpfs", "", "/run", read_only=True, options="size=1m,ro")),
        ("--use-api-socket", Mount("bind", "/var/run/docker.sock", "/var/run/docker.sock", options="--use-api-socket")),
    ],
)
def test_mounts_are_read_in_every_form(text: str, mount: Mount) -> None:
    assert [found.value for found in line(f"docker run {text} alpine").mounts] == [mount]


def test_the_first_network_is_the_mode() -> None:
    for text in ("--network name=a,alias=b --network c", "--net a --network c"):
        mode = line(f"docker run {text} alpine").network_mode
        assert mode is not None
        assert mode.value == "a"
    assert line("docker run --network 'a=b\"' x").network_mode is not None


def test_exec_counts_only_with_privileged() -> None:
    container = line("docker exec -it --privileged -u root web sh -c id")
    assert (container.kind, container.name, container.image) == (Kind.EXEC, "web", None)
    assert container.privileged is not None
    assert written([container.user, container.privileged]) == ["root", "--privileged"]
    for text in ("docker exec web sh", "docker exec --privileged=false web sh", "docker exec $X web sh"):
        assert script.read(Source("x.sh", text)).containers == ()


@pytest.mark.parametrize(
    "text",
    [
        "docker ps",
        "docker compose run web",
        "docker service ls",
        "docker compose exec -u app web id",
        "docker build --network none -t x .",
        "docker network create run",
        "docker run --help",
        "docker --version run x",
        "docker $COMMAND run",
        "docker",
        "podman healthcheck run web",
        "docker-machine create run",
        "mydocker run x",
        "docker --nonsense images",
    ],
)
def test_other_commands_are_left_alone(text: str) -> None:
    document = script.read(Source("x.sh", text))
    assert (document.containers, document.failures) == ((), ())


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('--user "$(id -u):$(id -g)"', {"$(id -u)": ("user",)}),
        ("--cap-add=$CAP", {"$CAP": ("cap_add",)}),
        ('--cap-drop "${CAP}"', {"${CAP}": ("cap_drop",)}),
        ("--privileged=$P", {"$P": ("privileged",)}),
        ("-e A=$B --memory $M --hostname $H", {}),
        ("-p $PORT:80", {"$PORT": ("ports",)}),
        ("-v $PWD:/x", {"$PWD": ("mounts",)}),
        ("--network $N", {"$N": ("network_mode",)}),
        ("--network container:$N", {}),
        ('--name "$N"', {}),
        ("--label commit=$SHA", {}),
        ("--label io.containers.capabilities=$C", {"$C": ("labels",)}),
        ("--label-file x", {"x": ("labels",)}),
        ("--volumes-from x", {"x": ("mounts",)}),
        ("--security-opt seccomp=$PWD/x.json", {}),
        ("--security-opt $S", {"$S": ("security_opt",)}),
        ("--entrypoint $E", {"$E": ("entrypoint",)}),
        ("$ARGS", {"$ARGS": ()}),
        ('"${ARGS[@]}"', {"${ARGS[@]}": ()}),
        ('--cap-add "${ARGS[@]}"', {"${ARGS[@]}": ()}),
        ('"$@"', {"$@": ()}),
        ("--$X", {"$X": ()}),
        ("-i$X", {"$X": ()}),
        ("$CONTAINER_OPTS", {"$CONTAINER_OPTS": ()}),
        ('"$FLAG" --rm', {"$FLAG": ()}),
        ("--user $A --user 0", {}),
        ("`#a comment` --rm", {}),
    ],
)
def test_an_unknown_word_hides_what_it_may_decide(text: str, fields: dict[str, tuple[str, ...]]) -> None:
    container = line(f"docker run {text} --cap-drop ALL alpine")
    assert hidden(container) == fields
    assert container.image is not None
    assert container.image.value == "alpine"
    assert "ALL" in [value.value for value in container.cap_drop]


@pytest.mark.parametrize(
    ("text", "image", "fields"),
    [
        ('"$IMAGE"', None, ("image",)),
        ("$IMAGE sh", None, ("image",)),
        ('"$x" sh', None, ("image",)),
        ("${REGISTRY}/app:$TAG", "${REGISTRY}/app:$TAG", ("image",)),
        ("app:$TAG", "app:$TAG", ("image",)),
        ("$(docker build -q .)", None, ("image",)),
        ("`podman build -q .`", None, ("image",)),
        ("$x", None, ()),
    ],
)
def test_an_unknown_image_is_no_option_where_that_can_be_told(
    text: str, image: str | None, fields: tuple[str, ...]
) -> None:
    container = line(f"docker run --rm {text}")
    assert (container.image and container.image.value) == image
    [unknown] = container.unknowns
    assert unknown.fields == fields
    assert container.name == text.removesuffix(" sh").strip('"')


@pytest.mark.parametrize(
    "text",
    [
        "$1 --privileged",
        '"$1" --privileged',
        '"$@" --privileged',
        "-it $1 --cap-add NET_ADMIN --privileged",
        "$(cat id) --privileged",
        "$(cat id) bash",
        "`cat id` bash -c id",
        "$1 /bin/team/tool",
        "$1 $2",
    ],
)
def test_a_word_that_has_the_image_most_likely_makes_nothing_behind_it_image_or_option(text: str) -> None:
    container = line(f"docker run --cap-drop KILL {text}")
    assert container.image is None
    assert container.privileged is None
    assert container.may_be_set("privileged", "cap_add", "image")
    assert (written(container.cap_drop), written(container.cap_add)) == (["KILL"], [])


@pytest.mark.parametrize(
    "text", ["$1 web:1", "$1 --privileged web", "$OPTS web", "$(flags) team/web sh", '"$@" web', "$1 --privileged $2"]
)
def test_a_word_that_has_options_most_likely_leaves_the_image(text: str) -> None:
    container = line(f"docker run {text}")
    assert bool(container.image) is ("web" in text)
    assert bool(container.privileged) is ("--privileged" in text)


@pytest.mark.parametrize("image", ["$(IMG)", "$(APP_IMAGE)", "${{ env.IMG }}", "${{ steps.meta-1.outputs.tags }}"])
def test_an_image_of_make_or_a_template_is_one_by_its_name(image: str) -> None:
    place = Source("x", image)
    words = [Word(text, Source("x", text), Span(0, len(text))) for text in ("docker", "run")]
    unknown = Word(image, place, Span(0, len(image)), image, splits=True)
    behind = Word("--privileged", place, Span(0, 1))
    container = read_command([*words, unknown, behind])
    assert isinstance(container, Container)
    assert (container.privileged, hidden(container)) == (None, {image: ("image",)})


@pytest.mark.parametrize("command", ["build", "image build", "buildx build"])
def test_a_build_of_podman_runs_its_steps_with_what_it_is_given(command: str) -> None:
    container = line(f"podman {command} --pull --pull=never --cap-add=SYS_TIME,kill --cap-drop ALL -t team/web:1 .")
    assert (container.kind, container.engine) == (Kind.BUILD, Engine.PODMAN)
    assert capability_sets(container).bounding == ("KILL", "SYS_TIME")
    assert summarise(container).startswith("holds SYS_TIME") or "KILL" in summarise(container)
    assert script.read(Source("x.sh", f"podman {command} --cap-drop ALL -t cap-add .")).containers == ()


@pytest.mark.parametrize(
    "text",
    [
        "bud --pull --cap-add SYS_TIME -t team/web:1 .",
        "--log-level debug build --cap-add=SYS_TIME --layers .",
        "from --name work --pull=never --cap-add SYS_TIME alpine",
        "run -t --cap-add SYS_TIME --user app work -- sh -c id",
    ],
)
def test_what_buildah_adds_is_read(text: str) -> None:
    container = line(f"buildah {text}")
    assert (container.kind, container.engine, written(container.cap_add)) == (Kind.BUILD, Engine.PODMAN, ["SYS_TIME"])
    plain = text.replace("--cap-add SYS_TIME", "").replace("--cap-add=SYS_TIME", "")
    assert script.read(Source("x.sh", f"buildah {plain}")).containers == ()


def test_a_run_of_a_service_by_nerdctl_as_root_is_one_to_speak_of() -> None:
    container = line("nerdctl compose -f x.yaml run --rm --user root web sh")
    assert (container.kind, container.engine) == (Kind.RUN, Engine.NERDCTL)
    assert container.user
    assert container.user.value == "root"
    assert script.read(Source("x.sh", "nerdctl compose run web sh")).containers == ()


def test_an_unknown_word_says_why_it_is_unknown() -> None:
    container = line('docker run $A "${B[@]}" "$@" $(c) -u $((1+1)) x')
    assert [unknown.reason for unknown in container.unknowns] == [
        "A is set elsewhere",
        "B is set elsewhere",
        "the caller of the script gives it",
        "a command prints it",
        "the shell computes it",
    ]


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("docker run --priviledged x", "did you mean --privileged?", "--priviledged"),
        (
            "docker run -privileged x",
            "invalid containerPort: rivileged; write --privileged with two",
            "-privileged",
        ),
        ("docker run -name a x", "unknown shorthand flag: 'n' in -name; write --name with two", "-name"),
        ("docker run -p 80/x: x", "no port specified", "80/x:"),
        ("docker run --privileged=yes x", "write true or false", "--privileged=yes"),
        ("docker run --rm", "requires at least 1 argument; name the image", "run"),
        ("docker run \\\n# comment\n  x", "requires at least 1 argument", "run"),
        ("docker run -e", "flag needs an argument: 'e' in -e", "-e"),
        ("docker run Ubuntu", "invalid reference format", "Ubuntu"),
        ("docker --privileged run x", "unknown flag: --privileged", "--privileged"),
        ("docker run -v /a:/b:ro:d x", "too many colons", "/a:/b:ro:d"),
        ("docker run --device kvm x", "kvm is not an absolute path", "kvm"),
        ("docker run --device /dev/a:/dev/b:x x", "bad mode specified: x", "/dev/a:/dev/b:x"),
        ("docker run --pid=x x", "--pid: invalid PID mode", "--pid=x"),
        (
            "docker run --sysctl vm.swappiness=1 x",
            "sysctl 'vm.swappiness=1' is not allowed",
            "vm.swappiness=1",
        ),
        ("docker run --device-cgroup-rule c1 x", "invalid device cgroup format 'c1'", "c1"),
        ("docker run --network-alias a x", "only supported for user-defined networks", "--network-alias"),
        ("nerdctl run --cap-ad x", "did you mean --cap-add?", "--cap-ad"),
    ],
)
def test_a_line_that_the_client_refuses_is_a_failure_at_the_word(text: str, message: str, place: str) -> None:
    said, at = refusal(text)
    assert message in said
    assert at == place


@pytest.mark.parametrize(
    "text", ["docker run $X --nonsense y", "docker run --user $X --privileged=yes y", "docker run $X"]
)
def test_nothing_is_refused_behind_a_word_that_may_be_several(text: str) -> None:
    assert line(text).may_be_set("cap_drop")


def test_a_word_that_must_be_one_word_changes_nothing_behind_it() -> None:
    assert "did you mean" in refusal('docker run -v "$PWD":/x --priviledged y')[0]


def test_values_of_environment_variables_are_not_kept() -> None:
    container = line("docker run -e PASSWORD=hunter2 --env TOKEN=$X alpine")
    assert "hunter2" not in repr(container._replace(source=Source("x", "")))


def test_every_client_has_every_command() -> None:
    for program in ("docker", "podman", "nerdctl"):
        for command in ("run", "create", "exec"):
            known = table(program, command)
            assert known.by_name["privileged"].type == "bool"
            assert known.by_letter["u"].name == "user"
        assert "detach" not in table(program, "create").by_name


def read_repeated(piece: str, count: int) -> None:
    script.read(Source("x.sh", "docker run " + piece * count + "x"))


def test_an_endless_line_is_read_in_linear_steps() -> None:
    for piece in ("--cap-add A ", "$X --nonsense ", "-v a:/b ", "-v ab:/b ", "$1 --rm ", "-" + "i" * 9 + " "):
        assert_linear(partial(read_repeated, piece), 300)
    assert_linear(lambda n: script.read(Source("x.sh", "docker run " + "$1 --privileged " * n)), 300)
    assert_linear(
        lambda n: script.read(Source("x.sh", f"docker run -v /a:/b:{'ro,' * n} -p {'1:' * n}1 -m {'9' * n}k x")), 1_000
    )
    assert_linear(lambda n: script.read(Source("x.sh", "podman run --cap-add " + "A," * n + " x")), 1_000)
    assert_linear(lambda n: script.read(Source("x.sh", f"docker run --device /dev/{'rwm' * n} {'a' * n}")), 1_000)
