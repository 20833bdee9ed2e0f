"""No value that is nobody's business is printed: by no carrier, no writer, no command, on no stream."""

from __future__ import annotations

from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hostile.calls import CAPS, CONFIGS, EVERY, WHY, assert_clean, call

LETTERS = "qxzjkvwQXZJKVW"
"""Of these nothing that dropcap says has six in a row."""
PART = 6

COMPOSE = "services:\n  web:\n    image: x\n    privileged: true\n"
# Values that are refused, each in a service of its own.
REFUSED_LINES = (
    *("mem_limit: $A_TOKEN", "shm_size: $PLAIN", "stop_signal: $PGPASSWORD", "pids_limit: $PLAIN", "cpus: $PLAIN"),
    *("ports: ['1.1.1.1:$A_TOKEN:80/$PLAIN']", "ports: [80/$PLAIN]", "volumes: ['a:$PLAIN']", "privileged: $PLAIN"),
    *("extra_hosts: ['a:$A_TOKEN']", "extra_hosts: [$PLAIN]", "security_opt: ['a:$PLAIN', $A_TOKEN]"),
    *("links: ['$PLAIN:a']", "depends_on: [$A_TOKEN]", "networks: [$PLAIN]", "ulimits: {nofile: $A_TOKEN}"),
    *("env_file: $A_TOKEN", "env_file: [$PLAIN]", "extends: {file: $A_TOKEN, service: a}"),
    *("extends: {service: $A_TOKEN}", "healthcheck: {test: [$PLAIN], interval: $A_TOKEN}", "hostname: '${PLAIN'"),
    *("volumes: [{type: $PLAIN, target: $A_TOKEN}]", "hostname: '$A_TOKEN${B:?$PLAIN}'"),
)
# `$S` is the secret; what a file holds besides is there to be found on the same line, by the same value, or wrong.
PLACES: dict[str, dict[str, str]] = {
    "environment list": {"compose.yaml": "services: {web: {image: x, privileged: true, environment: [PLAIN=$S]}}\n"},
    "environment map": {"compose.yaml": "services: {web: {image: x, environment: {PLAIN: $S}, privileged: true}}\n"},
    "environment of no form": {"compose.yaml": COMPOSE + "    environment: $S\n"},
    "environment with a list inside": {"compose.yaml": COMPOSE + "    environment: {A: [$S]}\n"},
    "environment twice": {"compose.yaml": COMPOSE + "    environment:\n      A: $S\n      A: $S\n"},
    "label list": {"compose.yaml": COMPOSE + "    labels: [a.b=$S, '$S']\n"},
    "label map": {"compose.yaml": COMPOSE + "    labels: {a.b: $S}\n    annotations: {c: $S}\n"},
    "label of no form": {"compose.yaml": COMPOSE + "    labels: $S\n"},
    "build argument": {
        "compose.yaml": "services: {web: {build: {context: ., args: {A: $S}, labels: [b=$S]}, privileged: true}}\n",
        "Dockerfile": "FROM x\nARG A\nUSER $$A\n",
    },
    "image's password": {"compose.yaml": "services: {web: {image: 'u:$S@h/x', privileged: true}}\n"},
    "build's password": {"compose.yaml": "services: {web: {build: 'https://u:$S@h/x.git', privileged: true}}\n"},
    "include's password": {"compose.yaml": "include: ['https://u:$S@h/x.git']\n" + COMPOSE},
    "extends' password": {"compose.yaml": COMPOSE + "    extends: {file: 'https://u:$S@h/x.git', service: a}\n"},
    "env_file's password": {"compose.yaml": COMPOSE + "    env_file: 'https://u:$S@h/x.git'\n"},
    "broken YAML": {"compose.yaml": COMPOSE + "    environment: {PLAIN: $S\n"},
    "broken YAML list": {"compose.yaml": COMPOSE + "    environment:\n      - PLAIN=$S\n     - B: $S\n"},
    "dotenv": {
        ".env": "PLAIN=$S\nA_TOKEN=$S\n",
        "compose.yaml": COMPOSE + "    user: $$PLAIN\n    hostname: $$A_TOKEN\n    environment: [A=$$PLAIN]\n",
    },
    "dotenv of a password": {
        ".env": "A_TOKEN=$S\n",
        "compose.yaml": "services:\n  web:\n    image: $$A_TOKEN\n    user: $$A_TOKEN\n    cap_add: [$$A_TOKEN]\n",
    },
    "dotenv refused": {
        ".env": "A_TOKEN=$S\nPLAIN=$S\nPGPASSWORD=$S\n",
        "compose.yaml": COMPOSE
        + "".join(
            f"  s{number}: {{image: i, {line.replace('$', '$$')}}}\n" for number, line in enumerate(REFUSED_LINES)
        ),
    },
    "dotenv refused in an include": {
        ".env": "PLAIN=$S\nA_TOKEN=$S\n",
        "compose.yaml": "include: [$$A_TOKEN, ./$$PLAIN.yaml, {path: $$PLAIN, env_file: $$A_TOKEN}]\n" + COMPOSE,
    },
    "dotenv refused in resources": {
        ".env": "PLAIN=$S\nA_TOKEN=$S\n",
        "compose.yaml": "name: $$PLAIN\nvolumes: {v: {external: $$PLAIN, name: $$A_TOKEN}}\n" + COMPOSE,
    },
    "broken dotenv": {".env": "PLAIN='$S\n", "compose.yaml": COMPOSE + "    user: $$PLAIN\n"},
    "dotenv without a name": {".env": "$S $S\n", "compose.yaml": COMPOSE},
    "required variable": {".env": "A=$S\n", "compose.yaml": COMPOSE + "    hostname: $${B:?$${A}}\n"},
    "env_file": {"a.env": "PLAIN=$S\n$S!\n'$S\n", "compose.yaml": COMPOSE + "    env_file: a.env\n"},
    "env_file of the right form": {
        "a.env": "PLAIN=$S\nB=$$PLAIN\n",
        "compose.yaml": COMPOSE + "    env_file: a.env\n    environment: {C: $S}\n    healthcheck: {test: a -p $S}\n",
    },
    "config and secret": {
        "s.txt": "$S\n",
        "compose.yaml": COMPOSE
        + "    configs: [c]\n    secrets: [s]\nconfigs: {c: {content: password=$S}}\nsecrets: {s: {file: s.txt}}\n",
    },
    "health check of an option": {
        "run.sh": 'A_TOKEN=$S\ndocker run --privileged --health-cmd "x $$A_TOKEN" -w /$$A_TOKEN x\n'
    },
    "quadlet's file": {
        "a.env": "PLAIN=$S\n",
        "web.container": "[Container]\nImage=x\nEnvironmentFile=a.env\nPodmanArgs=--privileged\n",
    },
    "hook": {
        "compose.yaml": COMPOSE
        + "    environment: {PLAIN: $S}\n    post_start: [{command: x, privileged: true, environment: [A=$S]}]\n"
    },
    "startup": {
        "compose.yaml": (
            "services:\n  web:\n    image: debian:12\n    privileged: true\n"
            "    environment: {PLAIN: $S, A_TOKEN: /x/$S}\n"
            "    command: sh -c 'chown $$PLAIN /$$PLAIN $$A_TOKEN; su -s /bin/sh $$PLAIN; $$PLAIN a; gosu $$PLAIN x'\n"
        )
    },
    "startup of a script": {
        "Dockerfile": (
            'FROM debian:12\nENV PLAIN=$S\nCOPY run.sh /\nRUN chown $$PLAIN /$$PLAIN\nENTRYPOINT ["/run.sh"]\n'
        ),
        "run.sh": (
            '#!/bin/sh\nA_TOKEN=$S\nif [ $$PLAIN = "$$A_TOKEN" ]; then chown $$PLAIN /data/$$A_TOKEN; fi\n'
            "exec $$PLAIN --user $$A_TOKEN\n"
        ),
        "compose.yaml": "services:\n  web:\n    build: .\n    privileged: true\n    environment: {OTHER: $S}\n",
    },
    "startup of a container": {
        "run.sh": "docker run --privileged -e A=$S debian:12 sh -c 'chown $$A /$$A; . /$$A; exec $$A'\n"
    },
    "option": {"run.sh": "docker run --privileged -e PLAIN=$S --env B=$S --env=C=$S -eD=$S x\n"},
    "quoted option": {"run.sh": "docker run --privileged --env 'PLAIN=$S $S' -e \"A=$S $S\" --label 'a=$S' x\n"},
    "label option": {"run.sh": "docker run --privileged --label a=$S -l b=$S --annotation c=$S x\n"},
    "option cluster": {"run.sh": "docker run --privileged -ite PLAIN=$S x\n"},
    "continued option": {"run.sh": "docker run --privileged \\\n  -e \\\n  PLAIN=$S \\\n  x\n"},
    "login": {"run.sh": "docker login -p $S h && docker run --privileged x\n"},
    "login together": {"run.sh": "docker login -u a -p$S h && docker run --privileged x\n"},
    "login long": {"run.sh": "docker login --username a --password $S h; docker run --privileged x\n"},
    "password of a client": {"run.sh": "docker run --privileged x mysql -u a -p$S\n"},
    "password of an address": {"run.sh": "docker run --privileged x curl https://u:$S@h/\n"},
    "assignment": {"run.sh": "DB_PASSWORD=$S docker run --privileged -e DB_PASSWORD x\n"},
    "variable of a password": {
        "run.sh": "A_TOKEN=$S\ndocker run --privileged $$A_TOKEN\ndocker run --name $$A_TOKEN x\n"
    },
    "refused option": {"run.sh": "docker run --privileged --nothing -e PLAIN=$S x\n"},
    "refused file": {"run.sh": "docker run --privileged -e A=$S --memory x --label a=$S x\n"},
    "unfinished quote": {"run.sh": "docker run --privileged x\nexport A_TOKEN='$S\ndocker run -e A=$S x\n"},
    "build argument option": {"run.sh": "docker build --build-arg A=$S --secret id=a . && docker run --privileged x\n"},
    "dockerfile": {
        "Dockerfile": "FROM x\nENV A=$S\nARG B_TOKEN=$S\nLABEL c=$S\nRUN setcap cap_sys_admin=ep /x # pass=$S\n"
    },
    "user": {"Dockerfile": "FROM x\nENV PLAIN=$S\nUSER $$PLAIN\n"},
    "user by default": {"Dockerfile": "FROM x\nARG A\nUSER $${A:-root}\nENV PLAIN $S\nUSER $$PLAIN:$$PLAIN\n"},
    "stage's name": {"Dockerfile": "ARG A_TOKEN=$S\nFROM $$A_TOKEN\nUSER root\n"},
    "broken dockerfile": {"Dockerfile": "FROM x\nENV A=$S =\nENV A='$S\nLABEL $S\nENV $S\n"},
    "step": {"Dockerfile": "FROM x\nENV PLAIN=$S\nRUN docker run --privileged $$PLAIN\nRUN docker run -e A=$S x\n"},
    "devcontainer": {
        "devcontainer.json": '{"image": "x", "containerEnv": {"A": "$S"}, "remoteEnv": {"B": "$S"}, "privileged": true}'
    },
    "devcontainer list": {"devcontainer.json": '{"image": "x", "containerEnv": ["$S"], "privileged": true}'},
    "devcontainer text": {"devcontainer.json": '{"image": "x", "remoteEnv": "$S", "privileged": true}'},
    "devcontainer number": {
        "devcontainer.json": '{"image": "x", "containerEnv": {"A": {"b": "$S"}}, "privileged": true}'
    },
    "devcontainer user": {
        "devcontainer.json": '{"image": "x", "containerEnv": {"A": "$S"}, "containerUser": "$${containerEnv:A}"}'
    },
    "devcontainer options": {
        "devcontainer.json": '{"image": "x", "runArgs": ["--privileged", "-e", "A=$S", "--env=B=$S", "-l", "c=$S"]}'
    },
    "broken devcontainer": {
        "devcontainer.json": '{"image": "x", "containerEnv": {"A": "$S", "B" "$S"}, "privileged": true}'
    },
    "quadlet": {
        "web.container": "[Container]\nImage=x\nEnvironment=A=$S\nLabel=b=$S\nPodmanArgs=--privileged -e C=$S\n"
    },
    "broken quadlet": {"web.container": "[Container]\nImage=x\nEnvironment='A=$S\nLabel='b=$S\nAnnotation=$S\n"},
    "unit": {"web.service": "[Service]\nEnvironment=A=$S\nExecStart=docker run --privileged -e B=$S x\n"},
    "unit's variable": {"web.service": "[Service]\nEnvironment=A=$S B=x\nExecStart=docker run --privileged $$A\n"},
    "unit's option": {
        "web.service": "[Service]\nEnvironment=B=y A=--nothing=$S\nExecStart=docker run --privileged $$A x\n"
    },
    "workflow": {
        ".github/workflows/a.yml": (
            "env: {A: $S}\njobs: {a: {env: {B: $S}, container: {image: x, env: {C: $S}, options: -e D=$S}, "
            "steps: [{run: docker run --privileged -e E=$S x, env: {F: $S}}]}}\n"
        )
    },
    "workflow's variable": {
        ".github/workflows/a.yml": (
            "env: {A: $S}\njobs: {a: {steps: [{run: docker run --privileged $$A}, "
            "{run: 'docker run --privileged $${{ env.A }}'}, {run: docker run --privileged --name $$A x}]}}\n"
        )
    },
    "workflow's option": {
        ".github/workflows/a.yml": "env: {A: $S}\njobs: {a: {steps: [{run: docker run --memory $$A --cap-add X x}]}}\n"
    },
    "workflow's credentials": {
        ".github/workflows/a.yml": (
            "jobs: {a: {container: {image: x, credentials: {username: a, password: $S}, options: --privileged}, "
            "steps: [{run: x}]}}\n"
        )
    },
    "gitlab": {
        ".gitlab-ci.yml": (
            "variables: {A: $S}\nj: {variables: {B: $S}, script: [docker run --privileged -e C=$S x, "
            "docker run --privileged $$A]}\n"
        )
    },
    "inspect": {
        "x.json": (
            '[{"Id": "1", "Name": "/a", "Config": {"Env": ["A=$S"], "Labels": {"b": "$S"}}, "HostConfig": '
            '{"Privileged": true, "CapAdd": null, "CapDrop": null}}]'
        )
    },
    "package": {"package.json": '{"scripts": {"a": "docker run --privileged -e A=$S --label b=$S x"}}'},
    "makefile": {
        "Makefile": "A_TOKEN := $S\na:\n\tdocker run --privileged -e A=$S x\n\tdocker run --privileged $$(A_TOKEN)\n"
    },
    "cron": {"crontab": "A_TOKEN=$S\n* * * * * docker run --privileged -e A=$S x\n"},
    "jenkins": {"Jenkinsfile": "environment { A_TOKEN = '$S' }\nsh 'docker run --privileged -e A=$S x'\n"},
    "just": {"justfile": "export A_TOKEN := '$S'\na:\n  docker run --privileged -e A=$S {{A_TOKEN}}\n"},
    "task": {"Taskfile.yml": "version: '3'\nenv: {A: $S}\ntasks: {a: docker run --privileged -e A=$S $$A}\n"},
    "markdown": {"README.md": "```sh\ndocker run --privileged -e A=$S x\n```\n"},
}


