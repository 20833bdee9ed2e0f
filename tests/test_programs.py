from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dropcap.images.effects import EffectKind
from dropcap.images.facts import ABSENT, Absent, Account, File, FileKind, Group, ImageConfig, UnknownFact
from dropcap.lang.shell.launchers import LAUNCHERS
from dropcap.lang.shell.subcommands import CARRIERS
from dropcap.lang.words import Word
from dropcap.model import Located
from dropcap.needs.credentials import ROOT, Credentials
from dropcap.needs.demands import Situation, judge
from dropcap.needs.model import Certainty, DemandKind
from dropcap.needs.program_table import load, lookup, programs
from dropcap.needs.programs import ProgramAnswer, ProgramContext, demands, find
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


UNSEEN = UnknownFact("nobody has looked into the image")


class Facts:
    """An image of a few files; what is not among them is not there, or not known."""

    def __init__(self, files: Mapping[str, File] = {}, *, is_seen: bool = True, accounts: Sequence[str] = ()) -> None:
        self.files = files
        self.is_seen = is_seen
        self.accounts = accounts
        self.config = ImageConfig()

    def look(self, path: str) -> File | Absent | UnknownFact:
        if path in self.files:
            return self.files[path]
        if any(one.startswith(path.rstrip("/") + "/") for one in self.files):
            return File(FileKind.FOLDER, "0", "0", 0o755)
        return ABSENT if self.is_seen else UNSEEN

    def below(self, path: str) -> Sequence[tuple[str, File]]:
        return [(one, file) for one, file in sorted(self.files.items()) if one.startswith(path.rstrip("/") + "/")]

    def hidden_below(self, _: str) -> UnknownFact | None:
        return None if self.is_seen else UNSEEN

    def account(self, user: str) -> Account | Absent | UnknownFact:
        return Account(user, None, user) if user in self.accounts else ABSENT if self.is_seen else UNSEEN

    def group(self, _: str) -> Group | Absent | UnknownFact:
        return ABSENT if self.is_seen else UNSEEN


def words_of(command: str, *, unknown: Sequence[str] = ()) -> tuple[Word, ...]:
    """Make words of a command; what is in `unknown` is not known where it stands in one."""
    source = Source("start.sh", command)
    found, at = [], 0
    for value in shlex.split(command):
        start = max(command.find(value, at), at)
        at = start + len(value)
        part = next((one for one in unknown if one in value), None)
        splits = part is not None and part in {"$@", "$OPTIONS"}
        found.append(Word(value, source, Span(start, at), part, splits))
    return tuple(found)


def text_file(text: str, *, path: str = "etc/x.conf") -> File:
    return File(FileKind.FILE, "0", "0", 0o644, content=Source(path, text))


def call(
    command: str,
    files: Mapping[str, File] = {},
    *,
    who: Credentials = ROOT,
    environment: Mapping[str, Located[str] | None] = {},
    unknown: Sequence[str] = (),
    facts: Facts | None = None,
) -> ProgramAnswer:
    context = ProgramContext(facts or Facts(files), who, environment)
    found = demands(words_of(command, unknown=unknown), context)
    assert found is not None, f"{command}: not in the table"
    return found


def capabilities(answer: ProgramAnswer, facts: Facts | None = None, port: int = 1024) -> set[str]:
    """Name what the demands leave as required or possible."""
    situation = Situation(facts or Facts(), ROOT, port, "the test says so")
    return {
        verdict.capability
        for one in answer.asked
        for verdict in judge(one.demand, situation)
        if verdict.certainty is not Certainty.DEGRADES
    }


EXAMPLES = [
    (program.name, example.command, example.capabilities)
    for name, program in programs().items()
    if name == program.name
    for example in program.examples
]


@pytest.mark.parametrize(("name", "command", "expected"), EXAMPLES, ids=[command for _, command, _ in EXAMPLES])
def test_an_example_of_the_table_asks_for_what_it_says(name: str, command: str, expected: frozenset[str]) -> None:
    answer = call(command)
    assert answer.program.name == name
    assert capabilities(answer) == expected


def test_a_program_that_nobody_knows_stays_unknown() -> None:
    assert find("frobnicate") is None
    assert demands(words_of("frobnicate --all"), ProgramContext(Facts(), ROOT)) is None
    assert demands(words_of("$PROGRAM x", unknown=["$PROGRAM"]), ProgramContext(Facts(), ROOT)) is None


def test_a_program_is_found_by_its_path_and_with_a_version() -> None:
    for name in ("/usr/local/bin/gosu", "gosu"):
        program = find(name)
        assert program is not None
        assert program.name == "gosu"
    python = find("/usr/bin/python3.11")
    assert python is not None
    assert python.role == "interpreter"


def test_the_user_that_a_word_names_has_its_place() -> None:
    answer = call("gosu app server")
    (asked,) = answer.asked
    assert (asked.demand.kind, asked.demand.user) == (DemandKind.BECOME, "app")
    assert [one.where.value for one in asked.evidence if one.where] == ["app"]


