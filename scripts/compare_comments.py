#!/usr/bin/env python3
"""Compare the comments that dropcap finds with those that tree-sitter's grammars find, in real files.

    scripts/compare_comments.py FOLDER [--number N] [--seed S] [--list]

Each file of a folder is read as it is and then N times (3) with comments put into it by chance, at the ends of lines
and as lines of their own, wherever that is: in strings, in blocks of text, in here-documents, between continuation
lines. Of each text that both understand, both have to find the same comments to dropcap. Texts of which one of them
does not understand all are counted. `pip install -e '.[grammars]'` brings the grammars. Exits 1 on any difference.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import warnings
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import tree_sitter

from dropcap.carriers import registry
from dropcap.discover import discover
from dropcap.model import UnreadableError
from dropcap.source import MARK, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

GRAMMARS = {
    **dict.fromkeys(("compose", "workflow", "action", "gitlab", "task"), "yaml"),
    "script": "bash",
    "dockerfile": "dockerfile",
    "devcontainer": "json",  # with comments, which its grammar takes
    "markdown": "markdown",
}
SIGNS = {"json": ("// ", ""), "markdown": ("<!-- ", " -->")}
MOST = 6
LARGEST = 200_000


def main() -> int:
    """Compare; gives 1 if there was any difference."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--number", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="print each difference")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)  # noqa: S311  # a sample, and no secret
    counts: Counter[str] = Counter()
    for target in discover([str(arguments.folder)], (), markdown=True).targets:
        data = Path(target.path).read_bytes()
        carrier = target.carrier or registry.carrier_of_content(target.path, data) or ""
        if carrier not in GRAMMARS or len(data) > LARGEST:
            continue
        try:
            text = Source.decode(target.path, data).text
        except ValueError:
            continue
        for number in range(arguments.number + 1):
            changed = with_comments(text, GRAMMARS[carrier], chance) if number else text
            for difference in compared(target.path, changed, carrier, counts):
                counts[f"{GRAMMARS[carrier]}: differences"] += 1
                if arguments.list:
                    print(difference, flush=True)
    for name, count in sorted(counts.items()):
        print(f"{count:>8} {name}")
    return int(any("differences" in name for name in counts))


def with_comments(text: str, grammar: str, chance: random.Random) -> str:
    """Put comments to dropcap into a text by chance."""
    before, after = SIGNS.get(grammar, ("# ", ""))
    lines = text.split("\n")
    for number in range(chance.randint(1, MOST)):
        comment = f"{before}dropcap: ignore[net-raw] -- number {number}{after}"
        at = chance.randrange(len(lines))
        line = lines[at].rstrip("\r")
        if chance.random() < 0.5:  # noqa: PLR2004  # as often as not
            lines[at] = f"{line}{' ' * chance.randint(0, 2)}{comment}"
        else:
            indent = " " * chance.choice([0, len(line) - len(line.lstrip(" "))])
            lines.insert(at, f"{indent}{comment}")
    return "\n".join(lines)


def compared(path: str, text: str, carrier: str, counts: Counter[str]) -> Iterator[str]:
    """Give the differences of one text."""
    grammar = GRAMMARS[carrier]
    if MARK not in text:
        return
    try:
        source = Source(path, text)
        ours = {
            text.count("\n", 0, one.span.start)
            for one in registry.comments(carrier, source)
            if one.source is source and not one.wrong
        }
    except UnreadableError:
        counts[f"{grammar}: texts that dropcap does not read"] += 1
        return
    root = tree_sitter.Parser(language(grammar)).parse(text.encode()).root_node
    if root.has_error:
        counts[f"{grammar}: texts that tree-sitter does not read"] += 1
        return
    theirs = set(found(root, text.encode(), grammar))
    counts[f"{grammar}: texts compared"] += 1
    counts[f"{grammar}: comments compared"] += len(ours | theirs)
    lines = text.split("\n")
    yield from (f"{path}: only dropcap: {line + 1}: {lines[line][:150]}" for line in sorted(ours - theirs))
    yield from (f"{path}: only tree-sitter: {line + 1}: {lines[line][:150]}" for line in sorted(theirs - ours))


def language(grammar: str) -> tree_sitter.Language:
    """Load a grammar."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # some of them give a number yet
        return tree_sitter.Language(import_module(f"tree_sitter_{grammar}").language())


def found(root: tree_sitter.Node, data: bytes, grammar: str) -> Iterator[int]:
    """Give the lines of the comments to dropcap in a tree."""
    kind = "html_block" if grammar == "markdown" else "comment"
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type != kind:
            waiting += node.children
            continue
        text = data[node.start_byte : node.end_byte]
        before = data[data.rfind(b"\n", 0, node.start_byte) + 1 : node.start_byte]
        if grammar == "dockerfile" and before.strip():
            continue  # BuildKit takes it for a part of the instruction, whatever the grammar says
        if grammar == "markdown":  # a block of HTML holds more than comments
            for match in re.finditer(rb"(?:(?<=\n)|\A)[ \t>]*<!--.*?(?:-->|\Z)", text, re.DOTALL):
                if MARK.encode() in match[0]:
                    yield node.start_point[0] + text.count(b"\n", 0, match.start())
            continue
        for number, line in enumerate(text.split(b"\n")):
            if MARK.encode() in line:
                yield node.start_point[0] + number


if __name__ == "__main__":
    sys.exit(main())
