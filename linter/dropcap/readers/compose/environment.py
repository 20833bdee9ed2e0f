"""The variables that a Compose project is resolved with, each with the place that sets it, and the files that do.

Which sets there are, and which of them wins, is said in compose-go's `cli/options.go`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.model import Level, UnreadableError
from dropcap.readers.compose.files import NotFollowedError
from dropcap.record import NamedTuple
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.project import Settings
    from dropcap.readers.compose.files import Files
    from dropcap.readers.compose.log import Log
    from dropcap.readers.yaml import Node, Unknown


class Variable(NamedTuple):
    """The value of a variable that is set.

    Attributes:
        value: the value; a reference in it that nobody answers stands there as it is written.
        source: the text it stands in.
        span: where it stands there, without quotation marks.
        unknown: what hides a part of the value; None where all is known.

    """

    value: str
    source: Source
    span: Span
    unknown: Unknown | None = None


class Environment:
    """An immutable set of variables.

    Attributes:
        values: the variables by name.
        is_complete: whether a name that is not in it is certainly not set, as for `docker compose` run in exactly
            this environment. Otherwise whoever runs Compose may have set it.

    """

    __slots__ = ("is_complete", "values")

    def __init__(self, values: Mapping[str, Variable], is_complete: bool) -> None:  # noqa: FBT001  # two things make an environment, and no default suits either
        """Take the variables by name."""
        self.values: Mapping[str, Variable] = dict(values)
        self.is_complete = is_complete

    def lookup(self, name: str) -> Variable | None:
        """Give a variable; None where it is not set here."""
        return self.values.get(name)

    def over(self, weaker: Environment) -> Environment:
        """Lay this environment over another one: what both set is as it is here.

        The two are complete together as soon as one of them says that nothing else sets a variable.
        """
        return Environment({**weaker.values, **self.values}, self.is_complete or weaker.is_complete)


def from_mapping(name: str, values: Mapping[str, str], *, is_complete: bool) -> Environment:
    """Make an environment of variables that stand in no file.

    Args:
        name: what stands in the place of a file's path, such as "the environment". The values themselves are
            kept out of that source: they may be secrets.
        values: the variables.
        is_complete: whether all others are certainly not set.

    """
    source = Source(name, "")
    return Environment({key: Variable(value, source, Span(0, 0)) for key, value in values.items()}, is_complete)


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
