"""What installing and removing packages does to the files and accounts of an image.

The packages that are known are those of one release of Debian, from its own mirrors. What another source may have
brought, a package that nobody has looked at, or another release, is not known.
"""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.images.apt_words import Verb, foreign_source, read_apt, recommends_by_default
from dropcap.images.build_programs import build_programs
from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, UnknownFact
from dropcap.images.file_capabilities import capabilities_of_text
from dropcap.images.packages import broken, needed_by, package_table, selected
from dropcap.model import Located

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dropcap.images.apt_words import Apt
    from dropcap.images.packages import Package
    from dropcap.images.tree import FileTree
    from dropcap.lang.words import Word

__all__ = ["fill_base", "install"]

_DEBIANS = frozenset({"apt", "apt-get", "aptitude"})
_PROGRAMS = ("/usr/bin", "/usr/sbin")
"""Where every program of a package is known."""
_LEFT_OUT = UnknownFact("dropcap does not know every file of the base image", roots=True)


def install(tree: FileTree, words: Sequence[Word]) -> None:
    """Do to files and accounts what a package manager does.

    Args:
        tree: what there is; its release says which packages are meant.
        words: the command.

    """
    name = words[0].value.rpartition("/")[2]
    if name not in _DEBIANS:
        _install_unknown(tree, _behind(words, build_programs().installers[name]))
        return
    apt = read_apt(words)
    if apt.verb is Verb.NOTHING:
        return
    if apt.verb is Verb.UNKNOWN:
        _hide(tree, UnknownFact(f"dropcap does not know what {name} does here", where=_place(words[0])))
        return
    if apt.verb is not Verb.INSTALL:
        _remove(tree, apt)
        return
    foreign = foreign_source(tree, apt)
    if tree.release != package_table().release or foreign is not None:
        _install_unknown(tree, apt.packages, foreign)
        return
    _install(tree, apt)


def _behind(words: Sequence[Word], verb: str) -> list[Word]:
    at = next((at for at, word in enumerate(words) if word.value == verb), len(words))
    return [word for word in words[at + 1 :] if not word.value.startswith("-")]


def _install_unknown(tree: FileTree, words: Iterable[Word], foreign: UnknownFact | None = None) -> None:
    """Install packages of a release that is not known: only those are harmless that are so wherever they are."""
    hidden: UnknownFact | None = None
    for word in words:
        name = _name(word.value)
        if word.unknown is not None:
            hidden = UnknownFact("it is not known which package is installed", where=_place(word))
        elif name not in build_programs().plain:
            reason = f"dropcap does not know what the package {name} installs"
            if foreign is not None and package_table().knows(name):
                reason = f"the package {name} may not come from Debian: {foreign.reason}"
            hidden = UnknownFact(reason, where=_place(word))
        elif tree.release:
            reason = f"dropcap does not know every file of the package {name}"
            tree.unlisted("/etc", UnknownFact(reason, roots=True, where=_place(word)))
    if hidden is not None:
        _hide(tree, hidden)


def _install(tree: FileTree, apt: Apt) -> None:
    table = package_table()
    places = {_name(word.value): _place(word) for word in apt.packages if word.unknown is None}
    hidden: UnknownFact | None = None
    for word in apt.packages:
        if word.unknown is not None:
            hidden = UnknownFact("it is not known which package is installed", where=_place(word))
    wanted = recommends_by_default(tree) if apt.recommends is None else apt.recommends
    found = selected(table, tuple(places), tree.packages, with_recommended=wanted is True)
    if wanted is None:
        more = selected(table, tuple(places), tree.packages, with_recommended=True)
        if set(more.packages) - set(found.packages) or set(more.unknown) - set(found.unknown):
            hidden = UnknownFact("it is not known whether recommended packages are installed too", where=apt.where)
    before = dict(tree.packages)
    tree.packages = {**before, **{name: False for name in found.packages if name not in before}}
    tree.packages |= {name: True for name in places if name in tree.packages}
    _refill(tree)
    for name in found.packages:
        _put(tree, table.package(name))
    for name, origin in found.unknown.items():
        root = places.get(name) or places.get(origin) or apt.where
        pulled = "" if name == origin else f", which {origin} pulls in"
        hidden = UnknownFact(f"dropcap does not know what the package {name} installs{pulled}", where=root)
    if hidden is not None:
        _hide(tree, hidden)


