"""Programs that run the command that follows them: `sudo -E docker run` is a `docker run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.lang.words import Word

# A tree that had to be recovered takes these for programs.
_RESERVED = frozenset({"!", "{", "do", "elif", "else", "if", "then", "until", "while"})


class _Wrapper(NamedTuple):
    """How a program's own words end.

    Attributes:
        letters: the options that take a value.
        names: the long options that take a value without `=`.
        positional: how many words follow the options before the command starts.
        sets: whether `NAME=value` may stand before the command.
        prints: the letters with which it runs nothing.

    """

    letters: str = ""
    names: tuple[str, ...] = ()
    positional: int = 0
    sets: bool = False
    prints: str = ""


_SUDO_NAMES = (
    *("chdir", "chroot", "close-from", "command-timeout", "group", "host"),
    *("other-user", "prompt", "role", "type", "user"),
)
WRAPPERS: Mapping[str, _Wrapper] = {
    "builtin": _Wrapper(),
    "chronic": _Wrapper(),
    "command": _Wrapper(prints="vV"),
    "coproc": _Wrapper(),
    "doas": _Wrapper("uC"),
    "env": _Wrapper("uC", ("unset", "chdir"), sets=True, prints="S"),
    "exec": _Wrapper("a"),
    "ionice": _Wrapper("cn", ("class", "classdata"), prints="pPu"),
    "lima": _Wrapper(),
    "nice": _Wrapper("n", ("adjustment",)),
    "nohup": _Wrapper(),
    "setsid": _Wrapper(),
    "stdbuf": _Wrapper("ioe", ("input", "output", "error")),
    "sudo": _Wrapper("CDRTUghprtu", _SUDO_NAMES, sets=True, prints="elv"),
    "time": _Wrapper("fo", ("format", "output")),
    "timeout": _Wrapper("ks", ("kill-after", "signal"), positional=1),
    "unbuffer": _Wrapper(),
    "winpty": _Wrapper(),
}
"""The programs, by name."""


def unwrapped(words: Sequence[Word]) -> Sequence[Word]:
    """Give the words from the program on that is really run; none if nothing is.

    A word that is all unknown, as in `$SUDO docker run`, is taken for a program of this kind as well: if it
    is none, the words behind it are no command.
    """
    at = 0
    while at < len(words):
        word = words[at]
        if word.value == word.unknown or word.value in _RESERVED:
            at += 1
            continue
        wrapper = WRAPPERS.get(word.value.rpartition("/")[2]) if word.unknown is None else None
        if wrapper is None:
            return words[at:]
        after = _after_options(words, at + 1, wrapper)
        if after is None:
            return ()
        at = after
        while wrapper.sets and at < len(words) and "=" in words[at].value:
            at += 1
    return ()


def _after_options(words: Sequence[Word], at: int, wrapper: _Wrapper) -> int | None:
    """Find the end of a wrapper's own words; None if with these it runs nothing."""
    while at < len(words):
        value = words[at].value
        if value == "--":
            at += 1
            break
        if not value.startswith("-") or value == "-":
            break
        at += 1
        if value.startswith("--"):
            at += value[2:] in wrapper.names
            continue
        for index, letter in enumerate(value[1:], 2):
            if letter in wrapper.prints:
                return None
            if letter in wrapper.letters:
                at += index == len(value)
                break
    return at + wrapper.positional
