"""Twice as much of anything takes twice the steps, and memory in proportion to the text: for every reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.carriers import registry
from dropcap.carriers.request import alone
from dropcap.model import UnreadableError
from dropcap.source import Source
from steps import assert_linear, assert_linear_memory

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE = "services:\n  a:\n    image: x\n"
RUN = "docker run x"


def each(count: int, line: str) -> str:
    """Repeat a line, with its number where `{}` stands."""
    return "".join(line.replace("{}", str(number)) for number in range(count))


def listed(count: int, **item: object) -> list[dict[str, object]]:
    return [{**item, "Id": str(number)} for number in range(count)]


DIMENSIONS: dict[tuple[str, str], Callable[[int], str]] = {
    # What a Compose file has many of.
    ("compose", "services"): lambda n: "services:\n" + each(n, "  s{}: {image: x, cap_add: [CHOWN]}\n"),
    ("compose", "list items"): lambda n: SERVICE + "    cap_add:\n" + each(n, "      - C{}\n"),
    ("compose", "equal items"): lambda n: SERVICE + "    cap_add:\n" + each(n, "      - CHOWN\n"),
    ("compose", "wrong ports"): lambda n: SERVICE + "    ports:\n" + each(n, "      - a{}\n"),
    ("compose", "mounts"): lambda n: SERVICE + "    volumes:\n" + each(n, "      - /a{}:/b{}\n"),
    ("compose", "unknown keys"): lambda n: SERVICE + each(n, "    k{}: 1\n"),
    ("compose", "keys twice"): lambda n: SERVICE + each(n, "    image: x{}\n"),
    ("compose", "variables"): lambda n: SERVICE + "    environment:\n" + each(n, "      V{}: ${W{}:-x}\n"),
    ("compose", "services with a variable"): lambda n: "services:\n" + each(n, "  s{}: {image: '${V}', user: '$V'}\n"),
    ("compose", "uses of a variable"): lambda n: SERVICE + f"    user: '{'$A' * n}'\n",
    ("compose", "defaults"): lambda n: SERVICE + f"    user: '{'${A:-' * n}'\n",
    ("compose", "extends"): lambda n: "services:\n  b: {image: x}\n" + each(n, "  s{}: {extends: b}\n"),
    ("compose", "aliases"): lambda n: "x-a: &a {image: x}\nservices:\n" + each(n, "  s{}: *a\n"),
    ("compose", "merges"): lambda n: "x-a: &a {image: x}\nservices:\n" + each(n, "  s{}: {<<: *a, user: '1'}\n"),
    ("compose", "merged mappings"): lambda n: f"x-a: &a {{image: x}}\nservices:\n  s: {{<<: [{'*a, ' * n}]}}\n",
    ("compose", "networks"): lambda n: SERVICE + "networks:\n" + each(n, "  n{}: {}\n"),
    ("compose", "brackets"): lambda n: "services: " + "[" * n,
    ("compose", "keys of Go's YAML in a line"): lambda n: f"x-a: {{?k: v, {'k: v, ' * n}}}\n{SERVICE}",
    ("compose", "brackets of Go's YAML"): lambda n: f"x-a: [?a, {'[' * (n + 300)}",
    ("compose", "tags of Go's YAML"): lambda n: SERVICE + f"    labels: {'{!' * n}\n",
    ("compose", "values of Go's YAML"): lambda n: f"x-a: [?a]\nx-b: a{' :a' * n}\n{SERVICE}",
    ("compose", "lines of Go's YAML"): lambda n: (
        f"x-a: [?a]\n{SERVICE}    labels:\n" + each(n, "      k{}: |\n       v\n")
    ),
    ("compose", "comments"): lambda n: SERVICE + each(n, "    # text {}\n"),
    ("compose", "tags"): lambda n: SERVICE + each(n, "    k{}: !reset null\n"),
    # Dockerfiles.
    ("dockerfile", "instructions"): lambda n: "FROM x\n" + each(n, "RUN a {}\n"),
    ("dockerfile", "variables"): lambda n: "FROM x\n" + each(n, "ENV A{}=b\n") + "USER $A1\n",
    ("dockerfile", "uses of a variable"): lambda n: "FROM x\nARG A=b\nUSER " + "$A" * n + "\n",
    ("dockerfile", "words"): lambda n: "FROM x\nENV " + each(n, "A{}=b ") + "\n",
    ("dockerfile", "stages"): lambda n: each(n, "FROM x AS s{}\nUSER a\n"),
    ("dockerfile", "stages upon stages"): lambda n: "FROM x AS s0\n" + each(n, "FROM s0 AS t{}\nUSER a\n"),
    ("dockerfile", "lines that go on"): lambda n: "FROM x\nRUN a \\\n" + each(n, "  b{} \\\n") + "  c\n",
    ("dockerfile", "comments within"): lambda n: "FROM x\nRUN a \\\n" + each(n, "# b{}\n") + "  c\n",
    ("dockerfile", "heredocs"): lambda n: "FROM x\n" + each(n, "RUN <<E\ndocker run x\nE\n"),
    ("dockerfile", "heredocs that wait"): lambda n: "FROM x\nRUN " + "<<E " * n + "\n",
    ("dockerfile", "words before a heredoc"): lambda n: "FROM x\nRUN " + each(n, "${{a:-b{}}}'c' ") + "<<E\nE\n",
    ("dockerfile", "parts of a word"): lambda n: "FROM x\nRUN <<" + each(n, "$a'{}'\\b") + "\n",
    ("dockerfile", "heredocs that are none"): lambda n: "FROM x\n" + each(n, "RUN it's <<E{}\nUSER a\n"),
    ("dockerfile", "no instructions"): lambda n: "FROM x\n" + each(n, "foo{}\nRUN a\n"),
    ("dockerfile", "flags"): lambda n: "FROM x\nRUN " + each(n, "--mount=a{} ") + "b\n",
    ("dockerfile", "stages that are refused"): lambda n: each(n, "FROM x y{}\nUSER a\n"),
    # Each size has texts of its own: what is parsed once is kept for a while.
    ("dockerfile", "commands"): lambda n: "FROM x\n" + each(n, f"RUN {RUN}{n}-{{}}\n"),
    ("dockerfile", "labels"): lambda n: "FROM x\n" + each(n, "LABEL a{}=b\n"),
    ("dockerfile", "open quotes"): lambda n: "FROM x\nENV A=" + "'" * n,
    ("dockerfile", "blank lines"): lambda n: "FROM x\n" + "\n" * (10 * n) + "USER a\n",
    ("dockerfile", "short comments"): lambda n: "FROM x\n" + "#\n" * (10 * n) + "USER a\n",
    # Command lines and scripts.
    ("script", "members of a pod"): lambda n: (
        "podman pod create --name p --network host\n" + "podman run --pod p x\n" * n
    ),
    ("script", "commands"): lambda n: each(n, f"{RUN}{{}}\n"),
    ("script", "options"): lambda n: f"docker run {'--cap-add A ' * n} x",
    ("script", "variables of a container"): lambda n: f"docker run {'-e A=b ' * n} x",
    ("script", "ports"): lambda n: f"docker run {'-p 1-65535 ' * n} x",
    ("script", "words of a command"): lambda n: f"docker run x {'a ' * n}",
    ("script", "assignments"): lambda n: each(n, "A{}=b\n") + "docker run $A1 x\n",
    ("script", "unknown words"): lambda n: f"docker run {'$A ' * n} x",
    ("script", "quotes"): lambda n: "docker run " + "'a' \"b\" " * n,
    ("script", "escapes"): lambda n: "docker run " + "\\a" * n,
    ("script", "lines that go on"): lambda n: "docker run \\\n" + "  --init \\\n" * n + " x\n",
    ("script", "heredocs"): lambda n: each(n, "cat <<E\ndocker run x\nE\n"),
    ("script", "commands that may read a heredoc"): lambda n: "{\n" + each(n, "bash\n") + "} <<E\ndocker run x\nE\n",
    ("script", "pipes to a shell"): lambda n: "{\n" + each(n, "echo docker run a{}\n") + "} | cat | cat | bash\n",
    ("script", "lines of a table"): lambda n: "crontab - <<E\n" + each(n, "* * * * * docker run $A{}\n") + "E\n",
    ("script", "comments"): lambda n: each(n, "# docker run {}\n") + RUN,
    ("script", "short comments"): lambda n: "#\n" * (10 * n) + RUN,
    ("script", "functions"): lambda n: each(n, "f{}() { docker run x; }\n") + each(n, "f{}\n"),
    ("script", "cases"): lambda n: "case $A in\n" + each(n, "  a{}) docker run x ;;\n") + "esac\n",
    # Files of continuous integration, and recipes.
    ("workflow", "jobs"): lambda n: "on: push\njobs:\n" + each(n, f"  j{{}}: {{steps: [{{run: {RUN}}}]}}\n"),
    ("workflow", "steps"): lambda n: "on: push\njobs:\n  a:\n    steps:\n" + each(n, f"      - run: {RUN}\n"),
    ("workflow", "variables"): lambda n: (
        "env:\n" + each(n, "  V{}: a\n") + f"jobs: {{a: {{steps: [{{run: {RUN} $V1}}]}}}}\n"
    ),
    ("workflow", "services"): lambda n: "jobs:\n  a:\n    services:\n" + each(n, "      s{}: {image: x}\n"),
    ("workflow", "lines"): lambda n: "jobs: {a: {steps: [{run: '" + f"{RUN} \\n\n" * n + "'}]}}\n",
    ("action", "steps"): lambda n: "runs:\n  using: composite\n  steps:\n" + each(n, f"    - run: {RUN}\n"),
    ("gitlab", "jobs"): lambda n: each(n, f"j{{}}: {{script: [{RUN}]}}\n"),
    ("gitlab", "lines"): lambda n: "j:\n  script:\n" + each(n, f"    - {RUN}\n"),
    ("gitlab", "lists in lists"): lambda n: "j:\n  script: " + "[" * (n % 100) + RUN + "]" * (n % 100) + "\n",
    ("gitlab", "variables"): lambda n: "variables:\n" + each(n, "  V{}: a\n") + f"j: {{script: [{RUN} $V1]}}\n",
    ("gitlab", "jobs with variables"): lambda n: each(n, f"j{{}}: {{variables: {{A: b}}, script: [{RUN} $A]}}\n"),
    ("jenkins", "steps"): lambda n: each(n, f"sh '{RUN}'\n"),
    ("jenkins", "open quotes"): lambda n: "docker " + "sh '''" * n,
    ("jenkins", "braces"): lambda n: "docker sh " + "{" * n,
    ("jenkins", "images"): lambda n: each(n, "docker.image('x').inside('--init') { }\n"),
    ("jenkins", "texts put together"): lambda n: "sh " + "'docker run' + " * (5 * n) + "'x'\n",
    ("just", "recipes"): lambda n: each(n, f"a{{}}:\n  {RUN}\n"),
    ("just", "open braces"): lambda n: f"a:\n  docker run {'{{' * n}",
    ("just", "variables"): lambda n: each(n, "v{} := 'a'\n") + f"a:\n  {RUN} {{{{v1}}}}\n",
    ("make", "recipes"): lambda n: each(n, f"a{{}}:\n\t{RUN}\n"),
    ("make", "lines"): lambda n: "a:\n" + each(n, f"\t{RUN}\n"),
    ("make", "blanks"): lambda n: "a:" + " " * n + "x\n\tdocker run x\n",
    ("make", "variables"): lambda n: each(n, "V{} = a\n") + "a:\n\tdocker run $(V1) x\n",
    ("make", "uses"): lambda n: "V = a\na:\n\tdocker run " + "$(V) " * n + "x\n",
    ("make", "open brackets"): lambda n: "a:\n\tdocker run " + "$(" * n,
    ("make", "targets"): lambda n: each(n, "t{} ") + ": X = 1\n" + "a:\n\tdocker run $(X)\n",
    ("make", "targets with recipes"): lambda n: each(n, f"t{{}}: X = 1\nt{{}}: t{{}}\n\t{RUN} $(X)\n"),
    ("make", "conditions"): lambda n: each(n, "ifdef A{}\n") + "a:\n\tdocker run x\n",
    ("make", "definitions"): lambda n: each(n, "define V{}\ndocker run x\nendef\n"),
    ("task", "tasks"): lambda n: "version: '3'\ntasks:\n" + each(n, f"  t{{}}: {RUN}\n"),
    ("task", "commands"): lambda n: "version: '3'\ntasks:\n  a:\n    cmds:\n" + each(n, f"      - {RUN}\n"),
    ("package", "scripts"): lambda n: json.dumps({"scripts": {f"s{number}": RUN for number in range(n)}}),
    ("package", "open quotes"): lambda n: '{"scripts": {"a": "docker run x' + '"a": "docker' * n,
    ("package", "escapes"): lambda n: '{"scripts": {"a": "docker run ' + "\\u0041" * n + '"}}',
    # Units and tables.
    ("unit", "lines"): lambda n: "[Service]\n" + each(n, f"ExecStartPre={RUN}\n"),
    ("unit", "lines that go on"): lambda n: "[Service]\nExecStart=docker run \\\n" + "a \\\n" * n,
    ("unit", "variables"): lambda n: "[Service]\n" + each(n, "Environment=V{}=a\n") + "ExecStart=docker run $V1 x\n",
    ("unit", "open quotes"): lambda n: "[Service]\nExecStart=docker run " + "'" * n,
    ("unit", "sections"): lambda n: each(n, "[S{}]\nA=b\n") + "[Service]\nExecStart=docker run x\n",
    ("cron", "lines"): lambda n: each(n, f"* * * * * root {RUN}\n"),
    ("cron", "variables"): lambda n: each(n, "V{}=a\n") + f"* * * * * {RUN} $V1\n",
    ("quadlet", "keys"): lambda n: "[Container]\nImage=x\n" + each(n, "AddCapability=KILL\n"),
    ("quadlet", "keys of a pod"): lambda n: "[Pod]\n" + each(n, "Network=n{}\n"),
    ("quadlet", "words"): lambda n: f"[Container]\nImage=x\nAddCapability={'KILL ' * n}\n",
    ("quadlet", "arguments"): lambda n: "[Container]\nImage=x\n" + each(n, "PodmanArgs=--cap-add KILL\n"),
    ("quadlet", "unknown keys"): lambda n: "[Container]\nImage=x\n" + each(n, "Key{}=a\n"),
    # The rest.
    ("devcontainer", "arguments"): lambda n: json.dumps({"image": "x", "runArgs": ["--cap-add=A"] * n}),
    ("devcontainer", "capabilities"): lambda n: json.dumps({"image": "x", "capAdd": ["A"] * n}),
    ("devcontainer", "keys"): lambda n: json.dumps({"image": "x", **{f"k{number}": 1 for number in range(n)}}),
    ("devcontainer", "comments"): lambda n: '{"image": "x", ' + "/* a */ // b\n" * n + "}",
    ("devcontainer", "mounts"): lambda n: json.dumps({"image": "x", "mounts": ["source=a,target=/b,type=bind"] * n}),
    ("bake", "targets"): lambda n: json.dumps({"target": {f"t{number}": {"network": "host"} for number in range(n)}}),
    ("bake", "entitlements"): lambda n: json.dumps({"target": {"a": {"entitlements": ["network.host"] * n}}}),
    ("inspect", "containers"): lambda n: json.dumps(listed(n, Name="/x", Config={}, HostConfig={"CapAdd": ["A"]})),
    ("inspect", "capabilities"): lambda n: json.dumps(listed(1, Config={}, HostConfig={"CapAdd": ["A"] * n})),
    ("markdown", "fences"): lambda n: each(n, f"```sh\n{RUN}\n```\n"),
    ("markdown", "open fences"): lambda n: "```sh\n~~~\n" * n + RUN,
    ("markdown", "lines"): lambda n: "docker\n" + each(n, "text {}\n"),
    ("markdown", "compose files"): lambda n: each(n, "```yaml\nservices: {a: {image: x}}\n```\n"),
    ("markdown", "marks"): lambda n: "docker\n" + "`" * n + "\n",
}
NAMES = {
    "compose": "compose.yaml",
    "dockerfile": "Dockerfile",
    "script": "a.sh",
    "workflow": ".github/workflows/a.yml",
    "action": "action.yml",
    "gitlab": ".gitlab-ci.yml",
    "jenkins": "Jenkinsfile",
    "just": "justfile",
    "make": "Makefile",
    "task": "Taskfile.yml",
    "package": "package.json",
    "unit": "a.service",
    "cron": "crontab",
    "quadlet": "a.container",
    "devcontainer": "devcontainer.json",
    "bake": "docker-bake.json",
    "inspect": "a.json",
    "markdown": "a.md",
}
SIZE = 100
PER_BYTE = {
    "compose": 110,
    "dockerfile": 220,
    "script": 350,
    "workflow": 245,
    "action": 75,
    "gitlab": 240,
    "jenkins": 125,
    "just": 40,
    "make": 195,
    "task": 70,
    "package": 60,
    "unit": 290,
    "cron": 10,
    "quadlet": 100,
    "devcontainer": 80,
    "bake": 60,
    "inspect": 60,
    "markdown": 75,
}
"""How many bytes each reader may hold for one of the input: what its worst text takes, and a tenth more.

