"""What of a container's isolation is switched off, as the engine reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.api import Engine, Kind, weakness
from dropcap.capabilities.effective import no_new_privileges
from dropcap.capabilities.isolation import (
    MOST_PATTERNS,
    allowed_gains,
    host_namespace,
    last_option,
    unconfined,
    unmasked,
    without_label,
)
from dropcap.capabilities.sysctls import WEAK
from dropcap.docker_cli.start_refusals import sysctl
from dropcap.model import Container, Located, Severity, Unknown
from dropcap.report import MOST_RELATED
from dropcap.rule import load_rules
from dropcap.source import Source, Span
from dropcap.testing import findings

if TYPE_CHECKING:
    from dropcap.model import Finding

SOURCE = Source("x", "web")
RULES = load_rules()


def at(value: str) -> Located[str]:
    return Located(value, SOURCE, Span(0, 3))


def container(*options: str, engine: Engine = Engine.DOCKER, kind: Kind = Kind.RUN, **fields: object) -> Container:
    made = Container(kind, "web", SOURCE, Span(0, 3), engine=engine, security_opt=tuple(map(at, options)))
    return made._replace(**fields)  # type: ignore[arg-type]  # whichever fields they are


def found(rule_id: str, text: str, syntax: str = "compose", engine: Engine = Engine.DOCKER) -> list[Finding]:
    return list(findings(syntax, text, [rule for rule in RULES if rule.id == rule_id], engine))


@pytest.mark.parametrize(
    ("options", "is_off"),
    [
        (["seccomp=unconfined"], True),
        (["seccomp:unconfined"], True),
        (["seccomp:unconfined", "seccomp=./a.json"], False),
        (["seccomp=./a.json", "seccomp:unconfined"], True),
        (["seccomp=unconfined", "apparmor=web"], True),
        (["seccomp=UNCONFINED"], False),
        (["seccomp=un=confined"], False),
        (["seccomp=:unconfined"], False),
        ([" seccomp=unconfined"], False),
        (["seccomp"], False),
        ([], False),
    ],
)
def test_the_last_option_of_a_key_counts(options: list[str], is_off: bool) -> None:  # noqa: FBT001  # a column
    assert (unconfined(container(*options), "seccomp") is not None) is is_off


@pytest.mark.parametrize("kind", [Kind.EXEC, Kind.BUILD, Kind.UPDATE])
def test_what_starts_no_container_of_its_own_has_no_options(kind: Kind) -> None:
    one = container("seccomp=unconfined", "label=disable", "systempaths=unconfined", kind=kind, pid=at("host"))
    assert [unconfined(one, "seccomp"), without_label(one), unmasked(one), host_namespace(one, "pid")] == [None] * 4


def test_swarm_looks_at_none_of_them_and_a_stack_file_at_no_network() -> None:
    fields = {name: at("host") for name in ("network_mode", "pid", "ipc", "uts", "userns", "cgroup")}
    one = container("seccomp=unconfined", engine=Engine.SWARM, kind=Kind.SERVICE, **fields)
    assert unconfined(one, "seccomp") is None
    assert [name for name in fields if host_namespace(one, name)] == []
    # On a command line of its own it takes the host's network.
    assert host_namespace(one._replace(kind=Kind.CREATE), "network_mode") is not None


def test_what_is_hidden_may_undo_it() -> None:
    hidden = Unknown("$X", "nobody knows", SOURCE, Span(0, 3), ("security_opt", "pid"))
    one = container("seccomp=unconfined", "label=disable", pid=at("host"), ipc=at("host"), unknowns=(hidden,))
    assert [unconfined(one, "seccomp"), without_label(one), unmasked(one), host_namespace(one, "pid")] == [None] * 4
    assert host_namespace(one, "ipc") is not None


@pytest.mark.parametrize("engine", list(Engine))
def test_each_engine_reads_separators_of_its_own(engine: Engine) -> None:
    assert last_option(container("seccomp=unconfined", engine=engine), "seccomp") is not None
    is_read = last_option(container("seccomp:unconfined", engine=engine), "seccomp") is not None
    assert is_read is (engine is not Engine.NERDCTL)


@pytest.mark.parametrize(
    ("option", "engine", "expected"),
    [
        ("systempaths=unconfined", Engine.DOCKER, True),
        ("systempaths:unconfined", Engine.DOCKER, None),  # the engine refuses it
        ("systempaths:unconfined", Engine.PODMAN, True),
        ("unmask=ALL", Engine.DOCKER, None),
        ("unmask=aLl", Engine.PODMAN, True),
        ("unmask=/proc/acpi:all", Engine.PODMAN, True),
        ("unmask:/proc/sys", Engine.PODMAN, True),
        ("unmask=/proc/*", Engine.PODMAN, True),
        ("unmask=/*/sysrq-trigger", Engine.PODMAN, True),
        ("unmask=/proc/[^a]*", Engine.PODMAN, True),
        ("unmask=/proc*", Engine.PODMAN, None),  # a star crosses no slash
        ("unmask=/proc/sys/", Engine.PODMAN, None),
        ("unmask=/proc/k*", Engine.PODMAN, False),
        ("unmask=/sys/firmware", Engine.PODMAN, False),
        ("unmask=/proc/cpuinfo", Engine.PODMAN, None),
        ("mask=/proc/sys", Engine.PODMAN, None),
    ],
)
def test_what_of_the_kernels_files_is_opened(option: str, engine: Engine, expected: bool | None) -> None:  # noqa: FBT001  # a column
    opened = unmasked(container(option, engine=engine))
    assert (None if opened is None else opened.is_grave) is expected


def test_what_lets_the_host_be_changed_is_named_before_what_only_shows_it() -> None:
    opened = unmasked(container("unmask=/proc/acpi", "unmask=/proc/sys", engine=Engine.PODMAN))
    assert opened is not None
    assert opened.where.value == "unmask=/proc/sys"


def test_of_what_is_opened_a_path_of_ours_is_shown() -> None:
    """A value may come from anywhere, and be a secret."""
    opened = unmasked(container("unmask=/srv/hunter2:/proc/k*", engine=Engine.PODMAN))
    assert opened is not None
    assert opened.option == "unmask=/proc/kcore"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["no-new-privileges:false"], "no-new-privileges:false"),
        (["no-new-privileges=F", "no-new-privileges=0"], "no-new-privileges=0"),
        (["no-new-privileges=0", "no-new-privileges"], None),
        (["no-new-privileges=0", "no-new-privileges:no"], "no-new-privileges=0"),  # the engine refuses the last
        (["no-new-privileges: false"], None),
        (["seccomp=unconfined"], None),
    ],
)
def test_who_allows_gains_is_the_last_that_says_so(options: list[str], named: str | None) -> None:
    option = allowed_gains(container(*options))
    assert (option.value if option else None) == named


def test_a_written_no_weighs_more_than_nothing() -> None:
    said = found("new-privileges", "services:\n  a:\n    image: x\n    security_opt: [no-new-privileges:false]\n")
    assert [one.severity for one in said] == [Severity.MEDIUM]
    (missing,) = found("new-privileges", "services:\n  a:\n    image: x\n")
    assert missing.severity is Severity.LOW
    assert missing.problem.message.endswith("add `security_opt: [no-new-privileges:true]`")


@pytest.mark.parametrize(
    ("text", "syntax", "end"),
    [
        ("docker run web", "script", "add `--security-opt no-new-privileges`"),
        ("[Container]\nImage=x\n", "quadlet", "add `NoNewPrivileges=true`"),
        ('{"image": "x"}', "devcontainer", 'add `"securityOpt": ["no-new-privileges"]`'),
    ],
)
def test_the_remedy_is_spelled_as_the_file_spells_it(text: str, syntax: str, end: str) -> None:
    (missing,) = found("new-privileges", text, syntax)
    assert missing.problem.message.endswith(end)


@pytest.mark.parametrize(
    ("text", "syntax", "written"),
    [
        ("services:\n  a:\n    image: x\n    userns_mode: host\n", "compose", "(`userns_mode: host`)"),
        ("docker run --userns host x", "script", "(`--userns=host`)"),
        ("[Container]\nImage=x\nUserNS=host\n", "quadlet", "(`UserNS=host`)"),
    ],
)
def test_the_value_is_shown_as_the_file_spells_it(text: str, syntax: str, written: str) -> None:
    (one,) = found("host-user-namespace", text, syntax)
    assert written in one.problem.message
    assert one.severity is (Severity.LOW if syntax == "quadlet" else Severity.MEDIUM)  # Podman's default


def test_who_joins_is_told_with_the_one_that_is_joined() -> None:
    text = "services:\n  a:\n    image: x\n    pid: host\n  b:\n    image: x\n    pid: service:a\n"
    (one,) = found("host-pid", text)
    assert (one.container.name, [other.name for other in one.shared_by]) == ("a", ["b"])
    assert [step.message for step in one.problem.related] == ["this shares the process ids of a"]


def test_a_long_chain_is_followed_in_good_time() -> None:
    lines = [f"  s{n}:\n    image: x\n    network_mode: service:s{n + 1}\n" for n in range(1500)]
    text = "services:\n" + "".join(lines) + "  s1500:\n    image: x\n    network_mode: host\n"
    (one,) = found("host-network", text)
    assert len(one.shared_by) == 1500
    assert len(one.problem.related) == MOST_RELATED


def inspected(**host: object) -> str:
    host = {"CapAdd": None, "CapDrop": None, **host}
    return json.dumps([{"Id": "1", "Name": "/web", "HostConfig": host, "Config": {"User": "", "Image": "x"}}])


def test_an_engine_that_writes_the_label_down_itself_is_not_blamed_for_it() -> None:
    assert found("disabled-selinux", inspected(SecurityOpt=["label=disable"]), "inspect")
    for host in ({"PidMode": "host"}, {"IpcMode": "host"}, {"Privileged": True}):
        assert not found("disabled-selinux", inspected(SecurityOpt=["label=disable"], **host), "inspect")


@pytest.mark.parametrize(
    ("field", "rule_id"),
    [
        ("NetworkMode", "host-network"),
        ("PidMode", "host-pid"),
        ("IpcMode", "host-ipc"),
        ("UTSMode", "host-uts"),
        ("UsernsMode", "host-user-namespace"),
        ("CgroupnsMode", "host-cgroup"),
    ],
)
def test_an_engines_own_words_are_read(field: str, rule_id: str) -> None:
    assert len(found(rule_id, inspected(**{field: "host"}), "inspect")) == 1
    assert not found(rule_id, inspected(**{field: "private"}), "inspect")


@pytest.mark.parametrize(
    ("name", "value", "is_weak"),
    [
        ("net.ipv4.conf.all.accept_redirects", "1", True),
        ("net.ipv4.conf.eth0.accept_redirects", " 1 ", True),
        ("net.ipv4.conf.all.accept_redirects", "0", False),
        ("net.ipv4.conf.all.rp_filter", "0", True),
        ("net.ipv4.conf.all.rp_filter", "2", False),
        ("net.ipv4.tcp_syncookies", "0", True),
        ("net.ipv4.x.tcp_syncookies", "0", False),
        ("net.ipv4.tcp_syncookies", "$COOKIES", False),
        ("net.ipv4.ip_unprivileged_port_start", "0", False),
        ("tcp_syncookies", "0", False),
        ("", "0", False),
    ],
)
def test_a_parameter_weakens_at_one_value(name: str, value: str, is_weak: bool) -> None:  # noqa: FBT001  # a column
    assert (weakness(name, value) is not None) is is_weak


def test_each_parameter_has_a_source_and_is_one_that_engines_take() -> None:
    assert len({one.name for one in WEAK}) == len(WEAK)
    for one in WEAK:
        assert one.source
        assert sysctl(one.name) is None
        assert sysctl(one.name, host_network=True) is not None


def test_slashes_stand_for_dots_and_the_last_value_counts() -> None:
    text = "services:\n  a:\n    image: x\n    sysctls: [net/ipv4/tcp_syncookies=0]\n"
    assert [one.problem.evidence for one in found("weak-sysctl", text)] == [("net.ipv4.tcp_syncookies",)]
    text = text.replace("=0]", "=0, net.ipv4.tcp_syncookies=1]")
    assert not found("weak-sysctl", text)


@pytest.mark.parametrize("engine", list(Engine))
def test_of_a_privileged_container_nerdctl_alone_lets_processes_gain_privileges(engine: Engine) -> None:
    one = container("no-new-privileges", engine=engine, privileged=Located(value=True, source=SOURCE, span=Span(0, 3)))
    assert no_new_privileges(one) is (engine not in {Engine.NERDCTL, Engine.SWARM})


def test_of_an_option_without_end_a_bounded_part_is_looked_at() -> None:
    many = ":".join(f"/proc/x{number}*" for number in range(MOST_PATTERNS))
    assert unmasked(container(f"unmask=/proc/sys:{many}", engine=Engine.PODMAN)) is not None
    assert unmasked(container(f"unmask={many}:/proc/sys", engine=Engine.PODMAN)) is None


NAMES = ("a", "b", "c", "d")
MODES = st.sampled_from(["", "host", "none", "container:x", *map("service:{}".format, NAMES)])


def sharing(modes: list[str]) -> set[str]:
    """Name the services of which the host's network is told, with those that have it by another one."""
    lines = [f"    network_mode: {mode}\n" if mode else "" for mode in modes]
    services = [f"  {name}:\n    image: x\n{line}" for name, line in zip(NAMES, lines, strict=True)]
    told = found("host-network", "services:\n" + "".join(services))
    return {one.name for finding in told for one in (finding.container, *finding.shared_by)}


@settings(max_examples=60)
@given(st.lists(MODES, min_size=len(NAMES), max_size=len(NAMES)), st.sampled_from(range(len(NAMES))))
def test_who_gives_one_service_the_host_takes_it_from_no_neighbour(modes: list[str], index: int) -> None:
    more = [*modes[:index], "host", *modes[index + 1 :]]
    before, after = sharing(modes), sharing(more)
    assert before | {NAMES[index]} <= after
    # Each has it by a chain that ends at the host, and nobody else does.
    assert after == {name for name in NAMES if reaches_host(name, dict(zip(NAMES, more, strict=True)))}


def reaches_host(name: str, modes: dict[str, str]) -> bool:
    for _ in modes:
        mode = modes[name]
        if not mode.startswith("service:"):
            return mode == "host"
        name = mode.removeprefix("service:")
    return False
