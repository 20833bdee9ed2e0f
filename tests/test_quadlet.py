"""Quadlet units: the `podman run` that Podman's generator makes of them, each value at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropcap.capabilities.effective import capability_sets, no_new_privileges
from dropcap.carriers import quadlet
from dropcap.carriers.quadlet.drop_ins import MAX_FILES, drop_in_folders
from dropcap.carriers.quadlet.refusals import MAX_FOLDERS
from dropcap.carriers.request import alone
from dropcap.lang.unitfile import BrokenError, read_unit, split
from dropcap.model import Container, Document, Engine, Kind, Level, Mount, UnreadableError
from dropcap.source import Source, Span
from reading import request_of
from steps import assert_linear

if TYPE_CHECKING:
    from pathlib import Path

IMAGE = "[Container]\nImage=web:1\n"


def document(text: str, path: str | Path | None = None) -> Document:
    """Read a unit with what stands beside its path; without a path it is a text by itself."""
    source = Source(str(path or "web.container"), text)
    return quadlet.read(source, request_of(path) if path else alone(source))


def container(lines: str) -> Container:
    read = document(f"{IMAGE}{lines}\n")
    assert read.failures == ()
    [found] = read.containers
    return found


def told(text: str) -> list[tuple[Level, str, str]]:
    """Give what is told of a unit, and the text at each place."""
    found = []
    for failure in document(text).failures:
        assert failure.source
        assert failure.span
        found.append((failure.level, failure.message, failure.source.text[slice(*failure.span)]))
    return found


def values(located: Any) -> list[Any]:  # noqa: ANN401  # located values of any type
    return [one.value for one in located or ()]


def places(located: Any) -> list[tuple[str, int, int]]:  # noqa: ANN401  # as above
    regions = [one.source.region(one.span) for one in located]
    return [(region.path, region.line, region.column) for region in regions]


def test_every_key_that_says_something_is_read() -> None:
    found = container(
        """
