"""The engines: one module each, which has a `STRATEGY` and, where it has a program of its own, a `CLIENT`.

There is no list of them: :class:`dropcap.model.Engine` has a member for each module that stands here. A module is
imported when its engine is first asked about.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from dropcap.model import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.capabilities.strategy import Combined, Strategy
    from dropcap.model import Container

_strategies: dict[Engine, Strategy] = {}
_older: dict[tuple[Engine, str], Strategy] = {}


def strategy(engine: Engine, version: str = "") -> Strategy:
    """Return an engine's own ways; those of its current version where none is given."""
    found = _strategies.get(engine)
    if found is None:
        found = _strategies[engine] = import_module(f"{__name__}.{engine.value}").STRATEGY
    if not version:
        return found
    older = _older.get((engine, version))
    if older is None:
        older = _older[engine, version] = found.at(version)
    return older


def strategy_of(container: Container, engine: Engine | None = None) -> Strategy:
    """Return the ways of an engine, or else of a container's own, or Docker's; a version is that of its own."""
    own = container.engine or Engine.DOCKER
    if engine is None or engine is own:
        return strategy(own, container.engine_version)
    return strategy(engine)


def default_set(engine: Engine) -> tuple[str, ...]:
    """Return the capabilities that an engine grants when nothing is said, in the kernel's order."""
    return strategy(engine).default


def combine(engine: Engine, adds: Sequence[str], drops: Sequence[str]) -> Combined:
    """Combine an engine's default set with additions and drops as they are written, comma lists already split."""
    ways = strategy(engine)
    return ways.combine(ways, adds, drops)
