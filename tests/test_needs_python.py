"""What a Python script that is at hand asks the kernel for: by its own calls, and nothing of it is run."""

from __future__ import annotations

import warnings

import pytest

from dropcap.lang.words import Word
from dropcap.needs.model import Certainty, DemandKind
from dropcap.needs.python_scripts import calls_of, script_word, starts_alone
from dropcap.source import Source, Span


def asked(script: str) -> list[tuple[str, str, bool]]:
    """Return what a script asks for: the capability or the port, the text of the place, and whether it is certain."""
    source, found = Source("main.py", script), []
    for one in calls_of(source, "main.py"):
        if one.command:
            continue
        text = source.text[one.where.span.start : one.where.span.end]
        if one.demand is None:
            found.append(("?", text, False))
        else:
            what = str(one.demand.port) if one.demand.kind is DemandKind.BIND else one.demand.capabilities[0]
            found.append((what, text, one.demand.certainty is Certainty.REQUIRED))
    return found


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("import os\nos.setuid(33)\n", [("SETUID", "os.setuid(33)", True)]),
        ("import os\nos.nice(-5)\n", [("SYS_NICE", "os.nice(-5)", True)]),
        ("import os\nos.nice(5)\nos.setpriority(0, 0, 5)\n", []),
        ("import os\nos.setpriority(0, 0, -5)\n", [("SYS_NICE", "os.setpriority(0, 0, -5)", True)]),
        (
            "import os\nos.setxattr('/x', 'trusted.a', b'')\n",
            [("SYS_ADMIN", "os.setxattr('/x', 'trusted.a', b'')", True)],
        ),
        ("import os\nos.setxattr('/x', 'user.a', b'')\nos.mknod('/x')\n", []),
        ("import os\nos.mknod('/x', 8192, os.makedev(1, 3))\n", [("MKNOD", "os.makedev(1, 3)", True)]),
        ("import os as o\nif __name__ == '__main__':\n    o.chroot('/x')\n", [("SYS_CHROOT", "o.chroot('/x')", True)]),
        ("from os import setgid as s\ndef f():\n    s(3)\n", [("SETGID", "s(3)", False)]),
        ("import os\nif x:\n    os.chown('/x', 1, 1)\n", [("CHOWN", "os.chown('/x', 1, 1)", False)]),
        (
            "import socket\ns = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\n",
            [("NET_RAW", "socket.AF_PACKET", True), ("NET_RAW", "socket.SOCK_RAW", True)],
        ),
        ("import socket\nsocket.socket().bind(('', 80))\n", [("80", "socket.socket().bind(('', 80))", True)]),
        (
            "from http import server\nserver.HTTPServer(address=(HOST, 443))\n",
            [("443", "server.HTTPServer(address=(HOST, 443))", True)],
        ),
        ("import subprocess\nsubprocess.run(words)\n", [("?", "subprocess.run(words)", False)]),
        ("import subprocess\nsubprocess.run(['chown', '1', '/x'], check=True)\n", []),
        (
            "import subprocess\nsubprocess.run(['x'], preexec_fn=f)\n",
            [("?", "subprocess.run(['x'], preexec_fn=f)", False)],
        ),
        ("import os\nos.execvp(x, [])\n", [("?", "os.execvp(x, [])", False)]),
        ("import os\nos.setuid(33)\nos.execvp(x, [])\n", [("SETUID", "os.setuid(33)", True)]),
        (
            "import os\nif os.getuid() == 0:\n    os.setuid(33)\nos.execvp(x, [])\n",
            [("SETUID", "os.setuid(33)", False)],
        ),
        (
            "import os\nif os.getuid() == 0 and x:\n    os.setuid(33)\nos.execvp(x, [])\n",
            [("SETUID", "os.setuid(33)", False), ("?", "os.execvp(x, [])", False)],
        ),
        (
            "import os\nos.system('x')\nos.setuid(33)\n",
            [("SETUID", "os.setuid(33)", True)],
        ),
        (
            "import os, pwd\na = pwd.getpwnam('app')\nos.setuid(a.pw_uid)\nos.system(x)\n",
            [("SETUID", "os.setuid(a.pw_uid)", True)],
        ),
        (
            "import os, pwd\na = pwd.getpwnam('root')\nos.setuid(a.pw_uid)\nos.system(x)\n",
            [("SETUID", "os.setuid(a.pw_uid)", True), ("?", "os.system(x)", False)],
        ),
        ("import subprocess\nsubprocess.run(['chown'], cwd=x)\n", [("?", "subprocess.run(['chown'], cwd=x)", False)]),
        ("import os\nos.execvp('x', y)\n", [("?", "os.execvp('x', y)", False)]),
        (
            "from ctypes import CDLL\nCDLL('libc').mlockall(3)\n",
            [("IPC_LOCK", "CDLL('libc').mlockall(3)", False), ("?", "CDLL('libc')", False)],
        ),
        (
            (
                "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nb = ctypes.create_string_buffer(9)\n"
                "if libc.mlock(b, 9):\n    raise SystemExit(ctypes.get_errno())\n"
            ),
            [("IPC_LOCK", "libc.mlock(b, 9)", False)],
        ),
        (
            (
                "import ctypes as c, ctypes.util\nc.CDLL('libc.so.6').getpid()\n"
                "x = c.CDLL(ctypes.util.find_library('c'))\nx.mlock.argtypes = []\n"
            ),
            [],
        ),
        ("import ctypes\nx = ctypes.CDLL('libx.so')\n", [("?", "ctypes.CDLL('libx.so')", False)]),
        ("import ctypes\nx = ctypes.CDLL(None)\nx.setuid(0)\n", [("?", "x", False)]),
        ("import ctypes\nx = ctypes.CDLL(None)\ngetattr(x, y)(0)\n", [("?", "x", False)]),
        ("import ctypes\nx = ctypes.CDLL(None)\nf = x.mlock\n", [("?", "x", False)]),
        ("import ctypes\nx = y = ctypes.CDLL(None)\n", [("?", "ctypes.CDLL(None)", False)]),
        ("import ctypes\nself.x = ctypes.CDLL(None)\n", [("?", "ctypes.CDLL(None)", False)]),
        ("import ctypes\nload = ctypes.CDLL\n", [("?", "ctypes.CDLL", False)]),
        ("import ctypes\nf(ctypes)\n", [("?", "ctypes", False)]),
        ("import ctypes\nctypes.CFUNCTYPE(int)(9)()\n", [("?", "ctypes.CFUNCTYPE(int)", False)]),
        ("import ctypes.util\nctypes.CDLL(None).setuid(0)\n", [("?", "ctypes.CDLL(None)", False)]),
        ("from ctypes import *\nCDLL(None).setuid(0)\n", [("?", "CDLL", False)]),
        ("import os.path\nos.setuid(3)\n", [("SETUID", "os.setuid(3)", True)]),
        ("é = 'é'; import os; os.setuid(1)\n", [("SETUID", "os.setuid(1)", True)]),
        ("x = '''\r\n\u2028\f\r\n'''\r\nimport os\ros.setuid(\n1)\n", [("SETUID", "os.setuid(", True)]),
        ("from scapy.all import IP, send\n", [("NET_RAW", "from scapy.all import IP, send", False)]),
        ("import os, pyroute2.netns\n", [("NET_ADMIN", "import os, pyroute2.netns", False)]),
        ("from . import scapy\nimport scapy_like\n", []),
        ("print 'two'\n", [("?", "p", False)]),
        ("(" * 5000, [("?", "(", False)]),
        ("-" * 100_000 + "1", [("?", "-", False)]),
        ("x\0", [("?", "x", False)]),
        ("a = 1\n" * 50_000, [("?", "a", False)]),
    ],
)
def test_calls_ask(script: str, expected: list[tuple[str, str, bool]]) -> None:
    assert asked(script) == expected


