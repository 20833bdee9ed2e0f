"""Completion in bash, 3.2 too, without the package bash-completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.commands import COMMANDS
from dropcap.commands.completing import FOLDER, LIST, NOTHING, Value, value_of
from dropcap.commands.options import HELP, VERSION, all_options

if TYPE_CHECKING:
    from collections.abc import Iterator

# A value may follow its option by a blank or by `=`, which bash takes for a word of its own. Where nothing is found,
# bash completes files by itself: it knows how to quote their names.
_HEAD = """\
# Completion of dropcap for bash, as `dropcap completions bash` prints it.
_dropcap() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=
    local words= kind=words head=
    COMPREPLY=()
    [ "$COMP_CWORD" -gt 1 ] && command=${COMP_WORDS[1]}
    if [ "$current" = = ]; then
        current=
    elif [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD-2]}
    fi
"""
_TAIL = """\
    case $kind in
        file) return ;;
        folder) compopt -o dirnames +o default 2>/dev/null; return ;;
        nothing) compopt +o default 2>/dev/null; return ;;
        list)
            case $current in *,*) head=${current%,*}, current=${current##*,} ;; esac
            compopt -o nospace 2>/dev/null ;;
    esac
    COMPREPLY=($(compgen -P "$head" -W "$words" -- "$current"))
}
complete -o default -F _dropcap dropcap
"""


def script() -> Iterator[str]:
    """Yield the script."""
    yield _HEAD
    yield "    case $command:$before in\n"
    for command, options in all_options().items():
        for option in options:
            if option.is_option and option.value:
                names = "|".join(f"{command}:{name}" for name in option.names)
                yield f"        {names}) {_set(value_of(command, option))} ;;\n"
    yield "        *)\n            case $command:$current in\n"
    yield f'                :-*) words="{" ".join((*HELP.names, *VERSION.names))}" ;;\n'
    yield f'                :*) words="{" ".join(COMMANDS)}" ;;\n'
    for command, options in all_options().items():
        names = " ".join(name for option in options for name in option.names)
        yield f'                {command}:-*) words="{names}" ;;\n'
        taken = [value_of(command, option) for option in options if not option.is_option]
        yield f"                {command}:*) {_set(taken[0] if taken else Value(NOTHING))} ;;\n"
    yield "            esac ;;\n    esac\n"
    yield _TAIL


def _set(value: Value) -> str:
    if value.kind in {FOLDER, NOTHING}:
        return f"kind={value.kind}"
    kind = "kind=list " if value.kind == LIST else ""
    # Files are what is left where no word fits.
    return f'{kind}words="{" ".join(value.words)}"' if value.words else "kind=file"
