from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.model import Container, Engine, Failure, Kind, Level, Located, Related, Severity, Stage, Unknown
from dropcap.source import Source, Span
from dropcap.writers import FORMATS, Context, writer
from dropcap.writers.failures import MOST_ALIKE, failure_lines
from dropcap.writers.summary import describe_user, plural, summarise
from handmade import finding, place, report, service

if TYPE_CHECKING:
    from dropcap.model import Finding, Report

_TEXT = """\
services:
  vpn:
    privileged: true
    volumes:
      - /run/docker.sock:/run/docker.sock
  web:
    user: "1000"
  db:
    ports: ["5432:5432"]
  cache: {}
  queue: {}
"""
_SOURCE = Source("deploy/compose.yaml", _TEXT)
_VPN = service(_SOURCE, "vpn", privileged=Located(True, _SOURCE, place(_SOURCE, "true").span))  # noqa: FBT003  # a value
_DB, _CACHE, _QUEUE = (service(_SOURCE, name) for name in ("db", "cache", "queue"))


def _text(one: Report, **context: Any) -> str:  # noqa: ANN401  # whatever a context has
    return "".join(writer("text")(one, Context(**context)))


def _lines(*findings: Finding) -> list[str]:
    return _text(report(findings)).splitlines()


def _one_line(text: str, needle: str) -> list[str]:
    """Show the excerpt of a needle in a one-line script."""
    source = Source("x.sh", text)
    where = place(source, needle)
    lines = _lines(finding(Container(Kind.RUN, "x", source, Span(0, 1)), where))
    return lines[2:4]


def test_a_report_reads_like_this() -> None:
    findings = [
        finding(_VPN, place(_SOURCE, "true"), "privileged mode grants all", "privileged", Severity.CRITICAL),
        finding(
            _VPN,
            place(_SOURCE, "/run/docker.sock"),
            "the socket is root on the host",
            "docker-socket",
            Severity.CRITICAL,
            related=(Related("the service starts here", _VPN.anchor),),
        ),
        *(
            finding(container, None, message, rule, severity)
            for container in (_DB, _CACHE, _QUEUE)
            for message, rule, severity in (
                ("nothing is dropped", "default-capabilities", Severity.MEDIUM),
                ("the root file system can be written", "writable-root", Severity.LOW),
            )
        ),
        finding(_DB, place(_SOURCE, "5432:5432"), "the port is open to all", "open-port", Severity.LOW),
    ]
    one = report(findings, failures=[Failure("gone.yaml", "cannot be read")], files=3)
    assert (
        _text(one)
        == """\
service vpn holds all 41 (privileged)
deploy/compose.yaml:3:17: critical: privileged mode grants all [privileged]
    3 |     privileged: true
      |                 ^^^^
deploy/compose.yaml:5:9: critical: the socket is root on the host [docker-socket]
    5 |       - /run/docker.sock:/run/docker.sock
      |         ^^^^^^^^^^^^^^^^
  see deploy/compose.yaml:2:3: the service starts here

3 services each hold the Docker default set (14)
  db (line 8), cache (10), queue (11)
deploy/compose.yaml:8:3: medium: nothing is dropped [default-capabilities] and 2 more
deploy/compose.yaml:8:3: low: the root file system can be written [writable-root] and 2 more
    8 |   db:
      |   ^^
deploy/compose.yaml:9:14: low: the port is open to all [open-port] in db
    9 |     ports: ["5432:5432"]
      |              ^^^^^^^^^

9 findings (2 critical, 3 medium, 4 low) in 1 of 3 files, 4 containers; 1 error
"""
    )


def test_containers_that_hold_different_sets_are_not_folded() -> None:
    web = service(_SOURCE, "web", user=place(_SOURCE, "1000"))
    lines = _lines(finding(web), finding(_DB))
    assert "service web holds nothing (user 1000); bounding set: the Docker default set (14)" in lines
    assert "service db holds the Docker default set (14)" in lines


@pytest.mark.parametrize("change", [{"rule": "other"}, {"message": "other"}, {"evidence": ("other",)}])
def test_containers_with_different_absences_are_not_folded(change: dict[str, Any]) -> None:
    lines = _lines(finding(_DB), finding(_CACHE, **change))
    assert sum(line.startswith("service ") for line in lines) == 2


def test_containers_that_have_nothing_in_common_are_not_folded() -> None:
    lines = _lines(finding(_VPN, place(_SOURCE, "volumes")), finding(_DB, place(_SOURCE, "ports")))
    assert sum(line.startswith("service ") for line in lines) == 2
    other = _CACHE._replace(cap_add=_DB.cap_add)
    lines = _lines(finding(_DB, place(_SOURCE, "ports")), finding(other, place(_SOURCE, "cache: {}")))
    assert sum(line.startswith("service ") for line in lines) == 2


