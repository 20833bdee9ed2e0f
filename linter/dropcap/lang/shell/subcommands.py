"""Commands that hand a script, or another command, to something else: `bash -c "…"`, `ssh host '…'`, `xargs`."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from dropcap.lang.shell.fragments import Piece, PieceKind, known_text
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.lang.shell.fragments import Text

__all__ = ["CARRIERS", "SHELLS", "Inner", "Sight", "inner"]

SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})


class Sight(Enum):
    """Which variables an inner script sees."""

    ALL = "all"
    EXPORTED = "exported"
    NONE = "none"


class Inner(NamedTuple):
    """What a command hands on.

    Attributes:
        script: the text of a script, or None.
        command: the words of a command, if it is no script.
        arguments: the script's positional parameters, where the command gives any.
        sight: the variables that the script sees.
        reads_input: whether the script is what comes on standard input.
        is_table: whether that is a cron table, whose lines have a schedule before the command.
        user: whom it runs as, where that is another one.

    """

    script: Text | None = None
    command: tuple[Text, ...] = ()
    arguments: tuple[Text, ...] | None = None
    sight: Sight = Sight.EXPORTED
    reads_input: bool = False
    is_table: bool = False
    user: Text | None = None


if TYPE_CHECKING:
    Words = Sequence[Text]

_SPACE = Piece(" ")


def inner(words: Words) -> Inner | None:
    """Say what a command hands on, by its words from the program on; None if nothing is known of the program."""
    name = known_text(words[0]) if words else None
    carrier = CARRIERS.get(name.rpartition("/")[2]) if name else None
    return carrier(words) if carrier else None


def _joined(words: Words) -> Text | None:
    pieces: list[Piece] = []
    for word in words:
        pieces += [*([_SPACE] if pieces else []), *word]
    return tuple(pieces) or None


def _value(word: Text) -> str:
    """Give a word's text up to what is not known."""
    parts: list[str] = []
    for piece in word:
        if piece.kind is PieceKind.UNKNOWN:
            return "".join(parts) + "\0"
        parts.append(piece.text)
    return "".join(parts)


def _operands(words: Words, at: int, letters: str, names: Sequence[str] = ()) -> int:
    """Find the first word that is no option; some options take the next word."""
    while at < len(words):
        value = _value(words[at])
        if value == "--":
            return at + 1
        if not value.startswith("-") or value == "-":
            return at
        at += 1
        if value.startswith("--"):
            at += value[2:] in names
            continue
        for index, letter in enumerate(value[1:], 2):
            if letter in letters:
                at += index == len(value)
                break
    return at


def _shell(words: Words) -> Inner | None:
    at, is_command = 1, False
    while at < len(words):
        value = _value(words[at])
        if not value.startswith(("-", "+")) or value in {"-", "--"}:
            at += value == "--"
            break
        at += 1
        if not value.startswith("--"):
            is_command = is_command or (value[0] == "-" and "c" in value)
            at += value[-1] in "oO"
        elif value in {"--rcfile", "--init-file"}:
            at += 1
    if is_command:
        return Inner(words[at], arguments=tuple(words[at + 2 :])) if at < len(words) else None
    reads = at >= len(words) or _value(words[at]) in {"-", "/dev/stdin"} or any(_value(word) == "-s" for word in words)
    return Inner(reads_input=True) if reads else None


def _ssh(words: Words) -> Inner | None:
    host = _operands(words, 1, "BbcDEeFIiJLlmOopQRSWw")
    rest = words[_operands(words, host + 1, "BbcDEeFIiJLlmOopQRSWw") :]
    if not rest:
        return Inner(sight=Sight.NONE, reads_input=host < len(words))
    script = _joined(rest)
    text = _value(rest[0]).split()
    is_shell = bool(text) and text[0].rpartition("/")[2] in SHELLS and len(rest) + len(text) <= _WORDS_OF_A_SHELL
    return Inner(script, sight=Sight.NONE, reads_input=is_shell)


_WORDS_OF_A_SHELL = 3  # `bash`, `bash -s`, `'bash -s'`


def _eval(words: Words) -> Inner | None:
    return Inner(_joined(words[1:]), sight=Sight.ALL)


def _trap(words: Words) -> Inner | None:
    at = _operands(words, 1, "")
    return Inner(words[at], sight=Sight.ALL) if at + 1 < len(words) else None


