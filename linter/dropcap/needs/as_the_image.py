"""Needs of containers that are decided by their image and a few settings: of those alike one is followed, for all.

What is followed of such a container is decided by its image, as the catalogue or the table of bases has it, by the
settings of its own that :func:`settings_of` names, and by the files of its project that are mounted. Where the answer
names no place but in these, it is the same for each container with the same settings, in whatever file it stands: its
places are then those of that container. An editor has a file checked with each word that is typed, and most of its
containers are as they were.

Of one that is built, the stage decides instead of the image, with the scripts that its startup reads of the build's
context: the stage is the same as long as its build is the one that was kept, and each text as long as it is the same
object.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from dropcap.model import Located, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.needs.network import first_free_port
from dropcap.needs.resource_limits import full_limits
from dropcap.source import Source, Span
from dropcap.workspace import NotReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from dropcap.images.known_images import Images
    from dropcap.images.stage_facts import SharedBuild
    from dropcap.model import Container
    from dropcap.needs.allowance import Allowance
    from dropcap.needs.model import Needs
    from dropcap.workspace import Workspace

    # A file's text, where a setting stands in it, and whether the settings tell how it is written there.
    Place = tuple[Source, Span, bool]

__all__ = ["KEPT", "followed_once", "settings_of"]

_MOST_KEPT = 256
_LONGEST_TEXT = 100_000


class _Kept(NamedTuple):
    """What was found of a container.

    Attributes:
        needs: it, without the container's own places.
        taken: how many commands were followed for it.
        has_places: whether it names places.
        asked: the texts of the build's context that it was found by; none of an image's container.

    """

    needs: Needs
    taken: int
    has_places: bool
    asked: Mapping[str, Source | None] = {}


KEPT: dict[Hashable, _Kept] = {}
"""By settings."""
_IN_TEXTS = "TMPDIR"
"""What a command is asked for that decides by being anywhere in the text that the command stands in."""
_NO_STAGE = "its build is not kept"
_DECIDE_WORDS = frozenset({"entrypoint", "command"})


class _Own(NamedTuple):
    """Stands for a place in the settings of a container.

    Attributes:
        number: which of them.
        start: where in its text.
        end: where it ends there; None where it is all of it.
        value: what stands there.

    """

    number: int
    start: int
    end: int | None
    value: Any


def followed_once(
    container: Container,
    allowance: Allowance,
    follow: Callable[[], Needs],
    images: Images,
    *,
    tries_user: bool,
) -> Needs:
    """Return what a container needs, of an image that nobody but dropcap's own tables and its build describe.

    The allowance is taken as if each were followed: the answer does not depend on which containers came before.

    Args:
        container: the container.
        allowance: how much may be followed for it and its neighbours.
        follow: follows it.
        images: where its image is looked for, whose workspace is the door to the files of its project.
        tries_user: whether that tries the user as whom its first process ends up.

    """
    texts = _texts(container, images.workspace)
    settings = settings_of(container)
    if settings is None or texts is None:
        return follow()
    own = _places(container)
    decides = tries_user, settings, texts, _alike(own)
    build = _build(container, images)
    kept = KEPT.get((decides, _stage(container, build)))
    if kept is not None and kept.taken < allowance.left and _is_asked_alike(kept, build):
        allowance.left -= kept.taken
        return _with_places(kept.needs, own) if kept.has_places else kept.needs
    before = allowance.left
    if build is not None:
        build.files.asked = {}
    found = follow()
    build = _build(container, images)
    stage, asked = _stage(container, build), {} if build is None else build.files.asked
    is_short = all(len(one.text) <= _LONGEST_TEXT for one in asked.values() if one is not None)
    may_be_kept = is_short and allowance.left > 0 and stage != _NO_STAGE
    needs = _without_places(found, own, texts, build) if may_be_kept else None
    if needs is None:
        return found
    if len(KEPT) >= _MOST_KEPT:
        del KEPT[next(iter(KEPT))]
    has_places = next(_named(found), None) is not None
    KEPT[decides, stage] = _Kept(needs, before - allowance.left, has_places, asked)
    return _with_places(needs, own) if has_places else needs


def _build(container: Container, images: Images) -> SharedBuild | None:
    """Return the kept build of a container's stage; None where there is none, or it has no stage."""
    if container.stage is None:
        return None
    from dropcap.images.stage_facts import kept_build

    return kept_build(container.stage, images, container.process.context if container.process is not None else "")


def _stage(container: Container, build: SharedBuild | None) -> Hashable:
    """Return what tells a container's stage from all others; nothing where it has none."""
    if container.stage is None:
        return ()
    return _NO_STAGE if build is None else (build.number, build.key(container.stage))


def _is_asked_alike(kept: _Kept, build: SharedBuild | None) -> bool:
    """Return whether the texts of a build's context are those that were asked for."""
    return build is None or all(build.files.text(path) is text for path, text in kept.asked.items())


def settings_of(container: Container) -> Hashable | None:
    """Return all of a container that decides what is followed, but for its stage; None where that is more."""
    process = container.process
    if process is not None and process.hooks:
        return None
    hidden = _hidden(container)
    if hidden is None:
        return None
    said: tuple[Hashable, ...] = (
        *(container.kind, hidden, first_free_port(container), full_limits(container)),
        *(_value(container.image), _value(container.user), _values(container.mounts)),
    )
    if container.entrypoint is not None or container.command is not None:
        said = (*said, _words(container.entrypoint), _words(container.command), _IN_TEXTS in container.source.text)
    if process is None:
        return said
    lists = _words(process.environment), _words(process.health_check)
    single = process.has_more, process.takes_input, _value(process.init), _value(process.working_folder)
    return *said, *lists, *single


