"""What comments and entries of the configuration accept, and what they do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import about
from dropcap.allow import Allow
from dropcap.carriers.registry import CARRIERS, comments
from dropcap.check import Setup, check_file, check_text
from dropcap.dates import has_passed, is_date, today
from dropcap.model import Kind, Level, Problem
from dropcap.report import Accepting, drop_included, to_report
from dropcap.rule import load_rules
from dropcap.source import Source
from dropcap.suppress.allowed import Allowance, is_like
from dropcap.suppress.directive import directive
from dropcap.targets import Target
from dropcap.writers import Context, writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dropcap.model import Report

ABOUT_IGNORES = ("expired-ignore", "ignore-without-reason", "malformed-ignore", "unused-ignore")
KNOWN = [rule.id for rule in load_rules()]


def report(text: str, *ids: str, syntax: str = "compose", path: str = "compose.yaml") -> Report:
    rules = about.rules(*ids, *ABOUT_IGNORES)
    return to_report([check_text(path, syntax, text, rules, Setup())], (), rules, Accepting(KNOWN))


def told(one: Report) -> list[str]:
    return [finding.rule for finding in one.findings]


def accepted(one: Report) -> list[str]:
    return [finding.rule for finding in one.suppressed]


def compose(*lines: str) -> str:
    return "services:\n  web:\n    image: web:1\n" + "".join(f"    {line}\n" for line in lines)


# --- what a comment says ---


@pytest.mark.parametrize(
    ("comment", "names", "reason", "expires"),
    [
        ("# dropcap: ignore[net-raw] -- it pings", ["net-raw"], "it pings", ""),
        ("#dropcap:ignore[ net-raw , privileged ]-- why", ["net-raw", "privileged"], "why", ""),
        ("// dropcap: ignore[a:cap_sys_admin]", ["a:SYS_ADMIN"], "", ""),
        ("/* dropcap: ignore[a] -- why */", ["a"], "why", ""),
        ("<!-- dropcap: ignore[a] -- why -->", ["a"], "why", ""),
        ("<!-- dropcap: ignore[a] -->", ["a"], "", ""),
        ("`# dropcap: ignore[a] -- why`", ["a"], "why", ""),
        ("; dropcap: ignore[a] until 2027-01-31 -- why", ["a"], "why", "2027-01-31"),
        ("# needed # dropcap: ignore[a] -- why # and more", ["a"], "why", ""),
        ("# dropcap: ignore[a, a] -- over\n  lines", ["a"], "over lines", ""),
    ],
)
def test_a_comment_names_rules_and_gives_a_reason(comment: str, names: list[str], reason: str, expires: str) -> None:
    says = directive(comment)
    assert says is not None
    assert (list(map(str, says.accepts)), says.reason, says.expires, says.wrong) == (names, reason, expires, "")


@pytest.mark.parametrize("comment", ["# see dropcap: it tells", "# dropcaps are large", "# we like dropcap:"])
def test_a_comment_about_dropcap_says_nothing_to_it(comment: str) -> None:
    assert directive(comment) is None


def test_what_is_very_long_or_names_very_much_accepts_nothing() -> None:
    for comment in ("# dropcap: ignore[a] -- " + "x" * 1_000_000, f"# dropcap: ignore[{'a, ' * 200}b] -- x"):
        says = directive(comment)
        assert says is not None
        assert says.wrong
        assert not says.accepts


# --- where it stands ---


def test_a_comment_on_the_containers_line_speaks_of_all_of_it() -> None:
    text = compose("cap_add: [SYS_MODULE]", "privileged: false").replace(
        "  web:\n", "  web:  # dropcap: ignore[net-raw, critical-capability] -- it loads a module\n"
    )
    one = report(text, "net-raw", "critical-capability")
    assert told(one) == []
    assert accepted(one) == ["net-raw", "critical-capability"]
    assert {finding.suppression.place for finding in one.suppressed if finding.suppression} == {"compose.yaml:2"}


def test_a_comment_speaks_of_its_own_container_alone() -> None:
    text = "services:  # dropcap: ignore[net-raw] -- this is no service\n  a: {image: x}\n  b: {image: x}\n"
    assert told(report(text, "net-raw")) == ["unused-ignore", "net-raw", "net-raw"]


def test_what_several_containers_have_by_one_text_is_accepted_for_all_or_for_one() -> None:
    text = "x-a: &a\n  privileged: true{}\nservices:\n  a: {{<<: *a, image: x}}{}\n  b: {{<<: *a, image: x}}\n"
    comment = "  # dropcap: ignore[privileged] -- why"
    assert accepted(report(text.format(comment, ""), "privileged")) == ["privileged"]
    assert told(report(text.format(comment, ""), "privileged")) == []
    one = report(text.format("", comment), "privileged")
    assert [finding.container.name for finding in one.suppressed] == ["a"]
    assert [(finding.rule, finding.container.name) for finding in one.findings] == [("privileged", "b")]


def test_ignore_file_speaks_of_the_whole_file_from_its_top() -> None:
    comment = "# dropcap: ignore-file[net-raw] -- all of them ping\n"
    services = "services:\n  a: {image: x}\n  b: {image: x}\n"
    assert told(report(comment + services, "net-raw")) == []
    assert told(report("%YAML 1.1\n---\n" + comment + services, "net-raw")) == []
    assert told(report(services + comment, "net-raw")) == ["net-raw", "net-raw", "malformed-ignore"]


def test_one_capability_is_accepted_and_the_others_are_not() -> None:
    text = compose("cap_drop: [ALL]", "cap_add: [NET_ADMIN, SYS_PTRACE]  # dropcap: ignore[{}] -- why")
    rules = ("high-capability", "moderate-capability", "critical-capability")
    every = {finding.problem.evidence: finding.rule for finding in report(text.format("net-raw"), *rules).findings}
    rule = every["NET_ADMIN",]
    one = report(text.format(f"{rule}:NET_ADMIN"), *rules)
    assert [finding.problem.evidence for finding in one.suppressed] == [("NET_ADMIN",)]
    assert [finding.problem.evidence for finding in one.findings] == [("SYS_PTRACE",)]


def test_of_a_finding_of_several_capabilities_each_is_named() -> None:
    rule = "capability-not-held"
    text = "services:\n  web:  # dropcap: ignore[{}] -- why\n    image: debian:12\n    cap_drop: [ALL]\n"
    text += "    command: su -c id www-data\n"
    (found,) = report(text.format("privileged"), rule).findings
    names = sorted(found.problem.evidence)
    assert len(names) > 1
    some = ", ".join(f"{rule}:{name}" for name in names[1:])
    every = ", ".join(f"{rule}:{name}" for name in names)
    assert rule in told(report(text.format(some), rule))
    one = report(text.format(every), rule)
    assert (told(one), accepted(one)) == ([], [rule])


def test_whoever_accepts_the_graver_is_told_its_parts() -> None:
    text = compose("cap_add: [SYS_PTRACE]{}", "pid: host")
    rules = ("host-takeover", "host-pid", "critical-capability")
    assert told(report(text.format(""), *rules)) == ["host-takeover"]
    one = report(text.format("  # dropcap: ignore[host-takeover] -- a debugger"), *rules)
    assert accepted(one) == ["host-takeover"]
    assert sorted(told(one)) == ["critical-capability", "host-pid"]


def test_what_a_graver_one_stands_for_is_not_accepted_in_vain() -> None:
    text = compose("cap_add: [SYS_PTRACE]", "pid: host  # dropcap: ignore[host-pid] -- a debugger")
    assert told(report(text, "host-takeover", "host-pid", "critical-capability")) == ["host-takeover"]


def test_what_cannot_be_read_is_not_accepted() -> None:
    text = "# dropcap: ignore-file[net-raw] -- why\nservices:\n  web: {image: x, cap_add: 3}\n"
    one = report(text, "net-raw")
    assert [failure.level for failure in one.failures] == [Level.ERROR]


@pytest.mark.parametrize("syntax", sorted(one.name for one in CARRIERS if one.comments))
def test_a_comment_at_the_end_of_a_text_speaks_of_nothing(syntax: str) -> None:
    sign, end = {"markdown": ("<!-- ", " -->"), "devcontainer": ("// ", ""), "jenkins": ("// ", "")}.get(
        syntax, ("# ", "")
    )
    says = f"{sign}dropcap: ignore[net-raw] -- why{end}"
    texts = {"devcontainer": "{}\n", "dockerfile": "FROM x\n", "quadlet": "[Container]\nImage=x\n"}
    for text in (texts.get(syntax, "") + says, f"{texts.get(syntax, '')}\n\n{says}\n\n"):
        (one,) = comments(syntax, Source("x", text))
        assert one.covers.start == one.covers.end


def test_of_very_many_comments_the_first_ones_count_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropcap.lang.comments.MOST_COMMENTS", 2)
    line = "  s{}:  # dropcap: ignore[net-raw] -- why\n    image: x\n"
    one = report("services:\n" + "".join(line.format(number) for number in range(4)), "net-raw")
    assert accepted(one) == ["net-raw", "net-raw"]
    assert sorted(told(one)) == ["malformed-ignore", "net-raw", "net-raw"]


# --- what is accepted in vain ---


def test_a_rule_that_does_not_run_is_not_accepted_in_vain() -> None:
    text = compose("cap_drop: [ALL]  # dropcap: ignore[net-raw, privileged] -- why")
    assert [one.problem.evidence for one in report(text, "net-raw").findings] == [("net-raw",)]


def test_nothing_is_in_vain_where_not_all_was_looked_at() -> None:
    text = compose("cap_drop: [ALL]  # dropcap: ignore[net-raw] -- why", "cap_add: 3")
    assert told(report(text, "net-raw")) == []


def test_an_unknown_rule_is_told_with_the_one_that_is_meant() -> None:
    (one,) = report(compose("cap_drop: [ALL]  # dropcap: ignore[net_raw] -- why"), "privileged").findings
    assert (one.rule, one.container.kind) == ("malformed-ignore", Kind.FILE)
    assert one.problem.message == "no rule is named `net_raw` (did you mean net-raw?)"


def test_a_rule_that_fails_on_them_is_told_and_the_others_speak() -> None:
    def fails(_: object) -> list[Problem]:
        raise ZeroDivisionError

    rules = about.rules("net-raw", *ABOUT_IGNORES)
    broken = rules[0]._replace(id="broken", check_ignores=fails)
    text = compose("cap_drop: [ALL]  # dropcap: ignore[net-raw] -- why")
    result = check_text("compose.yaml", "compose", text, rules, Setup())
    one = to_report([result], (), (broken, *rules), Accepting(KNOWN))
    assert told(one) == ["unused-ignore"]
    assert ["the rule broken failed" in failure.message for failure in one.failures] == [True]


def test_a_day_that_has_passed_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = compose().replace("web:\n", "web:  # dropcap: ignore[net-raw] until 2027-01-31 -- why\n", 1)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1801353600")  # 2027-01-31
    assert today() == "2027-01-31"
    assert accepted(report(text, "net-raw")) == ["net-raw"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1801440000")
    one = report(text, "net-raw")
    assert sorted(told(one)) == ["expired-ignore", "net-raw"]
    assert accepted(one) == []


def test_days_are_days() -> None:
    assert is_date("2028-02-29")
    assert not any(map(is_date, ("2027-02-29", "2027-1-1", "20270101", "", "tomorrow", "\u0662027-01-01")))
    assert not has_passed("")


def projects(tmp_path: Path, first: str, second: str) -> Report:
    (tmp_path / "base.yaml").write_text(
        "services:\n  a:\n    image: x\n    # dropcap: ignore[net-raw] -- why\n    user: '1'\n"
    )
    for name, more in (("one", first), ("two", second)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "compose.yaml").write_text(f"include: [../base.yaml]\n{more}")
    rules = about.rules("net-raw", "root-user", *ABOUT_IGNORES)
    paths = [str(tmp_path / name / "compose.yaml") for name in ("one", "two")] + [str(tmp_path / "base.yaml")]
    results = [check_file(Target(path, "compose", named=True, root=str(tmp_path)), rules, Setup()) for path in paths]
    assert len(list(drop_included(results))) == 2
    return to_report(results, (), rules, Accepting(KNOWN))


def test_what_several_projects_include_is_in_vain_only_where_none_uses_it(tmp_path: Path) -> None:
    assert [one.rule for one in projects(tmp_path, "", "").findings if "ignore" in one.rule] == ["unused-ignore"]


# --- entries of the configuration ---


def with_allow(text: str, *entries: Allow, ids: Sequence[str] = ("net-raw", "critical-capability")) -> Report:
    rules = about.rules(*ids, *ABOUT_IGNORES)
    results = [check_text("deploy/compose.yaml", "compose", text, rules, Setup())]
    return to_report(results, (), rules, Accepting(KNOWN, Allowance(entries, "")))


@pytest.mark.parametrize(
    ("entry", "is_accepted"),
    [
        (Allow(("net-raw",), reason="x", place=".dropcap.toml:1"), True),
        (Allow(("privileged",), reason="x"), False),
        (Allow(("net-raw",), container="w*", reason="x"), True),
        (Allow(("net-raw",), container="w", reason="x"), False),
        (Allow(("net-raw",), image="web:*", reason="x"), True),
        (Allow(("net-raw",), image="db:*", reason="x"), False),
        (Allow(("net-raw",), path=("deploy/",), reason="x"), True),
        (Allow(("net-raw",), path=("*.yaml", "!deploy/"), reason="x"), True),
        (Allow(("net-raw",), path=("other/",), reason="x"), False),
        (Allow(("net-raw",), capabilities=("NET_RAW",), reason="x"), True),
        (Allow(capabilities=("NET_ADMIN",), reason="x"), False),
        (Allow(("net-raw",), expires="2020-01-01", reason="x"), False),
        (Allow(("net-raw",), expires="9999-01-01", reason="x"), True),
    ],
)
def test_an_entry_accepts_what_fits_all_that_it_names(entry: Allow, is_accepted: bool) -> None:  # noqa: FBT001  # a table's column
    one = with_allow(compose(), entry)
    assert accepted(one) == (["net-raw"] if is_accepted else [])
    assert ("net-raw" in told(one)) is not is_accepted


def test_an_entry_says_why_and_where_it_stands_and_when_it_is_in_vain() -> None:
    entries = (
        Allow(("net-raw", "critical-capability"), reason="all ping", expires="9999-01-01", place=".dropcap.toml:3"),
        Allow(("net-raw",), container="none", place=".dropcap.toml:9"),
        Allow(("netraw",), reason="x", place=".dropcap.toml:12"),
    )
    one = with_allow(compose(), *entries)
    assert [tuple(finding.suppression or ()) for finding in one.suppressed] == [
        ("allow", "all ping", ".dropcap.toml:3", "9999-01-01")
    ]
    assert sorted((finding.rule, finding.problem.evidence) for finding in one.findings) == [
        ("ignore-without-reason", ("net-raw",)),
        ("malformed-ignore", ("netraw",)),
        ("unused-ignore", ("critical-capability",)),
        ("unused-ignore", ("net-raw",)),
    ]


def test_no_entry_is_in_vain_where_a_part_is_looked_at() -> None:
    rules = about.rules("net-raw", *ABOUT_IGNORES)
    results = [check_text("compose.yaml", "compose", compose(), rules, Setup())]
    entries = (Allow(("net-raw",), container="none", reason="x"),)
    one = to_report(results, (), rules, Accepting(KNOWN, Allowance(entries, "", is_whole=False)))
    assert told(one) == ["net-raw"]


@pytest.mark.parametrize(
    ("pattern", "text", "is_alike"),
    [
        ("a*c", "abc", True),
        ("a*c", "ab", False),
        ("*", "", True),
        ("a*a", "a", False),
        ("*b*", "abc", True),
        ("", "", True),
    ],
)
def test_a_star_stands_for_any_characters(pattern: str, text: str, is_alike: bool) -> None:  # noqa: FBT001  # a table's column
    assert is_like(pattern, text) is is_alike


# --- how it is told ---


def written(one: Report, name: str, *, shows_suppressed: bool = False) -> str:
    context = Context(about.rules("net-raw", *ABOUT_IGNORES), shows_suppressed=shows_suppressed)
    return "".join(writer(name)(one, context))


TELLS = compose().replace("web:\n", "web:  # dropcap: ignore[net-raw] -- \u001b]it\u202e pings\n", 1)


def test_json_tells_what_is_accepted_and_why() -> None:
    tells = json.loads(written(report(TELLS.replace("\u001b]", "").replace("\u202e", ""), "net-raw"), "json"))
    assert tells["findings"] == []
    assert [one["suppression"] for one in tells["suppressed"]] == [
        {"kind": "comment", "reason": "it pings", "place": "compose.yaml:2", "expires": ""}
    ]
    assert tells["summary"]["suppressed"] == 1


def test_sarif_leaves_out_what_is_accepted_unless_it_is_asked_for() -> None:
    one = report(compose().replace("web:\n", "web:  # dropcap: ignore[net-raw] -- it pings\n", 1), "net-raw")
    assert json.loads(written(one, "sarif"))["runs"][0]["results"] == []
    (result,) = json.loads(written(one, "sarif", shows_suppressed=True))["runs"][0]["results"]
    assert result["suppressions"] == [
        {
            "kind": "inSource",
            "status": "accepted",
            "justification": "it pings",
            "properties": {"by": "comment", "place": "compose.yaml:2"},
        }
    ]


def test_text_counts_what_is_accepted_and_lists_it_where_it_is_asked_for() -> None:
    one = report(compose().replace("web:\n", "web:  # dropcap: ignore[net-raw] -- it pings\n", 1), "net-raw")
    assert written(one, "text").splitlines()[-1] == (
        "1 more finding is accepted by a comment; --show-suppressed lists it"
    )
    assert written(one, "text", shows_suppressed=True).splitlines()[-1] == (
        "  compose.yaml:2:3: medium: net-raw in service web: it pings (compose.yaml:2)"
    )


def test_a_reason_moves_no_terminal_and_shows_no_secret() -> None:
    text = compose().replace("web:\n", "web:  # dropcap: ignore[net-raw] -- token=ghp_" + "a1" * 18 + "\u202e\n", 1)
    one = report(text, "net-raw")
    for name in ("json", "sarif", "text"):
        out = written(one, name, shows_suppressed=True)
        assert "a1a1" not in out
        assert "\u202e" not in out
