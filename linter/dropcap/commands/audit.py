"""`dropcap audit`: what the containers of a running engine hold, and what their files say; nothing is changed."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from dropcap.commands.audited import Run, asking_of, chosen
from dropcap.commands.check import accepting_of, add_report, chosen_rules, context_of, exit_code
from dropcap.commands.inputs import STDIN, configure
from dropcap.commands.output import print_failures, write_output
from dropcap.exit_codes import CLEAN, FINDINGS, UsageError
from dropcap.model import Failure
from dropcap.report import to_report
from dropcap.rule import load_rules
from dropcap.writers import writer

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from dropcap.auditing.engine import AuditedEngine
    from dropcap.model import FileResult, Report
    from dropcap.writers import Context

_INPUT = "stdin.json"
# What commands are asked that read files. That one is named says that entries of the configuration may be about others.
_NOT_ASKED = {"paths": (), "files": (_INPUT,), "profiles": (), "configurations": None}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "names",
        metavar="CONTAINER",
        nargs="*",
        help="names or ids of containers (default: all, running or not); - reads what `docker inspect` prints",
    )
    parser.add_argument(
        "--socket",
        metavar="PATH|URL",
        default="",
        help="the engine (default: that of DOCKER_HOST or of the current context, else one on this machine)",
    )
    parser.add_argument("--running", action="store_true", help="look at containers that run, and no others")
    parser.add_argument(
        "--compose-root",
        metavar="FOLDER",
        action="append",
        default=[],
        help="compare containers with Compose projects in FOLDER too, and not in the current folder alone",
    )
    parser.add_argument(
        "--watch", action="store_true", help="go on, and print what changes as containers start and stop"
    )
    add_report(parser)
    parser.add_argument("--config", metavar="FILE", help="use this configuration file")


def run(arguments: Namespace) -> int:
    """Audit the containers; gives the exit code.

    Raises:
        UsageError: there is no engine, or no container of a name.

    """
    from dropcap.engine_client import EngineError, NoEngineError

    vars(arguments).update(_NOT_ASKED)
    config = configure(arguments)
    known = load_rules(arguments.rules)
    wanted = Run(arguments, config, known, chosen_rules(arguments, config, known))
    if _reads_input(arguments):
        return _of_input(wanted)
    from dropcap.auditing.engine import connect

    try:
        engine = connect(arguments.socket)
    except NoEngineError as error:
        raise UsageError(str(error)) from None
    except EngineError as error:
        raise UsageError(f"the engine cannot be asked: {error}") from None
    try:
        if arguments.watch:
            from dropcap.commands.audit_watch import watch

            return watch(engine, wanted)
        return _of_engine(engine, wanted)
    except EngineError as error:
        raise UsageError(f"{engine.address}: {error}") from None
    finally:
        engine.close()


def _reads_input(arguments: Namespace) -> bool:
    """Whether what an engine printed comes by standard input: it is named, or a file, and no engine is asked for."""
    if STDIN in arguments.names:
        if len(arguments.names) > 1 or arguments.socket or arguments.watch:
            raise UsageError("- reads standard input: give no container and no engine")
        return True
    if arguments.names or arguments.socket or arguments.watch or arguments.running:
        return False
    try:
        return stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):  # it has none
        return False


def _of_input(wanted: Run) -> int:
    from dropcap.auditing.audit import check_answer
    from dropcap.source import Answer, Source, UndecodableError
    from dropcap.workspace import MAX_BYTES

    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(f"standard input is larger than {MAX_BYTES // 1024 // 1024} MiB: give it in parts")
    try:
        source = Answer(_INPUT, Source.decode(_INPUT, data).text)
    except UndecodableError as error:
        raise UsageError(f"standard input: {error.reason}") from None
    result = check_answer(source, asking_of(wanted))
    return _reported(wanted, [result], [], "Standard input")


def _of_engine(engine: AuditedEngine, wanted: Run) -> int:
    from dropcap.auditing.audit import TOO_MANY, audit
    from dropcap.commands.progress import Progress

    listed, is_whole = engine.containers(only_running=wanted.arguments.running)
    containers = chosen(listed, wanted.arguments.names)
    failures = [] if is_whole else [Failure(engine.address, TOO_MANY)]
    progress = Progress(engine.title, len(containers)) if sys.stderr.isatty() else None
    try:
        asking = asking_of(wanted, engine)
        results = list(audit(engine, containers, asking, progress.step if progress else _quietly))
    finally:
        if progress:
            progress.end()
    return _reported(wanted, results, failures, f"{engine.title} at {engine.address}")


def _quietly(_: str) -> None:
    """Tell nobody: where there is no terminal nobody waits for a bar."""


def _reported(wanted: Run, results: Sequence[FileResult], failures: Sequence[Failure], title: str) -> int:
    from dropcap.commands.finder import Finder

    arguments, config, rules = wanted.arguments, wanted.config, wanted.rules
    accepting = accepting_of(arguments, config, [rule.id for rule in wanted.known])
    report = to_report(results, failures, rules, accepting)._replace(files=0)
    finder = Finder(None)
    for name, path in [(arguments.format, arguments.output), *arguments.also]:
        context = context_of(arguments, config, rules, name, path)._replace(needs=finder.needs, root=None)
        write_output(_chunks(name, report, context, title), path)
    report = report._replace(failures=(*report.failures, *finder.failures))
    print_failures(report, arguments.color, quiet=arguments.quiet)
    code = exit_code(report, config.fail_on)
    return CLEAN if code == FINDINGS and arguments.exit_zero else code


def _chunks(name: str, report: Report, context: Context, title: str) -> Iterator[str]:
    if name == "text" and not context.quiet:
        from dropcap.writers.live_table import Shape, live_lines

        width = context.width or 100
        needs = context.needs
        if needs is not None:
            yield from (
                f"{line}\n" for line in live_lines(title, report.containers, needs, Shape(width, context.colour))
            )
        yield "\n"
    if report.containers or name != "text":
        yield from writer(name)(report, context)
