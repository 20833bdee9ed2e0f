"""What is known of what programs print that read a known text, held against the programs themselves."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from dropcap.needs.text_filters import filtered
from reading import needs_of_script as needs

TEXT = "one:two three\nsecond line\n\n:x:\n"
CONFIG = "--datadir=/x\n  datadir (where)\ndatadir       /var/lib/it/\nsocket  /run/a b\n"
AWK = """awk -v conf="datadir" '$1 == conf && /^[^ \\t]/ { sub(/^[^ \\t]+[ \\t]+/, ""); print; exit }'"""


@pytest.mark.parametrize("text", [TEXT, CONFIG, "", "a", "a\n\n", "a  b\tc\n"])
@pytest.mark.parametrize(
    "line",
    [
        "cut -d: -f1",
        "cut -d : -f 2",
        "cut -f1 -d:",
        "cut -c1",
        "head -n1",
        "head -1",
        "head -n 2",
        "head",
        "head -c 3",
        "tail -n 1",
        "tail -1",
        "tr , '\\n'",
        "tr ':' ' '",
        "tr -d '\\n'",
        "tr -d ':'",
        "tr a-z A-Z",
        "tr -d '[:space:]'",
        "tr ab xy",
        "wc -l",
        "wc -c",
        "awk '{print $1}'",
        "awk '{ print $2 }'",
        "awk '{print $0}'",
        "awk -F: '{print $2}'",
        "awk -F : '{print $1}'",
        "awk '/x/'",
        "awk '/x/ {print $1}'",
        "awk -F ' = ' '/line/ {print $2}'",
        "awk -F': ' '{print $1}'",
        "awk '/  datadir/ {print $2}'",
        "awk '/ line/{ print  $2 }'",
        "sed s/a/b/",
        'sed \'s/^/"/; s/$/"/; s/e/" "/g\'',
        "sed -e s/a/b/",
        "sed -n p",
        "sed '/x/d'",
        "sed 's/o.*//'",
        "sed 's/ *$//'",
        "sed -E 's/^data/x/'",
        AWK,
        AWK.replace("datadir", "socket"),
        AWK.replace("datadir", "port"),
    ],
)
def test_what_is_said_is_what_is_printed(line: str, text: str) -> None:
    words = shlex.split(line)
    if shutil.which(words[0]) is None:
        pytest.skip(f"there is no {words[0]} here")
    said = filtered(words, text)
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=True)
    assert said is None or said.rstrip("\n") == done.stdout.rstrip("\n")


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        ("cut -d: -f1", TEXT, "one\nsecond line\n\n\n"),
        ("head -n1", TEXT, "one:two three\n"),
        ("tr ':' ' '", "a:b\n", "a b\n"),
        ("awk '{print $2}'", "a  b\n", "b\n"),
        (AWK, CONFIG, "/var/lib/it/\n"),
        ("cut -c1", TEXT, None),
        ("sed s/o/b/", TEXT, "bne:two three\nsecbnd line\n\n:x:\n"),
        ('sed \'s/^/"/; s/$/"/; s/;/" "/g\'', "bob;secret\n", '"bob" "secret"\n'),
        ("sed s/a/b/ /etc/passwd", TEXT, None),
        ("sed -n s/a/b/", TEXT, None),
        ("sed -i s/a/b/", TEXT, None),
        ("sed -Ei.old s/a/b/", TEXT, None),
        ("sed --in-place s/a/b/", TEXT, None),
        ("sed s/a/b/", "a", "b"),
        ("awk -F ' = ' '/path = / {print $2}'", "  path = /srv\nx\n", "/srv\n"),
        ("awk -F '..' '{print $2}'", "a..b\n", None),
        ("head -n1", "a" * 200_000, None),
    ],
)
def test_what_is_known(line: str, text: str, expected: str | None) -> None:
    assert filtered(shlex.split(line), text) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('d=$(echo "x:/srv" | cut -d: -f2); mkdir -p "$d"; chown daemon "$d"', ("CHOWN",)),
        ("echo 'daemon /srv' | { read -r u d; chown daemon \"$(echo '/srv b' | awk '{print $1}')\"; }", ("CHOWN",)),
        ("chown \"$(echo daemon,bin | tr , '\\n' | head -n1)\" /srv", ("CHOWN",)),
        ('chown "$(echo root:x | cut -d: -f1)" /srv', ()),
        (
            (
                "give() { chown \"$1\" \"$2\"; }; o='daemon;/srv'; "
                "eval give $(sed 's/;/\" \"/; s/^/\"/; s/$/\"/' <<< $o)"
            ),
            ("CHOWN",),
        ),
        ("printf 'y = bin\\n' > /srv/c; chown \"$(awk -F ' = ' '/y = / {print $2}' /srv/c)\" /srv", ("CHOWN",)),
        ("printf 'root:x\\n' > /srv/c; chown \"$(cut -d: -f1 /srv/c)\" /srv", ()),
        ("printf 'x = daemon\\n' > /srv/c; for d in $(sed '/x/d' /srv/c); do chown daemon \"$d\"; done", ()),
        ("head -n 1 /srv/no; gosu daemon true", ("SETGID", "SETUID")),
    ],
)  # fmt: skip
def test_what_is_printed_is_used(script: str, expected: tuple[str, ...]) -> None:
    found = needs(script.replace("$", "$$"))
    assert (found.cap_add, found.is_complete) == (expected, True)


@pytest.mark.parametrize("options", ["--datadir=/srv/db", "--datadir /srv/db"])
def test_a_server_of_databases_says_its_settings(options: str) -> None:
    script = f"""get() {{ mariadbd {options} --verbose --help 2>/dev/null | {AWK}; }}
