"""The escapes of `$'…'`, as bash reads them."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"""\\(?:
        (?P<octal>[0-7]{1,3})
      | x(?P<hex>[0-9A-Fa-f]{1,2})
      | u(?P<short>[0-9A-Fa-f]{1,4})
      | U(?P<long>[0-9A-Fa-f]{1,8})
      | c(?P<control>[\s\S])
      | (?P<letter>[abeEfnrtv\\'"?])
    )""",
    re.VERBOSE,
)
_LETTERS = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_LAST_CHARACTER = 0x10FFFF


def decode(text: str) -> str:
    """Give what stands between the quotation marks, without its escapes; what follows a NUL is lost."""
    if "\\" not in text:
        return text
    # Bytes that `\x` and octal numbers give may form one character together.
    data = b"".join(_pieces(text)).split(b"\0")[0]
    return data.decode("utf-8", "replace")


def _pieces(text: str) -> list[bytes]:
    pieces, at = [], 0
    for match in _ESCAPE.finditer(text):
        pieces += [_encoded(text[at : match.start()]), _escaped(match)]
        at = match.end()
    return [*pieces, _encoded(text[at:])]


def _escaped(match: re.Match[str]) -> bytes:
    kind, value = str(match.lastgroup), str(match[str(match.lastgroup)])
    if kind == "octal":
        return bytes([int(value, 8) & 0xFF])
    if kind == "hex":
        return bytes([int(value, 16)])
    if kind == "control":
        return b"\x7f" if value == "?" else bytes([ord(value.upper()) & 0x1F])
    if kind == "letter":
        return _encoded(_LETTERS.get(value, value))
    code = int(value, 16)
    return _encoded(chr(code)) if code <= _LAST_CHARACTER else b"\xef\xbf\xbd"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
