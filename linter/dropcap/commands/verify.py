"""`dropcap verify`: measure on the engine here what the services of a Compose project need.

It is the one command that starts anything, and it does so on a person's word alone.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import capability_sets
from dropcap.capabilities.engines import strategy_of
from dropcap.commands.config import find_project
from dropcap.commands.inputs import add_project, option, project_settings
from dropcap.commands.output import failure_code, print_failures, write_output
from dropcap.config import load_config
from dropcap.exit_codes import CLEAN, UNCHECKED, UsageError
from dropcap.model import Kind, UnreadableError
from dropcap.needs.model import Certainty
from dropcap.printable import counted, shortened
from dropcap.real_paths import root_of
from dropcap.workspace import LOCK, Workspace

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from dropcap.commands.verify_run import Session, Told
    from dropcap.discover import Target
    from dropcap.images.measurements import Measurement
    from dropcap.measuring.client import Client
    from dropcap.model import Container, Report
    from dropcap.needs.model import Needs
    from dropcap.needs.settings import UndecidedError

_SECONDS = 30.0
_MOST_SECONDS = 3600.0
_MOST_SAID = 300


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "words",
        metavar="[PATH] [SERVICE ...]",
        nargs="*",
        help="a Compose file, or the folder of a project (default: the current folder), and services (default: all)",
    )
    add_project(parser)
    parser.add_argument(
        "--probe",
        metavar="COMMAND",
        help="a shell line to run in the container: the service works if it exits with 0 (default: the health check)",
    )
    parser.add_argument(
        "--probe-host",
        metavar="COMMAND",
        help="the same, but run on this machine; $DROPCAP_CONTAINER is the name of the container",
    )
    parser.add_argument(
        "--seconds",
        metavar="N",
        type=option(_to_seconds),
        default=_SECONDS,
        help="how long the service may take to work after a start or a restart (default: 30)",
    )
    parser.add_argument(
        "--from",
        choices=("suggestion", "default"),
        default="suggestion",
        dest="begins",
        help="the set to begin with: the suggestion, or the engine's default set with what the file adds "
        "(default: suggestion)",
    )
    parser.add_argument(
        "--observe",
        metavar="SECONDS",
        type=option(_to_seconds),
        help="drop nothing: list the capabilities that the kernel checks for in SECONDS (needs root, Linux 6.14)",
    )
    parser.add_argument("--publish", action="store_true", help="publish ports, and use the network of this machine")
    parser.add_argument("--with-binds", action="store_true", help="let the service write to folders of this machine")


def run(arguments: Namespace) -> int:
    """Measure the services, keep what was measured, and print it; gives the exit code.

    Raises:
        UsageError: there is nothing to measure, or nothing that can.
        KeyboardInterrupt: somebody stopped it; all that was started is gone.

    """
    if arguments.probe and arguments.probe_host:
        raise UsageError("give --probe or --probe-host, not both")
    if arguments.observe and (arguments.probe or arguments.probe_host):
        raise UsageError("--observe runs no probe: leave --probe out")
    path, names = _place(arguments)
    target = find_project(path, arguments.files)
    report = _read(target, arguments)
    containers = _chosen(report, names)
    if not containers:
        print_failures(report)
        return max(UNCHECKED, failure_code(report))
    before = [_digest(one) for one in containers]
    told = _measure(target, containers, arguments)
    code = _keep(told, before)
    write_output((f"{line}\n" for one in told for line in one.lines), None)
    print_failures(report)
    return max(code, failure_code(report), *(UNCHECKED if one.failed else CLEAN for one in told))


def _to_seconds(text: object) -> float:
    try:
        seconds = float(str(text))
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= _MOST_SECONDS:
        raise ValueError(f"must be a number from 1 to {_MOST_SECONDS:.0f}")
    return seconds


def _place(arguments: Namespace) -> tuple[str | None, list[str]]:
    """Return the path, where the first word is one, and the services."""
    words = list(arguments.words)
    if words and not arguments.files and os.path.exists(words[0]):
        return words[0], words[1:]
    return None, words


def _read(target: Target, arguments: Namespace) -> Report:
    from dropcap.check import Setup
    from dropcap.report import to_report
    from dropcap.run import check_targets

    config = load_config()
    setup = Setup(config.engine, project_settings(arguments, arguments.compose or config.compose), {})
    return to_report(check_targets([target], (), setup, 1, ()), [], ())


def _chosen(report: Report, names: Sequence[str]) -> list[Container]:
    found = {one.name: one for one in report.containers if one.kind is Kind.SERVICE}
    missing = [name for name in names if name not in found]
    if missing:
        there = f"; name one of {', '.join(found)}" if found else ""
        raise UsageError(f"there is no service {', '.join(missing)} here{there}")
    return [found[name] for name in dict.fromkeys(names)] if names else list(found.values())


def _measure(target: Target, containers: Sequence[Container], arguments: Namespace) -> list[Told]:
    """Measure each; whatever happens, nothing of it is left at the engine.

    Raises:
        UsageError: there is no engine, it went away, or something could not be removed.

    """
    from dropcap.commands.verify_run import Session
    from dropcap.measuring.client import Interrupts, NoClientError, find_client
    from dropcap.measuring.leftovers import LeftError, own_label, remove_dead
    from dropcap.measuring.trial import EngineGoneError

    with Interrupts() as interrupts:
        try:
            client = find_client(interrupts)
            left = remove_dead(client)
            if left:
                say(f"removed {counted(left, 'thing')} that an earlier run left behind")
            session = Session(client, _options(target, arguments), _folder(target), own_label(), arguments)
        except (NoClientError, LeftError) as error:
            raise UsageError(str(error)) from None
        try:
            told = [session.measure(one, *_suggested(one, arguments)) for one in containers]
        except (EngineGoneError, LeftError) as error:
            raise UsageError(f"{error}; nothing is kept") from None
        except KeyboardInterrupt:
            say(f"stopped: dropcap removes what it started, and does not change {LOCK}")
            raise
        finally:
            _clean(client, session)
        interrupts.check()
        return told


def _clean(client: Client, session: Session) -> None:
    """Remove all that was made.

    Raises:
        UsageError: something is left.

    """
    from dropcap.measuring.leftovers import LeftError, remove

    try:
        remove(client, session.label)
        for image in session.images:
            client.engine("image", "rm", image, ends=False)
    except LeftError as error:
        raise UsageError(f"something is left on the engine: {error}; run `dropcap verify` again to remove it") from None


def _options(target: Target, arguments: Namespace) -> list[str]:
    """Return what Compose is told of the project: the files that dropcap reads, and no others."""
    files = [one for path in (target.path, *target.over) for one in ("-f", os.path.abspath(path))]
    return files + [one for path in arguments.env_files for one in ("--env-file", os.path.abspath(path))]


def _folder(target: Target) -> str:
    return os.path.dirname(os.path.abspath(target.path))


def _workspace(container: Container) -> Workspace:
    path = container.source.to_root(container.span)[0].path
    return Workspace(root_of(os.path.dirname(path) or os.curdir), None, (path,))


def _suggested(container: Container, arguments: Namespace) -> tuple[Needs, list[str], list[str]]:
    """Return what a service's files show, what is of use to it, and what it may be started from besides."""
    from dropcap.needs.container import needs_of

    needs = needs_of(container, _workspace(container), uses_measured=False)
    degrades = {one.capability for one in needs.needs if one.certainty is Certainty.DEGRADES}
    wider: list[str] = []
    if arguments.begins == "default":
        wider = list(dict.fromkeys((*strategy_of(container).default, *capability_sets(container).bounding)))
    return needs, sorted(degrades - set(needs.cap_add)), wider


