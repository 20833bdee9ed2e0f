"""What commands read and print, as far as a script has the text: here-documents, here-strings and pipes.

A text that a shell reads is a script. It reaches the shell through groups, loops, functions and what only passes it on.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, PieceKind, Text, known_text
from dropcap.lang.shell.lexer import StopReadingError, read_document
from dropcap.lang.shell.shebang import is_shell_script
from dropcap.lang.shell.subcommand_words import joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, TypeAlias

    import tree_sitter

    Shell: TypeAlias = Any  # the evaluator, which knows this module

__all__ = ["document_of", "documents_in_error", "is_script", "is_string", "printed", "reading", "string_of"]

# What these hold reads something else, or is not run here.
_OWN_INPUT = frozenset({"command_substitution", "function_definition", "heredoc_redirect", "process_substitution"})
_GROUPS = frozenset({"compound_statement", "list", "subshell"})
_PASS_ON = frozenset({"cat", "sort", "tee", "uniq"})
_OF_ECHO = frozenset({"-E", "-e", "-en", "-n", "-ne"})
_LINE_BREAK = Piece("\n")


@contextmanager
def reading(shell: Shell, node: tree_sitter.Node, document: Text | None) -> Iterator[None]:
    """Give a text to the commands of a statement that may read it."""
    if document is None:
        yield
        return
    places = _readers(shell, node)
    before = {place: shell.documents.get(place) for place in places}
    outer = shell.input_number
    shell.input_number = shell.run.number_of((outer, node.id, document))
    shell.documents.update(dict.fromkeys(places, document))
    yield
    shell.input_number = outer
    for place, text in before.items():
        if text is None:
            shell.documents.pop(place, None)
        else:
            shell.documents[place] = text


def _readers(shell: Shell, node: tree_sitter.Node) -> list[int]:
    """Give the places of what may read the input of a statement: of a group every command up to one that reads all."""
    while node.type == "list" and node.children:  # `a && b <<E` is one statement to the parser, and b's input
        node = node.children[-1]
    found: list[int] = []
    pending = [node]
    while pending:
        one = pending.pop()
        if one.type in {"command", "pipeline"}:
            found.append(one.start_byte)
            first = one if one.type == "command" else one.children[0]
            if _passes_on(shell, first):
                break
        elif one.type not in _OWN_INPUT:
            pending += reversed(one.children)
    shell.run.take(len(found))
    return found


def documents_in_error(shell: Shell, node: tree_sitter.Node) -> dict[int, Text]:
    """Give the here-documents of commands that the parser could not put together, as in `(bash <<E)`."""
    found: dict[int, Text] = {}
    last = marker = None
    for child in node.children:
        if child.type == "command":
            last = child
        elif child.type == "heredoc_start" and last is not None:
            marker = last, child
        elif child.type == "heredoc_body" and marker is not None:
            text = _document(shell, child, marker[1])
            if text is not None:
                found[marker[0].start_byte] = text
    return found


def document_of(shell: Shell, node: tree_sitter.Node) -> Text | None:
    """Give the text of a here-document, its expansions made where its end marker is not quoted."""
    parts = {child.type: child for child in node.children}
    body, marker = parts.get("heredoc_body"), parts.get("heredoc_start")
    return None if body is None or marker is None else _document(shell, body, marker)


def _document(shell: Shell, body: tree_sitter.Node, marker: tree_sitter.Node) -> Text | None:
    if not shell.names_client(body):
        return None
    script = shell.script
    start, end = script.to_offset(body.start_byte), script.to_offset(body.end_byte)
    if any(character in shell.text(marker) for character in "'\"\\"):
        pieces = [Piece(script.text[start:end], at=start)]
    else:
        try:
            pieces = read_document(script.text, start, end, script.expansion_end)
        except StopReadingError:
            return None
    choices = shell.parameters.choices(pieces)
    return tuple(choices[0][1]) if len(choices) == 1 else None


def is_string(shell: Shell, node: tree_sitter.Node) -> bool:
    """Whether a redirection is `<<< word`; behind a group the parser takes it for an error and a file."""
    if node.type == "file_redirect":
        return bool(shell.script.data[max(node.start_byte - 2, 0) : node.start_byte + 1] == b"<<<")
    return node.type == "herestring_redirect"


def string_of(shell: Shell, node: tree_sitter.Node) -> Text | None:
    """Give the text of `<<< word`."""
    choices = shell.parameters.choices(shell.pieces_of(node.children[-1]))
    return tuple(choices[0][1]) if len(choices) == 1 else None


def printed(shell: Shell, node: tree_sitter.Node, given: Text | None) -> Text | None:
    """Give the text that a statement prints, as far as it is known; of a group, what its commands print.

    Args:
        shell: where it stands.
        node: the statement.
        given: what it reads, where that is known.

    """
    if (given is None and not shell.names_client(node)) or not shell.run.take(1):
        return None
    if node.type == "command":
        return given if given is not None and _passes_on(shell, node) else _echoed(shell, node)
    if node.type == "redirected_statement":
        return _redirected(shell, node, given)
    if node.type == "pipeline":
        for part in node.named_children:
            given = printed(shell, part, given)
        return given
    if node.type not in _GROUPS:
        return None
    found: list[Piece] = []
    for part in shell.parts(node):
        text = printed(shell, part, given)
        if text is not None:
            found += [*([_LINE_BREAK] if found else []), *text]
    return tuple(found) or None


def _redirected(shell: Shell, node: tree_sitter.Node, given: Text | None) -> Text | None:
    body = node.child_by_field_name("body")
    for child in node.children:
        if child.type == "heredoc_redirect":
            if any(part.type == "pipeline" for part in child.children):
                return None
            given = document_of(shell, child)
        elif is_string(shell, child):
            given = string_of(shell, child)
        elif child.type == "file_redirect" and shell.text(child).lstrip("1&").startswith(">"):
            return None
    return None if body is None else printed(shell, body, given)


def _name(shell: Shell, node: tree_sitter.Node) -> str:
    name = node.child_by_field_name("name") if node.type == "command" else None
    return "" if name is None else shell.text(name)


def _passes_on(shell: Shell, node: tree_sitter.Node, depth: int = 0) -> bool:
    """Whether a command prints what it reads: `cat`, `tee file`, a function that does nothing else."""
    name = _name(shell, node)
    if name in shell.run.functions and depth < _DEEPEST:
        script, body = shell.run.functions[name]
        commands = [one for part in body.named_children for one in _commands(part)]
        return bool(commands) and script is shell.script and all(_passes_on(shell, one, depth + 1) for one in commands)
    if name not in _PASS_ON:
        return False
    return name == "tee" or all(shell.text(part).startswith("-") for part in node.children_by_field_name("argument"))


_DEEPEST = 10


def _commands(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """Return the commands of a pipeline, or the one that a statement is."""
    return list(node.named_children) if node.type == "pipeline" else [node]


def is_script(shell: Shell, body: tree_sitter.Node, redirections: Sequence[tree_sitter.Node], text: Text) -> bool:
    """Return whether a command writes what it reads into a file that is a script by its name or its first line.

    Args:
        shell: where it stands.
        body: the command.
        redirections: those behind it.
        text: what it reads.

    """
    words = shell.text(body).split()
    words = words[1:] if words and words[0] in {"sudo", "doas"} else words
    if not words or words[0] not in {"cat", "tee"}:
        return False
    files = [word for word in words[1:] if not word.startswith("-")] if words[0] == "tee" else []
    for one in redirections:
        target = one.child_by_field_name("destination") if one.type == "file_redirect" else None
        if target is not None and words == ["cat"] and shell.text(one).lstrip("1").startswith(">"):
            files.append(shell.text(target))
    first = text[0].text if text else ""
    is_told = is_shell_script(first.lstrip().encode("utf-8", "replace"))
    return any(is_told or file.strip("\"'").endswith(_SCRIPTS) for file in files)


_SCRIPTS = (".sh", ".bash")


def _echoed(shell: Shell, node: tree_sitter.Node) -> Text | None:
    """Give what `echo` and a simple `printf` print."""
    name = _name(shell, node)
    if name not in {"echo", "printf"} or not shell.names_client(node):
        return None
    found = shell.combinations(shell.raws_at(node.start_byte))
    if len(found) != 1:
        return None
    words = [field.text for field in found[0].fields[1:]]
    if name == "echo":
        escapes = False
        while words and (option := known_text(words[0])) in _OF_ECHO:
            escapes = escapes or "e" in (option or "")
            del words[0]
        return joined([_lines(word) for word in words] if escapes else words)
    return _formatted(words)


def _formatted(words: Sequence[Text]) -> Text | None:
    """Give what `printf` prints: a text, or its arguments one a line."""
    if words and known_text(words[0]) == "--":
        words = words[1:]
    if not words:
        return None
    form = known_text(words[0])
    if form is not None and form.replace("\\n", "").strip() == "%s":
        return joined(words[1:], "\n")
    if any("%" in piece.text for piece in words[0]):
        return None
    return _lines(words[0])


def _lines(text: Text) -> Text:
    r"""Make line breaks of the `\n` in a format."""
    found: list[Piece] = []
    for piece in text:
        if piece.kind is PieceKind.UNKNOWN:
            found.append(piece)
            continue
        at = piece.at
        for number, line in enumerate(piece.text.split("\\n")):
            if number:
                found.append(_LINE_BREAK)
                at += 2
            if line:
                found.append(piece._replace(text=line, at=at if piece.at >= 0 else -1))
            at += len(line)
    return tuple(found)
