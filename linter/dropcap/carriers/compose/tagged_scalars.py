r"""Scalars whose tag or whose escapes Docker Compose's YAML library reads in its own way, or refuses.

Source: go-yaml v3 and v4, `decode.go` and `resolve.go` (a tag that the text does not fit is an error; `!!binary` is
decoded), `scannerc.go` (the escapes of double quotes, which lack `\/`). Checked against both versions.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from dropcap.carriers.compose.yaml_types import scalar_type

if TYPE_CHECKING:
    from dropcap.lang.yaml import Scalar

__all__ = ["untagged", "wrong_scalar"]

_STANDARD = "tag:yaml.org,2002:"
_BINARY = f"{_STANDARD}binary"
_WANTED = {"bool": "boolean", "float": "number", "int": "number", "null": "nothing"}
_SLASH = r"(?<!\\)(?:\\\\)*\\/"


def wrong_scalar(scalar: Scalar) -> str | None:
    """Return why Docker Compose does not read a scalar, to follow its path; None where it does."""
    if scalar.style == '"':
        written = scalar.source.text[scalar.span.start : scalar.span.end]
        if "\\/" in written and re.search(_SLASH, written):
            return "has the escape \\/, which Docker Compose does not know: write / without the backslash"
    if not scalar.tag or scalar.unknown or not scalar.tag.startswith(_STANDARD):
        return None
    kind = scalar.tag[len(_STANDARD) :]
    if kind == "binary":
        return (
            None
            if _decoded(scalar.text) is not None
            else "has the tag !!binary, and its value is not base64: take out the tag"
        )
    wanted = _WANTED.get(kind)
    if wanted is None:
        return None
    plain = scalar._replace(tag=None, style="")
    is_whole = kind != "int" or not re.search(r"[.eE]|(?i:inf|nan)", scalar.text) or scalar.text.startswith("0x")
    if scalar_type(plain) != wanted or not is_whole:
        return f"has the tag !!{kind}, which does not fit the value {scalar.text or 'nothing'}: take out the tag"
    return None


def untagged(scalar: Scalar) -> Scalar:
    """Return a scalar whose text is what its tag makes of it."""
    if scalar.tag != _BINARY:
        return scalar
    text = _decoded(scalar.text)
    return scalar if text is None else scalar._replace(text=text, tag=None, style='"')


def _decoded(text: str) -> str | None:
    """Return the text that base64 stands for; None where it is none, or no text."""
    try:
        return base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
