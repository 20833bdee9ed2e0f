"""The configuration file: `.dropcap.toml`, or `[tool.dropcap]` in pyproject.toml.

It is looked for in the current folder and its parents, up to the top of the repository. It can choose rules
and set defaults for options; it cannot name code to load.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any

from dropcap.model import Engine, Severity
from dropcap.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OWN_NAME = ".dropcap.toml"
_SHARED_NAME = "pyproject.toml"
_TABLE = b"[tool.dropcap]"


class ConfigError(Exception):
    """The configuration cannot be used; the message says which file and place, what, and what to do."""


class Config(NamedTuple):
    """What a run is told besides its paths; the command line wins over the file.

    Attributes:
        engine: the engine for containers whose file names none.
        fail_on: the severity from which a finding makes the exit code 1.
        select: ids of the only rules to run; empty for all.
        ignore: ids of rules not to run.
        exclude: paths that a walk leaves out, in the manner of `.gitignore`.
        markdown: whether a walk takes Markdown as well.

    """

    engine: Engine = Engine.DOCKER
    fail_on: Severity = Severity.MEDIUM
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    markdown: bool = False


def load_config(path: str | None = None) -> Config:
    """Read the configuration at `path`, or the nearest one, or take the defaults.

    Raises:
        ConfigError: it cannot be read, is no TOML, or holds a key or value that is not known.

    """
    found = path or _nearest(os.getcwd())
    if found is None:
        return Config()
    try:
        with open(found, "rb") as file:
            data = file.read()
    except OSError as error:
        raise ConfigError(f"{found}: cannot be read: {error.strerror}") from None
    return _parse(found, data)


def _nearest(folder: str) -> str | None:
    while True:
        own = os.path.join(folder, OWN_NAME)
        if os.path.isfile(own):
            return own
        shared = os.path.join(folder, _SHARED_NAME)
        if _has_table(shared):
            return shared
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = parent


def _has_table(path: str) -> bool:
    """Whether a pyproject.toml speaks of dropcap; a search, since a TOML parser takes 13 ms to import."""
    try:
        with open(path, "rb") as file:
            return _TABLE in file.read()
    except OSError:
        return False


def _parse(path: str, data: bytes) -> Config:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    shown = os.path.relpath(path)
    try:
        text = data.decode("utf-8")
        table: Any = tomllib.loads(text)
    except UnicodeDecodeError:
        raise ConfigError(f"{shown}: not UTF-8 text; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{shown}: not TOML: {error}") from None
    if os.path.basename(path) == _SHARED_NAME:
        table = table.get("tool", {}).get("dropcap", {})
    if not isinstance(table, dict):
        raise ConfigError(f"{shown}: tool.dropcap has to be a table")
    return _from_table(shown, text, table)


def _from_table(path: str, text: str, table: Mapping[str, Any]) -> Config:
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            known = ", ".join(sorted(_KEYS))
            raise ConfigError(f"{_place(path, text, key)}: unknown key {key!r}; there are {known}")
        field, convert = _KEYS[key]
        try:
            values[field] = convert(value)
        except ValueError as error:
            raise ConfigError(f"{_place(path, text, key)}: {key} = {value!r}: {error}") from None
    return Config(**values)


def _place(path: str, text: str, key: str) -> str:
    """Name the line that a key stands on; a TOML parser does not keep it."""
    found = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", text, re.MULTILINE)
    return f"{path}:{text.count(chr(10), 0, found.start()) + 1}" if found else path


def to_engine(word: object) -> Engine:
    """Take an engine's name.

    Raises:
        ValueError: there is no such engine; says which there are.

    """
    names = {engine.value: engine for engine in Engine}
    if not isinstance(word, str) or word not in names:
        raise ValueError(f"an engine is one of {', '.join(names)}")
    return names[word]


def to_severity(word: object) -> Severity:
    """Take a severity's label.

    Raises:
        ValueError: there is no such severity; says which there are.

    """
    labels = {severity.label: severity for severity in Severity}
    if not isinstance(word, str) or word not in labels:
        raise ValueError(f"a severity is one of {', '.join(labels)}")
    return labels[word]


def _to_switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("has to be true or false")  # noqa: TRY004  # as every converter here
    return value


def _to_words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("has to be a list of strings")
    return tuple(value)


_KEYS: dict[str, tuple[str, Callable[[object], object]]] = {
    "engine": ("engine", to_engine),
    "exclude": ("exclude", _to_words),
    "fail-on": ("fail_on", to_severity),
    "ignore": ("ignore", _to_words),
    "markdown": ("markdown", _to_switch),
    "select": ("select", _to_words),
}
