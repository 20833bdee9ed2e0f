"""`dropcap config`: a project as Docker Compose resolves it, each value with its place."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.carriers.compose.canonical.field_types import FORMS
from dropcap.carriers.compose.dedupe import OF_LONG
from dropcap.carriers.compose.field_table import rows
from dropcap.carriers.compose.quantities import duration, nanoseconds, single, size_in_bytes
from dropcap.cli import main
from dropcap.exit_codes import CLEAN, UNCHECKED
from oracles import compose as oracle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ENVIRONMENT = {"TAG": "1.27", "EMPTY": "", "TOKEN": "s3cr3t"}

# Each text is the body of a service; all of them are one project, so that Compose runs once.
BODIES = {
    "cap_add": "cap_add: [NET_ADMIN, CAP_NET_ADMIN]\ncap_drop: [ALL]",
    "empty lists": "cap_add: []\ndevices: []\nenvironment: {}\nlabels: []\nports: []",
    "flags": "privileged: true\nread_only: 'yes'\ntty: false\ninit: false\nstdin_open: on",
    "user": "user: '1000:1000'\nuserns_mode: host\nuts: host\nipc: shareable\npid: host\ncgroup: host",
    "cgroup_parent": "cgroup_parent: m-executor\ndevice_cgroup_rules: ['c 1:3 mr']\ngroup_add: [mail, 10]",
    "security_opt": "security_opt: ['seccomp:unconfined', 'apparmor=unconfined']",
    "sysctls": "sysctls: {net.core.somaxconn: 1024, net.ipv4.tcp_syncookies: '0', net.a: 1.50}",
    "sysctls as list": "sysctls: [net.core.somaxconn=1024, net.x]",
    "namespace of a service": "network_mode: service:user\npid: service:user",
    "devices": "devices: ['/dev/a', '/dev/b:/dev/c', '/dev/d:/dev/e:r', 'vendor.com/class=dev']",
    "devices twice": "devices: ['/dev/a:/dev/x', '/dev/b:/dev/x:r', {source: /dev/c, target: /dev/y, permissions: m}]",
    "volumes": (
        "volumes: ['/a:/b', './a:/c:ro', '~/a:/d:rw,z', 'named:/e', 'named:/f:nocopy', '/g', 'a:/h/../i', "
        "'/s:/t:rshared,Z', '/x:/y', 'C:\\win:/win', '//two//slashes:/j//k']"
    ),
    "volumes long": (
        "volumes: [{type: bind, source: ./x, target: /y/, read_only: true, bind: {propagation: rshared}}, "
        "{type: tmpfs, target: /t, tmpfs: {size: 64m, mode: 0o1777}}, "
        "{type: volume, source: named, target: /v, volume: {nocopy: true, subpath: s}}, {type: volume, target: /w}, "
        "{type: bind, source: /e, target: /e, bind: {}}, "
        "{type: bind, source: /e, target: /f, bind: {create_host_path: false}}]"
    ),
    "volumes twice": "volumes: ['/a:/t', '/b:/u', '/c:/t/:ro']",
    "tmpfs": "tmpfs: /run",
    "tmpfs as list": "tmpfs: ['/run:size=64m', /tmp]",
    "ports": (
        "ports: [80, '81', '8080:82', '127.0.0.1:8081:83/udp', '84-86', '9090-9091:87-88', '3000-3005:89', "
        "'[::1]:8090:90', '127.0.0.1::91', '0.0.0.0:0092:92', ':93', '94/UDP']"
    ),
    "ports long": (
        "ports: [{target: 80}, {target: 81, published: 8081, protocol: udp, mode: host, host_ip: 127.0.0.1}, "
        "{target: '82', published: '8082-8090', app_protocol: http, name: web}]"
    ),
    "ports twice": "ports: ['80:80', '80-81:80-81', {target: 80, published: '80'}]",
    "command as text": "command: sh -c \"echo 'a b' $$HOME\" && rm\nentrypoint: ''",
    "command as list": "command: [echo, '1', '$$x']\nentrypoint: []",
    "command empty": "command:\nentrypoint: null",
    "build": "build: ./dir",
    "build of parts": (
        "build: {dockerfile: D, args: {A: 1, B: null, TAG: , C: 1.0}, target: t, labels: [a=b, c], ssh: [default], "
        "cache_from: [x], tags: [t], platforms: [linux/amd64], privileged: true, entitlements: [security.insecure], "
        "additional_contexts: [a=./b], extra_hosts: ['h=1.1.1.1'], shm_size: 2gb, ulimits: {nofile: 5}, pull: true, "
        "provenance: true, sbom: false, secrets: [s, {source: s2, target: t}], network: host, no_cache: true}"
    ),
    "build inline": "build: {context: ., dockerfile_inline: 'FROM x', args: [A=1, TAG, NOWHERE]}",
    "profiles": "profiles: [a, b, a]",
    "environment": "environment: {A: 1, B: true, C: null, TAG: , D: '', E: 1.50, F: 0x10, G: 1e3, H: 010, I: '$$x'}",
    "numbers as texts": (
        "environment: {A: 18446744073709551615, B: 18446744073709551616, C: 08, D: -017, E: 1__0, F: -0, G: 1e-5, "
        "H: 999999.0, I: 1000000.0, J: 1234567.8, K: .inf, L: -.INF, M: .nan, N: 1e400, O: 3.10, P: -0.0, Q: 1_0.5, "
        "R: -9223372036854775809, S: 1e22, T: 0b101, U: 0o17, V: 12e-1, W: 00, X: +5}"
    ),
    "environment as list": "environment: [A=1, B, TAG, 'C=', EMPTY, 'D=a=b', 'A=2']",
    "labels": "labels: {a: 1, b: null, c: true}\nannotations: [x=y, z]",
    "labels as list": "labels: ['a', 'b=', 'c=d', 'e.$$f=g']",
    "health": "healthcheck: {test: curl, interval: 1m30s, timeout: 500ms, retries: 3, start_period: 0s}",
    "health as list": "healthcheck: {test: [CMD, a], interval: 1d, timeout: 1.5h}",
    "health off": "healthcheck: {disable: true}",
    "depends": "depends_on: [user]",
    "depends long": "depends_on: {user: {condition: service_healthy, restart: true, required: false}}",
    "links": "links: ['user:alias', tmpfs]\nvolumes_from: ['user:ro', 'container:x']",
    "deploy": (
        "deploy: {replicas: 0, mode: replicated, labels: {a: b}, update_config: {parallelism: 0, delay: 10s}, "
        "resources: {limits: {cpus: '0.1', memory: 50M, pids: 1}, "
        "reservations: {devices: [{capabilities: [gpu]}, {capabilities: [x], count: 2}]}}, "
        "restart_policy: {condition: any, delay: 5s, max_attempts: 0}, "
        "placement: {constraints: [a==b], preferences: [{spread: x}], max_replicas_per_node: 1}}"
    ),
    "generic": (
        "deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: g, value: 2}}]}}}"
    ),
    "sizes": "mem_limit: 1.5g\nmemswap_limit: -1\nshm_size: 64 KiB\nmem_reservation: '100000000b'\nmem_swappiness: 0",
    "numbers": "cpus: 0.1\ncpu_shares: 0\npids_limit: -1\noom_score_adj: 5\nscale: 1",
    "limits": "ulimits: {nproc: 65535, nofile: {soft: 0, hard: 40000}}",
    "hosts": "extra_hosts: ['b:1.1.1.1', 'a=::1', 'c=[::2]', 'b:2.2.2.2,3.3.3.3']",
    "hosts by name": "extra_hosts: {b: 1.1.1.1, a: '::1', c: [4.4.4.4, 5.5.5.5]}",
    "dns": "dns: 8.8.8.8\ndns_search: [a, b]\ndns_opt: [use-vc]\nexpose: [80, '81', 82/udp]",
    "logging": "logging: {driver: json-file, options: {max-size: 10m, max-file: 3, x: null}}",
    "networks": "networks: [default, other]",
    "networks long": "networks: {other: {aliases: [a], ipv4_address: 10.0.0.2, priority: 1}, default: }",
    "files": (
        "secrets: [s, {source: s2, target: t, mode: 0440, uid: '1'}]\n"
        "configs: [c, {source: c, target: /d, mode: 0o400}]"
    ),
    "env files": (
        "env_file: [a.env, {path: b.env, required: false}, {path: c.env}, {path: no.env, required: false}]\n"
        "environment: {A: own, NOWHERE: , E: }"
    ),
    "env file without replacement": "env_file: [a.env, {path: raw.env, format: raw}]",
    "label file": "label_file: [a.label, b.label]\nlabels: {own: '1', a: own}",
    "gpus": "gpus: all",
    "gpus long": "gpus: [{driver: nvidia, count: 1}, {capabilities: [gpu]}, {device_ids: ['0']}]",
    "hooks": "post_start: [{command: ['a', 'b'], user: root, privileged: true}]\npre_stop: [{command: a 'b c'}]",
    "watch": "develop: {watch: [{path: ./a, action: sync, target: /b, ignore: [c]}, {path: b, action: rebuild}]}",
    "blkio": (
        "blkio_config: {weight: 300, weight_device: [{path: /dev/a, weight: 400}], "
        "device_read_bps: [{path: /dev/a, rate: 12mb}]}"
    ),
    "others": (
        "stop_grace_period: 1m\nstop_signal: SIGTERM\npull_policy: if_not_present\nattach: false\n"
        "storage_opt: {size: 1G}\nuse_api_socket: true\nplatform: linux/arm64\nx-own: {a: 1}\nrestart: 'no'"
    ),
    "variables": (
        "image: 'a:${TAG}${EMPTY}'\nuser: '${EMPTY}'\nprivileged: '${P:-true}'\nhostname: '$COMPOSE_PROJECT_NAME'"
    ),
}
NAMED_FILES = {
    "a.env": "A=file\nB=${TAG}-${A}\nC=c\nNOWHERE=set\nE=e\n",
    "b.env": "C=${C}c\nexport D='$A'\nF=${UNSET:-x}$$\n",
    "c.env": "G\nTAG\nC=${C}d\n",
    "raw.env": "# no\n\n  A=$TAG 'x' # all\nTAG\nUNSET\nE=\n",
    "a.label": "a=1\nb=${a}2$TAG\n",
    "b.label": "b=${b}3\n",
}
TOP = """
networks:
  other: {ipam: {config: [{subnet: 10.0.0.0/8}]}, labels: [a=b], driver_opts: {x: 1}, enable_ipv6: false}
  unused: {}
