"""Text inside XML and HTML: in ASCII, so that it survives every encoding, and never markup of its own."""

from __future__ import annotations

from dropcap.printable import printable

_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escaped(text: str) -> str:
    """Write a text so that it is nothing but text, between tags and in an attribute between quotes alike."""
    return printable(text).translate(_SIGNS).encode("ascii", "xmlcharrefreplace").decode("ascii")


def tag(name: str, /, **attributes: object) -> str:
    """Write the inside of a start tag, each attribute's value escaped: `class_` is `class`, `data_s` is `data-s`."""
    named = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    return "".join((name, *(f' {key}="{escaped(str(value))}"' for key, value in named)))
