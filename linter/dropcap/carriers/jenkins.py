"""Jenkinsfiles: the scripts of `sh`, and the containers that the Docker Pipeline plugin starts.

The plugin runs `docker run -t -d -u <uid>:<gid> … <args> <image> cat` for an agent and for `.inside(…)`, and
`docker run -d <args> <image>` for `.run(…)` and `.withRun(…)` (jenkinsci/docker-workflow-plugin,
WithContainerStep.java and Docker.groovy).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.carriers.script_builder import Builder, Script, read_all
from dropcap.docker_cli.command_line import read_command
from dropcap.lang.shell.option_words import option_words
from dropcap.lang.words import Word
from dropcap.model import MOST_CONTAINERS, Container
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.carriers.request import Request
    from dropcap.lang.comments import Comment
    from dropcap.model import Document, Failure
    from dropcap.source import Source

__all__ = ["comments", "read"]

_PART = (
    r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)"
    r"|(?P<quote>\'\'\'|\"\"\"|\'|\")"
    r"|(?P<word>\w+)|(?P<sign>[(){},.:\[\]+])|(?P<space>\s+)|(?P<other>.)"
)
_ENDS = {
    "'''": r"(?:[^\\']|\\[\s\S]|'(?!''))*",
    '"""': r'(?:[^\\"]|\\[\s\S]|"(?!""))*',
    "'": r"(?:[^\\'\n]|\\[\s\S])*",
    '"': r'(?:[^\\"\n]|\\[\s\S])*',
}
_INSIDE = r"\\(?P<escape>u[0-9A-Fa-f]{4}|[\s\S])|(?P<filled>\$\{[^}]{0,1000}\}|\$[A-Za-z_][\w.]*)"
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\n": ""}
_REASON = "Jenkins fills it in"
_OWN_USER = "Jenkins runs it as its own user"
_DETACHED = frozenset({"run", "withRun"})


