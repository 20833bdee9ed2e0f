"""What rules get: a container that computes what follows from it once, when it is first asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap import subject as module
from dropcap.capabilities.effective import capability_sets
from dropcap.capabilities.grades import grade
from dropcap.model import Container, Engine, Kind
from dropcap.source import Source, Span
from dropcap.subject import Subject

if TYPE_CHECKING:
    import pytest

    from dropcap.capabilities.effective import CapabilitySets

CONTAINER = Container(Kind.RUN, "web", Source("run.sh", "web"), Span(0, 3), engine=Engine.PODMAN)


def test_a_subject_is_its_container() -> None:
    subject = Subject.of(CONTAINER)
    assert subject == CONTAINER
    assert subject.anchor == CONTAINER.anchor
    assert subject.sets == capability_sets(CONTAINER)
    assert subject.grades == [(name, grade(CONTAINER, name)) for name in subject.sets.bounding]
    assert (subject.engine_name, subject.is_root, subject.holds_all) == ("Podman", None, False)


def test_what_follows_is_computed_once_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(container: Container) -> CapabilitySets:
        asked.append(container)
        return capability_sets(container)

    monkeypatch.setattr(module, "capability_sets", counted)
    subject = Subject.of(CONTAINER)
    assert not asked
    assert subject.sets is subject.sets
    assert subject.grades is subject.grades
    assert asked == [subject]


def test_which_additions_outlive_a_drop_is_the_engines_affair() -> None:
    kept = {engine for engine in Engine if Subject.of(CONTAINER._replace(engine=engine)).survives_drop("CHOWN")}
    assert kept == {Engine.DOCKER, Engine.SWARM}
