"""What a program writes at a start, where it is told to, belongs to whoever ran it: it can be given away then."""

from __future__ import annotations

import pytest

from dropcap.images.effects import Effect, EffectKind
from dropcap.images.facts import UnknownFact
from dropcap.images.tree import FileTree
from dropcap.model import Located
from dropcap.needs.file_demands import file_demands
from dropcap.needs.model import Certainty, Phase
from dropcap.source import Source, Span
from reading import needs_of_script as needs


# At a restart it writes over a file of another user, unless it asks before.
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "openssl req -x509 -nodes -subj /CN=a -keyout /etc/a.key -out /etc/a.crt; chown www-data /etc/a.key",
            "CHOWN DAC_OVERRIDE",
        ),
        (
            "openssl genrsa -out /etc/a.key 2048; chmod 600 /etc/a.key; chown www-data /etc/a.key",
            "CHOWN FOWNER DAC_OVERRIDE",
        ),
        ("openssl genrsa -out /etc/a.key 2048; chmod 600 /etc/a.key", ""),
        ("curl -o /srv/a --fail http://b/c; chown www-data /srv/a", "CHOWN DAC_OVERRIDE"),
        ("curl --output=/srv/a http://b/c; chown www-data /srv/a", "CHOWN DAC_OVERRIDE"),
        ("cd /srv; wget -O a http://b/c; chown www-data a", "CHOWN DAC_OVERRIDE"),
        ("[ -f /etc/k ] || ssh-keygen -q -N '' -f /etc/k; chown www-data /etc/k.pub", "CHOWN"),
        ("[ -e /srv/p ] || mkfifo /srv/p; chown www-data /srv/p", "CHOWN"),
        ("openssl genrsa -out /dev/null 2048; chown www-data /srv/none || true", ""),
        ("dd if=/dev/zero of=/srv/db count=1; chown www-data /srv/db", "CHOWN DAC_OVERRIDE"),
        ("[ -e /srv/db ] || dd if=/dev/zero of=/srv/db count=1; chown www-data /srv/db", "CHOWN"),
        ("dd if=/etc/passwd of=/dev/null", ""),
        ("mkdir -p /srv/dev; cp -a /dev/null /srv/dev/", "MKNOD"),
        (
            "mkdir -p /srv/dev; for n in null zero; do [ -e /srv/dev/$$n ] || cp -R /dev/$$n /srv/dev/; done",
            "MKNOD",
        ),
        ("mknod /srv/null c 1 3; cp -a /srv/null /srv/other", "MKNOD"),
        ("cp /dev/null /srv/empty", ""),
        ("cp -a /etc/shadow /srv/shadow", "CHOWN"),
        ("cp -a /etc/passwd /srv/passwd", ""),
        ("cp -a /dev/shm/session /srv/session", ""),
        ("haproxy -c -f /srv/none", ""),
    ],
)
def test_what_a_program_wrote_can_be_given_away(script: str, expected: str) -> None:
    assert set(needs(script).cap_add) == set(expected.split())


@pytest.mark.parametrize(
    ("script", "expected", "is_complete"),
    [
        ("sqlite3 /srv/db 'create table a (b)'; chown www-data /srv/db", "CHOWN DAC_OVERRIDE", True),
        ("sqlite3 /srv/db 'select * from a'", "", True),
        ("sqlite3 /srv/db \"attach '/srv/e' as e\"", "", False),
        ("sqlite3 /srv/db '.backup /srv/e'", "", False),
        ("sqlite3 /srv/db", "", False),
        ("git daemon --user=www-data --base-path=/srv", "SETUID SETGID", True),
        ("git daemon --enable=receive-pack --base-path=/srv", "", False),
    ],
)
def test_what_a_program_writes_may_be_known(script: str, expected: str, *, is_complete: bool) -> None:
    found = needs(script)
    assert set(found.cap_add) == set(expected.split())
    assert found.is_complete is is_complete


