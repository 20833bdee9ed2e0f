"""Completion in fish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.commands import COMMANDS
from dropcap.commands.completing import FILE, FOLDER, LIST, WORDS, brief, value_of
from dropcap.commands.options import HELP, VERSION, all_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dropcap.commands.options import Option

_HEAD = """\
# Completion of dropcap for fish, as `dropcap completions fish` prints it.
function __dropcap_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = $argv[1]
end
function __dropcap_has_no_command
    test (count (commandline -opc)) -eq 1
end
complete -c dropcap -e
complete -c dropcap -f
"""


def script() -> Iterator[str]:
    """Yield the script."""
    yield _HEAD
    for option in (HELP, VERSION):
        yield f"complete -c dropcap -n __dropcap_has_no_command {_names(option)} -d {_quoted(brief(option.help))}\n"
    for command, summary in COMMANDS.items():
        yield f"complete -c dropcap -n __dropcap_has_no_command -a {command} -d {_quoted(brief(summary))}\n"
    for command, options in all_options().items():
        for option in options:
            parts = (f"complete -c dropcap -n '__dropcap_is {command}'", _names(option), _value(command, option))
            words = " ".join(part for part in parts if part)
            yield f"{words} -d {_quoted(brief(option.help))}\n" if option.is_option else f"{words}\n"


def _names(option: Option) -> str:
    return " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)


def _value(command: str, option: Option) -> str:
    """Say what follows an option; files where nothing is said are those that fish finds."""
    if not option.value:
        return ""
    value = value_of(command, option)
    requires = "-r " if option.is_option else ""
    words = " ".join(value.words)
    if value.kind == FILE:
        return f"{requires}-F" + (f" -a {_quoted(words)}" if words else "")
    if value.kind == FOLDER:
        return f"{requires}-f -a '(__fish_complete_directories)'"
    if value.kind == LIST:
        return f'{requires}-f -a \'(__fish_complete_list , "string split \\\\" \\\\" \\\\"{words}\\\\"")\''
    return f"{requires}-f" + (f" -a {_quoted(words)}" if value.kind == WORDS else "")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