def test_containers_that_share_different_texts_are_not_folded() -> None:
    shared = finding(_DB, place(_SOURCE, "5432:5432"), "it is shared", shared_by=(_CACHE,))
    lines = _lines(finding(_DB), shared, finding(_CACHE), finding(_QUEUE))
    assert lines[0] == "2 services each hold the Docker default set (14)"
    assert lines[-6] == "service queue holds the Docker default set (14)"


def test_what_speaks_of_other_places_is_never_folded_away() -> None:
    related = [(Related("see there", place(_SOURCE, word)),) for word in ("vpn", "web")]
    lines = _lines(finding(_DB, related=related[0]), finding(_CACHE, related=related[1]))
    assert "  see deploy/compose.yaml:2:3: see there" in lines
    assert "  see deploy/compose.yaml:6:3: see there" in lines


def test_findings_of_one_place_share_its_excerpt_unless_they_speak_of_others() -> None:
    related = (Related("there", place(_SOURCE, "web")),)
    places = [line for line in _lines(finding(_DB), finding(_DB, message="b")) if "|" in line]
    assert len(places) == 2
    places = [line for line in _lines(finding(_DB, related=related), finding(_DB, message="b")) if "|" in line]
    assert len(places) == 4


def test_twenty_services_stay_readable() -> None:
    names = [f"worker-with-a-long-name-{number}" for number in range(20)]
    source = Source("c.yaml", "services:\n" + "".join(f"  {name}: {{}}\n" for name in names))
    findings = [finding(service(source, name), message=f"{what} is so") for name in names for what in "abc"]
    lines = _lines(*findings)
    assert lines[0] == "20 services each hold the Docker default set (14)"
    assert all(any(name in line for line in lines) for name in names)
    assert max(map(len, lines)) <= 100
    assert len(lines) < 20


def test_very_many_places_are_counted_not_listed() -> None:
    source = Source("c.yaml", "services:\n" + "".join(f"  s{number}: {{}}\n" for number in range(500)))
    lines = _lines(*(finding(service(source, f"s{number}")) for number in range(500)))
    assert any(line.endswith("and 440 more") for line in lines)


def test_a_shared_text_is_said_once() -> None:
    shared = finding(_DB, place(_SOURCE, "5432:5432"), "it is shared", shared_by=(_CACHE, _QUEUE))
    text = _text(report([shared]))
    assert text.count("it is shared") == 1
    assert "3 services each hold" in text
    assert " in db" not in text


def test_sharers_that_hold_other_sets_are_named_and_refer_to_it() -> None:
    root = service(_SOURCE, "queue", cap_drop=(Located("ALL", _SOURCE, Span(0, 1)),))
    shared = finding(_DB, place(_SOURCE, "5432:5432"), "it is shared", shared_by=(root,))
    lines = _lines(shared)
    assert lines[1] == "deploy/compose.yaml:9:14: medium: it is shared [some-rule] in db and queue"
    assert lines[5:7] == [
        "service queue holds nothing",
        "deploy/compose.yaml:9:14: medium: as above [some-rule]",
    ]


def test_many_names_are_cut_to_a_few() -> None:
    others = tuple(_CACHE._replace(name=f"c{number}") for number in range(9))
    shared = finding(_DB, place(_SOURCE, "5432:5432"), shared_by=others)
    dropped = finding(_DB._replace(cap_drop=(Located("ALL", _SOURCE, Span(0, 1)),)))
    assert _lines(dropped, shared)[0] == "service db holds nothing"
    assert any(line.endswith("in db, c0, c1 and 7 more") for line in _lines(dropped, shared))


def test_sharers_of_several_kinds_are_named_with_them() -> None:
    other = _DB._replace(kind=Kind.DEVCONTAINER, source=Source("devcontainer.json", '"db"'), span=Span(0, 4))
    shared = finding(_DB, place(_SOURCE, "5432:5432"), shared_by=(other,))
    assert any(line.endswith(" in service db and devcontainer db") for line in _lines(shared))


def test_run_commands_are_folded_too() -> None:
    source = Source("x.sh", "docker run a\ndocker run b\n")
    commands = [Container(Kind.RUN, name, source, Span(at, at + 10)) for name, at in (("a", 0), ("b", 13))]
    lines = _lines(*map(finding, commands))
    assert lines[:2] == ["2 run commands each hold the Docker default set (14)", "  a (line 1), b (2)"]
    # So the findings that the last line counts can be found above it.
    assert lines[2] == "x.sh:1:1: medium: it is so [some-rule] and 1 more"
    assert lines[-1].startswith("2 findings ")


