"""What a command of a script does: start a container, call a function, change variables, hand a script on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.assignments import assign
from dropcap.lang.shell.builtins import BUILTINS
from dropcap.lang.shell.call import User
from dropcap.lang.shell.depth import unreadable_at
from dropcap.lang.shell.evaluator import Shell
from dropcap.lang.shell.expansions import Field, to_words
from dropcap.lang.shell.folders import FOLDER_COMMANDS, FOLDER_NAMES, leave
from dropcap.lang.shell.fragments import PieceKind, Text, known_text, of_word
from dropcap.lang.shell.launchers import LAUNCHERS, unwrapped
from dropcap.lang.shell.lexer import MOST_WORDS, to_plain_words
from dropcap.lang.shell.remote_commands import REMOTE_COMMANDS
from dropcap.lang.shell.run_state import MAX_DEPTH
from dropcap.lang.shell.scope import ARGUMENTS, Scope, Value
from dropcap.lang.shell.script import Script
from dropcap.lang.shell.streams import reading, string_of
from dropcap.lang.shell.subcommands import CARRIERS, Sight, inner, without_schedules
from dropcap.lang.shell.substituted import filled
from dropcap.lang.shell.surroundings import surroundings_of
from dropcap.lang.shell.template_holes import PLACEHOLDER, TemplateHole
from dropcap.lang.shell.wrappers import MOVED_BY
from dropcap.model import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tree_sitter

    from dropcap.lang.shell.call import NameListener
    from dropcap.lang.shell.inner import Inner
    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.words import Word

__all__ = ["command", "follow", "follow_script", "hand_on"]

_FOUND = r"(?:\$\(|`)[^()`]*(?:\)|`)/[\w.-]+\Z"
_PLAIN_NAME = re.compile(rb"[\w./+:-]+(?=[\s;|&()<>`]|\Z)")


def command(shell: Shell, node: tree_sitter.Node, document: Text | None) -> None:
    """Follow a simple command; `document` is what it reads, where that is known."""
    if not _is_notable(shell, node):
        if shell.run.functions:
            shell.inside(node)
    elif shell.run.listener is None and document is None:
        shell.once(node, lambda: _notable(shell, node, None))
    else:
        _notable(shell, node, document)


def _notable(shell: Shell, node: tree_sitter.Node, document: Text | None) -> None:
    run = shell.run
    run.take(1 + (node.end_byte - node.start_byte) // 64)
    inside = shell.script.substitutions(node)
    shell.visited[node.start_byte] = inside[0].start_byte if inside else node.end_byte
    if inside:
        shell.inside(node)
    raws = shell.raws_at(_start(shell, node))
    if not raws:
        return
    for child in node.children if node.child_count <= MOST_WORDS else ():
        if child.type == "herestring_redirect":
            document = string_of(shell, child)
        elif child.type == "subshell" and run.clients is not None:  # `coproc NAME (…)`
            shell.visit(child)
    shell.assignments = [child for child in node.children[:MOST_WORDS] if child.type == "variable_assignment"]
    found = shell.combinations(raws)
    if run.clients is None:
        from dropcap.lang.shell import exact_commands

        exact_commands.follow_all(shell, node, raws, found, document)
        return
    if len(found) == 1:
        follow(shell, raws, found[0].fields, document)
        return
    changes = []
    for combination in found:
        shell.scope.begin()
        follow(shell, raws, combination.fields, document)
        changes.append(shell.scope.undo())
    shell.is_over = False
    if any(changes):
        shell.scope.join(changes)


def _start(shell: Shell, node: tree_sitter.Node) -> int:
    """Find where a command's words begin; assignments on lines of their own before it are followed here."""
    name = node.child_by_field_name("name")
    children = node.children if node.child_count <= MOST_WORDS else ()  # a node each takes more than its text
    before = [child for child in children if child.type == "variable_assignment"]
    if not before or name is None:
        return node.start_byte
    between = shell.script.data[before[-1].end_byte : name.start_byte]
    if b"\n" not in between.replace(b"\\\n", b""):
        return node.start_byte
    for child in before:
        assign(shell, child)
    return name.start_byte


def _is_notable(shell: Shell, node: tree_sitter.Node) -> bool:
    """Whether a command may concern containers or variables; most do not, and need not be taken apart."""
    run, clients, script = shell.run, shell.run.clients, shell.script
    if clients is None:
        return True
    match = _PLAIN_NAME.match(script.data, node.start_byte, node.end_byte)
    if match is None:
        return True
    name = match[0].decode("utf-8", "replace")
    if name in run.functions or name in run.aliases:
        return True
    program = name.rpartition("/")[2]
    if program in clients.programs:
        is_full = clients.is_full(script.home_at(script.to_offset(node.start_byte)))
        return not is_full or bool(script.substitutions(node))
    return program in _NOTABLE or shell.names_client(node)


