"""The engines: started once, stopped at the end."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from engine.builds import builder_of, fill_context
from oracles import engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


@pytest.fixture(scope="session")
def docker() -> Iterator[engine.Engine]:
    yield from _running(engine.docker())


@pytest.fixture(scope="session")
def swarm(docker: engine.Engine) -> engine.Engine:
    docker.call("swarm", "init", "--advertise-addr=127.0.0.1")
    return docker


@pytest.fixture(scope="session")
def podman() -> Iterator[engine.Engine]:
    yield from _running(engine.podman())


@pytest.fixture(scope="session")
def builder(docker: engine.Engine) -> engine.Engine:
    return builder_of(docker)


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context")
    fill_context(folder)
    return folder


def _running(starting: AbstractContextManager[engine.Engine]) -> Iterator[engine.Engine]:
    """Give the engine; where there is none, skip the tests, but not where they are run for everyone."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(starting)
        except engine.MissingError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"not compared with a real engine: {error}")
        yield started
