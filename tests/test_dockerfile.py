"""Dockerfiles: instructions, stages, what is refused; and BuildKit's own parser as the judge."""

from __future__ import annotations

import dockerfile as buildkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.carriers.dockerfile import read, target
from dropcap.lang.dockerfile.logical_lines import read_lines
from dropcap.model import Container, Level, Stage, UnreadableError
from dropcap.source import Source, Span


def stages(text: str) -> list[Stage]:
    return [container.stage for container in containers(text) if container.stage]


def containers(text: str) -> tuple[Container, ...]:
    document = read(Source("Dockerfile", text))
    assert document.failures == ()
    return document.containers


def messages(text: str) -> list[str]:
    document = read(Source("Dockerfile", text))
    return [
        f"{failure.source.region(failure.span).line}: {failure.message}"
        for failure in document.failures
        if failure.source and failure.span
    ]


def test_a_stage_inherits_from_the_stage_it_builds_upon() -> None:
    text = (
        'FROM debian AS Base\nUSER app\nENV A=1\nLABEL l=x\nEXPOSE 80\nENTRYPOINT ["/e"]\nCMD ["c"]\n'
        "FROM base\nUSER $A:2\nENTRYPOINT run it\n"
    )
    base, child = stages(text)
    assert (base.name, child.name, child.parent) == ("base", "1", base)
    assert (base.user and base.user.value, child.user and child.user.value) == ("app", "1:2")
    assert [word.value for word in child.entrypoint or ()] == ["/bin/sh", "-c", "run it"]
    assert child.command is None
    assert [label.value for label in child.labels] == ["l=x"]
    assert [port.value for port in child.exposed] == ["80"]


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("ARG U=1\nFROM scratch\nARG U\nUSER $U\n", "1"),
        ("ARG U=1\nFROM scratch\nUSER a$U\n", "a"),
        ("FROM scratch\nARG U=1\nENV U=2\nUSER ${U}\n", "2"),
        ("FROM x\nUSER ${U:-5}\n", None),
        ("FROM scratch\nUSER ${U:-5}\n", "5"),
        ("FROM scratch\nENV U=abc.d\nUSER ${U%.*}\n", "abc"),
        ("FROM scratch\nENV U=a-b-c\nUSER ${U//-/_}\n", "a_b_c"),
        ("FROM scratch\nENV U=a-b-c\nUSER ${U##*-}\n", "c"),
        ("FROM scratch\nENV U=x\nUSER ${U:+${U}y}\n", "xy"),
        ("FROM scratch\nUSER 'a$b'\n", "a$b"),
        ("FROM scratch\nUSER \\$b\n", "$b"),
        ("FROM x\nARG U\nUSER $U\n", None),
        ("FROM scratch\nUSER a b\n", "a b"),
    ],
)
def test_variables_are_expanded_or_unknown(text: str, user: str | None) -> None:
    (container,) = containers(text)
    assert (container.user.value if container.user else None) == user
    assert [unknown.fields for unknown in container.unknowns] == ([] if user is not None else [("user",)])


def test_a_base_that_an_argument_decides_is_unknown() -> None:
    (container,) = containers("ARG B\nFROM $B\n")
    assert container.image is None
    assert container.unknowns[0].text == "$B"
    assert container.unknowns[0].fields == ("image",)


def test_a_heredoc_s_lines_are_no_instructions_and_keep_their_place() -> None:
    text = "FROM x\nRUN <<-A cat\n\tUSER root\n\tA\nRUN <<'E'\nsetcap x\nE\nCOPY <<1 <<\"2\" /d\na\n1\nb\n2\nUSER u\n"
    (stage,) = stages(text)
    assert [(one.keyword, one.body.text if one.body else None) for one in stage.instructions] == [
        ("FROM", None),
        ("RUN", "cat <<-A\n\tUSER root\nA"),
        ("RUN", "setcap x\n"),
        ("COPY", None),
        ("USER", None),
    ]
    body = stage.instructions[2].body
    assert body is not None
    assert body.region(Span(0, 6))[:3] == ("Dockerfile", 6, 1)


def test_a_joined_text_keeps_the_place_of_each_word() -> None:
    text = "# escape=`\r\nFROM x\r\nRUN one `\r\n # no\r\n\r\n  && setcap 漢 `\r\n && two\r\n"
    (stage,) = stages(text)
    body = stage.instructions[1].body
    assert body is not None
    at = body.text.index("setcap")
    assert body.region(Span(at, at + 6))[:3] == ("Dockerfile", 6, 6)
    assert "no" not in body.text


