"""What lies at the paths of an image or a container, as far as it is known.

A path is known by its entry. Of one without an entry the nearest folder above it says whether nothing is there, or
nobody knows.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Any, TypeVar

from dropcap.images.facts import ABSENT, File, FileKind, UnknownFact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dropcap.images.facts import Absent
    from dropcap.model import Located
    from dropcap.source import Source

__all__ = ["MOST_LINKS", "USUAL_FOLDER", "Files"]

MOST_LINKS = 40
_MOST_ENTRIES = 20_000
USUAL_FOLDER = 0o755


T = TypeVar("T")


class _Entries(dict[str, T]):
    """What lies at paths, in the order of the paths."""

    def __init__(self, changed: Callable[[T | None, T | None], None]) -> None:
        """Take whom to tell of each change: what was there before, and what is there now."""
        super().__init__()
        self.touched: dict[str, None] | None = None
        """The paths that have changed since somebody put an empty one here."""
        self._changed = changed
        self._order: list[str] = []

    def __setitem__(self, path: str, value: T) -> None:
        before = self.get(path)
        if path not in self:
            insort(self._order, path)
        if self.touched is not None:
            self.touched[path] = None
        super().__setitem__(path, value)
        self._changed(before, value)

    def __delitem__(self, path: str) -> None:
        before = self.pop(path)
        if self.touched is not None:
            self.touched[path] = None
        del self._order[bisect_left(self._order, path)]
        self._changed(before, None)

    def take(self, other: _Entries[T]) -> None:
        """Become what another one is; nobody is told."""
        super().clear()
        super().update(other)
        self._order = other._order.copy()  # its own kind

    def fill(self, entries: Mapping[str, T]) -> None:
        """Add many at once, before anything was found."""
        super().update(entries)
        self._order = sorted(self)

    def put_back(self, path: str, before: _Entries[T]) -> None:
        """Let what lies at a path and below it be as in another one."""
        for one in self.within(path):
            del self[one]
        for one in before.within(path):
            self[one] = before[one]

    def below(self, folder: str) -> list[str]:
        """Return the paths below a folder, in order."""
        start = folder.rstrip("/") + "/"
        return self._order[bisect_right(self._order, start) : bisect_left(self._order, start[:-1] + _BEHIND_SLASH)]

    def within(self, path: str) -> list[str]:
        """Return a path, where something lies there, and those below it, in order."""
        return [path, *self.below(path)] if path in self else self.below(path)


_BEHIND_SLASH = chr(ord("/") + 1)


def _folder_of(path: str) -> str:
    """Return what `posixpath.dirname` does, at once where the path is written plainly."""
    at = path.rfind("/")
    return path[:at] if at > 0 and path[at - 1] != "/" else posixpath.dirname(path)


class Files:
    """Files, folders and links by their paths."""

    def __init__(self, unknown: UnknownFact | None = None) -> None:
        """Begin with the root alone, and with why nobody knows what else is there; None where nothing is."""
        # A startup looks for the same programs again and again: where paths lead, and what is said of those without
        # an entry, is kept until a link or an area changes.
        self._reals: dict[str, str] = {}
        self._plain: set[str] = set()  # folders to which no link leads
        self._unlisted: dict[str, Absent | UnknownFact] = {}
        self.version = 0
        """Another number for other content."""
        self._files: _Entries[File] = _Entries(self._file_changed)
        self._areas: _Entries[UnknownFact | None] = _Entries(self._area_changed)
        self._files["/"] = File(FileKind.FOLDER, "0", "0", USUAL_FOLDER)
        self._areas["/"] = unknown
        self._most = _MOST_ENTRIES

    def fill(self, files: Mapping[str, File]) -> None:
        """Put many files at their paths at once; no path of theirs leads over a link."""
        self._files.fill(files)
        self._most = len(self._files) + _MOST_ENTRIES

    def take_files(self, other: Files) -> None:
        """Have the files of another picture, and what was found out of them."""
        self.version += 1
        self._files.take(other._files)
        self._areas.take(other._areas)
        self._reals, self._plain, self._unlisted = other._reals.copy(), other._plain.copy(), other._unlisted.copy()
        self._most = other._most

    def _file_changed(self, before: File | None, now: File | None) -> None:
        self.version += 1
        if (before is not None and before.kind is FileKind.LINK) or (now is not None and now.kind is FileKind.LINK):
            self._reals.clear()
            self._plain.clear()

    def _area_changed(self, _: UnknownFact | None, __: UnknownFact | None) -> None:
        self.version += 1
        self._unlisted.clear()

    def look(self, path: str) -> File | Absent | UnknownFact:
        """Return what lies at an absolute path; links on the way there are followed, one at its end is not."""
        real = self._reals.get(path)
        if real is None:
            real = self._real(path)
        file = self._files.get(real)
        if file is not None:
            return file
        known = self._unlisted.get(real)
        if known is None:
            known = self._unlisted[real] = self._area(real) or ABSENT
        return known

    def _area(self, path: str) -> UnknownFact | None:
        """Return why nobody knows what lies at a path without an entry; None where nothing does."""
        areas = self._areas
        while path not in areas:
            above = _folder_of(path)
            path = above if above != path else "/"  # what is no whole path, or begins with two slashes
        return areas[path]

    def _real(self, path: str) -> str:
        """Return a path with the links among its folders followed."""
        known = self._reals.get(path)
        if known is None:
            known = self._reals[path] = self._followed(path)
        return known

    def _followed(self, path: str) -> str:
        files = self._files
        for _ in range(MOST_LINKS):
            whole = "/" + path.strip("/")
            above = whole[: whole.rfind("/")]
            if above in self._plain:
                return path
            at = whole.find("/", 1)
            while at > 0:
                folder = whole[:at]
                found = files.get(folder)
                if found is not None and found.kind is FileKind.LINK:
                    target = posixpath.join(posixpath.dirname(folder), found.target)
                    path = "/" + posixpath.normpath(posixpath.join(target, whole[at + 1 :])).lstrip("/")
                    break
                at = whole.find("/", at + 1)
            else:
                self._plain.add(above)
                return path
        return path

    def end(self, path: str) -> str:
        """Return where a path leads, a link at its end followed too."""
        for _ in range(MOST_LINKS):
            path = self._real(path)
            found = self._files.get(path)
            if found is None or found.kind is not FileKind.LINK:
                return path
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), found.target))
        return path

    def note_changes(self) -> Mapping[str, None]:
        """Return where the paths are noted, from now on, whose entries change."""
        self._files.touched = noted = dict[str, None]()
        return noted

    def entry(self, path: str) -> File | None:
        """Return the entry of a path that is one of the picture's own; None where it has none."""
        return self._files.get(path)

    def text(self, path: str) -> Source | None:
        """Return the text of a file, links followed; None where there is none or nobody knows it."""
        found = self._files.get(self.end(path))
        return None if found is None else found.text

    def below(self, path: str) -> Sequence[tuple[str, File]]:
        """Return what is known to lie in a folder, at any depth, with its paths, in order."""
        return [(one, self._files[one]) for one in self._files.below(self._real(path))]

    def hidden_below(self, path: str) -> UnknownFact | None:
        """Return why not all that lies in a folder is known; None where all is."""
        path = self._real(path)
        area = self._area(path)
        if area is not None:
            return area
        hidden = [why for one in self._areas.below(path) if (why := self._areas[one]) is not None]
        if len({why.maker for why in hidden}) > 1:
            return hidden[0]._replace(maker="")
        return hidden[0] if hidden else None

    def put(self, path: str, file: File, *, is_new: bool = False) -> None:
        """Put a file at a path; the folders above it are root's where none are known. A new folder is empty."""
        path = self._real(path)
        if len(self._files) >= self._most:
            self.open_below("/", UnknownFact("there are more files than dropcap follows"))
            return
        self._make_parents(path, file)
        if is_new and file.kind is FileKind.FOLDER:
            self._areas[path] = None
        self._files[path] = file

    def _make_parents(self, path: str, file: File) -> None:
        folder = _folder_of(path)
        missing = []
        while folder not in self._files:
            missing.append(folder)
            folder = _folder_of(folder)
        for one in reversed(missing):
            area = self._area(one)
            is_new = area is None
            owner = "0" if area is None or area.roots else None
            self._files[one] = File(FileKind.FOLDER, owner, owner, USUAL_FOLDER if is_new else None, where=file.where)

    def remove(self, path: str) -> None:
        """Take a path out, and all below it."""
        path = self._real(path)
        for one in self._files.within(path):
            del self._files[one]
        for one in self._areas.within(path):
            if one != "/":
                del self._areas[one]
        if path != "/" and self._area(path) is not None:
            self._areas[path] = None

    def spoil(self, path: str, unknown: UnknownFact) -> None:
        """Forget what is at a path and below it."""
        path = self._real(path)
        for one in self._files.within(path):
            if one != "/":
                del self._files[one]
        for one in self._areas.below(path):
            del self._areas[one]
        self._areas[path] = unknown

    def make_volume(self, path: str, where: Located[Any]) -> None:
        """Make a folder that a volume is put at, where none is."""
        if self.look(path) is ABSENT:
            self.put(path, File(FileKind.FOLDER, "0", "0", USUAL_FOLDER, where=where), is_new=True)

    def unlisted(self, path: str, unknown: UnknownFact | None) -> None:
        """Note that more lies in a folder than is known; what is known stays."""
        self._areas[self._real(path)] = unknown

    def open_below(self, path: str, unknown: UnknownFact) -> None:
        """Note that more may lie in a folder, and in each folder below it that was known to hold no more."""
        path = self._real(path)
        for one in (path, *self.listed_below(path)):
            known = self._area(one)
            if known is None or known.roots:
                self._areas[one] = unknown

    def open_folder(self, path: str, unknown: UnknownFact) -> None:
        """Note that more may lie in a folder itself; of one that is not there nothing is said."""
        path = self.end(path)
        known = self._area(path)
        if (known is None or known.roots) and self.look(path) is not ABSENT:
            self._areas[path] = unknown

    def forget_texts(self, path: str) -> None:
        """Note that the files in a folder may have other texts."""
        for one, file in self.below(path):
            if file.content is not None:
                self._files[one] = file._replace(content=None)

    def overwrite(self, path: str, unknown: UnknownFact) -> None:
        """Forget whom a folder and all in it belong to: something was unpacked there."""
        path = self.end(path)
        found = self._files.get(path)
        self.spoil(path, unknown)
        if path != "/" and found is not None:
            self._files[path] = found._replace(owner=None, group=None, mode=None)

    def may_be_written(self, path: str, unknown: UnknownFact) -> None:
        """Note that something may have been written at a path or below it; owners of what is known stay."""
        path = self.end(path)
        found = self.look(path)
        if isinstance(found, File) and found.kind is FileKind.FOLDER:
            self.open_below(path, unknown)
        elif isinstance(found, File):
            self._files[path] = found._replace(content=None)
        elif found is ABSENT:
            above = posixpath.dirname(path)
            while above != "/" and self.look(above) is ABSENT:
                path, above = above, posixpath.dirname(above)
            self.spoil(path, unknown)
        elif found.roots and not unknown.roots:
            self._areas[path] = unknown

    def put_back(self, path: str, before: Files) -> None:
        """Let a path and all below it be as in files that were kept."""
        path = before._real(path)  # its own kind
        area = before._area(path)
        self._files.put_back(path, before._files)
        self._areas.put_back(path, before._areas)
        if path not in self._areas and self._area(path) is not area:
            self._areas[path] = area

    def areas_below(self, path: str) -> list[tuple[str, UnknownFact | None]]:
        """Return what is said of a path and of the folders below it: why nobody knows what else is there, or None."""
        path = self._real(path)
        return [(path, self._area(path)), *((one, self._areas[one]) for one in self._areas.below(path))]

    def listed_below(self, path: str) -> list[str]:
        """Return the folders below a path that hold no more than is known."""
        return [one for one in self._areas.below(self._real(path)) if self._areas[one] is None]

    def write_behind(self, path: str, text: Source | None) -> None:
        """Say what was written behind the text of a package, whose own is not at hand; None where that is not known."""
        path = self.end(path)
        found = self._files.get(path)
        if found is None or not found.behind:
            return
        before = found.behind[:-1] if found.behind[-1] is None else found.behind
        self._files[path] = found._replace(behind=(*before, text))

    def write(self, path: str, text: Source) -> None:
        """Give a file that is there its text; links are followed."""
        path = self.end(path)
        found = self._files.get(path)
        if found is not None and found.kind is FileKind.FILE:
            self._files[path] = found._replace(content=text)
