"""Volumes, temporary file systems, devices and ports: the fields with a short and a long form.

Sources: compose-go, `format/volume.go`, `transform/volume.go` and `override/uncity.go`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.model import Located, Mount
from dropcap.readers.compose.fields import located
from dropcap.readers.compose.scalars import truth
from dropcap.readers.yaml import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping as Dictionary

    from dropcap.readers.compose.fields import Fields
    from dropcap.readers.yaml import Value

FIELD = "mounts"
API_SOCKET = "/var/run/docker.sock"


def mounts(fields: Fields) -> tuple[Located[Mount], ...]:
    """Read all that brings a mount; of those at one path the last volume counts, and the last `tmpfs`."""
    volumes: dict[str, Located[Mount]] = {}
    for item in fields.listed("volumes", FIELD):
        mount = _long(item, fields) if isinstance(item, Mapping) else _short(item, fields)
        if mount is not None:
            volumes[posixpath.normpath(mount.target)] = located(mount, item)
    temporary: dict[str, Located[Mount]] = {}
    for item in fields.listed("tmpfs", FIELD, or_one=True):
        text = fields.known(item, "tmpfs", FIELD)
        if text is not None:
            temporary[text.partition("=")[0]] = located(Mount("tmpfs", "", text.partition(":")[0]), item)
    for item in fields.listed("volumes_from", FIELD):
        if isinstance(item, Scalar):
            fields.hide(item, item.text, f"the mounts of {item.text} come along with volumes_from", FIELD)
    return (*volumes.values(), *temporary.values(), *_api_socket(fields))


def device_target(text: str) -> str:
    """Give the path in the container of a short device: what Compose knows it by."""
    parts = text.split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def device_text(parts: Dictionary[str, str]) -> str:
    """Write a device's long form as the short one."""
    written = [parts.get("source", ""), parts.get("target", ""), parts.get("permissions", "")]
    if written[2] and not written[1]:
        written[1] = written[0]
    return ":".join(part for part in written if part)


def port_text(parts: Dictionary[str, str]) -> str:
    """Write a port's long form as the short one."""
    address, published = parts.get("host_ip", ""), parts.get("published", "")
    text = parts.get("target", "")
    if published or address:
        text = f"{published}:{text}"
    if address:
        text = f"[{address}]:{text}" if ":" in address else f"{address}:{text}"
    return f"{text}/{parts['protocol']}" if parts.get("protocol") else text


def _long(item: Mapping, fields: Fields) -> Mount | None:
    parts = fields.parts(item, "volumes", FIELD)
    if parts is None:
        return None
    for needed in ("type", "target"):
        if not parts.get(needed):
            fields.refuse(item, "volumes", f"has a mount without a {needed}", FIELD)
            return None
    read_only = truth(parts.get("read_only", "false"))
    if read_only is None:
        fields.refuse(item, "volumes", "has a mount whose read_only is neither true nor false", FIELD)
        return None
    return Mount(parts["type"], parts.get("source", ""), parts["target"], read_only)


def _short(item: Value, fields: Fields) -> Mount | None:
    text = fields.known(item, "volumes", FIELD)
    if text is None:
        return None
    sections = _sections(text)
    if not all(sections) or len(sections) > 3:  # noqa: PLR2004  # source, target, options
        wrong = "an empty part" if len(sections) <= 3 else "too many colons"  # noqa: PLR2004  # as above
        fields.refuse(item, "volumes", f"has a mount with {wrong}", FIELD)
        return None
    if len(sections) == 1:
        return Mount("volume", "", sections[0])
    source, target, *options = sections
    words = options[0].split(",") if options else []
    access = [word for word in words if word in ("ro", "rw")]
    is_path = source[0] in "./~" or source.startswith("\\\\") or _is_drive(source[:2])
    return Mount("bind" if is_path else "volume", source, target, access[-1:] == ["ro"])


def _sections(text: str) -> list[str]:
    """Split a short mount at its colons, but for the one behind a single letter: that is a Windows drive."""
    if len(text) <= 2:  # noqa: PLR2004  # Compose takes so short a text for a path, whatever it is
        return [text]
    sections: list[str] = []
    held = ""
    parts = text.split(":")
    for part in parts[:-1]:
        held += part
        if len(held) == 1 and held.isalpha():
            held += ":"
        else:
            sections.append(held)
            held = ""
    return [*sections, held + parts[-1]]


def _is_drive(text: str) -> bool:
    return len(text) == 2 and text[0].isalpha() and text[1] == ":"  # noqa: PLR2004  # a letter and a colon


def _api_socket(fields: Fields) -> tuple[Located[Mount], ...]:
    """Read `use_api_socket`, which mounts the engine's socket (docker/compose, `pkg/compose/apiSocket.go`)."""
    flag = fields.flag("use_api_socket", FIELD)
    if flag is None or not flag.value:
        return ()
    return (Located(Mount("bind", API_SOCKET, API_SOCKET), flag.source, flag.span),)
