"""What a script fixes is followed, and the words that come out are those that bash gives."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.carriers import script, script_clients
from dropcap.model import Level
from dropcap.source import Source
from steps import assert_linear

if TYPE_CHECKING:
    from collections.abc import Callable

    from dropcap.lang.words import Word
    from dropcap.model import Container, Document

BASH = "/bin/bash"
STUB = '#!/bin/bash\nprintf "%s\\0" "$@" END >&9\n'


def read(text: str) -> Document:
    return script.read(Source("x.sh", text))


def started(text: str) -> list[list[Word]]:
    """Give the words of every client's command line that a script leads to, in the order they are found in."""
    found: list[list[Word]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_clients, "read_command", lambda words: found.append(list(words)))
        read(text)
    return found


def ours(text: str) -> set[tuple[str, ...]]:
    return {tuple(word.value for word in words[1:]) for words in started(text)}


def bash(text: str) -> set[tuple[str, ...]]:
    """Run a script of our own making with a `docker` that prints its words; gives all that it was called with."""
    with tempfile.TemporaryDirectory() as folder:
        stub = Path(folder, "docker")
        stub.write_text(STUB, encoding="utf-8")
        stub.chmod(0o700)
        for name in ("bash", "sh"):
            Path(folder, name).symlink_to(BASH)
        done = subprocess.run(
            [BASH, "--norc", "--noprofile", "-c", f"exec 9>&1\n{text}"],
            cwd=folder,
            env={"HOME": "~", "LC_ALL": "C.UTF-8", "PATH": folder},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=30,
        )
    calls = done.stdout.decode("utf-8", "replace").split("END\0")
    return {tuple(call.split("\0")[:-1]) for call in calls[:-1]}


