"""Command lines of every kind: what Docker's own client sends is what is read, or both refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dropcap.model import Container
from oracles import docker_cli
from oracles.requests import meant, read, requested

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPABILITY = st.sampled_from(("NET_ADMIN", "cap_chown", "ALL", "all", "CAP_ALL", "A,B", " x ", "", "SYS_ADMIN=x"))
VALUES = {
    "--cap-add": CAPABILITY,
    "--cap-drop": CAPABILITY,
    "--user": st.sampled_from(("0", "1000:1000", "app", "")),
    "-u": st.sampled_from(("0", "app")),
    "--security-opt": st.sampled_from(("no-new-privileges", "no-new-privileges:true", "seccomp=unconfined", "foo")),
    "--network": st.sampled_from(("host", "none", "bridge", "container:x")),
    "--pid": st.sampled_from(("host", "container:x")),
    "--ipc": st.sampled_from(("host", "private")),
    "--uts": st.just("host"),
    "--userns": st.just("host"),
    "--device": st.sampled_from(("/dev/kvm", "/dev/sda:/dev/x:r", "/dev/sda:/dev/x")),
    "--device-cgroup-rule": st.sampled_from(("c 1:3 rwm", "a *:* r", "c 1 rwm")),
    "-v": st.sampled_from(("/a:/b", "/a:/b:ro", "data:/d")),
    "--mount": st.sampled_from(("type=bind,src=/a,dst=/b,readonly", "type=volume,dst=/d", "type=bind")),
    "--tmpfs": st.sampled_from(("/t", "/t:size=1m")),
    "--group-add": st.sampled_from(("docker", "0")),
    "--sysctl": st.sampled_from(("net.a=1", "b=")),
    "--entrypoint": st.sampled_from(("/bin/sh", "")),
    "--name": st.just("n"),
    "-e": st.sampled_from(("A=1", "B")),
    "-p": st.sampled_from(("80:80", "127.0.0.1:1:2/udp")),
    "-h": st.just("host"),
}
BOOLS = ("--privileged", "--read-only", "--init", "-t", "-i", "-it", "--rm", "--privileged=false", "--privileged=yes")
ODD = ("--", "-", "--unknown", "-Z", "--priv", "--privileged=T", "-itu1000", "-eA=1", "--no-healthcheck=1")


@st.composite
def option(draw: st.DrawFn) -> list[str]:
    if draw(st.integers(0, 3)) == 0:
        return [draw(st.sampled_from(BOOLS))]
    if draw(st.integers(0, 9)) == 0:
        return [draw(st.sampled_from(ODD))]
    name = draw(st.sampled_from(sorted(VALUES)))
    value = draw(VALUES[name])
    if draw(st.booleans()):
        return [name, value]
    return [f"{name}={value}"] if name.startswith("--") or not value else [f"{name}{value}"]


@pytest.fixture(scope="module")
def client() -> Iterator[docker_cli.Client]:
    with docker_cli.client() as found:
        yield found


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    options=st.lists(option(), max_size=5),
    start=st.sampled_from((["create"], ["container", "create"], ["-D", "create"])),
    rest=st.sampled_from(([], ["alpine"], ["alpine", "sh", "-c", "id"], ["alpine", "--privileged"])),
)
def test_what_the_client_sends_is_what_is_read(
    client: docker_cli.Client, options: list[list[str]], start: list[str], rest: list[str]
) -> None:
    argv = ["docker", *start, *(word for words in options for word in words), *rest]
    answer, ours = client.ask(argv), read(argv)
    if answer.complaint and not answer.path:
        assert not isinstance(ours, Container) or not _is_ours_to_refuse(answer.complaint), (argv, answer.complaint)
        return
    assert isinstance(ours, Container), (argv, ours)
    assert meant(ours) == requested(answer.body), argv


def _is_ours_to_refuse(complaint: str) -> bool:
    """Whether the client complains of the words themselves, and not of what a name or an image is called."""
    return "invalid reference format" not in complaint and "repository name" not in complaint