def leaks(text: str, secret: str) -> list[str]:
    """List the parts of a secret that a text has; asterisks and dots that stand for some of it are none."""
    parts = {secret[at : at + PART] for at in range(len(secret) - PART + 1)}
    return sorted(part for part in parts if set(part) <= set(LETTERS) and part in text)


@pytest.mark.parametrize("name", PLACES)
@settings(max_examples=3, deadline=None)
@given(
    secret=st.lists(st.text(LETTERS, min_size=PART, max_size=12), min_size=1, max_size=3),
    joint=st.sampled_from("-_.+="),
)
@example(secret=["JJJJJJ", "JJJJJJ"], joint=".")
@example(secret=["JJJJJJ", "JJJJJJ"], joint="=")
def test_a_secret_is_printed_nowhere(name: str, secret: list[str], joint: str) -> None:
    value = joint.join(secret)
    with TemporaryDirectory() as made:
        folder = Path(made)
        for path, text in PLACES[name].items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(Template(text).substitute(S=value), encoding="utf-8")
        names = list(PLACES[name])
        for command in (EVERY, *CAPS, WHY):
            for path in (".", *PLACES[name]):
                ran = call(*command, *(["--markdown"] if path == "." else []), path, cwd=folder)
                assert_clean(ran)
                is_read = any(one in ran.out + ran.err for one in (*names, "of 1 file"))
                assert is_read or path != "." or command != EVERY, ran
                assert leaks(ran.out, value) == [], (command, path, ran.out)
                assert leaks(ran.err, value) == [], (command, path, ran.err)
        for command in CONFIGS:
            ran = call(*command, cwd=folder)
            assert leaks(ran.err, value) == [], (command, ran.err)


def test_a_resolved_project_hides_what_is_named_like_a_secret_and_prints_the_rest(tmp_path: Path) -> None:
    text = COMPOSE + "    environment: {A_TOKEN: qxzjkv, PLAIN: plain}\n    command: [a, --password, qxzjkv]\n"
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    shown, whole = (call(*command, cwd=tmp_path).out for command in CONFIGS)
    assert "qxzjkv" not in shown
    assert "PLAIN: plain" in shown
    assert '"A_TOKEN": "qxzjkv"' in whole
