"""The documentation of each rule is true: what it shows as bad is found, and what it shows as good is not."""

from __future__ import annotations

import pytest

from dropcap.model import Severity
from dropcap.rule import Rule, load_rules
from dropcap.testing import SYNTAXES, Example, complaints, examples, findings

RULES = load_rules()
GOOD = [(rule, block) for rule in RULES for block in examples(rule.page) if block.verdict == "good"]

PAGE = """\
A thing is wrong.

```yaml bad
services:
  web:
    image: web:1
    privileged: true
```

```console
$ docker run web:1
```

```sh good
docker run web:1
```
"""


def with_page(page: str) -> Rule:
    (privileged,) = [rule for rule in RULES if rule.id == "privileged"]
    return privileged._replace(page=page)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_does_what_its_page_shows(rule: Rule) -> None:
    assert list(complaints([rule])) == []


@pytest.mark.parametrize(("rule", "block"), GOOD, ids=lambda value: getattr(value, "id", None))
def test_a_good_example_is_good_for_every_graver_rule(rule: Rule, block: Example) -> None:
    grave = [other for other in RULES if other.severity >= Severity.MEDIUM]
    found = findings(SYNTAXES[block.language], block.text, grave)
    # A rule may speak more mildly than it can.
    told = [(one.rule, one.problem.message) for one in found if one.severity >= Severity.MEDIUM]
    assert told == [], rule.id


def test_examples_are_the_blocks_with_a_verdict() -> None:
    first, second = examples(PAGE)
    assert (first.language, first.verdict, first.line) == ("yaml", "bad", 3)
    assert first.text.startswith("services:\n")
    assert first.text.endswith("true\n")
    assert (second.language, second.verdict, second.text) == ("sh", "good", "docker run web:1\n")


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (PAGE, None),
        (PAGE.replace("privileged: true", "privileged: false"), "line 3: the bad example is not found"),
        (
            PAGE.replace("run web", "run --privileged web"),
            "line 14: the good example is found: privileged mode",
        ),
        (PAGE.replace("services:", "services: ["), "line 3: the bad example cannot be checked"),
        (PAGE.replace("sh good", "sh bad"), "no good example"),
        (PAGE.replace("sh good", "sh fine"), "line 14: an example is bad or good, not 'fine'"),
        (PAGE.replace("sh good", "zsh good"), "line 14: no syntax 'zsh'"),
        (PAGE.rstrip("`\n"), "line 14: the block is not closed"),
        ("A thing is wrong.", "no bad example"),
    ],
)
def test_a_page_that_is_not_true_is_complained_of(page: str, complaint: str | None) -> None:
    said = list(complaints([with_page(page)]))
    if complaint is None:
        assert said == []
    else:
        assert any(line.startswith(f"privileged: {complaint}") for line in said), said
