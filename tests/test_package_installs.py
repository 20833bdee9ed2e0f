"""What packages bring into an image, and what `echo` and `printf` write there."""

from __future__ import annotations

import pytest

from dropcap.carriers.dockerfile import read, target
from dropcap.images.bases import base_tree
from dropcap.images.facts import ABSENT, Account, File, FileKind, Group, UnknownFact
from dropcap.images.known_images import Images
from dropcap.images.package_installs import install
from dropcap.images.packages import package_table, selected
from dropcap.images.printed_text import printed
from dropcap.images.stage_facts import stage_facts
from dropcap.images.tree import FileTree
from dropcap.lang.words import Word
from dropcap.model import Located
from dropcap.source import Source, Span
from dropcap.workspace import Workspace


def words_of(command: str) -> list[Word]:
    source = Source("Dockerfile", command)
    found, at = [], 0
    for text in command.split(" "):
        found.append(Word(text, source, Span(at, at + len(text))))
        at += len(text) + 1
    return found


def after(command: str, image: str = "debian:12") -> FileTree:
    tree = base_tree(image)
    install(tree, words_of(command))
    return tree


def test_a_package_brings_accounts_and_folders_of_theirs() -> None:
    tree = after("apt-get install -y --no-install-recommends mosquitto=2.0")
    folder = tree.look("/var/lib/mosquitto")
    assert isinstance(folder, File)
    assert (folder.owner, folder.package) == ("mosquitto", "mosquitto")
    assert not isinstance(tree.account("nobody-made-this"), UnknownFact)


def test_numbers_that_each_machine_chooses_are_not_known() -> None:
    account = after("apt-get install --no-install-recommends mosquitto").account("mosquitto")
    assert getattr(account, "uid", "") is None


def test_file_capabilities_come_with_a_package() -> None:
    ping = after("apt-get install --no-install-recommends iputils-ping").look("/usr/bin/ping")
    assert isinstance(ping, File)
    assert (ping.capabilities, ping.is_effective) == (("NET_RAW",), True)


@pytest.mark.parametrize(
    ("command", "image"),
    [
        ("apt-get install --no-install-recommends nobody-knows-this", "debian:12"),
        ("apt-get install --no-install-recommends mosquitto nobody-knows-this", "debian:12"),
        ("apt-get install --no-install-recommends mosquitto", "debian:sid"),
        ("apt-get install --no-install-recommends mosquitto", "debian@sha256:00"),
        ("apt-get install --no-install-recommends mosquitto", "ubuntu:24.04"),
        ("apk add mosquitto", "alpine:3"),
    ],
)
def test_what_is_not_described_hides_accounts_and_folders(command: str, image: str) -> None:
    tree = after(command, image)
    assert isinstance(tree.account("nobody-made-this"), UnknownFact)
    assert isinstance(tree.look("/var/lib/nobody-made-this"), UnknownFact)


def stage(steps: str, base: str = "debian:bookworm") -> FileTree:
    found = target(read(Source("Dockerfile", f"FROM {base}\n{steps}\n")))
    assert found is not None
    return stage_facts(found, Images(Workspace("", disk=False)), "")


def shown(tree: FileTree, path: str) -> str:
    found = tree.look(path)
    if isinstance(found, File):
        return f"{found.kind.value} {found.owner} {found.group} " + ("?" if found.mode is None else f"{found.mode:o}")
    return "absent" if found is ABSENT else "unknown" if not getattr(found, "roots", False) else "root's"


ALONE = "RUN apt-get update && apt-get install -y --no-install-recommends"


