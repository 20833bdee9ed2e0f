"""What commands change of the files and accounts of an image or a container.

What changes a path that is not known leaves it as unknown as before, but for what it says itself.
"""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dropcap.images.account_files import ACCOUNT_FILES
from dropcap.images.accounts import Accounts
from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import ABSENT, Account, File, FileKind, UnknownFact
from dropcap.images.file_modes import changed_mode, keeps_owners_rights
from dropcap.images.files import MOST_LINKS, USUAL_FOLDER, Files

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Changes"]

_USUAL_FILE = 0o644
_SET_GROUP = 0o2000


def _edited(file: File) -> File:
    """Return what a file is when something was changed in its text, or written behind it."""
    is_packages = file.package and file.content is None and (file.where is None or file.behind)
    behind = (*file.behind, None) if is_packages else ()
    return file._replace(content=None, capabilities=(), is_effective=False, behind=behind)


_OF_ENTRIES = frozenset({EffectKind.GIVE, EffectKind.MODE})
_READ = frozenset({FileKind.DEVICE, FileKind.FIFO, FileKind.SOCKET})
"""Of these, `cp` and `install` copy what is read from them, unless all below a folder is copied."""
_COPIED = 0o755
_STICKY = 0o1000
"""The bits of a mode that a copy has too, as far as the usual umask lets it."""


