"""The variables that a project is resolved with, and the files that set them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.model import Level, UnreadableError
from dropcap.readers.compose.environment import Environment, from_mapping
from dropcap.readers.compose.files import NotFollowedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.project import Settings
    from dropcap.readers.compose.environment import Variable
    from dropcap.readers.compose.files import Files
    from dropcap.readers.compose.log import Log
    from dropcap.readers.yaml import Node


def environment_of(directory: str, files: Files, log: Log, settings: Settings | None) -> Environment:
    """Give the variables of the project in a folder."""
    if settings is None:
        return from_mapping("", {}, is_complete=False)
    # Docker Compose sets PWD itself where nobody has.
    process = {"PWD": os.getcwd(), **os.environ} if settings.uses_environment else {}
    environment = from_mapping("the environment", process, is_complete=settings.uses_environment)
    default = os.path.join(directory, ".env")
    if settings.env_files is not None:
        return with_files(settings.env_files, environment, files, log)
    return with_files([default], environment, files, log) if files.exists(default) else environment


def with_files(
    paths: Sequence[str], environment: Environment, files: Files, log: Log, where: Node | None = None
) -> Environment:
    """Lay an environment over the variables of files, of which a later one is stronger.

    A file that is missing where `where` names it is no mistake of the project's: what it sets is unknown.
    """
    from dropcap.readers.compose.dotenv import read_dotenv  # few projects have one

    found: dict[str, Variable] = {}
    for path in paths:
        try:
            source = files.source(path)
        except NotFollowedError as error:
            if where is None:
                log.add_about(path, f"{error.reason}; name another file of variables", Level.ERROR)
            else:
                log.tell(where, f"{path} {error.reason}: what it sets is unknown", Level.NOTE)
            continue
        except UnreadableError as error:
            log.add(error.failure)
            continue
        found, failures = read_dotenv(source, environment, found)
        for failure in failures:
            log.add(failure)
    return environment.over(Environment(found, is_complete=False))
