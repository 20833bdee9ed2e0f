"""What an installation changes, told package by package: pictures before and after each script are compared.

Everything here is pure: pictures in, lines of the data out.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from package_roots import Observed, Picture

    State = tuple[str, ...]

__all__ = ["LEFT_OUT", "WHOLE", "base_facts", "changes_of", "is_ordinary"]

# Where more of root's ordinary files lies than anybody lists; elsewhere every path is listed.
ORDINARY = ("/usr", "/lib64", "/dev", "/proc", "/sys", "/tmp", "/var/tmp", "/var/lib/dpkg", "/var/lib/apt", "/dropcap")  # noqa: S108  # in a root
LEFT_OUT = (
    *("/etc/.pwd.lock", "/etc/ImageMagick-6", "/etc/X11", "/etc/alternatives", "/etc/apache2/conf-available"),
    *("/etc/apache2/mods-available", "/etc/apparmor.d", "/etc/apt", "/etc/bash_completion.d", "/etc/ca-certificates"),
    *("/etc/default", "/etc/dpkg", "/etc/emacs", "/etc/fonts", "/etc/group", "/etc/group-", "/etc/gshadow"),
    *("/etc/gshadow-", "/etc/hostname", "/etc/init.d", "/etc/java-17-openjdk", "/etc/ld.so.cache", "/etc/logrotate.d"),
    *("/etc/passwd", "/etc/passwd-", "/etc/perl", "/etc/python3", "/etc/python3.11", "/etc/rc0.d", "/etc/rc1.d"),
    *("/etc/rc2.d", "/etc/rc3.d", "/etc/rc4.d", "/etc/rc5.d", "/etc/rc6.d", "/etc/rcS.d", "/etc/resolv.conf"),
    *("/etc/shadow", "/etc/shadow-", "/etc/ssl/certs", "/etc/subgid", "/etc/subgid-", "/etc/subuid", "/etc/subuid-"),
    *("/etc/systemd", "/etc/sane.d", "/etc/sgml", "/etc/xml", "/etc/xdg", "/etc/vim", "/etc/texmf", "/etc/ghostscript"),
    *(
        "/var/backups",
        "/var/cache/apt",
        "/var/cache/debconf",
        "/var/cache/dictionaries-common",
        "/var/cache/fontconfig",
    ),
    *("/var/cache/ldconfig", "/var/cache/man", "/var/lib/apt", "/var/lib/dictionaries-common", "/var/lib/dpkg"),
    *("/var/lib/emacsen-common", "/var/lib/ghostscript", "/var/lib/ispell", "/var/lib/aspell", "/var/lib/pam"),
    *("/var/lib/python", "/var/lib/sgml-base", "/var/lib/shells.state", "/var/lib/systemd", "/var/lib/texmf"),
    *("/var/lib/ucf", "/var/lib/xml-core", "/var/lib/xfonts", "/var/log/alternatives.log", "/var/log/apt"),
    *("/var/log/bootstrap.log", "/var/log/dpkg.log", "/var/log/fontconfig.log", "/var/log/journal"),
)
"""What of /etc and /var no startup asks for, or every installation changes."""
WHOLE = ("/etc", "/usr/local", "/var/cache", "/var/lib", "/var/log", "/var/spool")
PASSING = (
    *("/etc/.pwd.lock", "/etc/group", "/etc/gshadow", "/etc/passwd", "/etc/shadow", "/etc/subuid", "/etc/subgid"),
    *("/etc/ld.so.cache", "/var/cache/ldconfig", "/var/log/apt", "/var/log/dpkg.log", "/var/log/alternatives.log"),
    *("/var/log/bootstrap.log", "/root/.cache", "/var/cache/man/", "/var/cache/fontconfig", "/run/adduser"),
)
MOST_IN_A_FOLDER = 40
FIRST_CHOSEN, LAST_CHOSEN = 100, 59999  # the numbers that adduser and sysusers take as they are free
BIN, SBIN = "/usr/bin/", "/usr/sbin/"


def is_below(path: str, folders: Sequence[str]) -> bool:
    """Return whether a path is one of some or lies below one."""
    return any(path == one or path.startswith(f"{one}/") for one in folders)


def is_listed(path: str) -> bool:
    """Return whether everything is written down where a path lies."""
    return not is_below(path, LEFT_OUT) and (is_below(path, WHOLE) or not is_below(path, ORDINARY))


def is_ordinary(state: State) -> bool:
    """Return whether root owns it, and everybody may read and nobody else write it."""
    kind, owner, group, mode, *_ = state
    if (owner, group) != ("root", "root"):
        return False
    return kind == "link" or mode == "755" or (kind == "file" and mode in {"644", "444", "555"})


def changes_of(observed: Observed) -> dict[str, dict[str, Any]]:
    """Return what each package changes, by its name; what is nobody's stands under an empty one."""
    found: dict[str, dict[str, Any]] = {name: {} for name in observed.packages}
    accounts = _accounts(observed)
    makers = {
        line.split()[0]: name
        for name, more in accounts.items()
        for line in (*more.get("groups", ()), *more.get("accounts", ()))
    }
    for name, files in _files(observed, makers).items():
        found.setdefault(name, {}).update(_written(files, observed))
    for name, more in accounts.items():
        found.setdefault(name, {}).update(more)
    return found


