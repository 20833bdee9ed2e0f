"""Where a command line stands in its file, and where new options go."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.fixes.command_lines.gaps import FARTHEST, as_written, gap_before, gap_behind, statement_end
from dropcap.fixes.contract import RefusedError, place
from dropcap.model import Located
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from dropcap.model import Container
    from dropcap.source import Source

_VERBS = re.compile(r"(?:^|[^\w-])(?:run|create|exec|build|update)[\"']?\Z")
_NEAR = 2000
"""A value of a variable that is longer is not looked through."""
_SET = re.compile(
    r"(?:^|[\s;&|(])([A-Za-z_]\w{0,100})\+?=(?:\(([^()]*)|\"([^\"]*)|'([^']*)|([^\s;&|\"'()]*))\Z", re.MULTILINE
)
_EXPORTED = r"\b(?:export|declare|typeset|readonly)\b[^\n;]*\b{name}\b"
_EQUALS = re.compile(r"--(?:cap-add|cap-drop|security-opt|user)([=\s])")
_ANY_EQUALS = re.compile(r"--(?:name|volume|publish|env|network|restart|entrypoint|label|pull|hostname)([=\s])")
_SHELL = re.compile(r".*\.(?:sh|bash|ksh)", re.DOTALL)


class Line:
    """A command line in its file.

    Attributes:
        source: the file.
        text: its text.
        anchor: where the program and its verb stand.
        is_call: whether it is a command; otherwise a file names an image and options by themselves.

    """

    def __init__(self, container: Container) -> None:
        """Find a container's command line."""
        self.source, self.anchor = container.source.to_root(container.span)
        self.text = self.source.text
        self._container = container
        self._inner = container.source
        written = self.text[self.anchor.start : min(self.anchor.end, self.anchor.start + FARTHEST)]
        self.is_call = _VERBS.search(written) is not None
        if self.is_call and re.search(r"[\"'],\s*[\"']|\n\s*-\s", written):
            raise RefusedError("the words of the command stand as items of a list")
        self._of_variable = _variable(self.source, self.anchor) if self.is_call else None
        self.image = self._image()

    def _image(self) -> Span | None:
        """Return where the image stands on the line; None where it comes from elsewhere."""
        image = self._container.image
        if image is not None and self.is_here(image):
            return place(image)[1]
        if image is not None and self._of_variable and image.source is self.source:
            return place(image)[1] if _variable(self.source, image.span) is None else None
        if image is not None:
            return self._use_of(image)
        for unknown in self._container.unknowns:
            at = Located(unknown.text, unknown.source, unknown.span)
            if unknown.fields == ("image",) and self.is_here(at):
                return place(at)[1]
        return None

    def _use_of(self, image: Located[Any]) -> Span | None:
        """Return where the line uses the variable that has the image; None where it is not the only such place."""
        source, span = place(image)
        name = _variable(source, span) if self.is_call and source is self.source else None
        if name is None:
            return None
        start = self.anchor.end
        end = statement_end(self.text, start)
        found = list(re.finditer(rf"\$\{{?{name}\b", self.text[start:end]))
        return Span(start + found[0].start(), start + found[0].end()) if len(found) == 1 else None

    def is_here(self, where: Located[Any]) -> bool:
        """Whether something stands on the line itself, and not in a variable."""
        source, span = place(where)
        if source is not self.source or not self.is_call or span.start < self.anchor.end:
            return False
        if span.end - self.anchor.end > FARTHEST:
            return False
        if where.source is self._inner:
            return where.span.start <= statement_end(self._inner.text, self._container.span.end)
        return span.start <= statement_end(self.text, self.anchor.end)

    def check_own(self, where: Located[Any]) -> None:
        """Refuse to change what may be there for others as well.

        Raises:
            RefusedError: it stands in a variable that is used elsewhere, or nobody knows where it is used.

        """
        if not self.is_call or self.is_here(where):
            return
        source, span = place(where)
        if source is not self.source:
            raise RefusedError("it stands in another file")
        if self._inner is not self.source and not _SHELL.fullmatch(source.path):
            raise RefusedError("it stands in a variable, which others may use")
        name = _variable(source, span)
        if name is None:
            raise RefusedError("it stands away from the command, where others may use it")
        end = max([self.anchor.end, *(place(one)[1].end for one in self._words() if self.is_here(one))])
        for start, stop in _uses(source, name):
            if stop < self.anchor.start or start > end:
                raise RefusedError(f"it stands in {name}, which is used elsewhere too")

    def _words(self) -> Iterator[Located[Any]]:
        for value in self._container._asdict().values():
            for one in value if isinstance(value, tuple) and not isinstance(value, Located) else (value,):
                if isinstance(one, Located):
                    yield one
        for unknown in self._container.unknowns:
            yield Located(unknown.text, unknown.source, unknown.span)

    def written(self, option: str, value: str) -> str:
        """Write an option with its value as the line has others; `=` stands where nothing else does."""
        return f"{option}{'=' if self._has_equals() else ' '}{value}"

    def _has_equals(self) -> bool:
        start = self.anchor.end
        end = self.image.start if self.image else statement_end(self.text, start)
        found = _EQUALS.findall(self.text, start, end) if self.is_call else []
        found = found or self._parted() or (_ANY_EQUALS.findall(self.text, start, end) if self.is_call else [])
        return found.count("=") * 2 >= len(found)

    def _parted(self) -> list[str]:
        """Return what parts the values of capabilities from their options, wherever they stand."""
        own = self._container
        places = [place(one)[1].start for one in (*own.cap_add, *own.cap_drop, *own.security_opt)]
        return [self.text[start - 1 : start] for start in places]

    def before_image(self) -> tuple[int, str] | None:
        """Return where the image stands, and what parts it from the word before it."""
        if self.image is None:
            return None
        start = self.image.start
        while start > self.anchor.end and self.text[start - 1] in "\\\"'":
            start -= 1
        gap = gap_before(self.text, start)
        return (start, as_written(gap)) if gap else None

    def behind_verb(self) -> tuple[int, str]:
        """Return where the verb ends, and what parts it from the next word.

        Raises:
            RefusedError: nothing follows it that is known.

        """
        gap = gap_behind(self.text, self.anchor.end)
        if self._of_variable:
            raise RefusedError(f"the command stands in {self._of_variable}, which others may use")
        if not self.is_call or not gap:
            raise RefusedError("no place is known where a new option could stand")
        return self.anchor.end, as_written(gap)


def _variable(source: Source, span: Span) -> str | None:
    """Return the variable whose value has a stretch in it; None where it is in none that is seen."""
    found = _SET.search(source.text, max(0, span.start - _NEAR), span.start)
    if found is None:
        return None
    before = next(text for text in found.groups()[1:] if text is not None)
    # What a command prints is the value there, and no part of the command.
    is_command = before.rfind("$(") > before.rfind(")") or before.count("`") % 2 == 1
    return None if is_command else found[1]


@lru_cache(maxsize=64)
def _uses(source: Source, name: str) -> tuple[tuple[int, int], ...]:
    """Return where a variable is used, but for its own values; where it is handed on, all of the file counts."""
    own = {match.end() for match in re.finditer(rf"\b{name}\+?=[(\"']?\$\{{?{name}\b", source.text)}
    found = [match.span() for match in re.finditer(rf"\$\{{?[!#]?{name}\b", source.text) if match.end() not in own]
    if re.search(_EXPORTED.replace("{name}", name), source.text):
        found.append((0, 0))
    return tuple(found)