volumes:
  named: {external: true}
secrets:
  s: {file: ./s}
  s2: {environment: TOKEN}
configs:
  c: {content: 'a $$b'}
x-top: {a: [1, 1.5, true, null, text], x-in: 2}
"""


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def project_text(bodies: Mapping[str, str]) -> str:
    services = ""
    for name, body in bodies.items():
        has_image = "image:" in body or "build:" in body
        services += f"  {name.replace(' ', '-')}:\n{'' if has_image else '    image: i'}\n{indented(body)}"
    return f"name: Project_One\nservices:\n{services}{TOP}"


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and the environment that Compose is given as well."""
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in {"PATH": os.defpath, "HOME": str(tmp_path), **ENVIRONMENT}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


AS_THE_ORACLE = ("--compose", "2", "--no-consistency")


def theirs(folder: Path, *files: str, options: tuple[str, ...] = ("--profile", "*")) -> dict[str, Any]:
    environment = {"HOME": str(folder), **ENVIRONMENT}
    answer = oracle.config(files, environment=environment, cwd=folder, options=options)
    assert answer.project is not None, answer.error
    return answer.project


def ours(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["config", "--format", "json", "--use-environment", *AS_THE_ORACLE, *words]) == CLEAN
    out, err = capsys.readouterr()
    assert err == ""
    project: dict[str, Any] = json.loads(out)
    return project