def _watch(words: Words) -> Inner | None:
    at = _operands(words, 1, "nq", ("interval", "equexit"))
    if any(_value(word) in {"-x", "--exec"} for word in words[1:at]):
        return Inner(command=tuple(words[at:]))
    return Inner(_joined(words[at:]))


def _su(words: Words) -> Inner | None:  # noqa: C901  # one arm an option
    """`su [-] user -c script`, `runuser -u user command`, `script -c script`, `sg group -c script`."""
    script, at, user = None, 1, None
    operands: list[Text] = []
    is_su = _value(words[0]).rpartition("/")[2] in {"runuser", "su"}
    while at < len(words):
        value = _value(words[at])
        at += 1
        if value in {"-c", "--command", "--session-command"}:
            script, at = words[at] if at < len(words) else None, at + 1
        elif value.startswith("--command="):
            script = _after(words[at - 1], len("--command="))
        elif is_su and value in {"-u", "--user"}:
            user, at = words[at] if at < len(words) else None, at + 1
        elif is_su and value.startswith("--user="):
            user = _after(words[at - 1], len("--user="))
        elif is_su and value in _OF_SU:
            at += 1
        elif value == "--":
            operands += words[at:]
            break
        elif value == "-" or not value.startswith("-"):
            operands.append(words[at - 1])
            if user is not None:
                operands += words[at:]
                break
    if user is not None:
        return Inner(command=tuple(operands), user=user) if operands else None
    operands = [word for word in operands if _value(word) != "-"]
    if script is None:
        return None
    user = (operands[0] if operands else _ROOT) if is_su else None
    return Inner(script, arguments=tuple(operands[2:]) if is_su and operands[2:] else None, user=user)


_OF_SU = frozenset({"-G", "-g", "-s", "-w", "--group", "--shell", "--supp-group", "--whitelist-environment"})
_ROOT = (Piece("root"),)


def _after(word: Text, length: int) -> Text:
    """Take the first characters off a word."""
    kept = []
    for piece in word:
        cut = min(length, len(piece.text))
        length -= cut
        if cut < len(piece.text):
            kept.append(piece._replace(text=piece.text[cut:], at=piece.at + cut if piece.at >= 0 else -1))
    return tuple(kept)


def _xargs(words: Words) -> Inner | None:
    mark = None
    at = _operands(words, 1, "aEdILnPs", ("arg-file", "delimiter", "max-lines", "max-args", "max-procs", "max-chars"))
    for index, word in enumerate(words[1:at], 1):
        value = _value(word)
        if value.startswith("-I"):
            mark = value[2:] or _value(words[index + 1]) if len(value) > _LETTER or index + 1 < at else None
        elif value in {"-i", "--replace"} or value.startswith("--replace="):
            mark = value.partition("=")[2] or "{}"
    command = words[at:]
    if not command:
        return None
    if mark:
        return Inner(command=tuple(_marked(word, mark, _INPUT) for word in command))
    rest = Piece("$@", PieceKind.UNKNOWN, splits=True, at=words[0][0].at, reason=_INPUT)
    return Inner(command=(*command, (rest,)))


def _parallel(words: Words) -> Inner | None:
    """GNU parallel: what follows `:::`, or else its input, is put into the command or behind it."""
    at = _operands(words, 1, "aCdEIjJLnNPsS", _OF_PARALLEL)
    end = next((index for index in range(at, len(words)) if _value(words[index]).startswith(":::")), len(words))
    command = list(words[at:end])
    if not command:
        return None
    marked = [_all_marked(word) for word in command]
    if marked == command:
        marked.append((Piece("$@", PieceKind.UNKNOWN, splits=True, at=words[0][0].at, reason=_OTHER_INPUT),))
    return Inner(_joined(marked)) if len(command) == 1 else Inner(command=tuple(marked))


def _all_marked(word: Text) -> Text:
    for mark in _MARKS:
        word = _marked(word, mark, _OTHER_INPUT)
    return word


_OTHER_INPUT = "the input of parallel gives it"
_MARKS = ("{}", "{.}", "{/}", "{//}", "{/.}", "{#}", "{%}", "{1}", "{2}", "{3}")
_OF_PARALLEL = (
    *("arg-file", "arg-sep", "colsep", "delay", "delimiter", "env", "halt", "jobs", "joblog", "load", "max-args"),
    *("max-procs", "memfree", "nice", "results", "retries", "sshlogin", "tagstring", "timeout", "tmpdir", "workdir"),
)
_LETTER = 2
_INPUT = "the input of xargs gives it"


