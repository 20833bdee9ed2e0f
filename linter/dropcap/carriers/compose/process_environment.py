"""The variables that the process of a service gets: those of its files, and over them its own.

Sources: compose-go 2.9.1, `types/project.go`, WithServicesEnvironmentResolved; docker/compose,
`cmd/compose/compose.go`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.compose.environment import Environment, Variable
from dropcap.carriers.compose.files import join
from dropcap.carriers.compose.nodes import RESET, all_pairs, child, is_plainly_text, items, known_text
from dropcap.carriers.compose.yaml_types import scalar_type, to_string
from dropcap.lang.yaml import Mapping, Scalar, Sequence, UnknownText
from dropcap.model import Located, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Mapping as Dictionary

    from dropcap.carriers.compose.load_context import LoadContext
    from dropcap.carriers.compose.nodes import Entry
    from dropcap.lang.yaml import Value
    from dropcap.source import Source

MAX_VARIABLES = 100_000
"""How many variables the services of a project have together; those of a service beyond it are not seen."""
MAX_FILE_SIZE = 500_000
"""How many characters the files of variables have together that a project's services name."""


class Variables(NamedTuple):
    """What a process gets, by name: `NAME=value`, or `NAME` where the value is not known; and whether there is more."""

    found: Dictionary[str, Located[str]] = {}
    has_more: bool = False

    @property
    def texts(self) -> tuple[Located[str], ...]:
        """The variables alone."""
        return tuple(self.found.values())


class EnvironmentReader:
    """Reads the variables of the services of one project; what several services share is read once."""

    __slots__ = ("_plain", "_scope", "_shared", "_size_left", "_variables_left")

    def __init__(self, scope: LoadContext) -> None:
        """Take what the project was resolved with."""
        self._scope = scope
        self._variables_left = MAX_VARIABLES
        self._size_left = MAX_FILE_SIZE
        self._shared: dict[int, tuple[Value, Variables]] = {}
        self._plain: dict[tuple[str, bool], dict[str, Variable]] = {}

    def read(self, found: Dictionary[str, Entry]) -> Variables:
        """Read what the entries of a service say."""
        own = self._own(found["environment"].value) if "environment" in found else Variables()
        if "env_file" not in found:
            return own
        value = found["env_file"].value
        has_more = own.has_more
        variables: dict[str, Variable] | None = {}
        for item in items(value) if isinstance(value, Sequence) else [value]:
            more = self._with_file(item, variables or {}, own)
            has_more = has_more or more is None
            variables = variables if more is None else more
        of_files = variables or {}
        if not self._take(len(of_files)):
            return Variables(own.found, has_more=True)
        return Variables({**{name: _text(name, one) for name, one in of_files.items()}, **own.found}, has_more)

    def _own(self, value: Value) -> Variables:
        """Read `environment`; one that an alias repeats is read once."""
        known = self._shared.get(id(value))
        if known is None:
            size = len(value.pairs) if isinstance(value, Mapping) else len(items(value))
            read = _of_mapping if isinstance(value, Mapping) else _of_list
            variables = read(value, self._scope.environment) if self._take(size) else Variables(has_more=True)
            known = self._shared[id(value)] = value, variables  # the value stays, and so does its number
        return known[1]

    def _take(self, number: int) -> bool:
        """Whether so many more variables may be kept."""
        if number > self._variables_left:
            return False
        self._variables_left -= number
        return True

    def _with_file(self, item: Value, earlier: dict[str, Variable], own: Variables) -> dict[str, Variable] | None:
        """Add what a file of variables sets to what those before it do; None where that is not known.

        One that is not here may be there on the machine that Docker Compose runs on.
        """
        path = known_text(child(item, "path") if isinstance(item, Mapping) else item)
        form = child(item, "format")
        if path is None or (form is not None and known_text(form) != "raw"):
            return None
        if path == os.devnull:
            return earlier
        try:
            source = self._scope.files.small(join(self._scope.directory, path), MAX_FILE_SIZE)
        except (NotReadError, UnreadableError):
            return None
        return None if source is None else self._with_source(source, earlier, own, is_raw=form is not None)

    def _with_source(
        self, source: Source, earlier: dict[str, Variable], own: Variables, *, is_raw: bool
    ) -> dict[str, Variable] | None:
        from dropcap.carriers.compose.dotenv import read_dotenv, read_raw  # few services have such files

        known = self._plain.get((source.path, is_raw))
        if known is not None:
            return {**earlier, **known}
        if len(source.text) > self._size_left:
            return None
        self._size_left -= len(source.text)
        if is_raw or "$" not in source.text:
            # Nothing in it speaks of what is set elsewhere, but for a name alone, and the service's own value wins.
            plain = read_raw(source, self._scope.environment, {}) if is_raw else None
            if plain is None:
                plain, failures = read_dotenv(source, self._scope.environment)
                if failures:
                    return None
            self._plain[source.path, is_raw] = plain
            return {**earlier, **plain}
        environment = self._scope.environment.over(
            Environment({name: _variable(one) for name, one in own.found.items()}, is_complete=False)
        )
        variables, failures = read_dotenv(source, environment, earlier)
        return None if failures else variables


def _of_mapping(value: Value, environment: Environment) -> Variables:
    found = {}
    has_more = False
    for key, one in all_pairs(value):
        name = key.text
        if type(one) is Scalar and one.unknown is None and is_plainly_text(one):
            found[name] = Located(f"{name}={one.text}", one.source, one.span)  # most are so
        elif one.tag == RESET:
            continue
        elif not isinstance(one, Scalar):
            has_more = True
        elif one.unknown is not None:
            found[name] = Located(name, key.source, key.span)
        elif scalar_type(one) == "nothing":
            found[name] = _inherited(name, key, environment)
        else:
            found[name] = Located(f"{name}={to_string(one)}", one.source, one.span)
    return Variables(found, has_more)


def _of_list(value: Value, environment: Environment) -> Variables:
    found: dict[str, Located[str]] = {}
    has_more = not isinstance(value, Sequence)
    for item in items(value):
        if not isinstance(item, Scalar):
            has_more = True
            continue
        name, equals, _ = item.text.partition("=")
        if item.unknown is not None and ("$" in name or not equals):
            has_more = True
        elif not equals:
            found[name] = _inherited(name, item, environment)
        else:
            text = item.text if item.unknown is None else name
            found[name] = Located(text, item.source, item.span)
    return Variables(found, has_more)


def _inherited(name: str, at: Scalar, environment: Environment) -> Located[str]:
    """Give a variable that is named alone: Docker Compose hands its own one on."""
    variable = environment.lookup(name)
    return Located(name, at.source, at.span) if variable is None else _text(name, variable)


def _text(name: str, variable: Variable) -> Located[str]:
    text = name if variable.unknown is not None else f"{name}={variable.value}"
    return Located(text, variable.source, variable.span)


def _variable(one: Located[str]) -> Variable:
    name, equals, value = one.value.partition("=")
    unknown = None if equals else UnknownText(name, "it is not set in the project's files")
    return Variable(value, one.source, one.span, unknown)
