"""`dropcap verify` with a program that plays the engine: what is measured, kept, told, and always cleaned up."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from dropcap.cli import main
from dropcap.measuring.leftovers import own_label
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Sequence

FIXTURES = Path(__file__).parent.parent / "fixtures" / "workloads"
FAKE = Path(__file__).parent / "data" / "fake_engine.py"
NEEDS = [["CHOWN"], ["SETGID"], ["SETUID"]]
LOST = 'case $HELD in *" CHOWN "*) ;; *) echo "lost: nothing can be written";; esac'
PROBE = ("--probe", "true", "--seconds", "1")
IMAGE = {"Id": "sha256:aa", "Config": {"Entrypoint": ["entrypoint.sh"], "Cmd": ["sleep", "infinity"], "User": ""}}


class Engine:
    """The player: how it behaves, and what it has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.set()
        self.resolve()
        things: dict[str, Any] = {"containers": {}, "networks": {}, "volumes": {}}
        self.change(**things, calls=[], models=[], flaws=[], refusals=0, answers=True)

    def set(self, **scenario: object) -> None:
        told = {"needs": NEEDS, "image": IMAGE, **scenario}
        (self.folder / "scenario.json").write_text(json.dumps(told))

    def resolve(self, **service: object) -> None:
        app = {"build": {"context": "."}, "volumes": [{"type": "volume", "source": "data", "target": "/data"}]}
        model = {"name": "x", "services": {"app": {**app, **service}}, "volumes": {"data": {"name": "x_data"}}}
        (self.folder / "resolved.json").write_text(json.dumps(model))

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return found

    def change(self, **values: object) -> None:
        path = self.folder / "state.json"
        path.write_text(json.dumps({**(self.state() if path.exists() else {}), **values}))

    def left(self) -> list[str]:
        state = self.state()
        return [name for kind in ("containers", "networks", "volumes") for name in state[kind]]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    project, programs, folder = (tmp_path / name for name in ("project", "bin", "engine"))
    shutil.copytree(FIXTURES / "chown-find-volume", project)
    for one in (project / ".git", programs, folder):
        one.mkdir()
    program = programs / "docker"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {FAKE} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_ENGINE", str(folder))
    monkeypatch.chdir(project)
    return Engine(folder)


def measured() -> dict[str, Any]:
    text = Path("dropcap.lock").read_text()
    lock = YAML(typ="safe").load(text)
    Draft202012Validator(json.loads(package_text("images", "lock.schema.json"))).validate(lock)
    found: dict[str, Any] = lock["measured"]["compose.yaml: app"]
    return found


def caps(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["caps", ".", "--format", "json", *words])
    (found,) = json.loads(capsys.readouterr().out)["containers"]
    return dict(found)


