"""The files and accounts of an image or a container, as far as they are known, while commands change them.

What changes a path that is not known leaves it as unknown as before, but for what it says itself.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.accounts import Accounts
from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import ABSENT, File, FileKind, ImageConfig, UnknownFact
from dropcap.images.file_modes import changed_mode
from dropcap.images.files import MOST_LINKS, USUAL_FOLDER, Files

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FileTree"]

_USUAL_FILE = 0o644
_SET_GROUP = 0o2000


class FileTree(Files, Accounts):
    """Files, accounts and groups; see :class:`dropcap.images.facts.ImageFacts` for what they are asked.

    Attributes:
        config: the image's configuration.
        release: the release of the distribution by its name, where it is known: `bookworm`.
        packages: the packages that build steps installed and that bring something, and whether they asked for them.

    """

    def __init__(self, unknown: UnknownFact | None = None, config: ImageConfig | None = None) -> None:
        """Begin with nothing.

        Args:
            unknown: why nobody knows what else is there; None where nothing is.
            config: the image's configuration.

        """
        Files.__init__(self, unknown)
        Accounts.__init__(self, unknown)
        self.config = config or ImageConfig()
        self.release = ""
        self.packages: dict[str, bool] = {}

    def copy(self) -> FileTree:
        """Return a tree of its own with the same content."""
        made = FileTree(config=self.config)
        made._files.update(self._files)
        made._areas.update(self._areas)
        made._accounts, made._groups = dict(self._accounts), dict(self._groups)
        made._accounts_unknown, made.release = self._accounts_unknown, self.release
        made.packages = dict(self.packages)
        return made

    def is_same(self, other: FileTree) -> bool:
        """Return whether another tree has the same files, accounts and groups."""
        ours = (self._files, self._areas, self._accounts, self._groups, self._accounts_unknown)
        return ours == (other._files, other._areas, other._accounts, other._groups, other._accounts_unknown)

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
        account = self._accounts.get(user or "")
        own = "0" if user == "0" else account.group if account is not None else user
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
