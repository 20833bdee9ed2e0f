"""Options of the test run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
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
    # How long an example takes says nothing on a machine that has other work; what takes too long has tests of its own.
    # Where CI is set, the rest is as Hypothesis has it there.
    patient = settings(settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("patient", patient)
    settings.load_profile("patient")


ONE_ENGINE = {
    "tests/test_container_image.py": "the engine of the workloads",
    "tests/test_verify_on_engine.py": "the engine of the workloads",
    "tests/test_workloads.py": "the engine of the workloads",
}
"""Files that share an engine, by path: one process runs them where tests are spread over several."""
ENGINES = "tests/engine/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep the tests of a file together, and those that share an engine (`pytest -n 2`)."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415  # it is not always there

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return ENGINES if path.startswith(ENGINES) else ONE_ENGINE.get(path, path)

    return ByFile(config, log)


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
