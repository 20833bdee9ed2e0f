"""How Docker Compose draws in other files: `extends`, `include`, and where the paths in them lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose_facts import Fact, ours, theirs, wanted

if TYPE_CHECKING:
    from pathlib import Path

BASE = "services: {base: {image: x, cap_add: [A], command: c, ports: ['80'], ulimits: {nproc: 5}}, empty: }"
REST = "\n  zot: {image: z}"


def extending(base: str, service: str, gives: dict[str, object], **rest: object) -> Fact:
    """Give what becomes of a service `a` that extends a service `b` of another folder."""
    files = {
        "compose.yaml": f"services:\n  a: {{extends: {{file: lower/base.yaml, service: b}}, {service}}}\n",
        "lower/base.yaml": f"services: {{b: {{{base}}}}}",
    }
    return Fact(files, {f"services a {key}": value for key, value in gives.items()}, **rest)  # type: ignore[arg-type]  # a fact's own


def needing(base: str) -> dict[str, Fact]:
    """Give that a service needs what its base needs, and is refused without it."""
    text = "services:\n  a: {extends: {file: base.yaml, service: b}}"
    files = {"base.yaml": f"services: {{b: {{image: x, {base}}}, zot: {{image: y}}}}"}
    return {
        f"{base}, and it is not there": Fact({"compose.yaml": text, **files}, refused="25"),
        f"{base}, and it is there": Fact({"compose.yaml": text + REST, **files}, {"services a image": "x"}),
    }


FACTS = {
    "a service of another file": Fact(
        {
            "compose.yaml": "services: {a: {extends: {file: base.yaml, service: base}, cap_add: [B], hostname: h}}",
            "base.yaml": BASE,
        },
        {
            "services a image": "x",
            "services a cap_add": ["A", "B"],
            "services a hostname": "h",
            "services a ports 0 target": 80,
            "services a ulimits nproc": 5,
            "services a extends": None,
        },
    ),
    "an empty service of another file": Fact(
        {
            "compose.yaml": "services: {a: {image: y, extends: {file: base.yaml, service: empty}}}",
            "base.yaml": BASE,
        },
        {"services a image": "y"},
    ),
    "no name of a service": Fact(
        {"compose.yaml": "services: {a: {image: y, extends: {file: base.yaml}}}", "base.yaml": BASE}, refused="25"
    ),
    "a service that is not there": Fact(
        {"compose.yaml": "services: {a: {image: y, extends: {file: base.yaml, service: z}}}", "base.yaml": BASE},
        refused="25",
    ),
    "a service of the same file": Fact(
        "services: {a: {extends: b, user: u}, b: {image: x, cap_drop: [ALL]}}",
        {"services a image": "x", "services a cap_drop": ["ALL"], "services a user": "u"},
    ),
    "a chain of services": Fact(
        "services: {a: {image: x, extends: b}, b: {extends: {service: c}, user: u}, c: {image: y, cap_add: [A]}}",
        {"services a cap_add": ["A"], "services a user": "u", "services a image": "x"},
    ),
    "itself": Fact("services: {a: {image: x, extends: a}}", refused="25"),
    "one another": Fact("services: {a: {image: x, extends: b}, b: {extends: a}}", refused="25"),
    "itself in another file": Fact(
        {
            "compose.yaml": "services: {a: {image: x, extends: {file: compose.yaml, service: a}}}",
        },
        refused="25",
    ),
    "a build's folder": extending("build: .", "user: u", {"build": {"context": "lower", "dockerfile": "Dockerfile"}}),
    "a build's folder above": Fact(
        {
            "compose.yaml": "services: {a: {extends: {file: lower/base.yaml, service: c}}}",
            "lower/base.yaml": (
                "services: {b: {build: {context: ..}}, c: {extends: {service: b}, build: {target: t}}}"
            ),
        },
        {"services a build context": ".", "services a build target": "t"},
    ),
    "a mount's folder": extending("image: x, volumes: ['./v:/v']", "user: u", {"volumes 0 source": "lower/v"}),
    "a mount's absolute folder": extending("image: x, volumes: ['/v:/v']", "user: u", {"volumes 0 source": "/v"}),
    "variables of the base": extending("image: '${SET}:1'", "user: '${SET}'", {"image": "yes:1", "user": "yes"}),
    "a reset in the base": Fact(
        {
            "compose.yaml": "services: {a: {extends: {file: base.yaml, service: b}}}",
            "base.yaml": "services: {b: {image: x, extends: c, command: !reset []}, c: {image: y, command: c}}",
        },
        {"services a command": None, "services a image": "x"},
    ),
    "a command that the base has": extending("image: x, command: c d", "user: u", {"command": ["c", "d"]}),
    "a command over the base's": extending("image: x, command: c d", "command: [e]", {"command": ["e"]}),
    "what overrides in the middle": Fact(
        {
            "compose.yaml": (
                "services:\n"
                "  a:\n"
                "    image: x\n"
                "    extends: {file: middle.yaml, service: b}\n"
                "    volumes: ['/zot:/zot']\n"
                "    networks: !override [zot]\n"
                "networks: {zot: {}}\n"
            ),
            "middle.yaml": (
                "services: {b: {extends: {file: base.yaml, service: c}, volumes: !override ['/bar:/bar'],"
                " networks: !override [bar]}}"
            ),
            "base.yaml": "services: {c: {volumes: ['/foo:/foo'], networks: [foo]}}",
        },
        {
            "services a volumes 0 target": "/bar",
            "services a volumes 1 target": "/zot",
            "services a volumes 2": None,
            "services a networks": {"zot": None},
        },
    ),
    "what overrides the dependencies of a base": Fact(
        "services: {a: {image: x, depends_on: [c]}, b: {extends: a, depends_on: !override [a]}, c: {image: y}}",
        {"services b depends_on": {"a": {"condition": "service_started", "required": True}}},
    ),
    **needing("volumes_from: [zot]"),
    **needing("depends_on: [zot]"),
    **needing("ipc: 'service:zot'"),
    **needing("network_mode: 'service:zot'"),
    **needing("links: ['zot:z']"),
    # Includes.
    "a file that is included": Fact(
        {
            "compose.yaml": "include: [lower/b.yaml]\nservices: {a: {image: x, depends_on: [b]}}",
            "lower/b.yaml": "services: {b: {build: ., volumes: ['./v:/v'], cap_add: [B]}}",
        },
        {
            "services b build context": "lower",
            "services b volumes 0 source": "lower/v",
            "services b cap_add": ["B"],
        },
    ),
    "a file that includes a file": Fact(
        {
            "compose.yaml": "include: [one/b.yaml]",
            "one/b.yaml": "include: [two/c.yaml]\nservices: {b: {image: x}}",
            "one/two/c.yaml": "services: {c: {build: .}}",
        },
        {"services c build context": "one/two", "services b image": "x"},
    ),
    "a file that includes itself": Fact(
        {"compose.yaml": "include: [compose.yaml]\nservices: {a: {image: x}}"}, refused="25"
    ),
    "the folder of what is included": Fact(
        {
            "compose.yaml": "include: [{path: lower/b.yaml, project_directory: other}]",
            "lower/b.yaml": "services: {b: {build: ., env_file: [e.env]}}",
            "other/e.env": "A=1\n",
        },
        {"services b build context": "other", "services b environment": {"A": "1"}},
    ),
    "variables of what is included": Fact(
        {
            "compose.yaml": (
                "include: [{path: lower/b.yaml, env_file: [c.env]}]\n"
                "services: {a: {image: 'x:${V-none}', environment: [V]}}"
            ),
            "lower/b.yaml": "services: {b: {image: 'x:${V}', environment: [V], user: '${SET}'}}",
            "c.env": "V=v\nSET=no\n",
        },
        {
            "services a image": "x:none",
            "services a environment": {"V": None},
            "services b image": "x:v",
            "services b environment": {"V": "v"},
            "services b user": "yes",
        },
    ),
    "variables beside what is included": Fact(
        {
            "compose.yaml": "include: [lower/b.yaml]\nservices: {a: {image: 'x:${V}'}}",
            ".env": "V=here\n",
            "lower/b.yaml": "services: {b: {image: 'x:${V}-${W}'}}",
            "lower/.env": "V=there\nW=w\n",
        },
        {"services a image": "x:here", "services b image": "x:here-w"},
    ),
    "files that are laid over one another and included": Fact(
        {
            "compose.yaml": "include: [{path: [lower/b.yaml, over.yaml]}]",
            "lower/b.yaml": "services: {b: {image: x, cap_add: [A]}}",
            "over.yaml": "services: {b: {cap_add: [B]}}",
        },
        {"services b cap_add": ["A", "B"], "services b image": "x"},
    ),
    "a service that is included and is extended": Fact(
        {
            "compose.yaml": "include: [b.yaml]\nservices: {a: {extends: b, user: u}}",
            "b.yaml": "services: {b: {image: x, cap_add: [B]}}",
        },
        {"services a cap_add": ["B"]},
        refused="2",
    ),
    "a service that is included and extends": Fact(
        {
            "compose.yaml": "include: [{path: lower/b.yaml, project_directory: .}]",
            "lower/b.yaml": "services: {b: {extends: {file: lower/c.yaml, service: c}}}",
            "lower/c.yaml": "services: {c: {image: x}}",
        },
        {"services b image": "x"},
    ),
    "a service that is laid over the included one": Fact(
        {
            "compose.yaml": "include: [b.yaml]\nservices: {b: {cap_add: [A], environment: !override [Z=q]}}",
            "b.yaml": "services: {b: {image: x, cap_add: [B], environment: [Y=p]}}",
        },
        {"services b cap_add": ["B", "A"], "services b environment": {"Z": "q"}},
        refused="2",
    ),
    "one service that is included twice": Fact(
        {
            "compose.yaml": "include: [b.yaml, c.yaml]",
            "b.yaml": "services: {b: {image: x, cap_add: [B]}}",
            "c.yaml": "include: [b.yaml]\nservices: {c: {image: x}}",
        },
        {"services b cap_add": ["B"], "services c image": "x"},
    ),
    "two services of one name that are included": Fact(
        {
            "compose.yaml": "include: [b.yaml, c.yaml]",
            "b.yaml": "services: {b: {image: x, user: one}}",
            "c.yaml": "services: {b: {image: x, user: two}}",
        },
        {"services b user": "one"},
        refused="2",
    ),
    "volumes of one name that are included": Fact(
        {
            "compose.yaml": "include: [b.yaml]\n"
            "volumes: {data: {external: true}}\nservices: {a: {image: x, volumes: ['data:/v']}}",
            "b.yaml": "volumes: {data: {external: true}}\nservices: {b: {image: x}}",
        },
        {"volumes data external": True},
    ),
    # Files of variables, and of labels.
    "variables win over their files": Fact(
        {
            "compose.yaml": "services: {a: {image: x, env_file: [a.env, b.env], environment: {A: own}}}",
            "a.env": "A=a\nB=a\nC=${B}${SET}\n",
            "b.env": "B=b\n",
        },
        {"services a environment": {"A": "own", "B": "b", "C": "ayes"}},
    ),
    "a raw file of variables": Fact(
        {
            "compose.yaml": "services: {a: {image: x, env_file: [{path: a.env, format: raw}]}}",
            "a.env": "A='q' # c\nB=$SET\n",
        },
        {"services a environment": {"A": "'q' # c", "B": "$$SET"}},
    ),
    "a file that need not be there": Fact(
        "services: {a: {image: x, env_file: [{path: a.env, required: false}]}}", {"services a environment": None}
    ),
    "files of labels": Fact(
        {
            "compose.yaml": "services: {a: {image: x, label_file: [a.labels], labels: {a: own}}}",
            "a.labels": "a=1\nb=2\n",
        },
        {"services a labels": {"a": "own", "b": "2"}},
    ),
}


@pytest.mark.parametrize("version", ["2", "5"])
@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_files_are_drawn_in(tmp_path: Path, fact: Fact, version: str) -> None:
    assert ours(fact, tmp_path, version) == wanted(fact, version)


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_docker_compose_says_the_same_of_files_that_are_drawn_in(tmp_path: Path, fact: Fact) -> None:
    assert theirs(fact, tmp_path) == wanted(fact, "2")