def test_a_word_that_is_not_known_makes_the_user_unknown_and_not_the_demand() -> None:
    (asked,) = call("gosu $APP server", unknown=["$APP"]).asked
    assert asked.demand.user is None
    assert asked.unknown is not None
    assert asked.demand.certainty is Certainty.REQUIRED


def test_a_switch_to_a_user_whom_nobody_knows_asks_for_setgid_and_may_ask_for_setuid() -> None:
    (asked,) = call("gosu $APP server", unknown=["$APP"]).asked
    verdicts = judge(asked.demand, Situation(Facts(), ROOT, 1024, "the test says so"))
    assert {one.capability: one.certainty for one in verdicts} == {
        "SETGID": Certainty.REQUIRED,  # its groups are set whoever it is
        "SETUID": Certainty.POSSIBLE,  # not for root
    }


@pytest.mark.parametrize("number", ["$!", "$$", "$?"])
def test_a_number_of_the_shell_is_no_option(number: str) -> None:
    answer = call(f"taskset -p 1 {number}", unknown=(number,))
    assert capabilities(answer) == {"SYS_NICE"}
    assert not answer.unknown


def test_options_that_are_not_known_leave_what_they_may_ask_for_possible() -> None:
    answer = call("setpriv $OPTIONS id", unknown=["$OPTIONS"])
    assert {one.demand.certainty for one in answer.asked} <= {Certainty.POSSIBLE, Certainty.DEGRADES}
    assert {"SETUID", "SETGID"} <= {name for one in answer.unknown for name in one.capabilities}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[x]\nwhat = 1\n", "nobody knows what"),
        ('[x]\nalso = ["x"]\n', "twice"),
        ('[lists]\nharmless = ["x"]\n[x]\n', "twice"),
        ('[x]\nasks = [{ caps = "SYS_MAGIC", why = "y", source = "z" }]\n', "no capabilities"),
        ('[x]\nasks = [{ caps = "KILL", why = "y" }]\n', "source"),
        ('[x]\nasks = [{ does = "bind", source = "z" }]\n', "asks for `port`"),
        ('[x]\nasks = [{ does = "bind", port = "cfg:x", source = "z" }]\n', "no source of a value"),
        ('[x]\nasks = [{ caps = "KILL", why = "y", source = "z", when = "sometimes" }]\n', "no condition"),
        ('[x]\nasks = [{ caps = "KILL", why = "y", source = "z", certainty = "degrades" }]\n', "loss"),
        ('[x]\nasks = [{ caps = "KILL", why = "y", source = "z", certainty = "possible" }]\n', "`if`"),
        ('[x]\nis = "thing"\n', "none of"),
    ],
)
def test_a_table_with_something_that_nobody_knows_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load(text)


def test_what_makes_no_effect_makes_none() -> None:
    answer = call("gosu app true")
    assert not [one for one in answer.effects if one.kind is EffectKind.GIVE]


def users_of(answer: ProgramAnswer) -> list[str | None]:
    return [one.demand.user for one in answer.asked if one.demand.kind is DemandKind.BECOME]


def ports_of(answer: ProgramAnswer) -> list[int | None]:
    return [one.demand.port for one in answer.asked if one.demand.kind is DemandKind.BIND]


def test_directives_come_from_the_configuration_and_from_what_it_includes() -> None:
    main = text_file("user  web;\nhttp {\n  # listen 1;\n  include conf.d/*.conf;\n}\n")
    files = {
        "/etc/nginx/nginx.conf": main,
        "/etc/nginx/conf.d/a.conf": text_file("server { listen 80; listen [::]:443 ssl; }", path="a.conf"),
        "/etc/nginx/conf.d/b.conf": text_file("server { listen unix:/run/b.sock; listen 8080; }", path="b.conf"),
        "/etc/nginx/other.conf": text_file("server { listen 99; }"),
    }
    answer = call("nginx -g 'daemon off;'", files)
    assert users_of(answer) == ["web"]
    assert ports_of(answer) == [80, 443, 8080]
    assert not answer.unknown
    place = next(one for one in answer.asked if one.demand.kind is DemandKind.BECOME).evidence[0].where
    assert place is not None
    assert place.source is main.text
    assert place.source.text[place.span.start : place.span.end] == "user  web"


def test_an_option_may_name_the_configuration() -> None:
    files = {"/srv/n.conf": text_file("user app; events {}"), "/etc/nginx/nginx.conf": text_file("user web;")}
    assert users_of(call("nginx -c /srv/n.conf", files)) == ["app"]


def test_the_configuration_of_the_package_is_known_without_its_text() -> None:
    files = {"/etc/nginx/nginx.conf": File(FileKind.FILE, "0", "0", 0o644, package="nginx")}
    answer = call("nginx", facts=Facts(files, accounts=["nginx"]))
    assert users_of(answer) == ["nginx"]
    assert ports_of(answer) == [80]
    assert not answer.unknown