def test_a_stage_holds_nothing_to_speak_of() -> None:
    source = Source("Dockerfile", "FROM x AS build\n")
    lines = _lines(finding(Container(Kind.STAGE, "build", source, Span(10, 15))))
    assert lines[0] == "stage build starts no container"
    assert lines[-1] == "1 finding (1 medium) in 1 file, 1 stage"


def test_a_caret_stands_under_the_place_after_tabs() -> None:
    assert _one_line("\tdocker\trun --privileged", "--privileged") == [
        "    1 |     docker  run --privileged",
        "      |                 ^^^^^^^^^^^^",
    ]


def test_a_caret_stands_under_the_place_after_wide_and_combining_characters() -> None:
    assert _one_line("run 数据 e\u0301 --privileged", "--privileged") == [
        "    1 | run 数据 e\u0301 --privileged",
        "      |            ^^^^^^^^^^^^",
    ]
    assert _one_line("run 数据 x", "数据")[1] == "      |     ^^^^"


def test_control_characters_are_escaped_and_the_caret_stands_right() -> None:
    assert _one_line("run \x1b[31m\u202e x", "x") == [
        r"    1 | run \x1b[31m\u202e x",
        "      |                    ^",
    ]


def test_a_long_line_is_cut_around_the_place() -> None:
    excerpt, carets = _one_line("run " + "a" * 5000 + " --privileged " + "b" * 5000, "--privileged")
    assert len(excerpt) < 120
    assert excerpt.startswith("    1 | ...aaa")
    assert excerpt.endswith("bbb...")
    assert carets.index("^") == excerpt.index("--privileged")
    assert carets.count("^") == len("--privileged")


def test_a_place_longer_than_the_excerpt_is_marked_as_far_as_it_is_shown() -> None:
    excerpt, carets = _one_line("run " + "a" * 5000, "a" * 5000)
    assert len(carets) <= len(excerpt)
    assert excerpt.endswith("aaa...")


def test_a_place_on_several_lines_shows_the_first_and_names_the_last() -> None:
    assert _one_line("docker run \\\n  -it \\\n  x\ny", "run \\\n  -it \\\n  x\n") == [
        "    1 | docker run \\",
        "      |        ^^^^^ to line 3",
    ]


@pytest.mark.parametrize("at", [0, 3, 4, 5, 6])
def test_an_empty_place_has_one_caret(at: int) -> None:
    source = Source("x", "abc\r\n\n")
    where = Located("", source, Span(at, at))
    lines = _lines(finding(Container(Kind.RUN, "x", source, Span(0, 1)), where))
    assert lines[3].count("^") == 1


def test_secrets_in_an_excerpt_are_hidden() -> None:
    assert _one_line("docker run -e X='a b' --privileged", "--privileged") == [
        "    1 | docker run -e X='***' --privileged",
        "      |                       ^^^^^^^^^^^^",
    ]
    assert "hunter2" not in "".join(_one_line("docker run -e \\\n X=hunter2 --privileged", "--privileged"))


def test_nothing_of_a_file_reaches_the_terminal_raw() -> None:
    evil = "\x1b]0;owned\x07\u202e\r\n\x9b"
    source = Source(f"d/{evil}.yaml", f"services:\n  web: {evil}\n")
    container = service(source, "web")._replace(
        name=evil, unknowns=(Unknown(evil, "x", source, Span(0, 1), ("cap_add",)),)
    )
    one = finding(container, None, evil, related=(Related(evil, container.anchor),))
    named = finding(container, place(source, "services"), shared_by=(container._replace(name=evil * 2),))
    text = _text(report([one, named]))
    assert text.replace("\n", "").isprintable()
    failures = "".join(
        failure_lines(report(failures=[Failure(evil, evil, Level.ERROR, source, Span(0, 1))]), Context())
    )
    assert failures.count("\n") == 1
    assert failures[:-1].isprintable()


