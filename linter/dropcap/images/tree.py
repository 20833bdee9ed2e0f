"""The files and accounts of an image or a container, as far as they are known, while commands change them.

A path is known by its entry. Of one without an entry the nearest folder above it says whether nothing is there, or
nobody knows. What changes a path that is not known leaves it as unknown as before, but for what it says itself.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, ImageConfig, UnknownFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.images.facts import Absent
    from dropcap.model import Located
    from dropcap.source import Source

__all__ = ["FileTree"]

_MOST_LINKS = 40
_MOST_ENTRIES = 20_000
_USUAL_FOLDER, _USUAL_FILE = 0o755, 0o644
_SET_GROUP = 0o2000
_NO_NUMBER = UnknownFact("no account of that number is known")


class _Entries(dict[str, Any]):
    """What lies at paths; what was found by it before is forgotten when it changes."""

    def __init__(self, entries: Mapping[str, Any], found: dict[str, Any]) -> None:
        super().__init__(entries)
        self._found = found

    def __setitem__(self, path: str, value: Any) -> None:  # noqa: ANN401  # a file or why there may be one
        super().__setitem__(path, value)
        self._found.clear()

    def __delitem__(self, path: str) -> None:
        super().__delitem__(path)
        self._found.clear()


class FileTree:
    """Files, accounts and groups; see :class:`dropcap.images.facts.ImageFacts` for what they are asked.

    Attributes:
        config: the image's configuration.
        release: the release of the distribution by its name, where it is known: `bookworm`.

    """

    def __init__(self, unknown: UnknownFact | None = None, config: ImageConfig | None = None) -> None:
        """Begin with nothing.

        Args:
            unknown: why nobody knows what else is there; None where nothing is.
            config: the image's configuration.

        """
        self.config = config or ImageConfig()
        self._found: dict[
            str, File | Absent | UnknownFact
        ] = {}  # a startup looks for the same programs again and again
        self._files: dict[str, File] = _Entries({"/": File(FileKind.FOLDER, "0", "0", _USUAL_FOLDER)}, self._found)
        self._areas: dict[str, UnknownFact | None] = _Entries({"/": unknown}, self._found)
        self._accounts: dict[str, Account] = {}
        self._groups: dict[str, Group] = {}
        self._accounts_unknown = unknown
        self.release = ""

    def copy(self) -> FileTree:
        """Return a tree of its own with the same content."""
        made = FileTree(config=self.config)
        made._files, made._areas = _Entries(self._files, made._found), _Entries(self._areas, made._found)
        made._accounts, made._groups = dict(self._accounts), dict(self._groups)
        made._accounts_unknown, made.release = self._accounts_unknown, self.release
        return made

    def is_same(self, other: FileTree) -> bool:
        """Return whether another tree has the same files, accounts and groups."""
        ours = (self._files, self._areas, self._accounts, self._groups, self._accounts_unknown)
        return ours == (other._files, other._areas, other._accounts, other._groups, other._accounts_unknown)

    # What is asked.

    def look(self, path: str) -> File | Absent | UnknownFact:
        """Return what lies at an absolute path; links on the way there are followed, one at its end is not."""
        known = self._found.get(path)
        if known is None:
            real = self._real(path)
            known = self._files.get(real) or self._area(real) or ABSENT
            self._found[path] = known
        return known

    def _area(self, path: str) -> UnknownFact | None:
        """Return why nobody knows what lies at a path without an entry; None where nothing does."""
        while path not in self._areas:
            above = posixpath.dirname(path)
            path = above if above != path else "/"  # what is no whole path, or begins with two slashes
        return self._areas[path]

    def _real(self, path: str) -> str:
        """Return a path with the links among its folders followed."""
        for _ in range(_MOST_LINKS):
            parts = path.strip("/").split("/")
            for number in range(1, len(parts)):
                folder = "/" + "/".join(parts[:number])
                found = self._files.get(folder)
                if found is not None and found.kind is FileKind.LINK:
                    target = posixpath.join(posixpath.dirname(folder), found.target)
                    path = "/" + posixpath.normpath(posixpath.join(target, *parts[number:])).lstrip("/")
                    break
            else:
                return path
        return path

    def end(self, path: str) -> str:
        """Return where a path leads, a link at its end followed too."""
        for _ in range(_MOST_LINKS):
            path = self._real(path)
            found = self._files.get(path)
            if found is None or found.kind is not FileKind.LINK:
                return path
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), found.target))
        return path

    def text(self, path: str) -> Source | None:
        """Return the text of a file, links followed; None where there is none or nobody knows it."""
        found = self._files.get(self.end(path))
        return None if found is None else found.text

    def below(self, path: str) -> Sequence[tuple[str, File]]:
        """Return what is known to lie in a folder, at any depth, with its paths, in order."""
        start = self._real(path).rstrip("/") + "/"
        return sorted((one, file) for one, file in self._files.items() if one.startswith(start) and one != "/")

    def hidden_below(self, path: str) -> UnknownFact | None:
        """Return why not all that lies in a folder is known; None where all is."""
        path = self._real(path)
        area = self._area(path)
        if area is not None:
            return area
        start = path.rstrip("/") + "/"
        return next((one for name, one in self._areas.items() if one is not None and name.startswith(start)), None)

    def account_names(self) -> tuple[str, ...]:
        """Return the names of the accounts and groups that are known."""
        return (*self._accounts, *self._groups)

    def account(self, user: str) -> Account | Absent | UnknownFact:
        """Return the account of a name or a number."""
        if user.isdecimal():
            found = next((one for one in self._accounts.values() if one.uid == user), None)
            return found or self._accounts_unknown or _NO_NUMBER
        return self._accounts.get(user) or self._accounts_unknown or ABSENT

    def group(self, group: str) -> Group | Absent | UnknownFact:
        """Return the group of a name or a number."""
        if group.isdecimal():
            found = next((one for one in self._groups.values() if one.gid == group), None)
            return found or self._accounts_unknown or _NO_NUMBER
        return self._groups.get(group) or self._accounts_unknown or ABSENT

    # What is changed.

    def put(self, path: str, file: File, *, is_new: bool = False) -> None:
        """Put a file at a path; the folders above it are root's where none are known. A new folder is empty."""
        path = self._real(path)
        if len(self._files) >= _MOST_ENTRIES:
            self._areas["/"] = self._areas["/"] or UnknownFact("there are more files than are followed")
            return
        self._make_parents(path, file)
        if is_new and file.kind is FileKind.FOLDER:
            self._areas[path] = None
        self._files[path] = file

    def _make_parents(self, path: str, file: File) -> None:
        folder = posixpath.dirname(path)
        missing = []
        while folder not in self._files:
            missing.append(folder)
            folder = posixpath.dirname(folder)
        for one in reversed(missing):
            is_new = self._area(one) is None
            owner = "0" if is_new else None
            self._files[one] = File(FileKind.FOLDER, owner, owner, _USUAL_FOLDER if is_new else None, where=file.where)

    def remove(self, path: str) -> None:
        """Take a path out, and all below it."""
        path = self._real(path)
        start = path.rstrip("/") + "/"
        for one in [one for one in self._files if one == path or one.startswith(start)]:
            del self._files[one]
        for one in [one for one in self._areas if one != "/" and (one == path or one.startswith(start))]:
            del self._areas[one]
        if path != "/" and self._area(path) is not None:
            self._areas[path] = None

    def spoil(self, path: str, unknown: UnknownFact) -> None:
        """Forget what is at a path and below it."""
        path = self._real(path)
        start = path.rstrip("/") + "/"
        for one in [one for one in self._files if one == path or one.startswith(start)]:
            if one != "/":
                del self._files[one]
        for one in [one for one in self._areas if one.startswith(start)]:
            if one != "/":
                del self._areas[one]
        self._areas[path] = unknown

    def make_volume(self, path: str, where: Located[Any]) -> None:
        """Make a folder that a volume is put at, where none is."""
        if self.look(path) is ABSENT:
            self.put(path, File(FileKind.FOLDER, "0", "0", _USUAL_FOLDER, where=where), is_new=True)

    def unlisted(self, path: str, unknown: UnknownFact | None) -> None:
        """Note that more lies in a folder than is known; what is known stays."""
        self._areas[self._real(path)] = unknown

    def write(self, path: str, text: Source) -> None:
        """Give a file that is there its text; links are followed."""
        path = self.end(path)
        found = self._files.get(path)
        if found is not None and found.kind is FileKind.FILE:
            self._files[path] = found._replace(text=text)

    def add_account(self, account: Account) -> None:
        """Add an account; its group too, where it has the same name and none is known."""
        self._accounts[account.name] = account
        if account.group == account.name and account.name not in self._groups:
            self._groups[account.name] = Group(account.name, account.uid, where=account.where)

    def add_group(self, group: Group) -> None:
        """Add a group."""
        self._groups[group.name] = group

    def forget_accounts(self, unknown: UnknownFact) -> None:
        """Note that there may be accounts that nobody knows of."""
        self._accounts_unknown = unknown

    def doubt(self, effect: Effect, user: str | None, unknown: UnknownFact) -> None:
        """Note that an effect may have happened: what differs by it is not known."""
        if effect.kind in _OF_ACCOUNTS:
            self.forget_accounts(unknown)
            return
        if effect.kind is EffectKind.READ:
            return
        done = self.copy()
        done.apply(effect, user)
        files = dict(done.below("/"))
        for path in [path for path, file in files.items() if self._files.get(path) != file]:
            before, after = self._files.get(path), files[path]
            if before is None:
                self.spoil(path, unknown)
            else:
                self._files[path] = before._replace(
                    owner=before.owner if before.owner == after.owner else None,
                    group=before.group if before.group == after.group else None,
                    mode=before.mode if before.mode == after.mode else None,
                )
        for path in [path for path in self._files if path not in files and path != "/"]:
            self.spoil(path, unknown)

    def apply(self, effect: Effect, user: str | None) -> None:
        """Do what an effect says, as a process of a user that the kernel lets do it.

        Args:
            effect: it.
            user: the user's number, or the name where that is not known; None where nobody knows.

        """
        if effect.kind is EffectKind.UNKNOWN or effect.path is None:
            if effect.kind is not EffectKind.READ:
                unknown = UnknownFact(effect.reason or "a path that is changed is not known", where=effect.where)
                if effect.path:
                    self.spoil(effect.path, unknown)
            return
        handler = _HANDLERS.get(effect.kind)
        if handler is not None:
            handler(self, effect, user)

    def _paths(self, effect: Effect) -> Iterator[str]:
        """Give the paths that an effect means, links followed."""
        path = self._real(effect.path or "/")
        for _ in range(_MOST_LINKS):
            found = self._files.get(path)
            if found is None or found.kind is not FileKind.LINK or effect.ignores_link:
                break
            path = self._real(
                "/" + posixpath.normpath(posixpath.join(posixpath.dirname(path), found.target)).lstrip("/")
            )
        yield path
        if effect.is_deep:
            yield from (one for one, _ in self.below(path))

    def _new(self, effect: Effect, user: str | None, kind: FileKind, path: str) -> File:
        """Return a new file of a user, in a folder that may hand on its group."""
        folder = self._files.get(posixpath.dirname(path))
        inherits = 0 if folder is None else (folder.mode or 0) & _SET_GROUP
        account = self._accounts.get(user or "")
        own = "0" if user == "0" else account.group if account is not None else user
        usual = _USUAL_FOLDER | inherits if kind is FileKind.FOLDER else _USUAL_FILE
        owner = effect.owner if effect.owner is not None else user
        group = effect.group if effect.group is not None else folder.group if inherits and folder is not None else own
        mode = changed_mode(usual, effect.mode, is_folder=kind is FileKind.FOLDER) if effect.mode else usual
        return File(kind, owner or None, group or None, mode, where=effect.where)

    def _make(self, effect: Effect, user: str | None) -> None:
        path = self._real(effect.path or "/")
        kind = FileKind.FOLDER if effect.kind is EffectKind.MAKE_FOLDER else FileKind.FILE
        kind = FileKind.DEVICE if effect.kind is EffectKind.MAKE_DEVICE else kind
        found = self.look(path)
        if isinstance(found, File):
            if kind is FileKind.FILE and found.kind is FileKind.FILE:
                self._files[path] = found._replace(text=None, capabilities=(), is_effective=False)
            return
        if isinstance(found, UnknownFact) and (effect.is_gentle or kind is FileKind.FILE):
            # It may have been there, with another owner.
            old = "0" if found.roots else None
            owner, group = effect.owner or old, effect.group or old
            self.put(path, File(kind, owner, group, None, where=effect.where))
            return
        if effect.with_parents:
            folder = posixpath.dirname(path)
            if folder != path and self.look(folder) is ABSENT:
                self._make(effect._replace(path=folder, mode="", owner=None, group=None), user)
        self.put(path, self._new(effect, user, kind, path), is_new=True)

    def _give(self, effect: Effect, _: str | None) -> None:
        for path in list(self._paths(effect)):
            file = self._files.get(path)
            if file is None:
                continue
            if effect.only_from:
                is_other = file.owner != effect.only_from.lstrip("!")
                if is_other is not effect.only_from.startswith("!") and file.owner is not None:
                    continue
            owner = file.owner if effect.owner is None else effect.owner or None
            group = file.group if effect.group is None else effect.group or None
            self._files[path] = file._replace(owner=owner, group=group, where=effect.where)
        path = next(iter(self._paths(effect)))
        if path not in self._files and self._area(path) is not None:
            owner, group = effect.owner or None, effect.group or None
            self.put(path, File(FileKind.FOLDER if effect.is_deep else FileKind.FILE, owner, group, None))

    def _mode(self, effect: Effect, _: str | None) -> None:
        for path in list(self._paths(effect)):
            file = self._files.get(path)
            if file is not None:
                is_folder = file.kind is FileKind.FOLDER
                self._files[path] = file._replace(mode=changed_mode(file.mode, effect.mode, is_folder=is_folder))

    def _copy(self, effect: Effect, user: str | None) -> None:
        target, source = effect.target, self._real(effect.path or "/")
        if target is None:
            return
        target = self._real(target)
        for path in (source, *(one for one, _ in self.below(source))) if effect.is_deep else (source,):
            file = self._files.get(path)
            if file is None:
                continue
            place = target + path[len(source) :]
            made = self._new(effect, user, file.kind, place)
            owned = file if effect.is_kept else file._replace(owner=made.owner, group=made.group, where=effect.where)
            if place not in self._files or effect.is_kept:
                self.put(place, owned)
        if source not in self._files:
            unknown = UnknownFact(f"what is copied from {source} is not known", where=effect.where)
            if target not in self._files:
                self.put(target, self._new(effect, user, FileKind.FILE, target)._replace(mode=None))
            if effect.is_deep:
                self._areas[target] = unknown

    def _move(self, effect: Effect, user: str | None) -> None:
        self._copy(effect._replace(is_kept=True, is_deep=True), user)
        self.remove(effect.path or "/")

    def _link(self, effect: Effect, user: str | None) -> None:
        if effect.target is None:
            return
        place = self._real(effect.target)
        if effect.is_hard:
            found = self._files.get(self._real(effect.path or "/"))
            if found is not None:
                self.put(place, found)
            return
        made = self._new(effect, user, FileKind.LINK, place)
        self.put(place, made._replace(target=effect.path or "", mode=0o777))

    def _remove(self, effect: Effect, _: str | None) -> None:
        self.remove(effect.path or "/")

    def _capabilities(self, effect: Effect, _: str | None) -> None:
        path = self._real(effect.path or "/")
        file = self._files.get(path) or File(FileKind.FILE, None, None, None)
        self.put(
            path,
            file._replace(capabilities=effect.capabilities, is_effective=effect.is_effective, where=effect.where),
        )

    def _account(self, effect: Effect, _: str | None) -> None:
        account = effect.account
        if account is None:
            self.forget_accounts(UnknownFact("an account is changed that is not known", where=effect.where))
        elif effect.kind is EffectKind.REMOVE_ACCOUNT:
            self._accounts.pop(account.name, None)
        elif effect.kind is EffectKind.CHANGE_ACCOUNT:
            old = self._accounts.get(account.name) or account
            self.add_account(
                old._replace(
                    uid=account.uid or old.uid,
                    group=account.group or old.group,
                    home=account.home or old.home,
                    shell=account.shell or old.shell,
                )
            )
        else:
            self.add_account(account)

    def _group(self, effect: Effect, _: str | None) -> None:
        if effect.to_group is None:
            self.forget_accounts(UnknownFact("a group is changed that is not known", where=effect.where))
        else:
            self.add_group(effect.to_group)


