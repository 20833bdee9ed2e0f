"""How sure a need is. It stands alone since rules speak of it that mostly need no more."""

from __future__ import annotations

from enum import IntEnum


class Certainty(IntEnum):
    """How sure it is that a container does not do without a capability, in order."""

    DEGRADES = 1
    """It works without; what is lost is said."""
    POSSIBLE = 2
    """It depends on something that is not known, which is named."""
    REQUIRED = 3
    """It fails without."""

    @property
    def label(self) -> str:
        """The lower-case word that people read."""
        return self.name.lower()
