"""Nothing hides behind a limit: it is found, or an error says what was not checked, or the sets say "unless"."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hostile.calls import GOOD, assert_clean, call, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN = "docker run --privileged x"
WEB = "  a:\n    image: x\n    privileged: true\n"


def lines(count: int, line: str) -> str:
    return "".join(line.replace("{}", str(number)).replace("{+}", str(number + 1)) for number in range(count))


HIDDEN: dict[str, Callable[[], dict[str, str]]] = {
    "parentheses": lambda: {"a.sh": "(" * 300 + RUN + ")" * 300},
    "functions": lambda: {"a.sh": lines(200, "f{}() { f{+}; }\n") + f"f200() {{ {RUN}; }}\nf0\n"},
    "scripts in scripts": lambda: {"a.sh": 'sh -c \'sh -c "sh -c \\"sh -c \\\\\\"' + RUN + '\\\\\\"\\""\'\n'},
    "ifs": lambda: {"a.sh": "if a; then\n" * 150 + RUN + "\n" + "fi\n" * 150},
    "loops": lambda: {"a.sh": "for i in 1 2 3 4 5 6 7 8 9; do\n" * 12 + RUN + "\n" + "done\n" * 12},
    "braces": lambda: {"a.sh": "docker run " + "{a," * 30 + "--privileged" + "}" * 30 + " x\n"},
    "a choice of braces": lambda: {"a.sh": "docker run --privileged " + "{--init,--rm}" * 12 + " x\n"},
    "words of a line of a unit": lambda: {"a.service": f"[Service]\nExecStart={RUN} {'a ' * 50_001}\n"},
    "a thousand commands": lambda: {"a.sh": "docker ps\n" * 3000 + RUN + "\n"},
    "commands of a workflow": lambda: {
        ".github/workflows/a.yml": "jobs:\n  a:\n    steps:\n"
        + "      - run: docker ps\n" * 1500
        + f"      - run: {RUN}\n"
    },
    "cases": lambda: {"a.sh": "case $A in\n" + lines(500, "  a{}) docker ps ;;\n") + f"  b) {RUN} ;;\nesac\n"},
    "values of a variable": lambda: {
        "a.sh": lines(50, 'if a{}; then A="--init"; else A="--rm"; fi\nB{}=$A\n')
        + "docker run --privileged $B1 $B2 $B3 x\n"
    },
    "an option behind many": lambda: {"a.sh": "docker run " + "-e A=b " * 5000 + "--privileged x\n"},
    "a line that goes on": lambda: {"a.sh": "docker run \\\n" + "--init \\\n" * 5000 + "--privileged x\n"},
    "a long line": lambda: {"a.sh": "true " + "a" * 300_000 + "; " + RUN + "\n"},
    "texts put together": lambda: {"Jenkinsfile": "sh 'docker run' + " + "' --init' + " * 400 + "' --privileged x'\n"},
    "variables of make": lambda: {
        "Makefile": lines(30, "A{} = $(A{+})\n") + "A30 = --privileged\na:\n\tdocker run $(A0) x\n"
    },
    "conditions of make": lambda: {"Makefile": lines(40, "ifdef A{}\n") + f"a:\n\t{RUN}\n" + "endif\n" * 40},
    "targets of make": lambda: {
        "Makefile": lines(300, "t{}: X = --init\n") + "t299: X = --privileged\nt299:\n\tdocker run $(X) x\n"
    },
    "variables of a workflow": lambda: {
        ".github/workflows/a.yml": "env:\n"
        + lines(500, "  A{}: --privileged\n")
        + "jobs:\n  a:\n    steps:\n      - run: docker run $A499 x\n"
    },
    "lists of gitlab": lambda: {".gitlab-ci.yml": "j:\n  script: " + "[" * 9 + RUN + "]" * 9 + "\n"},
    "jobs of gitlab": lambda: {
        ".gitlab-ci.yml": lines(3000, "j{}: {script: [docker ps]}\n") + f"z: {{script: [{RUN}]}}\n"
    },
    "files of a devcontainer": lambda: {
        **{f"c{number}.yaml": "services: {a: {image: x}}\n" for number in range(150)},
        "last.yaml": "services:\n" + WEB,
        ".devcontainer/devcontainer.json": json.dumps(
            {"dockerComposeFile": [f"../c{number}.yaml" for number in range(150)] + ["../last.yaml"], "service": "a"}
        ),
    },
    "files of a project": lambda: {
        **{f"c{number}.yaml": "services:\n  a:\n    image: x\n" for number in range(150)},
        "last.txt": "services:\n" + WEB,
        ".env": "COMPOSE_FILE=" + ":".join([f"c{number}.yaml" for number in range(150)] + ["last.txt"]) + "\n",
    },
    "documents": lambda: {
        "compose.yaml": "services: {a: {image: x}}\n" + "---\nservices: {}\n" * 150 + "---\nservices:\n" + WEB
    },
    "includes": lambda: {
        **{f"i{number}/x.yml": "services: {}\n" for number in range(1100)},
        "compose.yaml": "include:\n" + lines(1100, "  - i{}/x.yml\n") + "  - last.txt\nservices: {}\n",
        "last.txt": "services:\n" + WEB,
    },
    "extends": lambda: {
        "compose.yaml": "services:\n" + lines(150, "  s{}: {extends: s{+}}\n") + WEB.replace(" a:", " s150:")
    },
    "variables of Compose": lambda: {
        "compose.yaml": "services:\n  a:\n    image: x\n    privileged: " + "${A:-" * 80 + "true" + "}" * 80 + "\n"
    },
    "mistakes of Compose": lambda: {"compose.yaml": "services:\n" + lines(60, "  b{}: {image: 1, k: 1}\n") + WEB},
    "services": lambda: {"compose.yaml": "services:\n" + lines(2000, "  b{}: {image: x}\n") + WEB},
    "nesting of YAML": lambda: {"compose.yaml": "x-a: " + "[" * 250 + "]" * 250 + "\nservices:\n" + WEB},
    "aliases": lambda: {
        "compose.yaml": "x-0: &a0 [x]\n"
        + lines(60, "x-{+}: &a{+} [*a{}, *a{}]\n")
        + "services:\n"
        + WEB
        + "    x-a: *a60\n"
    },
    "nesting of JSON": lambda: {
        "devcontainer.json": '{"image": "x", "customizations": ' + "[" * 250 + "]" * 250 + ', "privileged": true}'
    },
    "mistakes of JSON": lambda: {"devcontainer.json": '{"image": "x" ' + '"a" 1 ' * 40 + '"privileged": true}'},
    "a long line of a Dockerfile": lambda: {"Dockerfile": "FROM x\nRUN " + "a" * 70_000 + f"\nRUN {RUN}\n"},
    "variables of a Dockerfile": lambda: {
        "Dockerfile": "FROM x\nARG A0=--security=insecure\n" + lines(60, "ENV A{+}=$A{}\n") + f"USER $A60\nRUN {RUN}\n"
    },
    "keys of a unit": lambda: {
        "a.container": "[Container]\nImage=x\n" + "Label=a=b\n" * 5000 + "PodmanArgs=--privileged\n"
    },
    "lines of a unit": lambda: {
        "a.service": "[Service]\nExecStart=docker run \\\n" + "  --init \\\n" * 3000 + "  --privileged x\n"
    },
    "lines of cron": lambda: {"crontab": "* * * * * docker ps\n" * 3000 + f"* * * * * {RUN}\n"},
    "patterns of gitignore": lambda: {".gitignore": "b\n" * 20_000 + "!a.sh\n", "a.sh": RUN + "\n"},
    "folders": lambda: {"/".join(["d"] * 120) + "/a.sh": RUN + "\n"},
    "tasks": lambda: {"Taskfile.yml": "version: '3'\ntasks:\n" + lines(2000, "  t{}: docker ps\n") + f"  z: {RUN}\n"},
    "scripts of a package": lambda: {
        "package.json": json.dumps({"scripts": {**{f"s{number}": "docker ps" for number in range(3000)}, "z": RUN}})
    },
    "recipes of just": lambda: {"justfile": lines(2000, "a{}:\n  docker ps\n") + f"z:\n  {RUN}\n"},
    "a choice of containers": lambda: {
        "a.sh": "for a in $X; do for b in $Y; do\n" * 6 + RUN + "\n" + "done; done\n" * 6
    },
}
"""Files with one privileged container, or one that may be, behind more of something than is looked at."""


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_hides_behind_a_limit(tmp_path: Path, name: str) -> None:
    files = HIDDEN[name]()
    write(tmp_path, files)
    (tmp_path / ".git").mkdir()
    ran = call("check", ".", "--format", "line", cwd=tmp_path)
    assert_clean(ran)
    assert GOOD in ran.out
    if any("privileged" in line and not line.startswith(GOOD) for line in ran.out.splitlines()):
        return
    if ran.code == 2:
        assert ran.err.strip()
        return
    # What a word is may not be known: then that is said where the sets are listed.
    path = next(iter(files))
    listed = call("caps", ".", cwd=tmp_path).out
    assert path in listed
    assert " says otherwise" in listed
