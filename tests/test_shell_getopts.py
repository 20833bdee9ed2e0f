"""`getopts` takes the same options of the same words as bash does, and ends where bash ends."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from dropcap.lang.shell.call import User
from dropcap.lang.shell.program import Setting, follow_command
from dropcap.lang.words import Word
from dropcap.source import Source, Span
from test_shell_against_bash import Hearing

LOOP = """\
while getopts "$LETTERS" opt; do
    printf '%s\\n' "$opt|${OPTARG-none}|$OPTIND"
    case "$opt" in
        v) ;;
        a | b | c) last="$opt" ;;
    esac
done
printf '%s\\n' "end|$OPTIND|$opt"
shift $((OPTIND - 1))
printf '%s\\n' "$#|$*"
"""


class Printing(Hearing):
    """A listener that keeps what `printf` prints."""

    def __init__(self) -> None:
        super().__init__(knows=True)
        self.lines: list[str] = []

    def hear(self, call: object) -> None:
        words = [word.value for word in call.words]  # type: ignore[attr-defined]
        if words[:2] == ["printf", "%s\\n"]:
            assert all(word.unknown is None for word in call.words), words  # type: ignore[attr-defined]
            self.lines.append(words[2])


def heard(script: str, arguments: list[str]) -> list[str]:
    source = Source("x", " ".join(("bash", "-c", script, "x", *arguments)))
    words = [Word(one, source, Span(0, 1)) for one in ("bash", "-c", script, "x", *arguments)]
    listener = Printing()
    follow_command(words, listener, Setting(User("root"), {}, is_closed=True))
    return listener.lines


@pytest.mark.parametrize("letters", [":va:b:c", "va:b:c"])
@pytest.mark.parametrize(
    "arguments",
    [
        "-v",
        "-a one",
        "-aone -b two rest",
        "-cv -c",
        "-cva one -b two",
        "-vc rest -v",
        "-c -- -v",
        "- -v",
        "-a",
        "-x -v",
        "-vxc",
        "-a -b two",
        "-: -v",
        "--long",
        "rest -v",
    ],
)
def test_options_are_taken_as_bash_takes_them(letters: str, arguments: str) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    script = LOOP.replace("$LETTERS", letters)
    words = arguments.split()
    done = subprocess.run([bash, "-c", script, "x", *words], capture_output=True, text=True, check=False)
    assert heard(script, words) == done.stdout.splitlines()


def test_an_option_that_changes_nothing_does_not_end_the_script() -> None:
    assert heard("while getopts v opt; do :; done; printf '%s\\n' behind", ["-v", "-v"]) == ["behind"]


def test_the_number_may_be_set_back() -> None:
    script = "getopts ab x; OPTIND=1; getopts ab y; getopts ab z; printf '%s\\n' \"$x$y$z\""
    assert heard(script, ["-a", "-b"]) == ["aab"]
    assert heard(script, ["-ab"]) == ["aab"]
