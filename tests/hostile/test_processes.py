"""Processes: no code of the linted tree runs, none is left behind, and one that dies takes nothing along."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropcap.carriers import registry
from dropcap.cli import main
from hostile.program import PATIENCE, PRIVILEGED, dropcap

if TYPE_CHECKING:
    from dropcap.carriers.request import Request
    from dropcap.model import Document
    from dropcap.source import Source

if sys.version_info < (3, 11):
    pytest.skip("python -P, by which these tests start the program, needs Python 3.11", allow_module_level=True)

NUMBER = 40

# A program that starts its workers as systems do that do not fork.
STARTED = """\
import sys
import dropcap.parallel
dropcap.parallel._FORKS = False
from dropcap.cli import run
run()
"""
WAYS = ["forked", "started"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "linted"
    folder.mkdir()
    for number in range(NUMBER):
        (folder / f"compose.{number:02}.yaml").write_text(PRIVILEGED)
    return folder


@pytest.fixture
def program(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[str | Path, ...]:
    if request.param == "forked":
        return (sys.executable, "-P", "-m", "dropcap")
    (tmp_path / "started.py").write_text(STARTED)
    return (sys.executable, "-P", tmp_path / "started.py")


def rule(folder: Path, body: str) -> Path:
    """Write a rule that does something when it comes to the file 7."""
    (folder / "rules").mkdir()
    (folder / "rules" / "odd.py").write_text(
        '"""\nOdd.\n\nText.\n\nReferences: none\n"""\n'
        "import os, time\n"
        "from dropcap.api import Severity\n"
        "SEVERITY = Severity.LOW\n"
        "def check(container):\n"
        "    if container.source.path.endswith('07.yaml'):\n"
        f"        {body}\n"
        "    return ()\n"
    )
    return folder / "rules"


@pytest.mark.parametrize("program", WAYS, indirect=True)
def test_a_worker_that_is_killed_takes_one_file_along(
    files: Path, tmp_path: Path, program: tuple[str | Path, ...]
) -> None:
    rules = rule(tmp_path, "os.kill(os.getpid(), 9)")
    words = ("check", "--jobs", "2", "--format", "line", "--select", "odd,privileged", "--rules", rules, ".")
    ran = dropcap(*words, cwd=files, program=program)
    assert ran.code == 2
    assert ran.out.count("[privileged]") == NUMBER - 1
    assert ran.err.startswith("compose.07.yaml: error: not checked: its process was killed (signal 9)")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("program", WAYS, indirect=True)
def test_what_a_rule_prints_does_not_come_between(files: Path, tmp_path: Path, program: tuple[str | Path, ...]) -> None:
    rules = rule(tmp_path, "print('hello' * 1000, flush=True)")
    words = ("check", "--jobs", "2", "--format", "line", "--select", "odd,privileged", "--rules", rules, ".")
    ran = dropcap(*words, cwd=files, program=program)
    assert ran.out.count("[privileged]") == NUMBER


@pytest.mark.parametrize("program", WAYS, indirect=True)
def test_an_interrupt_ends_all_processes(files: Path, tmp_path: Path, program: tuple[str | Path, ...]) -> None:
    mark = tmp_path / "began"
    rules = rule(tmp_path, f"open({str(mark)!r}, 'w').close(), time.sleep({PATIENCE})")
    words = ("check", "--jobs", "2", "--select", "odd", "--rules", rules, ".")
    # Tests that run in the background of a shell ignore interrupts, and hand that on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen([*program, *words], cwd=files, start_new_session=True, stderr=subprocess.PIPE)
    finally:
        signal.signal(signal.SIGINT, before)
    while not mark.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE / 2)
    assert (process.returncode, err) == (130, b"")
    assert not [name for name in commands() if str(tmp_path) in name]


def commands() -> list[str]:
    """List the command lines of all processes."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
    return found