def test_a_configuration_whose_text_is_not_at_hand_leaves_the_value_unknown() -> None:
    files = {"/etc/haproxy/haproxy.cfg": File(FileKind.FILE, "0", "0", 0o644)}
    answer = call("haproxy -W -f /etc/haproxy/haproxy.cfg", files)
    kinds = {(one.demand.kind, one.demand.certainty) for one in answer.asked}
    assert (DemandKind.BECOME, Certainty.POSSIBLE) in kinds
    assert all(one.demand.certainty is not Certainty.REQUIRED for one in answer.asked if not one.demand.path)
    assert "SYS_CHROOT" in {name for one in answer.unknown for name in one.capabilities}
    assert all("haproxy.cfg" in one.reason for one in answer.unknown)


def test_an_image_that_nobody_has_seen_leaves_no_complete_answer() -> None:
    answer = call("lighttpd -D", facts=Facts(is_seen=False))
    assert answer.unknown


def test_a_configuration_asks_for_what_it_sets() -> None:
    text = "global\n  user haproxy\n  group haproxy\n  chroot /var/lib/haproxy\nfrontend x\n  bind *:80\n"
    answer = call("haproxy -f /h.cfg", {"/h.cfg": text_file(text)})
    assert capabilities(answer) == {"SETUID", "SETGID", "SYS_CHROOT", "NET_BIND_SERVICE"}
    assert capabilities(call("haproxy -c -f /h.cfg", {"/h.cfg": text_file(text)})) == set()
    bare = call("haproxy -f /h.cfg", {"/h.cfg": text_file("frontend x\n  bind :8080\n")})
    assert capabilities(bare) == set()


def test_a_variable_decides_the_port_and_one_that_is_not_known_leaves_it_open() -> None:
    source = Source("compose.yaml", "PORT=80")
    where = Located("80", source, Span(5, 7))
    answer = call("gunicorn app:app", environment={"PORT": where})
    assert ports_of(answer) == [80]
    assert answer.asked[0].evidence[0].where == where
    assert ports_of(call("gunicorn app:app", environment={"PORT": None})) == [None]
    assert ports_of(call("gunicorn app:app")) == [8000]


def test_a_directive_may_name_a_variable() -> None:
    files = {"/etc/apache2/apache2.conf": text_file("User ${APACHE_RUN_USER}\nListen 8080\n")}
    source = Source("Dockerfile", "web")
    named = {"APACHE_RUN_USER": Located("web", source, Span(0, 3))}
    assert users_of(call("apache2 -DFOREGROUND", files, environment=named)) == ["web"]
    (asked,) = [one for one in call("apache2 -DFOREGROUND", files).asked if one.demand.kind is DemandKind.BECOME]
    assert asked.demand.user == "www-data"  # its package's script sets it
    assert asked.demand.certainty is Certainty.REQUIRED


def test_what_only_root_does_another_user_does_not() -> None:
    answer = call("nginx", who=Credentials("1000", "1000"))
    assert {one.demand.kind for one in answer.asked} == {DemandKind.BIND}


def test_whom_it_runs_as_may_be_unknown() -> None:
    answer = call("php-fpm -F", who=Credentials(None, None, reason="the image is not known"))
    assert {one.demand.certainty for one in answer.asked if one.demand.kind is DemandKind.BECOME} == {
        Certainty.POSSIBLE
    }
    assert "the image is not known" in {one.reason for one in answer.unknown}


def test_programs_of_a_supervisor_are_told_with_their_users() -> None:
    text = (
        "[supervisord]\nnodaemon=true\n[program:web]\ncommand=nginx -g 'daemon off;'\n"
        "[program:app]\nuser=app\ncommand=gunicorn\n  app:app\n[program:off]\ncommand=sshd\nautostart=false\n"
    )
    answer = call("supervisord -n -c /s.conf", {"/s.conf": text_file(text)})
    lines = [(one.line.value, one.user.text if one.user else None) for one in answer.runs if one.line]
    assert lines == [("nginx -g 'daemon off;'", None), ("gunicorn\n  app:app", "app")]
    assert capabilities(answer) == {"SETUID", "SETGID"}
    assert users_of(answer) == ["app"]
    hidden = call("supervisord -c /s.conf", {"/s.conf": File(FileKind.FILE, "0", "0", 0o644)})
    assert any("what supervisord starts" in one.reason and not one.capabilities for one in hidden.unknown)


def test_services_of_a_folder_are_told() -> None:
    files = {f"/etc/service/{name}": text_file("#!/bin/sh\n") for name in ("a/run", "b/run", "b/log/run", "c/finish")}
    assert [one.path for one in call("runsvdir -P /etc/service", files).runs] == [
        "/etc/service/a/run",
        "/etc/service/b/log/run",
        "/etc/service/b/run",
    ]


