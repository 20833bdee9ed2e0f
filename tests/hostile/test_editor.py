"""What an editor is answered shows no secret of a file and nothing that a terminal acts on."""

from __future__ import annotations

from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.registry import carrier_of_name
from dropcap.check import Setup, check_request, request_of
from dropcap.lsp.actions import Tools, actions
from dropcap.lsp.checked import Checked
from dropcap.lsp.completions import completions
from dropcap.lsp.hints import hints
from dropcap.lsp.hovers import hover
from dropcap.questions import Questions
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.source import Span
from dropcap.targets import Target
from hostile.test_output import CONTROLS, NAMES, escaped
from hostile.test_secrets import PLACES, leaks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULES = load_rules()
ASKED = tuple(rule for rule in RULES if rule.on_by_default)
SECRET = "JJqxzjkv.QXZJKVWq"  # noqa: S105  # what must not be shown
STEP = 3
"""How many characters the cursor goes at once: less than a name has."""


def answers(folder: Path, files: Mapping[str, str]) -> Iterator[str]:
    """Yield all that is answered anywhere in some files, but for their own text."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="")
    for path in files:
        target = Target(str(folder / path), carrier_of_name(path), named=True)
        request = request_of(target, Setup())
        result = check_request(target, request, Questions(ASKED))
        checked = Checked(target, request, result, to_report([result], (), ASKED))
        source = request.workspace.known(target.path)
        if source is None:
            continue
        tools = Tools(ASKED, Setup())
        for offset in range(0, len(source.text) + 1, STEP):
            found = hover([checked], source, offset, RULES)
            yield found.markdown if found is not None else ""
            for word in completions([checked], source, offset, RULES):
                yield from (word.label, word.detail, word.documentation, word.text)
        for hint in hints([checked], source):
            yield from (hint.text, hint.tooltip)
        lines = range(1, source.line_count + 1)
        for start in (source.text.find(source.line(number)) for number in lines):
            for action in actions([checked], source, Span(start, start), tools, may_wait=True):
                yield action.title


@pytest.mark.parametrize("name", PLACES)
def test_a_secret_is_shown_nowhere(name: str) -> None:
    files = {path: Template(text).substitute(S=SECRET) for path, text in PLACES[name].items()}
    with TemporaryDirectory() as made:
        for text in dict.fromkeys(answers(Path(made), files)):
            assert leaks(text, SECRET) == [], text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("control", ["a colour", "right to left", "a carriage return", "a line separator"])
def test_nothing_decides_what_a_terminal_does(name: str, control: str) -> None:
    path, template = NAMES[name]
    raw = CONTROLS[control]
    inside = escaped(raw)
    text = template.format(*[inside] * template.count("{}"), raw=raw)
    with TemporaryDirectory() as made:
        for answer in dict.fromkeys(answers(Path(made), {path: text})):
            assert all(line.isprintable() for line in answer.split("\n")), repr(answer)
