"""Two things that together take over the host are told once, with both."""

from __future__ import annotations

import pytest

from dropcap.rule import load_rules
from dropcap.testing import findings

RULES = load_rules()
SINGLE = {
    "critical-capability",
    "device-rules",
    "high-capability",
    "host-device",
    "host-network",
    "host-pid",
    "unconfined-apparmor",
    "unconfined-seccomp",
}


def rules_told(*lines: str, service: str = "web") -> list[str]:
    text = "services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n" + "".join(f"    {line}\n" for line in lines)
    found = findings("compose", text, RULES)
    return sorted(one.rule for one in found if one.container.name == service and one.rule in {*SINGLE, "host-takeover"})


@pytest.mark.parametrize(
    "lines",
    [
        ("pid: host", "cap_add: [SYS_PTRACE]"),
        ("pid: host", "cap_add: [cap_sys_ptrace]"),
        ("network_mode: host", "cap_add: [NET_ADMIN]"),
        ("cap_add: [SYS_ADMIN]", "security_opt: [apparmor=unconfined]"),
        ("cap_add: [SYS_ADMIN]", "security_opt: ['seccomp:unconfined']"),
        ("cap_add: [SYS_ADMIN]", "security_opt: ['seccomp:unconfined', 'apparmor:unconfined']"),
        ("cap_add: [MKNOD]", "device_cgroup_rules: ['b *:* rwm']"),
        ("cap_add: [SYS_RAWIO]", "devices: [/dev/mem]"),
    ],
)
def test_a_combination_is_said_once_and_its_parts_are_not(lines: tuple[str, ...]) -> None:
    assert rules_told(*lines) == ["host-takeover"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("pid: host",), ["host-pid"]),
        (("pid: service:other", "cap_add: [SYS_PTRACE]", "  other: {image: 'other:1'}"), []),
        (("pid: host", "cap_add: [SYS_PTRACE]", "user: '1000'"), ["high-capability", "host-pid"]),
        (("network_mode: none", "cap_add: [NET_ADMIN]"), []),
        (("cap_add: [SYS_ADMIN]", "security_opt: ['seccomp=unconfined', 'seccomp=own.json']"), ["critical-capability"]),
        (("device_cgroup_rules: ['b *:* rwm']",), ["device-rules"]),
        (("cap_add: [MKNOD]", "device_cgroup_rules: ['c 10:200 rwm']"), []),
    ],
)
def test_a_part_alone_is_told_as_what_it_is(lines: tuple[str, ...], told: list[str]) -> None:
    text = [line for line in lines if not line.startswith("  ")]
    more = "".join(f"{line}\n" for line in lines if line.startswith("  "))
    whole = "services:\n  web:\n    image: web:1\n    cap_drop: [ALL]\n" + "".join(f"    {line}\n" for line in text)
    found = findings("compose", whole + more, RULES)
    assert (
        sorted(one.rule for one in found if one.container.name == "web" and one.rule in {*SINGLE, "host-takeover"})
        == told
    )


def test_what_else_the_parts_do_is_told_still() -> None:
    lines = ("pid: host", "network_mode: host", "cap_add: [SYS_PTRACE, SYS_TIME]")
    assert rules_told(*lines) == ["high-capability", "host-network", "host-takeover"]
