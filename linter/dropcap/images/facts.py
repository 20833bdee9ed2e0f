"""What is known of an image: its configuration, its accounts and its files, whoever tells it.

A fact is there, or is known to be absent, or is not known, with the reason. Nothing is guessed.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.model import Located
    from dropcap.source import Source

__all__ = [
    "ABSENT",
    "Absent",
    "Account",
    "File",
    "FileKind",
    "Group",
    "ImageConfig",
    "ImageFacts",
    "UnknownFact",
    "Unread",
]


class UnknownFact(NamedTuple):
    """Something that is not known of an image.

    Attributes:
        reason: why, to follow the word "because".
        resolve: what would make it known, in the imperative; empty where nothing a person can do would.
        where: the place that hides it: a build step, a base image; None where there is none.
        roots: of a file, whether it is known that root owns it and may do with it what it likes, if it is there.
        maker: of a file that nobody knows to be there, who owns it if it is; empty where that is not known.

    """

    reason: str
    resolve: str = ""
    where: Located[Any] | None = None
    roots: bool = False
    maker: str = ""


class Absent(Enum):
    """That something is known not to be there."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


class FileKind(Enum):
    """What a path leads to."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    """A symbolic link."""
    DEVICE = "device"
    SOCKET = "socket"
    FIFO = "fifo"

    __hash__ = object.__hash__  # Enum's own is Python


class Unread:
    """The text of a file that is read when somebody asks for it: a build may copy a thousand of them."""

    @property
    def text(self) -> Source | None:
        """The text; None where there is none to be read."""
        raise NotImplementedError


class File(NamedTuple):
    """What is known of a file, a folder or a link.

    Attributes:
        kind: what it is.
        owner: its user: a number in digits where it is known, else the account's name; None where neither is known.
        group: its group, likewise.
        mode: the twelve permission bits; None where they are not known.
        target: of a link, what it points at.
        capabilities: the bare names that its file capabilities permit.
        is_effective: whether these are in force from the program's start; the kernel then refuses to execute it where
            the bounding set lacks one of them.
        content: the text of a script or a configuration file, where it is at hand, or what reads it: :attr:`text` does.
        package: the package that brought it; empty where none is known.
        symbols: of a program, the functions that it imports and that may take a capability; None where nobody knows.
        where: the place that made it so: a build step, a word of it; None where the base image did.
        behind: what was written behind the text that its package brought, each None where that is not known; none where
            nothing was, or that text is not there any longer.

    """

    kind: FileKind
    owner: str | None
    group: str | None
    mode: int | None
    target: str = ""
    capabilities: tuple[str, ...] = ()
    is_effective: bool = False
    content: Source | Unread | None = None
    package: str = ""
    where: Located[Any] | None = None
    symbols: tuple[str, ...] | None = None
    behind: tuple[Source | None, ...] = ()

    @property
    def text(self) -> Source | None:
        """The text of the file, read now where nobody has asked for it before; None where it is not at hand."""
        content = self.content
        return content.text if isinstance(content, Unread) else content


class Account(NamedTuple):
    """A line of `/etc/passwd`.

    Attributes:
        name: the login name.
        uid: the user's number in digits; None where the system chooses it.
        group: the primary group: a number in digits, or a group's name where its number is not known.
        home: the home folder; empty where it is not known.
        shell: the login shell; empty where it is not known.
        where: the place that made it; None where the base image or a package did.

    """

    name: str
    uid: str | None
    group: str
    home: str = ""
    shell: str = ""
    where: Located[Any] | None = None


class Group(NamedTuple):
    """A line of `/etc/group`.

    Attributes:
        name: the group's name.
        gid: its number in digits; None where the system chooses it.
        members: the names of the accounts that have it besides their primary group.
        where: the place that made it; None where the base image or a package did.

    """

    name: str
    gid: str | None
    members: tuple[str, ...] = ()
    where: Located[Any] | None = None


class ImageConfig(NamedTuple):
    """The configuration of an image: what its containers start, unless their own settings say otherwise.

    Attributes:
        user: as `USER` has it; None where nobody says, which means root where the base is known.
        entrypoint: the words of the entrypoint; None where there is none.
        command: the words of the command; None where there is none.
        environment: the variables by name, each with the place of its value.
        working_folder: where the first process starts.
        volumes: the paths that a new container gets a volume for.
        ports: as `EXPOSE` has them.
        health_check: the words of the health check; None where there is none, or it is switched off.
        stop_signal: the name of the signal that stops it; empty for the default.
        unknowns: what hides parts of it, such as a base image that is not known.

    """

    user: Located[str] | None = None
    entrypoint: tuple[Located[str], ...] | None = None
    command: tuple[Located[str], ...] | None = None
    environment: Mapping[str, Located[str]] = {}
    working_folder: str = "/"
    volumes: tuple[Located[str], ...] = ()
    ports: tuple[Located[str], ...] = ()
    health_check: tuple[Located[str], ...] | None = None
    stop_signal: str = ""
    unknowns: tuple[UnknownFact, ...] = ()


class ImageFacts(Protocol):
    """All that is known of one image."""

    @property
    def config(self) -> ImageConfig:
        """Its configuration."""

    def look(self, path: str) -> File | Absent | UnknownFact:
        """Return what lies at an absolute path; links on the way there are followed, one at its end is not."""

    def below(self, path: str) -> Sequence[tuple[str, File]]:
        """Return what is known to lie in a folder, at any depth, with its paths, in order."""

    def hidden_below(self, path: str) -> UnknownFact | None:
        """Return why not all that lies in a folder is known; None where all is."""

    def account(self, user: str) -> Account | Absent | UnknownFact:
        """Return the account of a name or a number."""

    def group(self, group: str) -> Group | Absent | UnknownFact:
        """Return the group of a name or a number."""
