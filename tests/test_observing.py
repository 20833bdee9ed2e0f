"""What the kernel's events say of a container's processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.commands.verify_rows import observed_rows
from dropcap.measuring import observing
from dropcap.measuring.observing import Asked, NotObservedError, Recorder, asked_for

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "[000] ..... 16872.2: "
CREDENTIALS = "cred 00000000ff5af31c, target_ns 00000000114398c9, capable_ns 00000000114398c9, "
LINES = f"""\
# tracer: nop
       runc:[2:INIT]-50    {HEAD}cap_capable: {CREDENTIALS}cap 21, ret 0
              sh-50    {HEAD}sched_process_exec: filename=/usr/bin/sh pid=50 old_pid=50
              sh-50    {HEAD}cap_capable: {CREDENTIALS}cap 0, ret 0
              sh-50    {HEAD}cap_capable: {CREDENTIALS}cap 0, ret 0
              sh-50    {HEAD}sched_process_fork: comm=sh pid=50 child_comm=sh child_pid=51
       odd name-7-51    {HEAD}cap_capable: {CREDENTIALS}cap 1, ret -1
              sh-51    {HEAD}sched_process_exec: filename=/usr/sbin/gosu pid=51 old_pid=51
            gosu-51    {HEAD}cap_capable: {CREDENTIALS}cap 7, ret 0
            gosu-51    {HEAD}cap_capable: {CREDENTIALS}cap 99, ret 0
           other-52    {HEAD}cap_capable: {CREDENTIALS}cap 12, ret 0
""".splitlines()


def test_only_what_descends_from_the_first_program_counts() -> None:
    assert asked_for(LINES, 50) == {
        Asked("CHOWN", "sh", is_granted=True): 2,
        Asked("DAC_OVERRIDE", "sh", is_granted=False): 1,
        Asked("SETUID", "gosu", is_granted=True): 1,
    }
    assert not asked_for(LINES, 60)


def test_what_was_held_is_told_first() -> None:
    assert list(observed_rows(asked_for(LINES, 50))) == [
        ("asked and held", "CHOWN", "sh (2)"),
        ("asked and held", "SETUID", "gosu (1)"),
        ("asked, not held", "DAC_OVERRIDE", "sh (1)"),
    ]


@pytest.mark.parametrize(("folders", "said"), [((), "mount them"), (("events",), "no event for capabilities")])
def test_without_the_kernels_events_one_line_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folders: tuple[str, ...], said: str
) -> None:
    for one in folders:
        (tmp_path / one).mkdir()
    monkeypatch.setattr(observing, "_PLACES", (str(tmp_path),))
    with pytest.raises(NotObservedError, match=said):
        Recorder()


def test_who_may_not_read_them_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "events" / "capability" / "cap_capable").mkdir(parents=True)
    monkeypatch.setattr(observing, "_PLACES", (str(tmp_path),))
    with pytest.raises(NotObservedError, match="run it as root"), Recorder():
        pass
