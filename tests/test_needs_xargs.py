"""What `xargs` runs upon a text that is known, or upon what `find` prints, held against the program itself."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from dropcap.lang.shell.fragments import Piece, known_text
from dropcap.lang.shell.texts import Texts
from dropcap.lang.shell.xargs_input import commands_of
from dropcap.source import Source
from reading import needs_of_script as needs

TEXTS = ("/a /b\n/c\n", " a\tb \n\n c", "", "\n", "a,b,c", "a b,c\n", "x'y z'", "a\\ b\n")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "line",
    [
        "xargs echo x",
        "xargs -r echo x",
        "xargs -n 2 echo",
        "xargs -n1 echo y",
        "xargs -I{} echo a{}b {} c",
        "xargs -I % echo %",
        "xargs -d, echo",
        "xargs -rd '\\n' echo",
        "xargs -L1 echo",
        "xargs -0 echo",
    ],
)
def test_what_is_run_is_what_the_program_runs(line: str, text: str) -> None:
    words = [(Piece(word),) for word in shlex.split(line)]
    found = commands_of(words, (Piece(text),), None, Texts(Source("x.sh", "")))
    done = subprocess.run(shlex.split(line), input=text, capture_output=True, text=True, check=False)
    if found is None:
        assert not set(text) & set("/,ab") or "'" in text or "\\" in text or "-L1" in line or "-0" in line
        return
    said = [" ".join(known_text(word) or "" for word in command[1:]) for command in found]
    assert "".join(f"{one}\n" for one in said) == done.stdout


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("printf '%s\\n' /srv/a /srv/b | xargs mkdir -p; echo /srv/a /srv/b | xargs -n 1 chown daemon", ("CHOWN",)),
        ("echo /srv/a | xargs mkdir -p; echo /srv/a | xargs chown root", ()),
        ("d=/srv,/srv; echo $d | tr , ' ' | xargs ls; echo $d | tr , '\\n' | xargs -I% chown daemon %", ("CHOWN",)),
        ("mkdir /srv/a; find /srv/a ! -user daemon -print0 | xargs -0 -r chown daemon", ("CHOWN",)),
        ("mkdir /srv/a; find /srv/a -type d | xargs -r chmod 700", ()),
        ("mkdir /srv/a; chown daemon /srv/a; find /srv/a -type d | xargs -I{} chmod 755 {}", ("CHOWN", "FOWNER")),
    ],
)  # fmt: skip
def test_what_it_runs_is_followed(script: str, expected: tuple[str, ...]) -> None:
    found = needs(script.replace("$", "$$"))
    assert (found.cap_add, found.is_complete) == (expected, True), found.unknown


@pytest.mark.parametrize(
    "script",
    [
        "ls /srv | xargs chown daemon",
        "find /srv -printf '%p' | xargs chown daemon",
        "find /srv | grep x | xargs chown daemon",
        "{ find /srv; find /etc; } | xargs chown daemon",
    ],
)
def test_what_it_runs_upon_else_is_not_known(script: str) -> None:
    assert not needs(script).is_complete