_OF_ACCOUNTS = frozenset(
    {
        *(EffectKind.ADD_ACCOUNT, EffectKind.CHANGE_ACCOUNT, EffectKind.REMOVE_ACCOUNT),
        *(EffectKind.ADD_GROUP, EffectKind.CHANGE_GROUP),
    }
)
_HANDLERS = {
    **dict.fromkeys(
        (EffectKind.MAKE_FOLDER, EffectKind.MAKE_FILE, EffectKind.MAKE_DEVICE, EffectKind.APPEND, EffectKind.TOUCH),
        FileTree._make,  # its own
    ),
    EffectKind.GIVE: FileTree._give,  # noqa: SLF001  # its own
    EffectKind.MODE: FileTree._mode,  # noqa: SLF001  # its own
    EffectKind.COPY: FileTree._copy,  # noqa: SLF001  # its own
    EffectKind.MOVE: FileTree._move,  # noqa: SLF001  # its own
    EffectKind.LINK: FileTree._link,  # noqa: SLF001  # its own
    EffectKind.REMOVE: FileTree._remove,  # noqa: SLF001  # its own
    EffectKind.CAPABILITIES: FileTree._capabilities,  # noqa: SLF001  # its own
    **dict.fromkeys(
        (EffectKind.ADD_ACCOUNT, EffectKind.CHANGE_ACCOUNT, EffectKind.REMOVE_ACCOUNT),
        FileTree._account,  # noqa: SLF001  # its own
    ),
    **dict.fromkeys((EffectKind.ADD_GROUP, EffectKind.CHANGE_GROUP), FileTree._group),  # noqa: SLF001  # its own
}