def _digest(container: Container) -> str | UndecidedError:
    """Return the digest of a service's settings as its files are now, or why there is none."""
    from dropcap.needs.settings import UndecidedError, settings_digest

    try:
        return settings_digest(container, _workspace(container))
    except UndecidedError as error:
        return error


def _keep(told: Sequence[Told], before: Sequence[str | UndecidedError]) -> int:
    """Write what was measured into the locks of the projects; return the exit code.

    Args:
        told: what was measured.
        before: the digests of the services' settings before that.

    Raises:
        UsageError: a lock cannot be written.

    """
    from dropcap.images.measurements import lock_text
    from dropcap.needs.settings import measured_name

    code = CLEAN
    kept: dict[str, dict[str, Measurement]] = {}
    workspaces: dict[str, Workspace] = {}
    for one, digest in zip(told, before, strict=True):
        if one.measured is None:
            continue
        if not isinstance(digest, str) or digest != _digest(one.container):
            why = "its files have changed meanwhile" if isinstance(digest, str) else str(digest)
            say(f"{one.container.name}: dropcap does not keep the result: {why}")
            code = UNCHECKED
            continue
        workspace = _workspace(one.container)
        workspaces.setdefault(workspace.root, workspace)
        name = measured_name(one.container, workspace)
        kept.setdefault(workspace.root, {})[name] = one.measured._replace(settings=digest)
    for root, measured in kept.items():
        path = os.path.join(root, LOCK)
        try:
            write_output(lock_text(workspaces[root], measured), path)
        except UnreadableError as error:
            raise UsageError(f"{path}: {error.failure.message}; nothing is kept") from None
        say(f"{os.path.relpath(path)}: {counted(len(measured), 'service')} kept")
    return code


def say(message: str) -> None:
    """Tell a person what goes on, or what went wrong, on standard error."""
    sys.stderr.write(f"dropcap: {shortened(message, _MOST_SAID)}\n")
    sys.stderr.flush()
