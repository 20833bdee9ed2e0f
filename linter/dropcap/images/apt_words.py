"""The words of apt, apt-get and aptitude, and whether what they install is Debian's own.

Sources: the manual pages apt-get(8), apt.conf(5), sources.list(5) and aptitude(8).
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from dropcap.images.facts import FileKind, UnknownFact
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.images.tree import FileTree
    from dropcap.lang.words import Word

__all__ = ["Apt", "Verb", "foreign_source", "note_sources", "read_apt", "recommends_by_default"]


class Verb(Enum):
    """What it does to packages."""

    INSTALL = "install"
    REMOVE = "remove"
    REMOVE_UNNEEDED = "remove, and what nobody needs any more"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


class Apt(NamedTuple):
    """A command.

    Attributes:
        verb: what it does.
        packages: the words that name packages.
        where: the word of the program.
        recommends: whether recommended packages are installed too; None where the command does not say it.
        release: the release that it takes packages of; empty where the command does not say it.

    """

    verb: Verb
    packages: tuple[Word, ...]
    where: Located[str]
    recommends: bool | None = None
    release: str = ""


_VALUED = frozenset({"-o", "--option", "-t", "--target-release", "--default-release", "-c", "--config-file", "-a"})
_RELEASES = frozenset({"-t", "--target-release", "--default-release"})
_VERBS = {
    **dict.fromkeys(("install", "reinstall"), Verb.INSTALL),
    **dict.fromkeys(("remove", "purge"), Verb.REMOVE),
    **dict.fromkeys(("autoremove", "autopurge", "auto-remove"), Verb.REMOVE_UNNEEDED),
    **dict.fromkeys(("build-dep", "satisfy", "edit-sources"), Verb.UNKNOWN),
}
_OPTION = r"(?i)Install-Recommends[ \t=\"']{1,4}(\w+)"
_NO = frozenset({"0", "false", "no", "off", "without", "disable"})


_RECOMMENDS = {
    **dict.fromkeys(("--no-install-recommends", "--without-recommends", "-R"), False),
    **dict.fromkeys(("--install-recommends", "--with-recommends"), True),
}
_UNNEEDED = frozenset({"--auto-remove", "--autoremove"})


def read_apt(words: Sequence[Word]) -> Apt:
    """Return what a command says."""
    where = Located(words[0].value, words[0].source, words[0].span)
    recommends: bool | None = None
    release, is_unneeded = "", False
    operands: list[Word] = []
    rest = iter(words[1:])
    for word in rest:
        if not word.value.startswith("-"):
            operands.append(word)
            continue
        option, equals, value = word.value.partition("=")
        if option in _VALUED and not (equals and option.startswith("--")):
            value = next(rest, word).value
        release = value if option in _RELEASES else option if option == "--install-suggests" else release
        is_unneeded = is_unneeded or option in _UNNEEDED
        recommends = _of_option(value or option, _RECOMMENDS.get(option, recommends))
    verb = _VERBS.get(operands[0].value, Verb.NOTHING) if operands else Verb.NOTHING
    if verb is Verb.REMOVE and is_unneeded:
        verb = Verb.REMOVE_UNNEEDED
    return Apt(verb, tuple(operands[1:]), where, recommends, release)


def _of_option(text: str, otherwise: bool | None) -> bool | None:  # noqa: FBT001  # the value so far
    match = re.search(_OPTION, text)
    return otherwise if match is None else match[1].lower() not in _NO


def recommends_by_default(tree: FileTree) -> bool | None:
    """Return whether recommended packages are installed where the command does not say it; None where nobody knows."""
    found: bool | None = True
    if not _is_as_it_was(tree, "/etc/apt/apt.conf.d"):
        return None
    for path, file in tree.below("/etc/apt"):
        is_made = file.where is not None and file.kind is not FileKind.FOLDER
        if is_made and path.startswith("/etc/apt/apt.conf"):
            if file.text is None:
                return None
            found = _of_option(file.text.text, found)
    return found


def _is_as_it_was(tree: FileTree, path: str) -> bool:
    """Return whether what is not listed in a folder is what the base image has there."""
    hidden = tree.hidden_below(path)
    return hidden is None or hidden.roots


def foreign_source(tree: FileTree, apt: Apt) -> UnknownFact | None:
    """Return why packages may come from elsewhere than the release's own mirrors; None where they do not."""
    if apt.release not in {"", tree.release}:
        return UnknownFact(f"it takes packages from {apt.release}", where=apt.where)
    if not tree.release:
        return UnknownFact("the release of the base image is not known")
    hidden = tree.hidden_below("/etc/apt/sources.list.d")
    if hidden is not None and not hidden.roots:
        return hidden
    for path, file in tree.below("/etc/apt"):
        is_source = path.startswith(("/etc/apt/sources.list", "/etc/apt/preferences"))
        is_bases = file.where is None and (not tree.is_read or path in _OWN_SOURCES)
        if is_bases or file.kind is FileKind.FOLDER or not is_source:
            continue
        if file.text is None or not _is_of(file.text.text, tree.release):
            return UnknownFact(f"{path} does not come from the base image", where=file.where)
    return None


# An image that was read may have been built upon others: these alone come with Debian itself, with whatever mirror.
_OWN_SOURCES = ("/etc/apt/sources.list", "/etc/apt/sources.list.d/debian.sources")
_FEWEST = 3  # address, suite, component
_PARTS = frozenset({"main", "contrib", "non-free", "non-free-firmware"})


def _is_of(text: str, release: str) -> bool:
    """Return whether a list names nothing but a release's own sources at Debian."""
    names = {release, f"{release}-updates", f"{release}-security", f"{release}/updates"}
    for line in text.splitlines():
        stripped = line.partition("#")[0].strip()
        if not stripped:
            continue
        kind, *words = stripped.split()
        while words and not words[0].startswith(("http://", "https://")):
            words.pop(0)  # options in brackets
        if kind not in {"deb", "deb-src"} or len(words) < _FEWEST:
            return False
        host, _, folder = words[0].partition("://")[2].partition("/")
        if not f".{host}".endswith(".debian.org") or folder.strip("/") not in {"debian", "debian-security"}:
            return False
        if words[1].strip("/") not in names or not set(words[2:]) <= _PARTS:
            return False
    return True


_SHELLS = frozenset({"ash", "bash", "dash", "sh"})


def note_sources(tree: FileTree, words: Sequence[Word]) -> None:
    """Note that a command may add a source of packages: a shell whose script nobody has, one that loads a list."""
    name = words[0].value.rpartition("/")[2]
    values = [word.value for word in words[1:]]
    reads_input = name in _SHELLS and all(one.startswith("-") for one in values) and "-c" not in values
    loads_list = name in {"curl", "wget"} and any("/etc/apt/" in one for one in values)
    if reads_input or loads_list:
        where = Located(words[0].value, words[0].source, words[0].span)
        reason = f"{name} may add a source of packages"
        tree.unlisted("/etc/apt/sources.list.d", UnknownFact(reason, where=where))