@pytest.mark.parametrize(
    "script",
    [
        "",
        "import os\nos.getuid()\nprint('os.setuid(3)')\n# os.setuid(3)\n",
        "class os:\n    setuid = print\nos.setuid(3)\n",
        "def setuid(x): pass\nsetuid(3)\n",
        "server.bind(('', 8080))\nf((1, 80))\nf(('a', 'b'))\nf(())\n",
        "s.connect(('example.org', 443))\nf(('a', 80))\n",
        "import re\nre.compile('\\d')\nx = 1 is 1\n",
    ],
)
def test_nothing_is_asked_and_nothing_is_said(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert asked(script) == []
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("python3 main.py -c x", ("main.py", False)),
        ("python3 -u -W ignore -Xdev main.py", ("main.py", False)),
        ("python3 --check-hash-based-pycs main.py", ("main.py", False)),
        ("python3 -Bc code", ("code", True)),
        ("python3 -ccode x", ("code", True)),
        ("python3 -m http.server", None),
        ("python3 -", None),
        ("python3", None),
    ],
)
def test_the_script_is_found_behind_options(line: str, expected: tuple[str, bool] | None) -> None:
    source = Source("x", line)
    words = [Word(one, source, Span(0, 1)) for one in line.split()]
    found = script_word(words)
    assert (None if found is None else (found[0].value, found[1])) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("import subprocess\nsubprocess.Popen(['sleep', '1'], user='app')\n", [("sleep", "app")]),
        ("import subprocess\nsubprocess.Popen(['sleep', '1'])\n", [("sleep", None)]),
        (
            "import os, subprocess\nsubprocess.run(['a'], user=33)\nsubprocess.run(['b'])\nos.setuid(1)\n",
            [("a", "33"), ("b", None)],
        ),
    ],
)
def test_commands_are_started_as_whom_they_are_told(script: str, expected: list[tuple[str, str | None]]) -> None:
    found = [one for one in calls_of(Source("main.py", script), "main.py") if one.command]
    assert [(one.command[0].value, one.user) for one in found] == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("import os, sys\ndef main():\n    os.execvp(sys.argv[1], sys.argv[1:])\nmain()\n", True),
        ("import os, subprocess\np = subprocess.Popen(['x'])\np.wait()\n", True),
        ("import os\nopen('/x')\n", False),
        ("import os\nos.unlink('/x')\n", False),
        ("import app\n", False),
        ("from . import app\n", False),
        ("import os\nx.run()\n", False),
        ("import os\nwith x:\n    pass\n", False),
        ("print 'two'\n", False),
    ],
)
def test_a_script_may_do_nothing_but_start_programs(script: str, *, expected: bool) -> None:
    assert starts_alone(Source("main.py", script)) is expected