def test_what_is_needed_is_found_and_kept(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", ".", "app", *PROBE]) == 0
    out, err = capsys.readouterr()
    assert [line.split()[:2] for line in out.splitlines()[1:4]] == [
        ["needed", one] for one in ("CHOWN", "SETGID", "SETUID")
    ]
    assert "write cap_drop: [ALL], cap_add: [CHOWN, SETGID, SETUID]" in out
    assert "app: without CHOWN" in err
    found = measured()
    assert list(found["needed"]) == ["CHOWN", "SETGID", "SETUID"]
    assert (found["image"], found["command"]) == ("sha256:aa", ["entrypoint.sh", "sleep", "infinity"])
    assert (found["engine"], found["kernel"], found["probe"]) == ("Docker 27.0", "6.1", "command in the container")
    assert engine.left() == []
    told = caps(capsys)
    assert told["complete"]
    assert told["needs"][0]["evidence"][0] == {
        "reason": "measured: without it, it fails at the first start",
        "path": "dropcap.lock",
        "line": 12,
    }


def test_it_has_a_project_of_its_own(engine: Engine) -> None:
    engine.resolve(
        container_name="mine",
        ports=[{"target": 80, "published": "80"}],
        restart="always",
        privileged=True,
        image="mine:1",
    )
    assert main(["verify", *PROBE]) == 0
    for model in engine.state()["models"]:
        app = model["services"]["app"]
        assert app["container_name"].startswith("dropcap-verify-")
        assert app["image"].startswith("dropcap-verify-")
        assert (app["restart"], app["cap_drop"]) == ("no", ["ALL"])
        assert not {"ports", "privileged"} & set(app)
        assert model["volumes"]["data"] == {"labels": {"dropcap.verify": own_label()}}


@pytest.mark.parametrize("begins", ["suggestion", "default"])
def test_a_suggestion_that_is_too_little_is_said(
    engine: Engine, capsys: pytest.CaptureFixture[str], begins: str
) -> None:
    engine.set(needs=[*NEEDS, ["NET_RAW"]])
    code = main(["verify", *PROBE, "--from", begins])
    out = capsys.readouterr().out
    if begins == "default":
        assert code == 0
        assert set(measured()["needed"]) == {"CHOWN", "SETGID", "SETUID", "NET_RAW"}
        assert "not needed  KILL" in out
    else:
        assert code == 2
        assert "fails with CHOWN SETGID SETUID at the first start: cannot do that" in out
        assert "--from default" in out
        assert not Path("dropcap.lock").exists()
    assert engine.left() == []


def test_of_two_that_do_the_same_one_is_kept(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.set(needs=[["CHOWN", "DAC_OVERRIDE"], ["NET_RAW"]])
    assert main(["verify", *PROBE, "--from", "default"]) == 0
    needed = set(measured()["needed"])
    assert "NET_RAW" in needed
    assert len(needed & {"CHOWN", "DAC_OVERRIDE"}) == 1
    assert "of which one is enough while another is missing" in capsys.readouterr().out


def test_what_is_lost_is_told_and_not_added(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.set(needs=NEEDS[1:])
    assert main(["verify", "--probe", LOST, "--seconds", "1"]) == 0
    out = capsys.readouterr().out
    assert "undecided  CHOWN   works without it, but loses: nothing can be written" in out
    assert "cap_add: [SETGID, SETUID]" in out
    assert measured()["degrades"] == {"CHOWN": "nothing can be written"}
    told = caps(capsys)
    assert told["suggested"]["cap_add"] == ["SETGID", "SETUID"]
    assert [one["certainty"] for one in told["needs"]] == ["degrades", "required", "required"]
    assert any("show a need for CHOWN" in one["reason"] for one in told["remarks"])


def test_a_failure_at_the_restart_counts(engine: Engine) -> None:
    engine.set(**{"needs": NEEDS[1:], "needs at restart": NEEDS})
    assert main(["verify", *PROBE]) == 0
    assert measured()["needed"] == {"CHOWN": "restart", "SETGID": "first start", "SETUID": "first start"}


def test_what_failed_once_and_passed_once_stays_in_the_set(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.set(needs=NEEDS[1:])
    engine.change(flaws=[["SETGID", "SETUID"]])
    assert main(["verify", *PROBE]) == 0
    assert measured()["unsure"] == {"CHOWN": "it failed at the first start in one of two tries"}
    assert caps(capsys)["suggested"]["cap_add"] == ["CHOWN", "SETGID", "SETUID"]


def test_that_it_stays_up_proves_little(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.set(needs=NEEDS[1:])
    assert main(["verify", "--seconds", "1"]) == 0
    out = capsys.readouterr().out
    assert "shows little" in out
    assert "cap_add: [CHOWN, SETGID, SETUID]" in out
    assert measured()["probe"] == "stays up"
    assert caps(capsys)["suggested"]["cap_add"] == ["CHOWN", "SETGID", "SETUID"]


def test_a_health_check_is_the_probe(engine: Engine) -> None:
    engine.set(image={**IMAGE, "Config": {**IMAGE["Config"], "Healthcheck": {"Test": ["CMD", "x"]}}})  # type: ignore[dict-item]  # a mapping
    assert main(["verify", "--seconds", "1"]) == 0
    assert measured()["probe"] == "health check"
    assert set(measured()["needed"]) == {"CHOWN", "SETGID", "SETUID"}


def test_a_health_check_does_not_outweigh_what_the_files_show(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.resolve(healthcheck={"test": ["CMD", "true"]})
    engine.set(needs=NEEDS[1:])
    assert main(["verify", "--seconds", "1"]) == 0
    out = capsys.readouterr().out
    assert "undecided  CHOWN   its files show a need" in out
    assert "cap_add: [CHOWN, SETGID, SETUID]" in out
    assert list(measured()["unsure"]) == ["CHOWN"]


def test_beside_a_probe_the_health_check_has_to_pass(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    check = 'case $$HELD in *" CHOWN "*) exit 0;; esac; exit 1'
    engine.resolve(healthcheck={"test": ["CMD-SHELL", check]})
    engine.set(needs=NEEDS[1:])
    assert main(["verify", *PROBE]) == 0
    assert set(measured()["needed"]) == {"CHOWN", "SETGID", "SETUID"}
    capsys.readouterr()


def test_what_a_hook_needs_is_not_called_needless(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.set(needs=NEEDS[1:])
    path = Path("compose.yaml")
    hook = "    post_start:\n      - {command: [chown, nobody, /usr/bin/env], user: root}\n"
    path.write_text(path.read_text().replace("    build: .\n", f"    build: .\n{hook}"))
    assert main(["verify", *PROBE]) == 0
    assert "undecided  CHOWN   a hook needs it, and no probe tests hooks" in capsys.readouterr().out
    assert list(measured()["unsure"]) == ["CHOWN"]


def test_a_probe_on_this_machine_knows_the_container(engine: Engine) -> None:
    line = "case $DROPCAP_CONTAINER in dropcap-verify-*) exit 0;; esac; exit 1"
    engine.set(needs=[])
    assert main(["verify", "--probe-host", line, "--seconds", "1"]) == 0
    assert measured()["probe"] == "command outside the container"
    assert measured()["needed"] == {}


@pytest.mark.parametrize(
    ("service", "option", "said"),
    [
        ({"volumes": [{"type": "bind", "source": "/srv/d", "target": "/d"}]}, "--with-binds", "/srv/d"),
        ({"network_mode": "host"}, "--publish", "network of this machine"),
        ({"network_mode": "container:other"}, "", "outside this project"),
        ({"volumes_from": ["container:other"]}, "", "outside this project"),
    ],
)
def test_what_is_not_its_own_is_left_alone(
    engine: Engine, capsys: pytest.CaptureFixture[str], service: dict[str, Any], option: str, said: str
) -> None:
    engine.resolve(**service)
    assert main(["verify", *PROBE]) == 2
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("app: not measured: ")
    assert said in line
    assert option in line
    assert engine.state()["models"] == []
    if option:
        assert main(["verify", *PROBE, option]) == 0


def test_a_value_of_a_variable_is_not_printed(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.resolve(environment={"PW": "swordfish"})
    engine.set(says="cannot log in with swordfish")
    assert main(["verify", *PROBE]) == 0
    out, err = capsys.readouterr()
    assert "cannot log in with *********" in out
    assert "swordfish" not in out + err + Path("dropcap.lock").read_text()


def test_an_engine_that_restarts_is_waited_for(engine: Engine) -> None:
    engine.change(refusals=2)
    assert main(["verify", *PROBE]) == 0
    assert engine.left() == []


def test_without_an_engine_one_line_says_so(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.change(answers=False)
    assert main(["verify", *PROBE]) == 2
    assert capsys.readouterr().err == "dropcap: docker: no engine answers: no daemon here\n"
    assert not Path("dropcap.lock").exists()


def test_an_image_that_is_not_here_is_named(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.set(image=None)
    assert main(["verify", *PROBE]) == 2
    assert "is not here; run `docker compose pull app`" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"), [(["web"], "no service web here; name one of app"), (["--seconds", "0"], "must be")]
)
def test_a_wrong_call_is_told(
    engine: Engine, capsys: pytest.CaptureFixture[str], words: Sequence[str], said: str
) -> None:
    assert main(["verify", *words]) == 2
    assert said in capsys.readouterr().err
    assert engine.state()["calls"] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_stops_it_finds_nothing_left(engine: Engine, number: signal.Signals) -> None:
    engine.set(slow=30)
    Path("dropcap.lock").write_text("as it was\n")
    before = signal.signal(number, signal.SIG_DFL)  # it may be ignored here, and what is ignored is inherited
    process = subprocess.Popen([sys.executable, "-m", "dropcap", "verify", *PROBE], stderr=subprocess.PIPE, text=True)
    signal.signal(number, before)
    deadline = time.monotonic() + 60
    while not engine.left() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert engine.left()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped" in err
    assert engine.left() == []
    assert Path("dropcap.lock").read_text() == "as it was\n"


def test_what_a_killed_run_left_is_removed_by_the_next(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    node, number, _ = own_label().rsplit(" ", 2)
    dead = {"project": "a", "labels": {"dropcap.verify": f"{node} {number} 1"}}
    living = {"project": "b", "labels": {"dropcap.verify": f"{node} {os.getppid()} "}}
    elsewhere = {"project": "c", "labels": {"dropcap.verify": "elsewhere.example 1 1"}}
    engine.change(
        containers={"dead": dead, "living": living, "away": elsewhere}, volumes={"dead": dead, "living": living}
    )
    engine.change(networks={"dead": dead})
    assert main(["verify", *PROBE]) == 0
    assert engine.left() == ["living", "away", "living"]
    assert "removed 3 things that an earlier run left behind" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("compose.yaml", "network_mode: none", "network_mode: host"),
        ("Dockerfile", "--uid 1000", "--uid 1001"),
        ("entrypoint.sh", "set -e", "set -eu"),
    ],
)
def test_it_is_stale_where_something_changed(
    engine: Engine, capsys: pytest.CaptureFixture[str], path: str, old: str, new: str
) -> None:
    engine.set(needs=NEEDS[1:])
    assert main(["verify", *PROBE]) == 0
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new))
    told = caps(capsys)
    (remark,) = told["remarks"]
    assert remark["reason"].startswith("stale: ")
    assert (remark["path"], remark["line"]) == ("dropcap.lock", 9)
    assert told["suggested"]["cap_add"] == ["CHOWN", "SETGID", "SETUID"]


def test_to_write_what_was_measured_makes_nothing_stale(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.set(needs=NEEDS[1:])
    assert main(["verify", *PROBE]) == 0
    path = Path("compose.yaml")
    path.write_text(
        path.read_text().replace("build: .", "build: .\n    cap_drop: [ALL]\n    cap_add: [SETGID, SETUID]")
    )
    assert caps(capsys)["remarks"][0]["reason"].startswith("measured on ")


def test_a_section_that_was_changed_by_hand_is_not_used(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.set(needs=NEEDS[1:])
    assert main(["verify", *PROBE]) == 0
    path = Path("dropcap.lock")
    path.write_text(path.read_text().replace("    unsure: {}\n", ""))
    told = caps(capsys)
    assert "dropcap cannot use dropcap.lock" in told["remarks"][0]["reason"]
    assert told["suggested"]["cap_add"] == ["CHOWN", "SETGID", "SETUID"]
