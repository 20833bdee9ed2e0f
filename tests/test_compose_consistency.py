"""What Docker Compose refuses of a project as a whole is refused; what it may be that nobody knows is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.compose import read
from dropcap.carriers.request import Request, Settings
from dropcap.model import Engine, Level
from dropcap.source import Source
from dropcap.workspace import Workspace
from oracles import compose as oracle

if TYPE_CHECKING:
    from pathlib import Path

ACCEPTED = {
    "an image of a variable": "services: {a: {image: '${IMAGE}'}}",
    "a base that is not known": "services: {a: {extends: {file: '${BASE}/x.yaml', service: a}}}",
    "a key with a blank": "services: {a: {image: x, environment: {B: c, 'A ': b}}}",
    "a name with a wide blank": 'services: {a: {image: x, environment: ["A\\u2003=b"]}}',
    "a provider": "services: {a: {provider: {type: x}}}",
    "a network that a variable names": "services: {a: {image: x, networks: ['$N']}}",
    "the default network": "services: {a: {image: x, networks: [default]}}",
    "networks without any": "services: {a: {image: x, networks: [], network_mode: none}}",
    "a volume of a variable": "services: {a: {image: x, volumes: ['$V:/v']}}",
    "a folder": "services: {a: {image: x, volumes: ['./v:/v', '~/w:/w', /x]}}",
    "limits that agree": (
        "services: {a: {image: x, mem_limit: 1g, cpus: 0.5,"
        " deploy: {resources: {limits: {memory: 1024m, cpus: '0.50'}}}}}"
    ),
    "a container elsewhere": "services: {a: {image: x, network_mode: 'container:b', volumes_from: ['container:c']}}",
    "a secret of a file": "services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {file: ./s}}",
    "an external secret": "services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {external: true}}",
    "one name said twice": "services: {a: {image: x}}\nsecrets: {s: {external: {name: a}, name: a}}",
    "a path that is cleaned": "services: {a: {image: x, volumes: ['/a:/t', '/b:/t/', '/c:/u/../t']}}",
    "a bind with an empty source": "services: {a: {image: x, volumes: [{type: bind, source: '', target: /t}]}}",
    "limits of many kinds": "services: {a: {image: x, build: {context: ., ulimits: {core: 5}}, ulimits: {cpu: '5'}}}",
    "groups": "services: {a: {image: x, group_add: [0x10, 5, '1.5', a]}}",
    "amounts as texts": "services: {a: {image: x, deploy: {resources: {limits: {cpus: '0.5', pids: '5'}}}}}",
    "a range": "services: {a: {image: x, ports: ['0-1:80-81', '8080:8000']}}",
    "a volume over itself": "services: {a: {image: x, volumes: ['/a:/t', '/b:/t']}}",
}
REFUSED = {
    "no image": ("services: {a: {cap_drop: [ALL]}}", "neither image nor build"),
    "an empty image": ("services: {a: {image: ''}}", "neither image nor build"),
    "both networks": (
        "services: {a: {image: x, network_mode: host, networks: [default]}}",
        "both network_mode and networks",
    ),
    "no such network": ("services: {a: {image: x, networks: {n: {}}}}", "names the network n"),
    "no such link": ("services: {a: {image: x, links: ['b:c']}}", "names the service b"),
    "no such volumes_from": ("services: {a: {image: x, volumes_from: ['b:ro']}}", "names the service b"),
    "a circle": (
        "services: {a: {image: x, depends_on: [b]}, b: {image: x, network_mode: 'service:a'}}",
        "in a circle; Docker Compose refuses that: break a -> b -> a",
    ),
    "a test of health": (
        "services: {a: {image: x, healthcheck: {test: [curl]}}}",
        "starts with curl; Docker Compose refuses that: start it with CMD",
    ),
    "two mounts at a path": ("services: {a: {image: x, tmpfs: [/t], volumes: ['/a:/t/']}}", "mounts /t"),
    "less than none": ("services: {a: {image: x, scale: -1}}", "write 0 or more"),
    "a name for two": ("services: {a: {image: x, container_name: ab, scale: 2}}", "gives all the same name"),
    "limits that differ": (
        "services: {a: {image: x, mem_limit: 1g, deploy: {resources: {limits: {cpus: '1'}}}}}",
        "mem_limit differs",
    ),
    "two Dockerfiles": (
        "services: {a: {build: {dockerfile: x, dockerfile_inline: FROM x}}}",
        "both dockerfile and dockerfile_inline",
    ),
    "another platform": (
        "services: {a: {build: {platforms: [linux/arm64]}, platform: linux/amd64}}",
        "own platform linux/amd64",
    ),
    "a secret of nothing": ("services: {a: {image: x}}\nsecrets: {s: {}}", "secrets.s has no source"),
    "a secret of two": ("services: {a: {image: x}}\nsecrets: {s: {file: a, environment: B}}", "file and environment"),
    "an external volume": ("services: {a: {image: x}}\nvolumes: {v: {external: true, driver: d}}", "leave driver out"),
    "an external volume without services": ("volumes: {v: {external: true, driver: d}}", "leave driver out"),
    "two names": ("volumes: {v: {external: {name: a}, name: b}}", "another in external.name"),
    "two names of a network": (
        "services: {a: {image: x}}\nnetworks: {v: {external: {name: a}, name: b}}",
        "another in external.name",
    ),
    "a port that is none": ("services: {a: {image: x, ports: ['a:80']}}", "invalid hostPort: a"),
    "a range that does not fit": ("services: {a: {image: x, ports: ['1-2:80-90']}}", "invalid ranges specified"),
    "a size that is none": ("services: {a: {image: x, mem_limit: 1x}}", "must be a size"),
    "a time that is none": ("services: {a: {image: x, stop_grace_period: soon}}", "must be a span of time"),
    "a port of zero": ("services: {a: {image: x, ports: ['8080:0']}}", "has the port 8080:0 without"),
    "a range from zero": ("services: {a: {image: x, ports: [0-5]}}", "has the port 0-5 without"),
    "a device without a target": ("services: {a: {image: x, devices: [{source: /a}]}}", "a device without a target"),
    "a bind without a source": (
        "services: {a: {image: x, volumes: [{type: bind, target: /a}]}}",
        "field Source must not be empty",
    ),
    "a path and the same path": (
        "services: {a: {image: x, volumes: ['/a:/t', {type: bind, source: /b, target: /t/}]}}",
        "mounts /t a second time",
    ),
    "a limit of a build": ("services: {a: {build: {context: ., ulimits: {a: b}}}}", "has no whole number"),
    "a limit of a build as a text": ("services: {a: {build: {context: ., ulimits: {a: '5'}}}}", "without quotes"),
    "a limit of more bits": ("services: {a: {image: x, ulimits: {core: 9999999999999999999}}}", "that fits 64 bits"),
    "a group with a fraction": (
        "services: {a: {image: x, group_add: [1.0]}}",
        "has the number 1.0, which is not whole",
    ),
    "processors that are none": (
        "services: {a: {image: x, deploy: {resources: {limits: {cpus: 1/2}}}}}",
        'must be a number, not "1/2"',
    ),
    "processes that are none": (
        "services: {a: {image: x, deploy: {resources: {limits: {pids: '0x5'}}}}}",
        'must be a whole number, not "0x5"',
    ),
    "a resource that is none": (
        "x-r: &r [{discrete_resource_spec: {kind: a, value: x}}]\n\
services: {a: {image: x, deploy: {resources: {reservations: {generic_resources: *r}}}}}",
        'must be a whole number, not "x"',
    ),
    "a name with a blank": ("services: {a: {image: x, environment: ['A =b']}}", "a space after the name A"),
    "a key with a blank that is laid over another service's": (
        "services: {a: {extends: {service: b}, environment: {'A ': b}}, b: {image: x, environment: {B: c}}}",
        "services.a.environment has a space after the name A; Docker Compose refuses that",
    ),
    "a name whose last byte is a blank": (
        "services: {a: {image: x, environment: [à=b]}}",
        "a space after the name à;",
    ),
    "a name with a tab": (
        'services: {b: {image: x}, a: {image: x, environment: [B, "A\\t"]}}',
        "a space after the name A;",
    ),
}


def errors(text: str, engine: Engine = Engine.DOCKER, settings: Settings = Settings()) -> list[str]:  # noqa: B008
    source = Source("compose.yaml", text)
    request = Request(Workspace.of_text(source), engine=engine, settings=settings)
    return [one.message for one in read(source, request).failures if one.level is Level.ERROR]


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_what_may_be_right_is_not_refused(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_docker_compose_refuses_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (told,) = errors(text)
    assert message in told
    (tmp_path / "compose.yaml").write_text(text)
    assert oracle.config([], cwd=tmp_path, flags=()).project is None


def test_what_the_engine_refuses_is_refused_where_it_is_that_engine() -> None:
    text = "services: {a: {image: x, security_opt: ['no-new-privileges: true'], volumes: ['/a:b']}}"
    assert len(errors(text)) == 2  # one each
    assert errors(text, Engine.PODMAN) == []


def test_a_part_of_a_project_may_name_what_is_in_the_rest() -> None:
    source = Source("docker-compose.prod.yml", "services: {a: {networks: [n], depends_on: [b]}}")
    assert read(source).failures == ()


def test_parts_may_be_let_contradict_each_other() -> None:
    text = "services: {a: {networks: [n], network_mode: host}}"
    assert errors(text, settings=Settings(checks_consistency=False)) == []
