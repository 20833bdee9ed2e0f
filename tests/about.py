"""The rules that a test is about: a further one changes nothing for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.rule import load_rules

if TYPE_CHECKING:
    from dropcap.rule import Rule

HELD = (
    "all-capabilities",
    "critical-capability",
    "default-capabilities",
    "high-capability",
    "moderate-capability",
    "net-raw",
    "privileged",
)
"""The rules about the capabilities that a container holds."""


def rules(*ids: str) -> tuple[Rule, ...]:
    """Return the rules of these ids, in the order in which they are loaded."""
    known = {rule.id: rule for rule in load_rules()}
    return tuple(known[one] for one in sorted(ids))
