"""The ways in: follow a script or a command, for one who hears every command or the commands of some programs."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from dropcap.lang.shell import assignments, commands, control_flow, redirections
from dropcap.lang.shell.evaluator import Shell
from dropcap.lang.shell.expansions import Field
from dropcap.lang.shell.fragments import of_word
from dropcap.lang.shell.launchers import unwrapped
from dropcap.lang.shell.run_state import Handlers, Run
from dropcap.lang.shell.scope import ARGUMENTS, Scope, Value
from dropcap.lang.shell.script import Script
from dropcap.lang.shell.substituted import remember
from dropcap.lang.shell.surroundings import NOWHERE
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import tree_sitter

    from dropcap.lang.shell.call import Listener, NameListener, User
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.template_holes import TemplateHole
    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["Setting", "follow_all", "follow_command", "follow_names", "follow_script", "follow_words"]


class Setting(NamedTuple):
    """What a script or a command is started with.

    Attributes:
        user: whom it runs as; None where nobody knows.
        variables: the environment.
        arguments: the positional parameters; None where nobody knows.
        name: what `$0` is; None where nobody knows.
        is_closed: whether the environment has no other variables.

    """

    user: User | None = None
    variables: Mapping[str, Word] = {}
    arguments: Sequence[Word] | None = None
    name: Word | None = None
    is_closed: bool = False


def follow_script(source: Source, listener: Listener, setting: Setting) -> bool:
    """Follow a script for one who hears every command, in the order in which the commands are run.

    A condition is decided by the script, by what it is started with or by the listener; of any other, each arm is
    followed, and its commands have a guard. Nothing is run.

    Args:
        source: the script; :func:`dropcap.lang.shell.check_readable` has been asked about it.
        listener: who hears the commands and answers what they print and whether they succeed.
        setting: what the script is started with.

    Returns:
        whether all of it was followed; False where it takes too many steps or nests too deeply.

    """
    run, scope = _started(source, listener, setting)
    shell = Shell(Script(source), scope, run, ())
    shell.whole()
    return run.steps > 0 and run.is_whole and not run.cuts


def follow_command(words: Sequence[Word], listener: Listener, setting: Setting) -> bool:
    """Follow a command that no shell reads first, as the exec form of an image's entrypoint; else as above."""
    if not words:
        return True
    run, scope = _started(words[0].source, listener, setting)
    shell = Shell(Script(words[0].source.piece("", [(0, words[0].span.start)])), scope, run, ())
    commands.follow(
        shell, (), [Field(list(of_word(word, run.texts)), word.span, is_literal=False) for word in words], None
    )
    return run.steps > 0 and run.is_whole and not run.cuts


def _started(
    home: Source, listener: Listener | None, setting: Setting, clients: NameListener | None = None
) -> tuple[Run, Scope]:
    run = Run(home, _HANDLERS if listener is None else _exact_handlers(), listener, clients)
    run.user = setting.user or run.user
    run.is_closed = setting.is_closed
    scope = Scope()
    for name, word in setting.variables.items():
        scope.set(name, (Value((of_word(word, run.texts),)),))
        run.exported[name] = None
    if setting.arguments is not None:
        scope.set(ARGUMENTS, (Value(tuple(of_word(word, run.texts) for word in setting.arguments), is_list=True),))
    if setting.name is not None:
        for name in ("0", "BASH_SOURCE"):
            scope.set(name, (Value((of_word(setting.name, run.texts),)),))
    return run, scope


def follow_names(
    source: Source,
    clients: NameListener,
    taken: Sequence[TemplateHole] = (),
    variables: Mapping[str, Word] = {},
) -> tuple[Script, int, bool]:
    """Follow a script for one who hears the commands of some programs.

    What cannot lead there is passed over. Nothing decides a branch but the script itself; no path ends.

    Args:
        source: the script.
        clients: who hears the commands.
        taken: the parts of the script that something else fills in first, and that are not known.
        variables: the environment, as far as it is known.

    Returns:
        the script; how many steps it may take; whether it took no more.

    """
    script = Script(source)
    run, scope = _started(source, None, Setting(variables=variables), clients)
    allowed = run.steps
    follow_all(Shell(script, scope, run, clients.places(script.data), taken))
    return script, allowed, run.steps > 0 and run.is_whole


