"""Twice as many comments to dropcap, in whatever language, take twice the steps: to find, to apply and to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import about
from dropcap.carriers import registry
from dropcap.check import Setup, check_text
from dropcap.report import to_report
from steps import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

RULES = about.rules(
    "net-raw", "high-capability", "expired-ignore", "ignore-without-reason", "malformed-ignore", "unused-ignore"
)
SAYS = "dropcap: ignore[net-raw] -- why"
SERVICE = "services:\n  a:\n    image: x\n"

DIMENSIONS: dict[tuple[str, str], Callable[[int], str]] = {
    ("compose", "comments below one another"): lambda n: SERVICE + f"    # {SAYS}\n" * n + "    user: a\n",
    ("compose", "comments of services"): lambda n: (
        "services:\n" + "".join(f"  s{number}:  # {SAYS}\n    image: x\n" for number in range(n))
    ),
    ("compose", "comments in a list"): lambda n: SERVICE + "    cap_add:\n" + f"      - NET_ADMIN  # {SAYS}\n" * n,
    ("compose", "comments that say something else"): lambda n: SERVICE + "    # text\n" * n + f"    # {SAYS}\n",
    ("compose", "names"): lambda n: f"# dropcap: ignore-file[{'net-raw, ' * n}a] -- why\n{SERVICE}",
    ("compose", "comments that are not understood"): lambda n: "# dropcap: ignroe\n" * n + SERVICE,
    ("compose", "letters of a comment"): lambda n: f"# {SAYS} {'# -- ] ' * n}\n{SERVICE}",
    ("compose", "blanks of a comment"): lambda n: f"# dropcap: ignore[{' ' * n}{SERVICE}",
    ("compose", "text in a block"): lambda n: SERVICE + "    command: |\n" + f"      # {SAYS}\n" * n,
    ("compose", "keys in one another"): lambda n: (
        SERVICE + "    labels: {" + "a: {" * min(n, 200) + "}" * min(n, 200) + f"}}  # {SAYS}\n"
    ),
    ("script", "comments"): lambda n: f"docker run x  # {SAYS}\n" * n,
    ("script", "comments above one command"): lambda n: f"# {SAYS}\n" * n + "docker run x\n",
    ("script", "continuation lines"): lambda n: "docker run \\\n" + " --privileged \\\n" * n + f"x # {SAYS}\n",
    ("script", "comments between backquotes"): lambda n: "docker run" + f" `# {SAYS}` \\\n" * n + " x\n",
    ("script", "text"): lambda n: "cat <<E\n" + f"# {SAYS}\n" * n + "E\n",
    ("dockerfile", "comments"): lambda n: "FROM x\n" + f"# {SAYS}\nRUN a\n" * n,
    ("dockerfile", "comments between lines"): lambda n: "FROM x\nRUN a \\\n" + f"# {SAYS}\n" * n + "b\n",
    ("dockerfile", "comments of a script"): lambda n: "FROM x\n" + f"RUN a # {SAYS}\n" * n,
    ("devcontainer", "comments"): lambda n: '{"image": "x",\n' + f"// {SAYS}\n" * n + '"capAdd": ["NET_ADMIN"]}\n',
    ("quadlet", "comments"): lambda n: "[Container]\nImage=x\n" + f"# {SAYS}\nAddCapability=NET_ADMIN\n" * n,
    ("markdown", "comments"): lambda n: f"<!-- {SAYS} -->\n" * n + "```sh\ndocker run x\n```\n",
    ("markdown", "blocks"): lambda n: f"<!-- {SAYS} -->\n```sh\ndocker run x\n```\n\n" * n,
    ("make", "comments"): lambda n: f"a:\n\tdocker run x # {SAYS}\n" * n,
    ("make", "signs of a line"): lambda n: f"A = {'$(x' * n} # {SAYS}\n",
    ("just", "comments"): lambda n: f"a:\n  docker run x # {SAYS}\n" * n,
    ("jenkins", "comments"): lambda n: f"sh 'docker run x' // {SAYS}\n" * n,
    ("cron", "comments"): lambda n: f"# {SAYS}\n* * * * * docker run x\n" * n,
    ("workflow", "comments"): lambda n: (
        "on: push\njobs:\n  a:\n    steps:\n" + f"    - run: |\n        docker run x # {SAYS}\n" * n
    ),
}
PATHS = {
    "compose": "compose.yaml",
    "script": "a.sh",
    "dockerfile": "Dockerfile",
    "devcontainer": "devcontainer.json",
    "quadlet": "a.container",
    "markdown": "a.md",
    "make": "Makefile",
    "just": "justfile",
    "jenkins": "Jenkinsfile",
    "cron": "crontab",
    "workflow": ".github/workflows/a.yml",
}


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=" ".join)
def test_steps_grow_in_proportion(dimension: tuple[str, str]) -> None:
    carrier, _ = dimension

    def check(size: int) -> None:
        result = check_text(PATHS[carrier], carrier, DIMENSIONS[dimension](size), RULES, Setup())
        to_report([result], (), RULES)

    assert_linear(check, 60)


def test_every_language_with_comments_is_here() -> None:
    of_yaml = {line.comments for line in registry.CARRIERS if line.name == "compose"}
    languages = {line.comments for line in registry.CARRIERS if line.comments} - of_yaml
    assert {line.comments for line in registry.CARRIERS if line.name in PATHS} - of_yaml == languages
