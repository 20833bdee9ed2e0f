"""Quadlet units: Podman itself is started with the words that we make of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.api import NAMES
from dropcap.capabilities.effective import capability_sets, no_new_privileges
from dropcap.carriers import quadlet
from dropcap.carriers.quadlet.keys import Keys, command
from dropcap.docker_cli.podman_refusals import podman_refusal
from dropcap.lang.unitfile import read_unit
from dropcap.source import Source
from engine.cases import REAL, spelled
from oracles import engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.unitfile import Entry

NAME = st.sampled_from([name for name in NAMES if name not in engine.lacking()]).flatmap(spelled)
LINE = st.one_of(
    st.tuples(st.sampled_from(("AddCapability", "DropCapability")), st.lists(NAME, max_size=3).map(" ".join)),
    st.tuples(st.sampled_from(("AddCapability", "DropCapability")), st.sampled_from(("ALL", "all", '"CHOWN" kill'))),
    st.tuples(st.just("User"), st.sampled_from(("0", "1000", "app"))),
    st.tuples(st.just("NoNewPrivileges"), st.sampled_from(("yes", "False", "1"))),
    st.tuples(
        st.just("PodmanArgs"),
        st.sampled_from(("--privileged", "--cap-add 'KILL,CHOWN'", "--security-opt=seccomp=unconfined")),
    ),
    st.tuples(st.sampled_from(("ReadOnly", "SecurityLabelDisable")), st.just("true")),
    st.tuples(st.just("Label"), st.just('a=b "c=d e"')),
)


def here(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in engine.lacking())


def words_of(unit: Source) -> list[str]:
    """Give the words that follow `podman run`, as they would stand in the service."""

    def fail(entry: Entry, message: str) -> None:
        raise AssertionError((entry, message))

    section = read_unit(unit)["Container"]
    return [word.value for word in command(Keys(section.entries, fail), section.name)][2:]


@settings(REAL, max_examples=40)
@given(lines=st.lists(LINE, max_size=5))
def test_the_unit_holds_what_podman_gives_to_its_words(podman: engine.Engine, lines: list[tuple[str, str]]) -> None:
    rootfs = podman.images[None][-1]
    body = "".join(f"{key}={value}\n" for key, value in lines)
    unit = Source("web.container", f"[Container]\nRootfs={rootfs}\n{body}Exec=cat /proc/self/status\n")
    document = quadlet.read(unit)
    assert document.failures == ()
    [found] = document.containers
    sets = capability_sets(found)
    argv = ["run", "--rm", *podman.options, *words_of(unit)]
    if sets.errors:
        with pytest.raises(engine.RefusedError, match=re.escape(sets.errors[0].message)):
            podman.status(*argv)
        return
    status = podman.status(*argv)
    assert status.configured == here(sets.bounding)
    assert status.bounding == here(sets.bounding)
    assert status.effective == here(sets.effective)
    assert status.no_new_privileges is no_new_privileges(found)


BIND, TMPFS, VOLUME = "type=bind,src=/etc,dst=/b", "type=tmpfs,dst=/b", "type=volume,src=v,dst=/b"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(
            ("mount", value)
            for value in ("type=foo,dst=/b", "type=tmpfs", "type=tmpfs,dst=b", "type=tmpfs,src=/a,dst=/b")
        ),
        *(
            ("mount", f"{BIND},{field}")
            for field in ("foo", "ro,rw", "dev,nodev", "relabel=foo", "tmpfs-size=1m", "U=x")
        ),
        *(("mount", f"{BIND},{field}") for field in ("bind-propagation=foo", "bind-propagation", "volume-opt=x")),
        *(("mount", f"{TMPFS},{field}") for field in ("tmpfs-size", "tmpcopyup,notmpcopyup", "foo=bar")),
        *(("mount", f"{VOLUME},{field}") for field in ("volume-label=x", "tmpfs-mode=1", "bind-propagation=shared")),
        *(
            ("mount", value)
            for value in ("type=devpts", "type=devpts,dst=/b,foo", "type=image,src=x", "type=bind,src=,dst=/b")
        ),
        *(
            ("mount", value)
            for value in ("type=image,src=x,dst=/b,rw=x", "type=image,src=x,dst=/b,ro", "type=bind,src=/etc")
        ),
        *(("log-opt", value) for value in ("max-size", "max-size=x")),
        *(("security-opt", value) for value in ("no-new-privileges: true", "no-new-privileges:yes", "./data:/data")),
        *(("security-opt", value) for value in ("seccomp", "disable", "writable-cgroups=true", "systempaths=x")),
        *(("uidmap", value) for value in ("0", "0:1:x", "*0:1:1", "0:5000000000:1", ":1:1", "0::1")),
        *(("gidmap", value) for value in ("0", "a:1:1")),
    ],
)
def test_podman_refuses_what_a_unit_is_refused_for(podman: engine.Engine, option: str, value: str) -> None:
    assert podman_refusal(option, value) is not None
    with pytest.raises(engine.RefusedError):
        podman.call("create", *podman.options, f"--{option}={value}", *podman.images[None], "true")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(
            ("mount", f"{BIND},{field}")
            for field in ("ro", "ro=true", "U", "bind-propagation=rshared", "relabel=shared")
        ),
        *(("mount", f"{TMPFS},{field}") for field in ("tmpfs-size=1m", "tmpfs-mode=1777", "notmpcopyup")),
        *(("mount", value) for value in (VOLUME, "type=volume,dst=/b", "type=devpts,dst=/b,mode=0620")),
        ("log-opt", "max-size=10mb"),
        *(("security-opt", value) for value in ("no-new-privileges", "label:disable", "unmask=ALL", "mask=/x")),
        *(("uidmap", value) for value in ("0:1000:1", "0:1:5")),
    ],
)
def test_podman_takes_what_a_unit_may_say(podman: engine.Engine, option: str, value: str) -> None:
    assert podman_refusal(option, value) is None
    podman.call("create", *podman.options, f"--{option}={value}", *podman.images[None], "true")


def test_podman_sets_no_parameter_of_the_hosts_network(podman: engine.Engine) -> None:
    rootfs = podman.images[None]
    with pytest.raises(engine.RefusedError, match="can't be set since Network Namespace set to host"):
        podman.call("create", "--network=host", "--sysctl=net.ipv4.ip_forward=1", *rootfs, "true")
    podman.call("create", "--network=none", "--sysctl=net.ipv4.ip_forward=1", *rootfs, "true")
