"""Completion in zsh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.commands import COMMANDS
from dropcap.commands.completing import FILE, FOLDER, LIST, WORDS, brief, value_of
from dropcap.commands.options import HELP, VERSION, all_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.commands.options import Option

_HEAD = """\
#compdef dropcap
# Completion of dropcap for zsh, as `dropcap completions zsh` prints it.
_dropcap() {
    if (( CURRENT == 2 )); then
        _alternative 'commands:command:_dropcap_commands' 'options:option:_dropcap_options'
        return
    fi
    shift words
    (( CURRENT-- ))
    case $words[1] in
"""
_COMMANDS = "_dropcap_commands() {\n    local -a commands=(\n"
_OPTIONS = "    )\n    _describe -t commands command commands\n}\n_dropcap_options() {\n    local -a options=(\n"
# The file of a function that is loaded when it is first called has to call it as well.
_TAIL = """\
    )
    _describe -o option options
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _dropcap "$@"
else
    compdef _dropcap dropcap
fi
"""


def script() -> Iterator[str]:
    """Yield the script."""
    yield _HEAD
    for command, options in all_options().items():
        yield f"        {command})\n            _arguments -s : \\\n"
        yield " \\\n".join(f"                {spec}" for option in options for spec in _specs(command, option))
        yield "\n            ;;\n"
    yield f"    esac\n}}\n{_COMMANDS}"
    yield from (f"        {_quoted(f'{name}:{_plain(summary)}')}\n" for name, summary in COMMANDS.items())
    yield _OPTIONS
    names = ((name, option.help) for option in (HELP, VERSION) for name in option.names)
    yield from (f"        {_quoted(f'{name}:{_plain(text)}')}\n" for name, text in names)
    yield _TAIL


def _specs(command: str, option: Option) -> Iterator[str]:
    """Yield what `_arguments` takes for each name of an option, or for what is none."""
    action = _action(command, option)
    if not option.is_option:
        yield _quoted(f"{'*' if option.is_list else ''}:{_plain(option.value)}:{action}")
        return
    for name in option.names:
        others = " ".join(one for one in option.names if one != name)
        excluded = f"({others})" if others and not option.is_list else ""
        times = "*" if option.is_list else ""
        joined = "=" if option.value and name.startswith("--") else ""
        taken = f"{'' if option.needs_value else ':'}:{_plain(option.value)}:{action}" if option.value else ""
        yield _quoted(f"{excluded}{times}{name}{joined}[{_plain(option.help)}]{taken}")


def _action(command: str, option: Option) -> str:
    """Say how a value is completed."""
    value = value_of(command, option)
    words = " ".join(value.words)
    if value.kind == FILE:
        return f"_alternative 'words:word:({words})' 'files:file:_files'" if words else "_files"
    if value.kind == FOLDER:
        return "_files -/"
    if value.kind == LIST:
        return f"_sequence compadd - {words}"
    return f"({words})" if value.kind == WORDS else " "


def _plain(text: str) -> str:
    """Return a text without what means something to `_arguments` and `_describe`."""
    return brief(text).translate(str.maketrans(":[]\\", " () ", "…"))


def _quoted(text: str) -> str:
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"