CERTAIN = [
    *(
        f'set -- --cap-add NET_ADMIN x; {preamble}; docker run "$@" "$1"'
        for preamble in (
            *("set -euo pipefail", "set -eo pipefail -u", "set -Eeuo pipefail", "set +eo pipefail", "set -oe pipefail"),
            *("set -oo pipefail errexit", "set -o pipefail -o nounset", "set -o -e >&2", "set -euo pipefail -- a b"),
            *("set -euo pipefail c 'd e'", "set -", "set - -e f", "set -e - -o g", "set + h", "set -e -- -o pipefail"),
        )
    ),
    'a=([0]=--cap-add [1]=SYS_ADMIN); docker run "${a[@]}" "${a[1]}" img',
    'x=; declare -a a=([1]=\'b  c\' [0]="a$x"); docker run "${a[@]}" ${a[@]}',
    'x="1 2"; a=(y [1]=$x z [0]=w "[0]=q" [3]); docker run "${a[@]}"',
    'f() { local -a a=([0]=--cap-add [1]="$1"); docker run "${a[@]}"; }; f A',
    'set -euo pipefail; f() { set -euo pipefail; docker run --cap-add "$1" "$2"; }; f SYS_TIME img',
    "X=1 Y='a b'\ndocker run $X $Y \"$Y\" ${X}y x$Y",
    "X=a; X+=b; X+=' c'\ndocker run $X \"$X\"",
    'X=; docker run $X "$X" a"$X" $X$X b',
    'X=" a  b "; docker run $X "$X" x$X"y" "$X"$X',
    'X="a b"; Y=$X; Z="$Y c"; docker run $Z "$Z"',
    'args=(--cap-add NET_ADMIN); args+=(--rm "a b" \'c\'"d")\ndocker run "${args[@]}" img "${args[2]}" ${args[3]}',
    'a=(1 "2 3" ""); docker run "${a[@]}" ${a[@]} "${a[*]}" ${a[*]} "p${a[@]}s" "$a" ${#a[@]} ${#a}',
    'a=(); docker run "${a[@]}" "${a[*]}" "x${a[@]}" ${a[@]} end',
    "a=(\n  --one # comment\n  --two\n\n  'three four'\n)\ndocker run ${a[1]} \"${a[@]}\"",
    'a=(x); a=("${a[@]}" y); a=(z "${a[@]}"); docker run "${a[@]}"',
    'Y=q; docker run ${X:-y} ${X-"a b"} ${X:-a b} "${X:-a b}" ${X:-} "${X:-}" ${X:-$Y} end',
    "docker run ${X:---cap-add=a} \"${X:-its}\" ${X:-'a  b'  c}",
    'X=v; docker run ${X:-y} ${X:+z w} "${X:+z w}" ${X+a} ${X:?no} ${X-b}',
    "X=; docker run ${X:-y} ${X-n} a${X:+z} a${X+z}",
    ': ${X:=deflt}; docker run $X; : "${Y:=a b}"; docker run "$Y" $Y',
    "docker run {a,b}{1..3} {01..03} {c..a} {1..7..3} {a,{b,c}d} x{,y}",
    'X=1; docker run {${X},"$X"}a --cap-add={"A","B"}',
    "X=a.b.c; docker run ${X%.*} ${X%%.*} ${X#*.} ${X##*.} ${X%c} ${X#a.} ${X%z}",
    'DOCKER=docker; $DOCKER run a; "$DOCKER" run b; ${DOCKER} run c; D="docker run"; $D d',
    'cmd=(docker run --rm); "${cmd[@]}" img; cmd+=(x); "${cmd[@]}"',
    'f() { docker run "$1" $2 $# "$@" "$*" $*; }\nf a "b c" d; f',
    'f() { local x=$1; shift; docker run "$x" "$@"; }\nx=o; f 1 2 "3 4"; docker run $x',
    "f() { x=$1; }\nf new; docker run $x; g() { local x; x=in; h; }; h() { docker run $x; }; g; docker run $x",
    'f() { docker run "${@:2}" "${@:1:2}" ${@:3}; }\nf a "b c" d e; f x',
    'f() { docker run "$@"; }\ng() { f pre "$@" post; }\ng a "b c"; g',
    "function f { docker run $1; }\nf a; f b",
    'run() { "$@"; }\nrun docker run --rm img',
    'set -- a "b c"; docker run "$@" $1 $#; shift; docker run "$@" $#; set -- ; docker run $# "$@" e',
    "for c in A 'B C' D; do docker run $c; done; docker run last $c",
    'for c in A B; do args+=(--cap-add "$c"); done; docker run "${args[@]}"',
    'list="x y z"; for c in $list w; do docker run $c; done',
    "for i in {1..3}; do for j in a b; do docker run $i$j; done; done",
    "f() { for x; do docker run $x; done; }; f a b",
    (
        'f() { case $1 in priv|p*) a=(--privileged);; "q x") a=(q);; [0-9]) a=(digit);; *) a=(other);; esac; '
        'docker run "${a[@]}"; }\nf priv; f pxy; f "q x"; f 7; f zzz'
    ),
    (
        'f() { if [ "$1" = yes ]; then docker run y; elif [ -z "$2" ]; then docker run e; else docker run n; fi; }\n'
        "f yes; f no; f no 2"
    ),
    (
        'f() { if [[ $1 == a* ]]; then docker run a; fi; [[ $1 != b ]] || docker run b; [ -n "$2" ] && docker run; }\n'
        "f abc; f b; f c d"
    ),
    "if true; then X=1; else X=2; fi; docker run $X; false && X=3; docker run $X; true || X=4; docker run $X",
    "X=1 && Y=2 && docker run $X $Y",
    "X=1; (X=2; docker run $X); docker run $X; X=3 | docker run pipe$X; docker run $X",
    'eval "docker run a \\"b c\\""; X="--rm d"; eval "docker run $X"; eval \'docker run $X\'; eval X=9; docker run $X',
    "bash -c 'docker run a'; X=1; bash -c \"docker run $X\"; export X; bash -c 'docker run $X $1 \"$@\"' s p 'q r'",
    "sh -c 'docker run \"$1\" $2' a b 'c d'; bash -ec 'docker run x && docker run y'",
    "bash <<'E'\nX=0\ndocker run $X a\nE\nX=1\nbash <<E\nX=2\ndocker run $X \"q $X\" \\$X\nE\n",
    "X='a b'; bash -s <<< \"docker run $X\"; bash -s <<< 'docker run z'",
    "bash <<-E\n\tdocker run tabbed\n\tE\n",
    'x=$(docker run in); docker run "`docker run tick`"; docker run $(docker run nested)',
    'IFS=,; X=a,b,,c; docker run $X "$X" d,e',
    "X=one; Y=X; docker run ${!Y}",
    "X='*'; docker run \"$X\" '$X' \\$X $'\\t'\"$X\"",
    'n=AB v=\'1  2\'; export "$n"="$v" "${n}_C=x$v"; docker run $AB "$AB_C"',
    'f() { local n=$1; declare "$n=3"; docker run $Q; export "R=$Q" \'S\'=7; }; f Q; docker run $R $S',
    "f() { declare -g A B=2; A=1; declare C=3; D=4; }; f; docker run $A $B $D",
    "export A=1 B='2 3'; declare C=4; readonly D=5; docker run $A \"$B\" $C $D; unset A; docker run x$A",
    'X=é; docker run ü$X "😀$X"; for y in ß; do docker run $y$X; done',
    "f() { docker run $1; return; }; f a | cat; f b & wait; ! f c",
    "trap 'docker run bye' EXIT; docker run hello",
    'docker() { command docker "$@"; }; docker run wrapped',
    "X=a; docker run ${X}\\\nc \\\n  $X",
    'X="l1\nl2"; docker run "$X" $X',
    "{ docker run a; } > out; if docker run c; then docker run d; fi 2>&1; while docker run e; do break; done",
    'timeout() { shift; "$@"; }; timeout 5 docker run t',
    "for c in NET_ADMIN SYS_TIME; do true && bash <<E\ndocker run --cap-add $c x\nE\ndone",
    'set -- a b c; shift 2; docker run "$@"; shift 2; docker run left "$@"',
    'f() { if true; then unset c; fi; }; unset c; f; c=SYS_TIME; f; docker run --cap-add "${c:-NET_ADMIN}"',
]


