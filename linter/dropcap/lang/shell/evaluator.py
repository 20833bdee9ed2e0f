"""Follows a script as far as it can be known, without running anything.

Assignments, branches and loops change what the variables may hold; the commands are handed on to
:mod:`dropcap.lang.shell.commands` with the words they may have. Of a branch each arm counts, unless the script
itself decides it. A loop over words that are known is followed for each of them, any other one until its variables
hold still.

A variable that the script sets is taken to keep its value while other files are sourced.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from dropcap.lang.shell.expansions import combinations
from dropcap.lang.shell.fragments import Piece, PieceKind, known_text
from dropcap.lang.shell.lexer import MOST_WORDS, read_list, read_raw, read_value
from dropcap.lang.shell.memo import Memo
from dropcap.lang.shell.parameters import Parameters
from dropcap.lang.shell.run_state import DEEPEST_LOOP, MAX_DEPTH
from dropcap.lang.shell.scope import ARGUMENTS, PATTERNS, Value, unknown_value
from dropcap.lang.shell.streams import documents_in_error, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import tree_sitter

    from dropcap.lang.shell.call import Answer
    from dropcap.lang.shell.expansions import Combination, Field, Written
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.shell.run_state import Run
    from dropcap.lang.shell.scope import Scope
    from dropcap.lang.shell.script import Script
    from dropcap.lang.shell.template_holes import TemplateHole
    from dropcap.lang.words import Word

__all__ = ["Shell"]

_OFTEN_AGAIN = frozenset(
    {"case_statement", "for_statement", "if_statement", "list", "redirected_statement", "while_statement"}
)
_VERSION, _LOCALS = 2, 7  # where these stand in the key of a statement
_CHANGED = rb"([A-Za-z_]\w*)\s*(?:\+\+|--|[-+*/%&|^]?=(?!=))|(?:\+\+|--)\s*([A-Za-z_]\w*)"
_COMPUTED = "the shell computes it"
_SIGN = r"[*?\[\\]"


class Shell:
    """A script, the variables it sees, and what all parts of the reading share."""

    def __init__(
        self, script: Script, scope: Scope, run: Run, places: Sequence[int], taken: Sequence[TemplateHole] = ()
    ) -> None:
        """Take a script.

        Args:
            script: the script.
            scope: its variables.
            run: what is shared.
            places: where in its bytes a program may be named that is listened for, ascending.
            taken: the parts of it that something else has filled in.

        """
        self.script = script
        self.scope = scope
        self.run = run
        self.places = places
        self.outputs: dict[int, str | None] = {}
        """What the substitutions printed that start at some bytes, where that is known."""
        self.parameters = Parameters(
            script, scope, taken, None if run.listener is None else self.outputs, is_closed=run.is_closed
        )
        self.documents: dict[int, Text] = {}
        """What commands read that stand, alone or in a list or a group, before a here-document: by their place."""
        self.input_number = 0
        """Another number for other documents."""
        self.assignments: Sequence[tree_sitter.Node] = ()
        """Those that stand before the command that is followed: `NAME=value docker run`."""
        self.visited: dict[int, int] = {}
        """Where the commands start that were followed, and where what stands in them starts, or they end."""
        self.memo = Memo()
        syntax = script.syntax
        self._parts = syntax.parts
        self._raws = {} if taken else syntax.raws  # what is filled in is no part of the text
        self._pieces = {} if taken else syntax.pieces
        self.written: Written = script.written
        self._globbed: Written = script.globbed
        self._is_filled_in = bool(taken)
        self.limit = len(script.data)
        self.locals: list[str] | None = None
        self.loops = 0
        self.is_in_turn = False
        """Whether the items of a case are followed one after the other, as the rounds of a loop may."""
        self.is_over = False
        """Whether the arm of a branch that is followed ends the script."""

    def visit(self, node: tree_sitter.Node) -> None:
        """Follow a statement."""
        run = self.run
        if run.steps <= 0 or run.depth >= MAX_DEPTH:
            run.cuts += 1
            return
        run.steps -= 1
        kind = node.type
        handler = run.handlers.statements.get(kind)
        if run.listener is not None:
            handler = run.handlers.exact_statements.get(kind, handler)
        run.depth += 1
        if handler is None:
            self.inside(node)
        elif run.listener is None and kind in _OFTEN_AGAIN:
            self.once(node, lambda: handler(self, node))
        else:
            handler(self, node)
        run.depth -= 1

    def once(self, node: tree_sitter.Node, follow: Callable[[], None]) -> None:
        """Follow a statement, unless it has been followed before with all that it reads as it is now."""
        run, scope = self.run, self.scope
        key = (
            *(node.id, scope, run.version, self.limit, self.is_in_turn, min(self.loops, DEEPEST_LOOP)),
            self.input_number,
            *(self.locals or ()),
        )
        ends = self.memo.replay(key, scope)
        if ends is None:
            first, cuts, was_over = scope.last_branch, run.cuts, self.is_over
            self.is_over = False
            scope.begin_frame()
            follow()
            frame = scope.end_frame()
            ends, self.is_over = self.is_over, was_over
            has_same_locals = key[_LOCALS:] == tuple(self.locals or ())
            if run.cuts == cuts and run.version == key[_VERSION] and has_same_locals:
                self.memo.keep(key, scope, frame, first, ends=ends)
        self.is_over = self.is_over or ends

    def statements(self, node: tree_sitter.Node) -> None:
        """Follow all that a node holds."""
        if self.run.listener is not None:
            self.run.handlers.exact_sequence(self, self.script.children(node))
            return
        for child in self.parts(node):
            self.visit(child)

    def whole(self) -> None:
        """Follow the script from its first statement on."""
        root = self.script.root
        (self.broken if root.type == "ERROR" else self.statements)(root)

    def broken(self, node: tree_sitter.Node) -> None:
        """Follow all that is left of what the parser could not put together."""
        self.documents.update(documents_in_error(self, node))
        self.statements(node)

    def parts(self, node: tree_sitter.Node) -> list[tree_sitter.Node]:
        """Return the children of a node that may be followed: no signs, no comments."""
        found = self._parts.get(node.id)
        if found is None:
            found = [child for child in node.children if child.is_named and child.type != "comment"]
            self._parts[node.id] = found
        return found

    def names_client(self, node: tree_sitter.Node) -> bool:
        """Whether a part of the script names a program that is listened for."""
        if self.run.listener is not None:
            return True
        index = bisect_left(self.places, node.start_byte)
        return index < len(self.places) and self.places[index] < node.end_byte

    def inside(self, node: tree_sitter.Node) -> None:
        """Follow the commands that are substituted in a part of the script."""
        if not self.names_client(node) and not self.run.functions:
            return
        for found in self.script.substitutions(node):
            self.visit(found)

    def alone(self, follow: Callable[[], None]) -> None:
        """Follow what a shell of its own runs: nothing of it stays."""
        was_over = self.is_over
        self.scope.begin()
        if self.run.listener is None:
            follow()
        else:
            self.run.handlers.exact_alone(self, follow)
        self.scope.undo()
        self.is_over = was_over

    def substitution(self, node: tree_sitter.Node) -> None:
        """Follow a substituted command, or one in parentheses."""
        before = self.limit
        if self.script.is_backquoted(node):
            self.limit = min(self.limit, node.end_byte - 1)
        if self.run.listener is not None and node.type == "command_substitution":
            blanks = len(self.text(node)) - len(self.text(node).lstrip())
            self.outputs[node.start_byte + blanks] = self.run.handlers.exact_printed(self, node)
        else:
            if self.run.listener is None and node.type != "subshell":
                self.run.handlers.remember(self, node)
            self.alone(lambda: self.statements(node))
        self.limit = before

    def pipeline(self, node: tree_sitter.Node) -> None:
        """Follow the parts of a pipeline, each in a shell of its own."""
        self.run.handlers.pipeline(self, node.children, self.documents.get(node.start_byte))

    def pieces_at(self, start: int, limit: int) -> list[Piece]:
        """Read the value that starts at an offset."""
        found = self._pieces.get((start, limit))
        if found is None:
            found = self.parameters.cut(read_value(self.script.text, start, limit, self.script.expansion_end))
            self._pieces[start, limit] = found
        return found

    def pieces_of(self, node: tree_sitter.Node) -> list[Piece]:
        """Read the one word that a node is."""
        return self.pieces_at(self.script.to_offset(node.start_byte), self.script.to_offset(node.end_byte))

    def raws_of(self, node: tree_sitter.Node) -> list[Raw]:
        """Read the words of a condition."""
        return self._raws_between(node.start_byte, node.end_byte, read_raw)

    def list_at(self, start: int, end: int) -> list[Raw]:
        """Read the words of a list between two places in the bytes."""
        found = self._raws_between(start, end, read_list)
        self._check(found)
        return found

    def _raws_between(self, start: int, end: int, read: Callable[..., Iterable[Raw]]) -> list[Raw]:
        found = self._raws.get((start, end, read))
        if found is None:
            script = self.script
            raws = read(script.text, script.to_offset(start), script.to_offset(end), script.expansion_end)
            cut = self.parameters.cut
            found = [raw._replace(pieces=cut(raw.pieces)) for raw in raws] if self._is_filled_in else list(raws)
            self._raws[start, end, read] = found
        return found

    def combinations(self, raws: Sequence[Raw]) -> list[Combination]:
        """Expand words; for one who hears every command, what the files of the container decide is not known."""
        self.run.take(len(raws))
        if self.run.listener is None:
            return combinations(raws, self.parameters, self.scope, self.written)
        return combinations(raws, self.parameters, self.scope, self._globbed, is_globbed=True)

    def listed(self, raws: Sequence[Raw]) -> list[Text] | None:
        """Expand words, the files of the container in the place of their patterns; None where nobody knows them."""
        self.run.take(len(raws))
        found = combinations(raws, self.parameters, self.scope, self.written)
        words: list[Text] = []
        for field in found[0].fields:
            texts = [field.text] if field.globbed() is field else self._paths(field)
            if texts is None or len(found) > 1:
                return None
            words += texts
        return words

    def _paths(self, field: Field) -> list[Text] | None:
        """Return the files that a pattern stands for; itself where none fits and the shell leaves it."""
        kept = self.scope.get(PATTERNS) or (Value(((),)),)
        becomes = known_text(kept[0].elements[0]) if len(kept) == 1 else None
        is_plain = not any(
            piece.kind is PieceKind.UNKNOWN or (piece.kind is PieceKind.QUOTED and re.search(_SIGN, piece.text))
            for piece in field.pieces
        )
        if self.run.listener is None or becomes is None or not is_plain:
            return None
        paths = self.run.listener.paths("".join([piece.text for piece in field.pieces]))
        if paths is None or not self.run.take(len(paths)):
            return None
        return [(Piece(path),) for path in paths] or ([] if becomes else [field.text])

    def function(self, node: tree_sitter.Node) -> None:
        """Remember a function; it is followed where it is called."""
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is not None and body is not None:
            written, made = self.text(name), (self.script, body)
            if self.run.functions.get(written) != made:
                self.run.changed()
                self.run.functions[written] = made

    def call(self, name: str, arguments: Iterable[Text] | None, document: Text | None = None) -> None:
        """Follow a function; with `arguments` None nobody knows what its caller gives."""
        run = self.run
        run.called.add(name)
        if name in run.calling or run.depth >= MAX_DEPTH:
            run.cuts += 1
            return
        script, body = run.functions[name]
        shell = self if script is self.script else Shell(script, self.scope, run, run.places(script.data))
        before, shell.locals = shell.locals, []
        limit, shell.limit = shell.limit, len(script.data)
        run.calling.append(name)
        self.scope.begin()
        self.scope.set(ARGUMENTS, None if arguments is None else (Value(tuple(arguments), is_list=True),))
        with reading(shell, body, run.inputs.get(body.id, document)):
            if run.listener is None:
                shell.visit(body)
                self.scope.restore([ARGUMENTS, *shell.locals], self.scope.undo())
            else:
                self.run.handlers.exact_function(shell, body)
                self.is_over = shell.is_over
        run.calling.pop()
        shell.locals, shell.limit = before, limit

    def command(self, node: tree_sitter.Node) -> None:
        """Follow a simple command."""
        self.run.handlers.command(self, node, self.documents.get(node.start_byte))

    def redirected(self, node: tree_sitter.Node) -> None:
        """Follow a statement with redirections; a here-document may be a script for it."""
        self.run.handlers.redirected(self, node)

    def computed(self, node: tree_sitter.Node) -> None:
        """Follow `{ …; }`; after `((…))` the variables that it changes are not known."""
        written = self.script.data[node.start_byte : node.end_byte]
        if written.startswith(b"(("):
            for match in re.finditer(_CHANGED, written):
                self.scope.set((match[1] or match[2]).decode(), unknown_value(_COMPUTED))
        else:
            self.statements(node)

    def ask(self, words: Sequence[Word]) -> Answer | None:
        """Return what the listener knows of a condition."""
        return self.run.handlers.ask(self, words)

    def raws_at(self, byte: int) -> list[Raw]:
        """Read the words that start at a place in the bytes."""
        found = self._raws_between(byte, self.limit if byte < self.limit else len(self.script.data), read_raw)
        self._check(found)
        return found

    def _check(self, raws: Sequence[Raw]) -> None:
        if len(raws) > MOST_WORDS:
            self.run.give_up()

    def text(self, node: tree_sitter.Node) -> str:
        """Give a node's text."""
        return self.script.data[node.start_byte : node.end_byte].decode("utf-8", "replace")
