"""
A container has the host's network.

It has no network of its own then: it listens on every port and address of the host, whatever is published, and
reaches what listens on the host's `localhost` alone because it asks for no password: databases, caches, a
development server, the engine's own interfaces. Abstract sockets of the host are open to it too, by which
containers have got out (CVE-2020-15257). NET_RAW, which is held by default, then reads along what the host
sends and receives, and NET_ADMIN changes its firewall.

A container that joins the network of one that has it (`network_mode: service:NAME`, `--network container:NAME`)
has it as well.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{.HostConfig.NetworkMode}}'` prints `host`.

Remediation: leave the option out, and publish the ports that others have to reach. Where the container has to
reach the host, use `host.docker.internal` with `extra_hosts: ["host.docker.internal:host-gateway"]`.

Impact of the fix: what works by broadcasts of the host's network has to be given another way, such as a macvlan
network: DHCP servers, discovery by mDNS or SSDP. What measures the host's own network cards does need the
option.

Default value: a network of its own. In a stack file `network_mode` is ignored; there a service is attached to the
host's network as an external network of the name `host`.

```yaml bad
services:
  web:
    image: web:1
    network_mode: host
```

```yaml bad
services:
  web:
    image: web:1
    network_mode: service:db
  db:
    image: db:1
    network_mode: host
```

```yaml good
services:
  web:
    image: web:1
    cap_drop: [ALL]
    ports: ["127.0.0.1:8080:80"]
```

```sh bad
docker run --network host web:1
```

```sh bad
docker run --name vpn --net=host vpn:1
docker run --network container:vpn web:1
```

```sh good
docker run --cap-drop ALL --publish 127.0.0.1:8080:80 web:1
```

References: CIS Docker Benchmark 1.6.0, 5.10 (5.9 in 1.5.0 and older); Docker documentation, "Host network
driver"; CVE-2020-15257; Kubernetes Pod Security Standards, Baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Subject

# What the host keeps to itself on localhost is open to it, and containers have got out by the host's sockets.
SEVERITY = Severity.HIGH
CONTROLS = ("CIS-5.10", "BENCH-5.10", "OWASP-RULE-5", "NIST-4.4.2", "CWE-653", "T1046")
FIELDS = ("network_mode", "networks")


def check(subject: Subject) -> Iterator[Problem]:
    where = subject.host_namespace("network_mode")
    if where is not None:
        is_attached = where in subject.networks
        written = f"network {where.value}" if is_attached else subject.written("network_mode", where.value)
        message = f"the host's network is shared (`{written}`): it reaches what listens on the host's localhost alone"
        yield Problem(where, f"{message}; leave the option out and publish ports", ("network_mode=host",))
