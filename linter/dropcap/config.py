"""The configuration file: `.dropcap.toml`, or `[tool.dropcap]` in pyproject.toml.

It is looked for in the current folder and its parents, up to the top of the repository. It can choose rules
and set defaults for options; it cannot name code to load.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from dropcap.model import NEVER, Engine, Severity
from dropcap.namedtuple import NamedTuple
from dropcap.real_paths import repository_top
from dropcap.workspace import NotReadError, Why, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

OWN_NAME = ".dropcap.toml"
_SHARED_NAME = "pyproject.toml"
_WORD = b"dropcap"


class ConfigError(Exception):
    """The configuration cannot be used; the message says which file and place, what, and what to do."""


class ConfigFile(NamedTuple):
    """A configuration file: its path as it is printed, and its text."""

    path: str
    text: str

    def place(self, key: str, word: str | None = None) -> str:
        """Name the line that a key stands on, or a word of its list; a TOML parser does not keep it."""
        found = re.search(rf"^[ \t]*(?:[^#\n]*[.{{,\s])?[\"']?{re.escape(key)}[\"']?[ \t]*=", self.text, re.MULTILINE)
        if found is None:
            return self.path
        at = found.end() - 1
        if word is not None and (item := re.compile(rf"[\"']{re.escape(word)}[\"']").search(self.text, at)):
            at = item.start()
        return f"{self.path}:{self.text.count(chr(10), 0, at) + 1}"


class Config(NamedTuple):
    """What a run is told besides its paths; the command line wins over the file.

    Attributes:
        engine: the engine for containers whose file names none.
        fail_on: the severity from which a finding makes the exit code 1; `never` for none.
        select: ids of the only rules to run; empty for those that are on by default.
        extend_select: ids of further rules to run.
        ignore: ids of rules not to run.
        exclude: paths that a walk leaves out, in the manner of `.gitignore`.
        markdown: whether a walk takes Markdown as well.
        compose: the major version of Docker Compose that resolves projects.
        file: the file that was read; None where there is none.

    """

    engine: Engine = Engine.DOCKER
    fail_on: int = Severity.MEDIUM
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    markdown: bool = False
    compose: int = 5
    file: ConfigFile | None = None

    def place(self, key: str, word: str) -> str:
        """Name the file and line that a word of a list comes from."""
        return self.file.place(key, word) if self.file else key


def load_config(path: str | None = None) -> Config:
    """Read the configuration at `path`, or the nearest one, or take the defaults.

    Raises:
        ConfigError: it cannot be read, is no TOML, or holds a key or value that is not known.

    """
    if path is not None:
        file, table = _read(path, Workspace(os.path.dirname(path) or os.curdir, named=[path]))
    else:
        file, table = _nearest()
    return _from_table(file, table) if file is not None else Config()


def _nearest() -> tuple[ConfigFile | None, dict[str, Any]]:
    """Find the file that counts in the current folder, and its table."""
    folder = os.getcwd()
    top = repository_top(folder)
    while True:
        workspace = Workspace(top or folder)
        own = os.path.join(folder, OWN_NAME)
        if workspace.is_file(own) or workspace.is_folder(own):
            return _read(own, workspace)
        shared = os.path.join(folder, _SHARED_NAME)
        if _may_have_table(shared, workspace):
            file, table = _read(shared, workspace)
            if file is not None:
                return file, table
        parent = os.path.dirname(folder)
        if folder in (top, parent):
            return None, {}
        folder = parent


def _may_have_table(path: str, workspace: Workspace) -> bool:
    """Whether a pyproject.toml speaks of dropcap; a search, since a TOML parser takes 13 ms to import.

    Raises:
        ConfigError: it is there and cannot be read.

    """
    try:
        return workspace.is_file(path) and _WORD in workspace.read(path)
    except NotReadError as error:
        if error.why is Why.MISSING:  # a link that leads nowhere
            return False
        message = f"{os.path.relpath(path)}: {error.reason}, so dropcap cannot look for its configuration there"
        raise ConfigError(f"{message}; name the configuration with --config") from None


def _read(path: str, workspace: Workspace) -> tuple[ConfigFile | None, dict[str, Any]]:
    """Read a file, and take our table out of it; of a pyproject.toml without one there is no file.

    Raises:
        ConfigError: as :func:`load_config`.

    """
    shown = os.path.relpath(path or os.curdir)
    try:
        data = workspace.read(path)
    except NotReadError as error:
        raise ConfigError(f"{shown}: {error.reason}") from None
    file, table = _parse(shown, data)
    if os.path.basename(path) != _SHARED_NAME:
        return file, table
    tools = table.get("tool")
    if not isinstance(tools, dict) or "dropcap" not in tools:
        return None, {}
    own = tools["dropcap"]
    if not isinstance(own, dict):
        raise ConfigError(f"{file.place('dropcap')}: tool.dropcap must be a table")
    return file, own


def _parse(path: str, data: bytes) -> tuple[ConfigFile, dict[str, Any]]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        file = ConfigFile(path, data.decode("utf-8"))
        return file, tomllib.loads(file.text)
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8 text; save the file as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None


def _from_table(file: ConfigFile, table: Mapping[str, Any]) -> Config:
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            known = ", ".join(sorted(_KEYS))
            raise ConfigError(f"{file.place(key)}: unknown key {key!r}; write one of {known}")
        field, convert = _KEYS[key]
        try:
            values[field] = convert(value)
        except ValueError as error:
            raise ConfigError(f"{file.place(key)}: {key} = {value!r}: {error}") from None
    return Config(**values, file=file)


def to_engine(word: object) -> Engine:
    """Take an engine's name.

    Raises:
        ValueError: there is no such engine; says which there are.

    """
    names = {engine.value: engine for engine in Engine}
    if not isinstance(word, str) or word not in names:
        raise ValueError(f"write one of {', '.join(names)}")
    return names[word]


def to_threshold(word: object) -> int:
    """Take a severity's label, or `never`.

    Raises:
        ValueError: there is no such severity; says which there are.

    """
    labels = {**{severity.label: severity for severity in Severity}, "never": NEVER}
    if not isinstance(word, str) or word not in labels:
        raise ValueError(f"write one of {', '.join(labels)}")
    return labels[word]


def _to_switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004  # as every converter here
    return value


def _to_words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a list of strings")
    return tuple(value)


def to_compose(word: object) -> int:
    """Take a major version of Docker Compose, as a number or as a text.

    Raises:
        ValueError: no such version is imitated.

    """
    if isinstance(word, bool) or str(word) not in ("2", "5"):
        raise ValueError("write 2 or 5")
    return int(str(word))


_KEYS: dict[str, tuple[str, Callable[[object], object]]] = {
    "compose": ("compose", to_compose),
    "engine": ("engine", to_engine),
    "exclude": ("exclude", _to_words),
    "extend-select": ("extend_select", _to_words),
    "fail-on": ("fail_on", to_threshold),
    "ignore": ("ignore", _to_words),
    "markdown": ("markdown", _to_switch),
    "select": ("select", _to_words),
}