@pytest.mark.parametrize(
    ("packages", "path", "expected"),
    [
        ("mosquitto", "/var/lib/mosquitto", "folder mosquitto 0 755"),
        ("mosquitto", "/usr/sbin/mosquitto", "file 0 0 755"),
        ("mosquitto", "/etc/mosquitto/mosquitto.conf", "file 0 0 644"),
        ("mosquitto", "/var/lib/nobody-made-this", "absent"),
        ("nginx", "/usr/sbin/nginx", "file 0 0 755"),
        ("nginx", "/var/log/nginx/error.log", "file 33 4 640"),
        ("nginx", "/var/www/html/index.nginx-debian.html", "file 0 0 644"),
        ("nginx", "/usr/share/nginx/html", "root's"),
        ("nginx", "/usr/local/bin/nobody-made-this", "absent"),
        ("postgresql", "/var/lib/postgresql/15/main", "folder postgres postgres 700"),
        ("postgresql", "/run/postgresql", "folder postgres postgres 2775"),
        ("postgresql", "/etc/ssl/private", "folder 0 ssl-cert 710"),
        ("postgresql", "/usr/bin/psql", "file 0 0 755"),
        ("squid", "/usr/lib/squid/pinger", "file 0 0 4755"),
        ("redis-server", "/etc/redis", "folder redis redis 2770"),
        ("mariadb-server", "/var/lib/mysql", "folder mysql mysql 755"),
        ("php-fpm", "/etc/php/8.2/fpm/conf.d/20-ctype.ini", "root's"),
        ("sudo", "/usr/bin/sudo", "file 0 0 4755"),
        ("curl", "/usr/bin/curl", "file 0 0 755"),
    ],
)
def test_what_lies_where_after_packages(packages: str, path: str, expected: str) -> None:
    assert shown(stage(f"{ALONE} {packages}"), path) == expected


def test_what_is_recommended_changes_what_a_package_does() -> None:
    pinger = stage("RUN apt-get install -y squid").look("/usr/lib/squid/pinger")
    assert isinstance(pinger, File)
    assert (pinger.mode, pinger.capabilities) == (0o755, ("NET_RAW",))
    some = stage(f"{ALONE} squid libcap2-bin")
    assert shown(some, "/usr/lib/squid/pinger") == "unknown"


def test_systemd_makes_folders_at_runtime_that_are_not_there_without_it() -> None:
    assert shown(stage(f"{ALONE} dbus"), "/run/dbus") == "absent"


def test_an_account_has_its_groups_and_its_shell() -> None:
    tree = stage(f"{ALONE} postgresql")
    account = tree.account("postgres")
    assert isinstance(account, Account)
    assert (account.uid, account.group, account.home) == (None, "postgres", "/var/lib/postgresql")
    group = tree.group("ssl-cert")
    assert isinstance(group, Group)
    assert group.members == ("postgres",)


def test_an_account_that_was_made_before_keeps_its_number() -> None:
    account = stage(f"RUN useradd -r -u 999 postgres\n{ALONE} postgresql").account("postgres")
    assert isinstance(account, Account)
    assert account.uid == "999"


def test_a_folder_that_was_made_before_may_be_left_as_it_was() -> None:
    step = "RUN mkdir -m 700 /var/lib/mosquitto && chown 7 /var/lib/mosquitto"
    assert shown(stage(f"{step}\n{ALONE} mosquitto"), "/var/lib/mosquitto") == "folder None 0 ?"


@pytest.mark.parametrize(
    "steps",
    [
        "RUN echo 'deb http://nginx.org/packages/debian bookworm nginx' > /etc/apt/sources.list.d/nginx.list",
        "RUN echo 'deb http://deb.debian.org/debian trixie main' >> /etc/apt/sources.list",
        "RUN curl -o /etc/apt/sources.list.d/nginx.list http://x",
        "RUN curl -fsSL http://x/setup | bash -",
        "RUN sed -i s/bookworm/sid/ /etc/apt/sources.list.d/debian.sources",
        "COPY nginx.list /etc/apt/sources.list.d/",
        "COPY --from=build /x /etc/apt/sources.list.d/",
        "RUN who-knows-what",
    ],
)
def test_another_source_may_have_another_package(steps: str) -> None:
    tree = stage(f"{steps}\n{ALONE} nginx")
    assert isinstance(tree.account("nginx"), UnknownFact)
    assert not isinstance(tree.look("/usr/sbin/nginx"), File)


