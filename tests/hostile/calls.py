"""The program called in this process, for the many inputs that no limit of a process is needed for."""

from __future__ import annotations

import signal
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

import pytest

from dropcap.cli import main
from dropcap.commands import check
from dropcap.writers import FORMATS, writer
from hostile.program import PATIENCE, PRIVILEGED, Ran

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import FrameType

    from dropcap.model import Report
    from dropcap.writers import Context

CHECKS = tuple(("check", "--format", name) for name in ("text", "line", "json", "sarif"))
EVERY = ("check", "--format", "every")
"""A check whose report is written in every format there is, one behind the other."""
CAPS = tuple(("caps", "--format", name) for name in ("text", "json"))
WHY = ("caps", "--why=")
CONFIGS = tuple(("config", "--format", name) for name in ("text", "json"))
GOOD = "good/compose.yaml"
"""Where a good file with a privileged service lies beside every hostile one."""


def call(*words: str | Path, cwd: Path, stdin: bytes = b"") -> Ran:
    """Call the program in a folder; a call that hangs fails."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8", "surrogateescape", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, _patience(), redirect_stdout(out), redirect_stderr(err):
        patch.chdir(cwd)
        patch.setattr("sys.stdin", TextIOWrapper(BytesIO(stdin)))
        if words[:3] == EVERY:
            patch.setattr(check, "FORMATS", (*FORMATS, "every"))
            patch.setattr(check, "writer", lambda _: _in_every_format)
            patch.setattr(check, "asks_needs", lambda _: True)
            patch.setattr(check, "paths_from_top", lambda _: True)
        try:
            code = main([str(word) for word in words])
        except SystemExit as left:
            code = int(left.code or 0)
    texts = [stream.buffer.getvalue().decode("utf-8", "surrogateescape") for stream in (out, err)]
    return Ran(code, *texts)


def _in_every_format(report: Report, context: Context) -> Iterator[str]:
    for name in FORMATS:
        yield from writer(name)(report, context)


@contextmanager
def _patience() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _hangs(_number: int, _frame: FrameType | None) -> None:
    pytest.fail("it hangs")


def assert_clean(ran: Ran) -> None:
    """Assert that a call ended well: no defect, and nothing on a stream that a terminal would obey."""
    assert ran.code in {0, 1, 2}, ran
    assert "Traceback" not in ran.out + ran.err, ran
    for text in (ran.out, ran.err):
        assert text.replace("\n", "").isprintable(), text


def assert_said_once(ran: Ran, place: str, reason: str = "") -> None:
    """Assert that one line says what was not checked: the place first, and why."""
    lines = [line for line in ran.err.splitlines() if line.removeprefix("dropcap: ").startswith(f"{place}:")]
    assert len(lines) == 1, ran.err
    assert reason in lines[0], lines[0]


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder, and the good one beside them."""
    for name, text in {GOOD: PRIVILEGED, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
