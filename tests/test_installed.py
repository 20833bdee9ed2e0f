"""What a user gets: the wheel in a fresh environment, alone and with somebody else's rules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from dropcap import __version__

ROOT = Path(__file__).parent.parent
PLUGIN = Path(__file__).parent / "data" / "plugin"

HEAVY = {
    "asyncio",
    "concurrent.futures",
    "dataclasses",
    "dropcap.needs.container",
    "dropcap.needs.model",
    "dockerfile_parse",
    "importlib.metadata",
    "importlib.resources",
    "inspect",
    "jsonschema",
    "logging",
    "pathlib",
    "subprocess",
    "tomllib",
    "tree_sitter",
}


class Installed(NamedTuple):
    """A fresh environment that dropcap is installed in."""

    folder: Path
    wheel: Path

    def python(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return self._run(self.folder / "bin" / "python", *words, cwd=cwd)

    def dropcap(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return self._run(self.folder / "bin" / "dropcap", *words, cwd=cwd)

    def install(self, *words: str) -> None:
        pip: list[str | Path] = [self.folder / "bin" / "python", "-m", "pip", "install", "--quiet", *words]
        subprocess.run(pip, check=True, capture_output=True)

    @staticmethod
    def _run(program: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        # Nothing of this environment but what every process has.
        clean = {"PATH": os.defpath, "HOME": str(cwd)}
        return subprocess.run([program, *words], cwd=cwd, env=clean, capture_output=True, text=True, check=False)


class Built(NamedTuple):
    """What is published: the source distribution, and the wheel that is made of it."""

    source: Path
    wheel: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (source,), (wheel,) = folder.glob("dropcap-*.tar.gz"), folder.glob("dropcap-*.whl")
    return Built(source, wheel)


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=True)
    fresh = Installed(folder / "venv", built.wheel)
    fresh.install(str(built.wheel))
    return fresh


@pytest.fixture
def project(tmp_path: Path) -> Path:
    text = "services:\n  web:\n    image: web:latest\n    cap_drop: [ALL]\n"
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_wheel_holds_the_engine_the_rules_and_nothing_else(installed: Installed) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith((".dist-info", ".data"))} == {"dropcap", "dropcap_rules"}
    shared = {name.partition(".data/data/")[2] for name in names if ".data/" in name}
    assert shared == {
        "share/bash-completion/completions/dropcap",
        "share/fish/vendor_completions.d/dropcap.fish",
        "share/man/man1/dropcap.1",
        "share/zsh/site-functions/_dropcap",
    }
    for name in ("dropcap/py.typed", "dropcap_rules/py.typed", "dropcap/capabilities/facts.toml"):
        assert name in names


def test_the_metadata_is_of_a_version_that_programs_read_which_publish_it(installed: Installed) -> None:
    archive = zipfile.ZipFile(installed.wheel)
    (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    assert archive.read(name).startswith(b"Metadata-Version: 2.4\n")


def test_the_command_runs_without_anything_but_its_dependencies(installed: Installed, project: Path) -> None:
    done = installed.dropcap("check", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 container" in done.stdout
    assert (installed.folder / "share" / "man" / "man1" / "dropcap.1").is_file()
    assert installed.python("-m", "dropcap", "--version", cwd=project).stdout == f"dropcap {__version__}\n"


def test_rules_of_another_package_are_found_and_listed(installed: Installed, project: Path) -> None:
    installed.install("--no-deps", str(PLUGIN))
    done = installed.dropcap("check", "--select", "moving-tag", "--format", "json", cwd=project)
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["rule"], finding["line"], finding["column"]) == ("moving-tag", 3, 12)
    assert "moving-tag" in installed.dropcap("rules", cwd=project).stdout
    assert "a tag that moves" in installed.dropcap("explain", "moving-tag", cwd=project).stdout


def test_a_linted_folder_lends_no_code(installed: Installed, project: Path) -> None:
    trap = "raise SystemExit('code of the linted folder ran')\n"
    for name in ("dropcap_rules.py", "json.py", "evil_rules.py", "sitecustomize.py"):
        (project / name).write_text(trap, encoding="utf-8")
    info = project / "evil-1.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[dropcap.rules]\nevil = evil_rules\n", encoding="utf-8")
    for done in (
        installed.dropcap("check", cwd=project),
        installed.python("-m", "dropcap", "check", cwd=project),
    ):
        assert "code of the linted folder ran" not in done.stdout + done.stderr
        assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "loaded"),
    [
        (["check", "compose.yaml"], set()),
        (["check", "--format", "sarif", "compose.yaml"], set()),
        (["caps", "compose.yaml"], {"tomllib" if sys.version_info >= (3, 11) else "tomli"}),
        (["check", "known.sh"], {"tomllib" if sys.version_info >= (3, 11) else "tomli"}),
        (["check", "plain.sh"], set()),
        (["check", "run.sh"], {"tree_sitter"}),
        (["check", "."], {"tree_sitter"}),
        (["check", "Dockerfile"], {"dockerfile_parse"}),
    ],
)
def test_heavy_modules_stay_out_until_they_are_needed(
    installed: Installed, project: Path, words: list[str], loaded: set[str]
) -> None:
    (project / "plain.sh").write_text("echo hello\n", encoding="utf-8")
    (project / "run.sh").write_text("docker run --cap-drop ALL web\n", encoding="utf-8")
    if words[-1] == "known.sh":  # the catalogue has its image
        (project / "known.sh").write_text("docker run --cap-drop ALL alpine\n", encoding="utf-8")
    if words[-1] == "Dockerfile":
        (project / "Dockerfile").write_text("FROM alpine\n", encoding="utf-8")
    spy = (
        "import sys\n"
        "from dropcap.cli import main\n"
        f"code = main({words!r})\n"
        "print('\\nMODULES', *sys.modules)\n"
        "sys.exit(code)\n"
    )
    done = installed.python("-c", spy, cwd=project)
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.rpartition("MODULES ")[2].split())
    # What dockerfile_parse and tree_sitter import themselves is theirs.
    if not loaded:
        assert modules & HEAVY == set()
    else:
        assert loaded <= modules
        assert (
            not modules
            & {
                "jsonschema",
                "importlib.metadata",
                "asyncio",
                "concurrent.futures",
                "tomllib",
            }
            - loaded
        )


def test_what_is_published_passes_the_checks_of_the_index(built: Built) -> None:
    check = [sys.executable, "-m", "twine", "check", "--strict", *map(str, built)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PASSED") == 2


def test_the_source_has_what_tests_need_and_nothing_else(built: Built) -> None:
    with tarfile.open(built.source) as archive:
        names = {one.name.partition("/")[2] for one in archive.getmembers() if not one.isdir()}
    assert [name for name in names if name != "PKG-INFO" and not (ROOT / name).is_file()] == []
    made = {"__pycache__", ".pytest_cache", ".venv", "node_modules", "dist", ".git"}
    assert [name for name in names if made & {*name.split("/")}] == []
    for top in ("docs", "fixtures", "linter", "rules", "scripts", "tests"):
        here = {path.relative_to(ROOT) for path in (ROOT / top).rglob("*") if path.is_file() or path.is_symlink()}
        assert {path.as_posix() for path in here if not made & {*path.parts}} <= names
    assert built.source.stat().st_size < 5_000_000
    assert built.wheel.stat().st_size < 5_000_000


def pythons() -> list[str]:
    """Return a Python of each minor version that is here and that dropcap runs on."""
    places = [Path.home() / ".pyenv" / "versions", *map(Path, os.environ["PATH"].split(os.pathsep))]
    found = {sys.version_info.minor: sys.executable}
    for minor in range(10, 20):
        programs = [*places[0].glob(f"3.{minor}.*/bin/python3.{minor}"), *(one / f"python3.{minor}" for one in places)]
        for program in filter(Path.exists, programs):
            # What pyenv puts on PATH is there for versions that are not.
            if subprocess.run([program, "-V"], capture_output=True, check=False).returncode == 0:
                found.setdefault(minor, str(program))
    return [found[minor] for minor in sorted(found)]


def report_of(command: list[str], cwd: Path, folder: Path) -> list[str]:
    """Return the report on the fixtures that a command prints, but for its summary."""
    done = subprocess.run(command, cwd=cwd, env=tools(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr  # some of them cannot be checked
    *lines, last = done.stdout.splitlines()
    assert json.loads(last)["tool"]["version"] == __version__
    return lines


def tools(folder: Path) -> dict[str, str]:
    """Return an environment in which programs that install others keep all in a folder, and use the Python they get."""
    never = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_CONFIG": "1", "PYTHONUTF8": "1"}
    kept = {"UV_CACHE_DIR": "uv", "UV_TOOL_DIR": "tools", "PIPX_HOME": "pipx", "PIPX_BIN_DIR": "bin"}
    return {**os.environ, **never, **{name: str(folder / place) for name, place in kept.items()}}


CHECK = ["check", "--jobs", "1", "--format", "ndjson", "fixtures/marked", "fixtures/projects"]


@pytest.fixture(scope="module")
def tools_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tools")


@pytest.fixture(scope="module")
def expected(tools_folder: Path) -> list[str]:
    return report_of([sys.executable, "-m", "dropcap", *CHECK], ROOT, tools_folder)


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).resolve().name)
def test_uvx_runs_the_wheel_by_each_python_with_the_same_result(
    built: Built, python: str, tools_folder: Path, expected: list[str]
) -> None:
    uvx = [sys.executable, "-m", "uv", "tool", "run", "--python", python, "--from", str(built.wheel), "dropcap"]
    assert len(expected) > 300
    assert report_of([*uvx, *CHECK], ROOT, tools_folder) == expected


def test_uvx_runs_the_source(built: Built, tools_folder: Path, expected: list[str]) -> None:
    uvx = [
        sys.executable,
        "-m",
        "uv",
        "tool",
        "run",
        "--python",
        sys.executable,
        "--from",
        str(built.source),
        "dropcap",
    ]
    assert report_of([*uvx, *CHECK], ROOT, tools_folder) == expected


def test_pipx_runs_the_wheel(built: Built, tools_folder: Path, expected: list[str]) -> None:
    pipx = [sys.executable, "-m", "pipx", "run", "--spec", str(built.wheel), "dropcap"]
    assert report_of([*pipx, *CHECK], ROOT, tools_folder) == expected
