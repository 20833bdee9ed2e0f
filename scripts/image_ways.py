"""An image by each of the ways in which its facts can be read, and as a started container has it."""

from __future__ import annotations

import posixpath
import re
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from dropcap.images.facts import FileKind
from dropcap.images.full_tree import FullTree, configuration
from dropcap.images.readers.engine import connect
from dropcap.images.readers.folders import read_archive_file, read_folder
from dropcap.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from dropcap.images.contents import Contents
    from dropcap.images.readers.layers import Reading

__all__ = ["LAID_OVER", "Client", "differences", "read_all"]

LAID_OVER = ("dev", "proc", "sys", ".dockerenv", "etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf")
"""What an engine lays over the files of a container is no part of the image."""
# Volumes are other file systems: what is in them is the image's all the same.
_FOUND = r"find / \( -path /proc -o -path /sys -o -path /dev \) -prune -o -exec stat -c '%n|%F|%u|%g|%a' {} +"
_GETCAP = "/dev/getcap"
_KINDS = {
    "regular file": FileKind.FILE,
    "regular empty file": FileKind.FILE,
    "directory": FileKind.FOLDER,
    "symbolic link": FileKind.LINK,
    "fifo": FileKind.FIFO,
    "socket": FileKind.SOCKET,
    "character special file": FileKind.DEVICE,
    "block special file": FileKind.DEVICE,
}


class Client(NamedTuple):
    """The client of the engine that has the images.

    Attributes:
        words: what begins its command lines.
        environment: what it runs in.

    """

    words: Sequence[str]
    environment: Mapping[str, str]

    def call(self, *words: str, out: Path | None = None) -> str:
        """Run a command; return what it prints, unless that goes into a file."""
        command = (*self.words, *words)
        if out is not None:
            with out.open("wb") as file:
                subprocess.run(command, env=self.environment, stdout=file, stderr=subprocess.PIPE, check=True)
            return ""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True).stdout


def read_all(
    client: Client, image: str, folder: Path, reading: Callable[[], Reading], lay_out: Callable[[Path, Path], None]
) -> dict[str, Contents]:
    """Return an image by each way.

    Args:
        client: the engine's, which `DOCKER_HOST` names as well.
        image: its name.
        folder: an empty folder.
        reading: what is kept of each.
        lay_out: makes an OCI archive and a layout (named `oci.tar` and `layout`) in a folder from what `docker save`
            wrote.

    """
    with closing(connect()) as engine:
        asked = engine.read(image, reading())
    if asked is None:
        raise LookupError(image)
    saved = folder / "saved.tar"
    client.call("save", image, out=saved)
    ways = {"engine": asked, "docker save": read_archive_file(str(saved), reading())[0]}
    lay_out(saved, folder)
    saved.unlink()
    ways["OCI archive"] = read_archive_file(str(folder / "oci.tar"), reading())[0]
    ways["OCI layout"] = read_folder(str(folder / "layout"), reading())[0]
    ways["root folder"] = read_folder(str(_exported(client, image, folder / "root")), reading())[0]
    return ways


def _exported(client: Client, image: str, folder: Path) -> Path:
    """Unpack the root file system of a container that was never started."""
    made = client.call("create", image, "/bin/sh").strip()
    folder.mkdir(parents=True)
    archive = folder.parent / f"{folder.name}.tar"
    client.call("export", made, out=archive)
    client.call("rm", "--volumes", made)
    words = ("tar", "--numeric-owner", "--xattrs", "--xattrs-include=*", "-xpf", str(archive), "-C", str(folder))
    subprocess.run((*words, "--anchored", "--exclude=dev/*", "--exclude=proc/*", "--exclude=sys/*"), check=True)
    archive.unlink()
    return folder


