"""The verdict of the Compose schema is the one of Docker Compose itself, at the same place."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.compose.diagnostics import Diagnostics
from dropcap.carriers.compose.nodes import normalised
from dropcap.carriers.compose.schema import problems
from dropcap.carriers.compose.version import COMPOSE_2, COMPOSE_5, Version
from dropcap.lang.yaml import Mapping, parse
from dropcap.source import Source
from oracles.compose import program

if TYPE_CHECKING:
    from pathlib import Path

SERVICE = "services:\n  web:\n    image: a\n"


@pytest.fixture(scope="module")
def compose() -> Path:
    """Give Docker Compose; the tests are skipped with a reason where it cannot be had, and fail on CI."""
    return program()


def complaint(program: Path, text: str, folder: Path) -> str:
    """Give what Docker Compose says against a file; nothing if it takes it."""
    file = folder / "compose.yaml"
    file.write_text(text, encoding="utf-8")
    options = ["--no-path-resolution", "--no-consistency", "--no-env-resolution"]
    done = subprocess.run(
        [program, "-f", file, "config", "--format", "json", *options],
        env={"PATH": os.defpath, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stderr.strip() if done.returncode else ""


def places_in(message: str) -> set[str]:
    """Give the paths that Compose's complaint about the schema is about."""
    path, _, keys = message.partition(" additional properties ")
    if keys:
        return {f"{path}.{key}".strip(".") for key in re.findall(r"'([^']*)'", keys)}
    return {path.partition(" ")[0]}


def told(text: str, version: Version = COMPOSE_5) -> list[str]:
    """Give what we say, with paths written as Compose writes them."""
    root = normalised(parse(Source("compose.yaml", text)).documents[0], Diagnostics())
    assert isinstance(root, Mapping)
    wrong = problems(root, version=version)
    return [re.sub(r'\["([^"]*)"\]', r".\1", re.sub(r"\[(\d+)\]", r".\1", one.message)) for one in wrong]


