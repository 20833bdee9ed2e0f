"""The clients that there are: the programs by which a person starts containers.

Each stands in its engine's module; here they are put together, for the recognition of lines and files too.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from dropcap.model import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.client import Client


@cache
def clients() -> Mapping[str, Client]:
    """Return every client, by the name of its engine."""
    modules = {engine.value: import_module(f"dropcap.capabilities.engines.{engine.value}") for engine in Engine}
    return {name: module.CLIENT for name, module in modules.items() if hasattr(module, "CLIENT")}


@cache
def programs() -> Mapping[str, Client]:
    """Return the clients by the names of their programs."""
    return {program: client for client in clients().values() for program in client.programs}


@cache
def client_names() -> str:
    """Return a regular expression for the clients' names; each program's name begins with what it finds."""
    others = [program for program in programs() if not program.startswith(tuple(clients()))]
    return f"(?:{'|'.join((*clients(), *others))})"


@cache
def verbs() -> frozenset[str]:
    """Return the words that end a command which is read here; a text without any of them has no such line."""
    return frozenset(words.split()[-1] for client in clients().values() for words in client.commands)
