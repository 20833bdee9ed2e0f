"""What each command takes, for what is made of it: the completions of shells, the manual page.

A command adds its arguments to a taker in place of a parser, so that nothing is listed a second time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dropcap.commands import COMMANDS
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Option(NamedTuple):
    """An option of a command, or what it takes without one.

    Attributes:
        names: the short ones and the long ones; none for what is no option.
        value: the name of its value, as help prints it; empty where it takes none.
        help: what it does.
        choices: the values that it takes; empty where it takes others.
        is_list: whether it may be given several times.
        needs_value: whether its value may not be left out.

    """

    names: tuple[str, ...]
    value: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    is_list: bool = False
    needs_value: bool = True

    @property
    def is_option(self) -> bool:
        """Whether it begins with a hyphen."""
        return bool(self.names)


HELP = Option(("-h", "--help"), help="show this help and exit")
VERSION = Option(("--version",), help="print the version and exit")


def options_of(command: str) -> tuple[Option, ...]:
    """Return what a command takes, in the order of its help."""
    taker = _Taker()
    import_module(f"dropcap.commands.{command}").add_arguments(taker)
    return (HELP, *taker.options)


def all_options() -> dict[str, tuple[Option, ...]]:
    """Return what each command takes."""
    return {name: options_of(name) for name in COMMANDS}


class _Taker:
    """Takes arguments as a parser does, and keeps what they are."""

    def __init__(self) -> None:
        self.options: list[Option] = []

    def add_argument(self, *names: str, **given: Any) -> None:  # noqa: ANN401  # whatever argparse takes
        is_flag = given.get("action") in {"store_true", "store_false", "store_const", "count"}
        choices: Sequence[object] = given.get("choices") or ()
        value = given.get("metavar") or ("|".join(map(str, choices)) if choices else names[-1].lstrip("-").upper())
        is_option = names[0].startswith("-")
        option = Option(
            names if is_option else (),
            "" if is_flag else str(value),
            str(given.get("help") or "").replace("%%", "%"),
            tuple(map(str, choices)),
            is_list=given.get("action") == "append" or given.get("nargs") in {"*", "+"},
            needs_value=given.get("nargs") not in {"?", "*"},
        )
        self.options.append(option)

    def add_argument_group(self, *_: object, **__: object) -> _Taker:
        return self

    add_mutually_exclusive_group = add_argument_group

    def set_defaults(self, **_: object) -> None:
        """Keep nothing: a default is no option."""
