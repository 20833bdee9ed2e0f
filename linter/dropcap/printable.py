"""Text from files made safe to print: no file decides what a terminal does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.masking import without_secrets

if TYPE_CHECKING:
    from dropcap.model import Container
    from dropcap.source import Region

BOLD = "1"

_NAME_SIZE = 60


def printable(text: str) -> str:
    r"""Write control characters, direction overrides, odd spaces and lone surrogates as `\x1b` or `\u202e`.

    What `str.isprintable` accepts stays; a backslash of the text's own is left alone.
    """
    if text.isprintable():
        return text
    return "".join(map(printable_character, text))


def printable_character(character: str) -> str:
    """Do the same for one character."""
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def shortened(text: str, size: int) -> str:
    """Make text printable and cut it to `size` characters."""
    text = printable(text[: size + 1])
    return text if len(text) <= size else f"{text[: size - 3]}..."


def painted(text: str, colour: str, *, on: bool) -> str:
    """Put text between ANSI codes: a colour is the numbers of an SGR sequence, `31;1`."""
    return f"\x1b[{colour}m{text}\x1b[0m" if on else text


def place(region: Region) -> str:
    """Write where a region starts, as editors and terminals recognise it."""
    return f"{printable(region.path)}:{region.line}:{region.column}"


def title(container: Container) -> str:
    """Say which container: `service web`, `run nginx`, `container web`, `build stage 0 (FROM debian:12)`."""
    kind = "container" if container.kind.value == "inspect" else container.kind.value
    name = f"{kind} {shortened(container.name, _NAME_SIZE)}"
    if container.kind.value != "stage":
        return name
    base = container.stage.base if container.stage else None
    if base is None:
        return f"build {name}"
    # What an argument of the build is set to is nobody's to print.
    root, span = base.source.to_root(base.span)
    text = root.text[span.start : span.end]
    return f"build {name} (FROM {shortened(text if '$' in text else without_secrets(base.value), _NAME_SIZE)})"


def counted(count: int, noun: str) -> str:
    """Write a number and its noun: `1 file`, `2 files`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
