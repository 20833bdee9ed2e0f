"""The capabilities that the steps of a build write into files.

Sources: setcap(8), libcap `progs/setcap.c`; cap_from_text(3); filecap(8), libcap-ng `utils/filecap.c`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.names import ALL, NAMES, bare_name
from dropcap.images.build_commands import step_commands
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dropcap.model import Instruction, Located

# cap_from_text(3): names, then operators with flags, as in `cap_net_raw,cap_net_admin+ep`; no names mean all.
_CLAUSE = r"(?i)([a-z0-9_,]*)((?:[=+-][eip]*)+)"
_OPERATION = r"([=+-])([eip]*)"
_VALUED = frozenset({"-n"})
_NEEDLE = r"setcap|filecap"


class FileCapabilities(NamedTuple):
    """What a command writes into a file.

    Attributes:
        where: the word that names the capabilities.
        file: the file as it is written; empty where it is not known.
        permitted: the names, or ALL, that whoever executes the file gets; none where it loses those that it had.
        effective: whether the program has them in force from its start. The kernel then refuses to execute the file
            where the bounding set lacks one of them.

    """

    where: Located[str]
    file: str
    permitted: tuple[str, ...]
    effective: bool


def written_by(step: Instruction) -> Iterator[FileCapabilities]:
    """Give what a build step writes into files, in its order; files that lose what they had are among them.

    Raises:
        UnreadableError: the step's script nests too deeply.

    """
    for words in step_commands(step, _NEEDLE):
        yield from written_by_command(words)


def written_by_command(words: Sequence[Located[str] | None]) -> Iterator[FileCapabilities]:
    """Give what a command writes into files; a word that is not known is None."""
    program = words[0] if words else None
    name = program.value.rpartition("/")[2] if program is not None else ""
    if name == "setcap":
        yield from _setcap(words)
    elif name == "filecap":
        yield from _filecap(words)


def _setcap(words: Sequence[Located[str] | None]) -> Iterator[FileCapabilities]:
    index = 1
    while index + 1 < len(words):
        word, file = words[index], words[index + 1]
        if word is None or word.value == "-v":  # it compares and sets nothing
            return
        name = "" if file is None else file.value
        if word.value == "-r":
            yield FileCapabilities(word, name, (), effective=False)
            index += 2
        elif word.value in _VALUED or word.value == "-":
            index += 2
        elif word.value.startswith("-") and not re.fullmatch(_CLAUSE, word.value):
            index += 1
        else:
            permitted, effective = capabilities_of_text(word.value)
            yield FileCapabilities(word, name, permitted, effective)
            index += 2


def _filecap(words: Sequence[Located[str] | None]) -> Iterator[FileCapabilities]:
    """Read `filecap FILE NAME …`, which sets the effective bit too; `none` takes all away."""
    file = words[1] if len(words) > 1 else None
    names = [word for word in words[2:] if word is not None]
    if file is None or file.value.startswith("-") or not names:  # it lists
        return
    if names[0].value == "none":
        yield FileCapabilities(names[0], file.value, (), effective=False)
        return
    permitted = [ALL if name.value == "full" else bare_name(name.value) for name in names]
    known = tuple(name for name in permitted if name in NAMES or name == ALL)
    if known:
        yield FileCapabilities(names[0], file.value, known, effective=True)


def capabilities_of_text(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the capabilities that a file gets as permitted, and whether its effective bit is set.

    The inheritable ones are left out: engines start containers with an empty inheritable set, where they do
    nothing.
    """
    permitted: dict[str, bool] = {}
    effective = False
    for clause in text.split():
        match = re.fullmatch(_CLAUSE, clause)
        if match is None:
            return (), False
        names = [bare_name(name) for name in match[1].split(",") if name] or [ALL]
        for operator, flags in re.findall(_OPERATION, match[2]):
            for name in names:
                permitted[name] = _after(operator, "p" in flags, permitted.get(name, False))
            effective = _after(operator, "e" in flags, effective)
    known = tuple(name for name, is_set in permitted.items() if is_set and (name in NAMES or name == ALL))
    return known, effective


def _after(operator: str, named: bool, before: bool) -> bool:  # noqa: FBT001  # two truths go in, one comes out
    """Return a flag's new state."""
    if operator == "=":
        return named
    return before or named if operator == "+" else before and not named