@pytest.mark.parametrize(
    "steps",
    [
        "RUN echo 'deb http://deb.debian.org/debian bookworm contrib' > /etc/apt/sources.list.d/more.list",
        "RUN echo 'deb [a=b c=d] https://ftp.de.debian.org/debian/ bookworm-updates main' > /etc/apt/sources.list",
        "RUN rm -rf /var/lib/apt/lists/*",
        "RUN cat /etc/apt/sources.list.d/debian.sources",
        f"{ALONE} curl",
    ],
)
def test_debians_own_sources_are_no_others(steps: str) -> None:
    assert isinstance(stage(f"{steps}\n{ALONE} nginx").look("/usr/sbin/nginx"), File)


@pytest.mark.parametrize(
    "command",
    [
        "apt-get install -y -t bookworm-backports nginx",
        "apt-get install -y --target-release=sid nginx",
        "apt-get install -y --install-suggests nginx",
        "apt-get build-dep -y nginx",
        "apt-get install -y $PACKAGES",
        "apt-get install -y ./nginx.deb",
        "apt-get install -y nginx/bookworm-backports",
        "apt-get install -y 'nginx*'",
    ],
)
def test_what_is_not_plainly_a_package_of_the_release_is_not_known(command: str) -> None:
    assert isinstance(stage(f"RUN {command}").account("nobody-made-this"), UnknownFact)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("apt-get install -y", True),
        ("apt-get install -y --no-install-recommends", False),
        ("apt-get -o APT::Install-Recommends=0 -qq install", False),
        ("apt-get -o APT::Install-Recommends=false install -y", False),
        ("apt-get --option=APT::Install-Recommends=no install -y", False),
        ("apt-get install --install-recommends -y", True),
        ("aptitude install -R -y", False),
        ("apt -y install --no-install-recommends", False),
        ("apt-get update", None),
        ("apt-get upgrade -y", None),
    ],
)
def test_the_command_says_whether_recommended_packages_come_too(command: str, *, expected: bool | None) -> None:
    tree = stage(f"RUN {command} squid")
    found = None if "squid" not in tree.packages else "ca-certificates" in tree.packages
    assert found is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [('APT::Install-Recommends "0";', False), ('APT::Install-Recommends "true";', True), ('Acquire::x "1";', True)],
)
def test_the_configuration_of_apt_says_it_too(text: str, *, expected: bool) -> None:
    tree = stage(f"RUN echo '{text}' > /etc/apt/apt.conf.d/99x\nRUN apt-get install -y squid")
    assert ("ca-certificates" in tree.packages) is expected


def test_a_configuration_that_nobody_has_may_say_anything() -> None:
    tree = stage("COPY x /etc/apt/apt.conf.d/99x\nRUN apt-get install -y squid")
    assert isinstance(tree.account("nobody-made-this"), UnknownFact)
    assert isinstance(tree.look("/usr/sbin/squid"), File)


@pytest.mark.parametrize(
    ("step", "path", "expected"),
    [
        ("apt-get remove -y mosquitto", "/usr/sbin/mosquitto", "root's"),
        ("apt-get purge -y mosquitto", "/var/lib/mosquitto", "root's"),
        ("apt-get purge -y mosquitto", "/etc/hosts.allow", "file 0 0 644"),
        ("apt-get purge -y --auto-remove mosquitto", "/etc/hosts.allow", "root's"),
        ("apt-get purge -y mosquitto && apt-get autoremove -y", "/etc/hosts.allow", "root's"),
        ("apt-get autoremove -y", "/etc/hosts.allow", "file 0 0 644"),
        ("apt-get purge -y $X", "/usr/sbin/mosquitto", "root's"),
        ("apt-get clean", "/usr/sbin/mosquitto", "file 0 0 755"),
    ],
)
def test_what_is_removed_again_may_be_gone(step: str, path: str, expected: str) -> None:
    assert shown(stage(f"{ALONE} mosquitto\nRUN {step}"), path) == expected


def test_what_is_hidden_names_the_package() -> None:
    found = stage(f"{ALONE} curl nobody-knows-this").account("nobody-made-this")
    assert isinstance(found, UnknownFact)
    assert "nobody-knows-this" in found.reason
    assert found.where is not None
    assert found.where.value == "nobody-knows-this"


