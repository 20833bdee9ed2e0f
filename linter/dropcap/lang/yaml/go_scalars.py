"""The plain values and the blocks of a YAML text, as Go's library reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import tokens
from ruamel.yaml.scanner import ScannerError

if TYPE_CHECKING:
    from ruamel.yaml.scanner import Scanner

BREAKS = "\r\n\x85\u2028\u2029"
ENDS = BREAKS + "\0"
BLANKS = " \t" + ENDS

_BREAK = re.compile(f"\r\n|[{BREAKS}]")
_SPACE = re.compile(f"[ \t{BREAKS}]+")
_LINE = re.compile(f"[^{ENDS}]*")
_BLOCK_HEAD = re.compile(f"(?:(?P<chomp>[+-])(?P<digit>[0-9])?|(?P<first>[0-9])(?P<then>[+-])?)?[ \t]*(?:#[^{ENDS}]*)?")
# A colon that no blank follows is a part of the value. In brackets version 3 ends a value at each question mark, and
# version 4 at a colon before what ends a value there.
_COLON = f":(?![{BLANKS}])"
_PLAIN = re.compile(rf"(?:[^:{BLANKS}]|{_COLON})*")
_PLAIN_IN_BRACKETS = {
    3: re.compile(rf"(?:[^:?,\[\]{{}}{BLANKS}]|{_COLON})*"),
    4: re.compile(rf"(?:[^:?,\[\]{{}}{BLANKS}]|\?(?![{BLANKS}])|:(?![,\]}}{BLANKS}]))*"),
}


def failure(scanner: Scanner, problem: str, context: str, start: Any) -> ScannerError:  # noqa: ANN401  # a mark of a library without types
    """Return an error at the place that is reached, in what started elsewhere."""
    return ScannerError(context, start, problem, scanner.reader.get_mark())


def plain_scalar(scanner: Scanner, version: int) -> Any:  # noqa: ANN401  # as above
    """Read a plain value, which may go on in the next line."""
    reader, indent = scanner.reader, scanner.indent + 1
    pattern = _PLAIN_IN_BRACKETS[version] if scanner.flow_level else _PLAIN
    start = end = reader.get_mark()
    parts: list[str] = []
    space, has_break = "", False
    while reader.peek() != "#" and not (scanner.check_document_start() or scanner.check_document_end()):
        found = pattern.match(reader.buffer, reader.pointer)
        if found and found[0]:
            parts += (space, found[0])
            reader.forward(len(found[0]))
            end, has_break = reader.get_mark(), False
        between = _SPACE.match(reader.buffer, reader.pointer)
        if not between:
            break
        has_break = _BREAK.search(between[0]) is not None
        space = _folded(scanner, between[0], indent, start) if has_break else between[0]
        reader.forward(len(between[0]))
        if not scanner.flow_level and reader.column < indent:
            break
    if has_break:
        scanner.allow_simple_key = True
    return tokens.ScalarToken("".join(parts), True, start, end)  # noqa: FBT003  # as the library has it


def _folded(scanner: Scanner, space: str, indent: int, start: Any) -> str:  # noqa: ANN401  # as above
    """Return what blanks with a line break become."""
    if any("\t" in line[:indent] for line in _BREAK.split(space)[1:]):
        raise failure(
            scanner, "found a tab character that violates indentation", "while scanning a plain scalar", start
        )
    first, *others = (_as_break(found[0]) for found in _BREAK.finditer(space))
    if first != "\n":
        return "".join((first, *others))
    return "".join(others) or " "


def _as_break(written: str) -> str:
    return written if written in "\u2028\u2029" else "\n"


def block_scalar(scanner: Scanner, style: str) -> Any:  # noqa: ANN401  # as above
    """Read a value behind `|` or `>`."""
    reader, start = scanner.reader, scanner.reader.get_mark()
    reader.forward()
    head = _BLOCK_HEAD.match(reader.buffer, reader.pointer)
    chomp, digit = (head["chomp"] or head["then"], head["digit"] or head["first"]) if head else (None, None)
    reader.forward(head.end() - head.start() if head else 0)
    if digit == "0" or reader.peek() not in ENDS:
        raise failure(scanner, "did not find expected comment or line break", "while scanning a block scalar", start)
    scanner.scan_line_break()
    indent = max(scanner.indent, 0) + int(digit) if digit else 0
    indent, breaks, end = _breaks(scanner, indent, start)
    parts: list[str] = []
    line_break, was_blank = "", False
    while reader.column == indent and reader.peek() != "\0":
        is_blank = reader.peek() in " \t"
        is_folded = style == ">" and line_break == "\n" and not was_blank and not is_blank
        parts.append((" " if not breaks else "") if is_folded else line_break)
        parts += breaks
        was_blank = is_blank
        line = _LINE.match(reader.buffer, reader.pointer)
        parts.append(line[0] if line else "")
        reader.forward(len(parts[-1]))
        line_break = scanner.scan_line_break()
        indent, breaks, end = _breaks(scanner, indent, start)
    if chomp != "-":
        parts.append(line_break)
    if chomp == "+":
        parts += breaks
    return tokens.ScalarToken("".join(parts), False, start, end, style)  # noqa: FBT003  # as above


def _breaks(scanner: Scanner, indent: int, start: Any) -> tuple[int, list[str], Any]:  # noqa: ANN401  # as above
    """Pass indentation and empty lines; return the indentation, found out if it was 0, the breaks and their end."""
    reader = scanner.reader
    breaks: list[str] = []
    widest, end = 0, reader.get_mark()
    while True:
        while (not indent or reader.column < indent) and reader.peek() == " ":
            reader.forward()
        widest = max(widest, reader.column)
        if (not indent or reader.column < indent) and reader.peek() == "\t":
            problem = "found a tab character where an indentation space is expected"
            raise failure(scanner, problem, "while scanning a block scalar", start)
        if reader.peek() not in BREAKS:
            return indent or max(widest, scanner.indent + 1, 1), breaks, end
        breaks.append(scanner.scan_line_break())
        end = reader.get_mark()