DropCapability=all
AddCapability=CAP_NET_ADMIN kill
NoNewPrivileges=yes
SeccompProfile=unconfined
AppArmor=unconfined
SecurityLabelDisable=on
User=1000
Group=5
UserNS=keep-id
Network=host
AddDevice=/dev/kvm -/dev/absent:/dev/x
Sysctl=net.a=1 net.b=2
Volume=/:/host:ro
Volume=data:/data
Mount=type=bind,src=/a,dst=/b
Tmpfs=/t
ReadOnly=true
PublishPort=80:80
Label=a=b "c=d e"
GroupAdd=video
Entrypoint=/bin/x
Exec=run --cap-add NONE 'two words'
Mask=/proc/a
Unmask=ALL
PodmanArgs=--pid=host --cgroupns host
"""
    )
    assert (found.kind, found.name, found.engine) == (Kind.QUADLET, "web", Engine.PODMAN)
    assert found.image
    assert found.image.value == "web:1"
    assert (values(found.cap_drop), values(found.cap_add)) == (["all"], ["CAP_NET_ADMIN", "kill"])
    assert values(found.security_opt) == [
        *("no-new-privileges", "label=disable", "apparmor=unconfined", "seccomp=unconfined"),
        *("mask=/proc/a", "unmask=ALL"),
    ]
    assert no_new_privileges(found) is True
    scalars = (found.user, found.userns, found.network_mode, found.pid, found.cgroup)
    assert [one and one.value for one in scalars] == ["1000:5", "keep-id", "host", "host", "host"]
    assert values(found.devices) == ["/dev/kvm", "/dev/absent:/dev/x"]
    assert values(found.sysctls) == ["net.a=1", "net.b=2"]
    assert values(found.mounts) == [
        Mount("tmpfs", "", "/t"),
        Mount("bind", "/", "/host", read_only=True),
        Mount("volume", "data", "/data"),
        Mount("bind", "/a", "/b"),
    ]
    assert found.read_only
    assert found.read_only.value is True
    assert values(found.ports) == ["80:80"]
    assert values(found.labels) == ["a=b", "c=d e"]
    assert values(found.group_add) == ["video"]
    assert values(found.entrypoint) == ["/bin/x"]
    assert values(found.command) == ["run", "--cap-add", "NONE", "two words"]
    assert found.unknowns == ()


def test_the_sets_are_podmans() -> None:
    found = container("DropCapability=ALL\nAddCapability=NET_BIND_SERVICE\nUser=app")
    assert capability_sets(found).effective == ("NET_BIND_SERVICE",)
    refused = capability_sets(container("AddCapability=CHOWN\nDropCapability=chown")).errors
    assert [refusal.message for refusal in refused] == ['capability "CAP_CHOWN" cannot be dropped and added']


def test_an_empty_value_takes_back_what_stood_before() -> None:
    found = container("AddCapability=KILL\nDropCapability=ALL\nAddCapability=\nAddCapability=CHOWN\nDropCapability=")
    assert (values(found.cap_add), values(found.cap_drop)) == (["CHOWN"], [])


def test_commas_separate_as_on_podmans_command_line() -> None:
    assert values(container('AddCapability=KILL,CHOWN "NET_RAW"').cap_add) == ["KILL", "CHOWN", "NET_RAW"]


def test_each_value_stands_where_it_is_written() -> None:
    added = 'AddCapability = \t KILL \\\n  # no\n\n;no\n   "CHOWN" NET_RAW,\\\nSYS_TIME\n'
    text = f"# a\n{IMAGE}{added}PodmanArgs=--cap-drop=ALL\n"
    [found] = document(text).containers
    assert values(found.cap_add) == ["KILL", "CHOWN", "NET_RAW", "SYS_TIME"]
    assert places(found.cap_add) == [
        ("web.container", 4, 19),
        ("web.container", 8, 4),
        ("web.container", 8, 12),
        ("web.container", 9, 1),
    ]
    assert places(found.cap_drop) == [("web.container", 10, 23)]


def test_an_absence_is_reported_at_the_name_or_at_the_section() -> None:
    assert places([container("").anchor]) == [("web.container", 1, 2)]
    named = container("ContainerName=shop")
    assert (named.name, places([named.anchor])) == ("shop", [("web.container", 3, 15)])


def test_what_systemd_fills_in_is_not_known() -> None:
    found = container("AddCapability=%i KILL\nUser=%U\nVolume=%h/a:/a\nExec=${X} $Y a%%b\nNetwork=${NET}")
    assert {unknown.text: unknown.fields for unknown in found.unknowns} == {
        "%i": ("cap_add",),
        "%U": ("user",),
        "%h": ("mounts",),
        "${X}": ("command",),
        "$Y": ("command",),
        "${NET}": ("network_mode",),
    }
    assert {unknown.reason for unknown in found.unknowns if unknown.text.startswith("%")} == {
        "systemd fills it in when the unit starts"
    }
    assert values(found.command)[-1] == "a%b"


def test_arguments_in_a_variable_may_be_anything() -> None:
    assert container("PodmanArgs=$MORE --rm").may_be_set("cap_drop", "privileged")


def test_what_another_unit_decides_is_not_known() -> None:
    found = container("Pod=shop.pod")
    assert found.may_be_set("network_mode")
    assert not found.may_be_set("cap_drop")
    [built] = document("[Container]\nImage=web.build\n").containers
    assert (built.image, built.may_be_set("image")) == (None, True)
    joined = container("Network=db.container").network_mode
    assert joined
    assert joined.value == "container:systemd-db"


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_a_unit_that_only_asks_for_help_starts_nothing(word: str) -> None:
    assert document(f"{IMAGE}GlobalArgs={word}\n").containers == ()


@pytest.mark.parametrize(
    "line",
    [
        "RemapUsers=keep-id\nRemapUid=1",
        "RemapUsers=manual\nRemapUid=1 2",
        "RemapUsers=auto\nRemapUid=1 2",
        "UserNS=\nRemapUsers=auto",
        "ReloadCmd=x\nReloadSignal=",
        "ExposeHostPort=80-90/udp",
        "Mount=type=tmpfs,dst=/x",
        "Mount=dst=/x",
        "[Quadlet]\nDefaultDependencies=no",
        "[Service]\nType=oneshot\nKillMode=mixed",
    ],
)
def test_what_quadlet_takes_is_taken(line: str) -> None:
    assert told(f"{IMAGE}{line}\n") == []


_NAMING = {
    "Pod=other.pod": "quadlet pod unit other.pod does not exist",
    "Network=other.network:ip=10.0.0.9": "requested Quadlet unit other.network was not found",
    "Network=other.container": "requested Quadlet unit other.container was not found",
    "Volume=other.volume:/data:ro": "requested Quadlet source other.volume was not found",
    "Mount=type=image,source=other.image,dst=/x": "requested Quadlet source other.image was not found",
    "[Unit]\nAfter=network.target other.kube": "unable to translate dependency for other.kube",
}


@pytest.mark.parametrize("line", _NAMING)
@pytest.mark.parametrize("place", ["", "deeper/", "../beside/"])
def test_a_unit_that_is_named_has_to_stand_in_the_project(tmp_path: Path, line: str, place: str) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "units"
    folder.mkdir()
    text = f"{IMAGE}{line}\n"
    [missing] = document(text, folder / "web.container").failures
    assert missing.level is Level.ERROR
    name = next(word for word in _NAMING[line].split() if word.startswith("other."))
    assert missing.message == f"Quadlet refuses this unit: {_NAMING[line]}; put {name} into the same folder"
    (folder / place).mkdir(exist_ok=True)
    (folder / place / name).write_text("")
    assert document(text, folder / "web.container").failures == ()


def test_an_image_that_another_unit_makes_has_to_stand_in_the_project(tmp_path: Path) -> None:
    text = "[Container]\nImage=other.build\n"
    [missing] = document(text, tmp_path / "web.container").failures
    assert "requested Quadlet image other.build was not found" in missing.message
    (tmp_path / "other.build").write_text("")
    assert document(text, tmp_path / "web.container").failures == ()


@pytest.mark.parametrize("line", ["Volume=x.volume", "Volume=./x.volume:/x", "Network=host", "[Unit]\nAfter=x.service"])
def test_what_names_no_unit_needs_none(tmp_path: Path, line: str) -> None:
    assert document(f"{IMAGE}{line}\n", tmp_path / "web.container").failures == ()


def test_a_project_of_very_many_folders_is_not_looked_through(tmp_path: Path) -> None:
    for number in range(MAX_FOLDERS):
        (tmp_path / str(number)).mkdir()
    [found] = document(f"{IMAGE}Pod=other.pod\n", tmp_path / "web.container").failures
    assert found.level is Level.NOTE
    assert found.message.startswith("other.pod is not in the 200 nearest folders")


@pytest.mark.parametrize(
    ("text", "level", "message", "where"),
    [
        ("[Container]\nExec=x\n", Level.ERROR, "no Image or Rootfs key specified", "Container"),
        (f"{IMAGE}Rootfs=/x\n", Level.ERROR, "the Image And Rootfs keys conflict", "Rootfs"),
        (f"{IMAGE}Group=x\n", Level.ERROR, "Quadlet refuses this unit: invalid Group set without User", "Group"),
        (f"{IMAGE}Pod=x\n", Level.ERROR, "pod x is not Quadlet based", "Pod"),
        (f"{IMAGE}AddCapabilitys=X\n", Level.ERROR, "; did you mean AddCapability?", "AddCapabilitys"),
        (f"{IMAGE}Privileged=true\n", Level.ERROR, "unsupported key 'Privileged' in group 'Container'", "Privileged"),
        (f"{IMAGE}PodmanArgs=--cap-ad=X\n", Level.ERROR, "podman refuses this value: unknown", "--cap-ad=X"),
        (f"{IMAGE}AddCapability='KILL\n", Level.NOTE, "Podman ignores this value: unbalanced quotes", "'KILL"),
        (f"{IMAGE}PodmanArgs=a\\qb\n", Level.NOTE, "unsupported escape char", "a\\qb"),
        (
            f"{IMAGE}ReloadCmd=x\nReloadSignal=HUP\n",
            Level.ERROR,
            "ReloadCmd and ReloadSignal are mutually",
            "ReloadCmd",
        ),
        (f"{IMAGE}UserNS=host\nRemapUsers=auto\n", Level.ERROR, "deprecated Remap keys are set along", "RemapUsers"),
        (f"{IMAGE}UIDMap=0:1:2\nRemapUid=\n", Level.ERROR, "deprecated Remap keys are set along", "RemapUid"),
        (f"{IMAGE}SubGIDMap=me\nRemapGid=1\n", Level.ERROR, "deprecated Remap keys are set along", "RemapGid"),
        (f"{IMAGE}RemapUid=1\n", Level.ERROR, "UidMap set without RemapUsers", "1"),
        (f"{IMAGE}RemapUsers=keep-id\nRemapGid=1 2\n", Level.ERROR, "single value for GID mapping", "2"),
        (f"{IMAGE}RemapUsers=some\n", Level.ERROR, "unsupported RemapUsers option 'some'", "some"),
        (f"{IMAGE}ExposeHostPort=80/sctp\n", Level.ERROR, "invalid port format '80/sctp'", "80/sctp"),
        (f"{IMAGE}Mount=type=bind,dst=/x\n", Level.ERROR, "required for mount type bind", "type=bind,dst=/x"),
        (f"{IMAGE}Mount=type=image,src=,dst=/x\n", Level.ERROR, "for mount type image", "type=image,src=,dst=/x"),
        (f"{IMAGE}Mount=src,dst=/x\n", Level.ERROR, "source parameter does not include a value", "src,dst=/x"),
        ('[Container]\nImage=""\n', Level.ERROR, "no Image or Rootfs key specified", "Container"),
        (f"{IMAGE}[Quadlet]\nDefaultDependency=no\n", Level.ERROR, "in group 'Quadlet'", "DefaultDependency"),
        (f"{IMAGE}[Service]\nKillMode=process\n", Level.ERROR, "invalid KillMode 'process'", "process"),
        (f"{IMAGE}[Service]\nType=simple\n", Level.ERROR, "invalid service Type 'simple'", "simple"),
        (f"{IMAGE}[Service]\nUser=app\n", Level.NOTE, "User= in [Service] does not set", "User"),
        ("[Kube]\nYaml=x.yml\n", Level.NOTE, "dropcap does not read Kubernetes files", "Kube"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, level: Level, message: str, where: str) -> None:
    [(its_level, said, at)] = told(text)
    assert (its_level, at) == (level, where)
    assert message in said


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Ulimit=a=b", "invalid ulimit type: a"),
        ("Ulimit=nofile=5:2", "soft limit must be less than or equal to hard limit: 5 > 2"),
        ("Memory=x", "invalid size: 'x'"),
        ("ShmSize=-1", "invalid size: '-1'"),
        ("Tmpfs=a", 'invalid container path "a", must be an absolute path'),
        ("Tmpfs=/a:foo", 'unknown mount option "foo"'),
        ("Tmpfs=/a:", 'unknown mount option ""'),
        ("Tmpfs=/a:bind", 'unknown mount option "bind"'),
        ("Tmpfs=/a:ro,rw", "only one of ro, rw can be used"),
        ("AddDevice=/dev/null:/dev/x:abc", "invalid device mode: abc"),
        ("AddDevice=-/dev/null:xyz", "invalid device mode: xyz"),
        ("PublishPort=a:80", "parsing host port: a"),
        ("PublishPort=80:a", "parsing container port: a"),
        ("PublishPort=70000", "parsing container port: 70000"),
        ("PublishPort=80:0", "parsing container port: 0"),
        ("PublishPort=80:", "parsing container port: it is empty"),
        ("PublishPort=80-81:80", "port ranges have different lengths"),
        ("PublishPort=x:80:80", 'cannot parse "x" as an IP address'),
        ("PublishPort=80/foo", 'unrecognized protocol "foo"'),
        ("PublishPort=1:2:3:4", "invalid port format"),
        ("HealthCmd=true\nHealthInterval=5", 'time: invalid duration "5"'),
        ("HealthCmd=true\nHealthTimeout=0s", "too short: 0s"),
        ("HealthCmd=true\nHealthStartPeriod=-1s", "too short: -1s"),
        ("HealthCmd=true\nHealthRetries=0", "must be a number greater than 0"),
        ("HealthOnFailure=foo", 'invalid --health-on-failure "foo"'),
        ("PidsLimit=x", 'invalid syntax: "x"'),
        ("StopTimeout=5s", 'invalid syntax: "5s"'),
        ("StopSignal=SIGFOO", "invalid signal: SIGFOO"),
        ("StopSignal=65", "invalid signal: 65"),
        ("Sysctl=vm.max_map_count=1", "sysctl 'vm.max_map_count' is not allowed"),
        ("Sysctl=net.a", "must be in the form of KEY=VALUE"),
        ("IP=x", '"x" is not an ip address'),
        ("DNS=x", '"x" is not an ip address'),
        ("AddHost=a:b", 'invalid IP address in add-host: "b"'),
        ("AddHost=a", 'bad format for add-host: "a"'),
        ("Volume=a:b", 'invalid container path "b", must be an absolute path'),
        ("Volume=/tmp:/x:foo", 'unknown option type "foo"'),
        ("Volume=/tmp:/x:z,Z", "only one of z, Z can be used"),
        ("Volume=/tmp:/x:ro:z", "incorrect volume format"),
        ("Volume=a b:/x", 'creating named volume "a b"'),
        ("UserNS=foo", "unrecognized namespace mode foo passed"),
        ("LogDriver=foo", 'invalid --log-driver "foo"'),
        ("LogOpt=max-size", 'invalid log option "max-size"'),
        ("LogOpt=max-size=x", "invalid size: 'x'"),
        ("UIDMap=0:1:x", "setting is malformed: 0:1:x"),
        ("UIDMap=0", "setting is malformed: 0"),
        ("GIDMap=0:5000000000", "setting is malformed: 0:5000000000"),
        ("GIDMap=*0:1", "setting is malformed: *0:1"),
        ("Mount=type=foo,dst=/b", 'invalid filesystem type "foo"'),
        ("Mount=type=tmpfs", "must set volume destination"),
        ("Mount=type=tmpfs,dst=b", 'invalid container path "b", must be an absolute path'),
        ("Mount=type=tmpfs,dst=/b,U=x", '"U" must be set to true or false'),
        ("Mount=type=tmpfs,src=/a,dst=/b", '"src" option not supported for "tmpfs" mount types'),
        ("Mount=type=tmpfs,dst=/b,tmpfs-size", "tmpfs-size: must provide an argument"),
        ("Mount=type=bind,src=/a,dst=/b,foo=bar", "foo: invalid mount option"),
        ("Mount=type=bind,src=/a,dst=/b,ro,rw", "cannot pass readonly or ro or rw more than once"),
        ("Mount=type=bind,src=/a,dst=/b,bind-propagation=foo", 'invalid value "bind-propagation=foo"'),
        ("Mount=type=bind,src=/a,dst=/b,relabel=foo", "must be 'private' or 'shared'"),
        ("Mount=type=volume,src=v,dst=/b,volume-label=x", '"volume-label" option not supported'),
        ("Mount=type=image,src=x,dst=/b,rw=x", '"rw" must be set to true or false'),
        ("Mount=type=devpts,dst=/b,foo", "foo: invalid mount option"),
        ("Network=host\nSysctl=net.a=1", "sysctl net.a can't be set since Network Namespace set to host"),
        ("PodmanArgs=--rm -p a:80", "parsing host port: a"),
        ("PodmanArgs=--publish=80:a --init", "parsing container port: a"),
        ("PodmanArgs=--memory x", "invalid size: 'x'"),
        ("PodmanArgs=--mount type=tmpfs", "must set volume destination"),
        ("PodmanArgs=-v /a:/b:foo", 'unknown option type "foo"'),
        ("PodmanArgs=--sysctl vm.max_map_count=1", "sysctl 'vm.max_map_count' is not allowed"),
        ("PodmanArgs=--log-driver foo", 'invalid --log-driver "foo"'),
        ("Pull=foo", 'invalid --pull "foo"'),
        ("CgroupsMode=foo", 'invalid --cgroups "foo"'),
        ("ContainerName=a b", "names must match"),
    ],
)
def test_what_podman_itself_refuses_is_told_at_the_value(line: str, message: str) -> None:
    [(level, said, at)] = told(f"{IMAGE}{line}\n")
    assert level is Level.ERROR
    assert said.startswith("podman refuses this value: ")
    assert message in said
    assert at
    assert at in line.rpartition("\n")[2].partition("=")[2]


@pytest.mark.parametrize(
    "line",
    [
        *("Ulimit=host\nUlimit=nofile=5:6\nUlimit=nproc=-1", "Memory=1 g\nShmSize=0\nPidsLimit=-1\nStopTimeout=70"),
        *("Tmpfs=/a:size=1m,mode=1777,U,private,notmpcopyup", "AddDevice=/dev/fuse:rw\nAddDevice=-/dev/x:/dev/y:rwm"),
        *("AddDevice=nvidia.com/gpu=all", "PublishPort=80/TCP\nPublishPort=[::1]:80:80\nPublishPort=:80"),
        *("PublishPort=1.1.1.1::80\nPublishPort=80-81:80-81\nPublishPort=::80", "HealthInterval=x\nHealthRetries=0"),
        *("HealthCmd=true\nHealthInterval=disable\nHealthTimeout=1us\nHealthRetries=3\nHealthStartPeriod=0",),
        *("StopSignal=term\nIP=10.0.0.1\nIP6=fd00::1\nDNS=none", "StopSignal=SIGRTMIN+3", "HealthOnFailure=kill"),
        *("Sysctl=net.a=1 kernel.shmmax=5", "AddHost=a:host-gateway\nAddHost=a:[::1]\nAddHost=a;b:1.1.1.1"),
        *("Volume=/tmp:/x:O,U\nVolume=%h/x:/y:Z\nVolume=./a:/z\nVolume=a.volume:/b\nVolume=/anon",),
        *("UserNS=keep-id:uid=5", "UserNS=ns:/run/x", "LogDriver=passthrough\nPull=newer\nCgroupsMode=split"),
        *("LogDriver=k8s-file\nLogOpt=max-size=10mb path=/x", "UIDMap=0:1000:1 1:0:1000\nGIDMap=+g0:@5 0:1"),
        *("Mount=type=tmpfs,dst=/b,tmpfs-size=1m,ro=true,U", "Mount=type=bind,src=/a,dst=/b,relabel=shared,ro,Z"),
        *("Mount=type=image,src=x,dst=/b,rw=true,subpath=/x", "Mount=type=devpts,dst=/dev/pts,mode=0620"),
        *("Mount=type=volume,src=%n,dst=/b,%i", 'Mount="type=volume,src=v,""dst=/b"""', "Mount=type=glob,src=/etc/*"),
        *("Network=host\nPodmanArgs=--network none\nSysctl=net.a=1", "Network=host\nSysctl=kernel.shmmax=1"),
        *(
            "PodmanArgs=--rm -p 80:80 --memory=1g -v /a:/b:ro",
            "PodmanArgs=--memory %i",
            "PodmanArgs=--health-retries 0",
        ),
        *("ContainerName=%N", "Memory=%i\nUlimit=nofile=%i\nTmpfs=%t/a:x"),
    ],
)
def test_what_podman_itself_takes_is_taken(line: str) -> None:
    assert [said for level, said, _ in told(f"{IMAGE}{line}\n") if level is Level.ERROR] == []


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (f"{IMAGE}nonsense\n", "nonsense is not a [Section], a Key=value or a # comment", 3),
        ("Image=x\n", "a section such as [Container] must come first", 1),
        (f"{IMAGE}=x\n", "=x is not a [Section]", 3),
    ],
)
def test_a_file_with_a_line_that_is_nothing_is_refused_whole(text: str, message: str, line: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        document(text)
    failure = caught.value.failure
    assert message in failure.message
    assert failure.source
    assert failure.span
    assert failure.source.region(failure.span).line == line


def test_a_unit_of_another_kind_is_refused() -> None:
    with pytest.raises(UnreadableError, match=r"no \[Container\] section"):
        document("[Volume]\nVolumeName=x\n")


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("web.container", ["web.container.d", "container.d"]),
        ("a-b-c.container", ["a-b-c.container.d", "a-b-.container.d", "a-.container.d", "container.d"]),
        ("a@.container", ["a@.container.d", "container.d"]),
        (
            "a-b@i.container",
            ["a-b@i.container.d", "a-b@.container.d", "a-@.container.d", "a-.container.d", "container.d"],
        ),
    ],
)
def test_the_folders_of_drop_ins_are_looked_at_from_the_specific_to_the_general(name: str, folders: list[str]) -> None:
    assert drop_in_folders(name) == folders


