"""What the commands of a startup do to files: held against their picture, and then done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.effects import EffectKind
from dropcap.images.facts import UnknownFact
from dropcap.needs.file_demands import file_demands
from dropcap.needs.ledger import is_at_stop, is_passed_over, shown_at

if TYPE_CHECKING:
    from dropcap.images.effects import Effect
    from dropcap.images.tree import FileTree
    from dropcap.lang.shell.call import Call
    from dropcap.needs.credentials import Credentials
    from dropcap.needs.ledger import Ledger

__all__ = ["FileChanges"]


class FileChanges:
    """The files, and the ledger in which is written what changing them asks for."""

    def __init__(self, tree: FileTree, ledger: Ledger) -> None:
        """Take both."""
        self.tree = tree
        self.ledger = ledger

    def do(self, call: Call, who: Credentials, effect: Effect) -> None:
        """Hold what an effect asks for against the files, then change their picture."""
        self.ask(call, who, effect)
        self.change(call, who, effect)

    def ask(self, call: Call, who: Credentials, effect: Effect) -> None:
        """Hold what an effect asks for against the files."""
        for demand in file_demands(effect, self.tree):
            self.ledger.judge(call, who, demand, shown_at(call, demand.why, effect.where))

    def change(self, call: Call, who: Credentials, effect: Effect) -> None:
        """Change the picture of the files, or what is known of it where nobody knows whether the effect comes.

        What is removed when the container is stopped stays where it crashes. File capabilities that a script does
        without are not written: it is not asked for what that takes.
        """
        if effect.kind is EffectKind.CAPABILITIES and is_passed_over(call):
            return
        if is_at_stop(call) and effect.kind is EffectKind.REMOVE:
            return
        if not is_at_stop(call) and not any(guard.taken for guard in call.guards):
            self.tree.apply(effect, who.user)
        elif effect.path is not None and effect.kind is not EffectKind.READ:
            on = "how it is stopped" if is_at_stop(call) else "a condition"
            reason = f"whether {effect.path} is changed depends on {on}"
            self.tree.doubt(effect, who.user, UnknownFact(reason, where=effect.where))
