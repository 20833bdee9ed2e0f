"""Every reader of a small language takes time in proportion to its input, whichever part of it grows.

For each dimension the work is done for an input, one twice and one four times as large, and the steps are counted.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dropcap.carriers import registry
from dropcap.carriers.request import alone
from dropcap.model import Document, Level, UnreadableError
from dropcap.source import Source
from steps import assert_ends, assert_linear, assert_small

if TYPE_CHECKING:
    from collections.abc import Callable


def doubling(count: int, line: str) -> str:
    """Write lines that each hold the one before twice: `{0}` is the line's number, `{1}` that of the one before."""
    return "".join(line.format(number, number - 1) for number in range(1, count))


def numbered(count: int, line: str) -> str:
    return "".join(line.format(number) for number in range(count))


JOB = "on: push\njobs:\n  a:\n"
DIMENSIONS: dict[str, dict[str, Callable[[int], str]]] = {
    "dockerfile": {
        "env": lambda n: "FROM x\n" + "ENV A=b\n" * n,
        "names in env": lambda n: "FROM x\n" + numbered(n, "ENV A{0}=b\n"),
        "pairs of one env": lambda n: "FROM x\nENV" + numbered(n, " A{0}=b \\\n") + " Z=1\n",
        "arguments of one line": lambda n: "ARG" + numbered(n, " A{0}=b") + "\nFROM x\n",
        "continuations": lambda n: "FROM x\nRUN a \\\n" + "  b \\\n" * n + "  c\n",
        "comments in a continuation": lambda n: "FROM x\nRUN a \\\n" + "# b\n" * n + "  c\n",
        "continuations of blanks": lambda n: "FROM x\nRUN a \\\n" + "\n" * n + "  c\n",
        "run steps": lambda n: "FROM x\n" + "RUN docker run y\n" * n,
        "run steps with variables": lambda n: "FROM x\n" + numbered(n, "ENV A{0}=b\nRUN docker run $A{0}\n"),
        "heredocs of one step": lambda n: "FROM x\nRUN " + "<<E " * n + "\n" + "E\n" * n,
        "heredocs that wait": lambda n: "FROM x\nRUN " + "<<E " * n + "\n",
        "lines of a heredoc": lambda n: "FROM x\nRUN <<E\n" + "a\n" * n + "E\n",
        "stages": lambda n: numbered(n, "FROM x AS s{0}\n"),
        "stages upon stages": lambda n: "FROM x AS s0\n" + doubling(n, "FROM s{1} AS s{0}\nUSER a\n"),
        "copies": lambda n: "FROM x\n" + numbered(n, "COPY --from=y a b\n"),
        "flags": lambda n: "FROM x\nRUN " + "--mount=a " * n + "b\n",
        "json words": lambda n: "FROM x\nCMD [" + '"a", ' * n + '"b"]\n',
        "onbuild": lambda n: "FROM x AS a\n" + "ONBUILD USER b\n" * n + "FROM a\n",
        "labels": lambda n: "FROM x\n" + numbered(n, "LABEL a{0}=b\n"),
        "ports": lambda n: "FROM x\nEXPOSE" + " 80" * n + "\n",
        "open quotes": lambda n: "FROM x\nENV A=" + "\"'" * n + "\n",
        "open braces": lambda n: "FROM x\nUSER " + "${a" * n + "\n",
        "variables": lambda n: "FROM scratch\nUSER " + "${a:-b}" * n + "\n",
        "a suffix cut": lambda n: "FROM scratch\nENV A=" + "a" * n + "\nUSER ${A%%*b*c}\n",
        "a prefix cut": lambda n: "FROM scratch\nENV A=" + "a" * n + "\nUSER ${A##*b*c}\n",
        "a value replaced": lambda n: "FROM scratch\nENV A=" + "a" * n + "\nUSER ${A//*b/c}\n",
        "blanks": lambda n: "FROM x\nUSER a" + " " * n + "b\n",
        "directive of blanks": lambda n: "# escape=a" + " " * n + "b\nFROM x\n",
        "comments": lambda n: "# a\n" * n + "FROM x\n",
        "backslashes": lambda n: "FROM x\nRUN a " + "\\" * n + "\n",
        "unknown instructions": lambda n: "FROM x\n" + "FOO a\n" * n,
    },
    "make": {
        "blanks in a rule": lambda n: "a:" + " " * n + "x\n\tdocker run x\n",
        "blanks in a value": lambda n: "a = x" + " " * n + "y\nb:\n\tdocker run $(a)\n",
        "blanks before a statement": lambda n: " " * n + "x\nb:\n\tdocker run $(a)\n",
        "exports": lambda n: "export " * n + "x\nb:\n\tdocker run $(a)\n",
        "recipes": lambda n: numbered(n, "a{0}:\n\tdocker run x\n"),
        "lines of a recipe": lambda n: "a:\n" + "\tdocker run x\n" * n,
        "lines in one shell": lambda n: ".ONESHELL:\na:\n" + "\tdocker run x\n" * n,
        "continuations": lambda n: "a:\n\tdocker run \\\n" + "\t-e A=b \\\n" * n + "\tx\n",
        "variables": lambda n: numbered(n, "A{0} = x\n") + "a:\n\tdocker run $(A1)\n",
        "uses": lambda n: "A = x\na:\n\tdocker run " + "-e $(A) " * n + "x\n",
        "open brackets": lambda n: "a:\n\tdocker run " + "$(" * n + "\n",
        "added": lambda n: "A = x\n" + "A += y\n" * n + "a:\n\tdocker run $(A)\n",
        "targets": lambda n: numbered(n, "a{0} ") + ":\n\tdocker run x\n",
        "targets that need": lambda n: numbered(n, "a{0}: A = x\na{0}: b{0}\n\tdocker run $(A)\n"),
        "needed": lambda n: "a: A = x\na:" + numbered(n, " b{0}") + "\n\tdocker run $(A)\n",
        "needed in a row": lambda n: "a0: A = x\n" + doubling(n, "a{1}: a{0}\n\tdocker run $(A)\n"),
        "conditions": lambda n: "ifdef A\n" * n + "A = x\na:\n\tdocker run $(A)\n",
        "lines of a definition": lambda n: "define A\n" + "docker run x\n" * n + "endef\na:\n\t$(A)\n",
        "hashes": lambda n: "A = " + "#" * n + "\na:\n\tdocker run $(A)\n",
        "colons": lambda n: ":" * n + "\n\tdocker run x\n",
        "signs": lambda n: "a:\n\t" + "@-" * n + "docker run x\n",
    },
    "just": {
        "recipes": lambda n: numbered(n, "a{0}:\n  docker run x\n"),
        "lines of a script": lambda n: "a:\n  #!/bin/sh\n" + "  docker run x\n" * n,
        "continuations": lambda n: "a:\n  docker run \\\n" + "  -e A=b \\\n" * n + "  x\n",
        "constants": lambda n: numbered(n, "a{0} := 'b'\n") + "a:\n  docker run {{{{a1}}}}\n".format(),
        "braces": lambda n: "a:\n  docker run " + "{{" * n + "\n",
        "blanks after a name": lambda n: "a" + " " * n + "\n  docker run x\n",
        "blanks after a value": lambda n: "a := 'b'" + " " * n + "c\na:\n  docker run x\n",
        "parameters": lambda n: "a" + " b" * n + "\n  docker run x\n",
        "a shebang of blanks": lambda n: "a:\n  #!" + " /env" * n + "\n  docker run x\n",
        "fills": lambda n: "a := 'b'\nc:\n  docker run " + "-e {{a}} " * n + "x\n",
    },
    "task": {
        "tasks": lambda n: "tasks:\n" + numbered(n, "  t{0}: docker run x\n"),
        "commands": lambda n: "tasks:\n  a:\n    cmds:\n" + "      - docker run x\n" * n,
        "variables": lambda n: "vars:\n" + numbered(n, "  A{0}: x\n") + "tasks: {a: 'docker run {{.A1}}'}\n",
        "variables and tasks": lambda n: (
            "vars:\n" + numbered(n, "  A{0}: x\n") + "tasks:\n" + numbered(n, "  t{0}: docker run x\n")
        ),
        "templates": lambda n: "vars: {A: x}\ntasks: {a: 'docker run " + "{{.A}} " * n + "'}\n",
        "open templates": lambda n: "tasks: {a: 'docker run " + "{{ " * n + "'}\n",
        "blanks in a template": lambda n: "tasks: {a: 'docker run " + "{{" + " " * n + "}}'}\n",
    },
    "gitlab": {
        "jobs": lambda n: numbered(n, "j{0}: {{script: [docker run x]}}\n"),
        "lines": lambda n: "j:\n  script:\n" + "    - docker run x\n" * n,
        "lines in lists": lambda n: "j:\n  script:\n" + "    - [docker run x]\n" * n,
        "variables and jobs": lambda n: (
            "variables:\n" + numbered(n, "  A{0}: x\n") + numbered(n, "j{0}: {{script: [docker run $A1]}}\n")
        ),
    },
    "workflow": {
        "jobs": lambda n: "on: push\njobs:\n" + numbered(n, "  j{0}: {{steps: [{{run: docker run x}}]}}\n"),
        "steps": lambda n: JOB + "    steps:\n" + "      - run: docker run x\n" * n,
        "variables and jobs": lambda n: (
            "on: push\nenv:\n"
            + numbered(n, "  A{0}: x\n")
            + "jobs:\n"
            + numbered(n, "  j{0}: {{steps: [{{run: docker run $A1}}]}}\n")
        ),
        "services": lambda n: JOB + "    services:\n" + numbered(n, "      s{0}: x\n"),
        "options": lambda n: JOB + "    container:\n      image: x\n      options: " + "--cap-add CHOWN " * n + "\n",
        "ports": lambda n: JOB + "    container:\n      image: x\n      ports:\n" + "      - 80:80\n" * n,
        "matrix": lambda n: (
            JOB + "    strategy: {matrix: {a: [" + "b, " * n + "]}}\n    steps: [{run: docker run x}]\n"
        ),
        "expressions": lambda n: JOB + "    steps:\n      - run: docker run " + "${{ a }} " * n + "\n",
        "open expressions": lambda n: JOB + "    steps:\n      - run: docker run " + "${{ " * n + "\n",
        "keys of a job": lambda n: JOB + numbered(n, "    k{0}: x\n") + "    steps: [{run: docker run x}]\n",
    },
    "action": {
        "steps": lambda n: "runs:\n  steps:\n" + "    - run: docker run x\n      shell: bash\n" * n,
    },
    "package": {
        "scripts": lambda n: json.dumps({"scripts": {f"s{number}": "docker run x" for number in range(n)}}),
        "open quotes": lambda n: '{"scripts": {"a": "docker run x' + '"a": "docker' * n,
        "an open quote": lambda n: '{"scripts": {"a": "docker run ' + "x" * n,
        "escapes": lambda n: '{"scripts": {"a": "docker run ' + "\\u0041" * n + '"}}',
        "backslashes": lambda n: '{"scripts": {"a": "docker run ' + "\\" * n,
        "nesting": lambda n: '{"scripts": {"a": "docker"}, "b": ' + "[" * n,
        "keys": lambda n: json.dumps({f"k{number}": 1 for number in range(n)} | {"scripts": {"a": "docker run x"}}),
    },
    "jenkins": {
        "steps": lambda n: "sh 'docker run x'\n" * n,
        "agents": lambda n: "agent { docker { image 'x' } }\n" * n,
        "agents that stay open": lambda n: "agent { docker { " * n,
        "images": lambda n: "docker.image('x').inside('--privileged') { }\n" * n,
        "images in one": lambda n: "docker.image(" * n,
        "parts": lambda n: "sh 'docker run '" + " + a" * n + "\n",
        "brackets": lambda n: "sh a" + "(" * n,
        "brackets and names": lambda n: "sh a" + ".b(c)" * n,
        "triple quotes": lambda n: "sh 'docker run x" + "'''" * n,
        "quotes": lambda n: "sh " + "'" * n,
        "double quotes": lambda n: 'sh "docker run ' + "${a} " * n + '"',
        "open fills": lambda n: 'sh "docker run ' + "${" * n + '"',
        "dotted fills": lambda n: 'sh "docker run ' + "$a." * n + '"',
        "comments": lambda n: "/* docker " * n,
        "backslashes": lambda n: "sh '" + "\\" * n,
        "sh": lambda n: "sh " * n,
        "sh of names": lambda n: "sh(a: " * n,
    },
    "markdown": {
        "fences": lambda n: "```sh\ndocker run x\n```\n" * n,
        "open fences": lambda n: "````\n```\n" * n + "docker run x\n",
        "backticks": lambda n: "`" * n + "\n    docker run x\n",
        "long fences": lambda n: "```" + "a" * n + "`\n    docker run x\n",
        "lines of a block": lambda n: "```sh\n" + "$ docker run x\n" * n + "```\n",
        "blanks before": lambda n: " " * n + "- \n" + "    docker run x\n",
        "quotations": lambda n: "> a\n" * n + "    docker run x\n",
        "signs of a quotation": lambda n: "> " * n + "\n",
        "signs of a quotation in a fence": lambda n: "> ```sh\n> " + "> " * n + "\n",
        "prompts": lambda n: "```console\n" + "a@" + "b " * n + "\n$ docker run x\n```\n",
        "prompt of names": lambda n: "```console\n" + "(" * n + "\n" + "a.-" * n + "\n$ docker run x\n```\n",
        "left out": lambda n: "```sh\ndocker run " + "<a> " * n + "\n```\n",
        "open left out": lambda n: "```sh\ndocker run " + "<a" * n + "\n```\n",
        "open brackets": lambda n: "```sh\ndocker run " + "[A" * n + "\n```\n",
        "dots": lambda n: "```sh\ndocker run " + "." * n + "\n```\n",
        "compose blocks": lambda n: "```yaml\nservices: {a: {image: x}}\n```\n" * n,
        "services": lambda n: "```yaml\n" + numbered(n, "s{0}:\n  image: x\n  privileged: true\n") + "```\n",
        "comments": lambda n: "<!--\n" * n,
    },
    "cron": {
        "lines": lambda n: "* * * * * docker run x\n" * n,
        "percents": lambda n: "* * * * * docker run \\%" + "\\%" * n + "\n",
        "a field": lambda n: "*" * n + " docker\n",
        "blanks": lambda n: "* * * *" + " " * n + "docker\n",
        "fields": lambda n: "* " * n + "docker\n",
        "words of a field": lambda n: "@" + "a" * n + "docker\n",
        "joined": lambda n: "\\\n" * n + "* * * * * docker run x\n",
    },
    "unit": {
        "commands": lambda n: "[Service]\n" + "ExecStart=docker run x\n" * n,
        "continuations": lambda n: "[Service]\nExecStart=docker run \\\n" + "-e A=b \\\n" * n + "x\n",
        "comments in a continuation": lambda n: "[Service]\nExecStart=docker run \\\n" + "# b\n" * n + "x\n",
        "comments": lambda n: "[Service]\n" + "# docker\n" * n,
        "sections": lambda n: "[Service]\nExecStart=docker run x\n" * n,
        "brackets": lambda n: "[" * n + "\n[Service]\nExecStart=docker run x\n",
        "blanks": lambda n: "[Service]\nExecStart" + " " * n + "\nExecStart=docker run x\n",
        "blanks after a section": lambda n: "[Service]" + " " * n + "x\nExecStart=docker run x\n",
        "blanks in a command": lambda n: "[Service]\nExecStart=docker run " + " " * n + "x\n",
        "variables": lambda n: "[Service]\n" + numbered(n, "Environment=A{0}=x\n") + "ExecStart=docker run $A1\n",
        "uses": lambda n: "[Service]\nEnvironment=A=x\nExecStart=docker run " + "$A ${A} " * n + "\n",
        "quotes": lambda n: "[Service]\nExecStart=docker run " + "\"'" * n + "\n",
        "specifiers": lambda n: "[Service]\nExecStart=docker run " + "%i" * n + "\n",
        "escapes": lambda n: "[Service]\nExecStart=docker run " + "\\x41" * n + "\n",
        "resets": lambda n: "[Service]\n" + "ExecStart=docker run x\nExecStart=\n" * n,
    },
    "quadlet": {
        "capabilities": lambda n: "[Container]\nImage=x\n" + "AddCapability=KILL\n" * n,
        "capabilities of one line": lambda n: "[Container]\nImage=x\nAddCapability=" + "KILL " * n + "\n",
        "continuations": lambda n: "[Container]\nImage=x\nExec=a \\\n" + "b \\\n" * n + "c\n",
        "comments in a continuation": lambda n: "[Container]\nImage=x\nExec=a \\\n" + "# b\n" * n + "c\n",
        "unknown keys": lambda n: "[Container]\nImage=x\n" + numbered(n, "Kez{0}=x\n"),
        "one unknown key": lambda n: "[Container]\nImage=x\n" + "k" * n + "=x\n",
        "sections": lambda n: "[Container]\nImage=x\n" + numbered(n, "[S{0}]\nA=b\n"),
        "brackets": lambda n: "[Container]\nImage=x\n" + "[" * n + "=\n",
        "blanks after a section": lambda n: "[Container]" + " " * n + "x=\nImage=x\n",
        "blanks": lambda n: "[Container]\nImage=x\n" + "Exec" + " " * n + "=" + " " * n + "x\n",
        "specifiers": lambda n: "[Container]\nImage=x\nExec=" + "%i " * n + "\n",
        "quotes": lambda n: "[Container]\nImage=x\nExec=" + "\"'" * n + "\n",
        "escapes": lambda n: "[Container]\nImage=x\nExec=" + "\\x41" * n + "\n",
        "templates": lambda n: "[Container]\nImage=" + "%%" * n + "\n",
        "labels": lambda n: "[Container]\nImage=x\n" + numbered(n, "Label=a{0}=b\n"),
        "of the service": lambda n: "[Container]\nImage=x\n[Service]\n" + "User=x\n" * n,
        "own commands": lambda n: "[Container]\nImage=x\n[Service]\n" + "ExecStartPre=docker run x\n" * n,
    },
    "devcontainer": {
        "arguments": lambda n: json.dumps({"image": "x", "runArgs": ["--cap-add=CHOWN"] * n}),
        "capabilities": lambda n: json.dumps({"image": "x", "capAdd": ["CHOWN"] * n}),
        "mounts": lambda n: json.dumps({"image": "x", "mounts": [{"target": "/a", "source": "b"}] * n}),
        "ports": lambda n: json.dumps({"image": "x", "appPort": [80] * n}),
        "features": lambda n: json.dumps({"image": "x", "features": {f"f{number}": {} for number in range(n)}}),
        "wrong entries": lambda n: json.dumps({"image": "x", "capAdd": [1] * n}),
        "keys": lambda n: json.dumps({f"k{number}": 1 for number in range(n)} | {"image": "x"}),
        "one key again": lambda n: '{"image": "x"' + ', "a": 1' * n + "}",
        "nesting": lambda n: '{"image": ' + "[" * n,
        "comments": lambda n: "// a\n" * n + '{"image": "x"}',
        "block comments": lambda n: "/* a */" * n + '{"image": "x"}',
        "open comments": lambda n: "/*/ " * n + '{"image": "x"}',
        "commas": lambda n: '{"image": "x"' + "," * n + "}",
        "variables": lambda n: json.dumps({"image": "x", "runArgs": ["${localEnv:A" * n]}),
        "a long string": lambda n: json.dumps({"image": "x" * n}),
        "control characters": lambda n: '{"image": "' + "\x01" * n + '"}',
        "escapes": lambda n: '{"image": "' + "\\n" * n + '"}',
        "digits": lambda n: '{"image": ' + "1" * n + "}",
        "blanks": lambda n: '{"image":' + " " * n + '"x"}',
    },
    "inspect": {
        "containers": lambda n: json.dumps(
            [{"Id": str(k), "HostConfig": {"CapAdd": ["CHOWN"]}, "Config": {}} for k in range(n)]
        ),
        "capabilities": lambda n: json.dumps([{"Id": "a", "HostConfig": {"CapAdd": ["CHOWN"] * n}, "Config": {}}]),
        "held": lambda n: json.dumps([{"Id": "a", "HostConfig": {}, "Config": {}, "BoundingCaps": ["CHOWN"] * n}]),
        "mounts": lambda n: json.dumps([{"Id": "a", "HostConfig": {}, "Config": {}, "Mounts": [{"Type": "bind"}] * n}]),
    },
    "script": {
        "environment": lambda n: "docker run" + " -e A=b" * n + " x\n",
        "capabilities": lambda n: "docker run" + " --cap-add CHOWN" * n + " x\n",
        "words of the command": lambda n: "docker run x" + " a" * n + "\n",
        "ports": lambda n: "docker run" + " -p 1-65535:1-65535" * n + " x\n",
        "letters": lambda n: "docker run -" + "i" * n + " x\n",
        "a capability": lambda n: "docker run --cap-add " + "A" * n + " x\n",
        "items": lambda n: "docker run --device " + "a," * n + " x\n",
        "mount": lambda n: "docker run --mount " + "a=b," * n + " x\n",
        "quoted mount": lambda n: "docker run --mount '" + '"a",' * n + "' x\n",
        "quotes of a mount": lambda n: "docker run --mount '" + '"' * n + "' x\n",
        "colons of a volume": lambda n: "docker run -v " + "a:" * n + " x\n",
        "an image": lambda n: "docker run " + "a-" * n + "\n",
        "an unknown flag": lambda n: "docker run --" + "a" * n + " x\n",
        "unknown words": lambda n: "docker run" + " $A" * n + " x\n",
        "open words": lambda n: "docker run '" + "${" * n + "'\n",
        "flags before": lambda n: "docker" + " -D" * n + " run x\n",
        "words before": lambda n: "docker" + " $OPTS" * n + " run x\n",
    },
}

