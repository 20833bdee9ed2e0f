"""The pages of the site that are made of the code have all that they promise, and lead to where there is something.

`mkdocs build --strict` is a step of `.ci/run`: it looks at every link.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from rule_page import SECTIONS, rule_page, sections
from site_pages import OF_THE_TREE, ROOT, links_of_the_site, pages, titles_of_the_site

from dropcap.capabilities.names import NAMES
from dropcap.config import Config, load_config
from dropcap.configuration.checking import schema
from dropcap.model import Engine
from dropcap.rule import Rule, load_rules
from dropcap.testing import examples
from dropcap.writers import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

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
    tables = (schema(), *(schema()["definitions"][name] for name in ("per-path", "allow")))
    keys = [key for table in tables for key in table["properties"]]
    assert re.findall(r"^\| `([a-z-]+)` \| ", PAGES["configuration.md"], re.MULTILINE) == keys
    assert '`"critical"`, `"never"` | `"medium"` | The severity from which' in PAGES["configuration.md"]
    assert all(f"[{rule.id}]({rule.id}.md)" in PAGES["rules/index.md"] for rule in RULES)


@pytest.mark.parametrize("text", re.findall(r"(?ms)^```toml\n(.*?)^```", PAGES["configuration.md"]))
def test_the_examples_of_the_page_about_the_configuration_are_taken(text: str, tmp_path: Path) -> None:
    (tmp_path / "company.toml").write_text("")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.toml").write_text(text)
    config = load_config(str(tmp_path / "a" / "x.toml"))
    named = {*config.ignored, *config.severity, *(name for one in config.allow for name in one.rules)}
    assert named <= {rule.id for rule in RULES}


def test_the_defaults_of_the_page_about_the_configuration_are_those_of_the_code() -> None:
    defaults = {key: part["default"] for key, part in schema()["properties"].items() if "default" in part}
    assert defaults.pop("engine-version") == ""
    for key, value in defaults.items():
        own = Config._field_defaults[key.replace("-", "_")]
        shown = getattr(own, "label", getattr(own, "value", own))
        assert (list(shown) if isinstance(shown, tuple) else shown) == value, key


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


def test_a_block_that_names_its_file_is_one() -> None:
    text = "```yaml compose.yaml\na: 1\n```\n\n```sh\nb\n```\n"
    assert titles_of_the_site(text) == text.replace("yaml compose.yaml", 'yaml title="compose.yaml"')
    blocks = re.findall(r"^```\w+ .*$", (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert blocks
    assert all("title=" in titles_of_the_site(block) for block in blocks)
