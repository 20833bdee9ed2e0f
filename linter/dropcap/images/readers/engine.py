"""Images that a running engine has at hand: Docker's, or Podman's by the same interface.

The engine sends what `docker save` writes. No container is made, and nothing is started.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dropcap.engine_client import NoEngineError, find_client, reason
from dropcap.images.contents import Contents, ImageError
from dropcap.images.readers.archive import read_archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from docker import DockerClient

    from dropcap.images.readers.layers import Reading

__all__ = ["Engine", "connect"]

_SECONDS = 600


class Engine:
    """A connection to an engine."""

    def __init__(self, client: DockerClient, address: str) -> None:
        """Take a client that has reached its engine, and the address that messages name."""
        self._client = client
        self.address = address

    def close(self) -> None:
        """Let the engine go."""
        self._client.close()

    def pull(self, reference: str) -> None:
        """Let the engine get an image.

        Raises:
            ImageError: it cannot.

        """
        with _told(reference):
            self._client.images.pull(reference)

    def read(self, reference: str, reading: Reading) -> Contents | None:
        """Return an image; None where the engine does not have it.

        Raises:
            ImageError: it cannot be read.

        """
        found = self._inspect(reference)
        if found is None:
            return None
        with _told(reference):
            parts = iter(self._client.api.get_image(reference))
            first = next(parts, b"")  # here the engine says that it cannot
            image = read_archive(io.BufferedReader(_Chunks(first, parts), 1024 * 1024), reference, reading)[0]
        return image._replace(names=(reference,), id=str(found["Id"]), digests=_digests(found))

    def ids(self, reference: str) -> tuple[str, ...]:
        """Return the digests by which the engine knows an image: its own, and registries'; none where it lacks it.

        Raises:
            ImageError: it does not say.

        """
        found = self._inspect(reference)
        return () if found is None else (str(found["Id"]), *_digests(found))

    def _inspect(self, reference: str) -> dict[str, Any] | None:
        from docker.errors import NotFound

        with _told(reference):
            try:
                found: dict[str, Any] = self._client.api.inspect_image(reference)  # type: ignore[no-untyped-call]  # so it is
            except NotFound:  # engines differ in what they say of it
                return None
        return found


def _digests(found: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(one).rpartition("@")[2] for one in found.get("RepoDigests") or ())


def connect(seconds: int = _SECONDS) -> Engine:
    """Return a connection to the engine that `DOCKER_HOST` or the current context names, else to one on this machine.

    Args:
        seconds: how long an answer may take.

    Raises:
        ImageError: there is none that answers, or the library that speaks to engines is not installed.

    """
    try:
        return Engine(*find_client(seconds, instead="or name an archive with --from"))
    except NoEngineError as error:
        raise ImageError(str(error)) from None


@contextmanager
def _told(reference: str) -> Iterator[None]:
    """Tell of an image what the library raises."""
    from docker.errors import DockerException
    from requests import RequestException

    try:
        yield
    except (DockerException, RequestException, OSError) as error:
        raise ImageError(f"{reference}: the engine says: {reason(error)}") from None


class _Chunks(io.RawIOBase):
    """A stream of what an engine sends in parts."""

    def __init__(self, first: bytes, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._left = first

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # as `io` has it
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left = part
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
