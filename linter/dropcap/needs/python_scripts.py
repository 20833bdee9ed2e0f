"""What a Python script asks the kernel for by calls that stand in it; nothing of it is run.

Only calls of the standard library are known, by the names that the script imports them by. A call in a function may
never be reached: it counts under that condition.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from dropcap.model import Located
from dropcap.namedtuple import NamedTuple
from dropcap.needs.model import Certainty, Demand, DemandKind, UnknownNeed
from dropcap.needs.python_drops import is_plain, without_rights
from dropcap.needs.python_foreign import LOCKS, unknown_call
from dropcap.needs.python_starts import Reader, user_of, users_of
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["ScriptCall", "calls_of", "module_word", "parsed", "script_word", "starts_alone"]

_LONGEST = 200_000
_LAST_LOW_PORT = 1023
_CALLS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("os.setuid", "os.seteuid", "os.setreuid", "os.setresuid"), ("SETUID", "becomes another user")),
    **dict.fromkeys(
        ("os.setgid", "os.setegid", "os.setregid", "os.setresgid", "os.setgroups", "os.initgroups"),
        ("SETGID", "takes other groups"),
    ),
    **dict.fromkeys(("os.chown", "os.fchown", "os.lchown", "shutil.chown"), ("CHOWN", "gives files away")),
    "os.makedev": ("MKNOD", "makes a device"),
    "os.chroot": ("SYS_CHROOT", "changes its root folder"),
    "os.sched_setscheduler": ("SYS_NICE", "takes another scheduler"),
    **dict.fromkeys(("os.setns", "os.unshare", "socket.sethostname"), ("SYS_ADMIN", "changes namespaces")),
    **dict.fromkeys(("time.clock_settime", "time.clock_settime_ns"), ("SYS_TIME", "sets the clock")),
}
"""The calls that the kernel grants to a capability, from Python's own documentation and the manual of each call."""
_BY_ARGUMENT = {
    "os.nice": (0, r"-", "SYS_NICE", "asks for more of the processor"),
    "os.setpriority": (2, r"-", "SYS_NICE", "asks for more of the processor"),
    "os.setxattr": (1, r"b?['\"]trusted\.", "SYS_ADMIN", "sets a trusted attribute"),
}
"""The calls that ask for a capability where one of their arguments begins in a certain way."""
_NAMES = {
    "socket.SO_MARK": ("NET_ADMIN", "marks packets"),
    "socket.IP_TRANSPARENT": ("NET_ADMIN", "takes what is sent to other addresses"),
    "socket.SOCK_RAW": ("NET_RAW", "opens a raw socket"),
    "socket.AF_PACKET": ("NET_RAW", "opens a packet socket"),
}
_MODULES = {
    "scapy": ("NET_RAW", "sends and hears packets of its own by scapy"),
    "pyroute2": ("NET_ADMIN", "sets up the network by pyroute2"),
}
"""What modules that are no part of Python are there for."""
_STARTS = ("os.exec", "os.spawn", "os.posix_spawn", "os.system", "os.popen", "subprocess.", "pty.spawn")
"""What starts another program, which holds what the script holds."""


class ScriptCall(NamedTuple):
    """What one place in a script asks for: a demand, or something that is not known.

    Attributes:
        where: the place.
        demand: the demand.
        unknown: what is not known.
        command: the words of a command that it starts.
        user: as whom it starts that; None for as whom it runs itself.

    """

    where: Located[str]
    demand: Demand | None = None
    unknown: UnknownNeed | None = None
    command: tuple[Word, ...] = ()
    user: str | None = None

    @property
    def is_start(self) -> bool:
        """Whether it says that what is started is not followed."""
        return self.unknown is not None and self.unknown.reason.endswith(_NOT_FOLLOWED)


_NOT_FOLLOWED = " is not followed"


def script_word(words: Sequence[Word]) -> tuple[Word, bool] | None:
    """Return the word of a call of Python that is a script's path, or its code; None where it has neither.

    Args:
        words: the call, its own name first.

    Returns:
        the word, and whether it is code.

    """
    found = _told(words)
    return None if found is None or found[1] == "m" else (found[0], found[1] == "c")


def module_word(words: Sequence[Word]) -> Word | None:
    """Return the word of a call of Python that is the name of the module it runs; None where it has none."""
    found = _told(words)
    return found[0] if found is not None and found[1] == "m" else None


def _told(words: Sequence[Word]) -> tuple[Word, str] | None:
    """Return what Python is told to run, and the letter of the option before it: none before a path."""
    rest = iter(words[1:])
    for word in rest:
        if word.unknown is not None or word.value == "-":
            return None
        if not word.value.startswith("-"):
            return word, ""
        options = "" if word.value.startswith("--") else word.value[1:]
        at = next((at for at, letter in enumerate(options) if letter in _TAKE), None)
        if at is None:
            continue
        value = next(rest, None) if at == len(options) - 1 else word._replace(value=options[at + 1 :])
        if options[at] in "cm":
            return None if value is None or value.unknown is not None else (value, options[at])
    return None


