#!/usr/bin/env python3
"""Install Debian packages, each into a minimal Debian of its own, and write down what that changes beside programs.

    scripts/package_facts.py [PACKAGE…] [--write]

Needs root, debootstrap and Debian's mirror. Each package is installed by the real `apt-get install
--no-install-recommends` over one `debootstrap --variant=minbase`, no service being started. Then accounts,
groups, owners, modes, set-user-ID programs, file capabilities and files of /etc are compared with what was there
before. Without names, those of images/packages.json are installed again. `--write` puts what was found there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import stat
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from workload_engine import mirror

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DATA = Path(__file__).resolve().parents[1] / "linter" / "dropcap" / "images" / "packages.json"
WORK = Path.home() / ".cache" / "dropcap-packages"
SUITE = "bookworm"
SECONDS = 900
ALONE = ("--no-install-recommends",)
ABOUT = (
    "What installing a package of Debian changes beside the programs that it brings. scripts/package_facts.py writes "
    "it: it installs each with --no-install-recommends, with what it depends on. "
    "accounts: name, number, group, home. groups: name, number. files: path, kind, owner, group, mode in octal, a "
    "link's target or file capabilities. more: packages that come too unless --no-install-recommends is said. "
    "base: the files of /etc before. left_out: the beginnings of paths of /etc that are not listed."
)
# What no container's startup asks for.
PASSED_OVER = (
    *("/dev", "/proc", "/sys", "/tmp", "/var/cache/apt", "/var/lib/apt", "/var/lib/dpkg", "/var/log/apt"),  # noqa: S108  # not ours
    *("/etc/alternatives", "/etc/init.d", "/etc/systemd", "/etc/ssl/certs", "/etc/apparmor.d", "/etc/logrotate.d"),
    *(
        "/etc/ld.so.cache",
        "/etc/apt",
        "/etc/resolv.conf",
        "/etc/hostname",
        "/etc/dpkg",
        "/etc/bash_completion.d",
        "/etc/emacs",
        "/etc/X11",
        "/etc/fonts",
        "/etc/rc",
    ),
    *("/etc/java-17-openjdk", "/etc/ImageMagick-6", "/etc/perl", "/etc/python3", "/etc/apache2/mods-available"),
    *("/etc/apache2/conf-available", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid"),
    *("/etc/subgid", "/etc/ca-certificates", "/etc/default", "/etc/.pwd.lock", "/var/log/dpkg.log"),
    *("/var/log/alternatives.log", "/var/cache/ldconfig", "/var/cache/debconf", "/usr/share/info"),
)


class Facts(NamedTuple):
    """What a root file system has.

    Attributes:
        accounts: the lines of /etc/passwd.
        groups: the lines of /etc/group.
        files: by path, in words: kind, owner, group, mode, target or file capabilities; what is ordinary is left out.

    """

    accounts: frozenset[str]
    groups: frozenset[str]
    files: Mapping[str, str]


def main() -> int:
    """Install and compare; gives 1 where a package cannot be installed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("packages", metavar="PACKAGE", nargs="*", help="names of packages (default: all of the data)")
    parser.add_argument("--write", action="store_true", help="write what was found into images/packages.json")
    arguments = parser.parse_args()
    known = json.loads(DATA.read_text(encoding="utf-8"))["packages"] if DATA.exists() else {}
    base = made_base()
    before = facts_of(base)
    failed = []
    for name in arguments.packages or sorted(known):
        try:
            found = changed(before, installed(base, name))
            more = recommended(base, name)
            known[name] = {**found, "more": more} if more else found
        except subprocess.CalledProcessError as error:
            failed.append(name)
            print(f"{name}: {(error.stderr or error.stdout or '').strip()[-300:]}", file=sys.stderr)
            continue
        print(name, known[name], flush=True)
        if arguments.write:
            DATA.write_text(to_json(before, known), encoding="utf-8")
    return 1 if failed else 0


def run(*words: str | Path, **options: Any) -> str:  # noqa: ANN401  # those of subprocess.run
    """Run a command, and return what it prints."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        words, capture_output=True, text=True, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL, **options
    )
    return done.stdout


def made_base() -> Path:
    """Return a minimal Debian, made once."""
    base = WORK / "base"
    if not (base / "made").exists():
        shutil.rmtree(base, ignore_errors=True)
        WORK.mkdir(parents=True, exist_ok=True)
        run("debootstrap", "--variant=minbase", SUITE, base, *mirror())
        shutil.copytree("/etc/apt/apt.conf.d", base / "etc/apt/apt.conf.d", dirs_exist_ok=True)
        shutil.copy("/etc/resolv.conf", base / "etc/resolv.conf")
        (base / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (base / "usr/sbin/policy-rc.d").chmod(0o755)
        in_root(base, "apt-get", "update")
        (base / "made").touch()
    return base


def in_root(root: Path, *words: str) -> str:
    """Run a command in a root file system."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    return run("chroot", root, *words, env=environment)


