"""What the kernel says of processes, read from a folder that is made as `/proc` is."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from dropcap.auditing.answers import to_source
from dropcap.auditing.processes import look, owner_of
from dropcap.capabilities.effective import capability_sets
from dropcap.carriers import inspect
from dropcap.carriers.inspect.live import names_of
from dropcap.writers.live_table import kernel_sentence
from played_engine import described, number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dropcap.auditing.processes import KernelView
    from dropcap.model import Container

DEFAULT = "00000000a80425fb"
ALL = "000001ffffffffff"
NONE = "0000000000000000"
WEB, DB = number(1), number(2)


def process(proc: Path, pid: int, container: str, **fields: str) -> None:
    """Write down a process: what its status says, and `ns`, its user namespace."""
    folder = proc / str(pid)
    (folder / "ns").mkdir(parents=True)
    (folder / "cgroup").write_text(f"4:pids:/docker/{container}\n0::/system.slice/docker-{container}.scope\n")
    sets = {"CapInh": NONE, "CapPrm": DEFAULT, "CapEff": DEFAULT, "CapBnd": DEFAULT, "CapAmb": NONE}
    status = {"Name": "web", **sets, "NoNewPrivs": "0", "Seccomp": "2", **fields}
    namespace = status.pop("ns", "user:[1]")
    started = status.pop("started", str(pid))
    owner = status.pop("owner", "user:[1]")
    (folder / "status").write_text("".join(f"{key}:\t{value}\n" for key, value in status.items()))
    (folder / "stat").write_text(f"{pid} (a ) b) S {' '.join(['0'] * 18)} {started} 0 0\n")
    (folder / "ns" / "pid").symlink_to(owner)
    if namespace:
        (folder / "ns" / "user").symlink_to(namespace)


def views(proc: Path, *containers: str) -> Mapping[str, KernelView]:
    """Look, where the owner of a namespace is what its link says."""
    return look(containers, str(proc), lambda path: os.readlink(path) if os.path.islink(path) else None)  # noqa: PTH115, PTH114  # texts


def seen(proc: Path) -> Container:
    """Read the container `web` back from the text that is made of it."""
    view = views(proc, WEB)[WEB]
    data = json.dumps(described(1, "web", State={"Status": "running", "Running": True})).encode()
    [found] = inspect.read(to_source("docker:web", data, view, is_podman=False)).containers
    return found


def test_the_processes_of_a_container_are_those_that_its_control_group_names(tmp_path: Path) -> None:
    process(tmp_path, 10, WEB)
    process(tmp_path, 11, WEB, CapEff=NONE, CapPrm=NONE, NoNewPrivs="1", Seccomp="0", Name="worker")
    process(tmp_path, 12, DB)
    process(tmp_path, 13, "0" * 63 + "g")
    process(tmp_path, 14, f"a{WEB}")  # longer than an id
    process(tmp_path, 15, DB)
    (tmp_path / "15" / "cgroup").write_text(f"0::/docker/{DB}/docker/{WEB}\n")  # a container in a container
    (tmp_path / "self").symlink_to("10")
    found = views(tmp_path, WEB, DB)
    assert [one["Pids"] for one in found[WEB].entries] == [[10, 15], [11]]
    assert [one["Pids"] for one in found[DB].entries] == [[12]]
    live = seen(tmp_path).live
    assert live
    first, second = (one.value for one in live.processes)
    assert first.bounding == first.effective == first.permitted == capability_sets(seen(tmp_path)).bounding
    assert (first.name, first.number, first.no_new_privileges, first.seccomp) == ("web", 2, False, True)
    assert (second.name, second.effective, second.no_new_privileges, second.seccomp) == ("worker", (), True, False)
    assert (first.ambient, first.inheritable, first.namespace) == ((), (), True)


def test_a_namespace_of_its_own_is_told_from_that_of_the_container(tmp_path: Path) -> None:
    # The first process is in one of its own, too: what counts is the one that owns its namespace of processes.
    process(tmp_path, 30, WEB, ns="user:[7]", owner="user:[6]", started="1")  # numbers begin anew at times
    process(tmp_path, 10, WEB, ns="user:[6]", owner="user:[9]", started="5")
    process(tmp_path, 11, WEB, ns="", started="6", CapEff=ALL, CapBnd=ALL)
    container = seen(tmp_path)
    assert container.live
    assert [(one.value.pids, one.value.namespace) for one in container.live.processes] == [
        ((30,), False),
        ((10,), True),
        ((11,), None),
    ]
    sentence = kernel_sentence(container)
    assert "others in user namespaces of their own" in sentence
    assert "their user namespaces not read: run dropcap as root" in sentence
    (tmp_path / "30" / "ns" / "pid").unlink()
    container = seen(tmp_path)
    assert container.live
    assert {one.value.namespace for one in container.live.processes} == {None}


def test_which_user_namespace_owns_another_the_kernel_says() -> None:
    assert owner_of("/proc/self/ns/pid") == os.readlink("/proc/self/ns/user")  # noqa: PTH115  # a text
    assert owner_of("/proc/self/ns/none") is None
    assert owner_of("/proc/self/status") is None


def test_what_goes_beyond_or_lacks_is_said_beside_what_was_given(tmp_path: Path) -> None:
    process(tmp_path, 10, WEB, CapBnd="00000000a80425fa", CapEff=NONE, Seccomp="0", NoNewPrivs="1")
    assert kernel_sentence(seen(tmp_path)) == (
        "1 process: bounding set as it was given, less CHOWN; effective nothing; ambient nothing; "
        "no-new-privileges; no seccomp"
    )
    process(tmp_path, 11, WEB, CapBnd=ALL, CapEff=ALL, CapAmb="0000000000000400", Name="sh")
    assert kernel_sentence(seen(tmp_path)) == (
        "2 processes: bounding set beyond what it was given, by AUDIT_CONTROL AUDIT_READ BLOCK_SUSPEND BPF and 23 more"
        "; effective 0 to 41; ambient NET_BIND_SERVICE; no-new-privileges for some; seccomp for some"
    )


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("nowhere", "cannot be read here: No such file or directory"),
        ("", "no process of it can be seen from here; run dropcap on the engine's machine, outside of containers"),
    ],
)
def test_why_nothing_is_known_is_said(tmp_path: Path, folder: str, why: str) -> None:
    container = seen(tmp_path / folder)
    assert container.live
    assert container.live.processes == ()
    assert container.live.not_read.endswith(why)
    assert kernel_sentence(container) == f"processes not read: {container.live.not_read}"


@pytest.mark.parametrize(
    ("age", "pids"), [(1, [[10]]), (3600, [[10], [11]])], ids=["the runtime itself", "somebody who took its name"]
)
def test_what_becomes_the_containers_process_is_left_out_while_it_does(
    tmp_path: Path, age: int, pids: list[list[int]]
) -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    (tmp_path / "uptime").write_text(f"{100_000 + age}.07 1.00\n")
    process(tmp_path, 10, WEB)
    process(tmp_path, 11, WEB, Name="runc:[2:INIT]", started=str(100_000 * ticks))
    view = views(tmp_path, WEB)[WEB]
    assert [one["Pids"] for one in view.entries] == pids
    assert bool(view.not_read) == (len(pids) == 1)


def test_what_has_ended_is_left_out(tmp_path: Path) -> None:
    process(tmp_path, 10, WEB)
    process(tmp_path, 11, WEB)
    (tmp_path / "11" / "status").unlink()
    process(tmp_path, 12, WEB)
    (tmp_path / "12" / "status").write_text("Name:\tweb\n")
    process(tmp_path, 13, WEB)
    (tmp_path / "13" / "cgroup").unlink()
    assert [one["Pids"] for one in views(tmp_path, WEB)[WEB].entries] == [[10]]


def test_many_processes_are_a_few_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropcap.auditing.processes._MOST_KINDS", 3)
    for pid in range(1, 40):
        process(tmp_path, pid, WEB)
    view = views(tmp_path, WEB)[WEB]
    assert [(one["Count"], len(one["Pids"])) for one in view.entries] == [(39, 20)]
    assert view.not_read == ""
    for pid in range(40, 45):
        process(tmp_path, pid, WEB, Name=f"n{pid}")
    view = views(tmp_path, WEB)[WEB]
    assert len(view.entries) == 3
    assert view.not_read == "it has processes of more than 3 kinds"
    assert "not all read: it has processes of more than 3 kinds" in kernel_sentence(seen(tmp_path))


def test_a_name_that_a_process_gave_itself_gives_nothing_away(tmp_path: Path) -> None:
    process(tmp_path, 10, WEB, Name="a\\n\\033[31m")
    process(tmp_path, 11, WEB, Name="PASSWORD=qxzjkv")
    names = [one["Name"] for one in views(tmp_path, WEB)[WEB].entries]
    assert names == ["a\\n\\033[31m", "PASSWORD=******"]


@pytest.mark.parametrize("mask", ["", "g", "0" * 17, "-1", "0x1", "１"])  # noqa: RUF001  # a digit of another script
def test_what_is_no_mask_names_nothing(mask: str) -> None:
    assert names_of(mask) is None


def test_an_engine_cannot_say_what_the_kernel_says() -> None:
    lies: dict[str, Any] = {
        **described(1, "web"),
        "Processes": [{"CapBnd": ALL, "CapEff": ALL}],
        "ProcessesNotRead": "x",
    }
    [found] = inspect.read(to_source("docker:web", json.dumps(lies).encode(), None, is_podman=False)).containers
    assert found.live
    assert (found.live.processes, found.live.not_read) == ((), "")
