"""YAML as Go's library reads it, which takes some texts that libyaml refuses: slow, and for those texts alone.

The parser and what is not overridden of the scanner are ruamel.yaml's. Sources: `scannerc.go` and `readerc.go` of
go-yaml 3.0.4, `internal/libyaml/scanner.go` and `reader.go` of go-yaml 4.0.0-rc.6.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any

from ruamel.yaml import events, tokens
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner

from dropcap.lang.yaml.go_scalars import BLANKS, ENDS, block_scalar, failure, plain_scalar

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_KEY = 1024
_AFTER_ANCHOR = BLANKS + "?:,]}%@`"
_ANCHOR = {3: re.compile(r"[0-9A-Za-z_-]+"), 4: re.compile(r"[!-+.-9;-Z\\^-z|~-]+")}
_URI_CHARACTERS = {3: "-_;/?:@&=+$,.!~*'()[]%", 4: "-_;/?:@&=+$.!~*'()%"}
# Those of plain ASCII apart: the others take milliseconds to compile, and most texts have no need of them.
_ASCII_CONTROL = {3: "[^\t\n\r -~]", 4: "[^\t\n\r -\x7f]"}
_CONTROL = {
    3: "[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]",
    4: "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]",
}
_DIRECTIVE = re.compile(
    r"%(?:YAML[ \t]+(?P<major>[0-9]{1,2})\.(?P<minor>[0-9]{1,2})"
    r"|TAG[ \t]+(?P<handle>!(?:[0-9A-Za-z_-]*!)?)[ \t]+(?P<prefix>[0-9A-Za-z_;/?:@&=+$,.!~*'()\[\]-]+))"
    rf"[ \t]*(?:#[^{ENDS}]*)?(?=[{ENDS}])"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Loader:
    """What ruamel.yaml's parts find each other by."""

    processing_version = (1, 1)
    comment_handling = None
    _reader: Any
    _scanner: Any
    _parser: Any

    def __init__(self) -> None:
        self._resolver = self


class _GoReader(Reader):
    """Counts lines as YAML 1.1 does, and knows which characters a version of the library takes."""

    forward = Reader.forward_1_1

    def __init__(self, text: str, loader: _Loader, version: int) -> None:
        self._control = re.compile((_ASCII_CONTROL if text.isascii() else _CONTROL)[version])
        super().__init__(text, loader=loader)

    def _get_non_printable(self, data: str) -> tuple[int, str] | None:  # type: ignore[override]  # a class method there
        found = self._control.search(data)
        return (found.start(), found[0]) if found else None


class _GoParser(Parser):
    """Passes over a token too much where libyaml and what is made of it do."""

    def parse_implicit_document_start(self) -> Any:  # noqa: ANN401  # as the class above has it
        """Begin the first document; version 4 passes over ends of documents before it."""
        while self.scanner.is_fourth and self.scanner.check_token(tokens.DocumentEndToken):
            self.scanner.get_token()
        return super().parse_implicit_document_start()

    def parse_flow_sequence_entry_mapping_key(self) -> Any:  # noqa: ANN401  # as the class above has it
        """Read a key behind `?` in a list; where there is none, what stands there instead is lost."""
        self.scanner.peek_token()
        event = super().parse_flow_sequence_entry_mapping_key()
        if isinstance(event, events.ScalarEvent) and event.start_mark is event.end_mark:
            self.scanner.get_token()
        return event


