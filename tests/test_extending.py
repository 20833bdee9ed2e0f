"""The pages of CONTRIBUTING.md that let somebody add a rule, a carrier or an engine: each is tried in a copy."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import dropcap
import dropcap_rules

ROOT = Path(__file__).parent.parent
ADDED = ROOT / "tests" / "extending"
JOB = """\
job "web" {
  group "web" {
    task "server" {
      driver = "docker" # and nothing else
      config {
        image    = "web:1"
        cap_drop = ["ALL"]
        cap_add  = [
          "NET_BIND_SERVICE",
          "SYS_ADMIN",
        ]
      }
    }
    task "other" {
      driver = "podman"
      config {
        image   = "web:1"
        cap_add = concat(["CHOWN"], var.more)
      }
    }
    task "bare" {
      driver = "raw_exec"
      config {
        command = "true"
      }
    }
  }
}
"""

PAGES = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
LINE = 'Carrier("nomad", r"(?:.*/)?[^/]+\\.nomad(?:\\.hcl)?"),'


class Copy:
    """A copy of the linter and its rules, with what is added to it."""

    def __init__(self, folder: Path) -> None:
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(Path(dropcap.__file__).parent, folder / "dropcap", ignore=ignored)
        shutil.copytree(next(iter(dropcap_rules.__path__)), folder / "dropcap_rules", ignore=ignored)
        self.folder = folder
        self.work = folder / "work"
        self.work.mkdir()

    def add(self, name: str, place: str) -> None:
        shutil.copy(ADDED / name, self.folder / "dropcap" / place)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dropcap", *words]
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, cwd=self.work, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )

    def json(self, *words: str) -> Any:  # noqa: ANN401  # as a program prints it
        result = self.run(*words, "--format", "json")
        assert result.stdout, result.stderr
        return json.loads(result.stdout)

    def containers(self, *words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("caps", *words)["containers"]
        return found


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_a_carrier_is_a_module_and_a_line(copy: Copy) -> None:
    (copy.work / "web.nomad").write_text(JOB)
    assert copy.run("check", "web.nomad").returncode == 2, "nobody reads it yet"
    copy.add("nomad.py", "carriers")
    registry = copy.folder / "dropcap" / "carriers" / "registry.py"
    text = registry.read_text()
    line = f'    {LINE}\n)\n"""A line a carrier;'
    assert text.count(')\n"""A line a carrier;') == 1
    registry.write_text(text.replace(')\n"""A line a carrier;', line))
    server, other = copy.containers(".")
    assert (server["name"], server["engine"], server["bounding"]) == (
        "server",
        "docker",
        ["NET_BIND_SERVICE", "SYS_ADMIN"],
    )
    assert (other["name"], other["engine"], len(other["bounding"])) == ("other", "podman", 11)
    lines = copy.run("check", "--format", "line", ".").stdout.splitlines()
    assert [line.split(": ")[0] for line in lines if "[critical-capability]" in line] == ["web.nomad:10:11"]
    assert (
        'at least the Podman default set (11); concat(["CHOWN"], var.more) is not known' in copy.run("caps", ".").stdout
    )
    (copy.work / "web.nomad").write_text("job {")
    assert "its braces do not match" in copy.run("check", ".").stderr


def test_an_engine_is_a_module(copy: Copy) -> None:
    lines = "{} run --cap-add SYS_TIME --cap-add CHOWN --cap-drop CHOWN --cap-drop FOO --user 0 web:1\n"
    for name in ("finch", "nerdctl"):
        (copy.work / f"{name}.sh").write_text(lines.format(name))
    (copy.work / "compose.yaml").write_text("services:\n  web:\n    image: web:1\n")
    (copy.work / "Makefile").write_text("run:\n\t@finch run --privileged web:1\n")
    assert not copy.containers("finch.sh"), "nobody reads it yet"
    copy.add("finch.py", "capabilities/engines")
    own, like = copy.containers("finch.sh", "nerdctl.sh")
    assert (own["engine"], like["engine"]) == ("finch", "nerdctl")
    assert own["bounding"] == like["bounding"]
    assert "SYS_TIME" in own["bounding"]
    assert "CHOWN" not in own["bounding"]
    assert [one["engine"] for one in copy.containers("compose.yaml", "--engine", "finch")] == ["finch"]
    assert [one["engine"] for one in copy.containers("Makefile")] == ["finch"]
    assert "Finch warns and goes on without it" in copy.run("check", "finch.sh").stdout
    assert "`finch exec` as root" in copy.run("check", "--format", "line", str(user_script(copy))).stdout


def user_script(copy: Copy) -> Path:
    path = copy.work / "user.sh"
    path.write_text("finch run --cap-drop ALL --cap-add SYS_TIME --user 1000 web:1\n")
    return path


