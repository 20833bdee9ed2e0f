"""What a listener is told of a command; the files that the shell opens for it, and the scripts that it executes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell import check_readable, exact_loops
from dropcap.lang.shell.call import Call, Redirection
from dropcap.lang.shell.evaluator import Shell
from dropcap.lang.shell.exact_input import to_document
from dropcap.lang.shell.expansions import Field, to_words
from dropcap.lang.shell.scope import ARGUMENTS, Scope, Value
from dropcap.lang.shell.script import Script
from dropcap.lang.shell.streams import is_string
from dropcap.lang.words import Word
from dropcap.model import UnreadableError
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tree_sitter

    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.lexer import Raw

__all__ = ["call_of", "execute", "open_files", "read", "text_read"]


def call_of(  # all of a command that is known
    shell: Shell,
    raws: Sequence[Raw],
    words: Sequence[Word],
    *,
    is_exec: bool = False,
    is_builtin: bool = False,
    document: Text | None = None,
) -> Call:
    """Make a call of a command's words, with all that the run knows of it."""
    run = shell.run
    read = None
    if document is not None:
        place = Span(document[0].at, document[0].at) if document else words[0].span
        read = to_words([Field(list(document), place, is_literal=False)], shell.script.source, run.texts)[0]
    source, span = (shell.script.source, raws[0].span) if raws else (words[0].source, words[0].span)
    return Call(
        *(tuple(words), run.user, run.guards, source, span, run.launchers, is_builtin, is_exec, run.is_repeated),
        is_tested=bool(run.tested),
        is_errexit=run.is_errexit or run.is_watched,
        redirections=tuple(one for one in run.redirections if one.source is not source or span.start >= one.since),
        shells=run.shells,
        document=read,
        is_background=run.is_background,
    )


def open_files(shell: Shell, nodes: Sequence[tree_sitter.Node], body: tree_sitter.Node | None) -> None:
    """Take note of the files that redirections open; one that stands alone is a command that does nothing else.

    Args:
        shell: the shell.
        nodes: the redirections.
        body: what they stand behind; of a list, they belong to its last command, whatever the parser says.

    """
    run = shell.run
    found = []
    last = body
    while last is not None and last.type in {"list", "pipeline"} and last.named_children:
        last = last.named_children[-1]
    since = 0 if last is None else shell.script.to_offset(last.start_byte)
    source = shell.script.source
    for node in nodes:
        if node.type != "file_redirect" or is_string(shell, node):
            continue
        target = node.child_by_field_name("destination")
        match = re.match(_REDIRECTION, shell.text(node))
        if target is None or match is None or (match[1].endswith("&") and re.fullmatch(r"\d+-?|-", shell.text(target))):
            continue
        choices = shell.parameters.choices(shell.pieces_of(target))
        span = Span(shell.script.to_offset(target.start_byte), shell.script.to_offset(target.end_byte))
        if len(choices) == 1:
            words = to_words([Field(list(choices[0][1]), span, is_literal=False)], shell.script.source, run.texts)
            found += [Redirection(match[1], word, source, since) for word in words]
        else:
            text = shell.text(target)
            found.append(Redirection(match[1], Word(text, source, span, text, reason=_BY_BRANCH), source, since))
    run.redirections = (*run.redirections, *found)
    if body is None and found and run.listener is not None and not run.is_quiet:
        run.listener.hear(call_of(shell, (), (found[0].target._replace(value=":", unknown=None),), is_builtin=True))


_REDIRECTION = r"(?:\d+|\{\w+\})?(&>>|&>|>>|>\||<>|>&|<&|>|<)"
_BY_BRANCH = "it differs between branches"


def read(shell: Shell, words: Sequence[Word], texts: Sequence[Text], call: Call) -> None:
    """Follow the script that `.` reads, as a part of this one."""
    run = shell.run
    run.holds = None
    source = None if run.listener is None else run.listener.read(call)
    if source is None or len(words) == 1 or run.depth > _DEEPEST or source.path in run.reading:
        run.cuts += source is not None
        return
    script = _parsed(shell, source)
    if script is None:
        return
    made = Shell(script, shell.scope, run, ())
    made.locals = shell.locals
    run.reading.append(source.path)
    arguments = texts[2:] or None
    exact_loops.read(made, script.root, None if arguments is None else (Value(tuple(arguments), is_list=True),))
    run.reading.pop()
    shell.is_over = made.is_over


def _parsed(shell: Shell, source: Source) -> Script | None:
    """Return the script of a text; None where it nests too deeply, which is noted."""
    run = shell.run
    address = run.texts.add(source)
    if address not in run.scripts:
        try:
            check_readable(source)
            run.scripts[address] = Script(source, [(0, address)])
        except UnreadableError:
            run.give_up()
            return None
    return run.scripts[address]


def execute(shell: Shell, call: Call, fields: Sequence[Field]) -> bool:
    """Follow the script that a command executes, in a shell of its own; gives whether it is one."""
    run = shell.run
    found = None if run.listener is None else run.listener.executed(call)
    if found is None:
        return False
    run.holds = None
    key = (found.source.path, run.user.name, *(word.value for word in call.words))
    if key in run.executing[:-1]:  # what it does is followed already, twice
        return True
    if run.depth > _DEEPEST or not run.take(1):
        run.cuts += 1
        return True
    script = _parsed(shell, found.source)
    if script is None:
        return True
    texts = [field.text for field in fields]
    scope = Scope(shell.scope, run.exported)
    for name, values in (run.prefixed or {}).items():
        scope.set(name, values)
    scope.set(ARGUMENTS, (Value(tuple(texts[found.arguments :]), is_list=True),))
    for name in ("0", "BASH_SOURCE"):
        scope.set(name, (Value((tuple(texts[found.arguments - 1]),)),))
    before = run.functions, run.aliases, run.called, run.version, run.exported, run.launchers, run.prefixed
    outer = run.executing, run.is_errexit, run.is_watched, run.calling
    run.calling = []  # the functions of the script that executes it are none of its own
    run.functions, run.aliases, run.called, run.launchers = {}, {}, set(), ()
    run.is_watched = run.is_watched or run.is_errexit
    run.is_errexit = found.is_errexit
    run.exported, run.prefixed = dict.fromkeys([*run.exported, *(run.prefixed or ())]), None
    run.executing = (*run.executing, key)
    run.changed()
    run.depth += 1
    made = Shell(script, scope, run, ())
    made.alone(made.whole)
    run.depth -= 1
    run.executing, run.is_errexit, run.is_watched, run.calling = outer
    run.functions, run.aliases, run.called, run.version, run.exported, run.launchers, run.prefixed = before
    return True


_DEEPEST = 60
"""How deeply scripts are followed that read or execute one another."""


def text_read(shell: Shell, before: int) -> Text | None:
    """Return the text of the file that a statement reads; None where it reads none, or it is not at hand.

    Args:
        shell: where it stands.
        before: how many redirections there are that are not its own.

    """
    listener = shell.run.listener
    read = [one for one in shell.run.redirections[before:] if one.operator == "<" and one.target.unknown is None]
    if listener is None or not read or shell.run.is_quiet:
        return None
    target = read[-1].target
    answer = listener.answer(call_of(shell, (), (target._replace(value="cat"), target)))
    return None if answer is None or not answer.holds or answer.output is None else to_document([answer.output])
