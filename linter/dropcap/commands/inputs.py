"""What `check` and `caps` share: options become a configuration, paths become a report."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from dropcap.cli import UsageError
from dropcap.config import Config, load_config, to_engine
from dropcap.discover import MAX_BYTES, Target, discover, syntax_of_name
from dropcap.engine import check_bytes, check_targets, to_report

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.engine import FileResult
    from dropcap.model import Failure, Report
    from dropcap.rule import Rule

STDIN = "-"
_MAX_JOBS = 256
_PARALLEL_FROM = 400  # with fewer files a second process costs more than it saves


def add_paths(parser: ArgumentParser) -> None:
    """Add what says which files to read, and how."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="files and folders (default: the current folder); - reads standard input",
    )
    parser.add_argument(
        "--stdin-filename",
        metavar="NAME",
        help="the name that standard input goes by, for reading and reporting it",
    )
    parser.add_argument(
        "--engine",
        type=option(to_engine),
        metavar="ENGINE",
        help="the engine where a file names none: docker, podman, nerdctl, swarm (default: docker)",
    )
    parser.add_argument(
        "--exclude",
        metavar="PATTERN",
        action="append",
        default=[],
        help="leave paths out, in the manner of .gitignore",
    )
    parser.add_argument(
        "--markdown",
        action="store_true",
        default=None,
        help="look at the code blocks of Markdown in folders as well; a file that is named is always read",
    )
    parser.add_argument("--config", metavar="FILE", help="use this configuration file")
    parser.add_argument("--jobs", metavar="N", type=_count, help="how many processes to use (default: as many as pay)")


def option(convert: Callable[[object], object]) -> Callable[[str], object]:
    """Let argparse show a converter's own message."""

    def converted(text: str) -> object:
        try:
            return convert(text)
        except ValueError as error:
            raise ArgumentTypeError(f"{text!r}: {error}") from None

    return converted


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_JOBS:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to {_MAX_JOBS}")
    return int(text)


def configure(arguments: Namespace) -> Config:
    """Lay the command line's options over the configuration file's.

    Raises:
        ConfigError: the configuration file cannot be used.

    """
    config = load_config(arguments.config)
    given = {name: value for name in Config._fields if (value := getattr(arguments, name, None)) not in (None, [], ())}
    if "exclude" in given:
        given["exclude"] = (*config.exclude, *given["exclude"])
    return config._replace(**given)


def find_targets(arguments: Namespace, config: Config) -> tuple[list[Target], list[Failure]]:
    """Find the files to check.

    Raises:
        UsageError: standard input is mixed with paths, or there is nothing to check.

    """
    paths = arguments.paths or ["."]
    if STDIN in paths:
        if paths != [STDIN]:
            raise UsageError("- stands for standard input and cannot be mixed with other paths")
        name = arguments.stdin_filename
        if not name:
            raise UsageError("- needs --stdin-filename NAME, to know what it is and to report it by")
        return [Target(name, syntax_of_name(name), named=True)], []
    if arguments.stdin_filename:
        raise UsageError("--stdin-filename goes with the path -")
    targets, failures = discover(paths, config.exclude, markdown=config.markdown)
    if not targets and not failures:
        where = ", ".join(paths)
        raise UsageError(f"{where}: nothing to check here: no Compose file, Dockerfile or shell script; name one")
    return targets, failures


def gather(arguments: Namespace, config: Config, rules: Sequence[Rule] = (), folders: Sequence[str] = ()) -> Report:
    """Find and read the files, and ask the rules (loaded from `folders` too) about their containers.

    Raises:
        UsageError: as :func:`find_targets`.

    """
    targets, failures = find_targets(arguments, config)
    results: Iterator[FileResult]
    if arguments.paths == [STDIN]:
        results = iter([check_bytes(targets[0], sys.stdin.buffer.read(MAX_BYTES + 1), rules, config.engine)])
    else:
        results = check_targets(targets, rules, config.engine, _job_count(arguments, targets), folders)
    return to_report(results, failures)


def _job_count(arguments: Namespace, targets: Sequence[Target]) -> int:
    if arguments.jobs is not None:
        return int(arguments.jobs)
    return (os.cpu_count() or 1) if len(targets) >= _PARALLEL_FROM else 1
