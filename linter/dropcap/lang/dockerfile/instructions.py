"""A joined text becomes an instruction: flags, arguments, and the text that a shell runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.dockerfile.heredocs import is_heredoc
from dropcap.lang.dockerfile.lexer import arguments, flags, json_words, keyword
from dropcap.model import Failure, Instruction, Located
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.lang.dockerfile.logical_lines import Heredoc, Logical
    from dropcap.source import Source

KEYWORDS = frozenset(
    {
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    }
)
_JSON = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "ADD", "COPY", "VOLUME"})
_BEGINNING = r"""\d*<<-?[ \t]*(?:'[^']*'|"[^"]*"|[^\s'"<>|&;()])+"""
_HEREDOCS_FIRST = rf"(?P<heredocs>{_BEGINNING}(?:[ \t]+{_BEGINNING})*)(?P<blank>[ \t]+)(?P<program>[\w./+-]+)(?![\w=])"
_TABS = re.compile(r"^\t+", re.MULTILINE)


class RefusedError(Exception):
    """The builder refuses an instruction; carries the failure to report."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure."""
        super().__init__(failure.message)
        self.failure = failure


def refused(source: Source, span: Span, message: str, who: str = "the builder refuses") -> RefusedError:
    """Make the error of an instruction that the builder refuses."""
    return RefusedError(Failure(source.path, f"{who} this: {message}", source=source, span=span))


def to_instruction(logical: Logical, file: Source, escape: str) -> Instruction:
    """Take a joined text apart.

    Raises:
        RefusedError: its keyword is none, or its list in the JSON form holds something else than strings.

    """
    text = logical.text
    at = keyword(text.text)
    if logical.keyword not in KEYWORDS:
        raise refused(text, at, f"unknown instruction: {logical.keyword[:30]}")
    whole = Span(text.to_root(at)[1].start, logical.end)
    instruction = _read(logical, 0, file, escape, whole)
    if logical.keyword != "ONBUILD" or not instruction.value.value:
        return instruction
    start = instruction.value.span.start
    word = keyword(text.text, start)
    name = text.text[word.start : word.end].upper()
    if name == "ONBUILD":
        raise refused(text, word, "ONBUILD isn't allowed as an ONBUILD trigger")
    if name in {"FROM", "MAINTAINER"}:
        raise refused(text, word, f"{name} isn't allowed as an ONBUILD trigger")
    if name not in KEYWORDS:
        raise refused(text, word, f"unknown instruction: {name[:30]}", "every build on this image refuses")
    return instruction._replace(trigger=_read(logical._replace(keyword=name), start, file, escape, whole))


def _read(logical: Logical, start: int, file: Source, escape: str, whole: Span) -> Instruction:
    """Read an instruction that begins at an offset of a joined text."""
    text, name = logical.text, logical.keyword
    found, rest = flags(text, arguments(text.text, start), escape)
    value = Located(text.text[rest.start : rest.end], text, rest)
    words = _words(name, value)
    body = _body(value, logical.heredocs, file) if name == "RUN" and words is None else None
    contents = tuple(_content(one, file) for one in logical.heredocs) if name in {"ADD", "COPY"} else ()
    return Instruction(name, found, value, words, body, whole, contents=contents)


def _content(heredoc: Heredoc, file: Source) -> tuple[str, Source | None]:
    """Return a heredoc's name and text; the builder expands what is not quoted."""
    text = _script(heredoc, file)
    is_changed = heredoc.word.expands and not {"$", "\\"}.isdisjoint(text.text)
    return heredoc.word.name, None if is_changed else text


def _words(name: str, value: Located[str]) -> tuple[Located[str], ...] | None:
    """Read the JSON form, where there is one."""
    if name not in _JSON:
        return None
    try:
        return json_words(value.source, value.span)
    except ValueError as error:
        raise refused(value.source, value.span, str(error)) from None


def _body(value: Located[str], heredocs: tuple[Heredoc, ...], file: Source) -> Source | None:
    """Find the text that a shell runs: the command and the heredocs below it, or a heredoc that stands alone.

    A heredoc that begins with `#!` is executed as a file, by the program named there.
    """
    if not heredocs:
        return value.source.slice(value.span)
    if is_heredoc(value.value):
        from dropcap.lang.shell.shebang import is_shell_script  # few have one

        script = _script(heredocs[0], file)
        return script if not script.text.startswith("#!") or is_shell_script(script.text.encode()) else None
    parts, segments, length = list[str](), list[tuple[int, int]](), 0
    for start, end in _command_first(value.value):
        segments += [(length + here - start, there) for here, there in _segments(value, start, end)]
        parts.append(value.value[start:end])
        length += end - start
    for one in heredocs:
        content = file.text[one.body.start : one.body.end]
        segments += [(length, one.body.start - 1), (length + 1 + len(content), one.body.end)]
        parts.append(f"\n{content}{one.word.name}")
        length += len(parts[-1])
    return file.piece("".join(parts), segments, is_scattered=True)


def _command_first(text: str) -> list[tuple[int, int]]:
    """Cut a command so that its program comes before the heredocs that it begins with; the parser reads only that."""
    found = re.match(_HEREDOCS_FIRST, text) if "<<" in text else None
    if found is None:
        return [(0, len(text))]
    return [found.span("program"), found.span("blank"), found.span("heredocs"), (found.end(), len(text))]


def _script(heredoc: Heredoc, file: Source) -> Source:
    """Give a heredoc's text; `<<-` takes the tabs at the beginning of its lines off."""
    whole = file.slice(heredoc.body)
    if not heredoc.word.chomps or "\t" not in whole.text:
        return whole
    parts, segments, length, at = list[str](), list[tuple[int, int]](), 0, 0
    for found in (*_TABS.finditer(whole.text), None):
        end = found.start() if found else len(whole.text)
        segments.append((length, heredoc.body.start + at))
        parts.append(whole.text[at:end])
        length += end - at
        at = found.end() if found else end
    return file.piece("".join(parts), segments)


def _segments(value: Located[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Say where the parts of a stretch of a joined text stand in the file; offsets count from the value's start."""
    first, last = value.span.start + start, value.span.start + end
    found = value.source.segments
    for (here, there), (until, _) in zip(found, [*found[1:], (last, 0)], strict=True):
        if here < last and (until > first or here == first):
            yield max(here, first) - value.span.start, there + max(first - here, 0)