DATADIR="$(get)"; mkdir -p "$DATADIR"; chown daemon "$DATADIR" """
    found = needs(script.replace("$", "$$"))
    assert found.cap_add == ("CHOWN",)
    assert any("/srv/db" in one.evidence[0].reason for one in found.needs)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("[ -w /sys/fs/cgroup/memory.pressure ]", ()), ("[ -w /srv ]", ("CHOWN",)), ("[ -r /sys/fs ]", ("CHOWN",))],
)
def test_below_sys_nothing_can_be_written(condition: str, expected: tuple[str, ...]) -> None:
    assert needs(f"if {condition}; then chown daemon /srv; fi").cap_add == expected


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ('while IFS=: read -r user path; do chown "$user" "$path"; done < /list', ("CHOWN",)),
        ('while IFS=: read -r user path; do chown root "$path"; done < /list', ()),
        ('while IFS= read -r line || [[ -n "$line" ]]; do mkdir -p "/srv/${line%%:*}"; done < /list', ()),
        ('grep -q x < /list; chown "$(cut -d: -f1 < /list)" /srv', ("CHOWN",)),
    ],
)
def test_the_lines_of_a_file_are_read(loop: str, expected: tuple[str, ...]) -> None:
    found = needs(f"echo daemon:/srv > /list; {loop}".replace("$", "$$"))
    assert (found.cap_add, found.is_complete) == (expected, True)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("! -user daemon -print -quit", ("CHOWN",)),
        ("-not -user daemon", ("CHOWN",)),
        ("! -user root -print -quit", ()),
        ("-user daemon", ()),
        ("-user root -type d", ("CHOWN",)),
    ],
)
def test_find_says_whose_files_there_are(test: str, expected: tuple[str, ...]) -> None:
    script = f'mkdir -p /srv/x; if [ -n "$(find /srv/x {test})" ]; then chown daemon /srv; fi'
    found = needs(script.replace("$", "$$"))
    assert (found.cap_add, found.is_complete) == (expected, True)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("if ! cmp -s /srv/a /srv/b; then cp /srv/a /srv/b; chown daemon /srv/b; fi", ("CHOWN",)),
        ("cmp -s /srv/a /srv/none || chown daemon /srv", ("CHOWN",)),
        ("cp /srv/a /srv/b; cmp -s /srv/a /srv/b || chown daemon /srv", ()),
        ("grep -q user= /srv/a || chown daemon /srv", ()),
        ("if grep -q other /srv/a; then chown daemon /srv; fi", ()),
        ("grep -qF -- port /srv/a && chown daemon /srv", ("CHOWN",)),
        ("grep -q '^user=' /srv/a && chown daemon /srv", ("CHOWN",)),
    ],
)
def test_files_are_compared_as_they_are(script: str, expected: tuple[str, ...]) -> None:
    found = needs(f"printf 'user=app\\nport=1\\n' > /srv/a; {script}; true")
    assert (found.cap_add, found.is_complete) == (expected, True), found.unknown


@pytest.mark.parametrize(
    "script",
    [
        "grep -q x.y /srv/a || chown daemon /srv",
        "grep -qi USER /srv/a || chown daemon /srv",
        "grep -q user /srv/none || chown daemon /srv",
        "grep -q user /srv/a /etc/passwd || chown daemon /srv",
        "cmp -n 3 /srv/a /srv/a || chown daemon /srv",
        "redis-server & sleep 1; grep -q other /srv/a && chown daemon /srv",
        "install -d -o daemon /srv/d; cmp -s /srv/a /srv/d/a || chown daemon /srv; exec setpriv --reuid daemon sleep 9",
    ],
)
def test_what_else_is_compared_is_not_known(script: str) -> None:
    found = needs(f"printf 'user=app\\nport=1\\n' > /srv/a; {script}; true")
    assert "CHOWN" in found.cap_add


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("for one in daemon:/srv/a; do IFS=: read -r u p <<X\n$one\nX\nmkdir -p $p; chown $u $p; done", ("CHOWN",)),
        ("IFS=: read -r u p <<X\nroot:/srv/a:b\nX\nmkdir -p $p; chown $u $p", ()),
        ("read u p <<X\n  daemon   /srv  \nX\nchown $u $p", ("CHOWN",)),
        ("{ read -r a; read -r u; } <<X\nroot\ndaemon\nX\nchown $u /srv", ("CHOWN",)),
        ("read -r u rest <<X\nroot a\\\\b\nX\nchown $u /srv", ()),
        ("read u <<X\nroot\\\\\nX\nchown $u /srv", ("CHOWN",)),
    ],
)  # fmt: skip
def test_what_is_read_is_known(script: str, expected: tuple[str, ...]) -> None:
    found = needs(script.replace("$", "$$"))
    assert (found.cap_add, found.is_complete) == (expected, True), found.unknown


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("export A=daemon; x=$(printenv A || echo root); chown $x /srv", ("CHOWN",)),
        ("export A=root; x=$(printenv A || echo daemon); chown $x /srv", ()),
        ("A=root; x=$(printenv A || echo daemon); chown $x /srv", ("CHOWN",)),
        ("export A=root; x=$(printenv A B); chown $x /srv", ("CHOWN",)),
    ],
)
def test_printenv_prints_what_is_exported(script: str, expected: tuple[str, ...]) -> None:
    assert needs(script.replace("$", "$$")).cap_add == expected


@pytest.mark.parametrize(
    ("script", "user"),
    [
        ("export A=daemon; envsubst < /t > /etc/redis.conf", "daemon"),
        ("export A=daemon; envsubst '$A' < /t > /etc/redis.conf", "daemon"),
        ("export A=daemon; envsubst '$B' < /t > /etc/redis.conf", None),
        ("A=daemon; envsubst < /t > /etc/redis.conf", None),
        ("export A=$(date); envsubst < /t > /etc/redis.conf", None),
    ],
)
def test_envsubst_puts_in_what_is_exported(script: str, user: str | None) -> None:
    script = f"printf 'user ${{A}}\\n' > /t; {script}; dnsmasq -k --conf-file=/etc/redis.conf"
    found = needs(script.replace("user ", "user=").replace("$", "$$"))
    assert found.is_complete is (user is not None)