def _files(observed: Observed, makers: Mapping[str, str]) -> dict[str, dict[str, State]]:
    """Return the paths of each package with the state that it gives them.

    Of a path that several bring, and of which no picture was taken, the one gives it away that makes the account.
    """
    found: dict[str, dict[str, State]] = {}
    scripted = _scripted(observed)
    for path, last in observed.last.files.items():
        if path.startswith(PASSING):
            continue
        owners = observed.owners.get(path, frozenset())
        events = scripted.get(path, ())
        if not events and last == observed.base.files.get(path):
            continue
        for name, _, after in events:
            if after is not None:
                found.setdefault(name, {})[path] = after
        before = events[0][1] if events else last
        if before is not None and before != observed.base.files.get(path):
            names = owners - {name for name, _, _ in events} or frozenset({""} if not events else ())
            givers = {makers.get(one, "") for one in before[1:3]} & names
            for name in names:
                is_given = bool(givers) and name not in givers
                found.setdefault(name, {})[path] = (before[0], "root", "root", "755", before[4]) if is_given else before
    return found


def _scripted(observed: Observed) -> dict[str, list[tuple[str, State | None, State | None]]]:
    """Return what scripts change: by path the package, the state before its script, and the one after it."""
    found: dict[str, list[tuple[str, State | None, State | None]]] = {}
    for before, after in _pairs(observed.pictures):
        for path in {*before.files, *after.files}:
            was, became = before.files.get(path), after.files.get(path)
            if was != became:
                found.setdefault(path, []).append((after.label[1], was, became))
    return found


def _pairs(pictures: Sequence[Picture]) -> Iterator[tuple[Picture, Picture]]:
    for before, after in pairwise(pictures):
        if (before.label[0], after.label[0]) == ("before", "after") and before.label[1] == after.label[1]:
            yield before, after


def _accounts(observed: Observed) -> dict[str, dict[str, Any]]:
    """Return the accounts, groups and members that each package adds."""
    found: dict[str, dict[str, Any]] = {}
    numbers = {line.split(":")[2]: name for name, line in observed.last.groups.items()}
    for name, before, after in _steps(observed):
        for account in sorted(set(after.accounts) - set(before.accounts)):
            _, _, uid, gid, _, home, shell = after.accounts[account].split(":")
            line = f"{account} {_fixed(uid)} {numbers.get(gid, gid)} {home or '/'} {shell}"
            _add(found, name or _by_text(observed, account), "accounts", line)
        for group in sorted(after.groups):
            line = after.groups[group]
            old = before.groups.get(group)
            if old is None:
                _add(found, name or _by_text(observed, group), "groups", f"{group} {_fixed(line.split(':')[2])}")
            had = set(old.split(":")[3].split(",")) if old is not None else set()
            for member in sorted(set(line.split(":")[3].split(",")) - had - {""}):
                _add(found, name or _by_text(observed, group), "members", f"{group} {member}")
    return found


def _steps(observed: Observed) -> Iterator[tuple[str, Picture, Picture]]:
    """Yield what follows on what, with the package whose script ran meanwhile; empty where it was an unpacking."""
    every = (observed.base, *observed.pictures, observed.last)
    for before, after in pairwise(every):
        is_script = before.label[0] == "before" and after.label == ("after", before.label[1])
        yield (after.label[1] if is_script else ""), before, after


def _by_text(observed: Observed, name: str) -> str:
    """Return the package whose script before the unpacking makes an account: the one that names it most."""
    counts = {
        package: len(re.findall(rf"\b{re.escape(name)}\b", text))
        for package, text in sorted(observed.preinsts.items())
        if re.search(r"adduser|addgroup|useradd|groupadd|sysusers", text)
    }
    found = max(counts, key=lambda package: counts[package], default="")
    return found if counts.get(found) else ""