@pytest.mark.parametrize("script", CERTAIN)
def test_a_script_that_fixes_all_its_words_gives_those_of_bash(script: str) -> None:
    expected = bash(script)
    found = {
        # What a substituted command prints nobody knows; the stub prints nothing.
        tuple(word for word in words if not word.startswith(("$(", "`", "`")))
        for words in ours(script)
    }
    assert expected
    assert found == {tuple(word for word in words if word or "$(" not in script) for words in expected}


NAMES = st.sampled_from(["x", "y", "z"])
TEXTS = st.sampled_from(["a", "b c", "", " d ", "$x", "${y}", "$z!", "é", "--f=1", "'q'", "\\$x"])
SCALARS = st.builds('"{}"'.format, TEXTS)
WORDS = st.one_of(
    SCALARS,
    st.builds("'{}'".format, st.sampled_from(["a", "b c", "$x"])),
    st.builds("${}".format, NAMES),
    st.builds('"${}"'.format, NAMES),
    st.builds("p${{{}}}s".format, NAMES),
    st.builds("${{{}:-{}}}".format, NAMES, st.sampled_from(["d", '"d e"', "d e", "$x", ""])),
    st.builds('"${{{}:-{}}}"'.format, NAMES, st.sampled_from(["d", "d e", "$y", ""])),
    st.builds("${{{}:+{}}}".format, NAMES, st.sampled_from(["d", '"d e"', "d e"])),
    st.sampled_from(['"$@"', "$1", '"$2"', "$#", '"${l[@]}"', "${l[@]}", '"${l[*]}"', "{a,b}$x", "plain"]),
)
LISTS = st.lists(WORDS, max_size=3).map(" ".join)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("for {} in {}; do {}; done".format, NAMES, LISTS.filter(bool), inner),
        st.builds("( {} )".format, inner),
        st.builds("{{ {}; }}".format, inner),
        st.builds("if true; then {}; fi".format, inner),
        st.builds("f() {{ {}; }}; f {}".format, inner.filter(lambda text: "f()" not in text), LISTS),
        st.builds("{}; {}".format, inner, inner),
    )


STATEMENTS = st.recursive(
    st.one_of(
        st.builds("docker run {}".format, LISTS),
        st.builds("{}={}".format, NAMES, st.one_of(SCALARS, WORDS.filter(lambda word: " " not in word))),
        st.builds("{}+={}".format, NAMES, SCALARS),
        st.builds("l=({})".format, LISTS),
        st.builds("l+=({})".format, LISTS),
        st.builds("set -- {}".format, LISTS),
    ),
    _compound,
    max_leaves=8,
)


@settings(max_examples=250, derandomize=True, deadline=None)
@given(st.lists(STATEMENTS, min_size=1, max_size=5))
def test_words_of_any_script_that_fixes_them_are_those_of_bash(statements: list[str]) -> None:
    script = "x=1 y='2 3' z=; l=(i 'j k'); set -- m 'n o'\n" + "\n".join(statements) + "\ndocker run last $x $y"
    expected = bash(script)
    found = started(script)
    if any(word.unknown for words in found for word in words):
        return  # it grew past what is followed
    assert {tuple(word.value for word in words[1:]) for words in found} == expected


