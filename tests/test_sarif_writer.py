from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft4Validator

from dropcap import __version__
from dropcap.model import Container, Failure, Kind, Level, Located, Related, Severity, Stage, Unknown
from dropcap.rule import load_rules
from dropcap.source import Source, Span
from dropcap.writers import Context, writer
from dropcap.writers.fingerprint import line_hashes
from dropcap.writers.formats import sarif
from handmade import finding, place, report, rule, service
from oracles import sarif_multitool

if TYPE_CHECKING:
    from dropcap.model import Report

_SCHEMA = json.loads((Path(__file__).parent / "data/sarif/sarif-schema-2.1.0.json").read_text("utf-8"))
_PAGE = """A container runs in privileged mode.

Privileged mode grants every capability;
whoever escapes is root on the host.

Audit: `docker inspect NAME`

```yaml bad
services:
  vpn: {image: "${IMAGE}", privileged: true}
```

```yaml good
services:
  vpn: {image: "vpn:1"}
```

References: capabilities(7)
"""
_RULES = (
    rule("net-admin", Severity.HIGH),
    rule("open-port", Severity.LOW),
    rule("privileged", Severity.CRITICAL, _PAGE),
    rule("some-rule", Severity.MEDIUM),
)
_SOURCE = Source(
    "deploy/prod env/cömpose [1].yaml",
    "services:\n  web:\n    cap_add: [NET_ADMIN]\n    privileged: true\n  db:\n    image: x\n",
)
_WEB, _DB = service(_SOURCE, "web"), service(_SOURCE, "db")


def _written(one: Report, **context: Any) -> Any:  # noqa: ANN401  # the parsed JSON is what tests look into
    text = "".join(writer("sarif")(one, Context(**{"rules": _RULES, **context})))
    assert text.isascii()
    return json.loads(text)


def _run(one: Report, **context: Any) -> Any:  # noqa: ANN401  # as above
    (run,) = _written(one, **context)["runs"]
    return run


def _result(*findings: Any) -> Any:  # noqa: ANN401  # as above
    return _run(report(findings))["results"][0]


def _full_report() -> Report:
    script = Source("bin/run 数.sh", "#!/bin/sh\n# 😀\ndocker run \\\n  --privileged x\n")
    command = Container(Kind.RUN, "x", script, Span(script.text.index("docker"), len(script.text) - 1))
    stage = Container(Kind.STAGE, "0", Source("Dockerfile", "FROM x"), Span(0, 4))
    broken = Source("a\\b:c%20?#.yml", "services: [\n")
    findings = [
        finding(
            _WEB,
            place(_SOURCE, "NET_ADMIN"),
            "it can use {0} and ${NAME} and [this](7) too",
            "net-admin",
            Severity.HIGH,
            evidence=("NET_ADMIN",),
            related=(
                Related("the [service]", _WEB.anchor),
                Related("and a \\ word", place(_SOURCE, "services")),
            ),
            shared_by=(_DB,),
        ),
        finding(_WEB, place(_SOURCE, "true"), "privileged mode", "privileged", Severity.CRITICAL),
        finding(_DB),
        finding(command, place(script, "--privileged"), "privileged mode", "privileged", Severity.CRITICAL),
        finding(command),
        finding(stage),
    ]
    failures = [
        Failure("gone.yaml", "cannot be read"),
        Failure("C:/odd//../name.yaml", "cannot be {read} </b>"),
        Failure(broken.path, "a word", Level.NOTE, broken, Span(len(broken.text), len(broken.text))),
        Failure("rogue\udcff\ud800.yml", "no text"),
    ]
    return report(findings, failures=failures, files=7)


@pytest.mark.parametrize("one", [_full_report(), report()], ids=["full", "empty"])
def test_a_log_follows_the_official_schema(one: Report) -> None:
    assert [error.message for error in Draft4Validator(_SCHEMA).iter_errors(_written(one))] == []


def test_the_schema_test_can_fail() -> None:
    log = _written(_full_report())
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not Draft4Validator(_SCHEMA).is_valid(log)


