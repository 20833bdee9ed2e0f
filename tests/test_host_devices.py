"""Devices of the host: what is read is what the file says, and each is known by its path and by its numbers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from dropcap.capabilities import facts, host_devices
from dropcap.capabilities.host_devices import host_device, opened_devices
from dropcap.capabilities.names import NAMES
from dropcap.model import Severity

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAME = "host_devices.toml"


def parsed() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(Path(host_devices.__file__).with_name(NAME).read_text(encoding="utf-8"))
    return table


def test_a_real_parser_reads_the_same() -> None:
    ours = {
        header: {key: list(value) if isinstance(value, tuple) else value for key, value in table.items()}
        for header, table in facts.tables(NAME).items()
    }
    assert ours == parsed()


def test_what_is_needed_is_a_capability_and_to_read_is_no_graver_than_to_write() -> None:
    for table in parsed().values():
        assert table["needs"] in {"", *NAMES}
        assert Severity[table.get("readable", "low").upper()] <= Severity[table["severity"].upper()]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("/dev/sda", Severity.CRITICAL),
        ("/dev/sda1:/dev/x", Severity.CRITICAL),
        ("/dev/sda:/dev/x:r", Severity.HIGH),
        ("/dev/sda:r", Severity.HIGH),
        ("/dev/sda:rm", Severity.HIGH),
        ("/dev/sda:m", None),
        ("/dev/nvme0", Severity.CRITICAL),
        ("/dev/nvme0n1", Severity.CRITICAL),
        ("/dev//vda", Severity.CRITICAL),
        ("/dev", Severity.CRITICAL),
        ("/dev/:/dev/", Severity.CRITICAL),
        ("/dev/mapper/vg-root", Severity.CRITICAL),
        ("/dev/mapper/control", None),
        ("/dev/loop0", Severity.MEDIUM),
        ("/dev/loop-control", None),
        ("/dev/kmsg", Severity.LOW),
        ("/dev/kmsg:r", Severity.LOW),
        ("/dev/watchdog0", Severity.MEDIUM),
        ("/dev/net/tun", None),
        ("/dev/sgx_enclave", None),
        ("/dev/ptmx", None),
        ("vendor.com/disk=sda", None),
        ("./dev/sda", None),
        ("", None),
    ],
)
def test_a_device_is_known_by_its_path(text: str, severity: Severity | None) -> None:
    found = host_device(text)
    assert (found and found.severity) == severity


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        ("a *:* rwm", Severity.CRITICAL),
        ("a 1:3 rwm", Severity.CRITICAL),  # runc takes it for all that there is
        ("a *:* m", Severity.CRITICAL),
        ("b *:* rw", Severity.CRITICAL),
        ("b 8:0 r", Severity.HIGH),
        ("b *:* m", None),
        ("c *:* rwm", Severity.CRITICAL),
        ("c 1:* w", Severity.CRITICAL),
        ("c 1:3 rwm", None),
        ("c 1:11 r", Severity.LOW),
        ("c 189:* rwm", None),
        ("b 11:0 r", None),
        ("b 8 rwm", None),
        ("", None),
    ],
)
def test_a_rule_opens_the_gravest_of_what_it_names(rule: str, severity: Severity | None) -> None:
    found = opened_devices(rule)
    assert (found and found.severity) == severity


def test_memory_takes_a_capability_and_a_disk_does_not() -> None:
    memory, disk = host_device("/dev/mem"), host_device("/dev/sda")
    assert memory is not None
    assert memory.needs == "SYS_RAWIO"
    assert disk is not None
    assert not disk.needs
