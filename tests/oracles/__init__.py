"""Programs that others wrote, as judges of ours; the tests alone use them."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

UNWANTED = "nothing is to be installed or started (pytest --no-install)"


def may_install() -> bool:
    """Whether an oracle may install its program and start an engine."""
    return os.environ.get("DROPCAP_TESTS_INSTALL") != "no"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other process of the tests installs anything: packages have one database."""
    cache = Path.home() / ".cache"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "dropcap-install.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
