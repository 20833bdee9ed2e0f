"""What commands read and write: redirections, here-documents, pipelines; a text that is read may be a script."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from dropcap.lang.shell import control_flow, exact_input
from dropcap.lang.shell.commands import command, follow_script
from dropcap.lang.shell.streams import document_of, is_script, is_string, printed, reading, string_of
from dropcap.lang.shell.subcommands import Sight
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tree_sitter

    from dropcap.lang.shell.call import Call
    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.fragments import Text

__all__ = ["pipeline", "redirected"]

_STDOUT = re.compile(r"1?>|&>")


class _Line(NamedTuple):
    """What stands behind `<<E` in its line, which is a part of the redirection to the parser."""

    redirections: list[tree_sitter.Node]
    piped: list[tree_sitter.Node]
    operands: list[tuple[str, tree_sitter.Node]]
    others: list[tree_sitter.Node]


def _add_line(line: _Line, node: tree_sitter.Node) -> None:
    for before, part in pairwise(node.children):
        if part.type == "pipeline":
            spine, behind = control_flow.operands_of(part.children[-1])
            line.piped.extend([*part.children[:-1], spine])
            line.operands.extend(behind)
        elif before.type in {"&&", "||"}:
            spine, behind = control_flow.operands_of(part)
            line.operands.extend([(before.type, spine), *behind])
        elif part.type in {"file_redirect", "heredoc_body"}:
            line.redirections.append(part)
        elif part.is_named and part.type not in {"heredoc_start", "heredoc_end"}:
            line.others.append(part)


def redirected(shell: Shell, node: tree_sitter.Node) -> None:
    """Follow a statement with redirections: what it reads may be known, and be a script."""
    document: Text | None = None
    line = _Line([], [], [], [])
    body = node.child_by_field_name("body")
    for child in node.children:
        if child.type == "heredoc_redirect":
            document = document_of(shell, child)
            _add_line(line, child)
        elif child != body:
            document = string_of(shell, child) if is_string(shell, child) else document
            line.redirections.append(child)
    for child in line.redirections:
        shell.inside(child)
    if not line.operands:
        _with_redirections(shell, body, line, document)
        return
    follow_chain = control_flow.follow_chain
    if shell.run.listener is not None:
        from dropcap.lang.shell import exact_branches

        follow_chain = exact_branches.follow_chain
    follow_chain(shell, lambda: _with_redirections(shell, body, line, document), body or node, line.operands)


def _with_redirections(shell: Shell, body: tree_sitter.Node | None, line: _Line, document: Text | None) -> None:
    run = shell.run
    before = run.printed, run.redirections
    if line.piped or any(one.type == "file_redirect" and _STDOUT.match(shell.text(one)) for one in line.redirections):
        run.printed = None
    if run.listener is not None:
        from dropcap.lang.shell import exact_calls

        exact_calls.open_files(shell, line.redirections, body)
        if document is None:
            document = exact_calls.text_read(shell, len(before[1]))
    if body is not None:
        _with_input(shell, body, document)
        if run.clients is not None and document and is_script(shell, body, line.redirections, document):
            # It is run sooner or later, here or elsewhere.
            shell.alone(lambda: follow_script(shell, document, Sight.NONE, None, None))
    else:
        run.holds = True
    run.printed, run.redirections = before
    if line.piped:
        pipeline(shell, line.piped, None if body is None else printed(shell, body, document))
    for part in line.others:
        shell.visit(part)


def _with_input(shell: Shell, node: tree_sitter.Node, document: Text | None) -> None:
    if node.type == "command":
        command(shell, node, document)
        return
    if node.type == "pipeline":
        pipeline(shell, node.children, document)
        return
    body = node.child_by_field_name("body")
    if node.type == "function_definition" and body is not None and document is not None:
        shell.run.inputs[body.id] = document
        shell.run.changed()
    with reading(shell, node, document):
        shell.visit(node)


def pipeline(shell: Shell, nodes: Sequence[tree_sitter.Node], document: Text | None = None) -> None:
    """Follow the parts of a pipeline, each in a shell of its own; what `echo` and `cat <<E` print is read on."""
    outer = shell.run.sent, shell.run.sending
    sent: Sequence[Call] = ()
    for node in nodes:
        if not node.is_named:
            continue
        shell.run.sent, shell.run.sending = sent, outer[1] if node is nodes[-1] else ()
        given = document
        document = printed(shell, node, given) if node is not nodes[-1] else None
        before, piped = shell.run.printed, shell.run.is_piped
        shell.run.printed = before if node is nodes[-1] else None if shell.run.listener is None else []
        shell.run.is_piped = piped if node is nodes[-1] else True
        shell.alone(lambda node=node, given=given: _with_input(shell, node, given))  # type: ignore[misc]  # bound now
        heard, shell.run.printed, shell.run.is_piped = shell.run.printed, before, piped
        if document is None and node is not nodes[-1] and shell.run.listener is not None:
            document = exact_input.to_document(heard)
        sent = shell.run.sending
    shell.run.sent, shell.run.sending = outer
