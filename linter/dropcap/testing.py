"""Checks for rules: their examples, and files that say themselves what is to be found in them.

For the rules that come along and for plugins: ``complaints(load_rules(["my_rules"]))`` is empty when each
rule finds its ``bad`` examples and leaves its ``good`` ones alone.

An example is a fenced block of a rule's docstring whose opening line names a syntax and a verdict::

    ```yaml bad

A marked file says at the end of a line, or on a line of its own some lines above, which rules speak there, behind
`#` or `//`::

    privileged: true  # error: privileged
    # error+2: privileged, net-raw

An example of what an engine prints may begin with the Compose file that its labels name, as a comment::

    // compose.yaml:
    // services:

A file in a rule's folder is about that rule, or about those that a line of its own names::

    # rules: privileged, net-raw
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from dropcap.check import Setup, check_text
from dropcap.model import Engine, Level
from dropcap.namedtuple import NamedTuple
from dropcap.report import to_report
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dropcap.model import FileResult, Finding
    from dropcap.rule import Rule

SYNTAXES = {
    "yaml": "compose",
    "sh": "script",
    "dockerfile": "dockerfile",
    "jsonc": "devcontainer",
    "ini": "quadlet",
    "json": "inspect",
}
"""The words after the fence, and the syntax that each stands for."""

_FENCE = re.compile(r"```(\S*)(?: (\S+))?")
_TRAILING = re.compile(r"[ \t]*(?:#|//) error: ([a-z0-9, -]+)$")
_ABOVE = re.compile(r"[ \t]*(?:#|//) error\+([1-9][0-9]*): ([a-z0-9, -]+)$")
_BESIDE = re.compile(r"^[ \t]*// compose\.yaml:\n((?:[ \t]*//.*\n)+)", re.MULTILINE)
_FOLDER = "/srv/shop"
"""Where the Compose file of an example lies, which labels name."""
_ABOUT = re.compile(r"^[ \t]*(?:#|//) rules: ([a-z0-9, -]+)$", re.MULTILINE)


class Example(NamedTuple):
    """A fenced block of a rule's page.

    Attributes:
        language: the word after the fence; a key of :data:`SYNTAXES`.
        verdict: `bad` or `good`.
        text: what stands in the block.
        line: the fence's line in the page, from 1.

    """

    language: str
    verdict: str
    text: str
    line: int


class UncheckableError(ValueError):
    """A text that was to be checked could not be; the message says why."""


def examples(page: str) -> list[Example]:
    """Give the examples of a rule's page; blocks without a verdict are prose.

    Raises:
        ValueError: a block is not closed, or its opening line is none that is known.

    """
    found = []
    block: list[str] | None = None
    head, at = ("", ""), 0
    for number, line in enumerate(page.splitlines(), 1):
        if block is None:
            fence = _FENCE.fullmatch(line)
            if fence:
                block, head, at = [], (fence[1], fence[2] or ""), number
        elif line == "```":
            if head[1]:
                found.append(_example(*head, "".join(f"{text}\n" for text in block), at))
            block = None
        else:
            block.append(line)
    if block is not None:
        raise ValueError(f"line {at}: the block is not closed")
    return found


def complaints(rules: Iterable[Rule]) -> Iterator[str]:
    """Say what is wrong with the examples of rules: nothing, when each does what it documents."""
    for rule in rules:
        # What accepts in vain is told by asking the others.
        asked = {one.id: one for one in (*load_rules(), rule)}.values() if rule.check_ignores else [rule]
        try:
            blocks = examples(rule.page)
        except ValueError as error:
            yield f"{rule.id}: {error}"
            continue
        verdicts = {block.verdict for block in blocks}
        yield from (f"{rule.id}: no {verdict} example" for verdict in ("bad", "good") if verdict not in verdicts)
        for block in blocks:
            complaint = _complaint(rule, block, tuple(asked))
            if complaint:
                yield f"{rule.id}: line {block.line}: {complaint}"


def findings(syntax: str, text: str, rules: Sequence[Rule], engine: Engine = Engine.DOCKER) -> tuple[Finding, ...]:
    """Check a text as if it were a file.

    Args:
        syntax: a value of :data:`SYNTAXES`.
        text: the file's content.
        rules: what to ask.
        engine: the engine where the text names none.

    Raises:
        UncheckableError: something in it could not be read, or a rule failed.

    """
    beside = _BESIDE.search(text) if syntax == "inspect" else None
    if beside is None:
        result = check_text("example", syntax, text, rules, Setup(engine))
    else:
        result = _with_project(text, beside[1], rules)
    unchecked = [failure.message for failure in result.failures if failure.level is not Level.NOTE]
    if unchecked:
        raise UncheckableError("; ".join(unchecked))
    return to_report([result], rules=rules).findings


def _with_project(text: str, comment: str, rules: Sequence[Rule]) -> FileResult:
    """Check what an engine prints, with the Compose file that stands in a comment above it."""
    from dropcap.carriers.declared_service import Projects
    from dropcap.carriers.request import Request
    from dropcap.check import check_request
    from dropcap.targets import Target
    from dropcap.workspace import Workspace

    project = "".join(f"{line.lstrip()[3:]}\n" for line in comment.splitlines())
    files = {"example": text.encode(), f"{_FOLDER}/compose.yaml": project.encode()}
    workspace = Workspace("", files, disk=False)
    request = Request(workspace, declarations=Projects([_FOLDER], workspace=workspace))
    return check_request(Target("example", "inspect", named=True), request, rules)


def marks(text: str) -> Counter[tuple[int, str]]:
    """Give the findings that a marked text announces: how often each rule speaks at each line."""
    announced: Counter[tuple[int, str]] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        above = _ABOVE.fullmatch(line)
        trailing = None if above else _TRAILING.search(line)
        if above:
            announced.update((number + int(above[1]), rule) for rule in _ids(above[2]))
        elif trailing:
            announced.update((number, rule) for rule in _ids(trailing[1]))
    return announced


def rules_named(text: str) -> list[str]:
    """Return the ids of the rules that a marked text says it is about; none where it says nothing."""
    return [rule for words in _ABOUT.findall(text) for rule in _ids(words)]


def lines(found: Iterable[Finding]) -> Counter[tuple[int, str]]:
    """Count findings by line and rule, to compare them with :func:`marks`."""
    return Counter((_line(finding), finding.rule) for finding in found)


def unmarked(text: str) -> str:
    """Take all marks out of a text, and the lines that hold nothing else."""
    kept = [_TRAILING.sub("", line) for line in text.splitlines() if not _ABOVE.fullmatch(line)]
    return "".join(f"{line}\n" for line in kept)


def marked(syntax: str, text: str, found: Iterable[Finding]) -> str:
    """Write marks for findings into a text that has none.

    A mark stands at the end of its line where a comment can stand there; otherwise above the first line of
    the statement, as a shell's continuation lines, Dockerfile instructions and units ask for.
    """
    sign = "//" if syntax in {"devcontainer", "inspect"} else "#"
    at_line: dict[int, list[str]] = {}
    for (number, rule), count in sorted(lines(found).items()):
        at_line.setdefault(number, []).extend([rule] * count)
    body = text.splitlines()
    above: dict[int, list[int]] = {}
    for number, rules in at_line.items():
        if syntax in {"dockerfile", "quadlet"} or body[number - 1].endswith("\\"):
            above.setdefault(_statement(body, number), []).append(number)
        else:
            body[number - 1] += f"  {sign} error: {', '.join(rules)}"
    written = []
    for number, line in enumerate(body, 1):
        marks_here = above.get(number, [])
        for index, target in enumerate(marks_here):
            distance = target - number + len(marks_here) - index
            written.append(f"{sign} error+{distance}: {', '.join(at_line[target])}")
        written.append(line)
    return "".join(f"{line}\n" for line in written)


def _example(language: str, verdict: str, text: str, line: int) -> Example:
    if language not in SYNTAXES:
        raise ValueError(f"line {line}: no syntax {language!r}; there are {', '.join(SYNTAXES)}")
    if verdict not in ("bad", "good"):
        raise ValueError(f"line {line}: an example is bad or good, not {verdict!r}")
    return Example(language, verdict, text, line)


def _complaint(rule: Rule, block: Example, asked: Sequence[Rule]) -> str | None:
    try:
        every = findings(SYNTAXES[block.language], block.text, asked)
    except UncheckableError as error:
        return f"the {block.verdict} example cannot be checked: {error}"
    found = [finding for finding in every if finding.rule == rule.id]
    if block.verdict == "bad" and not found:
        return "the bad example is not found"
    if block.verdict == "good" and found:
        return f"the good example is found: {found[0].problem.message}"
    return None


def _ids(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


def _line(finding: Finding) -> int:
    where = finding.problem.where
    return where.source.region(where.span).line


def _statement(body: Sequence[str], number: int) -> int:
    """Give the first line of the statement that goes on to a line by continuation."""
    while number > 1 and body[number - 2].endswith("\\"):
        number -= 1
    return number
