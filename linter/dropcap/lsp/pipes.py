"""Messages from a pipe, each read by one thread and handed to the loop whole.

pygls hands over each line of a head by itself, from thread to thread, which on a busy machine takes longer than to
check a file.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

MOST_BYTES = 128 * 1024 * 1024
"""A longer message is passed over."""
_MOST_WAITING = 100
_LONGEST_LINE = 8192
_PIECE = 1 << 20
_LENGTH = b"content-length:"


def read_message(pipe: BinaryIO) -> bytes | None:
    """Return the next message; None at the end of the pipe, and nothing in the place of one that is too long."""
    length = -1
    while line := pipe.readline(_LONGEST_LINE):
        name, value = line[: len(_LENGTH)].lower(), line[len(_LENGTH) :].strip()
        if name == _LENGTH and value.isdigit():
            length = int(value[:20])
        elif length >= 0 and not line.strip():
            return _body(pipe, length)
    return None


def _body(pipe: BinaryIO, length: int) -> bytes | None:
    if length <= MOST_BYTES:
        body = pipe.read(length)
        return body if len(body) == length else None
    while length > 0 and (piece := pipe.read(min(length, _PIECE))):
        length -= len(piece)
    return b"" if length == 0 else None


async def hand_over(pipe: BinaryIO, handle: Callable[[bytes], None]) -> None:
    """Hand each message of a pipe over, in this loop, until the pipe ends.

    Args:
        pipe: where they come from.
        handle: takes one; empty where it was too long.

    """
    loop = asyncio.get_running_loop()
    is_ended = asyncio.Event()
    # Who sends faster than is taken has to wait.
    room = threading.BoundedSemaphore(_MOST_WAITING)

    def take(body: bytes) -> None:
        room.release()
        handle(body)

    def read() -> None:
        try:
            while (body := read_message(pipe)) is not None:
                room.acquire()
                loop.call_soon_threadsafe(take, body)
        finally:
            if not loop.is_closed():
                loop.call_soon_threadsafe(is_ended.set)

    threading.Thread(target=read, name="dropcap-messages", daemon=True).start()
    await is_ended.wait()
