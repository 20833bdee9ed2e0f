"""Kernel parameters that a container may set for itself, and which value of them protects less than another.

Engines take only what acts in a namespace of the container's own, so none of these reaches the host; the others are
refused: see `dropcap.docker_cli.start_refusals`.

Left out is what a container needs to do its work and nobody is harmed by: ip_forward, ip_unprivileged_port_start,
ping_group_range, rp_filter=2; and the sizes of shared memory and of message queues (kernel.shm*, kernel.msg*,
fs.mqueue.*), which its memory limit bounds.
"""

from __future__ import annotations

from dropcap.namedtuple import NamedTuple

# The kernel keeps 16 bytes for a name, and the last one is zero.
_LONGEST_INTERFACE = 15


class Weakness(NamedTuple):
    """A value of a parameter that protects less.

    Attributes:
        name: the parameter; a star stands for an interface, `all` or `default`.
        value: the number.
        means: what it lets happen.
        source: who says so; ip-sysctl is Linux Documentation/networking/ip-sysctl.rst, CIS the CIS Debian Linux 12
            Benchmark 1.1.0, section 3.3.

    """

    name: str
    value: int
    means: str
    source: str


_REROUTED = "anybody on its network can send its traffic another way"
WEAK = (
    Weakness("net.ipv4.conf.*.accept_redirects", 1, _REROUTED, "ip-sysctl, accept_redirects; CIS, ICMP redirects"),
    Weakness("net.ipv6.conf.*.accept_redirects", 1, _REROUTED, "ip-sysctl, accept_redirects; CIS, ICMP redirects"),
    Weakness(
        "net.ipv4.conf.*.accept_source_route",
        1,
        "a sender can choose the way of a packet, around its firewall",
        "ip-sysctl, accept_source_route; CIS, source routed packets",
    ),
    Weakness(
        "net.ipv4.conf.*.send_redirects",
        1,
        "whoever takes it over can send its neighbours' traffic another way",
        "ip-sysctl, send_redirects; CIS, packet redirect sending",
    ),
    Weakness(
        "net.ipv4.conf.*.rp_filter",
        0,
        "packets with a forged sender come in",
        "ip-sysctl, rp_filter; CIS, reverse path filtering",
    ),
    Weakness(
        "net.ipv4.conf.*.route_localnet",
        1,
        "its neighbours reach what listens on its localhost alone",
        "ip-sysctl, route_localnet; CVE-2020-8558",
    ),
    Weakness(
        "net.ipv4.tcp_syncookies",
        0,
        "a flood of connections that are never completed stops its services",
        "ip-sysctl, tcp_syncookies; CIS, TCP SYN cookies",
    ),
    Weakness(
        "net.ipv4.icmp_echo_ignore_broadcasts",
        0,
        "it answers pings to everybody, and so helps to flood others",
        "ip-sysctl, icmp_echo_ignore_broadcasts; CIS, broadcast ICMP requests",
    ),
)


def weakness(name: str, value: str) -> str | None:
    """Say what a parameter, written with dots, lets happen at a value; None where it weakens nothing that is known."""
    try:
        number = int(value.strip())
    except ValueError:
        return None
    before, _, last = name.rpartition(".")
    family, _, interface = before.rpartition(".")
    names = {name, f"{family}.*.{last}"} if len(interface) <= _LONGEST_INTERFACE else {name}
    return next((one.means for one in WEAK if one.name in names and one.value == number), None)
