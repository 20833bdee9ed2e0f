"""The containers of an engine for a person: what each holds, what the kernel says of its processes, what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.effective import capability_sets
from dropcap.hidden import shown_of
from dropcap.model import Engine
from dropcap.namedtuple import NamedTuple
from dropcap.printable import counted, printable, shortened
from dropcap.writers.caps_table import Row, legend, table
from dropcap.writers.summary import describe_set, describe_user, summarise
from dropcap.writers.wrapping import text_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.model import Container
    from dropcap.model.live import Process
    from dropcap.needs.model import Needs

__all__ = ["Shape", "held_sentence", "kernel_sentence", "live_lines"]

_MARGIN = "  "
_LATER = "      "
_NAME_SIZE = 60
_MOST_NAMES = 20


class Shape(NamedTuple):
    """How wide lines are, and whether they have colours."""

    width: int
    colour: bool


def live_lines(
    title: str, containers: Sequence[Container], needs: Callable[[Container], Needs], shape: Shape
) -> Iterator[str]:
    """Yield the lines, without line breaks.

    Args:
        title: what the containers are of.
        containers: the containers.
        needs: says what a container needs.
        shape: how lines are written.

    """
    running = sum(_state(one) == "running" for one in containers)
    yield printable(f"{title}: {counted(len(containers), 'container')}, {running} running")
    if not containers:
        return
    rows = [Row(one, capability_sets(one), needs(one)) for one in containers]
    yield ""
    yield from table(rows, width=shape.width, colour=shape.colour, every=True)
    yield from legend(rows, colour=shape.colour, every=True)
    yield ""
    yield from _alike(containers, _held, shape.width)
    yield from _alike(containers, _in_kernel, shape.width)
    yield from _alike(containers, lambda one: _needed(one, needs(one)), shape.width)


def kernel_sentence(container: Container) -> str:
    """Say what the kernel says of a container's processes, beside what it was given; empty where it does not run."""
    live = container.live
    if live is None or not (live.processes or live.not_read):
        return ""
    if not live.processes:
        return f"processes not read: {live.not_read}"
    processes = [one.value for one in live.processes]
    own = [one for one in processes if one.namespace is not False]
    engine, version = container.engine or Engine.DOCKER, container.engine_version
    count = sum(one.number for one in processes)
    parts = [f"{counted(count, 'process').replace('processs', 'processes')}: {_compared(container, own)}"]
    sizes = sorted({len(one.effective) for one in own})
    if sizes:
        effective = {one.effective for one in own}
        held = describe_set(effective.pop(), engine, version) if len(effective) == 1 else f"{sizes[0]} to {sizes[-1]}"
        parts.append(f"effective {held}")
    ambient = sorted({name for one in own for name in one.ambient})
    parts.append(f"ambient {' '.join(ambient) if ambient else 'nothing'}")
    parts += _flags(own)
    if len(own) < len(processes):
        parts.append("others in user namespaces of their own")
    if any(one.namespace is None for one in processes):
        parts.append("their user namespaces not read: run dropcap as root")
    if live.not_read:
        parts.append(f"not all read: {live.not_read}")
    return "; ".join(parts)


def _compared(container: Container, processes: Sequence[Process]) -> str:
    """Say how the bounding sets of processes differ from the one that the container was given."""
    given = frozenset(capability_sets(container).bounding)
    seen = {frozenset(one.bounding) for one in processes}
    beyond = sorted(frozenset().union(*seen) - given) if seen else []
    lacking = sorted(given - frozenset().union(*seen)) if seen else []
    if beyond:
        return f"bounding set beyond what it was given, by {_few(beyond)}"
    if lacking:
        return f"bounding set as it was given, less {_few(lacking)}"
    return "bounding set as it was given"


def _few(names: Sequence[str]) -> str:
    shown = " ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"  # noqa: PLR2004  # a few


def _flags(processes: Sequence[Process]) -> Iterator[str]:
    for name, values in (
        ("no-new-privileges", {one.no_new_privileges for one in processes}),
        ("seccomp", {one.seccomp for one in processes}),
    ):
        if values == {True}:
            yield name
        elif True in values:
            yield f"{name} for some"
        elif values == {False}:
            yield f"no {name.removeprefix('no-')}" if name == "seccomp" else "may gain privileges"


def held_sentence(container: Container) -> str:
    """Say of a container its state, whom it runs as, and what it holds."""
    return f"{_state(container) or 'there'}: {_held(container)}"


def _held(container: Container) -> str:
    return f"{describe_user(container)}: {summarise(container)}"


def _in_kernel(container: Container) -> str:
    return kernel_sentence(container)


def _needed(container: Container, needs: Needs) -> str:
    if needs.is_complete:
        return f"needs {', '.join(needs.cap_add)} and no more" if needs.cap_add else "needs no capability"
    reason = printable(shown_of(container, needs.unknown[0].reason))
    if needs.cap_add:
        return f"needs at least {', '.join(needs.cap_add)}; whether more is not known, because {reason}"
    return f"what it needs is not known, because {reason}"


def _state(container: Container) -> str:
    return container.live.state if container.live is not None else ""


def _alike(containers: Sequence[Container], say: Callable[[Container], str], width: int) -> Iterator[str]:
    """Say once what several containers have in common, after their names."""
    said: dict[str, list[str]] = {}
    for one in containers:
        sentence = say(one)
        if sentence:
            said.setdefault(sentence, []).append(shortened(one.name, _NAME_SIZE))
    for sentence, names in said.items():
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        text = f"{', '.join(names[:_MOST_NAMES])}{more}: {sentence}"
        yield from text_lines(text, width, _MARGIN, _LATER)
