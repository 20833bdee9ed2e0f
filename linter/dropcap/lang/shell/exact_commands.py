"""A simple command for one who hears every command: who starts it, as whom, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell import exact_calls, exact_flow, exact_input, exact_tests
from dropcap.lang.shell.assignments import assign
from dropcap.lang.shell.builtins import BUILTINS
from dropcap.lang.shell.call import Answer, Guard
from dropcap.lang.shell.exact_calls import call_of
from dropcap.lang.shell.expansions import to_words
from dropcap.lang.shell.fragments import Piece, known_text
from dropcap.lang.shell.launchers import launch
from dropcap.lang.shell.lexer import MOST_WORDS
from dropcap.lang.shell.scope import ARGUMENTS, PATTERNS, Value, unknown_value
from dropcap.lang.shell.shell_options import errexit_of
from dropcap.lang.shell.subcommands import SHELLS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import tree_sitter

    from dropcap.lang.shell.call import Call
    from dropcap.lang.shell.evaluator import Shell
    from dropcap.lang.shell.expansions import Combination, Field
    from dropcap.lang.shell.fragments import Guards, Text
    from dropcap.lang.shell.lexer import Raw
    from dropcap.lang.shell.run_state import Run
    from dropcap.lang.words import Word

__all__ = ["ask", "follow", "follow_all", "wait"]


def follow(
    shell: Shell, raws: Sequence[Raw], fields: list[Field], document: Text | None, choices: Guards = frozenset()
) -> None:
    """Follow a command with these words.

    Args:
        shell: where it stands.
        raws: the words as they are written; none where the command is written nowhere as such.
        fields: the words that the program gets.
        document: what it reads, where that is known.
        choices: the choices by which it has these words.

    """
    run = shell.run
    if not fields:
        run.holds = True
        return
    before = run.guards, run.user, run.launchers
    chosen = _chosen(run, choices) if choices else []
    run.guards = (*run.guards, *chosen)
    is_exec, written = False, fields
    if fields[0].is_literal and known_text(fields[0].pieces) in {"{", "}"}:  # the parser takes them for a program
        fields = fields[1:]
    words: Sequence[Word] = to_words(fields, shell.script.source, run.texts)
    while words and not (words[0].value in run.functions and not run.launchers):
        found = launch(words)
        if found is None or found.start is None:
            break
        if not found.launcher.is_builtin:
            printed = None if run.printed is None else len(run.printed)
            _tell(shell, call_of(shell, raws, words, is_exec=is_exec and run.launchers == before[2]))
            if run.printed is not None:  # what it prints is what its command prints
                del run.printed[printed:]
        is_exec = is_exec or found.name == "exec"
        written = fields
        kept = [*([] if found.program is None else [found.program]), *range(found.start, len(words))]
        fields, words = [fields[at] for at in kept], [words[at] for at in kept]
        run.launchers = (*run.launchers, found.name)
        run.user = found.user or run.user
    if words:
        is_direct = all(name in {"builtin", "command"} for name in run.launchers[len(before[2]) :])
        _run(shell, raws, fields, words, document, is_direct=is_direct, is_exec=is_exec)
    else:
        run.holds = True
        if document is not None:
            run.handlers.hand_on(shell, raws, written, document)
    run.guards = (*before[0], *run.guards[len(before[0]) + len(chosen) :])
    _, run.user, run.launchers = before
    if is_exec:
        _end_exec(shell, has_words=bool(words))


def _chosen(run: Run, choices: Guards) -> list[Guard]:
    """Return the guards of choices by which a command has its words, but for those that the run is behind anyhow."""
    chosen = [Guard(branch, arm, True, *run.conditions[branch]) for branch, arm in choices if branch in run.conditions]  # noqa: FBT003  # as the record has it
    known = {(one.branch, one.arm) for one in run.guards if one.taken}
    return [one for one in sorted(chosen) if (one.branch, one.arm) not in known]


def _end_exec(shell: Shell, *, has_words: bool) -> None:
    """Leave the shell behind `exec PROGRAM`; let what `exec > FILE` opens for the shell itself be heard."""
    run = shell.run
    if has_words:
        exact_flow.leave(shell, "exit")
    elif run.redirections and run.listener is not None and not run.is_quiet:
        target = run.redirections[-1].target
        run.listener.hear(call_of(shell, (), (target._replace(value=":", unknown=None),), is_builtin=True))


def follow_all(
    shell: Shell, node: tree_sitter.Node, raws: Sequence[Raw], found: Sequence[Combination], document: Text | None
) -> None:
    """Follow a command with each of the lists of words that it may have, and with the variables set before it."""
    run = shell.run
    before = run.prefixed
    set_here = [child for child in node.children if child.type == "variable_assignment"]
    if set_here and node.child_by_field_name("name") is not None:
        shell.scope.begin()
        for child in set_here:
            assign(shell, child)
        changed = shell.scope.undo()
        run.prefixed = changed
    if len(found) == 1:
        follow(shell, raws, found[0].fields, document)
    else:
        _follow_each(shell, raws, found, document)
    run.prefixed = before


def _follow_each(shell: Shell, raws: Sequence[Raw], found: Sequence[Combination], document: Text | None) -> None:
    """Follow a command that has other words by branch: each of these that can be where the run is."""
    run = shell.run
    arms = {one.branch: one.arm for one in run.guards if one.taken}
    left = {(one.branch, one.arm) for one in run.guards if not one.taken}
    changes = []
    for words in found:
        if any(arms.get(branch, arm) != arm or (branch, arm) in left for branch, arm in words.guards):
            continue
        guards, shell.is_over = run.guards, False
        shell.scope.begin()
        follow(shell, raws, words.fields, document, words.guards)
        change = shell.scope.undo()
        run.guards = guards
        if not shell.is_over:
            changes.append(change)
    run.holds = None
    shell.is_over = not changes
    if any(changes):
        shell.scope.join(changes)


def _run(  # noqa: PLR0913  # all of a command that is known
    shell: Shell,
    raws: Sequence[Raw],
    fields: list[Field],
    words: Sequence[Word],
    document: Text | None,
    *,
    is_direct: bool,
    is_exec: bool,
) -> None:
    """Follow what the launchers have led to."""
    run = shell.run
    name = words[0].value if words[0].unknown is None else ""
    document = _substituted(shell, words, document) if name == "envsubst" else document
    if name in run.functions and is_direct and not is_exec:
        run.holds = None
        shell.call(name, _texts(fields[1:]), document)
        return
    builtin = _BUILTINS.get(name) if is_direct and not is_exec else None
    if builtin is not None:
        if run.redirections and run.listener is not None and not run.is_quiet and name in {":", "true"}:
            run.listener.hear(call_of(shell, raws, words, is_builtin=True))  # it is there for what it opens
        run.holds = builtin(shell, fields)
        return
    is_builtin = is_direct and not is_exec and name in _HEARD
    call = call_of(shell, raws, words, is_exec=is_exec, is_builtin=is_builtin, document=document)
    answer = _tell(shell, call)
    if (
        name in BUILTINS
        and is_direct
        and not (name == "read" and exact_input.read_into(shell, _texts(fields), document))
    ):
        BUILTINS[name](shell, _texts(fields))
    holds = None if answer is None else answer.holds
    holds = True if is_builtin and name in {"echo", "printf"} and holds is None else holds
    holds = exact_input.succeeds(document) if is_builtin and name == "read" else holds
    if is_builtin and name != "trap":
        if name in {".", "source"} and document is not None and run.handlers.hand_on(shell, raws, fields, document):
            return
        if name in {".", "source"}:
            exact_calls.read(shell, words, _texts(fields), call)
            return
    elif exact_calls.execute(shell, call, fields):
        return
    else:
        run.holds = None
        followed = shell.run.handlers.hand_on(shell, raws, fields, document)
        if followed and answer is None and name.rpartition("/")[2] in SHELLS:
            holds = run.holds  # a shell says what its script says
    run.holds = holds


def _substituted(shell: Shell, words: Sequence[Word], document: Text | None) -> Text | None:
    from dropcap.lang.shell.exact_printed import substituted  # few scripts have one

    return None if document is None else substituted(shell, words, document)


def _texts(fields: Sequence[Field]) -> list[Text]:
    return [field.text for field in fields]


def ask(shell: Shell, words: Sequence[Word]) -> Answer | None:
    """Return what the listener knows of a condition that it does not hear."""
    listener = shell.run.listener
    if listener is None:
        return None
    if shell.run.asked is not None:
        shell.run.asked.append(words)
    return listener.answer(call_of(shell, (), words, is_builtin=True))


def wait(shell: Shell, asked: Sequence[Sequence[Word]]) -> None:
    """Let it be heard what a loop waits for: something else makes its tests come out otherwise."""
    run = shell.run
    if run.listener is None or run.is_quiet:
        return
    for words in {tuple(word.value for word in one): one for one in asked}.values():
        if words[0].value in _TESTS:
            run.listener.hear(call_of(shell, (), words, is_builtin=True)._replace(is_awaited=True))


_TESTS = frozenset({"[", "[[", "test"})


def _tell(shell: Shell, call: Call) -> Answer | None:
    """Let a command be heard, and take what it prints; gives what is known of it."""
    run, listener = shell.run, shell.run.listener
    if listener is None:
        return None
    if not run.is_quiet:
        listener.hear(call)
    answer = listener.answer(call)
    if answer is None and call.words[0].value == "printenv":
        answer = _of_environment(shell, call)
    if run.asked is not None and answer is not None and answer.holds is not None and not call.is_builtin:
        run.asked.append(call.words)
    if run.is_piped and len(run.sending) <= 1:
        run.sending = (*run.sending, call)
    if run.is_piped and answer is not None and answer.is_passing:
        _print(shell, None)
    else:
        is_text = call.is_builtin and call.words[0].value in {"echo", "printf"}
        _print(shell, _printed(call.words) if is_text else answer and answer.output)
    return answer


def _of_environment(shell: Shell, call: Call) -> Answer | None:
    """Return what `printenv NAME` prints of a variable that it gets, where that is known."""
    from dropcap.lang.shell.exact_printed import of_environment  # few scripts ask so

    words = call.words[1:]
    text = of_environment(shell, words[0].value) if len(words) == 1 and words[0].unknown is None else None
    return None if text is None else Answer(f"{text}\n", holds=True)


def _print(shell: Shell, text: str | None) -> None:
    if shell.run.printed is not None:
        shell.run.printed.append(text)


def _printed(words: Sequence[Word]) -> str | None:
    """Return what `echo` and a simple `printf` print."""
    values = [word.value for word in words]
    if any(word.unknown is not None for word in words) or any(
        "\\" in value for value in values[1:] if value != r"%s\n"
    ):
        return None
    if values[0] == "echo":
        return None if values[1:2] and values[1].startswith("-") else " ".join(values[1:]) + "\n"
    if values[1:2] in (["%s"], [r"%s\n"]):
        end = "\n" if values[1].endswith("n") else ""
        return "".join([value + end for value in values[2:] or [""]])
    return values[1] if len(values) == 2 and "%" not in values[1] else None  # noqa: PLR2004  # `printf text`


def _leave(kind: str) -> Callable[[Shell, Sequence[Field]], bool | None]:
    def leave(shell: Shell, fields: Sequence[Field]) -> bool | None:
        value = known_text(fields[1].pieces) if len(fields) > 1 else None
        holds = (
            shell.run.holds if len(fields) == 1 else None if value is None or not value.isdigit() else int(value) == 0
        )
        exact_flow.leave(shell, kind, holds=holds)
        return holds if shell.is_over else False

    return leave


def _loop_end(kind: str) -> Callable[[Shell, Sequence[Field]], bool | None]:
    def end(shell: Shell, fields: Sequence[Field]) -> bool | None:
        value = known_text(fields[1].pieces) if len(fields) > 1 else "1"
        exact_flow.leave(shell, kind, int(value) if value and value.isdigit() and len(value) < _LONGEST_COUNT else 1)
        return True

    return end


_LONGEST_COUNT = 60


def _set(shell: Shell, fields: Sequence[Field]) -> bool | None:
    errexit = errexit_of([known_text(field.pieces) for field in fields[1:]])
    if errexit is not None:
        shell.run.is_errexit = errexit
    for field in fields[1:]:
        value = known_text(field.pieces) or ""
        if value[:1] not in {"-", "+"} or value == "--":
            break
        if "f" in value:
            shell.scope.set(PATTERNS, unknown_value("it depends on which files exist"))
    if any(known_text(field.pieces) == "noglob" for field in fields[1:]):
        shell.scope.set(PATTERNS, unknown_value("it depends on which files exist"))
    BUILTINS["set"](shell, _texts(fields))
    return True


def _shopt(shell: Shell, fields: Sequence[Field]) -> bool | None:
    """Take note of what becomes of a pattern that no file fits."""
    words = [known_text(field.pieces) for field in fields[1:]]
    if None in words or _OF_PATTERNS.intersection(one or "" for one in words):
        shell.scope.set(PATTERNS, unknown_value("it depends on which files exist"))
    elif "nullglob" in words:
        shell.scope.set(PATTERNS, (Value(((Piece("null" if "-s" in words else ""),),)),))
    return True


_OF_PATTERNS = frozenset({"dotglob", "failglob", "globstar", "nocaseglob"})


def _shift(shell: Shell, fields: Sequence[Field]) -> bool | None:
    values = shell.scope.get(ARGUMENTS)
    count = known_text(fields[1].pieces) if len(fields) > 1 else "1"
    BUILTINS["shift"](shell, _texts(fields))
    if not values or not count or not count.isdecimal() or len(count) > len(str(MOST_WORDS)):
        return None
    verdicts = {len(value.elements) >= int(count) for value in values}
    is_certain = len(verdicts) == 1 and not any(
        one.splits for value in values for text in value.elements for one in text
    )
    return verdicts.pop() if is_certain else None


def _getopts(shell: Shell, fields: Sequence[Field]) -> bool | None:
    from dropcap.lang.shell.exact_options import take_option  # few scripts have one

    return take_option(shell, _texts(fields))


def _eval(shell: Shell, fields: Sequence[Field]) -> bool | None:
    shell.run.holds = True
    shell.run.handlers.hand_on(shell, (), list(fields), None)
    return shell.run.holds


_BUILTINS: dict[str, Callable[[Shell, Sequence[Field]], bool | None]] = {
    **dict.fromkeys((":", "true"), lambda _, __: True),
    **dict.fromkeys(("[", "test"), exact_tests.judge),
    "break": _loop_end("break"),
    "continue": _loop_end("continue"),
    "eval": _eval,
    "exit": _leave("exit"),
    "false": lambda _, __: False,
    "getopts": _getopts,
    "return": _leave("return"),
    "set": _set,
    "shift": _shift,
    "shopt": _shopt,
}
"""The commands of the shell that only change where the run is; nobody hears them."""
_HEARD = frozenset(
    {
        *("_", ".", "alias", "bg", "bind", "builtin", "caller", "cd", "command", "compgen", "complete", "dirs"),
        *("disown", "echo", "enable", "fc", "fg", "getopts", "hash", "help", "history", "jobs", "kill", "let"),
        *("logout", "mapfile", "popd", "printf", "pushd", "pwd", "read", "readarray", "source", "suspend", "times"),
        *("trap", "type", "ulimit", "umask", "unalias", "wait"),
    }
)
"""The other commands of the shell, which are heard as any program is."""
