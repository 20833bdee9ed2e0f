"""The files, accounts and configuration of an image or a container, as far as they are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from dropcap.images.changes import Changes
from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import ABSENT, File, FileKind, ImageConfig, UnknownFact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.images.facts import Account, Group
    from dropcap.images.file_capabilities import FileCapabilities

__all__ = ["FileTree"]

T = TypeVar("T")

_STICKY = 0o1000
_OTHERS_WRITE = 0o022


class FileTree(Changes):
    """Files, accounts and groups; see :class:`dropcap.images.facts.ImageFacts` for what they are asked.

    Attributes:
        config: the image's configuration.
        release: the release of the distribution by its name, where it is known: `bookworm`.
        packages: the packages that build steps installed and that bring something, and whether they asked for them.
        programs: by path, what is known of programs of the image's own, in the words of the table of programs.
        carried: the file capabilities that build steps gave to files of which nobody knows which they are.
        is_read: whether the image was read itself, now or for the lock: of what it lacks nobody has said where packages
            put more than is listed.
        has_more: whether it may have packages that nobody told of.

    """

    def __init__(self, unknown: UnknownFact | None = None, config: ImageConfig | None = None) -> None:
        """Begin with nothing.

        Args:
            unknown: why nobody knows what else is there; None where nothing is.
            config: the image's configuration.

        """
        super().__init__(unknown)
        self.config = config or ImageConfig()
        self.release = ""
        self.packages: dict[str, bool] = {}
        self.programs: Mapping[str, Mapping[str, Any]] = {}
        self.carried: tuple[FileCapabilities, ...] = ()
        self.is_read = self.has_more = False

    def copy(self) -> FileTree:
        """Return a tree of its own with the same content."""
        made = FileTree()
        self.copy_into(made)
        return made

    def copy_into(self, made: FileTree) -> None:
        """Give a new tree the same content."""
        made.config = self.config
        made.take_files(self)
        made._accounts, made._groups = dict(self._accounts), dict(self._groups)
        made._accounts_unknown, made.release = self._accounts_unknown, self.release
        made.packages = dict(self.packages)
        made.programs, made.carried = self.programs, self.carried
        made.is_read, made.has_more = self.is_read, self.has_more

    def is_same(self, other: FileTree) -> bool:
        """Return whether another tree has the same files, accounts and groups."""
        ours = (self._files, self._areas, self._accounts, self._groups, self._accounts_unknown)
        return ours == (other._files, other._areas, other._accounts, other._groups, other._accounts_unknown)

    def is_as(self, other: FileTree) -> bool:
        """Return whether whatever is done to another tree would come to the same here."""
        ours = (self._most, self.release, self.packages, self.is_read, self.has_more, self.carried, self.programs)
        theirs = (other._most, other.release, other.packages, other.is_read, other.has_more)
        return ours == (*theirs, other.carried, other.programs) and self.is_same(other)

    def become(self, other: FileTree) -> None:
        """Have the files, accounts, groups and packages of a tree that was made of one like this."""
        self.take_files(other)
        self._accounts, self._groups = dict(other._accounts), dict(other._groups)
        self._accounts_unknown, self.packages = other._accounts_unknown, dict(other.packages)

    def changed_since(self, before: FileTree) -> tuple[list[File], list[UnknownFact], list[Account], list[Group]]:
        """Return the files, the areas, the accounts and the groups that another tree does not have."""
        areas = _others(self._areas, before._areas)
        unknown = None if self._accounts_unknown is before._accounts_unknown else self._accounts_unknown
        return (
            _others(self._files, before._files),
            [one for one in (*areas, unknown) if one is not None],
            _others(self._accounts, before._accounts),
            _others(self._groups, before._groups),
        )

    def spoil_of(self, user: str, unknown: UnknownFact) -> None:
        """Forget what a user who is not root may have changed: its own files, and what lies where it may write."""
        for path, file in [("/", self._files["/"]), *self.below("/")]:
            if self._files.get(path) is not file or file.kind is FileKind.LINK:
                continue
            is_own = not self._is_another(user, file.owner)
            is_open = file.mode is None or file.mode & _OTHERS_WRITE
            if file.kind is not FileKind.FOLDER:
                if is_own or is_open:
                    self._files[path] = file._replace(content=None, mode=None if is_own else file.mode)
                continue
            if is_own:
                self._files[path] = file._replace(group=None, mode=None)
            if is_own or is_open:
                self._spoil_inside(path, unknown, keeps=bool((file.mode or 0) & _STICKY) and not is_own)

    def _spoil_inside(self, path: str, unknown: UnknownFact, *, keeps: bool) -> None:
        """Forget what lies in a folder; where it is sticky, only what else may lie there."""
        kept = self._files[path]
        if not keeps and path != "/":
            self.spoil(path, unknown)
            self._files[path] = kept
        self._areas[path] = unknown

    def _is_another(self, user: str, owner: str | None) -> bool:
        """Return whether a file is certain not to belong to a user."""
        if owner is None:
            return False
        one, other = (self._number(name) for name in (user, owner))
        return one != other and ("0" in {one, other} or one.isdecimal() is other.isdecimal())

    def _number(self, name: str) -> str:
        found = self._accounts.get(name)
        return found.uid or name if found is not None else name

    def doubt(self, effect: Effect, user: str | None, unknown: UnknownFact, group: str | None = None) -> None:
        """Note that an effect may have happened: what differs by it is not known."""
        if effect.kind in _OF_ACCOUNTS:
            self.forget_accounts(unknown)
            return
        if effect.kind is EffectKind.READ:
            return
        done = self.copy()
        touched = done.note_changes()
        done.apply(effect, user, group)
        self._doubt_files({path: done.entry(path) for path in sorted(touched) if path != "/"}, unknown)
        for path, area in done.areas_below("/"):
            if area is not None and area is not self._area(path):
                self.open_folder(path, unknown)
        if done.others is not self.others:
            self.forget_accounts(unknown)

    def _doubt_files(self, done: Mapping[str, File | None], unknown: UnknownFact) -> None:
        """Forget what differs from what may lie at some paths; None where nothing may."""
        for path in [path for path, file in done.items() if file is not None and self._files.get(path) != file]:
            before, after = self._files.get(path), done[path]
            if before is None and after is not None:
                known = self.look(path)
                is_its = known is ABSENT or (isinstance(known, UnknownFact) and known.maker == after.owner)
                maker = after.owner or "" if is_its and after.owner != "0" else ""
                self.spoil(path, unknown._replace(roots=self._is_roots_at_most(path, after), maker=maker))
            elif before is None or after is None or before.kind is not after.kind:
                self.spoil(path, unknown)
            else:
                self._files[path] = before._replace(
                    owner=before.owner if before.owner == after.owner else None,
                    group=before.group if before.group == after.group else None,
                    mode=before.mode if before.mode == after.mode else None,
                    content=before.content if before.content is after.content else None,
                    capabilities=before.capabilities or after.capabilities,
                    is_effective=before.is_effective or after.is_effective,
                )
        gone = {path for path, file in done.items() if file is None}
        for path in [path for path in self._files if path in gone] if gone else ():
            self.spoil(path, unknown)

    def _is_roots_at_most(self, path: str, made: File) -> bool:
        """Return whether what may have been made is root's own, and whatever may have been there before it too."""
        before = self.look(path)
        is_free = before is ABSENT or (isinstance(before, UnknownFact) and before.roots)
        return is_free and made.owner == "0" and made.mode is not None and made.mode & _OWN == _OWN


def _others(now: Mapping[str, T], before: Mapping[str, T]) -> list[T]:
    """Return what is another thing now, or was not there."""
    return [one for name, one in now.items() if before.get(name) is not one]


_OWN = 0o600
_OF_ACCOUNTS = frozenset(
    {
        *(EffectKind.ADD_ACCOUNT, EffectKind.CHANGE_ACCOUNT, EffectKind.REMOVE_ACCOUNT),
        *(EffectKind.ADD_GROUP, EffectKind.CHANGE_GROUP),
    }
)