def written(value: object) -> str:
    """Give the text that a value's place covers in its file."""
    source, span = value.source.to_root(value.span)  # type: ignore[attr-defined]  # a Located or a Word
    return str(source.text[span.start : span.end])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('args=(--cap-add NET_ADMIN)\ndocker run "${args[@]}" a', 1),
        ("CAP=NET_ADMIN\ndocker run --cap-add=$CAP a", 1),
        ("f() {\n docker run --cap-add $1 a\n}\nf NET_ADMIN", 4),
        ("docker run --cap-add \\\n  ${CAP:-NET_ADMIN} a", 2),
        ('for c in CHOWN \\\n NET_ADMIN; do A+=" --cap-add $c"; done\ndocker run $A a', 2),
        ("A='--rm\n --cap-add=NET_ADMIN'\nB=\"$A -it\"\ndocker run $B a", 2),
        ('X=x\nssh host "docker run \\\n  --cap-add NET_ADMIN a"', 3),
        ("bash -c \"bash -c 'docker run \\\n --cap-add NET_ADMIN a'\"", 2),
        ("ssh host <<E\n  docker run \\\\\n --cap-add NET_ADMIN $x\nE", 3),
        ("É=é\nX='é NET_ADMIN'\nY=${X#é }\ndocker run --cap-add $Y a", 2),
    ],
)
def test_a_value_has_the_place_where_it_is_written(text: str, line: int) -> None:
    containers = read(text).containers
    value = next(value for container in containers for value in container.cap_add if value.value == "NET_ADMIN")
    assert written(value) == "NET_ADMIN"
    assert value.source.region(value.span).line == line


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("D=docker\n$D run a", "$D run"),
        ('c=(docker run --rm)\n"${c[@]}" a', "docker run"),
        ('r() { "$@"; }\nr docker run a', "docker run"),
        ('docker() { command docker "$@"; }\ndocker run a', 'docker "$@"'),
        ("bash -c 'docker run a'", "docker run"),
        ("alias d='docker run'\nd a", "docker run"),
    ],
)
def test_the_grip_is_where_the_command_is_written(text: str, anchor: str) -> None:
    (container,) = read(text).containers
    assert written(container) == anchor


def added(container: Container) -> tuple[str, ...]:
    return tuple(value.value for value in container.cap_add)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if a; then C='--cap-add A'; fi; docker run $C x", {("A",), ()}),
        ("C=--cap-add=A; a && C=--cap-add=B; docker run $C x", {("A",), ("B",)}),
        ("case $1 in a) C=A;; b) C=B;; *) exit 1;; esac; docker run --cap-add $C x", {("A",), ("B",)}),
        ("if a; then C=A D=B; else C=B D=A; fi; docker run --cap-add $C --cap-add $D x", {("A", "B"), ("B", "A")}),
        ('while a; do C+=(--cap-add A); done; docker run "${C[@]}" x', {("A",), ()}),
        ("docker run ${P:+--cap-add A} x", {("A",), ()}),
        ("f() { [ \"$1\" ] && C='--cap-add A'; docker run $C x; }; f", {("A",), ()}),
        (("while [ $1 ]; do case $1 in a) L+=(--cap-add A);; b) L+=(--cap-add B);; esac; shift; done\n"
         'docker run "${L[@]}" x'), {(), ("A", "B")}),
    ],
)  # fmt: skip
def test_both_arms_of_a_branch_count(text: str, expected: set[tuple[str, ...]]) -> None:
    assert {added(container) for container in read(text).containers} >= expected


def test_choices_that_exclude_each_other_never_meet() -> None:
    text = "if a; then C=--cap-add=A D=--privileged; else C= D=; fi; docker run $C $D x"
    found = {(added(container), container.privileged is not None) for container in read(text).containers}
    assert found == {(("A",), True), ((), False)}


def test_more_values_than_are_told_apart_leave_one_container_that_says_so() -> None:
    loop = "for i in 1 2 3 4 5 6 7 8 9 10; do docker run --cap-add C$i x; done"
    containers = read(loop).containers
    assert [added(container) for container in containers] == [*((f"C{i}",) for i in range(1, 9)), ()]
    assert [hidden.reason for hidden in containers[-1].unknowns] == [
        "it has more than 8 values, and dropcap follows no more"
    ]


def test_as_many_values_as_are_told_apart_leave_no_other_container_however_often_they_come() -> None:
    items = "".join(f"{i}) c=C{i} ;; " for i in range(7))
    text = f"case $1 in {items} *) c=C7 ;; esac\nf() {{ docker run --cap-add $c x; }}\nf\nother=1; g() {{ f; }}; g"
    assert [added(container) for container in read(text).containers] == [(f"C{i}",) for i in range(8)]


