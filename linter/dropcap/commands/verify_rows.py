"""What was measured or observed of a service, as rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.capabilities.names import NAMES
from dropcap.masking import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dropcap.measuring.observing import Asked
    from dropcap.measuring.verification import Verified
    from dropcap.writers.verify_table import Row

__all__ = ["Hide", "observed_rows", "verified_rows"]

_SHORTEST = 4  # a shorter value says little and is found in many words


def observed_rows(asked: Mapping[Asked, int]) -> Iterator[Row]:
    """Give a row for each capability that was asked for: whether it was held, by which programs, how often."""
    programs: dict[tuple[str, bool], list[str]] = {}
    for one, count in sorted(asked.items()):
        programs.setdefault((one.capability, one.is_granted), []).append(f"{one.program} ({count})")
    order = {name: index for index, name in enumerate(NAMES)}
    for (name, is_granted), listed in sorted(programs.items(), key=lambda each: (not each[0][1], order[each[0][0]])):
        yield "asked and held" if is_granted else "asked, not held", name, ", ".join(listed)


def verified_rows(found: Verified, hide: Hide, *, shows_little: bool) -> Iterator[Row]:
    """Give a row for each capability that was measured, the needed ones first."""
    for name, one in found.needed.items():
        yield "needed", name, f"fails at the {one.failed}: {hide.shown(one.said)}".rstrip(": ")
    for name, lost in found.degrades.items():
        yield "undecided", name, f"works without it, but loses: {', '.join(map(hide.shown, lost))}"
    for name, why in found.unsure.items():
        yield "undecided", name, why
    for name in found.needless:
        if shows_little:
            yield "undecided", name, "stays up without it"
        else:
            yield "not needed", name, ""


class Hide:
    """Hides the values of a service's variables, which are nobody's to print, and what looks like a secret."""

    def __init__(self, service: Mapping[str, Any]) -> None:
        """Take the service's variables."""
        environment = service.get("environment") or {}
        values = environment.values() if isinstance(environment, dict) else ()
        texts = {str(one).replace("$$", "$") for one in values if one is not None}
        self._texts = sorted((one for one in texts if len(one) >= _SHORTEST), key=len)[::-1]

    def shown(self, text: str) -> str:
        """Return a text without them."""
        for one in self._texts:
            text = text.replace(one, "*" * len(one))
        return without_secrets(text)