_CLAUSE = r"([ugoa]*)((?:[-+=][rwxXst]*)+)"
_BITS = {"r": 0o444, "w": 0o222, "x": 0o111, "X": 0o111}
_CLASSES = {"u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777}
_UMASK = 0o022
_ALL_BITS = 0o7777


def changed_mode(mode: int | None, change: str, *, is_folder: bool) -> int | None:
    """Return the permission bits after a change as chmod(1) takes it; None where they are not known.

    A number of four digits or fewer leaves set-user-id and set-group-id of a folder as they are, as GNU's does.
    """
    if change.isdecimal() and set(change) <= set("01234567"):
        number = int(change, 8) & _ALL_BITS
        keeps = is_folder and mode is not None and len(change) < len("00000")
        return number | (mode & 0o6000 if keeps and mode is not None else 0)
    for clause in change.split(","):
        match = re.fullmatch(_CLAUSE, clause)
        if match is None:
            return None
        mask = 0
        for letter in match[1] or "a":
            mask |= _CLASSES[letter]
        mask &= ~0 if match[1] else ~_UMASK
        for operator, letters in re.findall(r"([-+=])([rwxXst]*)", match[2]):
            bits = _bits(letters, match[1] or "a", mode, is_folder=is_folder)
            kept = 0o6000 if is_folder and "s" not in letters else 0  # of a folder they stay unless they are named
            if operator == "=" and match[1] in {"a", "ugo"} and "X" not in letters:
                mode = (bits & mask) | ((mode or 0) & kept)
            elif mode is None:
                return None
            elif operator == "=":
                mode = (mode & (~mask | kept)) | (bits & mask)
            else:
                mode = mode | (bits & mask) if operator == "+" else mode & ~(bits & mask)
    return mode


def _bits(letters: str, classes: str, mode: int | None, *, is_folder: bool) -> int:
    found = 0
    for letter in letters:
        if letter == "s":
            found |= (0o4000 if {"u", "a"} & set(classes) else 0) | (0o2000 if {"g", "a"} & set(classes) else 0)
        elif letter == "t":
            found |= 0o1000
        elif letter != "X" or is_folder or (mode or 0) & 0o111:
            found |= _BITS[letter]
    return found
