"""Which packages come with another, as Debian's indexes say it, as far as they change something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

__all__ = ["Relations", "read_relations", "references", "relations_of"]


class Relations(NamedTuple):
    """What the indexes say.

    Attributes:
        depends: by package, its clauses: for each the names that do, the first wanted most.
        recommends: likewise.
        provides: the packages that stand for a name that is no package's own.

    """

    depends: Mapping[str, tuple[tuple[str, ...], ...]]
    recommends: Mapping[str, tuple[tuple[str, ...], ...]]
    provides: Mapping[str, tuple[str, ...]]


def read_relations(root: Path) -> Relations:
    """Read the indexes that a root's apt has."""
    paths = sorted((root / "var/lib/apt/lists").glob("*_Packages"), key=lambda path: "security" in path.name)
    return relations_of("\n".join(path.read_text("utf-8", "replace") for path in paths))


def relations_of(text: str) -> Relations:
    """Return what an index says; of a package that is in it twice the last counts."""
    depends: dict[str, tuple[tuple[str, ...], ...]] = {}
    recommends: dict[str, tuple[tuple[str, ...], ...]] = {}
    provides: dict[str, dict[str, None]] = {}
    for block in text.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Depends|Pre-Depends|Recommends|Provides): (.*)$", block, re.MULTILINE))
        name = fields.get("Package")
        if name is None:
            continue
        depends[name] = (*_clauses(fields.get("Pre-Depends", "")), *_clauses(fields.get("Depends", "")))
        recommends[name] = tuple(_clauses(fields.get("Recommends", "")))
        for clause in _clauses(fields.get("Provides", "")):
            provides.setdefault(clause[0], {})[name] = None
    return Relations(depends, recommends, {name: tuple(found) for name, found in provides.items()})


def _clauses(text: str) -> Iterator[tuple[str, ...]]:
    for clause in filter(None, (one.strip() for one in text.split(","))):
        yield tuple(one.strip().partition(" ")[0].partition(":")[0] for one in clause.split("|"))


def references(
    name: str, relations: Relations, *, matter: AbstractSet[str], seen: AbstractSet[str], base: frozenset[str]
) -> tuple[list[str], list[str]]:
    """Return the packages that one depends on and that it recommends, those that change nothing being passed through.

    Args:
        name: the package.
        relations: what the indexes say.
        matter: the packages that change something.
        seen: those that were installed; of others nobody knows whether they do.
        base: those that are there anyhow.

    """
    needed = _reached(name, relations, matter, seen, base, with_more=False)
    every = _reached(name, relations, matter, seen, base, with_more=True)
    return sorted(needed), sorted(every - needed)


def _reached(  # what is known of packages, and one question
    name: str,
    relations: Relations,
    matter: AbstractSet[str],
    seen: AbstractSet[str],
    base: frozenset[str],
    *,
    with_more: bool,
) -> set[str]:
    found: set[str] = set()
    passed, pending = {name}, [name]
    while pending:
        one = pending.pop()
        clauses = [*relations.depends.get(one, ()), *(relations.recommends.get(one, ()) if with_more else ())]
        for clause in clauses:
            options = list(_real(clause, relations, seen))
            if not options or base.intersection(options) or name in options:
                continue
            is_needed = clause in relations.depends.get(one, ())
            # What it needs is there: where the one that is wanted first was not seen, another does.
            first = next((option for option in options if option in seen), options[0]) if is_needed else options[0]
            if first in matter or first not in seen:
                others = [other for other in options if other != first and other in seen]
                found.add("|".join(dict.fromkeys((first, *others))))
            elif first not in passed:
                passed.add(first)
                pending.append(first)
    return found


def _real(clause: Iterable[str], relations: Relations, seen: AbstractSet[str]) -> Iterator[str]:
    """Give the packages that a clause's names stand for; of those that provide a name the seen ones come first."""
    for one in clause:
        if one in relations.depends:
            yield one
        providers = relations.provides.get(one, ())
        yield from sorted(providers, key=lambda package: package not in seen)