def test_each_field_is_what_docker_compose_prints(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(clean, {"compose.yaml": project_text(BODIES), **NAMED_FILES})
    project, other = ours(capsys), theirs(clean, "compose.yaml")
    for name, service in other["services"].items():
        assert project["services"][name] == service, name
    assert project == other


PROJECTS: dict[str, dict[str, str]] = {
    "an override": {
        "compose.yaml": (
            "services: {a: {image: i, cap_add: [A], ports: ['80:80'], environment: {A: 1}, command: a b, dns: x}, "
            "b: {image: j, privileged: true, volumes: ['/a:/b', '/c:/d'], labels: {x: y}}}\n"
        ),
        "compose.override.yaml": (
            "services:\n"
            "  a: {cap_add: [B, A], ports: ['80:80', '81:80'], environment: [B=2, A=3], command: [c], dns: [y, x]}\n"
            "  b: {privileged: !reset null, volumes: !override ['/e:/d'], labels: [z=1]}\n"
        ),
    },
    "a service of another folder": {
        "compose.yaml": "services: {a: {extends: {file: sub/base.yaml, service: b}, cap_drop: [ALL], image: i}}\n",
        "sub/base.yaml": (
            "services:\n"
            "  b: {extends: c, build: ./x, volumes: ['./v:/v:ro,z', 'n:/n'], env_file: b.env}\n"
            "  c: {privileged: true, cap_add: [SYS_ADMIN], environment: {C: 1}}\n"
        ),
        "sub/b.env": "",
    },
    "a project that is included": {
        "compose.yaml": (
            "include: [{path: sub/part.yaml, project_directory: other}, more.yaml]\n"
            "services: {a: {image: 'i:${COMPOSE_PROJECT_NAME}'}}\n"
        ),
        "sub/part.yaml": (
            "name: part\nservices: {p: {image: 'p:${V}', volumes: ['./v:/v'], build: .}}\nvolumes: {w: }\n"
        ),
        "other/.env": "V=from_other\n",
        "more.yaml": "services: {m: {image: m, networks: [n]}}\nnetworks: {n: {}}\n",
    },
    "variables of .env": {
        "compose.yaml": "name: n-${V}\nservices: {a: {image: '${V}-$COMPOSE_PROJECT_NAME', environment: [V, W]}}\n",
        ".env": "V=one\nW=${V}-two\n",
    },
    "the folder's name": {
        "compose.yaml": "services: {a: {image: '$COMPOSE_PROJECT_NAME', volumes: ['v:/v']}}\nvolumes: {v: }\n"
    },
    "several documents": {
        "compose.yaml": (
            "services: {a: &a {image: i, cap_add: [A]}}\n---\nservices: {a: {cap_add: [B]}, b: {<<: *a, user: '1'}}\n"
        ),
    },
    "a dollar sign in keys and values": {
        "compose.yaml": "services: {a: {image: i, labels: {'a$b': 'c$$d'}, environment: ['E=$$$$']}}\n",
    },
}


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_of_several_files_is_what_docker_compose_prints(
    clean: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    folder = clean / "A-Folder.1"
    write(folder, PROJECTS[name])
    os.chdir(folder)
    project, other = ours(capsys), theirs(folder)
    assert project["services"] == other["services"]
    assert project == other


@pytest.mark.parametrize("profiles", [["a"], ["a", "b"], ["*"]])
def test_services_of_the_profiles_that_are_named_are_there(
    clean: Path, capsys: pytest.CaptureFixture[str], profiles: list[str]
) -> None:
    text = (
        "services: {none: {image: i}, a: {image: i, profiles: [a], networks: [n]}, ab: {image: i, profiles: [a, b], "
        "volumes: ['v:/v']}}\nnetworks: {n: }\nvolumes: {v: }\n"
    )
    write(clean, {"compose.yaml": text})
    words = [word for profile in profiles for word in ("--profile", profile)]
    assert ours(capsys, *words) == theirs(clean, options=tuple(words))


def test_files_that_are_named_are_one_project(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        clean, {"a.yaml": "services: {a: {image: i}}\n", "sub/b.yaml": "services: {a: {user: '${U}'}}\n", "v": "U=7\n"}
    )
    words = ["-f", "a.yaml", "-f", "sub/b.yaml", "--env-file", "v"]
    assert ours(capsys, *words) == theirs(clean, "a.yaml", "sub/b.yaml", options=("--env-file", "v"))


TEXT = r"""name: shop  # compose.yaml:1
services:
  web:
    image: nginx:1.27  # compose.yaml:4; TAG is set at .env:1
    user: ${WHO}  # compose.yaml:5; unknown: WHO is not set in the project's files
    privileged: true  # compose.override.yaml:3
    hostname: ""  # compose.yaml:7; NAME is empty at .env:2
    domainname: ""  # compose.yaml:8; ALT is empty
    command:
      - echo  # compose.yaml:9
      - $$HOME  # compose.yaml:9
      - "--password"  # compose.yaml:9
      - "******"  # compose.yaml:9
    environment:
      DB_PASSWORD: "*****"  # compose.yaml:11
      PLAIN: "a\x1b[31m"  # compose.yaml:12
      "NO": "no"  # compose.yaml:13
      NOWHERE: null  # compose.yaml:14
    volumes:
      - type: bind  # compose.yaml:16
        source: ./data  # compose.yaml:16
        target: /data  # compose.yaml:16
        bind:
          create_host_path: true  # default
      - ${WHERE}:/x  # compose.yaml:17; unknown: WHERE is not set in the project's files
    networks:
      default: null  # default
networks:
  default:
    name: shop_default  # default
    ipam: {}
"""
FILES = {
    "compose.yaml": r"""name: shop
services:
  web:
    image: nginx:${TAG}
    user: ${WHO}
    privileged: false
    hostname: "${NAME}"
    domainname: "${ALT:+x}"
    command: [echo, $$HOME, --password, hunter]
    environment:
      DB_PASSWORD: abcde
      PLAIN: "a\e[31m"
      "NO": "no"
      NOWHERE:
    volumes:
      - ./data:/data
      - ${WHERE}:/x
""",
    "compose.override.yaml": "services:\n  web:\n    privileged: true\n",
    ".env": "TAG=1.27\nNAME=\n",
}


def test_the_text_says_of_each_value_where_it_stands(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(clean, FILES)
    assert main(["config"]) == CLEAN
    out, err = capsys.readouterr()
    assert err == ""
    assert out == TEXT


def test_what_no_file_sets_stays_as_it_is_written(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        clean,
        {"compose.yaml": "services: {a: {image: 'i:${TAG}', privileged: '$P', ports: ['$H:80'], labels: {x: '$$'}}}\n"},
    )
    assert main(["config", "--format", "json"]) == CLEAN
    service = json.loads(capsys.readouterr().out)["services"]["a"]
    assert service["image"] == "i:${TAG}"
    assert service["privileged"] == "$P"
    assert service["ports"] == ["$H:80"]
    assert service["labels"] == {"x": "$$"}


def test_the_name_of_a_project_is_known_where_its_files_say_it(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "services: {a: {image: 'i:$COMPOSE_PROJECT_NAME'}}\n"
    write(clean, {"said.yaml": f"name: Shop-1\n{body}", "not_said.yaml": body})
    assert main(["config", "said.yaml"]) == CLEAN
    assert "image: i:shop-1  # said.yaml:2; COMPOSE_PROJECT_NAME is set at said.yaml:1\n" in capsys.readouterr().out
    assert main(["config", "not_said.yaml"]) == CLEAN
    assert "image: i:$COMPOSE_PROJECT_NAME  # not_said.yaml:1; unknown: " in capsys.readouterr().out


def test_a_file_of_variables_that_cannot_be_had_stays_named(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        clean,
        {
            "sub/.git/config": "",
            "sub/compose.yaml": (
                "services: {a: {image: i, env_file: [here.env, gone.env, ../out.env, {path: no.env, required: false}], "
                "label_file: gone.label, environment: {A: 1}}}\n"
            ),
            "sub/here.env": "A=2\nB=${C}\n",
            "out.env": "SECRET=1\n",
        },
    )
    assert main(["config", "--format", "json", "sub"]) == CLEAN
    service = json.loads(capsys.readouterr().out)["services"]["a"]
    assert service["env_file"] == ["gone.env", "../out.env"]
    assert service["label_file"] == ["gone.label"]
    assert service["environment"] == {"A": "1", "B": "${C}"}
    assert main(["config", "sub"]) == CLEAN
    out = capsys.readouterr().out
    assert "- gone.env  # sub/compose.yaml:1; unknown: gone.env does not exist\n" in out
    assert "unknown: ../out.env lies outside the project" in out
    assert "B: ${C}  # sub/here.env:2; unknown: C is not set in the project's files\n" in out


def test_a_folder_is_known_by_its_path(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(clean, {"sub/compose.yml": "services: {a: {image: i}}\n", "alone.yaml": "services: {b: {image: j}}\n"})
    assert main(["config", "sub"]) == CLEAN
    assert "image: i  # sub/compose.yml:1\n" in capsys.readouterr().out
    assert main(["config", "alone.yaml"]) == CLEAN
    assert "image: j  # alone.yaml:1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "words", "message"),
    [
        ({}, [], "dropcap: .: there is no Compose project here; name its file\n"),
        ({}, ["no.yaml"], "no.yaml: error: does not exist; check the path\n"),
        ({"a.yaml": "services: ["}, ["a.yaml"], "a.yaml:1:11: error: "),
        ({"a.yaml": "a: 1"}, ["a.yaml"], "a.yaml:1:1: error: not a Compose file: it has no services key\n"),
        ({"a.yaml": "services: {}"}, ["a.yaml", "-f", "a.yaml"], "dropcap: give the project's files with -f or a path"),
    ],
)
def test_what_cannot_be_resolved_is_told(
    clean: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], words: list[str], message: str
) -> None:
    write(clean, files)
    assert main(["config", *words]) == UNCHECKED
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message)


def test_what_is_wrong_is_told_and_the_rest_is_printed(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(clean, {"compose.yaml": "services: {a: {image: i, extends: b}, c: {image: k}}\n"})
    assert main(["config"]) == UNCHECKED
    out, err = capsys.readouterr()
    assert "image: k" in out
    assert err.startswith("compose.yaml:1:")


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "1",
        "null",
        "{image: [], build: 1, ports: {a: b}, volumes: 3, devices: {}, environment: 5, command: {a: b}}",
        "{ports: [[1], {target: x}, 'a:b:c:d', '70000', '80-79'], volumes: [[], ':', 'a::b'], devices: ['a:b:c:d', 1]}",
        "{depends_on: 1, networks: 2, deploy: [], healthcheck: x, ulimits: {a: b}, extra_hosts: [x], secrets: {a: b}}",
        "{mem_limit: x, cpus: y, stop_grace_period: z, scale: 1e999, env_file: {a: b}, gpus: 1, logging: 1}",
        "{command: '\"', healthcheck: {test: {}, retries: -1, interval: -5s}, build: {args: 1, ssh: 2, ulimits: 3}}",
        "{environment: {A: [1], B: {c: d}, 1: 2}, labels: [[1], {a: b}], sysctls: x}",
        "{blkio_config: {weight_device: [1]}, develop: {watch: [1, {}]}, post_start: [{}, 1], gpus: [1, {}]}",
    ],
)
def test_nothing_malformed_raises(clean: Path, capsys: pytest.CaptureFixture[str], body: str) -> None:
    write(clean, {"compose.yaml": f"services: {{a: {body}}}\nnetworks: [a]\nvolumes: {{v: 1}}\nsecrets: x\n"})
    for form in ("json", "text"):
        assert main(["config", "--format", form]) in (CLEAN, UNCHECKED)
        assert "services" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "count"),
    [("64", 64), ("1k", 1024), ("1.5 GiB", 1610612736), ("2mb", 2097152), ("5bb", None), ("1x", None), ("", None)],
)
def test_sizes_are_those_of_docker(text: str, count: int | None) -> None:
    assert size_in_bytes(text) == count


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("90s", "1m30s"),
        ("1.5s", "1.5s"),
        ("1h", "1h0m0s"),
        ("100ms", "100ms"),
        ("1500us", "1.5ms"),
        ("2d", "48h0m0s"),
        ("-1m", "-1m0s"),
        ("0", "0s"),
    ],
)
def test_spans_of_time_are_written_as_go_does(text: str, written: str) -> None:
    count = nanoseconds(text)
    assert count is not None
    assert duration(count) == written