CASES = [(carrier, name, make) for carrier, cases in DIMENSIONS.items() for name, make in cases.items()]
PATHS = {"cron": "etc/crontab", "quadlet": "a.container", "devcontainer": "devcontainer.json"}


def read(carrier: str, text: str) -> Document | None:
    source = Source(PATHS.get(carrier, carrier), text)
    try:
        return registry.read(carrier, source, alone(source))
    except UnreadableError:
        return None


@pytest.mark.parametrize(("carrier", "make"), [pytest.param(c, m, id=f"{c}: {n}") for c, n, m in CASES])
def test_linear(carrier: str, make: Callable[[int], str]) -> None:
    assert_linear(lambda size: read(carrier, make(size)), 64)


BOMBS = {
    "dockerfile": {
        "values that double": "FROM scratch\nENV A0=xx\n" + doubling(60, "ENV A{0}=$A{1}$A{1}\n") + "USER $A59\n",
        "arguments that double": "ARG A0=xx\n" + doubling(60, "ARG A{0}=$A{1}$A{1}\n") + "FROM $A59\n",
        "a long value used often": "FROM scratch\nENV A=" + "x" * 5_000 + "\n" + "LABEL l=$A$A$A\n" * 1_000,
        "stages with many values": "FROM x AS s0\n"
        + numbered(500, "ENV A{0}=b\n")
        + doubling(1_000, "FROM s{1} AS s{0}\n"),
        "triggers of many stages": "FROM x AS a\n" + "ONBUILD LABEL a=b\n" * 1_000 + "FROM a\n" * 1_000,
        "patterns of stars": "FROM scratch\nENV A=" + "a" * 3_000 + "\n" + "LABEL l=${A//*a*a*a*a*a*b/c}\n" * 50,
    },
    "make": {
        "variables that double": "A0 = xx\n" + doubling(60, "A{0} = $(A{1})$(A{1})\n") + "a:\n\tdocker run $(A59)\n",
        "a long variable used often": "A = " + "x" * 5_000 + "\na:\n" + "\t# docker run $(A)\n" * 500,
    },
    "just": {"a long constant used often": "a := '" + "b" * 5_000 + "'\nc:\n" + "  # docker {{a}}\n" * 500},
    "task": {
        "a long variable used often": "vars: {A: "
        + "x" * 5_000
        + "}\ntasks:\n"
        + numbered(500, "  t{0}: '# docker {{{{.A}}}}'\n")
    },
    "gitlab": {
        "a long variable used often": "variables: {A: "
        + "x" * 5_000
        + "}\n"
        + numbered(500, "j{0}: {{script: ['# docker $A']}}\n"),
    },
    "workflow": {
        "a long variable used often": "on: push\nenv: {A: "
        + "x" * 5_000
        + "}\njobs:\n"
        + numbered(500, "  j{0}: {{steps: [{{run: '# docker $A'}}]}}\n"),
    },
    "unit": {
        "a long variable used often": "[Service]\nEnvironment=A="
        + "x" * 5_000
        + "\n"
        + "ExecStart=/bin/echo docker $A\n" * 500,
    },
}
"""What is small and would be large, by carrier and name."""


