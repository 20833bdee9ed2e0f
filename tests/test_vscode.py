"""The extension for VS Code, packed as people install it, in the real program with the real server."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from zipfile import ZipFile

import pytest

from dropcap.discover import discover
from oracles.code_server import CodeServer, Window
from oracles.vscode_extension import built, npm

FIXTURES = Path(__file__).parent.parent / "fixtures"
PROGRAMS = Path(sys.executable).parent
PATIENCE = 300
BAD = "services:\n  web:\n    image: nginx:1.27\n    privileged: true\n"
SHIPPED = {
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/ThirdPartyNotices.txt",
    "extension/changelog.md",
    "extension/dist/extension.js",
    "extension/package.json",
    "extension/readme.md",
}
WORKSPACE = {
    "compose.yaml": f"{BAD}    cap_add:\n      - SYS_ADMIN\n",
    "base.yaml": BAD,
    "stack/compose.yaml": "services:\n  web:\n    extends: {file: ../base.yaml, service: web}\n",
    "typo/compose.yaml": "services:\n  web:\n    image: example.org/app:1\n    cap_drop:\n      - NET_RWA\n",
    "values.yaml": "a: 1\nprivileged: true\n",
    "Dockerfile": "FROM alpine:3\nRUN chmod u+s /bin/x\n",
    "tools/broken": "#!/bin/sh\nprintf '\\033[31m it needs pygls\\n' >&2\nexit 2\n",
}
TRAP = '#!/bin/sh\necho > "$(dirname "$(dirname "$(dirname "$0")")")/was-run"\n'


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build and pack the extension; gives the folder with both."""
    folder = built(tmp_path_factory.mktemp("extension"))
    npm(folder, "run", "package")
    package = (folder / "dist" / "dropcap.vsix").rename(folder / "dropcap.vsix")
    assert package.stat().st_size < 300_000
    npm(folder, "run", "build", "--", "--test")
    return folder


def test_its_code_passes_its_checks(extension: Path) -> None:
    npm(extension, "run", "check")
    assert "# fail 0" in npm(extension, "run", "units")


def test_the_package_has_what_runs_and_the_licences_alone(extension: Path) -> None:
    with ZipFile(extension / "dropcap.vsix") as package:
        assert set(package.namelist()) == SHIPPED
        notices = package.read("extension/ThirdPartyNotices.txt").decode()
    assert "vscode-languageclient" in notices
    assert "Permission is hereby granted" in notices


class VSCode:
    """The program, with the extension and a browser that shows its windows."""

    def __init__(self, extension: Path, top: Path, *options: str) -> None:
        self._extension = extension
        self._top = top
        self._given = top / "results.json"
        self._seen = top / "seen"
        environ = {
            **os.environ,
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "DROPCAP_TEST_RESULTS": str(self._given),
            "DROPCAP_TEST_SEEN": str(self._seen),
            "DROPCAP_TEST_FILES": str(top / "files.json"),
        }
        self._server = CodeServer(top, extension / "dropcap.vsix", environ, *options)
        self._window = Window(top / "browser")

    def close(self) -> None:
        self._window.close()
        self._server.close()

    def run(self, module: str, files: dict[str, str]) -> list[str]:
        """Run a module of tests in a new folder; all have to pass. Gives the messages that the window showed."""
        folder = written(self._top / module, files)
        for path in (self._given, self._seen):
            path.unlink(missing_ok=True)
        self._window.open_folder(self._server.address, folder, self._extension / "dist" / "test" / module)
        messages: set[str] = set()
        until = monotonic() + PATIENCE
        while self._left() and monotonic() < until:
            messages.update(self._window.messages("dropcap"))
            self._seen.write_text(str(len(messages)), encoding="utf-8")
            sleep(0.1)
        assert self._given.exists(), self._server.log()
        results = self._results()["results"]
        failures = [f"{name}: {why}" for name, why in results.items() if why]
        assert not failures, "\n".join(failures)
        assert not self._left(), f"it takes too long after {list(results)}"
        return sorted(messages)

    def _left(self) -> int:
        """Return how many tests are still to run; -1 for all."""
        return int(self._results()["left"]) if self._given.exists() else -1

    def _results(self) -> Any:  # noqa: ANN401  # JSON
        return json.loads(self._given.read_text(encoding="utf-8"))


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    return folder


def test_in_a_folder_that_is_trusted(extension: Path, tmp_path: Path) -> None:
    walked = discover([str(FIXTURES / "ok"), str(FIXTURES / "marked")]).targets
    # Nobody writes what an engine prints of its containers.
    paths = [str(Path(target.path).absolute()) for target in walked if target.carrier != "inspect"]
    written(tmp_path, {"files.json": json.dumps(paths)})
    with closing(VSCode(extension, tmp_path, "--disable-workspace-trust")) as editor:
        assert editor.run("trusted", WORKSPACE) == [
            "dropcap does not start: the setting dropcap.path names no program: /nowhere/dropcap",
            "dropcap has ended several times in a few minutes and is not started again.",
            "dropcap has ended: [31m it needs pygls",
        ]


def test_it_runs_no_program_of_a_folder_that_is_not_trusted(extension: Path, tmp_path: Path) -> None:
    settings = json.dumps({"dropcap.path": "tools/dropcap", "dropcap.arguments": ["version"]})
    folder = {"compose.yaml": BAD, ".vscode/settings.json": settings, ".venv/bin/dropcap": TRAP, "tools/dropcap": TRAP}
    with closing(VSCode(extension, tmp_path)) as editor:
        assert not editor.run("untrusted", folder)
