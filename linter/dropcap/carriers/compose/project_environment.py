"""The variables of a project: those of its files, and where they count those of this process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.environment import Environment, from_mapping
from dropcap.carriers.compose.version import VERSIONS
from dropcap.model import Level, UnreadableError
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.carriers.compose.diagnostics import Diagnostics
    from dropcap.carriers.compose.environment import Variable
    from dropcap.carriers.compose.files import Files
    from dropcap.carriers.request import Settings
    from dropcap.lang.yaml import Node


def environment_of(directory: str, files: Files, log: Diagnostics, settings: Settings) -> Environment:
    """Give the variables of the project in a folder."""
    # Docker Compose sets PWD itself where nobody has.
    process = {"PWD": os.getcwd(), **os.environ} if settings.uses_environment else {}
    environment = from_mapping(
        "the environment",
        process,
        is_complete=settings.uses_environment,
        hides_secrets=not settings.shows_secrets,
        is_lazy=VERSIONS[settings.compose].is_lazy,
    )
    if settings.env_files is not None:
        for path in settings.env_files:
            files.allow(path)  # whoever names a file on the command line may read it
        return with_files(settings.env_files, environment, files, log)
    default = os.path.join(directory, ".env")
    return with_files([default], environment, files, log) if files.is_there(default) else environment


def profiles_of(environment: Environment) -> tuple[str, ...] | None:
    """Return the profiles that a variable names, as Docker Compose reads it; None where nobody knows of one."""
    variable = environment.lookup("COMPOSE_PROFILES")
    if variable is None or variable.unknown is not None:
        return None
    return tuple(name.strip() for name in variable.value.split(","))


def with_files(
    paths: Sequence[str], environment: Environment, files: Files, log: Diagnostics, where: Node | None = None
) -> Environment:
    """Lay an environment over the variables of files, of which a later one is stronger.

    A file that is missing where `where` names it is no mistake of the project's: what it sets is unknown.
    """
    from dropcap.carriers.compose.dotenv import read_dotenv  # few projects have one

    found: dict[str, Variable] = {}
    for path in paths:
        try:
            source = files.source(path)
        except NotReadError as error:
            if path == os.devnull:
                continue  # the way to say: none
            if where is None:
                log.add_about(path, f"{error.reason}: dropcap does not know which variables it sets", error.level)
            else:
                log.tell(where, f"{path} {error.reason}: dropcap does not know which variables it sets", Level.NOTE)
            continue
        except UnreadableError as error:
            log.add(error.failure)
            continue
        found, failures = read_dotenv(source, environment, found)
        log.add(*failures)
    return environment.over(Environment(found, is_complete=False))
