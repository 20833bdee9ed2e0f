"""A real browser, Debian's Chromium without a window, asked over a pipe by its DevTools protocol.

As root on a Debian machine it is installed where it is missing; elsewhere the tests that ask are skipped with the
reason, and on CI they fail instead.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from functools import partial
from select import select
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from oracles import go_on
from oracles.debian import has, install

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = "chromium"
_SECONDS = 300
_PATIENCE = 30
_OPTIONS = (
    *("--headless", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-extensions", "--hide-scrollbars", "--window-size=1280,900"),
)


class Browser:
    """A browser with one page, and what the page said and asked for since it was opened."""

    def __init__(self, folder: Path) -> None:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        # The protocol is spoken on the descriptors 3 and 4; a shell that takes numbers of two digits puts them there.
        words = [_program(), *_OPTIONS, f"--user-data-dir={folder}", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}', *words],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._to, self._from = os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb")
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.console: list[str] = []
        self.requests: list[str] = []
        (page,) = (one for one in self._call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        attached = self._call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._call(f"{domain}.enable")

    def open(self, path: Path) -> None:
        """Open a file; what was said before is forgotten."""
        self.go(path.as_uri())

    def go(self, address: str) -> None:
        """Open an address, as a file."""
        self.console.clear()
        self.requests.clear()
        self._call("Page.navigate", url=address)
        self._wait_for("Page.loadEventFired")

    def ask(self, expression: str) -> Any:  # noqa: ANN401  # whatever the page says
        """Return the value of an expression in the page."""
        done = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def becomes(self, expression: str) -> bool:
        """Return whether an expression becomes true before patience ends: what a link leads to comes a little later."""
        until = monotonic() + _PATIENCE
        while not (is_true := bool(self.ask(expression))) and monotonic() < until:
            sleep(0.02)
        return is_true

    def press(self, key: str) -> None:
        """Press a key as a person does: one with a text types it."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        for kind in ("keyDown", "keyUp"):
            told = {"text": text} if text and kind == "keyDown" else {}
            self._call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=codes.get(key, 0), **told)

    def emulate(self, scheme: str = "light", media: str = "") -> None:
        """Show the page in light or dark, or as it is printed."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._call("Emulation.setEmulatedMedia", media=media, features=features)

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """Keep a picture of the page."""
        data = self._call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def print(self, path: Path) -> None:
        """Print the page into a file."""
        path.write_bytes(base64.b64decode(self._call("Page.printToPDF", printBackground=False)["data"]))

    def close(self) -> None:
        self._session = None
        self._call("Browser.close")
        self._process.wait(_SECONDS)
        self._to.close()
        self._from.close()

    def _call(self, method: str, **params: Any) -> Any:  # noqa: ANN401  # as the protocol has it
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _wait_for(self, event: str) -> None:
        while self._next().get("method") != event:
            pass

    def _next(self) -> Any:  # noqa: ANN401  # as above
        """Read a message, and keep what it tells of the page."""
        while b"\0" not in self._rest:
            ready, _, _ = select([self._from], [], [], _PATIENCE)
            assert ready, "the browser says nothing more"
            chunk = os.read(self._from.fileno(), 1 << 16)
            assert chunk, "the browser has ended"
            self._rest += chunk
        text, _, self._rest = self._rest.partition(b"\0")
        message = json.loads(text)
        method, params = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.consoleAPICalled":
            self.console.append(str(params["args"]))
        elif method == "Runtime.exceptionThrown":
            self.console.append(str(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.console.append(params["entry"]["text"])
        return message


def _program() -> str:
    go_on(install(partial(has, _PROGRAM), _PROGRAM))
    return str(shutil.which(_PROGRAM))