def test_the_json_form_gives_words_and_anything_else_is_for_a_shell() -> None:
    text = 'FROM x\nCMD [ "a", "b\\u0041" ]\nCMD [\'a\']\nSHELL ["/bin/bash", "-c"]\nCMD x y\n'
    (stage,) = stages(text)
    words = stage.instructions[1].words
    assert words is not None
    assert [word.value for word in words] == ["a", "bA"]
    assert words[0].source.region(words[0].span)[:3] == ("Dockerfile", 2, 7)
    assert stage.instructions[2].words is None
    assert [word.value for word in stage.command or ()] == ["/bin/bash", "-c", "x y"]


def test_flags_are_read_in_their_places() -> None:
    (stage,) = stages("FROM --platform=linux/amd64 x\nRUN --mount=type=cache,target=/c --security=insecure make\n")
    run = stage.instructions[1]
    assert [flag.value for flag in run.flags] == ["--mount=type=cache,target=/c", "--security=insecure"]
    assert run.flags[1].source.region(run.flags[1].span)[:3] == ("Dockerfile", 2, 34)
    assert run.value.value == "make"


def test_what_a_parent_stores_with_onbuild_happens_in_the_child() -> None:
    parent, child = stages("FROM x AS p\nONBUILD USER 7\nFROM p\n")
    assert parent.user is None
    assert child.user is not None
    assert child.user.value == "7"


def test_the_target_is_found_by_name_number_or_is_the_last() -> None:
    document = read(Source("Dockerfile", "FROM a AS one\nFROM b\nFROM c AS Three\n"))
    found = [target(document, name) for name in ("ONE", "1", "three", None, "nope")]
    assert [stage and stage.number for stage in found] == [0, 1, 2, 2, None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FROM x\nRUNN y\n", "2: the builder refuses this: unknown instruction: RUNN"),
        ("FROM x\nUSER\n", "2: the builder refuses this: USER requires exactly one argument"),
        ("RUN x\nFROM y\n", "1: the builder refuses this: no build stage in current context: FROM comes first"),
        ("FROM a b\n", "1: the builder refuses this: FROM requires either one or three arguments"),
        ("FROM a AS 1x\n", "1: the builder refuses this: invalid name for build stage: 1x"),
        ("FROM x\nRUN --sekurity=insecure y\n", "2: the builder refuses this: unknown flag: --sekurity"),
        ("FROM x\nCOPY --chmod=1 --chmod=2 a b\n", "2: the builder refuses this: duplicate flag specified: chmod"),
        ("FROM x\nCMD [1]\n", "2: the builder refuses this: only string type is allowed in JSON format arrays"),
        ("FROM x\nSHELL sh\n", "2: the builder refuses this: SHELL requires the arguments to be in JSON form"),
        (
            "FROM x\nRUN --security=foo true\n",
            '2: the builder refuses this: security "foo" is not valid; write one of sandbox, insecure',
        ),
        ("FROM x\nONBUILD FROM y\n", "2: the builder refuses this: FROM isn't allowed as an ONBUILD trigger"),
        ("FROM x\nUSER ${a\n", "2: the builder refuses this: unsupported modifier in ${a…}"),
        ("ARG A\n", "1: the builder refuses this: no FROM, so there is no stage to build; begin with FROM IMAGE"),
    ],
)
def test_what_the_builder_refuses_is_said_at_its_line_and_the_rest_is_read(text: str, message: str) -> None:
    assert messages(text) == [message]


@pytest.mark.parametrize(
    ("text", "message", "level"),
    [
        ("", "not a Dockerfile: it has no instructions", Level.ERROR),
        ("# only\n", "not a Dockerfile: it has no instructions", Level.ERROR),
        ("# escape=`\n# escape=`\nFROM x\n", "only one escape parser directive can be used", Level.ERROR),
        ("# escape=x\nFROM x\n", "the escape character must be ` or", Level.ERROR),
        ("FROM x\nRUN " + "x" * 70000, "this line is longer than the 65535 bytes", Level.ERROR),
        ("{% if x %}\nFROM x\n", "this is a template", Level.NOTE),
        ("Hello, world\n", "not a Dockerfile: it begins with 'HELLO,'", Level.NOTE),
    ],
)
def test_what_cannot_be_taken_apart_is_refused_in_one_line(text: str, message: str, level: Level) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(Source("Dockerfile", text))
    assert message in caught.value.failure.message
    assert caught.value.failure.level is level


