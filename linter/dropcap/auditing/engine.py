"""A running engine, Docker's or Podman's, asked for its containers: GETs alone, each answer bounded.

An engine may be another one than it seems. What it answers decides nothing but what is printed, and a path of a
request is made of nothing but what an id or a version can be.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dropcap.engine_client import ANY_VERSION, EngineError, chunks, fetch, find_client
from dropcap.model import MOST_CONTAINERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient

__all__ = ["MOST_OF_ONE", "AuditedEngine", "Event", "Listed", "connect"]

MOST_OF_ONE = 4 * 1024 * 1024
"""How many bytes an engine may say of one container."""
_MOST_OF_LIST = 64 * 1024 * 1024
_MOST_OF_VERSION = 256 * 1024
_MOST_OF_EVENT = 64 * 1024
SECONDS = 60
"""How long an answer may take."""
_ID = re.compile(r"[0-9a-f]{12,128}")
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}")
_NAME_SIZE = 255
_OLDEST = (1, 24)
_NANO = 1_000_000_000
_LATEST = 1 << 63
_CHANGES = frozenset(
    {"create", "start", "die", "died", "destroy", "remove", "rename", "update", "pause", "unpause"}
    | {"exec_start", "exec_die", "exec", "exec_died"}
)


class Listed(NamedTuple):
    """A container in an engine's list.

    Attributes:
        id: the id, in hexadecimal digits.
        names: its names, without a slash.

    """

    id: str
    names: tuple[str, ...]


class Event(NamedTuple):
    """Something that happened to a container.

    Attributes:
        container: the container.
        what: the engine's word: `start`, `die`.
        at: when, in seconds as the engine counts them; 0 where it does not say.

    """

    container: Listed
    what: str
    at: float = 0.0


class AuditedEngine:
    """An engine that is asked for its containers.

    Attributes:
        address: where it listens.
        title: its name and version, as it says.
        version: its version.
        is_podman: whether it is Podman, which is asked in its own way: in Docker's it leaves out what it grants.

    """

    def __init__(self, client: DockerClient, address: str) -> None:
        """Ask a client's engine what it is.

        Raises:
            EngineError: it does not say, or is too old.

        """
        self.address = address
        self._client = client
        found = _object(self._get("/version", most=_MOST_OF_VERSION))
        parts = found.get("Components")
        components = [one for one in parts if isinstance(one, dict)] if isinstance(parts, list) else []
        podman = next((one for one in components if "podman" in str(one.get("Name", "")).lower()), None)
        self.is_podman = podman is not None
        said = str((podman or found).get("Version", ""))[:40]
        self.version = said
        self.title = f"{'Podman' if self.is_podman else 'Docker'} {said}".strip()
        self._prefix = f"/v{_numbers(said)}/libpod" if self.is_podman else f"/v{_interface(found)}"
        self._events = f"/v{_interface(found)}/events"

    def close(self) -> None:
        """Let the engine go."""
        self._client.close()

    def containers(self, *, only_running: bool = False) -> tuple[list[Listed], bool]:
        """Return the containers that there are, and whether these are all.

        Raises:
            EngineError: it does not say.

        """
        params = {} if only_running else {"all": "true"}
        data = self._get(f"{self._prefix}/containers/json", params, most=_MOST_OF_LIST)
        try:
            rows = json.loads(data)
        except (ValueError, RecursionError):
            rows = None
        if not isinstance(rows, list):
            raise EngineError("its list of containers is not JSON as engines write it")
        listed = [one for row in rows[: MOST_CONTAINERS + 1] if (one := _listed(row)) is not None]
        is_whole = len(listed) == len(rows) and len(rows) <= MOST_CONTAINERS
        return listed[:MOST_CONTAINERS], is_whole

    def describe(self, container: str) -> bytes | None:
        """Return what it says of a container, which is JSON; None where that is not there any more.

        Raises:
            EngineError: it does not say.

        """
        return fetch(self._client, f"{self._prefix}/containers/{container}/json", most=MOST_OF_ONE, seconds=SECONDS)

    def events(self, since: float) -> Iterator[Event]:
        """Give what has happened to containers since a time, and then what happens, as it does.

        Raises:
            EngineError: it went away, or does not say.

        """
        params = {"filters": json.dumps({"type": ["container"]}), "since": str(int(since))}
        rest = b""
        for part in chunks(self._client, self._events, params, seconds=None):
            if part is None:
                raise EngineError("it tells of no events")
            *lines, rest = (rest + part).split(b"\n")
            if len(rest) > _MOST_OF_EVENT:
                raise EngineError("one of its events is too long")
            yield from (event for line in lines if (event := _event(line)) is not None)
        raise EngineError("it ended the connection")

    def _get(self, path: str, params: dict[str, str] | None = None, *, most: int) -> bytes:
        found = fetch(self._client, path, params, most=most, seconds=SECONDS)
        if found is None:
            raise EngineError(f"it does not know {path}")
        return found


def connect(address: str = "") -> AuditedEngine:
    """Return the engine at an address, or else the one that is found; see :mod:`dropcap.engine_client`.

    Raises:
        NoEngineError: none answers.
        EngineError: it does not say what it is, or is too old.

    """
    client, url = find_client(SECONDS, address, "or give it what `docker inspect` prints", ANY_VERSION)
    try:
        return AuditedEngine(client, url)
    except EngineError:
        client.close()
        raise


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise EngineError("it answers, but not as an engine does")
    return found


def _interface(found: dict[str, Any]) -> str:
    """Return the version of the interface that an engine speaks."""
    version = _numbers(str(found.get("ApiVersion", "")))
    if tuple(map(int, version.split(".")))[:2] < _OLDEST:
        raise EngineError(f"it speaks version {version} of the interface: dropcap needs 1.24, that of Docker 1.12")
    return version


def _numbers(text: str) -> str:
    match = _VERSION.match(text)
    if match is None:
        raise EngineError("it answers, but does not say which version it is")
    return match[0]


def _listed(row: object) -> Listed | None:
    number = row.get("Id") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(number, str) or not _ID.fullmatch(number):
        return None
    names = row.get("Names")
    texts = [one for one in names if isinstance(one, str)] if isinstance(names, list) else []
    return Listed(number, tuple(text.lstrip("/")[:_NAME_SIZE] for text in texts))


def _event(line: bytes) -> Event | None:
    if not line.strip():
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    actor = found.get("Actor") if isinstance(found, dict) else None
    number = actor.get("ID") if isinstance(actor, dict) else None
    what = found.get("Action") if isinstance(found, dict) else None
    if not isinstance(number, str) or not isinstance(what, str) or not _ID.fullmatch(number):
        return None
    word = what.partition(":")[0]
    if word not in _CHANGES:
        return None
    attributes = actor.get("Attributes") if isinstance(actor, dict) else None
    name = attributes.get("name") if isinstance(attributes, dict) else None
    time = found.get("timeNano")
    at = time / _NANO if isinstance(time, int) and abs(time) < _LATEST else 0.0
    return Event(Listed(number, (name[:_NAME_SIZE],) if isinstance(name, str) else ()), word, at)