def _hidden(container: Container) -> Hashable | None:
    """Return what is not known of a container; None where that is about what it starts, which its text decides."""
    process = container.process
    hidden = (*container.unknowns, *(process.unknowns if process is not None else ()))
    if any(not one.fields or not _DECIDE_WORDS.isdisjoint(one.fields) for one in hidden):
        return None
    return tuple((one.text, one.reason, one.fields) for one in hidden)


def _texts(container: Container, workspace: Workspace) -> tuple[tuple[str, Source | None], ...] | None:
    """Return the files of the project that are mounted, each with its text; None where one is too long to be kept.

    A file has the same source as long as its text is the same.
    """
    found: list[tuple[str, Source | None]] = []
    for target, origin in container.process.texts if container.process is not None else ():
        if isinstance(origin, Source):
            return None
        try:
            source: Source | None = workspace.source(origin)
        except (NotReadError, UnreadableError):
            source = None
        if source is not None and len(source.text) > _LONGEST_TEXT:
            return None
        found.append((target, source))
    return tuple(found)


def _value(one: Located[Any] | None) -> Hashable:
    return None if one is None else one.value


def _values(many: Iterable[Located[Any]] | None) -> Hashable:
    return None if many is None else tuple(one.value for one in many)


def _words(words: Sequence[Located[str]] | None) -> Hashable:
    """Return words with their text as it is written, which decides too how they are followed."""
    return None if words is None else tuple((one.value, _written(one)) for one in words)


def _written(word: Located[str]) -> str:
    """Return the text of a word, with the character behind it."""
    root, span = word.source.to_root(word.span)
    return root.text[span.start : span.end + 1]


def _places(container: Container) -> list[Place]:
    """Return the places of what :func:`settings_of` names, in its order; and whether the text is the same there."""
    process = container.process
    single: list[Located[Any] | None] = [container.image, container.user]
    lists: list[Sequence[Located[Any]]] = [container.entrypoint or (), container.command or ()]
    if process is not None:
        single += [process.init, process.working_folder]
        lists += [process.environment, process.health_check or ()]
    words = chain.from_iterable(lists)
    values = [*filter(None, single), *container.mounts]
    own: list[Place] = [(*one.source.to_root(one.span), False) for one in values]
    own += [(*one.source.to_root(one.span), False) for one in container.unknowns]
    return own + [(*one.source.to_root(one.span), True) for one in words]


def _alike(own: Sequence[Place]) -> Hashable:
    """Say which places are the same, as by an anchor of YAML: such are one in an answer where others are two."""
    first: dict[tuple[int, Span], int] = {}
    numbers = [first.setdefault((id(source), span), number) for number, (source, span, _) in enumerate(own)]
    return tuple(numbers) if len(first) < len(own) else ()


def _without_places(
    needs: Needs, own: Sequence[Place], texts: Iterable[tuple[str, Source | None]], build: SharedBuild | None
) -> Needs | None:
    """Return an answer without a container's own places; None where it names others than those and its files'."""
    files = {id(source) for _, source in texts}
    files.update(map(id, build.sources() if build is not None else ()))
    kept: dict[int, Any] = {}
    for where in _named(needs):
        root, span = where.source.to_root(where.span)
        found = _number(own, root, span, where.value) or (where if id(root) in files else None)
        if found is None:
            return None
        kept[id(where)] = found
    return _replaced(needs, lambda where: kept[id(where)]) if kept else needs


def _number(own: Sequence[Place], root: Source, span: Span, value: object) -> _Own | None:
    for number, (source, around, is_written) in enumerate(own):
        if source is root and span == around:
            return _Own(number, 0, None, value)
        if source is root and is_written and around.start <= span.start and span.end <= around.end:
            return _Own(number, span.start - around.start, span.end - around.start, value)
    return None


def _with_places(needs: Needs, own: Sequence[Place]) -> Needs:
    """Return an answer with the places of a container."""

    def placed(where: Any) -> Any:  # noqa: ANN401  # a place, or what stands for one
        if not isinstance(where, _Own):
            return where
        root, span, _ = own[where.number]
        end = span.end if where.end is None else span.start + where.end
        return Located(where.value, root, Span(span.start + where.start, end))

    return _replaced(needs, placed)


def _named(needs: Needs) -> Iterator[Any]:
    """Yield the places that an answer names."""
    for need in needs.needs:
        yield from (one.where for one in need.evidence if one.where is not None)
    yield from (one.where for one in (*needs.today, *needs.gains, *needs.remarks) if one.where is not None)
    yield from (one.where for one in needs.unknown if one.where is not None)
    yield from (one.where for one in needs.smaller if one.where is not None)


def _replaced(needs: Needs, replace: Callable[[Any], Any]) -> Needs:
    """Return an answer with each place that it names replaced."""

    def moved(many: tuple[Any, ...]) -> tuple[Any, ...]:
        if not any(one.where is not None for one in many):  # as of most
            return many
        return tuple(one if one.where is None else one._replace(where=replace(one.where)) for one in many)

    found = []
    for need in needs.needs:
        evidence = moved(need.evidence)
        found.append(need if evidence is need.evidence else need._replace(evidence=evidence))
    return needs._replace(
        needs=tuple(found),
        unknown=moved(needs.unknown),
        today=moved(needs.today),
        gains=moved(needs.gains),
        smaller=moved(needs.smaller),
        remarks=moved(needs.remarks),
    )