def test_an_unknown_package_may_add_to_the_folders_of_a_known_one() -> None:
    tree = stage(f"{ALONE} nginx nobody-knows-this")
    assert shown(tree, "/etc/nginx/conf.d/nobody-made-this") == "unknown"
    assert shown(tree, "/etc/nginx/nginx.conf") == "file 0 0 644"


@pytest.mark.parametrize("path", ["/usr/bin/nobody-knows-this", "/usr/sbin/nobody-knows-this"])
def test_an_unknown_package_may_bring_programs(path: str) -> None:
    assert shown(stage(f"{ALONE} curl nobody-knows-this"), path) == "unknown"
    assert shown(stage(f"{ALONE} curl"), path) == "absent"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/usr/sbin/useradd", "file 0 0 755"),
        ("/usr/bin/su", "file 0 0 4755"),
        ("/etc/shadow", "file 0 42 640"),
        ("/var/log/lastlog", "file 0 43 664"),
        ("/etc/nobody-made-this", "absent"),
        ("/usr/sbin/nginx", "absent"),
        ("/etc/systemd/nobody-made-this", "root's"),
    ],
)
def test_a_minimal_system_is_known(path: str, expected: str) -> None:
    assert shown(stage(""), path) == expected


def test_a_minimal_system_has_its_accounts_with_their_shells() -> None:
    account = stage("").account("_apt")
    assert isinstance(account, Account)
    assert (account.uid, account.group, account.shell) == ("42", "nogroup", "/usr/sbin/nologin")


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("pip install gunicorn", "root's"),
        ("npm install -g tool", "root's"),
        ("make", "absent"),
        ("curl -o /usr/bin/tool http://x", "root's"),
        ("curl -o /opt/tool http://x", "absent"),
        ("apt-get install -y --no-install-recommends curl", "absent"),
    ],
)
def test_other_programs_may_put_programs_there(step: str, expected: str) -> None:
    assert shown(stage(f"RUN {step}"), "/usr/bin/tool") == expected
    assert shown(stage(f"RUN {step}"), "/usr/bin/su") == "file 0 0 4755"


def test_a_package_is_known_wherever_it_is_pulled_in() -> None:
    tree = stage(f"{ALONE} supervisor")
    assert isinstance(tree.look("/usr/bin/python3"), File)


def test_the_data_names_only_accounts_that_there_are() -> None:
    """Owners are the base's, or made by the package or by those that it needs."""
    table, base = package_table(), base_tree("debian:12")
    for name in table.rows:
        needed = [table.package(one) for one in selected(table, [name], (), with_recommended=False).packages]
        made = {line.split()[0] for one in needed for line in (*one.accounts, *one.groups)}
        for line in table.package(name).files:
            _, _, owner, group, *_ = line.split(" ")
            assert owner in made or isinstance(base.account(owner), Account), (name, line)
            assert group in made or isinstance(base.group(group), Group), (name, line)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("echo a b", "a b\n"),
        ("echo -n a", "a"),
        (r"printf a\nb\n", "a\nb\n"),
        (r"printf %s\n a b", "a\nb\n"),
        (r"printf %s=%s\n a 1 b 2", "a=1\nb=2\n"),
        (r"printf 100%%\n", "100%\n"),
        (r"printf %s=%s\n a", "a=\n"),
    ],
)
def test_what_is_printed_is_known(command: str, text: str) -> None:
    found = printed(words_of(command))
    assert found is not None
    assert found.text == text
    source = found.to_source()
    for at, character in enumerate(text):
        if character not in "\n " and character in command:
            root, span = source.to_root(Span(at, at + 1))
            assert root.text[span.start : span.end] == character


@pytest.mark.parametrize(
    "command", ["echo -e a", r"echo a\nb", "printf %d 1", r"printf a\033b", "cat a", "printf", "printf x%"]
)
def test_what_shells_print_otherwise_is_not_known(command: str) -> None:
    assert printed(words_of(command)) is None


