"""Volumes, temporary file systems, devices and ports: the fields with a short and a long form.

Sources: compose-go, `format/volume.go`, `transform/volume.go` and `override/uncity.go`.
"""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING

from dropcap.carriers.compose.fields import located
from dropcap.carriers.compose.nodes import child, entries
from dropcap.carriers.compose.yaml_types import to_string, truth
from dropcap.lang.yaml import Mapping, Scalar
from dropcap.model import Located, Mount
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping as Dictionary

    from dropcap.carriers.compose.fields import Fields
    from dropcap.lang.yaml import Value

FIELD = "mounts"
MOUNT_KEYS = frozenset({"tmpfs", "use_api_socket", "volumes", "volumes_from"})
"""What brings a mount."""

API_SOCKET = "/var/run/docker.sock"

_SHORTEST_PAIR = 3  # Compose takes a shorter text for a target, whatever it is
_MOST_SECTIONS = 3  # source, target, options
_PROPAGATIONS = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})
_KEEPS_AT = "local-persist"
_SELINUX = frozenset({"z", "Z"})


class ShortMount(NamedTuple):
    """A volume in the short form, taken apart.

    Attributes:
        type: `bind` where the source is a path, else `volume`.
        source: empty for a volume without a name.
        target: as it is written.
        read_only: whether the last word about it is `ro`.
        no_copy: whether `nocopy` is among the options.
        propagation: the last option that is one, or empty.
        selinux: `z` or `Z`, or empty.

    """

    type: str
    source: str
    target: str
    read_only: bool = False
    no_copy: bool = False
    propagation: str = ""
    selinux: str = ""


@lru_cache(maxsize=4096)  # each volume of a service is asked about by several checks
def short_mount(text: str) -> ShortMount:
    """Read a volume in the short form.

    Raises:
        ValueError: Docker Compose refuses it; says why, to follow "a mount with".

    """
    parts = _sections(text)
    if not all(parts):
        raise ValueError("an empty part")
    if len(parts) > _MOST_SECTIONS:
        raise ValueError("too many colons")
    if len(parts) == 1:
        return ShortMount("volume", "", text)
    source, target, *written = parts
    if not written:
        return ShortMount("bind" if _is_host_path(source) else "volume", source, target)
    options = written[0].split(",")
    access = [word for word in options if word in ("ro", "rw")]
    return ShortMount(
        "bind" if _is_host_path(source) else "volume",
        source,
        target,
        read_only=access[-1:] == ["ro"],
        no_copy="nocopy" in options,
        propagation=([""] + [word for word in options if word in _PROPAGATIONS])[-1],
        selinux=([""] + [word for word in options if word in _SELINUX])[-1],
    )


def clean_path(path: str) -> str:
    """Write a path as Go's `path.Clean` does, but leave an empty one empty."""
    if not path or (path[0] == "/" and path[-1] != "/" and "//" not in path and "/." not in path):
        return path  # most are written so
    shortened = posixpath.normpath(path)
    return shortened[1:] if shortened.startswith("//") else shortened


def mounts(fields: Fields, model: Mapping | None = None) -> tuple[Located[Mount], ...]:
    """Read all that brings a mount; of those at one path the last volume counts, and the last `tmpfs`.

    Args:
        fields: the service's.
        model: all of the project, which says what its named volumes are.

    """
    volumes: dict[str, Located[Mount]] = {}
    for item in fields.listed("volumes", FIELD):
        mount = _long(item, fields) if isinstance(item, Mapping) else _short(item, fields)
        if mount is not None:
            if mount.type == "volume" and mount.source and model is not None:
                mount = _followed(mount, model)
            volumes[clean_path(mount.target)] = located(mount, item)
    temporary: dict[str, Located[Mount]] = {}
    for item in fields.listed("tmpfs", FIELD, or_one=True):
        text = fields.known(item, "tmpfs", FIELD)
        if text is not None:
            target, _, options = text.partition(":")
            temporary[text.partition("=")[0]] = located(Mount("tmpfs", "", target, options=options), item)
    for item in fields.listed("volumes_from", FIELD):
        if isinstance(item, Scalar):
            fields.hide(
                item, item.text, f"volumes_from adds the mounts of {item.text}, which are not in this service", FIELD
            )
    socket = _api_socket(fields) if "use_api_socket" in fields.entries else ()
    return (*volumes.values(), *temporary.values(), *socket)


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
    parts = fields.parts(item, FIELD) or _parts_but_source(item)
    if parts is None:
        return None
    for needed in ("type", "target"):
        if not parts.get(needed):
            fields.refuse(item, "volumes", f"has a mount without a {needed}: add one", FIELD)
            return None
    read_only = truth(parts.get("read_only", "false"))
    if read_only is None:
        fields.refuse(
            item, "volumes", "has a mount whose read_only is neither true nor false: write one of them", FIELD
        )
        return None
    propagation = child(child(item, "bind"), "propagation")
    written = propagation.text if isinstance(propagation, Scalar) else ""
    return Mount(parts["type"], parts.get("source", ""), parts["target"], read_only, propagation=written)


