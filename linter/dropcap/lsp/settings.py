"""What a person sets in the editor for dropcap."""

from __future__ import annotations

from dropcap.namedtuple import NamedTuple

OFF, INLAY, LENS = "off", "inlay", "lens"


class Settings(NamedTuple):
    """The settings.

    Attributes:
        hints: whether each container shows what it holds and needs: `off`, `inlay` behind its name, `lens` above it.

    """

    hints: str = OFF


def settings_of(found: object) -> Settings:
    """Return what an editor sends, by itself or under the name `dropcap`; what is not understood is left alone."""
    own = _value(found, "dropcap")
    hints = _value(own if own is not None else found, "hints")
    return Settings(hints) if isinstance(hints, str) and hints in (OFF, INLAY, LENS) else Settings()


def _value(found: object, key: str) -> object:
    """Return what an object has by a name: pygls makes records of what it knows no form of."""
    return found.get(key) if isinstance(found, dict) else getattr(found, key, None)
