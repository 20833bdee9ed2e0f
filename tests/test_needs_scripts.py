"""What scripts in JavaScript, Perl, PHP and Ruby ask for by the calls in their text, and what Python starts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from dropcap.lang.words import Word
from dropcap.needs.python_scripts import calls_of
from dropcap.needs.script_words import calls_in, code_or_path, language_of
from dropcap.source import Source, Span
from reading import needs_of_script as needs

if TYPE_CHECKING:
    from dropcap.needs.script_words import Language


def language(program: str) -> Language:
    found = language_of(program)
    assert found is not None
    return found


def asked(program: str, script: str) -> str:
    found = [one.demand for one in calls_in(Source("x", script), "x", language(program))]
    return " ".join("?" if one is None else one.capabilities[0] if one.capabilities else str(one.port) for one in found)


@pytest.mark.parametrize(
    ("program", "script", "expected"),
    [
        ("node", "process.setgid('app'); process.setuid('app')", "SETUID SETGID"),
        ("nodejs", "process.initgroups('app', 1000)\nprocess.seteuid(1000)", "SETUID SETGID"),
        ("node", "const { chownSync } = require('fs')\nchownSync('/data', 1000, 1000)", "CHOWN"),
        ("node", "await fs.promises.chown('/data', 1, 1)", "CHOWN"),
        ("node", "server.listen(80)", "80"),
        ("node", "server.listen({ host: '::', port: 443 })", "443"),
        ("node", "app.listen(process.env.PORT || 80, () => {})", "80"),
        ("node", "require('child_process').spawn('x', [], { uid: 1000, gid: 1000 })", "SETUID SETGID ?"),
        ("perl5.36", '$( = $gid; $) = "$gid $gid"; $< = $> = $uid;', "SETUID SETGID"),
        ("perl", "($<, $>) = ($uid, $uid);", "SETUID"),
        ("perl", "use English; $EUID = $uid; $GID = 5;", "SETUID SETGID"),
        ("perl", "POSIX::setgid(5); POSIX::setuid(5);", "SETUID SETGID"),
        ("perl", "chown $uid, $gid, '/data' or die; chroot('/srv');", "CHOWN SYS_CHROOT"),
        ("perl", "exec @ARGV;", "?"),
        ("perl", "IO::Socket::INET->new(Listen => 5, LocalPort => 80)", "80"),
        ("ruby", "Process::GID.change_privilege(5)\nProcess::UID.change_privilege(5)", "SETUID SETGID"),
        (
            "ruby3.1",
            "Process::Sys.setgid(5)\nProcess.euid = 5\nFileUtils.chown_R 'app', nil, '/data'",
            "SETUID SETGID CHOWN",
        ),
        ("ruby", "TCPServer.new('0.0.0.0', 80)", "80"),
        ("ruby", "system('x')", "?"),
        ("php", "<?php posix_setgid(5); posix_setuid(5); chown('/data', 'app');", "SETUID SETGID CHOWN"),
        ("php8.2", "<?php stream_socket_server('tcp://0.0.0.0:80');", "80"),
        ("php", "<?php passthru('x');", "?"),
    ],
)
def test_calls_ask(program: str, script: str, expected: str) -> None:
    assert asked(program, script) == expected


@pytest.mark.parametrize(
    ("program", "script"),
    [
        ("node", "// process.setuid(5)\n/* fs.chownSync('/a', 1, 1)\n */\nserver.listen(8080)"),
        ("node", "db.find({ uid: user.id, gid: 5 })\nconst url = 'http://a:80'"),
        ("perl", "# chown $a, $b, '/x'\nprint 'x' if $< == 0; $hash{chown} = 1; $> != 5 or die; my $last = $#list;"),
        ("ruby", '# Process.uid = 5\nraise unless Process.uid == 0\nfile.system = 5\nputs "#{x}"'),
        ("php", "<?php // chown('/a', 'b');\n$this->exec('x'); Db::exec('y'); posix_getuid();"),
    ],
)
def test_nothing_is_asked(program: str, script: str) -> None:
    assert asked(program, script) == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("node /srv/server.js --port 80", "/srv/server.js False"),
        ("node -r dotenv/config server.js", "server.js False"),
        ("node -e CODE", "CODE True"),
        ("perl -we CODE x", "CODE True"),
        ("perl -I/lib -MPOSIX run.pl", "run.pl False"),
        ("php -d x=1 run.php", "run.php False"),
        ("php -r CODE", "CODE True"),
        ("node --print CODE", "CODE True"),
        ("ruby", "None"),
        ("node -", "None"),
        ("perl -e", "None"),
    ],
)
def test_the_script_is_found_among_the_words(line: str, expected: str) -> None:
    source = Source("x", line)
    words = [Word(text, source, Span(0, 1)) for text in line.split()]
    found = code_or_path(words, language(words[0].value))
    assert (f"{found[0].value} {found[1]}" if found else "None") == expected


def test_a_large_or_hostile_script_is_bounded() -> None:
    start = time.monotonic()
    for program in ("node", "perl", "ruby", "php"):
        for part in ("/*", "#", "chown(", "spawn(", "$<,", "tcp://", "\n", "open '", "`"):
            calls_in(Source("x", part * (190_000 // len(part))), "x", language(program))
        (call,) = calls_in(Source("x", "a" * 300_000), "x", language(program))
        assert call.unknown is not None
    assert time.monotonic() - start < 20


def commands(script: str, *arguments: str) -> list[str]:
    source = Source("main.py", script)
    given = [Word(text, source, Span(0, 1)) for text in arguments]
    found = calls_of(source, "main.py", given)
    return [
        " ".join(word.value if word.unknown is None else "?" for word in one.command) for one in found if one.command
    ]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("subprocess.run(['chown', '-R', 'app', '/data'], check=True)", "chown -R app /data"),
        ("subprocess.check_call(('chown', user, '/data'))", "chown ? /data"),
        ("subprocess.call('chown app /data', shell=True)", "/bin/sh -c chown app /data"),
        ("subprocess.Popen('nginx')", "nginx"),
        ("os.system('chown app /data')", "/bin/sh -c chown app /data"),
        ("os.execvp('gosu', ['gosu', 'app'] + sys.argv[1:])", "gosu app nginx -g"),
        ("os.execvp('gosu', ['gosu', 'app', *sys.argv[1:]])", "gosu app nginx -g"),
        ("os.execvp(sys.argv[1], sys.argv[1:])", "nginx -g"),
        ("os.execlp('su', 'su', 'app')", "su app"),
        ("os.execvp('gosu', ['gosu'] + words)", "gosu ?"),
        ("os.setuid(5); os.execvp('nginx', ['nginx'])", "nginx"),
    ],
)
def test_python_starts_a_command(call: str, expected: str) -> None:
    assert commands(f"import os, subprocess, sys\n{call}\n", "nginx", "-g") == [expected]


@pytest.mark.parametrize(
    "call",
    [
        "subprocess.run(words)",
        "subprocess.run(f'{x} y', shell=True)",
        "subprocess.run([])",
        "subprocess.run(**options)",
        "os.execvp(sys.argv[9], sys.argv[9:])",
        "os.spawnl(0, 'x', 'x')",
    ],
)
def test_python_starts_what_is_not_known(call: str) -> None:
    assert commands(f"import os, subprocess, sys\n{call}\n", "nginx") == []


def test_python_starts_a_program_as_another_user() -> None:
    script = (
        "import subprocess as s\ns.Popen(['x'], user='app', group='app', extra_groups=[])\ns.run(['x'], user=None)\n"
    )
    found = [one.demand for one in calls_of(Source("main.py", script), "main.py") if one.demand is not None]
    assert [one.capabilities for one in found] == [("SETUID",), ("SETGID",), ("SETGID",)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("node -e 'process.setuid(5)'", "SETUID"),
        ("perl -pi -e s/a/b/ /srv/d/f", "DAC_OVERRIDE"),
        ("perl -i.bak -pe s/a/b/ /srv/d/f", "DAC_OVERRIDE"),
        ("perl -pe s/a/b/ /srv/d/f", ""),
        ("gunzip /srv/d/f.gz", "DAC_OVERRIDE"),
        ("gzip -9 /srv/d/f", "DAC_OVERRIDE"),
        ("gzip -c /srv/d/f > /srv/x.gz", ""),
        ("xz -dk /srv/d/g.xz", "DAC_OVERRIDE"),
        ("unzip -o /a.zip -d /srv/d", "DAC_OVERRIDE"),
        ("cd /srv/d; unzip /a.zip", "DAC_OVERRIDE"),
        ("unzip -l /a.zip -d /srv/d", ""),
        ("unzip -qo /a.zip -d /srv/e", ""),
        ("python3 -c 'import os; os.system(\"touch /srv/d/x\")'", "DAC_OVERRIDE"),
    ],
)
def test_files_of_others_are_changed(script: str, expected: str) -> None:
    files = "touch /srv/d/f /srv/d/f.gz /srv/d/g.xz"
    make = f"[ -d /srv/d ] || {{ mkdir /srv/d; {files}; chown www-data /srv/d; }}; mkdir -p /srv/e; "
    assert set(needs(make + script).cap_add) - {"CHOWN", "FOWNER"} == set(expected.split())


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("iptables -A INPUT -j DROP", True),
        ("touch /usr/sbin/iptables-nft; iptables -A INPUT -j DROP", False),
        (
            "touch /usr/sbin/iptables-nft; update-alternatives --set iptables /usr/sbin/iptables-legacy; iptables -S",
            True,
        ),
        ("touch /usr/sbin/iptables-nft; ln -sf /usr/sbin/iptables-legacy /usr/sbin/iptables; iptables -S", True),
        ("touch /usr/sbin/iptables-nft; update-alternatives --set editor /bin/nano; iptables -S", False),
        ("touch /usr/sbin/iptables-nft; update-alternatives --display iptables; iptables -S", False),
    ],
)
def test_which_iptables_it_is_decides(script: str, *, expected: bool) -> None:
    assert ("NET_RAW" in needs(script).cap_add) is expected


def test_what_an_alternative_is_set_to_has_to_be_known() -> None:
    assert needs("update-alternatives --set x /usr/bin/y").is_complete
    assert not needs('update-alternatives --set x "$$(cat /etc/y)"').is_complete
    assert not needs("update-alternatives --config x").is_complete


def test_a_file_that_may_have_been_made_by_root_is_roots() -> None:
    assert needs("mountpoint -q /mnt && touch /mnt/here; touch /mnt/here").cap_add == ()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('x="$$(< /srv/d/f)"; echo "$$x"', "DAC_OVERRIDE"),
        ("F_FILE=/srv/d/f; n=F_FILE; export F=$$(< $${!n})", "DAC_OVERRIDE"),
        ("x=$$(< /etc/hostname)", ""),
        ("flock -n /srv/d/l true", "DAC_OVERRIDE"),
        ("flock -n /run/l true", ""),
        ("chmod -R g+w /srv/d", "DAC_OVERRIDE"),
        ("timeout 5 setpriv --reuid=5 sleep 9", "KILL SETUID"),
        ("timeout 5 sleep 9", ""),
        ("setpriv --reuid=5 timeout 5 sleep 9", "SETUID"),
        ("tcpdump -h; cp -a /srv/e/. /srv/x", ""),
    ],
)
def test_what_a_closed_folder_asks_for(script: str, expected: str) -> None:
    make = "[ -d /srv/d ] || install -d -m 700 -o www-data /srv/d; mkdir -p /srv/e; "
    assert set(needs(make + script).cap_add) - {"CHOWN", "FOWNER"} == set(expected.split())


def test_what_a_file_holds_is_not_known_to_be_nothing() -> None:
    found = needs('x=$$(< /etc/hostname); [ -n "$$x" ] && setcap -r /srv/x; [ -n "$$x" ] || mount /a /b')
    assert set(found.cap_add) == {"SETFCAP", "SYS_ADMIN"}


def test_a_copy_keeps_the_owner_of_what_lies_deeper() -> None:
    make = "[ -d /srv/s ] || { mkdir /srv/s; touch /srv/s/f; chown www-data /srv/s/f; }; "
    assert set(needs(make + "cp -a /srv/s/. /srv/t").cap_add) == {"CHOWN", "FOWNER"}


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ("cp -rp /srv/s/. /srv/t", {"CHOWN", "FOWNER", "DAC_OVERRIDE"}),
        ("cp -p /srv/s/f /srv/t/f", {"CHOWN", "FOWNER", "DAC_OVERRIDE"}),
        ("cp -r /srv/s/. /srv/t", {"CHOWN", "DAC_OVERRIDE"}),
        ("cp -rpn /srv/s/. /srv/t", {"CHOWN", "DAC_OVERRIDE"}),
    ],
)
def test_what_is_there_is_given_the_owner_of_what_is_copied(copies: str, expected: set[str]) -> None:
    make = "mkdir -p /srv/s /srv/t && touch /srv/s/f /srv/t/f && chown -R games /srv/t; "
    assert set(needs(make + copies).cap_add) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("rm -rf /srv/d/*", "DAC_OVERRIDE"),
        ("rm -f /srv/d/none", "DAC_OVERRIDE"),
        ("rm -f /srv/e/*.pid", ""),
        (". /srv/d/f", "DAC_OVERRIDE"),
        ("echo true > /srv/e/s; . /srv/e/s; sh /srv/e/s", ""),
        (
            "[ -f /srv/e/s ] || { echo true > /srv/e/s; chmod 600 /srv/e/s; chown 5 /srv/e/s; }; . /srv/e/s",
            "DAC_OVERRIDE",
        ),
        ("stat /srv/d/f", "DAC_OVERRIDE"),
        ("stat /srv/d", ""),
        ("cd /srv/d", "DAC_OVERRIDE"),
        ("chown www-data /srv/d/f", "DAC_OVERRIDE"),
        ("chmod 600 /srv/d/f", "DAC_OVERRIDE"),
        ("python3 /srv/d/f", "DAC_OVERRIDE"),
        ("java -jar /srv/d/f", "DAC_OVERRIDE"),
        ("mktemp -d /srv/d/x.XXXX", "DAC_OVERRIDE"),
        ("mktemp -p /srv/d", "DAC_OVERRIDE"),
        ("cd /srv/e; curl -O http://a/b", ""),
        ("echo x > /srv/d/$$(hostname).log", "DAC_OVERRIDE"),
        ("touch /srv/e/$$(hostname)", ""),
        ("ln /srv/d/f /srv/e/f", "DAC_OVERRIDE"),
    ],
)
def test_root_gets_nowhere_in_a_closed_folder(script: str, expected: str) -> None:
    files = "touch /srv/d/f; chmod 700 /srv/d; chown www-data /srv/d"
    make = f"[ -d /srv/d ] || {{ mkdir /srv/d; {files}; }}; mkdir -p /srv/e; "
    assert set(needs(make + script).cap_add) - {"CHOWN", "FOWNER"} == set(expected.split())


@pytest.mark.parametrize("script", ["rm -rf X", "cp /etc/hostname X", "echo x > X", "ln -s a X", "cat < X"])
def test_a_file_that_is_not_known_is_told(script: str) -> None:
    assert not needs(script.replace("X", '"$$(hostname)"')).is_complete
    assert needs(script.replace("X", "/srv/x")).is_complete


CLOSED = "[ -d /srv/d ] || install -d -m 700 -o www-data /srv/d; "


@pytest.mark.parametrize("program", ["nft -f /srv/d/f", "npm --prefix /srv/d ci"])
def test_a_closed_path_that_a_program_is_told_is_told(program: str) -> None:
    assert any("/srv/d" in one.reason for one in needs(CLOSED + program).unknown)


def test_a_server_is_asked_for_what_its_closed_folder_takes() -> None:
    found = needs(f"{CLOSED}prometheus --storage.tsdb.path=/srv/d")
    assert (found.is_complete, "DAC_OVERRIDE" in found.cap_add) == (True, True)
    assert "DAC_OVERRIDE" not in needs(f"{CLOSED}prometheus --storage.tsdb.path=/srv/e").cap_add


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("mkdir -p /srv/c/d; touch /srv/c/a /srv/c/d/b", set()),
        ("mkdir -p /srv/c/d; touch /srv/c/d/b; chown games /srv/c/d", {"CHOWN", "DAC_OVERRIDE"}),
        ("mkdir -p /srv/c/d; touch /srv/c/a; chown games /srv/c", {"CHOWN", "DAC_OVERRIDE"}),
    ],
)
def test_deleting_by_find_asks_for_its_folders(made: str, expected: set[str]) -> None:
    found = needs(f"{made}; find /srv/c -type f -mtime +7 -delete")
    assert set(found.cap_add) == expected


@pytest.mark.parametrize(
    ("touches", "expected"),
    [
        ("touch -d 2001-01-01 /srv/d/f", {"CHOWN", "FOWNER"}),
        ("touch -r /etc/hosts /srv/d/f", {"CHOWN", "FOWNER"}),
        ("touch --date=@0 /srv/d/new", {"CHOWN", "DAC_OVERRIDE"}),
        ("touch -d 2001-01-01 /srv/own", {"CHOWN"}),
    ],
)
def test_times_of_its_own_take_what_the_owner_may(touches: str, expected: set[str]) -> None:
    made = "[ -d /srv/d ] || { mkdir /srv/d; touch /srv/d/f; chown -R games /srv/d; }; rm -f /srv/own; touch /srv/own; "
    assert set(needs(made + touches).cap_add) == expected


@pytest.mark.parametrize(
    ("makes", "expected"),
    [
        ("ssh-keygen -A", set()),
        ("ssh-keygen -q -t ed25519 -N x -f /srv/key", set()),
        ("mkdir -p /srv/h; chown games /srv/h; ssh-keygen -q -t ed25519 -f /srv/h/key", {"CHOWN", "DAC_OVERRIDE"}),
    ],
)
def test_keys_are_made_where_it_is_told(makes: str, expected: set[str]) -> None:
    found = needs(makes)
    assert set(found.cap_add) == expected
    assert not any("ssh-keygen does to files" in one.reason for one in found.unknown)


def test_a_folder_that_is_given_away_is_entered_again() -> None:
    make = "rm -rf /srv/t; mkdir -p /srv/t; [ -d /srv/s ] || { mkdir /srv/s; chown games /srv/s; }; "
    assert set(needs(make + "cp -a /srv/s/. /srv/t/").cap_add) == {"CHOWN", "FOWNER", "DAC_OVERRIDE"}


@pytest.mark.parametrize("program", ["bindfs", "sshfs", "fusermount3"])
def test_who_is_no_root_mounts_by_a_program_that_becomes_it(program: str) -> None:
    found = needs(f"setpriv --reuid=www-data --regid=www-data --clear-groups {program} /srv/a /srv/b")
    assert set(found.cap_add) == {"SETGID", "SETUID", "SYS_ADMIN"}


DRAWN_IN = "const { spawn } = require('node:child_process');\n"


@pytest.mark.parametrize(
    ("program", "script", "expected"),
    [
        ("ruby", "exec 'gosu', 'app', *ARGV\n", [(["gosu", "app", "serve"], None)]),
        (
            "ruby",
            'system("chown", "-R", "app", "/data")\nexec "sleep 1"\n',
            [(["chown", "-R", "app", "/data"], None), (["/bin/sh", "-c", "sleep 1"], None)],
        ),
        ("ruby", "exec 'gosu', user, 'x'\n", None),
        ("ruby", 'exec "gosu #{user} x"\n', None),
        ("ruby", "Process::Sys.setuid(1)\nexec 'x'\n", None),
        ("ruby", "exec 'a'\n`b`\n", None),
        (
            "node",
            DRAWN_IN + "spawn('sleep', ['1'], { uid: 1000, gid: 1000, stdio: 'inherit' });\n",
            [(["sleep", "1"], "1000")],
        ),
        ("node", DRAWN_IN + "const w = spawn('sleep', ['1', '2']);\n", [(["sleep", "1", "2"], None)]),
        ("node", DRAWN_IN + "spawn('sleep', words);\n", None),
        ("node", DRAWN_IN + "spawn('sleep', ['1'], { uid: who });\n", None),
        ("node", DRAWN_IN + "spawn('sleep', ['1'], { shell: true });\n", None),
        ("node", DRAWN_IN + "const s = spawn;\ns('x');\n", None),
        ("node", DRAWN_IN + "process.setuid(1);\nspawn('sleep', ['1']);\n", None),
        ("node", "const c = require('child_process');\nc.exec('x');\n", None),
        ("node", "const { spawn: s } = require('child_process');\ns('x');\n", None),
    ],
)
def test_commands_whose_words_stand_in_a_script_are_followed(
    program: str, script: str, expected: list[tuple[list[str], str | None]] | None
) -> None:
    source = Source("main", script)
    found = calls_in(source, "main", language(program), (Word("serve", source, Span(0, 1)),))
    commands = [([word.value for word in one.command], one.user) for one in found if one.command]
    assert commands == (expected or [])
    assert any(one.unknown for one in found) is (expected is None)
