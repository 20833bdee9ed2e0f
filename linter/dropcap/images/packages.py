"""What Debian's packages bring and which others come with them, from `packages.json`.

The file is not small and JSON is read ten times faster than TOML; it is read when a stage begins with that release.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from dropcap.namedtuple import NamedTuple
from dropcap.package_data import package_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

__all__ = ["Package", "PackageTable", "Selection", "broken", "needed_by", "package_table", "selected"]


class Package(NamedTuple):
    """What one package brings by itself.

    Attributes:
        name: its name.
        depends: the packages that it needs and that bring something; behind `|` stand others that do as well.
        recommends: likewise those that come too unless they are not wanted.
        programs: the paths of its programs, as far as they lie where programs are looked for.
        accounts: "name number group home shell"; `-` is a number that the system chooses.
        groups: "name number".
        members: "group account".
        files: "path kind owner group mode" and a link's target or file capabilities.
        doubt: "path" and `roots` or `full`: what is there depends on others; whether it is root's at least.
        otherwise: what it brings instead among more packages; None where that is the same.
        by: those packages, of which some make the difference; none where it is not known what does.

    """

    name: str
    depends: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    otherwise: Package | None = None
    by: tuple[str, ...] = ()


class PackageTable(NamedTuple):
    """What is known of a release.

    Attributes:
        release: its name.
        whole: the folders of which all files are listed.
        base: what a minimal system has.
        left_out: what there is not listed.
        plain: the packages that bring nothing; those of a minimal system are among them.
        rows: the others by name, as the file has them.

    """

    release: str
    whole: tuple[str, ...]
    base: Package
    left_out: tuple[str, ...]
    plain: frozenset[str]
    rows: Mapping[str, Mapping[str, Any]]

    def knows(self, name: str) -> bool:
        """Return whether it is known what a package brings."""
        return name in self.plain or name in self.rows

    def package(self, name: str) -> Package:
        """Return what a package brings that is known."""
        return _package(name, self.rows.get(name, {}))


class Selection(NamedTuple):
    """What one command installs.

    Attributes:
        packages: the names, each behind what it depends on; those that bring nothing are not among them.
        unknown: the names of which nobody knows what they bring, each with the one that pulls it in, or itself.

    """

    packages: tuple[str, ...]
    unknown: Mapping[str, str]


@cache
def package_table() -> PackageTable:
    """Return what is known of the release that was looked at."""
    table: Mapping[str, Any] = json.loads(package_text("images", "packages.json"))
    plain = frozenset((*table["plain"].split(), *table["installed"].split()))
    whole, left_out = tuple(table["whole"]), tuple(table["left_out"])
    return PackageTable(
        table["release"], whole, _package("base-files", table["base"]), left_out, plain, table["packages"]
    )


def _package(name: str, row: Mapping[str, Any]) -> Package:
    programs = [f"/usr/bin/{one}" for one in row.get("bin", "").split()]
    programs += [f"/usr/sbin/{one}" for one in row.get("sbin", "").split()]
    accounts, groups, members, files, doubt = (
        tuple(row.get(key, ())) for key in ("accounts", "groups", "members", "files", "doubt")
    )
    depends, recommends = row.get("depends", "").split(), row.get("recommends", "").split()
    found = Package(name, tuple(depends), tuple(recommends), tuple(programs), accounts, groups, members, files, doubt)
    other = row.get("with")
    if other is None:
        return found
    whole = {key: value for key, value in {**row, **other}.items() if key not in {"with", "by"}}
    return found._replace(otherwise=_package(name, whole), by=tuple(row.get("by", "").split()))


def selected(table: PackageTable, names: Sequence[str], there: Collection[str], *, with_recommended: bool) -> Selection:
    """Return what comes with packages.

    Of names that do as well the first counts, unless another is asked for, too, or is there already.

    Args:
        table: what is known.
        names: the packages that are asked for.
        there: those that are there.
        with_recommended: whether what they recommend comes too.

    """
    unknown: dict[str, str] = {}
    taken: dict[str, None] = {}
    pending = [(name, name) for name in names]
    asked = {*names, *there}
    while pending:
        name, origin = pending.pop(0)
        if name in taken or name in there or name in table.plain:
            continue
        if name not in table.rows:
            unknown.setdefault(name, origin)
            continue
        taken[name] = None
        package = table.package(name)
        for clause in (*package.depends, *(package.recommends if with_recommended else ())):
            options = clause.split("|")
            if not any(one in asked or one in taken for one in options):
                pending.append((options[0], name))
    return Selection(tuple(_in_order(table, taken)), unknown)


def _in_order(table: PackageTable, names: Collection[str]) -> Iterator[str]:
    """Give packages behind those that they depend on."""
    done: set[str] = set()
    for start in names:
        pending = [(start, False)]
        while pending:
            name, is_last = pending.pop()
            if is_last:
                yield name
            elif name not in done and name in names:
                done.add(name)
                pending.append((name, True))
                for clause in table.package(name).depends:
                    pending += [(one, False) for one in clause.split("|")]


def broken(table: PackageTable, there: set[str], gone: set[str]) -> set[str]:
    """Return the packages that cannot stay where others are removed, those among them."""
    found = set(gone)
    while True:
        more = {
            name
            for name in there - found
            if any(
                found.intersection(options) and not (there - found).intersection(options)
                for options in (clause.split("|") for clause in table.package(name).depends)
            )
        }
        if not more:
            return found
        found |= more


def needed_by(table: PackageTable, there: set[str], asked: Collection[str]) -> set[str]:
    """Return the packages that stay when those are removed that nobody asked for and none needs or recommends."""
    found: set[str] = set()
    pending = [name for name in asked if name in there]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        package = table.package(name)
        for clause in (*package.depends, *package.recommends):
            pending += [one for one in clause.split("|") if one in there]
    return found
