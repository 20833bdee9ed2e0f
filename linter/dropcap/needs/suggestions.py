"""What would need less than the suggested set: another user from the start, files given away at build, another port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.needs.model import Certainty, DemandKind, Phase, Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.needs.model import Need

__all__ = ["suggestions"]


def suggestions(needs: Sequence[Need], added: Sequence[str], user: str | None) -> Iterator[Suggestion]:
    """Give changes of the project, each with the capabilities that it saves; the one that saves most first.

    Args:
        needs: what is needed.
        added: the suggested set.
        user: the user as whom all of it would work from the start; None where there is none.

    """
    if user is not None and added:
        change = f"write `user: {user}`, and give volumes with data to that user"
        yield Suggestion(change, tuple(added))
    for name in added:
        wanted = [one for one in needs if one.capability == name and one.certainty is not Certainty.DEGRADES]
        kinds = {one.kind for one in wanted}
        phases = {one.phase for one in wanted}
        is_once = kinds <= _AT_ANY_TIME or phases == {Phase.FIRST_START}
        for kind in kinds & _CHANGES.keys() if len(kinds) == 1 and is_once else ():
            yield Suggestion(_CHANGES[kind], (name,), wanted[0].evidence[-1].where)


_CHANGES: dict[DemandKind | None, str] = {
    DemandKind.BIND: "let it listen on a port above 1023, and publish that one",
    DemandKind.EXECUTE: "take the file capabilities off its program (`setcap -r`), if it works without them",
    DemandKind.GIVE: "give the files to their user when the image is built (`COPY --chown`, `RUN chown`)",
    DemandKind.ALTER: "set the modes when the image is built",
    DemandKind.KEEP_BITS: "set the modes when the image is built",
}
_AT_ANY_TIME = frozenset({DemandKind.BIND, DemandKind.EXECUTE})
