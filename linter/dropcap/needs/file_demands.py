"""What a command's effects on files demand of the kernel, before they are done."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import ABSENT, File, FileKind, UnknownFact
from dropcap.needs.credentials import is_same_user
from dropcap.needs.model import Access, Certainty, Demand, DemandKind
from dropcap.needs.permissions import resolved
from dropcap.needs.process_files import is_of_process, of_kernel_file, of_other_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.images.facts import Absent, ImageFacts

__all__ = ["file_demands"]


def file_demands(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    """Return what an effect demands of the kernel, with the files as they are before it."""
    make = _DEMANDS.get(effect.kind)
    if make is None:
        return ()
    effect = _settled(effect, facts)
    if effect.kind is EffectKind.READ and is_of_process(str(effect.where.value)):
        return make(effect, facts)
    if effect.kind in _OF_PLACES and None in {effect.path, effect.target}:
        hidden = Demand(DemandKind.REACH, "uses a file that is not known", path=None)
        return [*make(effect, facts), *_of_beginning(effect), hidden]
    return make(effect, facts)


def _settled(effect: Effect, facts: ImageFacts) -> Effect:
    """Return an effect with the entry that it makes in a folder, where its target is one."""
    if not effect.goes_into or effect.target is None or effect.path is None:
        return effect
    is_put = effect.kind not in {EffectKind.GIVE, EffectKind.MODE}
    folder, other = (effect.target, effect.path) if is_put else (effect.path, effect.target)
    found = resolved(facts, folder)
    if not isinstance(found, File) or found.kind is not FileKind.FOLDER:
        return effect
    entry = posixpath.join(folder, posixpath.basename(other))
    return effect._replace(target=entry, goes_into=False) if is_put else effect._replace(path=entry, goes_into=False)


def _of_beginning(effect: Effect) -> Sequence[Demand]:
    """Return what the known beginning of a path asks for: `/data/$(date).log` lies in `/data`, or below it."""
    text = str(effect.where.value)
    known = re.split(r"[$`*?\[{]", text, maxsplit=1)[0]
    folder = posixpath.normpath(known.rpartition("/")[0] or "/")
    if effect.path is not None or not known.startswith("/") or folder.startswith(("/dev", "/proc", "//")):
        return []
    if effect.kind is EffectKind.READ:
        return [Demand(DemandKind.REACH, f"looks into {folder}", path=folder, access=Access.SEARCH)]
    path, condition = posixpath.join(folder, "entry"), f"{text} is in it"
    return [Demand(DemandKind.MAKE, f"changes what is in {folder}", path=path, condition=condition)]


_OF_PLACES = frozenset(
    {
        *(EffectKind.MAKE_FOLDER, EffectKind.MAKE_FILE, EffectKind.APPEND, EffectKind.TOUCH, EffectKind.COPY),
        *(EffectKind.MOVE, EffectKind.FILL, EffectKind.LINK, EffectKind.REMOVE, EffectKind.READ),
    }
)


def _make_folder(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    path = effect.path
    if path is None or resolved(facts, path) is not ABSENT:
        return []
    while effect.with_parents and path != "/" and resolved(facts, posixpath.dirname(path)) is ABSENT:
        path = posixpath.dirname(path)
    return [Demand(DemandKind.MAKE, f"makes the folder {path}", path=path)]


def _make_file(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    path = effect.path
    if path is None or path.startswith(_KERNELS_OWN):
        return list(of_kernel_file(str(effect.where.value)))
    if resolved(facts, path) is ABSENT:
        return [Demand(DemandKind.MAKE, f"makes the file {path}", path=path)]
    return [Demand(DemandKind.REACH, f"writes {path}", path=path, access=Access.WRITE)]


def _touch(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    """Return what it takes to make a file; to give one that is there other times takes what its owner may.

    Source: coreutils src/touch.c touch(): it goes on where open() fails, and utimensat() decides.
    """
    is_pattern = effect.path is None and re.search(r"[*?]", str(effect.where.value)) is not None
    is_there = is_pattern or (effect.path is not None and isinstance(resolved(facts, effect.path), File))
    return [] if effect.is_kept and is_there else _make_file(effect, facts)


_KERNELS_OWN = ("/dev/", "/proc/")


def _read(effect: Effect, _: ImageFacts) -> Sequence[Demand]:
    path = effect.path
    if str(effect.where.value).startswith("/proc/"):
        return list(of_other_process(str(effect.where.value)))
    if path is None or path.startswith(_KERNELS_OWN):
        return []
    return [Demand(DemandKind.REACH, f"reads {path}", path=path, is_deep=effect.is_deep)]


def _give(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    path, owner, group = effect.path, effect.owner, effect.group
    condition = ""
    if effect.only_from and path is not None:
        is_meant = _is_meant(effect, path, facts)
        if is_meant is False:
            return []
        condition = "" if is_meant else f"something in {path} belongs to another user"
    names = ":".join(one or "" for one in (owner, group)).rstrip(":")
    below = " and all below it" if effect.is_deep else ""
    why = f"gives {path or 'a path'}{below} to {names or 'another user'}"
    demand = Demand(DemandKind.GIVE, why, user=owner, group=group, path=path, is_deep=effect.is_deep)
    return [demand._replace(condition=condition)]


def _is_meant(effect: Effect, path: str, facts: ImageFacts) -> bool | None:
    """Return whether there is a file of the owners that an effect is limited to; None where it is not known."""
    found = facts.look(path)
    files = [found, *(file for _, file in facts.below(path))] if effect.is_deep else [found]
    wanted = not effect.only_from.startswith("!")
    owned = {
        is_same_user(facts, file.owner, effect.only_from.lstrip("!")) if isinstance(file, File) else None
        for file in files
        if file is not ABSENT
    }
    if wanted in owned:
        return True
    if None in owned:
        return None
    hidden = facts.hidden_below(path) if effect.is_deep else None
    if hidden is None:
        return False
    is_its = is_same_user(facts, hidden.maker, effect.only_from.lstrip("!")) if hidden.maker else None
    return None if is_its is None or is_its is wanted else False


def _mode(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    if effect.but_mode and effect.path is not None and not _has_other_modes(effect, effect.path, facts):
        return []
    why = f"changes the mode of {effect.path or 'a path'}"
    found = [Demand(DemandKind.ALTER, why, path=effect.path, is_deep=effect.is_deep)]
    if effect.is_deep and effect.path is not None:
        found.append(Demand(DemandKind.REACH, f"{why} and of all below it", path=effect.path, is_deep=True))
    if sets_group_id(effect.mode):
        why = f"sets set-group-id on {effect.path or 'a path'}"
        found.append(Demand(DemandKind.KEEP_BITS, why, path=effect.path))
    return found


def _has_other_modes(effect: Effect, path: str, facts: ImageFacts) -> bool:
    """Return whether there may be a file whose mode is not the one that an effect leaves alone."""
    if facts.hidden_below(path) is not None:
        return True
    wanted = int(effect.but_mode, 8)
    return any(
        not isinstance(file, File) or (effect.only_kind in {None, file.kind} and file.mode != wanted)
        for file in (facts.look(path), *(one for _, one in facts.below(path)))
        if file is not ABSENT
    )


def sets_group_id(mode: str) -> bool:
    """Return whether a mode of chmod(1) sets set-group-id."""
    if mode.isdecimal():
        return len(mode) > _PERMISSIONS and int(mode, 8) & 0o2000 != 0
    return any(
        "s" in clause and not {"u", "o"} >= set(clause.partition("+")[0].partition("=")[0]) - {""}
        for clause in mode.split(",")
        if "+" in clause or "=" in clause
    )


_PERMISSIONS = 3


def _copy(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    found: list[Demand] = []
    if effect.path is not None:
        why = f"reads {effect.path}"
        found.append(Demand(DemandKind.REACH, why, path=effect.path, is_deep=effect.is_deep))
        closed = [one for one, file in facts.below(effect.path) if _is_closed(file)] if effect.is_deep else []
        found += [Demand(DemandKind.REACH, f"reads {one}", path=one) for one in closed]
        if effect.is_deep and _has_device(effect.path, facts):
            why, of = f"copies the device {effect.path}", "coreutils src/copy.c: mknod(); fs/namei.c vfs_mknod"
            found.append(Demand(DemandKind.KERNEL, why, capabilities=("MKNOD",), source=of))
    if not effect.target:  # it is not known, or what is read goes into an archive
        return found
    old = resolved(facts, effect.target)
    is_new = effect.replaces and isinstance(old, File) and old.kind is FileKind.FILE
    if is_new or (
        effect.is_kept and effect.target == effect.path
    ):  # a new file takes its place: that takes its folder alone
        found.append(Demand(DemandKind.MAKE, f"puts a new {effect.target} in its place", path=effect.target))
    else:
        found += _make_file(effect._replace(path=effect.target), facts)
    if not effect.is_kept:
        return found
    source = facts.look(effect.path) if effect.path is not None else UnknownFact("the path is not known")
    if isinstance(source, File) and effect.target == effect.path:
        return [*found, *_put_in_place(effect, source)]
    return [*found, *_kept(effect, source, facts), *_kept_over(effect, source, facts)]


def _kept_over(effect: Effect, source: File | Absent | UnknownFact, facts: ImageFacts) -> Iterator[Demand]:
    """Give what it takes to give what is there already, as another user's, the owner, mode and times of the copied.

    Source: coreutils src/copy.c copy_internal(): utimensat(), set_owner(), set_acl(), of a folder that is there too.
    """
    path, target = effect.path, effect.target
    if path is None or target is None or effect.is_gentle or not effect.is_kept_over:
        return
    for one, file in [(path, source), *(facts.below(path) if effect.is_deep else ())]:
        place = posixpath.join(target, one[len(path) :].lstrip("/")) if one != path else target
        old = resolved(facts, place)
        is_there = isinstance(file, File) and isinstance(old, File) and old.kind is not FileKind.LINK
        if not is_there or not isinstance(file, File) or not isinstance(old, File) or old.owner == file.owner:
            continue
        why = f"gives {place} the owner, the mode and the times of {one}"
        yield Demand(DemandKind.GIVE, why, path=place, user=file.owner, group=file.group)
        yield Demand(DemandKind.ALTER, why, path=place)
        if str(effect.where.value).endswith("/.") and file.owner != "0":
            # set_owner() shuts the folder to all but its owner before it gives it away; then it changes `FOLDER/.`
            able = ("DAC_OVERRIDE", "DAC_READ_SEARCH")
            yield Demand(DemandKind.KERNEL, f"enters {place} once it is given away", capabilities=able, is_any=True)
        return


def _has_device(path: str, facts: ImageFacts) -> bool:
    """Return whether there is a device in what is copied: the kernel's own are in nobody's picture."""
    if path == "/dev" or (path.startswith("/dev/") and not path.startswith(_NO_DEVICES)):
        return True
    found = [resolved(facts, path), *(file for _, file in facts.below(path))]
    return any(isinstance(one, File) and one.kind is FileKind.DEVICE for one in found)


_NO_DEVICES = tuple(f"/dev/{name}" for name in ("core", "fd", "log", "mqueue", "ptmx", "shm", "std"))


def _kept(effect: Effect, source: File | Absent | UnknownFact, facts: ImageFacts) -> Iterator[Demand]:
    """Give what it takes to keep owners and modes, of the first file that is not root's and of the first of another."""
    path = effect.path or "/"
    files = [(path, source), *(facts.below(path) if effect.is_deep else ())]
    others = [(one, file) for one, file in files if isinstance(file, File) and {file.owner, file.group} != {"0"}]
    for one, file in others[:1]:
        why = f"keeps the owner of {one} in its copy"
        give = Demand(DemandKind.GIVE, why, user=file.owner, group=file.group, path=one)
        # The copy is of whoever copies: of root's own file it is the group that has to be given.
        yield give._replace(kind=DemandKind.KERNEL, capabilities=("CHOWN",)) if file.owner == "0" else give
    for one, _ in [other for other in others if other[1].owner != "0"][:1]:
        yield Demand(DemandKind.ALTER, f"keeps the mode of {one} in its copy", path=one)


