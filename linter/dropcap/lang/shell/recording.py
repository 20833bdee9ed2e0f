"""What a listener was told and asked while a command was followed, kept to be told again.

What is followed depends on nothing but the command, its setting, and what the listener answers. So a second reading
need not follow the command as long as the answers are the same: it is enough to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.lang.shell.call import Answer, Call, Executed, Listener
    from dropcap.source import Source

__all__ = ["Recording", "follow_again", "record"]


class Recording(NamedTuple):
    """What was said while a command was followed.

    Attributes:
        questions: which method of the listener was called, with what, and what it returned, in order.
        is_whole: whether all of the command was followed.

    """

    questions: list[tuple[str, Call | str, object]]
    is_whole: bool


def record(listener: Listener, follow: Callable[[Listener], bool]) -> Recording:
    """Follow a command for a listener, and keep what is said.

    Args:
        listener: who hears it.
        follow: follows the command for a listener; gives whether all of it was followed.

    """
    between = _Between(listener, [])
    return Recording(between.questions, follow(between))


def follow_again(recording: Recording, listener: Listener, follow: Callable[[Listener], bool]) -> bool:
    """Tell another listener what was recorded; from the first other answer on, the command is followed.

    Args:
        recording: what was recorded of the same command in the same setting.
        listener: who hears it now.
        follow: follows the command for a listener; gives whether all of it was followed.

    Returns:
        whether all of it was followed.

    """
    for at, (kind, about, known) in enumerate(recording.questions):
        reply = getattr(listener, kind)(about)
        if reply != known:
            return follow(_Between(listener, [*(one for _, _, one in recording.questions[:at]), reply]))
    return recording.is_whole


class _Between:
    """A listener that hands all on to another one and keeps what that answers."""

    def __init__(self, listener: Listener, answers: list[object]) -> None:
        """Take the other listener, and what it has answered to the first questions, which it is not asked again."""
        self.listener = listener
        self.answers = answers[::-1]
        self.questions: list[tuple[str, Call | str, object]] = []

    def hear(self, call: Call) -> None:
        self._ask("hear", call)

    def answer(self, call: Call) -> Answer | None:
        found: Answer | None = self._ask("answer", call)
        return found

    def read(self, call: Call) -> Source | None:
        found: Source | None = self._ask("read", call)
        return found

    def executed(self, call: Call) -> Executed | None:
        found: Executed | None = self._ask("executed", call)
        return found

    def paths(self, pattern: str) -> Sequence[str] | None:
        found: Sequence[str] | None = self._ask("paths", pattern)
        return found

    def _ask(self, kind: str, about: Call | str) -> Any:  # noqa: ANN401  # what the method of that name returns
        reply = self.answers.pop() if self.answers else getattr(self.listener, kind)(about)
        self.questions.append((kind, about, reply))
        return reply
