"""The containers that the build steps of a Dockerfile start: `RUN docker run …`, `RUN ["docker", "run", …]`.

So are those that its `ENTRYPOINT`, `CMD` and `HEALTHCHECK` start, which the image's containers run with what `ENV` has
set.

What `ENV` sets before a step is known in it, where the file has all of its text. What `ARG` sets is the default of a
variable: the build may be given another value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, Script, read_all
from dropcap.lang.dockerfile.lexer import declared, json_words, pairs
from dropcap.lang.dockerfile.logical_lines import escape_character
from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from dropcap.model import Document, Instruction, Stage
    from dropcap.source import Source

    # For each name where its value is written, or None where that is not known; and whether it is but a default.
    Variables: TypeAlias = dict[str, tuple[tuple[str, int] | None, bool]]


class _Settings(NamedTuple):
    """What is set in a stage: all of it, and what ENV has set."""

    variables: Variables
    env: Variables


MOST_VARIABLES = 200
"""How many variables of a stage are looked at."""

_NAME = r"[A-Za-z_]\w*"
# All of a value's text, with quotation marks around it or not; nothing in it is expanded or escaped.
_WRITTEN = r"""(?P<mark>["']?)(?P<text>[^"'$\\`]*)(?P=mark)"""


def added(document: Document) -> Document:
    """Give a Dockerfile's document with the containers of its build steps, behind its stages."""
    found = read_all(document.source, document.syntax, _scripts(document))
    return document._replace(
        containers=(*document.containers, *found.containers), failures=(*document.failures, *found.failures)
    )


def _scripts(document: Document) -> Iterator[Script]:
    escape = escape_character(document.source)
    kept: dict[int, _Settings] = {}  # what each stage hands on to the stages that build upon it
    for container in document.containers:
        stage = container.stage
        if stage is None:
            continue
        settings = _inherited(stage, kept)
        for instruction in stage.instructions:
            step = instruction.trigger or instruction
            if step.keyword == "RUN":
                yield from _step(document.source, step, settings.variables)
            elif instruction.trigger is None and instruction.keyword in {"ENV", "ARG"}:
                _take(instruction, settings, escape)
        yield from _started(document.source, stage, settings.env)
        kept[stage.number] = settings


def _started(source: Source, stage: Stage, variables: Variables) -> Iterator[Script]:
    """Give the script of what the stage's containers run, where the stage itself says it."""
    last = {one.keyword: one for one in stage.instructions if one.keyword in {"ENTRYPOINT", "CMD", "HEALTHCHECK"}}
    if check := _health_command(last.get("HEALTHCHECK")):
        yield from _step(source, check, variables)
    entrypoint, command = last.get("ENTRYPOINT"), last.get("CMD")
    if entrypoint is not None and command is not None and entrypoint.words is not None and command.words is not None:
        builder = Builder(source)
        for word in (*entrypoint.words, *command.words):
            _add_word(builder, word)
        yield builder.build()
        return
    first = entrypoint or command  # a shell's entrypoint takes no command
    if first is not None:
        yield from _step(source, first, variables)


def _health_command(check: Instruction | None) -> Instruction | None:
    """Return what a HEALTHCHECK runs, as if it were written as a CMD."""
    match = re.match(r"(?i:CMD)\s+", check.value.value) if check is not None else None
    if check is None or match is None:
        return None
    value = check.value
    rest = Span(value.span.start + match.end(), value.span.end)
    try:
        words = json_words(value.source, rest)
    except ValueError:
        return None  # refused where instructions are checked
    return check._replace(value=Located(value.value[match.end() :], value.source, rest), words=words)


def _inherited(stage: Stage, kept: dict[int, _Settings]) -> _Settings:
    """Give what a stage begins with: what its base has, of which what ENV has set counts more."""
    above = kept.get(stage.parent.number) if stage.parent else None
    return _Settings({**above.variables, **above.env}, dict(above.env)) if above else _Settings({}, {})


def _take(instruction: Instruction, settings: _Settings, escape: str) -> None:
    """Take what `ENV` and `ARG` set, the later over the earlier one."""
    is_default = instruction.keyword == "ARG"
    variables = settings.variables
    for name, value in _pairs(instruction, escape, is_default=is_default):
        known = name in variables
        if (known and value is None) or (not known and len(variables) >= MOST_VARIABLES):
            continue
        match = re.fullmatch(_WRITTEN, value.value) if value is not None else None
        if value is None or match is None or not match["text"].isprintable():
            variables[name] = None, is_default
        else:
            at = value.source.to_root(value.span)[1].start + match.start("text")
            variables[name] = (match["text"], at), is_default
        if not is_default:
            settings.env[name] = variables[name]


def _pairs(instruction: Instruction, escape: str, *, is_default: bool) -> Iterable[tuple[str, Located[str] | None]]:
    source, span = instruction.value.source, instruction.value.span
    if not is_default:
        return [(name.value, value) for name, value in pairs(source, span, escape)]
    return list(declared(source, span, escape))


def _step(source: Source, step: Instruction, variables: Variables) -> Iterator[Script]:
    """Give the script of a step: what a shell runs, or the words of a program."""
    builder = Builder(source)
    if step.words is not None:
        for word in step.words:
            _add_word(builder, word)
        yield builder.build()
        return
    body = step.body if step.keyword == "RUN" else step.value.source.slice(step.value.span)
    if body is not None:
        names = sorted(set(re.findall(_NAME, body.text)) & variables.keys())
        for name in names:
            _add_variable(builder, name, variables[name])
        if names:
            _add_text(builder, body)
        yield builder.build() if names else Script(body)


def _add_text(builder: Builder, text: Source) -> None:
    """Add a text that is cut from the file, perhaps in several steps."""
    starts = [start for start, _ in text.segments]
    for start, end in zip(starts, [*starts[1:], len(text.text)], strict=True):
        at = start
        while at < end:
            root_at = text.to_root(Span(at, at))[1].start
            stop = text.text.find("\n", at, end) + 1 or end
            # Where a line is not cut, its end is as far away in the file.
            while text.to_root(Span(stop - 1, stop - 1))[1].start - root_at != stop - 1 - at:
                stop = at + (stop - at + 1) // 2
            builder.add(text.text[at:stop], root_at)
            at = stop


def _add_variable(builder: Builder, name: str, variable: tuple[tuple[str, int] | None, bool]) -> None:
    written, is_default = variable
    if written is None:
        return
    text, at = written
    builder.add(f"export {name}\n{name}=" + (f"${{{name}:-" if is_default else "") + "'", at)
    builder.add(text, at)
    builder.add("'}\n" if is_default else "'\n", at + len(text))


def _add_word(builder: Builder, word: Located[str]) -> None:
    """Add a word that no shell reads as a shell would have it."""
    root, span = word.source.to_root(word.span)
    is_plain = root.text[span.start + 1 : span.end - 1] == word.value
    at = span.start + 1
    builder.add("'", span.start)
    for number, part in enumerate(word.value.split("'")):
        if number:
            for character in "'\\''":
                builder.add(character, at)
            at += is_plain
        builder.add(part, at)
        at += len(part) if is_plain else 0
    builder.add("' ", span.end - 1)
