"""An instruction's parts, and what the builder refuses about it (BuildKit, `frontend/dockerfile/instructions`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.dockerfile.lexer import arguments, flags, json_words
from dropcap.lang.shell.shebang import is_shell_script
from dropcap.model import Failure, Instruction, Located
from dropcap.source import Span

if TYPE_CHECKING:
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
_FLAGS = {
    "ADD": {"keep-git-dir", "chmod", "chown", "link", "checksum", "unpack", "exclude"},
    "COPY": {"from", "chmod", "chown", "link", "parents", "exclude"},
    "FROM": {"platform"},
    "HEALTHCHECK": {"interval", "timeout", "start-period", "start-interval", "retries"},
    "RUN": {"mount", "network", "security", "device"},
}
_REPEATABLE = frozenset({"mount", "exclude", "device"})
_WITH_JSON = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "ADD", "COPY", "VOLUME"})
_MAY_BE_EMPTY = frozenset({"CMD", "ENTRYPOINT", "RUN"})
_ONE_WORD = frozenset({"USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER"})
_NO_ONBUILD = frozenset({"ONBUILD", "FROM", "MAINTAINER"})
_SECURITY = frozenset({"sandbox", "insecure"})
_SHELL = r"\s*(?:\S*/)?(?:ba|da|a|k|z)?sh(?:\s+(?:-\S*|pipefail))*\s*"
_FIRST_WORD = re.compile(r"[^\t\v\f\r ]+")


class RefusedError(Exception):
    """The builder refuses an instruction; carries the failure to report."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure."""
        super().__init__(failure.message)
        self.failure = failure


def to_instruction(logical: Logical, file: Source) -> Instruction:
    """Take a joined text apart.

    Raises:
        RefusedError: the builder refuses it.

    """
    text = logical.text
    keyword_span = Span(0, len(logical.keyword))
    if logical.keyword not in KEYWORDS:
        raise refused(text, keyword_span, f"unknown instruction: {logical.keyword}")
    start = text.to_root(keyword_span)[1].start
    whole = Span(start, logical.end)
    instruction = _read(logical.keyword, text, arguments(text), logical.heredocs, file, whole)
    if logical.keyword == "ONBUILD":
        return instruction._replace(trigger=_trigger(instruction, logical.heredocs, file))
    return instruction


def _trigger(onbuild: Instruction, heredocs: tuple[Heredoc, ...], file: Source) -> Instruction:
    """Read what an ONBUILD instruction keeps for the images that build upon it."""
    text, at = onbuild.value.source, onbuild.value.span
    word = _FIRST_WORD.match(text.text, at.start, at.end)
    keyword = word[0].upper() if word else ""
    span = Span(at.start, at.start + len(keyword))
    if keyword in _NO_ONBUILD:
        raise refused(text, span, f"{keyword} isn't allowed as an ONBUILD trigger")
    if keyword not in KEYWORDS:
        raise refused(text, span, f"unknown instruction: {keyword}")
    inner = text.slice(Span(at.start, at.end))
    heredocs = tuple(one._replace(word=Span(one.word.start - at.start, one.word.end - at.start)) for one in heredocs)
    return _read(keyword, inner, arguments(inner), heredocs, file, onbuild.span)


def refused(source: Source, span: Span, message: str) -> RefusedError:
    """Make the error of an instruction that the builder refuses."""
    return RefusedError(Failure(source.path, f"the builder refuses this: {message}", source=source, span=span))


def _read(  # an instruction's parts
    keyword: str, text: Source, at: Span, heredocs: tuple[Heredoc, ...], file: Source, whole: Span
) -> Instruction:
    found, rest = flags(text, at) if keyword in _FLAGS else ((), at)
    _check_flags(keyword, found)
    written = text.text[rest.start : rest.end]
    value = Located(written, text, rest)
    if not written and keyword not in _MAY_BE_EMPTY:
        needs = "exactly one argument" if keyword in _ONE_WORD else "at least one argument"
        raise refused(text, Span(0, len(keyword)), f"{keyword} requires {needs}")
    words = None
    if keyword in _WITH_JSON:
        try:
            words = json_words(text, rest)
        except ValueError as error:
            raise refused(text, rest, str(error)) from None
    if keyword == "SHELL" and words is None:
        raise refused(text, rest, "SHELL requires the arguments to be in JSON form")
    body = fed = None
    if keyword == "RUN" and words is None:
        body, fed = _body(text, rest, heredocs, file), _fed(text, rest, heredocs, file)
    return Instruction(keyword, found, value, words, body, whole, fed)


def _check_flags(keyword: str, found: tuple[Located[str], ...]) -> None:
    seen = set()
    for flag in found:
        name = flag.value[2:].partition("=")[0]
        if name not in _FLAGS[keyword]:
            raise refused(flag.source, flag.span, f"unknown flag: --{name}")
        if name in seen and name not in _REPEATABLE:
            raise refused(flag.source, flag.span, f"duplicate flag specified: {name}")
        value = flag.value.partition("=")[2]
        if name == "security" and value not in _SECURITY:
            raise refused(flag.source, flag.span, f'security "{value}" is not valid; there are sandbox and insecure')
        seen.add(name)


def _body(text: Source, at: Span, heredocs: tuple[Heredoc, ...], file: Source) -> Source | None:
    """Find the text that a shell runs: a heredoc that stands alone is the script itself.

    With a line `#!` it is executed as a file, by the program named there.
    """
    if not heredocs or heredocs[0].word != at:
        return text.slice(at)
    script = file.slice(heredocs[0].body)
    return script if not script.text.startswith("#!") or is_shell_script(script.text.encode()) else None


def _fed(text: Source, at: Span, heredocs: tuple[Heredoc, ...], file: Source) -> Source | None:
    """Find the heredoc that a shell reads as its script: that of a command which is a shell and options."""
    if len(heredocs) != 1:
        return None
    word = heredocs[0].word
    command = f"{text.text[at.start : word.start]} {text.text[word.end : at.end]}"
    return file.slice(heredocs[0].body) if re.fullmatch(_SHELL, command) else None
