"""One layer of an image: a tar archive, read once from its beginning to its end; nothing is unpacked.

Sources: OCI image specification 1.1, `layer.md`; Linux `include/uapi/linux/capability.h` (`struct vfs_cap_data`).
"""

from __future__ import annotations

import posixpath
import re
import struct
import tarfile
from typing import IO, TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.images.contents import ImageError, Layer, Member
from dropcap.images.facts import File, FileKind
from dropcap.images.readers.programs import LARGEST_PROGRAM, imported
from dropcap.images.readers.zstd import without_zstd
from dropcap.images.secret_texts import is_environment, text_to_keep
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "LONGEST_TEXT",
    "Reading",
    "contents_of",
    "file_capabilities",
    "is_wanted",
    "read_layer",
    "to_text",
]

_MOST_MEMBERS = 1_000_000
_MOST_BYTES = 64 * 1024**3
_LARGEST_HEADER = 1024 * 1024
LONGEST_TEXT = 64 * 1024
"""A longer text is no script of a startup that is followed."""
_LONGEST_CONFIGURATION = 512 * 1024
"""A longer one of a daemon is mostly comments, and kept without them."""
_COMMENT = re.compile(rb"(?m)^[ \t]*(?:#[^\n]*)?\n")
_MOST_TEXT = 48 * 1024 * 1024
_HEADERS = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK})
_KINDS = {
    tarfile.DIRTYPE: FileKind.FOLDER,
    tarfile.SYMTYPE: FileKind.LINK,
    tarfile.CHRTYPE: FileKind.DEVICE,
    tarfile.BLKTYPE: FileKind.DEVICE,
    tarfile.FIFOTYPE: FileKind.FIFO,
}
_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"
_CAPABILITY = "SCHILY.xattr.security.capability"
_CONFIGURED = (".bash", ".cfg", ".cnf", ".conf", ".ini", ".service", ".sh", ".toml", ".yaml", ".yml")
_PROGRAMS = (".cjs", ".js", ".mjs", ".php", ".pl", ".py", ".rb")
_NAMED = frozenset({"Procfile", "crontab", "functions"})
_READ = ("/etc/", "/usr/lib/os-release", "/var/spool/cron/")
_DULL = ("/node_modules/", "/site-packages/", "/dist-packages/", "/usr/share/", "/usr/lib/python", "/usr/local/lib/")


