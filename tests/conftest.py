"""Options of the test run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from workload_engine import FailedError, MissingError, engine

from oracles import UNWANTED, may_install

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workload_engine import Engine


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="write what is found into the expectations that tests compare with, to be read in the diff",
    )
    parser.addoption(
        "--no-install",
        action="store_true",
        help="install no packages and start no engines, also as root; tests that need them are skipped with the reason",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--no-install"):
        os.environ["DROPCAP_TESTS_INSTALL"] = "no"  # the oracles ask, in whatever process they run


_OF_THE_MACHINE = ("oracles.docker_cli", "oracles.engine", "workload_engine")


@pytest.hookimpl(tryfirst=True)  # the groups are read by a hook of the same name
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what installs packages and starts engines in one process, where tests are spread over several."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            if _asks_the_machine(item):
                item.add_marker(pytest.mark.xdist_group("machine"))


def _asks_the_machine(item: pytest.Item) -> bool:
    """Whether a test uses an engine, or a module that installs what it asks."""
    if item.path.parent.name == "engine" or "workload_engine" in getattr(item, "fixturenames", ()):
        return True
    taken = vars(getattr(item, "module", None) or object).values()
    names = {getattr(one, attribute, None) for one in taken for attribute in ("__module__", "__name__")}
    return not names.isdisjoint(_OF_THE_MACHINE)


@pytest.fixture(scope="session")
def workload_engine() -> Iterator[Engine]:
    """Start the engine of the workloads, once: there is one at a time on a machine."""
    if not may_install():
        pytest.skip(f"no workload is measured: {UNWANTED}")
    try:
        with engine() as started:
            yield started
    except (MissingError, FailedError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no workload is measured: {error}")
