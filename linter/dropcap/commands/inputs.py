"""What `check` and `caps` share: options become a configuration, paths become a report."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.request import Settings
from dropcap.check import Setup
from dropcap.config import load_config, to_compose, to_engine
from dropcap.discover import Discovery, Target, discover
from dropcap.exit_codes import UsageError
from dropcap.model import Engine
from dropcap.paths import shown
from dropcap.report import to_report
from dropcap.run import check_targets

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence
    from typing import Any

    from dropcap.config import Config
    from dropcap.configured import Configurations
    from dropcap.model import Failure, Report
    from dropcap.report import Accepting
    from dropcap.rule import Rule

STDIN = "-"
# The options that stand for a key of the configuration.
_GIVEN = ("engine", "fail_on", "select", "extend_select", "ignore", "exclude", "markdown", "compose", "baseline")
_MAX_JOBS = 256
_PARALLEL_FROM = 400  # with fewer files a second process costs more than it saves


def add_paths(parser: ArgumentParser, *, takes_input: bool = True) -> None:
    """Add what says which files to read, and how; `takes_input` says whether standard input may be one."""
    paths = "files and folders (default: the current folder)"
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help=f"{paths}; - reads standard input" if takes_input else paths
    )
    if takes_input:
        parser.add_argument(
            "--stdin-filename",
            metavar="NAME",
            help="the name of the file on standard input, where its text does not tell what kind of file it is",
        )
    parser.add_argument(
        "--files-from",
        metavar="FILE",
        help="read paths of files from FILE, one a line or separated by NULs; - reads standard input",
    )
    add_engine(parser)
    parser.add_argument(
        "--exclude",
        metavar="PATTERN",
        action="append",
        default=[],
        help="exclude paths; patterns are as in .gitignore",
    )
    parser.add_argument(
        "--as-discovered",
        action="store_true",
        help="treat files that you name like files of a folder: skip excluded ones and other kinds",
    )
    parser.add_argument(
        "--markdown",
        action="store_true",
        default=None,
        help="also check the code blocks of Markdown files in folders (always on for a file that you name)",
    )
    parser.add_argument("--config", metavar="FILE", help="use this configuration file")
    add_project(parser)
    parser.add_argument(
        "--jobs", metavar="N", type=option(_to_count), help="how many processes to use (default: as many as help)"
    )


def add_engine(parser: ArgumentParser) -> None:
    """Add what says which engine starts the containers of files that name none."""
    parser.add_argument(
        "--engine",
        type=option(to_engine),
        metavar="ENGINE",
        help=f"the engine of files that name none: {', '.join(one.value for one in Engine)} (default: docker)",
    )
    parser.add_argument(
        "--engine-version",
        metavar="VERSION",
        help="the engine's version, as 20.10 or 4 (default: the current one)",
    )


def add_project(parser: ArgumentParser) -> None:
    """Add what says which files are one Compose project, and how to resolve it."""
    parser.add_argument(
        "-f",
        "--file",
        metavar="FILE",
        action="append",
        default=[],
        dest="files",
        help="a Compose file; several are one project, each merged into those before it",
    )
    parser.add_argument(
        "--env-file",
        metavar="FILE",
        action="append",
        default=[],
        dest="env_files",
        help="read a project's variables from FILE, not from its .env",
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        action="append",
        default=[],
        dest="profiles",
        help="check the services of this profile and those without a profile (default: all services)",
    )
    parser.add_argument(
        "--compose",
        metavar="VERSION",
        type=option(to_compose),
        help="resolve projects as Docker Compose 2 or 5 does (default: 5)",
    )
    parser.add_argument(
        "--use-environment",
        action="store_true",
        help="use the variables of this environment in Compose files; a variable that is not set is then empty",
    )


def option(convert: Callable[[object], object]) -> Callable[[str], object]:
    """Let argparse show a converter's own message."""

    def converted(text: str) -> object:
        try:
            return convert(text)
        except ValueError as error:
            from argparse import ArgumentTypeError

            raise ArgumentTypeError(f"{text!r}: {error}") from None

    return converted


def _to_count(text: object) -> int:
    if not str(text).isdecimal() or not 1 <= int(str(text)) <= _MAX_JOBS:
        raise ValueError(f"must be a number from 1 to {_MAX_JOBS}")
    return int(str(text))


def configure(arguments: Namespace) -> Config:
    """Lay the command line's options over the configuration file's.

    Raises:
        ConfigError: the configuration file cannot be used.

    """
    config, given = _configuration(arguments)
    return config.under(given)


def _configuration(arguments: Namespace) -> tuple[Config, dict[str, Any]]:
    """Return the configuration of the current folder, or the one that is named, and what the command line says."""
    config = load_config(arguments.config)
    given = {name: value for name in _GIVEN if (value := getattr(arguments, name, None)) not in (None, [], ())}
    if version := getattr(arguments, "engine_version", None):
        given["versions"] = _versions(version, given.get("engine", config.engine))
    return config, given


