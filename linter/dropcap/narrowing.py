"""Fixes that give a container the set that it needs in the place of a wider one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.names import ALL
from dropcap.model import Located
from dropcap.model.changes import Fix, Put, Remove

if TYPE_CHECKING:
    from typing import Any

    from dropcap.subject import Subject


def narrowed(subject: Subject, without: Located[Any] | None = None) -> Fix | None:
    """Return the fix that drops ALL and adds what a container needs; None where that is not known.

    What somebody added by name stays. The fix is safe where all that is needed is known, and where nothing goes that
    somebody wrote: of the default set nobody knows what it is good for, and whoever writes `privileged` may. What the
    catalogue of images alone tells is not certain enough: an image's tag may stand for another one tomorrow.

    Args:
        subject: the container.
        without: what gives it all, and is to go: the option of privileged mode, or the addition of ALL.

    """
    if subject.may_be_set("cap_add", "cap_drop", "privileged"):
        return None
    known = subject if subject.says_what_it_starts else _asked(subject)
    if known is None:
        return None
    needs = known.needs
    if not needs.is_complete and (without is not None or not needs.cap_add):
        return None
    kept = [entry for entry in subject.cap_add if subject.entry_name(entry) != ALL]
    there = {subject.entry_name(entry) for entry in kept}
    added = (*(entry.value for entry in kept), *(name for name in needs.cap_add if name not in there))
    changes: list[Remove | Put] = []
    if without is not None and not any(entry is without for entry in subject.cap_add):
        changes.append(Remove(without))
    if [subject.entry_name(entry) for entry in subject.cap_drop] != [ALL]:
        changes.append(Put(subject, "cap_drop", (ALL,)))
    if added != tuple(entry.value for entry in subject.cap_add):
        changes.append(Put(subject, "cap_add", added))
    what = f"drop {ALL} and add {', '.join(added)}" if added else f"drop {ALL}"
    doubt = "" if needs.is_complete else ", which may not be all that it needs"
    is_safe = needs.is_complete and without is None and not known.is_told_by_catalogue
    return Fix(f"{what}{doubt}", tuple(changes), is_safe)


def _asked(subject: Subject) -> Subject | None:
    """Return a container as if it dropped ALL, if the catalogue of images says what it starts: it is asked then."""
    anchor = subject.anchor
    known = subject.dropping(Located(ALL, anchor.source, anchor.span))
    return known if known.says_what_it_starts else None


def can_do_without(subject: Subject, name: str) -> bool:
    """Return whether a container is known not to need a capability."""
    if not subject.is_comparable or not subject.needs.is_complete:
        return False
    return all(name not in (need.capability, *need.instead) for need in subject.needs.needs)