_TAKE = "cmQWX"


def calls_of(source: Source, name: str, arguments: Sequence[Word] = ()) -> list[ScriptCall]:
    """Return what the calls of a script ask for, in the order of the script; one place for each kind.

    Args:
        source: the script.
        name: what to call it.
        arguments: the words that it is given.

    """
    start = Located(name, source, Span(0, min(1, len(source.text))))
    tree = parsed(source.text) if len(source.text) <= _LONGEST else None
    if tree is None:
        unread = UnknownNeed(f"dropcap cannot parse the Python of {name}", where=start)
        return [ScriptCall(start, unknown=unread)]
    names = dict(_imported(tree))
    certain = {id(node) for node in _always(tree)}
    lines = _Lines(source, name)

    def name_of(node: ast.expr) -> str:
        return _full_name(node, names)

    dropped = {id(node): user for node, user in without_rights(tree, name_of)}
    reader = Reader(source, arguments, name_of, lambda node: lines.place(node).span)
    found: dict[object, ScriptCall] = {}
    started: list[ScriptCall] = []
    for node in sorted(ast.walk(tree), key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))):
        is_certain = id(node) in certain
        made = _made(node, names, name, lines, is_certain=is_certain)
        command = _command(node, names, reader) if isinstance(node, ast.Call) else ()
        if isinstance(node, ast.Call) and made is not None and made.is_start:
            user, is_known = user_of(node, name_of(node.func))
            if command:
                started.append(ScriptCall(lines.place(node), command=command, user=user or dropped.get(id(node))))
            made = None if (command and is_known) or id(node) in dropped else made  # it holds nothing by then
        for one in (made, _module_of(node, source, name), *_as_others(node, names, name, lines)):
            if one is not None:
                found.setdefault((one.demand and one.demand.why, one.unknown and one.unknown.reason), one)
    foreign = unknown_call(tree, names, name_of)
    if foreign is not None:
        place = lines.place(foreign)
        started.append(ScriptCall(place, unknown=UnknownNeed(_FOREIGN.format(name), where=place)))
    return [*found.values(), *started]


_FOREIGN = "what {} calls through ctypes is not known"


def starts_alone(source: Source) -> bool:
    """Return whether a script does nothing but to start programs, and to change whom it runs as."""
    tree = parsed(source.text) if len(source.text) <= _LONGEST else None
    if tree is None:
        return False
    names = dict(_imported(tree))
    return is_plain(tree, lambda node: _full_name(node, names))


def _module_of(node: ast.AST, source: Source, script: str) -> ScriptCall | None:
    """Return what an import of a known module lets a script ask for."""
    if isinstance(node, ast.ImportFrom):
        drawn = [] if node.level else [node.module or ""]
    else:
        drawn = [one.name for one in node.names] if isinstance(node, ast.Import) else []
    known = next((_MODULES[name] for one in drawn if (name := one.partition(".")[0]) in _MODULES), None)
    if known is None or not isinstance(node, (ast.Import, ast.ImportFrom)):
        return None
    demand = Demand(
        DemandKind.KERNEL,
        known[1],
        capabilities=(known[0],),
        certainty=Certainty.POSSIBLE,
        condition=f"{script} uses it",
        source="packet(7), rtnetlink(7)",
    )
    return ScriptCall(_Lines(source, script).place(node), demand)


def _as_others(node: ast.AST, names: Mapping[str, str], script: str, lines: _Lines) -> Iterator[ScriptCall]:
    """Give what a call asks for that starts a program as another user."""
    if not isinstance(node, ast.Call):
        return
    for name, why in users_of(node, _full_name(node.func, names)):
        demand = Demand(
            DemandKind.KERNEL,
            why,
            capabilities=(name,),
            certainty=Certainty.POSSIBLE,
            condition=f"{script} gets there",
            source="Modules/_posixsubprocess.c child_exec(): setgroups(), setregid(), setreuid()",
        )
        yield ScriptCall(lines.place(node), demand)


def _command(node: ast.Call, names: Mapping[str, str], reader: Reader) -> tuple[Word, ...]:
    name = _full_name(node.func, names)
    return reader.command(node, name) if name.startswith(_STARTS) else ()


