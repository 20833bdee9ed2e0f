"""The gate is monotone: taking a privilege away never makes the verdict worse, granting one never better.

Among the rules about what a container holds, what it is separated by and what it reaches of the host, under Docker.
Two things lie outside, by their nature:

* Rules about what the text says (an entry without effect, a name that is both added and dropped) speak of
  lines. A further line can be right where the first one was not.
* An addition of ALL is judged as such, whatever is dropped by name beside it. Step by step that is monotone
  as well; but 40 drops beside it leave less than many a container holds that is judged more mildly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.api import (
    NAMES,
    Container,
    Engine,
    Kind,
    Located,
    Mount,
    Source,
    Span,
    bare_name,
)
from dropcap.capabilities.effective import capability_sets
from dropcap.commands.check import exit_code
from dropcap.model import Finding, ProcessOptions, Report, Severity
from dropcap.rule import load_rules
from dropcap.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")
    Grant = Callable[[Container], Container]

HELD = {
    "all-capabilities",
    "critical-capability",
    "default-capabilities",
    "high-capability",
    "moderate-capability",
    "net-raw",
    "privileged",
}
ISOLATION = {
    "disabled-selinux",
    "host-cgroup",
    "host-ipc",
    "host-network",
    "host-pid",
    "host-user-namespace",
    "host-uts",
    "new-privileges",
    "unconfined-apparmor",
    "unconfined-seccomp",
    "unconfined-system-paths",
    "weak-sysctl",
}
HOST = {
    "device-rules",
    "engine-socket",
    "host-device",
    "powerful-group",
    "root-user",
    "sensitive-host-path",
    "shared-propagation",
}
RULES = [rule for rule in load_rules() if rule.id in HELD | ISOLATION | HOST]
SOURCE = Source("compose.yaml", "web")

known = st.sampled_from(NAMES)
spelled = st.sampled_from([*NAMES, *map(str.lower, NAMES), *map("CAP_{}".format, NAMES), "ALL", "all"])


def at(value: T) -> Located[T]:
    return Located(value, SOURCE, Span(0, 3))


def some(*values: str) -> st.SearchStrategy[Located[str] | None]:
    return st.sampled_from([None, *map(at, values)])


def several(of: st.SearchStrategy[str], most: int) -> st.SearchStrategy[tuple[Located[str], ...]]:
    return st.lists(of.map(at), max_size=most).map(tuple)


paths = st.sampled_from(["/", "/etc", "/run", "/srv", "/var/log", "/var/run/docker.sock", "~/.ssh", "/lib/modules"])
mounts = st.builds(
    Mount,
    type=st.just("bind"),
    source=paths,
    target=st.just("/there"),
    read_only=st.booleans(),
    options=st.just(""),
    propagation=st.sampled_from(["", "rslave", "rshared"]),
    device=st.just(""),
).map(at)


containers = st.builds(
    Container,
    kind=st.sampled_from([Kind.SERVICE, Kind.RUN, Kind.CREATE]),
    name=st.just("web"),
    source=st.just(SOURCE),
    span=st.just(Span(0, 3)),
    engine=st.sampled_from([None, Engine.DOCKER]),
    image=some("nginx:1.27", "web:1"),
    user=some("0", "1000", "root", "nobody"),
    privileged=st.sampled_from([*[None] * 8, at(value=True), at(value=False)]),
    cap_add=several(spelled, 4),
    # Many, so that whole sets are dropped by name too.
    cap_drop=several(spelled, 16),
    security_opt=several(
        st.sampled_from(
            [
                *("seccomp=unconfined", "seccomp=a.json", "apparmor:unconfined", "no-new-privileges:true"),
                *("no-new-privileges=false", "label:disable", "label=type:x", "systempaths=unconfined"),
            ]
        ),
        4,
    ),
    network_mode=some("host", "bridge", "none"),
    pid=some("host", "container:db"),
    ipc=some("host", "shareable"),
    devices=several(st.sampled_from(["/dev/fuse", "/dev/sda:/dev/sda:r", "/dev/mem", "/dev/kmsg"]), 1),
    device_rules=several(st.sampled_from(["c 1:3 rwm", "c 1:1 rwm", "b 8:* r", "b *:* rwm"]), 1),
    mounts=st.lists(mounts, max_size=2).map(tuple),
    process=st.sampled_from([None, ProcessOptions((at("DOCKER_HOST=tcp://localhost:2375"),))]),
    group_add=several(st.just("docker"), 1),
    uts=some("host"),
    userns=some("host"),
    cgroup=some("host", "private"),
    sysctls=several(st.sampled_from(["net.ipv4.tcp_syncookies=0", "net.ipv4.ip_forward=1"]), 2),
)


def add(name: str) -> Grant:
    return lambda container: container._replace(cap_add=(*container.cap_add, at(name)))


def undrop(index: int) -> Grant:
    """Take an entry out of the drops, if there are so many."""
    return lambda container: container._replace(cap_drop=container.cap_drop[:index] + container.cap_drop[index + 1 :])


def unconfine(option: str) -> Grant:
    return lambda container: container._replace(security_opt=(*container.security_opt, at(option)))


def confine_less(container: Container) -> Container:
    kept = tuple(option for option in container.security_opt if not option.value.startswith("no-new"))
    return container._replace(security_opt=kept)


def mount(path: str) -> Grant:
    return lambda container: container._replace(mounts=(*container.mounts, at(Mount("bind", path, "/more"))))


def mount_all_writable(container: Container) -> Container:
    return container._replace(mounts=tuple(at(one.value._replace(read_only=False)) for one in container.mounts))


def setting(**fields: object) -> Grant:
    return lambda container: container._replace(**fields)  # type: ignore[arg-type]  # whichever fields they are


grants = st.one_of(
    spelled.map(add),
    st.integers(0, 15).map(undrop),
    st.sampled_from(
        [
            add("ALL"),
            unconfine("seccomp=unconfined"),
            unconfine("seccomp:unconfined"),
            unconfine("apparmor=unconfined"),
            unconfine("label=disable"),
            unconfine("systempaths=unconfined"),
            unconfine("no-new-privileges:false"),
            confine_less,
            setting(privileged=at(value=True)),
            setting(pid=at("host")),
            setting(ipc=at("host")),
            setting(network_mode=at("host")),
            setting(uts=at("host")),
            setting(userns=at("host")),
            setting(cgroup=at("host")),
            setting(sysctls=(at("net.ipv4.tcp_syncookies=0"),)),
            setting(user=at("0")),
            setting(device_rules=(at("a *:* rwm"),)),
            lambda container: container._replace(devices=(*container.devices, at("/dev/sdb"))),
            lambda container: container._replace(device_rules=(*container.device_rules, at("c *:* rwm"))),
            setting(group_add=(at("docker"),)),
            mount("/"),
            mount("/run"),
            mount("/etc"),
            mount_all_writable,
        ]
    ),
)


def report_on(container: Container) -> Report:
    found = [
        Finding(rule.id, problem.severity or rule.severity, container, problem)
        for rule in RULES
        if rule.check is not None
        for problem in rule.check(Subject.of(container))
    ]
    return Report(tuple(found), (), (container,), 1)


def worst(report: Report) -> int:
    return max((finding.severity for finding in report.findings), default=0)


def exit_codes(report: Report) -> list[int]:
    return [exit_code(report, threshold) for threshold in Severity]


def assert_no_better(before: Container, after: Container) -> None:
    first, second = report_on(before), report_on(after)
    assert worst(first) <= worst(second)
    assert all(one <= other for one, other in zip(exit_codes(first), exit_codes(second), strict=True))


def test_all_rules_about_what_is_held_are_here() -> None:
    assert {rule.id for rule in RULES} == HELD | ISOLATION | HOST


@settings(max_examples=400, deadline=None)  # the first image asks for the catalogue
@given(containers, grants)
def test_granting_one_thing_more_never_makes_the_verdict_better(container: Container, grant: Grant) -> None:
    assert_no_better(container, grant(container))


@given(containers, st.lists(grants, max_size=6))
def test_nor_does_granting_several_things(container: Container, several_grants: list[Grant]) -> None:
    after = container
    for grant in several_grants:
        after = grant(after)
    assert_no_better(container, after)


@given(containers, several(known, 4), several(spelled, 16))
def test_who_holds_a_part_of_what_another_holds_is_judged_no_worse(
    container: Container, cap_add: tuple[Located[str], ...], cap_drop: tuple[Located[str], ...]
) -> None:
    other = container._replace(cap_add=cap_add, cap_drop=cap_drop)
    for less, more in ((container, other), (other, container)):
        adds_all = any(bare_name(entry.value) == "ALL" for entry in less.cap_add)
        if not adds_all and set(capability_sets(less).bounding) <= set(capability_sets(more).bounding):
            assert_no_better(less, more)


@given(containers)
def test_dropping_all_and_adding_nothing_satisfies_every_one_of_them(container: Container) -> None:
    bare = container._replace(cap_add=(), cap_drop=(at("ALL"),), privileged=None)
    assert [finding for finding in report_on(bare).findings if finding.rule in HELD] == []


@given(containers)
def test_what_is_separated_as_the_engine_does_it_is_left_alone(container: Container) -> None:
    shared = dict.fromkeys(("network_mode", "pid", "ipc", "uts", "userns", "cgroup"))
    bare = setting(**shared, security_opt=(at("no-new-privileges"),), sysctls=())(container)
    assert [finding for finding in report_on(bare).findings if finding.rule in ISOLATION] == []