def test_the_validator_of_github_has_nothing_to_say(tmp_path: Path) -> None:
    log = tmp_path / "log.sarif"
    log.write_text("".join(writer("sarif")(_full_report(), Context(_RULES))), "ascii")
    assert sarif_multitool.complaints(log) == []


def test_the_validator_of_github_has_nothing_to_say_of_all_rules(tmp_path: Path) -> None:
    rules = load_rules()
    found = [finding(_WEB, rule=one.id, severity=one.severity) for one in rules]
    log = tmp_path / "log.sarif"
    log.write_text("".join(writer("sarif")(report(found), Context(rules))), "ascii")
    assert sarif_multitool.complaints(log) == []
    assert [error.message for error in Draft4Validator(_SCHEMA).iter_errors(json.loads(log.read_text()))] == []


def test_a_rule_says_what_it_is_about_and_the_log_has_each_entry_once() -> None:
    rules = [one for one in load_rules() if one.id in {"privileged", "all-capabilities", "useless-drop"}]
    run = _run(report(), rules=tuple(rules))
    entries = {(one["name"], taxon["id"]): taxon for one in run["taxonomies"] for taxon in one["taxa"]}
    assert len(entries) == sum(len(one["taxa"]) for one in run["taxonomies"])
    assert entries["CIS Docker Benchmark", "CIS-5.5"]["shortDescription"]["text"]
    assert [one["name"] for one in run["tool"]["driver"]["supportedTaxonomies"]] == [
        one["name"] for one in run["taxonomies"]
    ]
    described = {one["id"]: one for one in run["tool"]["driver"]["rules"]}
    targets = [one["target"] for one in described["privileged"]["relationships"]]
    assert {"id": "CIS-5.5", "toolComponent": {"name": "CIS Docker Benchmark"}} in targets
    assert all((one["toolComponent"]["name"], one["id"]) in entries for one in targets)
    assert "external/cwe/cwe-250" in described["privileged"]["properties"]["tags"]


def test_the_tool_and_its_own_rules_have_a_page() -> None:
    (ours,) = [one for one in load_rules() if one.id == "net-raw"]
    driver = _run(report(), rules=(ours, _RULES[0]))["tool"]["driver"]
    pyproject = (Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8")
    assert f'Homepage = "{driver["informationUri"]}"' in pyproject
    page = driver["rules"][0]["helpUri"]
    assert (Path(__file__).parent.parent / page.removeprefix(f"{driver['informationUri']}/blob/main/")).is_file()
    # Where the page of somebody else's rule is, nobody knows.
    assert "helpUri" not in driver["rules"][1]


def test_the_validator_test_can_fail(tmp_path: Path) -> None:
    written = _written(_full_report())
    del written["runs"][0]["tool"]["driver"]["rules"][0]["help"]
    written["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["endLine"] = 1
    log = tmp_path / "log.sarif"
    log.write_text(json.dumps(written), "ascii")
    complaints = "\n".join(sarif_multitool.complaints(log))
    assert "SARIF1007" in complaints
    assert "GH2012" in complaints


def test_a_run_names_tool_category_and_column_unit() -> None:
    run = _run(report(), category="nightly/amd64")
    assert run["tool"]["driver"]["name"] == "dropcap"
    assert run["tool"]["driver"]["semanticVersion"] == __version__
    assert run["automationDetails"] == {"id": "nightly/amd64/"}
    assert run["columnKind"] == "unicodeCodePoints"
    assert "%SRCROOT%" in run["originalUriBaseIds"]
    assert run["results"] == []


def test_rules_are_those_that_ran_whether_they_found_something_or_not() -> None:
    run = _run(_full_report())
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == [one.id for one in _RULES]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_a_rule_carries_what_github_shows() -> None:
    described = {one["id"]: one for one in _run(report())["tool"]["driver"]["rules"]}
    privileged = described["privileged"]
    assert privileged["shortDescription"]["text"] == "A container runs in privileged mode."
    assert privileged["fullDescription"]["text"] == (
        "A container runs in privileged mode. "
        "Privileged mode grants every capability; whoever escapes is root on the host."
    )
    assert privileged["help"]["text"] == _PAGE
    assert "**Found:**\n\n```yaml\nservices:" in privileged["help"]["markdown"]
    assert "**Not found:**\n\n```yaml\nservices:" in privileged["help"]["markdown"]
    assert "```yaml bad" not in privileged["help"]["markdown"]
    assert "security" in privileged["properties"]["tags"]
    assert privileged["name"] == "AContainerRunsInPrivilegedMode"


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        (Severity.CRITICAL, "error", "9.5"),
        (Severity.HIGH, "error", "8.0"),
        (Severity.MEDIUM, "warning", "5.5"),
        (Severity.LOW, "note", "2.5"),
    ],
)
def test_a_severity_is_a_level_and_a_score(severity: Severity, level: str, score: str) -> None:
    run = _run(report([finding(_WEB, rule="r", severity=severity)]), rules=(rule("r", severity),))
    (described,) = run["tool"]["driver"]["rules"]
    assert described["defaultConfiguration"]["level"] == level
    assert described["properties"]["security-severity"] == score
    assert run["results"][0]["level"] == level


