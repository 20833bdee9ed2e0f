from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.model import Container, Engine, Failure, Kind, Level, Located, Related, Severity, Stage, Unknown
from dropcap.source import Source, Span
from dropcap.writers import FORMATS, Context, writer
from dropcap.writers.failures import MOST_ALIKE, failure_lines
from dropcap.writers.summary import describe_user, plural, summarise
from dropcap.writers.wrapping import columns, lines_of, text_lines, words_of
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
    return lines[1:3]


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
deploy/compose.yaml:3:17: critical: privileged mode grants all [privileged]
    3 |     privileged: true
      |                 ^^^^
  service vpn holds all 41 (privileged)

deploy/compose.yaml:5:9: critical: the socket is root on the host [docker-socket]
    5 |       - /run/docker.sock:/run/docker.sock
      |         ^^^^^^^^^^^^^^^^
  in service vpn
  see deploy/compose.yaml:2:3: the service starts here

deploy/compose.yaml:8:3: medium: nothing is dropped [default-capabilities]
deploy/compose.yaml:8:3: low: the root file system can be written [writable-root]
    8 |   db:
      |   ^^
  3 services each hold the Docker default set (14): db (line 8), cache (10), queue (11)

deploy/compose.yaml:9:14: low: the port is open to all [open-port]
    9 |     ports: ["5432:5432"]
      |              ^^^^^^^^^
  in service db

5 findings (2 critical, 1 medium, 2 low) in 1 of 3 files, 4 containers; 1 error
Do first: deploy/compose.yaml:3:17, critical, in service vpn [privileged]
Then: default-capabilities, which 3 containers have, more than any other; `dropcap explain
  default-capabilities` says what to write