def _name(word: str) -> str:
    """Return a package's name without version and architecture; one with a release keeps it, and is not known."""
    return word.partition("=")[0].partition(":")[0]


def _place(word: Word) -> Located[str]:
    return Located(word.value, word.source, word.span)


def _hide(tree: FileTree, unknown: UnknownFact) -> None:
    for folder in (*build_programs().folders, *_PROGRAMS):
        for path in (folder, *(one for one in tree.listed_below(folder) if _may_be_filled(tree, one))):
            tree.unlisted(path, unknown)
    tree.forget_accounts(unknown)


def _is_of_package(tree: FileTree, path: str) -> bool:
    found = tree.look(path)
    return isinstance(found, File) and bool(found.package)


def _may_be_filled(tree: FileTree, path: str) -> bool:
    """Return whether a package may put something at a path: of an image that was read, in all but a step's own."""
    if not tree.is_read:
        return _is_of_package(tree, path)
    found = tree.look(path)
    return not isinstance(found, File) or found.where is None


_LISTED = ("/usr/local", *_PROGRAMS)
"""Where packages put nothing in `/usr` that is not listed."""
_REFILLED = UnknownFact("dropcap does not know every file that packages install", roots=True)


def _refill(tree: FileTree) -> None:
    """Give up what was known to be empty where packages put root's ordinary files, which are not listed."""
    if tree.is_read:
        kept = [tree.areas_below(path)[0] for path in _LISTED]
        for folder in ("/usr", *package_table().left_out):
            for path, area in tree.areas_below(folder):
                if area is None and not path.startswith(_LISTED):
                    tree.unlisted(path, _REFILLED)
        for path, area in kept:
            tree.unlisted(path, area)
        return
    for path in tree.listed_below("/usr"):
        if not path.startswith(_LISTED) and not _is_of_package(tree, path):
            tree.unlisted(path, _REFILLED)


def _put(tree: FileTree, package: Package) -> None:
    """Put what a package brings by itself; where others may make a difference, only what is the same."""
    other = package.otherwise
    if other is not None:
        there = [one in tree.packages for one in package.by]
        if there and all(there):
            package, other = other, None
        elif there and not any(there) and not tree.has_more:
            other = None
    _put_all(tree, package)
    if other is not None:
        _doubt(tree, package, other)
    for line in package.doubt:
        path, kind = line.split(" ")
        reason = f"what {package.name} does with {path} depends on which other packages there are"
        if not isinstance(tree.look(path), File):
            tree.spoil(path, UnknownFact(reason, roots=kind == "roots"))


def _put_all(tree: FileTree, package: Package) -> None:
    _put_accounts(tree, package)
    made, folder = File(FileKind.FILE, "0", "0", 0o755, package=package.name), ""
    for path in package.programs:
        above = path.rpartition("/")[0]
        if above != folder:  # they lie in two folders
            _make_parents(tree, path)
            folder = above
        if not isinstance(tree.look(path), File):
            tree.put(path, made)
    _put_files(tree, package.files, package.name)


def _put_accounts(tree: FileTree, package: Package) -> None:
    for line in package.groups:
        name, gid = line.split()
        if not isinstance(tree.group(name), Group):
            tree.add_group(Group(name, _number(gid)))
    for line in package.accounts:
        name, uid, group, home, shell = line.split()
        if not isinstance(tree.account(name), Account):
            tree.add_account(Account(name, _number(uid), group, home, shell))
    for line in package.members:
        name, member = line.split()
        found = tree.group(name)
        if isinstance(found, Group) and member not in found.members:
            tree.add_group(found._replace(members=(*found.members, member)))


def _doubt(tree: FileTree, one: Package, other: Package) -> None:
    """Forget what differs between two states of a package."""
    unknown = UnknownFact(f"what the package {one.name} installs depends on which other packages there are")
    for line in set(one.files) ^ set(other.files):
        tree.spoil(line.split(" ", 1)[0], unknown)
    for path in set(one.programs) ^ set(other.programs):
        tree.spoil(path, unknown)
    if (one.accounts, one.groups, one.members) != (other.accounts, other.groups, other.members):
        tree.forget_accounts(unknown)


def _number(text: str) -> str | None:
    return None if text == "-" else text


