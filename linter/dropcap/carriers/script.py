"""Shell scripts: the containers that their commands start.

A command whose words differ by branch or by round is one container for each set of words, up to eight; the same
finding in several of them is one finding. Of more, one container stands for the rest, and what differs in it is
not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.clients import named_client, programs, verbs
from dropcap.lang.shell import check_readable
from dropcap.lang.shell.shebang import is_shell_script
from dropcap.model import Container, Document, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dropcap.carriers.request import Request
    from dropcap.lang.shell.fragments import Text
    from dropcap.lang.shell.template_holes import TemplateHole
    from dropcap.lang.words import Word
    from dropcap.source import Source

__all__ = ["read", "read_script", "read_words", "recognise"]

_PROGRAM = re.compile(named_client())
_COMMAND = re.compile(rf"\b(?:{'|'.join(sorted(verbs()))})\b")


def recognise(_path: str, data: bytes) -> bool:
    """Return whether a file's first line says that a shell runs it."""
    return is_shell_script(data)


def read(source: Source, _request: Request | None = None) -> Document:
    """Read a script; raises as :func:`read_script`."""
    return read_script(source)


def read_script(source: Source, taken: Sequence[TemplateHole] = (), variables: Mapping[str, Word] = {}) -> Document:
    """Read a script: every `docker run` and its like that stands where a command stands.

    Args:
        source: the script.
        taken: the parts of it that something else fills in first, and that are not known.
        variables: the environment, as far as it is known.

    Raises:
        UnreadableError: the script names such a command, and is no text that a shell reads, or nests too
            deeply.

    """
    if not _may_start(source.text + " ".join(["", *(word.value for word in variables.values())])):
        return Document(source, "script", ())
    check_readable(source)
    from dropcap.carriers.script_clients import containers as found_in

    return _document(source, found_in(source, taken, variables))


def read_words(source: Source, words: Sequence[Text]) -> Document:
    """Read a command that no shell reads first; its words stand in a source."""
    if not _may_start(" ".join("".join(piece.text for piece in word) for word in words)):
        return Document(source, "script", ())
    from dropcap.carriers.script_clients import containers_of_words

    return _document(source, containers_of_words(source, words))


def _may_start(text: str) -> bool:
    return _COMMAND.search(text) is not None and _may_name_client(text)


def _may_name_client(text: str) -> bool:
    """Return whether a text names a client, or has a longer name that a script may cut a client's out of.

    Most entrypoints of images have `docker-entrypoint.d` somewhere, which is no client, whatever stands behind it.
    """
    is_longer = False
    for match in _PROGRAM.finditer(text):
        more = re.compile(_LONGER).match(text, match.end())
        name = match[0] + (more[0] if more else "")
        if any(program.startswith(name) for program in programs()):
            return True
        is_longer = True
    return is_longer and any(found[0] != _FIRST_CHARACTER for found in re.finditer(_CUTS, text))


_LONGER = r"[\w.-]*"
_CUTS = r"\bIFS\b|\$\{!?(?:\w+|[@*])(?:\[[^]]*\])?(?:[#%]|:(?![-=?+])[^}]*\}?)"
"""What takes a value apart."""
_FIRST_CHARACTER = "${1:0:1}"
"""How entrypoints ask whether they are given an option; no client's name has one character."""


def _document(source: Source, results: Sequence[Container | Failure]) -> Document:
    containers = tuple(result for result in results if isinstance(result, Container))
    failures = tuple(result for result in results if isinstance(result, Failure))
    return Document(source, "script", containers, failures)