def test_an_interpreter_that_is_told_a_known_program_runs_it() -> None:
    (run,) = call("python3 -m gunicorn -u app app:app").runs
    assert [word.value for word in run.words] == ["gunicorn", "-u", "app", "app:app"]
    assert not call("python3 -m shop.server").runs
    assert call("python3 app.py").is_interpreter


def test_tables_of_jobs_name_their_users() -> None:
    files = {
        "/etc/crontab": text_file("SHELL=/bin/sh\n# m h dom\n17 * * * * root run-parts /etc/cron.hourly\n"),
        "/etc/cron.d/x": text_file("PATH=/bin:/usr/bin\n@daily app /srv/clean\n", path="x"),
        "/var/spool/cron/crontabs/bob": File(FileKind.FILE, "1001", "101", 0o600),
    }
    answer = call("cron -f", files)
    assert users_of(answer) == ["app", "root", "bob"]
    assert "DAC_OVERRIDE" in capabilities(answer, Facts(files))
    (hidden,) = answer.unknown
    assert hidden.reason.startswith("dropcap cannot read /var/spool/cron/crontabs/bob")


@pytest.mark.parametrize(
    ("options", "run"),
    [
        ("", ["/d/01-a", "/d/b"]),
        ("--regex '\\.sh$'", ["/d/c.sh"]),
        ("--regex=^[bcd].*", ["/d/b", "/d/c.sh", "/d/d~"]),
        ("--regex '(a|b)'", None),
        ("--regex '.*.*.*.*x'", None),
        ("--regex '*x'", None),
        ("--regex 'a*+'", None),
        ("--regex '[z-a]'", None),
        ("--lsbsysinit", None),
    ],
)
def test_run_parts_runs_what_has_a_plain_name_or_the_one_that_it_is_told(options: str, run: list[str] | None) -> None:
    names = ("01-a", "b", "c.sh", "d~")
    files = {f"/d/{name}": text_file("#!/bin/sh\n", path=name)._replace(mode=0o755) for name in names}
    files["/d"] = File(FileKind.FOLDER, "0", "0", 0o755)
    answer = call(f"run-parts {options} /d", files)
    assert [one.path for one in answer.runs] == (run or [])
    assert bool(answer.unknown) is (run is None)


def test_a_folder_that_it_makes_is_given_away_and_stays_so() -> None:
    made = {"/var/lib/nginx": File(FileKind.FOLDER, "0", "0", 0o755)}
    answer = call("nginx", facts=Facts(made, accounts=["www-data"]))
    assert "CHOWN" in capabilities(answer, Facts(made))
    assert [(one.kind, one.path, one.owner) for one in answer.effects] == [
        (EffectKind.MAKE_FOLDER, "/var/lib/nginx/body", None),
        (EffectKind.GIVE, "/var/lib/nginx/body", "www-data"),
    ]
    there = {**made, "/var/lib/nginx/body": File(FileKind.FOLDER, "www-data", "0", 0o700)}
    assert "CHOWN" not in capabilities(call("nginx", there), Facts(there))


def test_a_program_that_refuses_root_says_so() -> None:
    assert call("postgres -D /data").refusal == "postgres does not run as root"
    assert not call("postgres -D /data", who=Credentials("999", "999")).refusal


def test_a_program_that_is_not_sure_leaves_the_answer_open() -> None:
    assert any("cupsd" in one.reason for one in call("cupsd -f").unknown)


TABLE = """
[x]
takes = "m"
config = ["=/etc/x.conf"]
certain = ["no option:-m=risky", "no lines:*~^[ \\t]*run[ \\t]"]
"""


@pytest.mark.parametrize(
    ("command", "text", "is_certain"),
    [
        ("x", "port 80\n", True),
        ("x -m calm", "# run me\n", True),
        ("x -m risky", "port 80\n", False),
        ("x", "  run me\n", False),
        ("x", None, False),
    ],
)
def test_a_program_may_be_sure_under_conditions(command: str, text: str | None, *, is_certain: bool) -> None:
    file = File(FileKind.FILE, "0", "0", 0o644) if text is None else text_file(text)
    own = load(TABLE)["x"]
    answer = demands(words_of(command), ProgramContext(Facts({"/etc/x.conf": file}), ROOT), own)
    assert answer is not None
    assert (not answer.unknown) is is_certain


NET = {
    "/etc/tinc/vpn/tinc.conf": "Name = a\nDeviceType = dummy\n",
    "/etc/tinc/vpn/hosts/a": "Port = 7000\n",
    "/etc/tinc/vpn/tinc-up": "#!/bin/sh\nip link set x up\n",
    "/srv/tinc.conf": "Name = b\nProcessPriority = High\n",
}


