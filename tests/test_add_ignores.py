"""`check --add-ignores`: comments for all that is found, in the language of each file, and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import about
from dropcap.carriers.registry import carrier_of_name
from dropcap.check import Setup, check_file
from dropcap.cli import main
from dropcap.exit_codes import CLEAN, FINDINGS, UNCHECKED
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.suppress.same import meaning
from dropcap.suppress.writing import Writer
from dropcap.targets import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.model import Report
    from dropcap.suppress.writing import Outcome

SCRIPTS = Path(__file__).parent.parent / "fixtures" / "marked"
SAYS = "dropcap: ignore[privileged] -- why"

WRITTEN = {
    "compose.yaml": (
        (
            "services:\n  a:\n    image: x\n    privileged: true\n  b: {image: x, privileged: true}   \n"
            '  c:\n    command: "a\n      b"\n    privileged: true # needed\n    image: x\n'
            "  d:\n    image: docker\n    command: |\n      docker run --privileged x\n"
        ),
        (
            f"services:\n  a:\n    image: x\n    privileged: true  # {SAYS}\n"
            f"  b: {{image: x, privileged: true}}  # {SAYS}   \n"
            f'  c:\n    command: "a\n      b"\n    # {SAYS}\n    privileged: true # needed\n    image: x\n'
            f"  d:\n    image: docker\n    command: |  # {SAYS}\n      docker run --privileged x\n"
        ),
    ),
    "run.sh": (
        (
            "#!/bin/sh\ndocker run --privileged x\nif true; then\n\tdocker run \\\n\t  --privileged \\\n\t  x\nfi\n"
            "ssh host <<E\ndocker run --privileged x\nE\n"
        ),
        (
            f"#!/bin/sh\ndocker run --privileged x  # {SAYS}\nif true; then\n\t# {SAYS}\n\tdocker run \\\n"
            f"\t  --privileged \\\n\t  x\nfi\n# {SAYS}\nssh host <<E\ndocker run --privileged x\nE\n"
        ),
    ),
    "Dockerfile": (
        "# syntax=docker/dockerfile:1\nFROM x\nRUN a && \\\n  docker run --privileged x\n",
        f"# syntax=docker/dockerfile:1\nFROM x\n# {SAYS}\nRUN a && \\\n  docker run --privileged x\n",
    ),
    ".github/workflows/a.yml": (
        (
            "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          docker run --privileged x\n"
            "      - run: >-\n          docker run\n          --privileged x\n      - run: docker run --privileged x\n"
        ),
        (
            "on: push\njobs:\n  a:\n    steps:\n      - run: |\n"
            f"          docker run --privileged x  # {SAYS}\n"
            f"      - run: >-  # {SAYS}\n          docker run\n          --privileged x\n"
            f"      - run: docker run --privileged x  # {SAYS}\n"
        ),
    ),
    "devcontainer.json": (
        '{\n  "image": "x",\n  "runArgs": [\n    "--privileged"\n  ]\n}\n',
        f'{{\n  "image": "x",\n  "runArgs": [\n    "--privileged"  // {SAYS}\n  ]\n}}\n',
    ),
    "Makefile": (
        "a:\n\t@docker run \\\n\t  --privileged x\n",
        f"a:\n# {SAYS}\n\t@docker run \\\n\t  --privileged x\n",
    ),
    "justfile": ("a:\n  docker run --privileged x\n", f"a:\n  docker run --privileged x  # {SAYS}\n"),
    "Jenkinsfile": (
        "sh 'docker run --privileged x'\nsh '''\n  docker run --privileged x\n'''\n",
        f"sh 'docker run --privileged x'  // {SAYS}\nsh '''\n  docker run --privileged x  # {SAYS}\n'''\n",
    ),
    "a.service": (
        "[Service]\nExecStart=/usr/bin/docker run \\\n  --privileged x\n",
        f"[Service]\n# {SAYS}\nExecStart=/usr/bin/docker run \\\n  --privileged x\n",
    ),
    "crontab": ("0 0 * * * docker run --privileged x\n", f"# {SAYS}\n0 0 * * * docker run --privileged x\n"),
    "a.md": (
        "# a\n\n- b\n\n  ```sh\n  docker run --privileged x\n  ```\n\ntext\n\n    docker run --privileged x\n",
        (
            f"# a\n\n- b\n\n  <!-- {SAYS} -->\n  ```sh\n  docker run --privileged x\n  ```\n\ntext\n\n"
            f"<!-- {SAYS} -->\n    docker run --privileged x\n"
        ),
    ),
}


def check(path: Path, overlay: Mapping[str, bytes], *ids: str) -> Report:
    rules = about.rules(*ids) if ids else load_rules()
    target = Target(str(path), carrier_of_name(str(path)), named=True)
    return to_report([check_file(target, rules, Setup(overlay=overlay))], (), rules)


def accept(path: Path, overlay: Mapping[str, bytes], *ids: str) -> Outcome:
    def read(name: str) -> bytes:
        return overlay.get(os.path.realpath(name)) or Path(name).read_bytes()

    return Writer(lambda more: check(path, {**overlay, **more}, *ids), read, "why").run()


@pytest.mark.parametrize("name", WRITTEN)
def test_a_comment_stands_where_its_language_has_one(name: str, tmp_path: Path) -> None:
    before, after = WRITTEN[name]
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(before)
    outcome = accept(path, {}, "privileged")
    ((real, (old, new)),) = outcome.files.items()
    assert new.decode() == after
    assert (outcome.refused, old.decode()) == ((), before)
    again = accept(path, {real: new}, "privileged")
    assert (again.written, again.refused) == ((), ())


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted(SCRIPTS.rglob("*"))
        if path.is_file() and path.suffix in {".yaml", ".sh", ".container"} and "ignore" not in path.parent.name
    ][::6],
    ids=lambda path: str(path.relative_to(SCRIPTS)),
)
def test_all_that_is_found_is_accepted_and_nothing_else_is_changed(path: Path) -> None:
    before = check(path, {})
    outcome = accept(path, {})
    assert outcome.refused == ()
    assert list(map(meaning, outcome.report.containers)) == list(map(meaning, before.containers))
    for old, new in outcome.files.values():
        kept = [line for line in new.decode().split("\n") if not line.strip().startswith("# dropcap: ignore[")]
        pairs = list(zip(kept, old.decode().split("\n"), strict=True))
        assert all(line.partition("  # dropcap: ignore[")[0] == one for line, one in pairs)


# --- what the program says and does ---


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


PLAIN = "services:\n  a:\n    image: x\n    privileged: true"
CALL = ("check", "--select", "privileged", "--add-ignores")


def test_it_says_what_it_wrote(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "compose.yaml").write_text(PLAIN)
    assert main([*CALL, "--reason", "why", "compose.yaml"]) == CLEAN
    assert capsys.readouterr().out == f"compose.yaml:4: # {SAYS}\n1 comment written into 1 file\n"
    assert main([*CALL, "--reason", "why", "compose.yaml"]) == CLEAN
    assert capsys.readouterr().out == "nothing written\n"


def test_what_no_comment_can_accept_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "package.json").write_text('{"scripts": {"a": "docker run --privileged x"}}\n')
    assert main([*CALL, "--reason", "why", "package.json"]) == FINDINGS
    told = "no comment can accept [privileged] here; use an [[allow]] entry of the configuration"
    assert capsys.readouterr().out == f"package.json:1:31: {told}\nnothing written\n"


@pytest.mark.parametrize(
    ("data", "ends"),
    [
        (PLAIN.replace("\n", "\r\n").encode(), f"true  # {SAYS}".encode()),
        (b"\xef\xbb\xbf" + PLAIN.encode() + b"\n", f"true  # {SAYS}\n".encode()),
        (PLAIN.encode("utf-16"), f"true  # {SAYS}".encode("utf-16-le")),
        (f"# ä\n{PLAIN} # ä\r\n".encode(), f"    # {SAYS}\r\n    privileged: true # ä\r\n".encode()),
    ],
)
def test_bytes_stay_what_they_are(folder: Path, data: bytes, ends: bytes) -> None:
    path = folder / "compose.yaml"
    path.write_bytes(data)
    path.chmod(0o640)
    assert main([*CALL, "--reason", "why", "compose.yaml"]) == CLEAN
    new = path.read_bytes()
    assert new.endswith(ends)
    assert new.startswith(data[:30])
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_is_not_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "real.yaml").write_text(PLAIN)
    os.link(folder / "real.yaml", folder / "compose.yaml")
    assert main([*CALL, "--reason", "why", "compose.yaml"]) == UNCHECKED
    assert (folder / "compose.yaml").read_text() == PLAIN
    assert "hard links" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--add-ignores needs --reason"),
        (("--reason", "  "), "--add-ignores needs --reason"),
        (("--reason", "a\u202eb"), "printable"),
        (("--reason", "x" * 201), "at most 200"),
        (("--reason", "a --> b"), "--> may mean something else"),
        (("--reason", "$(id)"), "$ may mean something else"),
    ],
)
def test_a_reason_is_needed_and_is_one_line(
    folder: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "compose.yaml").write_text(PLAIN)
    assert main([*CALL, *arguments, "compose.yaml"]) == UNCHECKED
    assert message in capsys.readouterr().err
    assert (folder / "compose.yaml").read_text() == PLAIN


def test_a_person_is_asked_on_a_terminal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "compose.yaml").write_text(PLAIN)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdin, "readline", lambda: "why\n", raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main([*CALL, "compose.yaml"]) == CLEAN
    assert "Why is what is found accepted?" in capsys.readouterr().err
    assert (folder / "compose.yaml").read_text() == f"{PLAIN}  # {SAYS}"


@pytest.mark.parametrize("more", [("--reason", "why", "compose.yaml"), ("--add-ignores", "--reason", "why", "-")])
def test_what_makes_no_sense_together_is_told(more: tuple[str, ...]) -> None:
    assert main(["check", *more]) == UNCHECKED


def test_accepting_a_graver_one_goes_on_to_its_parts(folder: Path) -> None:
    path = folder / "compose.yaml"
    path.write_text("services:\n  a:\n    image: x\n    cap_add: [SYS_PTRACE]\n    pid: host\n")
    call = ["check", "--select", "host-takeover,host-pid,critical-capability", "--reason", "why", "compose.yaml"]
    assert main([*call, "--add-ignores"]) == CLEAN
    assert path.read_text() == (
        "services:\n  a:\n    image: x\n"
        "    cap_add: [SYS_PTRACE]"
        "  # dropcap: ignore[critical-capability:SYS_PTRACE, host-takeover:SYS_PTRACE] -- why\n"
        "    pid: host  # dropcap: ignore[host-pid] -- why\n"
    )


def test_what_projects_share_is_accepted_in_the_file_where_it_stands(folder: Path) -> None:
    (folder / "base.yaml").write_text(f"{PLAIN}\n")
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "compose.yaml").write_text("include: [../base.yaml]\n")
    assert main([*CALL, "--reason", "why", "."]) == CLEAN
    assert (folder / "base.yaml").read_text() == f"{PLAIN}  # {SAYS}\n"
    assert (folder / "one" / "compose.yaml").read_text() == "include: [../base.yaml]\n"
