"""The formats that other programs read, each given to a program that reads it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]  # as above
from jsonschema import Draft202012Validator
from junitparser import Error, JUnitXml
from junitparser import Failure as JUnitFailure

from dropcap.model import NEVER, Container, Failure, Kind, Level, Severity, Suppression
from dropcap.source import Source, Span
from dropcap.writers import FORMATS, Context, asks_needs, paths_from_top, writer
from dropcap.writers.formats import markdown
from handmade import finding, place, report, rule, service
from oracles import npm_readers

if TYPE_CHECKING:
    from dropcap.model import Finding, Report

# GitLab's documentation, "Code Quality report format": what an entry has to have, and of which kind it is.
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": r"^\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer"}},
                    },
                },
            },
        },
    },
}
# What the strictest reader of JUnit's XML allows, the schema of Jenkins' xUnit plugin: attributes and children.
JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "time", "skipped", "id", "package", "file"}, {"testcase"}),
    "testcase": ({"name", "time", "classname", "group"}, {"failure", "error", "skipped", "system-out", "system-err"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}
HOSTILE = (
    "a\"b'<c>&amp;%0A::error::|`x`]]>@all https://evil.example/ www.evil.example #1 _z_ *y* ![i](u) "
    "\x1b[31m\u202e\n\r,:"
)
SOURCE = Source(
    "deploy/cömpose.yaml",
    "services:\n  web:\n    cap_add: [NET_ADMIN]\n    privileged: true # 数 😀 here\n  db:\n    image: x\n",
)
WEB, DB = service(SOURCE, "web"), service(SOURCE, "db")
HOSTILE_SOURCE = Source("a,b:c%20<\u2028>|`é\udcff.yaml", "services:\n  web: {}\n")
RULES = (rule("net-admin", Severity.HIGH), rule("some-rule"))


def full() -> Report:
    broken = Source("broken.yml", "services: [\n")
    findings = [
        finding(WEB, place(SOURCE, "NET_ADMIN"), "it can", "net-admin", Severity.HIGH, shared_by=(DB,)),
        finding(WEB, place(SOURCE, "here"), "privileged", "privileged", Severity.CRITICAL),
        finding(WEB, place(SOURCE, "cap_add: [NET_ADMIN]\n    privileged"), "two lines", severity=Severity.LOW),
        finding(service(HOSTILE_SOURCE, "web", image=None)._replace(name=HOSTILE), message=HOSTILE),
    ]
    failures = [
        Failure("gone.yaml", HOSTILE),
        Failure("broken.yml", "invalid YAML", Level.ERROR, broken, Span(10, 11)),
        Failure("note.yaml", "only a word", Level.NOTE),
    ]
    silent = Container(Kind.RUN, "x", Source("run.sh", "docker run x\n"), Span(0, 10))
    return report(findings, [WEB, DB, findings[3].container, silent], failures, files=4)


def written(name: str, one: Report | None = None, **context: Any) -> str:  # noqa: ANN401  # whatever a context has
    return "".join(writer(name)(one or full(), Context(**{"rules": RULES, **context})))


def command_of(line: str) -> tuple[str, dict[str, object], str]:
    """Read a command as GitHub's runner does: the head, its properties, and the data, each unescaped."""
    assert line.startswith("::")
    head, _, data = line[2:].partition("::")
    kind, _, words = head.partition(" ")
    properties = dict(word.split("=", 1) for word in words.split(","))
    signs = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    for sign, meant in signs.items():
        properties = {key: value.replace(sign, meant) for key, value in properties.items()}
        data = data.replace(sign, meant) if sign not in {"%3A", "%2C"} else data
    return kind, dict(properties), data


def test_annotations_are_what_the_toolkit_of_github_prints() -> None:
    lines = written("github").splitlines()
    names = {"line": "startLine", "col": "startColumn"}
    told = [
        (kind, {names.get(key, key): value for key, value in properties.items()}, data)
        for kind, properties, data in map(command_of, lines)
    ]
    assert npm_readers.commands(told) == lines


def test_annotations_have_the_gravest_first_and_columns_on_one_line_alone() -> None:
    told = [command_of(line) for line in written("github").splitlines()]
    assert [kind for kind, _, _ in told] == ["error", "error", "error", "error", "warning", "notice"]
    assert [one["title"] for _, one, _ in told[:4]] == [
        *["dropcap: not checked"] * 2,
        "dropcap: privileged (critical)",
        "dropcap: net-admin (high)",
    ]
    assert told[3][2] == "service web: it can (also service db at deploy/cömpose.yaml:5:3)"
    assert told[3][1] | {"title": ""} == {
        "title": "",
        "file": "deploy/cömpose.yaml",
        "line": "3",
        "endLine": "3",
        "col": "15",
        "endColumn": "24",
    }
    assert "col" not in told[-1][1]
    assert told[-1][1]["endLine"] == "4"