@pytest.mark.parametrize(
    ("command", "expected", "scripts", "is_certain"),
    [
        ("tincd -D -n vpn", "", ["/etc/tinc/vpn/tinc-up"], True),
        ("tincd -D --net=vpn -R -U app", "SETGID SETUID SYS_CHROOT", ["/etc/tinc/vpn/tinc-up"], True),
        ("tincd -D -c /srv -n vpn", "NET_ADMIN NET_BIND_SERVICE SYS_NICE", [], True),
        ("tincd -D", "NET_ADMIN NET_BIND_SERVICE", [], True),
        ("tincd -D -n vpn -o DeviceType=tun", "", ["/etc/tinc/vpn/tinc-up"], False),
        ("tincd -D -n $NET", "NET_ADMIN NET_BIND_SERVICE SETGID SETUID", [], False),
    ],
)
def test_the_folder_of_its_files_may_depend_on_an_option(
    command: str, expected: str, scripts: list[str], *, is_certain: bool
) -> None:
    answer = call(command, {path: text_file(text) for path, text in NET.items()}, unknown=("$NET",))
    if is_certain:
        assert " ".join(sorted(capabilities(answer))) == expected
    assert [one.path for one in answer.runs] == scripts
    assert (not answer.unknown) is is_certain


def test_a_variable_may_name_the_folder_of_its_files() -> None:
    source = Source("x", "NETNAME=vpn")
    environment = {"NETNAME": Located("vpn", source, Span(8, 11))}
    answer = call("tincd -D", {path: text_file(text) for path, text in NET.items()}, environment=environment)
    assert capabilities(answer) == set()


@pytest.mark.parametrize(
    ("lines", "is_certain"),
    [
        ("DeviceType = vde", False),
        ("DeviceType dummy", False),  # it may do without the sign; the value is not read then
        ("Proxy = exec /x", False),
        ("Proxy = socks5 a 1080", True),
        ("ScriptsInterpreter = /bin/sh", False),
        ("ConnectTo = b", True),
    ],
)
def test_lines_that_are_not_followed_leave_it_open(lines: str, *, is_certain: bool) -> None:
    answer = call("tincd -D", {"/etc/tinc/tinc.conf": text_file(f"Name = a\n{lines}\n")})
    assert (not answer.unknown) is is_certain


def owned(text: str, owner: str) -> File:
    return text_file(text)._replace(owner=owner)


def test_each_site_is_started_with_its_own_file() -> None:
    files = {"/s/a.ini": owned("x = 1\n", "1000"), "/s/b.yml": owned("x: 1\n", "0"), "/s/c.txt": owned("", "0")}
    answer = call("uwsgi --emperor /s", files)
    assert [(" ".join(word.value for word in one.words), one.user) for one in answer.runs] == [
        ("uwsgi --ini /s/a.ini", None),
        ("uwsgi --yaml /s/b.yml", None),
    ]
    assert not call("uwsgi --ini /s/a.ini", files).unknown
    assert call("uwsgi --yaml /s/b.yml", files).unknown  # its lines are not read
    tyrant = call("uwsgi --emperor /s --emperor-tyrant", files)
    assert [one.user.text for one in tyrant.runs if one.user is not None] == ["1000", "0"]
    assert capabilities(tyrant) == {"SETGID", "SETUID"}


@pytest.mark.parametrize(
    "command",
    [
        "uwsgi --emperor /s/*",
        "uwsgi --emperor pg://host/db",
        "uwsgi --emperor $SITES",
        "uwsgi --emperor /s --vassal-set cap=x",
        "uwsgi --emperor /s --emperor-wrapper /x",
        "uwsgi --ini /s/hooks.ini",
    ],
)
def test_sites_from_elsewhere_and_hooks_leave_it_open(command: str) -> None:
    files = {"/s/hooks.ini": text_file("[uwsgi]\nhook-as-root = exec:x\n")}
    assert call(command, files, unknown=("$SITES",)).unknown


@pytest.mark.parametrize(
    ("options", "is_certain"),
    [
        ("--dev-bind / /", True),
        ("--bind / / --unshare-pid --die-with-parent", True),
        ("", False),
        ("--dev-bind / / --bind /a /b", False),
        ("--dev-bind /srv /", False),
        ("--dev-bind $ROOT /", False),
        ("--dev-bind / $ROOT", False),
        ("--dev-bind / / --tmpfs /run", False),
        ("--dev-bind / / --setenv A B", False),
        ("--dev-bind / / --unshare-user", False),
    ],
)
def test_an_option_may_take_two_values(options: str, *, is_certain: bool) -> None:
    answer = call(f"bwrap {options} nginx -g x", unknown=("$ROOT",))
    assert [[word.value for word in one.words] for one in answer.runs] == [["nginx", "-g", "x"]]
    assert (not answer.unknown) is is_certain


