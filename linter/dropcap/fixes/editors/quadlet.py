"""The editor of Quadlet's units: keys where Quadlet has them, `PodmanArgs=` for the rest.

A value is changed where it stands, be it in a drop-in; a new key stands in the unit, or in the drop-in that has the
last of its kind.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.fixes.command_lines import gaps, parts
from dropcap.fixes.contract import RefusedError, made, place
from dropcap.fixes.lists import list_edits
from dropcap.lang.unitfile import read_unit
from dropcap.model import UnreadableError
from dropcap.model.changes import Edit, Put
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from dropcap.fixes.contract import Change
    from dropcap.model import Container, Located
    from dropcap.source import Source

_SECTION = "Container"
_LISTS = {"cap_drop": "DropCapability", "cap_add": "AddCapability"}
_OPTION = "no-new-privileges"
# Keys of one value: that of the container's field is what stands behind the prefix.
_SINGLE = {"SeccompProfile": "seccomp=", "AppArmor": "apparmor=", "User": ""}
_TRUTHS = frozenset({"NoNewPrivileges", "SecurityLabelDisable", "ReadOnly"})
_ARGUMENTS = "PodmanArgs"
_FAMILY = ("DropCapability", "AddCapability", "NoNewPrivileges", "SeccompProfile", "SecurityLabelDisable")
_BREAK = re.compile(r"\r\n|\n|\r")


class _Entry(NamedTuple):
    """A key with its value: the file, and where it starts, its value starts and it ends there."""

    source: Source
    key: str
    start: int
    value: int
    end: int


def edits(container: Container, changes: Sequence[Change]) -> Iterator[Edit]:
    """Return the edits that make all changes of one fix to a unit; see :mod:`dropcap.fixes`."""
    draft = _Draft(container)
    return made(draft, changes)


class _Draft:
    """What is to be done to a unit."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.source = container.source.to_root(container.span)[0]
        self.gone: list[tuple[_Entry, Span]] = []
        self.new: list[tuple[str, str]] = []
        self.edits: list[Edit] = []

    def _entry(self, where: Located[Any]) -> _Entry:
        source, span = place(where)
        entries = _entries(source)
        index = bisect_right(entries, span.start, key=lambda one: one.value) - 1
        found = entries[index] if index >= 0 else None
        if found is None or span.end > found.end:
            raise RefusedError("it is no value of the section [Container]")
        return found

    def remove(self, where: Located[Any]) -> None:
        """Take a word out of a key's value, or the key where nothing else is in it."""
        entry, span = self._entry(where), place(where)[1]
        text = entry.source.text
        if entry.key in _LISTS.values():
            self.gone.append((entry, parts.word_of(text, parts.exact(entry.source, span, where.value))))
        elif entry.key == _ARGUMENTS and isinstance(where.value, bool):
            self.gone.append((entry, parts.flag_of(text, span)))
        elif entry.key == _ARGUMENTS:
            value = parts.exact(entry.source, span, str(where.value))
            if parts.comma_list(text, value):
                raise RefusedError("several values stand in one option")
            self.gone.append((entry, parts.option_of(text, value)))
        elif entry.key in _TRUTHS or entry.key in _SINGLE:
            self.gone.append((entry, Span(entry.value, entry.end)))
        else:
            raise RefusedError(f"dropcap does not take out {entry.key}")

    def replace(self, where: Located[Any], value: str) -> None:
        """Write another value in the place of one."""
        entry, span = self._entry(where), place(where)[1]
        if entry.key == "NoNewPrivileges" and value == _OPTION:
            self.edits.append(Edit(entry.source, Span(entry.value, entry.end), "true"))
        elif entry.key in _SINGLE:
            prefix = _SINGLE[entry.key]
            if not value.startswith(prefix):
                raise RefusedError(f"{entry.key} cannot say that")
            written = parts.plain_word(value.removeprefix(prefix))
            self.edits.append(Edit(entry.source, Span(entry.value, entry.end), written))
        elif entry.key in _LISTS.values() or entry.key == _ARGUMENTS:
            self.edits.append(parts.rewritten(entry.source, span, str(where.value), value))
        else:
            raise RefusedError(f"dropcap does not write {entry.key}")

    def put(self, change: Put) -> None:
        """Let a field hold some values and no others."""
        field, wanted = change.field, change.values
        held = getattr(self.container, field)
        if field in _LISTS or field == "security_opt":
            self._put_list(field, held, wanted)
        elif held is not None and (not wanted or wanted == ("false",)):
            self.remove(held)
        elif field == "user" and wanted:
            if held is None:
                self.new.append(("User", parts.plain_word(wanted[0])))
            else:
                self.replace(held, wanted[0])
        elif wanted != ("true",):
            raise RefusedError(f"dropcap does not write {field} here")
        elif field == "read_only":
            if held is not None:
                self.remove(held)
            self.new.append(("ReadOnly", "true"))
        elif field == "privileged" and held is None:
            self.new.append((_ARGUMENTS, "--privileged"))
        else:
            raise RefusedError(f"dropcap does not write {field} here")

    def _put_list(self, field: str, held: Sequence[Located[str]], wanted: Sequence[str]) -> None:
        replaced, removed, added = list_edits(field, held, wanted)
        for one, value in replaced:
            self.replace(one, value)
        for one in removed:
            self.remove(one)
        self.new += [_of_list(field, parts.plain_word(value)) for value in added]

    def made(self) -> Iterator[Edit]:
        """Give the edits."""
        by_entry: dict[_Entry, list[Span]] = {}
        for entry, span in self.gone:
            by_entry.setdefault(entry, []).append(span)
        whole = set()
        for entry, spans in by_entry.items():
            text = entry.source.text
            stretches = gaps.joined(text, spans)
            if _is_all(text, entry, stretches):
                whole.add(entry)
                yield Edit(entry.source, _lines(text, entry), "")
            else:
                for span in stretches:
                    yield Edit(entry.source, gaps.without(text, span), "")
        if self.new:
            yield from self._added(whole)
        yield from self.edits

    def _added(self, gone: set[_Entry]) -> Iterator[Edit]:
        """Add values to the last entry of their key where entries hold several, or else entries."""
        entries = [one for one in self._all_entries() if one not in gone]
        lines: dict[_Entry, list[str]] = {}
        words: dict[_Entry, list[str]] = {}
        for key, value in sorted(self.new, key=_rank):
            own = [one for one in entries if one.key == key]
            if own and (key == _ARGUMENTS or (key in _LISTS.values() and _holds_several(entries))):
                words.setdefault(own[-1], []).append(value)
            elif own and (key in _TRUTHS or key in _SINGLE):
                yield Edit(own[-1].source, Span(own[-1].value, own[-1].end), value)
            else:
                neighbour = own[-1] if own else self._neighbour(entries)
                lines.setdefault(neighbour, []).append(f"{key}={value}")
        if not _all_end(lines):
            raise RefusedError("the unit has no key that others could stand behind")
        for entry, values in words.items():
            gap = _gap(entry)
            yield Edit(entry.source, Span(entry.end, entry.end), "".join(f"{gap}{value}" for value in values))
        for entry, written in lines.items():
            yield Edit(entry.source, Span(entry.end, entry.end), "".join(f"\n{line}" for line in written))

    def _all_entries(self) -> list[_Entry]:
        """Return the entries of the unit and of the drop-ins that the container has values of."""
        sources = {self.source: None}
        for value in self.container._asdict().values():
            for one in value if isinstance(value, tuple) and not hasattr(value, "span") else (value,):
                if hasattr(one, "span") and hasattr(one, "source"):
                    sources.setdefault(place(one)[0], None)
        return [entry for source in sources for entry in _entries(source)]

    def _neighbour(self, entries: Sequence[_Entry]) -> _Entry:
        """Return the entry that a new one stands behind."""
        own = [one for one in entries if one.source is self.source]
        found = [one for one in own if one.key in _FAMILY] or [one for one in own if one.key == "Image"] or own
        if not found:
            raise RefusedError("the unit has no key that others could stand behind")
        return found[-1]


