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


def strategy(engine: Engine) -> Strategy:
    """Return an engine's own ways."""
    found = _strategies.get(engine)
    if found is None:
        found = _strategies[engine] = import_module(f"{__name__}.{engine.value}").STRATEGY
    return found


def strategy_of(container: Container) -> Strategy:
    """Return the ways of a container's engine; Docker's where it names none."""
    return strategy(container.engine or Engine.DOCKER)


def default_set(engine: Engine) -> tuple[str, ...]:
    """Return the capabilities that an engine grants when nothing is said, in the kernel's order."""
    return strategy(engine).default


def combine(engine: Engine, adds: Sequence[str], drops: Sequence[str]) -> Combined:
    """Combine an engine's default set with additions and drops as they are written, comma lists already split."""
    ways = strategy(engine)
    return ways.combine(ways, adds, drops)
