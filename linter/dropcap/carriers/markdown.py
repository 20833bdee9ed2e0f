"""Markdown: the commands and Compose files in its code blocks. Prose is neither.

A block counts by the word after its fence, an indented one by its first line. A prompt stands before a command, what
has none where others have is output. An ellipsis, and a name in angle brackets, stand for what the reader puts there.
Of a Compose file a service alone, or some of them, may be shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, Script, read_all
from dropcap.clients import client_names
from dropcap.model import MOST_CONTAINERS, Container, Document, Failure, Level, UnreadableError
from dropcap.namedtuple import NamedTuple
from dropcap.source import MARK, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.lang.comments import Comment, Lines

__all__ = ["block_starts", "comments", "read"]

_SHELLS = frozenset({"sh", "bash", "shell", "zsh", "ksh", "console", "shell-session", "shellsession", "sh-session"})
_YAML = frozenset({"yaml", "yml", "compose", "docker-compose"})
_LINE = r"[^\n]*(?:\n|\Z)"
_FENCE = (
    r"(?P<indent>[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?)"
    r"(?P<fence>`{3,}|~{3,})[ \t]*(?:\{?\.?(?P<word>[\w.+-]*))?[^`\n]*\r?\n?"
)
_PROMPT = r"[ \t]*(?:\([\w.-]+\)[ \t]*)?(?:[\w.-]+@[\w.-]+[: ][^$#\n]*)?(?P<sign>[$#%>])[ \t]+"
_FIRST = rf"[ \t]*(?:[$#][ \t]+)?(?:sudo[ \t]+)?{client_names()}[ \t]"
_LEFT_OUT = r"(?<![^\s=:/])(?:\.\.\.|…)(?![\w./])|\[(?:\.\.\.|…)\]|\[[A-Z][^\]\n]{0,80}\]|<[A-Za-z][\w .:/-]*>"
_REASON = "the reader of the text has to fill it in"
_ITEM = r" {0,3}(?:[-*+]|\d+[.)])[ \t]"
_FRONT_MATTER = r"---[ \t]*\r?\n(?:(?!---|\.\.\.)[^\n]*\n)*(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)"
_QUOTE = r"(?: {0,3}>[ ]?)+"
_ELLIPSIS = r"[ \t]*(?:-[ \t]+)?(?:\.{3,}|…|\[(?:\.{3,}|…)\]|<\.{3,}>)[ \t]*(?:#.*)?\r?\n?"
_DEEP = 4  # as many blanks as stand before what a service holds
_KEY = r"[ \t]*[^\s#]"
_TELLS_SERVICE = r"(?m)^[ \t]*(?:cap_add|cap_drop|privileged|security_opt)[ \t]*:"
_OF_SERVICE = frozenset({"cap_add", "cap_drop", "privileged", "security_opt"})
_COMPOSE_ALONE = _OF_SERVICE - {"privileged"}
"""What no other format has at the top of a mapping: a fragment with one of these is of a service."""
_MADE_OF = frozenset({"image", "build"})
_SERVICES = r"(?m)^(?:services|'services'|\"services\")[ \t]*:"


class _Block(NamedTuple):
    """A code block: the word after its fence, and its lines, each with where it starts in the file."""

    word: str
    lines: list[tuple[str, int]]


def read(source: Source, _request: Request | None = None) -> Document:
    """Read the code blocks of a text; what is wrong in one is a note, as such text is for people."""
    scripts: list[Script] = []
    containers: list[Container] = []
    failures: list[Failure] = []
    embedded: list[tuple[str, Source]] = []
    for block in _blocks(source.text):
        if block.word in _YAML:
            document = _compose(source, block)
            if document is not None:
                containers += document.containers
                failures += document.failures
                embedded += document.embedded
                if len(containers) + len(failures) > MOST_CONTAINERS:
                    break
        elif block.word in _SHELLS or (not block.word and re.match(_FIRST, block.lines[0][0])):
            scripts.append(_script(source, _commands(block.lines)))
    document = read_all(source, "markdown", scripts, containers)
    found = [*document.failures, *failures]
    return document._replace(
        failures=tuple(failure._replace(level=Level.NOTE) for failure in found),
        embedded=(*document.embedded, *embedded),
    )


def comments(source: Source) -> list[Comment]:
    """Return the comments that speak to dropcap: those of the text itself, each of the code block right below it.

    Those in a code block are its language's.
    """
    from dropcap.lang.comments import Block, Lines, placed

    lines = Lines(source.text)
    spans: list[Span] = []
    below: dict[int, Block] = {}
    content = len(source.text)
    for block in _blocks(source.text, spans):
        first, last = lines.of(block.lines[0][1]), lines.of(block.lines[-1][1])
        content = min(content, block.lines[0][1])
        top = first
        while top and (lines.is_blank(top - 1) or _is_fence(lines, top - 1)) and top > first - _MOST_ABOVE:
            top -= 1
        below.update(dict.fromkeys(range(top, first + 1), Block(first, last)))
    return placed(source, spans, lambda line: below.get(line, Block(line, line)), content, lines, skips_blank=True)


def block_starts(source: Source) -> list[tuple[int, int, bool]]:
    """Return for each code block the line of its fence, or its first one, its last one, and whether it has a fence.

    Lines count from 0.
    """
    from dropcap.lang.comments import Lines

    lines = Lines(source.text)
    found = []
    for block in _blocks(source.text):
        first, last = lines.of(block.lines[0][1]), lines.of(block.lines[-1][1])
        is_fenced = first > 0 and _is_fence(lines, first - 1)
        found.append((first - is_fenced, last, is_fenced))
    return found


_MOST_ABOVE = 3  # the fence, and a blank line or two


def _is_fence(lines: Lines, line: int) -> bool:
    return re.match(rf"(?:{_QUOTE})?{_FENCE}", lines.text[slice(*lines.span(line, line))]) is not None


def _blocks(text: str, comments: list[Span] | None = None) -> Iterator[_Block]:  # noqa: C901, PLR0912, PLR0915  # one loop, one branch a kind of line
    """Give the code blocks, fenced or indented, outside of comments; those are gathered where a list is given."""
    fence = ""
    indent = 0
    word = ""
    lines: list[tuple[str, int]] = []
    is_after_blank = True
    is_comment = False
    was_quoted = in_list = False
    front = re.match(_FRONT_MATTER, text)
    for match in re.compile(_LINE).finditer(text, front.end() if front else 0):
        line, at = match[0], match.start()
        if not line:
            break
        quote = re.match(_QUOTE, line) if was_quoted or not fence else None
        if (quote is not None) is not was_quoted:  # a quotation begins or ends, and with it all that stands in it
            if lines:
                yield _Block(word if fence else "", lines)
            was_quoted, is_after_blank = quote is not None, True
            fence, lines = "", []
        if quote:
            line, at = line[quote.end() :], at + quote.end()
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                if lines:
                    yield _Block(word, lines)
                fence, lines = "", []
            else:
                cut = min(indent, len(line) - len(line.lstrip(" \t")))
                lines.append((line[cut:], at + cut))
            continue
        is_indented = line.startswith(("    ", "\t")) and line.strip() != ""
        if line.strip() and not is_indented:
            in_list = re.match(_ITEM, line) is not None or (in_list and line.startswith(" "))
        # So far indented it is code, but in a list.
        if is_comment or (line.lstrip().startswith("<!--") and (in_list or not is_indented)):
            if comments is not None:
                _add_comment(comments, line, at, is_new=not is_comment)
            is_comment = "-->" not in line
            continue
        opening = re.match(_FENCE, line)
        if lines and not is_indented and line.strip():
            yield _Block("", lines)
            lines = []
        if opening:
            if lines:
                yield _Block("", lines)
            fence, word, lines = opening["fence"], (opening["word"] or "").lower(), []
            indent = len(opening["indent"])
            continue
        if is_indented and (lines or is_after_blank):
            cut = 1 if line.startswith("\t") else 4
            lines.append((line[cut:], at + cut))
        is_after_blank = not line.strip()
    if lines:
        yield _Block(word if fence else "", lines)


def _add_comment(comments: list[Span], line: str, at: int, *, is_new: bool) -> None:
    """Take a line of a comment: its first one, or one that it goes on in."""
    end = line.find("-->") + len("-->")
    end = at + (end if end >= len("-->") else len(line.rstrip("\r\n")))
    if is_new:
        comments.append(Span(at + len(line) - len(line.lstrip()), end))
    else:
        comments[-1] = Span(comments[-1].start, end)


def _commands(lines: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Take prompts off; where some lines have one, the others are output, unless a line goes on in them."""
    prompted = [re.match(_PROMPT, line) for line, _ in lines]
    if any(match and match["sign"] in "$%#" and not _may_be_comment(match) for match in prompted):
        prompted = [None if match and _may_be_comment(match) else match for match in prompted]
    else:
        only_roots = all(match and match["sign"] == "#" for match in prompted)
        if not (only_roots and re.match(_FIRST, lines[0][0])):
            return lines
    kept: list[tuple[str, int]] = []
    goes_on = False
    for (line, at), match in zip(lines, prompted, strict=True):
        is_more = goes_on and (match is None or match["sign"] == ">")
        if match is None and not goes_on:
            continue
        if match is not None and match["sign"] == ">" and not goes_on:
            continue
        cut = match.end() if match is not None and (not is_more or match["sign"] == ">") else 0
        kept.append((line[cut:], at + cut))
        goes_on = line.rstrip("\r\n").endswith("\\")
    return kept


