"""What a script of an image does at the start, as steps that an entry of the catalogue describes.

A step is a table: one action, and under which conditions. They become commands of a shell, a line each, so that they
are followed as any script is. Actions:

    gives, to          a path and all in it, to a user or `user:group`; `alone` leaves out what is in it, `foreign`
                       what is that user's already
    makes              a folder, with those above it; `mode`
    modes, of          a mode, of a path
    writes, touches    a file: another content, or nothing but its times
    reads, removes     a path
    leads              a program before the words of the command, as `set -- redis-server "$@"` has it
    execs, as          a command, `"$@"` for the words; as a user, by gosu or what does the same
    runs, as           a command that ends before the next step
    runs_each          the files of a pattern
    sets, value        a variable
    unknown            why what it does there is not known
    ends               the script ends here

`fails` says that it does not matter where it fails. Conditions, all of which hold: "root", "env:X", "env:X=a|b",
"word:1=a|b*" (patterns), "words:*a*" (of all words), "there:/path", and each of these with "no" or "not" before it;
`if` is one that nobody can tell, in words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["NOT_KNOWN", "script"]

NOT_KNOWN = "dropcap-not-known"
"""The command of a step of which is said that nobody knows what it does, and why."""

_SIMPLE = re.compile(r"[^;|&`<>()\n]{1,160}")
_OPTIONS = {
    "gives": {"to", "alone", "foreign"},
    "makes": {"mode"},
    "modes": {"of"},
    "writes": set(),
    "touches": set(),
    "reads": set(),
    "removes": set(),
    "leads": set(),
    "execs": {"as"},
    "runs": {"as"},
    "runs_each": set(),
    "sets": {"value"},
    "unknown": set(),
    "ends": set(),
}
_CONDITION = re.compile(r"(no |not )?(root|env:(\w+)|word:(\d)|words:(.+)|there:(\S+))(?:=(.+))?")


def script(steps: Sequence[Mapping[str, Any]], *, goes_on: bool = False) -> str:
    """Return the steps as a shell script; it ends at the first failure unless it `goes_on`.

    Raises:
        ValueError: a step is not as it is described here.

    """
    lines = ["#!/bin/sh"] if goes_on else ["#!/bin/sh", "set -e"]
    lines += [_line(step) for step in steps]
    return "\n".join(lines) + "\n"


def _line(step: Mapping[str, Any]) -> str:
    actions = [one for one in _OPTIONS if one in step]
    if len(actions) != 1:
        raise ValueError(f"{dict(step)} has no action, or several")
    unknown = set(step) - {actions[0], "when", "if", "fails"} - _OPTIONS[actions[0]]
    if unknown:
        raise ValueError(f"{actions[0]}: nobody knows {sorted(unknown)}")
    command = " && ".join(_commands(actions[0], step))
    if step.get("fails"):
        command += " || true"
    if "if" in step:
        command = f'if [ "{step["if"]}" -eq 1 ]; then {command}; fi'
    conditions = step.get("when", [])
    for condition in reversed([conditions] if isinstance(conditions, str) else conditions):
        command = _under(condition, command)
    return command


def _under(condition: str, command: str) -> str:
    """Return a command under a condition."""
    found = _CONDITION.fullmatch(condition)
    if found is None:
        raise ValueError(f"{condition!r} is not a condition")
    sign, kind, variable, word, words, path, values = found.groups()
    if values is not None or words:
        value = '"$*"' if words else f'"${{{variable or word}-}}"'
        values = words or values
        return f"case {value} in {values}) {':' if sign else command} ;; *) {command if sign else ':'} ;; esac"
    test = '[ "$(id -u)" = 0 ]' if kind == "root" else f"[ -e {_word(path)} ]" if path else ""
    test = test or f'[ -n "${{{variable or word}-}}" ]'
    return f"if {'! ' if sign else ''}{test}; then {command}; fi"


def _commands(action: str, step: Mapping[str, Any]) -> Iterator[str]:
    value = str(step[action])
    if not _SIMPLE.fullmatch(value):
        raise ValueError(f"{action}: {value!r:.80} is no word or simple command")
    if action == "gives":
        yield _gives(value, step)
        return
    as_user = f"gosu {step['as']} " if "as" in step else ""
    known = {"value": value, "word": _word(value), "as_user": as_user}
    of = {name: _word(str(step[name])) for name in ("of", "value") if name in step}
    yield _ACTIONS[action].format(**known, **{f"of_{name}": one for name, one in of.items()})
    if "mode" in step:
        yield f"chmod {step['mode']} {_word(value)}"


_ACTIONS = {
    "makes": "mkdir -p {word}",
    "modes": "chmod {value} {of_of}",
    "writes": ": > {word}",
    "touches": "touch {word}",
    "reads": "cat {word}",
    "removes": "rm -rf {word}",
    "leads": 'set -- {value} "$@"',
    "execs": "exec {as_user}{value}",
    "runs": "{as_user}{value}",
    "runs_each": 'for each in {value}; do if [ -e "$each" ]; then "$each"; fi; done',
    "sets": "export {value}={of_value}",
    "unknown": f'{NOT_KNOWN} "{{value}}"',
    "ends": "exit 0",
}


def _gives(path: str, step: Mapping[str, Any]) -> str:
    to = str(step["to"])
    if step.get("foreign"):
        depth = " -maxdepth 0" if step.get("alone") else ""
        return f"find {_word(path)}{depth} ! -user {to.partition(':')[0]} -exec chown {to} {{}} +"
    return f"chown {'' if step.get('alone') else '-R '}{to} {_word(path)}"


def _word(text: str) -> str:
    return f'"{text}"' if re.search(r"[$\s]", text) else text