"""
    )


def test_what_is_grave_stands_before_what_is_not_within_a_file() -> None:
    other = Source("z.yaml", "services:\n  web: {}\n")
    severities = [Severity.LOW, Severity.CRITICAL, Severity.MEDIUM, Severity.HIGH]
    findings = [
        finding(_DB, place(_SOURCE, word), word, severity=severity)
        for word, severity in zip(("vpn", "web", "db", "cache"), severities, strict=True)
    ]
    lines = _lines(*findings, finding(service(other, "web"), severity=Severity.HIGH))
    places = [line.split(": ")[:2] for line in lines if " [some-rule]" in line and line[0] in "dz"]
    assert places == [
        ["deploy/compose.yaml:6:3", "critical"],
        ["deploy/compose.yaml:10:3", "high"],
        ["deploy/compose.yaml:8:3", "medium"],
        ["deploy/compose.yaml:2:3", "low"],
        ["z.yaml:2:3", "high"],
    ]


def test_equal_services_that_hold_different_sets_are_named_and_their_sets_are_not() -> None:
    web = service(_SOURCE, "web", user=place(_SOURCE, "1000"))
    assert "  in 2 services: web (line 6), db (8)" in _lines(finding(web), finding(_DB))
    (line,) = [line for line in _lines(finding(web)) if "holds" in line]
    assert line == "  service web holds nothing (user 1000); bounding set: the Docker default set (14)"


@pytest.mark.parametrize("change", [{"rule": "other"}, {"message": "other"}, {"evidence": ("other",)}])
def test_containers_with_different_absences_are_not_folded(change: dict[str, Any]) -> None:
    lines = _lines(finding(_DB), finding(_CACHE, **change))
    assert sum(line.startswith("  service ") for line in lines) == 2


def test_containers_of_which_one_finding_is_graver_are_not_folded() -> None:
    lines = _lines(finding(_DB), finding(_CACHE, severity=Severity.HIGH))
    assert sum(line.startswith("  service ") for line in lines) == 2


def test_containers_that_have_nothing_in_common_are_not_folded() -> None:
    lines = _lines(finding(_VPN, place(_SOURCE, "volumes")), finding(_DB, place(_SOURCE, "ports")))
    assert sum(line.startswith("  service ") for line in lines) == 2
    other = _CACHE._replace(cap_add=_DB.cap_add)
    lines = _lines(finding(_DB, place(_SOURCE, "ports")), finding(other, place(_SOURCE, "cache: {}")))
    assert sum(line.startswith("  service ") for line in lines) == 2


def test_what_is_shared_and_what_is_lacking_are_apart() -> None:
    shared = finding(_DB, place(_SOURCE, "5432:5432"), "it is shared", shared_by=(_CACHE,))
    lines = _lines(finding(_DB), shared, finding(_CACHE), finding(_QUEUE))
    assert "  3 services each hold the Docker default set (14): db (line 8), cache (10), queue (11)" in lines
    assert "  in 2 services: db (line 8), cache (10)" in lines


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
    assert "  20 services each hold the Docker default set (14): worker-with-a-long-name-0 (line 2)," in lines
    assert all(any(name in line for line in lines) for name in names)
    assert max(map(len, lines)) <= 100
    assert len(lines) < 20


def test_very_many_places_are_counted_not_listed() -> None:
    source = Source("c.yaml", "services:\n" + "".join(f"  s{number}: {{}}\n" for number in range(500)))
    lines = _lines(*(finding(service(source, f"s{number}")) for number in range(500)))
    assert any(line.endswith("and 440 more") for line in lines)
    assert max(map(len, lines)) <= 100


def test_a_shared_text_is_said_once() -> None:
    shared = finding(_DB, place(_SOURCE, "5432:5432"), "it is shared", shared_by=(_CACHE, _QUEUE))
    text = _text(report([shared]))
    assert text.count("it is shared") == 1
    assert "3 services each hold" in text


def test_one_text_that_several_files_have_names_them_all() -> None:
    sources = [Source(f"p{number}/compose.yaml", "services:\n  web: {}\n") for number in range(17)]
    sharers = tuple(service(source, "web") for source in sources)
    related = tuple(Related("base.yaml is included here", one.anchor) for one in sharers)
    lines = _lines(finding(_DB, place(_SOURCE, "5432:5432"), shared_by=sharers, related=related))
    text = " ".join(" ".join(lines).split())
    assert "18 services each hold the Docker default set (14): db (line 8), web (p0/compose.yaml:2), web (p1" in text
    assert "see p0/compose.yaml:2:3, p1/compose.yaml:2:3," in text
    assert text.count("base.yaml is included here") == 1
    assert max(map(len, lines)) <= 100


def test_sharers_of_several_kinds_are_named_with_them() -> None:
    other = _DB._replace(kind=Kind.DEVCONTAINER, source=Source("devcontainer.json", '"db"'), span=Span(0, 4))
    shared = finding(_DB, place(_SOURCE, "5432:5432"), shared_by=(other,))
    (line,) = [line for line in _lines(shared) if "each hold" in line]
    assert line.startswith("  2 containers each hold the Docker default set (14): service db (line 8), devcontainer db")


def test_run_commands_are_folded_too() -> None:
    source = Source("x.sh", "docker run a\ndocker run b\n")
    commands = [Container(Kind.RUN, name, source, Span(at, at + 10)) for name, at in (("a", 0), ("b", 13))]
    lines = _lines(*map(finding, commands))
    assert lines[0] == "x.sh:1:1: medium: it is so [some-rule]"
    assert lines[3] == "  2 run commands each hold the Docker default set (14): a (line 1), b (2)"
    assert lines[-1] == "1 finding (1 medium) in 1 file, 2 containers"


def test_a_stage_holds_nothing_to_speak_of() -> None:
    source = Source("Dockerfile", "FROM x AS build\n")
    stage = _STAGE._replace(base=Located("x", source, Span(5, 6)))
    lines = _lines(finding(Container(Kind.STAGE, "build", source, Span(10, 15), stage=stage)))
    assert lines[3] == "  in build stage build (FROM x)"
    assert lines[-1] == "1 finding (1 medium) in 1 file, 1 build stage"


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
    assert lines[2].count("^") == 1


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
        (report(files=0), "Nothing to check: no container in 0 files"),
        (report(containers=[_DB], files=1), "No findings in 1 container of 1 file"),
        (
            report(containers=[_DB, _VPN], files=2, failures=[Failure("x", "y"), Failure("x", "z")]),
            "Nothing found in what dropcap could see of 2 containers of 2 files; 2 errors",
        ),
        (
            report(containers=[_DB], failures=[Failure("x", "y", Level.NOTE)]),
            "No findings in 1 container of 1 file",
        ),
        (
            report(containers=[_DB, Container(Kind.STAGE, "0", _SOURCE, Span(0, 1))], files=2),
            "No findings in 1 container and 1 build stage of 2 files",
        ),
        (
            report([finding(_DB)], files=3, containers=[_DB, _VPN]),
            "1 finding (1 medium) in 1 of 3 files, 2 containers",
        ),
        (
            report(
                [finding(_DB, severity=severity, rule=f"r{n}") for n, severity in enumerate((*Severity, Severity.HIGH))]
            ),
            "5 findings (1 critical, 2 high, 1 medium, 1 low) in 1 file, 1 container",
        ),
    ],
)
def test_a_line_sums_up(one: Report, last: str) -> None:
    assert next(line for line in _text(one).splitlines() if line and line[0] not in "d ") == last


def test_the_last_line_says_when_nothing_reaches_the_threshold() -> None:
    text = _text(report([finding(_DB)]), threshold=Severity.HIGH)
    assert text.endswith("1 container; none is high or worse\n")
    assert "none" not in _text(report([finding(_DB)]), threshold=Severity.MEDIUM)


def test_what_nobody_could_see_is_never_called_clean() -> None:
    hidden = _DB._replace(unknowns=(_CAPS, _ARGS._replace(text="$IMAGE", fields=("image",))))
    text = _text(report(containers=[hidden, _CACHE._replace(unknowns=(_CAPS,)), _QUEUE], files=2))
    assert (
        text
        == """\