def test_a_writer_is_a_module(copy: Copy) -> None:
    (copy.work / "compose.yaml").write_text("services:\n  web:\n    image: web:1\n    privileged: true\n")
    assert copy.run("check", "--format", "csv").returncode == 2, "nobody writes it yet"
    copy.add("csv.py", "writers/formats")
    result = copy.run("check", "--select", "privileged", "--format", "csv", ".")
    rows = list(csv.DictReader(StringIO(result.stdout)))
    assert [(row["path"], row["line"], row["severity"], row["rule"]) for row in rows] == [
        ("compose.yaml", "4", "critical", "privileged")
    ]
    assert result.returncode == 1


def test_a_program_is_a_table(copy: Copy) -> None:
    (copy.work / "ours.conf").write_text("User ours\nPort 80\n")
    (copy.work / "Dockerfile").write_text(
        'FROM debian:12\nRUN useradd ours\nCOPY ours.conf /etc/tinyproxy/tinyproxy.conf\nCMD ["ourproxy", "-d"]\n'
    )
    (copy.work / "compose.yaml").write_text("services:\n  proxy:\n    build: .\n    network_mode: host\n")
    (before,) = copy.containers("compose.yaml")
    assert not before["complete"], "nobody knows it yet"
    table = copy.folder / "dropcap" / "needs" / "programs.toml"
    example = PAGES.partition("## Add a program")[2].partition("```toml\n")[2].partition("```")[0]
    table.write_text(table.read_text() + "\n" + example.replace("[tinyproxy]", "[ourproxy]"))
    (after,) = copy.containers("compose.yaml")
    assert after["complete"], after["unknown"]
    assert {one["capability"] for one in after["needs"]} == {"SETUID", "SETGID", "NET_BIND_SERVICE"}


def test_an_image_is_an_entry_and_a_line(copy: Copy) -> None:
    (copy.work / "compose.yaml").write_text("services:\n  blog:\n    image: ours/blog:6\n")
    (before,) = copy.containers("compose.yaml")
    assert not before["complete"], "nobody knows it yet"
    catalogue = copy.folder / "dropcap" / "images" / "catalogue"
    example = PAGES.partition("## Add an image")[2].partition("```toml\n")[2].partition("```")[0]
    (catalogue / "ours-blog.toml").write_text(example)
    head, *lines = (catalogue / "index.toml").read_text().splitlines()
    lines = sorted([*lines, '"ours/blog" = "ours-blog"'])
    (catalogue / "index.toml").write_text("\n".join([head, *lines]) + "\n")
    (after,) = copy.containers("compose.yaml")
    assert after["complete"], after["unknown"]
    assert {one["capability"] for one in after["needs"]} == {"SETUID", "SETGID"}


COPIED = (
    *("docs", "editors", "linter", "rules", "scripts", "tests"),
    *("fixtures/marked", "fixtures/ok", "fixtures/projects"),
)
FILES = (".ci/run", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "pyproject.toml")
ASKED = (
    *(f"test_{name}.py" for name in ("rules", "fixtures", "examples", "readme", "controls", "site", "commands", "cli")),
    "test_embedded.py::test_each_finding_of_the_fixtures_is_at_its_line_and_column",
)
"""The tests that look at all rules, or at all that they say of something."""


def test_a_rule_about_an_absence_is_a_module_and_a_fixture(tmp_path: Path) -> None:
    """Nearly every container lacks it, so that the rule speaks nearly everywhere: no other file has to know."""
    (tmp_path / ".ci").mkdir()
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "fixtures" / "workloads").symlink_to(ROOT / "fixtures" / "workloads")
    shutil.copy(ADDED / "orphaned_processes.py", tmp_path / "rules" / "dropcap_rules")
    (tmp_path / "fixtures" / "marked" / "orphaned-processes").mkdir()
    shutil.copy(
        ADDED / "orphaned_processes.yaml", tmp_path / "fixtures" / "marked" / "orphaned-processes" / "compose.yaml"
    )
    assert "orphaned-processes" in in_tree(tmp_path, "dropcap", "rules").stdout
    tests = in_tree(
        tmp_path, "pytest", "-q", "--no-install", "-p", "no:cacheprovider", *(f"tests/{one}" for one in ASKED)
    )
    assert tests.returncode == 0, tests.stdout[-4000:]


def in_tree(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module over a copy of the tree."""
    environment = {name: value for name, value in os.environ.items() if name not in {"CI", "PYTEST_ADDOPTS"}}
    environment |= {"PYTHONPATH": f"{tree / 'linter'}:{tree / 'rules'}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


def test_the_pages_show_what_is_tried() -> None:
    assert f"```text\n{LINE}\n```" in PAGES
    for name in ("finch.py", "csv.py"):
        assert f"```python\n{(ADDED / name).read_text()}```" in PAGES