@pytest.mark.parametrize("program", WAYS, indirect=True)
def test_no_module_of_the_linted_tree_is_imported(files: Path, tmp_path: Path, program: tuple[str | Path, ...]) -> None:
    (files / "Dockerfile").write_text("FROM a\nRUN docker run --privileged x\n")
    (files / "compose.bad.yaml").write_text("services: {a: {imagee: 1}}\n")
    (files / "a.sh").write_text("docker run --privileged x\n")
    (files / ".dropcap.toml").write_text('fail-on = "low"\n')
    clean = dropcap("check", "--jobs", "2", ".", cwd=files, program=program)
    listed = subprocess.run(
        [*program[:2], "-c", f"{LISTED}", "check", "--jobs", "1", "."],
        cwd=files,
        capture_output=True,
        text=True,
        check=True,
    )
    names = {name.partition(".")[0] for name in listed.stdout.split()} - {"dropcap", "dropcap_rules", "__main__"}
    names |= {"multiprocessing", "concurrent", "pickle", "subprocess", "selectors", "sitecustomize", "usercustomize"}
    assert {"json", "ruamel", "jsonschema", "tree_sitter", "dockerfile_parse", "threading"} <= names
    mark = tmp_path / "ran"
    for name in names:
        (files / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write({name!r} + chr(10))\n")
    assert dropcap("check", "--jobs", "2", ".", cwd=files, program=program) == clean
    script = (Path(sys.executable).with_name("dropcap"),)
    assert dropcap("check", "--jobs", "2", ".", cwd=files, program=script) == clean
    assert not mark.exists(), mark.read_text()


LISTED = """\
import sys
sys.argv[0] = "dropcap"
from dropcap.cli import main
from dropcap import parallel
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    main(sys.argv[1:])
print(*sys.modules)
"""


@pytest.mark.parametrize("stream", [0, 1, 2])
def test_a_closed_stream_is_2(files: Path, stream: int) -> None:
    shell = ("sh", "-c", f'exec "$@" {stream}>&-', "sh", sys.executable, "-P", "-m", "dropcap")
    ran = dropcap("check", "--select", "privileged", ".", cwd=files, program=shell)
    assert ran.code == 2
    assert "Traceback" not in ran.out + ran.err
    if stream != 2:
        name = ("input", "output")[stream]
        assert ran.err == f"dropcap: standard {name} is closed; open it, if only as /dev/null\n"


def test_a_reader_that_leaves_changes_no_code(files: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "dropcap", "check", "."],
        cwd=files,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_full_disk_leaves_the_old_report(files: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("old")
    report.chmod(0o640)
    # The largest file that this shell's children may write: a disk that is full after some blocks.
    shell = ("sh", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "sh", sys.executable, "-P", "-m", "dropcap")
    ran = dropcap("check", "--format", "json", "--output", report, ".", cwd=files, program=shell)
    assert ran.code == 2
    assert ran.err == f"dropcap: --output {report}: cannot be written: File too large\n"
    assert report.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".report")] == []
    assert dropcap("check", "--format", "json", "--output", report, ".", cwd=files).code == 1
    assert report.read_text().startswith('{"version"')
    assert report.stat().st_mode & 0o777 == 0o640


def test_a_report_may_go_to_a_device_or_through_a_link(files: Path, tmp_path: Path) -> None:
    ran = dropcap("check", "--format", "json", "--output", "/dev/stdout", ".", cwd=files)
    assert ran.out.startswith('{"version"')
    (tmp_path / "link").symlink_to("report.json")
    assert dropcap("check", "--format", "json", "--output", tmp_path / "link", ".", cwd=files).code == 1
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "report.json").read_text().startswith('{"version"')


def test_a_file_for_which_there_is_no_memory_is_an_error_of_its_own(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read = registry.read

    def greedy(name: str, source: Source, request: Request) -> Document:
        if source.path.endswith("07.yaml"):
            raise MemoryError
        return read(name, source, request)

    monkeypatch.setattr("dropcap.carriers.registry.read", greedy)
    monkeypatch.chdir(files)
    assert main(["check", "--jobs", "1", "--format", "line", "--select", "privileged", "."]) == 2
    said = capsys.readouterr()
    assert said.out.count("[privileged]") == NUMBER - 1
    assert said.err == "compose.07.yaml: error: not checked: it takes more memory than there is; exclude it\n"
