"""What is to be checked: a file, with the carrier that it is and the files that are laid over it."""

from __future__ import annotations

from dropcap.namedtuple import NamedTuple

TYPE_CHECKING = False  # without `typing`, which is not to be imported at a start
if TYPE_CHECKING:
    from dropcap.policy import Policy


class Target(NamedTuple):
    """A file to check.

    Attributes:
        path: as it is to be printed: relative to the current folder if it lies in it, and else as it was given.
        carrier: how to read it; None where its name says nothing and its content has to.
        named: whether it was named itself, not found in a folder.
        over: the Compose files that are laid over it, the strongest last.
        root: the folder that nothing is read outside of; None where the file's own place decides.
        given: the paths that a person named, which are read wherever they lie.
        policy: how it is checked where that is not as the run says; None for most.

    """

    path: str
    carrier: str | None
    named: bool
    over: tuple[str, ...] = ()
    root: str | None = None
    given: tuple[str, ...] = ()
    policy: Policy | None = None