Nothing found in what dropcap could see of 3 containers of 2 files
2 containers are only partly known:
  ${CAPS} at deploy/compose.yaml:1:1, because it is set elsewhere, in 2 containers
"""
    )
    # What starts in it leaves what it may do as it is.
    other = _DB._replace(unknowns=(_ARGS._replace(fields=("command", "image")),))
    assert _text(report(containers=[other])) == "No findings in 1 container of 1 file\n"
    assert _text(report([finding(hidden)])).splitlines()[-2] == "1 container is only partly known:"


def test_many_reasons_are_cut_to_a_few_and_hide_secrets() -> None:
    unknowns = tuple(_ARGS._replace(text=f"${{X{number}:-TOKEN=hunter2}}") for number in range(8))
    text = _text(report(containers=[_DB._replace(unknowns=unknowns)]))
    assert text.endswith("  and 3 more reasons\n")
    assert "hunter2" not in text


def test_what_to_do_first_is_the_gravest_that_most_have() -> None:
    high = [finding(_DB, place(_SOURCE, word), rule=word, severity=Severity.HIGH) for word in ("vpn", "web")]
    wide = finding(_DB, place(_SOURCE, "ports"), rule="shared", severity=Severity.HIGH, shared_by=(_CACHE, _QUEUE))
    lines = _lines(*high, wide, finding(_DB, severity=Severity.LOW))
    assert lines[-1] == "Do first: deploy/compose.yaml:9:5, high, in service db and 2 more [shared]"
    # What makes the run fail counts before what does not.
    low = [finding(one, rule="low", severity=Severity.LOW) for one in (_DB, _CACHE, _QUEUE)]
    twice = [finding(one, message="b", rule="twice") for one in (_DB, _CACHE)]
    text = _text(report([*high[:1], *low, *twice]), threshold=Severity.MEDIUM)
    assert "\nThen: twice, which 2 containers have," in text
    # Of one finding there is nothing to choose.
    assert _lines(wide)[-1].startswith("1 finding ")


def test_what_one_container_has_twice_is_one_container_and_stages_are_no_containers() -> None:
    twice = [finding(_DB, place(_SOURCE, word), rule="twice") for word in ("vpn", "web", "db")]
    both = [finding(one, rule="both", related=(Related("see", one.anchor),)) for one in (_DB, _CACHE)]
    assert "\nThen: both, which 2 containers have," in _text(report([*twice, *both]))
    source = Source("Dockerfile", "FROM x\nFROM y\n")
    stages = [Container(Kind.STAGE, str(at), source, Span(at * 7, at * 7 + 4)) for at in (0, 1)]
    built = [finding(one, rule="both", related=(Related("see", one.anchor),)) for one in stages]
    assert "\nThen: both, which 2 build stages have," in _text(report([*twice, *built]))


def test_statistics_count_by_rule() -> None:
    findings = [finding(_VPN, place(_SOURCE, "true"), rule="privileged"), *map(finding, (_DB, _CACHE, _QUEUE))]
    assert "rule" not in _text(report(findings)).replace("[some-rule]", "").replace("some-rule, which", "")
    lines = _text(report(findings), statistics=True).splitlines()
    assert lines[lines.index("findings  containers  rule") :][:4] == [
        "findings  containers  rule",
        "       1           3  some-rule",
        "       1           1  privileged",
        "",
    ]


@pytest.mark.parametrize("width", [30, 47, 80, 100])
def test_no_line_is_wider_than_asked_but_for_a_long_word(width: int) -> None:
    text = 'services:\n  web:\n    image: "数据数据 \t\x1b' + "x y" * 90 + '"\n  db: {}\n  cache: {}\n'
    source = Source("a/compose.yaml", text)
    web, db, cache = (service(source, name) for name in ("web", "db", "cache"))
    related = (Related("数据 " * 60, web.anchor), Related("it is set here " * 9, db.anchor))
    said = [
        finding(web, place(source, "image"), "it 数据数 is so, " * 20, related=related),
        finding(web, place(source, 'y"'), shared_by=(db, cache)),
        finding(db),
        finding(cache),
    ]
    hidden = db._replace(unknowns=(_CAPS._replace(reason="nobody knows " * 20),))
    one = report(said, containers=[web, hidden, cache])
    lines = _text(one, width=width, statistics=True).splitlines()
    assert max(map(columns, lines)) <= width
    assert max(map(columns, lines)) > width - 12
    whole = _text(one, width=0)
    assert " ".join(" ".join(lines).split()).count("is so,") == " ".join(whole.split()).count("is so,")


def test_a_word_that_is_wider_than_a_line_has_one_to_itself() -> None:
    long = "w" * 200
    assert f"    {long}" in _lines(finding(_DB, message=f"see {long} there"))
    failures = [Failure("gone.yaml", f"see {long} there")]
    assert "".join(failure_lines(report(failures=failures), Context(width=50))).splitlines() == [
        "gone.yaml: error: see",
        f"    {long}",
        "    there",
    ]


def test_failures_have_a_line_each() -> None:
    failures = [
        Failure("gone.yaml", "cannot be read"),
        Failure("deploy/compose.yaml", "a word", Level.NOTE, _SOURCE, _DB.span),
    ]
    assert list(failure_lines(report(failures=failures), Context(width=0))) == [
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
    assert all("".join(writer(name)(report(), Context())) or name in {"github", "line"} for name in FORMATS)
    with pytest.raises(ValueError, match="there is no format 'xml': write one of checkstyle, github, gitlab, html, "):
        writer("xml")


@pytest.mark.parametrize(
    "text", ["", " ", "a", "a b", "aa  bb cc ", "  aaaa bb", "a aaaaaaaaaa b", "é aa bb", "aaaaaaaaaaaa"]
)
def test_a_text_is_broken_where_its_words_are(text: str) -> None:
    for width in range(14):
        for indent, later in (("", ""), ("  ", "    "), ("", "    ")):
            expected = [*lines_of(words_of(text), width, indent, later)]
            assert [*text_lines(text, width, indent, later)] == expected
