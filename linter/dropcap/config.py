"""The configuration: `.dropcap.toml`, or `[tool.dropcap]` in pyproject.toml.

The nearest file counts: the one in a file's own folder or above it, up to the top of the repository. It can choose
rules and set defaults for options; it cannot name code to load.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.model import NEVER, Engine, Severity
from dropcap.namedtuple import NamedTuple
from dropcap.real_paths import repository_top
from dropcap.workspace import NotReadError, Why, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from dropcap.allow import Allow
    from dropcap.configuration.per_path import PerPath

OWN_NAME = ".dropcap.toml"
_SHARED_NAME = "pyproject.toml"
_WORD = b"dropcap"
_MOST_TOLD = 50


class ConfigError(Exception):
    """The configuration cannot be used; each message says which file and line, what is wrong, and what to write."""

    def __init__(self, *messages: str) -> None:
        """Take the messages, a line each; of very many the first."""
        more = len(messages) - _MOST_TOLD
        told = messages[:_MOST_TOLD] + ((f"and {more} mistakes more",) if more > 0 else ())
        super().__init__("\n".join(told))
        self.messages = told


class ConfigFile(NamedTuple):
    """A configuration file: its path as it is printed, and its text."""

    path: str
    text: str


class Config(NamedTuple):
    """What a run is told besides its paths; the command line wins over the file.

    Attributes:
        engine: the engine for containers whose file names none.
        fail_on: the severity from which on a finding makes the exit code 1; `NEVER` for none.
        select: ids of the only rules to run; empty for those that are on by default.
        extend_select: ids of further rules to run.
        ignore: ids of rules not to run.
        exclude: paths that a walk leaves out, in the manner of `.gitignore`.
        markdown: whether a walk takes Markdown as well.
        compose: the major version of Docker Compose that resolves projects.
        allow: what is accepted.
        versions: the versions of engines; empty for the current ones.
        extend_ignore: ids of further rules not to run.
        severity: how severe the findings of rules are, by id.
        baseline: the file of known findings, from the current folder; empty for none.
        per_path: what is set for some files, the strongest last.
        words: where words of the file stand, by their key.
        bases: the files that it extends.
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
    allow: tuple[Allow, ...] = ()
    versions: Mapping[Engine, str] = {}
    extend_ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    baseline: str = ""
    per_path: tuple[PerPath, ...] = ()
    words: Mapping[tuple[str, str], str] = {}
    bases: tuple[ConfigFile, ...] = ()
    file: ConfigFile | None = None

    def place(self, key: str, word: str = "") -> str:
        """Name the file and line that a key stands on, or a word of its list."""
        return self.words.get((key, word)) or self.words.get((key, "")) or key

    @property
    def folder(self) -> str:
        """The folder that paths are counted from: the file's, or the current one."""
        return os.path.dirname(os.path.abspath(self.file.path)) if self.file else os.getcwd()

    def under(self, given: Mapping[str, Any]) -> Config:
        """Lay what the command line says over it, by the names of the fields."""
        values = dict(given)
        if "exclude" in values:
            values["exclude"] = (*self.exclude, *values["exclude"])
        if "versions" in values:
            values["versions"] = {**self.versions, **values["versions"]}
        asked = {*values.get("select", ()), *values.get("extend_select", ())}
        if asked:  # a file does not ignore what the command line asks for
            values.setdefault("ignore", tuple(name for name in self.ignore if name not in asked))
            values["extend_ignore"] = tuple(name for name in self.extend_ignore if name not in asked)
        return self._replace(**values)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The rules not to run."""
        return (*self.ignore, *self.extend_ignore)


def load_config(path: str | None = None) -> Config:
    """Read the configuration at `path`, or the nearest one of the current folder, or take the defaults.

    Raises:
        ConfigError: it cannot be read, or something in it is not understood.

    """
    if path is not None:
        found = _read(path, Workspace(os.path.dirname(path) or os.curdir, named=[path]), is_named=True)
        if found is None:
            raise ConfigError(f"{os.path.relpath(path)}: has no table [tool.dropcap]; write one, or name another file")
        return found
    return nearest_config(os.getcwd(), {}) or Config()


def nearest_config(
    folder: str, known: dict[str, Config | None], tops: dict[str, str | None] | None = None
) -> Config | None:
    """Return the configuration that counts in a folder, an absolute path; None where there is none.

    Args:
        folder: the folder.
        known: what counts in folders that were asked for already; the others on the way are added.
        tops: the tops of repositories, as :func:`repository_top` takes them.

    Raises:
        ConfigError: as :func:`load_config`.

    """
    top = repository_top(folder, tops)
    passed: list[str] = []
    found: Config | None = None
    while True:
        if folder in known:
            found = known[folder]
            break
        passed.append(folder)
        found = _of_folder(folder, Workspace(top or folder))
        parent = os.path.dirname(folder)
        if found is not None or folder in (top, parent):
            break
        folder = parent
    known.update(dict.fromkeys(passed, found))
    return found


def _of_folder(folder: str, workspace: Workspace) -> Config | None:
    """Read the configuration that lies in a folder, if one does."""
    own = os.path.join(folder, OWN_NAME)
    if workspace.is_file(own) or workspace.is_folder(own):
        return _read(own, workspace)
    shared = os.path.join(folder, _SHARED_NAME)
    return _read(shared, workspace) if _may_have_table(shared, workspace) else None


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


def _read(path: str, workspace: Workspace, *, is_named: bool = False) -> Config | None:
    """Read a file; of a pyproject.toml without our table there is no configuration.

    Raises:
        ConfigError: as :func:`load_config`.

    """
    from dropcap.configuration.reading import NoTableError, read  # few projects have a configuration

    try:
        found = read(path, workspace, is_named=is_named)
    except NoTableError:
        return None
    if found.values is None:
        raise ConfigError(*found.faults)
    values = found.values
    bases = tuple(ConfigFile(path, text) for path, text in found.bases)
    return Config(**values, words=found.words, bases=bases, file=ConfigFile(found.shown, found.text))


def to_engine(word: object) -> Engine:
    """Take an engine's name.

    Raises:
        ValueError: there is no such engine; says which there are.

    """
    names = {engine.value: engine for engine in Engine}
    if not isinstance(word, str) or word not in names:
        raise ValueError(f"write one of {', '.join(names)}{_near(word, names)}")
    return names[word]


def to_threshold(word: object) -> int:
    """Take a severity's label, or `never`.

    Raises:
        ValueError: there is no such severity; says which there are.

    """
    labels = {**{severity.label: severity for severity in Severity}, "never": NEVER}
    if not isinstance(word, str) or word not in labels:
        raise ValueError(f"write one of {', '.join(labels)}{_near(word, labels)}")
    return labels[word]


def to_compose(word: object) -> int:
    """Take a major version of Docker Compose, as a number or as a text.

    Raises:
        ValueError: no such version is imitated.

    """
    if isinstance(word, bool) or str(word) not in ("2", "5"):
        raise ValueError("write 2 or 5")
    return int(str(word))


def _near(word: object, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # only for the message of an error

    found = get_close_matches(str(word)[:40].lower(), list(known), 1)
    return f" (did you mean {found[0]}?)" if found else ""