def test_containers_that_differ_in_nothing_that_is_told_are_one() -> None:
    assert len(read("if a; then T=--rm; fi; docker run $T x").containers) == 1


@pytest.mark.parametrize(
    ("text", "unknown", "reason"),
    [
        ("docker run $1 x", "$1", "the caller of the script gives it"),
        ("A=$1; docker run $A x", "$A", "the caller of the script gives it"),
        ("A=$(a); docker run $A x", "$A", "a command prints it"),
        ("A=(--rm $(a)); docker run ${A[@]} x", "$(a)", "a command prints it"),
        ("A=([1]=--rm [5]=x); docker run ${A[@]} x", "${A[@]}", "it is an array with keys"),
        ("A=([k]=--rm); docker run ${A[@]} x", "${A[@]}", "it is an array with keys"),
        ("A=(a b); A+=([0]=--rm); docker run ${A[@]} x", "${A[@]}", "it is an array with keys"),
        ("read A; docker run $A x", "$A", "it is read from the input"),
        ("declare -A A; docker run ${A[k]} x", "${A[k]}", "it is an array with keys"),
        ("docker run $OPTS x", "$OPTS", "OPTS is set elsewhere"),
        ("for A in *.x; do docker run $A x; done", "$A", "a loop sets it to an unknown value"),
        ("((A++)); docker run $A x", "$A", "the shell computes it"),
        ("parallel docker run {.} x ::: a", "{.}", "the input of parallel fills it in"),
        ("parallel docker run ::: a", "$@", "the input of parallel fills it in"),
        ("echo | xargs docker run", "$@", "the input of xargs fills it in"),
        ('while a; do A="$A --x=y"; done; docker run $A x', "$A", "it changes in a loop"),
    ],
)
def test_what_is_not_known_says_which_expansion_and_why(text: str, unknown: str, reason: str) -> None:
    hidden = [one for container in read(text).containers for one in container.unknowns]
    assert (unknown, reason) in {(one.text, one.reason) for one in hidden}


@pytest.mark.parametrize(
    "text",
    [
        "ssh host 'docker run a'",
        "ssh -p 22 -o A=b user@host docker run a",
        "ssh host <<E\ndocker run a\nE",
        "ssh host bash -s <<'E'\ndocker run a\nE",
        "cat <<E | ssh host bash\ndocker run a\nE",
        "echo 'docker run a' | ssh host",
        "echo 'docker run a' | sudo bash",
        "sudo bash -c 'docker run a'",
        "su - user -c 'docker run a'",
        "su -c 'docker run a'",
        "watch -n 5 docker run a",
        "watch 'docker run a'",
        "timeout 5 bash -c 'docker run a'",
        "flock /tmp/x docker run a",
        "flock /tmp/x -c 'docker run a'",
        "find . -exec docker run a {} \\;",
        "x | xargs -n1 -I{} docker run a {}",
        "x | xargs -0 sh -c 'docker run a'",
        "parallel -j 4 docker run a {} ::: 1 2",
        "cat x | sudo parallel --jobs 2 'docker run a sh {1}'",
        "parallel docker run a :::: x",
        "systemd-run --unit x docker run a",
        "tmux new-session -d -s x 'docker run a'",
        "trap 'docker run a' EXIT",
        "D=`which docker`; $D run a",
        "D=$(command -v docker 2>/dev/null); $D run a",
        "start() { docker run a; }",
        "case $1 in start) docker run a;; esac",
        "f() { f; docker run a; }; f",
    ],
)
def test_a_command_is_found_in_what_another_is_given(text: str) -> None:
    assert {container.image.value for container in read(text).containers if container.image} == {"a"}


@pytest.mark.parametrize(
    "text",
    [
        "A='docker run a'",
        "cat <<E\ndocker run a\nE",
        "ssh host",
        "alias d='docker run a'",
        "bash docker run a",
        "false && echo docker run a",
    ],
)
def test_a_string_that_nothing_runs_starts_nothing(text: str) -> None:
    assert read(text).containers == ()


def test_unexported_variables_stay_in_their_shell() -> None:
    (container,) = read("C=A\nbash -c 'docker run --cap-add $C x'").containers
    assert container.may_be_set("cap_add")
    (container,) = read("export C=A\nssh host 'docker run --cap-add $C x'").containers
    assert container.may_be_set("cap_add")


