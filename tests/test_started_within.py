"""Containers that something else starts: a command in a container, an image's own command, an editor, a script in one.

Each of these lines was found clean once, and none of them is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.discover import discover
from reading import read_target

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.model import Container

RUN = "docker run --privileged x:1"
HEREDOC = f"cat <<E\n{RUN}\nE\n"


def containers(tmp_path: Path, name: str, text: str) -> list[Container]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    [target] = discover([str(path)]).targets
    return list(read_target(target).containers)


def privileged(tmp_path: Path, name: str, text: str) -> list[str]:
    found = containers(tmp_path, name, text)
    return [one.image.value for one in found if one.privileged and one.privileged.value and one.image]


LINES = [
    f'bash -c "$({HEREDOC})"',
    f'eval "$({HEREDOC})"',
    f'ssh host "$({HEREDOC})"',
    f'S="$({HEREDOC})"\neval "$S"',
    f'S=$({HEREDOC})\nbash -c "$S"',
    f'eval "$(echo {RUN})"',
    f"bash -c \"$(printf '%s' '{RUN}')\"",
    f"bash <(echo {RUN})",
    f"bash <({HEREDOC})",
    f"source <(echo {RUN})",
    f"eval '{RUN}'",
    f"env -S '{RUN}'",
    f"env --split-string='{RUN}'",
    "env -S 'docker run' --privileged x:1",
    f"kubectl exec -it -n ns pod/x -c c -- {RUN}",
    f"kubectl -n ns exec x -- sh -c '{RUN}'",
    f"docker exec X {RUN}",
    f"docker exec -it X sh -c '{RUN}'",
    f"docker exec A docker exec B {RUN}",
    f"docker run docker:cli {RUN}",
    f"docker run docker:cli sh -c '{RUN}'",
    "docker run --entrypoint docker docker:cli run --privileged x:1",
    f"docker compose exec web {RUN}",
    f"docker compose run web sh -c '{RUN}'",
    f"podman exec X {RUN}",
    f"nerdctl exec X {RUN}",
    f"mosh h -- {RUN}",
    f"hyperfine '{RUN}'",
    f"ansible all -m shell -a '{RUN}'",
    f"npx -c '{RUN}'",
    f"pdsh -w h '{RUN}'",
    f"toolbox run {RUN}",
    f"flatpak-spawn --host {RUN}",
    f"caffeinate -i {RUN}",
    f"fish -c '{RUN}'",
    # These were seen before, and are to stay so.
    f"timeout -k 5 5m {RUN}",
    f"nohup {RUN} &",
    f"setsid -f {RUN}",
    f"ls | xargs -I{{}} {RUN} {{}}",
    f"parallel {RUN} ::: a b",
    f"while read l; do {RUN} $l; done < f",
    f"watch -n 5 '{RUN}'",
    f"flock -n f {RUN}",
    f"systemd-run --user --scope {RUN}",
    f"su - u -c '{RUN}'",
    f"doas -u u {RUN}",
    f"pkexec {RUN}",
    f"script -qec '{RUN}' f",
]


@pytest.mark.parametrize("line", LINES)
def test_what_a_line_starts_in_the_end_is_found(tmp_path: Path, line: str) -> None:
    assert privileged(tmp_path, "x.sh", f"{line}\n") == ["x:1"]


@pytest.mark.parametrize(
    "line",
    [
        f"docker run a:1 echo '{RUN}'",
        f'echo "$({HEREDOC.replace(RUN, "the text " + RUN)})"',
        f"kubectl get -o '{RUN}'",
        f"env -u '{RUN}' true",
        "docker exec X docker run x:1",
        "docker exec X docker ps --privileged",
    ],
)
def test_what_starts_nothing_privileged_is_left_alone(tmp_path: Path, line: str) -> None:
    assert privileged(tmp_path, "x.sh", f"{line}\n") == []


def test_a_word_that_is_not_known_stays_so_within(tmp_path: Path) -> None:
    found = containers(tmp_path, "x.sh", 'docker exec A docker run "$@" --user "$U" x:1\n')
    inner = next(one for one in found if one.image is not None)
    assert inner.may_be_set("cap_add")
    assert inner.may_be_set("privileged")


@pytest.mark.parametrize(
    "text",
    [
        f"CMD {RUN}\n",
        f"ENTRYPOINT exec {RUN}\nCMD ['x']\n",
        'CMD ["docker", "run", "--privileged", "x:1"]\n',
        'ENTRYPOINT ["docker"]\nCMD ["run", "--privileged", "x:1"]\n',
        f'CMD ["sh", "-c", "{RUN}"]\n',
        "ENV P=--privileged\nCMD docker run $P x:1\n",
        f"FROM a:2 AS last\nCMD {RUN}\n",
        f"HEALTHCHECK --interval=5s \\\n  CMD {RUN}\n",
        f"HEALTHCHECK CMD true\nHEALTHCHECK cmd {RUN}\nCMD x\n",
        'HEALTHCHECK --retries=2 CMD ["docker", "run", "--privileged", "x:1"]\n',
    ],
)
def test_what_the_containers_of_an_image_start_is_found(tmp_path: Path, text: str) -> None:
    assert privileged(tmp_path, "Dockerfile", f"FROM docker:dind\n{text}") == ["x:1"]


@pytest.mark.parametrize(
    "step",
    [
        "RUN podman build --cap-add SYS_ADMIN .",
        'RUN ["buildah", "bud", "--cap-add", "SYS_ADMIN", "."]',
        "RUN docker-compose run --cap-add SYS_ADMIN web",
    ],
)
def test_every_command_of_a_client_is_looked_for_in_a_build_step(tmp_path: Path, step: str) -> None:
    found = containers(tmp_path, "Dockerfile", f"FROM quay.io/podman/stable\n{step}\n")
    assert [[entry.value for entry in one.cap_add] for one in found] == [[], ["SYS_ADMIN"]]


def test_of_several_commands_of_an_image_the_last_one_counts(tmp_path: Path) -> None:
    assert privileged(tmp_path, "Dockerfile", f"FROM docker:dind\nCMD {RUN}\nCMD true\n") == []


@pytest.mark.parametrize("name", ["initializeCommand", "onCreateCommand", "postCreateCommand", "postAttachCommand"])
@pytest.mark.parametrize(
    "value",
    [RUN, RUN.split(), ["sh", "-c", RUN], {"a": "true", "b": RUN}, {"a": RUN.split()}, f"echo ${{localEnv:X}}; {RUN}"],
    ids=str,
)
def test_what_an_editor_runs_is_found(tmp_path: Path, name: str, value: object) -> None:
    text = json.dumps({"image": "a:1", name: value})
    assert privileged(tmp_path, ".devcontainer/devcontainer.json", text) == ["x:1"]


def test_what_an_editor_fills_in_is_not_known(tmp_path: Path) -> None:
    text = json.dumps({"image": "a:1", "initializeCommand": ["docker", "run", "--user", "u${localEnv:X}", "x:1"]})
    found = containers(tmp_path, ".devcontainer/devcontainer.json", text)
    assert [one.may_be_set("user") for one in found] == [False, True]