def at_disk(folder: Path, files: dict[str, str]) -> Document:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return document((folder / "web.container").read_text(), folder / "web.container")


def test_drop_ins_are_added_in_the_order_of_their_names_and_their_values_keep_their_file(tmp_path: Path) -> None:
    read = at_disk(
        tmp_path,
        {
            "web.container": f"{IMAGE}AddCapability=KILL\nUser=a\n",
            "web.container.d/20-b.conf": "[Container]\nAddCapability=CHOWN\nUser=c\n",
            "web.container.d/10-a.conf": "[Container]\nAddCapability=\nAddCapability=NET_RAW\nUser=b\n",
            "container.d/15-all.conf": "[Container]\nDropCapability=ALL\n",
            "container.d/20-b.conf": "[Container]\nAddCapability=SYS_ADMIN\n",
            "web.container.d/notes.txt": "AddCapability=SYS_TIME\n",
        },
    )
    [found] = read.containers
    assert read.failures == ()
    assert values(found.cap_add) == ["NET_RAW", "CHOWN"]
    assert places(found.cap_add) == [
        (str(tmp_path / "web.container.d/10-a.conf"), 3, 15),
        (str(tmp_path / "web.container.d/20-b.conf"), 2, 15),
    ]
    assert places(found.cap_drop) == [(str(tmp_path / "container.d/15-all.conf"), 2, 16)]
    assert found.user
    assert found.user.value == "c"


