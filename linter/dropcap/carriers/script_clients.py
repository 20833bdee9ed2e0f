"""What a script's reader takes note of: the commands of the clients that start containers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.service_call import service_call
from dropcap.clients import named_client, programs, verbs
from dropcap.docker_cli.command_line import read_command
from dropcap.lang.shell.lexer import MOST_WORDS
from dropcap.lang.shell.program import follow_names, follow_words
from dropcap.lang.shell.scope import MOST_VALUES
from dropcap.model import MOST_CONTAINERS, Container, Failure, Level, Located, Unknown
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dropcap.lang.shell.call import Surroundings
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.script import Script
    from dropcap.lang.shell.template_holes import TemplateHole
    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["containers", "containers_of_words"]

_CLIENT = re.compile(named_client().encode())
_BROKEN = "the script is broken here (is a quote missing?): dropcap may not read what follows"
_TOO_LONG = (
    "dropcap does not follow a part of the script: it takes more than {steps:,} steps, has a command of more than "
    "{words:,} words, or a script in a string that is too long or broken; a command may have other words than "
    "the report shows; split the script, or write the command without variables"
)
_CALL = rb"\w+[ \t]+(?:-\S*[ \t]+(?:[^-\s]\S*[ \t]+)??)*(?:container[ \t]+|compose[ \t]+)?(?:run|create|exec)\b"
_LONGEST_CALL = 200
_MOST_PLACES = 1000
_TEXTS = frozenset({"ansi_c_string", "comment", "heredoc_body", "raw_string", "string"})


class FullError(Exception):
    """A script has more containers than are checked: nobody needs to follow it any further."""


class Clients:
    """The commands of clients, as they are heard."""

    programs = frozenset(programs())
    verbs = frozenset({*verbs(), "play", "up"})

    def __init__(self) -> None:
        """Begin with none."""
        self._found: dict[int, dict[object, Container | Failure | None]] = {}
        self._count = 0  # the places of which there is something to say

    def places(self, data: bytes) -> list[int]:
        """Return the places in a script's bytes where a client's name stands."""
        return [match.start() for match in _CLIENT.finditer(data)]

    def is_full(self, place: int) -> bool:
        """Return whether a command has been found with as many different words as are told apart."""
        return len(self._found.get(place, ())) > MOST_VALUES

    def hear(
        self,
        place: int,
        words: Sequence[Word],
        as_written: Callable[[str], Sequence[Word]],
        surroundings: Callable[[], Surroundings],
    ) -> None:
        """Read a command's words, unless the same words were found there before.

        Of more words than are told apart, those that are written stand for all.

        Raises:
            FullError: there are more containers than are checked.

        """
        found = self._found.setdefault(place, {})
        if len(found) > MOST_VALUES:
            return
        call = service_call(words, surroundings)
        key = _key(words), call
        if key not in found and len(found) == MOST_VALUES:
            words = as_written(f"it has more than {MOST_VALUES} values, and dropcap follows no more")
            call = service_call(words, surroundings)
            key = _key(words), call
        if key not in found:
            is_first = not any(found.values())
            result = read_command(words)
            found[key] = result._replace(service=call) if isinstance(result, Container) else result
            self._count += is_first and found[key] is not None
            if self._count > MOST_CONTAINERS:
                raise FullError

    def within(self, words: Sequence[Word], *, reads: bool) -> Sequence[Word]:
        """Return the words of the command in a container that is to be followed from here."""
        if not reads and not words[0].value.endswith("buildah"):
            return ()
        from dropcap.docker_cli.within import command_within, is_followed  # few commands read a script

        return command_within(words) if reads or is_followed(words[0].value) else ()

    def has(self, place: int) -> bool:
        """Return whether a command has been found at a place."""
        return place in self._found

    def results(self) -> list[Container | Failure]:
        """Return what was found, in the order of the script.

        A command that has several sets of words is not refused because the client would refuse one of them: that
        one may never come to be.
        """
        results: list[Container | Failure] = []
        for place in sorted(self._found):
            here = [result for result in self._found[place].values() if result is not None]
            found = [result for result in here if isinstance(result, Container)]
            results += _distinct(found) or here[:1]
        return results


def _key(words: Sequence[Word]) -> tuple[object, ...]:
    return tuple((word.value, word.unknown) for word in words)


def containers(
    source: Source, taken: Sequence[TemplateHole] = (), variables: Mapping[str, Word] = {}
) -> list[Container | Failure]:
    """Return the containers that a script starts, and the commands that their client refuses, in the script's order.

    Args:
        source: the script.
        taken: the parts of it that something else fills in first, and that are not known.
        variables: the environment, as far as it is known.

    """
    clients = Clients()
    try:
        script, steps, is_whole = follow_names(source, clients, taken, variables)
    except FullError:
        return clients.results()
    results = clients.results()
    start = len(source.text) - len(source.text.lstrip())
    results += [] if is_whole else [_too_long(source, start, steps)]
    places = clients.places(script.data)[:_MOST_PLACES] if script.root.has_error else ()
    at = next((place for place in places if _is_lost(script, clients, place)), None)
    if at is not None:
        start = script.to_offset(at)
        results.append(Failure(source.path, _BROKEN, Level.NOTE, source, Span(start, start + 1)))
    return results


def containers_of_words(source: Source, words: Sequence[Text]) -> list[Container | Failure]:
    """Return the containers that a command starts which no shell reads first; its words stand in a source."""
    clients = Clients()
    _, steps, is_whole = follow_words(source, words, clients)
    return [*clients.results(), *([] if is_whole else [_too_long(source, words[0][0].at, steps)])]


def _too_long(source: Source, at: int, steps: int) -> Failure:
    message = _TOO_LONG.format(steps=steps, words=MOST_WORDS)
    return Failure(source.path, message, Level.ERROR, source, Span(at, at + 1))


def _is_lost(script: Script, clients: Clients, place: int) -> bool:
    """Whether what stands at a place looks like a client's command, and the script is too broken there to find it."""
    if clients.has(script.to_offset(place)):
        return False
    if re.match(_CALL, script.data[place : place + _LONGEST_CALL]) is None:
        return False
    node = script.root.descendant_for_byte_range(place, place + 1)
    while node is not None and node.type != "ERROR":
        if node.type in _TEXTS and (not node.has_error or any(one.is_missing for one in node.children[-1:])):
            return node.has_error  # the quotation mark that ends it is missing
        node = node.parent
    return node is not None


def _distinct(found: Sequence[Container]) -> list[Container]:
    """Leave out containers that another one says all of: their words differ in what no field holds, as `-it`."""
    kept: dict[object, Container] = {}
    for container in found:
        kept.setdefault(tuple(_bare(value) for value in container if value is not container.source), container)
    return list(kept.values())


def _bare(value: object) -> object:
    """Take the places off a field's value."""
    if isinstance(value, Located):
        return value.value
    if isinstance(value, Unknown):
        return (value.text, value.fields)
    if isinstance(value, tuple) and not isinstance(value, Span):
        return tuple(map(_bare, value))
    return value