def read_base(*listed: str) -> FileTree:
    """Return a base as the lock has it: a release, what a startup asked for, and that nothing else is known."""
    tree = FileTree(UnknownFact("the lock does not have it"))
    tree.is_read, tree.release = True, "bookworm"
    folders = (
        "/etc",
        "/etc/default",
        "/opt",
        "/usr",
        "/usr/bin",
        "/usr/lib",
        "/usr/local",
        "/var",
        "/var/log",
        "/var/lib",
    )
    tree.fill({"/": ROOTS, **dict.fromkeys(folders, ROOTS)})
    for path in listed:
        tree.unlisted(path, None)
    return tree


ROOTS = File(FileKind.FOLDER, "0", "0", 0o755)


def test_what_an_image_lacks_a_package_that_nobody_knows_may_bring() -> None:
    tree = read_base("/var/log/nobody-knows-this", "/var/lib", "/srv/own")
    tree.put("/srv/own", ROOTS._replace(where=Located("mkdir", Source("x", ""), Span(0, 0))))
    install(tree, words_of("apt-get install --no-install-recommends nobody-knows-this"))
    assert isinstance(tree.look("/var/log/nobody-knows-this"), UnknownFact)
    assert isinstance(tree.look("/var/lib/new"), UnknownFact)
    assert tree.look("/srv/own/x") is ABSENT


@pytest.mark.parametrize(
    ("path", "is_absent"),
    [
        ("/etc/default/x", False),
        ("/usr/lib/x", False),
        ("/usr/lib/y/x", False),
        ("/etc/x", True),
        ("/usr/bin/x", True),
        ("/usr/local/x", True),
    ],
)
@pytest.mark.parametrize(
    "listed", [("/",), ("/etc/default/x", "/usr/lib/x", "/usr/lib/y", "/etc/x", "/etc/apt", "/usr/bin", "/usr/local")]
)
def test_what_an_image_lacks_is_not_known_where_packages_put_more_than_is_listed(
    listed: tuple[str, ...], path: str, *, is_absent: bool
) -> None:
    tree = read_base(*listed)
    assert tree.look(path) is ABSENT
    install(tree, words_of("apt-get install --no-install-recommends mosquitto"))
    found = tree.look(path)
    assert found is ABSENT if is_absent else isinstance(found, UnknownFact) and found.roots


@pytest.mark.parametrize("has_more", [False, True])
def test_which_packages_an_image_has_that_was_read_is_not_known(*, has_more: bool) -> None:
    tree = read_base("/")
    tree.has_more = has_more
    install(tree, words_of("apt-get install --no-install-recommends dbus-daemon"))
    assert isinstance(tree.look("/run/dbus/containers"), UnknownFact) is has_more


def test_a_folder_that_an_image_has_may_stay_as_it_is() -> None:
    tree = read_base("/")
    tree.put("/var/lib/mosquitto", ROOTS._replace(owner="77"))
    install(tree, words_of("apt-get install --no-install-recommends mosquitto"))
    found = tree.look("/var/lib/mosquitto")
    assert isinstance(found, File)
    assert found.owner is None


@pytest.mark.parametrize(
    ("path", "text", "is_foreign"),
    [
        ("/etc/apt/sources.list", "deb http://mirror.example/debian bookworm main", False),
        ("/etc/apt/sources.list.d/debian.sources", "Types: deb", False),
        ("/etc/apt/sources.list.d/other.list", "deb http://deb.debian.org/debian bookworm main", False),
        ("/etc/apt/sources.list.d/other.list", "deb http://other.example/apt bookworm main", True),
        ("/etc/apt/preferences.d/pin", "Package: *", True),
    ],
)
def test_sources_that_an_image_brings_beside_its_own_are_looked_at(path: str, text: str, *, is_foreign: bool) -> None:
    tree = read_base("/")
    tree.put(path, File(FileKind.FILE, "0", "0", 0o644, content=Source(path, text)))
    install(tree, words_of("apt-get install --no-install-recommends mosquitto"))
    assert isinstance(tree.look("/var/lib/nobody-made-this"), UnknownFact) is is_foreign
