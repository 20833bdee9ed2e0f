"""A listener hears every command of a script: its words and where they are written, its user, its guards."""

# ruff: noqa: E501  # a line of a list is a command

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropcap.lang.shell.call import Answer, Executed, User
from dropcap.lang.shell.launchers import LAUNCHERS, launch
from dropcap.lang.shell.program import Setting, follow_command, follow_script
from dropcap.lang.words import Word
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.lang.shell.call import Call

ENTRYPOINT = Source("entrypoint.sh", (Path(__file__).parent / "data/scripts/database-entrypoint.sh").read_text("utf-8"))
COMPOSE = Source(
    "compose.yaml",
    'services:\n  db:\n    command: ["-c", "log=1"]\n    environment:\n      DATABASE_USER: app\n      JOURNAL: /journal\n',
)
DOCKERFILE = Source(
    "Dockerfile", 'FROM debian\nENV DATA=/var/lib/database\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["server"]\n'
)


class Hearing:
    def __init__(self, answers: Mapping[str, Answer] | None = None, files: Mapping[str, Source] | None = None) -> None:
        self.calls: list[Call] = []
        self.answers = answers or {}
        self.files = files or {}

    def hear(self, call: Call) -> None:
        self.calls.append(call)

    def answer(self, call: Call) -> Answer | None:
        return self.answers.get(" ".join(word.value for word in call.words))

    def read(self, call: Call) -> Source | None:
        return self.files.get(call.words[1].value)

    def executed(self, call: Call) -> Executed | None:
        source = self.files.get(call.words[0].value)
        return None if source is None else Executed(source, call.words[0], 1)

    def paths(self, pattern: str) -> Sequence[str] | None:
        del pattern
        return None


def at(source: Source, text: str) -> Word:
    start = source.text.index(text)
    return Word(text, source, Span(start, start + len(text)))


SETTING = Setting(
    variables={
        "DATA": at(DOCKERFILE, "/var/lib/database"),
        "DATABASE_USER": at(COMPOSE, "app"),
        "JOURNAL": at(COMPOSE, "/journal"),
    },
    arguments=[at(COMPOSE, "-c"), at(COMPOSE, "log=1")],
    name=at(DOCKERFILE, "/entrypoint.sh"),
    is_closed=True,
)


def shown(call: Call) -> str:
    """Show a call in one line: user, launchers, words with their places, guards."""
    words = []
    for word in call.words:
        region = word.source.region(word.span)
        place = f"{region.line}:{region.column}"
        text = f"<{word.value}>" if word.unknown is not None else word.value
        words.append(f"{text}@{place if region.path == 'entrypoint.sh' else f'{region.path}:{place}'}")
    guards = []
    for guard in call.guards:
        line = guard.source.region(guard.span).line
        guards.append(f"{'' if guard.taken else 'not '}{line}/{guard.arm}")
    marks = "".join(
        mark
        for mark, is_so in (("builtin ", call.is_builtin), ("exec ", call.is_exec), ("repeated ", call.is_repeated))
        if is_so
    )
    via = "".join(f"{one}>" for one in call.launchers)
    return f"{call.user.name} {marks}{via}{' '.join(words)}{' if ' + ', '.join(guards) if guards else ''}"


