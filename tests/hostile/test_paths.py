"""A path that no file can have is not a path, whoever writes it, and nothing else of its file is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hostile.calls import CAPS, CHECKS, CONFIGS, GOOD, assert_clean, call, write

if TYPE_CHECKING:
    from pathlib import Path

WEB = "services:\n  web:\n    image: x\n    privileged: true\n"
DEV = '"image": "x", "privileged": true'

YAML = {
    "NUL": '"a\\0b"',
    "half a pair": '"a\\ud800b"',
    "an escape": '"a\\e[31mb"',
    "a line end": '"a\\nb"',
    "a long name": "a" * 5000,
    "a long path": "a/" * 5000,
    "nothing": '""',
    "a folder": ".",
    "the root": "/",
    "the parent": "..",
    "a process's own": "/proc/self/mem",
    "a tilde": "~nobody/x",
    "bytes": '"a\\xffb"',
}
"""Paths, as YAML and JSON write them."""
COMPOSE = {
    "env_file": (WEB + "    env_file: {}\n"),
    "env_file list": (WEB + "    env_file:\n      - path: {}\n        required: false\n"),
    "label_file": (WEB + "    label_file: {}\n"),
    "extends": (WEB + "  b:\n    extends:\n      file: {}\n      service: a\n"),
    "include": ("include:\n  - {}\n" + WEB),
    "include path": ("include:\n  - path: [{0}, {0}]\n    project_directory: {0}\n    env_file: {0}\n" + WEB),
    "build": (WEB + "    build: {}\n"),
    "dockerfile": (WEB + "    build:\n      context: .\n      dockerfile: {}\n"),
    "context": (WEB + "    build:\n      context: {0}\n      additional_contexts:\n        a: {0}\n"),
    "config": (WEB + "configs:\n  a:\n    file: {}\n"),
    "secret": (WEB + "secrets:\n  a:\n    file: {}\n"),
    "mount": (WEB + "    volumes:\n      - type: bind\n        source: {}\n        target: /x\n"),
    "watch": (WEB + "    develop:\n      watch:\n        - path: {}\n          action: sync\n          target: /x\n"),
    "name": ("name: {}\n" + WEB),
    "seccomp": (WEB + "    security_opt:\n      - {}\n"),
}
"""Where a Compose file names others."""
JSON = {
    "dockerComposeFile": '{{"dockerComposeFile": {}, "service": "web"}}',
    "dockerComposeFile list": '{{"dockerComposeFile": [{0}, {0}], "service": "web"}}',
    "dockerfile": '{{"build": {{"dockerfile": {}}}, "privileged": true}}',
    "context": '{{"build": {{"dockerfile": "Dockerfile", "context": {}}}, "privileged": true}}',
    "dockerFile": '{{"dockerFile": {}, "privileged": true}}',
    "mounts": '{{"image": "x", "privileged": true, "mounts": [{}]}}',
    "runArgs": '{{"image": "x", "privileged": true, "runArgs": ["--env-file", {0}, "-v", {0}]}}',
    "workspaceMount": '{{"image": "x", "privileged": true, "workspaceMount": {0}, "workspaceFolder": {0}}}',
}
"""Where a devcontainer.json does."""
OTHERS = {
    "quadlet": (
        "web.container",
        (
            "[Container]\nImage=x\nPodmanArgs=--privileged\nEnvironmentFile=a\\x00b\nVolume=a\\x00b:/x\n"
            "SeccompProfile=\\x00\nEnvironmentFile=\\ud800\nRootfs=\\x00\n"
        ),
    ),
    "quadlet image": ("web.container", "[Container]\nImage=a\\x00.build\nPodmanArgs=--privileged\n"),
    "kube": ("web.kube", "[Kube]\nYaml=a\\x00b\n"),
    "unit": (
        "web.service",
        '[Service]\nEnvironmentFile=a\\x00b\nExecStart=docker run --env-file "a\\x00b" --privileged x\n',
    ),
    "script": (
        "run.sh",
        (
            "source $'a\\0b'\n. $'\\ud800'\ncd $'a\\0b'\n"
            "docker run --privileged --env-file $'a\\0b' -v $'\\ud800':/x x\n"
            "docker build -f $'a\\0b' $'\\ud800'\ndocker compose -f $'a\\0b' up\n"
        ),
    ),
    "raw NUL": ("run.sh", "docker run --privileged --env-file a\0b x\n"),
    "makefile": ("Makefile", "include $(shell printf 'a\\0b')\na:\n\tdocker run --privileged --env-file $$'a\\0b' x\n"),
    "justfile": ("justfile", 'import "a\\u{0}b"\nset dotenv-path := "a\\u{0}"\na:\n  docker run --privileged x\n'),
    "task": (
        "Taskfile.yml",
        (
            'version: "3"\ndotenv: ["a\\0b"]\nincludes: {x: "a\\0b"}\n'
            'tasks: {a: {dir: "a\\0", cmd: docker run --privileged x}}\n'
        ),
    ),
    "gitlab": (".gitlab-ci.yml", 'include: {local: "a\\0b"}\nj: {script: [docker run --privileged x]}\n'),
    "workflow": (
        ".github/workflows/a.yml",
        'jobs: {a: {steps: [{uses: "./a\\0b"}, {run: docker run --privileged x, working-directory: "a\\0"}]}}\n',
    ),
    "jenkins": ("Jenkinsfile", "sh '''docker run --privileged --env-file a\\0b x'''\nload 'a\\u0000b'\n"),
    "package": ("package.json", '{"scripts": {"a": "docker run --privileged --env-file a\\u0000b -v \\ud800:/y x"}}'),
    "dockerfile": ("Dockerfile", 'FROM x\nCOPY ["a\\u0000b", "\\ud800", "/x"]\nWORKDIR a\\0b\nUSER root\n'),
    "cron": ("crontab", "* * * * * root docker run --privileged --env-file a\0b x\n"),
}
"""Files of other kinds, all with a container or a stage besides the path."""


def assert_kept(tmp_path: Path, files: dict[str, str], *, has_more: bool) -> None:
    write(tmp_path, files)
    (tmp_path / ".git").mkdir()
    for command in (*CHECKS, *CAPS):
        ran = call(*command, ".", cwd=tmp_path)
        assert_clean(ran)
        assert GOOD in ran.out
        assert max(map(len, ran.err.splitlines()), default=0) < 3000
        if has_more:
            assert next(iter(files)) in ran.out
            assert ran.out.count("rivileged") > 1


@pytest.mark.parametrize("path", YAML)
@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_that_names_no_file_keeps_its_findings(tmp_path: Path, name: str, path: str) -> None:
    written = YAML[path]
    # Half of a pair of surrogates is no YAML, and Docker Compose refuses the file.
    assert_kept(tmp_path, {"compose.yaml": COMPOSE[name].format(written)}, has_more=path != "half a pair")
    for command in CONFIGS:
        assert_clean(call(*command, cwd=tmp_path))


@pytest.mark.parametrize("path", [name for name, text in YAML.items() if text.startswith('"')])
@pytest.mark.parametrize("name", JSON)
def test_a_devcontainer_that_names_no_file_takes_nothing_along(tmp_path: Path, name: str, path: str) -> None:
    written = YAML[path].replace("\\0", "\\u0000").replace("\\e", "\\u001b").replace("\\xff", "\\udcff")
    assert_kept(
        tmp_path,
        {"devcontainer.json": JSON[name].format(written)},
        has_more="Compose" not in name and (name, path) != ("runArgs", "nothing"),
    )


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_keep_their_findings(tmp_path: Path, name: str) -> None:
    path, text = OTHERS[name]
    assert_kept(tmp_path, {path: text}, has_more=name not in {"kube", "dockerfile", "quadlet image", "raw NUL", "cron"})


@pytest.mark.parametrize(
    "line", ['COMPOSE_FILE="a\\000b:compose.yaml"', "COMPOSE_FILE=a\0b:compose.yaml", "COMPOSE_FILE=:"]
)
def test_a_project_of_no_file_is_said(tmp_path: Path, line: str) -> None:
    write(tmp_path, {".env": line + "\n", "compose.yaml": WEB})
    for command in (*CHECKS, *CAPS):
        ran = call(*command, ".", cwd=tmp_path)
        assert_clean(ran)
        assert GOOD in ran.out
        assert "compose.yaml" in ran.out.replace(GOOD, "")


@pytest.mark.parametrize("name", ["\udcff.yaml", "\x1b[31m.yaml", "a" * 5000 + ".yaml", "", "\n.yaml"])
def test_a_name_on_the_command_line_is_said(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"compose.yaml": WEB})
    for words in (
        ("check", name),
        ("check", "-f", name),
        ("check", "--config", name),
        ("check", "--env-file", name, "compose.yaml"),
        ("check", "--output", name, "compose.yaml"),
        ("check", "--rules", name, "compose.yaml"),
        ("check", "--as-discovered", name),
        ("check", "-", "--stdin-filename", name),
        ("caps", name),
        ("config", name),
        ("config", "--env-file", name),
    ):
        ran = call(*words, cwd=tmp_path, stdin=WEB.encode())
        assert_clean(ran)
