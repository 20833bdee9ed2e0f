"""The action for GitHub, its steps run as a runner runs them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from github_runner import Ended, Runner

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
PRIVILEGED = "services:\n  web:\n    image: web:1\n    privileged: true\n"
TRAP = "import os\nopen(os.environ['GITHUB_WORKSPACE'] + '/pwned', 'w').close()\nraise SystemExit('it ran')\n"
# What a repository that is checked may hold for whoever looks for modules in the current folder.
TRAPS = ("venv.py", "ensurepip.py", "pip.py", "sitecustomize.py", "json.py", "os.py", "dropcap.py", "hatchling.py")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the whole action once, in a repository with traps; return the folder that it installs into."""
    runner = Runner(tmp_path_factory.mktemp("repository"), tmp_path_factory.mktemp("temporary"))
    for name in TRAPS:
        (runner.workspace / name).write_text(TRAP)
    (runner.workspace / "compose.yaml").write_text(PRIVILEGED)
    ended = runner.run(ROOT, {})
    assert ended.code == 1, ended.log
    assert ended.outputs["exit-code"] == "1"
    assert "pwned" not in {path.name for path in runner.workspace.iterdir()}
    return Path(ended.step_outputs["install"]["folder"])


@pytest.fixture
def act(installed: Path, tmp_path: Path) -> Callable[..., Ended]:
    """Return what runs the action, installed already, on the files of a new repository."""
    runner = Runner(tmp_path / "repository", tmp_path / "temporary")
    runner.workspace.mkdir()
    runner.temporary.mkdir()
    (runner.temporary / "installed").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (runner.temporary / "installed" / name).symlink_to(installed / name)

    def acting(files: dict[str, str], **inputs: str) -> Ended:
        for name, text in files.items():
            path = runner.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        return runner.run(ROOT, given, {"install": {"folder": str(runner.temporary / "installed")}})

    return acting


def results(ended: Ended) -> list[str]:
    """Return the rules of the findings in the SARIF file that the action names."""
    (run,) = json.loads(Path(ended.outputs["sarif"]).read_text(encoding="utf-8"))["runs"]
    return [one["ruleId"] for one in run["results"]]


def test_findings_are_annotations_a_summary_and_sarif_and_fail_the_step(act: Callable[..., Ended]) -> None:
    ended = act({"deploy/compose.yaml": PRIVILEGED})
    assert ended.code == 1
    assert ended.outputs["exit-code"] == "1"
    assert "privileged" in results(ended)
    assert re.search(
        r"^::error title=dropcap%3A privileged \(critical\),file=deploy/compose\.yaml,line=4,endLine=4,col=17,",
        ended.log,
        re.MULTILINE,
    )
    assert ended.summary.startswith("## dropcap\n")
    assert "| `deploy/compose.yaml` | 1 |" in ended.summary
    assert ended.log.rstrip().endswith("dropcap: there are findings that fail this step; its summary lists them.")


def test_findings_need_not_fail_the_step(act: Callable[..., Ended]) -> None:
    ended = act({"compose.yaml": PRIVILEGED}, fail_on="never")
    assert (ended.code, ended.outputs["exit-code"]) == (0, "0")
    assert "privileged" in results(ended)
    assert "privileged" in ended.summary


def test_a_clean_repository_passes_and_its_sarif_closes_what_was_open(act: Callable[..., Ended]) -> None:
    harmless = "resolver: lts\n"
    ended = act({"compose.yaml": PRIVILEGED, "stack.yaml": harmless}, args="--select\nuseless-drop")
    assert (ended.code, ended.outputs["exit-code"]) == (0, "0"), ended.log
    assert results(ended) == []
    assert "::" not in ended.log


@pytest.mark.parametrize("fail_on", ["", "never"])
def test_what_cannot_be_checked_fails_the_step_and_is_not_handed_on_as_mended(
    act: Callable[..., Ended], fail_on: str
) -> None:
    ended = act({"compose.yaml": PRIVILEGED, "b/compose.yaml": "services: ["}, fail_on=fail_on)
    assert (ended.code, ended.outputs) == (2, {"sarif": "", "exit-code": "2"})
    assert "::error title=dropcap%3A not checked,file=b/compose.yaml" in ended.log
    assert "::error title=dropcap::Not everything could be checked." in ended.log
    assert "### Not checked" in ended.summary
    assert "privileged" in ended.summary


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"fail_on": "much"}, "--fail-on"),
        ({"args": "--nonsense"}, "unrecognized arguments: --nonsense"),
        ({"args": "--config\nno.toml"}, "no.toml"),
        ({"paths": "no/where"}, "no/where: error: does not exist"),
    ],
)
def test_a_wrong_input_fails_the_step(act: Callable[..., Ended], inputs: dict[str, str], told: str) -> None:
    ended = act({"compose.yaml": PRIVILEGED}, **inputs)
    assert (ended.code, ended.outputs) == (2, {"sarif": "", "exit-code": "2"})
    assert told in ended.log
    assert "::error title=dropcap::Not everything could be checked." in ended.log