FOLDERS = """\
{0} id@26:22 -u@26:25
{0} mkdir@27:2 -p@27:8 /var/lib/database@Dockerfile:2:10
{0} chmod@28:2 00700@28:8 /var/lib/database@Dockerfile:2:10
{0} mkdir@29:2 -p@29:8 /run/database@29:11
{0} mkdir@31:3 -p@31:9 /journal@compose.yaml:6:16
"""
AS_ROOT = """\
{0} find@33:4 /journal@compose.yaml:6:16 !@33:20 -user@33:23 database@33:29 -exec@33:38 chown@33:44 database@33:50 {{}}@33:59 +@33:64{1}
{0} find>chown@33:44 database@33:50 <{{}}>@33:60{1}
"""
JOURNAL = "{0} chmod@35:3 700@35:9 /journal@compose.yaml:6:16\n"
DATA = """\
{0} find@38:3 /var/lib/database@Dockerfile:2:10 !@38:16 -user@38:19 database@38:25 -exec@38:34 chown@38:40 database@38:46 {{}}@38:55 +@38:60{1}
{0} find>chown@38:40 database@38:46 <{{}}>@38:56{1}
"""
AGAIN = """\
{0} id@71:11 -u@71:14
{0} exec>gosu@72:9 database@72:14 /entrypoint.sh@Dockerfile:3:14 server@65:10 -c@compose.yaml:3:16 log=1@compose.yaml:3:22{1}
database exec exec>gosu>/entrypoint.sh@Dockerfile:3:14 server@65:10 -c@compose.yaml:3:16 log=1@compose.yaml:3:22{1}
"""
AS_OTHER = """\
{0} builtin echo@75:4 the data is there@75:9 if {1}74/0
{0} builtin printf@77:64 %s\\n@77:71 @77:78 if {1}74/1
{0} makedb@77:4 --user@77:11 app@compose.yaml:5:22 -D@77:35 /var/lib/database@Dockerfile:2:10 \
<--password-file=<(printf '%s\\n' "$DATABASE_PASSWORD")>@77:46 if {1}74/1
{0} repeated <$file>@56:34 if {1}74/1, 54/0, 55/0, 56/0
{0} builtin repeated .@56:48 <$file>@56:50 if {1}74/1, 54/0, 55/0, 56/1
{0} repeated client@57:11 -f@57:18 <$file>@57:21 if {1}74/1, 54/0, 55/1
{0} builtin repeated echo@58:7 <passing over $file>@58:12 if {1}74/1, 54/0, 55/2
{0} server-control@79:4 -D@79:19 /var/lib/database@Dockerfile:2:10 -o@79:30 server -c log=1@79:33 -w@79:38 start@79:41 if {1}74/1
{0} client@80:4 -c@80:11 CREATE DATABASE app@80:14 if {1}74/1
{0} server-control@83:4 -D@83:19 /var/lib/database@Dockerfile:2:10 -m@83:30 fast@83:33 -w@83:38 stop@83:41 if {1}74/1
"""
LAST = "{0} exec exec>server@65:10 -c@compose.yaml:3:16 log=1@compose.yaml:3:22{1}\n"


@pytest.mark.parametrize(
    ("user", "number", "expected"),
    [
        ("0", "0", (FOLDERS + AS_ROOT + JOURNAL + DATA + AGAIN).format("0", "")),
        (
            "database",
            "999",
            (FOLDERS + JOURNAL).format("database")
            + AGAIN.splitlines(keepends=True)[0].format("database")
            + AS_OTHER.format("database", "")
            + LAST.format("database", ""),
        ),
        (
            "1000",
            None,
            FOLDERS.format("1000")
            + AS_ROOT.format("1000", " if 32/0")
            + JOURNAL.format("1000")
            + DATA.format("1000", " if 37/0")
            + AGAIN.format("1000", " if 71/0")
            + AS_OTHER.format("1000", "not 71/0, ")
            + LAST.format("1000", " if not 71/0"),
        ),
    ],
    ids=["root", "not root", "nobody knows"],
)
def test_an_entrypoint_is_heard_on_both_paths(user: str, number: str | None, expected: str) -> None:
    hearing = Hearing({} if number is None else {"id -u": Answer(number + "\n", holds=True)})
    assert follow_script(ENTRYPOINT, hearing, SETTING._replace(user=User(user)))
    assert [shown(call) for call in hearing.calls] == expected.splitlines()


def heard(text: str, hearing: Hearing | None = None, **setting: object) -> list[str]:
    hearing = hearing or Hearing()
    start = Setting(user=User("0"), is_closed=True)._replace(**setting)  # type: ignore[arg-type]  # fields of it
    assert follow_script(Source("entrypoint.sh", text), hearing, start)
    return [f"{call.user.name} {' '.join(word.value for word in call.words)}" for call in hearing.calls]


