"""Say of images where their facts are, and whether those of the lock are of the images that are meant now."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from dropcap.images.contents import ImageError
from dropcap.images.reference import pinned_digest
from dropcap.images.whereabouts import Where, entry_of_image
from dropcap.printable import counted, printable, shortened
from dropcap.workspace import LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dropcap.commands.images_used import Project
    from dropcap.images.lock import Entry

__all__ = ["Listed", "listed", "to_json", "to_text"]

_SECONDS = 10  # an engine that is far is not waited for as long as where all depends on it
_MOST_SAID = 300


_SHOWN = {
    Where.LOCK: LOCK,
    Where.BROKEN: f"{LOCK}, but dropcap cannot use its entry",
    Where.CATALOGUE: "catalogue",
    Where.BASE: "bases in dropcap",
    Where.NOWHERE: "nowhere",
}


class Row(NamedTuple):
    """What is said of an image.

    Attributes:
        root: the folder of its project.
        name: its familiar name.
        where: where its facts are.
        stale: why what the lock has is of another image; empty where that is not so, or not known.
        users: how many containers use it.

    """

    root: str
    name: str
    where: Where
    stale: str
    users: int


class Listed(NamedTuple):
    """What is said of all images.

    Attributes:
        rows: a row for each image of each project.
        engine: the address of the engine that was asked; None where none was.
        why: why none was, although there is something to ask.

    """

    rows: tuple[Row, ...]
    engine: str | None
    why: str


def listed(projects: Mapping[str, Project]) -> Listed:
    """Return what is said of the images of projects; the engine, where one answers, is asked about those of locks."""
    found = [
        (project, name, len(users), *entry_of_image(name, project.workspace))
        for project in projects.values()
        for name, users in sorted(project.users.items())
    ]
    if not any(entry is not None and entry.id for *_, entry in found):
        return Listed(tuple(_row(*one, lambda _: ()) for one in found), None, "")
    from dropcap.images.readers.engine import connect

    try:
        engine = connect(_SECONDS)
    except ImageError as error:
        return Listed(tuple(_row(*one, lambda _: ()) for one in found), None, str(error))
    with closing(engine):
        try:
            return Listed(tuple(_row(*one, engine.ids) for one in found), engine.address, "")
        except ImageError as error:
            return Listed(tuple(_row(*one, lambda _: ()) for one in found), None, str(error))


def _row(
    project: Project,
    name: str,
    count: int,
    place: Where,
    entry: Entry | None,
    ids: Callable[[str], Iterable[str]],
) -> Row:
    stale = "" if entry is None else _stale(entry, project.written[name], name, ids)
    return Row(project.workspace.root, name, place, stale, count)


def _stale(entry: Entry, written: Iterable[str], name: str, ids: Callable[[str], Iterable[str]]) -> str:
    """Return why an entry is of another image than the one that is meant; empty where nothing shows that.

    Engines name an image by its configuration or by its manifest: one digest in common makes it the same.
    """
    own = {*entry.digests, entry.id}
    for one in written:
        pinned = pinned_digest(one)
        if pinned and entry.digests and pinned not in own:
            return "a file pins another digest"
    if not entry.id:
        return ""
    here = set(ids(name))
    return "the engine has another image of that name, or another digest for it" if here and not here & own else ""


def to_text(found: Listed) -> Iterator[str]:
    """Give a line for each image, and what to do."""
    if not found.rows:
        yield "No file here names an image.\n"
        return
    shown = [(printable(row.name), _shown(row), counted(row.users, "container")) for row in found.rows]
    widths = [max(len(one[column]) for one in shown) for column in (0, 1)]
    for name, place, count in shown:
        yield f"{name:<{widths[0]}}  {place:<{widths[1]}}  {count}\n"
    missing = sum(row.where is Where.NOWHERE for row in found.rows)
    stale = sum(bool(row.stale) for row in found.rows)
    notes = []
    if missing:
        notes.append(
            f"dropcap knows nothing of {counted(missing, 'image')}: run `dropcap images lock` where an engine has them."
        )
    if stale:
        notes.append(f"{LOCK} is stale for {counted(stale, 'image')}: run `dropcap images lock` again.")
    if found.why:
        notes.append(f"It is not known whether {LOCK} is stale: {shortened(found.why, _MOST_SAID)}")
    if notes:
        yield "\n"
        yield from (f"{note}\n" for note in notes)


def _shown(row: Row) -> str:
    return _SHOWN[row.where] + (f", stale: {row.stale}" if row.stale else "")


def to_json(found: Listed) -> dict[str, Any]:
    """Describe the images for programs."""
    return {
        "engine": found.engine,
        "images": [
            {
                "root": row.root,
                "name": row.name,
                "facts": row.where.value,
                "stale": row.stale or None,
                "containers": row.users,
            }
            for row in found.rows
        ],
    }
