from __future__ import annotations

from dropcap.model import Severity
from dropcap.source import Source
from dropcap.writers import Context, writer
from handmade import finding, place, report, service

_SOURCE = Source("deploy/compose.yaml", "services:\n  web:\n    privileged: true\n  db:\n    image: x\n")
_WEB, _DB = service(_SOURCE, "web"), service(_SOURCE, "db")


def _lines(*findings: object) -> list[str]:
    return "".join(writer("line")(report(findings), Context())).splitlines()  # type: ignore[arg-type]  # findings


def test_a_finding_is_one_line_that_editors_read() -> None:
    found = finding(_WEB, place(_SOURCE, "true"), "privileged mode", "privileged", Severity.CRITICAL)
    assert _lines(found) == ["deploy/compose.yaml:3:17: critical: privileged mode [privileged]"]


def test_what_equal_services_lack_is_one_line_that_names_them() -> None:
    assert _lines(finding(_WEB), finding(_DB)) == [
        "deploy/compose.yaml:2:3: medium: it is so [some-rule] (also service db at deploy/compose.yaml:4:3)"
    ]


def test_many_others_are_cut_to_a_few() -> None:
    (line,) = _lines(finding(_WEB, shared_by=tuple(_DB._replace(name=f"d{number}") for number in range(25))))
    assert line.endswith("service d19 at deploy/compose.yaml:4:3 and 5 more)")


def test_what_several_share_is_one_line() -> None:
    assert len(_lines(finding(_WEB, place(_SOURCE, "true"), shared_by=(_DB,)))) == 1


def test_no_finding_is_no_line() -> None:
    assert _lines() == []


def test_a_file_cannot_write_to_the_terminal_or_break_a_line() -> None:
    source = Source("a\x1b[2J\n.yaml", "services:\n  web: {}\n")
    found = finding(service(source, "web"), message="odd name \u202e\x07\n")
    assert _lines(found) == [r"a\x1b[2J\n.yaml:2:3: medium: odd name \u202e\x07\n [some-rule]"]
