"""How far a long command is, on standard error."""

from __future__ import annotations

import sys

from dropcap.commands.output import at_the_edge

__all__ = ["Progress"]

_BAR = 24


class Progress:
    """Tells how far it is: a bar on a terminal, else a line a step."""

    def __init__(self, service: str, steps: int) -> None:
        """Begin with how many steps it will be at least."""
        self._service = service
        self._steps = steps
        self._done = 0
        self._is_bar = sys.stderr.isatty()

    def step(self, what: str) -> None:
        """Tell what is tried next."""
        self._done += 1
        self._steps = max(self._steps, self._done)
        self.say(what)

    def say(self, what: str) -> None:
        """Tell what goes on."""
        count = f"[{self._done}/{self._steps}]"
        if self._is_bar:
            full = _BAR * self._done // (self._steps + 1)
            bar = "#" * full + "." * (_BAR - full)
            sys.stderr.write(f"\r\x1b[K{bar} {at_the_edge(f'{self._service}: {what}')[:60]}")
        else:
            sys.stderr.write(f"dropcap: {count} {at_the_edge(f'{self._service}: {what}')}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Take the bar away."""
        if self._is_bar:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
