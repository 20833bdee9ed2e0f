"""What a person asked `dropcap audit` for, and which containers that is about."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from dropcap.exit_codes import UsageError
from dropcap.model import Engine

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from dropcap.auditing.audit import Asking
    from dropcap.auditing.engine import AuditedEngine, Listed
    from dropcap.config import Config
    from dropcap.rule import Rule

__all__ = ["Run", "asking_of", "chosen"]


class Run(NamedTuple):
    """What a person asked for.

    Attributes:
        arguments: the command line's.
        config: the configuration.
        known: all rules that there are.
        rules: those that are asked.

    """

    arguments: Namespace
    config: Config
    known: tuple[Rule, ...]
    rules: tuple[Rule, ...]


def asking_of(wanted: Run, engine: AuditedEngine | None = None) -> Asking:
    """Return what is asked about each container, of an engine that says its version or of what one printed."""
    from dropcap.auditing.audit import Asking
    from dropcap.carriers.declared_service import Projects
    from dropcap.carriers.request import Settings
    from dropcap.check import Setup
    from dropcap.questions import Questions

    config, roots = wanted.config, wanted.arguments.compose_root
    for folder in roots:
        if not os.path.isdir(folder):
            raise UsageError(f"--compose-root {folder}: this is no folder")
    settings = Settings(compose=config.compose)
    setup = Setup(config.engine, settings, versions=_versions(config, engine), severity=config.severity)
    return Asking(Questions(wanted.rules), setup, Projects([os.curdir, *roots], settings))


def _versions(config: Config, engine: AuditedEngine | None) -> dict[Engine, str]:
    """Return the versions of engines: of the one that is asked its own.

    Podman prints the very sets that it grants, so that its version makes no difference.
    """
    versions: dict[Engine, str] = {
        name: version for name, version in config.versions.items() if name is not Engine.PODMAN
    }
    if engine is None or engine.is_podman:
        return versions
    from dropcap.configuration.versions import nearest_version

    return {**versions, Engine.DOCKER: nearest_version(engine.version, Engine.DOCKER)}


def chosen(listed: Sequence[Listed], names: Sequence[str]) -> list[Listed]:
    """Return the containers of some names or ids; all where none is given.

    Raises:
        UsageError: there is none of a name, or more than one.

    """
    if not names:
        return list(listed)
    found: dict[str, Listed] = {}
    for name in names:
        exact = [one for one in listed if name.lstrip("/") in one.names or one.id == name]
        fits = exact or [one for one in listed if one.id.startswith(name)]
        if len(fits) != 1:
            what = "several containers have" if fits else "no container has"
            raise UsageError(f"{name}: {what} that name or id")
        found[fits[0].id] = fits[0]
    return list(found.values())
