"""Where a place of an open text is, by the kind of its file: in a list of its language, or in a command line."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dropcap.carriers import registry
from dropcap.lsp.cursor import ITEM, KEY, yaml_cursor
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lsp.checked import Checked
    from dropcap.lsp.cursor import Cursor
    from dropcap.source import Source

LISTS = frozenset({"cap_add", "cap_drop"})
"""The fields that are lists of capabilities."""
_OF_DEVCONTAINER = {"capAdd": "cap_add", "securityOpt": "security_opt"}
_UNITS = (".container", ".pod", ".kube")


class Spot(NamedTuple):
    """A place where a word may stand.

    Attributes:
        carrier: the kind of file.
        cursor: where it is in it.

    """

    carrier: str
    cursor: Cursor

    @property
    def field(self) -> str:
        """The name of the nearest key, as a container has it."""
        name = self.cursor.path[-1]
        return _OF_DEVCONTAINER.get(name, name)

    @property
    def is_item(self) -> bool:
        """Whether an item of a list may stand there; one of YAML may still lack its dash."""
        return self.cursor.role == ITEM or (self.cursor.role == KEY and self.carrier == "compose")


def spots(checks: Sequence[Checked], source: Source, offset: int) -> Iterator[Spot]:
    """Give where an offset may be, the likeliest first; nothing where that is not sure.

    Args:
        checks: the last checks of the targets that the open text is part of.
        source: the open text.
        offset: the place.

    """
    carrier = _carrier(checks, source)
    if carrier is None:
        return
    cursor = _of_language(carrier, source.text, offset)
    if cursor is not None and cursor.path:
        yield Spot(carrier, cursor)
    if carrier != "compose":  # a service's command is no client's
        from dropcap.lsp.cursor_options import option_cursor

        cursor = option_cursor(source.text, offset)
        if cursor is not None:
            yield Spot(carrier, cursor)


def _of_language(carrier: str, text: str, offset: int) -> Cursor | None:
    if carrier == "compose":
        return yaml_cursor(text, offset)
    if carrier == "devcontainer":
        from dropcap.lsp.cursor_json import json_cursor

        return json_cursor(text, offset)
    if carrier == "quadlet":
        from dropcap.lsp.cursor_options import unit_cursor

        return unit_cursor(text, offset)
    return None


def _carrier(checks: Sequence[Checked], source: Source) -> str | None:
    """Return the kind of file that the open text is, by its name, or as it was checked."""
    if source.path.lower().endswith(_UNITS):
        return "quadlet"
    found = registry.carrier_of_name(source.path)
    if found is not None:
        return found
    name = os.path.basename(source.path)
    for one in checks:
        if os.path.basename(one.target.path) == name:
            return one.target.carrier or ("compose" if registry.is_yaml(name) else "script")
    return "compose" if registry.is_yaml(name) and re.search(r"(?m)^services:", source.text) else None
