"""No file of a project leads out of it, hangs the program, or is passed over without a word."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hostile.calls import CAPS, CHECKS, CONFIGS, GOOD, assert_clean, assert_said_once, call, write
from hostile.program import PRIVILEGED, dropcap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARK = "topsecret"
"""What stands in every file outside, so that it is seen wherever it is printed."""
OUTSIDE = f"services:\n  {MARK}:\n    image: {MARK}\n    privileged: true\n"
BASE = "services:\n  a:\n    image: x\n"


class Place(NamedTuple):
    """Where a file may stand that is none to read.

    Attributes:
        path: the file.
        text: what stands there outside of the project; it would be quoted, were it read.
        files: the other files of the project.
        is_error: whether something is left unchecked without the file.
        words: further words of the call.

    """

    path: str
    text: str
    files: dict[str, str]
    is_error: bool = True
    words: tuple[str, ...] = (".",)


PLACES = {
    "compose": Place("compose.yaml", OUTSIDE, {}),
    "override": Place("compose.override.yaml", OUTSIDE, {"compose.yaml": BASE}),
    "dockerfile": Place("Dockerfile", f"FROM x\nUSER {MARK}\n{MARK}\n", {}),
    "script": Place("run.sh", f"docker run --privileged --name {MARK} x\n", {}),
    "include": Place("part.yaml", OUTSIDE, {"compose.yaml": "include: [part.yaml]\n" + BASE}),
    "extends": Place(
        "part.yaml",
        OUTSIDE + f"  b: {{image: {MARK}}}\n",
        {"compose.yaml": BASE + "    extends: {file: part.yaml, service: b}\n"},
    ),
    "build": Place("b/Dockerfile", f"FROM x\n{MARK}\n", {"compose.yaml": BASE + "    build: b\n"}),
    "dotenv": Place(".env", f"A={MARK}\n{MARK}!!\n", {"compose.yaml": BASE + "    user: $A\n"}),
    "COMPOSE_FILE": Place(
        "first.yaml", OUTSIDE, {".env": "COMPOSE_FILE=first.yaml:compose.yaml\n", "compose.yaml": BASE}
    ),
    "env_file": Place("a.env", f"{MARK}!!\n", {"compose.yaml": BASE + "    env_file: a.env\n"}, is_error=False),
    "devcontainer": Place(".devcontainer/devcontainer.json", f'{{"image": "{MARK}", "privileged": true}}', {}),
    "dockerComposeFile": Place(
        "dev.yaml", OUTSIDE, {".devcontainer.json": '{"dockerComposeFile": "dev.yaml", "service": "a"}'}
    ),
    "workflow": Place(".github/workflows/a.yml", f"jobs: {{a: {{steps: [{{run: docker run {MARK}}}]}}}}\n", {}),
    "makefile": Place("Makefile", f"a:\n\tdocker run --privileged {MARK}\n", {}),
    "quadlet": Place("a.container", f"[Container]\nImage={MARK}\n", {}),
    "drop-in": Place(
        "a.container.d/b.conf",
        f"[Container]\nImage={MARK}\nAddCapability=ALL\n",
        {"a.container": "[Container]\nImage=x\n"},
    ),
    "gitignore": Place(".gitignore", f"{MARK}/\ngood\n", {}, is_error=False),
    "outer gitignore": Place("good/.gitignore", f"{MARK}/\ncompose.yaml\n", {}, is_error=False),
    "git's exclude": Place(".git/info/exclude", "good\n", {}, is_error=False),
    "configuration": Place(".dropcap.toml", f"{MARK} = 1\n", {}),
    "pyproject": Place("pyproject.toml", f"[tool.dropcap]\n{MARK} = 1\n", {}),
    "named": Place("compose.yaml", OUTSIDE, {}, words=("--as-discovered", "compose.yaml", GOOD)),
}


def link_out(path: Path, text: str, outside: Path) -> None:
    (outside / "file").write_text(text)
    path.symlink_to(outside / "file")


def link_up(path: Path, text: str, outside: Path) -> None:
    (outside / "file").write_text(text)
    path.symlink_to(os.path.relpath(outside / "file", path.parent))


def link_of_links(path: Path, text: str, outside: Path) -> None:
    (outside / "file").write_text(text)
    path.with_name("folder-link").symlink_to(outside)
    path.symlink_to("folder-link/file")


def pipe(path: Path, _text: str, _outside: Path) -> None:
    os.mkfifo(path)


def endless(path: Path, _text: str, _outside: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path, _text: str, _outside: Path) -> None:
    path.mkdir()


def loop(path: Path, _text: str, _outside: Path) -> None:
    path.symlink_to(path.name)


def huge(path: Path, _text: str, _outside: Path) -> None:
    with path.open("wb") as file:
        file.truncate(17 * 1024 * 1024)


KINDS: tuple[Callable[[Path, str, Path], None], ...] = (
    link_out,
    link_up,
    link_of_links,
    pipe,
    endless,
    folder,
    loop,
    huge,
)
"""What may stand there in place of a file."""


def arrange(root: Path, place: Place, kind: Callable[[Path, str, Path], None]) -> None:
    (root / "project" / ".git" / "info").mkdir(parents=True)
    (root / "outside").mkdir()
    write(root / "project", place.files)
    path = root / "project" / place.path
    path.parent.mkdir(parents=True, exist_ok=True)
    kind(path, place.text, root / "outside")


# What a folder, a configuration of another program, or a file that changes no set may be without a word.
UNSAID = {(name, "folder") for name in PLACES if name not in {"include", "extends", "COMPOSE_FILE", "env_file"}} - {
    ("dockerComposeFile", "folder"),
    ("drop-in", "folder"),
    ("configuration", "folder"),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_file_of_the_project_is_said_and_takes_nothing_along(
    tmp_path: Path, name: str, kind: Callable[[Path, str, Path], None]
) -> None:
    place = PLACES[name]
    arrange(tmp_path, place, kind)
    project = tmp_path / "project"
    for command in CHECKS + CAPS if kind is link_out else (CHECKS[0], CAPS[1]):
        ran = call(*command, *place.words, cwd=project)
        assert_clean(ran)
        assert MARK not in ran.out
        if (name, kind.__name__) not in UNSAID:
            assert place.path in ran.err
        if kind in {pipe, huge} and place.is_error:
            assert ran.code == 2
        if name in {"configuration", "pyproject"} and (name, kind.__name__) not in UNSAID:
            assert not ran.out  # nothing is done by a configuration that nobody knows
        else:
            assert GOOD in ran.out
    for command in CONFIGS:
        ran = call(*command, cwd=project)
        assert_clean(ran)
        assert MARK not in ran.out


@pytest.mark.parametrize("kind", [pipe, endless, link_out], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ["compose", "dotenv", "gitignore", "dockerfile", "configuration", "COMPOSE_FILE"])
def test_no_process_hangs_or_fills_the_memory(
    tmp_path: Path, name: str, kind: Callable[[Path, str, Path], None]
) -> None:
    arrange(tmp_path, PLACES[name], kind)
    for command in ("check", "caps"):
        ran = dropcap(command, ".", cwd=tmp_path / "project")
        assert ran.code in {0, 1, 2}
        assert PLACES[name].path in ran.err


@pytest.mark.parametrize(
    "files",
    [
        "{outside}/file:compose.yaml",
        "../outside/file:compose.yaml",
        "x/../../outside/file:compose.yaml",
        "./../outside/file:compose.yaml",
        "link:compose.yaml",
        "folder/file:compose.yaml",
        "{outside}/file",
        "compose.yaml:{outside}/file",
    ],
)
def test_compose_file_leads_nowhere_outside(tmp_path: Path, files: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text(OUTSIDE)
    project = tmp_path / "project"
    write(project, {".env": f"COMPOSE_FILE={files.format(outside=tmp_path / 'outside')}\n", "compose.yaml": PRIVILEGED})
    (project / ".git").mkdir()
    (project / "link").symlink_to("../outside/file")
    (project / "folder").symlink_to("../outside")
    for command in (*CHECKS, *CAPS):
        for path in (".", "compose.yaml"):
            ran = call(*command, path, cwd=project)
            assert_clean(ran)
            assert ran.code == 2
            assert MARK not in ran.out
            assert "outside" in ran.err or "link" in ran.err
            assert path != "." or GOOD in ran.out
            assert "compose.yaml" in ran.out.replace(GOOD, "")
    for command in CONFIGS:
        ran = call(*command, cwd=project)
        assert_clean(ran)
        assert MARK not in ran.out


@pytest.mark.parametrize("link", ["compose.yaml", "folder/compose.yaml", "Dockerfile", "folder/run.sh"])
def test_files_that_are_taken_as_discovered_are_not_followed_out(tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    name = link.rpartition("/")[2]
    (outside / name).write_text({"Dockerfile": f"FROM x\nUSER {MARK}\n"}.get(name, OUTSIDE))
    project = tmp_path / "project"
    write(project, {})
    (project / ".git").mkdir()
    (project / "folder").symlink_to(outside) if "/" in link else (project / link).symlink_to(outside / name)
    for command in CHECKS:
        ran = call(*command, "--as-discovered", link, GOOD, cwd=project)
        assert_clean(ran)
        assert MARK not in ran.out + ran.err
        assert f"{link}: error: is a link out of the folder" in ran.err
        assert ran.code == 2
        assert GOOD in ran.out


@pytest.mark.parametrize("name", PLACES)
def test_a_file_that_may_not_be_read_is_said(tmp_path: Path, name: str) -> None:
    place = PLACES[name]
    project = tmp_path
    write(project, place.files)
    (project / ".git" / "info").mkdir(parents=True)
    path = project / place.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(place.text)
    path.chmod(0)
    ran = dropcap("check", *place.words, cwd=project, program=without_privileges())
    assert ran.code in {1, 2}, ran.err
    assert "Traceback" not in ran.err
    assert place.path in ran.err
    if place.is_error:
        assert ran.code == 2
        assert "Permission denied" in ran.err
    assert (GOOD in ran.out) == (name not in {"configuration", "pyproject"})


def test_a_folder_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"shut/compose.yaml": PRIVILEGED})
    (tmp_path / "shut").chmod(0)
    ran = dropcap("check", ".", cwd=tmp_path, program=without_privileges())
    assert ran.code == 2
    assert_said_once(ran, "shut", "Permission denied")
    assert GOOD in ran.out


def without_privileges() -> tuple[str | Path, ...]:
    """Return how to call the program without any capability: then what nobody may read root cannot read either."""
    start = (
        "import ctypes\n"
        "header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()\n"
        "assert ctypes.CDLL(None).capset(header, none) == 0\n"
        "from dropcap.cli import run\n"
        "run()\n"
    )
    return (sys.executable, "-P", "-c", start)
