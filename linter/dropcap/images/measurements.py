"""What was measured of a project's services, as `dropcap.lock` keeps it: its section `measured`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.images.lock_form import (
    IMAGES,
    MEASURED,
    broken,
    entry_names,
    entry_of,
    entry_piece,
    flow,
    located,
    mapping,
    quoted,
    section_text,
    text_of,
)
from dropcap.masking import without_secrets
from dropcap.namedtuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dropcap.model import Located
    from dropcap.workspace import Workspace

__all__ = ["AGAIN", "LITTLE", "Found", "Measurement", "lock_text", "measurement_lines", "read_measurement"]

AGAIN = "run `dropcap verify` again"
LITTLE = "stays up"
"""The probe that shows what is needed, and little of what is not."""
_MOST_SAID = 200
_TEXTS = ("image", "user", "settings", "probe", "engine", "runtime", "kernel", "date")
_KINDS = ("needed", "degrades", "unsure")


class Measurement(NamedTuple):
    """What was measured of a service.

    Attributes:
        image: the digest of its image's configuration.
        command: what it starts, as its image and its file have it.
        user: whom it starts as.
        settings: the digest of what its files say and what decides; see :mod:`dropcap.needs.settings`.
        probe: what said that it works.
        needed: by capability, what it failed in without it.
        degrades: by capability, what it loses without it.
        unsure: by capability, why nothing follows of it.
        engine: which engine ran it.
        runtime: which runtime.
        kernel: which kernel.
        date: when.

    """

    image: str
    command: tuple[str, ...]
    user: str
    settings: str
    probe: str
    needed: Mapping[str, str]
    degrades: Mapping[str, str]
    unsure: Mapping[str, str]
    engine: str
    runtime: str
    kernel: str
    date: str


class Found(NamedTuple):
    """What the lock says was measured of a service.

    Attributes:
        where: its place: the digest of its settings.
        texts: what it says, by key.
        capabilities: for each kind (`needed`, `degrades`, `unsure`) what is said of each capability.

    """

    where: Located[str]
    texts: Mapping[str, str]
    capabilities: Mapping[str, Mapping[str, Located[str]]]


def measurement_lines(name: str, measured: Measurement) -> Iterator[str]:
    """Give the lines of a service.

    Args:
        name: the file from its project's root, a colon, and the service.
        measured: what was measured of it.

    """
    yield f"  {quoted(name)}:"
    yield f"    image: {quoted(measured.image)}"
    # As everything in the lock, it is for everybody who has the repository.
    yield f"    command: {flow(_shown(measured.command))}"
    for key in _TEXTS[1:4]:
        yield f"    {key}: {quoted(getattr(measured, key))}"
    for kind in _KINDS:
        found: Mapping[str, str] = getattr(measured, kind)
        yield f"    {kind}:" if found else f"    {kind}: {{}}"
        for capability, said in sorted(found.items()):
            yield f"      {quoted(capability)}: {quoted(without_secrets(said)[:_MOST_SAID])}"
    for key in _TEXTS[4:]:
        yield f"    {key}: {quoted(getattr(measured, key))}"


def _shown(words: Sequence[str]) -> Iterator[str]:
    """Give words without what looks like a secret, which those before it tell."""
    masked = without_secrets(" ".join(words))
    at = 0
    for word in words:  # each character of a secret is an asterisk, so that words stay where they are
        yield masked[at : at + len(word)]
        at += len(word) + 1


def read_measurement(name: str, workspace: Workspace) -> Found | None:
    """Return what the lock of a project says was measured of a service; None where it says nothing.

    Raises:
        UnreadableError: the lock is no text, or the entry is not as it is written.

    """
    piece = entry_piece(MEASURED, name, workspace)
    if piece is None:
        return None
    try:
        fields = mapping(entry_of(piece))
        return Found(
            located(fields["settings"]),
            {key: text_of(fields[key]) for key in _TEXTS},
            {kind: {one: located(value) for one, value in mapping(fields[kind]).items()} for kind in _KINDS},
        )
    except (KeyError, ValueError, TypeError) as error:
        raise broken(piece, error, AGAIN) from None


def lock_text(workspace: Workspace, measured: Mapping[str, Measurement], gone: Iterable[str] = ()) -> Iterator[str]:
    """Give the text of a project's lock with what was measured now; what it has of images and other services stays.

    Args:
        workspace: the project.
        measured: what was measured, by the names of the services.
        gone: the names that are to go.

    Raises:
        UnreadableError: the lock is no text.

    """
    from dropcap.images.lock import HEAD

    yield section_text(IMAGES, workspace) or HEAD
    yield f"{MEASURED}:\n"
    left_out = set(gone)
    for name in sorted({*entry_names(MEASURED, workspace), *measured}):
        if name in measured:
            yield from (f"{line}\n" for line in measurement_lines(name, measured[name]))
        elif name not in left_out and (piece := entry_piece(MEASURED, name, workspace)) is not None:
            yield piece.text
