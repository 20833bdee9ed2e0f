"""How a running engine is found: Docker's, or Podman's by the same interface.

It is the one that the person names, else the one that `DOCKER_HOST` or the current context of Docker's client names,
else one that has its socket on this machine, Docker's first and then Podman's.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from docker import DockerClient
    from docker.tls import TLSConfig

__all__ = ["ANY_VERSION", "EngineError", "NoEngineError", "chunks", "fetch", "find_client", "reason"]

ANY_VERSION = "1.41"
"""As the version of a client that asks by :func:`fetch` alone, which names a version in each path."""

_SOCKETS = (
    "/var/run/docker.sock",
    "{runtime}/docker.sock",
    "/run/podman/podman.sock",
    "{runtime}/podman/podman.sock",
)
# The libraries below write an error of the system as Python does.
_PLAIN_WORDS = (
    (("PermissionError", "Permission denied"), "permission denied; run dropcap as a user who may"),
    (("ConnectionRefusedError", "Connection refused"), "nobody listens there"),
    (("FileNotFoundError", "No such file or directory"), "there is no socket there"),
)
_LONGEST = 200
_CHUNK = 64 * 1024
_MOST_OF_ERROR = 64 * 1024
_NOT_FOUND = 404
_FAILED = 300  # an engine has no reason to send anybody elsewhere


class NoEngineError(Exception):
    """There is no engine to ask; says why, and what to do."""


class EngineError(Exception):
    """An engine does not say what it was asked; says why, in one line."""


class _Address(NamedTuple):
    """Where an engine may listen, and by which certificates it is known."""

    url: str
    tls: TLSConfig | None = None


def find_client(seconds: int, address: str = "", instead: str = "", version: str = "auto") -> tuple[DockerClient, str]:
    """Return a client that has reached its engine, and the engine's address.

    Args:
        seconds: how long an answer may take.
        address: the path of a socket or the URL that a person names; empty to look for an engine.
        instead: what a person can do instead, to follow a comma.
        version: the version of the interface; by itself the client asks the engine for it, and believes what it says.

    Raises:
        NoEngineError: no engine answers, or the library that speaks to engines is not installed.

    """
    advice = f", {instead}" if instead else ""
    try:
        from docker import DockerClient
        from docker.errors import DockerException
    except ImportError:
        raise NoEngineError(f"dropcap cannot ask an engine: install dropcap[engine]{advice}") from None
    why = "there is none on this machine"
    for one in [_Address(to_url(address))] if address else _addresses():
        client = None
        try:
            client = DockerClient(base_url=one.url, version=version, timeout=seconds, tls=one.tls or False)
            fetch(client, "/_ping", most=_CHUNK, seconds=seconds)
        except (DockerException, EngineError, OSError, ValueError) as error:
            why = f"{one.url}: {reason(error)}"
            if client is not None:
                client.close()
            continue
        return client, one.url
    raise NoEngineError(f"no engine answers ({why}); start one{advice}")


def to_url(address: str) -> str:
    """Return the URL of an address that a person writes: a path is that of a socket."""
    return address if "://" in address else f"unix://{os.path.abspath(address)}"


def reason(error: Exception) -> str:
    """Return what an error says, in one line."""
    text = " ".join(str(getattr(error, "explanation", "") or error).split())
    known = (plain for signs, plain in _PLAIN_WORDS if any(sign in text for sign in signs))
    return next(known, text[:_LONGEST])


def fetch(
    client: DockerClient, path: str, params: Mapping[str, str] | None = None, *, most: int, seconds: float
) -> bytes | None:
    """Return what an engine answers to a GET; None where it does not have that.

    Args:
        client: the client.
        path: what is asked for.
        params: what follows the question mark.
        most: how many bytes are taken at most.
        seconds: how long the whole answer may take.

    Raises:
        EngineError: it does not say.

    """
    deadline = time.monotonic() + seconds
    found = bytearray()
    for chunk in chunks(client, path, params, seconds=seconds):
        if chunk is None:
            return None
        found += chunk
        if len(found) > most:
            raise EngineError(f"its answer is longer than {most // 1024} KiB")
        if time.monotonic() > deadline:
            raise EngineError(f"its answer takes longer than {seconds:.0f} s")
    return bytes(found)


def chunks(
    client: DockerClient, path: str, params: Mapping[str, str] | None = None, *, seconds: float | None
) -> Iterator[bytes | None]:
    """Give what an engine answers to a GET as it comes; None where it does not have that.

    Args:
        client: the client.
        path: what is asked for.
        params: what follows the question mark.
        seconds: how long each part may take; None for as long as it does.

    Raises:
        EngineError: it does not say.

    """
    from http.client import HTTPException

    from requests import RequestException
    from urllib3.exceptions import HTTPError

    # Unpacking would let a few bytes become many.
    headers = {"Accept-Encoding": "identity"}
    url = f"{client.api.base_url}{path}"
    try:
        answer = client.api.get(
            url, params=params, headers=headers, stream=True, timeout=seconds, allow_redirects=False
        )
        with answer:
            if answer.status_code == _NOT_FOUND:
                yield None
                return
            if answer.status_code >= _FAILED:
                raise EngineError(_said(answer.raw.read(_MOST_OF_ERROR), answer.status_code))
            while part := answer.raw.read1(_CHUNK):
                yield part
    except (RequestException, HTTPError, HTTPException, OSError) as error:
        raise EngineError(reason(error)) from None


def _said(body: bytes, code: int) -> str:
    """Return an engine's own words of what is wrong."""
    import json

    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    message = found.get("message") or found.get("cause") if isinstance(found, dict) else None
    return " ".join(message.split())[:_LONGEST] if isinstance(message, str) else f"it answers {code}"


def _addresses() -> Iterator[_Address]:
    if os.environ.get("DOCKER_HOST"):
        yield _Address(os.environ["DOCKER_HOST"], _certificates())
        return
    context = _of_context()
    if context is not None:
        yield context
        return
    runtime = os.environ.get("XDG_RUNTIME_DIR", "/run/user/0")
    for socket in _SOCKETS:
        path = socket.replace("{runtime}", runtime)
        if os.path.exists(path):
            yield _Address(f"unix://{path}")


def _certificates() -> TLSConfig | None:
    """Return the certificates that `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` name."""
    from docker.errors import DockerException
    from docker.utils import kwargs_from_env

    try:
        found: TLSConfig | None = kwargs_from_env().get("tls") or None
    except DockerException:  # they are not there: the engine says what it misses
        return None
    return found


def _of_context() -> _Address | None:
    """Return the address of the context that Docker's client uses; None where that is the default one."""
    from docker.context import ContextAPI

    try:
        context = ContextAPI.get_current_context()
    except Exception:  # noqa: BLE001  # whatever is wrong with its files, the sockets are still to be tried
        return None
    if context.Name == "default" or not context.Host:
        return None
    return _Address(str(context.Host), context.TLSConfig)
