"""
A container can give orders to an engine of the host.

Who connects to the socket of Docker, Podman, containerd or CRI-O may start a container with every capability, every
device and the host's `/` in it. So whoever takes over a process that reaches the socket takes over the host, whatever
capabilities the container has. systemd, LXD and Incus take such orders as well. The socket itself counts, wherever it
lies, a folder that it lies in, and a named volume that is one of these.

A read-only mount does not help: it keeps the socket's file from being replaced, and nobody writes to that file.

An engine without root gives what its user may, and no more. A process that runs as another user than root cannot open
the socket by itself, unless it is in the socket's group: that is one level milder. `DOCKER_HOST` with an address of
the host is a hint that the engine listens on a port there, without asking who calls.

Audit: `docker ps -q | xargs docker inspect --format '{{.Name}} {{json .Mounts}}' | grep -E '[.]sock|/run"'` prints
nothing of an engine's.

Remediation: leave the mount out. Where a program only reads what runs, as a reverse proxy does, put a proxy in between
that lets through requests by GET for that alone, and give the socket to nothing else. `tecnativa/docker-socket-proxy`
and `linuxserver/socket-proxy` are made for that: they are low here while `POST` is not set.

Impact of the fix: what starts containers, or reads their labels, logs and events, needs another way to do so.

Default value: no socket is mounted.

```yaml bad
services:
  proxy:
    image: proxy:1
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
```

```yaml bad
services:
  runner:
    image: runner:1
    environment:
      DOCKER_HOST: tcp://host.docker.internal:2375
```

```yaml good
services:
  runner:
    image: runner:1
    cap_drop: [ALL]
    environment:
      DOCKER_HOST: tcp://docker:2376
```

```sh bad
docker run --mount type=bind,source=/run,target=/host/run agent:1
```

```sh good
docker run --cap-drop ALL --volume /run/udev:/run/udev:ro agent:1
```

References: CIS Docker Benchmark 1.6.0, 5.32 (5.31 in 1.5.0 and older); OWASP Docker Security Cheat Sheet, rule 1;
Docker Docs, "Protect the Docker daemon socket"; unix(7); data: host_sockets.toml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.api import Kind, Problem, Related, Severity, listener, names_host, plain_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.api import Listener, Located, Mount, Subject

# One request starts a container that has the host's root: nothing else is needed.
SEVERITY = Severity.CRITICAL
COVERS = ("sensitive-host-path",)
CONTROLS = ("CIS-5.32", "OWASP-RULE-1", "BENCH-5.32", "CWE-250", "T1611")
FIELDS = ("mounts", "process")

# Read from their documentation: without `POST` they let GET and HEAD pass, and of these what other variables open.
_PROXIES = frozenset({"tecnativa/docker-socket-proxy", "linuxserver/socket-proxy"})
_ADDRESSES = ("DOCKER_HOST=", "CONTAINER_HOST=")


def check(subject: Subject) -> Iterator[Problem]:
    if subject.kind is Kind.EXEC:
        return  # it has what its container has
    if subject.mounts:
        yield from _mounted(subject)
    if subject.process is not None and subject.process.environment:
        yield from _addressed(subject)


def _mounted(subject: Subject) -> Iterator[Problem]:
    """Give a problem for each socket or folder of such; where it is mounted twice, the second one is told beside."""
    found: dict[str, Problem] = {}
    for mount in subject.mounts:
        path = mount.value.host_path
        listens = listener(path, mount.value.target) if path else None
        if listens is None:
            continue
        plain = plain_path(path)
        if plain in found:
            again = Related("it is mounted here too", mount)
            found[plain] = found[plain]._replace(related=(*found[plain].related, again))
        else:
            message, severity = _message(subject, mount, listens), subject.over_files_of_root(listens.severity)
            severity = Severity.LOW if _only_reads(subject) else severity
            found[plain] = Problem(mount, message, (plain_path(_shown(subject, mount)),), severity=severity)
    yield from found.values()


def _message(subject: Subject, mount: Located[Mount], listens: Listener) -> str:
    what = f"the folder with the socket of {listens.title}" if listens.is_folder else f"the socket of {listens.title}"
    written = mount.value.options or _shown(subject, mount)  # an option of its own mounts it too
    if _only_reads(subject):
        who = f"whoever takes that over {listens.gives}"
        return f"{what} is mounted (`{written}`) into a proxy that lets reading pass alone: {who}; let few reach it"
    how = ", read-only, which does not help" if mount.value.read_only else ""
    who = "" if subject.opens_files_of_root else f" ({subject.user_title} has to become root first)"
    return f"{what} is mounted (`{written}`{how}): whoever connects {listens.gives}{who}; leave it out"


def _only_reads(subject: Subject) -> bool:
    """Whether the container is a proxy that is made to hold the socket, and lets nothing but reading pass."""
    image = subject.image
    if image is None or subject.entrypoint is not None or subject.command is not None:
        return False
    if subject.may_be_set("image", "entrypoint", "command"):
        return False
    host, slash, name = image.value.partition("/")
    name = name if slash and "." in host else image.value
    if name.partition("@")[0].partition(":")[0] not in _PROXIES:
        return False
    process = subject.process
    if process is None:
        return True
    posts = [one.value for one in process.environment if one.value.partition("=")[0] == "POST"]
    return not process.has_more and all(one == "POST=0" for one in posts)


def _shown(subject: Subject, mount: Located[Mount]) -> str:
    """Give the path; of one that a variable gives the last part alone, unless it is known to all."""
    path = mount.value.host_path
    is_known = subject.is_typed(path, mount) or f"{plain_path(path)}/".startswith("/run/")
    return path if is_known else path.rpartition("/")[2]


def _addressed(subject: Subject) -> Iterator[Problem]:
    """Look at the address that a client of an engine is given; of several the last one counts."""
    every = subject.process.environment if subject.process is not None else ()
    variables = [one for one in every if one.value.startswith(_ADDRESSES)]
    if not variables:
        return
    shares_network = subject.network_mode is not None and subject.host_namespace("network_mode") is not None
    for start in _ADDRESSES:
        given = [one for one in variables if one.value.startswith(start)]
        if given and names_host(given[-1].value[len(start) :], shares_network=shares_network):
            name = start[:-1]
            gives = "whoever reaches that port starts containers as the host's root"
            message = f"`{name}` is the address of an engine on the host: {gives}; name an engine of its own"
            yield Problem(given[-1], message, (name,), severity=Severity.MEDIUM)
