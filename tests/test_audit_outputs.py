"""What an engine says reaches every output of the audit clean: no escape, no secret, and SARIF that programs take."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from dropcap.auditing.answers import to_source
from dropcap.auditing.audit import Asking, check_answer
from dropcap.auditing.processes import KernelView
from dropcap.carriers.declared_service import Projects
from dropcap.check import Setup
from dropcap.commands import audit as command
from dropcap.engine_client import EngineError
from dropcap.lang import jsonc
from dropcap.model import Level
from dropcap.questions import Questions
from dropcap.rule import load_rules
from dropcap.source import Source
from dropcap.writers import FORMATS, writer
from dropcap.writers.pointer import pointer
from hostile.calls import assert_clean, call
from hostile.test_output import CONTROLS
from oracles import sarif_multitool
from played_engine import PlayedEngine, described, number, played
from test_audit import CLOSED
from test_audit_compose import COMPOSE, labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.model import Report
    from dropcap.writers import Context

# What the library opens and cannot connect, it does not close.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SCHEMA = json.loads((Path(__file__).parent / "data/sarif/sarif-schema-2.1.0.json").read_text("utf-8"))
LETTERS = "qxzjkvwQXZJKVW"
VIEW = KernelView(({"Name": "sh", "Pids": [7], "Count": 1, "CapBnd": "f" * 16, "CapEff": "f" * 16},))


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedEngine]:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(sys, "stdin", CLOSED)
    with played(tmp_path) as started:
        monkeypatch.setenv("DOCKER_HOST", started.address)
        yield started


def in_every_format(report: Report, context: Context) -> Iterator[str]:
    for name in FORMATS:
        yield from writer(name)(report, context)


def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the report be written in every format that there is, one behind the other."""
    monkeypatch.setattr(command, "writer", lambda _: in_every_format)


def hostile(text: str) -> dict[str, Any]:
    """Describe a container all of whose texts hold another one."""
    one = described(
        1,
        f"a{text}b",
        State={"Status": f"run{text}ning", "Running": True},
        HostConfig={
            "CapAdd": ["SYS_ADMIN", f"A{text}B"],
            "CapDrop": [f"C{text}D"],
            "Privileged": False,
            "SecurityOpt": [f"seccomp={text}", f"x{text}"],
            "NetworkMode": f"container:{text}",
            "Devices": [{"PathOnHost": f"/dev/{text}", "PathInContainer": text, "CgroupPermissions": text}],
            "Sysctls": {f"kernel.{text}": text},
            "PortBindings": {f"80/{text}": [{"HostIp": text, "HostPort": text}]},
        },
        Mounts=[{"Type": "bind", "Source": f"/etc/{text}", "Destination": text, "RW": True}],
        Config={
            "Image": f"web{text}:1",
            "User": f"app{text}",
            "Entrypoint": [f"/run{text}", text],
            "Cmd": [text],
            "Env": [f"A={text}"],
            "Labels": {
                **labels(f"/srv/{text}", service=f"web{text}"),
                f"other{text}": text,
            },
        },
    )
    return {**one, "Id": number(1), f"odd{text}": text}


@pytest.mark.parametrize("control", CONTROLS)
def test_no_text_of_an_engine_reaches_the_terminal(
    engine: PlayedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, control: str
) -> None:
    everything(monkeypatch)
    text = CONTROLS[control]
    of_project = described(2, "c", Config={"Labels": labels(tmp_path / "work", project__config_files=f"{text}.yaml")})
    engine.holds(hostile(text), of_project, described(3, "good", HostConfig={"Privileged": True}))
    ran = call("audit", cwd=tmp_path / "work")
    assert_clean(ran)
    assert "good" in ran.out
    assert_clean(call("audit", "-", cwd=tmp_path / "work", stdin=json.dumps([hostile(text)]).encode()))
    assert_clean(call("audit", f"no{text}body", cwd=tmp_path / "work"))
    assert_clean(call("audit", "--socket", f"/no{text}where", cwd=tmp_path / "work"))
    assert_clean(call("audit", "--compose-root", f"no{text}where", cwd=tmp_path / "work"))
    engine.answers[engine.path(2)] = lambda handler: handler.say(500, json.dumps({"message": f"x{text}"}).encode())
    assert_clean(call("audit", cwd=tmp_path / "work"))
    engine.answers["/version"] = json.dumps({"ApiVersion": "1.44", "Version": f"25{text}"}).encode()
    assert_clean(call("audit", cwd=tmp_path / "work"))


