"""
A device of the host by which the host itself is reached is given to a container.

A disk as a device is all that lies on it, past every permission of its files: who can write to it rewrites the host's
programs, who can read it reads keys and password hashes. `/dev/mem` is the machine's memory. `/dev` as a device is all
devices at once, disks too.

What gives a thing of its own and nothing of the host's is left in peace: `/dev/net/tun`, `/dev/fuse`, `/dev/kvm`,
`/dev/dri`, sound, video and serial ports. A device that belongs to root is one level milder for a container that runs
as another user, and one that the kernel does not let be opened without a capability that is not held is medium.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{json .HostConfig.Devices}}'` names no such device.

Remediation: name the one device that is needed, with the permissions that are needed: `/dev/sda:/dev/sda:r`. To use a
file system, mount it on the host and give the container that folder.

Impact of the fix: tools that watch disks (S.M.A.R.T.), write images or repair file systems need the disk: keep them
apart from what faces a network.

Default value: no device of the host but `/dev/null` and its kin. `docker stack deploy` ignores the option.

```yaml bad
services:
  disks:
    image: disks:1
    devices: ["/dev/sda:/dev/sda"]
```

```yaml good
services:
  vpn:
    image: vpn:1
    cap_drop: [ALL]
    devices: ["/dev/net/tun:/dev/net/tun"]
```

```sh bad
docker run --device /dev/mem --cap-add SYS_RAWIO tool:1
```

```sh good
docker run --cap-drop ALL --device /dev/ttyUSB0 zigbee:1
```

References: CIS Docker Benchmark 1.6.0, 5.18 (5.17 in 1.5.0 and older); Linux Documentation/admin-guide/devices.txt;
mem(4); moby oci/devices_linux.go; data: host_devices.toml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity, host_device

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# A disk that can be written is the host; what gives less has a severity of its own.
SEVERITY = Severity.CRITICAL
CONTROLS = ("CIS-5.18", "BENCH-5.18", "CWE-250", "T1611")
FIELDS = ("devices",)


def check(subject: Subject) -> Iterator[Problem]:
    if not subject.devices or subject.kind is Kind.EXEC or subject.ignores("devices"):
        return
    if subject.privileged_option is not None:
        return  # every device is open anyway
    seen: set[str] = set()
    for entry in subject.devices:
        found = host_device(entry.value)
        path = entry.value.partition(":")[0]
        if found is None or path in seen:
            continue
        seen.add(path)
        severity, but = subject.over_files_of_root(found.severity), ""
        if found.needs and found.needs not in subject.sets.bounding:
            severity, but = min(severity, Severity.MEDIUM), f", if it had {found.needs}"
        elif not subject.opens_files_of_root:
            but = f", though not as {subject.user_title} itself"
        shown = path if subject.is_typed(path, entry) else f"{path.rpartition('/')[0]}/…"
        message = f"the device `{shown}` is the host's: it can {found.gives}{but}; leave it out"
        yield Problem(entry, message, (shown,), severity=severity)
