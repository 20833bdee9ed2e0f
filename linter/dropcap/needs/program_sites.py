"""What a program starts itself once more with: each file of a folder is the configuration of a site of its own."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dropcap.images.facts import UnknownFact
from dropcap.needs.program_texts import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.words import Word
    from dropcap.needs.program_table import Sites
    from dropcap.needs.program_values import ProgramCall

__all__ = ["sites"]


def sites(
    call: ProgramCall, described: Sites
) -> tuple[Sequence[tuple[tuple[Word, ...], Value | None]], list[UnknownFact]]:
    """Return the words and the users that a call of a program starts itself with, and why there may be more."""
    found: list[tuple[tuple[Word, ...], Value | None]] = []
    named = call.values([described.folder])
    hidden = [named.hidden] if named.hidden is not None else []
    by_owner = call.holds(described.by_owner)
    for value in named.values:
        if value.text is None or re.search(r"[*?\[,]|://", value.text):
            hidden.append(value.unknown or UnknownFact("the folder of its sites is not known", where=value.where))
            continue
        files, why = call.matching(posixpath.join(value.text, "*"))
        hidden += [] if why is None else [why]
        for path, file in files:
            option = described.options.get(path.rpartition(".")[2])
            if option is None:
                continue
            if by_owner.holds is None:
                hidden.append(UnknownFact("it is not known whether a site runs as its file's owner"))
            name = call.words[0]
            words = (name, name._replace(value=option), name._replace(value=path))
            found.append((words, Value(file.owner) if by_owner.holds else None))
    return found, hidden
