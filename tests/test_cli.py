"""The command line: exit codes, options, wrong calls, standard input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dropcap.cli import main
from dropcap.commands import caps, check, explain
from dropcap.commands.check import exit_code
from dropcap.commands.output import failure_code, write_output
from dropcap.exit_codes import CLEAN, DEFECT, FINDINGS, INTERRUPTED, UNCHECKED
from dropcap.fast_start import plain_arguments
from dropcap.model import Failure, Level, Report, Severity
from dropcap.parser import parser_of
from dropcap.writers import Context, writer

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

PRIVILEGED = "services:\n  web:\n    image: nginx\n    privileged: true\n"
HARDENED = "services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n"
LOW = "services:\n  web:\n    image: web:1\n    cap_drop: [ALL, SYS_ADMIN]\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    _, err = capsys.readouterr()
    assert err.count("\n") == 1, err
    return err.rstrip("\n")


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        (HARDENED, [], CLEAN),
        (PRIVILEGED, [], FINDINGS),
        (LOW, [], CLEAN),
        (LOW, ["--fail-on", "low"], FINDINGS),
        (PRIVILEGED, ["--select", "net-raw"], CLEAN),
        (PRIVILEGED, ["--ignore", "privileged"], CLEAN),
        ("services: [", [], UNCHECKED),
    ],
)
def test_the_exit_code_says_how_it_went(here: Path, text: str, words: list[str], code: int) -> None:
    write(here, "compose.yaml", text)
    assert main(["check", *words]) == code


def test_what_could_not_be_checked_outweighs_findings_and_hides_none(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, "a.compose.yml", "services: [")
    write(here, "b.compose.yml", PRIVILEGED)
    assert main(["check", "--select", "privileged", "--format", "line"]) == UNCHECKED
    out, err = capsys.readouterr()
    assert out.startswith("b.compose.yml:4:17: critical: ")
    assert err.startswith("a.compose.yml:1:")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "--frobnicate"], "unrecognized arguments: --frobnicate; see `dropcap check --help`"),
        (["chek"], "invalid choice: 'chek'"),
        ([], "required: COMMAND"),
        (["check", "--format", "xml"], "invalid choice: 'xml'"),
        (["check", "--fail-on", "bad"], "'bad': write one of low, medium, high, critical"),
        (["check", "--engine", "lxc"], "'lxc': write one of docker, podman, nerdctl, swarm"),
        (["check", "--jobs", "0"], "'0': must be a number from 1 to 256"),
        (["check", "--select", ""], "argument --select: '': names no rule"),
        (["check", "--exclude", "!"], "dropcap: --exclude: '!' is not a valid pattern of .gitignore"),
        (["check", "--select", "net-rw"], "--select: no rule is named 'net-rw' (did you mean net-raw?)"),
        (["check", "--rules", "nowhere"], "nowhere: cannot be read as a folder of rules: No such file"),
        (["check", "-", "x.sh", "--stdin-filename", "y"], "give no other path"),
        (["check", "--stdin-filename", "y"], "needs the path -"),
        (["check", "--output", "no/where"], "--output no/where: cannot be written: No such file"),
        (["explain", "net-rw"], "no rule and no capability is named 'net-rw' (did you mean net-raw?)"),
        (["explain", "SYS_ADMN"], "(did you mean SYS_ADMIN?)"),
        (["explain", "ALL"], "ALL is not one capability but all 41 of them; see `dropcap explain all-capabilities`"),
    ],
)
def test_a_wrong_call_gets_one_line_and_2(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    write(here, "compose.yaml", HARDENED)
    assert main(words) == UNCHECKED
    line = one_line(capsys)
    assert line.startswith("dropcap: ")
    assert message in line


def test_a_folder_without_any_input_is_no_clean_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "."]) == UNCHECKED
    assert one_line(capsys) == (
        "dropcap: .: nothing to check here: there is no Compose file, Dockerfile or shell script; name a file"
    )


def test_a_broken_configuration_stops_the_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "compose.yaml", HARDENED)
    write(here, ".dropcap.toml", "engine = 3\n")
    assert main(["check"]) == UNCHECKED
    assert one_line(capsys).startswith("dropcap: .dropcap.toml:1: engine: is 3: write one of")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('select = [\n  "privileged",\n  "net-rw",\n]\n', ".dropcap.toml:3: no rule is named 'net-rw' (did you"),
        ('# net-rw\nignore = ["net-rw"]\n', ".dropcap.toml:2: no rule is named 'net-rw'"),
        ('exclude = ["a\\\\"]\n', ".dropcap.toml:1: exclude: 'a\\\\' is not a valid pattern of .gitignore"),
    ],
)
def test_a_word_of_the_configuration_is_told_with_its_place(
    here: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    write(here, "compose.yaml", HARDENED)
    write(here, ".dropcap.toml", text)
    assert main(["check"]) == UNCHECKED
    assert one_line(capsys).startswith(f"dropcap: {message}")


def test_a_folder_of_which_ignore_rules_leave_nothing_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / ".git").mkdir()
    (here / "gone").mkdir()
    write(here, ".gitignore", "gone/*\n")
    write(here, "gone/a.sh", "")
    write(here, "gone/b.sh", "")
    assert main(["check", "gone"]) == UNCHECKED
    assert one_line(capsys).endswith("; an ignore rule (.gitignore, exclude) leaves out gone/a.sh and 1 more")


def test_a_template_is_left_alone_in_a_walk_and_refused_when_named(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, "compose.yaml", "{{ if x }}\nservices: {}\n")
    write(here, "Dockerfile", "{% if x %}\nFROM x\n")
    assert main(["check"]) == CLEAN
    assert capsys.readouterr().err.count(": note: this is a template") == 2
    for name in ("compose.yaml", "Dockerfile"):
        assert main(["check", name]) == UNCHECKED
        assert ": error: this is a template" in one_line(capsys)


def test_a_template_that_a_file_is_made_of_leaves_it_unchecked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "base.yaml", "{{ if x }}\nservices: {}\n")
    write(here, "compose.yaml", "services:\n  web:\n    extends: {file: base.yaml, service: web}\n")
    assert main(["check"]) == UNCHECKED
    assert "base.yaml:1:1: error: this is a template" in capsys.readouterr().err


def test_files_and_options_stay_apart_where_files_are_taken_as_found(here: Path) -> None:
    write(here, "--output=x.sh", PRIVILEGED)
    write(here, "compose.yaml", PRIVILEGED)
    assert main(["check", "--as-discovered", "--ignore", "privileged", "--output=x.sh", "compose.yaml"]) == CLEAN
    assert not (here / "x.sh").exists()
    assert main(["check", "--as-discovered", "compose.yaml", "pyproject.toml"]) == FINDINGS
    assert main(["check", "--as-discovered", "notes.txt"]) == CLEAN


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("missing.yml", None, "missing.yml: error: does not exist; check the path"),
        ("compose.yml", b"a: \xff\n", "compose.yml:1:4: error: not UTF-8 text: byte 0xff"),
        ("compose.yml", b"a: 1\n", "compose.yml:1:1: error: not a Compose file"),
        (
            "notes.txt",
            b"hello\n",
            "notes.txt: error: neither its name nor its content shows that this is a Compose file, Dockerfile, script,",
        ),
    ],
)
def test_an_unreadable_file_gets_one_line_and_2(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, data: bytes | None, message: str
) -> None:
    if data is not None:
        (here / name).write_bytes(data)
    assert main(["check", "--format", "line", name]) == UNCHECKED
    assert one_line(capsys).startswith(message)


def test_a_file_that_may_not_be_read_is_said(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, "compose.yml", HARDENED)

    def forbidden(*_: object) -> bytes:  # root, who runs many a test, may read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("dropcap.workspace._contents", forbidden)
    assert main(["check", "compose.yml"]) == UNCHECKED
    assert "compose.yml: error: cannot be read: Permission denied" in capsys.readouterr().err


def test_standard_input_goes_by_the_name_it_is_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(PRIVILEGED.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    words = ["-", "--stdin-filename", "deep/compose.yaml", "--select", "privileged", "--format", "line"]
    assert main(["check", *words]) == FINDINGS
    assert capsys.readouterr().out.startswith("deep/compose.yaml:4:17: critical: ")


def test_the_report_can_go_to_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "compose.yaml", PRIVILEGED)
    assert main(["check", "--select", "privileged", "--format", "json", "--output", "report.json"]) == FINDINGS
    assert capsys.readouterr().out == ""
    (finding,) = json.loads((here / "report.json").read_text(encoding="utf-8"))["findings"]
    assert finding["rule"] == "privileged"


@pytest.mark.parametrize("where", [".", "deploy", "other"])
def test_sarif_s_paths_are_relative_to_the_repository(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (here / ".git").mkdir()
    (here / "other").mkdir()
    (here / "deploy").mkdir()
    write(here, "deploy/compose.yaml", PRIVILEGED)
    write(here, "deploy/broken.compose.yaml", "services: [")
    monkeypatch.chdir(here / where)
    path = os.path.relpath(here / "deploy")
    words = ["--select", "privileged", "--format", "sarif", path, f"{path}/broken.compose.yaml"]
    assert main(["check", *words]) == UNCHECKED
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    artifacts = [one["locations"][0]["physicalLocation"]["artifactLocation"] for one in (*run["results"], notification)]
    assert artifacts == [
        {"uri": "deploy/compose.yaml", "uriBaseId": "%SRCROOT%"},
        {"uri": "deploy/broken.compose.yaml", "uriBaseId": "%SRCROOT%"},
    ]


def test_a_finding_has_one_fingerprint_however_its_file_is_typed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, "compose.yaml", PRIVILEGED)
    reports = set()
    for path in ("compose.yaml", "./compose.yaml", str(here / "compose.yaml"), f"../{here.name}/compose.yaml"):
        main(["check", "--select", "privileged", "--format", "json", path])
        reports.add(capsys.readouterr().out)
        main(["check", "--select", "privileged", "--format", "json", "-f", path])
        reports.add(capsys.readouterr().out)
    (one,) = reports
    assert [finding["path"] for finding in json.loads(one)["findings"]] == ["compose.yaml"]


def test_the_report_is_the_same_with_any_number_of_jobs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(8):
        write(here, f"compose.{number}.yml", PRIVILEGED if number % 2 else "services: [")
    reports = set()
    for jobs in ("1", "2", "5"):
        main(["check", "--jobs", jobs, "--format", "json"])
        reports.add(capsys.readouterr())
    assert len(reports) == 1


def test_the_configuration_sets_what_the_command_line_leaves_open(here: Path) -> None:
    write(here, "compose.yaml", PRIVILEGED)
    write(here, ".dropcap.toml", 'ignore = ["privileged"]\n')
    assert main(["check"]) == CLEAN
    assert main(["check", "--ignore", "net-raw"]) == FINDINGS


def test_colour_is_for_terminals_whose_owner_wants_it(here: Path) -> None:
    write(here, "compose.yaml", PRIVILEGED)
    for environ, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        assert ("\x1b[" in on_terminal({"TERM": "xterm", **environ})) is coloured
    piped = subprocess.run([sys.executable, "-m", "dropcap", "check"], capture_output=True, text=True, check=False)
    assert "\x1b[" not in piped.stdout


def on_terminal(environ: dict[str, str]) -> str:
    import pty  # noqa: PLC0415  # not on every system

    master, slave = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "dropcap", "check"],
        stdout=slave,
        stderr=slave,
        env={"PATH": os.defpath, **environ},
        check=False,
    )
    os.close(slave)
    chunks = []
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(master)
    return b"".join(chunks).decode()


def test_a_reader_that_leaves_early_is_no_defect(here: Path) -> None:
    write(here, "compose.yaml", PRIVILEGED)
    script = f"{sys.executable} -m dropcap rules | head -n 1"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["check", "caps", "rules", "explain net-raw", "--help"])
def test_output_that_cannot_be_written_is_one_clear_line(here: Path, command: str) -> None:
    write(here, "compose.yaml", PRIVILEGED)
    with open("/dev/full", "wb") as full:  # noqa: PTH123  # as a shell redirects
        done = subprocess.run(
            [sys.executable, "-m", "dropcap", *command.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        UNCHECKED,
        "dropcap: standard output: cannot be written: No space left on device\n",
    )


def test_a_defect_is_told_from_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    write(here, "compose.yaml", HARDENED)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dropcap.commands.check.examine", broken)
    assert main(["check"]) == DEFECT
    assert "this is a defect of dropcap" in capsys.readouterr().err

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dropcap.commands.check.examine", interrupted)
    assert main(["check"]) == INTERRUPTED


@pytest.mark.parametrize("command", ["check", "caps"])
def test_a_defect_in_one_file_leaves_the_others_checked(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    write(here, "compose.yaml", PRIVILEGED)
    write(here, "Dockerfile", "FROM alpine\n")

    def broken(*_: object) -> None:
        raise KeyError("stage")

    monkeypatch.setattr("dropcap.carriers.dockerfile.build", broken)
    assert main([command]) == DEFECT
    out, err = capsys.readouterr()
    assert "compose.yaml" in out
    first, ask, *_, last = err.splitlines()
    assert first.startswith("Dockerfile: defect: the dockerfile reader failed: KeyError at carriers/dockerfile/")
    assert ask == "dropcap: this is a defect of dropcap. Please report it with the lines below."
    assert last == "KeyError: 'stage'"


def test_programs_are_told_of_a_defect() -> None:
    one = Report((), (Failure("Dockerfile", "it failed", Level.DEFECT, trace="Traceback\n"),), (), 0)
    (failure,) = json.loads("".join(writer("json")(one, Context())))["failures"]
    assert failure["level"] == "defect"
    (run,) = json.loads("".join(writer("sarif")(one, Context())))["runs"]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert invocation["toolExecutionNotifications"][0]["level"] == "error"
    assert "1 error" in "".join(writer("text")(one, Context()))
    assert exit_code(one, Severity.LOW) == failure_code(one) == DEFECT


def test_a_rule_that_fails_does_not_silence_the_others(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "compose.yaml", PRIVILEGED)
    (here / "mine").mkdir()
    rule = (
        '"""It fails."""\nfrom dropcap.api import Severity\nSEVERITY = Severity.LOW\n\n'
        "def check(container):\n    return 1 / 0\n"
    )
    write(here / "mine", "faulty.py", rule)
    assert main(["check", "--rules", "mine", "--format", "line"]) == UNCHECKED
    out, err = capsys.readouterr()
    assert "[privileged]" in out
    assert "the rule faulty failed on web: ZeroDivisionError at " in err
    assert "mine/faulty.py:6; report it to its author; the other rules went on" in err


def test_caps_lists_what_is_held_and_where_it_comes_from(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "services:\n  web:\n    image: a\n    user: root\n    cap_drop: [ALL]\n    cap_add: [sys_time, CAP_CHOWN]\n"
    write(here, "compose.yaml", text)
    assert main(["caps", "--format", "json"]) == CLEAN
    listing = json.loads(capsys.readouterr().out)
    assert listing["version"] == 1
    (found,) = listing["containers"]
    needs = ("needs", "alternatives", "complete", "unknown", "remarks", "suggested", "smaller")
    assert {name: found.pop(name) for name in needs} == {
        "needs": [],
        "alternatives": [],
        "complete": False,
        "unknown": [{"reason": "dropcap does not know the image a", "resolve": "run `dropcap images lock`"}],
        "remarks": [],
        "suggested": {"cap_drop": ["ALL"], "cap_add": [], "user": None},
        "smaller": [],
    }
    assert [found] == [
        {
            "path": "compose.yaml",
            "line": 2,
            "kind": "service",
            "name": "web",
            "engine": "docker",
            "image": "a",
            "user": "root",
            "bounding": ["CHOWN", "SYS_TIME"],
            "effective": ["CHOWN", "SYS_TIME"],
            "origins": {"CHOWN": "cap_add at compose.yaml:6:25", "SYS_TIME": "cap_add at compose.yaml:6:15"},
            "unknowns": [],
            "errors": [],
        }
    ]
    assert main(["caps"]) == CLEAN
    assert "CHOWN" in capsys.readouterr().out


def test_a_refused_container_holds_nothing_and_says_why(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        here,
        "run.sh",
        "docker run --cap-add CAP_ALL alpine\npodman run --cap-add X --cap-drop NET_RAW alpine\n",
    )
    assert main(["caps", "--format", "json"]) == CLEAN
    docker, podman = json.loads(capsys.readouterr().out)["containers"]
    assert (docker["bounding"], docker["errors"]) == ([], ['invalid CapAdd: unknown capability: "CAP_ALL"'])
    assert podman["bounding"] == []
    assert "CAP_X" in podman["errors"][0]
    assert (docker["name"], podman["name"]) == ("alpine", "alpine")


def test_explain_knows_rules_and_capabilities(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "net-raw"]) == CLEAN
    assert capsys.readouterr().out.startswith("net-raw (medium)\n\n")
    assert main(["explain", "privileged"]) == CLEAN
    assert "\nControls: CIS Docker Benchmark 1.6.0: 5.5, 5.23; OWASP " in capsys.readouterr().out
    assert main(["explain", "cap_net_raw"]) == CLEAN
    assert capsys.readouterr().out.startswith("CAP_NET_RAW (capability 13, since Linux 2.2)\n")


def test_rules_lists_every_rule_gravest_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == CLEAN
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[1] == "critical"
    assert any(line.startswith("net-raw ") for line in lines)


def test_exit_codes_are_documented(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    codes = capsys.readouterr().out.partition("exit codes:\n")[2].splitlines()
    assert [line.split()[0] for line in codes] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("command", [check, caps])
@pytest.mark.parametrize("words", [[], ["compose.yaml"], ["a", "b c", ""]])
def test_paths_alone_give_what_the_parser_gives(command: ModuleType, words: list[str]) -> None:
    plain = plain_arguments(command.add_arguments, words)
    assert plain is not None
    assert vars(plain) == vars(parser_of("any", "summary", command).parse_args(words))


@pytest.mark.parametrize(("command", "words"), [(check, ["-"]), (check, ["a", "--fix"]), (explain, ["a"])])
def test_the_parser_looks_at_all_else(command: ModuleType, words: list[str]) -> None:
    assert plain_arguments(command.add_arguments, words) is None


def test_a_file_of_no_known_kind_gets_advice(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "notes.txt", "hello\n")
    assert main(["check", "notes.txt"]) == UNCHECKED
    assert one_line(capsys).endswith("; leave it out, or name it so (compose.yaml, Dockerfile, *.sh)")


def test_what_a_writer_lets_through_is_escaped_where_it_leaves(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chunks = ["a\x1b[2Jb\u202e\r\n", "\x1b[31;1mred\x1b[0m\n"]
    write_output(chunks, None)
    write_output(chunks, str(here / "out"))
    expected = "a\\x1b[2Jb\\u202e\\r\n\x1b[31;1mred\x1b[0m\n"
    assert capsys.readouterr().out == (here / "out").read_text() == expected