@pytest.mark.parametrize("words", ["word " * 400, "w" * 2000, "w" * 1022 + " word"])
def test_a_description_has_at_most_1024_characters(words: str) -> None:
    run = _run(report(), rules=(rule("long", page=f"{words}\n\nmore"),))
    (described,) = run["tool"]["driver"]["rules"]
    for key in ("shortDescription", "fullDescription"):
        assert 1000 < len(described[key]["text"]) <= 1024
        assert described[key]["text"].endswith("w..." if "w" * 9 in words else "word...")


def test_a_result_says_whose_it_is_and_where() -> None:
    result = _result(finding(_WEB, place(_SOURCE, "true"), "privileged mode", "privileged", Severity.CRITICAL))
    assert result["message"]["text"] == "Service web: privileged mode."
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {
            "uri": "deploy/prod%20env/c%C3%B6mpose%20%5B1%5D.yaml",
            "uriBaseId": "%SRCROOT%",
        },
        "region": {"startLine": 4, "startColumn": 17, "endLine": 4, "endColumn": 21},
    }
    assert location["logicalLocations"] == [{"name": "web", "kind": "resource", "fullyQualifiedName": "service/web"}]


def test_a_result_has_the_hash_of_its_line() -> None:
    result = _result(finding(_WEB, place(_SOURCE, "true"), rule="privileged"))
    hashes = line_hashes(_SOURCE.text)
    assert result["partialFingerprints"]["primaryLocationLineHash"] == hashes[3]


def test_related_places_and_sharers_are_linked_from_the_message() -> None:
    result = _run(_full_report())["results"][0]
    message = (
        "Service web: it can use {{0}} and $NAME and [this] (7) too."
        " See [the \\[service\\]](1) and [and a \\\\ word](2)."
        " It is the same for [db](3)."
    )
    assert result["message"]["text"] == message
    assert [one["id"] for one in result["relatedLocations"]] == [1, 2, 3]
    assert [one["message"]["text"] for one in result["relatedLocations"]] == [
        "the [service].",
        "and a \\ word.",
        "also holds for service db.",
    ]
    assert result["relatedLocations"][2]["physicalLocation"]["region"]["startLine"] == 5


def test_a_name_cannot_make_a_link_or_a_line() -> None:
    container = _WEB._replace(name="[x](https://evil.example)\n\x1b")
    text = _result(finding(container))["message"]["text"]
    assert text == "Service [x] (https://evil.example)\\n\\x1b: it is so."


def test_many_sharers_do_not_make_a_long_message_nor_too_many_locations() -> None:
    others = tuple(_DB._replace(name=f"db{number}") for number in range(2000))
    result = _result(finding(_WEB, place(_SOURCE, "true"), shared_by=others))
    assert result["message"]["text"].endswith("[db3](4), [db4](5) and 1995 more.")
    assert len(result["relatedLocations"]) == 999


