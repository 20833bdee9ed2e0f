"""The functions that a program of an image imports. It is read, and never run.

Source: System V Application Binary Interface, "Dynamic Linking"; GNU symbol versioning.
"""

from __future__ import annotations

from io import BytesIO

from dropcap.images.symbols import capability_of

__all__ = ["LARGEST_PROGRAM", "imported"]

LARGEST_PROGRAM = 64 * 1024 * 1024
_MAGIC = b"\x7fELF"
_MOST_SYMBOLS = 100_000


def imported(data: bytes) -> tuple[str, ...] | None:
    """Return which functions a program imports that may take a capability.

    Args:
        data: the program's file.

    Returns:
        the functions, sorted; None where that cannot be told: it is linked statically, it is none of ELF, or the
        library that reads it is not installed.

    """
    if not data.startswith(_MAGIC):
        return None
    try:
        from elftools.elf.elffile import ELFFile
        from elftools.elf.sections import SymbolTableSection
    except ImportError:
        return None
    try:
        table = ELFFile(BytesIO(data)).get_section_by_name(".dynsym")
        if not isinstance(table, SymbolTableSection) or table.num_symbols() > _MOST_SYMBOLS:
            return None
        names = {one.name for one in table.iter_symbols() if one["st_shndx"] == "SHN_UNDEF"}
    except Exception:  # noqa: BLE001  # whatever is wrong with a file of an image, it only says nothing
        return None
    return tuple(sorted(name for name in names if capability_of(name) is not None))