@pytest.mark.parametrize(
    ("line", "user"),
    [
        ("sudo prog", "root"),
        ("sudo -u app prog", "app"),
        ("sudo -uapp -E prog", "app"),
        ("sudo --user=app A=b prog", "app"),
        ("gosu app:staff prog", "app:staff"),
        ("su-exec app prog", "app"),
        ("s6-setuidgid app prog", "app"),
        ("setpriv --reuid=app --init-groups prog", "app"),
        ("setpriv --reuid 77 --clear-groups prog", "77"),
        ("chpst -u app -e /env prog", "app"),
        ("doas prog", "root"),
        ("doas -u app prog", "app"),
        ("runuser -u app -- prog", "app"),
        ("runuser app -c prog", "app"),
        ("su app -s /bin/sh -c prog", "app"),
        ("su -c prog", "root"),
        ("su - app -c 'exec prog'", "app"),
        ("start-stop-daemon --start --chuid app --exec prog --", "app"),
        ("start-stop-daemon -S -c app -x prog", "app"),
        ("env -u X A=b nice -n 5 nohup timeout -k 1 2 prog", "0"),
        ("tini -g -- dumb-init gosu app prog", "app"),
        ("gosu app sudo prog", "root"),
        ("systemd-run --uid=app --unit name -p A=b prog", "app"),
        ("screen -dmS name prog", "0"),
        ("bash -c 'gosu app prog'", "app"),
        ('gosu "$(stat -c %u /data)" prog', "None"),
    ],
)
def test_a_launcher_says_whom_a_command_runs_as(line: str, user: str) -> None:
    found = heard(line)
    assert found[-1] == f"{user} prog"
    assert [one for one in heard(line + "\nafter") if one.endswith("after")] == ["0 after"]


def test_a_launcher_that_starts_nothing_is_a_command_of_its_own() -> None:
    assert heard("sudo -l; start-stop-daemon --stop --exec prog") == [
        "0 sudo -l",
        "0 start-stop-daemon --stop --exec prog",
    ]


def test_the_table_of_launchers_is_well_formed() -> None:
    for name, launcher in LAUNCHERS.items():
        word = Word(name, ENTRYPOINT, Span(0, 1))
        found = launch([word])
        assert found is not None
        assert found.launcher is launcher
        for option in (*launcher.user, *launcher.program):
            if isinstance(option, str):
                assert option in (launcher.letters if len(option) == 1 else launcher.names), (name, option)


def test_a_script_that_is_read_is_a_part_of_this_one() -> None:
    library = Source("library.sh", 'value=set\nhelp() { inside "$1"; }\nread-here\nreturn\nnever\n')
    hearing = Hearing(files={"/lib.sh": library})
    assert heard('. /lib.sh\nhelp "$value"\nsource /none.sh\nafter\n', hearing) == [
        *("0 . /lib.sh", "0 read-here", "0 inside set", "0 source /none.sh", "0 after")
    ]
    word = hearing.calls[2].words[1]
    assert word.source.region(word.span)[:3] == ("library.sh", 1, 7)
    assert hearing.calls[1].source.region(hearing.calls[1].span)[:3] == ("library.sh", 3, 1)


def test_scripts_that_read_one_another_without_end_are_not_followed_to_the_end() -> None:
    hearing = Hearing(files={"/a.sh": Source("a.sh", ". /a.sh\n")})
    assert not follow_script(Source("b.sh", ". /a.sh\nafter\n"), hearing, Setting())
    assert hearing.calls[-1].words[0].value == "after"


def test_a_command_that_no_shell_reads_is_heard_as_it_stands() -> None:
    hearing = Hearing()
    words = [Word(text, DOCKERFILE, Span(0, 4)) for text in ("tini", "--", "gosu", "app", "sh", "-c", 'prog "$A" *')]
    assert follow_command(words, hearing, Setting(User("0"), {"A": at(COMPOSE, "app")}))
    assert [(call.user.name, [word.value for word in call.words]) for call in hearing.calls[2:]] == [
        ("app", ["sh", "-c", 'prog "$A" *']),
        ("app", ["prog", "app", "*"]),
    ]
    assert hearing.calls[-1].words[-1].unknown == "*"
    assert hearing.calls[-1].launchers == ("tini", "gosu", "sh")