def configurations_of(arguments: Namespace) -> Configurations:
    """Return the configurations of a run: that of the current folder, or the one that is named, and nearer ones.

    Raises:
        ConfigError: a configuration file cannot be used.

    """
    found: Configurations | None = getattr(arguments, "configurations", None)
    if found is None:
        from dropcap.configured import Configurations  # not for a file of the current folder

        config, given = _configuration(arguments)
        found = arguments.configurations = Configurations(config, given, for_all=arguments.config is not None)
    return found


def _versions(version: str, engine: Engine) -> dict[Engine, str]:
    from dropcap.configuration.versions import to_versions

    try:
        return to_versions(version, engine)
    except ValueError as error:
        raise UsageError(f"--engine-version: {error}") from None


def find_targets(arguments: Namespace, config: Config) -> Discovery:
    """Find the files to check.

    Raises:
        UsageError: paths are mixed with `-f`, or there is nothing to check.

    """
    paths = arguments.paths or ([] if arguments.files else ["."])
    if arguments.files:
        if paths:
            raise UsageError("give a project's files with -f, or paths, not both")
        files = tuple(map(shown, arguments.files))
        return Discovery([Target(files[0], "compose", named=True, over=files[1:], given=files)], [], [])
    if getattr(arguments, "stdin_filename", None):
        raise UsageError("--stdin-filename needs the path -, which reads standard input")
    try:
        found = discover(
            paths,
            config.exclude,
            as_discovered=arguments.as_discovered,
            markdown=config.markdown,
            configurations=configurations_of(arguments) if any(map(_is_walked, paths)) else None,
        )
    except ValueError as error:
        from dropcap.gitignore import PatternError  # not for a file that is named

        if not isinstance(error, PatternError):
            raise
        raise UsageError(f"{_origin(arguments, config, error.pattern)}: {error}") from None
    if not found.targets and not found.failures and not arguments.as_discovered:
        raise UsageError(f"{', '.join(paths)}: {_nothing(found)}")
    return found


def _is_walked(path: str) -> bool:
    """Whether more than the current folder's configuration may say which files are looked at."""
    return os.path.isdir(path) or bool(os.path.dirname(path))


def _origin(arguments: Namespace, config: Config, pattern: str) -> str:
    """Say where a pattern to exclude comes from."""
    return "--exclude" if pattern in arguments.exclude else config.place("exclude", pattern)


def _nothing(found: Discovery) -> str:
    """Say that there is nothing to check, and what may be the reason."""
    message = "nothing to check here: there is no Compose file, Dockerfile or shell script; name a file"
    left_out = found.left_out
    if found.markdown:
        message = f"{message}, or add --markdown to check code in Markdown, as in {found.markdown}"
    if not left_out:
        return message
    more = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
    return f"{message}; an ignore rule (.gitignore, exclude) leaves out {left_out[0]}{more}"


def examine(
    arguments: Namespace,
    found: Discovery,
    setup: Setup,
    rules: Sequence[Rule] = (),
    folders: Sequence[str] = (),
    accepting: Accepting | None = None,
) -> Report:
    """Read the files that were found, and ask the rules about their containers.

    Args:
        arguments: the command line's.
        found: the files.
        setup: how they are read.
        rules: what to ask.
        folders: where rules were loaded from besides the installed packages.
        accepting: what is accepted, besides what comments in the files say.

    """
    results = check_targets(found.targets, rules, setup, job_count(arguments, found.targets), folders)
    return to_report(results, found.failures, rules, accepting)


def collect(arguments: Namespace, config: Config) -> tuple[Discovery, Setup]:
    """Find the files, and say how they are to be read.

    Raises:
        UsageError: as :func:`find_targets`, a list or standard input cannot be used, or there is no such profile.

    """
    overlay: dict[str, bytes] = {}
    refused: Sequence[Failure] = ()
    if getattr(arguments, "files_from", None) is not None:
        from dropcap.commands.path_list import take_list  # few calls have one

        refused = take_list(arguments)
    if STDIN in arguments.paths and not arguments.files:
        from dropcap.commands.standard_input import from_stdin  # not for a file that is named

        found, overlay = from_stdin(arguments)
    else:
        found = find_targets(arguments, config)
    if refused:
        found = found._replace(failures=[*found.failures, *refused])
    settings = project_settings(arguments, config.compose)
    # What other programs pass on may be a part of the projects alone.
    if settings.profiles and not arguments.as_discovered:
        from dropcap.commands.profiles import refuse_unknown

        refuse_unknown(found.targets, settings, overlay)
    if config.per_path or any(os.path.dirname(target.path) for target in found.targets):
        found = found._replace(targets=configurations_of(arguments).with_policies(found.targets))
    by_name = arguments.engine is None
    return found, Setup(config.engine, settings, overlay, by_name, config.versions, config.severity)


def project_settings(arguments: Namespace, compose: int) -> Settings:
    """Say how Compose projects are to be resolved, by a major version of Docker Compose."""
    return Settings(
        compose=compose,
        env_files=tuple(arguments.env_files) or None,
        profiles=tuple(arguments.profiles) or None,
        uses_environment=arguments.use_environment,
    )


def job_count(arguments: Namespace, targets: Sequence[Target]) -> int:
    """Return how many processes to use."""
    if arguments.jobs is not None:
        return int(arguments.jobs)
    return (os.cpu_count() or 1) if len(targets) >= _PARALLEL_FROM else 1
