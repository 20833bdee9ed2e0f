"""Which files are checked for an open text: itself, or the project that it belongs to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dropcap.carriers.registry import bytes_to_recognise, carrier_of_content, carrier_of_name, is_walked
from dropcap.discover import together
from dropcap.lsp.policies import CONFIGURATION_NAMES
from dropcap.model import Failure
from dropcap.namedtuple import NamedTuple
from dropcap.paths import shown
from dropcap.real_paths import is_below, repository_top
from dropcap.targets import Target
from dropcap.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.lsp.policies import Policies

_NAMED = {"dockercompose": "compose", "dockerfile": "dockerfile", "yaml.docker-compose": "compose"}
"""What editors call kinds of files that a person may have told them, where neither the name nor the content tells."""
_TYPED = {**_NAMED, "sh": "script", "shellscript": "script"}
"""The same for texts that have no file yet."""


class Text(NamedTuple):
    """An open text.

    Attributes:
        path: the file's path as the editor has it, an absolute one; of a text without a file a name to print.
        text: the text, not saved perhaps.
        language: what the editor takes it to be; empty where it does not say.
        is_file: whether it has a file, be it one that is not there yet.

    """

    path: str
    text: str
    language: str = ""
    is_file: bool = True


class Placed(NamedTuple):
    """What is checked for an open text.

    Attributes:
        targets: the files; none for a text that dropcap does not check.
        failures: why something is not checked.
        faults: what is wrong with it as a configuration.
        unusable: what a configuration says that cannot be used, a message for each mistake.

    """

    targets: tuple[Target, ...] = ()
    failures: tuple[Failure, ...] = ()
    faults: tuple[Failure, ...] = ()
    unusable: tuple[str, ...] = ()


def root_for(path: str, folders: Sequence[str]) -> str:
    """Return the folder that nothing is read outside of for a file: its repository, the editor's folder, or its own.

    Args:
        path: the file's real path.
        folders: the real paths of the folders that are open in the editor.

    """
    folder = os.path.dirname(path)
    top = repository_top(folder)
    if top is not None:
        return top
    return max((one for one in folders if is_below(folder, one)), key=len, default=folder)


def place(text: Text, real: str, overlay: Mapping[str, bytes], policies: Policies, folders: Sequence[str]) -> Placed:
    """Find what is checked for an open text, as `check --as-discovered` finds it for a file that is named.

    Args:
        text: the text.
        real: the file's real path.
        overlay: the open texts by real path.
        policies: the configurations.
        folders: the real paths of the folders that are open in the editor.

    Raises:
        ConfigError: its configuration cannot be used.

    """
    if not text.is_file:
        return _alone(text, policies)
    path = shown(text.path)
    root = root_for(real, folders)
    name = os.path.basename(path)
    if name == ".env":
        return _beside(path, root, overlay, policies)
    if name in CONFIGURATION_NAMES:
        from dropcap.lsp.config_file import faults

        return Placed(faults=faults(path, text.text, overlay, root, policies.ids))
    carrier = None if policies.leaves_out(path) else _carrier(path, text.language, _data(text))
    if carrier is None or (not is_walked(carrier) and not policies.takes_markdown(path)):
        return Placed()
    if os.path.islink(path) and not is_below(real, root_for(os.path.abspath(path), folders)):
        message = "is a link out of the folder, and dropcap does not follow it; open the file that it leads to"
        return Placed(failures=(Failure(path, message),))
    failures: list[Failure] = []
    # Beside a file that is named all of its project counts.
    found = together([Target(path, carrier, named=True, root=root)], failures, overlay)
    return Placed(_judged(found, policies), tuple(failures))


def _alone(text: Text, policies: Policies) -> Placed:
    """Return a text without a file, if it is of a kind that is checked."""
    carrier = _TYPED.get(text.language) or carrier_of_name(text.path) or carrier_of_content(text.path, _data(text))
    return Placed(_judged([Target(text.path, carrier, named=True)], policies) if carrier else ())


def _data(text: Text) -> bytes:
    return text.text.encode("utf-8", "surrogatepass")


def _beside(path: str, root: str, overlay: Mapping[str, bytes], policies: Policies) -> Placed:
    """Return the project beside a file of variables."""
    from dropcap.carriers.compose.project_files import project_files

    project = project_files(os.path.dirname(path), Workspace(root, overlay))
    if not project.paths or policies.leaves_out(project.paths[0]):
        return Placed()
    first, *over = project.paths
    target = Target(first, "compose", named=True, over=tuple(over), root=root)
    return Placed(_judged([target], policies), project.failures)


def _judged(targets: Sequence[Target], policies: Policies) -> tuple[Target, ...]:
    return tuple(one._replace(named=False, policy=policies.judging(one.path).policy) for one in targets)


def _carrier(path: str, language: str, data: bytes) -> str | None:
    size = bytes_to_recognise(path)
    found = carrier_of_name(path) or (carrier_of_content(path, data[:size]) if size else None)
    return found or _NAMED.get(language)
