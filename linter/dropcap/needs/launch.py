"""What a container starts first: the words, the user, the variables, the folder.

Source: moby `daemon/commit.go` (`merge`): how the container's own entrypoint, command and user stand over those of the
image.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.images.facts import UnknownFact
from dropcap.lang.words import Word
from dropcap.masking import without_secrets
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from dropcap.images.facts import ImageConfig
    from dropcap.model import Container, Hook

    Words: TypeAlias = Sequence[Located[str]] | None

__all__ = ["Launch", "health_check", "launch", "to_words"]


class Launch(NamedTuple):
    """What a container starts first.

    Attributes:
        words: the program and its arguments; None where nobody knows them.
        user: as `USER` takes it; None where nobody says.
        where: the place that says which user; None where nothing does.
        environment: the variables by name.
        has_more: whether there are variables that are not seen.
        folder: where it starts; None where nobody knows.
        unknown: why something of it is not known.

    """

    words: tuple[Word, ...] | None
    user: str | None
    where: Located[str] | None
    environment: dict[str, Word]
    has_more: bool
    folder: str | None
    unknown: tuple[UnknownFact, ...]


_ENGINES_OWN = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOSTNAME": "${HOSTNAME}",
    "HOME": "${HOME}",
    "TERM": "",
}


def launch(container: Container, config: ImageConfig) -> Launch:
    """Return what a container starts, its own settings over those of its image."""
    unknown = list(config.unknowns)
    words: tuple[Word, ...] | None
    entrypoint, command = _entrypoint_and_command(container, config)
    if container.may_be_set("entrypoint", "command"):
        unknown.append(UnknownFact("a part of its entrypoint or command is not in its file"))
    if container.may_be_set("entrypoint") or (entrypoint is None and config.unknowns):
        words = None
    elif container.may_be_set("command"):
        words = (*to_words(entrypoint or ()), *_as_far_as_written(container))
    else:
        words = to_words((*(entrypoint or ()), *(command or ())))
    user = container.user if container.user is not None and container.user.value else config.user
    if container.may_be_set("user"):
        unknown.append(UnknownFact("its file does not show its user"))
    process = container.process
    folder = config.working_folder or "/"
    if process is not None and process.working_folder is not None:
        folder = process.working_folder.value
    environment, has_more = _environment(container, config)
    is_known = not container.may_be_set("user") and not (user is None and config.unknowns)
    return Launch(
        words or None,
        (user.value if user is not None else "0") if is_known else None,
        user,
        environment,
        has_more or bool(config.unknowns),
        folder if folder.startswith("/") else None,
        tuple(unknown),
    )


def _entrypoint_and_command(container: Container, config: ImageConfig) -> tuple[Words, Words]:
    """Return a container's own where it has them, else its image's: an entrypoint leaves nothing of that's command."""
    if container.entrypoint is not None:
        return container.entrypoint, container.command
    return config.entrypoint, container.command if container.command is not None else config.command


_PLAIN_WORD = r"[\w./:=@,+-]+"
_PLAIN_START = rf"""["']?((?:{_PLAIN_WORD} +)*)"""


def _as_far_as_written(container: Container) -> Iterator[Word]:
    """Give the words of a command up to the first one that is not known, and one that stands for all the rest."""
    hidden = [one for one in container.unknowns if "command" in one.fields]
    source = hidden[0].source
    first = min((one for one in hidden if one.source is source), key=lambda one: one.span)
    written = source.text[first.span.start : first.span.end]
    if container.command is None:  # one text, which is split into words
        plain = re.match(_PLAIN_START, written)
        at = first.span.start + (plain.start(1) if plain else 0)
        for word in re.finditer(_PLAIN_WORD, plain[1] if plain else ""):
            yield Word(word[0], source, Span(at + word.start(), at + word.end()))
    elif all(one.source is source for one in hidden) and all(one.source is source for one in container.command):
        yield from to_words([one for one in container.command if one.span.end <= first.span.start])
    yield Word(first.text, source, first.span, first.text, splits=True, reason=first.reason)


def health_check(container: Container, config: ImageConfig) -> tuple[Word, ...]:
    """Return the words of a container's health check; none where it has none, or nobody knows of one."""
    process = container.process
    words: Sequence[Located[str]] = config.health_check or ()
    if process is not None and process.health_check is not None:
        words = process.health_check
    if not words or words[0].value == "NONE":
        return ()
    if words[0].value == "CMD":
        return to_words(words[1:])
    if words[0].value == "CMD-SHELL":
        shell = [Located(text, words[0].source, words[0].span) for text in ("/bin/sh", "-c")]
        return to_words((*shell, *words[1:]))
    return to_words(words)


def hook_words(hook: Hook) -> tuple[Word, ...]:
    """Return the words of a hook."""
    return to_words(hook.words)


def to_words(words: Sequence[Located[str]]) -> tuple[Word, ...]:
    """Return words as a shell's evaluator takes them."""
    return tuple(Word(one.value, one.source, one.span) for one in words)


def _is_masked(name: str, value: str) -> bool:
    """Return whether a value is one that the lock has no more than the length of."""
    return value != "" and not value.strip("*") and without_secrets(f"{name}=x") != f"{name}=x"


def _environment(container: Container, config: ImageConfig) -> tuple[dict[str, Word], bool]:
    """Return the variables of the first process, and whether there are more: the engine's own, the image's, its own."""
    anchor = container.anchor
    found: dict[str, Word] = {}
    for name, value in _ENGINES_OWN.items():
        unknown = value if value.startswith("$") else None
        found[name] = Word(value, anchor.source, Span(anchor.span.start, anchor.span.start), unknown)
    for name, located in config.environment.items():
        is_hidden = _is_masked(name, located.value)
        unknown = f"${{{name}}}" if is_hidden else None
        reason = f"the lock does not keep the value of {name}" if is_hidden else ""
        found[name] = Word(unknown or located.value, located.source, located.span, unknown, reason=reason)
    process = container.process
    if process is None:
        return found, container.may_be_set("environment")
    for entry in process.environment:
        name, equals, value = entry.value.partition("=")
        unknown = None if equals else f"${{{name}}}"
        found[name] = Word(value if equals else f"${{{name}}}", entry.source, entry.span, unknown)
    return found, process.has_more
