"""Stages that a container's image is built from by their names, `target: tools`.

Seen from its Dockerfile alone such a stage may be one that others only copy from. As a target it is an image, and what
is to be said of it is then more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Container, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dropcap.model import Problem, Stage


def is_targeted(container: Container) -> bool:
    """Whether a container's image is built from a stage that is more than its Dockerfile alone says."""
    stage = container.stage
    return stage is not None and container.kind is not Kind.STAGE and not (stage.is_last and stage.handed_on is None)


def problems_of_target(container: Container, check: Callable[[Stage], Iterable[Problem]]) -> Iterator[Problem]:
    """Give what a rule finds in a container's stage, and those below it, since that is the one that is built."""
    stage = container.stage
    is_last = True
    while stage is not None:
        before = list(check(stage))
        built = stage._replace(handed_on=None, is_last=is_last or stage.is_last)
        yield from (problem for problem in check(built) if problem not in before)
        stage, is_last = stage.parent, False
