"""A configuration file to values, with the files that it extends; or all that is wrong with it."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any

from dropcap.allow import Allow
from dropcap.configuration.checking import Fault, faults
from dropcap.configuration.per_path import PerPath
from dropcap.configuration.places import Place, places
from dropcap.configuration.syntax import parse
from dropcap.configuration.versions import to_versions
from dropcap.model import NEVER, Engine, Severity
from dropcap.namedtuple import NamedTuple
from dropcap.real_paths import is_path, root_of
from dropcap.workspace import NotReadError, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.configuration.places import Path

LARGEST = 256 * 1024
"""How many bytes a configuration file may have."""
MOST_EXTENDED = 8
"""How many files may extend each other in a row."""
SHARED_NAME = "pyproject.toml"
_ADDED = ("extend_select", "extend_ignore", "exclude", "per_path", "allow")


class Reading(NamedTuple):
    """What a file says.

    Attributes:
        shown: its path as it is printed.
        text: its text.
        values: by the names of a configuration's fields; None where something is wrong.
        words: where each word of a list stands, by key and word, and each key by itself and an empty word.
        faults: what is wrong, a line each.
        bases: path and text of the files that it extends.

    """

    shown: str
    text: str = ""
    values: dict[str, Any] | None = None
    words: Mapping[tuple[str, str], str] = {}
    faults: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()


class NoTableError(Exception):
    """A pyproject.toml does not speak of dropcap."""


def read(path: str, workspace: Workspace, *, is_named: bool) -> Reading:
    """Read a file, and those that it extends.

    Args:
        path: where it is.
        workspace: the door to it and to what it extends.
        is_named: whether a person named it on the command line: then what it extends may lie elsewhere.

    Raises:
        NoTableError: it is a pyproject.toml without a table for dropcap.

    """
    return _read(path, workspace, is_named=is_named, above=())


def _read(path: str, workspace: Workspace, *, is_named: bool, above: tuple[str, ...]) -> Reading:
    shown = os.path.relpath(path or os.curdir)
    try:
        data = workspace.read(path)
    except NotReadError as error:
        return Reading(shown, faults=(f"{shown}: {error.reason}",))
    if len(data) > LARGEST:
        return Reading(shown, faults=(f"{shown}: is larger than {LARGEST // 1024} KiB; shorten it",))
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return Reading(shown, faults=(f"{shown}: not UTF-8 text; save the file as UTF-8",))
    parsed = parse(text)
    told = [(line, f"{shown}:{line}: {message}") for line, message in parsed.faults]
    if parsed.table is None:
        return Reading(shown, text, faults=tuple(message for _, message in told))
    file = _File(shown, parsed.text, places(parsed.text))
    own, prefix, misplaced = _own_table(parsed.table, is_shared=os.path.basename(path) == SHARED_NAME)
    _days_to_text(own)
    wrong = faults(own, lambda at: file.written((*prefix, *at)))
    base = Reading("", values={})
    if isinstance(own, dict) and not any(one.path[:1] == ("extends",) for one in wrong) and "extends" in own:
        found = _base(own["extends"], path, workspace, above, is_named=is_named)
        if isinstance(found, Fault):
            wrong.append(found)
        else:
            base = found
    engine = (base.values or {}).get("engine", Engine.DOCKER)
    if not wrong:
        wrong += _unfit(own, engine, path, workspace, is_named=is_named)
    wrong = [*misplaced, *(one._replace(path=(*prefix, *one.path)) for one in wrong)]
    told += [(file.line(one), file.told(one, prefix)) for one in wrong]
    lines = tuple(message for _, message in sorted(told, key=lambda one: one[0]))
    if lines or base.faults:
        return Reading(shown, text, faults=(*lines, *base.faults))
    values = _merged(base.values or {}, _values(own, engine, file, prefix, path))
    bases = ((base.shown, base.text), *base.bases) if base.shown else ()
    return Reading(shown, text, values, {**base.words, **file.words(own, prefix)}, bases=bases)


class _File(NamedTuple):
    """A text, and where things stand in it."""

    shown: str
    text: str
    spots: Mapping[Path, Place]

    def spot(self, path: Path) -> Place:
        """Return the place of a value, or of the nearest thing around it that has one."""
        while path and path not in self.spots:
            path = path[:-1]
        return self.spots.get(path, Place(0, 0, 0))

    def written(self, path: Path) -> str:
        """Return a value's text."""
        spot = self.spots.get(path)
        return self.text[spot.start : spot.end] if spot else ""

    def line(self, fault: Fault) -> int:
        """Return the line of what is wrong."""
        return self.text.count("\n", 0, self.spot(fault.path).key) + 1

    def place(self, path: Path) -> str:
        """Name the line of a value."""
        return f"{self.shown}:{self.line(Fault(path, ''))}"

    def told(self, fault: Fault, prefix: Path) -> str:
        """Say what is wrong, with its place and the key."""
        keys = ".".join(str(one) for one in fault.path[len(prefix) :] if isinstance(one, str))
        what = f"{keys}: " if keys and not fault.is_key else ""
        return f"{self.shown}:{self.line(fault)}: {what}{fault.message}"

    def words(self, table: Mapping[str, Any], prefix: Path) -> dict[tuple[str, str], str]:
        """Return where each key stands, and each word of its list."""
        found: dict[tuple[str, str], str] = {}
        for key, value in table.items():
            found[key, ""] = self.place((*prefix, key))
            for index, item in _words(value):
                found.setdefault((key, item), self.place((*prefix, key, index)))
        return found