def test_a_file_of_gitlab_has_what_gitlab_asks_for() -> None:
    entries = json.loads(written("gitlab"))
    assert [error.message for error in Draft202012Validator(GITLAB).iter_errors(entries)] == []
    assert len({one["fingerprint"] for one in entries}) == len(entries)
    assert Counter(one["severity"] for one in entries) == {"blocker": 3, "critical": 1, "minor": 1, "major": 1}
    assert entries[0]["location"] == {"path": "deploy/cömpose.yaml", "lines": {"begin": 3, "end": 3}}
    assert json.loads(written("gitlab", report())) == []


def test_gitlab_tells_equal_findings_of_two_repositories_apart() -> None:
    found = [finding(WEB, place(SOURCE, "here"))._replace(path="x", root=root) for root in ("/a", "/a/submodule", "/b")]
    prints = [one["fingerprint"] for one in json.loads(written("gitlab", report(found)))]
    assert len(set(prints)) == 3
    assert all(len(one) == 32 for one in prints)


def test_the_test_of_gitlab_can_fail() -> None:
    entries = json.loads(written("gitlab"))
    entries[0]["location"]["path"] = "./x"
    del entries[1]["fingerprint"]
    assert len(list(Draft202012Validator(GITLAB).iter_errors(entries))) == 2


def test_the_validator_of_rdjson_has_nothing_to_say() -> None:
    text = written("rdjson")
    assert npm_readers.faults_of_rdjson(text) == []
    diagnostics = json.loads(text)["diagnostics"]
    assert [one["severity"] for one in diagnostics] == ["ERROR", "ERROR", "INFO", "WARNING", "ERROR", "ERROR"]
    # Columns are bytes: three for 数, four for the face.
    line = SOURCE.line(4)
    assert diagnostics[1]["location"]["range"]["start"] == {
        "line": 4,
        "column": len(line[: line.index("here")].encode()) + 1,
    }


def test_the_test_of_rdjson_can_fail() -> None:
    wrong = json.loads(written("rdjson"))
    wrong["diagnostics"][0]["severity"] = "GRAVE"
    del wrong["diagnostics"][1]["message"]
    assert len(npm_readers.faults_of_rdjson(json.dumps(wrong))) > 1


def test_a_reader_of_checkstyle_finds_each_error() -> None:
    text = written("checkstyle")
    assert text.isascii()
    files = {one.get("name"): one for one in ET.fromstring(text)}  # noqa: S314  # our own text
    assert len(files) == 4
    errors = npm_readers.errors_of_checkstyle(text)
    told = [(one["line"], one["severity"], one["message"]) for one in errors if one["file"].endswith("cömpose.yaml")]
    assert told == [
        (3, "error", "service web: it can (also service db at deploy/cömpose.yaml:5:3)"),
        (4, "error", "service web: privileged"),
        (3, "info", "service web: two lines"),
    ]
    (hostile,) = [one["message"] for one in errors if one["severity"] == "warning"]
    assert hostile.count("https://evil.example/") == 2  # the name and the message, whole
    assert "a\"b'<c>&amp;%0A" in hostile


def test_a_reader_of_junit_finds_each_test() -> None:
    text = written("junit", threshold=Severity.MEDIUM)
    assert text.isascii()
    assert faults_of_junit(text) == []
    suites = {suite.name: list(suite) for suite in JUnitXml.fromstring(text.encode())}
    cases = suites["deploy/cömpose.yaml"]
    assert [case.name for case in cases] == [
        "net-admin: service web (line 3)",
        "privileged: service web (line 4)",
        "some-rule: service web (line 3)",
    ]
    assert [[type(one) for one in case.result] for case in cases] == [[JUnitFailure], [JUnitFailure], []]
    assert "low: service web: two lines [some-rule]" in (cases[2].system_out or "")
    assert cases[0].result[0].type == "high"
    assert [case.is_passed for case in suites["run.sh"]] == [True]
    assert [type(case.result[0]) for case in suites["gone.yaml"]] == [Error]
    assert "note.yaml" not in suites
    whole = JUnitXml.fromstring(text.encode())
    assert (whole.tests, whole.failures, whole.errors) == (7, 3, 2)


def test_what_is_accepted_is_a_skipped_test_with_its_reason() -> None:
    accepted = finding(WEB)._replace(suppression=Suppression("comment", "the <vpn> needs it", "compose.yaml:3"))
    text = written("junit", report(containers=[WEB])._replace(suppressed=(accepted,)))
    assert faults_of_junit(text) == []
    ((case,),) = [list(suite) for suite in JUnitXml.fromstring(text.encode())]
    assert case.is_skipped
    assert case.result[0].message == "accepted: the <vpn> needs it"
    page = written("html", report(containers=[WEB])._replace(suppressed=(accepted,)))
    assert "the &lt;vpn&gt; needs it" in page
    assert "1 by comments in the files" in page


def test_junit_fails_nothing_where_no_finding_makes_a_run_fail() -> None:
    assert JUnitXml.fromstring(written("junit", threshold=NEVER).encode()).failures == 0


