"""What a command does to files and accounts, before it is known what lies there: the same in a build and at a start."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from dropcap.images.facts import Account, FileKind, Group
    from dropcap.model import Located

__all__ = ["Effect", "EffectKind"]


class EffectKind(Enum):
    """What is done."""

    MAKE_FOLDER = "make folder"
    """Make the folder `path`, with `with_parents` those above it too; one that is there already is left alone."""
    MAKE_FILE = "make file"
    """Make the file `path` if it is not there; its content is replaced."""
    MAKE_DEVICE = "make device"
    APPEND = "append"
    """Write into the file `path`, which keeps owner and mode if it is there."""
    TOUCH = "touch"
    """Set the times of `path`; make it if it is not there."""
    GIVE = "give"
    """Set `owner` and `group` of `path`, each where it is not None; with `is_deep` of all below it."""
    MODE = "mode"
    """Set the permission bits of `path` to `mode`."""
    COPY = "copy"
    """Copy `path` to `target`, which is the new entry's own path; with `is_kept` with owner, mode and times."""
    MOVE = "move"
    """Move `path` to `target`."""
    LINK = "link"
    """Make `target` a symbolic link, or with `is_hard` another name, that leads to `path`."""
    REMOVE = "remove"
    """Remove `path`, with `is_deep` and all below it."""
    CAPABILITIES = "capabilities"
    """Write file capabilities into `path`."""
    FILL = "fill"
    """Put entries that nobody knows into the folder `path`; with `is_kept` with owners of their own."""
    READ = "read"
    """Read the file `path`, with `is_deep` all below it."""
    ADD_ACCOUNT = "add account"
    CHANGE_ACCOUNT = "change account"
    """Give the account of `account.name` the fields of `account` that are not empty."""
    REMOVE_ACCOUNT = "remove account"
    ADD_GROUP = "add group"
    CHANGE_GROUP = "change group"
    UNKNOWN = "unknown"
    """Something is done to `path` and all below it; nobody knows what. None: anywhere."""

    __hash__ = object.__hash__  # Enum's own is Python


class Effect(NamedTuple):
    """One thing that a command does.

    Attributes:
        kind: what it does.
        where: the word of the command that says so.
        path: an absolute path without `.` and `..`; None where it is not known.
        target: the second path of COPY, MOVE and LINK.
        owner: a name or a number of a user; None where it stays or is whoever runs the command; empty where it is
            changed to one that is not known.
        group: likewise.
        mode: an octal number or a symbolic change as chmod(1) takes it; empty where it is the usual one.
        is_deep: whether all below the path is meant too.
        is_kept: of a copy, whether owner, mode and times are kept as far as the kernel allows.
        is_hard: of a link, whether it is a hard one.
        with_parents: whether folders above are made as well.
        goes_into: of COPY, MOVE and LINK, whether a target that is a folder is one to put the new entry into; of GIVE
            and MODE, whether of a path that is a folder the entry is meant that has the name of `target`.
        only_from: the owner that GIVE is limited to, as `chown --from` or `find ! -user X -exec chown X` limit it: a
            leading `!` negates it; empty for any.
        but_mode: the mode in octal of those that MODE leaves alone, as `find ! -perm 755 -exec chmod 755` does; empty
            for none.
        only_kind: the kind of file that MODE is limited to; None for any.
        is_gentle: whether what is there already is left as it is and that is no failure (`mkdir -p`, `cp -n`);
            of what is not known, whether that is about what lies in the folder alone (`find -type f -delete`).
        is_kept_over: whether what is there already gets the owner, the mode and the times too (`cp -p`).
        replaces: of COPY, whether a file at the target is removed first, and a new one made.
        ignores_link: whether a link at the path is itself meant, and not what it leads to.
        capabilities: the bare names of CAPABILITIES.
        is_effective: whether these are in force from the program's start.
        account: of the kinds for accounts.
        to_group: of the kinds for groups.
        reason: of UNKNOWN, why, to follow the word "because".

    """

    kind: EffectKind
    where: Located[Any]
    path: str | None = ""
    target: str | None = ""
    owner: str | None = None
    group: str | None = None
    mode: str = ""
    is_deep: bool = False
    is_kept: bool = False
    is_hard: bool = False
    with_parents: bool = False
    goes_into: bool = False
    only_from: str = ""
    but_mode: str = ""
    only_kind: FileKind | None = None
    is_gentle: bool = False
    is_kept_over: bool = False
    replaces: bool = False
    ignores_link: bool = False
    capabilities: tuple[str, ...] = ()
    is_effective: bool = False
    account: Account | None = None
    to_group: Group | None = None
    reason: str = ""