def _words(value: object) -> Iterator[tuple[str | int, str]]:
    """Yield the texts of a list and the keys of a table, each with what leads to it."""
    if isinstance(value, dict):
        yield from ((key, key) for key in value)
    elif isinstance(value, list):
        yield from ((index, item) for index, item in enumerate(value) if isinstance(item, str))


def _own_table(table: dict[str, Any], *, is_shared: bool) -> tuple[Any, Path, list[Fault]]:
    """Return the table that is for dropcap, the keys that lead to it, and whether its header is another's.

    Raises:
        NoTableError: it is a pyproject.toml without one.

    """
    tools = table.get("tool")
    in_tool = isinstance(tools, dict) and "dropcap" in tools
    if is_shared and isinstance(tools, dict) and in_tool:
        return tools["dropcap"], ("tool", "dropcap"), []
    if is_shared:
        if not isinstance(table.get("dropcap"), dict):
            raise NoTableError
        message = "write [tool.dropcap], not [dropcap], in pyproject.toml"
        return table["dropcap"], ("dropcap",), [Fault(("dropcap",), message, is_key=True)]
    name = "tool.dropcap" if in_tool else "dropcap"
    prefix: Path = ("tool", "dropcap") if in_tool else ("dropcap",)
    inner = tools["dropcap"] if isinstance(tools, dict) and in_tool else table.get("dropcap")
    if not isinstance(inner, dict):
        return table, (), []
    message = f"delete the header [{name}]: only pyproject.toml needs one"
    faults_here = [Fault(prefix, message, is_key=True)]
    rest = {key: value for key, value in table.items() if key not in {"tool", "dropcap"}}
    faults_here += faults(rest, lambda _: "")
    return inner, prefix, faults_here


def _days_to_text(table: Any) -> None:  # noqa: ANN401  # what a parser made
    """Write days of TOML's own kind as texts: both are taken."""
    entries = table.get("allow") if isinstance(table, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("expires"), date):
            entry["expires"] = entry["expires"].isoformat()


def _unfit(
    table: Mapping[str, Any], engine: Engine, path: str, workspace: Workspace, *, is_named: bool
) -> Iterator[Fault]:
    """Find what the schema cannot say: days that there are none of, patterns and versions that mean nothing."""
    engine = Engine(table.get("engine", engine.value))
    yield from _unfit_version(table, engine, ())
    yield from _unfit_patterns(table.get("exclude", ()), ("exclude",))
    for index, entry in enumerate(table.get("per-path", ())):
        at: Path = ("per-path", index)
        yield from _unfit_version(entry, Engine(entry.get("engine", engine.value)), at)
        yield from _unfit_patterns(entry["paths"], (*at, "paths"))
    for index, entry in enumerate(table.get("allow", ())):
        at = ("allow", index)
        patterns = entry.get("path", ())
        yield from _unfit_patterns([patterns] if isinstance(patterns, str) else patterns, (*at, "path"))
        try:
            date.fromisoformat(entry.get("expires", "2000-01-01"))
        except ValueError:
            yield Fault((*at, "expires"), "there is no such day")
    if "baseline" in table and not is_named:
        file = os.path.join(os.path.dirname(path), table["baseline"])
        if workspace.is_outside(file) or not is_path(file):
            yield Fault(("baseline",), "lies outside the repository: name the file with --baseline")


def _unfit_version(table: Mapping[str, Any], engine: Engine, at: Path) -> Iterator[Fault]:
    try:
        to_versions(table.get("engine-version", {}), engine)
    except ValueError as error:
        yield Fault((*at, "engine-version"), str(error))