LONG: dict[str, Callable[[int], str]] = {
    "lines": lambda n: "echo 'hello world' \"$x\"\n" * (n // 24) + "docker run a\n",
    "containers": lambda n: "docker run --rm -e A=\"$x\" a sh -c 'x'\n" * (n // 40),
    "variables": lambda n: "".join(f"V{i}=a$V{i - 1}\n" for i in range(n // 14)) + "docker run $V1 a\n",
    "a list that grows": lambda n: "A+=(--x)\n" * (n // 9) + 'docker run "${A[@]}" a\n',
    "a text that grows": lambda n: 'A="$A --x"\n' * (n // 11) + "docker run $A a\n",
    "branches": lambda n: "if a; then X=1; fi; docker run $X\n" * (n // 34),
    "branches in branches": lambda n: "if a; then " * (n // 30) + "docker run x" + "; fi" * (n // 30),
    "loops in loops": lambda n: "for i in 1 2; do " * 40 + "docker run x" + "; done" * 40 + "\n:" * (n // 2),
    "functions": lambda n: (
        "".join(f"f{i}() {{ f{i + 1}; f{i + 1}; docker run a$1; }}\n" for i in range(n // 45)) + "f0"
    ),
    "calls": lambda n: "f() { docker run $1; }\n" + "f a\n" * (n // 4),
    "alternatives": lambda n: "a || " * min(n // 5, 10_000) + "docker run x",
    "strings": lambda n: "bash -c 'docker run x'\n" * (n // 23),
    "substitutions": lambda n: "x=$(docker run a)\n" * (n // 18),
    "backquotes": lambda n: "docker run `echo " * (n // 17),
    "a long word": lambda n: "X=1\ndocker run " + "$X" * (n // 2),
    "many words": lambda n: "if a; then X=1; else X=2; fi\ndocker run " + "$X " * min(n // 3, 20_000),
    "defaults": lambda n: "docker run " + "${a:-" * (n // 6) + "}" * (n // 6),
    "documents": lambda n: "ssh h <<E\ndocker run a\nE\n" * min(n // 25, 1_900),
    "items": lambda n: "case $1 in\n" + "a) X=1;;\n" * (n // 9) + "esac\ndocker run $X\n",
    "arguments": lambda n: 'set -- "$@" x\n' * (n // 14) + 'docker run "$@"',
}


@pytest.mark.parametrize("name", LONG)
def test_a_script_takes_steps_in_proportion_to_its_length(name: str) -> None:
    assert_linear(lambda n: script.read(Source("x.sh", LONG[name](n))), 2_000)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"f{i}() {{ if a; then x=$(eval 'f{i + 1} docker'); fi; }}\n" for i in range(300)) + "f0",
        "".join(f"f{i}() {{ a | b && {{ while c; do f{i + 1}; done; }}; }}\n" for i in range(300)) + "f0",
        "xargs " * 400,
        "flock x " * 300,
        "docker run " + '"${a:-' * 300 + "x" + '}"' * 300,
        "f() { eval f docker; }; f",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_what_leads_ever_deeper_is_cut(text: str) -> None:
    names = [container.name for container in read(f"{text}\ndocker run a\n").containers]
    assert "a" in names


def test_a_megabyte_is_read_to_its_end() -> None:
    text = "# a comment\nX=1\nif [ -n \"$Y\" ]; then echo 'some words' $X; fi\n" * 17_000 + "docker run $X\n"
    assert len(text) > 1_000_000
    assert [container.name for container in read(text).containers] in (["1"], ["$X"])


def test_no_file_is_needed_to_read_a_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read("source ./other.sh; bash ./third.sh; docker run $X `touch made` $(touch made) x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("echo 'it\ndocker run --privileged y\n", 2),
        ('docker run a\necho "it\ndocker run b\ndocker run c\n', 3),
        ("echo 'it is: docker run a' \"\n  podman --log-level debug run b\n", 2),
        ('echo "a "docker run a" b"\nif a; then\n docker run b\n', None),
        ("echo 'it\nsee docker in run mode\n", None),
        ('docker run "$@"\necho "it\ndocker run x\n', 3),
    ],
)
def test_a_command_that_is_lost_in_a_broken_script_is_told_once(text: str, line: int | None) -> None:
    notes = [failure for failure in read(text).failures if failure.level is Level.NOTE]
    told = [failure.source.region(failure.span).line for failure in notes if failure.source and failure.span]
    assert told == ([] if line is None else [line])
