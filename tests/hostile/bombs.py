"""Inputs that are small or cheap to write and large or long to read, by name; each makes the files of a project.

A size is how often the thing is repeated; what costs in proportion to its length is written at the largest size that
a file may have.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Files = dict[str, str]

SERVICE = "services:\n  a:\n    image: x\n"
WORKFLOW = "on: push\njobs:\n  a:\n    steps:\n"
MANY = 50_000
"""How many of something a large file holds."""
MEGABYTES = 15_000_000


def doubling(count: int, line: str) -> str:
    """Write lines that each hold the one before twice: `{0}` is the line's number, `{1}` that of the one before."""
    return "".join(line.format(number, number - 1) for number in range(1, count))


def _includes(depth: int) -> Files:
    """Make files that each include the next one twice, by two names."""
    files = {"compose.yaml": "include: [1.yaml, ./1.yaml]\n" + SERVICE}
    for number in range(1, depth):
        files[f"{number}.yaml"] = (
            f"include: [{number + 1}.yaml, x/../{number + 1}.yaml]\nservices: {{s{number}: {{image: x}}}}\n"
        )
    files[f"{depth}.yaml"] = SERVICE
    return files


def _fan(count: int) -> Files:
    """Make services that all extend one that has many values."""
    values = "".join(f"      V{number}: x\n" for number in range(count))
    services = "".join(f"  s{number}:\n    extends: base\n" for number in range(count))
    return {"compose.yaml": f"services:\n  base:\n    image: x\n    environment:\n{values}{services}"}


def _chain(count: int) -> Files:
    services = "".join(f"  s{number}:\n    extends: s{number + 1}\n" for number in range(count))
    return {"compose.yaml": f"services:\n{services}  s{count}:\n    image: x\n"}


def _aliases(levels: int, width: int) -> str:
    return "x-0: &a0 [x]\n" + "".join(
        f"x-{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]\n" for level in range(1, levels)
    )