def follow(shell: Shell, raws: Sequence[Raw], fields: list[Field], document: Text | None) -> None:
    """Do what a command with these words does."""
    run = shell.run
    clients = run.clients
    if clients is None:
        from dropcap.lang.shell import exact_commands

        exact_commands.follow(shell, raws, fields, document)
        return
    if not fields:
        return
    name = known_text(fields[0].pieces)
    if name in run.aliases and fields[0].is_literal:
        fields = [*_alias(shell, name, fields[0]), *fields[1:]]
    words = to_words(fields, shell.script.source, run.texts, clients.verbs)
    rest = list(unwrapped(words))
    rest[:1] = map(_on_path, rest[:1])
    if not rest:
        rest = list(words[next((at for at, word in enumerate(words) if word.value in CARRIERS), len(words)) :])
    if not rest or rest[0].unknown is not None:
        return
    at = len(words) - len(rest)
    name = rest[0].value
    if name in run.functions and not any(word.value in LAUNCHERS for word in words[:at]):
        shell.call(name, [field.text for field in fields[at + 1 :]], document)
    elif name in _OWN:
        _OWN[name](shell, [field.text for field in fields[at:]])
    elif name.rpartition("/")[2] in clients.programs:
        _hear(shell, clients, raws, rest, words[:at])
        _elsewhere(shell, raws, rest, fields[at:], document)
    elif name.rpartition("/")[2] in CARRIERS:
        hand_on(shell, raws, fields[at:], document)


def _on_path(word: Word) -> Word:
    """Take the path of a program that `which` finds for the program's name, where it is called."""
    if word.unknown is None or not re.match(_FOUND, word.value):
        return word
    return word._replace(value=word.value.rpartition("/")[2], unknown=None, splits=False, reason="")


def _alias(shell: Shell, name: str, field: Field) -> list[Field]:
    """Give the words that an alias stands for."""
    made = _script_of(shell, shell.run.aliases[name])
    if made is None:
        return [field]
    return [
        Field([one for piece in raw.pieces for one in made.script.homed(piece)], field.span, is_literal=False)
        for raw in made.raws_at(0)
    ]


def _hear(
    shell: Shell, clients: NameListener, raws: Sequence[Raw], words: Sequence[Word], launchers: Sequence[Word]
) -> None:
    source = shell.script.source
    place = shell.script.home_at(words[0].span.start) if words[0].source is source else words[0].span.start
    clients.hear(
        place,
        words,
        lambda reason: unwrapped(list(to_plain_words(raws, source, reason))),
        lambda: surroundings_of(shell, launchers),
    )


def _elsewhere(
    shell: Shell, raws: Sequence[Raw], words: Sequence[Word], fields: Sequence[Field], document: Text | None
) -> None:
    """Follow the command that a client's line runs in a container: it sees nothing of the script's environment."""
    run = shell.run
    inside = () if run.clients is None else run.clients.within(words, reads=document is not None)
    if not inside:
        return
    made_of = dict(zip(map(id, words), fields, strict=True))  # an option's value is a word of its own
    texts = [made_of[id(word)].text if id(word) in made_of else of_word(word, run.texts) for word in inside]
    fields = [Field(list(text), fields[0].span, is_literal=False) for text in texts]
    if not run.take(len(fields)) or run.depth >= MAX_DEPTH:
        run.cuts += 1
        return

    def moved() -> None:
        leave(shell, "it runs in a container")
        follow(shell, raws, fields, document)

    before = run.exported, run.functions, run.aliases, run.called, run.version
    run.exported, run.functions, run.aliases, run.called = {}, {}, {}, set()
    run.changed()
    run.depth += 1
    shell.alone(moved)
    run.depth -= 1
    run.exported, run.functions, run.aliases, run.called, run.version = before


