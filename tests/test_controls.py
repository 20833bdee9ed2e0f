"""Controls of benchmarks: each that a rule names exists, and each that exists is told by a rule or said not to be."""

from __future__ import annotations

import re

import pytest
from coverage_page import CATALOGUES, PAGE, coverage_page, rules_about

from dropcap.controls import Control, controls
from dropcap.rule import Rule, load_rules

RULES = load_rules()
WANTED = [control for control in controls().values() if control.catalogue.id in CATALOGUES]
NUMBERS = {
    "cis": [*(f"4.{number}" for number in range(1, 13)), *(f"5.{number}" for number in range(1, 33))],
    "owasp": ["0", "1", "2", "3", "4", "5", "5a", *map(str, range(6, 14))],
    "nist": [
        *(f"4.1.{number}" for number in range(1, 6)),
        *(f"4.2.{number}" for number in range(1, 4)),
        *(f"4.{part}.{number}" for part in (3, 4, 5) for number in range(1, 6)),
        "4.6",
    ],
}
NUMBERS["bench"] = NUMBERS["cis"]

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_the_catalogues_are_whole(catalogue: str) -> None:
    assert [control.number for control in WANTED if control.catalogue.id == catalogue] == NUMBERS[catalogue]


@each_rule
def test_what_a_rule_names_exists(rule: Rule) -> None:
    assert set(rule.controls) <= set(controls())
    assert len(set(rule.controls)) == len(rule.controls)
    assert not any(controls()[name].catalogue.id == "controls" for name in rule.controls), "the benchmark names those"


@each_rule
def test_a_rule_names_the_controls_that_its_references_do(rule: Rule) -> None:
    for text in re.findall(r"CIS Docker Benchmark 1\.6\.0, ([\d., and]+)", rule.page):
        assert {f"CIS-{number}" for number in re.findall(r"\d+\.\d+", text)} <= set(rule.controls)


@pytest.mark.parametrize("control", WANTED, ids=lambda control: control.id)
def test_a_control_is_told_by_a_rule_or_said_not_to_be(control: Control) -> None:
    twin = controls()[control.same_as] if control.same_as else control
    assert bool(rules_about(control, RULES)) != bool(twin.undecided), "what rules leave open is `in_part`"


def test_entries_stand_for_something() -> None:
    for control in controls().values():
        assert re.fullmatch(r"[A-Z`].*[^.]", control.title), control.title
        for words in (control.undecided, control.in_part):
            assert not words or re.fullmatch(r"[a-zA-Z`].*[^.]", words), words
        assert {controls()[name].catalogue.id for name in control.maps_to} <= {"controls"}
        assert not control.same_as or controls()[control.same_as].number == control.number


def test_a_number_has_an_address() -> None:
    assert controls()["CWE-250"].url == "https://cwe.mitre.org/data/definitions/250.html"
    assert controls()["T1548.001"].url == "https://attack.mitre.org/techniques/T1548/001/"
    assert controls()["CIS-5.4"].url == "https://www.cisecurity.org/benchmark/docker"


def test_the_page_is_made_of_the_table_and_the_rules(request: pytest.FixtureRequest) -> None:
    page = coverage_page(RULES)
    if request.config.getoption("--accept"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
