"""Twice as much of anything takes twice the steps also where no carrier reads it: other files, and the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.check import Setup, check_text
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.writers import FORMATS, Context, writer
from fuzzed import PATHS, READERS
from steps import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

DIMENSIONS: dict[tuple[str, str], Callable[[int], bytes]] = {
    ("command-line", "words"): lambda n: b"--cap-add A " * n + b"x",
    ("command-line", "letters of an option"): lambda n: b"-" + b"i" * n + b" x",
    ("command-line", "fields of a mount"): lambda n: b"--mount " + b"type=bind," * n + b"src=/,dst=/x x",
    ("command-line", "colons"): lambda n: b"-v " + b"/a:" * n + b" x",
    ("command-line", "ports"): lambda n: b"-p 1-65535:1-65535 " * n + b"x",
    ("command-line", "an image's name"): lambda n: b"a/" * n + b"x",
    ("command-line", "labels"): lambda n: b"--label a=b " * n + b"x",
    ("dotenv", "lines"): lambda n: b"A=b\n" * n,
    ("dotenv", "variables"): lambda n: b"".join(b"A%d=b\n" % number for number in range(n)),
    ("dotenv", "uses"): lambda n: b"A=b\nB=" + b"$A" * n + b"\n",
    ("dotenv", "defaults"): lambda n: b"B=" + b"${A:-" * n + b"\n",
    ("dotenv", "open quotes"): lambda n: b"B='" + b"\nA=" * n,
    ("dotenv", "escapes"): lambda n: b'B="' + b"\\n\\x" * n + b'"\n',
    ("dotenv", "blanks"): lambda n: b"B=" + b" " * n + b"x\n",
    ("dotenv", "comments"): lambda n: b"# a\n" * n,
    ("dotenv", "line ends"): lambda n: b"\r\n" * n,
    ("gitignore", "patterns"): lambda n: b"a*b\n" * n,
    ("gitignore", "stars"): lambda n: b"*a" * min(n, 400) + b"b\n",
    ("gitignore", "double stars"): lambda n: b"**/" * min(n, 300) + b"b\n",
    ("gitignore", "brackets"): lambda n: b"[a-z" * min(n, 200) + b"\n",
    ("gitignore", "blanks"): lambda n: b"a" + b" " * n + b"\n",
    ("git-index", "entries"): lambda n: (
        b"DIRC\0\0\0\2" + n.to_bytes(4, "big") + (b"\0" * 60 + b"\0\5a/b.c" + b"\0" * 5) * n + b"\0" * 20
    ),
    ("git-index", "entries that are missing"): lambda n: b"DIRC\0\0\0\2\xff\xff\xff\xff" + b"\0" * 72 * n,
    ("config", "words"): lambda n: b"exclude = [" + b'"a", ' * n + b"]\n",
    ("config", "keys"): lambda n: b"".join(b"a%d = 1\n" % number for number in range(n)),
    ("lang-yaml", "items"): lambda n: b"- a\n" * n,
    ("lang-yaml", "aliases"): lambda n: b"- &a b\n" + b"- *a\n" * n,
    ("lang-yaml", "tags"): lambda n: b"- !a b\n" * n,
    ("lang-yaml", "one long text"): lambda n: b"a: |\n" + b"  b\n" * n,
    ("lang-yaml", "open brackets"): lambda n: b"[" * n,
    ("lang-jsonc", "items"): lambda n: b"[" + b"1," * n + b"1]",
    ("lang-jsonc", "commas"): lambda n: b"[" + b"," * n + b"]",
    ("lang-jsonc", "commas that are missing"): lambda n: b"[" + b"1 " * n + b"]",
    ("lang-jsonc", "comments"): lambda n: b"/* a */" * n + b"[]",
    ("lang-jsonc", "open comments"): lambda n: b"[ /*" + b"/*" * n,
    ("lang-jsonc", "escapes"): lambda n: b'["' + b"\\u0041" * n + b'"]',
    ("lang-jsonc", "open brackets"): lambda n: b'{"a":[' * n,
    ("lang-unitfile", "keys"): lambda n: b"[A]\n" + b"B=c d 'e'\n" * n,
    ("lang-unitfile", "sections"): lambda n: b"[A]\nB=c\n" * n,
    ("lang-unitfile", "lines that go on"): lambda n: b"[A]\nB=" + b"c \\\n" * n,
    ("lang-unitfile", "open quotes"): lambda n: b"[A]\nB=" + b"'c \"" * n,
    ("lang-unitfile", "comments"): lambda n: b"[A]\n" + b"# b \\\n" * n,
    ("lang-shell", "commands"): lambda n: b"a b 'c' \"d$e\"\n" * n,
    ("lang-shell", "words"): lambda n: b"a" + b" b" * n,
    ("lang-shell", "chains"): lambda n: b"a" + b" && b" * n,
    ("lang-shell", "semicolons"): lambda n: b"a;" * n,
    ("lang-shell", "open quotes"): lambda n: b"a '" + b"b\n" * n,
    ("lang-shell", "pieces of a word"): lambda n: b"a " + b"b'c'\"d\"" * n,
}
SIZE = 100


def test_every_reader_that_is_no_carrier_is_here() -> None:
    assert {reader for reader, _ in DIMENSIONS} == set(READERS) - set(PATHS) - {"reports"}


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=" ".join)
def test_steps_grow_in_proportion(dimension: tuple[str, str]) -> None:
    reader, _ = dimension
    make = DIMENSIONS[dimension]
    assert_linear(lambda size: READERS[reader](make(size)), SIZE)


SERVICES: dict[str, Callable[[int], str]] = {
    "services": lambda n: "".join(f"  s{number}: {{image: x, privileged: true}}\n" for number in range(n)),
    "services alike": lambda n: "  a: &a {image: x, privileged: true}\n" + "".join(f"  s{i}: *a\n" for i in range(n)),
    "capabilities": lambda n: "  a: {image: x, cap_add: [" + ", ".join(f"A{number}" for number in range(n)) + "]}\n",
    "mistakes": lambda n: "  a:\n    image: x\n" + "".join(f"    k{number}: 1\n" for number in range(n)),
    "one long line": lambda n: "  a: {image: x, privileged: true, labels: [" + "a=b, " * n + "]}\n",
    "variables": lambda n: "".join(f"  s{number}: {{image: x, privileged: '${{A}}'}}\n" for number in range(n)),
}


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("form", FORMATS)
def test_steps_of_a_report_grow_in_proportion(name: str, form: str) -> None:
    rules = load_rules()
    write = writer(form)

    def report(size: int) -> None:
        result = check_text("compose.yaml", "compose", "services:\n" + SERVICES[name](size), rules, Setup())
        "".join(write(to_report([result]), Context(rules)))

    assert_linear(report, 40)