def _marked(word: Text, mark: str, reason: str) -> Text:
    """Replace the mark that stands for a line of the input."""
    found: list[Piece] = []
    for piece in _merged(word):
        at = piece.text.find(mark)
        if piece.kind is PieceKind.UNKNOWN or at < 0:
            found.append(piece)
            continue
        end = at + len(mark)
        if at:
            found.append(piece._replace(text=piece.text[:at]))
        found.append(Piece(mark, PieceKind.UNKNOWN, splits=False, at=piece.at + at, reason=reason))
        if end < len(piece.text):
            found.append(piece._replace(text=piece.text[end:], at=piece.at + end))
    return tuple(found)


def _merged(word: Text) -> list[Piece]:
    """Put pieces together that stand next to one another, as the braces of `{}` do."""
    merged: list[Piece] = []
    for piece in word:
        last = merged[-1] if merged else None
        is_next = last is not None and last.at + len(last.text) == piece.at
        if last is None or not is_next or PieceKind.UNKNOWN in {last.kind, piece.kind}:
            merged.append(piece)
        else:
            merged[-1] = last._replace(text=last.text + piece.text)
    return merged


def _find(words: Words) -> Inner | None:
    for at, word in enumerate(words):
        if _value(word) in {"-exec", "-execdir", "-ok"}:
            end = next((index for index in range(at, len(words)) if _value(words[index]) in {";", "+"}), len(words))
            return Inner(command=tuple(_marked(one, "{}", "find gives it") for one in words[at + 1 : end]))
    return None


def _flock(words: Words) -> Inner | None:
    at = _operands(words, 1, "wE", ("timeout", "wait", "conflict-exit-code")) + 1
    if at + 1 < len(words) and _value(words[at]) in {"-c", "--command"}:
        return Inner(words[at + 1])
    return Inner(command=tuple(words[at:])) if at < len(words) else None


def _at(words: Words) -> Inner | None:
    """Read the script that `at` and `batch` keep for later; at(1)."""
    options = {_value(word) for word in words[1:]}
    return None if not options.isdisjoint({"-l", "-r", "-d", "-c", "-f"}) else Inner(reads_input=True)


def _crontab(words: Words) -> Inner | None:
    return Inner(sight=Sight.NONE, reads_input=True, is_table=True) if _value(words[-1]) == "-" else None


def _behind(
    letters: str, names: tuple[str, ...] = (), positional: int = 0, verb: str = ""
) -> Callable[[Words], Inner | None]:
    """Make the reading of a program that runs what stands behind its options and some words of its own."""

    def read(words: Words) -> Inner | None:
        at = 1
        if verb:
            if len(words) < len(("program", "verb")) or _value(words[1]) != verb:
                return None
            at += 1
        at = _operands(words, at, letters, names) + positional
        if verb:
            at = _operands(words, at, letters, names)
        return Inner(command=tuple(words[at:])) if at < len(words) else None

    return read


_EXEC = _behind("", ("cwd", "env", "group", "mode", "user"), 1, "exec")


def _tmux(words: Words) -> Inner | None:
    at = next((at for at, word in enumerate(words) if _value(word) in {"new", "new-session", "new-window"}), None)
    if at is None:
        return None
    rest = words[_operands(words, at + 1, "cFnstxye") :]
    return Inner(_joined(rest))


CARRIERS: dict[str, Callable[[Words], Inner | None]] = {
    **dict.fromkeys(SHELLS, _shell),
    **dict.fromkeys(("at", "batch"), _at),
    **dict.fromkeys(("incus", "lxc"), _EXEC),
    "chroot": _behind("", ("groups", "userspec"), 1),
    "crontab": _crontab,
    "eval": _eval,
    "find": _find,
    "flock": _flock,
    "machinectl": _behind("EMPn", ("host", "machine", "setenv", "uid"), 1, "shell"),
    "nsenter": _behind("GSt", ("setgid", "setuid", "target")),
    "parallel": _parallel,
    "runuser": _su,
    "script": _su,
    "sg": _su,
    "ssh": _ssh,
    "su": _su,
    "tmux": _tmux,
    "trap": _trap,
    "unshare": _behind("GRSw", ("map-group", "map-user", "root", "setgid", "setuid", "wd")),
    "watch": _watch,
    "xargs": _xargs,
}
"""What each program hands on."""
