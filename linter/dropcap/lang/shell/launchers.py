"""Programs that run the command that follows them, and as whom: `sudo -E -u app docker run` is a `docker run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.shell.call import User
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.lang.words import Word

__all__ = ["LAUNCHERS", "Launch", "Launcher", "launch", "moves", "unwrapped"]

# A tree that had to be recovered takes these for programs.
_RESERVED = frozenset({"!", "{", "do", "elif", "else", "if", "then", "until", "while"})


class Launcher(NamedTuple):
    """How a program's own words end, and what it does to the user.

    Attributes:
        letters: the options that take a value.
        names: the long options that take a value, without `=` too.
        positional: how many words follow the options before the command starts.
        sets: whether `NAME=value` may stand before the command.
        prints: the options with which it runs nothing.
        user: where it says as whom the command runs: the names of options, and a number for a word behind these.
        default: as whom it runs where it does not say; empty for whoever runs the launcher.
        is_builtin: whether the shell does it itself.
        program: the option that names the program, where the words behind the options are its arguments.
        moves: the options with which the command runs in another folder; an empty name where it always does.

    """

    letters: str = ""
    names: tuple[str, ...] = ()
    positional: int = 0
    sets: bool = False
    prints: tuple[str, ...] = ()
    user: tuple[str | int, ...] = ()
    default: str = ""
    is_builtin: bool = False
    program: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()


_SUDO_NAMES = (
    *("chdir", "chroot", "close-from", "command-timeout", "group", "host"),
    *("other-user", "prompt", "role", "type", "user"),
)
_SETPRIV_NAMES = (
    *("ambient-caps", "apparmor-profile", "bounding-set", "egid", "euid", "groups", "inh-caps", "landlock-access"),
    *("landlock-rule", "pdeathsig", "regid", "reuid", "rgid", "ruid", "securebits", "selinux-label"),
)
_DAEMON_NAMES = (
    *("chdir", "chroot", "chuid", "exec", "group", "iosched", "name", "nicelevel", "output", "pid", "pidfile", "ppid"),
    *("procsched", "retry", "signal", "startas", "umask", "user"),
)
_UNIT_NAMES = (
    *("description", "gid", "on-calendar", "property", "setenv", "slice", "uid", "unit", "working-directory"),
)
_CHRT_NAMES = ("sched-deadline", "sched-period", "sched-runtime")
_NUMA_NAMES = ("cpunodebind", "file", "interleave", "length", "membind", "physcpubind", "preferred", "shm", "weighted")
_DAEMON_OPTIONS = (
    *("acceptable", "attempts", "burst", "chdir", "chroot", "command", "config", "core", "delay", "env", "errlog"),
    *("limit", "name", "output", "pidfile", "pidfiles", "stderr", "stdout", "umask", "user"),
)
_WSL = Launcher("du", ("cd", "distribution", "shell-type", "user"), user=("u", "user"), moves=("",))
_FIRST = Launcher(positional=1, user=(0,))
LAUNCHERS: Mapping[str, Launcher] = {
    "builtin": Launcher(is_builtin=True),
    "busybox": Launcher(),
    **dict.fromkeys(("caffeinate", "distrobox-host-exec", "host-spawn"), Launcher("tw")),
    "catatonit": Launcher(),
    "catchsegv": Launcher(),
    "cgexec": Launcher("g"),
    "cpulimit": Launcher("ceilp", ("exe", "limit", "path", "pid")),
    "cross-env": Launcher(sets=True),
    "chpst": Launcher("/CLUbcdeflmnoprtu", user=("u",), moves=("/", "C")),
    "choom": Launcher("np", ("adjust", "pid")),
    "chronic": Launcher(),
    "chrt": Launcher("DPT", _CHRT_NAMES, positional=1, prints=("m", "max", "p", "pid")),
    "command": Launcher(prints=("v", "V"), is_builtin=True),
    "coproc": Launcher(is_builtin=True),
    "daemon": Launcher("AaDEeFIiLlMmNnOoPuWwX", _DAEMON_OPTIONS, user=("u", "user"), moves=("",)),
    "daemonize": Launcher("EceloLpu", user=("u",), moves=("",)),
    "dbus-run-session": Launcher(names=("config-file", "dbus-daemon")),
    "doas": Launcher("uC", user=("u",), default="root", prints=("L", "s")),
    "dumb-init": Launcher("r", ("rewrite",)),
    "env": Launcher("uC", ("unset", "chdir"), sets=True, prints=("S",), moves=("C", "chdir")),
    "exec": Launcher("a", is_builtin=True),
    "faketime": Launcher("fp", positional=1),
    "fakeroot": Launcher("bils", ("faked", "lib")),
    "firejail": Launcher(),
    "flatpak-spawn": Launcher(),
    "gosu": _FIRST,
    "ionice": Launcher("cn", ("class", "classdata"), prints=("p", "P", "u")),
    "lima": Launcher(moves=("",)),
    **dict.fromkeys(("linux32", "linux64", "proxychains", "proxychains4", "torsocks"), Launcher("f")),
    "ltrace": Launcher("AaDeFlnopsuwx", user=("u",)),
    "nice": Launcher("n", ("adjustment",)),
    "nohup": Launcher(),
    "numactl": Launcher("CNMPSifhlmptw", _NUMA_NAMES, prints=("H", "hardware", "s", "show")),
    "pkexec": Launcher(names=("user",), default="root", user=("user",), moves=("",)),
    "prlimit": Launcher(prints=("p", "pid")),
    "rlwrap": Launcher("ACDFHPSTabefgIlmpqst"),
    "runcon": Launcher("lrtu", ("level", "range", "role", "type", "user"), prints=("help",)),
    "s6-setuidgid": _FIRST,
    "screen": Launcher("ceghpsStTX", prints=("X",)),
    "setpriv": Launcher(names=_SETPRIV_NAMES, prints=("d", "dump"), user=("reuid", "euid", "ruid")),
    "setarch": Launcher(positional=1),
    "setsid": Launcher(),
    "setuidgid": _FIRST,
    "ssh-agent": Launcher("PaEOt", prints=("k",)),
    "sshpass": Launcher("Pdfp"),
    "start-stop-daemon": Launcher(
        *("INOPRacdgknprsux", _DAEMON_NAMES),
        user=("c", "chuid"),
        program=("startas", "a", "exec", "x"),
        prints=("K", "T", "H", "stop", "status", "help"),
        moves=("d", "chdir", "r", "chroot"),
    ),
    "stdbuf": Launcher("ioe", ("input", "output", "error")),
    "strace": Launcher("EIOPSUXabeopsu", ("attach", "env", "output", "trace", "user"), user=("u", "user")),
    "su-exec": _FIRST,
    "sudo": Launcher(
        *("CDRTUghprtu", _SUDO_NAMES),
        sets=True,
        prints=("e", "l", "v"),
        user=("u", "user"),
        default="root",
        moves=("D", "R", "chdir", "chroot", "i", "login"),
    ),
    "systemd-inhibit": Launcher(names=("mode", "what", "who", "why"), prints=("list",)),
    "systemd-run": Launcher("upEMH", _UNIT_NAMES, user=("uid",), moves=("",)),
    "taskset": Launcher(positional=1, prints=("p", "pid")),
    "time": Launcher("fo", ("format", "output")),
    "timeout": Launcher("ks", ("kill-after", "signal"), positional=1),
    "tini": Launcher("ep", prints=("h",)),
    "tini-static": Launcher("ep", prints=("h",)),
    "unbuffer": Launcher(),
    "valgrind": Launcher(),
    "winpty": Launcher(),
    "with-contenv": Launcher(),
    "wsl": _WSL,
    "wsl.exe": _WSL,
    "xvfb-run": Launcher("efnpsw", ("auth-file", "error-file", "server-args", "server-num", "wait")),
}
"""The programs, by name. How each reads its words is said by its manual page or, for one without, by its source."""


class Launch(NamedTuple):
    """What a launcher starts.

    Attributes:
        name: the launcher's name.
        launcher: what is known of it.
        start: the index of the command's first word; None where it starts nothing.
        end: the index behind the launcher's own words, where `NAME=value` may stand.
        user: as whom the command runs; None for whoever runs the launcher.
        program: the index of the word that names the program, where that is an option's value.
        moves: whether it runs it in another folder.

    """

    name: str
    launcher: Launcher
    start: int | None
    end: int
    user: User | None = None
    program: int | None = None
    moves: bool = False


def launch(words: Sequence[Word], at: int = 0) -> Launch | None:
    """Return what the launcher that stands at an index starts; None where it is none."""
    word = words[at]
    name = word.value.rpartition("/")[2]
    launcher = LAUNCHERS.get(name) if word.unknown is None else None
    if launcher is None:
        return None
    options, behind = _options(words, at + 1, launcher)
    if any(option in launcher.prints for option, _ in options):
        return Launch(name, launcher, None, behind)
    start = behind + launcher.positional
    if name == "coproc" and start + 1 < len(words) and words[start + 1].value in _RESERVED:
        start += 1  # the name of the coprocess, which only a compound command may have
    while launcher.sets and start < len(words) and "=" in words[start].value:
        start += 1
    given = [index for wanted in launcher.user for option, index in options if option == wanted and index < len(words)]
    given += [behind + wanted for wanted in launcher.user if isinstance(wanted, int) and behind + wanted < len(words)]
    user = _user(words[given[0]]) if given else User(launcher.default, "", word) if launcher.default else None
    programs = [index for wanted in launcher.program for option, index in options if option == wanted]
    moves = "" in launcher.moves or any(option in launcher.moves for option, _ in options)
    return Launch(name, launcher, start, behind, user, programs[0] if programs else None, moves)


def _user(word: Word) -> User:
    """Return the user that a word names; an option may stand before it: `--user=app`, `-uapp`."""
    if word.unknown is not None:
        return User(None, word.reason or f"{word.unknown} is not known", word)
    value = word.value
    if value.startswith("--"):
        value = value.partition("=")[2]
    elif value.startswith("-"):
        value = value[value.index("u" if "u" in value else "c") + 1 :]
    return User(value, "", word)


def _options(words: Sequence[Word], at: int, launcher: Launcher) -> tuple[list[tuple[str, int]], int]:
    """Return a launcher's options, each with the index of the word that its value is in, and where they end."""
    found: list[tuple[str, int]] = []
    while at < len(words):
        value = words[at].value
        if value == "--":
            return found, at + 1
        if not value.startswith("-") or value == "-":
            break
        at += 1
        if value.startswith("--"):
            name, equals, _ = value[2:].partition("=")
            takes_next = not equals and name in launcher.names
            found.append((name, at if takes_next else at - 1))
            at += takes_next
            continue
        for index, letter in enumerate(value[1:], 2):
            is_last = letter in launcher.letters
            takes_next = is_last and index == len(value)
            found.append((letter, at if takes_next else at - 1))
            if is_last:
                at += takes_next
                break
    return found, at


def unwrapped(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words from the program on that is really run; none if nothing is.

    A word that is all unknown, as in `$SUDO docker run`, is taken for a launcher as well: if it is none, the words
    behind it are no command.
    """
    at = 0
    while at < len(words):
        word = words[at]
        if word.value == word.unknown or word.value in _RESERVED:
            at += 1
            continue
        found = launch(words, at)
        if found is None:
            return words[at:]
        if found.start is None:
            return ()
        if found.program is not None:
            return [words[found.program], *words[found.start :]]
        at = found.start
    return ()


def moves(words: Sequence[Word]) -> bool:
    """Return whether one of the launchers that some words begin with runs its command in another folder."""
    at = 0
    while at < len(words):
        found = None if words[at].value == words[at].unknown else launch(words, at)
        if found is not None and found.moves:
            return True
        if found is None:
            at += 1
        elif found.start is None:
            return False
        else:
            at = found.start
    return False
