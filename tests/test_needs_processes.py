"""Looking into a process that a script names takes more than root's rights, where it is another user's."""

from __future__ import annotations

import pytest

from dropcap.needs.process_files import of_kernel_file, of_other_process

PTRACE = ("SYS_PTRACE",)
READ = ("DAC_OVERRIDE", "DAC_READ_SEARCH")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/proc/$!/environ", [PTRACE, READ]),
        ("/proc/$(pidof nginx)/environ", [PTRACE, READ]),
        ("/proc/${pid}/task/1/mem", [PTRACE, READ]),
        ("/proc/*/fd", [PTRACE, READ]),
        ("/proc/12/exe", [PTRACE]),
        ("/proc/$pid/maps", [PTRACE]),
        ("/proc/kmsg", [("SYSLOG",)]),
        ("/proc/$pid/status", []),
        ("/proc/$pid/cmdline", []),
        ("/proc/$$/environ", []),
        ("/proc/self/environ", []),
        ("/proc/1/environ", []),
        ("/proc/sys/fs/file-max", []),
    ],
)
def test_what_looking_into_a_process_takes(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [demand.capabilities for demand in of_other_process(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/proc/self/oom_score_adj", [("SYS_RESOURCE",)]),
        ("/proc/$$/oom_adj", [("SYS_RESOURCE",)]),
        ("/proc/self/oom_score", []),
        ("/data/oom_score_adj", []),
    ],
)
def test_what_writing_a_file_of_the_kernel_takes(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [demand.capabilities for demand in of_kernel_file(text)] == expected