def _may_be_comment(match: re.Match[str]) -> bool:
    """Whether a prompt of root's has nothing before it: beside other prompts it begins a comment."""
    return match[0].strip() == "#"


def _script(source: Source, lines: list[tuple[str, int]]) -> Script:
    builder = Builder(source)
    for line, at in lines:
        done = 0
        for left_out in re.compile(_LEFT_OUT).finditer(line):
            builder.add(line[done : left_out.start()], at + done)
            # A name in angle brackets is one word; an ellipsis may be any number of them.
            quote = '"' if left_out[0].startswith("<") else ""
            builder.unknown(left_out[0], at + left_out.start(), _REASON, quote)
            done = left_out.end()
        builder.add(line[done:], at + done)
    return builder.build()


def _compose(source: Source, block: _Block) -> Document | None:
    """Read a block that is a Compose file, or services of one; another fragment says nothing by itself."""
    lines = [(line, at) for line, at in block.lines if not re.fullmatch(_ELLIPSIS, line)]
    text = "".join(line for line, _ in lines)
    missing: tuple[str, ...] = ()
    if not re.search(_SERVICES, text):
        missing = _missing(text) if re.search(_TELLS_SERVICE, text) else ()
        if not missing:
            return None
    from dropcap.carriers import compose

    builder = Builder(source)
    first = next(_stripped(line, at) for line, at in lines if re.match(_KEY, line)) if missing else Span(0, 0)
    for part in missing:
        builder.stand_in(part, first)
    for line, at in lines:
        builder.add(" " * _DEEP if missing else "", at)
        builder.add(line, at)
    piece = builder.build().source
    try:
        return compose.read(piece)._replace(embedded=(("compose", piece),) if MARK in piece.text else ())
    except UnreadableError as error:
        return Document(piece, "compose", (), (error.failure,))


def _stripped(line: str, at: int) -> Span:
    """Give the place of a line without the blanks around it."""
    return Span(at + len(line) - len(line.lstrip()), at + len(line.rstrip()))


def _missing(text: str) -> tuple[str, ...]:
    """Give what a whole file has before a fragment that is one service or some; nothing for any other fragment.

    The name of the service that a fragment is stands by itself: findings on it are to be where the fragment begins.
    """
    from dropcap.carriers.yaml_scripts import documents, pairs

    try:
        (root,) = documents(Source("", text))
    except (UnreadableError, ValueError):  # no YAML, or not one document
        return ()
    names = {key.text for key, _ in pairs(root)}
    if _is_service(names):
        return "services:\n  ", "service", ":\n"
    services = [{key.text for key, _ in pairs(value)} for _, value in pairs(root)]
    if all(names & (_MADE_OF | _OF_SERVICE) for names in services) and any(map(_is_service, services)):
        return ("services:\n",)
    return ()


def _is_service(names: set[str]) -> bool:
    """Whether a mapping with these keys is a service, whole or in part."""
    return bool(names & _COMPOSE_ALONE or (names & _MADE_OF and names & _OF_SERVICE))