def test_colours_change_nothing_but_colours() -> None:
    one = report([finding(_VPN, place(_SOURCE, "true"), severity=Severity.CRITICAL), finding(_DB), finding(_CACHE)])
    plain, coloured = _text(one), _text(one, colour=True)
    assert "\x1b" not in plain
    assert coloured != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize(
    ("one", "last"),
    [
        (report(files=0), "No findings in 0 containers of 0 files"),
        (report(containers=[_DB], files=1), "No findings in 1 container of 1 file"),
        (
            report(containers=[_DB, _VPN], files=2, failures=[Failure("x", "y"), Failure("x", "z")]),
            "No findings in 2 containers of 2 files; 2 errors",
        ),
        (
            report(containers=[_DB], failures=[Failure("x", "y", Level.NOTE)]),
            "No findings in 1 container of 1 file",
        ),
        (
            report(containers=[_DB, Container(Kind.STAGE, "0", _SOURCE, Span(0, 1))], files=2),
            "No findings in 1 container and 1 stage of 2 files",
        ),
        (
            report([finding(_DB)], files=3, containers=[_DB, _VPN]),
            "1 finding (1 medium) in 1 of 3 files, 2 containers",
        ),
        (
            report([finding(_DB, severity=severity) for severity in (*Severity, Severity.HIGH)]),
            "5 findings (1 critical, 2 high, 1 medium, 1 low) in 1 file, 1 container",
        ),
    ],
)
def test_the_last_line_sums_up(one: Report, last: str) -> None:
    assert _text(one).splitlines()[-1] == last


def test_the_last_line_says_when_nothing_reaches_the_threshold() -> None:
    text = _text(report([finding(_DB)]), threshold=Severity.HIGH)
    assert text.endswith("1 container; none is high or worse\n")
    assert "none" not in _text(report([finding(_DB)]), threshold=Severity.MEDIUM)


def test_failures_have_a_line_each() -> None:
    failures = [
        Failure("gone.yaml", "cannot be read"),
        Failure("deploy/compose.yaml", "a word", Level.NOTE, _SOURCE, _DB.span),
    ]
    assert list(failure_lines(report(failures=failures), Context())) == [
        "gone.yaml: error: cannot be read\n",
        "deploy/compose.yaml:8:3: note: a word\n",
    ]


def test_a_note_of_many_places_is_one_line() -> None:
    apart = [Failure(f"a/{number}.yaml", "a template", Level.NOTE) for number in range(MOST_ALIKE)]
    one_more = [Failure(f"b/{number}.yaml", "no template", Level.NOTE) for number in range(MOST_ALIKE + 1)]
    errors = [Failure(f"c/{number}.yaml", "no template") for number in range(MOST_ALIKE + 1)]
    lines = list(failure_lines(report(failures=[*apart, *one_more, *errors]), Context()))
    assert lines == [
        *(f"a/{number}.yaml: note: a template\n" for number in range(MOST_ALIKE)),
        f"b/0.yaml: note: no template (and in {MOST_ALIKE} more places)\n",
        *(f"c/{number}.yaml: error: no template\n" for number in range(MOST_ALIKE + 1)),
    ]


def _words(names: str) -> tuple[Located[str], ...]:
    return tuple(Located(name, _SOURCE, Span(0, 1)) for name in names.split())