@pytest.mark.parametrize(
    ("command", "path", "text", "is_certain"),
    [
        ("ipsec start", "/etc/ipsec.conf", "conn a\n  left=%any\n  auto=add\n", True),
        ("ipsec start", "/etc/ipsec.conf", "conn a\n  leftfirewall=yes\n", False),
        ("ipsec start", "/etc/ipsec.conf", "conn a\n  rightupdown=/x\n", False),
        ("ipsec start", "/etc/ipsec.conf", "include /srv/x.conf\n", False),
        ("ipsec start", "/etc/swanctl/conf.d/a.conf", "connections {\n  updown = /x\n}\n", False),
        ("ipsec start", "/etc/strongswan.d/charon.conf", "charon {\n  # user = x\n  start-scripts {\n  }\n}\n", True),
        ("ipsec start", "/etc/strongswan.d/charon.conf", "charon {\n  user = x\n}\n", False),
        ("ipsec start", "/etc/strongswan.d/charon.conf", "start-scripts {\n  # one\n  one = /x\n}\n", False),
        ("ipsec start", "/etc/strongswan.d/charon.conf", "start-scripts { one = /x }\n", False),
        ("ipsec start", "/usr/sbin/resolvconf", "", False),
        ("ipsec scencrypt", "/etc/ipsec.conf", "", False),
        ("ganesha.nfsd", "/etc/ganesha/ganesha.conf", "EXPORT { Path = /a; FSAL { Name = VFS; } }\n", True),
        ("ganesha.nfsd", "/etc/ganesha/ganesha.conf", "EXPORT { Path = /a; FSAL { Name = CEPH; } }\n", False),
        ("ganesha.nfsd", "/etc/ganesha/ganesha.conf", 'FSAL {\n  Name = "GLUSTER";\n}\n', False),
        ("ganesha.nfsd", "/etc/ganesha/ganesha.conf", "%include /x\n", False),
        ("xrdp", "/usr/lib/x86_64-linux-gnu/xrdp/libscp.so.0", "", True),
        ("xrdp", "/etc/xrdp/xrdp.ini", "", False),  # another release
        ("xrdp-sesman", "/etc/xrdp/sesman.ini", "", False),
    ],
)
def test_what_starts_other_programs_by_its_configuration_is_open(
    command: str, path: str, text: str, *, is_certain: bool
) -> None:
    files = {path: text_file(text, path=path[1:]), "/usr/lib/ipsec/starter": File(FileKind.FILE, "0", "0", 0o755)}
    assert (not call(command, files).unknown) is is_certain


@pytest.mark.parametrize(("squash", "is_asked"), [("No_Root_Squash", True), ("none", True), ("Root_Squash", False)])
def test_root_on_the_other_side_may_change_files_of_others(squash: str, *, is_asked: bool) -> None:
    text = f"EXPORT {{ Squash = {squash}; FSAL {{ Name = VFS; }} }}\n"
    found = capabilities(call("ganesha.nfsd", {"/etc/ganesha/ganesha.conf": text_file(text)}), port=0)
    assert ("CHOWN" in found, "SETUID" in found) == (is_asked, True)


def test_a_daemon_that_lies_elsewhere_reads_another_configuration() -> None:
    assert call("ipsec start", {"/etc/ipsec.conf": text_file("")}).unknown


def test_a_log_may_stand_in_a_folder_that_is_not_named() -> None:
    files = {"/etc/xrdp/xrdp.ini": text_file("[Logging]\nLogFile=a.log\nport=tcp://.:443\n")}
    found = call("xrdp", files)
    assert {one.demand.path for one in found.asked} >= {"/var/log/a.log"}
    assert ports_of(found) == [443]


@pytest.mark.parametrize("packages", ["locales", "tzdata locales", "$PACKAGE", ""])
def test_what_the_scripts_of_packages_do_is_not_known(packages: str) -> None:
    assert call(f"dpkg-reconfigure -f noninteractive {packages}", unknown=("$PACKAGE",)).unknown


def test_readers_reach_what_they_are_given() -> None:
    secret = {"/run/secrets/pw": File(FileKind.FILE, "1000", "1000", 0o400)}
    assert capabilities(call("cat /run/secrets/pw", secret), Facts(secret)) == {"DAC_OVERRIDE"}
    assert capabilities(call("grep -q x /run/secrets/pw", secret), Facts(secret)) == {"DAC_OVERRIDE"}
    assert capabilities(call("cat /etc/motd", secret), Facts(secret)) == set()


def test_what_a_program_is_told_to_keep_is_read_by_name() -> None:
    (asked,) = call("setpriv --ambient-caps=+net_raw,-sys_admin id").asked
    assert asked.demand.capabilities == ("NET_RAW",)
    answer = call("setpriv --ambient-caps=+$CAPS id", unknown=["$CAPS"])
    assert any("hands on" in one.reason for one in answer.unknown)


def test_the_example_of_the_guide_is_read() -> None:
    page = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = page.partition("## Add a program")[2].partition("```toml\n")[2].partition("```")[0]
    assert load(example)["tinyproxy"].asks


