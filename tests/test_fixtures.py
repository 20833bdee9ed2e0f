"""Files that say themselves what is found in them: `marked/` line by line, `ok/` nothing of weight.

A marked file is about the rule that its folder is named after, or about those that it names: so a further rule
rewrites no file of another one.

What engines print has no comments; beside each such file of `inspected/` stands what is found in it, and where.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import about
from dropcap.carriers.registry import carrier_of_content, carrier_of_name
from dropcap.model import Severity
from dropcap.rule import Rule, load_rules
from dropcap.testing import findings, lines, marked, marks, rules_named, unmarked

RULES = load_rules()
FOLDER = Path(__file__).parent.parent / "fixtures"
BESIDE = ("carriers", "inspected")
"""The folders of `marked/` whose files cannot all hold a mark: what is found stands in a file beside them."""
MARKED = sorted(
    path
    for folder in (FOLDER / "marked").iterdir()
    if folder.name not in BESIDE
    for path in folder.rglob("*")
    if path.is_file()
)
INSPECTED = sorted((FOLDER / "marked" / "inspected").glob("*.json"))
SILENT = sorted(path for path in (FOLDER / "ok").rglob("*") if path.is_file())


def rules_of(path: Path) -> tuple[Rule, ...]:
    """Give the rules that a file of `marked/` is about."""
    beside = path.with_suffix(".expected")
    text = (beside if beside.exists() else path).read_text(encoding="utf-8")
    ids = rules_named(text) or [path.parent.name]
    return about.rules(*ids)


def named(path: Path) -> str:
    return str(path.relative_to(FOLDER))


def syntax_of(path: Path) -> str:
    syntax = carrier_of_name(str(path)) or carrier_of_content(str(path), path.read_bytes())
    assert syntax, f"{path} has a name that says nothing"
    return syntax


@pytest.mark.parametrize("path", MARKED, ids=named)
def test_every_finding_is_marked_and_every_mark_is_found(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text(encoding="utf-8")
    syntax = syntax_of(path)
    if request.config.getoption("--accept"):
        clean = unmarked(text)
        text = marked(syntax, clean, findings(syntax, clean, rules_of(path)))
        path.write_text(text, encoding="utf-8")
    assert lines(findings(syntax, text, rules_of(path))) == marks(text)


@pytest.mark.parametrize("path", SILENT, ids=named)
def test_a_file_that_is_right_is_left_alone(path: Path) -> None:
    found = findings(syntax_of(path), path.read_text(encoding="utf-8"), RULES)
    grave = [finding for finding in found if finding.severity >= Severity.MEDIUM]
    assert [(finding.rule, finding.problem.message) for finding in grave] == []


@pytest.mark.parametrize("path", INSPECTED, ids=named)
def test_what_is_found_in_an_engines_words_stands_beside_them(path: Path, request: pytest.FixtureRequest) -> None:
    assert syntax_of(path) == "inspect"
    rules = rules_of(path)
    found = findings("inspect", path.read_text(encoding="utf-8"), rules)
    regions = [(finding.problem.where.source.region(finding.problem.where.span), finding.rule) for finding in found]
    text = f"# rules: {', '.join(rule.id for rule in rules)}\n"
    text += "".join(f"{where.line}:{where.column} {rule}\n" for where, rule in sorted(regions))
    expected = path.with_suffix(".expected")
    if request.config.getoption("--accept"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_has_hard_cases_of_its_own(rule: object) -> None:
    rule_id = getattr(rule, "id", "")
    own = [path for path in MARKED if path.parent.name == rule_id]
    assert own
    for path in own:
        assert rule_id in {name for _, name in marks(path.read_text(encoding="utf-8"))}, path


def test_marks_are_read_at_the_end_of_a_line_and_above_it() -> None:
    text = "a  # error: one, two, one\n# error+2: three\nb \\\n  c\n"
    assert marks(text) == {(1, "one"): 2, (1, "two"): 1, (4, "three"): 1}
    assert unmarked(text) == "a\nb \\\n  c\n"


@pytest.mark.parametrize("path", MARKED, ids=named)
def test_marks_are_written_as_they_are_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    clean, syntax = unmarked(text), syntax_of(path)
    assert marked(syntax, clean, findings(syntax, clean, rules_of(path))) == text


def test_marks_stand_where_a_comment_may_stand() -> None:
    text = "docker run \\\n  --privileged \\\n  web:1 --cap-drop ALL\n"
    written = marked(
        "script",
        text,
        findings("script", text, about.rules("privileged", "misplaced-option")),
    )
    assert written == (
        "# error+2: privileged\ndocker run \\\n  --privileged \\\n  web:1 --cap-drop ALL  # error: misplaced-option\n"
    )