def test_a_substituted_command_is_heard_and_its_answer_used() -> None:
    hearing = Hearing({"stat -c %U /data": Answer("owner\n", holds=True)})
    assert heard('user=$(stat -c %U /data)\ngosu "$user" prog', hearing)[-1] == "owner prog"


def test_who_does_not_answer_gets_a_guard_for_each_arm() -> None:
    hearing = Hearing()
    assert heard("command -v prog || install prog\n[ -d /x ] && a\n[ -w /y ] || exit\nlast", hearing)[-1] == "0 last"
    assert [len(call.guards) for call in hearing.calls] == [0, 1, 1, 1]
    assert [guard.taken for call in hearing.calls for guard in call.guards] == [True, True, False]
    hearing = Hearing({"[ -d /x ]": Answer(holds=True), "[ -w /y ]": Answer(holds=False)})
    assert heard("[ -d /x ] && a\n[ -w /y ] || exit\nlast", hearing) == ["0 a"]


def test_a_pattern_of_paths_that_is_written_in_parts_has_the_place_where_it_is_used() -> None:
    hearing = Hearing()
    heard('folder=/logs\nrm "$folder"/*.log', hearing)
    word = hearing.calls[-1].words[1]
    assert word.source.region(word.span)[:3] == ("entrypoint.sh", 2, 4)


def test_the_script_that_a_command_executes_is_followed_in_a_shell_of_its_own() -> None:
    script = Source("own.sh", 'set -- kept\necho "$A$B$C-$1-$0"\nC=lost\nexit 1\n')
    hearing = Hearing(files={"/own.sh": script})
    text = "export A=a\nC=c\nf() { echo outer; }\nB=b /own.sh given\necho $C\nf\n"
    assert heard(text, hearing) == ["0 /own.sh given", "0 echo ab-kept-/own.sh", "0 echo c", "0 echo outer"]


def test_a_script_that_executes_itself_is_followed_as_each_user() -> None:
    text = 'if [ "$(id -u)" = 0 ]; then exec gosu app "$0" "$@"; fi\nexec "$@"\n'
    hearing = Hearing()
    hearing.files = {"/entry.sh": Source("entry.sh", text)}
    hearing.answer = lambda call: (  # type: ignore[method-assign]  # it knows one command
        Answer({"0": "0\n"}.get(call.user.name or "", "7\n"), holds=True) if call.words[0].value == "id" else None
    )
    setting = {"name": Word("/entry.sh", DOCKERFILE, Span(0, 0)), "arguments": [Word("prog", DOCKERFILE, Span(0, 0))]}
    assert [one for one in heard(text, hearing, **setting) if "id" not in one] == [
        "0 gosu app /entry.sh prog",
        "app /entry.sh prog",
        "app prog",
    ]


def test_a_script_that_executes_itself_for_ever_ends() -> None:
    text = 'maybe && "$0"\nend\n'
    hearing = Hearing(files={"/entry.sh": Source("entry.sh", text)})
    found = heard(text, hearing, name=Word("/entry.sh", DOCKERFILE, Span(0, 0)))
    assert found.count("0 end") == 3


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("prog > /a 2>> $B", [(">", "/a"), (">>", "/b")]),
        ("prog >| /a < /in", [(">|", "/a"), ("<", "/in")]),
        ("prog &> /a", [("&>", "/a")]),
        (": > /a", [(">", "/a")]),
        ("> /a", [(">", "/a")]),
        ("{ prog; } > /a", [(">", "/a")]),
        ("for i in 1; do prog; done > /a", [(">", "/a")]),
        ("( prog > /b ) > /a", [(">", "/a"), (">", "/b")]),
        ("prog <<< text", []),
        ("prog 2>&1 3<&- 4>&3-", []),
        ("prog >& /a", [(">&", "/a")]),
        ("prog {fd}> /a", [(">", "/a")]),
    ],
)
def test_the_files_that_the_shell_opens_for_a_command(line: str, expected: list[tuple[str, str]]) -> None:
    hearing = Hearing()
    heard(f"B=/b\n{line}\nafter\n", hearing)
    assert [(one.operator, one.target.value) for one in hearing.calls[0].redirections] == expected
    assert not hearing.calls[-1].redirections
