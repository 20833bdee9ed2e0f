"""What containers need, kept for as long as a check is among the last ones: several questions of an editor ask it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.lsp.itself import Itself
from dropcap.needs.allowance import Allowance

if TYPE_CHECKING:
    from dropcap.lsp.checked import Checked
    from dropcap.model import Container, FileResult
    from dropcap.needs.model import Needs

_MOST_CHECKS = 16


def needs_of(checked: Checked, container: Container) -> Needs:
    """Return what a container of a check needs; where following it fails, all is unknown."""
    from dropcap.needs.container import needs_of as find
    from dropcap.needs.model import Needs, UnknownNeed

    book = _book_of(Itself(checked.result))
    found = book.needs.get(id(container))
    if found is None:
        try:
            found = find(container, checked.request.workspace, book.allowance)
        except Exception:  # noqa: BLE001  # a fault with one container: the check itself has reported it
            found = Needs(unknown=(UnknownNeed("dropcap failed to follow it, which is a defect of dropcap"),))
        book.needs[id(container)] = found
    return found


class _Book:
    """What was found of the containers of one result, by their identity: the result keeps them alive."""

    def __init__(self, result: FileResult) -> None:
        self.result = result
        self.allowance = Allowance()
        self.needs: dict[int, Needs] = {}


@lru_cache(maxsize=_MOST_CHECKS)
def _book_of(itself: Itself) -> _Book:
    return _Book(itself.result)
