"""What Docker's engine refuses of a service's values is an error; what it takes is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.cli import main
from dropcap.exit_codes import UNCHECKED

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = {
    "restart: sometimes": "unknown policy",
    "restart: 'always:3'": "can only be used with 'on-failure'",
    "restart: 'on-failure:x'": "must be an integer",
    "extra_hosts: ['a:b']": "invalid IP address",
    "extra_hosts: {a: 1.2.3}": "invalid IP address",
    "ulimits: {files: 5}": "a limit that the runtime does not know: files",
    "stop_signal: SIGFOO": "invalid signal",
    "working_dir: app": "needs to be an absolute path",
}
TAKEN = (
    *("restart: 'no'", "restart: no", "restart: 'on-failure:3'", "restart: ''", "restart: '${POLICY}'"),
    *("extra_hosts: ['a:host-gateway', 'b=::1', 'c:[::1]']", "extra_hosts: {a: 1.2.3.4, b: '${ADDRESS}'}"),
    *("extra_hosts: ['a:1.1.1.1,2.2.2.2']", "extra_hosts: {a: [1.1.1.1, '::1']}"),
    *("ulimits: {nofile: {soft: 1, hard: 2}, as: 5}", "stop_signal: SIGQUIT", "stop_signal: '3'"),
    *("working_dir: /app", "working_dir: '${FOLDER}'", "working_dir: 'C:\\app'"),
)


def failures(line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path = folder / "compose.yaml"
    path.write_text(f"services:\n  s:\n    image: i\n    cap_drop: [ALL]\n    {line}\n", encoding="utf-8")
    code = main(["check", str(path)])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("line", REFUSED)
def test_what_the_engine_refuses_is_an_error(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = failures(line, tmp_path, capsys)
    assert code == UNCHECKED
    assert REFUSED[line] in told
    assert "compose.yaml:5:" in told


@pytest.mark.parametrize("line", TAKEN)
def test_what_the_engine_takes_is_none(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = failures(line, tmp_path, capsys)
    assert code != UNCHECKED, told
