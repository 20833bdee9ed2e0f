"""What is said of needs without the values of a container's variables, which are nobody's to print."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dropcap.masking import mask, without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dropcap.model import Container, Located
    from dropcap.needs.model import Evidence, Need, Needs

__all__ = ["hidden"]

_SHORTEST = 4  # a shorter value, as a version or a switch, says little and is found in many words
_PATH = re.compile(r"(?:/[\w.-]+)+/?")
_NUMBER = re.compile(r"\d{1,5}")  # a user's, a group's or a port's: what a need is about


def hidden(needs: Needs, container: Container, image: Mapping[str, Located[str]], accounts: Iterable[str]) -> Needs:
    """Return needs in whose texts the values of variables are asterisks.

    A path, the number of a user or a port, and the name of an account are shown unless the variable is named like a
    secret: without them nobody could tell what a need is about.

    Args:
        needs: the needs.
        container: whose they are.
        image: the variables of its image by name.
        accounts: the names of the image's accounts.

    """
    known = frozenset(accounts)
    named: dict[str, list[tuple[str, str]]] = {}
    for name, value in _variables(container, image):
        for one in {value, *value.split()}:
            if len(one) >= _SHORTEST:
                named.setdefault(one, []).append((name, value))
    ordered = sorted(named, key=len)[::-1]

    @cache  # to ask whether it is a secret takes longer than to look whether it is said
    def is_hidden(one: str) -> bool:
        is_told = one in known or _PATH.fullmatch(one) or _NUMBER.fullmatch(one)
        return not is_told or any(_is_secret(name, value) for name, value in named[one])

    @cache  # many reasons are those of others
    def shown(text: str) -> str:
        text = without_secrets(text)
        for one in ordered:
            if one in text and is_hidden(one):
                text = text.replace(one, "*" * len(one))
        return text

    return needs._replace(
        needs=tuple(_need(one, shown) for one in needs.needs),
        unknown=tuple(one._replace(reason=shown(one.reason), resolve=shown(one.resolve)) for one in needs.unknown),
        today=tuple(_evidence(one, shown) for one in needs.today),
        gains=tuple(_evidence(one, shown) for one in needs.gains),
        smaller=tuple(one._replace(change=shown(one.change)) for one in needs.smaller),
        user=None if needs.user is None else shown(needs.user),
    )


def _variables(container: Container, image: Mapping[str, Located[str]]) -> Iterator[tuple[str, str]]:
    for entry in container.process.environment if container.process is not None else ():
        name, equals, value = entry.value.partition("=")
        if equals:
            yield name, value
    for name, located in image.items():
        yield name, located.value


def _is_secret(name: str, value: str) -> bool:
    return mask(f"{name}={value}") != f"{name}={value}"


def _need(need: Need, shown: Callable[[str], str]) -> Need:
    evidence = tuple(_evidence(one, shown) for one in need.evidence)
    return need._replace(condition=shown(need.condition), evidence=evidence, loss=shown(need.loss))


def _evidence(evidence: Evidence, shown: Callable[[str], str]) -> Evidence:
    return evidence._replace(reason=shown(evidence.reason))
