"""The pages of the site that are made of the code have all that they promise, and lead to where there is something.

`mkdocs build --strict` is a step of `.ci/run`: it looks at every link.
"""

from __future__ import annotations

import re

import pytest
from rule_page import SECTIONS, rule_page, sections
from site_pages import OF_THE_TREE, ROOT, links_of_the_site, pages

from dropcap.capabilities.names import NAMES
from dropcap.config import Config
from dropcap.model import Engine
from dropcap.rule import Rule, load_rules
from dropcap.testing import examples
from dropcap.writers import FORMATS

RULES = load_rules()
PAGES = pages()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_s_page_has_the_shape_of_a_control(rule: Rule) -> None:
    page = PAGES[f"rules/{rule.id}.md"]
    outside = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^## (.*)$", outside, re.MULTILINE)) | {"Controls"} == set(SECTIONS)
    assert "## Controls" in outside or not rule.controls
    assert re.findall(r"^## .*\n\n(?=## |\Z)", outside, re.MULTILINE) == [], "no section is empty"
    assert all(block.text in page for block in examples(rule.page))
    assert f"## Severity\n\n**{rule.severity.label}**. " in page


def test_a_page_is_parted_where_its_labels_stand() -> None:
    page = "It is.\n\nWhy: one.\n\nTwo.\n\nAudit: look.\n\n```sh bad\nAudit: no\n```\n\nReferences: a; b."
    assert sections(page) == {
        "Description": "It is.",
        "Rationale": "Why: one.\n\nTwo.",
        "Audit": "Look.",
        "References": "A; b.",
    }


def test_the_controls_stand_with_the_safeguards_that_the_benchmark_names() -> None:
    (rule,) = [rule for rule in RULES if rule.id == "privileged"]
    page = rule_page(rule)
    assert "| CIS Docker Benchmark 1.6.0 | [5.5](https://www.cisecurity.org/benchmark/docker) |" in page
    assert "| CIS Controls 8 | [5.4](" in page
    assert "| MITRE ATT&CK 17 | [T1611](https://attack.mitre.org/techniques/T1611/) | Escape to Host |" in page


def test_what_the_code_has_is_on_the_pages() -> None:
    assert re.findall(r"^## (\w+)$", PAGES["capabilities.md"], re.MULTILINE) == list(NAMES)
    assert len(re.findall(r"^## ", PAGES["engines.md"], re.MULTILINE)) == len(Engine)
    assert "refused: adding all caps and removing all caps not allowed" in PAGES["engines.md"]
    outside = re.sub(r"^```.*?^```", "", PAGES["format-examples.md"], flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r"^## (\w+)$", outside, re.MULTILINE) == list(FORMATS)
    written = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^## (\w+)$", written, re.MULTILINE)) == sorted(FORMATS)
    assert re.findall(r"^\| `(\w+)` \|", written, re.MULTILINE) == re.findall(r"^## (\w+)$", written, re.MULTILINE)
    keys = [field.replace("_", "-") for field in Config._fields if field != "file"]
    assert re.findall(r"^\| `([a-z-]+)` \| ", PAGES["configuration.md"], re.MULTILINE) == keys
    assert '| `fail-on` | `"medium"` |' in PAGES["configuration.md"]
    assert all(f"[{rule.id}]({rule.id}.md)" in PAGES["rules/index.md"] for rule in RULES)


@pytest.mark.parametrize(
    ("link", "path", "led"),
    [
        ("docs/needs.md", "index.md", "needs.md"),
        ("CONTRIBUTING.md", "index.md", "contributing.md"),
        ("images.md#how", "needs.md", "images.md#how"),
        ("../rules/dropcap_rules/net_raw.py", "coverage.md", "rules/net-raw.md"),
        (
            "../fixtures/workloads/acl",
            "workloads.md",
            "https://github.com/dropcap/dropcap/blob/main/fixtures/workloads/acl",
        ),
        ("https://example.org/a.md", "needs.md", "https://example.org/a.md"),
        ("#here", "needs.md", "#here"),
    ],
)
def test_links_lead_to_pages_of_the_site_or_to_the_repository(link: str, path: str, led: str) -> None:
    assert links_of_the_site(f"see [x]({link}).", path) == f"see [x]({led})."


def test_what_pages_of_the_tree_link_to_is_there() -> None:
    files = [(ROOT / name) for name in OF_THE_TREE.values()] + sorted((ROOT / "docs").glob("*.md"))
    for file in files:
        for target in re.findall(r"\]\((?![a-z]+:|#)([^)#\s]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name}: {target}"
