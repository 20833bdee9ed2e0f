"""What `dropcap caps` says of what containers need: a table, its words, the evidence and the JSON."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from dropcap.capabilities.effective import capability_sets
from dropcap.capabilities.names import NAMES
from dropcap.cli import main
from dropcap.exit_codes import CLEAN, UNCHECKED
from dropcap.model import Container, Located
from dropcap.needs.model import Certainty, Evidence, Need, Needs, Phase, Suggestion, UnknownNeed
from dropcap.source import Source, Span
from dropcap.writers.caps_needs import needs_json, why_lines
from dropcap.writers.caps_table import MAX_COLUMNS, Row, Sign, advice, legend, sign_of, table
from handmade import place, service

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = Source(
    "compose.yaml", "services:\n  web:\n    drop: ALL\n    add: KILL\n  db:\n  a-name-that-is-long-and-more:\n"
)
ALL, KILL = place(SOURCE, "ALL"), place(SOURCE, "KILL")
UNKNOWN = UnknownNeed("the image x is not known", "read it", KILL)


def need(name: str, certainty: Certainty = Certainty.REQUIRED, *instead: str, loss: str = "") -> Need:
    evidence = (Evidence("gives /data away", KILL), Evidence("the catalogue says so"))
    return Need(name, certainty, Phase.FIRST_START, "", evidence, loss, instead)


def row(needs: Needs, name: str = "web", **fields: object) -> Row:
    container = service(SOURCE, name, **fields)
    return Row(container, capability_sets(container), needs)


def signs(row: Row, *names: str) -> str:
    return "".join(sign_of(name, row.sets, row.needs).value for name in names)


def test_the_signs_of_what_is_known() -> None:
    one = row(
        Needs((need("CHOWN"), need("NET_ADMIN"), need("KILL", Certainty.DEGRADES), need("FOWNER", Certainty.POSSIBLE)))
    )
    assert signs(one, "CHOWN", "NET_ADMIN", "KILL", "FOWNER", "MKNOD", "BPF") == "+!~?-."


def test_what_is_unknown_makes_nothing_unneeded() -> None:
    one = row(Needs((need("CHOWN"),), unknown=(UNKNOWN,)))
    assert signs(one, "CHOWN", "MKNOD", "KILL", "BPF") == "+??."
    only = row(Needs((need("CHOWN"),), unknown=(UNKNOWN._replace(capabilities=("KILL", "BPF")),)))
    assert signs(only, "CHOWN", "MKNOD", "KILL", "BPF") == "+-??"


def test_what_does_instead_is_needed_in_its_place() -> None:
    needs = Needs((need("DAC_READ_SEARCH", Certainty.REQUIRED, "DAC_OVERRIDE"),))
    assert signs(row(needs), "DAC_READ_SEARCH", "DAC_OVERRIDE") == ".+"
    neither = row(needs, cap_drop=(ALL,))
    assert signs(neither, "DAC_READ_SEARCH", "DAC_OVERRIDE") == "!."


def test_a_table_names_each_column_above_its_signs() -> None:
    needs = Needs((need("CHOWN"), need("KILL", Certainty.DEGRADES)), cap_add=("CHOWN",))
    lines = list(table([row(needs, cap_drop=(ALL,), cap_add=(KILL,))], width=80, colour=False))
    assert lines == ["         CHOWN", "         | KILL", "         | |", "  2 web  ! ~"]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("is_privileged", [False, True])
def test_a_table_is_no_wider_than_the_terminal(width: int, is_privileged: bool) -> None:  # noqa: FBT001  # a parameter
    privileged = Located(is_privileged, SOURCE, Span(0, 1))
    needs = Needs(tuple(map(need, NAMES[::3])), unknown=(UNKNOWN,), cap_add=NAMES[::3])
    rows = [row(needs, name, privileged=privileged) for name in ("web", "a-name-that-is-long-and-more")]
    lines = [*table(rows, width=width, colour=False), *advice(rows, width=width)]
    assert max(map(len, lines)) <= width
    assert sum(one.endswith(NAMES) and "|" in one for one in lines) <= MAX_COLUMNS


def test_what_does_not_stand_across_is_said_in_words() -> None:
    one = row(Needs((need("CHOWN"),)), privileged=Located(value=True, source=SOURCE, span=Span(0, 1)))
    text = " ".join(" ".join(table([one], width=80, colour=False)).split())
    assert f"and {len(NAMES) - MAX_COLUMNS - 3} more" in text


def test_a_table_is_read_without_colour() -> None:
    rows = [row(Needs((need("CHOWN"), need("BPF")), unknown=()))]
    plain, painted = (list(table(rows, width=80, colour=colour)) for colour in (False, True))
    assert plain != painted
    assert not any("\x1b" in line for line in plain)
    for sign in (Sign.NEEDED, Sign.MISSING, Sign.UNNEEDED):
        assert any(line.strip().startswith(sign.value) for line in legend(rows, colour=False))


def test_a_container_that_its_engine_refuses_says_so() -> None:
    wrong = Located("NOTHING", SOURCE, KILL.span)
    rows = [row(Needs((need("CHOWN"),)), cap_add=(wrong,))]
    assert "the engine refuses it" in "".join(table(rows, width=80, colour=False))
    assert list(advice(rows, width=80)) == []


def test_advice_never_calls_complete_what_is_not() -> None:
    whole, part = row(Needs(cap_add=("CHOWN",))), row(Needs(unknown=(UNKNOWN, UNKNOWN)), "db")
    some, nothing = row(Needs(unknown=(UNKNOWN,), cap_add=("KILL",))), row(Needs(), "db")
    lines = [*advice([whole, part], width=80), *advice([some, nothing], width=80)]
    assert lines == [
        "  2 web  write cap_drop: [ALL], cap_add: [CHOWN]",
        "  5 db   what it needs is not known, because the image x is not known (and 1",
        "         more reason)",
        "  2 web  needs at least KILL; whether more is not known, because the image x is",
        "         not known",
        "  5 db   write cap_drop: [ALL]; it needs no capability",
    ]


FULL = Needs(
    (need("CHOWN"), need("DAC_READ_SEARCH", Certainty.DEGRADES, "DAC_OVERRIDE", loss="logs are not read")),
    alternatives=(("CHOWN", "FOWNER"),),
    unknown=(UNKNOWN,),
    today=(Evidence("binds port 80", KILL),),
    cap_add=("CHOWN",),
    user="1000",
    smaller=(Suggestion("write user: 1000", ("CHOWN",), KILL),),
)


def test_the_evidence_is_listed_with_its_places() -> None:
    assert list(why_lines(service(SOURCE, "web"), FULL)) == [
        "compose.yaml:2:3 service web",
        "  CHOWN: required, first start",
        "      gives /data away (compose.yaml:4:10)",
        "      the catalogue says so",
        "  DAC_READ_SEARCH, or DAC_OVERRIDE: degrades, first start",
        "      without it: logs are not read",
        "      gives /data away (compose.yaml:4:10)",
        "      the catalogue says so",
        "  does as well: CHOWN FOWNER",
        "  fails already, whatever is added: binds port 80 (compose.yaml:4:10)",
        "  unknown because the image x is not known; read it (compose.yaml:4:10)",
        "  to need less: write user: 1000, saves CHOWN (compose.yaml:4:10)",
    ]


def test_only_what_is_complete_needs_nothing() -> None:
    assert "  needs no capability" in why_lines(service(SOURCE, "web"), Needs())
    assert "  needs no capability" not in why_lines(service(SOURCE, "web"), Needs(unknown=(UNKNOWN,)))


def test_the_json_of_needs() -> None:
    found = needs_json(service(SOURCE, "web"), FULL)
    assert found["needs"][0] == {
        "capability": "CHOWN",
        "certainty": "required",
        "phase": "first start",
        "condition": "",
        "evidence": [
            {"reason": "gives /data away", "path": "compose.yaml", "line": 4},
            {"reason": "the catalogue says so", "path": None, "line": None},
        ],
    }
    assert found["complete"] is False
    assert found["unknown"] == [{"reason": "the image x is not known", "resolve": "read it"}]
    assert found["suggested"] == {"cap_drop": ["ALL"], "cap_add": ["CHOWN"], "user": "1000"}
    assert found["alternatives"] == [["CHOWN", "FOWNER"]]
    assert found["smaller"] == [{"change": "write user: 1000", "saves": ["CHOWN"], "path": "compose.yaml", "line": 4}]


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every container need CHOWN, in a folder with two."""
    module = ModuleType("dropcap.needs.container")

    def needs_of(container: Container, *_: object, **__: object) -> Needs:
        where = Evidence("gives /data away", container.anchor)
        return Needs((need("CHOWN")._replace(evidence=(where,)),), cap_add=("CHOWN",))

    vars(module)["needs_of"] = needs_of
    monkeypatch.setitem(sys.modules, "dropcap.needs.container", module)
    monkeypatch.chdir(tmp_path)
    text = "services:\n  web:\n    image: x\n  db:\n    image: y\n"
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("answers")
def test_the_command_prints_the_table_below_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caps"]) == CLEAN
    out = capsys.readouterr().out
    assert "  2:3 service web, x\n" in out
    assert "  2 web  write cap_drop: [ALL], cap_add: [CHOWN]\n" in out
    assert out.endswith("  - held, not needed\n")


@pytest.mark.usefixtures("answers")
def test_the_command_lists_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caps", "--why", "db"]) == CLEAN
    out = capsys.readouterr().out
    assert "service db" in out
    assert "service web" not in out
    assert main(["caps", ".", "--why"]) == CLEAN
    assert "service web" in capsys.readouterr().out
    assert main(["caps", "--why", "gone"]) == UNCHECKED


@pytest.mark.usefixtures("answers")
def test_the_command_adds_needs_to_its_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["caps", "--format", "json"]) == CLEAN
    web = json.loads(capsys.readouterr().out)["containers"][0]
    assert web["needs"][0]["evidence"] == [{"reason": "gives /data away", "path": "compose.yaml", "line": 2}]
    assert web["complete"] is True