def test_what_stands_behind_a_launcher_is_never_lost() -> None:
    """A launcher that the shell's table does not follow has to say itself what it runs."""
    followed = {*LAUNCHERS, *CARRIERS}
    lost = [
        name
        for name, program in programs().items()
        if program.role == "launcher" and name not in followed and program.runs is None
        if program.is_certain and not program.certain_when
    ]
    assert lost == []
    (run,) = call("wait-for-it db:5432 -t 30 -- gosu app server").runs
    assert [word.value for word in run.words] == ["gosu", "app", "server"]
    (run,) = call("dockerize -wait tcp://db:5432 nginx").runs
    assert [word.value for word in run.words] == ["nginx"]
    (run,) = call("bundle exec puma -p 80").runs
    assert run.words[0].value == "puma"


def test_an_include_among_assignments_is_followed() -> None:
    files = {
        "/etc/mysql/my.cnf": text_file("[client-server]\n!includedir /etc/mysql/conf.d/\n"),
        "/etc/mysql/conf.d/s.cnf": text_file("[mysqld]\nuser = db\nport = 80\n", path="s.cnf"),
        "/etc/lighttpd/lighttpd.conf": text_file('server.port = 80\ninclude "user.conf"\n'),
        "/etc/lighttpd/user.conf": text_file('server.username = "web"\n'),
        "/etc/dnsmasq.conf": text_file("conf-dir=/etc/dnsmasq.d/,*.conf\n"),
        "/etc/dnsmasq.d/u.conf": text_file("user=dns\n"),
    }
    answer = call("mariadbd", files)
    assert users_of(answer) == ["db"]
    assert ports_of(answer) == [80]
    assert users_of(call("lighttpd -D", files)) == ["web"]
    assert users_of(call("dnsmasq -k", files)) == ["dns"]


def test_what_is_not_known_is_said_of_the_program_that_is_called() -> None:
    assert [one.reason for one in call("/usr/bin/suricata -i eth0").unknown] == [
        "dropcap does not know all that suricata asks for"
    ]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("service ssh start", "sshd"),
        ("/etc/init.d/cron restart", "cron"),
        ("service cron status", ""),
        ("service mysql start", "install -m 755 -o mysql -g root -d /run/mysqld; mysqld_safe"),
        ("service --status-all", ""),
    ],
)
def test_a_service_is_started_by_its_name(command: str, line: str) -> None:
    answer = call(command, facts=Facts(is_seen=False))
    assert "; ".join(" ".join(word.value for word in run.words) for run in answer.runs) == line
    assert not answer.unknown


@pytest.mark.parametrize(
    ("name", "facts", "told"),
    [
        ("cron", Facts(is_seen=False), ""),
        ("cron", Facts({"/etc/init.d/cron": File(FileKind.FILE, "0", "0", 0o755)}), ""),
        ("cron", Facts(), "/etc/init.d/cron is not there"),
        ("rsyslog", Facts(), "/etc/init.d/rsyslog is not there"),
        ("rsyslog", Facts({"/etc/init.d/rsyslog": File(FileKind.FILE, "0", "0", 0o755)}), ""),
        ("rsyslog", Facts(is_seen=False), "whether /etc/init.d/rsyslog is there is not known"),
    ],
)
def test_a_service_without_a_script_is_not_started(name: str, facts: Facts, told: str) -> None:
    answer = call(f"service {name} start", facts=facts)
    assert [one.reason.startswith(told) for one in answer.unknown] == [True] * bool(told)
    assert bool(answer.runs) is not bool(told)


def test_a_service_that_nobody_has_described_is_not_known() -> None:
    answer = call("service shop start")
    assert not answer.runs
    assert any("the service shop" in one.reason for one in answer.unknown)


def test_a_program_reads_its_configuration() -> None:
    config = "/etc/redis/redis.conf"
    answer = call(f"redis-server {config}", {config: File(FileKind.FILE, "101", "101", 0o640)})
    assert [one.demand.path for one in answer.asked if one.demand.kind is DemandKind.REACH] == [config]
    assert not [one for one in call("redis-server --port 7000").asked if one.demand.kind is DemandKind.REACH]


def test_each_program_is_read_by_itself_as_with_all_others() -> None:
    assert {name: lookup(name) for name in programs()} == programs()
    assert lookup("nobody-knows-this") is None
    assert lookup("/usr/bin/python3.11") is lookup("python")


INETD = """\
# a comment stream tcp nowait bob /bin/no no
daytime stream tcp nowait nobody internal
8080 stream tcp nowait bob /bin/echo echo hello
23 stream tcp nowait root /usr/sbin/tcpd /usr/sbin/in.telnetd -h
"""
XINETD = """\
defaults
{
}
service who
{
    port = 7001
    user = bob
    server = /usr/bin/id
    server_args = -un
}
service echo
{
    disable = yes
    user = alice
    server = /usr/bin/no
}
service time
{
    type = INTERNAL
    user = alice
}
"""


