"""What the builder refuses about an instruction by itself (BuildKit, `frontend/dockerfile/instructions`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.budget import Budget
from dropcap.lang.dockerfile.expand import Absent, ExpansionError, TooLongError, UnknownVariableError, expand
from dropcap.lang.dockerfile.heredocs import is_heredoc
from dropcap.lang.dockerfile.instructions import refused
from dropcap.lang.dockerfile.lexer import SPACE, json_words, pairs, split, words
from dropcap.lang.dockerfile.values import nanoseconds
from dropcap.model import Located
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.lang.dockerfile.instructions import RefusedError
    from dropcap.lang.dockerfile.logical_lines import Heredoc
    from dropcap.model import Instruction
    from dropcap.source import Source

_TEXT, _TEXTS, _SWITCH = "a value", "values", "true or false"
_FLAGS = {
    "ADD": {
        "chmod": _TEXT,
        "checksum": _TEXT,
        "chown": _TEXT,
        "exclude": _TEXTS,
        "keep-git-dir": _SWITCH,
        "link": _SWITCH,
        "unpack": _SWITCH,
    },
    "COPY": {"chmod": _TEXT, "chown": _TEXT, "exclude": _TEXTS, "from": _TEXT, "link": _SWITCH, "parents": _SWITCH},
    "FROM": {"platform": _TEXT},
    "HEALTHCHECK": dict.fromkeys(("interval", "timeout", "start-period", "start-interval", "retries"), _TEXT),
    "RUN": {"device": _TEXTS, "mount": _TEXTS, "network": _TEXT, "security": _TEXT},
}
_IGNORES_FLAGS = frozenset({"ARG", "STOPSIGNAL"})
_VALUES = {"network": ("default", "none", "host"), "security": ("sandbox", "insecure")}
_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")
_SHORTEST = 1e6
_INT32 = 1 << 31


class _Refusal(ValueError):  # noqa: N818  # it becomes a RefusedError
    """What is wrong, where, if that is less than all of it, and whether ONBUILD does not put it off."""

    def __init__(self, message: str, where: Located[str] | None = None, *, is_for_all: bool = False) -> None:
        super().__init__(message)
        self.where = where
        self.is_for_all = is_for_all


def check(instruction: Instruction, heredocs: Sequence[Heredoc], file: Source, escape: str) -> None:
    """Check an instruction, and the one that ONBUILD keeps.

    Raises:
        RefusedError: the builder refuses it.

    """
    trigger = instruction.trigger
    try:
        _check(instruction, escape)
    except _Refusal as error:
        raise _refused(instruction, error, "the builder refuses") from None
    if trigger is not None:
        _check_trigger(instruction, trigger, escape)
    if (trigger or instruction).keyword in {"ADD", "COPY"}:
        for heredoc in heredocs:
            _check_content(heredoc, file)


def _check_trigger(instruction: Instruction, trigger: Instruction, escape: str) -> None:
    try:
        _check(trigger, escape)
    except _Refusal as error:
        who = "the builder" if error.is_for_all else "every build on this image"
        raise _refused(instruction, error, f"{who} refuses") from None


def _refused(instruction: Instruction, error: _Refusal, who: str) -> RefusedError:
    value = instruction.value
    keyword = Located("", value.source, Span(0, len(value.source.text[: value.span.start].rstrip())))
    where = error.where or (value if value.value else keyword)
    return refused(where.source, where.span, str(error), who)


def _check(instruction: Instruction, escape: str) -> None:
    keyword = instruction.keyword
    if keyword not in _IGNORES_FLAGS and not (keyword == "HEALTHCHECK" and instruction.value.value.upper() == "NONE"):
        _check_flags(keyword, instruction.flags)
    _CHECKS[keyword](instruction, escape)


def _check_flags(keyword: str, found: Sequence[Located[str]]) -> None:
    known = _FLAGS.get(keyword, {})
    seen = set()
    for flag in found:
        written, has_value, value = flag.value.partition("=")
        name = written[2:]
        kind = known.get(name)
        if kind is None:
            raise _Refusal(f"unknown flag: --{name[:30]}", flag)
        if name in seen and kind != _TEXTS:
            raise _Refusal(f"duplicate flag specified: {name}", flag)
        seen.add(name)
        if (not has_value and kind != _SWITCH) or (has_value and not value and kind == _SWITCH):
            raise _Refusal(f"missing a value on flag: --{name}", flag)
        if kind == _SWITCH and value.lower() not in {"", "true", "false"}:
            raise _Refusal(f"--{name} must be true or false, not {value[:30]!r}", flag)
        if name in _VALUES and value not in _VALUES[name]:
            raise _Refusal(f'{name} "{value[:30]}" is not valid; write one of {", ".join(_VALUES[name])}', flag)


def _one_argument(instruction: Instruction, _escape: str) -> None:
    if not instruction.value.value:
        raise _Refusal(f"{instruction.keyword} requires exactly one argument")


def _arguments(instruction: Instruction, _escape: str) -> None:
    if not instruction.value.value:
        raise _Refusal(f"{instruction.keyword} requires at least one argument")


def _arg(instruction: Instruction, escape: str) -> None:
    found = list(words(instruction.value.source, instruction.value.span, escape))
    if not found:
        raise _Refusal("ARG requires at least one argument")
    if any(word.value.startswith("=") for word in found):
        raise _Refusal("ARG names can not be blank")


def _pairs(instruction: Instruction, escape: str) -> None:
    try:
        found = list(pairs(instruction.value.source, instruction.value.span, escape))
    except ValueError as error:
        raise _Refusal(f"{instruction.keyword} {error}", is_for_all=True) from None
    if not found:
        raise _Refusal(f"{instruction.keyword} requires at least one argument")
    if not all(name.value for name, _ in found):
        raise _Refusal(f"{instruction.keyword} names can not be blank")


def _copy(instruction: Instruction, _escape: str) -> None:
    found = listed(instruction)
    if len(found) < 2:  # noqa: PLR2004  # a source and a destination
        raise _Refusal(f"{instruction.keyword} requires at least two arguments: a source and a destination")
    if is_heredoc(found[-1].value):
        raise _Refusal(f"{instruction.keyword} cannot accept a heredoc as a destination", found[-1])


def _volume(instruction: Instruction, _escape: str) -> None:
    found = listed(instruction)
    if not found:
        raise _Refusal("VOLUME requires at least one argument")
    for word in found:
        if not word.value.strip(SPACE):
            raise _Refusal("VOLUME specified can not be an empty string", word)


def _from(instruction: Instruction, _escape: str) -> None:
    found = split(instruction.value.source, instruction.value.span)
    if len(found) != 1 and not is_named(found):
        raise _Refusal("FROM requires either one or three arguments")
    if is_named(found) and not _STAGE_NAME.fullmatch(found[2].value.lower()):
        raise _Refusal(f"invalid name for build stage: {found[2].value[:30]}", found[2])


def _shell(instruction: Instruction, _escape: str) -> None:
    if instruction.words is None and instruction.value.value:
        raise _Refusal("SHELL requires the arguments to be in JSON form")
    if not instruction.words:
        raise _Refusal("SHELL requires at least one argument")


def _healthcheck(instruction: Instruction, _escape: str) -> None:
    value = instruction.value
    if not value.value:
        raise _Refusal("HEALTHCHECK requires at least one argument")
    kind, *rest = split(value.source, value.span)
    at = Span(rest[0].span.start, value.span.end) if rest else Span(value.span.end, value.span.end)
    try:
        command = json_words(value.source, at)
    except ValueError as error:
        raise _Refusal(str(error)) from None
    is_empty = not command if command is not None else at.start == at.end
    name = kind.value.upper()
    if name == "NONE":
        if not is_empty:
            raise _Refusal("HEALTHCHECK NONE takes no arguments")
        return
    if name != "CMD":
        raise _Refusal(f"unknown type {kind.value[:30]!r} in HEALTHCHECK; write CMD or NONE", kind)
    if is_empty:
        raise _Refusal("missing command after HEALTHCHECK CMD")
    for flag in instruction.flags:
        _check_health_flag(flag)


def _check_health_flag(flag: Located[str]) -> None:
    name, _, value = flag.value.partition("=")
    if not value:
        return
    if name == "--retries":
        if not re.fullmatch(r"\+?\d+|-0+", value, re.ASCII) or len(value) > 20 or int(value) >= _INT32:  # noqa: PLR2004  # more digits than any number that fits
            raise _Refusal(f"{name} must be a number of tries, not {value[:30]!r}", flag)
        return
    length = nanoseconds(value)
    if length is None:
        raise _Refusal(f"{name} must be a duration such as 30s, not {value[:30]!r}", flag)
    if length and length < _SHORTEST:
        raise _Refusal(f"{name} cannot be less than 1ms", flag)


def _anything(_instruction: Instruction, _escape: str) -> None:
    """Refuse nothing."""


_CHECKS: dict[str, Callable[[Instruction, str], None]] = {
    "ADD": _copy,
    "ARG": _arg,
    "CMD": _anything,
    "COPY": _copy,
    "ENTRYPOINT": _anything,
    "ENV": _pairs,
    "EXPOSE": _arguments,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _pairs,
    "MAINTAINER": _one_argument,
    "ONBUILD": _arguments,
    "RUN": _anything,
    "SHELL": _shell,
    "STOPSIGNAL": _one_argument,
    "USER": _one_argument,
    "VOLUME": _volume,
    "WORKDIR": _one_argument,
}


def is_named(base: Sequence[Located[str]]) -> bool:
    """Return whether the words of a FROM are an image, AS, and a name."""
    return len(base) == 3 and base[1].value.upper() == "AS"  # noqa: PLR2004  # all three


def listed(instruction: Instruction) -> tuple[Located[str], ...]:
    """Give the arguments of an instruction that takes a list: the JSON form's, or all between blanks."""
    if instruction.words is not None:
        return instruction.words
    return split(instruction.value.source, instruction.value.span)


def _check_content(heredoc: Heredoc, file: Source) -> None:
    """Check a heredoc that is written to a file; the builder expands variables in it."""
    text = file.text[heredoc.body.start : heredoc.body.end]
    if not heredoc.word.expands or "$" not in text:
        return
    try:
        expand(text, lambda _name: Absent.UNKNOWN, "\\", Budget(""), keeps_quotes=True)
    except ExpansionError as error:
        raise refused(file, heredoc.body, f"a variable in the text of a heredoc: {error}") from None
    except (TooLongError, UnknownVariableError):
        return
