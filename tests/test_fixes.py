"""What `dropcap fix` promises: bytes outside of edits stay, files are written whole, and it says what it did."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.check import Setup
from dropcap.cli import main
from dropcap.edited_files import NotWrittenError, write_edited
from dropcap.exit_codes import CLEAN, FINDINGS, UNCHECKED
from dropcap.fixes.apply import Taken, applied
from dropcap.fixes.contract import RefusedError
from dropcap.fixes.mending import Mender, Wishes
from dropcap.lang.yaml import parse
from dropcap.model import Suppression
from dropcap.model.changes import Edit
from dropcap.rule import load_rules
from dropcap.source import Source, Span
from dropcap.targets import Target

if TYPE_CHECKING:
    from pathlib import Path

    from dropcap.fixes.mending import Outcome
    from dropcap.model import FileResult

RULES = [rule for rule in load_rules() if rule.on_by_default]
WRONG = "services:\n  web:\n    image: web:1\n    cap_drop: [-ALL]\n    security_opt: [no-new-privileges:true]\n"


def fixed(text: str | bytes, *, unsafe: bool = False, path: str = "compose.yaml") -> tuple[bytes, Outcome]:
    """Fix a text that stands alone."""
    data = text.encode() if isinstance(text, str) else text
    setup = Setup(overlay={os.path.realpath(path): data})
    outcome = Mender([Target(path, "compose", named=True, given=(path,))], RULES, setup, Wishes(unsafe=unsafe)).run()
    return (outcome.files[0].after if outcome.files else data), outcome


# --- bytes ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_encoding_and_line_breaks_stay(encoding: str, line_break: str) -> None:
    text = f"# é\n{WRONG}  other:\n    image: x # ü"
    bom = b"\xfe\xff" if encoding == "utf-16-be" else b""
    before = bom + text.replace("\n", line_break).encode(encoding)
    after, _ = fixed(before, unsafe=True)
    expected = text.replace("[-ALL]", "[ALL]") + "\n    cap_drop: [NET_RAW]\n    security_opt: [no-new-privileges:true]"
    assert after == bom + expected.replace("\n", line_break).encode(encoding)


def test_edits_are_made_in_the_order_of_their_places() -> None:
    source = Source("x", "abcdef")
    edits = [Edit(source, Span(4, 5), "E"), Edit(source, Span(1, 1), "+"), Edit(source, Span(1, 3), "")]
    assert applied(source, b"abcdef", edits) == b"a+dEf"


def test_edits_that_overlap_are_refused() -> None:
    source = Source("x", "abcdef")
    with pytest.raises(RefusedError, match="overlap"):
        applied(source, b"abcdef", [Edit(source, Span(0, 3), ""), Edit(source, Span(2, 4), "")])


def test_bytes_of_another_text_are_refused() -> None:
    source = Source("x", "abc")
    with pytest.raises(RefusedError, match="changed"):
        applied(source, b"abd", [])


@pytest.mark.parametrize(
    ("first", "second", "is_free"),
    [
        ((0, 3), (3, 5), True),
        ((3, 5), (0, 3), True),
        ((0, 3), (2, 4), False),
        ((2, 4), (0, 3), False),
        ((0, 9), (2, 3), False),
        ((3, 3), (3, 3), False),
        ((3, 3), (3, 5), True),
        ((3, 3), (1, 3), True),
        ((2, 2), (1, 3), False),
        ((1, 3), (1, 3), False),
    ],
)
def test_a_stretch_is_taken_once(first: tuple[int, int], second: tuple[int, int], *, is_free: bool) -> None:
    source = Source("x", "abcdefghij")
    taken = Taken()
    assert taken.take([Edit(source, Span(*first), "")])
    assert taken.take([Edit(source, Span(*second), "")]) == is_free


# --- files ---


def test_a_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"before")
    path.chmod(0o640)
    write_edited(str(path), b"before", b"after")
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_was_changed_since_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_bytes(b"somebody's")
    with pytest.raises(NotWrittenError, match="changed"):
        write_edited(str(path), b"before", b"after")
    assert path.read_bytes() == b"somebody's"


def test_links_and_folders_are_not_written(tmp_path: Path) -> None:
    path, link, other = tmp_path / "compose.yaml", tmp_path / "link.yaml", tmp_path / "hard.yaml"
    path.write_bytes(b"before")
    link.symlink_to(path)
    with pytest.raises(NotWrittenError, match="is a link"):
        write_edited(str(link), b"before", b"after")
    with pytest.raises(NotWrittenError, match="regular"):
        write_edited(str(tmp_path), b"before", b"after")
    with pytest.raises(NotWrittenError, match="cannot be written"):
        write_edited(str(tmp_path / "gone"), b"before", b"after")
    other.hardlink_to(path)
    with pytest.raises(NotWrittenError, match="hard links"):
        write_edited(str(path), b"before", b"after")
    assert path.read_bytes() == b"before"


# --- the command ---


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "compose.yaml"
    path.write_text(WRONG)
    return path


def test_a_diff_writes_nothing_and_says_that_something_would_change(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix", "--diff"]) == FINDINGS
    out, err = capsys.readouterr()
    assert "--- a/compose.yaml\n+++ b/compose.yaml\n" in out
    assert "-    cap_drop: [-ALL]\n+    cap_drop: [ALL]\n" in out
    assert "Would fix 1 problem in 1 file\n" in err
    assert project.read_text() == WRONG


def test_what_is_fixed_is_said_and_a_second_run_fixes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix"]) == CLEAN
    expected = 'compose.yaml:4: unknown-capability: write ALL for "-ALL" (web)\nFixed 1 problem in 1 file\n'
    assert capsys.readouterr().out == expected
    assert project.read_text() == WRONG.replace("-ALL", "ALL")
    assert main(["fix"]) == CLEAN
    assert main(["fix", "--diff"]) == CLEAN
    assert capsys.readouterr().out == "Nothing fixed\n"


def test_only_what_is_selected_is_fixed(project: Path) -> None:
    main(["fix", "--select", "useless-drop"])
    main(["fix", "--ignore", "unknown-capability"])
    assert project.read_text() == WRONG


def test_a_check_reports_what_is_left_after_its_fixes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project.write_text(f"{WRONG}    privileged: true\n".replace("[-ALL]", "[NET_RAWW]\n    x-a: [-ALL]"))
    assert main(["check", "--fix", "--format", "line"]) == FINDINGS
    assert "privileged" in capsys.readouterr().out
    project.write_text(WRONG)
    assert main(["check", "--fix", "--format", "line"]) == CLEAN
    out, err = capsys.readouterr()
    assert out == ""
    assert "Fixed 1 problem in 1 file" in err


def test_what_a_comment_or_the_configuration_accepts_is_not_fixed(project: Path) -> None:
    accepted = WRONG.replace("[-ALL]", "[-ALL] # dropcap: ignore[unknown-capability] -- a test")
    project.write_text(accepted)
    main(["fix"])
    assert project.read_text() == accepted
    project.write_text(WRONG)
    allow = "[[allow]]\nrules = ['unknown-capability']\nreason = 'a test'\n"
    (project.parent / ".dropcap.toml").write_text(allow)
    main(["fix"])
    main(["check", "--fix"])
    assert project.read_text() == WRONG


def test_a_comment_does_not_accept_another_line_once_its_own_is_gone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = "      - CHOWN\n      - CAP_CHOWN # dropcap: ignore[high-capability] -- no reason\n      - SYS_TIME\n"
    project.write_text(WRONG.replace("-ALL", "ALL") + f"    cap_add:\n{items}")
    main(["fix", "--select", "useless-add"])
    assert items in project.read_text()
    assert "would be accepted by a comment that stands elsewhere then" in capsys.readouterr().out


def test_unsafe_fixes_are_counted_and_made_where_they_are_asked_for(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write_text(WRONG.replace("    cap_drop: [-ALL]\n", ""))
    main(["fix"])
    assert capsys.readouterr().out == "Nothing fixed; an unsafe fix is left: --unsafe makes it\n"
    main(["fix", "--unsafe"])
    assert "    cap_drop: [NET_RAW]\n" in project.read_text()


def test_why_something_is_not_fixed_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project.write_text(WRONG.replace("-ALL", "ALL").replace("    security", "    cap_add: [SYS_ADMN]\n    security"))
    assert main(["fix"]) == CLEAN
    out = capsys.readouterr().out
    assert "compose.yaml:5: unknown-capability: write SYS_ADMIN" in out
    assert "not fixed: critical-capability would be found then: SYS_ADMIN is added" in out
    assert "1 not, for the reasons above" in out


def test_nothing_is_said_of_unsafe_fixes_that_cannot_be_made(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project.write_text("services:\n  web: {image: web:1, cap_drop: ['$X'], security_opt: [&o apparmor=unconfined]}\n")
    main(["fix"])
    assert "not fixed" not in capsys.readouterr().out
    main(["fix", "--unsafe"])
    assert "not fixed: it has an anchor or a tag" in capsys.readouterr().out


def test_a_name_cannot_make_lines_of_its_own(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project.write_text(WRONG.replace("web:\n", '"we\\nb\\e[31m":\n', 1))
    main(["fix"])
    out = capsys.readouterr().out
    assert "(we\\nb\\x1b[31m)" in out
    assert out.count("\n") == 2


def test_standard_input_is_no_file_to_fix(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "-"]) == UNCHECKED
    assert main(["check", "--fix", "-", "--stdin-filename", str(project)]) == UNCHECKED
    assert capsys.readouterr().err.count("standard input is none; name the file") == 2


def test_a_file_that_cannot_be_written_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project.parent / "hard.txt").hardlink_to(project)
    assert main(["fix"]) == UNCHECKED
    out = capsys.readouterr().out
    assert "compose.yaml: not written: it has further names (hard links)" in out
    assert "Nothing fixed" in out
    assert project.read_text() == WRONG


def test_secrets_beside_a_change_are_hidden(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project.write_text(WRONG + "    environment:\n      A: hunter2\n      DB_PASSWORD: hunter2\n")
    main(["fix", "--diff", "--unsafe"])
    out, err = capsys.readouterr()
    assert "hunter2" not in out + err
    assert "+    cap_drop: [ALL]" in out


def test_without_a_terminal_nobody_is_asked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "--interactive"]) == UNCHECKED
    assert "there is no terminal" in capsys.readouterr().err
    assert main(["fix", "--interactive", "--diff"]) == UNCHECKED
    assert project.read_text() == WRONG


@pytest.mark.parametrize(("answers", "count"), [("y\nn\n", 1), ("n\ny\n", 1), ("a\n", 2), ("q\n", 0), ("?\ny\nq\n", 1)])
def test_a_person_is_asked_about_each_fix(project: Path, answers: str, count: int) -> None:
    project.write_text(WRONG + WRONG.partition("\n")[2].replace("web:\n", "db:\n", 1))
    outer, inner = pty.openpty()
    command = [sys.executable, "-I", "-m", "dropcap", "fix", "--interactive"]
    with subprocess.Popen(command, cwd=project.parent, stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        os.write(outer, answers.encode())
        shown = b""
        try:
            while part := os.read(outer, 65536):
                shown += part
        except OSError:  # the other end is closed
            pass
        assert process.wait() == CLEAN
    os.close(outer)
    assert b'"-ALL" is not a capability' in shown
    assert b"+    cap_drop: [ALL]" in shown
    assert project.read_text().count("[ALL]") == count


# --- projects ---


def test_a_file_of_several_projects_is_fixed_for_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    base = "services:\n  base:\n    image: web:1\n    cap_drop: [ALL]\n    cap_add: [CAP_CHOWN, CHOWN]\n"
    extending = "services:\n  web:\n    extends: {file: ../base.yaml, service: base}\n"
    for name, more in (("a", ""), ("b", "    cap_add: [CHOWN]\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yaml").write_text(extending + more)
    (tmp_path / "base.yaml").write_text(base)
    assert main(["fix", "--select", "useless-add"]) == CLEAN
    assert (tmp_path / "base.yaml").read_text() == base.replace("[CAP_CHOWN, CHOWN]", "[CAP_CHOWN]")
    # The addition of its own is idle in `b` once more, now that the other is gone.
    assert (tmp_path / "b" / "compose.yaml").read_text() == extending


def test_a_rule_whose_fix_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_subject: object, _problem: object) -> None:
        raise ZeroDivisionError

    monkeypatch.chdir(tmp_path)
    rules = [rule._replace(fix=fail) for rule in RULES]
    path = os.path.realpath("compose.yaml")
    target = Target("compose.yaml", "compose", named=True)
    outcome = Mender([target], rules, Setup(overlay={path: WRONG.encode()})).run()
    assert {one.reason for one in outcome.refused} == {
        "the rule's own fix failed (ZeroDivisionError); report it to the rule's author"
    }


def test_what_is_accepted_is_left_alone() -> None:
    def accepts(result: FileResult) -> FileResult:
        accepted = Suppression("allow", "wanted so")
        return result._replace(findings=tuple(one._replace(suppression=accepted) for one in result.findings))

    path = os.path.realpath("compose.yaml")
    target, setup = Target("compose.yaml", "compose", named=True), Setup(overlay={path: WRONG.encode()})
    outcome = Mender([target], RULES, setup, Wishes(unsafe=True, accepts=accepts)).run()
    assert not outcome.made
    assert not outcome.unsafe


# --- any text ---

NAMES = [
    "ALL",
    "CHOWN",
    "CAP_CHOWN",
    "net_raw",
    "NET_RAW",
    "SYS_TIMEE",
    "CHOWN,SETUID",
    "-ALL",
    " MKNOD",
    "SYS_ADMIN",
    "$X",
]
COMMENTS = st.sampled_from(["", "", " # why", "   # a: [b]"])
OWN_COMMENTS = st.sampled_from(["", "", "# own\n", "\n", "      # deep\n"])


@st.composite
def lists(draw: st.DrawFn, key: str) -> str:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4))
    quote = draw(st.sampled_from(["", "'", '"']))
    items = [f"{quote}{name}{quote}" if quote or name.strip() != name else name for name in names]
    form = draw(st.sampled_from(["flow", "padded", "lines", "block", "flat"]))
    comment = draw(COMMENTS)
    if form == "flow":
        return f"    {key}: [{', '.join(items)}]{comment}\n"
    if form == "padded":
        return f"    {key}: [ {' , '.join(items)} , ]{comment}\n"
    if form == "lines":
        inner = "".join(f"      {item},{draw(COMMENTS)}\n" for item in items)
        return f"    {key}: [{draw(COMMENTS)}\n{inner}    ]{comment}\n"
    margin = "      " if form == "block" else "    "
    inner = "".join(f"{draw(OWN_COMMENTS)}{margin}- {item}{draw(COMMENTS)}\n" for item in items)
    return f"    {key}:{comment}\n{inner}"


@st.composite
def services(draw: st.DrawFn, name: str, earlier: list[str]) -> str:
    parts = [f"    image: web:1{draw(COMMENTS)}\n"]
    for key in ("cap_add", "cap_drop", "security_opt"):
        form = draw(st.sampled_from(["", "list", "list", "alias"]))
        if form:
            parts.append(draw(lists(key)) if form == "list" else f"    {key}: *names\n")
    parts += draw(st.sampled_from([[], [], ["    privileged: true # p\n"], ["    <<: *base\n"], ["    user: '1'\n"]]))
    if draw(st.booleans()) and earlier:
        parts.append(f"    extends: {draw(st.sampled_from(earlier))}\n")
    parts.append(draw(st.sampled_from(["    command: |\n      # text\n      echo\n", "    ports: ['80:80']\n", ""])))
    body = "".join(draw(st.permutations(parts)))
    return f"  {name}:{draw(COMMENTS)}\n{body}"


@st.composite
def texts(draw: st.DrawFn) -> str:
    names = f"x-names: &names {draw(lists('x')).partition(':')[2].lstrip()}".replace("\n    ", "\n  ")
    if not names.startswith("x-names: &names ["):
        names = "x-names: &names [ALL, CHOWN,SETUID]\n"
    base = f"x-base: &base\n{draw(lists('cap_add'))}".replace("\n    ", "\n  ")
    known: list[str] = []
    text = f"{names}{base}services:\n"
    for number in range(draw(st.integers(1, 3))):
        text += draw(services(f"s{number}", known))
        known.append(f"s{number}")
    return text.rstrip("\n") if draw(st.booleans()) else text


def comments(text: str) -> list[str]:
    """Give the comments of a text of this test, whose values hold none but in a block."""
    found = [line.partition("#")[2].strip() for line in text.split("\n") if "#" in line]
    return sorted(found)


@settings(max_examples=40, deadline=None)
@given(texts(), st.booleans())
def test_any_text_is_read_after_its_fixes_and_keeps_its_comments(text: str, unsafe: bool) -> None:  # noqa: FBT001  # drawn
    after, outcome = fixed(text, unsafe=unsafe)
    parse(Source("compose.yaml", after.decode()))
    assert comments(after.decode()) == comments(text)
    again, second = fixed(after, unsafe=unsafe)
    assert again == after
    assert not second.made
    assert bool(outcome.made) == bool(outcome.files)
