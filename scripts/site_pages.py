"""The pages of the site that are made of the code: rules, capabilities, engines, formats, configuration."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from configuration_page import configuration_page
from rule_page import rule_page

from dropcap.capabilities.engines import combine, strategy
from dropcap.capabilities.facts import fact
from dropcap.capabilities.names import NAMES
from dropcap.check import Setup, check_text
from dropcap.cli import main
from dropcap.exit_codes import CLEAN
from dropcap.model import Engine
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.writers import FORMATS, Context, writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.rule import Rule

ROOT = Path(__file__).parent.parent
REPOSITORY = "https://github.com/dropcap/dropcap/blob/main/"
OF_THE_TREE = {"index.md": "README.md", "contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md"}
"""Pages of the site that stand elsewhere in the tree."""
SHOWN = "services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n    privileged: true\n"
COMMANDS = (
    "check",
    "fix",
    "baseline",
    "caps",
    "config",
    "settings",
    "init",
    "images",
    "verify",
    "explain",
    "rules",
    "completions",
)


def pages() -> dict[str, str]:
    """Return the text of each page that is not a file of `docs/`, by its path in the site."""
    rules = load_rules()
    return {
        **{path: (ROOT / name).read_text(encoding="utf-8") for path, name in OF_THE_TREE.items()},
        "rules/index.md": rules_page(rules),
        **{f"rules/{rule.id}.md": rule_page(rule) for rule in rules},
        "capabilities.md": capabilities_page(),
        "engines.md": engines_page(),
        "format-examples.md": formats_page(rules),
        "configuration.md": configuration_page(_helps()),
    }


def rules_page(rules: Sequence[Rule]) -> str:
    """List the rules, the gravest first."""
    rows = [
        f"| [{rule.id}]({rule.id}.md) | {rule.severity.label} | {rule.summary}"
        f"{'' if rule.on_by_default else ' Off by default.'} |"
        for rule in sorted(rules, key=lambda rule: (-rule.severity, rule.id))
    ]
    head = (
        "# Rules\n\nOne rule, one problem. `dropcap explain RULE` prints a rule's page, `--select` and `--ignore`"
        " choose rules, and [one table](../coverage.md) says which rules are about which control of a benchmark.\n"
    )
    return "\n".join([head, "| rule | severity | says |", "| --- | --- | --- |", *rows]) + "\n"


def capabilities_page() -> str:
    """Write what `dropcap explain` prints of each capability."""
    rows = [f"| [{name}](#{name.lower()}) | {fact(name).risk} | {fact(name).meaning} |" for name in NAMES]
    head = (
        "# Capabilities\n\nWhat is known of each, as `dropcap explain NAME` prints it. The risk is what a process can"
        " do with this one alone, in a container that is otherwise as its engine makes it.\n"
    )
    parts = (f"\n## {name}\n\n{_listed(said('explain', name))}" for name in NAMES)
    return "\n".join([head, "| capability | risk | lets a process |", "| --- | --- | --- |", *rows, *parts])


def _listed(text: str) -> str:
    """Part lines that Markdown would run together."""
    return re.sub(r"(?<=\.)\n(?=\S)", "\n\n", text)


def engines_page() -> str:
    """Say what each engine does with capabilities, by asking its strategy."""
    head = (
        "# Engines\n\nWhat each engine does with a container's capabilities. `--engine` says what starts the containers"
        " of files that do not say so themselves. The sets are checked against the engines' own test vectors, and in"
        " every run of the tests against real engines.\n"
    )
    questions: dict[str, Callable[[Engine], object]] = {
        "held by default": lambda engine: len(strategy(engine).default),
        "CHOWN added and dropped": lambda engine: _answer(engine, ["CHOWN"], ["CHOWN"], "CHOWN"),
        "ALL added and ALL dropped": lambda engine: _answer(engine, ["ALL"], ["ALL"], "SYS_ADMIN"),
        "ALL added, CHOWN dropped": lambda engine: _answer(engine, ["ALL"], ["CHOWN"], "CHOWN", "CHOWN is "),
        "a name that it does not know": lambda engine: (
            "refused" if strategy(engine).refuses_unknown else "ignored with a warning"
        ),
        "added for a user that is not root": lambda engine: (
            "held, as an ambient capability" if strategy(engine).makes_ambient else "not held"
        ),
        "a label of the image that names capabilities": lambda engine: (
            "heeded" if strategy(engine).heeds_label else "nothing to it"
        ),
        "is not looked at": lambda engine: ", ".join(f"`{name}`" for name in sorted(strategy(engine).ignored)),
    }
    engines = list(Engine)
    rows = [f"| | {' | '.join(strategy(engine).title for engine in engines)} |"]
    rows.append("| --- |" + " --- |" * len(engines))
    rows += [f"| {what} | {' | '.join(str(ask(engine)) for engine in engines)} |" for what, ask in questions.items()]
    return "\n".join([head, *rows]) + "\n" + "".join(map(_engine, engines))


def _answer(engine: Engine, adds: list[str], drops: list[str], name: str, subject: str = "") -> str:
    combined = combine(engine, adds, drops)
    if combined.refused:
        return f"refused: {combined.refused[0].message}"
    return f"{subject}{'held' if name in combined.granted else 'not held'}"


def _engine(engine: Engine) -> str:
    ways = strategy(engine)
    source = " ".join((import_module(f"dropcap.capabilities.engines.{engine.value}").__doc__ or "").split())
    return f"\n## {ways.title}\n\n{source}\n\nDefault set: {', '.join(ways.default)}.\n"


def formats_page(rules: Sequence[Rule]) -> str:
    """Show one report in each format."""
    chosen = tuple(rule for rule in rules if rule.id in {"privileged", "useless-drop"})
    report = to_report([check_text("compose.yaml", "compose", SHOWN, chosen, Setup())], rules=chosen)
    head = (
        "# One report in each format\n\n[Formats](formats.md) says what each is for. This is what they say of this"
        f" file:\n\n```yaml\n{SHOWN}```\n"
    )
    parts = [head]
    for name in FORMATS:
        doc = (import_module(f"dropcap.writers.formats.{name}").__doc__ or "").strip()
        text = "".join(writer(name)(report, Context(chosen)))
        shown = f"\n\n```{_language(text)}\n{_short(text)}```" if not text.startswith("<!DOCTYPE") else ""
        parts.append(f"\n## {name}\n\n{doc}{shown}\n")
    codes = said("--help").partition("exit codes:\n")[2]
    parts.append(f"\n## Exit codes\n\n```text\n{codes.rstrip()}\n```\n")
    return "".join(parts)


def _language(text: str) -> str:
    """Say which language a report is in, for a viewer that colours it."""
    if text.startswith('{"type"'):
        return "text"  # an object a line is no JSON as a whole
    starts = {"{": "json", "[": "json", "<": "xml", "#": "markdown"}
    return starts.get(text[:1], "text")


def _short(text: str) -> str:
    """Lay out JSON for a reader; of SARIF only the results, since the rules are documented here."""
    if _language(text) != "json":
        return text if text.endswith("\n") else f"{text}\n"
    report = json.loads(text)
    if "runs" in report:
        report = {"runs": [{"results": report["runs"][0]["results"]}]}
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _helps() -> str:
    """Return what each command says of its options."""
    return "".join(f"\n## dropcap {name}\n\n```text\n{said(name, '--help')}```\n" for name in COMMANDS)


def said(*words: str) -> str:
    """Return what `dropcap` prints.

    Raises:
        ValueError: it does not end well.

    """
    text = io.StringIO()
    with redirect_stdout(text):
        try:
            code = main(list(words))
        except SystemExit as end:  # as argparse ends after --help
            code = int(end.code or 0)
    if code != CLEAN:
        raise ValueError(f"dropcap {' '.join(words)}: ends with {code}")
    return text.getvalue()


def titles_of_the_site(text: str) -> str:
    """Write the name of the file that a block shows as MkDocs takes it: any other word makes it no block at all."""
    return re.sub(r"^```(\w+) ([\w./-]+)$", r'```\1 title="\2"', text, flags=re.MULTILINE)


def links_of_the_site(text: str, path: str) -> str:
    """Lead the links of a page that stands in the tree to pages of the site, or to the repository."""
    folder = (ROOT / OF_THE_TREE.get(path, f"docs/{path}")).parent

    def led(match: re.Match[str]) -> str:
        target, anchor = match[1], match[2] or ""
        full = Path(os.path.normpath(folder / target))
        if not full.is_relative_to(ROOT):
            return match[0]
        return f"]({_place(full.relative_to(ROOT).as_posix(), path)}{anchor})"

    return re.sub(r"\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)", led, text)


def _place(target: str, path: str) -> str:
    up = "../" * path.count("/")
    rule = re.fullmatch(r"rules/dropcap_rules/(\w+)\.py", target)
    if rule:
        return f"{up}rules/{rule[1].replace('_', '-')}.md"
    for page, name in OF_THE_TREE.items():
        if name == target:
            return up + page
    if target.startswith("docs/"):
        return up + target.removeprefix("docs/")
    return REPOSITORY + target


if __name__ == "__main__":
    sys.stdout.write("\n".join(pages()) + "\n")
