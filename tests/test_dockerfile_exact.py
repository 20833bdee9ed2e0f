"""What BuildKit takes and refuses, heredocs and instructions, as its own sources and tests have it.

The published parser that judges in `test_dockerfile.py` is older than some of this; the values here are those of
BuildKit's own tests, in other words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dropcap.carriers.dockerfile import read, read_stages
from dropcap.lang.budget import Budget
from dropcap.lang.dockerfile.expand import Absent, ExpansionError, UnknownVariableError, expand
from dropcap.lang.dockerfile.heredocs import heredoc_word, heredoc_words
from dropcap.lang.dockerfile.logical_lines import read_lines
from dropcap.model import Level, UnreadableError
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from dropcap.model import Instruction


def messages(text: str) -> list[str]:
    """Give what is refused, without the words that all have in common."""
    return [
        f"{failure.source.region(failure.span).line}: {failure.message.replace('the builder refuses this: ', '')}"
        for failure in read(Source("Dockerfile", text)).failures
        if failure.source and failure.span
    ]


def step(text: str) -> Instruction:
    """Give the one instruction that follows FROM."""
    document = read(Source("Dockerfile", f"FROM x\n{text}"))
    assert document.failures == ()
    stage = document.containers[0].stage
    assert stage is not None
    _, instruction = stage.instructions
    return instruction


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("RUN <<E", [("E", False, True)]),
        ("RUN <<-E", [("E", True, True)]),
        ("RUN << E", [("E", False, True)]),
        ("RUN <<\t E > f", [("E", False, True)]),
        # A blank after the dash is none for the builder, though its function for one word takes it.
        ("RUN <<- E", []),
        ("RUN << -E", [("-E", False, True)]),
        ("RUN 7<<E cat", [("E", False, True)]),
        ("RUN <<A <<-'B'", [("A", False, True), ("B", True, False)]),
        ("RUN set -e; cat <<E | bash", [("E", False, True)]),
        ("RUN a && env X=1 sudo sh <<E && b <<F", [("E", False, True), ("F", False, True)]),
        ('RUN <<"one two"', [("one two", False, False)]),
        ("RUN <<a'b'", [("ab", False, False)]),
        (r"RUN <<a\'b", [("a'b", False, True)]),
        (r"RUN <<'a'\'b", [("a'b", False, False)]),
        ("RUN <<$N", [("$N", False, True)]),
        ("RUN <<${N}", [("${N}", False, True)]),
        ("RUN <<n.txt", [("n.txt", False, True)]),
        ("RUN cat <<E; x", [("E;", False, True)]),
        ("RUN a<<E", []),
        ("RUN '<<E'", []),
        ('RUN "<<E"', []),
        (r"RUN \<<E", []),
        ("RUN a <<< b", []),
        ("RUN <<", []),
        ("RUN <<-", []),
        ('RUN <<""', []),
        # Whatever is broken in the line, there is no heredoc in it.
        ("RUN echo it's <<E", []),
        ("RUN ${x^^} <<E", []),
        ("RUN ${x=1} <<E", []),
        ("RUN ${x <<E", []),
        ("RUN ${x:0:1} <<E", [("E", False, True)]),
        ("RUN ${x:-a <<E}", [("E}", False, True)]),
        ("RUN <<E${x:-y}", []),
        ("RUN $((1<<2)) $(cat <<E )", [("E", False, True)]),
    ],
)
def test_the_words_of_a_line_that_begin_heredocs(line: str, found: list[tuple[str, bool, bool]]) -> None:
    assert [tuple(word) for word in heredoc_words(line)] == found


def test_one_word_may_begin_a_heredoc() -> None:
    assert [bool(heredoc_word(word)) for word in ("<<E", "2<<-'E'", "<<- E", "<<E sh", "E", "<E", "")] == [
        *(True, True, True),
        *(False, False, False, False),
    ]
    for broken in ("<<'E", '<<"E', "<<E'"):
        with pytest.raises(ExpansionError):
            heredoc_word(broken)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("RUN <<E\na\n\nb\nE\n", "a\n\nb\n"),
        ("RUN <<-'E'\n\ta\n\t\tb c\n\tE\n", "a\nb c\n"),
        ("RUN << E\n#!/bin/bash\na\nE\n", "#!/bin/bash\na\n"),
        ("RUN <<E\n#!/usr/bin/python3\na\nE\n", None),
        ("RUN set -e; cat <<E | bash\na\nE\n", "set -e; cat <<E | bash\na\nE"),
        ("RUN a && \\\n  cat <<E > f && \\\n  b\nUSER u\nE\n", "a &&   cat <<E > f &&   b\nUSER u\nE"),
        ("RUN cat <<A - <<-B\na\nA\n\tb\n\tB\n", "cat <<A - <<-B\na\nA\n\tb\nB"),
        ("RUN <<E bash -x && b\na\nE\n", "bash <<E -x && b\na\nE"),
        ("RUN <<'A B' 3<<C \\\n sudo a\nA B\nC\n", "sudo  <<'A B' 3<<C a\nA B\nC"),
        ("RUN <<E X=1 a\nE\n", "<<E X=1 a\nE"),
        ("RUN --mount=type=cache,target=/c <<E\na\nE\n", "a\n"),
        ('RUN --network=none ["<<E"]\n', None),
        ("RUN <<E\r\na\r\nE\r\n", "a\r\n"),
    ],
)
def test_a_shell_gets_the_command_and_the_heredocs_below_it(text: str, body: str | None) -> None:
    found = step(text).body
    assert (found.text if found else None) == body


def test_what_a_shell_gets_keeps_its_place() -> None:
    body = step("RUN <<E \\\n bash -x \\\n && b\n\taa bb\nE\n").body
    assert body is not None
    places = {word: body.region(Span(at := body.text.index(word), at + len(word)))[1:3] for word in body.text.split()}
    assert places == {"bash": (3, 2), "<<E": (2, 5), "-x": (3, 7), "&&": (4, 2), "b": (3, 2), "aa": (5, 2)} | {
        "bb": (5, 5),
        "E": (2, 7),
    }


def test_a_heredoc_that_nothing_ends_is_one_error_and_what_stands_above_is_read() -> None:
    document = read(Source("Dockerfile", "FROM x AS y\nUSER u\nRUN a <<E\n" + "NO x\nUSER v\n" * 99 + " E\n"))
    (stage,) = (container.stage for container in document.containers)
    assert stage is not None
    assert stage.user is not None
    assert (stage.name, stage.user.value) == ("y", "u")
    assert [failure.message for failure in document.failures] == [
        "the builder refuses this: unterminated heredoc: no line E ends it; dropcap checks nothing from here on"
    ]


@pytest.mark.parametrize("line", ["RUN <<- E bash", "RUN it's <<E", "RUN x<<E"])
def test_a_heredoc_that_the_builder_does_not_see_is_one_error(line: str) -> None:
    text = f"FROM x\n{line}\n" + "echo a\nUSER root\n" * 99 + "E\nCOPY a\n"
    assert messages(text) == [
        (
            "3: unknown instruction: ECHO; line 2 begins no heredoc, so it reads the text below it as"
            " instructions; dropcap checks nothing from here on"
        )
    ]


@pytest.mark.parametrize("written", ["RUN a <<E", "RUN it's <<E\necho a\nE"])
def test_whoever_builds_a_file_with_a_broken_heredoc_knows_nothing_of_it(written: str) -> None:
    with pytest.raises(UnreadableError, match="checks nothing from here on"):
        read_stages(Source("Dockerfile", f"FROM x\nUSER a\n{written}\nUSER b\n"))


def test_instructions_that_are_none_are_told_together() -> None:
    text = "FROM x\nRUN echo $((1<<2))\nfoo\nbar\nbaz\nRUN a\nqux\nUSER\n"
    assert messages(text) == [
        "3: unknown instruction: FOO (and 2 more lines below it)",
        "7: unknown instruction: QUX",
        "8: USER requires exactly one argument",
    ]


def test_what_stands_before_the_first_stage_is_told_once() -> None:
    assert messages("RUN a\nUSER b\nENV c=d\nFROM x\nUSER\n") == [
        "1: no build stage in current context: FROM comes first",
        "5: USER requires exactly one argument",
    ]


def test_a_stage_whose_from_is_refused_keeps_its_instructions() -> None:
    document = read(
        Source("Dockerfile", "FROM x\nUSER a\nFROM --no=1 y\nUSER b\nFROM y z\nUSER c\nFROM ${q^}\nUSER d\n")
    )
    stages = [container.stage for container in document.containers if container.stage]
    assert [stage.user and stage.user.value for stage in stages] == ["a", "b", "c", "d"]
    assert len(document.failures) == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ENV PATH", "ENV must have two arguments"),
        ("LABEL a", "LABEL must have two arguments"),
        ("ENV a=b c", "ENV can't find = in 'c'. Must be of the form: name=value"),
        ("ENV", "ENV requires at least one argument"),
        ("LABEL =a", "LABEL names can not be blank"),
        ("ENV a=b =c", "ENV names can not be blank"),
        ("ENV --a=b c=d", "unknown flag: --a"),
        ("ENV 'a b'=c", None),
        ('ENV a="b c" d=e\\ f', None),
        ("ENV a b=c d", None),
        ("ARG", "ARG requires at least one argument"),
        ("ARG =a", "ARG names can not be blank"),
        ("ARG --a", "ARG requires at least one argument"),
        ("ARG a b=c d=", None),
        ("COPY a", "COPY requires at least two arguments: a source and a destination"),
        ('ADD ["a"]', "ADD requires at least two arguments: a source and a destination"),
        ("COPY a <<E\nE", "COPY cannot accept a heredoc as a destination"),
        ("COPY --link a b", None),
        ("COPY --link=yes a b", "--link must be true or false, not 'yes'"),
        ("COPY --link= a b", "missing a value on flag: --link"),
        ("COPY --from a b", "missing a value on flag: --from"),
        ("COPY --exclude=a --exclude=b c d", None),
        ("COPY --checksum=a b c", "unknown flag: --checksum"),
        ("ADD --parents a b", "unknown flag: --parents"),
        ("COPY -- --a b", None),
        ("COPY <<E /a\n${a:0:1}\nE", "a variable in the text of a heredoc: unsupported modifier in ${a…}"),
        ("COPY <<'E' /a\n${a:0:1}\nE", None),
        ("COPY <<E /a\nit's $a\nE", None),
        ("HEALTHCHECK", "HEALTHCHECK requires at least one argument"),
        ("HEALTHCHECK FOO", "unknown type 'FOO' in HEALTHCHECK; write CMD or NONE"),
        ("HEALTHCHECK CMD", "missing command after HEALTHCHECK CMD"),
        ("HEALTHCHECK cmd []", "missing command after HEALTHCHECK CMD"),
        ("HEALTHCHECK NONE a", "HEALTHCHECK NONE takes no arguments"),
        ("HEALTHCHECK --no=1 NONE", None),
        ("HEALTHCHECK --interval=1m30s --timeout=.5s --retries=3 CMD a", None),
        ("HEALTHCHECK --interval=5 CMD a", "--interval must be a duration such as 30s, not '5'"),
        ("HEALTHCHECK --interval=50ns CMD a", "--interval cannot be less than 1ms"),
        ("HEALTHCHECK --interval=0 CMD a", None),
        ("HEALTHCHECK --interval=-1s CMD a", "--interval cannot be less than 1ms"),
        ("HEALTHCHECK --retries=-1 CMD a", "--retries must be a number of tries, not '-1'"),
        ("HEALTHCHECK --retries=2147483648 CMD a", "--retries must be a number of tries, not '2147483648'"),
        ('HEALTHCHECK CMD ["a", 1]', "only string type is allowed in JSON format arrays"),
        ("ONBUILD", "ONBUILD requires at least one argument"),
        ("ONBUILD ONBUILD RUN a", "ONBUILD isn't allowed as an ONBUILD trigger"),
        ("ONBUILD MAINTAINER a", "MAINTAINER isn't allowed as an ONBUILD trigger"),
        ("ONBUILD ENV a", "ENV must have two arguments"),
        ("ONBUILD COPY a", "every build on this image refuses this: COPY requires at least two arguments: a source"),
        ("ONBUILD FOO", "every build on this image refuses this: unknown instruction: FOO"),
        ("ONBUILD --a RUN b", "unknown flag: --a"),
        ("EXPOSE", "EXPOSE requires at least one argument"),
        ("EXPOSE 80 443/udp 8000-8010/TCP 127.0.0.1:80:81 [::1]:80:81 5000-5001:80-81 70-79:80", None),
        ("EXPOSE http", "invalid port: 'http'"),
        ("EXPOSE 80/xyz", "invalid port: '80/xyz'"),
        ("EXPOSE 65536", "invalid port: '65536'"),
        ("EXPOSE 90-80", "invalid port: '90-80'"),
        ("EXPOSE a:80:80", "invalid port: 'a:80:80'"),
        ("EXPOSE 1-2:80-82", "invalid port: '1-2:80-82'"),
        ("EXPOSE $P", None),
        ("STOPSIGNAL", "STOPSIGNAL requires exactly one argument"),
        ("STOPSIGNAL SIGRTMIN+3", None),
        ("STOPSIGNAL quit", None),
        ("STOPSIGNAL 9", None),
        ("STOPSIGNAL 0", "invalid signal: 0"),
        ("STOPSIGNAL SIGFOO", "invalid signal: SIGFOO"),
        ("STOPSIGNAL $S", None),
        ("USER", "USER requires exactly one argument"),
        ("USER --a b", "unknown flag: --a"),
        ("USER 'a", "a single quote is never closed"),
        ("WORKDIR", "WORKDIR requires exactly one argument"),
        ('WORKDIR "/a', "a quote is never closed"),
        ("MAINTAINER", "MAINTAINER requires exactly one argument"),
        ("MAINTAINER it's me", None),
        ("SHELL []", "SHELL requires at least one argument"),
        ("SHELL", "SHELL requires at least one argument"),
        ("SHELL ['sh']", "SHELL requires the arguments to be in JSON form"),
        ("VOLUME", "VOLUME requires at least one argument"),
        ('VOLUME [""]', "VOLUME specified can not be an empty string"),
        ("VOLUME /a /b", None),
        ("CMD", None),
        ("CMD --a", "unknown flag: --a"),
        ("ENTRYPOINT []", None),
        ("RUN", None),
        ("RUN --network=bridge a", 'network "bridge" is not valid; write one of default, none, host'),
        ("RUN --security='insecure' a", None),
        ("RUN --mount=target=/a --mount=type=cache,dst=/b,uid=0,mode=0755,sharing=LOCKED,ro --device=c d", None),
        ("RUN --mount=type=secret,id=a,required --mount=type=ssh --mount=type=tmpfs,target=/b,size=1.5gb c", None),
        ("RUN --mount=type=$T,target=/a,uid=$U,rw=$W b", None),
        ("RUN --mount='type=bind,\"source=a,b\",target=/c' d", None),
        ("RUN --mount=a b", "'a' in a mount must be a key=value pair"),
        ("RUN --mount=type=volume,target=/a b", "unsupported mount type 'volume'"),
        ("RUN --mount=target=/a,b=c d", "unexpected key 'b' in a mount"),
        ("RUN --mount=target=/a,uid=1 b", "uid not allowed for bind mounts"),
        ("RUN --mount=type=cache,target=/a,uid=x b", "invalid value 'x' for uid of a mount"),
        ("RUN --mount=type=cache,target=/a,sharing=x b", "invalid value 'x' for sharing of a mount"),
        ("RUN --mount=type=tmpfs,target=/a,sharing=shared b", "invalid cache sharing set for tmpfs mount"),
        ("RUN --mount=target=/a,size=1 b", "unexpected key 'size' for mount type 'bind'"),
        ("RUN --mount=target=/a,rw=yes b", "invalid value 'yes' for rw of a mount"),
        ("RUN --mount=type=secret b", "invalid secret mount: one of source and target is required"),
        ("RUN --mount=type=secret,id=a,src=b c", "both source and id of a secret mount can't be set"),
        ("RUN --mount=type=secret,id=a,from=b c", "secret mount should not have a from"),
        ("RUN --mount=target=/a,from=$B c", "'from' of a mount takes no variables; give a stage that name instead"),
        ("RUN --mount=type=cache,target=/a,gid=4294967296 b", "invalid value '4294967296' for gid of a mount"),
        # BuildKit refuses these, Buildah does not.
        ("RUN --mount=target=/a,z,U,relabel=shared b", None),
        ("COPY --from=$A b c", None),
        ("COPY 'a b' c", "a single quote is never closed"),
        ('CMD ["a"', None),
        ('CMD ["a"] b', None),
        ("CMD [NaN]", None),
    ],
)
def test_arguments_are_checked_as_the_builder_checks_them(line: str, message: str | None) -> None:
    found = messages(f"FROM x\n{line}\nWORKDIR /\n")
    assert len(found) == (message is not None)
    assert not message or found[0].startswith(f"2: {message}") or found[0].startswith(f"3: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FROM", "1: FROM requires either one or three arguments"),
        ("FROM a AS", "1: FROM requires either one or three arguments"),
        ("FROM a AS -", "1: invalid name for build stage: -"),
        ("FROM a as Base_1.x-y\nFROM base_1.x-y\nFROM a AS a\nFROM a AS a", None),
        ('FROM "a b"', "1: FROM requires either one or three arguments"),
        ("FROM --platform a", "1: missing a value on flag: --platform"),
        ("ARG A=\nFROM $A", "2: base name ($A) should not be blank"),
        ("FROM $A", "1: base name ($A) should not be blank"),
        ("FROM ${A:-x}", None),
        ("ARG A\nFROM ${A?}", None),
        ("FROM ${A?no}", "1: A is required and not set"),
        ("ARG A=\nFROM ${A:?no}", "2: A is required and empty"),
    ],
)
def test_stages_are_checked_as_the_builder_checks_them(text: str, message: str | None) -> None:
    assert messages(text) == ([message] if message else [])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\\\nFROM x\n", [("FROM", 1, 2)]),
        ("  \\\n\n#c\n\\\n  FROM x\n", [("FROM", 1, 5)]),
        ("\u00a0FROM x\n\u2003USER u\n", [("FROM", 1, 1), ("USER", 2, 2)]),
        ("FROM x\rUSER u\n", [("FROM", 1, 1)]),
        ("FROM x\r\r\nUSER u\r", [("FROM", 1, 1), ("USER", 2, 2)]),
        ("FROM x\nUSER u\\", [("FROM", 1, 1), ("USER", 2, 2)]),
        ("FROM x\nUSER u\\\n\r", [("FROM", 1, 1), ("USER", 2, 3)]),
        ("FROM x\n\u00a0# c\nUSER u\n", [("FROM", 1, 1), ("USER", 3, 3)]),
        ("FROM x\nUSER\u00a0u\n", [("FROM", 1, 1), ("USER\u00a0U", 2, 2)]),
        (" # escape = ` \nFROM x\nUSER u`\n\n", [("FROM", 2, 2), ("USER", 3, 4)]),
        ("# escape=\nFROM x\nUSER u\\\nv\n", [("FROM", 2, 2), ("USER", 3, 4)]),
        ("FROM x\n\\", [("FROM", 1, 1), ("", 2, 2)]),
        ("FROM x\nRUN a <<E b\n\\\nUSER u\nE\n#E\n", [("FROM", 1, 1), ("RUN", 2, 5)]),
    ],
)
def test_lines_are_joined_as_the_builder_joins_them(text: str, kept: list[tuple[str, int, int]]) -> None:
    found = read_lines(Source("Dockerfile", text)).instructions
    assert [(one.keyword, one.first, one.last) for one in found] == kept


def test_flags_lose_their_quotes_and_escapes() -> None:
    found = step("RUN --mount='type=bind',target=/a\\ b \\\n --security=\"insecure\" -- --c\n")
    assert [flag.value for flag in found.flags] == ["--mount=type=bind,target=/a b", "--security=insecure"]
    assert found.value.value == "--c"


def test_in_the_json_form_halves_of_surrogates_are_replaced() -> None:
    (word,) = step('CMD ["a\\ud800"]\n').words or ()
    assert word.value == "a\ufffd"


VARIABLES = {"A": "plain", "EMPTY": "", "PATH": "/a/b.c/a", "STARS": "x*y*z", "DOLLAR": "$0", "999": "n"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hello\\", "hello"),
        ("a\\\\", "a\\"),
        ('"a\\b\\"c\\$"', 'a\\b"c$'),
        ("'a\\'", "a\\"),
        ("$999.", "n."),
        ("$001b", "b"),
        ("${999}x", "nx"),
        ("$@@$*$#$?$-$$$!$0", "@"),
        ("$.", "$."),
        ("${EMPTY?}", ""),
        ("${EMPTY?no}", ""),
        ("${EMPTY:?no}", None),
        ("${NONE?}", None),
        ("${NONE:?no}", None),
        ("${A?}${A:?}", "plainplain"),
        ("${EMPTY-a}${EMPTY:-b}${NONE-c}${NONE:-d}", "bcd"),
        ("${EMPTY+a}${EMPTY:+b}${NONE+c}${A+d}${A:+e}", "ade"),
        ("${NONE:-${NONE:-${A}}}}", "plain}"),
        ("${NONE:-\\${A}b}", "${Ab}"),
        ("${A:=x}", None),
        ("${A=x}", None),
        ("${A:b}", None),
        ("${A^^}", None),
        ("${}", None),
        ("${:}", None),
        ("${{A}", None),
        ("${.}", None),
        ("${A", None),
        ("${+x}${-}", ""),
        ("${PATH#*a}", "/b.c/a"),
        ("${PATH##*/}", "a"),
        ("${PATH%/*}", "/a/b.c"),
        ("${PATH%%/b*}", "/a"),
        ("${PATH:#/}", None),
        ("${STARS#x\\*}", "y*z"),
        ("${STARS%'*'*}", "x*y*z"),
        ("${STARS%%\\**}", "x"),
        ("${STARS#\\q}", None),
        ("${PATH/a/b}", "/b/b.c/a"),
        ("${PATH//a/b}", "/b/b.c/b"),
        ("${PATH//\\/a/}", "/b.c"),
        ("${PATH//./$DOLLAR}", "/a/b.c/a"),
        ("${PATH/./$DOLLAR}", "/a/b$0c/a"),
        ("${PATH//a}", None),
        ("${EMPTY/q*/b}", ""),
        ("${EMPTY//*/b}", "b"),
        ("${PATH/$EMPTY/b}", "b/a/b.c/a"),
        ("${DOLLAR}", "$0"),
        ("'", None),
        ('"', None),
    ],
)
def test_variables_are_expanded_as_the_builder_does(text: str, value: str | None) -> None:
    def lookup(name: str) -> str | Absent:
        return VARIABLES.get(name, Absent.UNSET)

    if value is None:
        with pytest.raises(ExpansionError):
            expand(text, lookup, "\\", Budget(""))
    else:
        assert expand(text, lookup, "\\", Budget("")) == value


@pytest.mark.parametrize(
    "text", ["$U", "${U?}", "${U:-a}", "${U+a}", "${A:+$U}", "${A#$U}", "${A/l/$U}", "${NONE:-$U}"]
)
def test_what_depends_on_a_variable_that_nobody_knows_is_unknown(text: str) -> None:
    known: dict[str, str | Absent] = {"A": "plain", "NONE": Absent.UNSET}
    with pytest.raises(UnknownVariableError, match="U"):
        expand(text, lambda name: known.get(name, Absent.UNKNOWN), "\\", Budget(""))


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("ENV A=1\nARG A=2\nUSER $A", "2"),
        ("ARG A=2\nENV A=1\nUSER $A", "1"),
        ("ENV A=1\nARG A\nUSER $A", "1"),
        ("ARG A=1\nFROM a\nUSER $A", "1"),
        ("ENV A=1\nARG A=2\nFROM a\nUSER $A", "1"),
        ("ENV A=1 B=$A\nUSER ${B:-b}", "b"),
        ("ENV $A=x a$A=y\nUSER $a", "y"),
        ("ENV 'A'=x\nUSER $A", "x"),
        ("ENV A B=C  D\nUSER $A", "B=C  D"),
        ("USER ${PATH#*:}", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ],
)
def test_the_later_of_arg_and_env_counts_and_a_stage_upon_another_has_both(text: str, user: str) -> None:
    document = read(Source("Dockerfile", f"FROM scratch AS a\n{text}\n"))
    assert document.failures == ()
    last = document.containers[-1].user
    assert last is not None
    assert last.value == user


def test_the_name_of_a_stage_is_written_as_it_is_kept() -> None:
    first, second, third = read(Source("Dockerfile", "FROM a AS Base\nFROM base\nFROM Base\n")).containers
    assert (first.stage and first.stage.parent, second.stage and second.stage.parent) == (None, first.stage)
    assert third.stage is not None
    assert third.stage.parent is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ a }}\nFROM x\n", 1),
        ("#{a}\nFROM {{ b }}\nUSER a\n", 2),
        ("FROM x\nRUN docker inspect -f '{{.Id}}' y\n{%- if a %}\nUSER a\n{%- endif %}\n", 3),
        ("ARG A\nFROM %%BASE%%-x\n", 2),
        ("FROM x:${templateOption:a}\nENV B=${templateOption:b}\n", 1),
    ],
)
def test_a_template_is_one_note(text: str, line: int) -> None:
    with pytest.raises(UnreadableError, match="this is a template") as caught:
        read(Source("Dockerfile", text))
    failure = caught.value.failure
    assert failure.level is Level.NOTE
    assert failure.source is not None
    assert failure.span is not None
    assert failure.source.region(failure.span).line == line


def test_braces_in_a_writtenmake_no_template() -> None:
    assert step("RUN docker inspect -f '{{.Id}}' y\n").body
