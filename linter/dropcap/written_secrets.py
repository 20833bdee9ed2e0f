"""The secrets of a container that its file writes out: which variables they are, and whether everybody guesses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Kind, Located
from dropcap.namedtuple import NamedTuple
from dropcap.secret_values import Secret, secret_in
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Container

__all__ = ["WrittenSecret", "written_secrets"]


# How names of variables end whose values name something. A secret that stands in two variables is not guessed by that.
_NAMING = ("USER", "NAME", "LOGIN", "DB", "DATABASE", "HOST", "SERVER", "DOMAIN", "EMAIL", "ADMIN", "BUCKET")


class WrittenSecret(NamedTuple):
    """A variable whose value is a secret.

    Attributes:
        name: the variable's.
        where: the place of the name, so that no excerpt shows the value.
        is_guessable: whether the value is one that everybody guesses first.

    """

    name: str
    where: Located[str]
    is_guessable: bool


def written_secrets(container: Container) -> Iterator[WrittenSecret]:
    """Give the variables whose values are secrets and stand in the container's file, in their order."""
    # What an engine prints stands in no file, and what a service has is told of the service.
    if container.process is None or container.kind is Kind.INSPECT:
        return
    for variable in container.process.environment:
        name, _, value = variable.value.partition("=")
        secret = secret_in(name, value) if value else None  # most hold none
        if secret is None or not _is_written_here(variable, value):
            continue
        secret = secret_in(name, value, _guesses(container, name)) or secret
        yield WrittenSecret(name, _name_of(container, variable, name), secret is Secret.KNOWN)


def _guesses(container: Container, name: str) -> set[str]:
    """Give what a stranger tries first: the names of users and databases, and of what is started."""
    environment = container.process.environment if container.process is not None else ()
    others = (one.value.partition("=") for one in environment)
    words = {value.lower() for other, _, value in others if other != name and other.upper().endswith(_NAMING)}
    image = container.image.value if container.image is not None else ""
    for text in (container.name, image, container.source.path):
        words.update(re.split(r"[^a-z0-9]+", text.lower()))
    return words


def _is_written_here(variable: Located[str], value: str) -> bool:
    """Whether a value stands at its place as it is, and comes from nowhere else."""
    text = variable.source.text[variable.span.start : variable.span.end]
    path = variable.source.to_root(variable.span)[0].path
    is_of_variables = path.rpartition("/")[2].startswith(".env") or path.endswith(".env")
    return value in text and "$" not in text and not is_of_variables


def _name_of(container: Container, variable: Located[str], name: str) -> Located[str]:
    """Return the place of the name, so that no excerpt shows the value: in its word, or before it in the line."""
    text, (start, end) = variable.source.text, variable.span
    at = text.find(f"{name}=", start, end)
    if at < 0:
        at = text.rfind(name, text.rfind("\n", 0, start) + 1, start)
    return Located(name, variable.source, Span(at, at + len(name))) if at >= 0 else container.anchor
