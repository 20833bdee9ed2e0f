"""What is said to help does help: each hint is followed to the letter, and what comes of it is accepted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.compose import read
from dropcap.model import Level
from dropcap.source import Source
from oracles import compose as oracle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# A field of a service, what is written there, and the hint.
HINTS = [
    ("security_opt", "\n- no-new-privileges: true", "write no-new-privileges:true"),
    ("security_opt", "\n- seccomp: unconfined", "write seccomp:unconfined"),
    ("security_opt", "\n- no-new-privilege: true", ""),
    ("security_opt", " no-new-privileges:true", "put it into brackets"),
    (
        "security_opt",
        "\n  no-new-privileges: true",
        "begin each item with a dash, and take out the spaces after the colons",
    ),
    ("cap_drop", "\n-ALL", "write a space after each dash"),
    ("cap_drop", "\n  -CHOWN\n  -KILL", "write a space after each dash"),
    ("cap_drop", " -ALL", "put it into brackets, without the dash"),
    ("cap_drop", " ALL", "put it into brackets"),
    ("cap_drop", " ${CAPS}", "put it into brackets and quotes"),
    ("cap_drop", " 'ALL'", "put it into brackets"),
    ("cap_add", " CHOWN, KILL", "write each item on a line of its own, after a dash and a space"),
    ("cap_add", " CHOWN KILL", "write each item on a line of its own, after a dash and a space"),
    ("cap_add", " |\n  CHOWN\n  KILL", "write each line after a dash and a space, in place of the block"),
    ("cap_add", "\n  CHOWN:\n  KILL:", "begin each item with a dash, and take the colons out"),
    ("cap_add", "\n- CHOWN:", "take the colon out"),
    ("cap_add", "\n- CHOWN: true", ""),
    ("cap_add", " {CHOWN: true}", ""),
    ("ports", "\n- 8080: 80", 'write "8080:80" after a dash'),
    ("ports", "\n- 22: 22", 'write "22:22" after a dash'),
    ("ports", "\n- '22': 22", 'write "22:22"'),
    ("ports", "\n  22: 22", 'write "22:22" after a dash'),
    ("ports", "\n- 127.0.0.1:80: 80", 'write "127.0.0.1:80:80"'),
    ("ports", "\n- 127.0.0.1: 80", ""),
    ("ports", "\n  '8080': 80\n  '8081': 81", "begin each item with a dash, and take out the spaces after the colons"),
    ("ports", "\n  target: 80\n  published: 8080", "put a dash before it"),
    ("ports", " 8080:80", "put it into brackets"),
    ("ports", "\n-8080:80", "write a space after each dash"),
    ("volumes", "\n- ./a: /a", "write ./a:/a"),
    ("volumes", "\n- ./a:", ""),
    ("volumes", " ./a:/a", "put it into brackets"),
    ("volumes", "\n  -./a:/a", "write a space after each dash"),
    ("volumes", "\n  type: bind\n  source: ./a\n  target: /a", "put a dash before it"),
    ("devices", "\n- /dev/a: /dev/a", "write /dev/a:/dev/a"),
    ("tmpfs", "\n- /run: size=64m", "write /run:size=64m"),
    ("extra_hosts", "\n- a: 1.1.1.1", "write a:1.1.1.1"),
    ("links", "\n- other: b", "write other:b"),
    ("volumes_from", "\n- other: ro", "write other:ro"),
    ("environment", "\n- A: b", "write an equals sign in place of the colon and the space"),
    ("environment", "\n- A: 5", "write an equals sign in place of the colon and the space"),
    ("environment", "\n- A:", "take the colon out"),
    ("environment", "\n- 5", "put it into quotes"),
    ("environment", " A=b", "put it into brackets"),
    ("labels", "\n- a: b", "write an equals sign in place of the colon and the space"),
    ("sysctls", "\n- net.ipv4.ip_forward: 1", "write an equals sign in place of the colon and the space"),
    ("annotations", "\n- a: true", "write an equals sign in place of the colon and the space"),
    ("depends_on", "\n- other: {condition: service_started}", "take the dashes out, and write a colon after each name"),
    ("depends_on", " other", "put it into brackets"),
    ("networks", "\n- default: {aliases: [b]}", "take the dashes out, and write a colon after each name"),
    ("command", "\n- echo: a", "put it into quotes"),
    ("command", "\n- 5", "put it into quotes"),
    ("command", " 5", "put it into quotes"),
    ("stop_grace_period", " 30", "write 30s"),
    ("stop_grace_period", " 1.5", ""),
    ("healthcheck", "\n  test: a\n  interval: 30", "write 30s"),
    ("privileged", " [true]", "take the dash or the brackets out"),
    ("privileged", " [a]", ""),
    ("volumes", "\n- 5", ""),
    ("user", " 1000", "put it into quotes"),
    ("user", "\n- root", "take the dash or the brackets out"),
    ("user", " [root]", "take the dash or the brackets out"),
    ("user", " [1000]", ""),
    ("container_name", " 5", ""),
    ("container_name", " 55", "put it into quotes"),
    ("pull_policy", " 5", ""),
    ("use_api_socket", " 'true'", "take the quotes away"),
    ("ulimits", "\n- nofile=5", "write a colon and a space in place of each equals sign, and no dash"),
    ("logging", "\n- driver: json-file", "take the dashes out"),
    ("logging", "\n- driver=json-file", "write a colon and a space in place of each equals sign, and no dash"),
    ("healthcheck", "\n- test", ""),
    (
        "healthcheck",
        "\n- interval=5s\n- timeout=3s",
        "write a colon and a space in place of each equals sign, and no dash",
    ),
]

# How a hint is followed: what is written becomes what is accepted.
FOLLOWED: dict[str, Callable[[str], str]] = {
    "put it into quotes": lambda text: re.sub(r"[^ \n-].*", r'"\g<0>"', text),
    "put it into brackets": lambda text: f" [{text.strip()}]",
    "put it into brackets and quotes": lambda text: f' ["{text.strip()}"]',
    "put it into brackets, without the dash": lambda text: f" [{text.strip()[1:]}]",
    "put a dash before it": lambda text: re.sub(r"^\n  ", "\n- ", text),
    "write a space after each dash": lambda text: re.sub(r"\n *-", r"\g<0> ", text),
    "write an equals sign in place of the colon and the space": lambda text: text.replace(": ", "="),
    "write a colon and a space in place of each equals sign, and no dash": (
        lambda text: text.replace("=", ": ").replace("- ", "  ")
    ),
    "write each item on a line of its own, after a dash and a space": (
        lambda text: "".join(f"\n- {word}" for word in re.split(r"[ ,]+", text.strip()))
    ),
    "write each line after a dash and a space, in place of the block": (
        lambda text: text.partition("\n")[1] + text.partition("\n")[2].replace("  ", "- ")
    ),
    "begin each item with a dash, and take the colons out": (
        lambda text: text.replace("\n  ", "\n- ").replace(":", "")
    ),
    "begin each item with a dash, and take out the spaces after the colons": (
        lambda text: text.replace("\n  ", "\n- ").replace(": ", ":").replace("'", "")
    ),
    "take the colon out": lambda text: text.replace(":", ""),
    "write 30s": lambda text: text.replace("30", "30s"),
    "take the quotes away": lambda text: text.replace("'", ""),
    "take the dash or the brackets out": lambda text: (
        f" {text.strip(' -[]')}" if "[" in text else text.replace("- ", "  ")
    ),
    "take the dashes out": lambda text: text.replace("- ", "  "),
    "take the dashes out, and write a colon after each name": lambda text: text.replace("- ", "  "),
}


def project(key: str, value: str) -> str:
    text = value.replace("\n", "\n      ")
    return f"services:\n  web:\n    image: x\n    {key}:{text}\n  other:\n    image: y\n"


def errors(text: str) -> list[str]:
    return [one.message for one in read(Source("compose.yaml", text)).failures if one.level is Level.ERROR]


@pytest.mark.parametrize(("key", "value", "hint"), HINTS, ids=[f"{key}:{value}" for key, value, _ in HINTS])
def test_a_hint_that_is_followed_leads_to_what_is_accepted(tmp_path: Path, key: str, value: str, hint: str) -> None:
    told = errors(project(key, value))
    assert told
    assert [one for one in told if one.endswith(f": {hint}")] if hint else not any(": " in one for one in told), told
    if not hint:
        return
    plainly = re.fullmatch(r"write (\S+[:=]\S+)(?: after a dash)?", hint)
    followed = f"\n- {plainly[1]}" if plainly else FOLLOWED[hint](value)
    assert errors(project(key, followed)) == [], followed
    (tmp_path / "compose.yaml").write_text(project(key, followed))
    answer = oracle.config([], cwd=tmp_path, environment={"CAPS": "CHOWN"}, flags=("--no-path-resolution",))
    assert answer.project is not None, answer.error
