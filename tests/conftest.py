"""Options of the test run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


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