def _put_in_place(effect: Effect, source: File) -> Sequence[Demand]:
    """Return what it takes to give a new file the old one's owner and mode: `sed -i` goes on where it may not.

    Where only the owner may read it, whoever it was written for is shut out then.
    """
    why, path = f"keeps the owner of {effect.path} in its copy", effect.path
    if (source.owner, source.group) == ("0", "0"):
        return []
    is_open = source.kind is FileKind.FILE and source.mode is not None and source.mode & _OTHERS_READ
    certainty = Certainty.DEGRADES if is_open else Certainty.REQUIRED
    loss = f"{path} belongs to root afterwards" if is_open else ""
    condition = "it belongs to another user" if None in {source.owner, source.group} else ""
    give = Demand(DemandKind.KERNEL, why, capabilities=("CHOWN",), certainty=certainty, loss=loss, condition=condition)
    if source.owner == "0":
        return [give]
    why, loss = f"keeps the mode of {path} in its copy", f"only its owner may read {path} afterwards"
    return [give, Demand(DemandKind.ALTER, why, path=path, certainty=Certainty.DEGRADES, loss=loss)]


def _is_closed(file: File) -> bool:
    """Return whether a file may be one that not everybody reads."""
    return file.kind is FileKind.FILE and file.mode is not None and not file.mode & _OTHERS_READ


