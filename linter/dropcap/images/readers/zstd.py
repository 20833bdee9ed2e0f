"""Archives that are compressed by zstd, which the standard library reads from Python 3.14 on.

Source: RFC 8878, 3.1.1 (the magic number of a frame).
"""

from __future__ import annotations

import io
from typing import IO, Any

from dropcap.images.contents import ImageError

__all__ = ["without_zstd"]

_MAGIC = b"\x28\xb5\x2f\xfd"


def without_zstd(stream: IO[bytes], name: str) -> IO[bytes]:
    """Return a stream that gives what one that is compressed by zstd holds; any other is given as it is.

    What is written in many frames, one for each file, as Podman does it, tarfile by itself does not read.

    Args:
        stream: what is read from here on, never back.
        name: what messages call it.

    Raises:
        ImageError: nothing here reads zstd.

    """
    looked = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]  # any stream of bytes will do
    if looked.peek(len(_MAGIC))[: len(_MAGIC)] != _MAGIC:
        return looked
    try:
        from compression import zstd  # type: ignore[import-not-found]  # of a later Python
    except ImportError:
        again = "run dropcap with Python 3.14, or save the image without zstd"
        raise ImageError(f"{name}: it is compressed with zstd, which this Python does not read; {again}") from None
    return io.BufferedReader(_Unpacked(zstd.open(looked), zstd.ZstdError))


class _Unpacked(io.RawIOBase):
    """What a compressed stream holds; where it is none after all, that is an error of reading as any other."""

    def __init__(self, stream: IO[bytes], error: type[Exception]) -> None:
        self._stream = stream
        self._error = error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # as `io` has it
        try:
            data = self._stream.read(len(buffer))
        except self._error as error:
            raise OSError(str(error)) from None
        buffer[: len(data)] = data
        return len(data)
