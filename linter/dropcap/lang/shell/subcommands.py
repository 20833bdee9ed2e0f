"""Commands that hand a script, or another command, to something else: `bash -c "…"`, `su -c '…'`, `xargs`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, PieceKind, known_text
from dropcap.lang.shell.inner import Inner, Sight
from dropcap.lang.shell.launchers import LAUNCHERS
from dropcap.lang.shell.remote_commands import REMOTE_COMMANDS
from dropcap.lang.shell.shell_options import errexit_of
from dropcap.lang.shell.subcommand_words import after, joined, marked, operands, option_values, value
from dropcap.lang.shell.terminals import TERMINALS
from dropcap.lang.shell.wrappers import WRAPPERS, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.subcommand_words import Words
    from dropcap.lang.words import Word

__all__ = ["CARRIERS", "SHELLS", "Inner", "Sight", "inner", "script_at", "without_schedules"]

SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_STDIN = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})


def inner(words: Words) -> Inner | None:
    """Say what a command hands on, by its words from the program on; None if nothing is known of the program."""
    name = known_text(words[0]) if words else None
    carrier = CARRIERS.get(name.rpartition("/")[2]) if name else None
    return carrier(words) if carrier else None


def _shell(words: Words) -> Inner | None:
    at, is_command = 1, False
    while at < len(words):
        written = value(words[at])
        if not written.startswith(("-", "+")) or written in {"-", "--"}:
            at += written == "--"
            break
        at += 1
        if not written.startswith("--"):
            is_command = is_command or (written[0] == "-" and "c" in written)
            at += written[-1] in "oO"
        elif written in {"--rcfile", "--init-file"}:
            at += 1
    errexit = errexit_of([known_text(word) for word in words[1:at]]) is True
    if is_command:
        arguments = tuple(words[at + 2 :])
        return Inner(words[at], arguments=arguments, is_errexit=errexit) if at < len(words) else None
    if at < len(words) and words[at] and words[at][0].text.startswith("<("):
        return Inner(words[at], arguments=tuple(words[at + 1 :]), is_errexit=errexit)
    reads = at >= len(words) or value(words[at]) in _STDIN or any(value(word) == "-s" for word in words)
    return Inner(reads_input=True, is_errexit=errexit) if reads else None


def _eval(words: Words) -> Inner | None:
    return Inner(joined(words[1:]), sight=Sight.ALL)


def _source(words: Words) -> Inner | None:
    if len(words) > 1 and words[1] and words[1][0].text.startswith("<("):
        return Inner(words[1], sight=Sight.ALL)
    return Inner(sight=Sight.ALL, reads_input=True) if len(words) > 1 and value(words[1]) in _STDIN else None


def _trap(words: Words) -> Inner | None:
    at = operands(words, 1, "")
    return Inner(words[at], sight=Sight.ALL) if at + 1 < len(words) else None


def _watch(words: Words) -> Inner | None:
    at = operands(words, 1, "nq", ("interval", "equexit"))
    if any(value(word) in {"-x", "--exec"} for word in words[1:at]):
        return Inner(command=tuple(words[at:]))
    return Inner(joined(words[at:]))


_ROOT = (Piece("root"),)
_SU_NAMES = ("command", "group", "session-command", "shell", "supp-group", "user", "whitelist-environment")


def _su(words: Words) -> Inner | None:
    """`su [-] user -c script`, `su user -- arguments of its shell`, `runuser -u user command`."""
    options, others = option_values(words, "CGcgsuw", _SU_NAMES, stops=True)
    user = options.get("u") or options.get("user")
    if user:
        return Inner(command=tuple(others), user=user) if others else None
    options, others = option_values(words, "CGcgsuw", _SU_NAMES)
    others = [word for word in others if value(word) != "-"]
    user = others[0] if others else _ROOT
    script = options.get("c") or options.get("command") or options.get("C") or options.get("session-command")
    if script:
        return Inner(script, arguments=tuple(others[2:]) or None, user=user)
    found = _shell(others or words[:1])
    return None if found is None else found._replace(user=user)


def _script(words: Words) -> Inner | None:
    """`script -c script file`; with a command behind the file where that is BSD's."""
    options, others = option_values(words, "BEIOTcmo", ("command", "echo", "log-in", "log-io", "log-out", "log-timing"))
    script = options.get("c") or options.get("command")
    return Inner(script) if script else Inner(command=tuple(others[1:])) if others[1:] else None


def _sg(words: Words) -> Inner | None:
    """`sg [-] group [[-c] script]`, `newgrp group`."""
    options, others = option_values(words, "c")
    others = [word for word in others if value(word) != "-"]
    script = options.get("c") or joined(others[1:])
    return Inner(script) if script else Inner(reads_input=True)


