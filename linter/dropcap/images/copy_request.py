"""What a COPY or an ADD asks for, with its variables expanded.

Source: BuildKit, `frontend/dockerfile/dockerfile2llb/convert_copy.go` and `client/llb/fileop.go` (`WithUser`).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from dropcap.images.stage_users import owner_of
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.images.stage_variables import Variables
    from dropcap.images.tree import FileTree
    from dropcap.model import Instruction

__all__ = ["CopyRequest", "read_request"]


class CopyRequest(NamedTuple):
    """What is copied where.

    Attributes:
        step: the instruction.
        sources: each as it is written, and expanded; None where that is not known.
        place: the absolute path that it is copied to; empty where that is not known.
        is_folder: whether the place is written as a folder.
        is_add: whether it is ADD.
        origin: the stage or image of `--from`; empty for the context.
        has_owner: whether `--chown` is given.
        owner: the user that files get.
        group: the group that files get.
        mode: what `--chmod` says; empty where it is not given, None where it is not known.
        excluded: the patterns of `--exclude`; None for one that is not known.
        keeps_parents: whether the folders of a source are made at the place too.
        unpacks: whether archives are unpacked, as `--unpack` has it; None where it is not given.

    """

    step: Instruction
    sources: Sequence[tuple[str, str | None]]
    place: str
    is_folder: bool
    is_add: bool
    origin: str
    has_owner: bool
    owner: str | None
    group: str | None
    mode: str | None
    excluded: Sequence[str | None] = ()
    keeps_parents: bool = False
    unpacks: bool | None = None

    @property
    def bits(self) -> int | None:
        """The permission bits that all gets; None where each file's own ones or others count.

        Builders do not agree about what set-user-id and its like come to.
        """
        bits = int(self.mode, 8) if self.mode and set(self.mode) <= set("01234567") else None
        return bits if bits is not None and bits <= _ORDINARY else None


_ORDINARY = 0o777


def read_request(step: Instruction, variables: Variables, folder: str | None, tree: FileTree) -> CopyRequest:
    """Return what a COPY or an ADD asks for.

    Args:
        step: the instruction.
        variables: the stage's.
        folder: the working folder; None where it is not known.
        tree: the stage's files, whose accounts `--chown` means.

    """
    flags: dict[str, str | None] = {}
    excluded: list[str | None] = []
    for flag in step.flags:
        name, _, value = flag.value.partition("=")
        if name == "--exclude":
            excluded.append(variables.expanded(value))
        else:
            flags[name] = value if name == "--from" else variables.expanded(value)
    words = [one.value for one in step.words] if step.words is not None else step.value.value.split()
    *sources, target = words or [""]
    expanded = [(one, one if one.startswith("<<") else variables.expanded(one)) for one in sources]
    place, is_folder = _place(variables.expanded(target), folder)
    owner, group = owner_of(flags["--chown"], tree) if "--chown" in flags else ("0", "0")
    return CopyRequest(
        step,
        expanded,
        place if sources else "",
        is_folder or len(sources) > 1,
        step.keyword == "ADD",
        flags.get("--from") or "",
        "--chown" in flags,
        owner,
        group,
        flags.get("--chmod", ""),
        excluded,
        _is_on(flags, "--parents"),
        _is_on(flags, "--unpack") if "--unpack" in flags else None,
    )


def _place(target: str | None, folder: str | None) -> tuple[str, bool]:
    """Return the absolute path of a target, and whether it is written as a folder."""
    if not target or (folder is None and not target.startswith("/")):
        return "", False
    place = "/" + posixpath.normpath(posixpath.join(folder or "/", target)).lstrip("/")
    return place, target.endswith(("/", "/.")) or target == "."


def _is_on(flags: dict[str, str | None], name: str) -> bool:
    return name in flags and (flags[name] or "true").lower() == "true"
