"""What a command's effects on files demand of the kernel, before they are done."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import ABSENT, File, FileKind, UnknownFact
from dropcap.needs.credentials import is_same_user
from dropcap.needs.model import Access, Certainty, Demand, DemandKind
from dropcap.needs.permissions import resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.images.facts import ImageFacts

__all__ = ["file_demands"]


def file_demands(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    """Return what an effect demands of the kernel, with the files as they are before it."""
    make = _DEMANDS.get(effect.kind)
    return () if make is None else make(effect, facts)


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
        return []
    if resolved(facts, path) is ABSENT:
        return [Demand(DemandKind.MAKE, f"makes the file {path}", path=path)]
    return [Demand(DemandKind.REACH, f"writes {path}", path=path, access=Access.WRITE)]


_KERNELS_OWN = ("/dev/", "/proc/")


def _read(effect: Effect, _: ImageFacts) -> Sequence[Demand]:
    path = effect.path
    if path is None or path.startswith(_KERNELS_OWN):
        return []
    return [Demand(DemandKind.REACH, f"reads {path}", path=path, is_deep=effect.is_deep)]


def _give(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    path, owner, group = effect.path, effect.owner, effect.group
    if effect.only_from and path is not None and not _is_meant(effect, path, facts):
        return []
    names = ":".join(one or "" for one in (owner, group)).rstrip(":")
    below = " and all below it" if effect.is_deep else ""
    why = f"gives {path or 'a path'}{below} to {names or 'another user'}"
    return [Demand(DemandKind.GIVE, why, user=owner, group=group, path=path, is_deep=effect.is_deep)]


def _is_meant(effect: Effect, path: str, facts: ImageFacts) -> bool:
    """Return whether there may be a file of the owners that an effect is limited to."""
    if effect.is_deep and facts.hidden_below(path) is not None:
        return True
    found = facts.look(path)
    files = [found, *(file for _, file in facts.below(path))] if effect.is_deep else [found]
    wanted = not effect.only_from.startswith("!")
    return any(
        not isinstance(file, File) or is_same_user(facts, file.owner, effect.only_from.lstrip("!")) in {wanted, None}
        for file in files
        if file is not ABSENT
    )


def _mode(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    if effect.but_mode and effect.path is not None and not _has_other_modes(effect, effect.path, facts):
        return []
    why = f"changes the mode of {effect.path or 'a path'}"
    found = [Demand(DemandKind.ALTER, why, path=effect.path, is_deep=effect.is_deep)]
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
    if effect.target is None:
        return found
    found += _make_file(effect._replace(path=effect.target), facts)
    if not effect.is_kept:
        return found
    source = facts.look(effect.path) if effect.path is not None else UnknownFact("the path is not known")
    if isinstance(source, File) and effect.target == effect.path:
        return [*found, *_put_in_place(effect, source)]
    if isinstance(source, File):
        why = f"keeps the owner of {effect.path} in its copy"
        found.append(Demand(DemandKind.GIVE, why, user=source.owner, group=source.group, path=effect.path))
        if source.owner != "0":
            found.append(Demand(DemandKind.ALTER, f"keeps the mode of {effect.path} in its copy", path=effect.path))
    return found


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
    return [Demand(DemandKind.MAKE, why, path=posixpath.join(effect.path, "entry"))]


def _move(effect: Effect, _: ImageFacts) -> Sequence[Demand]:
    paths = [path for path in (effect.path, effect.target) if path is not None]
    return [Demand(DemandKind.MAKE, f"moves {effect.path or 'a file'}", path=path) for path in paths]


def _link(effect: Effect, _: ImageFacts) -> Sequence[Demand]:
    if effect.target is None:
        return []
    return [Demand(DemandKind.MAKE, f"makes the link {effect.target}", path=effect.target)]


def _remove(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    path = effect.path
    if path is None or facts.look(path) is ABSENT:
        return []
    found = [Demand(DemandKind.MAKE, f"removes {path}", path=path)]
    if effect.is_deep:
        folders = [one for one, file in facts.below(path) if file.kind is FileKind.FOLDER]
        found += [
            Demand(DemandKind.REACH, f"removes what is in {one}", path=one, access=Access.WRITE) for one in folders
        ]
    return found


def _capabilities(effect: Effect, _: ImageFacts) -> Sequence[Demand]:
    why = f"writes file capabilities into {effect.path or 'a file'}"
    return [Demand(DemandKind.KERNEL, why, capabilities=("SETFCAP",), source="security/commoncap.c cap_convert_nscap")]


def _device(effect: Effect, facts: ImageFacts) -> Sequence[Demand]:
    if effect.path is not None and isinstance(resolved(facts, effect.path), File):
        return []
    why = f"makes the device {effect.path or 'file'}"
    return [Demand(DemandKind.KERNEL, why, capabilities=("MKNOD",), source="fs/namei.c vfs_mknod")]


_DEMANDS: dict[EffectKind, Callable[[Effect, ImageFacts], Sequence[Demand]]] = {
    EffectKind.MAKE_FOLDER: _make_folder,
    EffectKind.MAKE_FILE: _make_file,
    EffectKind.MAKE_DEVICE: _device,
    EffectKind.APPEND: _make_file,
    EffectKind.TOUCH: _make_file,
    EffectKind.GIVE: _give,
    EffectKind.MODE: _mode,
    EffectKind.COPY: _copy,
    EffectKind.MOVE: _move,
    EffectKind.FILL: _fill,
    EffectKind.LINK: _link,
    EffectKind.REMOVE: _remove,
    EffectKind.CAPABILITIES: _capabilities,
    EffectKind.READ: _read,
}
