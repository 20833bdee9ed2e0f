#!/usr/bin/env python3
"""Write the manual page, dropcap(1), of what the commands take.

    scripts/manual_page.py > linter/share/man/man1/dropcap.1

A test keeps the page in the tree as it is made here; `pytest --accept` writes it.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from dropcap import HOME, __version__
from dropcap.commands import COMMANDS
from dropcap.commands.options import HELP, VERSION, Option, all_options
from dropcap.parser import overview

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DESCRIPTION = """\
dropcap reads the files that start containers: Compose projects, Dockerfiles, and docker run lines in scripts, CI
files and units. It works out the Linux capabilities that each container holds, as its engine would, and says what
is held and should not be, where it comes from, and what to write instead. It runs nothing of what it reads.
"""
ENVIRONMENT = {
    "NO_COLOR": "No colours, whatever the terminal is.",
    "FORCE_COLOR": "Colours, also where standard output is no terminal. NO_COLOR counts more.",
}
FILES = {
    ".dropcap.toml": "A configuration. The one nearest above a file counts for it; dropcap init writes one.",
    "pyproject.toml": "The same, in the table [tool.dropcap].",
    "dropcap.lock": "What is known of the images of a project; dropcap images lock writes it.",
    ".dropcap-baseline.json": "The findings that are known; dropcap baseline writes it.",
}
EXAMPLES = {
    "dropcap check": "Check the current folder.",
    "dropcap check --format sarif --output dropcap.sarif": "Write a report for code scanning.",
    "git ls-files -z | dropcap check --as-discovered --files-from -": "Check the files that git tracks.",
    "dropcap caps --why web compose.yaml": "Say which capabilities the service web needs, and by what.",
    'eval "$(dropcap completions bash)"': "Let bash complete what you type.",
}


def page() -> str:
    """Return the page."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    options = all_options()
    yield '.\\" Made by scripts/manual_page.py of what the commands take.'
    yield f'.TH DROPCAP 1 "" "dropcap {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "dropcap \\- say which Linux capabilities containers hold, and which they should not"
    yield ".SH SYNOPSIS"
    for number, name in enumerate(COMMANDS):
        yield from [".br"] if number else []
        yield from (f".B dropcap {_text(name)}", " ".join(_synopsis(options[name])))
    yield ".SH DESCRIPTION"
    yield from _paragraph(DESCRIPTION)
    yield ".SH OPTIONS"
    yield from _option(HELP)
    yield from _option(VERSION)
    yield ".SH COMMANDS"
    for name, summary in COMMANDS.items():
        yield f".SS dropcap {_text(name)}"
        yield from _paragraph(f"{summary[0].upper()}{summary[1:]}.")
        for option in options[name]:
            if option is not HELP:
                yield from _option(option)
    yield ".SH EXIT STATUS"
    for code, meaning in re.findall(r"^ +(\d+)  (.*)$", overview(COMMANDS).epilog or "", re.MULTILINE):
        yield from _entry(f"\\fB{code}\\fR", f"{meaning[0].upper()}{meaning[1:]}.")
    for title, entries in (("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES), ("EXAMPLES", EXAMPLES)):
        yield f".SH {title}"
        for name, text in entries.items():
            yield from _entry(f"\\fB{_text(name)}\\fR", text)
    yield ".SH SEE ALSO"
    yield ".BR capabilities (7),"
    yield ".BR docker\\-run (1),"
    yield f".UR {HOME}"
    yield "the documentation"
    yield ".UE"


def _synopsis(options: Sequence[Option]) -> Iterator[str]:
    if any(option.is_option for option in options):
        yield "[\\fIoption\\fR ...]"
    for option in options:
        if not option.is_option:
            value = f"\\fI{_text(option.value)}\\fR"
            if not option.value.startswith("["):
                value += " ..." if option.is_list else ""
                value = value if option.needs_value else f"[{value}]"
            yield value


def _option(option: Option) -> Iterator[str]:
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.names)
    value = f"\\fI{_text(option.value)}\\fR" if option.value else ""
    if option.is_option and value:
        value = f" {value}" if option.needs_value else f" [{value}]"
    text = f"{option.help[:1].upper()}{option.help[1:]}"
    yield from _entry(f"{names}{value}", f"{text}." if text else "")


def _entry(tag: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield tag
    yield from _paragraph(text)


def _paragraph(text: str) -> Iterator[str]:
    """Yield a text with a sentence a line, none of which roff takes for a request."""
    for line in re.split(r"(?<=[.;:]) ", " ".join(text.split())):
        if line:
            yield f"\\&{_text(line)}" if line[0] in ".'" else _text(line)


def _text(text: str) -> str:
    """Escape what means something to roff; words in backticks are bold."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return re.sub(r"`([^`]*)`", r"\\fB\1\\fR", escaped)


if __name__ == "__main__":
    sys.stdout.write(page())