@pytest.mark.parametrize(
    ("script", "expected", "is_complete"),
    [
        ("sleep 1 & cat /proc/$!/environ", "DAC_OVERRIDE SYS_PTRACE", True),
        ("sleep 1 & cat < /proc/$!/cwd", "SYS_PTRACE", True),
        ("sleep 1 & cat /proc/$!/environ || true", "", True),
        ("sleep 1 & cat /proc/$!/$x", "", False),
    ],
)
def test_which_process_it_is_decides_nothing_more(script: str, expected: str, *, is_complete: bool) -> None:
    found = needs(script)
    assert set(found.cap_add) == set(expected.split())
    assert found.is_complete is is_complete


def test_what_a_program_may_have_written_is_not_taken_for_absent() -> None:
    found = needs("sqlite3 /srv/db < /srv/x.sql; chown www-data /srv/db")
    assert "CHOWN" in found.cap_add
    assert not found.is_complete


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("tar czf /a.tgz /srv/d", "DAC_OVERRIDE"),
        ("tar -czf /a.tgz -C /srv d", "DAC_OVERRIDE"),
        ("tar --create --file=/a.tar --directory=/srv .", "DAC_OVERRIDE"),
        ("cd /srv; tar -cf - d > /a.tar", "DAC_OVERRIDE"),
        ("tar czfC /a.tgz /srv d", "DAC_OVERRIDE"),
        ("tar czf /a.tgz -C /srv e", ""),
        ("tar czf /a.tgz /etc/hostname", ""),
        ("tar tzf /srv/d", ""),
    ],
)
def test_what_is_put_into_an_archive_is_read(script: str, expected: str) -> None:
    make = "[ -d /srv/d ] || install -d -m 700 -o www-data /srv/d; mkdir -p /srv/e; "
    assert set(needs(make + script).cap_add) - {"CHOWN", "FOWNER"} == set(expected.split())


def test_what_is_put_into_an_archive_is_written_nowhere_else() -> None:
    where = Located("tar", Source("x", ""), Span(0, 0))
    effect = Effect(EffectKind.COPY, where, path="/srv", is_deep=True)
    asked = file_demands(effect, FileTree(UnknownFact("nobody has looked")))
    assert {one.path for one in asked} == {"/srv"}


def test_what_nobody_knows_may_be_closed_to_an_archive() -> None:
    assert not needs('tar czf /a.tgz "$$(cat /etc/x)"').is_complete
    assert needs("tar czf /a.tgz /srv").is_complete


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("644", "DAC_OVERRIDE"), ("600", "CHOWN DAC_OVERRIDE")],
)
def test_sed_goes_on_where_it_may_not_keep_the_owner(mode: str, expected: str) -> None:
    make = f"install -d -o www-data /srv/d; install -m {mode} -o www-data /etc/hostname /srv/d/f"
    make = f"[ -f /srv/d/f ] || {{ {make}; }}; "
    found = needs(make + "sed -i s/a/b/ /srv/d/f")
    at_restart = {one.capability for one in found.needs if one.phase is Phase.RESTART and not one.loss}
    assert at_restart == set(expected.split())


def test_the_jobs_of_cron_are_followed() -> None:
    job = "echo '* * * * * root setcap -r /srv/a' > /etc/cron.d/a; "
    assert "SETFCAP" in needs(job + "cron -f").cap_add
    assert "SETFCAP" not in needs(job.replace("root", "www-data") + "cron -f").cap_add
    own = "mkdir -p /var/spool/cron/crontabs; echo '@daily setcap -r /srv/a' > /var/spool/cron/crontabs/root; "
    assert "SETFCAP" in needs(own + "cron -f").cap_add


@pytest.mark.parametrize("program", ["svscan", "runsvdir"])
def test_the_log_of_a_service_is_started_too(program: str) -> None:
    make = r"mkdir -p /etc/x/a/log; printf '#!/bin/sh\nexec setcap -r /srv/a\n' > /etc/x/a/log/run; "
    assert "SETFCAP" in needs(f"{make}chmod 755 /etc/x/a/log/run; exec {program} /etc/x").cap_add


