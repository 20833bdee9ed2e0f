"""The gate is monotone: taking a privilege away never makes the verdict worse, granting one never better.

Among all rules, under every engine, also of containers that share namespaces with others. What is granted may be told
otherwise than before, but as gravely: each finding of medium weight or more is there afterwards, or a graver one, or
one that covers it. Outside lie, by their nature:

* rules about what the text says: see `OF_THE_TEXT`;
* what the engine refuses: it starts nothing, whatever it would hold;
* an addition of ALL: it is judged as it stands, whatever is dropped by name beside it. Step by step that is monotone
  as well; but 40 drops beside it leave less than many a container holds that is judged more mildly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume, given, settings
from hypothesis import strategies as st

import about
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
from dropcap.carriers.namespaces import joined
from dropcap.carriers.pods import in_pods
from dropcap.commands.check import exit_code
from dropcap.model import Finding, ProcessOptions, Report, Severity
from dropcap.questions import Questions
from dropcap.rule import load_rules
from dropcap.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")
    Grant = Callable[[Container], Container]

OF_THE_TEXT = {
    "added-and-dropped": "two entries contradict each other: it is gone with either of them",
    "all-added-and-dropped": "two entries contradict each other: it is gone with either of them",
    "blocked-gain": "a privilege that another option takes back: it is gone where that is taken away",
    "capability-label": "a label has no effect beside the options",
    "capability-not-held": "an addition has no effect for this user: as root it has one",
    "capability-not-needed": "what is added by name is not needed: where ALL is added nothing is added by name",
    "misplaced-option": "an option stands where it is none",
    "non-root-add": "an addition has less effect for this user than it seems: as root it has all",
    "unexecutable-entrypoint": "a capability is missing for which the kernel executes the file",
    "unknown-capability": "a name that is none grants nothing; the engine refuses it",
    "unknown-user": "a name that the image does not know; root is known",
    "useless-add": "an addition has no effect: it has one where more is dropped",
    "useless-drop": "a drop has no effect: it has one where more is added",
}
"""The rules that speak of an entry which does not do what it seems to, with what makes them speak no more."""
RULES = [rule for rule in load_rules() if rule.check is not None and rule.id not in OF_THE_TEXT]
QUESTIONS = Questions(RULES)
OF_ISOLATION = {
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
OF_EVERYTHING = frozenset({"all-capabilities", "host-takeover", "privileged"})
"""What says so much at once that the parts are not told beside it."""
SOURCE = Source("compose.yaml", "web")

# A few come often, so that additions and drops meet.
FEW = ("CHOWN", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN")
known = st.sampled_from(FEW) | st.sampled_from(NAMES)
spelled = known | st.sampled_from([*map(str.lower, NAMES), *map("CAP_{}".format, NAMES), "ALL", "all"])


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


written = {
    "image": some("nginx:1.27", "web:1"),
    "user": some("0", "1000", "root", "nobody"),
    "privileged": st.sampled_from([*[None] * 8, at(value=True), at(value=False)]),
    "cap_add": several(spelled, 4),
    # Many, so that whole sets are dropped by name too.
    "cap_drop": several(spelled, 16),
    "security_opt": several(
        st.sampled_from(
            [
                *("seccomp=unconfined", "seccomp=a.json", "apparmor:unconfined", "no-new-privileges:true"),
                *("no-new-privileges=false", "label:disable", "label=type:x", "systempaths=unconfined"),
            ]
        ),
        4,
    ),
    "network_mode": some("host", "bridge", "none"),
    "pid": some("host", "container:db"),
    "ipc": some("host", "shareable"),
    "devices": several(st.sampled_from(["/dev/fuse", "/dev/sda:/dev/sda:r", "/dev/mem", "/dev/kmsg"]), 1),
    "device_rules": several(st.sampled_from(["c 1:3 rwm", "c 1:1 rwm", "b 8:* r", "b *:* rwm"]), 1),
    "mounts": st.lists(mounts, max_size=2).map(tuple),
    "process": st.sampled_from(
        [
            None,
            *(ProcessOptions((at(text),)) for text in ("DOCKER_HOST=tcp://localhost:2375", "API_TOKEN=8shG2kq0xLm4pQ")),
        ]
    ),
    "networks": several(st.sampled_from(["host", "other"]), 1),
    "build_grants": several(st.sampled_from(["privileged", "network", "network.host", "security.insecure"]), 1),
    "limits": several(st.sampled_from(["memory=512m", "pids-limit=0", "cpus=0.5", "cgroup-parent=a.slice"]), 2),
    "read_only": st.sampled_from([None, at(value=True), at(value=False)]),
    "ports": several(st.just("80:80"), 1),
    "group_add": several(st.just("docker"), 1),
    "uts": some("host"),
    "userns": some("host", "keep-id", "auto"),
    "cgroup": some("host", "private"),
    "sysctls": several(st.sampled_from(["net.ipv4.tcp_syncookies=0", "net.ipv4.ip_forward=1"]), 2),
}


HARDENED: dict[str, Any] = {
    "cap_drop": (at("ALL"),),
    "security_opt": (at("no-new-privileges"),),
    "user": at("1000:1000"),
    "limits": (at("memory=512m"), at("pids-limit=100"), at("cpus=0.5")),
    "read_only": at(value=True),
}


def made(kind: Kind, engine: Engine, hardened: dict[str, Any], fields: list[tuple[str, Any]]) -> Container:
    return Container(kind, "web", SOURCE, Span(0, 3), engine)._replace(**{**hardened, **dict(fields)})


KINDS = [Kind.SERVICE, Kind.RUN, Kind.CREATE, Kind.QUADLET, Kind.DEVCONTAINER]
a_field = st.one_of([st.tuples(st.just(name), values) for name, values in written.items()])
# Few fields: in a container of many the gravest thing hides what happens to the others.
containers = st.builds(
    made,
    st.sampled_from(KINDS),
    st.sampled_from(Engine),
    st.sampled_from([{}, HARDENED]),
    st.lists(a_field, max_size=4),
)


def add(name: str) -> Grant:
    return lambda container: container._replace(cap_add=(*container.cap_add, at(name)))


def undrop(index: int) -> Grant:
    """Take an entry out of the drops, if there are so many."""
    return lambda container: container._replace(cap_drop=container.cap_drop[:index] + container.cap_drop[index + 1 :])


def unconfine(option: str) -> Grant:
    return lambda container: container._replace(security_opt=(*container.security_opt, at(option)))


def confine_less(container: Container) -> Container:
    kept = tuple(one for one in container.security_opt if not one.value.startswith("no-new") or "false" in one.value)
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
            setting(networks=(at("host"),)),
            setting(build_grants=(at("security.insecure"),)),
            setting(limits=()),
            setting(read_only=None),
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


def report_on(*containers: Container) -> Report:
    found = [
        Finding(rule.id, problem.severity or rule.severity, container, problem)
        for container in containers
        for rule, check in QUESTIONS.of(container)
        for problem in check(Subject.of(container))
    ]
    return Report(tuple(found), (), containers, 1)


def exit_codes(report: Report) -> list[int]:
    return [exit_code(report, threshold) for threshold in Severity]


def is_told(finding: Finding, report: Report) -> bool:
    """Whether a report tells what a finding tells, as gravely, or something graver."""
    return any(
        other.severity > finding.severity
        or (other.severity == finding.severity and (other.rule == finding.rule or other.rule in OF_EVERYTHING))
        or (other.severity == finding.severity and set(other.problem.evidence) & set(finding.problem.evidence))
        for other in report.findings
    )


def is_refused(container: Container) -> bool:
    return bool(capability_sets(container).errors)


def assert_no_better(before: tuple[Container, ...], after: tuple[Container, ...]) -> None:
    assume(not any(map(is_refused, after)))
    first, second = report_on(*before), report_on(*after)
    assert all(one <= other for one, other in zip(exit_codes(first), exit_codes(second), strict=True))
    lost = [one for one in first.findings if one.severity >= Severity.MEDIUM and not is_told(one, second)]
    assert [(one.rule, one.problem.message) for one in lost] == []


def test_all_rules_about_containers_are_here() -> None:
    of_containers = {rule.id for rule in load_rules() if rule.check is not None}
    assert of_containers == {rule.id for rule in RULES} | set(OF_THE_TEXT)
    assert {*about.HELD, *OF_ISOLATION} <= of_containers


@settings(max_examples=400)
@given(containers, grants)
def test_granting_one_thing_more_never_makes_the_verdict_better(container: Container, grant: Grant) -> None:
    assert_no_better((container,), (grant(container),))


@given(containers, st.lists(grants, max_size=6))
def test_nor_does_granting_several_things(container: Container, several_grants: list[Grant]) -> None:
    after = container
    for grant in several_grants:
        after = grant(after)
    assert_no_better((container,), (after,))


commands = st.builds(
    made,
    st.just(Kind.EXEC),
    st.sampled_from(Engine),
    st.just({}),
    st.lists(st.sampled_from([("user", at("0")), ("user", at("app")), ("privileged", at(value=True))]), max_size=2),
)


@given(commands, st.sampled_from([setting(privileged=at(value=True)), setting(user=at("0"))]))
def test_nor_does_it_in_a_command_of_a_running_container(container: Container, grant: Grant) -> None:
    assert_no_better((container,), (grant(container),))


neighbours = st.builds(lambda one: one._replace(kind=Kind.RUN, name="db", given_name="db"), containers)
SHARED = ("network_mode", "pid", "ipc", "uts", "userns", "cgroup")


@settings(max_examples=200)
@given(containers, neighbours, st.sets(st.sampled_from(SHARED), min_size=1), grants)
def test_nor_does_granting_it_to_one_whose_namespaces_are_shared(
    container: Container, neighbour: Container, fields: set[str], grant: Grant
) -> None:
    shares = setting(**dict.fromkeys(fields, at("container:db")))(container)
    assert_no_better(joined((shares, neighbour)), joined((shares, grant(neighbour))))


@settings(max_examples=200)
@given(containers, neighbours, st.sets(st.sampled_from(SHARED)), grants)
def test_nor_does_granting_it_to_a_pod(
    container: Container, neighbour: Container, fields: set[str], grant: Grant
) -> None:
    member = container._replace(engine=Engine.PODMAN, pod=at("db"))
    pod = neighbour._replace(kind=Kind.POD, engine=Engine.PODMAN, shares=tuple(sorted(fields)))
    assert_no_better(in_pods((member, pod)), in_pods((member, grant(pod))))


@given(containers, several(known, 4), several(spelled, 16))
def test_who_holds_a_part_of_what_another_holds_is_judged_no_worse(
    container: Container, cap_add: tuple[Located[str], ...], cap_drop: tuple[Located[str], ...]
) -> None:
    other = container._replace(cap_add=cap_add, cap_drop=cap_drop)
    for less, more in ((container, other), (other, container)):
        adds_all = any(bare_name(entry.value) == "ALL" for entry in less.cap_add)
        if adds_all or is_refused(less) or is_refused(more):
            continue
        if set(capability_sets(less).bounding) <= set(capability_sets(more).bounding):
            assert_no_better((less,), (more,))


@given(containers)
def test_dropping_all_and_adding_nothing_satisfies_every_one_about_what_is_held(container: Container) -> None:
    bare = container._replace(cap_add=(), cap_drop=(at("ALL"),), privileged=None)
    assert [one for one in report_on(bare).findings if one.rule in about.HELD] == []


@given(containers)
def test_what_is_separated_as_the_engine_does_it_is_left_alone(container: Container) -> None:
    shared = dict.fromkeys(SHARED)
    bare = setting(**shared, networks=(), security_opt=(at("no-new-privileges"),), sysctls=())(container)
    assert [one for one in report_on(bare).findings if one.rule in OF_ISOLATION] == []