@pytest.mark.parametrize(
    ("command", "files", "users", "expected"),
    [
        (
            "inetd -i",
            {"/etc/inetd.conf": INETD},
            {"bob"},
            [(["/bin/echo", "hello"], "bob"), (["/usr/sbin/in.telnetd", "-h"], "root")],
        ),
        ("xinetd", {"/etc/xinetd.conf": XINETD}, {"bob"}, [(["/usr/bin/id", "-un"], "bob")]),
        (
            "xinetd -dontfork",
            {"/etc/xinetd.conf": "includedir /etc/xinetd.d\n", "/etc/xinetd.d/who": XINETD},
            {"bob"},
            [(["/usr/bin/id", "-un"], "bob")],
        ),
    ],
)
def test_servers_of_inetd_are_started_as_their_users(
    command: str, files: Mapping[str, str], users: set[str], expected: list[tuple[list[str], str]]
) -> None:
    answer = call(command, {path: text_file(text) for path, text in files.items()})
    assert {one.demand.user for one in answer.asked if one.demand.kind is DemandKind.BECOME} == users
    runs = [([word.value for word in run.words], run.user.text) for run in answer.runs if run.user is not None]
    assert runs == expected
    assert not answer.unknown
    assert "NET_BIND_SERVICE" in capabilities(answer)


def test_a_server_of_root_with_another_group_takes_that_group() -> None:
    text = "23 stream tcp nowait root.tty /bin/x x\n"
    assert capabilities(call("inetd", {"/etc/inetd.conf": text_file(text)})) == {"SETGID", "NET_BIND_SERVICE"}
    alone = "service x\n{\n port = 7000\n group = tty\n server = /bin/x\n}\n"
    assert capabilities(call("xinetd", {"/etc/xinetd.conf": text_file(alone)})) == {"SETGID"}


def test_what_anacron_mails_is_not_known() -> None:
    table = {"/etc/anacrontab": text_file("SHELL=/bin/sh\n1 5 cron.daily run-parts /etc/cron.daily\n@monthly 9 m /x\n")}
    answer = call("anacron -d", table)
    assert [run.line.value for run in answer.runs if run.line] == ["run-parts /etc/cron.daily", "/x"]
    assert not answer.unknown
    assert call("anacron -d", {**table, "/usr/sbin/sendmail": File(FileKind.FILE, "0", "0", 0o755)}).unknown


def test_a_table_of_xinetd_that_switches_services_elsewhere_is_not_all_known() -> None:
    text = f"{XINETD}defaults\n{{\n    enabled = who\n}}\n"
    assert call("xinetd", {"/etc/xinetd.conf": text_file(text)}).unknown
    assert call("inetd", {"/etc/inetd.conf": File(FileKind.FILE, "0", "0", 0o644)}).unknown


@pytest.mark.parametrize(
    ("command", "block", "expected", "is_complete"),
    [
        ("logrotate -f", "create 640 app app", "CHOWN FOWNER DAC_OVERRIDE", True),
        ("logrotate", "create 640 app app", "CHOWN FOWNER DAC_OVERRIDE", True),
        ("logrotate -f", "create 640 root adm", "CHOWN DAC_OVERRIDE", True),
        ("logrotate -f", "create 640 root root", "DAC_OVERRIDE", True),
        ("logrotate -f", "su app app\n create 640 app app", "SETUID SETGID", True),
        ("logrotate -f", "compress", "CHOWN FOWNER DAC_OVERRIDE", True),
        ("logrotate -f", "rotate 3", "DAC_OVERRIDE", True),
        ("logrotate -f", "postrotate\n  kill 1\n endscript", "DAC_OVERRIDE", False),
        ("logrotate -f", "rotate 3\n}\n/x/y {\n su app app", "SETUID SETGID", False),
    ],
)
def test_what_logrotate_does_stands_in_its_blocks(
    command: str, block: str, expected: str, *, is_complete: bool
) -> None:
    files = {
        "/etc/logs": text_file(f"/var/log/app/*.log {{\n {block}\n}}\n"),
        "/var/log/app": File(FileKind.FOLDER, "1000", "1000", 0o755),
    }
    answer = call(f"{command} /etc/logs", files)
    assert capabilities(answer, Facts(files)) == set(expected.split())
    assert (not answer.unknown) is is_complete


def test_what_logrotate_may_do_is_told_where_its_blocks_are_not_at_hand() -> None:
    files = {"/etc/logrotate.conf": File(FileKind.FILE, "0", "0", 0o644)}
    answer = call("logrotate /etc/logrotate.conf", files)
    assert capabilities(answer, Facts(files)) >= {"CHOWN", "FOWNER", "DAC_OVERRIDE"}
    assert answer.unknown
