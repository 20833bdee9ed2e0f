"""Shells at a terminal: what a person sees who types a line and presses the tabulator."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

_SECONDS = 30.0
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[=>]|\([A-Z0-9])|[\r\x07\x08]")
_PROMPT = "READY>"
# What is typed before the shell shows its prompt again is not the shell's yet, and gets lost.
_LINE = re.compile(rf"LINE<(.*?)>END.*{_PROMPT}", re.DOTALL)
# A key prints the line as it is then: the shell takes keys one after another, so that nothing has to be waited for.
_BASH = f"""\
bind 'set show-all-if-ambiguous on'; bind 'set page-completions off'; bind 'set completion-query-items 0'
bind 'set bell-style none'; bind 'set enable-bracketed-paste off'
bind -x '"\\C-xp": printf "LINE<%s>""END\\n" "$READLINE_LINE"'
PS1='{_PROMPT[:3]}''{_PROMPT[3:]} '
"""
_ZSH = f"""\
autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' insert-tab false
unsetopt LIST_AMBIGUOUS AUTO_MENU LIST_BEEP BEEP PROMPT_SP; LISTMAX=100000
show() {{ zle -I; print -r -- "LINE<$BUFFER>""END" }}; zle -N show; bindkey '^Xp' show
PS1='{_PROMPT[:3]}''{_PROMPT[3:]} '; unset RPS1
"""
_STARTS: dict[str, tuple[Sequence[str], str]] = {
    "bash": (("bash", "--norc", "--noprofile", "-i"), _BASH),
    "zsh": (("zsh", "-f", "-i"), _ZSH),
}


class Completed(NamedTuple):
    """What came of it.

    Attributes:
        line: the line, as the shell has completed it.
        listed: the words that the shell showed beside it.

    """

    line: str
    listed: frozenset[str]


class Terminal:
    """A shell at a terminal, which has run some lines before."""

    def __init__(self, shell: str, setup: str, environ: Mapping[str, str], folder: str) -> None:
        words, ways = _STARTS[shell]
        self._number, self._terminal = pty.fork()
        if self._number == 0:
            try:
                os.chdir(folder)
                os.execvpe(words[0], [*words], {**environ, "TERM": "xterm"})  # noqa: S606  # a shell that the test names
            finally:
                os._exit(127)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 400, 200, 0, 0))
        os.write(self._terminal, f"{setup}\n{ways}".encode())
        self._read(re.compile(_PROMPT))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._number, signal.SIGKILL)
        os.waitpid(self._number, 0)
        os.close(self._terminal)

    def completed(self, typed: str) -> Completed:
        """Type a line in place of the last one, and press the tabulator."""
        os.write(self._terminal, f"\x15{typed}\t\x18p".encode())
        text = self._read(_LINE)
        found = _LINE.search(text)
        assert found is not None
        return Completed(found[1], frozenset(text[: found.start()].split()))

    def _read(self, until: re.Pattern[str]) -> str:
        """Read what the shell shows, until something stands there."""
        text, end = "", time.monotonic() + _SECONDS
        while time.monotonic() < end:
            if select.select([self._terminal], [], [], 0.2)[0]:
                text += os.read(self._terminal, 1 << 16).decode("utf-8", "replace")
                if until.search(_ESCAPES.sub(" ", text)):
                    return _ESCAPES.sub(" ", text)
        raise AssertionError(f"the shell does not answer: {text[-2000:]}")