def test_failures_are_notifications() -> None:
    (invocation,) = _run(_full_report())["invocations"]
    assert invocation["executionSuccessful"] is False
    gone, odd, note, rogue = invocation["toolExecutionNotifications"]
    assert gone["level"] == "error"
    assert gone["message"]["text"] == "cannot be read."
    assert gone["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "gone.yaml", "uriBaseId": "%SRCROOT%"}
    }
    assert odd["message"]["text"] == "cannot be {{read}} </b>."
    assert note["level"] == "note"
    assert note["locations"][0]["physicalLocation"]["region"]["startLine"] == 2
    assert rogue["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("rogue")


def test_notes_are_no_lack_of_success() -> None:
    (invocation,) = _run(report(failures=[Failure("x", "a word", Level.NOTE)]))["invocations"]
    assert invocation["executionSuccessful"] is True


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("./a/b.yaml", "a/b.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("100%.yaml", "100%25.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("bytes\udcff.yaml", "bytes%FF.yaml"),
    ],
)
def test_a_path_becomes_a_relative_uri(path: str, uri: str) -> None:
    result = _result(finding(service(Source(path, "services:\n  web: {}\n"), "web")))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": uri,
        "uriBaseId": "%SRCROOT%",
    }


def test_a_path_outside_the_root_becomes_a_file_uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "top" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "top" / "sub")
    for path, location in (
        ("../../a.yaml", {"uri": f"file://{tmp_path}/a.yaml"}),
        ("../a.yaml", {"uri": "a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("a.yaml", {"uri": "sub/a.yaml", "uriBaseId": "%SRCROOT%"}),
    ):
        found = report([finding(service(Source(path, "services:\n  web: {}\n"), "web"))])
        (result,) = _run(found, root=str(tmp_path / "top"))["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"] == location


def test_an_absolute_path_becomes_a_file_uri() -> None:
    result = _result(finding(service(Source("/srv/a b.yaml", "services:\n  web: {}\n"), "web")))
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "file:///srv/a%20b.yaml"}


def test_equal_services_are_one_result_with_the_others_as_related_locations() -> None:
    (result,) = _run(report([finding(_WEB), finding(_DB)]))["results"]
    assert result["message"]["text"] == "Service web: it is so. It is the same for [db](1)."
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["region"]["startLine"] == 5


def test_a_build_stage_is_named_with_what_it_builds_upon() -> None:
    source = Source("Dockerfile", "FROM debian:12\n")
    stage = Stage("0", 0, Located("debian:12", source, Span(5, 14)), None, None, None, (), (), (), (), None)
    result = _result(finding(Container(Kind.STAGE, "0", source, Span(0, 4), stage=stage)))
    assert result["message"]["text"] == "Build stage 0 (FROM debian:12): it is so."


def test_what_nobody_could_see_is_a_note() -> None:
    unknown = Unknown("${X}", "X is set nowhere", _SOURCE, Span(0, 8), ("cap_add",))
    (invocation,) = _run(report(containers=[_WEB._replace(unknowns=(unknown,))]))["invocations"]
    (note,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is True
    assert note["level"] == "note"
    assert note["message"]["text"] == "1 container only partly known: $X, because X is set nowhere."
    assert note["locations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_more_results_than_github_takes_are_cut_to_the_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MOST_RESULTS", 2)
    found = [
        finding(_WEB, severity=Severity.LOW, rule="open-port"),
        finding(_WEB, severity=Severity.CRITICAL, rule="privileged"),
        finding(_DB, severity=Severity.HIGH, rule="net-admin"),
    ]
    run = _run(report(found))
    assert [result["ruleId"] for result in run["results"]] == ["privileged", "net-admin"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["level"] == "warning"
    assert notification["message"]["text"].startswith("1 of 3 findings")
