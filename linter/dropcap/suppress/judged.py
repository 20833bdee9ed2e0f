"""What rules have to say of comments and entries that accept findings."""

from __future__ import annotations

import os
from difflib import get_close_matches
from typing import TYPE_CHECKING

from dropcap.model import Container, Failure, Finding, Kind, Level
from dropcap.real_paths import real_path
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dropcap.model import Problem
    from dropcap.model.ignores import Accepted, Ignore
    from dropcap.rule import Rule


def findings_of(
    ignores: Iterable[Ignore], rules: Sequence[Rule], known: Collection[str] | None = None
) -> Iterator[Finding | Failure]:
    """Give what rules say of comments and entries, and that a rule failed.

    Args:
        ignores: those of all files; one that several files read is there several times.
        rules: those of the run.
        known: the ids of all rules that there are; None for those that are installed.

    """
    ran = {rule.id for rule in rules}
    if known is None:
        from dropcap.rule import load_rules

        known = ran.union(rule.id for rule in load_rules())
    once = [_known(ignore, ran if ignore.asked is None else ignore.asked, known) for ignore in _merged(ignores)]
    by_place = {id(ignore.where): ignore for ignore in once}
    files: dict[str, Container] = {}
    for rule in rules:
        try:
            found = [(problem, by_place[id(problem.where)]) for problem in _problems(rule, once)]
        except Exception as error:  # noqa: BLE001  # a rule's fault is its own: the others still speak
            what = f"{type(error).__name__}: {error}"
            message = f"the rule {rule.id} failed on what accepts findings: {what}; report it to its author"
            yield Failure(rule.origin, message, Level.ERROR)
            continue
        for problem, ignore in found:
            if ignore.asked is None or rule.id in ignore.asked:
                container = files.setdefault(ignore.where.source.path, _file(ignore))
                yield Finding(
                    rule.id, problem.severity or rule.severity, container, problem, path=ignore.path, root=ignore.root
                )


def _problems(rule: Rule, ignores: Sequence[Ignore]) -> Iterable[Problem]:
    return rule.check_ignores(ignores) if rule.check_ignores else ()


def _file(ignore: Ignore) -> Container:
    source = ignore.where.source
    return Container(Kind.FILE, os.path.basename(source.path), source, Span(0, 0))


def _merged(ignores: Iterable[Ignore]) -> list[Ignore]:
    """Say of a comment once what all say who read its file: what one of them uses is used."""
    found: dict[object, Ignore] = {}
    paths: dict[str, str] = {}
    for number, one in enumerate(ignores):
        path = one.where.source.path
        real = paths.get(path) or paths.setdefault(path, real_path(path))
        key: object = (real, one.where.span.start) if one.kind == "comment" else number
        found[key] = _joined(found[key], one) if key in found else one
    return list(found.values())


def _joined(one: Ignore, other: Ignore) -> Ignore:
    first, second = (one, other) if one.is_own or not other.is_own else (other, one)
    accepts = tuple(
        mine._replace(is_used=mine.is_used or theirs.is_used)
        for mine, theirs in zip(first.accepts, second.accepts, strict=True)
    )
    is_judged = first.is_judged and (second.is_judged or not second.is_own)
    asked = None if first.asked is None or second.asked is None else first.asked | second.asked
    return first._replace(accepts=accepts, is_judged=is_judged, asked=asked)


def _known(ignore: Ignore, ran: Collection[str], known: Collection[str]) -> Ignore:
    """Mark the names that no rule has; of what no rule of the run speaks it is not known whether it is in vain."""
    if ignore.wrong:
        return ignore
    return ignore._replace(accepts=tuple(_named(name, ran, known) for name in ignore.accepts))


def _named(name: Accepted, ran: Collection[str], known: Collection[str]) -> Accepted:
    if name.rule in ran or not name.rule:
        return name
    if name.rule in known:
        return name._replace(is_used=True)
    close = get_close_matches(name.rule.lower().replace("_", "-")[:60], sorted(known), 1)
    return name._replace(is_known=False, suggestion=close[0] if close else "")
