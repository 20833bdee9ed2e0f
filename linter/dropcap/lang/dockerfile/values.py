"""Values that the builder reads as Go does: ports, signals, durations."""

from __future__ import annotations

import re

_PROTOCOLS = frozenset({"", "tcp", "udp", "sctp"})
_LAST_PORT = 65535
# Patterns are compiled where they are asked for: few files have such values.
_NUMBER = r"(?a)[+-]?\d{1,18}"
_SIGNAL = (
    r"(?:SIG)?(?:ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT|SEGV|STKFLT|STOP|SYS"
    r"|TERM|TRAP|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ"
    r"|RTMIN(?:\+(?:[1-9]|1[0-5]))?|RTMAX(?:-(?:[1-9]|1[0-4]))?)"
)

_DURATION = r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)"  # two letters mu
_NANOSECONDS = {"ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 6e10, "h": 3.6e12}  # as above


def is_signal(text: str) -> bool:
    """Return whether a text names a signal of Linux, or is a number but zero."""
    if re.fullmatch(_NUMBER, text):
        return int(text) != 0
    return re.fullmatch(_SIGNAL, text.upper()) is not None


def is_port(text: str) -> bool:
    """Return whether a text is what EXPOSE takes: a port or a range, perhaps with protocol, host's port and address."""
    address, host, container = _parts(text)
    container, _, protocol = container.partition("/")
    inside = _ports(container)
    if inside is None or protocol.lower() not in _PROTOCOLS or not _is_address(address):
        return False
    if not host:
        return True
    outside = _ports(host)
    return outside is not None and inside in {outside, 0}


def _parts(text: str) -> tuple[str, str, str]:
    *rest, container = text.split(":")
    host = rest.pop() if rest else ""
    return ":".join(rest), host, container


def _ports(text: str) -> int | None:
    """Return how many ports there are besides the first one; None where it is no range."""
    first, dash, last = text.partition("-")
    start = _port(first)
    end = _port(last) if dash else start
    return None if start is None or end is None or end < start else end - start


def _port(text: str) -> int | None:
    return number if re.fullmatch(_NUMBER, text) and 0 <= (number := int(text)) <= _LAST_PORT else None


def _is_address(text: str) -> bool:
    if not text:
        return True
    from ipaddress import ip_address  # hardly anybody writes one here

    try:
        ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def nanoseconds(text: str) -> float | None:
    """Read a duration as Go does."""
    sign = -1 if text.startswith("-") else 1
    digits = text[1:] if text[0] in "+-" else text
    if digits == "0":
        return 0
    if not re.fullmatch(rf"(?:{_DURATION})+", digits, re.ASCII):
        return None
    return sign * sum(float(number) * _NANOSECONDS[unit] for number, unit in re.findall(_DURATION, digits, re.ASCII))
