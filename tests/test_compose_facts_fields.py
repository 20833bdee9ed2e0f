"""What Docker Compose makes of single fields of a service: casts, short forms, and values that are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compose_facts import Fact, ours, theirs, wanted

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024 * 1024


def of_service(service: str, gives: dict[str, Any], **rest: Any) -> Fact:  # noqa: ANN401  # a fact's own
    """Give what becomes of a service `a`."""
    before = rest.pop("before", None)
    old = None if before is None else {f"services a {key}": value for key, value in before.items()}
    text = f"services: {{a: {{image: x, {service}}}}}"
    return Fact(text, {f"services a {key}": value for key, value in gives.items()}, old, **rest)


def port(target: int, published: str | None = None, protocol: str = "tcp", **rest: str) -> dict[str, Any]:
    """Give a port in its long form."""
    found = {"mode": "ingress", "target": target, "protocol": protocol, **rest}
    return found if published is None else {**found, "published": published}


def bind(source: str, target: str, **rest: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401  # any options
    """Give a mount of a folder in its long form, in version 5 and 2."""
    options = rest.pop("bind", {})
    found = {"type": "bind", "source": source, "target": target, **rest}
    return {**found, "bind": options}, {**found, "bind": {"create_host_path": True, **options}}


def mounted(text: str, new: dict[str, Any], old: dict[str, Any] | None = None) -> Fact:
    """Give what becomes of one volume."""
    return of_service(f"volumes: ['{text}']", {"volumes": [new]}, before=old and {"volumes": [old]})


FACTS = {
    # Ports.
    "ports": of_service(
        "ports: [3000, '8000:80', '127.0.0.1:8001:81/udp', '49100:22']",
        {
            "ports": [
                port(3000),
                port(80, "8000"),
                port(81, "8001", "udp", host_ip="127.0.0.1"),
                port(22, "49100"),
            ]
        },
    ),
    "a range of ports": of_service(
        "ports: ['9090-9091:8080-8081']", {"ports": [port(8080, "9090"), port(8081, "9091")]}
    ),
    "a choice of ports": of_service("ports: ['8000-9000:80']", {"ports": [port(80, "8000-9000")]}),
    "a range that is not published": of_service("ports: ['3000-3001']", {"ports": [port(3000), port(3001)]}),
    "a port at an IPv6 address": of_service("ports: ['[::1]:80:80']", {"ports": [port(80, "80", host_ip="::1")]}),
    "a port without a published one at an address": of_service(
        "ports: ['127.0.0.1::80']", {"ports": [port(80, host_ip="127.0.0.1")]}
    ),
    "a port in its long form": of_service(
        "ports: [{target: 80, published: 8080, protocol: tcp, mode: host, name: web, app_protocol: http}]",
        {
            "ports": [
                {
                    "mode": "host",
                    "target": 80,
                    "published": "8080",
                    "protocol": "tcp",
                    "name": "web",
                    "app_protocol": "http",
                }
            ]
        },
    ),
    "a port of a variable": of_service("ports: ['${PORT}:${PORT}/tcp']", {"ports": [port(80, "80")]}),
    "a target of a variable": of_service("ports: [{target: $PORT}]", {"ports": [port(80)]}),
    "a target that is not there": of_service("ports: [{published: 80}]", {}, refused="25"),
    "what is exposed": of_service("expose: [3000, '8000-8001']", {"expose": ["3000", "8000-8001"]}),
    # Mounts.
    "a folder": mounted("./a:/b", *bind("./a", "/b")),
    "a folder to read": mounted("/a:/b:ro", *bind("/a", "/b", read_only=True)),
    "a folder to read and write": mounted("/a:/b:rw", *bind("/a", "/b")),
    "a folder with a label": mounted("/a:/b:z", *bind("/a", "/b", bind={"selinux": "z"})),
    "a folder with its own label": mounted("/a:/b:ro,Z", *bind("/a", "/b", bind={"selinux": "Z"}, read_only=True)),
    "a folder with propagation": mounted("/a:/b:rslave", *bind("/a", "/b", bind={"propagation": "rslave"})),
    "a path that is not clean": mounted("/a:/b/../c/", *bind("/a", "/c")),
    "a volume without a name": mounted("/bb", {"type": "volume", "target": "/bb", "volume": {}}),
    "a volume by name": Fact(
        "services: {a: {image: x, volumes: ['data:/b:nocopy']}}\nvolumes: {data: }",
        {"services a volumes": [{"type": "volume", "source": "data", "target": "/b", "volume": {"nocopy": True}}]},
    ),
    "a folder of Windows": mounted("C:\\a:/b", *bind("C:\\a", "/b")),
    "an option that is not known": mounted("/a:/b:unknown", *bind("/a", "/b")),
    "a mount with too many parts": of_service("volumes: ['/a:/b:ro:x']", {}, refused="25"),
    "an empty part of a mount": of_service("volumes: [':/b']", {}, refused="25"),
    "an empty mount": of_service("volumes: ['']", {}, refused="25"),
    "a folder that is not made": of_service(
        "volumes: [{type: bind, source: /a, target: /b, bind: {create_host_path: false}}]",
        {"volumes 0 bind": {"create_host_path": False}},
        before={"volumes 0 bind": {}},
    ),
    "a folder in memory": of_service(
        "volumes: [{type: tmpfs, target: /b, tmpfs: {size: 1m, mode: 0755}}]",
        {"volumes 0 tmpfs": {"size": str(MIB), "mode": 0o755}},
    ),
    "a part of a volume": Fact(
        "services: {a: {image: x, volumes: [{type: volume, source: d, target: /b, volume: {subpath: e}}]}}\n"
        "volumes: {d: }",
        {"services a volumes 0 volume": {"subpath": "e"}},
    ),
    # Devices.
    "devices": of_service(
        "devices: ['/dev/a:/dev/b:r', /dev/c]",
        {
            "devices": [
                {"source": "/dev/a", "target": "/dev/b", "permissions": "r"},
                {"source": "/dev/c", "target": "/dev/c", "permissions": "rwm"},
            ]
        },
    ),
    "devices with too many parts": of_service("devices: ['/dev/a:/dev/b:r:x']", {}, refused="25"),
    "a device of a driver": of_service("devices: [vendor.com/gpu=0]", {"devices 0 source": "vendor.com/gpu=0"}),
    "all graphics cards": of_service("gpus: all", {"gpus 0 count": -1}),
    "some graphics cards": of_service(
        "gpus: [{driver: nvidia, count: 2}, {device_ids: [f]}]",
        {"gpus 0 count": 2, "gpus 0 driver": "nvidia", "gpus 1 device_ids": ["f"]},
    ),
    "a number and names of cards": of_service("gpus: [{count: 2, device_ids: [f]}]", {}, refused="25"),
    # Words.
    "a command": of_service("""command: 'a "b c" d\\ e'""", {"command": ["a", "b c", "d e"]}),
    "an empty command": of_service("command: ''", {"command": []}),
    "a list of words": of_service("command: [a b, 'c']", {"command": ["a b", "c"]}),
    "no command": of_service("command: ", {"command": None}),
    "an empty entrypoint": of_service("entrypoint: []", {"entrypoint": []}),
    # Variables and labels.
    "variables": of_service(
        "environment: {A: '1', B: 2, C: 2.5, D: '', E: , SET: , F: true}",
        {"environment": {"A": "1", "B": "2", "C": "2.5", "D": "", "E": None, "SET": "yes", "F": "true"}},
    ),
    "variables of a list": of_service(
        "environment: [A=1, B=, C, SET]", {"environment": {"A": "1", "B": "", "C": None, "SET": "yes"}}
    ),
    "a variable that is a list": of_service("environment: {A: [b]}", {}, refused="25"),
    "a variable of a list that is a number": of_service("environment: [5]", {}, refused="25"),
    "labels": of_service("labels: {a: 1, b: , c: true}", {"labels": {"a": "1", "b": "", "c": "true"}}),
    "labels of a list": of_service("labels: [a=1, b, c=]", {"labels": {"a": "1", "b": "", "c": ""}}),
    "hosts of a list": of_service("extra_hosts: ['a:1.1.1.1', 'b=::1']", {"extra_hosts": ["a=1.1.1.1", "b=::1"]}),
    "hosts of a mapping": of_service(
        "extra_hosts: {a: [1.1.1.1, 2.2.2.2]}", {"extra_hosts": ["a=1.1.1.1", "a=2.2.2.2"]}
    ),
    "a host in brackets": of_service("extra_hosts: ['a=[::1]']", {"extra_hosts": ["a=::1"]}),
    "a host of a build without an address": of_service("build: {context: ., extra_hosts: [a]}", {}, refused="25"),
    "an address without a host": of_service("extra_hosts: ['=1.1.1.1']", {}, refused="25"),
    "a host with a colon": of_service("extra_hosts: ['a:b=1.1.1.1']", {}, refused="25"),
    "a host with a colon as a key": of_service("extra_hosts: {'a:b': 1.1.1.1}", {}, refused="25"),
    "a host without an address": of_service("extra_hosts: [a]", {}, refused="25"),
    "kernel parameters": of_service("sysctls: [a.b=1]", {"sysctls": {"a.b": "1"}}),
    # Numbers, sizes and times.
    "sizes": of_service(
        "mem_limit: 1g, memswap_limit: 2kb, shm_size: 64M, mem_swappiness: 60, mem_reservation: 1024",
        {
            "mem_limit": str(1024 * MIB),
            "memswap_limit": "2048",
            "shm_size": str(64 * MIB),
            "mem_swappiness": "60",
            "mem_reservation": "1024",
        },
    ),
    "a size below none in a text": of_service("memswap_limit: '-1'", {"memswap_limit": "-1"}, refused="2"),
    "a size that is none": of_service("mem_limit: 1 pound", {}, refused="25"),
    "times": of_service(
        "stop_grace_period: 1m30s, healthcheck: {test: a, interval: 90s, timeout: 500ms}",
        {
            "stop_grace_period": "1m30s",
            "healthcheck": {"test": ["CMD-SHELL", "a"], "interval": "1m30s", "timeout": "500ms"},
        },
    ),
    "a day": of_service("stop_grace_period: 1d", {"stop_grace_period": "24h0m0s"}),
    "processors": of_service(
        "cpus: 1.5, cpu_shares: 1024, cpuset: '0,1'", {"cpus": 1.5, "cpu_shares": 1024, "cpuset": "0,1"}
    ),
    "limits": of_service(
        "ulimits: {nproc: 65535, nofile: {soft: 1, hard: 2}}",
        {"ulimits": {"nproc": 65535, "nofile": {"soft": 1, "hard": 2}}},
    ),
    "a limit that has one end": of_service("ulimits: {nofile: {soft: 1}}", {}, refused="25"),
    "numbers in texts": of_service(
        "pids_limit: '5', cpu_shares: '7', oom_score_adj: '-500', scale: '2'",
        {"pids_limit": 5, "cpu_shares": 7, "oom_score_adj": -500, "scale": 2},
    ),
    "truth in texts": of_service(
        "privileged: 'true', read_only: 'yes', tty: 'ON', init: 'False'",
        {"privileged": True, "read_only": True, "tty": True, "init": False},
    ),
    "truth in a variable": of_service("privileged: '${NONE:-true}'", {"privileged": True}),
    "truth in another word": of_service("privileged: 'enabled'", {}, refused="25"),
    "truth in a bare word of older YAML": of_service("privileged: yes, init: off", {"privileged": True, "init": False}),
    "numbers in other bases": of_service(
        "environment: {A: 0o17, B: 0x1F, C: 1_000, D: 1e3, E: 017}",
        {"environment": {"A": "15", "B": "31", "C": "1000", "D": "1000", "E": "15"}},
    ),
    "a size with an exponent": of_service("mem_limit: 1e3, shm_size: 0xFE", {"mem_limit": None, "shm_size": "254"}),
    "truth that nothing casts": of_service("attach: x", {}, refused="25"),
    "truth that a build has": of_service("build: {context: ., no_cache: x}", {}, refused="25"),
    "truth that a mount has": of_service(
        "volumes: [{type: bind, source: /a, target: /b, bind: {create_host_path: x}}]", {}, refused="25"
    ),
    "truth that a hook has": of_service("post_start: [{command: a, privileged: x}]", {}, refused="25"),
    "a number of retries below none": of_service("healthcheck: {test: a, retries: -1}", {}, refused="25"),
    "a port below none": of_service("ports: [{target: -1}]", {}, refused="25"),
    "a mode that is a text": of_service(
        "volumes: [{type: tmpfs, target: /b, tmpfs: {mode: '0755'}}]", {}, refused="25"
    ),
    "a weight that is a text": of_service("blkio_config: {weight: '5'}", {}, refused="25"),
    "numbers of retries in a text": of_service("healthcheck: {test: a, retries: '3'}", {"healthcheck retries": 3}),
    "a config without a source": of_service("configs: [{}]", {}, refused="25"),
    "a build's key that is none": of_service("build: {context: ., ssh: [a]}", {}, refused="25"),
    "a build's context without a name": of_service("build: {context: ., additional_contexts: [a]}", {}, refused="25"),
    "a user that is a number": of_service("user: 1000", {}, refused="25"),
    "a test of health that is off": of_service("healthcheck: {disable: true}", {"healthcheck": {"disable": True}}),
    "a test of health that is none": of_service(
        "healthcheck: {test: NONE}", {"healthcheck test": ["CMD-SHELL", "NONE"]}
    ),
    # Builds.
    "a build": of_service("build: ./a", {"build": {"context": "./a", "dockerfile": "Dockerfile"}}),
    "a build without a folder": of_service("build: {target: t}", {"build context": ".", "build target": "t"}),
    "a build of a text": of_service(
        "build: {dockerfile_inline: FROM x}", {"build dockerfile": None, "build dockerfile_inline": "FROM x"}
    ),
    "a build's tags and caches": of_service(
        "build: {context: ., tags: [a, b], cache_from: [c], no_cache: 'true', shm_size: 1m}",
        {"build tags": ["a", "b"], "build cache_from": ["c"], "build no_cache": True, "build shm_size": str(MIB)},
    ),
    "keys of a build that are default": of_service("build: {context: ., ssh: default}", {}, refused="25"),
    "keys of a build": of_service("build: {context: ., ssh: [default]}", {"build ssh": ["default"]}),
    "a filter of caches": of_service(
        "build: {context: ., no_cache_filter: a}", {"build no_cache_filter": ["a"]}, refused="2"
    ),
    # Hooks.
    "hooks": of_service(
        "post_start: [{command: a b, user: root, privileged: true, environment: [A=1]}], pre_stop: [{command: [c]}]",
        {
            "post_start 0 command": ["a", "b"],
            "post_start 0 privileged": True,
            "post_start 0 environment": {"A": "1"},
            "pre_stop 0 command": ["c"],
        },
    ),
    "hooks before the start take over the image": of_service(
        "pre_start: [{command: a}, {command: b, image: y}]",
        {"pre_start 0 image": "x", "pre_start 1 image": "y"},
        refused="2",
    ),
    # What needs what.
    "an implied need": Fact(
        "services: {a: {image: x, network_mode: 'service:b', volumes_from: [c]}, b: {image: y}, c: {image: z}}",
        {
            "services a depends_on": {
                "b": {"condition": "service_started", "required": True, "restart": True},
                "c": {"condition": "service_started", "required": True},
            },
            "services a networks": None,
        },
    ),
    "a need that is said wins over an implied one": Fact(
        "services: {a: {image: x, ipc: 'service:b', depends_on: {b: {condition: service_healthy}}}, b: {image: y}}",
        {"services a depends_on": {"b": {"condition": "service_healthy", "required": True}}},
    ),
    "a need in texts": Fact(
        "services: {a: {image: x, depends_on: {b: {condition: service_started, restart: 'true'}}}, b: {image: y}}",
        {"services a depends_on b restart": True},
    ),
    "a service that is called as an extension": Fact(
        "services: {a: {image: x, depends_on: [x-b]}, x-b: {image: y}}",
        {
            "services a depends_on": {"x-b": {"condition": "service_started", "required": True}},
            "services x-b image": "y",
        },
    ),
    # Names of what is not a service.
    "the default network": of_service("user: u", {"networks": {"default": None}}),
    "names of networks": Fact(
        "name: p\nservices: {a: {image: x, networks: [m, n, o]}}\nnetworks: {m: , n: {external: true}, o: {name: q}}",
        {"networks m name": "p_m", "networks n name": "n", "networks o name": "q", "networks default": None},
    ),
    "names of volumes": Fact(
        "name: p\nservices: {a: {image: x, volumes: ['m1:/m', 'n1:/n']}}\nvolumes: {m1: , n1: {external: {name: q}}}",
        {"volumes m1 name": "p_m1", "volumes n1 name": "q", "volumes n1 external": True},
    ),
    "secrets": Fact(
        "services: {a: {image: x, secrets: [s, {source: t, target: u, mode: 0440}]}}\n"
        "secrets: {s: {file: ./f}, t: {external: true}}",
        {
            "services a secrets 0": {"source": "s", "target": "/run/secrets/s"},
            "services a secrets 1": {"source": "t", "target": "u", "mode": "0440"},
        },
    ),
}


@pytest.mark.parametrize("version", ["2", "5"])
@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_field_becomes_what_it_means(tmp_path: Path, fact: Fact, version: str) -> None:
    assert ours(fact, tmp_path, version) == wanted(fact, version)


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_docker_compose_says_the_same_of_a_field(tmp_path: Path, fact: Fact) -> None:
    assert theirs(fact, tmp_path) == wanted(fact, "2")
