"""What programs may have made that run while a script goes on: a file that was not there may be by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.effects import EffectKind
from dropcap.images.facts import ABSENT, UnknownFact
from dropcap.needs.permissions import resolved
from dropcap.needs.program_table import lookup

if TYPE_CHECKING:
    from dropcap.images.effects import Effect
    from dropcap.lang.shell.call import Call
    from dropcap.needs.lookup import Lookup

__all__ = ["Meanwhile"]

_SOCKETS = frozenset({"-S", "-p"})
_PLACES = ("/dev/shm/", "/run/", "/tmp/", "/var/run/", "/var/tmp/")  # noqa: S108 -- those of the container
"""Where programs that run put their sockets and the like."""
_OF_WHAT_IS_THERE = frozenset({EffectKind.GIVE, EffectKind.MODE})
_DAEMONS = frozenset({"daemon", "server"})


class Meanwhile:
    """The programs that run beside a script.

    Attributes:
        are_some: whether there are any that may make files.

    """

    def __init__(self, lookup: Lookup) -> None:
        """Begin with none."""
        self.are_some = False
        self._lookup = lookup

    def begin(self, call: Call) -> None:
        """Note a program whose script goes on while it runs."""
        found = lookup(call.words[0].value)
        role = "" if found is None else found.role
        goes_on = call.is_background and role != "harmless"
        self.are_some = self.are_some or goes_on or (role in _DAEMONS and not call.is_exec)

    def wait(self, call: Call) -> None:
        """Forget what is known of what a loop waits for."""
        for word in call.words[1:]:
            self._doubt(self._lookup.path(word.value) if word.unknown is None and word.value else None)

    def look(self, sign: str, path: str) -> None:
        """Forget that a file is not there which a test is about, where a program may have made it."""
        if self.are_some and (sign in _SOCKETS or path.startswith(_PLACES)):
            self._doubt(path)

    def change(self, effect: Effect) -> None:
        """Forget that a file is not there which a command changes, where a program may have made it."""
        if self.are_some and effect.kind in _OF_WHAT_IS_THERE and (effect.path or "").startswith(_PLACES):
            self._doubt(effect.path)

    def _doubt(self, path: str | None) -> None:
        if path is not None and resolved(self._lookup.tree, path) is ABSENT:
            self._lookup.tree.spoil(path, UnknownFact(f"what may have made {path} by then is not known"))
