"""What becomes of each stage of a Dockerfile: an image, what one is built upon, or files that one copies.

The builder builds the last stage, or the one that `--target` names. So the last stage is an image, and so is one that
no other stage uses: it is there to be named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.dockerfile.checks import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.model import Stage

_MOST_PATHS = 200


def with_uses(stages: Sequence[Stage]) -> Sequence[Stage]:
    """Return the stages of a file, each with what of it gets into an image."""
    if len(stages) <= 1:
        return stages
    last = len(stages) - 1
    looks: list[list[tuple[int, list[str]]]] = []
    numbers: dict[str, int] = {}
    for stage in stages:
        looks.append(list(_looked_at(stage, numbers)))
        numbers[str(stage.number)] = numbers[stage.name] = stage.number
    used = {number for look in looks for number, _ in look}
    used.update(stage.parent.number for stage in stages if stage.parent is not None)
    handed: list[tuple[str, ...] | None] = [None if number not in used else () for number in range(last)]
    handed.append(None)
    # A stage uses earlier ones alone; seen from the end, what becomes of it is known when its turn comes.
    for stage in reversed(stages):
        paths = handed[stage.number]
        if stage.parent is not None:
            handed[stage.parent.number] = _more(handed[stage.parent.number], paths)
        for number, found in looks[stage.number] if paths != () else ():
            handed[number] = _more(handed[number], found)
    made: list[Stage] = []
    for stage in stages:
        parent = None if stage.parent is None else made[stage.parent.number]
        made.append(stage._replace(parent=parent, handed_on=handed[stage.number], is_last=stage.number == last))
    return made


def _more(paths: tuple[str, ...] | None, found: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if paths is None or found is None else tuple(dict.fromkeys((*paths, *found)))[:_MOST_PATHS]


def _looked_at(stage: Stage, numbers: Mapping[str, int]) -> Iterator[tuple[int, list[str]]]:
    """Give the stages that another one copies from, each with the paths, or that it mounts, with none."""
    sources = dict(stage.sources)
    for step in stage.steps:
        for flag in step.flags:
            name, _, value = flag.value.partition("=")
            if name == "--from" and value in sources:
                yield sources[value].number, [word.value for word in listed(step)[:-1]]
            elif name == "--mount" and "from=" in value:
                mounted = next((one[len("from=") :] for one in value.split(",") if one.startswith("from=")), "")
                if mounted.lower() in numbers:
                    yield numbers[mounted.lower()], []