@pytest.mark.parametrize("program", ["s6-svscan", "runsvdir"])
def test_a_service_runs_in_its_own_folder(program: str) -> None:
    make = "mkdir -p /etc/x/a; echo 'setcap -r /srv/a' > /etc/x/a/setup; "
    make += r"printf '#!/bin/sh\n. ./setup\nexec sleep 9\n' > /etc/x/a/run; chmod 755 /etc/x/a/run; "
    assert "SETFCAP" in needs(f"{make}cd /srv; exec {program} /etc/x").cap_add


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("if [ ! -f /srv/d/seen ]; then id; fi", True),
        ("[ -d /srv/d/seen ] || id", True),
        ("if test -s /srv/d/e/seen; then id; fi", True),
        ("ls /srv/d", True),
        ("[ -d /srv/d ] || id", False),
        ("[ -n /srv/d/seen ] || id", False),
        ("[ -f /etc/seen ] || id", False),
    ],
)
def test_a_condition_has_to_look(script: str, *, expected: bool) -> None:
    made = "[ -d /srv/d ] || install -d -m 700 -o www-data /srv/d; "
    assert ("DAC_OVERRIDE" in needs(made + script).cap_add) is expected


def test_exec_opens_files_for_the_shell() -> None:
    made = "[ -d /srv/d ] || install -d -m 755 -o www-data /srv/d; "
    assert "DAC_OVERRIDE" in needs(made + "exec 3> /srv/d/log").cap_add
    assert "DAC_OVERRIDE" in needs(made + "exec >> /srv/d/log 2>&1").cap_add
    assert "DAC_OVERRIDE" not in needs(made + "exec 3> /srv/log").cap_add
    assert "DAC_OVERRIDE" not in needs(made + "exec 2>&1").cap_add


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("setcap cap_net_raw+ep /bin/ping && exec /bin/ping ::1", "NET_RAW SETFCAP"),
        ("setcap cap_net_raw+ep /bin/ping || exit 3; exec /bin/ping ::1", "NET_RAW SETFCAP"),
        ("setcap cap_net_raw+ep /bin/ping; exec /bin/ping ::1", "NET_RAW SETFCAP"),
        ("setcap cap_net_raw+ep /bin/ping || echo without; exec /bin/ping ::1", ""),
        ("setcap cap_net_raw+ep /bin/ping 2>/dev/null || true; exec /bin/ping ::1", ""),
        ("setcap cap_net_raw+ep /bin/ping >/dev/null 2>&1 || :; exec /bin/ping ::1", ""),
    ],
)
def test_file_capabilities_that_a_script_does_without_are_not_written(script: str, expected: str) -> None:
    found = {need.capability: need.certainty for need in needs(f"install -m 755 /bin/true /bin/ping; {script}").needs}
    assert " ".join(sorted(name for name, one in found.items() if one is not Certainty.DEGRADES)) == expected
    assert "SETFCAP" in found


@pytest.mark.parametrize(
    ("script", "is_known"),
    [
        ("wget --spider http://localhost:80/", True),
        ("wget -q --spider http://localhost", True),
        ("wget -qO- http://localhost", True),
        ("wget -O /dev/null http://localhost", True),
        ("wget --output-document=- http://localhost", True),
        ("wget --no-verbose --tries=1 --output-document /dev/stdout http://localhost", True),
        ("wget http://localhost/a", False),
        ("wget -qO /srv/a http://localhost/a", False),
        ("wget --spider -o /srv/log http://localhost", False),
        ("wget -i /srv/list -O -", False),
        ('wget "$MORE" -O - http://localhost', False),
    ],
)
def test_what_is_only_looked_up_is_written_nowhere(script: str, *, is_known: bool) -> None:
    assert needs(script).is_complete is is_known