@pytest.mark.parametrize(
    ("carrier", "text"), [pytest.param(c, t, id=f"{c}: {n}") for c, bombs in BOMBS.items() for n, t in bombs.items()]
)
def test_what_would_multiply_is_stopped(carrier: str, text: str) -> None:
    read(carrier, "a: b")  # what is imported is no matter
    assert_ends(lambda: read(carrier, text), 200 * len(text) + 500_000)
    # What the limits let in counts as input too: 100,000 characters of variables, 20,000 inherited values.
    assert_small(lambda: read(carrier, text), len(text) + 600_000)


@pytest.mark.parametrize("bomb", ["values that double", "arguments that double", "stages with many values"])
def test_what_is_not_followed_in_a_dockerfile_is_an_error_said_once(bomb: str) -> None:
    document = read("dockerfile", BOMBS["dockerfile"][bomb])
    assert document is not None
    (failure,) = document.failures
    assert (failure.level, failure.source is not None) == (Level.ERROR, True)
    assert "follow" in failure.message
    assert document.containers[-1].unknowns


def test_anchors_that_multiply_a_pipeline_s_lines_are_an_error() -> None:
    text = ".a: &a\n" + "  - docker run x\n" * 1_000 + numbered(1_000, "j{0}:\n  script:\n    - b{0}\n    - *a\n")
    source = Source("a.gitlab-ci.yml", text)
    with pytest.raises(UnreadableError, match="aliases repeat more than"):
        registry.read("gitlab", source, alone(source))
