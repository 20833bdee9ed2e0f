"""Random Dockerfiles, read as BuildKit's own parser reads them.

The judge is the parser of BuildKit 0.12. What is newer is left out here, and has its tests in
`test_dockerfile_exact.py`: blanks behind `<<`, text behind a JSON list, and backticks that escape in flags.
"""

from __future__ import annotations

from json import JSONDecoder
from typing import TYPE_CHECKING, NamedTuple

import dockerfile as buildkit
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from dropcap.lang.dockerfile.checks import listed
from dropcap.lang.dockerfile.instructions import KEYWORDS, RefusedError, to_instruction
from dropcap.lang.dockerfile.lexer import declared, pairs
from dropcap.lang.dockerfile.logical_lines import read_lines
from dropcap.model import UnreadableError
from dropcap.source import Source

if TYPE_CHECKING:
    from dropcap.lang.dockerfile.logical_lines import Lines, Logical
    from dropcap.model import Instruction


class Parsed(NamedTuple):
    """An instruction, as far as both sides say it."""

    keyword: str
    first: int
    last: int
    flags: tuple[str, ...]
    is_json: bool
    value: tuple[str, ...]
    heredocs: tuple[tuple[str, str], ...]


def judged(text: str) -> list[Parsed] | None:
    """Ask BuildKit's parser; None where it refuses."""
    try:
        found = buildkit.parse_string(text)
    except buildkit.GoParseError:
        return None
    return [
        Parsed(
            (one.cmd or "").upper(),
            one.start_line,
            one.end_line,
            one.flags if (one.sub_cmd or one.cmd or "").upper() in KEYWORDS - {"ONBUILD"} else (),
            one.json,
            one.value if (one.sub_cmd or one.cmd or "").upper() in KEYWORDS - {"ONBUILD"} else (),
            tuple((heredoc.name, heredoc.content) for heredoc in one.heredocs),
        )
        for one in found
    ]


def ours(text: str) -> list[Parsed] | None:
    """Read a Dockerfile; None where the parser, which knows no arguments, refuses it."""
    source = Source("Dockerfile", text)
    try:
        lines = read_lines(source)
    except UnreadableError:
        return None
    if lines.broken or not lines.instructions:
        return None
    try:
        return [parsed(logical, lines, source) for logical in lines.instructions]
    except ValueError:
        return None


def parsed(logical: Logical, lines: Lines, source: Source) -> Parsed:
    """Take an instruction apart; raises ValueError where the parser refuses it."""
    flags: tuple[str, ...] = ()
    value: tuple[str, ...] = ()
    is_json = False
    try:
        instruction = to_instruction(logical, source, lines.escape)
    except RefusedError as error:
        if "only string" in error.failure.message:
            raise ValueError from None
    else:
        inner = instruction.trigger or instruction
        if inner.keyword != "ONBUILD":
            flags = tuple(flag.value for flag in instruction.flags)
        assume(inner.words is not None or not begins_with_a_list(inner.value.value))
        # In flags the builder takes bytes for characters; the judge always escapes with a backslash there.
        written = "".join(
            logical.text.text[flag.span.start : flag.span.end] for flag in (*instruction.flags, *inner.flags)
        )
        assume(written.isascii())
        assume(lines.escape == "\\" or not set(written) & {"\\", "`"})
        is_json = inner.words is not None
        value = arguments(inner, lines.escape)
    is_inside = logical.keyword == "ONBUILD"  # the judge gives nothing of what is kept
    heredocs = [(one.word.name, source.text[one.body.start : one.body.end]) for one in logical.heredocs]
    return Parsed(
        logical.keyword, logical.first, logical.last, flags, is_json, value, () if is_inside else tuple(heredocs)
    )


def begins_with_a_list(text: str) -> bool:
    """Return whether the judge takes a text for the JSON form, whatever stands behind the list."""
    try:
        return text.startswith("[") and bool(JSONDecoder().raw_decode(text))
    except ValueError:
        return False


def arguments(instruction: Instruction, escape: str) -> tuple[str, ...]:
    """Give what the parser makes of an instruction's arguments."""
    value, keyword = instruction.value, instruction.keyword
    if keyword == "ONBUILD":
        return ()
    if keyword in {"ENV", "LABEL"}:
        return tuple(part.value for pair in pairs(value.source, value.span, escape) for part in pair)
    if keyword == "ARG":
        found = declared(value.source, value.span, escape)
        return tuple(name if default is None else f"{name}={default.value}" for name, default in found)
    if keyword in {"ADD", "COPY", "VOLUME", "FROM", "EXPOSE"} or instruction.words is not None:
        return tuple(word.value for word in listed(instruction))
    return (value.value,) if value.value else ()


