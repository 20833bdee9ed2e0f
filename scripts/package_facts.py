#!/usr/bin/env python3
"""Install Debian packages really, and write down what each of them changes beside root's ordinary files.

    scripts/package_facts.py [PACKAGE…] [--together] [--jobs N] [--write]

Needs root, debootstrap and Debian's mirror. Each package is installed by `apt-get install` over a minimal Debian, once
with `--no-install-recommends` and once without, no service being started; with `--together` all in one, with what they
recommend. What changes is written down for the package whose script did it or that brought the file, so that each
package has facts of its own, whichever pulls it in. Without names those of images/packages.json are installed again.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timezone
from pathlib import Path
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Any

from package_changes import LEFT_OUT, WHOLE, base_facts, changes_of
from package_relations import read_relations, references
from package_roots import SUITE, base_root, install_packages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from package_roots import Root

DATA = Path(__file__).resolve().parents[1] / "linter" / "dropcap" / "images" / "packages.json"
ABOUT = (
    "What installing a package of Debian changes, the package's own part alone. scripts/package_facts.py writes it "
    "from real installations. depends, recommends: the packages that come with it and change something, with | the "
    "first that is wanted and others that do as well. bin, sbin: programs in /usr/bin and /usr/sbin. "
    "accounts: name, number or - where adduser chooses it, group, home, shell. groups: name, number. members: group, "
    "account. files: path, kind, owner, group, mode in octal, a link's target or file capabilities; all of a folder is "
    "listed, but of kind roots more lies in it, all root's, and of kind full nobody says whose. with: what differs "
    "where the packages of by are there; some of them make the difference, or nobody knows which. doubt: paths that "
    "yet other packages change, and whether they are root's at least. "
    "plain: packages that change nothing and need none that does. whole: the folders whose files are all listed. "
    "left_out: what there is not listed. base: what was there before. installed: the packages of the base. "
    "alone, together: the names that were asked for, and how."
)


def main() -> int:
    """Install and write down; gives 1 where a package cannot be installed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("packages", metavar="PACKAGE", nargs="*", help="names of packages (default: all of the data)")
    parser.add_argument("--together", action="store_true", help="install the named ones at once")
    parser.add_argument("--jobs", type=int, default=1, help="how many installations run at a time")
    parser.add_argument("--write", action="store_true", help="write what was found into images/packages.json")
    arguments = parser.parse_args()
    data = json.loads(DATA.read_text(encoding="utf-8"))
    seen: dict[str, dict[str, Any]] = {}
    asked = {how: set(data.get(how, ())) for how in ("alone", "together")}
    root = base_root()
    failed = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        tasks = {
            pool.submit(install_packages, root, names, is_alone=alone): (names, alone)
            for names, alone in installations(data, arguments.packages, together=arguments.together)
        }
        for task in as_completed(tasks):
            names, alone = tasks[task]
            try:
                found = changes_of(task.result())
            except CalledProcessError as error:
                failed += 1
                said = (error.stderr or error.stdout or "").strip()
                print(f"{' '.join(names)}: {said[-400:]}", file=sys.stderr, flush=True)
                continue
            take(seen, found, names, is_alone=alone)
            asked["alone" if len(names) == 1 else "together"].add(" ".join(names))
            print(" ".join(names), "alone" if alone else "with all", len(found), flush=True)
            for line in found.get("", {}).get("files", ()):
                print("  nobody's:", line, flush=True)
    if arguments.write:
        DATA.write_text(to_json({**seen_before(data), **seen}, asked, root), encoding="utf-8")
    return 1 if failed else 0


def installations(data: Mapping[str, Any], names: list[str], *, together: bool) -> Iterator[tuple[list[str], bool]]:
    """Yield what is installed at once, and whether without what is recommended."""
    if together:
        yield names, False
        return
    for name in names or data.get("alone", ()):
        yield [name], True
        yield [name], False
    if not names:
        yield from ((group.split(), False) for group in data.get("together", ()))


def take(
    seen: dict[str, dict[str, Any]], found: Mapping[str, dict[str, Any]], names: list[str], *, is_alone: bool
) -> None:
    """Keep what was found of packages: what was asked for is seen best, what only came along fills in.

    What nobody's script or archive accounts for belongs to what was asked for.
    """
    how = "alone" if is_alone else "with"
    for key, lines in found.get("", {}).items() if len(names) == 1 else ():
        found[names[0]][key] = sorted({*found[names[0]].get(key, ()), *lines})
    for name, facts in found.items():
        if not name:
            continue
        others = seen.setdefault(name, {}).setdefault("others", [])
        if facts not in others:
            others.append(facts)
        if how not in seen[name] or names == [name]:
            seen[name][how] = facts
            seen[name][f"{how} among"] = set(found) - {""}