class _Header(tarfile.TarInfo):
    """A header that does not believe an archive that says its own headers are huge."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _HEADERS and self.size > _LARGEST_HEADER:
            raise tarfile.ReadError("a header is too large")
        return super()._proc_member(archive)  # type: ignore[misc,no-any-return]  # the way that tarfile leaves open


class Reading:
    """What of the contents of files is kept, and how much more may be."""

    def __init__(self, wants_symbols: Callable[[str], bool] = lambda _: False) -> None:
        """Begin with nothing.

        Args:
            wants_symbols: whether to look at which functions the program at a path imports.

        """
        self._left = _MOST_TEXT
        self.wants_symbols = wants_symbols

    def may_keep(self, size: int) -> bool:
        """Return whether a text of a size may be kept, which it then is."""
        if size > self._left:
            return False
        self._left -= size
        return True


def read_layer(stream: IO[bytes], name: str, reading: Reading) -> Layer:
    """Return what a layer does.

    Args:
        stream: its archive, plain or compressed by gzip, bzip2, xz or zstd; read from here on, never back.
        name: what messages call it.
        reading: what of the files is kept.

    Raises:
        ImageError: it is no such archive, ends too early, or holds more than is read.

    """
    members: list[Member] = []
    removed, emptied = set(), set()
    left = _MOST_BYTES
    try:
        with tarfile.open(fileobj=without_zstd(stream, name), mode="r|*", tarinfo=_Header, errorlevel=1) as archive:
            for number, one in enumerate(_each(archive)):
                left -= max(one.size, 0)
                if number >= _MOST_MEMBERS or left < 0:
                    raise ImageError(f"{name}: it has more files than dropcap reads")
                path = posixpath.normpath("/" + one.name.lstrip("/"))
                folder, base = posixpath.split(path)
                if base == _OPAQUE:
                    emptied.add(folder)
                elif base.startswith(_WHITEOUT):
                    removed.add(posixpath.join(folder, base[len(_WHITEOUT) :]))
                elif one.islnk():
                    members.append(Member(path, None, posixpath.normpath("/" + one.linkname.lstrip("/"))))
                else:
                    members.append(Member(path, _file(archive, one, path, reading)))
    except (tarfile.TarError, EOFError, OSError, ValueError, struct.error) as error:
        raise ImageError(f"{name}: dropcap cannot read it as a layer: {str(error) or type(error).__name__}") from None
    return Layer(tuple(members), frozenset(removed), frozenset(emptied))


def _each(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Give the members, and keep none: tarfile itself would keep all."""
    while (one := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # where it keeps them
        yield one


def _file(archive: tarfile.TarFile, one: tarfile.TarInfo, path: str, reading: Reading) -> File:
    kind = _KINDS.get(one.type, FileKind.FILE)
    written = one.pax_headers.get(_CAPABILITY)
    names, is_effective = file_capabilities(written.encode("utf-8", "surrogateescape")) if written else ((), False)
    text = symbols = None
    stream = archive.extractfile(one) if kind is FileKind.FILE and one.size <= LARGEST_PROGRAM else None
    if stream is not None:
        text, symbols = contents_of(stream, path, one.size, reading)
    target = one.linkname if kind is FileKind.LINK else ""
    numbers = str(one.uid), str(one.gid), one.mode & 0o7777
    return File(kind, *numbers, target, names, is_effective, text, symbols=symbols)


def contents_of(
    stream: IO[bytes], path: str, size: int, reading: Reading
) -> tuple[Source | None, tuple[str, ...] | None]:
    """Return the text of a file, where it may matter, and what a program imports, where that is wanted."""
    if reading.wants_symbols(path):
        data = stream.read(LARGEST_PROGRAM)
        symbols = imported(data)
        if symbols is not None or size > LONGEST_TEXT:
            return None, symbols
        return (to_text(path, data, reading) if is_wanted(path, data[:2]) else None), None
    if size > LONGEST_TEXT:
        return _long_configuration(stream, path, size, reading), None
    head = stream.read(2)
    return (to_text(path, head + stream.read(LONGEST_TEXT), reading) if is_wanted(path, head) else None), None


def _long_configuration(stream: IO[bytes], path: str, size: int, reading: Reading) -> Source | None:
    """Return the text of a daemon's long configuration without its comments, where not much is left."""
    if not path.startswith("/etc/") or not path.endswith(_CONFIGURED[1:4]) or size > _LONGEST_CONFIGURATION:
        return None
    data = stream.read(_LONGEST_CONFIGURATION)
    left = _COMMENT.sub(b"", data)
    return to_text(path, left, reading) if len(left) <= LONGEST_TEXT and data[:2] != b"#!" else None


def is_wanted(path: str, head: bytes) -> bool:
    """Return whether the text of a file may matter to a startup: a script, a program of a language, a configuration."""
    if head == b"#!":
        return not any(part in path for part in _DULL[:3])
    if path.startswith("/usr/share/") and path.endswith(_CONFIGURED[1:5]):  # what lies in /etc may be a link to it
        return True
    if is_environment(path) or posixpath.basename(path) in _NAMED:
        return not any(part in path for part in _DULL)
    return path.startswith(_READ) or (
        path.endswith((*_CONFIGURED, *_PROGRAMS)) and not any(part in path for part in _DULL)
    )


def to_text(path: str, data: bytes, reading: Reading) -> Source | None:
    """Return the text of a file's bytes; None where they are none, are secret, or there is no more room for it."""
    if b"\0" in data or not reading.may_keep(len(data)):
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    kept = text_to_keep(path, text)
    return None if kept is None else Source(path, kept)


def file_capabilities(data: bytes) -> tuple[tuple[str, ...], bool]:
    """Return the capabilities that the extended attribute of a file permits, and whether they are in force.

    Raises:
        struct.error: it is none.

    """
    magic, low, _, high, _ = struct.unpack_from("<5I", data)
    permitted = low | high << 32
    return tuple(name for number, name in enumerate(NAMES) if permitted >> number & 1), bool(magic & 1)
