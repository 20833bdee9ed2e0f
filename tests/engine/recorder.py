"""A socket before an engine's, which notes what is asked."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REQUEST = re.compile(rb"(?:^|\r\n)([A-Z]+) (/\S*) HTTP/1\.[01]\r\n")


class Recorder:
    """What was asked.

    Attributes:
        address: where to ask.
        requests: each request's method and path.

    """

    def __init__(self, address: str, target: str) -> None:
        self.address = address
        self.requests: list[tuple[str, str]] = []
        self._target = target

    def serve(self, listener: socket.socket) -> None:
        """Pass on what comes until the socket is closed."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self._target)
            threading.Thread(target=self._pass, args=(client, engine, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(engine, client, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, is_request: bool) -> None:  # noqa: FBT001  # a direction
        while data := _received(source):
            if is_request:
                self.requests += [(one[1].decode(), one[2].decode()) for one in _REQUEST.finditer(data)]
            target.sendall(data)
        for one in (source, target):
            one.close()


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


@contextmanager
def recorded(address: str, folder: Path) -> Iterator[Recorder]:
    """Note what is asked of an engine."""
    path = str(folder / "recorder.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        recorder = Recorder(f"unix://{path}", address.removeprefix("unix://"))
        threading.Thread(target=recorder.serve, args=(listener,), daemon=True).start()
        yield recorder
        listener.shutdown(socket.SHUT_RDWR)
