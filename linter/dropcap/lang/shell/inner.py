"""What a command hands on to something else: a script, or the words of another command."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.lang.shell.fragments import Text

__all__ = ["Inner", "Sight"]


class Sight(Enum):
    """Which variables an inner script sees."""

    ALL = "all"
    EXPORTED = "exported"
    NONE = "none"


class Inner(NamedTuple):
    """What a command hands on.

    Attributes:
        script: the text of a script, or None.
        command: the words of a command, if it is no script.
        arguments: the script's positional parameters, where the command gives any.
        sight: the variables that the script sees.
        reads_input: whether the script is what comes on standard input.
        takes_input: whether the command takes what comes on standard input itself.
        others: the words of further commands.
        is_table: whether that is a cron table, whose lines have a schedule before the command.
        user: whom it runs as, where that is another one.
        is_errexit: whether its shell is started with `set -e` on.

    """

    script: Text | None = None
    command: tuple[Text, ...] = ()
    arguments: tuple[Text, ...] | None = None
    sight: Sight = Sight.EXPORTED
    reads_input: bool = False
    takes_input: bool = False
    others: tuple[tuple[Text, ...], ...] = ()
    is_table: bool = False
    user: Text | None = None
    is_errexit: bool = False