def test_numbers_of_single_precision_are_the_shortest() -> None:
    assert [single(value) for value in (0.1, 0.3333333333, 16777217.0)] == [0.1, 0.33333334, 16777216.0]


def test_every_word_of_the_table_of_fields_is_one_that_is_known() -> None:
    known = {
        "form": {*FORMS},
        "cast": {"bool", "int", "float", "float32"},
        "merge": {"build", "conditions", "hosts", "list", "logging", "mapping", "replace", "subnets"},
        "unique": {*OF_LONG, "name", "text"},
        "range": {"unsigned"},
        "path": {"build", "context", "mount", "named_context", "path", "volume"},
    }
    used = {column: {word for _, word in rows(column)} for column in known}
    assert used == known
    paths = [path for path, _ in rows("form")]
    assert len(paths) == len(set(paths))


def test_a_field_of_fewer_bits_keeps_the_lowest(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "services:\n  s:\n    image: i\n    ports: [{target: 4294967376}]\n    blkio_config: {weight: 65546}\n"
        "    volumes: [{type: tmpfs, target: /x, tmpfs: {mode: 9999999999}}]\n"
    )
    write(clean, {"compose.yaml": text})
    assert ours(capsys) == theirs(clean, "compose.yaml")


def test_a_failure_quotes_no_part_of_a_variables_value(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "services: {s: {image: i, ports: ['$ADDRESS:80:80'], stop_grace_period: soon, shm_size: $SIZE}}\n"
    write(clean, {"compose.yaml": text, ".env": "ADDRESS=north:south\nSIZE=plenty\n"})
    main(["config"])
    told = capsys.readouterr().err
    assert not any(word in told for word in ("north", "south", "plenty"))
    assert "a span of time such as 1m30s, not soon" in told


PROFILES = (
    "name: p\nservices: {s: {image: i}, t: {image: i, profiles: [x]}, u: {image: i, profiles: [y], privileged: true}}\n"
)


@pytest.mark.parametrize(
    ("variables", "options", "shown"),
    [
        ("COMPOSE_PROFILES=x\n", (), ["s", "t"]),
        ("COMPOSE_PROFILES=' x , y '\n", (), ["s", "t", "u"]),
        ("COMPOSE_PROFILES=*\n", (), ["s", "t", "u"]),
        ("COMPOSE_PROFILES=\n", (), ["s"]),
        ("COMPOSE_PROFILES=x\n", ("--profile", "y"), ["s", "u"]),
        ("COMPOSE_PROFILES=$NOBODY_KNOWS\n", (), ["s", "t", "u"]),
        ("A=b\n", (), ["s", "t", "u"]),
    ],
)
def test_a_variable_narrows_what_is_shown_and_not_what_is_checked(
    variables: str,
    options: tuple[str, ...],
    shown: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COMPOSE_PROFILES", raising=False)
    (tmp_path / "compose.yaml").write_text(PROFILES, encoding="utf-8")
    (tmp_path / ".env").write_text(variables, encoding="utf-8")
    assert main(["config", "--format", "json", *options]) == CLEAN
    assert sorted(json.loads(capsys.readouterr().out)["services"]) == shown
    main(["check", "compose.yaml"])
    assert "privileged" in capsys.readouterr().out