def fill_base(tree: FileTree) -> None:
    """Put what a minimal system of a release has, so that what is not there is known too where all is listed."""
    table = package_table()
    if tree.release != table.release:
        return
    for path in (*table.whole, *_PROGRAMS):
        tree.unlisted(path, None)
    _put_all(tree, table.base)
    for path in table.left_out:
        tree.unlisted(path, _LEFT_OUT)


@lru_cache(maxsize=4096)  # the same packages are installed again and again
def _read(line: str) -> tuple[str, str, str, str, File]:
    """Return a line of a package: path, kind, owner, group, and the file without the last two."""
    path, kind, owner, group, mode, *more = line.split(" ")
    target = more[0] if more and kind == "link" else ""
    capabilities, is_effective = capabilities_of_text(more[0]) if more and kind == "file" else ((), False)
    form = FileKind.FOLDER if kind in {"roots", "full"} else FileKind(kind)
    return path, kind, owner, group, File(form, None, None, int(mode, 8), target, capabilities, is_effective)


def _put_files(tree: FileTree, lines: Iterable[str], name: str) -> None:
    for line in lines:
        path, kind, owner, group, written = _read(line)
        is_partial = kind in {"roots", "full"}
        account, its_group = tree.account(owner), tree.group(group)
        user = account.uid or owner if isinstance(account, Account) else owner
        number = its_group.gid or group if isinstance(its_group, Group) else group
        made = written._replace(owner=user, group=number, package=name)
        if account is ABSENT or its_group is ABSENT:
            reason = f"it is not known whether another package makes {owner} or {group}, to whom {name} gives {path}"
            tree.spoil(path, UnknownFact(reason))
            continue
        _make_parents(tree, path)
        before = tree.look(path)
        is_here = isinstance(before, File)
        if isinstance(before, File) and (before.where is not None or (tree.is_read and not before.package)):
            made = _kept(before, made)
        elif is_here and made.kind is FileKind.FOLDER and (owner, group, made.mode) == ("root", "root", 0o755):
            continue  # unpacking leaves a folder that is there as it is
        tree.put(path, made, is_new=kind == "folder" and not is_here)
        if is_partial:
            reason = f"dropcap does not know every file of the package {name}"
            tree.unlisted(path, UnknownFact(reason, roots=kind == "roots"))


def _kept(before: File, made: File) -> File:
    """Return what becomes of something that a build step made before a package came: it may be left as it was."""
    if before.kind is not FileKind.FOLDER:
        return before
    return before._replace(
        owner=before.owner if before.owner == made.owner else None,
        group=before.group if before.group == made.group else None,
        mode=before.mode if before.mode == made.mode else None,
    )


def _make_parents(tree: FileTree, path: str) -> None:
    """Put the folders above a path where nobody knows them: those of packages that are not ordinary are listed."""
    folder = posixpath.dirname(path)
    missing = []
    while folder != "/":
        found = tree.look(folder)
        if isinstance(found, File):
            break
        if isinstance(found, UnknownFact) and found.roots:
            missing.append(folder)
        folder = posixpath.dirname(folder)
    for one in reversed(missing):
        tree.put(one, File(FileKind.FOLDER, "0", "0", 0o755))


def _remove(tree: FileTree, apt: Apt) -> None:
    """Remove packages: what they brought may be there still, or not."""
    table = package_table()
    there = set(tree.packages)
    named = {_name(word.value) for word in apt.packages if word.unknown is None}
    gone = there if any(word.unknown is not None for word in apt.packages) else broken(table, there, named & there)
    if apt.verb is Verb.REMOVE_UNNEEDED:
        asked = [name for name, is_asked in tree.packages.items() if is_asked and name not in gone]
        gone |= there - needed_by(table, there - gone, asked)
    _forget(tree, gone)


def _forget(tree: FileTree, names: Collection[str]) -> None:
    for name in sorted(names):
        package = package_table().package(name)
        unknown = UnknownFact(f"the package {name} is removed again", roots=True)
        for one in (package, package.otherwise or package):
            for path in (*one.programs, *(line.split(" ", 1)[0] for line in one.files)):
                found = tree.look(path)
                if isinstance(found, File) and found.package == name:
                    tree.spoil(path, unknown)
        if package.accounts or package.groups:
            tree.forget_accounts(unknown)
    tree.packages = {name: asked for name, asked in tree.packages.items() if name not in names}