It is far above the thirty that a record for each line would take: a line of thirteen characters may be a container,
which is a kilobyte, and a word of one is a record with its place; the tree of a script is that of its parser in C.
"""
BASE = 200_000
"""What a small text may hold besides: tables that grow by leaps."""
PER_BYTE_OF_ITS_OWN = {
    # Each line is read twice: as a command that prints, and in the script that it prints, which is no shorter.
    ("script", "pipes to a shell"): 770,
    # A text of a kilobyte and a half, for which the parser in Python makes a megabyte of states.
    ("compose", "brackets of Go's YAML"): 720,
}


def read(carrier: str, text: str) -> None:
    source = Source(NAMES[carrier], text)
    try:
        registry.read(carrier, source, alone(source))
    except UnreadableError as error:
        assert len(error.failure.message) < 1000  # noqa: PT017  # to be refused in one line is a way to end


def test_every_reader_is_here() -> None:
    assert set(NAMES) == {carrier for carrier, _ in DIMENSIONS} == {line.name for line in registry.CARRIERS}
    assert PER_BYTE.keys() == NAMES.keys()


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=" ".join)
def test_steps_grow_in_proportion(dimension: tuple[str, str]) -> None:
    carrier, _ = dimension
    make = DIMENSIONS[dimension]
    assert_linear(lambda size: read(carrier, make(size)), SIZE)


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=" ".join)
def test_memory_grows_in_proportion(dimension: tuple[str, str]) -> None:
    carrier, _ = dimension
    make = DIMENSIONS[dimension]
    peak = assert_linear_memory(lambda size: read(carrier, make(size)), 300)
    times = PER_BYTE_OF_ITS_OWN.get(dimension, PER_BYTE[carrier])
    assert peak <= times * len(make(1_200)) + BASE
