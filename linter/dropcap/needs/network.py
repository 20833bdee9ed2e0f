"""Which ports a process may listen on without a capability.

Sources: Linux `net/ipv4/af_inet.c`; moby `oci/defaults.go` and `daemon/oci_linux.go` (since 20.10 a container with a
network of its own has `net.ipv4.ip_unprivileged_port_start=0`); containers/common `pkg/config/default.go` (Podman sets
`ping_group_range` alone).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.model import Engine

if TYPE_CHECKING:
    from dropcap.model import Container

__all__ = ["first_free_port"]

_SYSCTL = "net.ipv4.ip_unprivileged_port_start"
_USUAL = 1024


def first_free_port(container: Container) -> tuple[int | None, str]:
    """Return the lowest port that needs no capability, None where nobody knows it; and why, to follow "because"."""
    values = [one.value.replace(" ", "").partition("=") for one in container.sysctls]
    value = next((value for name, _, value in values if name == _SYSCTL), None)
    if value is not None:
        is_number = value.isdecimal() and len(value) <= len("65535")
        return (int(value) if is_number else None), f"the file sets {_SYSCTL}"
    if container.may_be_set("network_mode", "sysctls"):
        return None, "its file does not show its network"
    mode = container.network_mode.value if container.network_mode is not None else ""
    if mode == "host":
        return _USUAL, "it uses the network of the host"
    if mode.startswith(("container:", "service:", "ns:")):
        return None, "it uses the network of another container"
    if (container.engine or Engine.DOCKER) in {Engine.DOCKER, Engine.SWARM}:
        return 0, "Docker frees all ports in a network of its own"
    return _USUAL, "the engine leaves the kernel's own limit"
