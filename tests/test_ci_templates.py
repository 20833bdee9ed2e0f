"""What other people's CI takes over: the template for GitLab, and the examples that a page shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from ruamel.yaml import YAML

from dropcap import __version__

if TYPE_CHECKING:
    from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "ci.md"
EXAMPLES = ROOT / "docs" / "examples"
TEMPLATE = ROOT / "templates" / "dropcap.yml"
PRIVILEGED = "services:\n  web:\n    image: web:1\n    privileged: true\n"
# In the place of Python: makes an environment with what is installed here, and writes down what pip was to install.
PYTHON = f"""\
#!/bin/sh
test "$1 $2 $3" = "-I -m venv" || exit 99
mkdir "$4/bin"
printf '#!/bin/sh\\necho "$6 $7" > installed\\n' > "$4/bin/python"
printf '#!/bin/sh\\nexec {sys.executable} -m dropcap "$@"\\n' > "$4/bin/dropcap"
chmod +x "$4"/bin/*
"""


class Job(NamedTuple):
    """A job of the template.

    Attributes:
        code: what its script exited with.
        log: what it printed.

    """

    code: int
    log: str


def described() -> tuple[Any, Any]:
    head, body = YAML(typ="safe", pure=True).load_all(TEMPLATE)
    return head["spec"]["inputs"], body["dropcap"]


def run(folder: Path, shell: str, **inputs: str) -> Job:
    """Run the job's script as GitLab's runner does: all lines in one shell, which ends at the first that fails."""
    known, job = described()
    given = {name: one["default"] for name, one in known.items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    variables = {}
    for name, one in job["variables"].items():
        assert one["expand"] is False
        (wanted,) = re.fullmatch(r"\$\[\[ inputs\.([a-z-]+) \]\]", one["value"]).groups()  # type: ignore[union-attr]
        variables[name] = given[wanted]
    programs = folder.parent / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "python3").write_text(PYTHON)
    (programs / "python3").chmod(0o755)
    script = "\n".join(["set -e", *job["script"]])
    assert "$[[" not in script
    done = subprocess.run(
        [shell, "-c", script],
        cwd=folder,
        env={"PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": str(folder.parent), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return Job(done.returncode, done.stdout + done.stderr)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "compose.yaml").write_text(PRIVILEGED)
    return folder


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_the_job_for_gitlab_hides_no_exit_code_and_writes_both_reports(repository: Path, shell: str) -> None:
    assert run(repository, shell).code == 1
    assert (repository / "installed").read_text() == f"--disable-pip-version-check dropcap=={__version__}\n"
    reports = described()[1]["artifacts"]["reports"]
    found = json.loads((repository / reports["codequality"]).read_text())
    assert ("privileged", "blocker") in [(one["check_name"], one["severity"]) for one in found]
    assert "privileged" in (repository / reports["junit"]).read_text()
    assert run(repository, shell, fail_on="never").code == 0
    (repository / "compose.yaml").write_text("services: [")
    done = run(repository, shell, fail_on="never")
    assert done.code == 2
    assert "compose.yaml" in done.log
    assert '"not-checked"' in (repository / reports["codequality"]).read_text()


@pytest.mark.parametrize("shell", ["bash", "dash"])
@pytest.mark.parametrize(
    "hostile", ["$(touch pwned)", "`touch pwned`", "; touch pwned", '"; touch pwned; "', "a\ntouch pwned"]
)
def test_no_input_of_the_job_for_gitlab_is_run(repository: Path, shell: str, hostile: str) -> None:
    for name in ("path", "fail_on"):
        assert run(repository, shell, **{name: hostile}).code == 2
    run(repository, shell, version=hostile)
    assert not list(repository.parent.rglob("pwned"))


@pytest.mark.parametrize("path", ["--config", "-"])
def test_a_path_is_never_an_option(repository: Path, path: str) -> None:
    (repository / path).mkdir()
    (repository / path / "compose.yaml").write_text(PRIVILEGED)
    done = run(repository, "sh", path=path)
    assert done.code == 1
    assert f"{path}/compose.yaml:4:17: critical" in done.log


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_the_page_shows_the_examples_as_they_are(path: Path, request: pytest.FixtureRequest) -> None:
    text, page = path.read_text(encoding="utf-8"), PAGE.read_text(encoding="utf-8")
    block = re.compile(rf"(?ms)(\]\(examples/{re.escape(path.name)}\)[^\n]*\n\n```yaml\n)(.*?)^```$")
    if request.config.getoption("--accept"):
        page = block.sub(lambda found: f"{found[1]}{text}```", page)
        PAGE.write_text(page, encoding="utf-8")
    assert [shown for _, shown in block.findall(page)] == [text]


def test_what_names_a_release_names_this_one() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (PAGE, TEMPLATE, *EXAMPLES.iterdir())}
    named = re.findall(
        r"(?:dropcap@v|\.git#v|rev: v|/dropcap/v|default: |dropcap:)(\d+\.\d+\.\d+)", "".join(texts.values())
    )
    assert set(named) == {__version__}
    assert len(named) > len(texts)