def installed(base: Path, name: str) -> Facts:
    """Install a package over a root, which stays as it is, and return what is there then."""
    with TemporaryDirectory(dir=WORK) as made:
        upper, work, root = layers = [Path(made) / one for one in ("upper", "work", "root")]
        for layer in layers:
            layer.mkdir()
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base},upperdir={upper},workdir={work}", root)
        try:
            in_root(root, "apt-get", "install", "-y", "-qq", "-o", "Dpkg::Options::=--force-unsafe-io", *ALONE, name)
            return facts_of(root)
        finally:
            run("umount", root)


def recommended(base: Path, name: str) -> list[str]:
    """Return the packages that come with one unless `--no-install-recommends` is said; installs nothing."""
    alone, all_of_them = (
        {
            line.split()[1]
            for line in in_root(base, "apt-get", "install", "-s", *more, name).splitlines()
            if line[:5] == "Inst "
        }
        for more in (ALONE, ())
    )
    return sorted(all_of_them - alone)


def facts_of(root: Path) -> Facts:
    """Return what a root file system has."""
    accounts, groups = (frozenset((root / "etc" / one).read_text().splitlines()) for one in ("passwd", "group"))
    names = [{line.split(":")[2]: line.split(":")[0] for line in lines} for lines in (accounts, groups)]
    capabilities = file_capabilities(root)
    files = {}
    for path, entry in entries(root):
        state = entry.stat(follow_symlinks=False)
        kind = "link" if entry.is_symlink() else "folder" if entry.is_dir() else "file"
        owner, group = names[0].get(str(state.st_uid), "?"), names[1].get(str(state.st_gid), "?")
        mode = stat.S_IMODE(state.st_mode)
        is_ordinary = (owner, group) == ("root", "root") and not mode & 0o7000 and mode & 0o755 in {0o755, 0o644}
        if is_ordinary and path not in capabilities and not path.startswith("/etc/") and mode & 0o022 == 0:
            continue
        if kind == "link" and not path.startswith("/etc/"):
            continue
        more = str(Path(entry.path).readlink()) if kind == "link" else capabilities.get(path, "")
        files[path] = " ".join(filter(None, (kind, owner, group, f"{mode:o}", more)))
    return Facts(accounts, groups, files)


def entries(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files of a root that a startup may ask for, with their paths in it."""
    pending = [root]
    while pending:
        with os.scandir(pending.pop()) as found:
            for entry in found:
                path = "/" + os.path.relpath(entry.path, root)
                if path.startswith(PASSED_OVER) or " " in path:
                    continue
                yield path, entry
                if entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))


def file_capabilities(root: Path) -> dict[str, str]:
    """Return the file capabilities in a root by path, as getcap writes them."""
    getcap = shutil.which("getcap", path=f"{os.environ['PATH']}:/sbin:/usr/sbin")
    if getcap is None:
        raise SystemExit("getcap is not here; install libcap2-bin")
    lines = run(getcap, "-r", root / "usr").splitlines()
    return {"/" + os.path.relpath(path, root): text for path, _, text in (line.rpartition(" ") for line in lines)}


def changed(before: Facts, after: Facts) -> dict[str, Any]:
    """Return what is new or different, as the data has it: accounts with their group's name."""
    groups = {line.split(":")[2]: line.split(":")[0] for line in after.groups}
    accounts = []
    for line in sorted(after.accounts - before.accounts):
        name, _, uid, gid, _, home, *_ = line.split(":")
        accounts.append(f"{name} {uid} {groups.get(gid, gid)} {home}")
    had = {line.split(":")[0] for line in before.groups}
    made = sorted(f"{name} {gid}" for name, _, gid, *_ in (one.split(":") for one in after.groups) if name not in had)
    files = [f"{path} {text}" for path, text in sorted(after.files.items()) if before.files.get(path) != text]
    return {key: value for key, value in (("accounts", accounts), ("groups", made), ("files", files)) if value}


def to_json(base: Facts, packages: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """Write the data."""
    listing = {
        "about": ABOUT,
        "release": SUITE,
        "date": datetime.now(timezone.utc).date().isoformat(),
        "base": [f"{path} {text}" for path, text in sorted(base.files.items()) if path.startswith("/etc")],
        "left_out": sorted(path for path in PASSED_OVER if path.startswith("/etc/")),
        "packages": {name: packages[name] for name in sorted(packages)},
    }
    return json.dumps(listing, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
