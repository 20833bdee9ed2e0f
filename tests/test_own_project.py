"""The project that a service is measured in has nothing that is the person's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dropcap.measuring.own_project import RefusedError, own_project, text_of

RESOLVED: dict[str, Any] = {
    "name": "shop",
    "services": {
        "web": {
            "image": "web:1",
            "build": {"context": "/srv", "tags": ["mine"], "target": "final"},
            "container_name": "shop-web",
            "depends_on": {"db": {"condition": "service_healthy", "required": True}},
            "links": ["cache:c"],
            "networks": {"front": {"aliases": ["www"], "ipv4_address": "10.0.0.9"}, "back": None},
            "ports": [{"target": 80, "published": "80"}],
            "deploy": {"replicas": 3, "resources": {"limits": {"memory": "1"}}},
            "logging": {"driver": "gelf"},
            "privileged": True,
            "labels": {"a": "b"},
        },
        "db": {
            "image": "db:1",
            "restart": "always",
            "cap_add": ["SYS_NICE"],
            "volumes": [{"type": "volume", "source": "data", "target": "/data"}],
            "network_mode": "service:cache",
        },
        "cache": {"image": "cache:1", "volumes": [{"type": "bind", "source": "/c", "target": "/c", "read_only": True}]},
        "other": {"image": "other:1", "volumes": [{"type": "bind", "source": "/o", "target": "/o"}]},
    },
    "volumes": {"data": {"name": "precious", "external": True}, "unused": {"external": True}},
    "networks": {"front": {"name": "lan", "driver": "macvlan", "ipam": {"config": [{}]}}, "back": {"internal": True}},
    "secrets": {"s": {"file": "/s"}},
}


def made(service: str, resolved: dict[str, Any] | None = None, **options: bool) -> dict[str, Any]:
    given = {"publishes": False, "has_binds": False, **options}
    project = own_project(resolved or RESOLVED, service, "me", name="dropcap-verify-1", **given)
    found: dict[str, Any] = json.loads(text_of(project, "one", ["CHOWN"]))
    return found


def test_the_service_comes_with_what_it_depends_on_and_no_more() -> None:
    model = made("web")
    assert set(model["services"]) == {"web", "db", "cache"}
    assert model["services"]["web"] == {
        "image": "dropcap-verify-1-web",
        "build": {"context": "/srv", "target": "final"},
        "depends_on": {"db": {"condition": "service_healthy", "required": True}},
        "links": ["cache:c"],
        "networks": {"front": {"aliases": ["www", "shop-web"]}, "back": {"aliases": ["shop-web"]}},
        "deploy": {"resources": {"limits": {"memory": "1"}}},
        "labels": {"a": "b", "dropcap.verify": "me"},
        "restart": "no",
        "container_name": "one",
        "cap_drop": ["ALL"],
        "cap_add": ["CHOWN"],
    }
    assert model["services"]["db"]["cap_add"] == ["SYS_NICE"]
    assert model["services"]["db"]["restart"] == "no"


def test_volumes_and_networks_are_its_own() -> None:
    model = made("web")
    label = {"labels": {"dropcap.verify": "me"}}
    assert model["volumes"] == {"data": label, "unused": label}
    assert model["networks"] == {"front": label, "back": {**label, "internal": True}}
    assert model["secrets"] == RESOLVED["secrets"]
    project = own_project(RESOLVED, "web", "me", publishes=False, has_binds=False)
    assert project.notes == (
        "it uses an empty volume in place of the volume data",
        "it uses a plain network in place of the network front",
    )


def test_ports_are_published_on_a_persons_word() -> None:
    assert made("web", publishes=True)["services"]["web"]["ports"] == RESOLVED["services"]["web"]["ports"]


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ({"volumes": [{"type": "bind", "source": "/o", "target": "/x"}]}, "it depends on db: it may write to /o"),
        ({"network_mode": "host"}, "it depends on db: it uses the network of this machine"),
        ({"pid": "container:x"}, "it depends on db: pid names a container outside this project"),
        ({"volumes_from": ["container:x"]}, "it depends on db: it uses the volumes of a container"),
        ({"provider": {"type": "x"}}, "it depends on db: a provider starts it"),
    ],
)
def test_what_it_depends_on_is_looked_at_as_well(service: dict[str, Any], said: str) -> None:
    services = {**RESOLVED["services"], "db": {"image": "db:1", **service}}
    with pytest.raises(RefusedError, match=said):
        made("web", {**RESOLVED, "services": services})
    assert made("cache", {**RESOLVED, "services": services})
    with pytest.raises(RefusedError, match="there is no service nobody"):
        made("nobody")