class _Token(NamedTuple):
    """A word, a sign or a string; of a string, the script in it."""

    kind: str
    text: str
    span: Span
    script: Script | None = None


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a Jenkinsfile."""
    tokens = list(_tokens(source))
    scripts: list[Script] = []
    containers: list[Container] = []
    failures: list[Failure] = []
    for index, token in enumerate(tokens):
        if token.kind != "word":
            continue
        if token.text == "sh":
            script = _argument(source, tokens, index)
            if script is not None:
                scripts.append(script)
            continue
        found = _image_call(source, tokens, index) or _agent(source, tokens, index)
        if isinstance(found, Container):
            containers.append(found)
        elif found is not None:
            failures.append(found)
        if len(containers) + len(failures) > MOST_CONTAINERS:
            break
    document = read_all(source, "jenkins", scripts, containers)
    return document._replace(failures=(*document.failures, *failures))


def comments(source: Source) -> list[Comment]:
    """Return the comments that speak to dropcap: Groovy's own; those in a script are its shell's."""
    from dropcap.lang.comments import Lines, joined, placed

    spans: list[Span] = []
    tokens = [token.span for token in _tokens(source, spans)]
    lines = Lines(source.text)
    pairs = [(lines.of(span.start), lines.of(max(span.start, span.end - 1))) for span in tokens]
    content = tokens[0].start if tokens else len(source.text)
    return placed(source, spans, joined(pairs), content, lines)


def _tokens(source: Source, comments: list[Span] | None = None) -> Iterator[_Token]:
    """Give the words, signs and strings of a Groovy script; comments are none, and gathered where a list is given."""
    text, at, pattern = source.text, 0, re.compile(_PART)
    while match := pattern.match(text, at):
        at = match.end()
        quote = match["quote"]
        if quote:
            inner = re.compile(_ENDS[quote]).match(text, at)
            end = inner.end() if inner else at
            script = _script(source, at, end, fills_in=quote.startswith('"'))
            yield _Token("string", text[at:end], Span(match.start(), min(end + len(quote), len(text))), script)
            at = end + len(quote)
        elif match.lastgroup in {"word", "sign"}:
            yield _Token(str(match.lastgroup), match[0], Span(*match.span()))
        elif match.lastgroup is None and comments is not None:
            comments.append(Span(*match.span()))


def _script(source: Source, start: int, end: int, *, fills_in: bool) -> Script:
    """Read a string: escapes, and in double quotation marks what Groovy fills in."""
    builder, at = Builder(source), start
    for match in re.compile(_INSIDE).finditer(source.text, start, end):
        if match["filled"] and not fills_in:
            continue
        builder.add(source.text[at : match.start()], at)
        if match["filled"]:
            builder.unknown(match[0], match.start(), _REASON)
        else:
            escape = match["escape"]
            is_code = len(escape) > 1
            builder.add(chr(int(escape[1:], 16)) if is_code else _ESCAPES.get(escape, escape), match.start())
        at = match.end()
    builder.add(source.text[at:end], at)
    return builder.build()


def _value(source: Source, tokens: list[_Token], at: int) -> tuple[_Token, int]:
    """Read strings and other values that `+` joins as one string; gives the index behind it as well."""
    first, parts = tokens[at], []
    while True:
        start, at = at, _operand_end(tokens, at)
        parts.append(tokens[start]._replace(span=Span(tokens[start].span.start, tokens[at - 1].span.end)))
        if at + 1 >= len(tokens) or tokens[at].text != "+" or tokens[at].kind != "sign" or len(parts) > _MOST_PARTS:
            break
        at += 1
    if len(parts) == 1 or not any(part.script for part in parts):
        return first, at
    builder, span = Builder(source), Span(first.span.start, parts[-1].span.end)
    for part in parts:
        if part.script is not None:
            builder.add_script(part.script)
        else:
            builder.unknown(source.text[part.span.start : part.span.end], part.span.start, _REASON)
    return _Token("string", source.text[span.start : span.end], span, builder.build()), at


_MOST_PARTS = 200


def _operand_end(tokens: list[_Token], at: int) -> int:
    """Find the end of one value: a string, a name with what is called on it, or something in brackets."""
    if tokens[at].kind != "sign":
        at += 1
    elif tokens[at].text not in _BRACKETS:
        return at + 1
    while at < len(tokens) and tokens[at].kind == "sign":
        if tokens[at].text == "." and at + 1 < len(tokens) and tokens[at + 1].kind == "word":
            at += 2
            continue
        if tokens[at].text not in _BRACKETS:
            break
        depth = 0
        for end in range(at, min(at + _MOST_PARTS, len(tokens))):
            sign = tokens[end].text if tokens[end].kind == "sign" else ""
            depth += (sign in _BRACKETS) - (sign in _BRACKETS.values())
            if not depth:
                break
        else:
            return at or 1
        at = end + 1
    return at


_BRACKETS = {"(": ")", "[": "]"}


def _argument(source: Source, tokens: list[_Token], index: int) -> Script | None:
    """Give the script of `sh '…'`, `sh('…')`, `sh(script: '…', …)`, `sh returnStdout: true, script: '…'`."""
    if index and tokens[index - 1].text == ".":
        return None
    first = index + 1
    if tokens[first : first + 1] and tokens[first].text == "(":
        first += 1
    names = [token.text for token in tokens[first : first + 2]]
    if tokens[first : first + 1] and tokens[first].kind in {"string", "word"} and names[1:] != [":"]:
        return _value(source, tokens, first)[0].script
    for at in range(first, min(index + 10, len(tokens) - 2)):
        name, colon = tokens[at : at + 2]
        if name.kind != "string" and name.text in {"}", "{", ")"}:
            return None
        if name.text == "script" and colon.text == ":":
            return _value(source, tokens, at + 2)[0].script
    return None


def _image_call(source: Source, tokens: list[_Token], index: int) -> Container | Failure | None:
    """Read `docker.image('x').withRun('args')`; the image may be a variable."""
    signs = [token.text for token in tokens[index : index + 4]]
    if signs != ["docker", ".", "image", "("] or index + 4 >= len(tokens):
        return None
    image, behind = _value(source, tokens, index + 4)
    rest = tokens[behind : behind + 24]
    close = next((at for at, token in enumerate(rest) if token.text == ")"), None)
    if close is None or [token.text for token in rest[close + 1 : close + 2]] != ["."]:
        return None
    method_at = behind + close + 2
    method = tokens[method_at] if method_at < len(tokens) else image
    if method.text not in {*_DETACHED, "inside"}:
        return None
    at = method_at + 1
    at += tokens[at : at + 1] != [] and tokens[at].text == "("
    given = _value(source, tokens, at)[0] if at < len(tokens) and tokens[at].text not in {")", "{"} else None
    anchor = Span(tokens[index].span.start, method.span.end)
    has_words = given is not None and given.kind == "string"
    return _container(source, anchor, image, given if has_words else None, is_inside=method.text == "inside")


def _agent(source: Source, tokens: list[_Token], index: int) -> Container | Failure | None:
    """Read `agent { docker { image 'x'; args '…' } }` and `agent { docker 'x' }`."""
    if tokens[index].text != "docker" or [token.text for token in tokens[index - 2 : index]] != ["agent", "{"]:
        return None
    if index + 1 < len(tokens) and tokens[index + 1].kind == "string":
        return _container(source, tokens[index].span, _value(source, tokens, index + 1)[0], None, is_inside=True)
    named: dict[str, _Token] = {}
    for at in range(index + 1, min(index + 39, len(tokens) - 1)):
        name, value = tokens[at : at + 2]
        if name.kind == "sign" and name.text == "}":
            break
        if name.kind == "word" and value.kind == "string":
            named.setdefault(name.text, _value(source, tokens, at + 1)[0])
    if "image" not in named:
        return None
    return _container(source, tokens[index].span, named["image"], named.get("args"), is_inside=True)


def _container(
    source: Source, anchor: Span, image: _Token, arguments: _Token | None, *, is_inside: bool
) -> Container | Failure | None:
    """Read what the plugin starts as the words that it hands to the client."""
    words = [Word("docker", source, anchor), Word("run", source, anchor)]
    if is_inside:
        words += [Word("-u", source, anchor), Word("$UID", source, anchor, "$UID", splits=False, reason=_OWN_USER)]
    if arguments is not None and arguments.script is not None:
        words += option_words(arguments.script.source, arguments.script.taken)
    if image.script is not None and not image.script.taken:
        words.append(Word(image.script.source.text, source, image.span))
    else:
        words.append(Word(image.text, source, image.span, image.text, splits=False, reason=_REASON))
    return read_command(words)
