"""What paths of the host and sockets on it give to a container: host_paths.toml and host_sockets.toml.

Both are read when a container first mounts a path that may be one of theirs, which few do.
"""

from __future__ import annotations

import posixpath
from functools import cache
from typing import TYPE_CHECKING

from dropcap.capabilities.facts import tables
from dropcap.model import Severity
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class HostPath(NamedTuple):
    """What a path of the host gives.

    Attributes:
        writable: how grave it is where it can be written.
        changes: what a process can do by that, after "it can".
        read_only: the same where it can be read alone; None where that is harmless.
        reads: what a process can do by that, after "it can".
        is_whole: whether no smaller part of it could be mounted: it is a file, or what one asks for orders.

    """

    writable: Severity
    changes: str
    read_only: Severity | None
    reads: str
    is_whole: bool = False


class Listener(NamedTuple):
    """Who takes orders at a socket of the host.

    Attributes:
        title: the name.
        gives: what whoever connects does by that.
        severity: how grave it is to reach it.
        is_folder: whether the path is a folder that such sockets lie in.

    """

    title: str
    gives: str
    severity: Severity
    is_folder: bool


_PATHS = "host_paths.toml"
_SOCKETS = "host_sockets.toml"
_OF_HOMES = ("~", "$HOME", "${HOME}", "%h", "/root", "${localEnv:HOME}")
_OF_PROJECT = ("$PWD", "${PWD}", "$(pwd)", "`pwd`", "${localWorkspaceFolder}")
_RUNTIME = ("$XDG_RUNTIME_DIR", "${XDG_RUNTIME_DIR}", "%t")


def host_path(path: str) -> HostPath | None:
    """Return what a path of the host gives; None where that is nothing that is known to matter."""
    if not _may_matter(path):
        return None
    plain = plain_path(path)
    system, other, home = _paths()
    found = system.get(plain) or other.get(plain)
    if found is not None:
        return found
    for start in _OF_HOMES:
        if plain == start or plain.startswith(f"{start}/"):
            return home.get(plain[len(start) :])
    head, _, user = plain.partition("/home/" if plain.startswith("/home/") else "/Users/")
    if head or not user:
        return None
    _, slash, rest = user.partition("/")
    return home.get(slash + rest)


def listener(path: str, target: str = "") -> Listener | None:
    """Return who takes orders at a path of the host; None where nobody is known to do so.

    Args:
        path: the path, as it is written.
        target: where it is mounted, which says what is meant where the path is a variable and no more.

    """
    if not _may_matter(path):
        return None
    plain = _in_runtime_folder(plain_path(path))
    by_name, by_path, by_folder = _listeners()
    starred = _starred(plain)
    if starred in by_path:
        return by_path[starred]
    name = plain.replace("\\", "/").rpartition("/")[2]
    if name in by_name:
        return by_name[name]
    if _is_variable(plain) and target.rpartition("/")[2] in by_name:
        return by_name[target.rpartition("/")[2]]
    return by_folder.get(starred)


def names_host(address: str, *, shares_network: bool) -> bool:
    """Return whether the address of an engine, `tcp://host.docker.internal:2375`, is one of the host's own.

    Args:
        address: the address.
        shares_network: whether the network of who uses it is the host's.

    """
    scheme, _, rest = address.partition("://")
    if scheme not in {"tcp", "http", "https"}:
        return False
    table = tables(_SOCKETS)["tcp"]
    authority = rest.partition("/")[0]
    host = authority if authority.endswith("]") else authority.rpartition(":")[0] or authority
    return host in table["hosts"] or (shares_network and host in table["own"])


def plain_path(path: str) -> str:
    """Write a path without dots and doubled slashes, and `/run` for `/var/run`, which is the same folder."""
    if path[:1] != "/":
        return posixpath.normpath(path) if "/" in path else path
    plain = "/" + posixpath.normpath(path).lstrip("/")
    return plain[4:] if plain == "/var/run" or plain.startswith("/var/run/") else plain


_BEGINNINGS = frozenset("/~$%`\\")
"""How a path begins that leads out of the project, or may: `~`, a variable, systemd's `%h`."""


def _in_runtime_folder(path: str) -> str:
    for start in _RUNTIME:
        if path == start or path.startswith(f"{start}/"):
            return "/run/user/*" + path[len(start) :]
    return path


def _starred(path: str) -> str:
    """Write a star for the name of a user's runtime folder."""
    start = "/run/user/"
    if not path.startswith(start):
        return path
    _, slash, rest = path[len(start) :].partition("/")
    return f"{start}*{slash}{rest}"


def _is_variable(path: str) -> bool:
    """Whether a path is a variable and no more: `$SOCKET`, `${SOCKET}`."""
    if path.startswith("${"):
        return path.find("}") == len(path) - 1
    return path.startswith("$") and "/" not in path


def _may_matter(path: str) -> bool:
    """Whether a path may lie outside of the project."""
    return path[:1] in _BEGINNINGS and not path.startswith(_OF_PROJECT)


@cache
def _paths() -> tuple[Mapping[str, HostPath], Mapping[str, HostPath], Mapping[str, HostPath]]:
    """Read what is known: system directories, other paths, and what lies in the homes of users."""
    groups: dict[str, dict[str, HostPath]] = {"system": {}, "other": {}, "home": {}}
    for header, table in tables(_PATHS).items():
        group, _, path = header.partition(".")
        if group in groups:
            read_only = str(table.get("read_only", ""))
            groups[group][path.strip('"')] = HostPath(
                Severity[str(table["writable"]).upper()],
                str(table["changes"]),
                Severity[read_only.upper()] if read_only else None,
                str(table.get("reads", "")),
                "whole" in table,
            )
    return groups["system"], groups["other"], groups["home"]


@cache
def _listeners() -> tuple[Mapping[str, Listener], Mapping[str, Listener], Mapping[str, Listener]]:
    """Read who listens where, by names of sockets, by paths, and by folders."""
    names: dict[str, Listener] = {}
    paths: dict[str, Listener] = {}
    folders: dict[str, Listener] = {}
    for header, table in tables(_SOCKETS).items():
        if header == "tcp":
            continue
        severity = Severity[str(table["severity"]).upper()]
        socket = Listener(str(table["title"]), str(table["gives"]), severity, is_folder=False)
        names.update(dict.fromkeys(table["names"], socket))
        paths.update(dict.fromkeys(table["paths"], socket))
        folders.update(dict.fromkeys(table["folders"], socket._replace(is_folder=True)))
    return names, paths, folders
