"""The entries of the catalogue of images, `catalogue/*.toml`, read strictly: what nobody knows is refused.

`index.toml` says which entry an image has, by its exact name. A table of an entry:

    extends        another entry, whose facts it has too     base       a base image, whose files and accounts it has
    tags           patterns of the tags that were looked at  looked     the day
    source         "owner/name@commit: path, path"           declared   who else says so
    variants       tables by name: `tags`, and what differs  known      `source` or `measured`
    user, entrypoint, command, environment, working_folder, volumes, ports, health_check, stop_signal: as the image has
    accounts       "name uid gid home"                       groups     "name gid member,member"
    files          as `dropcap.lock` has them: "folder 999 999 0755 listed", "absent"
    roots          folders in which more lies, all root's     open       folders of whose content nothing is known
    texts          what matters of a configuration, in a few words of our own
    startup        by path: the `steps` of a script (see `catalogue_steps.py`)
    programs       by path: a table as in `programs.toml`
    unknown        what is not known of it, each a reason
    expects        for a test: `tag`, `first_start`, `restart`, `complete`, `environment`, `command`
"""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dropcap.images.catalogue_index import entry_name, index_text
from dropcap.namedtuple import NamedTuple
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LONGEST", "Row", "find", "index", "load"]

LONGEST = 300
"""How long a text of an entry may be: it states facts, and has nobody's script."""
_WORDS = frozenset({"extends", "base", "looked", "known", "user", "working_folder", "stop_signal"})
_WORD_LISTS = frozenset(
    {"tags", "source", "declared", "entrypoint", "command", "volumes", "ports", "health_check", "unknown"}
    | {"accounts", "groups", "roots", "open"}
)
_TABLES = frozenset({"environment", "files", "texts", "startup", "programs", "variants"})
_KEYS = _WORDS | _WORD_LISTS | _TABLES | {"expects"}
_GATHERED = frozenset({"accounts", "groups", "roots", "open", "unknown"})
_EXPECTED = frozenset({"tag", "first_start", "restart", "complete", "environment", "command"})
_MOST_EXTENDED = 5
_SIGNS = frozenset("*?[")


class Row(NamedTuple):
    """What the catalogue has of an image.

    Attributes:
        name: the entry's name.
        table: its facts, with those of what it extends, for its variant.
        is_looked_at: whether somebody has looked at the tag.

    """

    name: str
    table: Mapping[str, Any]
    is_looked_at: bool


def index() -> Mapping[str, str]:
    """Return the name of the entry of each image, by the image's familiar name without its tag."""
    return _toml(index_text())


def _toml(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    table: dict[str, Any] = tomllib.loads(text)
    return table


def find(repository: str, tag: str) -> Row | None:
    """Return what the catalogue has of an image; None where it has nothing of it.

    Args:
        repository: its familiar name without the tag.
        tag: the tag; empty where a digest says which image it is.

    """
    name = entry_name(repository)
    return None if name is None else _row(name, tag)


@lru_cache(maxsize=512)  # a tag may be any, and an editor stays open for days
def _row(name: str, tag: str) -> Row:
    table = _extended(name)
    looked_at = bool(tag) and _fits(tag, table.get("tags", ()))
    variants = table.get("variants", {})
    chosen: dict[str, Any] | None = next((one for one in variants.values() if _fits(tag, one["tags"])), None)
    if chosen is not None:
        table = _merged(table, {key: value for key, value in chosen.items() if key != "tags"})
    return Row(name, table, looked_at and (chosen is not None or not variants))


def _fits(tag: str, patterns: list[str]) -> bool:
    return any(_is_like(tag, one) for one in patterns)


def _is_like(tag: str, pattern: str) -> bool:
    """Return what `fnmatchcase` does; most patterns are a tag, or the beginning of one, and need not be compiled."""
    start = pattern.removesuffix("*")
    if _SIGNS.isdisjoint(start):
        return tag == pattern if start == pattern else tag.startswith(start)
    return fnmatchcase(tag, pattern)


def _extended(name: str, depth: int = 0) -> dict[str, Any]:
    """Return an entry's table with what it extends."""
    table = load(package_text("images", "catalogue", f"{name}.toml"), name)
    family = table.pop("extends", None)
    if family is None:
        return table
    if depth >= _MOST_EXTENDED:
        raise ValueError(f"{name}: it extends too much")
    return _merged(_extended(family, depth + 1), table)


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return facts with others over them: tables are put together, and what is a list of all there are."""
    made = dict(below)
    for key, value in above.items():
        known = made.get(key)
        if known is not None and key in _TABLES:
            made[key] = {**known, **value}
        elif known is not None and key in _GATHERED:
            made[key] = [*known, *value]
        else:
            made[key] = value
    return made


def load(text: str, name: str) -> dict[str, Any]:
    """Read an entry.

    Raises:
        ValueError: it is no TOML, or something in it is not known; says where.

    """
    table = _toml(text)
    _check(name, table)
    for variant, inside in table.get("variants", {}).items():
        if "tags" not in inside or {"variants", "extends", "expects"} & set(inside):
            raise ValueError(f"{name}: the variant {variant} asks for `tags`, and holds facts alone")
        _check(f"{name}: {variant}", inside)
    for one in table.get("expects", []):
        unknown = set(one) - _EXPECTED
        if unknown:
            raise ValueError(f"{name}: expects: nobody knows {sorted(unknown)}")
    return table


def _check(name: str, table: Mapping[str, Any]) -> None:
    unknown = set(table) - _KEYS
    if unknown:
        raise ValueError(f"{name}: nobody knows {sorted(unknown)}")
    for key, value in table.items():
        if key in _WORDS:
            _text(f"{name}: {key}", value)
        elif key in _WORD_LISTS:
            if not isinstance(value, list):
                raise ValueError(f"{name}: {key} is not a list")
            for one in value:
                _text(f"{name}: {key}", one)
        elif key in {"environment", "files", "texts"}:
            for inside, one in value.items():
                _text(f"{name}: {key}: {inside}", one)


def _text(where: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(f"{where}: {value!r:.80} is no short text")