_TRUE = Located(True, _SOURCE, Span(0, 1))  # noqa: FBT003  # the value of an option
_STAGE = Stage("0", 0, None, Located("app", _SOURCE, Span(0, 1)), None, None, (), (), (), (), None)
_ARGS = Unknown("${ARGS[@]}", "it is set elsewhere", _SOURCE, Span(0, 1))
_CAPS = _ARGS._replace(text="${CAPS}", fields=("cap_add",))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "holds the Docker default set (14)"),
        ({"engine": Engine.DOCKER}, "holds the Docker default set (14)"),
        ({"cap_drop": _words("ALL")}, "holds nothing"),
        ({"privileged": _TRUE}, "holds all 41 (privileged)"),
        ({"cap_add": _words("ALL")}, "holds all 41"),
        (
            {"cap_add": _words("ALL"), "cap_drop": _words("SYS_ADMIN SYS_MODULE")},
            "holds all but SYS_ADMIN SYS_MODULE (39)",
        ),
        (
            {"cap_drop": _words("NET_RAW"), "cap_add": _words("NET_ADMIN")},
            "holds the Docker default set less NET_RAW, with NET_ADMIN (14)",
        ),
        ({"cap_drop": _words("NET_RAW MKNOD")}, "holds the Docker default set less MKNOD NET_RAW (12)"),
        ({"cap_add": _words("NET_ADMIN")}, "holds the Docker default set with NET_ADMIN (15)"),
        (
            {"cap_drop": _words("ALL"), "cap_add": _words("SETUID CHOWN SETGID")},
            "holds 3: CHOWN SETGID SETUID",
        ),
        (
            {"user": Located("1000", _SOURCE, Span(0, 1)), "cap_add": _words("NET_ADMIN")},
            "holds nothing (user 1000); bounding set: the Docker default set with NET_ADMIN (15)",
        ),
        (
            {"user": Located("1000", _SOURCE, Span(0, 1)), "cap_drop": _words("ALL")},
            "holds nothing",
        ),
        (
            {"user": Located("", _SOURCE, Span(0, 1)), "stage": _STAGE},
            "holds nothing (user app); bounding set: the Docker default set (14)",
        ),
        ({"engine": Engine.SWARM, "privileged": _TRUE}, "holds the Swarm default set (14)"),
        ({"unknowns": (_CAPS,)}, "holds at least the Docker default set (14); ${CAPS} is not known"),
        (
            {"unknowns": (_CAPS, _CAPS._replace(text="$MORE"))},
            "holds at least the Docker default set (14); ${CAPS} and 1 more are not known",
        ),
        (
            {"unknowns": (_CAPS,), "cap_drop": _words("ALL")},
            "holds nothing, unless ${CAPS} says otherwise",
        ),
        (
            {"unknowns": (_CAPS,), "stage": _STAGE, "cap_drop": _words("ALL"), "cap_add": _words("KILL")},
            "holds nothing (user app); bounding set: 1: KILL, unless ${CAPS} says otherwise",
        ),
        ({"unknowns": (_CAPS,), "privileged": _TRUE}, "holds all 41 (privileged)"),
        ({"unknowns": (_ARGS._replace(fields=("user",)),), "cap_drop": _words("ALL")}, "holds nothing"),
        (
            {"unknowns": (_ARGS._replace(fields=("user",)),)},
            "holds the Docker default set (14), unless ${ARGS[@]} says otherwise",
        ),
        ({"unknowns": (_ARGS,)}, "holds the Docker default set (14), unless ${ARGS[@]} says otherwise"),
        (
            {"unknowns": (_ARGS, _ARGS)},
            "holds the Docker default set (14), unless ${ARGS[@]} and 1 more say otherwise",
        ),
        (
            {"unknowns": (_ARGS._replace(fields=("cap_drop",)),)},
            "holds the Docker default set (14), unless ${ARGS[@]} says otherwise",
        ),
        ({"unknowns": (_ARGS._replace(fields=("mounts",)),)}, "holds the Docker default set (14)"),
        (
            {"unknowns": (_ARGS._replace(text="${X:-DB_PASSWORD=hunter2}"),)},
            "holds the Docker default set (14), unless ${X:-DB_PASSWORD=******** says otherwise",
        ),
        ({"kind": Kind.EXEC}, "holds what its container was started with"),
        ({"kind": Kind.EXEC, "privileged": _TRUE}, "holds all 41 (privileged)"),
        ({"kind": Kind.STAGE}, "starts no container"),
    ],
)
def test_a_container_holds(fields: dict[str, Any], sentence: str) -> None:
    assert summarise(_DB._replace(**fields)) == sentence


def test_a_podman_user_keeps_what_was_added() -> None:
    user = Located("1000", _SOURCE, Span(0, 1))
    sentence = summarise(_DB._replace(engine=Engine.PODMAN, user=user, cap_add=_words("NET_ADMIN")))
    assert sentence.startswith("holds 1: NET_ADMIN (user 1000); bounding set: the Podman default set with NET_ADMIN (")


def test_a_refused_container_says_why() -> None:
    sentence = summarise(_DB._replace(cap_add=_words("NET_ADMINN")))
    assert sentence.startswith("is refused by the engine: ")
    assert "NET_ADMINN" in sentence
    assert plural(sentence).startswith("are each refused by the engine: ")


@pytest.mark.parametrize(
    ("fields", "user"),
    [
        ({}, "the image's user"),
        ({"user": Located("", _SOURCE, Span(0, 1))}, "the image's user"),
        ({"user": Located("0:0", _SOURCE, Span(0, 1))}, "root"),
        ({"user": Located("1000\x1b", _SOURCE, Span(0, 1))}, "user 1000\\x1b"),
        ({"stage": _STAGE}, "user app"),
        ({"unknowns": (_ARGS._replace(fields=("user",)),)}, "user not known"),
    ],
)
def test_a_container_runs_as(fields: dict[str, Any], user: str) -> None:
    assert describe_user(_DB._replace(**fields)) == user


def test_every_format_has_a_writer_and_nothing_else_has() -> None:
    assert all("".join(writer(name)(report(), Context())) or name == "line" for name in FORMATS)
    with pytest.raises(ValueError, match="no format 'xml': the formats are json, line, sarif, text"):
        writer("xml")
