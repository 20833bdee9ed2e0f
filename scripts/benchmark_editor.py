#!/usr/bin/env python3
"""Measure how soon the language server answers a change, and what 10,000 random edits leave behind.

    scripts/benchmark_editor.py [--edits N] [--lines N] [--file FILE] [--rounds N]

The server runs in a process of its own and is spoken to over pipes, as by an editor. A change is one character that is
typed somewhere in a Compose file, after a pause, as people type; measured is the time from sending it until its
diagnostics are here. Of an editor's other questions it is the time until the answer, where the text has not changed
since the last one. Random edits insert and delete stretches anywhere, so that the text is
broken most of the time. The memory is the server's, as Linux counts what is resident.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

from dropcap.lsp.server import DELAY

SERVICES = """\
  web{number}:
    image: nginx:1.27
    container_name: web-{number}
    restart: unless-stopped
    depends_on:
      cache{number}:
        condition: service_started
    ports:
      - "80{number:02}:80"
      - "84{number:02}:443"
    environment:
      MODE: production
      TZ: Europe/Berlin
      UPSTREAM: worker{number}:8000
      TOKEN: ${{TOKEN}}
    volumes:
      - data:/var/lib/data
      - ./conf{number}:/etc/nginx/conf.d:ro
    cap_add: [NET_ADMIN, CHOWN]
    networks:
      - front
      - back
    labels:
      traefik.enable: "true"
      traefik.http.routers.web{number}.rule: Host(`web{number}.example.org`)
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost"]
      interval: 30s
      timeout: 5s
      retries: 3
  cache{number}:
    image: redis:7
    restart: unless-stopped
    command: [redis-server, --appendonly, "yes"]
    cap_drop: [ALL]
    cap_add: [SETUID, SETGID]
    security_opt:
      - no-new-privileges:true
    read_only: true
    tmpfs:
      - /tmp
    volumes:
      - cache{number}:/data
    networks:
      - back
    deploy:
      resources:
        limits:
          cpus: "0.5"
          memory: 256M
  worker{number}:
    image: example.org/worker:{number}
    restart: on-failure
    privileged: true
    user: "1000:1000"
    command: ["sh", "-c", "chown app /data && exec gosu app worker"]
    environment:
      - QUEUE=redis://cache{number}:6379/0
      - CONCURRENCY=4
      - LOG_LEVEL=info
      - SENTRY_DSN
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
      - data:/data
    networks:
      - back
    logging:
      driver: json-file
      options:
        max-size: 10m
        max-file: "3"
