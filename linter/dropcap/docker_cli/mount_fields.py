"""What Docker's client refuses of the fields of `--mount`, before its engine looks at the mount.

docker/cli 28f7560 opts/mount.go and opts/mount_utils.go; moby b985e23 daemon/volume/mounts/linux_parser.go for
propagations. Fields that some versions know and others do not are taken.
"""

from __future__ import annotations

import re

from dropcap.docker_cli.quantities import size_in_bytes

_SWITCHES = frozenset(("readonly", "ro", "volume-nocopy", "bind-nonrecursive", "bind-create-src"))
_FIELDS = frozenset(
    (
        *_SWITCHES,
        *("type", "source", "src", "target", "dst", "destination", "consistency", "bind-propagation", "bind-recursive"),
        *("volume-subpath", "volume-label", "volume-driver", "volume-opt", "image-subpath", "tmpfs-size", "tmpfs-mode"),
    )
)
_TRUTHS = frozenset(("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"))
_PROPAGATIONS = frozenset(("private", "rprivate", "slave", "rslave", "shared", "rshared"))
_RECURSIONS = frozenset(("enabled", "disabled", "writable", "readonly"))
_KINDS = frozenset(("bind", "volume", "tmpfs", "image"))


def mount_fields(value: str) -> str | None:
    """Judge the fields of a mount; one with quotation marks is not judged."""
    if '"' in value:
        return None
    fields = value.strip().split(",")
    kind = next((one[5:].lower() for one in reversed(fields) if one.lower().startswith("type=")), "volume")
    for field in fields:
        written, equals, text = field.partition("=")
        wrong = _wrong_field(written.lower(), text, field, kind, has_value=bool(equals))
        if wrong is not None:
            return wrong
    return None


def _wrong_field(key: str, text: str, field: str, kind: str, *, has_value: bool) -> str | None:
    if has_value and key not in _FIELDS:
        return f"unknown option '{key}' in '{field}'"
    if not has_value and key not in _SWITCHES:
        return f"invalid field '{field}' must be a key=value pair"
    owner = key.partition("-")[0]
    if "-" in key and kind in _KINDS and owner != kind:
        return f"cannot mix '{owner}-*' options with mount type '{kind}'"
    return None if not has_value or _is_value(key, text) else f"invalid value for '{key}': {text}"


def _is_value(key: str, text: str) -> bool:
    if key in _SWITCHES:
        return text in _TRUTHS
    if key == "bind-propagation":
        return text.lower() in _PROPAGATIONS
    if key == "bind-recursive":
        return text in _RECURSIONS
    if key == "tmpfs-size":
        return size_in_bytes(text) is not None
    return key != "tmpfs-mode" or re.fullmatch("[0-7]{1,11}", text) is not None