class GoScanner(Scanner):
    """The scanner of a version of the library: what it takes for a key, a name, a tag and a scalar."""

    ESCAPE_REPLACEMENTS = {  # noqa: RUF012  # as the class above has it
        **{key: value for key, value in Scanner.ESCAPE_REPLACEMENTS.items() if key != "/"},
        "'": "'",
    }

    def __init__(self, loader: _Loader, version: int) -> None:
        """Take who knows the reader, and the version of the library."""
        self.version = version
        self.is_fourth = version > 3  # noqa: PLR2004  # the version before
        super().__init__(loader=loader)

    def reset_scanner(self) -> None:
        """Begin anew, with queues that stay quick where a line is long."""
        super().reset_scanner()
        self.tokens = deque(self.tokens)  # type: ignore[assignment]  # it has all that is asked of a list there
        self.possible_simple_keys = OrderedDict()
        self._last: Any = None

    # --- the queue ---

    def get_token(self) -> Any:  # noqa: ANN401  # as the class above has it
        """Return the next token and forget it."""
        if self.peek_token() is None:
            return None
        self.tokens_taken += 1
        self._last = self.tokens.popleft()  # type: ignore[attr-defined]  # a queue here
        return self._last

    def next_possible_simple_key(self) -> Any:  # noqa: ANN401  # as above
        """Return the number of the first token that may be a key: they are kept in their order."""
        return next((key.token_number for key in self.possible_simple_keys.values()), None)

    def stale_possible_simple_keys(self) -> None:
        """Forget the keys that are on an earlier line, or too long for version 3: the first ones, as a key ends."""
        while self.possible_simple_keys:
            level, key = next(iter(self.possible_simple_keys.items()))
            is_long = not self.is_fourth and self.reader.index - key.index > _MAX_KEY
            if key.line == self.reader.line and not is_long:
                return
            if key.required:
                raise failure(self, "could not find expected ':'", "while scanning a simple key", key.mark)
            del self.possible_simple_keys[level]

    # --- what a token is ---

    def check_key(self) -> bool:
        """Return whether a question mark opens a key."""
        return self._is_before_blank() or (bool(self.flow_level) and not self.is_fourth)

    def check_value(self) -> bool:
        """Return whether a colon stands before a value."""
        if self._is_before_blank():
            return True
        if not self.flow_level or not self.is_fourth:
            return bool(self.flow_level)
        last = self.tokens[-1] if self.tokens else self._last
        return not isinstance(last, (tokens.FlowEntryToken, tokens.FlowSequenceStartToken))

    def check_plain(self) -> bool:
        """Return whether a plain value starts here."""
        first, second = self.reader.peek(), self.reader.peek(1)
        if first == "-":
            return second not in " \t"
        if first in "?:":
            return second not in BLANKS and (not self.flow_level or self.is_fourth)
        return first not in "\0 \t\r\n\x85\u2028\u2029,[]{}#&*!|>'\"%@`"

    def _is_before_blank(self) -> bool:
        return self.reader.peek(1) in BLANKS

    # --- the text of a token ---

    def scan_to_next_token(self) -> None:
        """Pass blanks and comments: a tab may stand in brackets, and where no key may start."""
        reader = self.reader
        while True:
            blanks = " \t" if self.flow_level or not self.allow_simple_key else " "
            while reader.peek() in blanks:
                reader.forward()
            if reader.peek() == "#":
                while reader.peek() not in ENDS:
                    reader.forward()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_directive(self) -> Any:  # noqa: ANN401  # as the class above has it
        """Read a line that starts with a percent sign: there are two of them."""
        start = self.reader.get_mark()
        found = _DIRECTIVE.match(self.reader.buffer, self.reader.pointer)
        if not found:
            raise failure(self, "found unknown directive name", "while scanning a directive", start)
        self.reader.forward(len(found[0]))
        is_version = found["major"] is not None
        value = (int(found["major"]), int(found["minor"])) if is_version else (found["handle"], found["prefix"])
        return tokens.DirectiveToken("YAML" if is_version else "TAG", value, start, self.reader.get_mark())

    def scan_anchor(self, token: Callable[..., Any]) -> Any:  # noqa: ANN401  # as the class above has it
        """Read the name of an anchor or an alias."""
        start = self.reader.get_mark()
        self.reader.forward()
        found = _ANCHOR[self.version].match(self.reader.buffer, self.reader.pointer)
        if found:
            self.reader.forward(len(found[0]))
        if not found or self.reader.peek() not in _AFTER_ANCHOR:
            raise failure(
                self, "did not find expected alphabetic or numeric character", "while scanning an anchor", start
            )
        return token(found[0], start, self.reader.get_mark())

    def scan_tag(self) -> Any:  # noqa: ANN401  # as above
        """Read a tag: `!<whole>`, `!handle!suffix` or `!suffix`."""
        reader, start = self.reader, self.reader.get_mark()
        value: tuple[str | None, str]
        if reader.peek(1) == "<":
            reader.forward(2)
            value = (None, self._tag_text(_URI_CHARACTERS[3] if not self.is_fourth else ",[]{}" + _URI_CHARACTERS[4]))
            if not value[1] or reader.peek() != ">":
                raise failure(self, "did not find the expected '>'", "while scanning a tag", start)
            reader.forward()
        else:
            found = re.compile(r"![0-9A-Za-z_-]*!|!").match(reader.buffer, reader.pointer)
            handle = found[0] if found else "!"
            reader.forward(len(handle))
            suffix = self._tag_text(_URI_CHARACTERS[self.version])
            if not suffix and handle != "!":
                raise failure(self, "did not find expected tag URI", "while parsing a tag", start)
            value = (handle, suffix) if suffix else (None, "!")
        if reader.peek() not in BLANKS:
            raise failure(self, "did not find expected whitespace or line break", "while scanning a tag", start)
        return tokens.TagToken(value, start, reader.get_mark())

    def _tag_text(self, others: str) -> str:
        parts: list[str] = []
        mark = self.reader.get_mark()
        while True:
            character = self.reader.peek()
            if character == "%":
                parts.append(self.scan_uri_escapes("tag", mark))
            elif character.isascii() and (character.isalnum() or character in others):
                parts.append(character)
                self.reader.forward()
            else:
                return "".join(parts)

    def scan_flow_scalar(self, style: str) -> Any:  # noqa: ANN401  # as above
        """Read a quoted value; what an escape says has to be a character."""
        start = self.reader.get_mark()
        try:
            token = super().scan_flow_scalar(style)
        except (OverflowError, ValueError):
            token = None
        if token is None or _SURROGATE.search(token.value):
            raise failure(self, "found invalid Unicode character escape code", "while scanning a quoted scalar", start)
        return token

    def scan_plain(self) -> Any:  # noqa: ANN401  # as above
        """Read a plain value."""
        return plain_scalar(self, self.version)

    def scan_block_scalar(self, style: str, rt: bool | None = False) -> Any:  # noqa: ANN401, ARG002, FBT001, FBT002  # as above
        """Read a value behind `|` or `>`."""
        return block_scalar(self, style)


def go_parser(text: str, version: int) -> Parser:
    """Return a parser that reads a text as a version of Go's library does."""
    loader = _Loader()
    _GoReader(text, loader, version)
    GoScanner(loader, version)
    return _GoParser(loader=loader)