class Changes(Files, Accounts):
    """Files, accounts and groups that effects change."""

    def __init__(self, unknown: UnknownFact | None = None) -> None:
        """Begin with nothing, and with why nobody knows what else is there; None where nothing is."""
        Files.__init__(self, unknown)
        Accounts.__init__(self, unknown)
        self._group_of_process: str | None = "0"

    def apply(self, effect: Effect, user: str | None, group: str | None = None) -> None:
        """Do what an effect says, as a process of a user that the kernel lets do it.

        Args:
            effect: it.
            user: the user's number, or the name where that is not known; None where nobody knows.
            group: its group, likewise; None for the user's own.

        """
        if effect.kind is EffectKind.UNKNOWN or effect.path is None:
            if effect.kind is not EffectKind.READ:
                unknown = UnknownFact(effect.reason or "a path that is changed is not known", where=effect.where)
                if effect.path and effect.is_gentle:  # what is in it may be gone
                    for path, file in self.below(effect.path):
                        self.spoil(path, unknown._replace(roots=file.owner == "0"))
                elif effect.path:
                    self.spoil(effect.path, unknown)
            return
        handler = _HANDLERS.get(effect.kind)
        if handler is not None:
            self._group_of_process = group if group is not None else self._own_group(user)
            handler(self, self.settled(effect), user)

    def settled(self, effect: Effect) -> Effect:
        """Return an effect with its target in the folder that it names, where it is one that is gone into."""
        if not effect.goes_into or effect.target is None or effect.path is None:
            return effect
        is_put = effect.kind not in _OF_ENTRIES
        folder, other = (effect.target, effect.path) if is_put else (effect.path, effect.target)
        found = self.look(self.end(folder))
        if not isinstance(found, File) or found.kind is not FileKind.FOLDER:
            return effect
        entry = posixpath.join(self.end(folder), posixpath.basename(other.rstrip("/")))
        return (
            effect._replace(target=entry, goes_into=False) if is_put else effect._replace(path=entry, goes_into=False)
        )

    def _own_group(self, user: str | None) -> str | None:
        """Return the group of a user's processes: a number without an account has root's."""
        if user == "0":
            return user
        found = self.account(user or "")
        if isinstance(found, Account):
            return found.group
        return "0" if (user or "").isdecimal() and self._accounts_unknown is None else None

    def _paths(self, effect: Effect) -> Iterator[str]:
        """Give the paths that an effect means, links followed."""
        path = self._real(effect.path or "/")
        for _ in range(MOST_LINKS):
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
        own = self._group_of_process
        usual = USUAL_FOLDER | inherits if kind is FileKind.FOLDER else _USUAL_FILE
        owner = effect.owner if effect.owner is not None else user
        group = effect.group if effect.group is not None else folder.group if inherits and folder is not None else own
        mode = changed_mode(usual, effect.mode, is_folder=kind is FileKind.FOLDER) if effect.mode else usual
        return File(kind, owner or None, group or None, mode, where=effect.where)

    def _make(self, effect: Effect, user: str | None) -> None:
        path = self._real(effect.path or "/")
        kind = FileKind.FOLDER if effect.kind is EffectKind.MAKE_FOLDER else FileKind.FILE
        kind = FileKind.DEVICE if effect.kind is EffectKind.MAKE_DEVICE else kind
        found = self.look(path)
        if isinstance(found, File) and found.kind is FileKind.LINK:
            path = self.end(path)
            found = self.look(path)
        if kind is FileKind.FILE and effect.kind is not EffectKind.TOUCH:
            self._change_accounts(path, effect)
        if isinstance(found, File):
            if effect.kind is EffectKind.TOUCH:
                return
            if kind is FileKind.FILE and found.kind is FileKind.FILE:
                # What takes the place of a package's text is none of a package.
                changed = _edited(found)
                behind = changed.behind if effect.kind is EffectKind.APPEND else ()
                self._files[path] = changed._replace(where=effect.where, behind=behind)
            return
        if isinstance(found, UnknownFact) and (effect.is_gentle or kind is FileKind.FILE):
            # It may have been there, with another owner.
            old = "0" if found.roots else found.maker if found.maker == user else None
            owner, group = effect.owner or old, effect.group or ("0" if found.roots else None)
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
            given = file._replace(owner=owner, group=group, where=effect.where)
            if file.kind is FileKind.FILE:  # the kernel takes these away with the old owner
                given = given._replace(capabilities=(), is_effective=False)
                given = given._replace(mode=None if file.mode is None else file.mode & ~_set_bits(file.mode))
            self._files[path] = given
        path = next(iter(self._paths(effect)))
        if effect.is_deep and effect.owner != "0":
            self._doubt_roots(path)
        if path not in self._files and self._area(path) is not None:
            owner, group = effect.owner or None, effect.group or None
            self.put(path, File(FileKind.FOLDER if effect.is_deep else FileKind.FILE, owner, group, None))

    def _doubt_roots(self, path: str) -> None:
        """Note of what is not known below a path that it may belong to others than root."""
        for one, unknown in self.areas_below(path):
            if unknown is not None and unknown.roots:
                self._areas[one] = unknown._replace(roots=False)

    def _mode(self, effect: Effect, _: str | None) -> None:
        for path in list(self._paths(effect)):
            file = self._files.get(path)
            if file is not None and effect.only_kind in {None, file.kind}:
                is_folder = file.kind is FileKind.FOLDER
                self._files[path] = file._replace(mode=changed_mode(file.mode, effect.mode, is_folder=is_folder))
        path = next(iter(self._paths(effect)))
        if (effect.is_deep or path not in self._files) and not keeps_owners_rights(effect.mode):
            self._doubt_roots(path)

    def _copy(self, effect: Effect, user: str | None) -> None:
        if effect.target is None:
            return
        target, source = self._real(effect.target), self._real(effect.path or "/")
        if effect.kind is EffectKind.COPY and not effect.is_kept and not effect.is_deep:
            source = self.end(source)
        self._change_accounts(target, effect)
        if source not in self._files:
            self._copy_unknown(effect, user, source, target)
            return
        for path in (source, *(one for one, _ in self.below(source))) if effect.is_deep else (source,):
            place = target + path[len(source) :]
            file = self._files[path]
            if effect.kind is EffectKind.COPY and not effect.is_deep and file.kind in _READ:
                file = file._replace(kind=FileKind.FILE)
            if path == place:  # it is written anew in its place
                file = _edited(file)._replace(where=effect.where)
            self._copy_one(effect, user, file, place)
        for path, unknown in self.areas_below(source) if effect.is_deep else ():
            if unknown is not None:
                is_roots = unknown.roots if effect.is_kept else user == "0"
                self.open_folder(target + path[len(source) :], unknown._replace(roots=is_roots))

    def _copy_one(self, effect: Effect, user: str | None, file: File, place: str) -> None:
        before = self._files.get(self.end(place))
        if before is not None and not effect.is_kept:
            if before.kind is FileKind.FILE:
                content = None if effect.is_gentle else file.content
                self._files[self.end(place)] = before._replace(content=content, capabilities=(), is_effective=False)
            return
        if file.kind is FileKind.FOLDER and before is not None:
            self._files[self.end(place)] = before._replace(owner=file.owner, group=file.group, mode=file.mode)
            return
        made = self._new(effect, user, file.kind, place)
        mode = file.mode
        if mode is not None and file.kind is not FileKind.LINK:
            kept_bits = _COPIED | _STICKY if file.kind is FileKind.FOLDER else _COPIED
            mode = mode & kept_bits | (made.mode or 0) & _SET_GROUP
        copied = file._replace(owner=made.owner, group=made.group, mode=mode, where=effect.where, package="")
        is_moved = effect.kind is EffectKind.MOVE
        kept = file if is_moved else file._replace(capabilities=(), is_effective=False)
        self.put(place, kept if effect.is_kept else copied._replace(capabilities=(), is_effective=False), is_new=True)

    def _copy_unknown(self, effect: Effect, user: str | None, source: str, target: str) -> None:
        area = self._area(source)
        if area is None:  # there is nothing
            return
        is_roots = user == "0" and (not effect.is_kept or area.roots)
        unknown = UnknownFact(f"what is copied from {source} is not known", roots=is_roots, where=effect.where)
        if source == target:
            owner = "0" if area.roots else None
            self.put(target, File(FileKind.FILE, owner, owner, None, where=effect.where))
        elif effect.is_kept or effect.is_deep:
            self.may_be_written(target, unknown)
        elif target not in self._files:
            self.put(target, self._new(effect, user, FileKind.FILE, target)._replace(mode=None))
        else:
            self._files[target] = self._files[target]._replace(content=None, capabilities=(), is_effective=False)

    def _change_accounts(self, path: str, effect: Effect) -> None:
        """Note that a file that holds accounts is another one."""
        if path in ACCOUNT_FILES or (effect.is_deep and path in {"/", "/etc"}):
            is_added = effect.kind is EffectKind.APPEND
            self.forget_accounts(UnknownFact(f"{path} is changed", where=effect.where), keeps=is_added)

    def _move(self, effect: Effect, user: str | None) -> None:
        self._copy(effect._replace(is_kept=True, is_deep=True), user)
        self.remove(effect.path or "/")

    def _fill(self, effect: Effect, user: str | None) -> None:
        is_roots = user == "0" and not effect.is_kept
        self.may_be_written(
            effect.path or "/", UnknownFact("what is put there is not known", roots=is_roots, where=effect.where)
        )
        self.forget_texts(effect.path or "/")
        self._change_accounts(effect.path or "/", effect._replace(is_deep=True))

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
        path = effect.path or "/"
        if re.search(r"[*?\[]", path) is None or path in self._files:
            self.remove(path)
            return
        folder = posixpath.dirname(path)
        for one, file in list(self.below(folder)):
            is_named = posixpath.dirname(one) == folder and fnmatchcase(one, path)
            if is_named and (effect.is_deep or file.kind is not FileKind.FOLDER):
                self.remove(one)

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
            unknown = UnknownFact("an account is changed that is not known", where=effect.where)
            self.forget_accounts(unknown, keeps=effect.kind is EffectKind.ADD_ACCOUNT)
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