def test_a_drop_in_that_cannot_be_read_is_told_and_the_others_count(tmp_path: Path) -> None:
    files = {
        "web.container": IMAGE,
        "web.container.d/1.conf": "nonsense\n",
        "web.container.d/2.conf": "[Container]\nAddCapability=KILL\n",
    }
    read = at_disk(tmp_path, files)
    (tmp_path / "web.container.d" / "3.conf").symlink_to("/etc/hostname")
    again = document(IMAGE, tmp_path / "web.container")
    assert [failure.path for failure in read.failures] == [str(tmp_path / "web.container.d/1.conf")]
    assert values(read.containers[0].cap_add) == ["KILL"]
    assert [failure.level for failure in again.failures] == [Level.ERROR, Level.NOTE]


def test_no_more_drop_ins_are_read_than_anybody_writes(tmp_path: Path) -> None:
    files = {f"web.container.d/{n:04}.conf": f"[Container]\nAddCapability=C{n}\n" for n in range(MAX_FILES + 5)}
    read = at_disk(tmp_path, {"web.container": IMAGE, **files})
    assert len(read.containers[0].cap_add) == MAX_FILES


WORDS = [
    ("a  b\tc", False, ["a", "b", "c"]),
    ("'a b' \"c d\"e", False, ["a b", "c de"]),
    ("a\\nb", False, ["a\\nb"]),
    ('a\\nb \\x41\\101\\u00e9\\s\\"', True, ["a\nb", 'AAé "']),
    ("'a b", True, ["a b"]),
    ("a b\\", True, ["a", "b"]),
    ("a '' b", True, ["a"]),
    ('a "b\\"c" d', True, ["a", 'b"c', "d"]),
    ("", True, []),
]


