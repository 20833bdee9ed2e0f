"""The table of clients: what the engines' modules say fits together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from dropcap.capabilities.engines import default_set, strategy
from dropcap.capabilities.strategy import in_order
from dropcap.clients import client_names, clients, programs, verbs
from dropcap.docker_cli.flags import table
from dropcap.model import Engine

if TYPE_CHECKING:
    from dropcap.clients import Client


@pytest.mark.parametrize("engine", Engine)
def test_an_engine_grants_what_there_is_in_the_kernels_order(engine: Engine) -> None:
    assert default_set(engine) == in_order(default_set(engine)) != ()
    assert strategy(engine).program in programs()


def test_each_engine_has_one_member_and_one_title() -> None:
    assert [engine.value for engine in Engine] == ["docker", "podman", "nerdctl", "swarm"]
    assert len({strategy(engine).title for engine in Engine}) == len(Engine)


def test_a_look_for_the_clients_finds_each_program() -> None:
    assert set(clients()) == {"docker", "podman", "nerdctl"}
    assert all(re.match(client_names(), program) for program in programs())
    assert not re.search(client_names(), "bakery run")


@pytest.mark.parametrize("client", clients().values(), ids=clients())
def test_each_command_and_group_has_a_table_of_options(client: Client) -> None:
    tables = {command.table for command in client.commands.values()}
    for name in tables.union(client.groups.values(), client.programs.values()) - {""}:
        assert table(client.name, name).by_name, name


def test_the_words_that_end_a_command() -> None:
    assert verbs() == {"run", "create", "exec", "update", "build", "b", "bake", "bud", "build-using-dockerfile", "from"}


def test_a_client_of_another_name_leaves_out_what_another_engine_starts() -> None:
    made = clients()["docker"].under_another_name("podman")
    assert "service create" not in made.commands
    assert made.commands["container run"].title == "podman run"
    assert {command.engine for command in made.commands.values()} == {Engine.PODMAN}