BOMBS: dict[str, Callable[[], Files]] = {
    # Patterns.
    "a pattern of stars": lambda: {".gitignore": "*a*a*a*a*a*b\n", "a" * 200 + ".yaml": SERVICE},
    "a pattern of double stars": lambda: {
        ".gitignore": "**/" * 200 + "b\n",
        "/".join("a" * 60) + "/compose.yaml": SERVICE,
    },
    "many patterns": lambda: {".gitignore": "*x*\n" * 60_000, "compose.yaml": SERVICE},
    # Compose.
    "includes that double": lambda: _includes(40),
    "a fan of extends": lambda: _fan(600),
    "a chain of extends": lambda: _chain(1_000),
    "variables that double": lambda: {
        ".env": "A0=xxxxxxxx\n" + doubling(60, "A{0}=$A{1}$A{1}\n"),
        "compose.yaml": SERVICE + "    user: $A59\n",
    },
    "defaults in defaults": lambda: {"compose.yaml": SERVICE + "    user: '" + "${A:-" * 100_000 + "'\n"},
    "many variables": lambda: {"compose.yaml": SERVICE + "    user: '" + "${A}" * 300_000 + "'\n"},
    "aliases that repeat": lambda: {"compose.yaml": _aliases(40, 9) + SERVICE + "    x-a: *a39\n"},
    "aliases of environments": lambda: {
        "compose.yaml": "x-e: &e {"
        + ", ".join(f"V{number}: x" for number in range(2_000))
        + "}\nservices:\n"
        + "".join(f"  s{number}: {{image: x, environment: *e}}\n" for number in range(2_000))
    },
    "many documents": lambda: {"compose.yaml": SERVICE + "---\n{}\n" * MANY},
    "many documents with services": lambda: {"compose.yaml": f"---\n{SERVICE}" * 5_000},
    "many services": lambda: {
        "compose.yaml": "services:\n" + "".join(f"  s{number}: {{image: x}}\n" for number in range(3_000))
    },
    "many list items": lambda: {"compose.yaml": SERVICE + "    cap_add:\n" + "      - CHOWN\n" * MANY},
    "many keys": lambda: {"compose.yaml": SERVICE + "".join(f"    k{number}: 1\n" for number in range(MANY // 2))},
    "a range of ports": lambda: {"compose.yaml": SERVICE + "    ports: ['1-65535:1-65535']\n"},
    "many ranges of ports": lambda: {"compose.yaml": SERVICE + "    ports:\n" + "      - '1-65535'\n" * 2_000},
    "deep nesting": lambda: {"compose.yaml": "services: " + "[" * 100_000},
    "deep mappings": lambda: {"compose.yaml": "services: " + "{a: " * 100_000},
    "a long name": lambda: {"compose.yaml": f"services:\n  {'a' * 1_000_000}:\n    privileged: true\n"},
    "a long capability": lambda: {"compose.yaml": f"{SERVICE}    cap_add: [{'A' * 1_000_000}]\n"},
    "long keys that are unknown": lambda: {
        "compose.yaml": f"{SERVICE}    {'k' * 100_000}: 1\n    ? {'m' * 100_000}\n    : 2\n"
    },
    "a long value that is wrong": lambda: {"compose.yaml": f"{SERVICE}    privileged: {'x' * 1_000_000}\n"},
    "long values of many keys": lambda: {
        "compose.yaml": SERVICE
        + "    ports:\n"
        + "".join(f"      - '{'9' * 1000}x{number}'\n" for number in range(2_000))
    },
    # Dockerfiles.
    "arguments that double": lambda: {
        "Dockerfile": "FROM x\nARG A0=xx\n" + doubling(60, "ENV A{0}=$A{1}$A{1}\n") + "USER $A59\n"
    },
    "many instructions": lambda: {"Dockerfile": "FROM x\n" + "ENV A=b\n" * MANY},
    "many lines of one instruction": lambda: {"Dockerfile": "FROM x\nRUN a \\\n" + "  b \\\n" * 100_000 + "  c\n"},
    "many heredocs": lambda: {"Dockerfile": "FROM x\nRUN " + "<<E " * 50_000 + "\nE\n" * 10},
    "many stages": lambda: {
        "Dockerfile": "".join(f"FROM x AS s{number}\nCOPY --from=s{number - 1} a b\n" for number in range(3_000))
    },
    "stages upon stages": lambda: {
        "Dockerfile": "FROM x AS s0\n"
        + "".join(f"FROM s{number} AS s{number + 1}\nENV A{number}=b\n" for number in range(5_000))
    },
    # Scripts.
    "brackets": lambda: {"a.sh": "docker " + "()" * 5_000},
    "brackets in brackets": lambda: {"a.sh": "docker " + "(" * 5_000},
    "heredocs that wait": lambda: {"a.sh": "docker run x " + "<<E " * 20_000 + "\n"},
    "braces that wait": lambda: {"a.sh": "docker run " + "${" * 100_000},
    "substitutions that wait": lambda: {"a.sh": "docker run " + "$(" * 100_000},
    "chains": lambda: {"a.sh": "docker run x" + " && docker run x" * 50_000},
    "chains of nothing": lambda: {"a.sh": "docker run x" + " && true" * 100_000},
    "pipes": lambda: {"a.sh": "docker run x" + " | cat" * 100_000},
    "a value that doubles": lambda: {"a.sh": "a=xxxxxxxx\n" + "a=$a$a\n" * 60 + "docker run $a\n"},
    "a list that doubles": lambda: {"a.sh": "a=(x y)\n" + 'a=("${a[@]}" "${a[@]}")\n' * 60 + 'docker run "${a[@]}"\n'},
    "one line of words": lambda: {"a.sh": "docker run " + "a " * (MEGABYTES // 2)},
    "many words of another program": lambda: {"a.sh": "docker ps\necho " + "a " * (MEGABYTES // 2)},
    "ifs in ifs": lambda: {"a.sh": "if a; then\n" * 10_000 + "docker run x\n" + "fi\n" * 10_000},
    "functions of functions": lambda: {
        "a.sh": doubling(60, "f{0}() {{ f{1}; f{1}; }}\n") + "f0() { docker run x; }\nf59\n"
    },
    "loops in loops": lambda: {"a.sh": "for i in 1 2 3 4 5 6 7 8 9; do\n" * 30 + "docker run x\n" + "done\n" * 30},
    "words in braces": lambda: {"a.sh": "docker run " + "{a,b}" * 60},
    "a range in braces": lambda: {"a.sh": "docker run {1..999999999}"},
    "many options": lambda: {"a.sh": "docker run" + " -e A=b" * 100_000 + " x\n"},
    "many ports": lambda: {"a.sh": "docker run -p 1-65535 " + "-p 1-65535:1-65535 " * 100 + "x\n"},
    "an open quote": lambda: {"a.sh": 'docker run "' + "a\n" * 500_000},
    # Other carriers.
    "blanks in a makefile": lambda: {"Makefile": "a:" + " " * 10_000 + "x\n\tdocker run x\n"},
    "more blanks in a makefile": lambda: {"Makefile": "a:" + " " * 1_000_000 + "x\n\tdocker run x\n"},
    "a makefile's variables that double": lambda: {
        "Makefile": "A0 = xx\n" + doubling(60, "A{0} = $(A{1})$(A{1})\n") + "a:\n\tdocker run $(A59)\n"
    },
    "open quotes in package.json": lambda: {
        "package.json": '{"scripts": {"a": "docker run x' + '"a": "docker' * 100_000
    },
    "many scripts of a package": lambda: {
        "package.json": json.dumps({"scripts": {f"s{number}": "docker run x" for number in range(3_000)}})
    },
    "many jobs": lambda: {
        ".github/workflows/a.yml": "on: push\njobs:\n"
        + "".join(f"  j{number}: {{steps: [{{run: docker run x}}]}}\n" for number in range(3_000))
    },
    "many steps": lambda: {".github/workflows/a.yml": WORKFLOW + "      - run: docker run x\n" * 3_000},
    "many gitlab jobs": lambda: {
        ".gitlab-ci.yml": "".join(f"j{number}: {{script: [docker run x]}}\n" for number in range(3_000))
    },
    "a jenkinsfile of quotes": lambda: {"Jenkinsfile": "sh 'docker run x" + "'''" * 100_000},
    "a jenkinsfile of braces": lambda: {"Jenkinsfile": "sh " + "{" * 200_000},
    "lines that continue in a unit": lambda: {"a.service": "[Service]\nExecStart=docker run \\\n" + "a \\\n" * 100_000},
    "many units' lines": lambda: {"a.container": "[Container]\nImage=x\n" + "AddCapability=KILL\n" * 5_000},
    "a unit's variables that double": lambda: {
        "a.service": "[Service]\nEnvironment=A0=xx\n"
        + doubling(60, "Environment=A{0}=${{A{1}}}${{A{1}}}\n")
        + "ExecStart=docker run $A59\n"
    },
    "many cron lines": lambda: {"crontab": "* * * * * root docker run x\n" * 3_000},
    "fences": lambda: {"a.md": "```sh\ndocker run x\n```\n" * 3_000},
    "open fences": lambda: {"a.md": "````\n```\n" * 50_000 + "docker run x"},
    "a devcontainer of arguments": lambda: {
        ".devcontainer/devcontainer.json": json.dumps({"image": "x", "runArgs": ["--cap-add=CHOWN"] * 5_000})
    },
    "a justfile of braces": lambda: {"justfile": "a:\n  docker run " + "{{" * 100_000 + "\n"},
    "many tasks": lambda: {
        "Taskfile.yml": "version: '3'\ntasks:\n" + "".join(f"  t{number}: docker run x\n" for number in range(3_000))
    },
    "more commands than are checked": lambda: {"a.sh": "docker run x\n" * 200_000},
    "more services than are checked": lambda: {
        "docker-compose.yml": "services:\n" + "".join(f"  s{number}: {{image: x}}\n" for number in range(100_000))
    },
    "more stages than are checked": lambda: {"Dockerfile": "FROM x\n" * 400_000},
    "more build steps than are checked": lambda: {"Dockerfile": "FROM x\n" + "RUN docker run x\n" * 90_000},
    "more blocks than are checked": lambda: {"a.md": "```sh\ndocker run x\n```\n" * 100_000},
    "many inspected containers": lambda: {
        "a.json": json.dumps(
            [{"Id": str(number), "HostConfig": {"CapAdd": ["CHOWN"]}, "Config": {}} for number in range(10_000)]
        )
    },
}
"""Each bomb's name, and what makes the files of its project."""
