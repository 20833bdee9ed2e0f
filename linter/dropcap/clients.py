"""The clients that there are: the programs by which a person starts containers.

Each stands in its engine's module; here they are put together, for the recognition of lines and files too.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from dropcap.model import Engine, Kind
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(NamedTuple):
    """A command of a client.

    Attributes:
        kind: what it makes.
        title: how its client names it: `docker compose run`.
        client: whose tables in `flags.json` know its options.
        table: the name of its table.
        reader: how the values of its options are to be understood: as its client's `run` understands them, or
            as `service` and `compose` do.
        engine: who combines the capabilities.
        least: how many words have to follow the options.

    """

    kind: Kind
    title: str
    client: str
    table: str
    reader: str
    engine: Engine
    least: int = 1


class Client(NamedTuple):
    """A client: what a person types to start containers.

    Attributes:
        name: its name, which its tables in `flags.json` have.
        programs: the names of its programs, each with the words that it stands for besides the client's name:
            `docker-compose` is `docker compose`.
        commands: by the words that lead to them.
        groups: the words that stand before another one, and the table of the options between the two.

    """

    name: str
    programs: Mapping[str, str]
    commands: Mapping[str, Command]
    groups: Mapping[str, str]

    def under_another_name(self, name: str) -> Client:
        """Return a client with the same commands and options for an engine and a program of another name."""
        commands = {
            words: command._replace(title=f"{name}{command.title[len(self.name) :]}", engine=Engine(name))
            for words, command in self.commands.items()
            if command.engine.value == self.name
        }
        return self._replace(programs={name: ""}, commands=commands)


def basic_commands(name: str, least_of_exec: int = 1) -> dict[str, Command]:
    """Return the commands that all clients have.

    Args:
        name: the client's name and its engine's.
        least_of_exec: how many words `exec` needs behind its options.

    """
    found = {}
    for kind, least in ((Kind.RUN, 1), (Kind.CREATE, 1), (Kind.EXEC, least_of_exec)):
        verb = kind.value
        command = Command(kind, f"{name} {verb}", name, verb, name, Engine(name), least)
        found[verb] = found[f"container {verb}"] = command
    return found


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
def named_client() -> str:
    r"""Return a regular expression for a client's name in a text; an escape such as `\n` may stand before it."""
    return rf"(?:\b|(?<=\\[fnrtv])){client_names()}\b"


@cache
def verbs() -> frozenset[str]:
    """Return the words that end a command which is read here; a text without any of them has no such line."""
    return frozenset(words.split()[-1] for client in clients().values() for words in client.commands)