_OTHERS_READ = 0o004


def _fill(effect: Effect, _: ImageFacts) -> Sequence[Demand]:
    if effect.path is None:
        return []
    why = f"puts something into {effect.path}"
    found = [Demand(DemandKind.MAKE, why, path=posixpath.join(effect.path, "entry"))]
    if effect.is_kept:
        able, condition = ("CHOWN", "FOWNER"), "it brings files of other users"
        found.append(Demand(DemandKind.KERNEL, f"{why} with its owner", capabilities=able, condition=condition))
    return found


def _move(effect: Effect, _: ImageFacts) -> Sequence[Demand]:
    paths = [path for path in (effect.path, effect.target) if path is not None]
    return [Demand(DemandKind.MAKE, f"moves {effect.path or 'a file'}", path=path) for path in paths]


def _link(effect: Effect, _: ImageFacts) -> Sequence[Demand]:
    if effect.target is None:
        return []
    found = [Demand(DemandKind.MAKE, f"makes the link {effect.target}", path=effect.target)]
    if effect.is_hard and effect.path is not None:  # fs/namei.c may_linkat(), where fs.protected_hardlinks is set
        found.append(Demand(DemandKind.ALTER, f"gives {effect.path} another name", path=effect.path))
    return found


def _remove(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    path = effect.path
    if path is None:
        return []
    if facts.look(path) is ABSENT:
        folder = posixpath.dirname(path)
        if re.search(r"[*?\[]", path):
            return list(_remove_named(effect, path, facts))
        return [Demand(DemandKind.REACH, f"looks for {path}", path=folder, access=Access.SEARCH)]
    found = [Demand(DemandKind.MAKE, f"removes {path}", path=path)]
    if effect.is_deep:
        folders = [one for one, file in facts.below(path) if file.kind is FileKind.FOLDER]
        found += [
            Demand(DemandKind.REACH, f"removes what is in {one}", path=one, access=Access.WRITE) for one in folders
        ]
    return found


def _remove_named(effect: Effect, pattern: str, facts: ImageFacts) -> Iterator[Demand]:
    """Give what it takes to remove what a pattern of the shell names: to read the folder, and to change it."""
    folder = posixpath.dirname(pattern)
    yield Demand(DemandKind.REACH, f"looks for {pattern}", path=folder)
    named = [one for one, _ in facts.below(folder) if posixpath.dirname(one) == folder and fnmatchcase(one, pattern)]
    for one in named:
        yield from _remove(effect._replace(path=one), facts)
    if not named and facts.hidden_below(folder) is not None:
        why, path, condition = f"removes {pattern}", posixpath.join(folder, "entry"), "there is one"
        yield Demand(DemandKind.MAKE, why, path=path, condition=condition, certainty=Certainty.POSSIBLE)


def _capabilities(effect: Effect, _: ImageFacts) -> Sequence[Demand]:
    why = f"writes file capabilities into {effect.path or 'a file'}"
    return [Demand(DemandKind.KERNEL, why, capabilities=("SETFCAP",), source="security/commoncap.c cap_convert_nscap")]


def _device(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    if effect.path is not None and isinstance(resolved(facts, effect.path), File):
        return []
    why = f"makes the device {effect.path or 'file'}"
    return [Demand(DemandKind.KERNEL, why, capabilities=("MKNOD",), source="fs/namei.c vfs_mknod")]


def _unknown(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    if not effect.path:
        return []
    condition = "it changes something there"
    below = facts.below(effect.path) if effect.is_deep else ()
    folders = [effect.path, *(one for one, file in below if file.kind is FileKind.FOLDER)]
    return [
        Demand(DemandKind.MAKE, f"changes what is in {one}", path=posixpath.join(one, "entry"), condition=condition)
        for one in folders
    ]


_DEMANDS: dict[EffectKind, Callable[[Effect, ImageFacts], Sequence[Demand]]] = {
    EffectKind.MAKE_FOLDER: _make_folder,
    EffectKind.MAKE_FILE: _make_file,
    EffectKind.MAKE_DEVICE: _device,
    EffectKind.APPEND: _make_file,
    EffectKind.TOUCH: _touch,
    EffectKind.GIVE: _give,
    EffectKind.MODE: _mode,
    EffectKind.COPY: _copy,
    EffectKind.MOVE: _move,
    EffectKind.FILL: _fill,
    EffectKind.LINK: _link,
    EffectKind.REMOVE: _remove,
    EffectKind.CAPABILITIES: _capabilities,
    EffectKind.READ: _read,
    EffectKind.UNKNOWN: _unknown,
}
