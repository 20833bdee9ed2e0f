"""How much work a call is: the steps that the interpreter takes and the bytes it holds, and no clock.

A step is a line that runs, once for each round of a loop, be it a comprehension. What a C function does within one
line is not seen; for that there are the limits of `tests/hostile`, under which each program runs as a process.
"""

from __future__ import annotations

import sys
import threading
import tracemalloc
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

GROWTH = 2.5
"""What doubling an input may multiply its further steps by: 2 is linear, 4 is quadratic, n log n stays below this."""
SLACK = 400
"""Steps that are no matter: a cache that fills, a limit that is met on the way."""
PER_BYTE = 30
"""How many bytes may be held for one of the input, where the input is no more than text."""
BASE_BYTES = 1_000_000
"""What an input of any length may hold besides: modules that are imported, tables that are made once."""
MEMORY_GROWTH = 2.6
"""What doubling an input may multiply the further bytes by that are held."""
MEMORY_SLACK = 300_000
"""Bytes that are no matter: a table that grows by leaps."""


def steps_of(call: Callable[[], object]) -> int:
    """Return how many steps a call takes, in this thread."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        if event == "line":
            count += 1
        del frame
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]  # a tracer that returns itself has a type without an end
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def peak_of(call: Callable[[], object]) -> int:
    """Return how many bytes a call holds at most, besides what was held before."""
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        held, _ = tracemalloc.get_traced_memory()
        call()
        return tracemalloc.get_traced_memory()[1] - held
    finally:
        tracemalloc.stop()


def forget() -> None:
    """Empty the memos that hold a few things: a small input would find all in them, and a large one nothing."""
    for name, module in list(sys.modules.items()):
        for one in vars(module).values() if name.split(".")[0] == "dropcap" else ():
            if hasattr(one, "cache_clear") and one.cache_info().maxsize is not None:
                one.cache_clear()


def assert_linear(call: Callable[[int], object], size: int) -> None:
    """Assert that a call takes steps at most in proportion to its size, times a logarithm.

    Args:
        call: takes a size, and does the work for an input of that size.
        size: the smallest; the work is done for twice and four times as much too.

    """
    call(4 * size)  # what is imported or made once is no matter

    def afresh(size: int) -> int:
        forget()  # how long that takes depends on what other tests have imported
        return steps_of(partial(call, size))

    once, twice, four_times = [afresh(size * many) for many in (1, 2, 4)]
    assert four_times - twice <= GROWTH * max(twice - once, 0) + SLACK, (once, twice, four_times)


def assert_linear_memory(call: Callable[[int], object], size: int) -> int:
    """Assert that a call holds bytes in proportion to its size; return how many, at four times the size."""
    call(4 * size)
    once, twice, four_times = (peak_of(lambda size=size * many: call(size)) for many in (1, 2, 4))  # type: ignore[misc]
    assert four_times - twice <= MEMORY_GROWTH * max(twice - once, 0) + MEMORY_SLACK, (once, twice, four_times)
    return four_times


def assert_small(call: Callable[[], object], input_bytes: int) -> None:
    """Assert that a call holds at most :data:`PER_BYTE` times the bytes of its input."""
    peak = peak_of(call)
    assert peak <= PER_BYTE * input_bytes + BASE_BYTES, (peak, input_bytes)


def assert_ends(call: Callable[[], object], steps: int) -> None:
    """Assert that a call ends within a number of steps; it is stopped there.

    Raises:
        AssertionError: it takes more.

    """
    left = steps

    class TooManyStepsError(BaseException):
        """No handler for mistakes must stop it."""

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal left
        if event == "line":
            left -= 1
            if left < 0:
                raise TooManyStepsError(frame.f_code.co_name)
        return trace

    assert threading.current_thread() is threading.main_thread()
    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]  # as in steps_of
    try:
        call()
    except TooManyStepsError as error:
        raise AssertionError(f"more than {steps:,} steps, in {error}") from None
    finally:
        sys.settrace(before)
