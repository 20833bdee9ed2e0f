"""What versions of engines do differently, as their source has it at their tags.

`test_effective.py` holds what Podman 4.3.1 answered against that version.
"""

from __future__ import annotations

from typing import Any

import pytest

from dropcap.capabilities.effective import capability_sets
from dropcap.capabilities.engines import strategy
from dropcap.capabilities.names import NAMES
from dropcap.check import Setup, check_text
from dropcap.model import Container, Engine, Kind, Located
from dropcap.rule import load_rules
from dropcap.source import Source, Span
from dropcap.writers.summary import summarise

TEXT = Source("x", "")
NEW = ("PERFMON", "BPF", "CHECKPOINT_RESTORE")
OLD = tuple(name for name in NAMES if name not in NEW)
ELEVEN = tuple(name for name in strategy(Engine.PODMAN).default)


def container(engine: Engine, version: str, adds: str = "", drops: str = "", **more: Any) -> Container:  # noqa: ANN401  # fields
    def words(text: str) -> tuple[Located[str], ...]:
        return tuple(Located(word, TEXT, Span(0, 0)) for word in text.split())

    one = Container(Kind.RUN, "x", TEXT, Span(0, 0), engine=engine, engine_version=version)
    labels = tuple(Located(label, TEXT, Span(0, 0)) for label in more.pop("labels", ()))
    return one._replace(cap_add=words(adds), cap_drop=words(drops), labels=labels, **more)


@pytest.mark.parametrize(
    ("engine", "version", "adds", "drops", "expected"),
    [
        # moby oci/caps/utils.go: GetAllCapabilities ends with AUDIT_READ at v20.10.0 and v20.10.27.
        (Engine.DOCKER, "20.10", "ALL", "", OLD),
        (Engine.DOCKER, "20.10.27", "ALL", "CHOWN", OLD[1:]),
        (Engine.DOCKER, "23", "ALL", "", NAMES),
        (Engine.DOCKER, "24.0", "ALL", "", NAMES),
        (Engine.DOCKER, "", "ALL", "", NAMES),
        (Engine.SWARM, "20.10", "ALL", "", OLD),
        (Engine.SWARM, "28", "ALL", "", NAMES),
        # containers/common at v0.33.4 (Podman 3.0), v0.36.0 (3.1), v0.38.5 (3.2): MergeCapabilities.
        (Engine.PODMAN, "3.0", "ALL", "CHOWN", OLD),
        (Engine.PODMAN, "3.1", "ALL", "CHOWN", NAMES),
        (Engine.PODMAN, "3.1.2", "ALL KILL", "ALL", ("KILL",)),
        (Engine.PODMAN, "3.1", "ALL", "ALL", ()),
        (Engine.PODMAN, "3.2", "ALL", "CHOWN", NAMES[1:]),
        (Engine.PODMAN, "3", "ALL", "CHOWN", NAMES[1:]),
        # The shipped containers.conf names these 11 at v3.0.0, v4.3.0; default.go does since v4.4.3.
        (Engine.PODMAN, "3.0", "", "", ELEVEN),
        (Engine.PODMAN, "4.3.1", "", "", ELEVEN),
        # v4.4.0 to v4.4.2 have containers/common 0.51.0, whose default.go lacks SYS_CHROOT.
        (Engine.PODMAN, "4.4.0", "", "", tuple(name for name in ELEVEN if name != "SYS_CHROOT")),
        (Engine.PODMAN, "4.4.2", "", "", tuple(name for name in ELEVEN if name != "SYS_CHROOT")),
        (Engine.PODMAN, "4.4.3", "", "", ELEVEN),
        (Engine.PODMAN, "4.4", "", "", ELEVEN),
        (Engine.PODMAN, "5", "", "", ELEVEN),
    ],
)
def test_a_version_s_set(engine: Engine, version: str, adds: str, drops: str, expected: tuple[str, ...]) -> None:
    sets = capability_sets(container(engine, version, adds, drops))
    assert (sets.bounding, sets.errors) == (expected, ())


@pytest.mark.parametrize(
    ("engine", "version", "adds", "drops", "message"),
    [
        (Engine.DOCKER, "20.10", "PERFMON", "", 'unknown capability: "CAP_PERFMON"'),
        (Engine.DOCKER, "20.10", "", "bpf", 'unknown capability: "CAP_BPF"'),
        (Engine.DOCKER, "23", "PERFMON", "", None),
        (Engine.PODMAN, "3.0", "PERFMON", "", '"CAP_PERFMON": unknown capability'),
        (Engine.PODMAN, "3.1", "PERFMON", "", None),
        (Engine.PODMAN, "3.0", "ALL", "ALL", "knows no capability ALL"),
        (Engine.PODMAN, "3.2", "ALL", "ALL", "adding all caps and removing all caps not allowed"),
        (Engine.PODMAN, "3.0", "CHOWN", "CHOWN", "cannot be dropped and added"),
    ],
)
def test_a_version_refuses(engine: Engine, version: str, adds: str, drops: str, message: str | None) -> None:
    errors = capability_sets(container(engine, version, adds, drops)).errors
    assert [one.message for one in errors if message and message in one.message] == [one.message for one in errors]
    assert bool(errors) is (message is not None)


@pytest.mark.parametrize(("engine", "version", "count"), [(Engine.DOCKER, "20.10", 38), (Engine.PODMAN, "3.0", 38)])
def test_a_privileged_container_has_what_its_version_knows(engine: Engine, version: str, count: int) -> None:
    privileged = Located(value=True, source=TEXT, span=Span(0, 0))
    sets = capability_sets(container(engine, version, privileged=privileged))
    assert len(sets.bounding) == count
    assert summarise(container(engine, version, "ALL")) == f"holds all {count}"


def test_an_empty_label_is_refused_before_4_7() -> None:
    label: dict[str, Any] = {"labels": ("io.containers.capabilities=",)}
    assert capability_sets(container(Engine.PODMAN, "4.7", **label)).bounding == ()
    (error,) = capability_sets(container(Engine.PODMAN, "4.6", **label)).errors
    assert error.message == '"CAP_": unknown capability'


def test_a_version_is_that_of_its_own_engine() -> None:
    one = container(Engine.DOCKER, "20.10", "ALL")
    assert len(capability_sets(one).bounding) == 38
    assert capability_sets(one, Engine.NERDCTL).bounding == NAMES


def test_adding_all_is_told_in_full_where_a_version_knows_fewer() -> None:
    text = "services:\n  web:\n    image: web:1\n    cap_add: [ALL]\n"
    (rule,) = [rule for rule in load_rules() if rule.id == "all-capabilities"]
    setup = Setup(versions={Engine.DOCKER: "20.10"})
    (finding,) = check_text("compose.yaml", "compose", text, [rule], setup).findings
    assert "every capability that Docker has" in finding.problem.message