def _sudo(words: Words) -> Inner | None:
    """`sudo -i` and `sudo -s` alone: a shell that reads its input."""
    options, _ = option_values(words, "CDRTUghprtu", stops=True)
    opens = not options.keys().isdisjoint({"i", "login", "s", "shell"})
    user = options.get("u") or options.get("user") or _ROOT
    return Inner(reads_input=True, user=user) if opens else None


def _env(words: Words) -> Inner | None:
    """`env -S 'NAME=value program words' words`: a text is split as a shell would split it, and words follow it."""
    for at, word in enumerate(words[1:], 1):
        written = value(word)
        match = re.match(r"-[0iv]*S|--split-string(?:=|\Z)", written)
        if match is not None:
            script = after(word, match.end())
            behind = words[at + 1 :]
            texts = [script, *behind] if script else list(behind)
            return Inner(joined(texts)) if texts else None
        is_value = value(words[at - 1]) in {"-u", "-C", "--unset", "--chdir"}
        if not is_value and not written.startswith("-") and "=" not in written:
            return None
    return None


def _several(letters: str) -> Callable[[Words], Inner | None]:
    """Make the reading of a program each of whose words is a script."""

    def read(words: Words) -> Inner | None:
        found = words[operands(words, 1, letters) :]
        return Inner(joined(found, "\n")) if found else None

    return read


def _xargs(words: Words) -> Inner | None:
    mark = None
    at = operands(words, 1, "aEdILnPs", ("arg-file", "delimiter", "max-lines", "max-args", "max-procs", "max-chars"))
    for index, word in enumerate(words[1:at], 1):
        written = value(word)
        if written.startswith("-I"):
            mark = written[2:] or value(words[index + 1]) if len(written) > _LETTER or index + 1 < at else None
        elif written in {"-i", "--replace"} or written.startswith("--replace="):
            mark = written.partition("=")[2] or "{}"
    command = words[at:]
    if not command:
        return None
    if mark:
        return Inner(command=tuple(marked(word, mark, _INPUT) for word in command), takes_input=True)
    rest = Piece("$@", PieceKind.UNKNOWN, splits=True, at=words[0][0].at, reason=_INPUT)
    return Inner(command=(*command, (rest,)), takes_input=True)


_LETTER = 2
_INPUT = "the input of xargs fills it in"


def _parallel(words: Words) -> Inner | None:
    """GNU parallel: what follows `:::`, or else its input, is put into the command or behind it, or is the command."""
    at = operands(words, 1, "aCdEIjJLnNPsS", _OF_PARALLEL)
    end = next((index for index in range(at, len(words)) if value(words[index]).startswith(":::")), len(words))
    command = list(words[at:end])
    if not command:
        given = [word for word in words[end:] if not value(word).startswith(":::")]
        return Inner(joined(given, "\n")) if given else Inner(reads_input=True)
    filled = [_all_marked(word) for word in command]
    if filled == command:
        filled.append((Piece("$@", PieceKind.UNKNOWN, splits=True, at=words[0][0].at, reason=_OTHER_INPUT),))
    if len(command) == 1:
        return Inner(joined(filled), takes_input=True)
    return Inner(command=tuple(filled), takes_input=True)


def _all_marked(word: Text) -> Text:
    for mark in _MARKS:
        word = marked(word, mark, _OTHER_INPUT)
    return word


_OTHER_INPUT = "the input of parallel fills it in"
_MARKS = ("{}", "{.}", "{/}", "{//}", "{/.}", "{#}", "{%}", "{1}", "{2}", "{3}")
_OF_PARALLEL = (
    *("arg-file", "arg-sep", "colsep", "delay", "delimiter", "env", "halt", "jobs", "joblog", "load", "max-args"),
    *("max-procs", "memfree", "nice", "results", "retries", "sshlogin", "tagstring", "timeout", "tmpdir", "workdir"),
)


def _find(*options: str) -> Callable[[Words], Inner | None]:
    """Make the reading of a program that runs a command for each file, up to `;`."""

    def read(words: Words) -> Inner | None:
        values = [value(word) for word in words]
        found = []
        end = 0
        for at, written in enumerate(values):
            if at < end or written not in options:
                continue
            end = next((index for index in range(at, len(values)) if values[index] in {";", "+"}), len(values))
            found.append(tuple(marked(one, "{}", "find fills it in") for one in words[at + 1 : end]))
        return Inner(command=found[0], others=tuple(found[1:])) if found else None

    return read


def _flock(words: Words) -> Inner | None:
    at = operands(words, 1, "wE", ("timeout", "wait", "conflict-exit-code")) + 1
    if at + 1 < len(words) and value(words[at]) in {"-c", "--command"}:
        return Inner(words[at + 1])
    return Inner(command=tuple(words[at:])) if at < len(words) else None


def _at(words: Words) -> Inner | None:
    """Read the script that `at` and `batch` keep for later; at(1)."""
    options = {value(word) for word in words[1:]}
    return None if not options.isdisjoint({"-l", "-r", "-d", "-c", "-f"}) else Inner(reads_input=True)


