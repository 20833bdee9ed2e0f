"""What a file holds decides nothing that a terminal does, and no value of a variable or a label is printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hostile.calls import CAPS, CONFIGS, EVERY, GOOD, assert_clean, call, write

if TYPE_CHECKING:
    from pathlib import Path

CONTROLS = {
    "a colour": "\x1b[31m",
    "a title": "\x1b]0;owned\x07",
    "one byte": "\x9b31m",
    "a bell": "\x07",
    "backspaces": "\x08\x08\x08",
    "a carriage return": "\rclean",
    "right to left": "\u202egnp\u2066",
    "a line separator": "\u2028clean\u2029",
    "delete": "\x7f",
    "a byte order mark": "\ufeff",
    "a next line": "\x85clean",
    "tags": "\U000e0041\U000e0042",
}


def escaped(text: str) -> str:
    """Write a text as YAML and JSON both read it between double quotes."""
    return json.dumps(text)[1:-1]


NAMES: dict[str, tuple[str, str]] = {
    "service": ("compose.yaml", 'services:\n  "a{}b":\n    image: x\n    privileged: true\n'),
    "image": ("compose.yaml", 'services:\n  a:\n    image: "a{}b"\n    privileged: true\n'),
    "unknown key": ("compose.yaml", 'services:\n  a:\n    image: x\n    "a{}b": 1\n'),
    "unknown top": ("compose.yaml", '"a{}b": 1\nservices: {{a: {{image: x}}}}\n'),
    "capability": ("compose.yaml", 'services:\n  a:\n    image: x\n    cap_add: ["a{}b"]\n'),
    "user": ("compose.yaml", 'services:\n  a:\n    image: x\n    user: "a{}b"\n    cap_add: [SYS_ADMIN]\n'),
    "wrong value": ("compose.yaml", 'services:\n  a:\n    image: x\n    privileged: "a{}b"\n'),
    "wrong port": ("compose.yaml", 'services:\n  a:\n    image: x\n    ports: ["a{}b"]\n'),
    "variable": ("compose.yaml", 'services:\n  a:\n    image: x\n    user: "${{A?a{}b}}"\n    command: "${{a{}b}}"\n'),
    "name": ("compose.yaml", 'name: "a{}b"\nservices: {{a: {{image: x}}}}\n'),
    "extends": ("compose.yaml", 'services:\n  a:\n    image: x\n    extends: {{file: "a{}b", service: "c{}d"}}\n'),
    "include": ("compose.yaml", 'include: ["a{}b"]\nservices: {{a: {{image: x}}}}\n'),
    "network": ("compose.yaml", 'services:\n  a:\n    image: x\n    networks: ["a{}b"]\n    depends_on: ["a{}b"]\n'),
    "mount": ("compose.yaml", 'services:\n  a:\n    image: x\n    volumes: ["/a{}b:/c{}d:e{}f"]\n'),
    "dotenv": (".env", 'A="a{}b\nB=a{}b\n'),
    "raw": ("compose.yaml", "services:\n  a{raw}b:\n    image: x{raw}\n    privileged: true # {raw}\n"),
    "invalid": ("compose.yaml", "services: [a{raw}b\n"),
    "script": ("run.sh", "docker run --privileged --name 'a{raw}b' --cap-add 'a{raw}b' 'x{raw}'\n"),
    "option": ("run.sh", "docker run '--a{raw}b' x\ndocker run --privileged='a{raw}b' x\n"),
    "ansi": ("run.sh", "docker run --privileged --name $'a\\e[31mb' x\n"),
    "dockerfile": ("Dockerfile", "FROM x{raw} AS a{raw}b\nUSER c{raw}d\nRUN setcap a{raw}b=ep /x\nA{raw}B c\n"),
    "devcontainer": (
        "devcontainer.json",
        '{{"image": "x{}", "runArgs": ["--cap-add=a{}b"], "capAdd": ["a{}b"], "a{}b": 1}}',
    ),
    "json": ("devcontainer.json", '{{"image": "x", "a{raw}b" 1}}'),
    "quadlet": (
        "web.container",
        "[Container]\nImage=x{raw}\nAddCapability=a{raw}b\nA{raw}B=c\nUser=a{raw}b\n[a{raw}b]\n",
    ),
    "unit": ("web.service", "[Service]\nExecStart=docker run --privileged --name 'a{raw}b' x\n"),
    "workflow": (
        ".github/workflows/a.yml",
        (
            'jobs:\n  "a{}b":\n    container: {{image: x, options: "--privileged --cap-add a{}b --a{}b"}}\n'
            '    services: {{"a{}b": {{image: x, options: --privileged}}}}\n'
            '    steps: [{{run: "docker run --privileged a{}b"}}]\n'
        ),
    ),
    "gitlab": (".gitlab-ci.yml", '"j{}": {{script: ["docker run --privileged --name a{}b x"]}}\n'),
    "task": ("Taskfile.yml", 'version: "3"\ntasks: {{"a{}b": {{cmd: "docker run --privileged --name a{}b x"}}}}\n'),
    "package": ("package.json", '{{"scripts": {{"a{}b": "docker run --privileged --name a{}b x"}}}}'),
    "makefile": ("Makefile", "V{raw} = a{raw}b\na{raw}b:\n\tdocker run --privileged --name a{raw}b x\n"),
    "inspect": (
        "x.json",
        (
            '[{{"Id": "a{}b", "Name": "/a{}b", "Config": {{"Image": "a{}b", "User": "a{}b"}}, "HostConfig": '
            '{{"Privileged": true, "CapAdd": ["a{}b"], "CapDrop": null}}}}]'
        ),
    ),
    "gitignore": (".gitignore", "a{raw}b\n[a{raw}\n"),
}
"""Where a text of a file may be printed."""


@pytest.mark.parametrize("control", CONTROLS)
def test_no_text_of_a_file_reaches_the_terminal(tmp_path: Path, control: str) -> None:
    text = CONTROLS[control]
    for number, (path, written) in enumerate(NAMES.values()):
        folder = tmp_path / str(number)
        quoted = [escaped(text)] * 9
        write(folder, {path: written.format(*quoted, raw=text) if "{raw}" in written else written.format(*quoted)})
        for command in (EVERY, *CAPS):
            ran = call(*command, ".", cwd=folder)
            assert_clean(ran)
            assert GOOD in ran.out
        if "compose" in path or path == ".env":
            for command in CONFIGS:
                assert_clean(call(*command, cwd=folder))


@pytest.mark.parametrize("control", CONTROLS)
def test_no_name_of_a_file_reaches_the_terminal(tmp_path: Path, control: str) -> None:
    text = CONTROLS[control]
    write(
        tmp_path,
        {
            f"a{text}b/compose.yaml": "services: {a: {image: x, privileged: true}}\n",
            f"c{text}d.yaml": "services: [\n",
            f"run{text}.sh": "docker run --privileged x\n",
            f"{text}Dockerfile/x.dockerfile": "FROM x\nUSER root\n",
            f"g{text}/.gitignore": "x\n",
        },
    )
    (tmp_path / f"link{text}.yaml").symlink_to("/dev/null")
    (tmp_path / f"gone{text}.yaml").symlink_to("nowhere")
    for command in (EVERY, *CAPS):
        ran = call(*command, ".", cwd=tmp_path)
        assert_clean(ran)
        assert GOOD in ran.out
        assert ran.out.count("rivileged") > 2


@pytest.mark.parametrize("control", CONTROLS)
def test_no_word_of_the_call_or_the_configuration_does(tmp_path: Path, control: str) -> None:
    text = CONTROLS[control]
    write(tmp_path, {"compose.yaml": "services: {a: {image: x}}\n"})
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "hostile.py").write_text(
        "from dropcap.api import Problem, Severity\n"
        '"""A rule."""\n'
        f"id = 'hostile'\nseverity = Severity.LOW\n"
        "def check(container):\n"
        f"    yield Problem({escaped(text).join(['chr(34)', 'x'])!r}, container.anchor)\n"
    )
    for words in (
        ("check", f"gone{text}.yaml"),
        ("check", "--exclude", f"[a{text}", "."),
        ("check", "--exclude", f"{text}/", "."),
        ("check", "--select", f"a{text}b", "."),
        ("check", "--ignore", f"a{text}b", "."),
        ("check", "--engine", f"a{text}b", "."),
        ("check", "--fail-on", f"a{text}b", "."),
        ("check", "--jobs", f"1{text}", "."),
        ("check", "--category", f"a{text}b", "--format", "sarif", "."),
        ("check", f"--a{text}b", "."),
        ("check", "--rules", f"a{text}b", "."),
        ("check", "--rules", "rules", "."),
        ("check", "-f", f"a{text}b"),
        ("check", "--env-file", f"a{text}b", "compose.yaml"),
        ("check", "--config", f"a{text}b", "."),
        ("check", "--output", f"no/a{text}b", "."),
        ("check", "-", "--stdin-filename", f"a{text}b"),
        ("check", "-", "--stdin-filename", f"a{text}b/compose.yaml"),
        ("explain", f"a{text}b"),
        (f"a{text}b",),
        ("rules", f"a{text}b"),
    ):
        assert_clean(call(*words, cwd=tmp_path, stdin=b"services: {a: {image: x, privileged: true}}\n"))
    for line in (
        f'"a{escaped(text)}b" = 1',
        f'engine = "a{escaped(text)}b"',
        f'select = ["a{escaped(text)}b"]',
        f"a{text}b",
    ):
        toml = line.replace("\\udb40\\udc41\\udb40\\udc42", "\\U000e0041")
        (tmp_path / ".dropcap.toml").write_text(toml + "\n")
        assert_clean(call("check", ".", cwd=tmp_path))
