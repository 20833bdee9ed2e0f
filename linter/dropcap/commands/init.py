"""`dropcap init`: write a configuration file, with what is found here as suggestions."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from dropcap.commands import check
from dropcap.commands.inputs import collect, configure, examine
from dropcap.commands.output import print_failures, write_output
from dropcap.config import OWN_NAME, ConfigError, nearest_config
from dropcap.exit_codes import CLEAN, UsageError
from dropcap.fast_start import plain_arguments
from dropcap.model import Engine
from dropcap.printable import counted
from dropcap.real_paths import real_folder_of, real_path
from dropcap.rule import load_rules

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from dropcap.model import Report

_MOST_RULES = 60


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default=".", help="where (default: the current folder)")
    parser.add_argument("--stdout", action="store_true", help="print the configuration, and write no file")


def run(arguments: Namespace) -> int:
    """Look through the folder, and write its configuration; gives the exit code.

    Raises:
        UsageError: there is one already, or it cannot be written.

    """
    folder = arguments.folder
    if not os.path.isdir(folder):
        raise UsageError(f"{folder}: is not a folder")
    path = os.path.normpath(os.path.join(folder, OWN_NAME))
    if not arguments.stdout:
        _refuse_second(folder, path)
    report, markdown = _look(folder)
    lines = list(_lines(report, markdown))
    if arguments.stdout:
        write_output(lines, None)
    else:
        _write(path, "".join(lines))
        write_output([f"{path} is written: read it, and change what does not fit\n"], None)
    print_failures(report, quiet=True)
    return CLEAN


def _refuse_second(folder: str, path: str) -> None:
    if os.path.lexists(path):
        raise UsageError(f"{path}: is there already; change it, or see a new one with --stdout")
    try:
        real = real_folder_of(folder)
        found = nearest_config(real, {})
    except ConfigError:
        return  # what lies above and is broken does not hinder a new one
    if found and found.file and os.path.dirname(real_path(found.file.path)) == real:
        raise UsageError(f"{found.file.path}: configures dropcap already; change it, or see a new one with --stdout")


def _look(folder: str) -> tuple[Report, str]:
    """Check a folder as `dropcap check` does; gives the report, and a Markdown file that is not looked at."""
    arguments = plain_arguments(check.add_arguments, [folder])
    if arguments is None:  # it begins with a hyphen
        raise UsageError(f"{folder}: write ./ before it")
    arguments.as_discovered = True  # a folder in which nothing is found is no mistake here
    config = configure(arguments)
    found, setup = collect(arguments, config)
    rules = [rule for rule in load_rules(()) if rule.on_by_default]
    return examine(arguments, found, setup, rules), found.markdown


def _lines(report: Report, markdown: str) -> Iterator[str]:
    from dropcap.configuration.checking import schema

    kinds = Counter(one.kind.value for one in report.containers)
    engines = Counter(one.engine.value for one in report.containers if one.engine is not None)
    levels = Counter(one.severity for one in report.findings)
    rules = Counter((one.rule, one.severity.label) for one in report.findings)
    yield f"#:schema {schema()['$id']}\n"
    yield "# The configuration of dropcap. `dropcap settings PATH` says what counts for a file.\n"
    what = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    yield f"# Found here: {counted(report.files, 'file')}, {counted(len(report.containers), 'container')}"
    yield f" ({what})\n" if what else "\n"
    only_podman = engines and not engines.keys() - {Engine.PODMAN.value}
    yield "\n# The engine of files that name none: " + ", ".join(engine.value for engine in Engine)
    yield f". Found: {', '.join(f'{name} {number}' for name, number in engines.most_common())}\n" if engines else ".\n"
    yield f'engine = "{Engine.PODMAN.value if only_podman else Engine.DOCKER.value}"\n'
    yield '# Its version, where it is an old one.\n# engine-version = "20.10"\n'
    yield "\n# The exit code is 1 from this severity on: low, medium, high, critical, never.\n"
    if levels:
        yield f"# Found: {', '.join(f'{levels[level]} {level.label}' for level in sorted(levels, reverse=True))}\n"
    yield 'fail-on = "medium"\n'
    yield "\n# Rules not to run; `dropcap explain RULE` says what each is about.\nignore = [\n"
    for (rule, label), number in rules.most_common(_MOST_RULES):
        yield f'    # "{rule}",  # {label}, {counted(number, "finding")}\n'
    yield "]\n"
    yield '\n# Paths that a walk leaves out, as in .gitignore.\n# exclude = ["vendor/"]\n'
    yield "\n# Look at code in Markdown as well.\n"
    yield f"{'' if markdown else '# '}markdown = {'false' if markdown else 'true'}\n"
    yield "\n# How severe the findings of a rule are.\n# [severity]\n"
    yield f'# {next(iter(rules), ("net-raw", ""))[0]} = "low"\n'
    yield "\n# Settings for some files.\n# [[per-path]]\n"
    yield '# paths = ["tests/", "podman/*.yaml"]\n# fail-on = "critical"\n# engine = "podman"\n'
    yield "\n# Findings that are accepted, and why.\n# [[allow]]\n"
    yield f'# rules = ["{next(iter(rules), ("privileged", ""))[0]}"]\n# container = "{_name(report)}"\n'
    yield '# reason = "say why"\n# expires = 2030-12-31\n'


def _name(report: Report) -> str:
    """Return the name of a container with a finding, where it can stand in a text as it is."""
    names = (one.container.name for one in report.findings)
    return next((name for name in names if name.isascii() and name.isprintable() and not set(name) & set('"\\')), "web")


def _write(path: str, text: str) -> None:
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
