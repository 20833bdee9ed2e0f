"""What the table of packages says, and which packages come with others."""

from __future__ import annotations

import pytest

from dropcap.images.packages import Package, PackageTable, broken, needed_by, package_table, selected

TABLE = PackageTable(
    "bookworm",
    (),
    Package("base-files"),
    (),
    frozenset({"libplain"}),
    {
        "server": {"depends": "common mta|postman", "recommends": "extra", "sbin": "server"},
        "common": {"depends": "base", "accounts": ["server - server /x /bin/false"]},
        "base": {"bin": "base"},
        "mta": {"depends": "base", "bin": "mail"},
        "postman": {"bin": "mail"},
        "extra": {"depends": "base", "recommends": "nobody-knows"},
        "round": {"depends": "about"},
        "about": {"depends": "round"},
    },
)


@pytest.mark.parametrize(
    ("names", "there", "with_recommended", "expected", "unknown"),
    [
        ("server", "", False, "base common mta server", {}),
        ("server postman", "", False, "base common postman server", {}),
        ("postman server", "", False, "base common postman server", {}),
        ("server", "postman", False, "base common server", {}),
        ("server", "base", False, "common mta server", {}),
        ("server", "", True, "base common extra mta server", {"nobody-knows": "extra"}),
        ("libplain", "", True, "", {}),
        ("what", "", True, "", {"what": "what"}),
        ("round", "", True, "about round", {}),
    ],
)
def test_what_comes_with_packages(
    names: str, there: str, expected: str, unknown: dict[str, str], *, with_recommended: bool
) -> None:
    found = selected(TABLE, names.split(), there.split(), with_recommended=with_recommended)
    assert sorted(found.packages) == expected.split()
    assert found.unknown == unknown


def test_each_package_stands_behind_what_it_needs() -> None:
    found = selected(TABLE, ["server"], (), with_recommended=False).packages
    assert found.index("base") < found.index("common") < found.index("server")


def test_what_cannot_stay_without_another() -> None:
    there = {"server", "common", "base", "mta"}
    assert broken(TABLE, there, {"base"}) == there
    assert broken(TABLE, there | {"postman"}, {"mta"}) == {"mta"}
    assert broken(TABLE, there, {"mta"}) == {"mta", "server"}


def test_what_is_needed_stays() -> None:
    there = {"server", "common", "base", "mta", "extra", "postman"}
    assert needed_by(TABLE, there, ["extra"]) == {"extra", "base"}
    assert needed_by(TABLE, there, ["server"]) == there


def test_fields_are_read() -> None:
    package = TABLE.package("server")
    assert package.programs == ("/usr/sbin/server",)
    assert TABLE.package("common").accounts == ("server - server /x /bin/false",)
    assert TABLE.package("libplain").programs == ()


def test_what_differs_takes_the_place_of_what_is_said() -> None:
    row = {"bin": "a", "files": ["/x file root root 600"], "with": {"files": []}, "by": "b c"}
    package = TABLE._replace(rows={"x": row}).package("x")
    assert package.by == ("b", "c")
    assert package.files
    assert package.otherwise is not None
    assert (package.otherwise.programs, package.otherwise.files) == (("/usr/bin/a",), ())


def test_every_row_of_the_data_can_be_read() -> None:
    table = package_table()
    assert len(table.rows) > 250
    for name in table.rows:
        package = table.package(name)
        for one in (package, *([package.otherwise] if package.otherwise is not None else [])):
            for line in one.accounts:
                assert len(line.split()) == 5, line
            for line in (*one.groups, *one.members):
                assert len(line.split()) == 2, line
            for line in one.files:
                path, kind, owner, group, mode, *more = line.split(" ")
                assert path.startswith("/")
                assert kind in {"file", "folder", "link", "socket", "fifo", "device", "roots", "full"}, line
                assert owner
                assert group
                assert int(mode, 8) <= 0o7777
                assert len(more) == (kind == "link") or kind == "file", line
