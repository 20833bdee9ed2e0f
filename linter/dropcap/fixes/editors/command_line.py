"""The editor of command lines: `docker run` and its like, in scripts and wherever else they stand.

A value is changed where it is written. A new option stands in the place of one that goes, or behind the last of its
kind, or before the image; the second way puts it right behind the verb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.fixes.command_lines import gaps, parts
from dropcap.fixes.command_lines.line import Line
from dropcap.fixes.contract import RefusedError, made, place
from dropcap.fixes.lists import list_edits
from dropcap.model import Kind, Located
from dropcap.model.changes import Edit, Put
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dropcap.fixes.contract import Change
    from dropcap.model import Container

_LISTS = {"cap_drop": "--cap-drop", "cap_add": "--cap-add", "security_opt": "--security-opt"}
_FLAGS = {"privileged": "--privileged", "read_only": "--read-only"}
_TEXTS = {"user": "--user"}
_FIELDS = {**_LISTS, **_FLAGS, **_TEXTS}
_FAMILY = ("cap_drop", "cap_add", "security_opt", "privileged")
_KNOWN = {
    Kind.EXEC: frozenset({"privileged", "user"}),
    Kind.UPDATE: frozenset[str](),
    Kind.POD: frozenset[str](),
    Kind.BUILD: frozenset[str](),
}


OF_JOB = (-1, -1)
"""The place of new options that stand in a key of their own."""


def is_of_job(container: Container, line: Line) -> bool:
    """Whether a container is one that a workflow names with an image and options."""
    return not line.is_call and container.kind is Kind.CREATE and line.source.path.endswith((".yml", ".yaml"))


class _New(NamedTuple):
    """An option to be added: the field that it sets, and its words."""

    field: str
    words: str


class _Draft:
    """What is to be done to a line."""

    def __init__(self, container: Container, *, is_behind_verb: bool) -> None:
        self.container = container
        self.line = Line(container)
        self.is_behind_verb = is_behind_verb
        self.gone: list[Span] = []
        self.commas: list[Span] = []
        self.new: list[_New] = []
        self.edits: list[Edit] = []
        self._command = {place(one) for one in container.command or ()}

    def remove(self, where: Located[Any]) -> None:
        """Take out an option with its value, or a word of the container's command."""
        self.line.check_own(where)
        self._take(where)

    def _take(self, where: Located[Any]) -> None:
        source, span = place(where)
        text = source.text
        if (source, span) in self._command:
            self.gone.append(parts.word_of(text, parts.exact(source, span, where.value)))
        elif isinstance(where.value, bool):
            self.gone.append(parts.flag_of(text, span))
        elif not isinstance(where.value, str):
            raise RefusedError("dropcap does not write this kind of option")
        else:
            value = parts.exact(source, span, where.value)
            if parts.comma_list(text, value):
                if self.commas:
                    raise RefusedError("several of the values that commas part would go")
                self.commas.append(parts.out_of_commas(text, value))
            else:
                self.gone.append(parts.option_of(text, value, is_shell=self.line.is_call))

    def replace(self, where: Located[Any], new: str) -> None:
        """Write another value in the place of one."""
        self.line.check_own(where)
        source, span = place(where)
        if not isinstance(where.value, str):
            raise RefusedError("dropcap does not write this kind of option")
        value = parts.exact(source, span, where.value)
        if (source, span) not in self._command and not parts.comma_list(source.text, value):
            parts.option_of(source.text, value)
        self.edits.append(parts.rewritten(source, span, where.value, new))

    def put(self, change: Put) -> None:
        """Let a field hold some values and no others."""
        field, wanted = change.field, change.values
        known = _KNOWN.get(self.container.kind, frozenset(_FIELDS))
        if field not in known or field not in _FIELDS:
            raise RefusedError(f"dropcap does not write {field} here")
        held = getattr(self.container, field)
        if field in _LISTS:
            self._put_list(field, held, wanted)
        elif len(wanted) > 1:
            raise RefusedError(f"{field} holds one value")
        elif field in _FLAGS:
            self._put_flag(field, held, is_wanted=wanted == ("true",))
        elif held is not None and wanted:
            self.replace(held, wanted[0])
        elif held is not None:
            self.remove(held)
        elif wanted:
            self.new.append(_New(field, self.line.written(_TEXTS[field], parts.plain_word(wanted[0]))))

    def _put_flag(self, field: str, held: Located[bool] | None, *, is_wanted: bool) -> None:
        if held is not None:
            self.remove(held)
        if is_wanted:
            self.new.append(_New(field, _FLAGS[field]))

    def _put_list(self, field: str, held: Sequence[Located[str]], wanted: Sequence[str]) -> None:
        replaced, removed, added = list_edits(field, held, wanted)
        for one, value in replaced:
            self.replace(one, value)
        for one in removed:
            self.remove(one)
        for value in added:
            self.new.append(_New(field, self.line.written(_LISTS[field], parts.plain_word(value))))

    def made(self) -> Iterator[Edit]:
        """Give the edits."""
        text, source = self.line.text, self.line.source
        stretches = gaps.joined(text, self.gone)
        by_place: dict[tuple[int, int], list[str]] = {}
        for one in sorted(self.new, key=lambda new: list(_FIELDS).index(new.field)):
            where = self._place_of(one, stretches)
            by_place.setdefault(where, []).append(one.words)
        of_job = by_place.pop(OF_JOB, None)
        if of_job or (stretches and not by_place and is_of_job(self.container, self.line)):
            from dropcap.fixes.command_lines import job  # workflows alone have such containers

            whole = None if of_job else job.without_options(self.container, stretches)
            if of_job:
                yield job.add(self.container, of_job)
            elif whole:
                yield from whole
                return
        for (start, end), words in by_place.items():
            if start == end:
                yield self._added(start, words)
            else:
                stretches.remove(Span(start, end))
                gap = gaps.gap_before(text, start)
                yield Edit(source, Span(start, end), gaps.as_written(gap).join(words))
        for span in stretches:
            yield Edit(source, gaps.without(text, span), "")
        for span in self.commas:
            yield Edit(source, span, "")
        yield from self.edits

    def _place_of(self, new: _New, stretches: Sequence[Span]) -> tuple[int, int]:
        """Return the stretch that a new option is written over, or the place where it is added."""
        found = None
        if new.field in _FAMILY and not self.is_behind_verb:
            found = self._beside(new.field, stretches)
        if found is not None:
            return found
        if is_of_job(self.container, self.line):
            return OF_JOB
        image = None if self.is_behind_verb else self.line.before_image()
        at = (image or self.line.behind_verb())[0]
        return (at, at)

    def _beside(self, field: str, stretches: Sequence[Span]) -> tuple[int, int] | None:
        """Return the place behind the last option of its kind, or of one that goes."""
        kept = self._kept(field, stretches)
        if kept is not None:
            return (kept, kept)
        end = self.line.image.start if self.line.image else None
        for one in stretches:
            if self._is_of_options(one, end):
                return (one.start, one.end)
        for other in _FAMILY:
            kept = self._kept(other, stretches)
            if kept is not None:
                return (kept, kept)
        return None

    def _is_of_options(self, stretch: Span, end: int | None) -> bool:
        at = self.line.anchor.end
        if not self.line.is_call:
            return True
        return at <= stretch.start and (stretch.end <= end if end is not None else not self._command)

    def _kept(self, field: str, stretches: Sequence[Span]) -> int | None:
        """Return where the last option of a field ends that stands on the line and stays."""
        held = getattr(self.container, field)
        found = []
        for one in held if field in _LISTS else (held,):
            if one is None or place(one) in self._command or (self.line.is_call and not self.line.is_here(one)):
                continue
            source, span = place(one)
            try:
                if field in _LISTS:
                    value = parts.exact(source, span, one.value)
                    whole = parts.option_of(source.text, value, is_shell=self.line.is_call)
                else:
                    whole = parts.flag_of(source.text, span)
            except RefusedError:
                continue
            if source is self.line.source and not any(gone.start < whole.end <= gone.end for gone in stretches):
                found.append(whole.end)
        return max(found, default=None)

    def _added(self, at: int, words: Sequence[str]) -> Edit:
        """Add options at a place: before the image, or behind an option or the verb."""
        line, text = self.line, self.line.text
        image = line.before_image()
        if image is not None and image[0] == at:
            return Edit(line.source, Span(at, at), "".join(f"{one}{image[1]}" for one in words))
        gap = line.behind_verb()[1] if at == line.anchor.end else self._gap_of(text, at)
        return Edit(line.source, Span(at, at), "".join(f"{gap}{one}" for one in words))

    def _gap_of(self, text: str, end: int) -> str:
        """Return what parts the option that ends at a place from what stands before it."""
        for field in _FAMILY:
            held = getattr(self.container, field)
            for one in held if field in _LISTS else (held,):
                if one is None:
                    continue
                source, span = place(one)
                try:
                    if field in _LISTS:
                        whole = parts.option_of(text, parts.exact(source, span, one.value))
                    else:
                        whole = parts.flag_of(text, span)
                except RefusedError:
                    continue
                if whole.end == end:
                    return gaps.as_written(gaps.gap_before(text, whole.start))
        return " "


def edits(container: Container, changes: Sequence[Change]) -> Iterator[Edit]:
    """Return the edits that make all changes of one fix to a command line; see :mod:`dropcap.fixes`."""
    return _edits(container, changes, is_behind_verb=False)


def otherwise(container: Container, changes: Sequence[Change]) -> Iterator[Edit]:
    """Return edits that do the same with new options right behind the verb."""
    return _edits(container, changes, is_behind_verb=True)


def _edits(container: Container, changes: Sequence[Change], *, is_behind_verb: bool) -> Iterator[Edit]:

    draft = _Draft(container, is_behind_verb=is_behind_verb)
    return made(draft, changes)
