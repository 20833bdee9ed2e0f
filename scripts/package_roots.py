"""Minimal Debian roots that packages are really installed into, and what is seen in them before and after each script.

`apt-get install` runs in an overlay over one `debootstrap --variant=minbase`, in namespaces of its own, and no service
is started. Around the postinst of each package a picture is taken, so that a change is known to be that package's.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from workload_engine import mirror

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["SUITE", "Observed", "Picture", "Root", "base_root", "install_packages", "picture_of_folder"]

SUITE = "bookworm"
WORK = Path.home() / ".cache" / "dropcap-package-roots"
SECONDS = 1800
PLACES = "/etc /home /mnt /opt /root /run /srv /usr/bin /usr/sbin /usr/local /var"
# Nothing of a container's startup asks for these, and packages change them all the time.
PASSED_OVER = ("/var/lib/dpkg", "/var/lib/apt", "/var/cache/apt", "/var/cache/debconf", "/etc/ssl/certs", "/dropcap")
# dpkg's own name is kept for it: apt calls `dpkg --configure …`, and a script is wrapped just before.
WRAP = """#!/bin/sh
case " $* " in *" --configure "*)
    for script in /var/lib/dpkg/info/*.postinst; do
        name=${script##*/}
        grep -q /dropcap/picture "$script" && continue
        mv "$script" "/dropcap/scripts/$name"
        for more in templates config; do  # debconf looks for them beside the script
            cp -p "${script%postinst}$more" /dropcap/scripts/ 2>/dev/null
        done
        sed "s|NAME|${name%.postinst}|g" > "$script" <<'EOF'
#!/bin/sh
/dropcap/picture before NAME
/dropcap/scripts/NAME.postinst "$@"
code=$?
/dropcap/picture after NAME
exit $code
EOF
        chmod 755 "$script"
    done ;;
esac
exec /usr/bin/dpkg "$@"
"""
PICTURE = f"""#!/bin/sh
exec 3>&- </dev/null >/dev/null 2>&1
set -- "$1" "$2" $(ls /dropcap/seen | wc -l)
to=/dropcap/seen/$(printf %05d "$3").$1.$2
mkdir "$to"
cp /etc/passwd /etc/group "$to"
find {PLACES} \\( {" -o ".join(f"-path {one}" for one in PASSED_OVER)} \\) -prune -o \\
    -printf '%p\\t%y\\t%u\\t%g\\t%m\\t%l\\n' > "$to/files"
"""
INSTALL = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'


class Picture(NamedTuple):
    """What there is at one time.

    Attributes:
        label: `before` or `after` and the package whose postinst it is; empty of the last one.
        files: by path: kind, owner, group, mode, and what a link points at.
        accounts: the lines of /etc/passwd by name.
        groups: the lines of /etc/group by name.

    """

    label: tuple[str, str]
    files: Mapping[str, tuple[str, ...]]
    accounts: Mapping[str, str]
    groups: Mapping[str, str]


class Observed(NamedTuple):
    """What one installation changes.

    Attributes:
        base: what there was.
        pictures: those around the scripts, in their order.
        last: what is new or different at the end, /usr included.
        owners: the packages that brought a path with them.
        preinsts: the texts of the scripts that ran before the unpacking, by package.
        capabilities: file capabilities by path, as getcap writes them.
        packages: the names of all packages that are installed then.

    """

    base: Picture
    pictures: tuple[Picture, ...]
    last: Picture
    owners: Mapping[str, frozenset[str]]
    preinsts: Mapping[str, str]
    capabilities: Mapping[str, str]
    packages: frozenset[str]


class Root(NamedTuple):
    """The base, with what is in it.

    Attributes:
        path: where it lies.
        picture: what there is.
        packages: the names of its packages.

    """

    path: Path
    picture: Picture
    packages: frozenset[str]


def run(*words: str | Path, **options: Any) -> str:  # noqa: ANN401  # those of subprocess.run
    """Run a command, and return what it prints."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        words, capture_output=True, text=True, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL, **options
    )
    return done.stdout


