"""What a YAML scalar means to Docker Compose.

Compose reads YAML by go-yaml: of the words of YAML 1.1 only `true`, `false` and `null` mean something, in three
spellings each, numbers are those of both versions, and `yes` is a text that some fields turn into a truth value.
Checked against `docker compose config` 2.40.3; the casts are those of compose-go's `loader/interpolate.go`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Literal

    from dropcap.lang.yaml import Scalar

    ScalarType = Literal["text", "boolean", "number", "date", "nothing"]

_CONSTANTS: dict[str, ScalarType] = {
    **dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), "boolean"),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), "nothing"),
    ".": "text",  # the folder, which many a `build` names: it begins as a number does
    **dict.fromkeys((".nan", ".NaN", ".NAN"), "number"),
    **{sign + word: "number" for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_STANDARD = "tag:yaml.org,2002:"
_TAGS: dict[str, ScalarType] = {
    "bool": "boolean",
    "int": "number",
    "float": "number",
    "null": "nothing",
    "timestamp": "date",
}
STARTS_OF_TEXT = frozenset("ABCDEGHIJKLMOPQRSUVWXYZabcdeghijklmopqrsuvwxyz/$_")
"""What a plain scalar begins with only if it is a text: no constant and no number does."""

_FIRST_OF_NUMBER = frozenset("+-.0123456789")
_OF_NUMBER = frozenset("0123456789abcdefABCDEFoOxX+-._:TtZ \t")
"""What numbers and dates are written with, and nothing else."""
_INTEGER = r"([-+]?)(?:(0[bB][01]{1,64}|0[oO]?[0-7]{1,22}|0[xX][0-9a-fA-F]{1,16})|(0|[1-9][0-9]*))"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_LARGEST = 1 << 63
_MOST_DIGITS = 30  # more than any whole number has that Go reads as one
_LEAST_EXPONENT, _FIRST_EXPONENT = 4, 6
_DATE = (
    r"[0-9]{4}-(?:1[0-2]|0?[1-9])-(?:3[01]|[12][0-9]|0?[1-9])"
    r"(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?"
)
_TRUTH = {
    **dict.fromkeys(("true", "y", "yes", "on"), True),
    **dict.fromkeys(("false", "n", "no", "off"), False),
}


def scalar_type(scalar: Scalar) -> ScalarType:
    """Tell what a scalar is; a tag that YAML does not know makes it a text, `!override` too, but not `!reset`."""
    text, tag, style = scalar.text, scalar.tag, scalar.style
    if tag is not None and tag not in ("!", "!reset"):
        return _TAGS.get(tag[len(_STANDARD) :], "text") if tag.startswith(_STANDARD) else "text"
    if style or text[:1] in STARTS_OF_TEXT:
        return "text"  # most are
    constant = _CONSTANTS.get(text)
    if constant is not None:
        return constant
    if text[0] not in _FIRST_OF_NUMBER or not _OF_NUMBER.issuperset(text):
        return "text"
    plain = text.replace("_", "")
    # Most are written with digits alone, and the patterns need not be compiled.
    if plain.isdecimal() or re.fullmatch(_INTEGER, plain) or re.fullmatch(_FLOAT, plain):
        return "number"
    return "date" if re.fullmatch(_DATE, text) else "text"


def to_string(scalar: Scalar) -> str:
    """Give a scalar's text as Compose prints the value where it wants a text: `0x10` is `16`, `1.50` is `1.5`."""
    kind = scalar_type(scalar)
    if kind == "boolean":
        return scalar.text.lower()
    if kind == "nothing":
        return ""
    if kind != "number":
        return scalar.text
    plain = scalar.text.replace("_", "")
    number = re.fullmatch(_INTEGER, plain)
    if number is None:
        return _fraction(plain)
    if number[2]:
        return _decimal(number[1], number[2])
    value = int(plain[:_MOST_DIGITS])
    return str(value) if -_LARGEST <= value < 2 * _LARGEST else _fraction(plain)


def truth(text: str) -> bool | None:
    """Cast a text to a truth value as Compose does for `privileged` and `read_only`; None where it refuses."""
    return _TRUTH.get(text.lower())


def _decimal(sign: str, digits: str) -> str:
    """Print an integer with a base prefix in decimal; a leading zero alone means octal."""
    value = int(digits, 0) if digits[1].isalpha() else int(digits, 8)
    return str(-value if sign == "-" else value)


def _fraction(text: str) -> str:
    """Print a floating point number as Go does: in as few digits as it takes, with an exponent from a million on.

    What is too large for one is a text, and so is what only a tag calls a number.
    """
    if text.lower().endswith((".inf", ".nan")):
        return "NaN" if text[1] in "nN" else f"{'-' if text[0] == '-' else '+'}Inf"
    if not re.fullmatch(_FLOAT, text):
        return text
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return text
    shortest = repr(value).removesuffix(".0")
    digits = shortest.partition("e")[0].replace(".", "").strip("-0")
    written = f"{value:.{max(len(digits) - 1, 0)}e}"
    exponent = int(written.partition("e")[2])
    return shortest if -_LEAST_EXPONENT <= exponent < _FIRST_EXPONENT else written
