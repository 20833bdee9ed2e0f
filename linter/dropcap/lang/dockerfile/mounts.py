"""What the builder refuses about `RUN --mount=…` (BuildKit, `instructions/commands_runmount.go`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Expand = Callable[[str], "str | None"]

_TYPES = frozenset({"bind", "cache", "tmpfs", "secret", "ssh"})
_TEXTS = frozenset({"source", "src", "target", "dst", "destination", "id", "env", "from"})
_SWITCHES = frozenset({"readonly", "ro", "readwrite", "rw", "required"})
# Buildah takes these too: what builders do not agree about is not refused.
_OTHERS = frozenset({"z", "u", "relabel"})
_BOOLEAN = re.compile(r"1|t|T|TRUE|true|True|0|f|F|FALSE|false|False")
_SIZE = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+) ?(?:[kmgtp]i?b?|b)?", re.IGNORECASE | re.ASCII)
_OCTAL = re.compile(r"[0-7]{1,10}")
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)
_ONLY = {"required": {"secret", "ssh"}, "size": {"tmpfs"}}
_OWNED = {"secret", "ssh", "cache"}
_UINT32 = 1 << 32


class MountError(ValueError):
    """The builder refuses the mount."""


def check_mount(written: str, expand: Expand) -> None:
    """Check the value of a `--mount`.

    Args:
        written: as it stands there.
        expand: gives a value with its variables; None for one that is not known, which is not checked.

    Raises:
        MountError: the builder refuses it.

    """
    kind: str | None = "bind"
    found: dict[str, str | None] = {}
    for field in mount_fields(written):
        name, has_value, raw = field.partition("=")
        key = name.lower()
        if key in _OTHERS:
            continue
        if has_value and key == "from" and "$" in raw[:-1]:
            raise MountError("'from' of a mount takes no variables; give a stage that name instead")
        value = expand(raw) if has_value else "true"
        if not has_value and key not in _SWITCHES:
            raise MountError(f"{field[:30]!r} in a mount must be a key=value pair")
        if key == "type":
            kind = None if value is None else value.lower()
            if kind is not None and kind not in _TYPES:
                raise MountError(f"unsupported mount type {kind[:30]!r}")
            continue
        _check(key, value, kind)
        found[key] = value
    if kind is not None:
        _check_together(kind, found)


def mount_fields(written: str) -> list[str]:
    """Return the fields of the value of a `--mount`.

    Raises:
        MountError: its quotation marks do not fit.

    """
    if '"' not in written:
        return written.split(",")
    from csv import Error, reader  # hardly anybody quotes here

    try:
        (fields,) = reader([written], strict=True)
    except (Error, ValueError):
        raise MountError("a quote in a mount is not closed") from None
    return fields


def _check(key: str, value: str | None, kind: str | None) -> None:
    if key not in {*_TEXTS, *_SWITCHES, "size", "sharing", "mode", "uid", "gid"}:
        raise MountError(f"unexpected key {key[:30]!r} in a mount")
    if kind is not None and kind not in _ONLY.get(key, {kind}):
        raise MountError(f"unexpected key {key!r} for mount type {kind!r}")
    if value is None:
        return
    pattern = _PATTERNS.get(key)
    fits = pattern is None or pattern.fullmatch(value)
    if not fits or (pattern is _NUMBER and int(value) >= _UINT32):
        raise MountError(f"invalid value {value[:30]!r} for {key} of a mount")


_PATTERNS = {
    **dict.fromkeys(_SWITCHES, _BOOLEAN),
    "size": _SIZE,
    "mode": _OCTAL,
    "uid": _NUMBER,
    "gid": _NUMBER,
    "sharing": re.compile(r"shared|private|locked", re.IGNORECASE),
}


def _check_together(kind: str, found: dict[str, str | None]) -> None:
    for key in ("mode", "uid", "gid"):
        if key in found and kind not in _OWNED:
            raise MountError(f"{key} not allowed for {kind} mounts")
    if kind == "secret":
        if found.get("from", "") != "":
            raise MountError("secret mount should not have a from")
        source = found.get("source", found.get("src", ""))
        named = [source, found.get("id", "")]
        if all(value == "" for value in (*named, *(found.get(key, "") for key in ("target", "dst", "destination")))):
            raise MountError("invalid secret mount: one of source and target is required")
        if all(named):
            raise MountError("both source and id of a secret mount can't be set")
    if found.get("sharing") and kind != "cache":
        raise MountError(f"invalid cache sharing set for {kind} mount")
