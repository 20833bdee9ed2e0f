"""What was measured of a container laid over what its files show: the best evidence, as long as nothing has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.capabilities.names import NAMES
from dropcap.model import Kind, UnreadableError
from dropcap.needs.model import Certainty, Evidence, Need, Phase, UnknownNeed
from dropcap.workspace import LOCK

if TYPE_CHECKING:
    from dropcap.images.known_images import Images
    from dropcap.images.measurements import Found
    from dropcap.model import Container, Located
    from dropcap.needs.model import Needs
    from dropcap.workspace import Workspace

__all__ = ["with_measured"]

_ORDER = {name: index for index, name in enumerate(NAMES)}
_MORE = "run `dropcap verify` with a --probe that tests it"
# What has to be known for a measurement to say anything of another start.
_DECIDING = ("entrypoint", "command", "user", "mounts", "network_mode", "sysctls", "security_opt")


def with_measured(needs: Needs, container: Container, workspace: Workspace, images: Images) -> Needs:
    """Return needs with what was measured, where the project's lock has that and it still counts."""
    if container.kind is not Kind.SERVICE or not workspace.has_lock:
        return needs
    from dropcap.images.measurements import read_measurement
    from dropcap.needs.settings import measured_name

    try:
        found = read_measurement(measured_name(container, workspace), workspace)
    except UnreadableError as error:
        return _remarked(needs, Evidence(f"dropcap cannot use {LOCK}: {error.failure.message}"))
    if found is None:
        return needs
    stale = _stale(found, container, images)
    return _remarked(needs, Evidence(stale, found.where)) if stale else _laid_over(needs, found, container)


def _remarked(needs: Needs, remark: Evidence) -> Needs:
    return needs._replace(remarks=(*needs.remarks, remark))


def _stale(found: Found, container: Container, images: Images) -> str:
    """Say why what was measured does not count any more; empty where it does."""
    from dropcap.images.measurements import AGAIN
    from dropcap.needs.settings import UndecidedError, settings_digest

    date = found.texts["date"]
    try:
        digest = settings_digest(container, images.workspace)
    except UndecidedError as error:
        return f"dropcap cannot compare the measurement of {date} with its files: {error}"
    if digest != found.texts["settings"]:
        return f"stale: its settings or files of its image have changed since the measurement of {date}; {AGAIN}"
    if container.stage is None and container.image is not None and _is_another_image(found, container, images):
        return f"stale: {LOCK} has another image than the measurement of {date}; {AGAIN}"
    return ""


def _is_another_image(found: Found, container: Container, images: Images) -> bool:
    from dropcap.images.lock import read_entry
    from dropcap.images.reference import pinned_digest

    if container.image is None:
        return False
    try:
        entry = read_entry(container.image.value, images.workspace)
    except UnreadableError:
        return True
    if entry is None or not entry.id:
        return False
    known = {entry.id, *entry.digests}
    pinned = pinned_digest(container.image.value)
    return found.texts["image"] not in known or bool(pinned and entry.digests and pinned not in known)


def _laid_over(needs: Needs, found: Found, container: Container) -> Needs:
    from dropcap.images.measurements import LITTLE

    measured = _measured(needs, found)
    added = {one.capability for one in measured if one.certainty is not Certainty.DEGRADES}
    shows_little = found.texts["probe"] == LITTLE
    if shows_little:  # what it was seen to fail without is needed; of the rest nothing is shown
        names = {one.capability for one in measured}
        measured += [one for one in needs.needs if one.capability not in names]
        added |= set(needs.cap_add)
    unknown = list(needs.unknown) if shows_little else []
    if container.may_be_set(*_DECIDING) and not shows_little:
        unknown.append(UnknownNeed("its file does not show a setting that decides this", "", found.where))
    if shows_little and unknown:
        reason = f"the measurement of {found.texts['date']} only looked whether it stays up"
        unknown.append(UnknownNeed(reason, _MORE, found.where))
    needless = [name for name in needs.cap_add if name not in added]
    remark = f"measured on {found.texts['date']} with {found.texts['engine']}, probe: {found.texts['probe']}"
    remarks = [Evidence(remark, found.where)]
    if needless:
        remarks.append(Evidence(f"its files show a need for {' '.join(needless)}, and it works without", found.where))
    return needs._replace(
        needs=tuple(sorted(measured, key=lambda one: (_ORDER[one.capability], -one.certainty))),
        alternatives=needs.alternatives if shows_little else (),
        unknown=tuple(unknown),
        cap_add=tuple(sorted(added, key=_ORDER.__getitem__)),
        user=needs.user if added else None,
        smaller=tuple(one for one in needs.smaller if set(one.saves) <= added),
        remarks=(*needs.remarks, *remarks),
    )


def _measured(needs: Needs, found: Found) -> list[Need]:
    made = []
    for kind, certainty in (
        ("needed", Certainty.REQUIRED),
        ("unsure", Certainty.POSSIBLE),
        ("degrades", Certainty.DEGRADES),
    ):
        for name, said in found.capabilities[kind].items():
            if name in _ORDER:
                made.append(_need(name, certainty, said, needs))
    return made


def _need(name: str, certainty: Certainty, said: Located[str], needs: Needs) -> Need:
    inferred = [one for one in needs.needs if one.capability == name]
    phases = {phase.value: phase for phase in Phase}
    phase = phases.get(said.value, Phase.FIRST_START)
    told = {
        Certainty.REQUIRED: f"measured: without it, it fails at the {phase.value}",
        Certainty.POSSIBLE: f"measured, and undecided: {said.value}",
        Certainty.DEGRADES: f"measured: without it, it loses: {said.value}",
    }[certainty]
    evidence = dict.fromkeys((Evidence(told, said), *(each for one in inferred for each in one.evidence)))
    return Need(
        name,
        certainty,
        phase,
        said.value if certainty is Certainty.POSSIBLE else "",
        tuple(evidence),
        loss=said.value if certainty is Certainty.DEGRADES else "",
        instead=next((one.instead for one in inferred if one.instead), ()),
        kind=inferred[0].kind if inferred else None,
    )