def seen_before(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the data says of packages, as it was found."""
    seen: dict[str, dict[str, Any]] = {name: {"alone": {}, "with": {}} for name in data.get("plain", "").split()}
    for name, row in data.get("packages", {}).items():
        alone = {
            key: value for key, value in row.items() if key not in {"depends", "recommends", "with", "by", "doubt"}
        }
        other = {key: value for key, value in {**alone, **row.get("with", {})}.items() if value}
        doubted = [line.split() for line in row.get("doubt", ())]
        extra = [f"{path} file {'root root' if whose == 'roots' else '? ?'} 0" for path, whose in doubted]
        seen[name] = {"alone": alone, "with": other}
        if extra:
            seen[name]["others"] = [{**alone, "files": [*alone.get("files", ()), *extra]}]
        if "by" in row:
            seen[name] |= {"alone among": set(), "with among": set(row["by"].split())}
    return seen


def to_json(seen: Mapping[str, Mapping[str, Any]], asked: Mapping[str, Collection[str]], root: Root) -> str:
    """Write the data, a package a line."""
    relations = read_relations(root.path)
    facts = {name: merged(one) for name, one in seen.items()}
    matter = {name for name, one in facts.items() if one}
    rows, plain = {}, []
    for name in sorted(facts):
        if name in root.packages:
            continue
        depends, recommends = references(name, relations, matter=matter, seen=set(facts), base=root.packages)
        row = {"depends": " ".join(depends), "recommends": " ".join(recommends), **facts[name]}
        if "with" in row:
            row["by"] = " ".join(sorted(makes_the_difference(seen[name]) & matter - {name}))
        row = {key: value for key, value in row.items() if value}
        if row:
            rows[name] = row
        else:
            plain.append(name)
    base = base_facts(root.picture)
    head = {
        "about": ABOUT,
        "release": SUITE,
        "date": datetime.now(timezone.utc).date().isoformat(),
        **{how: sorted(names) for how, names in asked.items()},
        "whole": list(WHOLE),
        "left_out": sorted(LEFT_OUT),
        "base": base,
        "installed": " ".join(sorted(root.packages)),
        "plain": " ".join(plain),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    packages = ",\n".join(f" {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    return "{\n" + ",\n".join(lines) + ',\n"packages": {\n' + packages + "\n}\n}\n"


def merged(seen: Mapping[str, Any]) -> dict[str, Any]:
    """Return a package's facts, with those apart that differ where more packages are there.

    Of one that was never seen without those that are recommended, what is in /run may be systemd's work. An account
    that is there already is not made again: it counts wherever it was seen.
    """
    other = seen.get("with")
    alone = seen["alone"] if "alone" in seen else _without_run(other or {})
    every = [alone, *([other] if other is not None else []), *seen.get("others", ())]
    made = {key: sorted({line for one in every for line in one.get(key, ())}) for key in MADE}
    unlike = doubts(alone, other or alone, every[1:])
    paths = {line.partition(" ")[0] for line in unlike}
    first, second = ({**_without(one, paths), **made} for one in (alone, other or alone))
    found = {**first, "doubt": unlike}
    if first != second:
        found["with"] = {key: second.get(key, type(value)()) for key, value in {**second, **first}.items()}
        found["with"] = {key: value for key, value in found["with"].items() if value != first.get(key)}
    return {key: value for key, value in found.items() if value}


MADE = ("accounts", "groups", "members")
PLACES = {"bin": "/usr/bin/", "sbin": "/usr/sbin/"}


def doubts(alone: Mapping[str, Any], other: Mapping[str, Any], every: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the paths that were seen otherwise among yet other packages, each with whether it is root's at least."""
    known = [_by_path(alone), _by_path(other)]
    unlike: dict[str, bool] = {}
    for one in map(_by_path, every):
        for path in {*one, *known[0], *known[1]}:
            if one.get(path) not in {known[0].get(path), known[1].get(path)}:
                lines = [state.get(path, "x root root") for state in (one, *known)]
                is_roots = all(line.split()[1:3] == ["root", "root"] for line in lines)
                unlike[path] = unlike.get(path, True) and is_roots
    return [f"{path} {'roots' if is_roots else 'full'}" for path, is_roots in sorted(unlike.items())]


def _by_path(facts: Mapping[str, Any]) -> dict[str, str]:
    found = {
        f"{place}{name}": "file root root 755" for key, place in PLACES.items() for name in facts.get(key, "").split()
    }
    return found | {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in facts.get("files", ())}


def _without(facts: Mapping[str, Any], paths: Collection[str]) -> dict[str, Any]:
    """Return facts without some paths."""
    found = dict(facts)
    found["files"] = [line for line in facts.get("files", ()) if line.split(" ", 1)[0] not in paths]
    for key, place in PLACES.items():
        found[key] = " ".join(name for name in facts.get(key, "").split() if f"{place}{name}" not in paths)
    return {key: value for key, value in found.items() if value}


def makes_the_difference(seen: Mapping[str, Any]) -> set[str]:
    """Return the packages one of which makes the difference; none where it is not known."""
    alone, other = seen.get("alone among"), seen.get("with among")
    return set() if alone is None or other is None else other - alone


def _without_run(facts: Mapping[str, Any]) -> dict[str, Any]:
    files = [line for line in facts.get("files", ()) if not line.startswith("/run/")]
    return {key: value for key, value in {**facts, "files": files}.items() if value}


if __name__ == "__main__":
    sys.exit(main())
