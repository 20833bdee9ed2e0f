"""What `unzip`, `gzip` and its like do to files: these put a new file beside the old one and remove that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dropcap.images.effects import Effect, EffectKind
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.lang.words import Word

__all__ = ["Given", "compress", "unzip"]


class Given(Protocol):
    """The words of a command, taken apart."""

    @property
    def operands(self) -> Sequence[Word]:
        """The words that are no options."""

    @property
    def folder(self) -> str | None:
        """The folder that it runs in; None where that is not known."""

    def has(self, *names: str) -> bool:
        """Return whether one of these options is there."""

    def value(self, *names: str) -> Word | None:
        """Return the value of the first of these options that is there."""

    def path(self, word: Word) -> str | None:
        """Return the path that a word names; None where it is not known."""


def unzip(_: Word, given: Given) -> Iterator[Effect]:
    """Read `unzip ARCHIVE [MEMBER …] [-d FOLDER]`."""
    if not given.operands:
        return
    archive = given.operands[0]
    yield Effect(EffectKind.READ, _place(archive), path=given.path(archive))
    if given.has("l", "t", "p", "c", "v", "z", "Z", "h"):
        return
    folder = given.value("d")
    path = given.folder if folder is None else given.path(folder)
    where = _place(folder or archive)
    if path is None:
        yield Effect(EffectKind.UNKNOWN, where, path=None, reason="where unzip puts its files is not known")
        return
    if folder is not None:
        yield Effect(EffectKind.MAKE_FOLDER, where, path=path, is_gentle=True)
    yield Effect(EffectKind.FILL, where, path=path)


def compress(word: Word, given: Given) -> Iterator[Effect]:
    """Read `gzip FILE …` and its like. That they may not keep the owner, they pass over.

    Source: gzip.c treat_file() and copy_stat(): open(), fchown(), fchmod(), unlink().
    """
    stays = given.has("c", "stdout", "to-stdout", "l", "list", "t", "test", "h", "help", "V", "version")
    program = word.value.rpartition("/")[2]
    is_kept = given.has("k", "keep") or (program in {"unzstd", "zstd"} and not given.has("rm"))
    is_unpacking = given.has("d", "decompress", "uncompress") or program.startswith("un") or program == "gunzip"
    for operand in given.operands:
        path = given.path(operand)
        where = _place(operand)
        yield Effect(EffectKind.READ, where, path=path)
        if stays or path is None:
            continue
        other = path.rpartition(".")[0] if is_unpacking else path + _ENDINGS.get(program, ".gz")
        yield Effect(EffectKind.COPY, where, path=path, target=other or path)
        if not is_kept:
            yield Effect(EffectKind.REMOVE, where, path=path)


_ENDINGS = {"bzip2": ".bz2", "xz": ".xz", "lzma": ".lzma", "zstd": ".zst"}


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)