def follow_words(home: Source, words: Sequence[Text], clients: NameListener) -> tuple[Script, int, bool]:
    """Follow a command that no shell reads first; the words' places are offsets in a text. Else as above."""
    script = Script(home.piece("", [(0, 0)]))
    script.source = home  # that is where the words stand
    run = Run(home, _HANDLERS, clients=clients)
    allowed = run.steps
    fields = [Field(list(word), Span(word[0].at, word[-1].at + len(word[-1].text)), is_literal=False) for word in words]
    commands.follow(Shell(script, Scope(), run, ()), (), fields, None)
    return script, allowed, run.steps > 0 and run.is_whole


def _is_in(starts: Sequence[int], shell: Shell, place: int) -> bool:
    """Whether a place belongs to a command that was followed; most do, and to ask the tree takes its depth."""
    index = bisect_right(starts, place)
    return index > 0 and place < shell.visited[starts[index - 1]]


def follow_all(shell: Shell) -> None:
    """Follow a script from its first statement on, then what its statements did not lead to.

    A function that nothing in the script calls is taken to be called by whoever has the script: with arguments
    that are not known, and with the variables as the script leaves them.
    """
    run, script = shell.run, shell.script
    shell.whole()
    for name in list(run.functions):
        if name not in run.called and run.functions[name][0] is script:
            shell.scope.begin()
            shell.call(name, None)
            shell.scope.undo()
    clients = run.clients
    if clients is None:
        return
    starts = sorted(shell.visited)
    for start, limit in script.commands_at([place for place in shell.places if not _is_in(starts, shell, place)]):
        if start in shell.visited:
            continue
        words = unwrapped(script.words(start, limit))
        if words and words[0].unknown is None and words[0].value.rpartition("/")[2] in clients.programs:
            place = script.home_at(words[0].span.start)
            clients.hear(place, words, lambda _, words=words: words, lambda: NOWHERE)  # type: ignore[misc]  # bound now


_STATEMENTS: dict[str, Callable[[Shell, tree_sitter.Node], None]] = {
    **dict.fromkeys(("program", "do_group", "else_clause", "negated_command"), Shell.statements),
    "ERROR": Shell.broken,
    **dict.fromkeys(("command_substitution", "process_substitution", "subshell"), Shell.substitution),
    **dict.fromkeys(("variable_assignment",), assignments.assignment),
    "c_style_for_statement": control_flow.unknown_loop,
    "case_statement": control_flow.case,
    "command": Shell.command,
    "comment": lambda _shell, _node: None,
    "compound_statement": Shell.computed,
    "declaration_command": assignments.declaration,
    "for_statement": control_flow.for_each,
    "function_definition": Shell.function,
    "if_statement": control_flow.branch,
    "list": control_flow.chain,
    "pipeline": Shell.pipeline,
    "redirected_statement": Shell.redirected,
    "unset_command": assignments.unset,
    "variable_assignments": Shell.statements,
    "while_statement": control_flow.unknown_loop,
}


def _not_heard(*_: object) -> NoReturn:
    raise AssertionError("nobody hears every command")


_HANDLERS = Handlers(
    statements=_STATEMENTS,
    exact_statements={},
    command=commands.command,
    redirected=redirections.redirected,
    pipeline=redirections.pipeline,
    hand_on=commands.hand_on,
    remember=remember,
    whole=follow_all,
    ask=_not_heard,
    wait=_not_heard,
    exact_sequence=_not_heard,
    exact_alone=_not_heard,
    exact_printed=_not_heard,
    exact_function=_not_heard,
)


@cache
def _exact_handlers() -> Handlers:
    """Return the handlers for one who hears every command; most scripts are read without."""
    from dropcap.lang.shell import exact_branches, exact_commands, exact_flow, exact_loops, exact_printed

    return _HANDLERS._replace(
        exact_statements={**exact_branches.HANDLERS, **exact_loops.HANDLERS},
        ask=exact_commands.ask,
        wait=exact_commands.wait,
        exact_sequence=exact_flow.statements,
        exact_alone=exact_flow.alone,
        exact_printed=exact_printed.printed,
        exact_function=exact_loops.function,
    )
