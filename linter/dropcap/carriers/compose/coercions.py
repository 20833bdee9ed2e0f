"""What becomes of a text where Docker Compose takes it for a truth value or a number: `privileged: "yes"`.

Source: compose-go, `loader/interpolate.go`; what a number may look like is said by Go's package strconv.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.yaml_types import truth

if TYPE_CHECKING:
    from dropcap.lang.yaml import Scalar

_MUST_BE = {"bool": "true or false", "int": "a whole number", "float": "a number"}
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


def cast(scalar: Scalar, kind: str) -> Scalar:
    """Turn a text into a plain value of that kind, written in its shortest form.

    Raises:
        NotCastError: Compose refuses the text.

    """
    value, name = _cast(scalar.text, kind), kind.removesuffix("32")
    if value is None:
        text = scalar.text if len(scalar.text) <= _SHOWN else f"{scalar.text[:_SHOWN]}…"
        raise NotCastError(f'must be {_MUST_BE[name]}, not "{text}"')
    # A `!override` may go: of two values that are no collections the stronger one counts without it.
    return scalar._replace(text=value, style="", tag=f"tag:yaml.org,2002:{name}")


def _cast(text: str, kind: str) -> str | None:
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
