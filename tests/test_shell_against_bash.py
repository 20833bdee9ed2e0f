"""What a listener hears of a script is what bash runs: same commands, same words, same order, same user.

The scripts are made here. Their programs are stubs on PATH that write down their arguments and what `id -u` says;
whoever is switched to by the stubs of `gosu` and its like is a variable, so that no test needs a root.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from dropcap.lang.shell.call import Answer, User
from dropcap.lang.shell.program import Setting, follow_script
from dropcap.lang.words import Word
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.lang.shell.call import Call

BASH = shutil.which("bash") or "/bin/bash"
RECORD = """\
#!/bin/sh
{ printf '%s\\0' "${WHO:-0}" "${0##*/}" "$@"; printf '\\0END\\0'; } >> "$RECORD"
"""
STUBS = {
    "ok": RECORD + "exit 0\n",
    "no": RECORD + "exit 1\n",
    "out": RECORD + "IFS=-; printf '%s\\n' \"$*\"\n",
    "id": "#!/bin/sh\n" + 'printf "%s\\n" "${WHO:-0}"\n',
    "gosu": RECORD + 'WHO="$1"; export WHO; shift; exec "$@"\n',
    "sudo": RECORD + '[ "$1" = -u ] && { WHO="$2"; shift 2; } || WHO=root; export WHO; exec "$@"\n',
    "setpriv": RECORD + 'WHO="${1#--reuid=}"; export WHO; shift; exec "$@"\n',
    "env": RECORD + 'while [ "${1#*=}" != "$1" ]; do export "$1"; shift; done; exec "$@"\n',
}
PATIENCE = 60
"""Seconds until a script that does not end is given up."""
ARGUMENTS = ("first", "two words", "-x")
FILES = {
    "d/*": ("d/a.sh", "d/b c.txt"),
    "d/*.sh": ("d/a.sh",),
    "d/.*": ("d/.hidden",),
    "none/*": (),
    "e/*": (),
    "d/*.none": (),
}
"""What patterns stand for in the folder that the scripts run in."""
VARIABLES = {"GIVEN": "given", "EMPTY": "", "SPACED": "a  b", "NUMBER": "3"}


class Hearing:
    """A listener that knows what the stubs do, or nothing."""

    def __init__(self, *, knows: bool) -> None:
        self.knows = knows
        self.calls: list[Call] = []

    def hear(self, call: Call) -> None:
        if not call.is_builtin and call.words[0].value in STUBS and call.words[0].value != "id":
            self.calls.append(call)

    def answer(self, call: Call) -> Answer | None:
        words = [word.value for word in call.words]
        if not self.knows or any(word.unknown is not None for word in call.words) or call.is_builtin:
            return None
        known = {
            "ok": Answer("", holds=True),
            "no": Answer("", holds=False),
            "out": Answer("-".join(words[1:]) + "\n", holds=True),
            "id": Answer((call.user.name or "?") + "\n", holds=True),
        }
        return known.get(words[0])

    def read(self, call: Call) -> None:
        del call

    def executed(self, call: Call) -> None:
        del call

    def paths(self, pattern: str) -> Sequence[str] | None:
        return FILES.get(pattern) if self.knows else None


@pytest.fixture(scope="module")
def stubs() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="stubs"))
    for name, text in STUBS.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def run(script: str, stubs: Path) -> list[tuple[str, ...]]:
    """Run a script in bash; gives the user, the program and the arguments of each stub that it ran."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record"
        (Path(folder) / "d").mkdir()
        for name in ("a.sh", "b c.txt", ".hidden"):
            (Path(folder) / "d" / name).touch()
        record.touch()
        environ = {**VARIABLES, "PATH": f"{stubs}:/usr/bin:/bin", "RECORD": str(record), "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen(
            [BASH, "-c", script, "script", *ARGUMENTS],
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with the shells that it started
            process.wait()
            raise
        text = record.read_text(encoding="utf-8")
    return [tuple(part.split("\0")[:-1]) for part in text.split("\0END\0")[:-1]]


def heard(script: str, *, knows: bool) -> list[Call]:
    hearing = Hearing(knows=knows)
    setting = Setting(
        User("0"),
        {name: word(value) for name, value in VARIABLES.items()},
        [word(value) for value in ARGUMENTS],
        word("script"),
        is_closed=True,
    )
    assert follow_script(Source("script", script), hearing, setting), "not all of it was followed"
    return hearing.calls


def word(value: str) -> Word:
    return Word(value, Source("compose.yaml", value), Span(0, len(value)))


def shown(call: Call) -> tuple[str, ...]:
    return (str(call.user.name), *(one.value for one in call.words))


NAMES = ("a", "b", "c")
LISTS = ("list", "other")
LITERALS = st.sampled_from(["x", "y z", "--flag", "k=v", "1", "", "é", "%x", "it's"])
# bash 5.2 takes `$(list=('it'\\''s'))` for broken.
QUOTED = LITERALS.map(lambda text: "'" + text.replace("'", "'\"'\"'") + "'")
NAME = st.sampled_from([*NAMES, *VARIABLES])
EXPANSIONS = st.one_of(
    NAME.map(lambda name: f"${name}"),
    NAME.map(lambda name: f'"${{{name}}}"'),
    NAME.map(lambda name: f'"${{{name}:-none}}"'),
    NAME.map(lambda name: f'"${{{name}:+some}}"'),
    NAME.map(lambda name: f'"${{{name}#*g}}"'),
    NAME.map(lambda name: f'"${{{name}:0:2}}"'),
    NAME.map(lambda name: f"pre-${name}-post"),
    st.sampled_from(
        ['"$@"', "$*", '"$1"', "$#", '"${2:-}"', "$((1 + 2))", '"${list[@]}"', "${list[1]}", "${#list[@]}"]
    ),
    st.sampled_from(["{p,q}", "{1..3}", "w{a,$a}", '"$(out in $a)"', "$(out i j)", "`out k`", '"$(echo l; echo m)"']),
)
WORDS = st.lists(st.one_of(QUOTED, st.sampled_from(["x", "plain", "-f"]), EXPANSIONS), max_size=4).map(" ".join)
CONDITIONS = st.one_of(
    st.sampled_from(["ok c", "no c", "true", "false", "! no n", "! ok n", "ok 1 && no 2", "no 1 || ok 2"]),
    NAME.map(lambda name: f'[ "${name}" = x ]'),
    NAME.map(lambda name: f'[ -n "${name}" ]'),
    NAME.map(lambda name: f"[[ ${name} == g* ]]"),
    NAME.map(lambda name: f'[[ -n ${name} && (${name} != x || -z "$a") ]]'),
    NAME.map(lambda name: f'[[ "${name}" || "$b" && $c == [a-z] ]]'),
    st.sampled_from(
        ['[ "$#" -gt 2 ]', '[ "$1" != first ]', '[ -z "${list[*]}" ]', '[ "$(id -u)" = 0 ]', "test 1 -lt 2"]
    ),
)


def assignment(parts: tuple[str, str]) -> str:
    name, value = parts
    return f"{name}={value}"


ASSIGNMENTS = st.one_of(
    st.tuples(
        st.sampled_from(NAMES), st.one_of(QUOTED, st.just('"$a$b"'), st.just("$GIVEN"), st.just("$(out s t)"))
    ).map(assignment),
    st.tuples(st.sampled_from(NAMES), QUOTED).map(lambda parts: f"{parts[0]}+={parts[1]}"),
    WORDS.map(lambda words: f"list=({words})"),
    WORDS.map(lambda words: f"list+=({words})"),
    st.sampled_from(
        ["unset a", "export b=exported", "set -- new 'arg s'", "shift", "shift 2", "local a=local", "b=$((NUMBER + 1))"]
    ),
)
SIMPLE = st.one_of(
    st.tuples(st.sampled_from(["ok", "no", "out"]), WORDS).map(" ".join),
    st.tuples(
        st.sampled_from(
            ["gosu app", "sudo -u al", "sudo", "setpriv --reuid=77", "env A=1", "command", "gosu app env B=2", "exec"]
        ),
        st.sampled_from(["ok", "no", "out"]),
        WORDS,
    ).map(" ".join),
    ASSIGNMENTS,
    st.sampled_from(
        ["f0", "f1", "f0 p 'q r'", 'f1 "$@"', "return 1", "return", "exit", "break", "continue", ":", "f2 $a"]
    ),
    st.sampled_from(
        ["eval 'ok evaluated'", 'eval "ok $a"', "echo text", "A=1 ok prefixed", "bash -c 'ok inner \"$1\"' x y"]
    ),
    st.sampled_from(
        ["echo piped | ok", "ok <<E\nbody $a\nE", "ok <<'E'\n$(ok not)\nE", "ok > /dev/null 2>&1", "(ok in; exit 1)"]
    ),
    st.sampled_from(
        ['x=$(ok never seen >&2; echo set); ok "$x"', "bash <<E\nok from $GIVEN\nE", 'echo "$(exit 1)" | ok last']
    ),
)


COUNTERS = st.integers(0, 1_000_000)


def block(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(inner, min_size=1, max_size=3).map("\n".join)
    patterns = st.sampled_from(["x", "g*", "'y z'|first", "*", "[0-9]", '"given"', "-*"])
    return st.one_of(
        st.tuples(CONDITIONS, lists).map(lambda part: "if {}; then\n{}\nfi".format(*part)),
        st.tuples(CONDITIONS, lists, lists).map(lambda part: "if {}; then\n{}\nelse\n{}\nfi".format(*part)),
        st.tuples(CONDITIONS, lists, CONDITIONS, lists, lists).map(
            lambda part: "if {}; then\n{}\nelif {}; then\n{}\nelse\n{}\nfi".format(*part)
        ),
        st.tuples(CONDITIONS, inner).map(lambda part: "{} && {{ {}\n}}".format(*part)),
        st.tuples(CONDITIONS, inner).map(lambda part: "{} || {{ {}\n}}".format(*part)),
        st.tuples(CONDITIONS, inner, inner).map(lambda part: "{} && {{ {}\n}} || {{ {}\n}}".format(*part)),
        st.tuples(NAME, patterns, lists, patterns, lists).map(
            lambda part: 'case "${}" in\n{})\n{}\n;;\n{})\n{}\n;;\nesac'.format(*part)
        ),
        st.tuples(st.sampled_from(NAMES), WORDS, lists).map(lambda part: "for {} in {}; do\n{}\ndone".format(*part)),
        lists.map(lambda body: f"for b; do\n{body}\ndone"),
        st.tuples(COUNTERS, lists).map(
            lambda part: 'n{0}=0\nwhile [ "$n{0}" -lt 3 ]; do\nn{0}=$((n{0} + 1))\n{1}\ndone'.format(*part)
        ),
        st.tuples(COUNTERS, lists).map(
            lambda part: "n{0}=0\nuntil [ $n{0} = 2 ]; do\nn{0}=$((n{0} + 1))\n{1}\ndone".format(*part)
        ),
        st.tuples(COUNTERS, lists).map(
            lambda part: "n{0}=0\nwhile true; do\n[ $n{0} = 2 ] && break\nn{0}=$((n{0} + 1))\n{1}\ndone".format(*part)
        ),
        lists.map(lambda body: f"( {body}\n)"),
        lists.map(lambda body: f"{{ {body}\n}}"),
        lists.map(lambda body: f"c=$(\n{body}\n)"),
        lists.map(lambda body: f"! ( {body}\n)"),
    )


STATEMENTS = st.recursive(SIMPLE, block, max_leaves=4)
BODIES = st.lists(STATEMENTS, min_size=1, max_size=2).map("\n".join)


def without_calls(body: str) -> str:
    """Take the calls out of a function, so that none calls itself."""
    for name in ("f0", "f1", "f2"):
        body = body.replace(name, "ok")
    return body


def ending(body: str, label: str) -> str:
    """See to it that no two loops share a counter, be it over a call: they would never end."""
    counters = re.findall(r"^n(\d+)=0$", body, re.MULTILINE)
    assume(len(counters) == len(set(counters)))
    return re.sub(r"\bn(\d+)\b", rf"n\1{label}", body)


@st.composite
def scripts(draw: st.DrawFn) -> str:
    first, second, third, *rest = [ending(draw(BODIES), label) for label in "abcde"]
    functions = [f"f{number}() {{\n{without_calls(body)}\n}}" for number, body in enumerate((first, second))]
    functions.append(f"f2() {{\n{third.replace('f2', 'f1')}\nf0 last\n}}")
    start = draw(st.sampled_from(["", "set -e\n"]))
    return start + "\n".join([*functions, "list=(1 '2 3')", *rest]) + "\n"


# The same scripts in every run: of other ones, about one in two hundred still shows what the evaluator has to learn.
SETTINGS = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.skipif(not Path(BASH).exists(), reason="bash is not installed")
@SETTINGS
@example("set -e\n( if no c; then\nlist=()\nelse\nexit\nfi\n)\nok\n")
@example('for a in d/* x; do ok "$a"; done; ok $a\n')
@example('for a in d/*.none none/*; do ok "$a"; done\nshopt -s nullglob\nfor a in d/*.none y; do ok "$a"; done\n')
@example(
    'shopt -s nullglob; shopt -u nullglob; d=d; for a in "$d"/*.sh e/*; do case "$a" in *.sh) ok "$a" ;; esac; done\n'
)
@example('( shopt -s nullglob; for a in none/*; do ok "$a"; done ); for a in none/*; do ok "$a"; done\n')
@example('for a in "d/*" d/\\*; do ok "$a"; done\n')
@example('{ out \'a\nb c\'; } | while read -r a; do ok "$a"; done\nok "$a"\n')
@example('ok a | while read -r a; do ok "$a"; done\nok b | read -r a || ok none\nout x | read -r a && ok one\n')
@example('out " a  b " | while IFS= read -r a; do ok "$a"; no; done\nout " a  b " | while read a; do ok "$a"; done\n')
@example('out a | sort | while read a; do ok "$a"; break; done\nno a | while read a; do ok "$a"; done\n')
@example('echo | while read a; do ok "[$a]"; done\nprintf x | while read a; do ok "$a"; done\n')
@example('while read a; do ok "$a"; done <<E\none\ntwo $GIVEN\nE\n')
@example('while IFS=: read -r a b c; do ok "$a|$b|$c"; done <<E\none:two:three:four\nx:y\nz:\n:q:r:\n:\nE\n')
@example('while read -r a b; do ok "$a|$b"; done <<E\n  one  two  three \nx\n\nE\nok "$a$b"\n')
@example('while IFS="," read -r a b || [ -n "$a" ]; do ok "$b"; done <<E\none,two,\nx,\nE\n')
@example('out a > /dev/null | while read a; do ok "$a"; done\nok last\n')
@example('c=$(\ngosu app ok \n)\n[ "$c" = x ] || { ok \n}\n[ "$c" = x ] && { no\n}\n')
@example("no <<E || ok and\nbody\nE\nok <<E || no never && ok b\nE\ncat <<E | ok first && ok second\nE\nok last\n")
@given(scripts())
def test_a_listener_that_knows_the_programs_hears_what_bash_runs(stubs: Path, script: str) -> None:
    calls = heard(script, knows=True)
    assume(not any(one.unknown is not None for call in calls for one in call.words))
    assert [shown(call) for call in calls] == run(script, stubs)
    assert not any(call.guards for call in calls)


@pytest.mark.skipif(not Path(BASH).exists(), reason="bash is not installed")
@SETTINGS
@example("no <<E || ok or && ok and\nbody\nE\ncat <<E | no first && ok second\nE\nok last\n")
@example('for b; do\nshift 2\nok "$@"\ndone\n')
@given(scripts())
def test_what_bash_runs_is_one_way_through_the_guards(stubs: Path, script: str) -> None:
    script = script.removeprefix("set -e\n")  # with it, any command that nobody knows may end the script
    calls = heard(script, knows=False)
    assume(not any(call.is_repeated for call in calls))
    real = run(script, stubs)
    assert is_a_way(calls, real), ([(shown(call), call.guards) for call in calls], real)


def is_a_way(calls: Sequence[Call], real: Sequence[tuple[str, ...]]) -> bool:  # noqa: C901  # one arm a kind of guard
    """Whether there are arms such that the commands that these let run are the real ones."""
    pending: list[tuple[int, int, dict[int, int], frozenset[tuple[int, int]]]] = [(0, 0, {}, frozenset())]
    for _ in range(20_000):
        if not pending:
            return False
        at, done, arms, never = pending.pop()
        if at == len(calls):
            if done == len(real):
                return True
            continue
        call = calls[at]
        for guard in call.guards:  # a way on which the command does not run
            if guard.taken and arms.get(guard.branch) is None:
                pending.append((at + 1, done, arms, never | {(guard.branch, guard.arm)}))
            elif guard.taken and arms[guard.branch] != guard.arm:
                pending.append((at + 1, done, arms, never))
            elif (
                not guard.taken
                and (guard.branch, guard.arm) not in never
                and arms.get(guard.branch, guard.arm) == guard.arm
            ):
                pending.append((at + 1, done, {**arms, guard.branch: guard.arm}, never))
        if done < len(real) and fits(call, real[done]):
            chosen = {guard.branch: guard.arm for guard in call.guards if guard.taken}
            left = {(guard.branch, guard.arm) for guard in call.guards if not guard.taken}
            is_possible = all(
                arms.get(branch, arm) == arm and (branch, arm) not in never for branch, arm in chosen.items()
            )
            if is_possible and not any(arms.get(branch) == arm for branch, arm in left):
                pending.append((at + 1, done + 1, {**arms, **chosen}, never | left))
    return True  # too many ways to try them all


def fits(call: Call, real: tuple[str, ...]) -> bool:
    words = call.words
    if call.user.name is not None and call.user.name != real[0]:
        return False
    if any(one.unknown is not None for one in words):
        known = next(index for index, one in enumerate(words) if one.unknown is not None)
        return tuple(one.value for one in words[:known]) == real[1 : 1 + known]
    return tuple(one.value for one in words) == real[1:]