def test_utf16_is_refused_as_the_builder_cannot_read_it() -> None:
    with pytest.raises(UnreadableError, match="UTF-16"):
        read(Source.decode("Dockerfile", "FROM x\n".encode("utf-16")))


def test_defaults_in_defaults_end_somewhere() -> None:
    deep = "${a:-" * 5000 + "x" + "}" * 5000
    assert messages(f"FROM scratch\nUSER {deep}\n") == [
        "2: the builder refuses this: variables nest more than 20 levels deep"
    ]


def judged(text: str) -> list[tuple[str, int, int]] | None:
    """Ask BuildKit's parser; None where it refuses."""
    try:
        found = buildkit.parse_string(text)
    except buildkit.GoParseError:
        return None
    return [(one.cmd.upper(), one.start_line, one.end_line) for one in found]


def ours(text: str) -> list[tuple[str, int, int]]:
    lines = read_lines(Source("Dockerfile", text))
    return [(one.keyword, one.first, one.last) for one in lines.instructions]


CASES = (
    "FROM x\nRUN a \\\n\n\n b\nUSER u\n",
    "FROM x\nRUN a \\\n# c\n   # d\n b \\\n",
    "FROM x\nRUN a \\\\\nUSER u\n",
    "FROM x\r\nRUN a \\\r\n b\r\nUSER u\r\n",
    "\n\n  from x\n\trun y\n",
    "# escape=`\nFROM x\nRUN a `\n b\\\nUSER u",
    "# comment\n# escape=`\nFROM x\nRUN a \\\n b\n",
    "FROM x\nRUN <<A <<B\nUSER a\nA\nUSER b\nB\nUSER c\n",
    'FROM x\nRUN cat <<\'E\' > f\nRUN $x\nE\nRUN ["<<E"]\nRUN "<<E"\nRUN a <<< b\n',
    "FROM x\nONBUILD RUN <<E\nUSER a\nE\nUSER c\n",
    "FROM x\nCOPY <<E /a\nUSER a\nE\nRUN echo $((1<<2))\n",
    "FROM x\nENV A=b \\\n  C=d\nCMD",
    "FROM x\nRUN a \\  \n b\n",
    "FROM\u00a0x\nUSER u\u2028v\nRUN \f\n",
)


@pytest.mark.parametrize("text", CASES)
def test_instructions_and_their_lines_are_buildkit_s(text: str) -> None:
    assert ours(text) == judged(text)


def test_a_check_directive_may_stand_before_the_others() -> None:
    # The judge is older than this directive.
    text = "# syntax=docker/dockerfile:1\n# check=skip=all\n# escape=`\nFROM x\nRUN a `\n b\n"
    assert ours(text) == [("FROM", 4, 4), ("RUN", 5, 6)]


LINES = st.sampled_from(
    (
        "FROM x",
        "RUN a",
        "RUN a \\",
        "  b \\",
        "",
        "  ",
        "# c",
        "USER u",
        "RUN <<E",
        "E",
        "COPY <<-F /x",
        "\tF",
        'CMD ["x"]',
        "ENV a=b \\ ",
        "RUN a \\\\",
        "ONBUILD RUN b",
        "# escape=`",
        "RUN c `",
    )
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(LINES, min_size=1, max_size=10), st.sampled_from(("\n", "\r\n")), st.booleans())
def test_whatever_stands_together_is_read_as_buildkit_reads_it(
    lines: list[str],
    end: str,
    closed: bool,  # noqa: FBT001  # hypothesis passes by position
) -> None:
    text = end.join(lines) + (end if closed else "")
    expected = judged(text)
    if expected is None:
        return
    assert ours(text) == expected


@settings(deadline=None)
@given(st.text(st.sampled_from("FROM x\nRUN<E'\"$\\{}[]:-#\t"), max_size=80))
def test_no_text_makes_it_fall_over(text: str) -> None:
    try:
        document = read(Source("Dockerfile", "FROM scratch\n" + text))
    except UnreadableError:
        return
    assert all("\n" not in failure.message for failure in document.failures)