@settings(max_examples=10, deadline=None)
@given(st.text(LETTERS, min_size=12, max_size=30))
def test_no_value_of_a_variable_or_a_label_is_printed(tmp_path_factory: pytest.TempPathFactory, secret: str) -> None:
    folder = tmp_path_factory.mktemp("audit")
    (folder / ".env").write_text(f"PLAIN={secret}\nA_TOKEN=/etc/{secret}\n")
    (folder / "compose.yaml").write_text(
        "services:\n  web:\n    image: '${PLAIN}'\n    user: '${PLAIN}'\n    cap_add: ['${PLAIN}']\n"
        "    environment: {A: '${PLAIN}'}\n    volumes: ['${A_TOKEN}:/a']\n    devices: ['/dev/${PLAIN}']\n"
    )
    config = {
        "Env": [f"PLAIN={secret}", f"A_TOKEN={secret}", f"DOCKER_HOST=tcp://u:{secret}@host.docker.internal:1"],
        "Labels": {**labels(folder), "a.b": secret},
        "Entrypoint": ["sh", "-c", f"chown $PLAIN /$PLAIN; mysql -u a -p{secret}; curl https://u:{secret}@h/"],
        "Cmd": [f"--password={secret}"],
    }
    one = described(1, "web", HostConfig={"CapAdd": ["SYS_ADMIN"]}, Config=config, Args=[f"--password={secret}"])
    with pytest.MonkeyPatch.context() as patch:
        everything(patch)
        ran = call("audit", "-", cwd=folder, stdin=json.dumps([one], indent=4).encode())
    assert_clean(ran)
    assert "SYS_ADMIN" in ran.out
    parts = {secret[at : at + 6] for at in range(len(secret) - 5)}
    assert not [part for part in parts if part in ran.out + ran.err], ran.out + ran.err


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "Id",
                    "Name",
                    "Config",
                    "HostConfig",
                    "State",
                    "Processes",
                    "CapAdd",
                    "Labels",
                    "CapBnd",
                    "Mounts",
                    "Status",
                )
            )
            | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
RULES = load_rules()


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=3), ANYTHING), ANYTHING, st.booleans())
def test_whatever_an_engine_says_is_judged_or_refused(one: dict[str, Any], host: object, is_podman: bool) -> None:  # noqa: FBT001  # drawn
    data = json.dumps({**one, "HostConfig": host}).encode()
    try:
        source = to_source("docker:x", data, VIEW, is_podman=is_podman)
    except EngineError:
        return
    result = check_answer(source, Asking(Questions(RULES), Setup(), Projects(["."])))
    assert not [failure for failure in result.failures if failure.level is Level.DEFECT]


@given(st.dictionaries(st.sampled_from("abc"), ANYTHING, max_size=4))
def test_a_place_is_known_by_the_names_of_its_fields(one: dict[str, Any]) -> None:
    text = json.dumps([one], indent=4, ensure_ascii=False)
    source = Source("x", text)
    pending: list[tuple[Any, tuple[str, ...]]] = [(jsonc.parse(source).root, ())]
    while pending:
        node, names = pending.pop()
        if isinstance(node, jsonc.Object):
            for member in node.members:
                inner = (*names, text[slice(*member.key.span)][1:-1])
                if all(inner) and "." not in "".join(inner):
                    assert pointer(source, member.key.span) == ".".join(inner)
                pending.append((member.value, inner))
        elif isinstance(node, jsonc.Array):
            pending += [(item, names) for item in node.items]


def test_sarif_is_what_programs_take(engine: PlayedEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "work" / "compose.yaml").write_text(COMPOSE)
    engine.holds(
        described(1, "web", HostConfig={"CapAdd": ["SYS_ADMIN"]}, Config={"Labels": labels(tmp_path / "work")}),
        described(2, "db", HostConfig={"Privileged": True}, Config={"Labels": labels("/srv/elsewhere")}),
        described(3, "odd name/with {0} [x](y)"),
        described(4, "gone"),
    )
    del engine.answers[engine.path(4)]
    log = tmp_path / "log.sarif"
    command_line = ["audit", "--format", "sarif", "--output", str(log)]
    assert call(*command_line, cwd=tmp_path / "work").code == 1
    capsys.readouterr()
    run = json.loads(log.read_text())["runs"][0]
    assert [error.message for error in Draft4Validator(SCHEMA).iter_errors(json.loads(log.read_text()))] == []
    [outdated] = [one for one in run["results"] if one["ruleId"] == "outdated-container"]
    [location] = outdated["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "docker%3Aweb"
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "inspect/web"
    [related] = outdated["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "compose.yaml"
    assert related["physicalLocation"]["region"]["startLine"] == 4
    assert sarif_multitool.complaints(log) == []