def parsed(text: str) -> ast.Module | None:
    """Return the tree of a text; None where it is no Python of this version."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its strings and its style
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Give the names that modules, and what is taken out of them, have in the script."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                first = one.name.partition(".")[0]  # `import os.path` names `os`
                yield one.asname or first, one.name if one.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for one in node.names:
                yield one.asname or one.name, f"{node.module}.{one.name}"


def _always(tree: ast.Module) -> Iterator[ast.AST]:
    """Give what is run whenever the script is: its own statements, and those that it has for being run."""
    for statement in tree.body:
        body = statement.body if isinstance(statement, ast.If) and _is_main(statement.test) else [statement]
        for one in body:
            if isinstance(one, (ast.Expr, ast.Assign)):
                yield from ast.walk(one)


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _made(
    node: ast.AST, names: Mapping[str, str], script: str, lines: _Lines, *, is_certain: bool
) -> ScriptCall | None:
    """Return what one place asks for; None where it asks for nothing."""
    if not isinstance(node, (ast.Attribute, ast.Call)):
        return None
    name = _full_name(node if isinstance(node, ast.Attribute) else node.func, names)
    known = _NAMES.get(name) if isinstance(node, ast.Attribute) else _CALLS.get(name) or _by_argument(node, name)
    port = _low_port(node) if isinstance(node, ast.Call) else None
    demand, unknown = None, ""
    if known is not None:
        demand = Demand(DemandKind.KERNEL, known[1], capabilities=(known[0],), source="the manual of the system call")
    elif isinstance(node, ast.Call) and _locks_memory(node, names):
        demand = _LOCKS
    elif isinstance(node, ast.Call) and name.startswith(_STARTS):
        unknown = f"what {script} starts by {name}{_NOT_FOLLOWED}"
    elif port is not None:
        demand = Demand(DemandKind.BIND, f"listens on port {port}", port=port, source="bind(2)")
    if demand is None and not unknown:
        return None
    place = lines.place(node)
    if demand is None:
        return ScriptCall(place, unknown=UnknownNeed(unknown, where=place))
    if not is_certain and demand is not _LOCKS:
        demand = demand._replace(certainty=Certainty.POSSIBLE, condition=f"{script} gets there")
    return ScriptCall(place, demand)


def _by_argument(call: ast.Call, name: str) -> tuple[str, str] | None:
    if name not in _BY_ARGUMENT:
        return None
    at, begins, capability, why = _BY_ARGUMENT[name]
    text = ast.unparse(call.args[at]) if at < len(call.args) else ""
    return (capability, why) if re.match(begins, text) else None


_LOCKS = Demand(
    DemandKind.KERNEL,
    "locks memory",
    capabilities=("IPC_LOCK",),
    certainty=Certainty.POSSIBLE,
    condition="it locks more than its limit allows",
    source="mm/mlock.c can_do_mlock()",
    limit="memlock",
)


def _locks_memory(call: ast.Call, names: Mapping[str, str]) -> bool:
    """Return whether a call is mlock(2) of the C library, which Python has through ctypes alone."""
    is_named = isinstance(call.func, ast.Attribute) and call.func.attr in LOCKS
    return is_named and any(one.partition(".")[0] == "ctypes" for one in names.values())


def _full_name(node: ast.expr, names: Mapping[str, str]) -> str:
    """Return the name of a function with its module; nothing where it is none of an imported one."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return ""
    return ".".join([names[node.id], *reversed(parts)])


def _low_port(call: ast.Call) -> int | None:
    """Return the low port that a call listens on, by the name of its function: that of a client is none."""
    last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if last not in {"bind", "create_server"} and not last.endswith("Server"):
        return None
    values = [*call.args, *(one.value for one in call.keywords)]
    return next((port for one in values if (port := _port(one)) is not None), None)


def _port(node: ast.expr) -> int | None:
    """Return the port of an address that is written as `("", 80)`, where it is one of the low ones."""
    if not isinstance(node, ast.Tuple) or not _SHORTEST_ADDRESS <= len(node.elts) <= _LONGEST_ADDRESS:
        return None
    host, port = node.elts[:2]
    if not isinstance(port, ast.Constant) or type(port.value) is not int or not 0 < port.value <= _LAST_LOW_PORT:
        return None
    is_host = not isinstance(host, ast.Constant) or isinstance(host.value, str)
    return port.value if is_host else None


_SHORTEST_ADDRESS, _LONGEST_ADDRESS = 2, 4  # with flow and scope in the newer protocol


class _Lines:
    """Where the lines of a script start; the parser counts columns in bytes."""

    def __init__(self, source: Source, name: str) -> None:
        """Take the script, and what to call it."""
        self.source, self.name = source, name
        self.lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", source.text)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def place(self, node: ast.expr | ast.stmt) -> Located[str]:
        """Return the place of an expression's or a statement's first line."""
        number = min(node.lineno, len(self.lines)) - 1
        line = self.lines[number]
        start = len(line.encode("utf-8", "surrogatepass")[: node.col_offset].decode("utf-8", "ignore"))
        end = len(line.rstrip("\r\n"))
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            end = len(line.encode("utf-8", "surrogatepass")[: node.end_col_offset].decode("utf-8", "ignore"))
        at = self.starts[number]
        return Located(self.name, self.source, Span(at + start, at + max(end, start + 1)))
