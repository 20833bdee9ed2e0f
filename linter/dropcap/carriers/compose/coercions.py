"""The fields in which Docker Compose takes a text for a truth value or a number: `privileged: "yes"`.

Source: compose-go, `loader/interpolate.go`; what a number may look like is said by Go's package strconv.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from dropcap.carriers.compose.yaml_types import truth

if TYPE_CHECKING:
    from dropcap.lang.yaml import Scalar

Kind = Literal["bool", "int", "float", "float32"]

LIST = "[]"
"""The step of a path that stands for any item of a list."""

# A star stands for any name.
_CASTS: dict[str, Kind] = {
    "services.*.cpu_count": "int",
    "services.*.cpu_percent": "float",
    "services.*.cpu_period": "int",
    "services.*.cpu_quota": "int",
    "services.*.cpu_rt_period": "int",
    "services.*.cpu_rt_runtime": "int",
    "services.*.cpus": "float32",
    "services.*.cpu_shares": "int",
    "services.*.init": "bool",
    "services.*.deploy.replicas": "int",
    "services.*.deploy.update_config.parallelism": "int",
    "services.*.deploy.update_config.max_failure_ratio": "float",
    "services.*.deploy.rollback_config.parallelism": "int",
    "services.*.deploy.rollback_config.max_failure_ratio": "float",
    "services.*.deploy.restart_policy.max_attempts": "int",
    "services.*.deploy.placement.max_replicas_per_node": "int",
    "services.*.healthcheck.retries": "int",
    "services.*.healthcheck.disable": "bool",
    "services.*.oom_kill_disable": "bool",
    "services.*.oom_score_adj": "int",
    "services.*.pids_limit": "int",
    "services.*.ports.[].target": "int",
    "services.*.privileged": "bool",
    "services.*.read_only": "bool",
    "services.*.scale": "int",
    "services.*.stdin_open": "bool",
    "services.*.tty": "bool",
    "services.*.ulimits.*": "int",
    "services.*.ulimits.*.hard": "int",
    "services.*.ulimits.*.soft": "int",
    "services.*.volumes.[].read_only": "bool",
    "services.*.volumes.[].volume.nocopy": "bool",
    "networks.*.external": "bool",
    "networks.*.internal": "bool",
    "networks.*.attachable": "bool",
    "networks.*.enable_ipv4": "bool",
    "networks.*.enable_ipv6": "bool",
    "volumes.*.external": "bool",
    "secrets.*.external": "bool",
    "configs.*.external": "bool",
}
_MUST_BE: dict[Kind, str] = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "float32": "a number",
}
_TAGS: dict[Kind, str] = {"bool": "bool", "int": "int", "float": "float", "float32": "float"}
_SHOWN = 40

_INTEGER = r"[+-]?[0-9]+"
_LARGEST = 1 << 63
_DECIMAL = r"[+-]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?"
_HEXADECIMAL = r"[+-]?0[xX](?:[0-9a-fA-F_]+(?:\.[0-9a-fA-F_]*)?|\.[0-9a-fA-F_]+)[pP][+-]?[0-9_]+"
_NOT_FINITE = r"(?i:[+-]?inf(?:inity)?|nan)"
# Underscores stand between digits, or between a hexadecimal prefix and a digit.
_LOOSE_IN_DECIMAL = r"(?<![0-9])_|_(?![0-9])"
_LOOSE_IN_HEXADECIMAL = r"(?<![0-9a-fA-FxX])_|_(?![0-9a-fA-F])"
_LARGEST_FLOAT32 = float.fromhex("0x1.ffffffp127")


class NotCastError(ValueError):
    """Compose refuses the text; the message follows the field's name."""


class Step:
    """What is cast from a place on: the value there itself, and what stands below it by name."""

    __slots__ = ("below", "kind")

    def __init__(self) -> None:
        """Start with nothing."""
        self.below: dict[str, Step] = {}
        self.kind: Kind | None = None

    def next(self, name: str) -> Step | None:
        """Give the step for a name or `LIST`; None if nothing is cast there."""
        return self.below.get(name) or self.below.get("*")


@lru_cache(maxsize=1)
def casts() -> Step:
    """Give the casts of a whole file."""
    root = Step()
    for path, kind in _CASTS.items():
        step = root
        for name in path.split("."):
            step = step.below.setdefault(name, Step())
        step.kind = kind
    return root


def cast(scalar: Scalar, kind: Kind) -> Scalar:
    """Turn a text into a plain value of that kind, written in its shortest form.

    Raises:
        NotCastError: Compose refuses the text.

    """
    value = _cast(scalar.text, kind)
    if value is None:
        text = scalar.text if len(scalar.text) <= _SHOWN else f"{scalar.text[:_SHOWN]}…"
        raise NotCastError(f'must be {_MUST_BE[kind]}, not "{text}"')
    # A `!override` may go: of two values that are no collections the stronger one counts without it.
    tag = f"tag:yaml.org,2002:{_TAGS[kind]}"
    return scalar._replace(text=value, style="", tag=tag)


def _cast(text: str, kind: Kind) -> str | None:
    if kind == "bool":
        is_true = truth(text)
        return None if is_true is None else str(is_true).lower()
    return _integer(text) if kind == "int" else _float(text, is_short=kind == "float32")


def _integer(text: str) -> str | None:
    if not re.fullmatch(_INTEGER, text):
        return None
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) >= len(str(_LARGEST)):  # Python takes no number of thousands of digits
        value = int(digits) if len(digits) == len(str(_LARGEST)) else _LARGEST + 1
        if value > _LARGEST or (value == _LARGEST and not text.startswith("-")):
            return None
    return f"-{digits}" if text.startswith("-") and digits != "0" else digits


def _float(text: str, *, is_short: bool) -> str | None:
    if re.fullmatch(_NOT_FINITE, text):
        return ".nan" if text[0] in "nN" else f"{text[0] if text[0] in '+-' else ''}.inf"
    try:
        if re.fullmatch(_DECIMAL, text) and not re.search(_LOOSE_IN_DECIMAL, text):
            value = float(text.replace("_", ""))
        elif re.fullmatch(_HEXADECIMAL, text) and not re.search(_LOOSE_IN_HEXADECIMAL, text):
            value = float.fromhex(text.replace("_", ""))
        else:
            return None
    except OverflowError:
        return None
    if math.isinf(value) or (is_short and abs(value) >= _LARGEST_FLOAT32):
        return None
    return repr(value).removesuffix(".0")
