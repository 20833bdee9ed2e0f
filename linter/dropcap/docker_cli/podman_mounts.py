"""What Podman refuses of the value of `--mount`, in its own words.

containers/podman c6580b4 pkg/specgenutil/volumes.go (parseMountOptions, getDevptsMount, getImageVolume,
getArtifactVolume) and pkg/specgenutilexternal/mount.go. Only what Podman 4.3.1 refuses as well is refused.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TARGETS = frozenset(("target", "dst", "dest", "destination"))
_SOURCES = frozenset(("src", "source"))
_PROPAGATIONS = frozenset(
    ("shared", "rshared", "private", "rprivate", "slave", "rslave", "unbindable", "runbindable"),
)
_NEED_VALUE = _TARGETS | _SOURCES | {"bind-propagation", "subpath", "volume-subpath", "tmpfs-mode", "tmpfs-size"}
# Of each of these groups a mount has one word at most.
_ONE_OF = (
    frozenset(("readonly", "ro", "rw")),
    frozenset(("nodev", "dev")),
    frozenset(("noexec", "exec")),
    frozenset(("nosuid", "suid")),
    frozenset(("tmpcopyup", "notmpcopyup")),
    frozenset(("U", "chown")),
    frozenset(("relabel",)),
)
# Whose words those are that only one kind of mount may have.
_OWNERS = {
    **dict.fromkeys(("bind-nonrecursive", "bind-propagation"), "bind"),
    **dict.fromkeys(("tmpcopyup", "notmpcopyup", "tmpfs-mode", "tmpfs-size"), "tmpfs"),
    **dict.fromkeys(("subpath", "volume-subpath", "volume-opt", "nocreate", "volume-label"), "volume"),
}
_COMMON = (
    frozenset.union(*_ONE_OF)
    | _TARGETS
    | _SOURCES
    | _PROPAGATIONS
    | _OWNERS.keys()
    | {"consistency", "idmap", "noswap", "Z", "z", "no-dereference"}
)
_OF_IMAGE = _TARGETS | _SOURCES | {"rw", "readwrite", "subpath", "consistency"}
_OF_ARTIFACT = _TARGETS | _SOURCES | {"title", "digest", "name"}
_OF_TERMINALS = _TARGETS | {"uid", "gid", "mode", "ptmxmode", "newinstance", "max"}
_KNOWN = {
    **dict.fromkeys(("bind", "glob", "ramfs", "tmpfs", "volume"), _COMMON),
    "artifact": _OF_ARTIFACT,
    "devpts": _OF_TERMINALS,
    "image": _OF_IMAGE,
}
_TRUTHS = frozenset(("true", "false"))


def mount_refusal(value: str) -> str | None:
    """Judge a mount; None where Podman takes it, or only one version is known to refuse it."""
    try:
        rows = list(csv.reader([value], strict=True))
    except csv.Error:
        return None
    fields = rows[0] if rows else []
    kind = next((field[5:] for field in fields if field.startswith("type=")), "volume")
    if kind not in _KNOWN:
        return f'invalid filesystem type "{kind}"'
    words = [field.partition("=") for field in fields if not field.startswith("type=")]
    wrong = (_wrong(name, text, kind, has_value=bool(equals)) for name, equals, text in words)
    return next((one for one in wrong if one is not None), None) or _wrong_together(words, kind)


def _wrong_together(words: Sequence[tuple[str, str, str]], kind: str) -> str | None:
    """Say which fields exclude each other, or are missing."""
    for group in _ONE_OF if _KNOWN[kind] is _COMMON else ():
        if sum(name in group for name, _, _ in words) > 1:
            return f"cannot pass {' or '.join(sorted(group))} more than once"
    names = {name for name, _, text in words if text}
    if kind != "glob" and names.isdisjoint(_TARGETS):
        return "must set volume destination"
    if kind in {"image", "artifact"} and names.isdisjoint(_SOURCES):
        return f"must set source and destination for {kind} volume"
    return None


def _wrong(name: str, text: str, kind: str, *, has_value: bool) -> str | None:
    """Say what is wrong with one field by itself."""
    if name not in _KNOWN[kind]:
        return f"{name}: invalid mount option"
    owner = _OWNERS.get(name, kind) if _KNOWN[kind] is _COMMON else kind
    if owner != kind or name == "volume-label" or (kind == "tmpfs" and name in _SOURCES):
        return f'"{name}" option not supported for "{kind}" mount types'
    if name in _NEED_VALUE and not has_value:
        return f"{name}: must provide an argument for option"
    return _wrong_text(name, text, kind)


def _wrong_text(name: str, text: str, kind: str) -> str | None:
    if name in _TARGETS and not text.startswith("/"):
        return f'invalid container path "{text}", must be an absolute path'
    if name in _SOURCES and not text and kind not in {"image", "artifact"}:
        return "host directory cannot be empty"
    if name == "bind-propagation" and text not in _PROPAGATIONS:
        return f'invalid value "{name}={text}"'
    if name == "relabel" and text not in {"private", "shared"}:
        return "relabel mount option must be 'private' or 'shared'"
    is_owner = name in {"U", "chown"} and text.lower() not in {"", *_TRUTHS}
    if is_owner or (kind == "image" and name in {"rw", "readwrite"} and text not in _TRUTHS):
        return f'"{name}" must be set to true or false, instead received "{text}"'
    return None
