"""What is asked of the engine about itself and its images."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropcap.measuring.client import Client

__all__ = ["ImageFacts", "Versions", "image_facts", "versions"]

_COMPONENTS = "{{range .Server.Components}}{{.Name}} {{.Version}};{{end}}"


class Versions(NamedTuple):
    """What measured."""

    engine: str
    runtime: str
    kernel: str


class ImageFacts(NamedTuple):
    """What an image says.

    Attributes:
        id: the digest of its configuration.
        words: its entrypoint and its command.
        user: its user.
        health_check: the words of its health check; none where it has none.

    """

    id: str
    words: tuple[tuple[str, ...], tuple[str, ...]]
    user: str
    health_check: tuple[str, ...]


def versions(client: Client) -> Versions:
    """Return which engine, runtime and kernel run the containers; empty what it does not say."""
    if client.engine_words[0] == "podman":
        runtime = _said(client, "info", "{{.Host.OCIRuntime.Name}}")
        kernel = _said(client, "info", "{{.Host.Kernel}}")
        return Versions(f"Podman {_said(client, 'version', '{{.Client.Version}}')}", runtime, _short(kernel))
    parts = (part.partition(" ") for part in _said(client, "version", _COMPONENTS).split(";"))
    components = {name: version for name, _, version in parts}
    runtime = _said(client, "info", "{{.DefaultRuntime}}") or "runc"
    kernel = _said(client, "info", "{{.KernelVersion}}")
    engine = f"Docker {components.get('Engine', '')}".strip()
    return Versions(engine, f"{runtime} {components.get(runtime, '')}".strip(), _short(kernel))


def _said(client: Client, command: str, form: str) -> str:
    done = client.engine(command, f"--format={form}")
    return "" if done.code else done.out.strip()


def _short(kernel: str) -> str:
    return ".".join(kernel.split(".")[:2])


def image_facts(client: Client, image: str) -> ImageFacts | None:
    """Return what an image says; None where the engine does not have it."""
    done = client.engine("image", "inspect", "--format={{json .}}", image)
    if done.code:
        return None
    found: Mapping[str, Any] = json.loads(done.out)
    config = found.get("Config") or {}
    number = str(found.get("Id", ""))
    check = _words((config.get("Healthcheck") or found.get("HealthCheck") or {}).get("Test"))
    return ImageFacts(
        number if ":" in number else f"sha256:{number}",
        (_words(config.get("Entrypoint")), _words(config.get("Cmd"))),
        str(config.get("User") or ""),
        check if check[:1] != ("NONE",) else (),
    )


def _words(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
