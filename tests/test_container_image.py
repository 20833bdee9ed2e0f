"""The image of dropcap, built and run as the documentation says, on a real engine.

No image can be had from elsewhere here: the base is made of Debian's Python, with the wheels that the build asks for.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropcap import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workload_engine import Engine

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
(BUILD,) = re.findall(r"^docker build .*$", PAGE, re.MULTILINE)
RUN, TO_FILE = re.findall(r"(?ms)^```sh\n(docker run .*?)^```$", PAGE)
PRIVILEGED = "services:\n  web:\n    image: web:1\n    privileged: true\n"
DEBIAN = """\
FROM debian:bookworm
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*
"""
PYTHON = "3.11"  # bookworm's
GLIBCS = ("manylinux2014", "manylinux_2_17", "manylinux_2_28")


def fetch_wheels(folder: Path) -> None:
    """Fetch all that is installed while the image is built."""
    platforms = [f"--platform={one}_{platform.machine()}" for one in GLIBCS]
    for_it = ("--only-binary=:all:", f"--python-version={PYTHON}", *platforms)
    words = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", *for_it)
    locked = ("--require-hashes", "--requirement", str(ROOT / "requirements.txt"))
    subprocess.run([*words, "--dest", str(folder), *locked], check=True, capture_output=True, timeout=300)


@pytest.fixture(scope="module")
def image(workload_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Build the image, with no network; give the engine that has it, and remove it again."""
    debian, base = tmp_path_factory.mktemp("debian"), tmp_path_factory.mktemp("base")
    (debian / "Dockerfile").write_text(DEBIAN)
    kept = workload_engine.build(debian, "python")
    fetch_wheels(base / "wheels")
    (base / "pip.conf").write_text("[global]\nno-index = true\nfind-links = /wheels\n")
    (base / "Dockerfile").write_text(f"FROM {kept}\nCOPY pip.conf /etc/pip.conf\nCOPY wheels /wheels\n")
    made = workload_engine.build(base, "python-wheels")
    words = BUILD.split()
    assert words[:3] == ["docker", "build", "--tag"]
    assert words[4] == f"https://github.com/dropcap/dropcap.git#v{__version__}"
    name = words[3]
    options = ("--network=none", "--build-arg", f"PYTHON={made}", "--force-rm")
    workload_engine.call("build", "--tag", name, *options, str(ROOT), seconds=300)
    yield workload_engine
    workload_engine.call("rmi", "--force", name)
    workload_engine.call("image", "prune", "--force")  # the stage that builds
    workload_engine.call("rmi", made)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    # Whoever runs the tests may be root, whose folders nobody else may enter.
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)
    (tmp_path / "compose.yaml").write_text(PRIVILEGED)
    (tmp_path / "Dockerfile").write_text("FROM alpine:3\nRUN chmod u+s /bin/x\n")
    (tmp_path / "run.sh").write_text("#!/bin/sh\ndocker run --cap-add SYS_ADMIN web:1\n")
    return tmp_path


def as_documented(image: Engine, folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run what the page shows, by a shell, in a folder."""
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=image.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def here(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run dropcap as it is installed here."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "dropcap", "check", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [(), ("--format", "json"), ("--format", "html"), ("--since", "HEAD"), ("no/where",)])
def test_it_says_what_dropcap_says_here(image: Engine, folder: Path, words: tuple[str, ...]) -> None:
    done, expected = as_documented(image, folder, " ".join((RUN.rstrip(), *words))), here(folder, *words)
    assert (done.returncode, done.stdout, done.stderr) == (expected.returncode, expected.stdout, expected.stderr)


def test_its_report_can_go_to_a_file(image: Engine, folder: Path) -> None:
    done = as_documented(image, folder, TO_FILE)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    written = (folder / "dropcap.sarif").read_text(encoding="utf-8")
    assert written == here(folder, "--format", "sarif").stdout


def test_many_files_are_read_by_several_processes_that_write_nowhere(image: Engine, folder: Path) -> None:
    for number in range(500):
        (folder / f"{number}.Dockerfile").write_text(f"FROM alpine:3\nRUN echo {number}\n")
    words = ("--format", "json", "--jobs", "2")
    done, expected = as_documented(image, folder, " ".join((RUN.rstrip(), *words))), here(folder, *words)
    assert '"files": 503' in expected.stdout
    assert (done.returncode, done.stdout, done.stderr) == (expected.returncode, expected.stdout, expected.stderr)


def test_it_runs_as_nobody_who_may_do_anything(image: Engine, folder: Path) -> None:
    name = f"dropcap:{__version__}"
    read = " -c 'print(open(\"/proc/self/status\").read())'"
    status = {}
    for command in (RUN.rstrip(), f"docker run --rm --network none {name} check"):
        asked = command.replace(f"{name} check", f"--entrypoint python3 {name}{read}")
        done = as_documented(image, folder, asked)
        assert done.returncode == 0, done.stderr
        status = dict(line.split(":\t", 1) for line in done.stdout.splitlines() if line)
        assert status["Uid"].split() == ["65532"] * 4
        assert status["Gid"].split() == ["65532"] * 4
        assert [int(status[one], 16) for one in ("CapInh", "CapPrm", "CapEff", "CapAmb")] == [0] * 4
        if command == RUN.rstrip():
            assert int(status["CapBnd"], 16) == 0
            assert status["NoNewPrivs"] == "1"


def test_what_it_may_not_read_is_not_called_clean(image: Engine, folder: Path) -> None:
    (folder / "compose.yaml").chmod(0o600)
    done = as_documented(image, folder, RUN)
    assert done.returncode == 2
    assert "compose.yaml" in done.stderr


def test_it_holds_what_is_installed_and_nothing_else_of_the_tree(image: Engine, folder: Path) -> None:
    listing = 'import os; print(*sorted(os.listdir("/src")), *sorted(os.listdir("/opt/dropcap/bin")))'
    name = f"dropcap:{__version__}"
    done = as_documented(image, folder, f"docker run --rm --network none --entrypoint python3 {name} -c '{listing}'")
    assert "dropcap" in done.stdout.split(), done.stderr
    assert not {"pip", "hatchling", "tests", "linter"} & set(done.stdout.split())
    assert image.call("image", "inspect", "--format={{.Config.User}}", name) == "65532:65532\n"


def test_our_own_rules_have_nothing_to_say_of_it() -> None:
    done = here(ROOT, "--fail-on", "low", "Dockerfile", "docs/ci.md")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 build stages" in here(ROOT, "Dockerfile").stdout
