"""What the parts of one reading share: how much may still be done, what functions there are, where the run is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.lang.shell.call import User
from dropcap.lang.shell.texts import Texts
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import tree_sitter

    from dropcap.lang.shell.call import Answer, Call, Guard, Listener, NameListener, Redirection
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.scope import Change
    from dropcap.lang.shell.script import Script
    from dropcap.lang.words import Word
    from dropcap.source import Source, Span

__all__ = ["DEEPEST_LOOP", "MAX_DEPTH", "STEPS", "STEPS_PER_CHARACTER", "Handlers", "Run", "Target"]

STEPS = 50_000
"""How many steps a short script may take; a long one may take as many for each of its characters as well."""
STEPS_PER_CHARACTER = 0.25
MAX_DEPTH = 80
"""How deeply statements, calls of functions and scripts in scripts are followed."""

DEEPEST_LOOP = 2  # a loop in more loops than this is followed once


class Handlers(NamedTuple):
    """Who follows what a statement or a command is: the evaluator knows none of them, since they know the evaluator.

    Attributes:
        statements: by the type of a node, who follows it.
        exact_statements: the same, where a listener hears every command.
        command: follows a simple command.
        redirected: follows a statement with redirections.
        pipeline: follows the parts of a pipeline.
        hand_on: follows what a command hands to another program.
        remember: keeps what a substituted command prints.
        whole: follows a script, and what its statements do not lead to.
        ask: asks the listener about a condition.
        wait: lets the listener hear what a loop waits for.
        exact_sequence: follows statements in their order.
        exact_alone: follows what a shell of its own runs.
        exact_printed: follows a substituted command, and gives what it prints.
        exact_function: follows the body of a function.

    """

    statements: Mapping[str, Callable[[Any, tree_sitter.Node], None]]
    exact_statements: Mapping[str, Callable[[Any, tree_sitter.Node], None]]
    command: Callable[[Any, tree_sitter.Node, Text | None], None]
    redirected: Callable[[Any, tree_sitter.Node], None]
    pipeline: Callable[[Any, Sequence[tree_sitter.Node], Text | None], None]
    hand_on: Callable[[Any, Any, Any, Text | None], bool]
    remember: Callable[[Any, tree_sitter.Node], None]
    whole: Callable[[Any], None]
    ask: Callable[[Any, Sequence[Word]], Answer | None]
    wait: Callable[[Any, Sequence[Sequence[Word]]], None]
    exact_sequence: Callable[[Any, Sequence[tree_sitter.Node]], None]
    exact_alone: Callable[[Any, Callable[[], None]], None]
    exact_printed: Callable[[Any, tree_sitter.Node], Any]
    exact_function: Callable[[Any, tree_sitter.Node], None]


class Target:
    """A loop or a function: where `break`, `continue` and `return` lead."""

    def __init__(self, level: int, *, is_loop: bool) -> None:
        """Begin with nothing that leads there.

        Args:
            level: how many logs of variables were open before it.
            is_loop: whether it is a loop.

        """
        self.level = level
        self.is_loop = is_loop
        self.ends: list[Change] = []
        """The variables where `break` or `return` leaves it."""
        self.again: list[Change] = []
        """The variables where `continue` leads to the next round."""
        self.verdicts: list[bool | None] = []
        """What the `return`s say."""


class Run:
    """One reading of a script, with the scripts inside it.

    Where a :class:`Listener` hears it, each command is followed in its order, paths end, and the attributes below
    :attr:`guards` say where the run is. Where a :class:`NameListener` does, what cannot lead to its programs is
    passed over, and every path is followed.
    """

    executing: tuple[tuple[str | None, ...], ...] = ()
    """The scripts that execute one another: the path, the user, the words."""
    prefixed: Change | None = None
    """The variables that are set for the command alone that the run is at: `A=b command`."""
    redirections: tuple[Redirection, ...] = ()
    """The files that the shell has opened for where the run is."""
    shells: tuple[int, ...] = ()
    """The shells of their own that the run is in, by number; only for one who hears every command."""
    is_piped = False
    """Whether what is printed goes into a pipe, where each line of it may be a command."""
    is_background = False
    """Whether the script goes on while what the run is at runs."""
    is_watched = False
    """Whether a shell that runs this script ends where the script fails."""
    asked: list[Sequence[Word]] | None = None
    """In a loop, what was asked of the listener since the outermost began; None outside."""
    sent: Sequence[Call] = ()
    """The commands whose output the part of a pipeline reads that the run is in."""
    sending: Sequence[Call] = ()
    """Those of that part itself, or as many of them as make more than one."""
    shell_count = 0

    def __init__(
        self,
        home: Source,
        handlers: Handlers,
        listener: Listener | None = None,
        clients: NameListener | None = None,
    ) -> None:
        """Begin with a script and who hears it: one of the two."""
        self.home, self.texts = home, Texts(home)
        self.handlers = handlers
        self.listener = listener
        self.clients = clients
        self.steps = STEPS + int(len(home.text) * STEPS_PER_CHARACTER)
        """How many steps are left; 0 or less where a part of the script was not followed for it."""
        self.is_whole = True
        """Whether nothing was passed over for a limit."""
        self.inner_left = STEPS + len(home.text) * 2  # characters of scripts in strings
        self.depth = 0
        self.functions: dict[str, tuple[Script, tree_sitter.Node]] = {}
        self.inputs: dict[int, Text] = {}
        """What functions read, by the node of their body: `f() { …; } <<E`."""
        self._numbers: dict[object, int] = {}
        self.called, self.calling = set[str](), list[str]()
        self.aliases: dict[str, Text] = {}
        self.exported: dict[str, None] = {}
        self.version = 0
        """Another number for other functions, aliases or exported names."""
        self._versions = 0
        self.substituted: dict[int | None, Text] = {}
        """What substituted commands print, by their places."""
        self.cuts = 0
        """How often something was not followed: too deep, too long, or a function within itself."""
        self.is_closed = False
        """Whether a variable that the script does not set, and the caller neither, is empty."""
        self.guards: tuple[Guard, ...] = ()
        self.exits: list[Guard] = []
        """The arms that end the script."""
        self.user = User(None, "the caller of the script decides it")
        self.launchers: tuple[str, ...] = ()
        self.holds: bool | None = True
        """Whether the last command succeeded; None where nobody knows."""
        self.targets: list[Target] = []
        self.is_exit = True
        """Whether a path that ends does so for the whole script."""
        self.printed: list[str | None] | None = None
        """What the commands of a substitution, or before a pipe, print; None outside of one."""
        self.is_quiet = False
        """Whether commands are followed for what they do to the variables only."""
        self.is_repeated = self.is_errexit = False
        self.tested = 0
        """How many conditions the run is in, where a failure ends nothing."""
        self.reading: list[str] = []
        """The paths of the scripts that are being read by one another."""
        self.scripts: dict[int, Script] = {}
        """The scripts that it came to by their texts' addresses; an entrypoint starts itself again as its user."""
        self.conditions: dict[int, tuple[Source, Span]] = {}
        """Where the condition of each branch stands."""

    def places(self, data: bytes) -> list[int]:
        """Return where in a script's bytes a program may be named that is listened for, ascending."""
        return [] if self.clients is None else self.clients.places(data)

    def changed(self) -> None:
        """Note that there are other functions, aliases or exported names."""
        self._versions += 1
        self.version = self._versions

    def number_of(self, key: object) -> int:
        """Return a number that stands for a key, from 1 on; what is compared often is compared by it."""
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def give_up(self) -> None:
        """Note that a part of the script is not followed; the rest is."""
        self.is_whole = False

    def take(self, steps: int) -> bool:
        """Take some steps; says whether there were any left."""
        self.steps -= steps
        return self.steps > 0
