"""Versions of engines, as a configuration or a command line names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.engines import strategy
from dropcap.model import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORM = re.compile(r"[0-9]{1,3}(?:[.][0-9]{1,4}){0,2}")
_LEADING = re.compile(r"[0-9]{1,3}(?:[.][0-9]{1,4}){1,2}")


def to_versions(value: str | Mapping[str, str], engine: Engine) -> dict[Engine, str]:
    """Return the version of each engine that one is named for; Docker's is Swarm's too.

    Args:
        value: a version of the engine, or a version for each of several.
        engine: the engine that a single version is one of.

    Raises:
        ValueError: it is no version, or one that is not imitated.

    """
    named = {engine.value: value} if isinstance(value, str) else value
    versions = {Engine(name): _to_version(version, Engine(name)) for name, version in named.items()}
    docker, swarm = Engine.DOCKER, Engine.SWARM
    if docker in versions:
        versions.setdefault(swarm, versions[docker])
    return versions


def nearest_version(version: str, engine: Engine) -> str:
    """Return the version to imitate for one that an engine says of itself: the oldest known for one before it."""
    match = _LEADING.match(version)
    if match is None:
        return ""
    oldest = strategy(engine).oldest
    return ".".join(map(str, max(tuple(map(int, match[0].split("."))), oldest)))


def _to_version(version: str, engine: Engine) -> str:
    ways = strategy(engine)
    if _FORM.fullmatch(version) is None:
        raise ValueError('is not a version: write numbers and dots, as "20.10" or "4.4.1"')
    if not ways.oldest:
        raise ValueError(f"{ways.title}'s versions make no difference here: leave it out")
    parts = tuple(map(int, version.split(".")))
    if parts < ways.oldest[: len(parts)]:
        oldest = ".".join(map(str, ways.oldest))
        raise ValueError(f"dropcap does not know {ways.title} {version}; the oldest version it knows is {oldest}")
    return version
