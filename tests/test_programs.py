from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from dropcap.images.effects import EffectKind
from dropcap.images.facts import ABSENT, Absent, Account, File, FileKind, Group, ImageConfig, UnknownFact
from dropcap.lang.words import Word
from dropcap.needs.credentials import ROOT, Credentials
from dropcap.needs.demands import Situation, judge
from dropcap.needs.model import Certainty, DemandKind
from dropcap.needs.program_table import load, programs
from dropcap.needs.programs import ProgramAnswer, ProgramContext, demands, find
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.model import Located

UNSEEN = UnknownFact("nobody has looked into the image")


class Facts:
    """An image of a few files; what is not among them is not there, or not known."""

    def __init__(self, files: Mapping[str, File] = {}, *, is_seen: bool = True, accounts: Sequence[str] = ()) -> None:
        self.files = files
        self.is_seen = is_seen
        self.accounts = accounts
        self.config = ImageConfig()

    def look(self, path: str) -> File | Absent | UnknownFact:
        if path in self.files:
            return self.files[path]
        if any(one.startswith(path.rstrip("/") + "/") for one in self.files):
            return File(FileKind.FOLDER, "0", "0", 0o755)
        return ABSENT if self.is_seen else UNSEEN

    def below(self, path: str) -> Sequence[tuple[str, File]]:
        return [(one, file) for one, file in sorted(self.files.items()) if one.startswith(path.rstrip("/") + "/")]

    def hidden_below(self, _: str) -> UnknownFact | None:
        return None if self.is_seen else UNSEEN

    def account(self, user: str) -> Account | Absent | UnknownFact:
        return Account(user, None, user) if user in self.accounts else ABSENT if self.is_seen else UNSEEN

    def group(self, _: str) -> Group | Absent | UnknownFact:
        return ABSENT if self.is_seen else UNSEEN


def words_of(command: str, *, unknown: Sequence[str] = ()) -> tuple[Word, ...]:
    """Make words of a command; what is in `unknown` is not known where it stands in one."""
    source = Source("start.sh", command)
    found, at = [], 0
    for value in shlex.split(command):
        start = max(command.find(value, at), at)
        at = start + len(value)
        part = next((one for one in unknown if one in value), None)
        splits = part is not None and part in {"$@", "$OPTIONS"}
        found.append(Word(value, source, Span(start, at), part, splits))
    return tuple(found)


def text_file(text: str, *, path: str = "etc/x.conf") -> File:
    return File(FileKind.FILE, "0", "0", 0o644, text=Source(path, text))


def call(
    command: str,
    files: Mapping[str, File] = {},
    *,
    who: Credentials = ROOT,
    environment: Mapping[str, Located[str] | None] = {},
    unknown: Sequence[str] = (),
    facts: Facts | None = None,
) -> ProgramAnswer:
    context = ProgramContext(facts or Facts(files), who, environment)
    found = demands(words_of(command, unknown=unknown), context)
    assert found is not None, f"{command}: not in the table"
    return found


def capabilities(answer: ProgramAnswer, facts: Facts | None = None, port: int = 1024) -> set[str]:
    """Name what the demands leave as required or possible."""
    situation = Situation(facts or Facts(), ROOT, port, "the test says so")
    return {
        verdict.capability
        for one in answer.asked
        for verdict in judge(one.demand, situation)
        if verdict.certainty is not Certainty.DEGRADES
    }


EXAMPLES = [
    (program.name, example.command, example.capabilities)
    for name, program in programs().items()
    if name == program.name
    for example in program.examples
]


@pytest.mark.parametrize(("name", "command", "expected"), EXAMPLES, ids=[command for _, command, _ in EXAMPLES])
def test_an_example_of_the_table_asks_for_what_it_says(name: str, command: str, expected: frozenset[str]) -> None:
    answer = call(command)
    assert answer.program.name == name
    assert capabilities(answer) == expected


def test_a_program_that_nobody_knows_stays_unknown() -> None:
    assert find("frobnicate") is None
    assert demands(words_of("frobnicate --all"), ProgramContext(Facts(), ROOT)) is None
    assert demands(words_of("$PROGRAM x", unknown=["$PROGRAM"]), ProgramContext(Facts(), ROOT)) is None


def test_a_program_is_found_by_its_path_and_with_a_version() -> None:
    for name in ("/usr/local/bin/gosu", "gosu"):
        program = find(name)
        assert program is not None
        assert program.name == "gosu"
    python = find("/usr/bin/python3.11")
    assert python is not None
    assert python.role == "interpreter"


def test_the_user_that_a_word_names_has_its_place() -> None:
    answer = call("gosu app server")
    (asked,) = answer.asked
    assert (asked.demand.kind, asked.demand.user) == (DemandKind.BECOME, "app")
    assert [one.where.value for one in asked.evidence if one.where] == ["app"]


def test_a_word_that_is_not_known_makes_the_user_unknown_and_not_the_demand() -> None:
    (asked,) = call("gosu $APP server", unknown=["$APP"]).asked
    assert asked.demand.user is None
    assert asked.unknown is not None
    assert asked.demand.certainty is Certainty.REQUIRED


def test_options_that_are_not_known_leave_what_they_may_ask_for_possible() -> None:
    answer = call("setpriv $OPTIONS id", unknown=["$OPTIONS"])
    assert {one.demand.certainty for one in answer.asked} <= {Certainty.POSSIBLE, Certainty.DEGRADES}
    assert {"SETUID", "SETGID"} <= {name for one in answer.unknown for name in one.capabilities}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[x]\nwhat = 1\n", "nobody knows what"),
        ('[x]\nalso = ["x"]\n', "twice"),
        ('[lists]\nharmless = ["x"]\n[x]\n', "twice"),
        ('[x]\nasks = [{ caps = "SYS_MAGIC", why = "y", source = "z" }]\n', "no capabilities"),
        ('[x]\nasks = [{ caps = "KILL", why = "y" }]\n', "source"),
        ('[x]\nasks = [{ does = "bind", source = "z" }]\n', "asks for `port`"),
        ('[x]\nasks = [{ does = "bind", port = "cfg:x", source = "z" }]\n', "no source of a value"),
        ('[x]\nasks = [{ caps = "KILL", why = "y", source = "z", when = "sometimes" }]\n', "no condition"),
        ('[x]\nasks = [{ caps = "KILL", why = "y", source = "z", certainty = "degrades" }]\n', "loss"),
        ('[x]\nasks = [{ caps = "KILL", why = "y", source = "z", certainty = "possible" }]\n', "`if`"),
        ('[x]\nis = "thing"\n', "none of"),
    ],
)
def test_a_table_with_something_that_nobody_knows_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load(text)


def test_what_makes_no_effect_makes_none() -> None:
    answer = call("gosu app true")
    assert not [one for one in answer.effects if one.kind is EffectKind.GIVE]
