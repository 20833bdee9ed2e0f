"""What the script that installs packages makes of what it sees: whose a change is, and what is written down of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from package_changes import changes_of, is_ordinary
from package_facts import DATA, makes_the_difference, merged, seen_before, take
from package_relations import references, relations_of
from package_roots import Observed, Picture

from dropcap.images.packages import package_table

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = "root:x:0:0:root:/root:/bin/bash"
FOLDER = ("folder", "root", "root", "755", "")
FILE = ("file", "root", "root", "644", "")


def picture(
    when: str, name: str, files: Mapping[str, tuple[str, ...]], *accounts: str, groups: tuple[str, ...] = ()
) -> Picture:
    every = (ROOT, *accounts)
    names = {line.split(":")[0]: line for line in every}
    return Picture((when, name), files, names, {line.split(":")[0]: line for line in ("root:x:0:", *groups)})


def observed(
    *pictures: Picture,
    owners: Mapping[str, frozenset[str]] | None = None,
    capabilities: Mapping[str, str] | None = None,
    preinsts: Mapping[str, str] | None = None,
) -> Observed:
    return Observed(
        picture("", "", {"/etc": FOLDER}),
        pictures[:-1],
        pictures[-1],
        owners or {},
        preinsts or {},
        capabilities or {},
        frozenset({"broker", "tool"}),
    )


OWN = ("folder", "broker", "root", "755", "")
ACCOUNT = "broker:x:103:104::/var/lib/broker:/usr/sbin/nologin"
GROUPS = ("broker:x:104:", "tty:x:5:broker")


def test_a_change_belongs_to_the_package_whose_script_makes_it() -> None:
    before = {"/etc": FOLDER, "/var/lib/broker": FOLDER}
    after = {**before, "/var/lib/broker": OWN, "/var/lib/broker/new": FILE}
    found = changes_of(
        observed(
            picture("before", "tool", before),
            picture("after", "tool", before),
            picture("before", "broker", before, groups=("tty:x:5:",)),
            picture("after", "broker", after, ACCOUNT, groups=GROUPS),
            picture("", "", after, ACCOUNT, groups=GROUPS),
            owners={"/var/lib/broker": frozenset({"broker"})},
        )
    )
    assert found["tool"] == {}
    assert found["broker"] == {
        "files": ["/var/lib/broker folder broker root 755", "/var/lib/broker/new file root root 644"],
        "accounts": ["broker - broker /var/lib/broker /usr/sbin/nologin"],
        "groups": ["broker -"],
        "members": ["tty broker"],
    }


def test_what_a_package_brings_is_its_own_before_another_changes_it() -> None:
    before = {"/etc/ssl/private": FOLDER}
    after = {"/etc/ssl/private": ("folder", "root", "keys", "710", "")}
    found = changes_of(
        observed(
            picture("before", "broker", before),
            picture("after", "broker", after),
            picture("", "", after),
            owners={"/etc/ssl/private": frozenset({"tool", "broker"})},
        )
    )
    assert found["tool"]["files"] == ["/etc/ssl/private folder root root 755"]
    assert found["broker"]["files"] == ["/etc/ssl/private folder root keys 710"]


def test_what_several_bring_is_given_away_by_the_one_that_makes_the_account() -> None:
    files = {"/usr/share/rules": ("folder", "broker", "root", "700", "")}
    found = changes_of(
        observed(
            picture("before", "broker", {}),
            picture("after", "broker", {}, ACCOUNT, groups=GROUPS[:1]),
            picture("", "", files, ACCOUNT, groups=GROUPS[:1]),
            owners={"/usr/share/rules": frozenset({"tool", "broker"})},
        )
    )
    assert found["broker"]["files"] == ["/usr/share/rules roots broker root 700"]
    assert found["tool"] == {}


def test_programs_are_names_and_only_unusual_ones_have_lines() -> None:
    files = {
        "/usr/bin/tool": ("file", "root", "root", "755", ""),
        "/usr/bin/other": ("link", "root", "root", "777", "tool"),
        "/usr/sbin/raise": ("file", "root", "root", "4755", ""),
        "/usr/bin/ping": ("file", "root", "root", "755", ""),
        "/usr/share/tool/x": FILE,
    }
    owners = {path: frozenset({"tool"}) for path in files}
    found = changes_of(
        observed(picture("", "", files), owners=owners, capabilities={"/usr/bin/ping": "cap_net_raw=ep"})
    )
    assert found["tool"] == {
        "bin": "other ping tool",
        "sbin": "raise",
        "files": ["/usr/bin/ping file root root 755 cap_net_raw=ep", "/usr/sbin/raise file root root 4755"],
    }


@pytest.mark.parametrize(("owner", "kind"), [("root", "roots"), ("broker", "full")])
def test_a_crowded_folder_is_not_listed(owner: str, kind: str) -> None:
    files = {f"/var/lib/broker/{number}": ("file", owner, "root", "644", "") for number in range(50)}
    files |= {"/var/lib/broker": FOLDER, "/var/lib/broker/key": ("file", owner, "root", "600", "")}
    owners = {path: frozenset({"broker"}) for path in files}
    lines = changes_of(observed(picture("", "", files), owners=owners))["broker"]["files"]
    assert lines[0] == f"/var/lib/broker {kind} root root 755"
    assert lines[1:] == (["/var/lib/broker/key file root root 600"] if owner == "root" else [])


def test_a_script_that_only_names_the_account_did_not_make_it() -> None:
    texts = {"libc": "service mysql restart", "more": "adduser --system other", "broker": "adduser broker\nbroker"}
    found = changes_of(observed(picture("before", "tool", {}, ACCOUNT), picture("", "", {}, ACCOUNT), preinsts=texts))
    assert [name for name, one in found.items() if "accounts" in one] == ["broker"]


def test_an_account_of_an_unpacking_belongs_to_the_script_that_names_it() -> None:
    found = changes_of(
        observed(
            picture("before", "tool", {}, ACCOUNT),
            picture("after", "tool", {}, ACCOUNT),
            picture("", "", {}, ACCOUNT),
            preinsts={"broker": "adduser --system broker"},
        )
    )
    assert found["broker"]["accounts"]
    assert "accounts" not in found["tool"]


def test_numbers_outside_of_the_range_that_is_chosen_from_are_fixed() -> None:
    line = "mail:x:8:8::/var/mail:/bin/false"
    found = changes_of(
        observed(picture("before", "tool", {}), picture("after", "tool", {}, line), picture("", "", {}, line))
    )
    assert found["tool"]["accounts"] == ["mail 8 8 /var/mail /bin/false"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (FILE, True),
        (FOLDER, True),
        (("link", "root", "root", "777", "x"), True),
        (("file", "root", "root", "640", ""), False),
        (("file", "root", "root", "4755", ""), False),
        (("file", "root", "adm", "644", ""), False),
        (("folder", "root", "root", "1777", ""), False),
    ],
)
def test_what_is_ordinary(state: tuple[str, ...], *, expected: bool) -> None:
    assert is_ordinary(state) is expected


INDEX = """Package: broker
Depends: libplain (>= 1), tool:any | other
Recommends: mta

