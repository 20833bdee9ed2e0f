from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dropcap import __version__
from dropcap.model import Container, Failure, Kind, Level, Related, Severity, Unknown
from dropcap.source import Source, Span
from dropcap.writers import Context, writer
from handmade import finding, place, report, service

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from dropcap.model import Report

_SOURCE = Source("deploy/compose.yaml", "services:\n  web:\n    cap_add: [NET_ADMIN]\n  db:\n    image: x\n")
_WEB, _DB = service(_SOURCE, "web"), service(_SOURCE, "db")


def _written(one: Report) -> Any:  # noqa: ANN401  # the parsed JSON is what the test looks into
    return json.loads(_text(one))


def _text(one: Report) -> str:
    return "".join(writer("json")(one, Context()))


def test_an_empty_report_has_the_whole_envelope() -> None:
    assert _written(report(files=2)) == {
        "version": 1,
        "tool": {"name": "dropcap", "version": __version__},
        "findings": [],
        "suppressed": [],
        "failures": [],
        "summary": {
            "files": 2,
            "containers": 0,
            "stages": 0,
            "findings": {"critical": 0, "high": 0, "medium": 0, "low": 0},
            "rules": {},
            "suppressed": 0,
            "failures": 0,
            "partly_known": {"containers": 0, "because": []},
        },
    }


def test_a_finding_says_what_where_and_whose() -> None:
    found = finding(
        _WEB,
        place(_SOURCE, "NET_ADMIN"),
        "it can reconfigure the network",
        "net-admin",
        Severity.HIGH,
        evidence=("NET_ADMIN",),
        related=(Related("the service", _WEB.anchor),),
        shared_by=(_DB,),
    )
    (written,) = _written(report([found]))["findings"]
    fingerprint = written.pop("fingerprint")
    assert len(fingerprint) == 32
    assert int(fingerprint, 16)
    assert written == {
        "rule": "net-admin",
        "severity": "high",
        "path": "deploy/compose.yaml",
        "line": 3,
        "column": 15,
        "end_line": 3,
        "end_column": 24,
        "container": {"kind": "service", "name": "web"},
        "shared_by": [{"kind": "service", "name": "db", **_place(4, 3, 5)}],
        "message": "it can reconfigure the network",
        "evidence": ["NET_ADMIN"],
        "related": [{"message": "the service", **_place(2, 3, 6)}],
        "project": None,
    }


def test_a_project_is_written_from_here_where_it_lies_near(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "top" / "a").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "top")
    roots = [tmp_path / "top" / "a", tmp_path / "top", tmp_path, tmp_path / "other"]
    found = [finding(_WEB)._replace(root=str(root), rule=f"rule-{number}") for number, root in enumerate(roots)]
    written = _written(report(found))["findings"]
    assert [one["project"] for one in written] == ["a", ".", "..", str(tmp_path / "other")]


def _place(line: int, column: int, end_column: int) -> dict[str, object]:
    return {
        "path": "deploy/compose.yaml",
        "line": line,
        "column": column,
        "end_line": line,
        "end_column": end_column,
    }


def test_a_place_in_a_piece_is_a_place_in_its_file() -> None:
    outer = Source("ci.yaml", "run: |\n  docker run x\n")
    piece = outer.slice(Span(outer.text.index("docker"), len(outer.text)))
    container = Container(Kind.RUN, "x", piece, Span(0, 10))
    (written,) = _written(report([finding(container)]))["findings"]
    assert (written["path"], written["line"], written["column"], written["end_column"]) == (
        "ci.yaml",
        2,
        3,
        13,
    )


def test_failures_have_a_place_where_there_is_one() -> None:
    failures = (
        Failure("gone.yaml", "cannot be read"),
        Failure("deploy/compose.yaml", "a word", Level.NOTE, _SOURCE, Span(0, 8)),
    )
    assert _written(report(failures=failures))["failures"] == [
        {"path": "gone.yaml", "line": None, "column": None, "message": "cannot be read", "level": "error"},
        {"path": "deploy/compose.yaml", "line": 1, "column": 1, "message": "a word", "level": "note"},
    ]


def test_the_summary_counts() -> None:
    stage = Container(Kind.STAGE, "build", _SOURCE, Span(0, 8))
    found = [finding(_WEB, severity=Severity.LOW), finding(_DB, severity=Severity.CRITICAL)]
    one = report(found, [_WEB, _DB, stage], [Failure("x", "y")], files=3)
    assert _written(one)["summary"] == {
        "files": 3,
        "containers": 2,
        "stages": 1,
        "findings": {"critical": 1, "high": 0, "medium": 0, "low": 1},
        "rules": {"some-rule": {"findings": 2, "containers": 2}},
        "suppressed": 0,
        "failures": 1,
        "partly_known": {"containers": 0, "because": []},
    }


def test_what_equal_services_lack_is_one_finding() -> None:
    written = _written(report([finding(_WEB), finding(_DB), finding(_DB, place(_SOURCE, "NET_ADMIN"))]))
    assert [[one["name"] for one in each["shared_by"]] for each in written["findings"]] == [["db"], []]
    assert written["summary"]["rules"] == {"some-rule": {"findings": 2, "containers": 2}}
    assert written["summary"]["findings"]["medium"] == 2


def test_the_summary_says_what_nobody_could_see() -> None:
    unknown = Unknown("${X}", "X is set nowhere", _SOURCE, Span(0, 8), ("cap_add",))
    hidden = [one._replace(unknowns=(unknown,)) for one in (_WEB, _DB)]
    assert _written(report(containers=hidden))["summary"]["partly_known"] == {
        "containers": 2,
        "because": [{"text": "${X}", "reason": "X is set nowhere", **_place(1, 1, 9), "containers": 2}],
    }


def test_the_text_is_ascii_and_has_a_finding_a_line() -> None:
    source = Source("ü/\udcff\x1b\u202e.yaml", "services:\n  web: {}\n")
    text = _text(report([finding(service(source, "web")), finding(_DB)]))
    assert text.isascii()
    assert text.endswith("\n")
    assert text.replace("\n", "").isprintable()
    assert sum(line.startswith('{"rule"') for line in text.splitlines()) == 2
    # Half a surrogate pair stands for a byte that is not UTF-8: there is no JSON for it that all can read.
    assert json.loads(text)["findings"][0]["path"] == "ü/\ufffd\x1b\u202e.yaml"
