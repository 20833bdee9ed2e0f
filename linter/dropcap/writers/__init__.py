"""Writers: a report becomes text for people or programs.

Each module of :mod:`dropcap.writers.formats` is a format; what several of them share stands beside that folder.
"""

from __future__ import annotations

from importlib import import_module
from os import listdir
from os.path import dirname, join
from typing import TYPE_CHECKING

from dropcap.model import Severity
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from dropcap.model import Container, Report
    from dropcap.needs.model import Needs
    from dropcap.rule import Rule

    Writer = Callable[[Report, "Context"], Iterator[str]]

__all__ = ["FORMATS", "MOST_COLUMNS", "Context", "writer"]

_FOLDER = join(dirname(__file__), "formats")
FORMATS = tuple(sorted(name[:-3] for name in listdir(_FOLDER) if name.endswith(".py") and name[0] != "_"))
"""The names of the formats; the folder has a module for each."""


MOST_COLUMNS = 100
"""Lines for people are no wider, however wide the terminal is."""


class Context(NamedTuple):
    """What a writer has to know besides the report.

    Attributes:
        rules: every rule that ran, whether it found something or not.
        colour: whether to use terminal colours.
        category: what tells several SARIF uploads for one commit apart.
        root: the folder that paths are to be relative to, where a format asks; None for the current one.
        threshold: the severity from which a finding makes the run fail, or `NEVER`.
        width: how many columns a line for people may take; 0 for as many as it has.
        statistics: whether to count by rule, where the format does not always do so.
        quiet: whether findings alone are wanted, without what sums them up.
        needs: says what a container needs, for formats that tell; None where nobody can be asked.
        shows_suppressed: whether to tell each finding that is accepted, where the format does not always do so.

    """

    rules: tuple[Rule, ...] = ()
    colour: bool = False
    category: str = "dropcap"
    root: str | None = None
    threshold: int = Severity.LOW
    width: int = MOST_COLUMNS
    statistics: bool = False
    quiet: bool = False
    needs: Callable[[Container], Needs] | None = None
    shows_suppressed: bool = False


def writer(name: str) -> Writer:
    """Give the function that writes a format, importing its module now.

    It takes a report and a :class:`Context` and yields text in chunks.

    Raises:
        ValueError: there is no such format.

    """
    if name not in FORMATS:
        raise ValueError(f"there is no format {name!r}: write one of {', '.join(FORMATS)}")
    write: Writer = _module(name).write
    return write


def paths_from_top(name: str) -> bool:
    """Whether a format wants paths from the top of the repository: its module has `FROM_TOP`."""
    return bool(getattr(_module(name), "FROM_TOP", False))


def asks_needs(name: str) -> bool:
    """Whether a format tells what containers need: its module has `ASKS_NEEDS`."""
    return bool(getattr(_module(name), "ASKS_NEEDS", False))


def _module(name: str) -> ModuleType:
    return import_module(f"dropcap.writers.formats.{name}")
