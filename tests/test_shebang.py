"""Which first lines hand a script to a shell."""

from __future__ import annotations

import time

import pytest

from dropcap.lang.shell.shebang import is_shell_script


@pytest.mark.parametrize(
    "line",
    [
        "#!/bin/sh",
        "#! /bin/sh -e",
        "#!/usr/bin/env bash",
        "#!/usr/bin/env -S bash -e",
        "#!/usr/bin/env -S tini -- bash",
        "#!/usr/bin/with-contenv bash",
        "#!/command/with-contenv sh",
        "#!/bin/busybox sh",
        "#!/usr/bin/dumb-init /bin/sh",
        "#!/sbin/tini /bin/ash",
    ],
)
def test_a_shell_runs_it(line: str) -> None:
    assert is_shell_script(f"{line}\ntrue\n".encode())


@pytest.mark.parametrize(
    "line",
    [
        "#!/usr/bin/python3",
        "#!/command/execlineb -P",
        "#!/usr/bin/env perl",
        "#!/usr/bin/dumb-init /usr/bin/python3",
        "sh",
    ],
)
def test_another_program_runs_it(line: str) -> None:
    assert not is_shell_script(f"{line}\ntrue\n".encode())


def test_a_long_line_is_read_at_once() -> None:
    start = time.monotonic()
    for text in (b"#!" + b"/env " * 100_000, b"#!/" + b"x" * 500_000, b"#!/env " + b"- " * 100_000):
        assert not is_shell_script(text)
    assert time.monotonic() - start < 1
