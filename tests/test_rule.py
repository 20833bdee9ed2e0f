"""Rules are found, taken and chosen; what is no rule stops the run with a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.model import Container, Kind, Located, Severity
from dropcap.questions import Questions
from dropcap.rule import RuleError, choose, load_rules
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from pathlib import Path

GOOD = '''"""
Something is wrong.

More about it.
"""

from dropcap.api import Severity

SEVERITY = Severity.LOW


def check(container):
    return ()
'''


def folder_with(path: Path, **files: str) -> str:
    for stem, text in files.items():
        (path / f"{stem}.py").write_text(text, encoding="utf-8")
    return str(path)


def test_the_rules_that_come_along_are_found_by_their_entry_point() -> None:
    ids = [rule.id for rule in load_rules()]
    assert "net-raw" in ids
    assert ids == sorted(ids)


def test_a_folder_s_modules_are_rules_named_by_their_files(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, my_rule=GOOD, _helper="raise ValueError")
    (rule,) = [rule for rule in load_rules([folder]) if rule.id == "my-rule"]
    assert (rule.severity, rule.summary, rule.check_stage) == (Severity.LOW, "Something is wrong.", None)
    assert rule.page == "Something is wrong.\n\nMore about it."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (", "cannot be imported: SyntaxError"),
        ("raise ValueError('no')", "cannot be imported: ValueError: no"),
        (GOOD.replace("SEVERITY = Severity.LOW", ""), "SEVERITY must be"),
        (GOOD.replace("Severity.LOW", "'low'"), "SEVERITY must be"),
        (GOOD.replace("def check", "def chek"), "it has none of check"),
        (f"{GOOD}\nCOVERS = 'net-raw'\n", "COVERS must be a tuple of ids of rules"),
        (f"{GOOD}\nCONTROLS = ['CIS-5.4']\n", "CONTROLS must be a tuple of ids of controls"),
        (f"{GOOD}\nFIELDS = ('pid', 'capadd')\n", "FIELDS names 'capadd', which is not a field of a container"),
        (f"{GOOD}\nON_BY_DEFAULT = 0\n", "ON_BY_DEFAULT must be True or False"),
        (GOOD.replace("Something is wrong.\n\nMore about it.", ""), "docstring"),
    ],
)
def test_a_module_that_is_no_rule_is_named(tmp_path: Path, text: str, message: str) -> None:
    folder = folder_with(tmp_path, bad_rule=text)
    with pytest.raises(RuleError, match=message) as caught:
        load_rules([folder])
    assert str(tmp_path / "bad_rule.py") in str(caught.value)


def test_a_name_that_is_no_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="words in lower case"):
        load_rules([folder_with(tmp_path, Bad=GOOD)])


def test_an_id_that_is_taken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"a rule net-raw comes from .*dropcap_rules.*too"):
        load_rules([folder_with(tmp_path, net_raw=GOOD)])


def test_a_folder_without_rules_is_no_empty_success(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no rules here"):
        load_rules([str(tmp_path)])
    with pytest.raises(RuleError, match="cannot be read as a folder of rules"):
        load_rules([str(tmp_path / "missing")])


def test_zero_rules_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(RuleError, match="no rules are installed"):
        load_rules()


def test_rules_are_selected_and_ignored_by_id() -> None:
    rules = load_rules()
    assert [rule.id for rule in choose(rules, ["net-raw", "privileged"], ["privileged"])] == ["net-raw"]
    assert "net-raw" not in [rule.id for rule in choose(rules, [], ["net-raw"])]
    with pytest.raises(RuleError, match=r"'net_rw' \(did you mean net-raw\?\)"):
        choose(rules, ["net_rw"], [])
    with pytest.raises(RuleError, match="no rule is left"):
        choose(rules, ["net-raw"], ["net-raw"])


def test_a_rule_that_is_off_runs_where_it_is_named(tmp_path: Path) -> None:
    rules = load_rules([folder_with(tmp_path, strict=f"{GOOD}\nON_BY_DEFAULT = False\n", lax=GOOD)])
    usual = {rule.id for rule in choose(rules, [], [])}
    assert {"lax", "strict"} & usual == {"lax"}
    assert {rule.id for rule in choose(rules, [], [], ["strict"])} == usual | {"strict"}
    assert {rule.id for rule in choose(rules, ["lax"], [], ["strict"])} == {"lax", "strict"}
    assert {rule.id for rule in choose(rules, ["strict"], [])} == {"strict"}
    assert {rule.id for rule in choose(rules, ["lax"], ["strict"], ["strict"])} == {"lax"}
    with pytest.raises(RuleError, match=r"'strickt' \(did you mean strict\?\)"):
        choose(rules, [], [], ["strickt"])


def test_a_rule_is_asked_where_one_of_its_fields_is_written(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, narrow=f"{GOOD}\nFIELDS = ('pid', 'cap_drop')\n", wide=GOOD)
    rules = [rule for rule in load_rules([folder]) if rule.id in {"narrow", "wide"}]
    questions = Questions(rules)
    source = Source("x", "web")
    plain = Container(Kind.SERVICE, "web", source, Span(0, 3), image=Located("web", source, Span(0, 3)))
    dropping = plain._replace(cap_drop=(Located("", source, Span(0, 0)),))
    sharing = plain._replace(pid=Located("host", source, Span(0, 3)))
    asked = [[rule.id for rule, _ in questions.of(one)] for one in (plain, dropping, sharing, plain)]
    assert asked == [["wide"], ["narrow", "wide"], ["narrow", "wide"], ["wide"]]