@pytest.mark.parametrize(
    ("last", "code", "told"),
    [
        ("exit 3", 3, "::error title=dropcap::dropcap has a defect. The log says what to report.\n"),
        ("kill -9 $$", 137, "::error title=dropcap::dropcap was ended with exit code 137.\n"),
    ],
)
def test_a_defect_and_an_end_by_force_fail_the_step(tmp_path: Path, last: str, code: int, told: str) -> None:
    program = tmp_path / "bin" / "dropcap"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{{' > {tmp_path}/dropcap.sarif\n{last}\n")
    program.chmod(0o755)
    ended = Runner(tmp_path, tmp_path).run(ROOT, {"fail-on": "never"}, {"install": {"folder": str(tmp_path)}})
    assert (ended.code, ended.outputs) == (code, {"sarif": "", "exit-code": str(code)})
    assert ended.log.endswith(told)


def test_paths_are_one_on_a_line_and_nothing_but_paths(act: Callable[..., Ended]) -> None:
    names = (
        "a b",
        "$(touch pwned)",
        "`touch pwned`",
        "x; touch pwned",
        "--config",
        "-",
        "--",
        "'",
        '"',
        "*",
        "${{ x }}",
    )
    files = {f"{name}/compose.yaml": PRIVILEGED for name in names} | {"other/compose.yaml": PRIVILEGED}
    ended = act(files, paths="\n".join(["", *names, ""]))
    assert ended.code == 1, ended.log
    (run,) = json.loads(Path(ended.outputs["sarif"]).read_text(encoding="utf-8"))["runs"]
    found = [one for one in run["results"] if one["ruleId"] == "privileged"]
    places = [place for one in found for place in (*one["locations"], *one.get("relatedLocations", ()))]
    assert {place["physicalLocation"]["artifactLocation"]["uri"].partition("/")[0] for place in places} == {
        *("a%20b", "%24%28touch%20pwned%29", "%60touch%20pwned%60", "x%3B%20touch%20pwned", "--config", "-", "--"),
        *("%27", "%22", "%2A", "%24%7B%7B%20x%20%7D%7D"),
    }


def test_no_input_is_run_by_a_shell_or_gives_commands_to_the_runner(act: Callable[..., Ended], tmp_path: Path) -> None:
    hostile = "$(touch pwned)\n`touch pwned`\n; touch pwned\n& touch pwned\n\"; touch pwned #\n'; touch pwned #\n"
    hostile += "::error::x\na\r::set-output name=x::y\nPWNED=1\n\\\nx[$(touch pwned)]\n"
    for inputs in ({"paths": hostile}, {"args": hostile}, {"fail_on": hostile}):
        ended = act({"compose.yaml": PRIVILEGED}, **inputs)
        assert (ended.code, ended.outputs) == (2, {"sarif": "", "exit-code": "2"}), ended.log
        commands = [line for line in re.split(r"[\r\n]", ended.log) if line.startswith("::")]
        assert [one for one in commands if not one.startswith("::error title=dropcap")] == []
        assert not list(tmp_path.rglob("pwned"))


def test_no_name_or_text_of_the_repository_gives_commands_to_the_runner(act: Callable[..., Ended]) -> None:
    names = (
        "::error::x",
        "\n::add-mask::x",
        "\r::stop-commands::x",
        "##[group]x",
        "a%0A::debug::x",
        "\x1b[31m<script>",
    )
    hidden = "hunter2hunter2"
    broken = 'services:\n  web: {image: x, cap_add: ["::warning::y", "\\n::notice::z"]}\n'
    secret = f"services:\n  web:\n    image: x\n    privileged: true\n    environment: {{TOKEN: {hidden}}}\n"
    files = {f"{name}/compose.yaml": text for name, text in zip(names, (PRIVILEGED, broken, secret) * 2, strict=True)}
    ended = act(files | {"\n::error::unread/compose.yaml": "services: ["})
    assert ended.code == 2
    lines = re.split(r"[\r\n]", ended.log)
    commands = [line for line in lines if line.startswith(("::", "##["))]
    assert len(commands) > len(files)
    assert [
        line for line in commands if not re.match(r"::(?:error|warning|notice) title=dropcap(?:%3A |::)", line)
    ] == []
    assert [line for line in lines if line.lstrip() != line and line.lstrip().startswith("::")] == []
    for text in (ended.log, ended.summary):
        assert "\x1b" not in text
        assert hidden not in text
    assert "<script>" not in ended.summary.replace("`\\x1b[31m<script>/compose.yaml`", "")


def test_options_can_be_given_and_none_changes_what_is_handed_on(act: Callable[..., Ended]) -> None:
    args = "--format\njson\n--output\nelsewhere\n--category=mine\n\n--select\nprivileged"
    ended = act({"compose.yaml": PRIVILEGED}, args=args, fail_on="critical")
    assert ended.code == 1
    assert results(ended) == ["privileged"]
    assert '"mine/"' in Path(ended.outputs["sarif"]).read_text(encoding="utf-8")
    assert "::error title=dropcap%3A privileged" in ended.log


def test_another_python_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    ended = Runner(tmp_path, tmp_path).run(ROOT, {})
    assert (ended.code, ended.outputs) == (2, {"sarif": "", "exit-code": ""})
    assert ended.log == "::error title=dropcap::Python 3.10 or newer is needed. Run actions/setup-python first.\n"