def _add(found: dict[str, dict[str, Any]], package: str, key: str, line: str) -> None:
    lines = found.setdefault(package, {}).setdefault(key, [])
    if line not in lines:
        lines.append(line)


def _fixed(number: str) -> str:
    return "-" if FIRST_CHOSEN <= int(number) <= LAST_CHOSEN else number


def _written(files: Mapping[str, State], observed: Observed) -> dict[str, Any]:
    """Return the lines of one package: its programs, and what is not ordinary."""
    lines: list[str] = []
    programs: dict[str, list[str]] = {BIN: [], SBIN: []}
    crowded = _crowded(observed.last.files)
    for path, state in sorted(files.items()):
        place, _, name = path.rpartition("/")
        if f"{place}/" in programs and state[0] in {"file", "link"} and " " not in name:
            programs[f"{place}/"].append(name)
        capabilities = observed.capabilities.get(path, "")
        if " " in path or _is_hidden(path, state, crowded):
            continue
        if capabilities or not is_ordinary(state) or is_listed(path):
            kind = _kind(path, state, crowded)
            words = (path, kind, *state[1:4], state[4] if state[0] == "link" else capabilities)
            lines.append(" ".join(filter(None, words)))
    found = {"bin": " ".join(programs[BIN]), "sbin": " ".join(programs[SBIN]), "files": lines}
    return {key: value for key, value in found.items() if value}


def _is_hidden(path: str, state: State, crowded: Mapping[str, str]) -> bool:
    """Return whether it lies in a folder of which not all is listed."""
    kinds = {kind for folder, kind in crowded.items() if path.startswith(f"{folder}/")}
    return "full" in kinds or ("roots" in kinds and is_ordinary(state))


def _kind(path: str, state: State, crowded: Mapping[str, str]) -> str:
    """Return what it is; of a folder also whether all that lies in it is listed."""
    if state[0] != "folder":
        return state[0]
    return crowded.get(path) or ("folder" if is_listed(path) else "roots")


def _crowded(files: Mapping[str, State]) -> dict[str, str]:
    """Return the folders in which too much lies to list it, and whether it is all root's."""
    counts: dict[str, int] = {}
    for path in files:
        folder = path.rpartition("/")[0]
        counts[folder] = counts.get(folder, 0) + 1
    found = [
        one for one, count in counts.items() if count > MOST_IN_A_FOLDER and not is_below(one, ("/etc", *ORDINARY))
    ]
    found = [one for one in found if one.count("/") > 2 or one.startswith(("/opt/", "/srv/"))]  # noqa: PLR2004  # not /var/lib itself
    below = {one: {state[1] for path, state in files.items() if path.startswith(f"{one}/")} for one in found}
    return {one: "roots" if owners == {"root"} else "full" for one, owners in below.items()}


def base_facts(picture: Picture) -> dict[str, Any]:
    """Return what there was before, as the rows of packages have it."""
    numbers = {line.split(":")[2]: name for name, line in picture.groups.items()}
    accounts, lines = [], []
    for line in picture.accounts.values():
        name, _, uid, gid, _, home, shell = line.split(":")
        accounts.append(f"{name} {uid} {numbers.get(gid, gid)} {home} {shell}")
    programs: dict[str, list[str]] = {BIN: [], SBIN: []}
    for path, state in sorted(picture.files.items()):
        place, _, name = path.rpartition("/")
        if f"{place}/" in programs and state[0] in {"file", "link"} and " " not in name:
            programs[f"{place}/"].append(name)
        is_left_out = is_below(path, LEFT_OUT)
        is_shown = is_below(path, WHOLE) and path not in WHOLE and (not is_left_out or path in LEFT_OUT)
        if " " in path or not (is_shown or (path.startswith("/usr/") and not is_ordinary(state))):
            continue
        kind = "roots" if state[0] == "folder" and not is_listed(path) else state[0]
        lines.append(" ".join(filter(None, (path, kind, *state[1:]))))
    groups = [f"{name} {line.split(':')[2]}" for name, line in picture.groups.items()]
    return {
        "bin": " ".join(programs[BIN]),
        "sbin": " ".join(programs[SBIN]),
        "accounts": sorted(accounts),
        "groups": sorted(groups),
        "files": lines,
    }
