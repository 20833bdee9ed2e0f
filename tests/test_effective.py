"""The engines' own test vectors, and what a real Podman said: each is run, or it is said why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.capabilities import engines
from dropcap.capabilities.effective import CapabilitySets, capability_sets
from dropcap.capabilities.engines import combine, default_set, strategy
from dropcap.capabilities.engines.swarm import swarm_lists
from dropcap.capabilities.names import NAMES
from dropcap.capabilities.strategy import in_order
from dropcap.docker_cli.command_line import read_command
from dropcap.lang.words import Word
from dropcap.model import Container, Engine, Kind, Located
from dropcap.source import Source, Span

FOLDER = Path(__file__).parent / "vectors"
FILE = json.loads((FOLDER / "caps_vectors.json").read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = FILE["vectors"]
CONSTANTS: dict[str, Any] = FILE["constants"]
TEXT = Source("vector", "")

# What begins with these is not about the sets of a container that is started.
NOT_RUN = {
    "cri/": "Kubernetes' runtime interface: no file that is read here is for it",
    "cli/update/": "an update of a running service; a file or line that starts one is read, not an update",
    "quadlet/": "units of systemd are not read yet",
    "compose/merge": "merging of two files is the Compose reader's",
    "compose/load": "reading of one file is the Compose reader's",
    "podman-e2e/inspect ": "the order in which `podman inspect` prints",
    "podman-e2e/exec privileged": "a privileged exec as another user, which is not read yet",
    "moby/priv+unknown add": "one step of the daemon alone; its check of names comes before and refuses the container",
    "moby-it/nnp file cap": "a file capability at the entrypoint, which is in the image and not in the sets",
}
ENGINES = {
    "docker": Engine.DOCKER,
    "podman": Engine.PODMAN,
    "podman(rootless)": Engine.PODMAN,
    "nerdctl": Engine.NERDCTL,
}


def located(value: str) -> Located[str]:
    return Located(value, TEXT, Span(0, 0))


def container(vector: dict[str, Any]) -> Container:
    words = vector.get("flags", [])
    adds = [*(vector.get("add") or []), *(word.split("=")[1] for word in words if word.startswith("--cap-add="))]
    drops = [*(vector.get("drop") or []), *(word.split("=")[1] for word in words if word.startswith("--cap-drop="))]
    user, userns = vector.get("user"), vector.get("userns")
    privileged = vector.get("privileged") or vector.get("exec_privileged")
    return Container(
        Kind.EXEC if vector.get("exec_privileged") else Kind.RUN,
        "vector",
        TEXT,
        Span(0, 0),
        engine=ENGINES[vector["engine"]],
        user=located(user) if user is not None else None,
        userns=located(userns) if userns else None,
        privileged=Located(bool(privileged), TEXT, Span(0, 0)),
        cap_add=tuple(map(located, adds)),
        cap_drop=tuple(map(located, drops)),
        labels=tuple(located(f"{key}={value}") for key, value in vector.get("label", {}).items()),
    )


def bare(names: list[str]) -> set[str]:
    return {name.removeprefix("CAP_") for name in names}


def mask(names: tuple[str, ...]) -> int:
    return sum(1 << NAMES.index(name) for name in names)


def reason_not_to_run(vector: dict[str, Any]) -> str | None:
    return next((reason for start, reason in NOT_RUN.items() if vector["id"].startswith(start)), None)


RUN = [vector for vector in VECTORS if reason_not_to_run(vector) is None]


def test_few_vectors_are_left_out_and_every_reason_is_needed() -> None:
    left_out = [vector for vector in VECTORS if reason_not_to_run(vector)]
    assert (len(VECTORS), len(left_out)) == (171, 37)
    for start in NOT_RUN:
        assert any(vector["id"].startswith(start) for vector in left_out), start


@pytest.mark.parametrize("vector", RUN, ids=lambda vector: vector["id"])
def test_an_engine_s_vector(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    checks = 0
    if "normalize_one" in vector:
        assert strategy(Engine.SWARM).normalise(vector["normalize_one"]) == vector["expected_one"]
        return
    if "normalize" in vector:
        check_normalisation(vector)
        return
    if "out_add" in vector:
        added, dropped = swarm_lists(vector["add"], vector["drop"])
        assert (list(added), list(dropped)) == (vector["out_add"], vector["out_drop"] or [])
        return
    basics = vector.get("basics")
    if isinstance(basics, list):
        # The engine's base set is a setting of the person who runs it; these vectors choose one of their own.
        set_default(monkeypatch, ENGINES[vector["engine"]], in_order(bare(basics)))
    sets = capability_sets(container(vector))
    checks += check_errors(vector, sets)
    if not vector.get("error"):
        checks += check_sets(vector, sets)
    assert checks, "the vector says something that is not compared"


def check_normalisation(vector: dict[str, Any]) -> None:
    podman = vector["engine"] == "podman"
    words = [strategy(Engine.PODMAN if podman else Engine.DOCKER).normalise(word) for word in vector["normalize"]]
    if "error" in vector:
        refused = combine(Engine.PODMAN, vector["normalize"], []).refused
        assert vector["error"] in [refusal.message for refusal in refused]
    else:
        assert sorted(set(words)) == vector["expected"]


def check_errors(vector: dict[str, Any], sets: CapabilitySets) -> int:
    expected = vector.get("error")
    assert bool(sets.errors) == bool(expected), sets.errors
    if isinstance(expected, str):
        assert expected in sets.errors[0].message
    return 1 if expected else 0


def check_sets(vector: dict[str, Any], sets: CapabilitySets) -> int:  # one branch a kind of vector
    bounding, effective = set(sets.bounding), set(sets.effective)
    checks = 0
    for key in ("has", "has_effective", "exec_has_effective", "includes", "lacks", "lacks_effective", "excludes"):
        if key not in vector:
            continue
        held = effective if "effective" in key else bounding
        names = bare(vector[key])
        assert not names & held if key.startswith(("lacks", "excludes")) else names <= held, key
        checks += 1
    expected = vector.get("expected")
    if isinstance(expected, list):
        assert (effective if vector.get("user") else bounding) == bare(expected)
        checks += 1
    elif expected == "bounding set":
        assert sets.bounding == NAMES
        checks += 1
    elif expected == "default set unchanged":
        assert sets.bounding == default_set(Engine.PODMAN)
        checks += 1
    if "cap_eff_mask" in vector:
        assert mask(sets.effective) == int(vector["cap_eff_mask"], 16)
        checks += 1
    if "cap_eff" in vector:
        assert mask(sets.effective) == arithmetic(vector["cap_eff"])
        checks += 1
    if "status_field" in vector:
        assert mask(status_field(vector, sets)) == int(vector["mask"], 16)
        checks += 1
    return checks


def arithmetic(text: str) -> int:
    """Read the few expressions of the vectors over masks."""
    known = {
        "all & 0xa80425fb": 0xA80425FB,
        "all": (1 << 41) - 1,
        "(all & 0xa80425fb) | 1<<14": 0xA80425FB | 1 << 14,
        "all ^ 1<<13": ((1 << 41) - 1) ^ (1 << 13),
        "1<<13": 1 << 13,
    }
    return known[text]


def status_field(vector: dict[str, Any], sets: CapabilitySets) -> tuple[str, ...]:
    """Give the set that a line of /proc/self/status shows; the ambient one is what a user gets beside root."""
    if vector["status_field"] == "CapBnd":
        return sets.bounding
    if vector["status_field"] in ("CapEff", "CapPrm"):
        return sets.effective
    root = vector.get("user", "").partition(":")[0] in ("", "0", "root") and vector.get("userns") != "keep-id"
    return () if root else sets.effective


PODMAN = json.loads((FOLDER / "podman_caps_vectors_conf11.json").read_text(encoding="utf-8"))["cases"]
PODMAN_14 = json.loads((FOLDER / "podman_caps_vectors.json").read_text(encoding="utf-8"))["cases"]
# The machine that was asked lacks this one, so that its "all" is one less.
LACKING = {"SYS_RESOURCE"}


def words_of(flags: list[str]) -> list[Word]:
    return [Word(word, TEXT, Span(0, 0), None, splits=False) for word in ("podman", "create", *flags, "image")]


@pytest.mark.parametrize("case", PODMAN, ids=lambda case: " ".join(case["flags"]))
def test_podman_with_its_shipped_configuration(case: dict[str, Any]) -> None:
    compare_with_podman(case, "4.3.1")


@pytest.mark.parametrize("case", PODMAN_14, ids=lambda case: " ".join(case["flags"]))
def test_podman_without_a_configuration(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    # The version that was asked has Docker's 14 built in; a configuration of 11 comes with its package.
    set_default(monkeypatch, Engine.PODMAN, default_set(Engine.DOCKER))
    compare_with_podman(case)


def set_default(monkeypatch: pytest.MonkeyPatch, engine: Engine, default: tuple[str, ...]) -> None:
    changed = strategy(engine)._replace(default=default)
    monkeypatch.setitem(engines._strategies, engine, changed)  # noqa: SLF001  # no configuration is read


def compare_with_podman(case: dict[str, Any], version: str = "") -> None:
    read = read_command(words_of(case["flags"]))
    if not isinstance(read, Container):
        assert "error" in case
        return
    sets = capability_sets(read._replace(engine_version=version))
    if "error" in case:
        messages = [refusal.message for refusal in sets.errors]
        # Version 4.3.1, which was asked, refuses an empty label, which later ones take for an empty set.
        is_later = not version and "io.containers.capabilities" in str(case)
        assert any(message in case["error"] for message in messages) or is_later
        return
    assert sets.errors == ()
    assert set(sets.bounding) - LACKING == bare(case["bounding"] or [])
    assert set(sets.effective) - LACKING == bare(case["effective"] or [])


WORDS = st.sampled_from(["ALL", "all", "CHOWN", "cap_chown", "NET_RAW", "SYS_ADMIN", "CAP_SYS_TIME", "MKNOD"])
LISTS = st.lists(WORDS, max_size=4)


def run(adds: list[str], drops: list[str], engine: Engine, user: str | None = None) -> CapabilitySets:
    added, dropped = tuple(map(located, adds)), tuple(map(located, drops))
    made = Container(Kind.RUN, "x", TEXT, Span(0, 0), engine=engine, user=located(user) if user else None)
    return capability_sets(made._replace(cap_add=added, cap_drop=dropped))


@given(LISTS, LISTS, st.sampled_from(Engine), st.sampled_from([None, "0", "1000"]))
def test_every_member_has_an_origin_and_the_effective_set_is_within_bounds(
    adds: list[str], drops: list[str], engine: Engine, user: str | None
) -> None:
    sets = run(adds, drops, engine, user)
    assert set(sets.origins) == set(sets.bounding)
    assert sets.bounding == in_order(sets.bounding)
    if engine is not Engine.PODMAN:
        assert sets.effective == (() if user == "1000" else sets.bounding)


@given(LISTS, LISTS, WORDS, st.sampled_from([Engine.DOCKER, Engine.NERDCTL]))
def test_a_further_drop_never_grants(adds: list[str], drops: list[str], word: str, engine: Engine) -> None:
    before, after = run(adds, drops, engine), run(adds, [*drops, word], engine)
    # Where ALL is added and dropped, or dropped beside names, these engines look at one of the two lists alone.
    if word.upper() != "ALL" and "ALL" not in {drop.upper() for drop in drops}:
        assert set(after.bounding) <= set(before.bounding)


@given(LISTS, LISTS, WORDS)
def test_a_further_addition_never_takes_away(adds: list[str], drops: list[str], word: str) -> None:
    before, after = run(adds, drops, Engine.DOCKER), run([*adds, word], drops, Engine.DOCKER)
    lost = set(before.bounding) - set(after.bounding)
    # But for one case of Docker's: beside ALL, a drop takes a name that had been added before.
    assert not lost or word.upper() == "ALL"