def differences(client: Client, image: str, ways: Mapping[str, Contents], getcap: str = "") -> list[str]:
    """Say where the ways tell something else than the engine, or than a started container.

    Args:
        client: the engine's.
        image: the image.
        ways: the image by each way.
        getcap: the program that reads file capabilities; empty where the image has not the libraries that it takes.

    """
    known = _shown(ways["engine"])
    bare = _stats({path: one for path, (one, _) in known.items()})
    said = []
    for way, contents in ways.items():
        if way == "root folder":  # it has no configuration, and dates and texts of its own
            found: Any = _stats(contents.files), _capabilities(contents.files)
            expected: Any = bare, _capabilities(ways["engine"].files)
        else:
            # OCI writes a configuration in other words, so that it has another digest.
            has_id = not way.startswith("OCI")
            found = contents.id if has_id else "", _configured(contents), _shown(contents)
            expected = ways["engine"].id if has_id else "", _configured(ways["engine"]), known
        said += [f"{way}: {what}" for what in _different(found, expected)]
    inside = _in_container(client, image)
    for path in _made_for_volumes(ways["engine"]):
        inside.pop(path, None)
    said += [f"stat: {what}" for what in _different((inside,), (bare,))]
    tree = FullTree.of(ways["engine"])
    told = sorted(f"{one.name}:{one.uid}:{one.group}" for one in tree.accounts())
    passwd = _run(client, image, "cat", "/etc/passwd").splitlines()
    said += [
        f"passwd: {one}"
        for one in set(told) ^ {":".join((line.split(":")[0], *line.split(":")[2:4])) for line in passwd}
    ]
    if getcap:
        mount = f"--volume={getcap}:{_GETCAP}:ro"
        rows = re.findall(
            r"(?m)^(\S+) (?:= )?(cap_\S+?)[=+](\S+)$", _run(client, image, f"{_GETCAP} -r / || :", mounts=(mount,))
        )
        real = {
            path: (tuple(sorted(names.upper().replace("CAP_", "").split(","))), "e" in flags)
            for path, names, flags in rows
        }
        said += [f"getcap: {what}" for what in _different((real,), (_capabilities(ways["engine"].files),))]
    return said


def _made_for_volumes(image: Contents) -> Iterator[str]:
    """Give the folders that an engine makes in a container because the image declares volumes there and has none."""
    for volume in configuration(image.config, Source("", "")).volumes:
        path = posixpath.normpath(volume.value)
        while path not in image.files and path != "/":
            yield path
            path = posixpath.dirname(path)


def _run(client: Client, image: str, *words: str, mounts: Sequence[str] = ()) -> str:
    line = ("-c", " ".join(words))
    return client.call("run", "--rm", "--user=0", "--network=none", "--entrypoint=/bin/sh", *mounts, image, *line)


def _configured(image: Contents) -> dict[str, Any]:
    """Return what counts of a configuration."""
    found = configuration(image.config, Source("", ""))
    return {name: repr(value) for name, value in found._asdict().items()}


def _is_own(path: str) -> bool:
    return path != "/" and not path.startswith(tuple(f"/{one}" for one in LAID_OVER))


def _shown(image: Contents) -> dict[str, Any]:
    """Return all that is known of each path, texts as strings; the folders that engines mount over are theirs."""
    return {
        path: (file._replace(content=None), file.text and file.text.text)
        for path, file in image.files.items()
        if _is_own(path)
    }


def _stats(files: Mapping[str, Any]) -> dict[str, Any]:
    return {path: (one.kind, one.owner, one.group, one.mode) for path, one in files.items() if _is_own(path)}


def _capabilities(files: Mapping[str, Any]) -> dict[str, Any]:
    return {
        path: (tuple(sorted(one.capabilities)), one.is_effective) for path, one in files.items() if one.capabilities
    }


def _in_container(client: Client, image: str) -> dict[str, Any]:
    """Return what `stat` says in a started container."""
    found = {}
    for line in _run(client, image, _FOUND).splitlines():
        path, kind, owner, group, mode = line.rsplit("|", 4)
        if _is_own(path):
            found[path] = _KINDS[kind], owner, group, int(mode, 8)
    return found


def _different(found: Sequence[Any], expected: Sequence[Any]) -> list[str]:
    """Say what differs, at most a few of each."""
    said = []
    for one, other in zip(found, expected, strict=True):
        if one == other:
            continue
        if not isinstance(one, dict) or not isinstance(other, dict):
            said.append(f"{one} instead of {other}")
            continue
        paths = sorted(path for path in {*one, *other} if one.get(path) != other.get(path))
        said += [f"{path}: {one.get(path)} instead of {other.get(path)}" for path in paths[:_MOST]]
    return said


_MOST = 4