def _all_end(lines: dict[_Entry, list[str]]) -> bool:
    """Whether no entry that others are to stand behind goes on in the next line."""
    return not any(entry.source.text[entry.end - 1 : entry.end] == "\\" for entry in lines)


def _of_list(field: str, value: str) -> tuple[str, str]:
    """Return the key that says a value of a list, and how."""
    if field in _LISTS:
        return _LISTS[field], value
    if value == _OPTION:
        return "NoNewPrivileges", "true"
    return _ARGUMENTS, f"--security-opt={value}"


def _rank(new: tuple[str, str]) -> int:
    """Return what new entries are sorted by."""
    return _FAMILY.index(new[0]) if new[0] in _FAMILY else len(_FAMILY)


@lru_cache(maxsize=8)
def _entries(source: Source) -> tuple[_Entry, ...]:
    """Return the entries of a unit's section of the container."""
    try:
        sections = read_unit(source)
    except UnreadableError as error:
        raise RefusedError(f"the file cannot be read: {error.failure.message}") from None
    found = []
    for entry in sections[_SECTION].entries if _SECTION in sections else ():
        key = entry.key.source.to_root(entry.key.span)[1].start
        line = entry.key.source
        value = entry.value.to_root(Span(0, 0))[1].start if entry.value.text else None
        end = line.to_root(Span(0, len(line.text.rstrip())))[1].end
        found.append(_Entry(source, entry.key.value, key, end if value is None else value, end))
    return tuple(found)


def _is_all(text: str, entry: _Entry, stretches: Sequence[Span]) -> bool:
    """Whether nothing of a value is left without some stretches."""
    at = entry.value
    for span in stretches:
        if text[at : span.start].strip(" \t\r\n\\"):
            return False
        at = span.end
    return not text[at : entry.end].strip(" \t\r\n\\")


def _lines(text: str, entry: _Entry) -> Span:
    """Return the lines of an entry.

    Raises:
        RefusedError: a comment stands between them.

    """
    if re.search(r"[\r\n][ \t]*[#;]", text[entry.start : entry.end]):
        raise RefusedError("a comment stands within its lines")
    first = max(text.rfind("\n", 0, entry.start), text.rfind("\r", 0, entry.start)) + 1
    found = _BREAK.search(text, entry.end)
    return Span(first, found.end() if found else len(text))


def _holds_several(entries: Sequence[_Entry]) -> bool:
    """Whether a key of capabilities has several values in one entry."""
    own = [one for one in entries if one.key in _LISTS.values()]
    return any(" " in one.source.text[one.value : one.end].strip() for one in own)


def _gap(entry: _Entry) -> str:
    """Return what parts a value's last word from the one before it."""
    text = entry.source.text
    at = entry.end
    while at > entry.value and not text[at - 1].isspace():
        at -= 1
    gap = gaps.gap_before(text, at) if at > entry.value else " "
    return gaps.as_written(gap)
