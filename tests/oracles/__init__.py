"""Programs that others wrote, as judges of ours; the tests alone use them."""

from __future__ import annotations

import os

UNWANTED = "nothing is to be installed or started (pytest --no-install)"


def may_install() -> bool:
    """Whether an oracle may install its program and start an engine."""
    return os.environ.get("DROPCAP_TESTS_INSTALL") != "no"
