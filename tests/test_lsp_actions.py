"""What an editor offers to do about a place: fixes, comments, and the lock of an image."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.check import Setup, check_request
from dropcap.fixes.mending import Mender
from dropcap.lsp import fixes_here
from dropcap.lsp.actions import FIX_ALL, LOCK_IMAGE, Tools, actions, fix_all, resolved
from dropcap.lsp.checked import Checked
from dropcap.lsp.edits import differences
from dropcap.lsp.hovers import hover
from dropcap.lsp.ignoring import REASON
from dropcap.real_paths import real_path
from dropcap.report import to_report
from dropcap.source import Source, Span
from dropcap.targets import Target
from dropcap.workspace import Workspace
from opened import ASKED, RULES, checked, opened, typed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dropcap.fixes.mending import Outcome
    from dropcap.lsp.action import Action, FileEdit
    from opened import Opened

WEB = "services:\n  web:\n    image: nginx:1.27\n"
DROPPED = "    cap_drop:\n      - ALL\n    cap_add:\n      - SETUID\n"
DOCKER = "FROM debian:12\nENTRYPOINT exec setpriv --reuid 1000 true\n"


def made(text: str, edits: Iterable[FileEdit]) -> str:
    """Return a text with edits made."""
    for one in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = text[: one.span.start] + one.text + text[one.span.end :]
    return text


def offered(one: Opened) -> tuple[Action, ...]:
    return actions(one.checks, one.source, one.cursor, one.tools)


def titled(one: Opened, start: str) -> Action:
    return next(each for each in offered(one) if each.title.startswith(start))


def test_a_fix_of_the_place_is_offered_and_no_other(tmp_path: Path) -> None:
    text = f"{WEB}    cap_add: [NET_‸RAW]\n  db:\n    image: acme/db:1\n    privileged: true\n    cap_add: [CHOWN]\n"
    one = opened(tmp_path, "compose.yaml", text)
    action = titled(one, "Delete the addition of NET_RAW")
    assert [each.rule for each in action.findings] == ["useless-add"]
    assert made(one.source.text, action.edits) == text.replace("    cap_add: [NET_‸RAW]\n", "", 1)
    assert not any("CHOWN" in each.title for each in offered(one))


def test_a_safe_fix_comes_first_and_is_preferred(tmp_path: Path) -> None:
    text = "services:\n  we‸b:\n    build: .\n"
    one = opened(tmp_path, "compose.yaml", text, beside={"Dockerfile": DOCKER})
    first, second, *_ = offered(one)
    assert (first.is_preferred, second.is_preferred) == (True, False)
    assert first.title == "Drop ALL and add SETUID"
    assert second.title.endswith("(unsafe: it may change what the container can do)")
    assert made(one.source.text, first.edits) == f"services:\n  web:\n    build: .\n{DROPPED}"


def test_what_is_offered_has_been_tried(tmp_path: Path) -> None:
    shared = "x-a: &a\n  image: acme/a:1\n  cap_add: [CHOWN‸, NET_ADMIN]\n"
    one = opened(tmp_path, "compose.yaml", f"{shared}services:\n  a: *a\n  b:\n    <<: *a\n    privileged: true\n")
    for action in offered(one):
        if action.edits:
            after = made(one.source.text, action.edits)
            setup = Setup(overlay={real_path(one.source.path): after.encode()})
            report = checked(one.source.path, setup).report
            left = {(each.rule, each.container.name, each.problem.evidence) for each in report.findings}
            assert left.isdisjoint((each.rule, each.container.name, each.problem.evidence) for each in action.findings)


def test_a_fix_may_be_in_another_file_that_is_open(tmp_path: Path) -> None:
    base = f"{WEB}    cap_drop: [ALL]\n    cap_add: [CHOWN, SETUID, SETGID, NET_RAW]\n"
    text = "services:\n  web:\n    extends: {file: base.yaml, service: web}\n"
    one = opened(tmp_path, "compose.yaml", text, beside={"base.yaml": base})
    source = one.checks[0].request.workspace.known(str(tmp_path / "base.yaml"))
    assert source is not None
    at = base.index("NET_RAW")
    found = actions(one.checks, source, Span(at, at), one.tools)
    action = next(each for each in found if each.title.startswith("Delete the addition of NET_RAW"))
    assert [edit.path for edit in action.edits] == [real_path(str(tmp_path / "base.yaml"))]
    assert made(base, action.edits) == base.replace(", NET_RAW", "")
    assert [edit.source.text for edit in action.edits] == [base]


def test_nothing_is_tried_twice_for_a_line_nor_where_nothing_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []

    class Counted(Mender):
        def run(self) -> Outcome:
            begun.append(self)
            return super().run()

    monkeypatch.setattr(fixes_here, "Mender", Counted)
    text = f"{WEB}    cap_add: [NET_RAW]\n"
    one = opened(tmp_path, "compose.yaml", text)
    line = text.index("cap_add")
    first = actions(one.checks, one.source, Span(line, line), one.tools, may_wait=True)
    assert first[0].edits
    assert actions(one.checks, one.source, Span(line + 9, line + 9), one.tools, may_wait=True) == first
    assert len(begun) == 1
    actions(one.checks, one.source, Span(0, 0), one.tools, may_wait=True)
    assert len(begun) == 1
    again = opened(tmp_path, "compose.yaml", text)
    actions(again.checks, again.source, Span(line, line), again.tools, may_wait=True)
    assert len(begun) == 2


def test_what_is_certain_to_be_meant_otherwise_is_offered(tmp_path: Path) -> None:
    web = WEB.replace("nginx:1.27", "acme/web:1")
    one = opened(tmp_path, "compose.yaml", f"{web}    cap_drop: A‸LL\n")
    action = titled(one, "Make a list of it")
    assert action.is_preferred
    assert made(one.source.text, action.edits) == f"{web}    cap_drop: [ALL]\n"


def test_line_breaks_are_those_of_the_file(tmp_path: Path) -> None:
    text = "services:\r\n  we‸b:\r\n    build: .\r\n"
    one = opened(tmp_path, "compose.yaml", text, beside={"Dockerfile": DOCKER})
    after = made(one.source.text, offered(one)[0].edits)
    assert after.count("\n") == after.count("\r\n") == 7


def test_everything_safe_is_fixed_at_once(tmp_path: Path) -> None:
    text = "services:\n  a:\n    build: .\n  b:\n    build: .\n  c:\n    image: acme/c:1\n    privileged: true\n"
    one = opened(tmp_path, "compose.yaml", text, beside={"Dockerfile": DOCKER})
    action = fix_all(one.checks, one.source, one.tools)
    assert action is not None
    assert action.kind == FIX_ALL
    after = made(one.source.text, action.edits)
    assert after.count(DROPPED) == 2
    assert after.endswith("  c:\n    image: acme/c:1\n    privileged: true\n")
    fixed = opened(tmp_path, "compose.yaml", after, beside={"Dockerfile": DOCKER})
    assert fix_all(fixed.checks, fixed.source, fixed.tools) is None


def test_a_comment_accepts_one_finding(tmp_path: Path) -> None:
    one = opened(tmp_path, "compose.yaml", "services:\n  web:\n    image: acme/w:1\n    privi‸leged: true\n")
    action = titled(one, "Ignore privileged here, with a reason")
    after = made(one.source.text, action.edits)
    assert f"    privileged: true  # dropcap: ignore[privileged] -- {REASON}\n" in after
    setup = Setup(overlay={real_path(one.source.path): after.encode()})
    assert [each.rule for each in checked(one.source.path, setup).report.suppressed] == ["privileged"]


def test_findings_of_one_comment_are_accepted_together(tmp_path: Path) -> None:
    text = "services:\n  d‸b:\n    image: postgres:16\n    cap_drop: [ALL]\n    cap_add: [CHOWN]\n"
    one = opened(tmp_path, "compose.yaml", text)
    found = [each for each in offered(one) if each.title == "Ignore capability-not-held here, with a reason"]
    assert len(found) == 1
    assert len(found[0].findings) == 2


def test_comments_wait_until_they_are_chosen(tmp_path: Path) -> None:
    one = opened(tmp_path, "compose.yaml", "services:\n  web:\n    image: acme/w:1\n    privi‸leged: true\n")
    found = actions(one.checks, one.source, one.cursor, one.tools, may_wait=True)
    waiting = [each for each in found if each.waits]
    assert {each.title for each in waiting} == {
        "Ignore privileged here, with a reason",
        "Make all safe fixes in this file",
    }
    assert all(not each.edits for each in waiting)
    chosen = resolved(waiting[0], one.checks, one.source, one.tools)
    assert chosen is not None
    assert chosen.edits
    assert not chosen.waits
    assert resolved(chosen, one.checks, one.source, one.tools) is chosen


def test_a_file_without_comments_is_not_commented(tmp_path: Path) -> None:
    one = opened(tmp_path, "package.json", '{"scripts": {"a": "docker run --privi‸leged acme/x:1"}}')
    assert one.checks[0].report.findings
    assert not any(each.title.startswith("Ignore") for each in offered(one))


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("compose.yaml", "services:\n  web:\n    image: acme/‸web:1\n", "Read the image acme/web:1 into dropcap.lock"),
        ("compose.yaml", "services:\n  w‸eb:\n    image: acme/web:1\n", "Read the image acme/web:1 into dropcap.lock"),
        ("Dockerfile", "FROM deb‸ian:12\n", "Read the image debian:12 into dropcap.lock"),
    ],
)
def test_an_image_can_be_read_by_a_command(tmp_path: Path, name: str, text: str, title: str) -> None:
    one = opened(tmp_path, name, text)
    action = titled(one, "Read the image")
    assert action.title.startswith(title)
    assert action.title.endswith("from the local engine, which pulls and runs nothing")
    assert action.command is not None
    image = title.split()[3]
    assert action.command == (LOCK_IMAGE, (real_path(one.source.path), image))
    assert action.edits == ()


def test_a_service_of_which_all_is_known_is_not_asked_about(tmp_path: Path) -> None:
    one = opened(tmp_path, "compose.yaml", "services:\n  w‸eb:\n    image: nginx:1.27\n")
    assert not [each for each in offered(one) if each.command is not None]


def test_an_image_that_is_built_here_is_not_read(tmp_path: Path) -> None:
    text = "services:\n  web:\n    build: .\n    image: acme/w‸eb:1\n"
    one = opened(tmp_path, "compose.yaml", text, beside={"Dockerfile": DOCKER})
    assert not [each for each in offered(one) if each.command is not None]


@pytest.mark.parametrize("image", ["'$‸{IMAGE}'", "'‸'", "scr‸atch"])
def test_what_has_no_name_cannot_be_read(tmp_path: Path, image: str) -> None:
    one = opened(tmp_path, "compose.yaml", f"services:\n  web:\n    image: {image}\n")
    assert not [each for each in offered(one) if each.command is not None]


def test_nothing_is_offered_for_a_text_that_is_not_checked_yet(tmp_path: Path) -> None:
    one = opened(tmp_path, "compose.yaml", f"{WEB}    cap_add: [NET_‸RAW]\n")
    later = typed(one, f"# later\n{WEB}    cap_add: [NET_‸RAW]\n")
    assert offered(later) == ()
    assert fix_all(later.checks, later.source, later.tools) is None


def test_nothing_can_be_written_to_a_text_without_a_file() -> None:
    name = "untitled:Untitled-1"
    text = "services:\n  web:\n    image: acme/w:1\n    privileged: true\n"
    source = Source(name, text)
    setup = Setup()
    request = setup.request(Workspace.of_text(source))
    target = Target(name, "compose", named=True)
    result = check_request(target, request, ASKED)
    one = Checked(target, request, result, to_report([result], (), ASKED))
    at = text.index("true")
    assert one.report.findings
    for may_wait in (True, False):
        assert actions([one], source, Span(at, at), Tools(ASKED, setup), may_wait=may_wait) == ()
    assert fix_all([one], source, Tools(ASKED, setup)) is None
    assert hover([one], source, at, RULES) is not None


def test_titles_show_no_escape_and_no_secret(tmp_path: Path) -> None:
    secret = "hunter2hunter2"  # noqa: S105  # what must not be shown
    text = f'services:\n  w‸eb:\n    image: "acme/\\e[31mx:1"\n    environment: {{DB_PASSWORD: {secret}}}\n'
    one = opened(tmp_path, "compose.yaml", text)
    for each in offered(one):
        assert "\x1b" not in each.title
        assert secret not in each.title


LINES = st.lists(st.sampled_from(["a\n", "b\r\n", "\n", "c d\n", "é\n", "a"]), max_size=12).map("".join)


@given(LINES, LINES)
def test_differences_make_one_text_of_the_other(before: str, after: str) -> None:
    found = list(differences("/nowhere/x", before.encode(), after.encode()))
    assert made(before, found) == after
    spans = sorted(one.span for one in found)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@settings(max_examples=15)
@given(st.data())
def test_no_prefix_of_a_text_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = f'{WEB}    cap_add: [NET_RAW, "SYS_ADMIN"] # dropcap: ignore[net-raw] -- x\n    privileged: true\n'
    cut = text[: data.draw(st.integers(0, len(text)))]
    one = opened(tmp_path_factory.getbasetemp(), "compose.yaml", f"{cut}‸")
    for each in offered(one):
        assert each.edits or each.command
    fix_all(one.checks, one.source, one.tools)