def in_root(root: Path, *words: str) -> str:
    """Run a command in a root, in namespaces of its own, so that nothing stays behind."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    alone = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
    return run(*alone, "sh", "-c", INSTALL, root, *words, env=environment)


def base_root() -> Root:
    """Return a minimal Debian, made once."""
    base = WORK / "base"
    if not (base / "dropcap" / "made").exists():
        shutil.rmtree(base, ignore_errors=True)
        WORK.mkdir(parents=True, exist_ok=True)
        run("debootstrap", "--variant=minbase", SUITE, base, *mirror())
        for one in ("etc/apt/apt.conf.d", "etc/apt/sources.list.d"):
            shutil.copytree(Path("/", one), base / one, dirs_exist_ok=True)
        if list((base / "etc/apt/sources.list.d").glob("*.sources")):
            (base / "etc/apt/sources.list").unlink()
        shutil.copy("/etc/resolv.conf", base / "etc/resolv.conf")
        (base / "dropcap" / "scripts").mkdir(parents=True)
        (base / "dropcap" / "seen").mkdir()
        scripts = {"usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n", "dropcap/dpkg": WRAP, "dropcap/picture": PICTURE}
        for name, text in scripts.items():
            (base / name).write_text(text)
            (base / name).chmod(0o755)
        in_root(base, "apt-get", "update")
        in_root(base, "apt-get", "upgrade", "-y", "-qq")
        (base / "dropcap" / "made").touch()
    return Root(base, picture_of_folder(base, base), installed_packages(base))


def installed_packages(root: Path) -> frozenset[str]:
    """Return the names of the packages that dpkg has installed."""
    blocks = (root / "var/lib/dpkg/status").read_text(errors="replace").split("\n\n")
    return frozenset(
        line.partition(": ")[2]
        for block in blocks
        if "\nStatus: install ok installed" in block
        for line in block.splitlines()
        if line.startswith("Package: ")
    )


@contextmanager
def overlay(base: Path) -> Iterator[tuple[Path, Path]]:
    """Give a root over the base, and the folder that takes what changes in it."""
    with TemporaryDirectory(dir=WORK, ignore_cleanup_errors=True) as made:
        upper, work, root = layers = [Path(made) / one for one in ("upper", "work", "root")]
        for layer in layers:
            layer.mkdir()
        options = f"lowerdir={base},upperdir={upper},workdir={work},volatile"
        run("mount", "-t", "overlay", "overlay", "-o", options, root)
        try:
            yield root, upper
        finally:
            run("umount", root)


def install_packages(base: Root, names: list[str], *, is_alone: bool) -> Observed:
    """Install packages over a root, which stays as it is, and return what was seen.

    Raises:
        CalledProcessError: they cannot be installed.

    """
    options = ["-y", "-qq", "-o", "Dpkg::Options::=--force-unsafe-io", "-o", "Dir::Bin::dpkg=/dropcap/dpkg"]
    if is_alone:
        options.append("--no-install-recommends")
    with overlay(base.path) as (root, upper):
        in_root(root, "apt-get", "install", *options, *names)
        seen = sorted((upper / "dropcap" / "seen").glob("*")) if (upper / "dropcap" / "seen").exists() else []
        info = root / "var/lib/dpkg/info"
        return Observed(
            base.picture,
            tuple(read_picture(one) for one in seen),
            picture_of_folder(upper, root),
            owners_of(info),
            {
                one.name[: -len(".preinst")].partition(":")[0]: one.read_text("utf-8", "replace")
                for one in info.glob("*.preinst")
            },
            file_capabilities(upper),
            installed_packages(root),
        )


def read_picture(folder: Path) -> Picture:
    """Read what the script has written."""
    _, when, name = folder.name.split(".", 2)
    files = {}
    for line in (folder / "files").read_text("utf-8", "replace").splitlines():
        path, kind, owner, group, mode, target = line.split("\t")
        files[path] = (KINDS.get(kind, kind), owner, group, mode.lstrip("0") or "0", target)
    return Picture((when, name.partition(":")[0]), files, *accounts_of(folder))


KINDS = {"f": "file", "d": "folder", "l": "link", "s": "socket", "p": "fifo", "c": "device", "b": "device"}


def accounts_of(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the lines of passwd and group in a folder by name."""
    first, second = (
        {line.partition(":")[0]: line for line in (folder / one).read_text().splitlines()}
        for one in ("passwd", "group")
    )
    return first, second


def picture_of_folder(folder: Path, root: Path) -> Picture:
    """Return what lies in a folder, with the names of a root's accounts."""
    accounts, groups = accounts_of(root / "etc")
    users, teams = ({line.split(":")[2]: name for name, line in found.items()} for found in (accounts, groups))
    files: dict[str, tuple[str, ...]] = {}
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as found:
            for entry in found:
                path = "/" + os.path.relpath(entry.path, folder)
                if path.startswith((*PASSED_OVER, "/dev/", "/proc/", "/sys/", "/tmp/")):  # noqa: S108  # in a root
                    continue
                state = entry.stat(follow_symlinks=False)
                kind = kind_of(state)
                if kind == "device" and state.st_rdev == 0:  # an overlay's sign that something is gone
                    continue
                target = str(Path(entry.path).readlink()) if kind == "link" else ""
                owner, group = (
                    users.get(str(state.st_uid), str(state.st_uid)),
                    teams.get(str(state.st_gid), str(state.st_gid)),
                )
                files[path] = (kind, owner, group, f"{stat.S_IMODE(state.st_mode):o}", target)
                if kind == "folder":
                    pending.append(Path(entry.path))
    return Picture(("", ""), files, accounts, groups)


def kind_of(state: os.stat_result) -> str:
    """Return what a path is, as the data names it."""
    tests = (
        ("folder", stat.S_ISDIR),
        ("link", stat.S_ISLNK),
        ("socket", stat.S_ISSOCK),
        ("fifo", stat.S_ISFIFO),
        ("device", stat.S_ISCHR),
        ("device", stat.S_ISBLK),
    )
    return next((name for name, test in tests if test(state.st_mode)), "file")


def owners_of(info: Path) -> dict[str, frozenset[str]]:
    """Return the packages that brought each path, from dpkg's lists; /bin and /sbin are links."""
    found: dict[str, set[str]] = {}
    for one in info.glob("*.list"):
        name = one.name[: -len(".list")].partition(":")[0]
        for path in one.read_text("utf-8", "replace").splitlines():
            whole = f"/usr{path}" if path.startswith(("/bin/", "/sbin/", "/lib/", "/lib64/")) else path
            found.setdefault(whole, set()).add(name)
    return {path: frozenset(names) for path, names in found.items()}


def file_capabilities(root: Path) -> dict[str, str]:
    """Return the file capabilities in a root by path, as getcap writes them."""
    getcap = shutil.which("getcap", path=f"{os.environ['PATH']}:/sbin:/usr/sbin")
    if getcap is None:
        raise SystemExit("getcap is not here; install libcap2-bin")
    lines = run(getcap, "-r", root).splitlines()
    return {"/" + os.path.relpath(path, root): text for path, _, text in (line.rpartition(" ") for line in lines)}
