"""Jenkinsfiles: the scripts of `sh`, and the containers that the Docker Pipeline plugin starts.

The plugin runs `docker run -t -d -u <uid>:<gid> … <args> <image> cat` for an agent and for `.inside(…)`, and
`docker run -d <args> <image>` for `.run(…)` and `.withRun(…)` (jenkinsci/docker-workflow-plugin,
WithContainerStep.java and Docker.groovy).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from dropcap.model import Container
from dropcap.readers.command_line import read_command
from dropcap.readers.embedded.scripts import Builder, Script, read_all
from dropcap.readers.flags import Word
from dropcap.readers.shell.option_words import option_words
from dropcap.record import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Document, Failure
    from dropcap.source import Source

__all__ = ["read"]

_PART = (
    r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)"
    r"|(?P<quote>\'\'\'|\"\"\"|\'|\")"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<sign>[(){},.:\[\]])|(?P<space>\s+)|(?P<other>.)"
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


def read(source: Source) -> Document:
    """Read a Jenkinsfile."""
    tokens = list(_tokens(source))
    scripts: list[Script] = []
    containers: list[Container] = []
    failures: list[Failure] = []
    for index, token in enumerate(tokens):
        if token.kind != "word":
            continue
        if token.text == "sh":
            script = _argument(tokens, index)
            if script is not None:
                scripts.append(script)
            continue
        found = _image_call(source, tokens, index) or _agent(source, tokens, index)
        if isinstance(found, Container):
            containers.append(found)
        elif found is not None:
            failures.append(found)
    document = read_all(source, "jenkins", scripts, containers)
    return document._replace(failures=(*document.failures, *failures))


def _tokens(source: Source) -> Iterator[_Token]:
    """Give the words, signs and strings of a Groovy script; comments are none."""
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


def _argument(tokens: list[_Token], index: int) -> Script | None:
    """Give the script of `sh '…'`, `sh('…')`, `sh(script: '…', …)`, `sh returnStdout: true, script: '…'`."""
    if index and tokens[index - 1].text == ".":
        return None
    following = tokens[index + 1 : index + 12]
    if following and following[0].text == "(":
        following = following[1:]
    if following and following[0].kind == "string":
        return following[0].script
    for name, colon, value in zip(following, following[1:], following[2:], strict=False):
        if name.kind != "string" and name.text in {"}", "{", ")"}:
            return None
        if name.text == "script" and colon.text == ":":
            return value.script
    return None


def _image_call(source: Source, tokens: list[_Token], index: int) -> Container | Failure | None:
    """Read `docker.image('x').withRun('args')`; the image may be a variable."""
    signs = [token.text for token in tokens[index : index + 4]]
    if signs != ["docker", ".", "image", "("]:
        return None
    image = tokens[index + 4] if index + 4 < len(tokens) else None
    rest = tokens[index + 5 : index + 5 + 24]
    close = next((at for at, token in enumerate(rest) if token.text == ")"), None)
    if image is None or close is None or [token.text for token in rest[close + 1 : close + 2]] != ["."]:
        return None
    method, *arguments = rest[close + 2 :] or [image]
    if method.text not in {*_DETACHED, "inside"}:
        return None
    given = [token for token in arguments[:2] if token.kind == "string"]
    grip = Span(tokens[index].span.start, method.span.end)
    return _container(source, grip, image, given[0] if given else None, is_inside=method.text == "inside")


def _agent(source: Source, tokens: list[_Token], index: int) -> Container | Failure | None:
    """Read `agent { docker { image 'x'; args '…' } }` and `agent { docker 'x' }`."""
    if tokens[index].text != "docker" or [token.text for token in tokens[index - 2 : index]] != ["agent", "{"]:
        return None
    following = tokens[index + 1 : index + 40]
    if following and following[0].kind == "string":
        return _container(source, tokens[index].span, following[0], None, is_inside=True)
    named: dict[str, _Token] = {}
    for name, value in pairwise(following):
        if name.text == "}":
            break
        if name.kind == "word" and value.kind == "string":
            named.setdefault(name.text, value)
    if "image" not in named:
        return None
    return _container(source, tokens[index].span, named["image"], named.get("args"), is_inside=True)


def _container(
    source: Source, grip: Span, image: _Token, arguments: _Token | None, *, is_inside: bool
) -> Container | Failure | None:
    """Read what the plugin starts as the words that it hands to the client."""
    words = [Word("docker", source, grip), Word("run", source, grip)]
    if is_inside:
        words += [Word("-u", source, grip), Word("$UID", source, grip, "$UID", splits=False, reason=_OWN_USER)]
    if arguments is not None and arguments.script is not None:
        words += option_words(*arguments.script)
    if image.script is not None and not image.script.taken:
        words.append(Word(image.script.source.text, source, image.span))
    else:
        words.append(Word(image.text, source, image.span, image.text, splits=False, reason=_REASON))
    return read_command(words)