KEYWORD = st.sampled_from(
    (
        "RUN",
        "run",
        "COPY",
        "ADD",
        "ONBUILD RUN",
        "ONBUILD COPY",
        "ENV",
        "LABEL",
        "ARG",
        "USER",
        "CMD",
        "SHELL",
        "ENTRYPOINT",
        "VOLUME",
        "EXPOSE",
        "WORKDIR",
        "FROM",
        "STOPSIGNAL",
        "MAINTAINER",
        "ONBUILD ENV",
        "NONE",
        "ONBUILD",
    )
)
FLAG = st.sampled_from(("--a", "--a=b", "--a='b c'", '--a="b', "--", '--a="b\'c"', "--a=b\\ c"))
ARGUMENT = st.sampled_from(
    (
        "a",
        "b=c",
        "d='e f'",
        'g="h i"',
        "j\\ k",
        "l`m",
        "'",
        '"',
        "\\'",
        "$v",
        "${v}",
        "${v",
        "${v:-w x}",
        "|",
        "&&",
        "=",
        "<<<",
        "<",
        "a<<E",
        "'<<E'",
        "\\<<E",
        "#",
        "n\xa0o",
        "\u2028",
        "é",
        "=p",
        "\\",
        "`",
        "--q",
    )
)
JSON = st.sampled_from(("[]", '["a"]', '["a", "<<E"]', "[1]", "['a']", '[ "a"', '["a\\u0041"]'))
ENDS = {
    "<<E": "E",
    "<<-E": "\t\tE",
    "<<'E'": "E",
    '<<-"E"': "E",
    "3<<E": "E",
    "<<F": "F",
    "<<E>f": "E>f",
    "<<\\E": "E",
    "<<$E": "$E",
    "<<'E F'": "E F",
}
HEREDOC = st.sampled_from(tuple(ENDS))
GLUE = st.sampled_from(
    (" ", " ", "  ", "\t", " {}\n", "{} \n ", " {}\n# c\n", " {}\n\n\t# c\n", " {}{}\n", " {}\r\n", "\r")
)
LINE = st.sampled_from(
    (
        "E",
        "E",
        "F",
        "\tE",
        "E ",
        " E",
        "E F",
        "E>f",
        "$E",
        "USER a",
        "# c",
        "",
        "  ",
        "b \\",
        "b `",
        "{}",
        "RUN <<E",
        "\u00a0#",
    )
)
END = st.sampled_from(("\n", "\n", "\n", "\r\n", "{}\n", "\\\\\n", "", "\r\r\n"))
HEAD = st.sampled_from(
    (
        "",
        "",
        "# escape=`\n",
        "#escape = \\\n",
        " # ESCAPE=`\n",
        "# syntax=x\n# escape=`\n",
        "# c\n# escape=`\n",
        "# escape=`\n# escape=`\n",
        "# escape=x\n",
        "# escape=\n",
        "\n# escape=`\n",
        "\ufeff# escape=`\n",
        "{}\n",
        "#\n",
    )
)


@st.composite
def instructions(draw: st.DrawFn) -> str:
    """Make an instruction, and the lines below it."""
    parts = [draw(KEYWORD), *draw(st.lists(FLAG, max_size=2))]
    if not draw(st.integers(0, 7)):
        parts.append(draw(JSON))
    else:
        parts += draw(st.lists(st.one_of(ARGUMENT, HEREDOC), max_size=4))
    text = draw(st.sampled_from(("", "", " ", "\t", "\u00a0", "{}\n")))
    for part in parts:
        text += part + draw(GLUE)
    below = "".join(line + draw(END) for line in draw(st.lists(LINE, max_size=5)))
    if draw(st.integers(0, 3)):
        below += "".join(f"\n{ENDS[part]}\n" for part in parts if part in ENDS)
    return text.rstrip(" \t") + draw(END) + below


# A busy machine makes whole files slowly.
@settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(HEAD, st.lists(instructions(), max_size=3))
def test_random_dockerfiles_are_read_as_buildkit_reads_them(head: str, parts: list[str]) -> None:
    escape = "`" if "=`" in head else "\\"
    text = (head + "".join(parts)).replace("{}", escape)
    source = Source.decode("Dockerfile", text.encode())
    expected = judged(text)
    event("refused" if expected is None else "with a heredoc" if any(one.heredocs for one in expected) else "taken")
    assert ours(source.text) == expected
