"""A real VS Code, its workbench in a browser and its host of extensions in a process: npm's code-server.

It is installed for the tests alone, into a cache folder of the user, without what it compiles or fetches when it is
installed: none of that is needed to check files. What its window says is read in Debian's Chromium.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.request import urlopen

from oracles import UNWANTED, go_on, may_install, one_at_a_time
from oracles.chromium import Browser

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERSION = "4.100.3"  # the last that Node.js 20 runs
_CACHES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dropcap-oracles"
_CACHE = _CACHES / f"code-server-{_VERSION}"
_SERVER = Path("package", "lib", "vscode")
_SECONDS = 300
_START = 60
_MESSAGES = "[...document.querySelectorAll('.notification-list-item-message')].map((one) => one.innerText)"


class Window(Browser):
    """A browser whose page is a window of VS Code."""

    def open_folder(self, address: str, folder: Path, tests: Path) -> None:
        """Open a folder, and run a module of tests in the host of its extensions."""
        remote = f"vscode-remote://{address.removeprefix('http://')}"
        payload = [["extensionDevelopmentPath", f"{remote}{tests.parent}"], ["extensionTestsPath", f"{remote}{tests}"]]
        self.go(f"{address}/?folder={quote(str(folder))}&payload={quote(json.dumps(payload))}")

    def messages(self, start: str) -> set[str]:
        """Return the messages that the window shows and that start so: it has others, for what is not installed."""
        return {one for one in self.ask(_MESSAGES) if one.startswith(start)}


class CodeServer:
    """The process behind the windows, with one extension installed from its package."""

    def __init__(self, folder: Path, package: Path, environ: Mapping[str, str], *options: str) -> None:
        self._main = _installed() / _SERVER / "out" / "server-main.js"
        self._environ = {**environ, "VSCODE_CLI": "1"}  # else it asks a login shell for the variables
        self._data = ("--server-data-dir", folder / "data", "--accept-server-license-terms")
        done = subprocess.run(
            ["node", self._main, *self._data, "--install-extension", package],
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=_START,
            check=False,
        )
        assert "successfully installed" in done.stdout, done.stdout + done.stderr
        self._log = (folder / "server.log").open("w+", encoding="utf-8")
        listen = ("--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--telemetry-level", "off")
        self._process = subprocess.Popen(
            ["node", self._main, *self._data, *listen, *options],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.address = self._address()

    def log(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(_START)
        self._log.close()

    def _address(self) -> str:
        mark = "Web UI available at http://localhost:"
        until = monotonic() + _START
        while mark not in self.log() and self._process.poll() is None and monotonic() < until:
            sleep(0.05)
        _, found, rest = self.log().partition(mark)
        assert found, self.log()
        address = f"http://127.0.0.1:{rest.split()[0]}"
        with urlopen(f"{address}/version") as answer:  # noqa: S310  # the address is ours
            assert answer.status == 200
        return address


def _installed() -> Path:
    done = _CACHE / "installed"
    if not done.exists():
        with one_at_a_time():
            reason = "" if done.exists() else _install()
        go_on(reason)
        done.touch()
    return _CACHE


def _install() -> str:
    """Install the program; gives the reason why it cannot be, or nothing."""
    if not may_install():
        return UNWANTED
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "Node.js is not there to run VS Code"
    shutil.rmtree(_CACHE, ignore_errors=True)
    _CACHE.mkdir(parents=True)
    failed = _run(npm, "pack", "--silent", f"code-server@{_VERSION}", cwd=_CACHE)
    if failed:
        return failed
    archive = next(_CACHE.glob("*.tgz"))
    with tarfile.open(archive) as packed:
        packed.extractall(_CACHE, filter="data")
    archive.unlink()
    return _run(npm, "install", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", cwd=_CACHE / _SERVER)


def _run(*words: str, cwd: Path) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=_SECONDS, check=False)
    return f"npm cannot install VS Code: {done.stderr.strip()[-500:]}" if done.returncode else ""
