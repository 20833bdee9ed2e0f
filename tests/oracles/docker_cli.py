"""What Docker's own client makes of a command line.

The client talks to a throw-away engine of ours on a private socket, which notes the first request that would
create something and refuses it: nothing is ever started, and no real engine is asked.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import socketserver
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from oracles import go_on
from oracles.debian import has, install

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_API_VERSION = "1.49"
_SECONDS = 30
_PACKAGES = ("docker-cli", "docker.io")


class Answer(NamedTuple):
    """What the client did: sent a request to this path with this body, or complained."""

    path: str
    body: dict[str, Any]
    complaint: str


class Client:
    """The client, with an engine to talk to."""

    def __init__(self, engine: _Engine, folder: str) -> None:
        self._engine = engine
        self._folder = folder

    @property
    def folder(self) -> str:
        """The current folder of every command."""
        return self._folder

    def ask(self, argv: Sequence[str]) -> Answer:
        """Run the client with these words, the first of which is `docker`."""
        self._engine.requests.clear()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": self._folder,
            "DOCKER_HOST": f"unix://{self._engine.server_address}",
        }
        terminal, other_end = os.openpty()  # `run -t` wants a terminal on its standard input
        try:
            done = subprocess.run(
                list(argv),
                env=environment,
                cwd=self._folder,
                stdin=other_end,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        finally:
            os.close(terminal)
            os.close(other_end)
        for path, body in self._engine.requests:
            return Answer(path, body, "")
        return Answer("", {}, (done.stderr or done.stdout).strip())

    def help(self, *command: str) -> str:
        """Give what the client prints about a command of its own."""
        done = subprocess.run(["docker", *command, "--help"], capture_output=True, text=True, check=True)
        return done.stdout


class _Engine(socketserver.ThreadingUnixStreamServer):
    """Says that it is there, notes what it is asked to create, and refuses."""

    daemon_threads = True

    def __init__(self, path: str) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        super().__init__(path, _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def address_string(self) -> str:
        return "unix"

    def do_HEAD(self) -> None:
        self._reply(200, b"", "text/plain")

    def do_GET(self) -> None:
        if "_ping" in self.path:
            self._reply(200, b"OK", "text/plain")
        elif "/containers/" in self.path:  # what `exec` asks before it sends its own request
            body = {"Id": "c" * 64, "State": {"Status": "running"}, "Config": {}}
            self._reply(200, json.dumps(body).encode(), "application/json")
        elif found := re.search(r"/networks/([^/?]+)", self.path):
            body = {"Id": "n" * 25, "Name": found[1], "Scope": "swarm", "Driver": "overlay"}
            self._reply(200, json.dumps(body).encode(), "application/json")
        elif re.search(r"/(secrets|configs)\?", self.path):  # all that a new service asks for is there
            filters = json.loads(parse_qs(urlsplit(self.path).query)["filters"][0])
            names = filters.get("name", {})
            found_all = [{"ID": f"{index:025}", "Spec": {"Name": name}} for index, name in enumerate(names)]
            self._reply(200, json.dumps(found_all).encode(), "application/json")
        else:
            self._reply(404, b'{"message": "absent"}', "application/json")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not raw and self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                raw += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        if isinstance(self.server, _Engine):
            self.server.requests.append((self.path, json.loads(raw) if raw else {}))
        self._reply(400, b'{"message": "noted and refused"}', "application/json")

    def _reply(self, code: int, body: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header("Api-Version", _API_VERSION)
        self.send_header("Ostype", "linux")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def client() -> Iterator[Client]:
    """Give a client to ask; the test is skipped with a reason where none can be had, and fails on CI."""
    reason = "" if shutil.which("docker") else _install()
    go_on(reason)
    with tempfile.TemporaryDirectory() as folder, _Engine(str(Path(folder, "engine.sock"))) as engine:
        thread = threading.Thread(target=engine.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Client(engine, folder)
        finally:
            engine.shutdown()
            thread.join()


def _install() -> str:
    """Install the client, which is in one of two packages; gives the reason why it cannot be, or nothing."""
    reasons = [install(partial(has, "docker"), package) for package in _PACKAGES]
    return reasons[-1]