"""
"""Three services of the kinds that people write; 300 lines have 13 of them, as the median of real files has."""
PIECES = (
    "\n",
    " ",
    "  ",
    "a",
    ":",
    "- ",
    "[",
    "]",
    '"',
    "privileged: true\n",
    "${",
    "}",
    "\t",
    "é",
    "\N{PILE OF POO}",
    "&a",
    "*a",
)


def compose_file(lines: int) -> str:
    """Return a Compose file of about so many lines."""
    count = max(1, round((lines - 6) / SERVICES.count("\n")))
    services = "".join(SERVICES.format(number=number) for number in range(count))
    caches = "".join(f"  cache{number}:\n" for number in range(count))
    return f"services:\n{services}volumes:\n  data:\n{caches}networks:\n  front:\n  back:\n"


class Server:
    """The language server in a process of its own."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        program = [sys.executable, "-m", "dropcap", "lsp"]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        self.version = 0
        self.number = 0
        capabilities = {
            "textDocument": {"publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True}},
            "general": {"positionEncodings": ["utf-16"]},
        }
        folders = [{"uri": folder.as_uri(), "name": "folder"}]
        params = {"processId": None, "capabilities": capabilities, "workspaceFolders": folders}
        self.ask("initialize", {**params, "initializationOptions": {"hints": "inlay"}})
        self.tell("initialized", {})
        self.uri = (folder / "compose.yaml").as_uri()

    @property
    def pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        """The pipes to and from it."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the server has no pipes")
        return self.process.stdin, self.process.stdout

    def tell(self, method: str, params: object, **more: object) -> None:
        """Send a message."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self.pipes[0].write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.pipes[0].flush()

    def hear(self) -> dict[str, Any]:
        """Wait for a message."""
        length = 0
        while (line := self.pipes[1].readline()) != b"\r\n":
            if not line:
                raise RuntimeError("the server has ended")
            if line.startswith(b"Content-Length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self.pipes[1].read(length))
        if message.get("method") == "window/logMessage":
            print(f"  log: {message['params']['message']}")
        return message

    def ask(self, method: str, params: object) -> Any:  # noqa: ANN401  # what is answered
        """Send a request and wait for its answer."""
        self.number += 1
        self.tell(method, params, id=self.number)
        while (message := self.hear()).get("id") != self.number:
            pass
        return message.get("result")

    def open(self, text: str) -> None:
        """Open the text."""
        self.version += 1
        item = {"uri": self.uri, "languageId": "yaml", "version": self.version, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        self.wait()

    def change(self, *changes: dict[str, Any]) -> None:
        """Change the text."""
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def wait(self) -> int:
        """Wait for the diagnostics of the text as it is now; gives how many there are."""
        while True:
            params = self.hear().get("params") or {}
            if params.get("uri") == self.uri and params.get("version") == self.version:
                return len(params["diagnostics"])

    def processor(self) -> float:
        """Return how many milliseconds of a processor its threads have taken."""
        files = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(one.read_text(encoding="ascii").split()[0]) for one in files) / 1_000_000

    def memory(self) -> float:
        """Return how many MB are resident."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("Linux does not say how much is resident")

    def end(self) -> None:
        """Let it end."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.wait(30)


def insertion(line: int, character: int, text: str) -> dict[str, Any]:
    """Return a change that inserts a text."""
    place = {"line": line, "character": character}
    return {"range": {"start": place, "end": place}, "text": text}


def removal(line: int) -> dict[str, Any]:
    """Return a change that takes a line out."""
    start, end = ({"line": one, "character": 0} for one in (line, line + 1))
    return {"range": {"start": start, "end": end}, "text": ""}


def latencies(server: Server, text: str, rounds: int) -> tuple[list[float], list[float]]:
    """Put a line in at one place after the other, and take it out again.

    Returns:
        The milliseconds until each answer, and those of a processor that each took.

    """
    count = text.count("\n")
    found, used = [], []
    for number in range(rounds):
        line = number // 2 * 7 % count
        typed = "#\n" if number % 4 > 1 else "\n"
        time.sleep(2 * DELAY)
        busy, before = server.processor(), time.perf_counter()
        server.change(removal(line) if number % 2 else insertion(line, 0, typed))
        server.wait()
        found.append((time.perf_counter() - before) * 1000)
        used.append(server.processor() - busy)
    return found, used


def questions(text: str, uri: str, number: int) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return what an editor asks of a place, by a name for it: the places go down the file."""
    lines = text.split("\n")
    lists = [line for line, words in enumerate(lines) if "cap_add: [" in words]
    line = lists[number % len(lists)]
    place = {"line": line, "character": lines[line].index("[") + 2}
    after = {"line": line, "character": lines[line].index("]")}
    document = {"textDocument": {"uri": uri}}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": len(lines), "character": 0}}
    here = {"range": {"start": place, "end": place}, "context": {"diagnostics": []}}
    return {
        "hover": ("textDocument/hover", {**document, "position": place}),
        "completion": ("textDocument/completion", {**document, "position": after}),
        "hints": ("textDocument/inlayHint", {**document, "range": whole}),
        "code actions": ("textDocument/codeAction", {**document, **here}),
    }


def answers(server: Server, text: str, rounds: int) -> dict[str, list[float]]:
    """Ask about one place after the other; gives the milliseconds until each answer."""
    found: dict[str, list[float]] = {}
    for number in range(rounds):
        for name, (method, params) in questions(text, server.uri, number).items():
            before = time.perf_counter()
            if server.ask(method, params) is None:
                raise RuntimeError(f"{name} has no answer")
            found.setdefault(name, []).append((time.perf_counter() - before) * 1000)
    return found


def edit_at_random(server: Server, text: str, edits: int) -> list[float]:
    """Make random edits, some in a burst; gives the memory after each tenth of them."""
    chance = random.Random(7)  # noqa: S311  # the same edits each time
    found = []
    lines = text.count("\n")
    for number in range(edits):
        line, character = chance.randrange(lines + 3), chance.randrange(30)
        start = {"line": line, "character": character}
        end = {"line": line + chance.choice((0, 0, 0, 1, 2)), "character": chance.randrange(30)}
        piece = chance.choice(PIECES)
        server.change({"range": {"start": start, "end": end if chance.random() < 0.5 else start}, "text": piece})  # noqa: PLR2004
        if chance.random() < 0.02:  # noqa: PLR2004
            server.change({"text": text})
        if chance.random() < 0.3 or number % max(1, edits // 10) == 0:  # noqa: PLR2004
            server.wait()
        if number % max(1, edits // 10) == 0:
            found.append(server.memory())
    server.change({"text": text})
    server.wait()
    return [*found, server.memory()]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--file", type=Path, help="a Compose file in the place of the one that is made up")
    arguments = parser.parse_args()
    text = arguments.file.read_text(encoding="utf-8") if arguments.file else compose_file(arguments.lines)
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name))
        began = time.perf_counter()
        server.open(text)
        print(f"{text.count(chr(10))} lines; opened after {(time.perf_counter() - began) * 1000:.0f} ms")
        latencies(server, text, 30)
        server.change({"text": text})
        print(f"{server.wait()} diagnostics")
        for what, taken in zip(
            ("change to diagnostics", "of a processor"), latencies(server, text, arguments.rounds), strict=True
        ):
            quantiles = statistics.quantiles(taken, n=100)
            print(f"{what}: p50 {quantiles[49]:.1f}, p95 {quantiles[94]:.1f}, p99 {quantiles[98]:.1f} ms")
        server.change({"text": text})
        server.wait()
        answers(server, text, 3)
        for question, taken in answers(server, text, max(2, arguments.rounds // 10)).items():
            quantiles = statistics.quantiles(taken, n=100)
            print(f"{question}: p50 {quantiles[49]:.1f}, p95 {quantiles[94]:.1f}, p99 {quantiles[98]:.1f} ms")
        if arguments.edits:
            memory = edit_at_random(server, text, arguments.edits)
            print(f"{arguments.edits} random edits; MB resident: {', '.join(f'{one:.0f}' for one in memory)}")
        server.end()


if __name__ == "__main__":
    main()
