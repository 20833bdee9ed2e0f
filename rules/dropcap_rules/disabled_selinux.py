"""
A container is not separated by SELinux.

On Fedora, Red Hat and their kin SELinux keeps a container from all files of the host that are not labelled for
it, and containers from each other. It has stopped flaws in the engine itself (CVE-2019-5736). `label=disable`
takes all of that away, most often because a mounted folder could not be read: `:z` or `:Z` behind the mount is
the remedy for that. Where SELinux is not in use, the option changes nothing; a file does not tell.

One such option among others is enough. The host's processes or shared memory (`pid: host`, `ipc: host`) and
privileged mode switch the label off as well; those rules say so.

Audit: `docker inspect --format '{{.HostConfig.SecurityOpt}}' NAME` shows `label=disable`, and
`{{.ProcessLabel}}` is empty.

Remediation: leave the option out, and let the engine label what is mounted: `./data:/data:Z`, or `:z` for what
several containers use. For a folder of the system name a type that may read it:
`label=type:container_logreader_t`.

Impact of the fix: a mount of the host without a label fails with "Permission denied" where SELinux is in use.

Default value: separated where the host has SELinux and the engine uses it. `docker stack deploy` ignores the
option.

```yaml bad
services:
  web:
    image: web:1
    security_opt: [label:disable]
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    security_opt: [label=type:web_t]
    volumes: [./data:/data:Z]
```

```sh bad
podman run --security-opt label=disable web:1
```

```sh good
podman run --cap-drop ALL --volume ./data:/data:Z web:1
```

References: CIS Docker Benchmark 1.6.0, 5.3 (5.2 in 1.5.0 and older); podman-run(1), "--security-opt"; moby
daemon/daemon_unix.go, parseSecurityOpt; CVE-2019-5736.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Fix, Located, Subject

# A second barrier on some hosts, which stands where a flaw of the engine or the kernel has opened the first.
SEVERITY = Severity.MEDIUM
CONTROLS = ("CIS-5.3", "BENCH-5.3", "OWASP-RULE-6", "NIST-4.4.3", "CWE-693", "T1611")
FIELDS = ("security_opt",)


def check(subject: Subject) -> Iterator[Problem]:
    option = _disabled(subject)
    if option is not None:
        message = f"no SELinux label separates it from the host (`{option.value}`)"
        yield Problem(option, f"{message}; leave the option out, and mount with `:z` or `:Z`", ("label=disable",))


def _disabled(subject: Subject) -> Located[str] | None:
    if subject.kind is Kind.INSPECT and (subject.host_namespace("pid") or subject.host_namespace("ipc")):
        return None  # the engine writes the option down itself then
    return subject.label_disabled


def fix(subject: Subject, problem: Problem) -> Fix | None:  # noqa: ARG001  # the option says all
    """Leave the option out; a program may rely on what it opens."""
    from dropcap.api import Fix, Remove

    return Fix("leave the option out, so that SELinux separates it", (Remove(problem.where),))