def test_the_test_of_junit_can_fail() -> None:
    text = written("junit").replace("classname=", "line=").replace("<failure", "<fault").replace("</failure", "</fault")
    assert len(faults_of_junit(text)) > 1


def faults_of_junit(text: str) -> list[str]:
    """Name elements and attributes that the schema does not have, and required ones that are missing."""
    faults = []
    for element in ET.fromstring(text).iter():  # noqa: S314  # our own text
        attributes, children = JUNIT.get(element.tag, (set(), set()))
        faults += [f"{element.tag} {name}" for name in element.attrib if name not in attributes]
        faults += [f"{element.tag} in {child.tag}" for child in element if child.tag not in children]
    for suite in ET.fromstring(text).iter("testsuite"):  # noqa: S314  # as above
        counted = (len(suite), len(suite.findall("*/failure")), len(suite.findall("*/error")))
        if tuple(int(suite.get(name, "-1")) for name in ("tests", "failures", "errors")) != counted:
            faults.append(f"counts of {suite.get('name')}")
    return faults


def rendered(text: str) -> ET.Element:
    """Render Markdown as GitHub does, and read what comes of it."""
    html = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    return ET.fromstring(f"<div>{html}</div>")  # noqa: S314  # a page that is no tree of elements has markup of ours


def test_a_summary_in_markdown_is_tables_and_nothing_that_a_file_made() -> None:
    page = rendered(written("markdown"))
    assert {element.tag for element in page.iter()} <= {
        *("div", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "a", "ul", "li"),
    }
    files, first, *_ = page.findall("table")
    rows = [["".join(cell.itertext()) for cell in row] for row in files.iter("tr")]
    assert rows[0] == ["file", "critical", "high", "medium", "low"]
    assert rows[1] == ["deploy/cömpose.yaml", "1", "1", "", "1"]
    cells = [["".join(cell.itertext()) for cell in row] for row in first.iter("tr")]
    assert cells[2] == ["high", "3", "service web, db", "it can", "net-admin"]
    assert len(cells) == 4
    assert [link.get("href") for link in page.iter("a")] == []
    hostile = "".join(page.findall("table")[2].itertext())
    assert "@all https://evil.example/ www.evil.example #1 _z_ *y* ![i](u)" in " ".join(hostile.split())


def test_the_rules_of_a_summary_have_links_to_their_pages() -> None:
    ours = RULES[0]._replace(origin="rules/dropcap_rules/net_admin.py")
    links = [link.get("href") for link in rendered(written("markdown", rules=(ours,))).iter("a")]
    assert len(links) == 1
    assert (links[0] or "").endswith("/rules/dropcap_rules/net_admin.py")


def test_a_summary_lists_the_gravest_and_counts_the_others() -> None:
    found = [finding(WEB, message=f"m{number}", severity=Severity.LOW) for number in range(5000)]
    found[4000] = found[4000]._replace(severity=Severity.CRITICAL)
    text = written("markdown", report(found))
    assert "m4000 " in text
    assert f"{5000 - markdown.MOST_FINDINGS} more findings are less severe" in text
    assert len(text) < 100_000


def test_notes_of_one_kind_are_one_line_and_json_has_them_all() -> None:
    notes = [Failure(f"{number}.yaml", f"env-{number}.env is not here", Level.NOTE) for number in range(9)]
    one = report(failures=[*notes, Failure("x.yaml", "another word", Level.NOTE)])
    assert len(json.loads(written("json", one))["failures"]) == 10
    for name in ("markdown", "html"):
        text = written(name, one)
        assert "and 8 more notes like this one" in text
        assert "env-3.env" not in text
    log = json.loads(written("sarif", one))
    notifications = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert [told["message"]["text"] for told in notifications] == [
        "env-0.env is not here (and 8 more notes like this one).",
        "another word.",
    ]


def test_paths_are_those_of_the_repository_where_a_program_shows_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert {name for name in FORMATS if paths_from_top(name)} == {"github", "gitlab", "sarif"}
    assert {name for name in FORMATS if asks_needs(name)} == {"html"}
    top = tmp_path_factory.getbasetemp()
    inside = Source(str(top / "sub" / "compose.yaml"), SOURCE.text)
    one = report([finding(service(inside, "web"))])
    assert json.loads(written("gitlab", one, root=str(top)))[0]["location"]["path"] == "sub/compose.yaml"
    assert command_of(written("github", one, root=str(top)))[1]["file"] == "sub/compose.yaml"
    elsewhere = json.loads(written("gitlab", one, root=str(top / "other")))[0]["location"]["path"]
    assert elsewhere == inside.path


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_stays_bounded_where_many_have_one_thing(name: str) -> None:
    others = tuple(DB._replace(name=f"d{number}") for number in range(3000))
    many: list[Finding] = [finding(WEB, place(SOURCE, "true"), rule="net-admin", shared_by=others) for _ in range(3)]
    text = written(name, report(many, [WEB]))
    assert len(text) < (3_000_000 if name in {"json", "ndjson", "sarif"} else 60_000)
