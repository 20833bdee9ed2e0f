"""How Docker Compose lays files over one another, takes values out, and leaves out what is repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compose_facts import Fact, ours, theirs, wanted

if TYPE_CHECKING:
    from pathlib import Path


def laid_over(lower: str, upper: str, gives: dict[str, Any], **rest: Any) -> Fact:  # noqa: ANN401  # a fact's own
    """Give what becomes of a service `a` that is written twice."""
    files = {
        "compose.yaml": f"services: {{a: {{image: x, {lower}}}, b: {{image: x}}, c: {{image: x}}}}",
        "compose.override.yaml": f"services: {{a: {{{upper}}}}}",
    }
    under = {f"services a {key}": value for key, value in gives.items()}
    before = rest.pop("before", None)
    old = None if before is None else {f"services a {key}": value for key, value in before.items()}
    return Fact(files, under, old, **rest)


def alone(service: str, key: str, value: Any) -> Fact:  # noqa: ANN401  # a value is any JSON
    """Give what becomes of a service `a` that is written once."""
    return Fact(f"services: {{a: {{image: x, {service}}}}}", {f"services a {key}": value})


BOUND = {"type": "bind", "source": "./new", "target": "/t"}
FACTS = {
    # What is added to, and in which order.
    "a scalar is replaced": laid_over("user: one", "user: two", {"user": "two"}),
    "capabilities are added to": laid_over(
        "cap_add: [A, B], cap_drop: [C]",
        "cap_add: [B, D], cap_drop: [ALL]",
        {"cap_add": ["A", "B", "D"], "cap_drop": ["C", "ALL"]},
    ),
    "options of security are added to": laid_over(
        "security_opt: [label:disable]",
        "security_opt: [no-new-privileges]",
        {"security_opt": ["label:disable", "no-new-privileges"]},
    ),
    "a command is replaced": laid_over("command: [a, b]", "command: [c]", {"command": ["c"]}),
    "an entrypoint is replaced": laid_over("entrypoint: a b", "entrypoint: [c]", {"entrypoint": ["c"]}),
    "a test of health is replaced": laid_over(
        "healthcheck: {test: [CMD, a], retries: 2}",
        "healthcheck: {test: [CMD-SHELL, b]}",
        {"healthcheck": {"test": ["CMD-SHELL", "b"], "retries": 2}},
    ),
    "profiles are added to": laid_over("profiles: [a, b]", "profiles: [b, c]", {"profiles": ["a", "b", "c"]}),
    "groups are added to": laid_over("group_add: [a]", "group_add: [b]", {"group_add": ["a", "b"]}),
    "links of one name are one": laid_over("links: [b, 'c:d']", "links: ['b:d']", {"links": ["b", "c:d", "b:d"]}),
    # Lists of pairs, and mappings.
    "variables of two lists": laid_over(
        "environment: [A=1, B=2]",
        "environment: [B=3, C]",
        {"environment": {"A": "1", "B": "3", "C": None}},
    ),
    "variables of a list over a mapping": laid_over(
        "environment: {A: 1, B: 2.5}", "environment: [A=2]", {"environment": {"A": "2", "B": "2.5"}}
    ),
    "variables of a mapping over a list": laid_over(
        "environment: [A=1, B=x=y]", "environment: {A: ''}", {"environment": {"A": "", "B": "x=y"}}
    ),
    "labels of both forms": laid_over("labels: [a=1, b]", "labels: {a: 2}", {"labels": {"a": "2", "b": ""}}),
    "annotations of both forms": laid_over(
        "annotations: {a: x}", "annotations: [a=y, b=z]", {"annotations": {"a": "y", "b": "z"}}
    ),
    "kernel parameters of both forms": laid_over(
        "sysctls: {net.a: 1}", "sysctls: [net.b=0, net.a=2]", {"sysctls": {"net.a": "2", "net.b": "0"}}
    ),
    "labels that deploy has": laid_over(
        "deploy: {labels: [a=1]}", "deploy: {labels: {b: 2}}", {"deploy labels": {"a": "1", "b": "2"}}
    ),
    "arguments of a build": laid_over(
        "build: {context: ., args: [A=1, B]}",
        "build: {args: {A: 2}}",
        {"build args": {"A": "2"}},
    ),
    "a build in short form below one in long form": laid_over(
        "build: ./a", "build: {dockerfile: D}", {"build": {"context": "./a", "dockerfile": "D"}}
    ),
    "a build in short form over one in long form": laid_over(
        "build: {context: ./a, target: t}", "build: ./b", {"build context": "./b", "build target": "t"}
    ),
    "contexts of a build": laid_over(
        "build: {context: ., additional_contexts: [a=./a]}",
        "build: {additional_contexts: {a: ./b, c: ./c}}",
        {"build additional_contexts": {"a": "./b", "c": "./c"}},
    ),
    "hosts have all of their addresses": laid_over(
        "extra_hosts: ['h=1.1.1.1']",
        "extra_hosts: {h: 2.2.2.2, i: 3.3.3.3}",
        {"extra_hosts": ["h=1.1.1.1", "h=2.2.2.2", "i=3.3.3.3"]},
    ),
    # One or several.
    "servers of names, one over several": laid_over(
        "dns: [1.1.1.1, 2.2.2.2]", "dns: 2.2.2.2", {"dns": ["1.1.1.1", "2.2.2.2"]}
    ),
    "folders in memory, several over one": laid_over("tmpfs: /a", "tmpfs: [/b, /a]", {"tmpfs": ["/a", "/b"]}),
    "options of servers of names": laid_over("dns_opt: [a]", "dns_opt: [b, a]", {"dns_opt": ["a", "b"]}),
    # What is the same by a part of it.
    "volumes are the same by their place": laid_over(
        "volumes: ['./old:/t:ro', './keep:/k']",
        "volumes: [{type: bind, source: ./new, target: /t}]",
        {"volumes 0": BOUND, "volumes 1 target": "/k", "volumes 2": None},
    ),
    "devices are the same by their place": laid_over(
        "devices: ['/dev/a:/dev/t', /dev/b]",
        "devices: ['/dev/c:/dev/t:r']",
        {
            "devices": [
                {"source": "/dev/c", "target": "/dev/t", "permissions": "r"},
                {"source": "/dev/b", "target": "/dev/b", "permissions": "rwm"},
            ]
        },
    ),
    "ports are the same only as a whole": laid_over(
        "ports: ['80:80', '127.0.0.1:81:80']",
        "ports: [{target: 80, published: '80'}, '80:80/udp']",
        {
            "ports 0 published": "80",
            "ports 0 protocol": "tcp",
            "ports 1 host_ip": "127.0.0.1",
            "ports 2 protocol": "udp",
            "ports 3": None,
        },
    ),
    "ports that are a text and a number are two": laid_over(
        "ports: ['80:80']",
        "ports: [{target: 80, published: 80}, {target: 80, published: 80, name: n}]",
        {"ports 0 published": "80", "ports 1 published": "80", "ports 1 name": "n", "ports 2": None},
    ),
    "secrets are the same by their place": Fact(
        {
            "compose.yaml": "services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {file: ./s}, t: {file: ./t}}",
            "compose.override.yaml": "services: {a: {secrets: [{source: s, uid: '1'}, t]}}",
        },
        {"services a secrets 0 uid": "1", "services a secrets 1 source": "t", "services a secrets 2": None},
    ),
    "what is needed, in both forms": laid_over(
        "depends_on: [b]",
        "depends_on: {b: {condition: service_healthy, required: false}, c: {condition: service_started}}",
        {
            "depends_on": {
                "b": {"condition": "service_healthy", "required": False},
                "c": {"condition": "service_started", "required": True},
            }
        },
    ),
    "a part of what is needed": laid_over(
        "depends_on: {b: {condition: service_healthy}}",
        "depends_on: {b: {required: false}}",
        {"depends_on b": {"condition": "service_healthy", "required": False}},
    ),
    "networks in both forms": Fact(
        {
            "compose.yaml": "services: {a: {image: x, networks: [n, m]}}\nnetworks: {n: , m: }",
            "compose.override.yaml": "services: {a: {networks: {n: {aliases: [o]}}}}",
        },
        {"services a networks": {"n": {"aliases": ["o"]}, "m": None}},
    ),
    "options of one kind of log": laid_over(
        "logging: {driver: json-file, options: {a: 1}}",
        "logging: {options: {b: 2}}",
        {"logging": {"driver": "json-file", "options": {"a": "1", "b": "2"}}},
    ),
    "options of another kind of log": laid_over(
        "logging: {driver: json-file, options: {a: 1}}",
        "logging: {driver: syslog, options: {b: 2}}",
        {"logging": {"driver": "syslog", "options": {"b": "2"}}},
    ),
    "a limit in another form": laid_over(
        "ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}",
        "ulimits: {nofile: 5}",
        {"ulimits": {"nofile": 5, "nproc": 3}},
    ),
    "a limit of memory": laid_over("mem_limit: 1g", "mem_limit: 512m", {"mem_limit": "536870912"}),
    "files of variables": Fact(
        {
            "compose.yaml": "services: {a: {image: x, env_file: a.env}}",
            "compose.override.yaml": "services: {a: {env_file: [b.env, {path: a.env}]}}",
            "a.env": "A=1\n",
            "b.env": "A=2\nB=2\n",
        },
        {"services a environment": {"A": "2", "B": "2"}},
    ),
    # What is taken out, and what replaces.
    "a value is reset": laid_over(
        "build: {context: .}, environment: {A: b, C: d}",
        "build: !reset , environment: {A: !reset }",
        {"build": None, "environment": {"C": "d"}},
    ),
    "a list is reset, whatever the tag's value is": laid_over("cap_add: [A]", "cap_add: !reset [B]", {"cap_add": None}),
    "a list is overridden": laid_over("cap_add: [A]", "cap_add: !override [B]", {"cap_add": ["B"]}),
    "a mapping is overridden": laid_over(
        "environment: {A: b}", "environment: !override {C: d}", {"environment": {"C": "d"}}
    ),
    "a network is reset": Fact(
        {
            "compose.yaml": "services: {a: {image: x}}\nnetworks: {n: {external: true}}",
            "compose.override.yaml": "networks: {n: !reset {}}",
        },
        {"networks n": None},
    ),
    "a network is overridden": Fact(
        {
            "compose.yaml": "services: {a: {image: x}}\nnetworks: {n: {external: true, name: m}}",
            "compose.override.yaml": "networks: {n: !override {}}",
        },
        {"networks n external": None},
    ),
    "a reset in what two services take over": Fact(
        {
            "compose.yaml": "services: {a: {image: x, cap_add: [A]}, b: {image: x, cap_add: [B]}}",
            "compose.override.yaml": (
                "x-none: &none\n  cap_add: !reset []\nservices:\n  a: {<<: *none}\n  b: {<<: *none}\n"
            ),
        },
        {"services a cap_add": None, "services b cap_add": None},
        # Only the place where it is written counts, which is none of a service.
        {"services a cap_add": ["A"], "services b cap_add": ["B"]},
    ),
    "a reset by an alias alone": Fact(
        {
            "compose.yaml": "services: {a: {image: x, cap_add: [A]}, b: {image: x, cap_add: [B]}}",
            "compose.override.yaml": "x-none: &none !reset []\nservices: {a: {cap_add: *none}, b: {cap_add: *none}}",
        },
        {"services a cap_add": None, "services b cap_add": None},
    ),
    "a reset through two aliases": Fact(
        {
            "compose.yaml": "services: {a: {image: x, cap_add: [A]}}",
            "compose.override.yaml": (
                "x-in: &in\n  cap_add: !reset []\nx-out: &out\n  <<: *in\nservices:\n  a: {<<: *out}\n"
            ),
        },
        {"services a cap_add": None},
        {"services a cap_add": ["A"]},
    ),
    "an override in what two networks take over": Fact(
        {
            "compose.yaml": "services: {a: {image: x}}\nnetworks: {n: {external: true}, m: {external: true}}",
            "compose.override.yaml": "x-o: &o !override {}\nnetworks: {n: *o, m: *o}",
        },
        {"networks n external": None, "networks m external": None},
    ),
    "a key that is there twice, one of them reset": Fact(
        "services: {a: {image: x, cap_add: [A], cap_add: !reset [B]}}", refused="25"
    ),
    # What is repeated in one list.
    "variables twice in a list": alone("environment: [A=1, B=2, A=3]", "environment", {"A": "3", "B": "2"}),
    "capabilities twice": alone("cap_add: [A, B, A]", "cap_add", ["A", "B"]),
    "what is exposed twice": alone("expose: [80, '80', 81]", "expose", ["80", "81"]),
    "servers of names twice": alone("dns: [1.1.1.1, 1.1.1.1]", "dns", ["1.1.1.1"]),
    # Keys that are merged in one file.
    "a list of merged mappings": Fact(
        "x-l: &l\n  - {image: x, user: a}\nservices: {a: {<<: *l}, b: {<<: [{image: y}, {user: b}]}}",
        {"services a user": "a", "services b user": "b", "services b image": "y"},
    ),
    "a merged text": Fact("x-s: &s text\nservices: {a: {<<: *s, image: x}}", refused="25"),
    "a mapping within itself": Fact("x-a: &a\n  b:\n    <<: *a\nservices: {a: {image: x}}", refused="25"),
    "one mapping for two services": Fact(
        "services:\n  a: &a\n    image: x\n    cap_drop: [ALL]\n  b: *a\n", {"services b cap_drop": ["ALL"]}
    ),
    "names of services that begin alike": Fact(
        "services:\n  a.b: &a\n    image: x\n  a: *a\n", {"services a image": "x"}
    ),
}


@pytest.mark.parametrize("version", ["2", "5"])
@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_files_are_laid_over_one_another(tmp_path: Path, fact: Fact, version: str) -> None:
    assert ours(fact, tmp_path, version) == wanted(fact, version)


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_docker_compose_says_the_same_of_files_laid_over_one_another(tmp_path: Path, fact: Fact) -> None:
    assert theirs(fact, tmp_path) == wanted(fact, "2")
