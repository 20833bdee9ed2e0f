"""Bake files in JSON: what their targets let the steps of a build do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import about
from dropcap.carriers.registry import carrier_of_name
from dropcap.check import Setup, check_text

if TYPE_CHECKING:
    from typing import Any

RULES = about.rules("insecure-build-step")


def found(target: Any) -> list[tuple[str, ...]]:  # noqa: ANN401  # whatever JSON holds
    """Return the target, the evidence and the severity of each finding."""
    text = json.dumps({"group": {"default": {"targets": ["app"]}}, "target": target}, indent=1)
    findings = check_text("docker-bake.json", "bake", text, RULES, Setup()).findings
    return [(one.container.name, *one.problem.evidence, one.severity.label) for one in findings]


@pytest.mark.parametrize("name", ["docker-bake.json", "a/docker-bake.override.json", "docker-bake.ci.json"])
def test_they_are_known_by_their_names(name: str) -> None:
    assert carrier_of_name(name) == "bake"


@pytest.mark.parametrize("name", ["bake.json", "docker-bake.hcl", "my-docker-bake.json"])
def test_other_files_are_none(name: str) -> None:
    assert carrier_of_name(name) is None


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"entitlements": ["security.insecure"]}, [("security.insecure", "high")]),
        ({"entitlements": ["network.host", "device", 5]}, [("network.host", "medium")]),
        ({"network": "host"}, [("network.host", "medium")]),
        (
            [{"network": "host"}, {"entitlements": ["security.insecure"]}],
            [("network.host", "medium"), ("security.insecure", "high")],
        ),
        ({"network": "none", "entitlements": []}, []),
        ({"network": "${NETWORK}"}, []),
        ({"dockerfile-inline": "FROM scratch"}, []),
        ("text", []),
    ],
)
def test_what_a_target_grants_is_found(target: object, expected: list[tuple[str, str]]) -> None:
    assert found({"app": target}) == [("app", *one) for one in expected]


@pytest.mark.parametrize("target", [None, [], "x", {"a": {"entitlements": {"b": 1}}}])
def test_what_has_another_type_is_not_there(target: object) -> None:
    assert found(target) == []