# Repeated items are left out where Compose drops them before it asks the schema.
VALUES = ("5", "", "2001-01-01", "[5]", "{a: }")
KEYS = (
    "build",
    "cgroup",
    "cgroup_parent",
    "command",
    "container_name",
    "cpu_shares",
    "cpuset",
    "credential_spec",
    "depends_on",
    "deploy",
    "device_cgroup_rules",
    "dns_search",
    "domainname",
    "entrypoint",
    "expose",
    "external_links",
    "extra_hosts",
    "foo",
    "gpus",
    "healthcheck",
    "image",
    "ipc",
    "isolation",
    "labels",
    "links",
    "logging",
    "network_mode",
    "networks",
    "pid",
    "post_start",
    "ports",
    "profiles",
    "provider",
    "pull_policy",
    "restart",
    "secrets",
    "security_opt",
    "shm_size",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "ulimits",
    "use_api_socket",
    "user",
    "userns_mode",
    "uts",
    "volumes_from",
    "working_dir",
)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_a_service_with_a_value_of_each_type(compose: Path, tmp_path: Path, key: str) -> None:
    start = "services:\n  web:\n" if key == "image" else SERVICE
    for value in VALUES:
        _compare(compose, tmp_path, f"{start}    {key}: {value}\n")


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"{SERVICE}    {line}\n"
            for line in (
                "healthcheck: {test: 5}",
                "healthcheck: {interval: 5}",
                "healthcheck: {retries: []}",
                "depends_on: {b: {condition: x}}",
                "depends_on: {b: {}}",
                "depends_on: [b, b]",
                "deploy: {resources: {limits: {memory: 5}}}",
                "deploy: {resources: {limits: {foo: 5}}}",
                "deploy: {update_config: {order: x}}",
                "logging: {options: {a: true}}",
                "networks: {default: {priority: '5'}}",
                "security_opt: [a, a]",
                "networks: {'${X}': {}}",
                "ulimits: {nofile: {soft: 1}}",
                "ulimits: {nofile: []}",
                "ulimits: {A: 3}",
                "cpu_percent: 101",
                "cpu_count: .inf",
                "oom_score_adj: -2000",
                "gpus: some",
                "gpus: [{foo: 1}]",
                "ports: [80, 80.0]",
                "ports: [{target: 1.5}]",
                "ports: [{target: 80, foo: 1}]",
                "volumes: [{type: bnd, target: /a}]",
                "volumes: [{type: bind, target: /a, bind: {selinux: a}}]",
                "develop: {watch: [{ignore: a}]}",
                "develop: {watch: [{path: a, action: b}]}",
                "post_start: [{user: root}]",
                "post_start: [{command: a, privileged: []}]",
                "provider: {options: {}}",
                "blkio_config: {weight: []}",
                "environment: {'': a}",
                "environment: {A: [b]}",
                "'user ': a",
                "${X}: a",
                "cap-add: [A]",
                "x-a: 2001-01-01",
                "cap_add: !reset [5]",
                "foo: !reset a",
                "<<: {foo: 5}",
                "group_add: [1, 1.0]",
                "build: {context: ., foo: a}",
                "build: {context: ., args: [5]}",
                "build: {context: ., ulimits: {a: }}",
                # Newer versions of the schema refuse these.
                "pull_policy: xmissingx",
                "mem_limit: 1.5",
                "memswap_limit: 1.5",
                "shm_size: 1.5",
            )
        ),
        *(
            SERVICE + line
            for line in (
                "version: 3.8",
                "name: 5",
                "foo: a",
                "x-foo: 2001-01-01",
                "networks: [a]",
                "networks:",
                "networks: {a: {foo: b}}",
                "networks: {a: {driver_opts: {b: true}}}",
                "networks: {a: {ipam: {config: [{foo: a}]}}}",
                "networks: {'a b': {}}",
                "networks: {'${X}': {}}",
                "volumes: a",
                "volumes: {'${X}': {}}",
                "volumes: {a: {drver: x}}",
                "secrets: {a: }",
                "configs: {a: {content: 5}}",
                "models: {a: {}}",
                "models: {'a b': {model: x}}",
            )
        ),
        "services: {'a b': {image: a}}",
        "services: {'${X}': {image: a}}",
        "services: {web: }",
        "services: {web: []}",
        "services: {web: {}}",
    ],
)
def test_what_docker_compose_refuses_is_told_at_the_same_place(compose: Path, tmp_path: Path, text: str) -> None:
    _compare(compose, tmp_path, text)


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        (f"{SERVICE}    pre_start: [{{command: a}}]\n", True),
        (f"{SERVICE}    build: {{context: ., no_cache_filter: a}}\n", True),
        (f"{SERVICE}    pre_start: [{{cap_add: [A]}}]\n", False),
        (f"{SERVICE}    umask: 22\n", False),
        (f"{SERVICE}    networks: {{default: {{use_service_name_alias: true}}}}\n", False),
        (f"{SERVICE}jobs: {{a: {{image: b, triggers: {{manual: true}}}}}}\n", False),
    ],
)
def test_what_version_2_does_not_know_yet_is_accepted_for_version_5_alone(
    compose: Path,
    tmp_path: Path,
    text: str,
    is_known: bool,  # noqa: FBT001  # pytest hands it over by name
) -> None:
    assert "additional properties" in complaint(compose, text, tmp_path)
    assert (told(text) == []) is is_known
    assert told(text, COMPOSE_2) != []


def _compare(program: Path, folder: Path, text: str) -> None:
    message = complaint(program, text, folder)
    messages = told(text)
    refused = re.search(r"^validating .*?: (.*)", message, re.MULTILINE)
    if refused:
        for place in places_in(refused[1]):
            assert any(one.startswith(f"{place} ") for one in messages), (text, message, messages)
    elif not message:
        assert messages == [], text
