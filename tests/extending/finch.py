"""Finch: nerdctl in a machine of its own; it behaves as nerdctl."""

from __future__ import annotations

from dropcap.capabilities.engines import nerdctl

STRATEGY = nerdctl.STRATEGY._replace(title="Finch", program="finch")
CLIENT = nerdctl.CLIENT.under_another_name("finch")
