"""
A container weakens its own network by a kernel parameter.

Kernel parameters of the network protect from forged, rerouted and flooding packets. These are set here to the
value that protects less. They act in the container's own network alone, so the host keeps its own: what suffers
is the container and what it forwards. Engines refuse parameters that would act on the whole host.

Audit: `docker inspect --format '{{.HostConfig.Sysctls}}' NAME` shows the parameter and its value.

Remediation: leave the parameter out.

Impact of the fix: a router or VPN that relies on asymmetric routes may need `rp_filter` at 2, which is not
meant here.

Default value: the engine sets none of these; the kernel's own value, or the host's, is in force.

```yaml bad
services:
  web:
    image: web:1
    sysctls:
      net.ipv4.tcp_syncookies: 0
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    sysctls:
      net.core.somaxconn: 1024
```

```sh bad
docker run --sysctl net.ipv4.conf.all.accept_source_route=1 web:1
```

```sh good
docker run --cap-drop ALL --sysctl net.ipv4.ip_unprivileged_port_start=0 web:1
```

References: Linux Documentation/networking/ip-sysctl.rst; docker run, "Configure namespaced kernel parameters
(sysctls) at runtime"; Kubernetes Pod Security Standards, Baseline; CVE-2020-8558.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity, weakness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# It acts in the container's own network, and on nothing of the host.
SEVERITY = Severity.LOW
CONTROLS = ("NIST-4.4.3", "CWE-693")
FIELDS = ("sysctls",)


def check(subject: Subject) -> Iterator[Problem]:
    last = {setting.value.partition("=")[0].replace("/", "."): setting for setting in subject.sysctls}
    for name, setting in last.items():
        value = setting.value.partition("=")[2]
        means = weakness(name, value)
        if means is not None:
            yield Problem(setting, f"`{name}={value.strip()}`: {means}; leave the option out", (name,))
