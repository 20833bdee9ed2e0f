"""One word of a command, as a program gets it, with what is not known of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.source import Source, Span

# What makes several words, or none, in spite of the quotation marks around it.
_MANY = r"\$(?:@|\{@|\{[^}]*\[@\]|\{![A-Za-z_]\w*@\})"


class Word(NamedTuple):
    """One word of a command, as the program would get it.

    Attributes:
        value: the word without its quotation marks; what is not known stands in it as it is written.
        source: the text it stands in.
        span: where it stands there, quotation marks included.
        unknown: the first part of `value` that is not known before the command runs: `${ARGS[@]}`.
        splits: whether that part can become several words, or none.
        reason: why that part is not known, to follow the word "because"; empty where its text says it.

    """

    value: str
    source: Source
    span: Span
    unknown: str | None = None
    splits: bool = False
    reason: str = ""

    @property
    def known_length(self) -> int:
        """How many characters of the value are certain, from its start."""
        return len(self.value) if self.unknown is None else self.value.find(self.unknown)

    @property
    def is_several(self) -> bool:
        """Whether it is a list by design, as `"$@"` is, and not a value that nobody put into quotes."""
        return self.unknown is not None and is_several(self.unknown)


def is_several(expansion: str) -> bool:
    """Whether an expansion gives several words even between quotation marks: `$@`, `${ARGS[@]}`."""
    return re.match(_MANY, expansion) is not None


_VARIABLE = r"\$\{?[!#]?(?:(?:localEnv|env|containerEnv|templateOption):)?([A-Za-z_]\w*)"


def reason_of(unknown: str) -> str:
    """Say why an expansion is not known, to follow the word "because"."""
    if unknown.startswith(("$((", "$[")):
        return "the shell computes it"
    if unknown.startswith(("$(", "`", "<(", ">(")):
        return "a command prints it"
    if unknown.startswith("{"):
        return "the shell expands it"
    if unknown.startswith("%"):
        return "systemd fills it in when the unit starts"
    variable = re.match(_VARIABLE, unknown)
    return f"{variable[1]} is set elsewhere" if variable else "the caller of the script gives it"
