"""What the phases of a container need is one answer: merged, in order, with the smallest set."""

from __future__ import annotations

import pytest

from dropcap.model import Located
from dropcap.needs.answer import put_together
from dropcap.needs.model import Certainty, DemandKind, Evidence, Need, Phase, UnknownNeed
from dropcap.needs.startup import Found
from dropcap.source import Source, Span

SOURCE = Source("entry.sh", "chown app /data\nexec gosu app server\n")
CHOWN = Evidence("gives /data to app", Located("chown", SOURCE, Span(0, 5)))
GOSU = Evidence("runs a command as app", Located("gosu", SOURCE, Span(21, 25)))
REQUIRED, POSSIBLE, DEGRADES = Certainty.REQUIRED, Certainty.POSSIBLE, Certainty.DEGRADES


def need(
    name: str,
    certainty: Certainty = REQUIRED,
    phase: Phase = Phase.FIRST_START,
    *instead: str,
    evidence: Evidence = CHOWN,
) -> Need:
    return Need(name, certainty, phase, "", (evidence,), instead=instead)


def found(*needs: Need, unknown: tuple[UnknownNeed, ...] = (), today: tuple[Evidence, ...] = ()) -> Found:
    return Found(needs, unknown, today)


def test_needs_are_in_the_kernels_order_the_surest_first() -> None:
    answer = put_together([found(need("SETUID"), need("CHOWN", POSSIBLE), need("CHOWN"))])
    assert [(one.capability, one.certainty) for one in answer.needs] == [
        ("CHOWN", REQUIRED),
        ("CHOWN", POSSIBLE),
        ("SETUID", REQUIRED),
    ]


def test_what_says_the_same_is_said_once_with_all_its_places() -> None:
    answer = put_together([found(need("CHOWN"), need("CHOWN", evidence=GOSU), need("CHOWN"))])
    assert [one.evidence for one in answer.needs] == [(CHOWN, GOSU)]


def test_each_phase_counts() -> None:
    answer = put_together([found(need("CHOWN")), found(need("DAC_OVERRIDE", phase=Phase.RESTART))])
    assert [one.phase for one in answer.needs] == [Phase.FIRST_START, Phase.RESTART]
    assert answer.cap_add == ("CHOWN", "DAC_OVERRIDE")


def test_what_only_degrades_is_offered_and_not_added() -> None:
    assert put_together([found(need("KILL", DEGRADES), need("SETGID", POSSIBLE))]).cap_add == ("SETGID",)


def test_of_those_that_do_as_well_one_is_added() -> None:
    read = need("DAC_OVERRIDE", REQUIRED, Phase.RESTART, "DAC_READ_SEARCH")
    assert put_together([found(read)]).cap_add == ("DAC_OVERRIDE",)
    assert put_together([found(read, need("DAC_READ_SEARCH"))]).cap_add == ("DAC_READ_SEARCH",)
    assert put_together([found(need("DAC_OVERRIDE"), read)]).cap_add == ("DAC_OVERRIDE",)


def test_it_is_complete_only_where_nothing_is_unknown() -> None:
    unknown = UnknownNeed("the image is not known")
    assert put_together([found()]).is_complete
    assert not put_together([found(unknown=(unknown,))]).is_complete
    assert put_together([found(unknown=(unknown,))], [unknown]).unknown == (unknown,)


@pytest.mark.parametrize(
    ("known", "is_complete"),
    [
        (need("CHOWN"), True),
        (need("CHOWN", REQUIRED, Phase.RESTART), True),
        (need("CHOWN", POSSIBLE), False),
        (need("CHOWN", DEGRADES), False),
        (need("CHOWN", REQUIRED, Phase.STOP), False),
        (need("CHOWN", REQUIRED, Phase.HEALTH_CHECK), False),
        (need("CHOWN", REQUIRED, Phase.FIRST_START, "DAC_OVERRIDE"), False),
        (need("SETUID"), False),
    ],
)
def test_what_can_add_only_what_it_fails_without_anyhow_adds_nothing(known: Need, *, is_complete: bool) -> None:
    hidden = UnknownNeed("its owner is not known", capabilities=("CHOWN",))
    assert put_together([found(known, unknown=(hidden,))]).is_complete is is_complete
    anything = UnknownNeed("nobody has described it")
    assert not put_together([found(known, unknown=(anything,))]).is_complete
    more = UnknownNeed("dropcap does not know what it does to files", capabilities=("CHOWN", "FOWNER"))
    assert not put_together([found(known, unknown=(more,))]).is_complete


def test_a_user_from_the_start_saves_all_that_is_suggested() -> None:
    switch = found(need("SETUID"), need("SETGID"))
    answer = put_together([switch], user="app")
    assert answer.user == "app"
    assert [one.saves for one in answer.smaller] == [("SETGID", "SETUID")]
    assert put_together([found(*switch.needs, unknown=(UnknownNeed("x"),))], user="app").smaller == ()
    assert put_together([found()], user="app").user is None


@pytest.mark.parametrize(
    ("capability", "kind", "phase", "is_said"),
    [
        ("NET_BIND_SERVICE", DemandKind.BIND, Phase.RESTART, True),
        ("NET_RAW", DemandKind.EXECUTE, Phase.RESTART, True),
        ("CHOWN", DemandKind.GIVE, Phase.FIRST_START, True),
        ("CHOWN", DemandKind.GIVE, Phase.RESTART, False),  # the build has been done by then
        ("FOWNER", DemandKind.ALTER, Phase.FIRST_START, True),
        ("SYS_CHROOT", DemandKind.KERNEL, Phase.FIRST_START, False),
    ],
)
def test_what_can_be_changed_is_said(capability: str, kind: DemandKind, phase: Phase, *, is_said: bool) -> None:
    one = need(capability)._replace(kind=kind, phase=phase)
    assert [each.saves for each in put_together([found(one)]).smaller] == ([(capability,)] if is_said else [])
    mixed = found(one, one._replace(kind=DemandKind.KERNEL))
    assert put_together([mixed]).smaller == ()


def test_what_fails_today_is_told_once() -> None:
    assert put_together([found(today=(CHOWN,)), found(today=(CHOWN,))]).today == (CHOWN,)
