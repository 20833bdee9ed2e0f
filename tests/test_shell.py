"""Commands are found where a shell runs them, and their words are those that bash gives."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dropcap.carriers import script
from dropcap.lang.shell import MAX_DEPTH, simple_commands
from dropcap.model import Kind, UnreadableError
from dropcap.source import Source
from steps import assert_ends

DATA = Path(__file__).parent / "data" / "scripts"
BASH = "/bin/bash"
# What bash puts in the place of the only expansions that the lines below have.
EXPANSIONS = {
    '$(echo "v")': "v",
    "$(echo v)": "v",
    "`echo v`": "v",
    "${X}": "v",
    "${Y:-v}": "v",
    "$((1))": "1",
    "$X": "v",
}
PIECES = [
    *("a", "b c", "--f=", "é", "=", "-", "~/", "1", "[", "]", "%", "^", "@", "!", "😀"),
    *(" ", "  ", "\t", "\\\n", "\n", ";", "|", "#", "#c"),
    *("'", '"', "\\", "''", '""', '\\"', "\\'", "\\ ", "'#'", '"#"', '"\\\n"', "'\\\n'", '"\\a\\$"'),
    *("{a,b}", "{", "}", ",", "{'x y',z}", '{"",q}', "{{a,b},c}"),
    *("$'x\\n\\t\\x41\\101\\u00e9\\cA\\''", "$'", '$"'),
    *("2>&1", ">/dev/null", "<<<v", "0</dev/null", "&>/dev/null"),
    *('"$X"' if expansion == "$X" else expansion for expansion in EXPANSIONS),
]
STUB = 'exec 9>&1; docker() { printf "%s\\0" "$@" END >&9; }; '


def containers(text: str) -> list[str]:
    return [container.name for container in script.read(Source("x.sh", text)).containers]


def words(text: str) -> list[list[str]]:
    return [[word.value for word in command] for command in simple_commands(Source("x.sh", text))]


def test_a_script_gives_the_commands_that_it_runs_and_no_others() -> None:
    source = Source.decode("deploy.sh", (DATA / "deploy.sh").read_bytes())
    document = script.read(source)
    assert document.failures == ()
    assert [container.name for container in document.containers] == [
        *("heredoc:1", "app-$1", "substituted:1", "quoted:1", "assigned:1", "subshell:1"),
        *("loop-a:1", "loop-b:1", "case:1", "wrapped:1", "app", "indirect:1", "timed:1"),
    ]
    main = document.containers[1]
    assert [value.value for value in main.cap_add] == ["NET_BIND_SERVICE", "CHOWN"]
    assert main.command is not None
    assert [word.value for word in main.command] == ["serve", "--port", "80"]
    assert [unknown.fields for unknown in main.unknowns] == [("mounts",)]
    assert main.image is not None
    assert main.image.value == "registry.example/app:1"
    assert main.image.source.region(main.image.span).line == 5
    assert source.position(main.span.start).line == 16
    assert document.containers[10].kind is Kind.EXEC


@pytest.mark.parametrize(
    "text",
    [
        "echo docker run a",
        "# docker run a",
        "'docker run a'",
        "x='docker run a'",
        'echo "docker run a"',
        "cat <<'E'\ndocker run a\n$(docker run b)\nE",
        "docker_run docker run a",
        "command -v docker run a",
        "sudo -l docker run a",
        "",
    ],
)
def test_text_that_names_a_command_is_none(text: str) -> None:
    assert containers(text) == []


@pytest.mark.parametrize(
    "before",
    [
        *("sudo ", "sudo -E -u root ", "sudo --user root -- ", "sudo A=b ", "doas -u root ", "env ", "env -i A=b C=d "),
        *("env -u A --chdir /x ", "exec ", "exec -a name ", "time ", "time -p ", "command ", "command -p ", "nohup "),
        *("nice -n 5 ", "nice -5 ", "timeout 5 ", "timeout -k 1 -s KILL 5m ", "ionice -c2 ", "setsid -w ", "winpty "),
        *("stdbuf -oL ", "/usr/bin/env ", "\\", "A=b C='d e' ", "! ", "if ", "while ! ", "$SUDO ", "${DRY:+echo} "),
        *(">log ", "2>&1 </dev/null ", "{ ", "( ", "a && ", "a || ", "a; ", "a | ", "a &", "$(", '"$(', "f() { "),
        *("then ", "é; ", "😀 | ", "sudo \\\n  ", "lima ", "sudo env A=b nice "),
    ],
)
def test_a_command_is_found_behind_what_may_stand_before_it(before: str) -> None:
    assert containers(f"{before}docker run alpine") == ["alpine"]


def test_a_broken_script_gives_what_can_be_made_out() -> None:
    assert containers("docker run a\nif true; then\ndocker run b\n") == ["a", "b"]
    assert containers("docker run a )\n}\ndocker run b\n") == ["a", "b"]
    assert containers("docker run a\nfor i in\n") == ["a"]
    for text in (
        "docker run 'a",
        'docker run "a',
        "docker run $(a",
        "docker run ${a",
        "docker run `a",
        "docker run $'a",
    ):
        for container in script.read(Source("x.sh", text)).containers:
            assert container.may_be_set("image", "cap_add")


def test_a_comment_behind_a_joined_line_ends_the_command() -> None:
    assert words("docker run \\\n# a comment\n  image") == [["docker", "run"], ["image"]]


def test_a_comment_between_backquotes_is_nothing() -> None:
    assert words("docker run `# a` \\\n --rm `#b`x `#c`\nnext") == [["docker", "run", "--rm", "x"], ["next"]]


def test_lines_of_windows_are_lines() -> None:
    assert words("docker run \\\r\n --rm a\r\nb c\r\n") == [["docker", "run", "--rm", "a"], ["b", "c"]]


def test_every_command_is_given_with_its_places() -> None:
    text = "RUN=1\nchmod u+s /bin/é && x=$(setcap 'cap_net_raw+ep' \"/bin/pi\"ng)\n"
    outer = Source("Dockerfile", "RUN " + text)
    source = outer.piece(text, [(0, 4)])
    found = list(simple_commands(source))
    assert [[word.value for word in command] for command in found] == [
        ["chmod", "u+s", "/bin/é"],
        ["setcap", "cap_net_raw+ep", "/bin/ping"],
    ]
    root, span = found[1][2].source.to_root(found[1][2].span)
    assert root is outer
    assert root.text[span.start : span.end] == '"/bin/pi"ng'


@pytest.mark.parametrize(
    ("text", "unknown", "splits"),
    [
        ("$X", "$X", True),
        ('"$X"', "$X", False),
        ('"$@"', "$@", True),
        ('"${a[@]}"', "${a[@]}", True),
        ('"${a[*]}"', "${a[*]}", False),
        ('a"$X"b', "$X", False),
        ("a$X", "$X", True),
        ("$#", "$#", False),
        ("$((1+1))", "$((1+1))", False),
        ("{1..9}", None, False),
        ("{1..9999}", "{1..9999}", True),
        ("<(a)", "<(a)", True),
        ("'$X'", None, False),
        ("\\$X", None, False),
        ("a*", None, False),
        ("$", None, False),
    ],
)
def test_a_word_says_what_of_it_is_unknown(text: str, unknown: str | None, splits: bool) -> None:  # noqa: FBT001  # a table's cell
    _, word, *_ = next(simple_commands(Source("x.sh", f"x {text}")))
    assert (word.unknown, word.splits) == (unknown, splits)


def bash(line: str) -> list[str] | None:
    """Run a line of our own making with a `docker` that prints its words; None if it does not get that far."""
    with tempfile.TemporaryDirectory() as folder:  # a line may send output to a file
        done = subprocess.run(
            [BASH, "--norc", "--noprofile", "-c", f"{STUB}{line}"],
            cwd=folder,
            env={"X": "v", "HOME": "~", "LC_ALL": "C.UTF-8", "PATH": "/nowhere"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=30,
        )
    first, end, _ = done.stdout.decode("utf-8", "replace").partition("END\0")
    return first.split("\0")[:-1] if end else None


def ours(line: str) -> list[str] | None:
    """Give our words of the first `docker` of a line, with what bash would put in place of expansions."""
    for command in simple_commands(Source("x.sh", line)):
        if command and command[0].value == "docker":
            return [_replaced(word.value) if word.unknown else word.value for word in command[1:]]
    return None


def _replaced(value: str) -> str:
    for written, given_value in EXPANSIONS.items():
        value = value.replace(written, given_value)
    return value


@pytest.mark.parametrize(
    "line",
    [
        "docker run a'b'\"c\"\\d",
        "docker run --cap-add={NET_ADMIN,\"SYS_ADMIN\"} {a,{b,c}}{d,e} {a {a} {,a} a{,} '{a,b}' {a,b\\,c}",
        "docker run $'a\\tb\\'c\\x41\\u00e9\\0z' $\"d\"",
        'docker run "a\\"b\\$c\\`d\\\\e\\f" \'a\\b\'',
        'docker run a \\\n  b\\\nc "d\\\ne" # comment',
        "docker run a>/dev/null 2>&1 b <<<c d 3>&1 {fd}>/dev/null 2>&-",
        "docker run a <<E b\nc d\nE\n",
        'docker run ~/a "~/b" $X"$X" "a ${X} b" `echo v`"`echo v`"',
        "docker run a#b '#c' \\#d #e",
        "docker run \"\" '' $'' a\"\"",
        "docker run a;docker run b",
        'docker run "$(echo "v")" $(echo v)\n',
        'x=`docker run "a b" c`; echo "$x"',
        "docker run [a] ?b *c =d a=b !",
        'docker run é😀 "ü" b',
        "docker run {a,b}\\\nc",
        "docker run --label='a b' -e 'A=b c'\\''d'",
    ],
)
def test_words_are_those_of_bash(line: str) -> None:
    assert ours(line) == bash(line)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8))
def test_words_of_any_line_are_those_of_bash(pieces: list[str]) -> None:
    line = f"docker run {''.join(pieces)}\n:"
    expected = bash(line)
    found = ours(line)
    # A line that bash does not take is no promise of ours, nor are words that quote one of the expansions.
    quoted = any(_replaced(word) != word for word in expected or ())
    if expected is not None and not quoted and "…" not in "".join(found or ()):
        assert found == expected


def test_a_script_without_a_client_is_not_parsed() -> None:
    code = (
        "import sys; from dropcap.carriers import script; from dropcap.source import Source; "
        "script.read(Source('x', 'echo run')); script.read(Source('x', 'docker ps')); "
        "assert 'tree_sitter' not in sys.modules; "
        "script.read(Source('x', 'docker run a')); assert 'tree_sitter' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_script_of_another_encoding_is_one_failure() -> None:
    source = Source.decode("x.sh", b"\xff\xfe" + "docker run a\n".encode("utf-16-le"))
    with pytest.raises(UnreadableError) as caught:
        script.read(source)
    assert "save the script as UTF-8" in caught.value.failure.message
    assert script.read(Source.decode("x.sh", b"\xff\xfe" + "echo a\n".encode("utf-16-le"))).containers == ()


@pytest.mark.parametrize("opening", ["$(", "(", "$(docker run ", '"$(', "${a:-$("])
def test_a_deep_script_is_one_failure(opening: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        script.read(Source("x.sh", "docker run a " + opening * 10_000))
    failure = caught.value.failure
    assert "split the script" in failure.message
    assert failure.span


def test_a_script_may_be_as_deep_as_is_allowed() -> None:
    depth = MAX_DEPTH
    text = "$(docker run a " * depth + ")" * depth
    assert containers(text) == ["a"] * depth


@pytest.mark.parametrize(
    "text",
    [
        "echo 'hello world' \"$x\"\n" * 400_000 + "docker run a\n",
        "docker run --rm -e A=\"$x\" é sh -c 'x'\n" * 10_000,
        "docker run `echo " * 50_000,
        'docker run "a\n' * 50_000,
        "docker run {a,b}{c,d}{e,f}{g,h}{i,j}{k,l}{m,n}{o,p}{q,r} x\n" * 1_000,
        "docker run " + "{" * 50_000 + "a,b" + "}" * 50_000,
        "docker run " + "{a}" * 50_000 + "{b,c}",
        "docker run " + "$'\\x" * 50_000,
        "docker run a\\\n" * 100_000,
        "docker\n" * 100_000 + "run",
    ],
    ids=lambda text: repr(text[:30]),
)
def test_a_long_script_is_read_in_few_steps(text: str) -> None:
    def read() -> None:
        with suppress(UnreadableError):  # to be refused in one line is a way to end
            script.read(Source("x.sh", text))

    assert_ends(read, 100 * len(text) + 100_000)


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("docker run `# größe 漢字 😀` --privileged x\ndocker run --privileged y\n", ["x", "y"]),
        ("docker run`#\ufeff`", []),
        ("echo a\n\\docker run --privileged x\n  \\podman run y\n", ["x", "y"]),
        ("echo \\\n\ndocker run x\n\\\ndocker run y\n", ["x", "y"]),
        ("echo \\\n\\docker run x\n", []),
        ("coproc docker run x\n", ["x"]),
        ('docker run -e "A=  $(b)  ${C} ${D}" x\n', ["x"]),
    ],
)
def test_what_confuses_the_parser_hides_no_command(text: str, images: list[str]) -> None:
    found = script.read(Source("run.sh", text)).containers
    assert [container.image.value for container in found if container.image] == images
    for container in found:
        start, end = container.span
        assert text[start:end].startswith(("docker", "podman"))


@pytest.mark.parametrize(
    "line",
    [
        *("{ bash; } <<E", "(bash) <<E", "! bash <<E", "cd x && { ssh h; } <<E", "{ { sh -s; }; } <<E"),
        *("if true; then bash; fi <<E", "while true; do bash; done <<E", "for i in 1 2; do bash; done <<E"),
        *("case $x in a) bash;; esac <<E", "{ echo a; bash; } <<E", "cat <<E | sudo bash", "{ cat; } <<E | bash"),
        *("at now <<E", "batch <<E", "newgrp docker <<E", "sg docker -c bash <<E", "sudo -i <<E", "sudo su - u <<E"),
        *("(bash <<E)", "{ bash <<E; }", "tee x.sh <<E | bash", "{ cat | bash; } <<E", "(cat) <<E | ssh h"),
        *("f() { bash; } <<E", "chroot /x <<E", "chroot /x sh -s <<E", "lxc exec c -- bash <<E", "flock f bash <<E"),
        *("ssh -T h sudo bash -s <<E", "ssh h 'cd /x && bash' <<E", "sudo sh -c 'cat | bash' <<E", "su u -c bash <<E"),
        *("source /dev/stdin <<E", "parallel <<E", "unshare -r <<E", "vagrant ssh <<E", "sudo -u a -s <<E"),
    ],
)
def test_a_script_for_a_shell_in_a_group_is_read(line: str) -> None:
    (container,) = script.read(Source("a.sh", f"{line}\ndocker run app:1\nE\n")).containers
    assert container.name == "app:1"


@pytest.mark.parametrize(
    "line",
    [
        *("{ cat; } <<E", "{ cat; bash; } <<E", "f() { cat; } <<E", "{ x=$(bash); } <<E", "(cat <<E)"),
        *("xargs bash <<E", "sudo -l <<E", "bash x.sh <<E", "ssh h 'cat > x' <<E", "tee x <<E", "crontab x <<E"),
        *("{ cat > x; } <<E | bash", "cat y <<E | bash", "cat > x.txt <<E", "grep a > x.sh <<E", "cat < x.sh <<E"),
        *("g() { cat > x; }; g <<E | sh", "while read -r line; do echo $line; done <<E", "tee x.txt <<E"),
    ],
)
def test_what_no_shell_gets_of_a_group_is_data(line: str) -> None:
    assert script.read(Source("a.sh", f"{line}\ndocker run app:1\nE\n")).containers == ()


@pytest.mark.parametrize(
    "text",
    [
        "f() { ssh h bash -s; }\nf <<E\ndocker run app:1\nE\n",
        "f() { ssh h bash -s; }\ncat <<E | f\ndocker run app:1\nE\n",
        "f() { bash; }\n{ f; } <<'E'\ndocker run app:1\nE\n",
        "f() { bash; } <<E\ndocker run app:1\nE\nf\n",
        "(\n cat <<E\ndocker run app:1\nE\n) | ssh h\n",
        "echo 'docker run app:1' | tee x | sudo sh\n",
        "echo -e 'set -e\\ndocker run app:1' | sh\n",
        "printf '%s\\n' 'set -e' 'docker run app:1' | sh\n",
        "printf 'set -e\\ndocker run app:1\\n' | sh\n",
        "(crontab -l; echo '@daily docker run app:1') | sort | crontab -\n",
        "crontab -l | { cat; echo '* * * * * docker run app:1'; } | sudo crontab -u root -\n",
        "g() { cat; }\ng <<E | sh\ndocker run app:1\nE\n",
        "g() { sort | uniq; }\nfunction h { g; }\nh <<E | sudo bash\ndocker run app:1\nE\n",
        "while read -r line; do $line; done <<E\ndocker run app:1\nE\n",
        "while IFS= read -r line; do eval \"$line\"; done <<'E'\ntrue\ndocker run app:1\nE\n",
        "cat <<E | while read line; do $line; done\ndocker run app:1\nE\n",
        "printf -v c 'docker run app:1'\n$c\n",
        "printf -v image '%s' app:1\ndocker run $image\n",
        "cat > x.sh <<E\ndocker run app:1\nE\nsh x.sh\n",
        "cat <<'E' >/usr/local/bin/x\n#!/bin/sh\ndocker run app:1\nE\n",
        "tee -a /opt/x.bash >/dev/null <<E\ndocker run app:1\nE\n",
        "sudo tee /usr/local/bin/x <<E\n#!/usr/bin/env bash\ndocker run app:1\nE\n",
    ],
)
def test_a_script_that_reaches_a_shell_by_functions_and_pipes_is_read(text: str) -> None:
    (container,) = script.read(Source("a.sh", text)).containers
    assert container.name == "app:1"


@pytest.mark.parametrize("schedule", ["* * * * *", "@daily", "$WHEN", "0 $HOUR * * *"])
def test_the_schedule_of_a_table_is_no_part_of_its_command(schedule: str) -> None:
    text = f"crontab - <<E\n{schedule} docker run $A --name b c d e f g --privileged $IMAGE\nE\n"
    (container,) = script.read(Source("a.sh", text)).containers
    assert container.given_name == "b"


def test_a_here_string_behind_a_group_is_read() -> None:
    (container,) = script.read(Source("a.sh", "{ bash; } <<< 'docker run app:1'\n")).containers
    assert container.name == "app:1"


@pytest.mark.parametrize(
    "command",
    [
        *("su -c 'docker run app:1'", "su - root -c 'docker run app:1'", "runuser -u a -- docker run app:1"),
        *("lxc exec c -- docker run app:1", "incus exec c --cwd / docker run app:1", "chroot /x docker run app:1"),
        *("nsenter -t 1 -m docker run app:1", "unshare -m docker run app:1", "flock /x docker run app:1"),
        *(
            "machinectl shell root@h /usr/bin/docker run app:1",
            "watch docker run app:1",
            "find . -exec docker run app:1 \\;",
        ),
        *(
            "xargs docker run app:1",
            "crontab - <<E\n# a\n* * * * 1-5 docker run app:1\nE",
            "crontab - <<< '@daily docker run app:1'",
        ),
        *("su -lc 'docker run app:1' u", "su - u -- -c 'docker run app:1'", "su -c'docker run app:1'"),
        *("runuser -uu -- docker run app:1", "script -qc 'docker run app:1' /dev/null", "sg docker 'docker run app:1'"),
        *("nsenter -m/proc/1/ns/mnt docker run app:1", "lxc --project p exec c -T -- docker run app:1"),
        *("machinectl -q shell u@c /bin/sh -c 'docker run app:1'", "arch-chroot -u u /x docker run app:1"),
        *("find . -exec true {} \\; -okdir docker run app:1 \\;", "fd -e x -x docker run app:1"),
        *("parallel ::: 'docker run app:1'", "sem -j2 docker run app:1", "tmux send-keys 'docker run app:1' Enter"),
        *("taskset -c 0 docker run app:1", "chrt -f 1 docker run app:1", "sshpass -p x ssh h docker run app:1"),
        *("vagrant ssh n -c 'docker run app:1'", "gcloud compute ssh h --command='docker run app:1'"),
        *(
            "minikube ssh 'docker run app:1'",
            "multipass exec n -- docker run app:1",
            "pkexec --user u docker run app:1",
        ),
        *("unshare -rm --propagation private docker run app:1", "busybox sh -c 'docker run app:1'"),
    ],
)
def test_what_another_program_runs_is_read(command: str) -> None:
    (container,) = script.read(Source("a.sh", f"{command}\n")).containers
    assert container.name == "app:1"


@pytest.mark.parametrize("line", ["xargs docker run --privileged", "find . -exec docker run --privileged {} \\;"])
def test_what_another_program_gives_is_unknown(line: str) -> None:
    document = script.read(Source("a.sh", f"{line}\n"))
    (container,) = document.containers
    assert (container.image, document.failures) == (None, ())
    assert container.privileged is not None


@pytest.mark.parametrize(
    "command",
    [
        *(
            "su docker run a",
            "script docker run",
            "sudo -l docker run a",
            "taskset -p 1 docker run a",
            "find docker run",
        ),
        *("vagrant up docker run a", "gcloud compute instances docker run a", "nsenter -t docker run"),
        "lxc list docker run a",
        "crontab file <<E\n* * * * * docker run a\nE",
        "at -l <<E\ndocker run a\nE",
    ],
)
def test_what_another_program_does_not_run_is_none(command: str) -> None:
    assert script.read(Source("a.sh", f"{command}\n")).containers == ()


@pytest.mark.parametrize(
    "line", ["true && bash <<E || true", "a; true && bash <<E", "true && cat <<E | bash", "bash <<E && a"]
)
def test_a_document_is_read_by_the_last_command_of_a_list(line: str) -> None:
    (container,) = script.read(Source("x.sh", f"{line}\ndocker run --privileged x\nE\n")).containers
    assert container.privileged is not None