_HANDLERS = {
    **dict.fromkeys(
        (EffectKind.MAKE_FOLDER, EffectKind.MAKE_FILE, EffectKind.MAKE_DEVICE, EffectKind.APPEND, EffectKind.TOUCH),
        Changes._make,  # its own
    ),
    EffectKind.GIVE: Changes._give,  # noqa: SLF001  # its own
    EffectKind.MODE: Changes._mode,  # noqa: SLF001  # its own
    EffectKind.COPY: Changes._copy,  # noqa: SLF001  # its own
    EffectKind.MOVE: Changes._move,  # noqa: SLF001  # its own
    EffectKind.FILL: Changes._fill,  # noqa: SLF001  # its own
    EffectKind.LINK: Changes._link,  # noqa: SLF001  # its own
    EffectKind.REMOVE: Changes._remove,  # noqa: SLF001  # its own
    EffectKind.CAPABILITIES: Changes._capabilities,  # noqa: SLF001  # its own
    **dict.fromkeys(
        (EffectKind.ADD_ACCOUNT, EffectKind.CHANGE_ACCOUNT, EffectKind.REMOVE_ACCOUNT),
        Changes._account,  # noqa: SLF001  # its own
    ),
    **dict.fromkeys((EffectKind.ADD_GROUP, EffectKind.CHANGE_GROUP), Changes._group),  # noqa: SLF001  # its own
}


def _set_bits(mode: int) -> int:
    """Return the bits of a mode that giving a file away clears: set-group-id without execution is none of them."""
    return 0o4000 | (0o2000 if mode & 0o010 else 0)
