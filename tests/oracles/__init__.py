"""Programs that others wrote, as judges of ours; the tests alone use them."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

UNWANTED = "nothing is to be installed or started (pytest --no-install)"


def may_install() -> bool:
    """Whether an oracle may install its program and start an engine."""
    return os.environ.get("DROPCAP_TESTS_INSTALL") != "no"


def go_on(reason: str) -> None:
    """Go on where there is no reason not to; else the test is skipped with it, and fails on CI."""
    if reason:
        give_up(reason)


def give_up(reason: str) -> NoReturn:
    """Skip the test with a reason; on CI it fails."""
    if os.environ.get("CI"):
        raise AssertionError(reason)
    pytest.skip(reason)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other process of the tests installs anything: packages have one database."""
    cache = Path.home() / ".cache"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "dropcap-install.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
