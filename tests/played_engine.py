"""An engine that is played: it answers as it is told, so that it can do wrong, and remembers what it was asked."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Answer = bytes | Callable[["Handler"], None]

VERSION = {"ApiVersion": "1.44", "MinAPIVersion": "1.24", "Version": "25.0.1", "Components": []}


def number(index: int) -> str:
    """Give the id of a container."""
    return f"{index:064x}"


def described(index: int, name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # the JSON of an engine
    """Give what an engine says of a container that was made and not started."""
    fields: dict[str, Any] = {
        "Id": number(index),
        "State": {"Status": "created", "Running": False, "Pid": 0},
        "Image": "sha256:00",
        "Name": f"/{name}",
        "HostConfig": {"CapAdd": None, "CapDrop": None, "Privileged": False},
        "Mounts": [],
        "Config": {"Image": "web:1", "User": "", "Cmd": ["serve"], "Env": ["A=b"], "Labels": {}},
    }
    for key, value in more.items():
        fields[key] = {**fields.get(key, {}), **value} if isinstance(value, dict) else value
    return fields


class Handler(BaseHTTPRequestHandler):
    """Answers what its server was told to."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815  # as the library calls them

    def _answer(self) -> None:
        played: PlayedEngine = self.server.played  # type: ignore[attr-defined]  # set below
        played.asked.append((self.command, self.path))
        path = self.path.partition("?")[0]
        answer = played.answers.get(path)
        if callable(answer):
            answer(self)
        elif answer is None:
            self.say(404, b'{"message": "No such container"}')
        else:
            self.say(200, answer)

    def say(self, code: int, body: bytes, **headers: str) -> None:
        """Send an answer."""
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that leave."""


class PlayedEngine:
    """What an engine answers, by path, and what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, Answer] = {"/_ping": b"OK", "/version": json.dumps(VERSION).encode()}
        self.asked: list[tuple[str, str]] = []

    def holds(self, *containers: Mapping[str, Any]) -> None:
        """Let it have containers."""
        rows = [{"Id": one["Id"], "Names": [one["Name"]], "State": one["State"]["Status"]} for one in containers]
        self.answers["/v1.44/containers/json"] = json.dumps(rows).encode()
        for one in containers:
            self.answers[self.path(one["Id"])] = json.dumps(one).encode()

    @staticmethod
    def path(container: str | int) -> str:
        """Give the path that a container is asked for at."""
        return f"/v1.44/containers/{container if isinstance(container, str) else number(container)}/json"


@contextmanager
def played(folder: Path) -> Iterator[PlayedEngine]:
    """Start an engine that has no containers."""
    path = folder / "engine.sock"
    with _Server(str(path), Handler) as server:
        engine = PlayedEngine(f"unix://{path}")
        engine.holds()
        server.played = engine  # type: ignore[attr-defined]  # for the handler
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield engine
        finally:
            server.shutdown()