def _followed(mount: Mount, model: Mapping) -> Mount:
    """Put in which path of the host a named volume is: `driver_opts: {type: none, o: bind, device: /srv}`.

    That is a bind mount by another name: moby volume/local/local_unix.go. So is `mountpoint` of the driver
    local-persist (MatchbookLab/local-persist, driver.go). Of a volume that somebody else makes, what
    is written beside counts for nothing.
    """
    volume = child(child(model, "volumes"), mount.source)
    options = child(volume, "driver_opts")
    driver, external = child(volume, "driver"), child(volume, "external")
    is_external = external is not None and not (isinstance(external, Scalar) and truth(external.text) is False)
    if options is None or is_external:
        return mount
    if isinstance(driver, Scalar) and driver.text != "local":
        place = child(options, "mountpoint") if driver.text == _KEEPS_AT else None
        return mount if not isinstance(place, Scalar) else mount._replace(device=place.text)
    words, device = child(options, "o"), child(options, "device")
    if not isinstance(words, Scalar) or not isinstance(device, Scalar):
        return mount
    given = words.text.split(",")
    if "bind" not in given and "rbind" not in given:
        return mount
    return mount._replace(device=device.text, read_only=mount.read_only or "ro" in given)


def _short(item: Value, fields: Fields) -> Mount | None:
    text = fields.known(item, "volumes", FIELD)
    if text is None:
        return _partly_known(item)
    try:
        mount = short_mount(text)
    except ValueError as error:
        fields.refuse(item, "volumes", f"has a mount with {error}", FIELD)
        return None
    return Mount(mount.type, mount.source, mount.target, mount.read_only, propagation=mount.propagation)


def _parts_but_source(item: Mapping) -> dict[str, str] | None:
    """Read the parts of a mount of which nothing but the source has a variable in it; None where more has."""
    values = {name: entry.value for name, entry in entries(item).items() if isinstance(entry.value, Scalar)}
    hidden = [name for name, value in values.items() if value.unknown is not None]
    return {name: to_string(value) for name, value in values.items()} if hidden == ["source"] else None


def _partly_known(item: Value) -> Mount | None:
    """Read a mount whose source has a variable in it, where its target is known: `$HOME/.ssh:/ssh:ro`."""
    if not isinstance(item, Scalar) or item.unknown is None:
        return None
    try:
        mount = short_mount(item.text)
    except ValueError:
        return None
    if "$" not in mount.source or not mount.target.startswith("/") or "$" in mount.target:
        return None
    return Mount("bind", mount.source, mount.target, mount.read_only, propagation=mount.propagation)


def _sections(text: str) -> list[str]:
    """Split a short mount at its colons, but for the one behind a single letter, that is a Windows drive.

    A colon inside `${…}`, which stays where nobody knows the variable, splits nothing either.
    """
    if len(text) < _SHORTEST_PAIR:
        return [text]
    parts = text.split(":")
    if "${" not in text and not any(len(part) == 1 and part.isalpha() for part in parts):
        return parts  # most are written so
    found: list[str] = []
    start = depth = 0
    for at, character in enumerate(text):
        if character == "$" and text.startswith("{", at + 1):
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif character == ":" and not depth and not (at == start + 1 and text[start].isalpha()):
            found.append(text[start:at])
            start = at + 1
    return [*found, text[start:]]


def _is_host_path(source: str) -> bool:
    """Whether the source of a short mount is a path of the host and no volume's name."""
    is_drive = len(source) > 1 and source[0].isalpha() and source[1] == ":"
    return source.startswith((".", "/", "~", "\\\\")) or is_drive


def _api_socket(fields: Fields) -> tuple[Located[Mount], ...]:
    """Read `use_api_socket`, which mounts the engine's socket (docker/compose, `pkg/compose/apiSocket.go`)."""
    flag = fields.flag("use_api_socket", FIELD)
    if flag is None or not flag.value:
        return ()
    mount = Mount("bind", API_SOCKET, API_SOCKET, options="use_api_socket")
    return (Located(mount, flag.source, flag.span),)
