"""`dropcap explain`: print the documentation of a rule or a capability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.names import ALL, NAMES, bare_name, suggest
from dropcap.capabilities.page import capability_page
from dropcap.commands.output import write_output
from dropcap.controls import controls
from dropcap.exit_codes import CLEAN, UsageError
from dropcap.rule import Rule, load_rules

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", metavar="RULE|CAPABILITY")
    parser.add_argument("--rules", metavar="FOLDER", action="append", default=[], help="also look in FOLDER")


def run(arguments: Namespace) -> int:
    """Print the page of what the argument names.

    Raises:
        UsageError: neither a rule nor a capability has that name.

    """
    rules = load_rules(arguments.rules)
    word: str = arguments.name
    name = bare_name(word)
    # A rule may be named after a capability: net-raw is the one, NET_RAW and cap_net_raw are the other.
    is_rule = word.islower() and not word.startswith("cap_")
    for rule in rules:
        if word.replace("_", "-") == rule.id and is_rule:
            write_output([f"{rule.id} ({rule.severity.label})\n\n{rule.page}\n", *_controls(rule)], None)
            return CLEAN
    if name in NAMES:
        write_output((f"{line}\n" for line in capability_page(name)), None)
        return CLEAN
    if name == ALL:
        raise UsageError(
            f"ALL is not one capability but all {len(NAMES)} of them; see `dropcap explain all-capabilities`"
        )
    raise UsageError(f"no rule and no capability is named {word!r}{_closest(word, rules)}; see `dropcap rules`")


def _controls(rule: Rule) -> Iterator[str]:
    """Name what a rule is about in benchmarks and catalogues; what nobody here knows is left out."""
    numbers: dict[str, list[str]] = {}
    for name in rule.controls:
        control = controls().get(name)
        if control is not None:
            catalogue = control.catalogue
            numbers.setdefault(f"{catalogue.name} {catalogue.version}", []).append(control.number)
    if numbers:
        named = (f"{catalogue}: {', '.join(found)}" for catalogue, found in numbers.items())
        yield f"\nControls: {'; '.join(named)}.\n"


def _closest(word: str, rules: Sequence[Rule]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word.lower(), [rule.id for rule in rules], 1) or [suggest(word) or ""]
    return f" (did you mean {close[0]}?)" if close[0] else ""