def _unfit_patterns(patterns: Sequence[str], at: Path) -> Iterator[Fault]:
    if not patterns:
        return
    from dropcap.gitignore import PatternError
    from dropcap.gitignore import parse as parse_pattern

    for index, pattern in enumerate(patterns):
        try:
            is_pattern = parse_pattern(pattern) is not None
        except PatternError:
            is_pattern = False
        if not is_pattern:
            yield Fault((*at, index), f"{pattern!r} is not a valid pattern of .gitignore: correct it, or delete it")


def _base(extends: str, path: str, workspace: Workspace, above: tuple[str, ...], *, is_named: bool) -> Reading | Fault:
    """Read the file that another one extends."""
    at = os.path.join(os.path.dirname(path), extends)
    chain = (*above, workspace.real(path))
    refusal = _refusal(extends, at, workspace, chain, is_named=is_named)
    if refusal:
        return Fault(("extends",), refusal)
    if is_named:
        workspace = Workspace(root_of(os.path.dirname(at) or os.curdir), named=[at])
    try:
        found = _read(at, workspace, is_named=False, above=chain)
    except NoTableError:
        return Fault(("extends",), f"{extends} has no table [tool.dropcap]")
    if not found.text and found.faults:  # it could not be read
        return Fault(("extends",), found.faults[0])
    return found


def _refusal(extends: str, at: str, workspace: Workspace, chain: tuple[str, ...], *, is_named: bool) -> str:
    """Say why a file is not to be extended; nothing where it may be."""
    if not is_path(at):
        return "is not a path"
    if not at.endswith(".toml"):  # what is wrong there is quoted, and other files may hold secrets
        return f"{extends} does not end in .toml"
    real = workspace.real(at)
    if real in chain:
        circle = " extends ".join(os.path.relpath(one) for one in (*chain, real))
        return f"the files extend each other in a circle: {circle}"
    if len(chain) > MOST_EXTENDED:
        return f"more than {MOST_EXTENDED} files extend each other"
    if workspace.is_outside(at) and not is_named:
        return f"{extends} lies outside the repository: copy it there, or extend it in a file that --config names"
    return ""


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a file's values over those of the file that it extends."""
    values = {**base, **own}
    for key in _ADDED:
        if key in base and key in own:
            values[key] = (*base[key], *own[key])
    for key in ("severity", "versions"):
        if key in base and key in own:
            values[key] = {**base[key], **own[key]}
    return values


def _values(table: Mapping[str, Any], engine: Engine, file: _File, prefix: Path, path: str) -> dict[str, Any]:
    """Return what a table without faults says, by the names of a configuration's fields."""
    engine = Engine(table.get("engine", engine.value))
    values = _common(table, engine)
    for key in ("extend-ignore", "exclude"):
        if key in table:
            values[key.replace("-", "_")] = tuple(table[key])
    if "markdown" in table:
        values["markdown"] = table["markdown"]
    if "baseline" in table:
        values["baseline"] = os.path.relpath(os.path.join(os.path.dirname(path), table["baseline"]))
    if "per-path" in table:
        values["per_path"] = tuple(
            PerPath(
                tuple(entry["paths"]),
                file.place((*prefix, "per-path", index)),
                **_common(entry, Engine(entry.get("engine", engine.value))),
            )
            for index, entry in enumerate(table["per-path"])
        )
    if "allow" in table:
        values["allow"] = tuple(
            _allow(entry, file.place((*prefix, "allow", index))) for index, entry in enumerate(table["allow"])
        )
    return values


def _common(table: Mapping[str, Any], engine: Engine) -> dict[str, Any]:
    """Return what may be said of all files and of some alike."""
    values: dict[str, Any] = {}
    for key in ("select", "extend-select", "ignore"):
        if key in table:
            values[key.replace("-", "_")] = tuple(table[key])
    if "engine" in table:
        values["engine"] = engine
    if "engine-version" in table:
        values["versions"] = to_versions(table["engine-version"], engine)
    if "compose" in table:
        values["compose"] = int(table["compose"])
    labels = {severity.label: severity for severity in Severity}
    if "fail-on" in table:
        values["fail_on"] = labels.get(table["fail-on"], NEVER)
    if "severity" in table:
        values["severity"] = {rule: labels[label] for rule, label in table["severity"].items()}
    return values


def _allow(entry: Mapping[str, Any], place: str) -> Allow:
    path = entry.get("path", ())
    return Allow(
        rules=tuple(entry.get("rules", ())),
        capabilities=tuple(entry.get("capabilities", ())),
        container=entry.get("container", ""),
        image=entry.get("image", ""),
        path=(path,) if isinstance(path, str) else tuple(path),
        reason=entry.get("reason", ""),
        expires=entry.get("expires", ""),
        place=place,
    )
