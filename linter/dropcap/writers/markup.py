"""Text inside XML and HTML: in ASCII, so that it survives every encoding, and never markup of its own."""

from __future__ import annotations

from dropcap.printable import printable

_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escaped(text: str) -> str:
    """Write a text so that it is nothing but text, between tags and in an attribute between quotes alike."""
    return printable(text).translate(_SIGNS).encode("ascii", "xmlcharrefreplace").decode("ascii")


def tag(name: str, /, **attributes: object) -> str:
    """Write the inside of a start tag, each attribute's value escaped; a `_` at a name's end is left out."""
    return "".join((name, *(f' {key.rstrip("_")}="{escaped(str(value))}"' for key, value in attributes.items())))