def hand_on(shell: Shell, raws: Sequence[Raw], fields: Sequence[Field], document: Text | None) -> bool:
    """Follow the script or command that a command hands to another program; gives whether there was a script."""
    run = shell.run
    name = (known_text(fields[0].pieces) if fields else None) or ""
    texts = [field.text for field in fields] if name.rpartition("/")[2] in CARRIERS else []
    found = inner(texts)
    if found is None:
        return False
    if not run.take(len(found.command) + sum(map(len, found.others))) or run.depth >= MAX_DEPTH:
        run.cuts += 1
        return False
    before = run.user, run.launchers
    if found.user is not None:
        value = known_text(found.user)
        reason = next((piece.reason or "it is not known" for piece in found.user if piece.reason), "it is not known")
        word = to_words([Field(list(found.user), fields[0].span, is_literal=False)], shell.script.source, run.texts)[0]
        run.user = User(value, "" if value else reason, word)
    run.launchers = (*run.launchers, name.rpartition("/")[2])
    reads = found.reads_input and document is not None
    text = document if reads else found.script and filled(shell, found.script)
    if found.is_table and text:
        text = without_schedules(text)
    left = None if reads or found.takes_input else document
    commands = _commands(shell, texts, found, document)

    def handed() -> None:
        run.is_errexit = run.is_errexit or found.is_errexit
        _move(shell, name.rpartition("/")[2], texts, found)
        for one in commands:
            if one:
                run.depth += 1
                follow(shell, raws, [Field(list(text), fields[0].span, is_literal=False) for text in one], left)
                run.depth -= 1
        if not found.command and text:
            follow_script(shell, text, found.sight, found.arguments, left)

    if found.sight is Sight.ALL and name != "trap":
        handed()
    else:
        shell.alone(handed)
    run.user, run.launchers = before
    return not found.command and bool(text)


def _commands(shell: Shell, texts: Sequence[Text], found: Inner, document: Text | None) -> Sequence[Sequence[Text]]:
    """Return the commands that a command hands on, by what it reads where that is known."""
    run = shell.run
    if found.takes_input and run.listener is not None and run.launchers[-1] == "xargs":
        from dropcap.lang.shell.xargs_input import commands_of  # few startups have one

        sender = run.sent[0] if len(run.sent) == 1 and run.sent[0].guards == run.guards else None
        known = commands_of(texts, document, sender, run.texts)
        if known is not None and run.take(sum(map(len, known))):
            return known
    return (found.command, *found.others)


def _move(shell: Shell, name: str, texts: Sequence[Text], found: Inner) -> None:
    """Note where a command runs what it hands on on another machine, in another root or in another folder."""
    options = {known_text(text) or "" for text in texts[1:]}
    moves = found.sight is Sight.NONE or name in REMOTE_COMMANDS or not options.isdisjoint(_MOVING.get(name, ()))
    if moves and shell.run.listener is None:
        leave(shell, f"{name} runs it in another folder")


_LOGIN = ("-", "-l", "--login", "-i", "-il", "-li")
_MOVING = {**MOVED_BY, **dict.fromkeys(("su", "runuser", "sudo", "doas"), _LOGIN), "find": ("-execdir", "-okdir")}


def follow_script(
    shell: Shell, text: Text, sight: Sight, arguments: Sequence[Text] | None, document: Text | None
) -> None:
    """Follow a script that stands in a string, and what it reads."""
    run = shell.run
    made = _script_of(shell, text, sight)
    if made is None:
        return
    if sight is Sight.ALL:
        made.locals = shell.locals
        with reading(made, made.script.root, document):
            made.whole()
        shell.is_over = made.is_over if run.clients is None else shell.is_over
        return
    if arguments:
        made.scope.set(ARGUMENTS, (Value(tuple(arguments), is_list=True),))
    outer = run.functions, run.aliases, run.called, run.version
    run.functions, run.aliases, run.called = {}, {}, set()
    run.changed()
    with reading(made, made.script.root, document):
        run.handlers.whole(made)
    run.functions, run.aliases, run.called, run.version = outer


def _script_of(shell: Shell, text: Text, sight: Sight = Sight.ALL) -> Shell | None:
    """Make a script of a text; None where it names no client, or is too much to follow."""
    run = shell.run
    parts: list[str] = []
    segments: list[tuple[int, int]] = []
    taken: list[TemplateHole] = []
    length = 0
    for piece in text:
        written = piece.text
        if piece.kind is PieceKind.UNKNOWN:
            written = written if re.fullmatch(_WHOLE, written) else PLACEHOLDER
            taken.append(TemplateHole(length, piece.text, piece.reason))
        if written and piece.at >= 0:
            segments.append((length, piece.at))
        parts.append(written)
        length += len(written)
    joined = "".join(parts)
    run.inner_left -= length
    if not segments or segments[0][0] != 0:
        return None
    if run.inner_left < 0 or unreadable_at(joined):
        run.give_up()
        return None
    try:
        script = Script(run.texts.piece(joined, segments), segments)
    except UnreadableError:
        run.give_up()
        return None
    exported = run.exported if sight is Sight.EXPORTED else ()
    scope = shell.scope if sight is Sight.ALL else Scope(shell.scope, (*exported, *FOLDER_NAMES))
    return Shell(script, scope, run, run.places(script.data), taken)


_WHOLE = r"\$\w+|\$[@*#?!$-]|\$\{[^{}`'\"\\]*\}|\$\([^()`'\"\\]*\)"


_OWN = {**BUILTINS, **FOLDER_COMMANDS}
_NOTABLE = frozenset({*_OWN, *CARRIERS, *LAUNCHERS, ":"})
