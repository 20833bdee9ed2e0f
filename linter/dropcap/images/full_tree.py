"""The picture of an image of which every file is known, and which of them anyone asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dropcap.images.account_files import GROUP, PASSWD, replace_accounts
from dropcap.images.facts import ImageConfig, UnknownFact
from dropcap.images.tree import FileTree
from dropcap.model import Located
from dropcap.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.images.contents import Contents
    from dropcap.images.facts import File

__all__ = ["Asked", "FullTree", "configuration"]

_RELEASES = ("/etc/os-release", "/usr/lib/os-release")
_NO_ACCOUNTS = UnknownFact("dropcap finds no file with its accounts")


class Asked:
    """What was asked of a picture, and of all its copies.

    Attributes:
        paths: the paths.
        folders: the folders of which all that lies in them was asked for.

    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.paths: dict[str, None] = {}
        self.folders: dict[str, None] = {}


class FullTree(FileTree):
    """All of an image; it takes note of what is asked."""

    def __init__(self, asked: Asked) -> None:
        """Begin with an empty root."""
        super().__init__()
        self.asked = asked

    @classmethod
    def of(cls, contents: Contents) -> FullTree:
        """Return the picture of an image that was read."""
        tree = cls(Asked())
        tree.is_read = True
        tree.fill(contents.files)
        tree.config = configuration(contents.config, Source("", ""))
        for path, is_group in ((PASSWD, False), (GROUP, True)):
            text = tree.text(path)
            if text is not None:
                replace_accounts(tree, path, text, _NO_ACCOUNTS)
            elif not is_group and tree.end(path) in contents.files:  # it is there, and is no text
                tree.forget_accounts(_NO_ACCOUNTS)
        tree.release = _release(tree)
        tree.asked.paths.clear()
        return tree

    def copy(self) -> FullTree:
        """Return a picture of its own with the same content; what is asked of it counts for both."""
        made = FullTree(self.asked)
        self.copy_into(made)
        return made

    def _real(self, path: str) -> str:
        self.asked.paths[path] = None
        return super()._real(path)

    def below(self, path: str) -> Sequence[tuple[str, File]]:
        """Return as any picture does."""
        self.asked.folders[path] = None
        return super().below(path)

    def hidden_below(self, path: str) -> UnknownFact | None:
        """Return as any picture does."""
        self.asked.folders[path] = None
        return super().hidden_below(path)


def _release(tree: FileTree) -> str:
    """Return the release that an image says it is, where the packages of its distribution are known by releases."""
    text = next((found.text for path in _RELEASES if (found := tree.text(path)) is not None), "")
    if not re.search(r"(?m)^ID=\"?debian\"?$", text):
        return ""
    name = re.search(r"(?m)^VERSION_CODENAME=\"?([a-z]+)\"?$", text)
    return name[1] if name is not None else ""


def configuration(config: Mapping[str, Any], source: Source) -> ImageConfig:
    """Return an image's configuration.

    Args:
        config: as OCI's `config` object has it.
        source: the text in which all of it stands as one place.

    """

    def located(value: object) -> Located[str]:
        return Located(str(value), source, Span(0, 0))

    def words(key: str) -> tuple[Located[str], ...] | None:
        found = config.get(key)
        return tuple(map(located, found)) if found else None

    variables = [str(one).partition("=") for one in config.get("Env") or ()]
    check = (config.get("Healthcheck") or {}).get("Test") or ()
    return ImageConfig(
        user=located(config["User"]) if config.get("User") else None,
        entrypoint=words("Entrypoint"),
        command=words("Cmd"),
        environment={name: located(value) for name, _, value in variables},
        working_folder=str(config.get("WorkingDir") or "/"),
        volumes=tuple(map(located, sorted(config.get("Volumes") or ()))),
        ports=tuple(map(located, sorted(config.get("ExposedPorts") or ()))),
        health_check=tuple(map(located, check)) or None,
        stop_signal=str(config.get("StopSignal") or ""),
    )
