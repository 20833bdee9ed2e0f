"""`dropcap settings`: say which configuration counts for a file, and what it says."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from dropcap.carriers import registry
from dropcap.commands.inputs import add_engine, configurations_of
from dropcap.commands.output import write_output
from dropcap.configured import policy_of
from dropcap.exit_codes import CLEAN
from dropcap.model import NEVER, Severity
from dropcap.printable import printable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from typing import Any

    from dropcap.configured import Configurations, Told


def add_arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help="files and folders (default: the current folder)")
    parser.add_argument("--config", metavar="FILE", help="use this configuration file for all files")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to list (default: text)")
    add_engine(parser)


def run(arguments: Namespace) -> int:
    """Print what counts for each path."""
    configurations = configurations_of(arguments)
    found = [_settings(path, configurations) for path in arguments.paths or (os.curdir,)]
    if arguments.format == "json":
        write_output([json.dumps(found, indent=2) + "\n"], None)
    else:
        write_output(_text(found), None)
    return CLEAN


def _settings(path: str, configurations: Configurations) -> dict[str, Any]:
    """Return what counts for a path, by the keys of a configuration."""
    told = configurations.told(os.path.join(path, "") if os.path.isdir(path) else path)
    config, policy = told.config, policy_of(told, configurations.given)
    engine = policy.engine
    if policy.engine_by_name and (carrier := registry.carrier_of_name(path)):
        engine = registry.engine_of_name(carrier, path, engine)
    return {
        "path": path,
        "configuration": config.file.path if config.file else None,
        "extends": sorted({place.rpartition(":")[0] for place in config.words.values()} - {_own(told)}),
        "per-path": [entry.place for entry in told.entries],
        "engine": engine.value,
        "engine-version": policy.versions.get(engine, ""),
        "compose": policy.compose,
        "select": list(policy.select),
        "extend-select": list(policy.extend_select),
        "ignore": list(policy.ignore),
        "severity": {rule: level.label for rule, level in sorted(policy.severity.items())},
        "fail-on": "never" if policy.fail_on >= NEVER else Severity(policy.fail_on).label,
        "exclude": list(config.exclude),
        "markdown": config.markdown,
        "baseline": config.baseline,
        "allow": [entry.place for entry in config.allow],
    }


def _own(told: Told) -> str:
    return told.config.file.path if told.config.file else ""


def _text(found: list[dict[str, Any]]) -> Iterator[str]:
    for number, settings in enumerate(found):
        if number:
            yield "\n"
        where = settings["configuration"] or "no configuration file; the defaults count"
        yield f"{printable(settings['path'])}: {printable(where)}\n"
        for key, value in settings.items():
            if key not in {"path", "configuration"} and value not in ("", [], {}):
                yield f"  {key} = {printable(json.dumps(value, ensure_ascii=False))}\n"
