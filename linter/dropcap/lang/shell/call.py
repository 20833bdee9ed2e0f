"""What a listener hears of a script: its commands, as they would be run, and what it may answer.

In goes a script or a command, out come :class:`Call` records, in the order in which a shell would run them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dropcap.lang.words import Word
    from dropcap.source import Source, Span

__all__ = [
    "Answer",
    "Call",
    "Executed",
    "Guard",
    "Listener",
    "NameListener",
    "Redirection",
    "Surroundings",
    "User",
]


class User(NamedTuple):
    """Whom a command runs as.

    Attributes:
        name: a name or a number, perhaps with a group behind a colon; None where it is not known.
        reason: why it is not known, to follow the word "because".
        word: the word that says so; None where it is the user that the script was started with.

    """

    name: str | None
    reason: str = ""
    word: Word | None = None


class Guard(NamedTuple):
    """A choice that decides whether a command runs.

    Attributes:
        branch: the number of the branch: each time that one is followed it has another.
        arm: the number of the arm: of `if`, `&&` and a loop 0 is what runs if the condition holds; of `||` what
            runs if it does not; of `case` it is the item's number.
        taken: True where the command stands in that arm. False where it runs only if that arm is not taken, since
            it ends the script, the function or the loop.
        source: the text that the condition stands in.
        span: where the condition stands there.

    """

    branch: int
    arm: int
    taken: bool
    source: Source
    span: Span


class Redirection(NamedTuple):
    """A file that the shell opens for a command.

    Attributes:
        operator: `>`, `>>`, `<`, `&>` or another one, without the number before it.
        target: the file's name.
        source: the text that it stands in.
        since: the offset there from which on commands have it; those of a list before its last one do not.

    """

    operator: str
    target: Word
    source: Source | None = None
    since: int = 0


class Call(NamedTuple):
    """A command that a script runs.

    Attributes:
        words: the program and its arguments. A word stands where it is written: in the script, in the value that
            a variable got, or in what the caller gave.
        user: whom it runs as.
        guards: the choices that it depends on, the outermost first; none where it is certain to run.
        source: the text that the command stands in.
        span: the place of its first word there.
        launchers: the names of the programs that start it, the outermost first: `sudo`, `env`.
        is_builtin: whether the shell does it itself.
        is_exec: whether it takes the shell's place.
        is_repeated: whether it stands in a loop of which nobody knows how often it goes round.
        is_tested: whether its failure is a condition, so that `set -e` does not end the script by it.
        is_errexit: whether `set -e` is on, in its shell or in one that runs its script.
        redirections: the files that the shell opens for it or for a group that it stands in, the outermost first.
        shells: the numbers of the shells of their own that it runs in, the outermost first: what `cd` does in one is
            gone behind it.
        document: the here-document or the text that it reads; None where that is not known, or it reads none.
        is_background: whether the script goes on while it runs.
        is_awaited: whether it is a test that a loop waits for: behind it, something else has made it come out
            otherwise.

    """

    words: tuple[Word, ...]
    user: User
    guards: tuple[Guard, ...]
    source: Source
    span: Span
    launchers: tuple[str, ...] = ()
    is_builtin: bool = False
    is_exec: bool = False
    is_repeated: bool = False
    is_tested: bool = False
    is_errexit: bool = False
    redirections: tuple[Redirection, ...] = ()
    shells: tuple[int, ...] = ()
    document: Word | None = None
    is_background: bool = False
    is_awaited: bool = False


class Executed(NamedTuple):
    """A script that a command executes.

    Attributes:
        source: its text.
        name: what `$0` is in it.
        arguments: the index of the command's word that is its first argument.
        is_errexit: whether its shell is started with `set -e` on.

    """

    source: Source
    name: Word
    arguments: int
    is_errexit: bool = False


class Answer(NamedTuple):
    """What a listener knows of a command.

    Attributes:
        output: what it prints; None where that is not known.
        holds: whether it succeeds; None where that is not known.
        is_passing: whether it may print something else the next time, so that its lines are no list to go over.

    """

    output: str | None = None
    holds: bool | None = None
    is_passing: bool = False


class Surroundings(NamedTuple):
    """What a command finds where it runs, besides its words.

    Attributes:
        folder: the folder, from the one that the script is started in; None where it is not known.
        reason: why it is not known, to follow the word "because".
        variables: what the script gives it of the environment, each with its value or None where that is not known.
        path_of: gives a path that is written in the command, of which a part may not be known: by the path and that
            part; None where the script does not say what it is.

    """

    folder: str | None
    reason: str = ""
    variables: Mapping[str, str | None] = {}
    path_of: Callable[[str, str | None], str | None] = lambda path, unknown: path if unknown is None else None


class Listener(Protocol):
    """Who hears the commands of a script."""

    def hear(self, call: Call) -> None:
        """Take note of a command."""

    def answer(self, call: Call) -> Answer | None:
        """Return what is known of a command; it may be asked more often than the command is heard.

        `[`, `test` and `[[` come here too where the script itself does not decide them.
        """

    def read(self, call: Call) -> Source | None:
        """Return the script that `.` or `source` reads; None where it cannot be read."""

    def executed(self, call: Call) -> Executed | None:
        """Return the script that a command executes: its program, or what a shell is given; None where it is none."""

    def paths(self, pattern: str) -> Sequence[str] | None:
        """Return the paths that a pattern stands for where the script is; None where nobody knows them."""


class NameListener(Protocol):
    """Who hears the commands of some programs only, and those that lead there."""

    programs: frozenset[str]
    """The last parts of the programs' paths."""
    verbs: frozenset[str]
    """Words that have one place together with the program."""

    def places(self, data: bytes) -> list[int]:
        """Return where in a script's bytes such a program may be named, ascending."""

    def is_full(self, place: int) -> bool:
        """Return whether no more words of the command at a place are wanted."""

    def hear(
        self,
        place: int,
        words: Sequence[Word],
        as_written: Callable[[str], Sequence[Word]],
        surroundings: Callable[[], Surroundings],
    ) -> None:
        """Take note of a command.

        Args:
            place: where it stands.
            words: its words.
            as_written: gives its words with no variable followed, each of them for a reason.
            surroundings: gives what it finds where it runs, if asked before this returns.

        """

    def within(self, words: Sequence[Word], *, reads: bool) -> Sequence[Word]:
        """Return the words of a command that such a command runs elsewhere and that is to be followed; none if none is.

        Args:
            words: its words.
            reads: whether what it reads is known.

        """