@pytest.mark.parametrize(("text", "is_command", "expected"), WORDS)
def test_words_are_podmans_words(text: str, is_command: bool, expected: list[str]) -> None:  # noqa: FBT001  # cases
    found = split(Source("x", text), is_command=is_command)
    assert [word.value for word in found] == expected


@pytest.mark.parametrize(
    ("text", "is_command"), [("'a", False), ("\\q", True), ("\\x00", True), ("\\u12", True), ("\\400", True)]
)
def test_broken_values_are_broken(text: str, is_command: bool) -> None:  # noqa: FBT001  # cases
    with pytest.raises(BrokenError):
        split(Source("x", text), is_command=is_command)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters=" \t\n\r'\"\\%$\0"), min_size=1)))
def test_plain_words_are_given_as_they_are_each_at_its_place(words: list[str]) -> None:
    source = Source("x", "  ".join(words))
    found = split(source, is_command=True)
    assert [word.value for word in found] == words
    assert [source.text[slice(*word.span)] for word in found] == words


@given(st.text("[]=#;\\ \n\r\tabC'\"%$", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        sections = read_unit(Source("x", text))
    except UnreadableError:
        return
    for section in sections.values():
        for entry in section.entries:
            root, span = entry.key.source.to_root(Span(0, 1))
            assert root.text[slice(*span)] == entry.key.value[0]


@pytest.mark.parametrize(
    "line",
    [
        *("AddCapability=KILL\n", "# x\n", "AddCapability=a\\\n", "PodmanArgs='a b' \\x41\n", "Exec=a b c\\\n b\n"),
        *("Volume=x.volume:/x\n", "Mount=type=bind,src=x.volume,dst=/x\n", "ExposeHostPort=a\n", "Network=x.network\n"),
    ],
)
def test_the_steps_grow_with_the_length(line: str) -> None:
    assert_linear(lambda n: document(IMAGE + line * n), 300)


def test_what_the_commands_of_the_service_start_is_read() -> None:
    text = (
        "[Container]\nImage=x\nEnvironment=F=--privileged\n"
        "[Service]\nEnvironment=F=--cap-add=A\nExecStartPre=/usr/bin/podman run $F pre\n"
    )
    unit, before = quadlet.read(Source("x.container", text)).containers
    assert (unit.kind, before.kind) == (Kind.QUADLET, Kind.RUN)
    assert [value.value for value in before.cap_add] == ["A"]
    assert before.image is not None
    assert before.image.value == "pre"


def test_what_a_drop_in_starts_besides_the_container_is_read_at_its_place(tmp_path: Path) -> None:
    read = at_disk(
        tmp_path,
        {
            "web.container": f"{IMAGE}[Service]\nExecStartPre=podman run gone\nExecStop=podman run --cap-add A stop\n",
            "web.container.d/10-a.conf": "[Service]\nExecStartPre=\nExecStartPre=docker run --privileged pre\n",
            "container.d/20-b.conf": "[Service]\nExecStartPost=/usr/bin/podman run --cap-add B post\n",
        },
    )
    assert read.failures == ()
    found = {one.image.value: one for one in read.containers if one.image}
    assert sorted(found) == ["post", "pre", "stop", "web:1"]
    assert places([found["pre"].privileged]) == [(str(tmp_path / "web.container.d/10-a.conf"), 3, 25)]
    assert places(found["post"].cap_add) == [(str(tmp_path / "container.d/20-b.conf"), 2, 45)]
    assert places(found["stop"].cap_add) == [(str(tmp_path / "web.container"), 5, 31)]


@pytest.mark.parametrize(
    ("line", "adds", "is_known"),
    [("", ["A"], True), ("Environment=F=B\n", [], False), ("EnvironmentFile=x\n", [], False)],
)
def test_a_variable_is_known_where_one_file_alone_may_set_it(
    tmp_path: Path, line: str, adds: list[str], *, is_known: bool
) -> None:
    unit = f"{IMAGE}[Service]\nEnvironment=F=A\nExecStartPre=podman run --cap-add ${{F}} pre\n"
    read = at_disk(tmp_path, {"web.container": unit, "container.d/20-b.conf": f"[Service]\n{line}"})
    before = read.containers[-1]
    assert values(before.cap_add) == adds
    assert (before.unknowns == ()) is is_known
