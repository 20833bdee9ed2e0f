"""Readers of reports that others wrote, from npm: GitHub's toolkit, one of rdjson, one of Checkstyle's XML.

They are installed for the tests alone, into a cache folder of the user.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from oracles import UNWANTED, go_on, may_install

_PACKAGES = ("@actions/core@3.0.1", "@umbrelladocs/rdformat-validator@1.0.1", "danger-plugin-lint-report@1.8.1")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dropcap-oracles" / "npm-readers-1"
_SECONDS = 300
_READ = "const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
_COMMANDS = (
    "import('@actions/core').then((core) => given.forEach(([kind, properties, message]) =>"
    " core[kind](message, properties)));"
)
_RDJSON = (
    "require('@umbrelladocs/rdformat-validator').validate(given, {strictMode: true}).then((done) =>"
    " console.log(JSON.stringify(done.errors.map((one) => `${one.path}: ${one.message}`))));"
)
_CHECKSTYLE = (
    "const {parseCheckstyle} = require('danger-plugin-lint-report/dist/parse/checkstyle_parser');"
    "console.log(JSON.stringify(parseCheckstyle(require('xml-js').xml2js(given), '/nowhere')));"
)


def commands(told: list[tuple[str, dict[str, object], str]]) -> list[str]:
    """Return what GitHub's toolkit prints for annotations: a kind, its properties and a message each."""
    return _node(_COMMANDS, told).splitlines()


def faults_of_rdjson(text: str) -> Any:  # noqa: ANN401  # JSON
    """Return what is wrong with a text by the format of reviewdog."""
    return json.loads(_node(_RDJSON, text))


def errors_of_checkstyle(text: str) -> Any:  # noqa: ANN401  # as above
    """Return the errors that a reader of Checkstyle's XML finds in it."""
    return json.loads(_node(_CHECKSTYLE, text))


def _node(program: str, given: object) -> str:
    folder = _folder()
    done = subprocess.run(
        ["node", "-e", _READ + program],
        input=json.dumps(given),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _folder() -> Path:
    if not (_CACHE / "node_modules" / ".package-lock.json").exists():
        reason = _install()
        go_on(reason)
    return _CACHE


def _install() -> str:
    """Install the programs; gives the reason why they cannot be, or nothing."""
    if not may_install():
        return UNWANTED
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "Node.js is not there to install readers of reports"
    _CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--prefix", _CACHE, *_PACKAGES],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return f"npm cannot install readers of reports: {done.stderr.strip()[-500:]}" if done.returncode else ""