def _crontab(words: Words) -> Inner | None:
    options, others = option_values(words, "u")
    reads = (not others and not options.keys() & {"e", "l", "r"}) or [value(word) for word in others] == ["-"]
    return Inner(sight=Sight.NONE, reads_input=True, is_table=True) if reads else None


# An expansion is all signs of `$`.
_SCHEDULE = r"(?m)^[ \t]*(?:@[a-z]+|(?:[$*~\d][-$*,/~\w]*[ \t]+){3}[$*\w][-$*,/\w]*[ \t]+[$*\w][-$#*,/\w]*)[ \t]+"


def without_schedules(table: Text) -> Text:
    """Return the commands of a cron table, each in its line."""
    whole = "".join(piece.text if piece.kind is not PieceKind.UNKNOWN else "$" * len(piece.text) for piece in table)
    found: list[Piece] = []
    start = 0
    cuts = [match.span() for match in re.finditer(_SCHEDULE, whole)]
    number = 0
    for piece in table:
        end = start + len(piece.text)
        at = start
        while number < len(cuts) and cuts[number][0] < end:
            first, last = cuts[number]
            if first > at:
                found.append(_part(piece, at - start, first - start))
            at = max(at, min(last, end))
            if last > end:
                break
            number += 1
        if at < end:
            found.append(_part(piece, at - start, len(piece.text)))
        start = end
    return tuple(found)


def _part(piece: Piece, start: int, end: int) -> Piece:
    if piece.kind is PieceKind.UNKNOWN:
        return piece
    return piece._replace(text=piece.text[start:end], at=piece.at + start if piece.at >= 0 else -1)


def _npx(words: Words) -> Inner | None:
    """`npx -c script`, `npx program words`: the program is a package's, and of these are only those that run others."""
    options, others = option_values(words, "cpw", ("call", "package", "workspace"), stops=True)
    script = options.get("c") or options.get("call")
    if script:
        return Inner(script)
    name = known_text(others[0]) if others else None
    return Inner(command=tuple(others)) if name in CARRIERS or name in LAUNCHERS else None


def _npm(words: Words) -> Inner | None:
    """Read `npm exec`, which is `npx`."""
    at = operands(words, 1, "Cw", ("prefix", "workspace"))
    return _npx(words[at:]) if at < len(words) and value(words[at]) in {"exec", "x"} else None


def _option(*options: str) -> Callable[[Words], Inner | None]:
    """Make the reading of a program that gives a script to a shell as the value of an option."""

    def read(words: Words) -> Inner | None:
        at = next((at for at, word in enumerate(words) if value(word) in options and at + 1 < len(words)), None)
        return None if at is None else Inner(words[at + 1])

    return read


CARRIERS: dict[str, Callable[[Words], Inner | None]] = {
    **REMOTE_COMMANDS,
    **TERMINALS,
    **dict.fromkeys(WRAPPERS, wrapped),
    **dict.fromkeys((*SHELLS, "fish"), _shell),
    **dict.fromkeys((".", "source"), _source),
    **dict.fromkeys(("at", "batch"), _at),
    **dict.fromkeys(("doas", "sudo"), _sudo),
    **dict.fromkeys(("fd", "fdfind"), _find("-x", "-X", "--exec", "--exec-batch")),
    **dict.fromkeys(("newgrp", "sg"), _sg),
    **dict.fromkeys(("parallel", "sem"), _parallel),
    **dict.fromkeys(("runuser", "su"), _su),
    "ansible": _option("-a", "--args"),
    "concurrently": _several("cnps"),
    "crontab": _crontab,
    "env": _env,
    "eval": _eval,
    "find": _find("-exec", "-execdir", "-ok", "-okdir"),
    "flock": _flock,
    "hyperfine": _several("CLMPSmprw"),
    "nix-shell": _option("--run", "--command"),
    "npm": _npm,
    "npx": _npx,
    "script": _script,
    "trap": _trap,
    "watch": _watch,
    "xargs": _xargs,
}
"""What each program hands on."""


def script_at(words: Sequence[Word]) -> int | None:
    """Return which word of a shell's command names its script: 0 is standard input, None is no script."""
    at = 1
    while at < len(words):
        word = words[at].value
        if words[at].unknown is not None or not word.startswith(("-", "+")) or len(word) == 1:
            return at
        if word == "--":
            return at + 1 if at + 1 < len(words) else 0
        at += 1
        if not word.startswith("--"):
            if "c" in word:
                return None
            if "s" in word:
                return 0
            at += word.endswith(("o", "O"))  # `-o pipefail`
        elif word in _WITH_FILE:
            at += 1
    return 0


_WITH_FILE = frozenset({"--init-file", "--rcfile"})
"""The long options of a shell that take a word."""
