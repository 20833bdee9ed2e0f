"""
A rule for devices opens disks or memory of the host.

A rule of the device control group says which devices may be opened, by their kind and numbers; it brings no file for
them. A process that holds MKNOD, as Docker's default set does, makes the file itself and has the device: with
`b *:* rwm` each disk of the host, with `a *:* rwm` all that there is. Without MKNOD the file has to be there already,
in a mount of `/dev` for example: that is one level milder.

Rules for one kind of harmless device (serial ports, cameras, USB) are left in peace, and so are rules that let nodes
be made (`m`) and nothing be opened.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{json .HostConfig.DeviceCgroupRules}}'` prints no rule
with `a`, `b` or `c *:*`.

Remediation: give the one device by `devices:` or `--device`, or write the rule with the major number of what is meant,
as `c 189:* rmw` for USB. Drop MKNOD: what the engine puts into `/dev` does not need it.

Impact of the fix: a program that meets devices that come later, and does not know their numbers, has to be started
again then.

Default value: no rule beside the engine's own. `docker stack deploy` ignores the option.

```yaml bad
services:
  disks:
    image: disks:1
    device_cgroup_rules: ["b *:* rwm"]
```

```yaml good
services:
  usb:
    image: usb:1
    cap_drop: [ALL]
    device_cgroup_rules: ["c 189:* rmw"]
```

```sh bad
docker run --device-cgroup-rule "a *:* rwm" tool:1
```

```sh good
docker run --cap-drop ALL --device-cgroup-rule "c 81:* rw" camera:1
```

References: CIS Docker Benchmark 1.6.0, 5.18 (5.17 in 1.5.0 and older); Linux Documentation/admin-guide/devices.txt and
cgroup-v1/devices.rst; mknod(2); moby oci/oci.go, AppendDevicePermissionsFromCgroupRules; data: host_devices.toml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity, opened_devices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# With MKNOD, which is in the default set, the disk is open; what opens less has a severity of its own.
SEVERITY = Severity.CRITICAL
CONTROLS = ("CIS-5.18", "BENCH-5.18", "CWE-250", "T1611")
FIELDS = ("device_rules",)


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.device_rules or subject.kind is Kind.EXEC or subject.ignores("device_rules"):
        return
    if subject.privileged_option is not None:
        return  # every device is open anyway
    for entry in subject.device_rules:
        found = opened_devices(entry.value)
        if found is None:
            continue
        severity = subject.over_files_of_root(found.severity)
        if "MKNOD" in subject.sets.bounding:
            how = "it makes the node by MKNOD and can"
        else:
            severity, how = Severity(max(severity - 1, Severity.LOW)), "where there is a node it can"
        but = ""
        if found.needs and found.needs not in subject.sets.bounding:
            severity, but = min(severity, Severity.MEDIUM), f", if it had {found.needs}"
        elif not subject.opens_files_of_root:
            but = f", though not as {subject.user_title} itself"
        message = f"`{entry.value}` opens devices of the host: {how} {found.gives}{but}; name the one device instead"
        yield Problem(entry, message, (entry.value,), severity=severity)