Package: libplain
Depends: deep
Recommends: extra

Package: deep

Package: tool

Package: other

Package: extra

Package: postman
Provides: mta, something (= 1)

Package: courier
Provides: mta
"""


def test_packages_that_change_nothing_are_passed_through() -> None:
    relations = relations_of(INDEX)
    known = {"broker", "libplain", "deep", "tool", "other", "extra", "postman"}
    found = references("broker", relations, matter={"deep", "tool", "extra", "postman"}, seen=known, base=frozenset())
    assert found == (["deep", "tool|other"], ["extra", "postman"])


def test_what_nobody_has_installed_is_named() -> None:
    found = references(
        "broker", relations_of(INDEX), matter=set(), seen={"broker", "tool"}, base=frozenset({"libplain"})
    )
    assert found == ([], ["postman"])


def test_what_differs_with_recommended_packages_stands_apart() -> None:
    one = {"files": ["/usr/bin/ping file root root 4755"], "bin": "ping"}
    other = {"files": ["/usr/bin/ping file root root 755 cap_net_raw=ep"], "bin": "ping"}
    assert merged({"alone": one, "with": other}) == {**one, "with": {"files": other["files"]}}
    assert merged({"alone": one, "with": {"bin": "ping"}}) == {**one, "with": {"files": []}}
    assert merged({"alone": one, "with": one}) == one


def test_of_what_only_came_along_the_runtime_folders_are_not_sure() -> None:
    facts = {"files": ["/etc/x file root root 644", "/run/x folder root root 755"]}
    assert merged({"with": facts}) == {"files": facts["files"][:1], "with": facts}
    assert makes_the_difference({"with": facts, "with among": {"systemd"}}) == set()


def test_what_yet_others_change_is_in_doubt() -> None:
    one = {"files": ["/a file root root 600", "/b folder app root 755"], "bin": "x y", "groups": ["app -"]}
    other = {"files": ["/a file root root 644", "/b folder root root 755"], "bin": "x", "accounts": ["app - app /x /y"]}
    found = merged({"alone": one, "others": [one, other]})
    assert found == {
        "bin": "x",
        "accounts": ["app - app /x /y"],
        "groups": ["app -"],
        "doubt": ["/a roots", "/b full", "/usr/bin/y roots"],
    }
    again = seen_before({"packages": {"tool": found}})["tool"]
    assert merged(again)["doubt"] == found["doubt"]


def test_what_was_asked_for_is_seen_best() -> None:
    seen: dict[str, dict[str, Any]] = {}
    take(seen, {"broker": {"bin": "a"}, "tool": {}}, ["tool"], is_alone=True)
    take(seen, {"broker": {"bin": "b"}, "": {"files": ["/x"]}}, ["broker"], is_alone=True)
    take(seen, {"broker": {"bin": "c"}, "tool": {}}, ["tool"], is_alone=True)
    take(seen, {"broker": {"bin": "d"}, "more": {}}, ["broker"], is_alone=False)
    assert seen["broker"]["alone"] == {"bin": "b", "files": ["/x"]}
    assert [one["bin"] for one in seen["broker"]["others"]] == ["a", "b", "c", "d"]
    assert makes_the_difference(seen["broker"]) == {"more"}


def test_the_data_is_read_as_it_was_found() -> None:
    row = {"depends": "a", "bin": "x", "files": ["/x file root root 600"], "with": {"files": []}, "by": "a b"}
    seen = seen_before({"plain": "lib", "packages": {"broker": row}})
    assert seen["lib"] == {"alone": {}, "with": {}}
    assert seen["broker"]["with"] == {"bin": "x"}
    assert makes_the_difference(seen["broker"]) == {"a", "b"}
    assert merged(seen["broker"]) == {key: row[key] for key in ("bin", "files", "with")}


def test_the_data_says_when_and_where_it_was_found() -> None:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    assert data["release"] == package_table().release == "bookworm"
    assert data["date"].startswith("20")
    known = package_table()
    for name in {one for group in (*data["alone"], *data["together"]) for one in group.split()}:
        assert known.knows(name), name
