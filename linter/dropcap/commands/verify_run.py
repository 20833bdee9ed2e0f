"""The services of one project measured one after the other: what each is tried with, and what is told of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from dropcap.commands.progress import Progress
from dropcap.commands.verify_rows import Hide, observed_rows, verified_rows
from dropcap.images.measurements import LITTLE, Measurement
from dropcap.measuring.client import resolved_project
from dropcap.measuring.engine_facts import image_facts, versions
from dropcap.measuring.own_project import RefusedError, own_project
from dropcap.measuring.trial import Probe, ProbeKind, Trial, up
from dropcap.measuring.verification import steps_of, verify
from dropcap.needs.model import Certainty, Phase
from dropcap.writers.verify_table import verified_lines

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from dropcap.measuring.client import Client
    from dropcap.measuring.engine_facts import ImageFacts
    from dropcap.measuring.own_project import OwnProject
    from dropcap.measuring.verification import Verified
    from dropcap.model import Container
    from dropcap.needs.model import Needs

__all__ = ["Session", "Told"]

_BUILD = 3600.0
_SHOWS_LITTLE = "dropcap only saw that it stays up, which shows little of what it needs: give --probe COMMAND"


class Told(NamedTuple):
    """What is told of a service.

    Attributes:
        container: the service.
        lines: the lines for people.
        measured: what is to be kept, but for the digest of its settings; None where nothing is.
        failed: whether it could not be measured.

    """

    container: Container
    lines: tuple[str, ...]
    measured: Measurement | None = None
    failed: bool = False


class Session:
    """Measures services of one project."""

    def __init__(self, client: Client, options: Sequence[str], folder: str, label: str, arguments: Namespace) -> None:
        """Resolve the project.

        Raises:
            NoClientError: Compose does not take it.

        """
        self.images: list[str] = []
        self.label = label
        self._client = client
        self._folder = folder
        self._arguments = arguments
        self._resolved = resolved_project(client, options, folder)
        self._versions = versions(client)

    def measure(self, container: Container, needs: Needs, helpful: Sequence[str], wider: Sequence[str]) -> Told:
        """Measure a service.

        Args:
            container: the service.
            needs: what its files show.
            helpful: what is of use to it, and not needed.
            wider: what it is started from where the suggestion is too little.

        Raises:
            EngineGoneError: the engine does not answer any more.
            LeftError: what was started cannot be removed.
            KeyboardInterrupt: somebody asked to end.

        """
        name = f"dropcap-verify-{uuid.uuid4().hex[:8]}"
        progress = Progress(container.name, steps_of(needs.cap_add, helpful))
        try:
            project = self._project(container.name, name)
            facts = self._prepared(project, name, progress)
            trial = Trial(project, name, self._folder, self._probe(project, facts), self._arguments.seconds)
            if self._arguments.observe:
                return self._observed(container, trial, needs, progress)
            found = verify(self._client, trial, needs.cap_add, helpful, wider, progress.step)
        except RefusedError as error:
            return Told(container, (f"{container.name}: not measured: {error}",), failed=True)
        finally:
            progress.end()
        return self._told(container, trial, facts, _doubted(found, needs, trial.probe.kind), needs)

    def _project(self, service: str, name: str) -> OwnProject:
        arguments = self._arguments
        kept = {"publishes": arguments.publish, "has_binds": arguments.with_binds}
        return own_project(self._resolved, service, self.label, name=name, **kept)

    def _prepared(self, project: OwnProject, name: str, progress: Progress) -> ImageFacts:
        """Build the images that are built, and see that the others are there; return the service's.

        Raises:
            RefusedError: an image is not there.

        """
        import json

        images, built = project.images(), project.built()
        if built:
            progress.say("building")
            self.images += [images[one] for one in built]
            words = ("-p", name, "--project-directory", self._folder, "-f", "-", "build", *built)
            done = self._client.compose(*words, text=json.dumps(project.model), seconds=_BUILD, folder=self._folder)
            if done.code:
                raise RefusedError(f"its image cannot be built: {done.reason}")
        found = {service: image_facts(self._client, image) for service, image in images.items()}
        for service, facts in found.items():
            if facts is None:
                raise RefusedError(f"the image {images[service]} is not here; run `docker compose pull {service}`")
        facts = found.get(project.service)
        if facts is None:
            raise RefusedError("it has no image")
        return facts

    def _probe(self, project: OwnProject, facts: ImageFacts) -> Probe:
        arguments = self._arguments
        told = project.model["services"][project.service].get("healthcheck") or {}
        own = tuple(str(one).replace("$$", "$") for one in told.get("test") or ())
        check = () if told.get("disable") or own[:1] == ("NONE",) else own or facts.health_check
        if arguments.probe:
            return Probe(ProbeKind.INSIDE, arguments.probe, check=check)
        if arguments.probe_host:
            return Probe(ProbeKind.OUTSIDE, arguments.probe_host, check=check)
        return Probe(ProbeKind.HEALTH if check else ProbeKind.STAYS)

    def _observed(self, container: Container, trial: Trial, needs: Needs, progress: Progress) -> Told:
        """List what the processes of a service are asked for.

        Raises:
            RefusedError: that cannot be seen.

        """
        from dropcap.measuring.observing import NotObservedError, Recorder, asked_for, first_process

        progress.step("observing")
        try:
            with Recorder() as recorder, up(self._client, trial, needs.cap_add) as (name, started):
                number = self._client.engine("inspect", "--format={{.Id}}", name).out.strip()
                first = first_process(number) if number and not started.code else None
                if first is None:
                    raise RefusedError("it does not start, or ends too early to observe it")
                self._client.pause(self._arguments.observe)
                is_whole = recorder.is_whole()
        except NotObservedError as error:
            raise RefusedError(str(error)) from None
        notes = [] if is_whole else ["the kernel checked more than dropcap could record"]
        notes.append("a check is not a need: the kernel checks often, and most programs go on without")
        rows = list(observed_rows(asked_for(recorder.lines, first)))
        title = f"{container.name}: observed for {self._arguments.observe:g} s, {self._versions.engine}"
        return Told(container, tuple(verified_lines(title, rows, notes, None)))

    def _told(self, container: Container, trial: Trial, facts: ImageFacts, found: Verified, needs: Needs) -> Told:
        service = trial.project.model["services"][trial.project.service]
        hide = Hide(service)
        title = f"{container.name}: {trial.probe.kind.value}, {self._versions.engine}, kernel {self._versions.kernel}"
        notes = [f"note: {one}" for one in trial.project.notes]
        if found.whole.failed:
            tried = " ".join(found.start) or "nothing"
            notes.insert(0, f"fails with {tried} at the {found.whole.failed}: {hide.shown(found.whole.said)}")
            if self._arguments.begins == "suggestion":
                notes.append("give --from default to begin with more than the suggestion")
            return Told(container, tuple(verified_lines(title, (), notes, None)), failed=True)
        shows_little = trial.probe.kind is ProbeKind.STAYS
        if shows_little:
            notes.append(_SHOWS_LITTLE)
        notes += [
            f"not added: {' or '.join(one.instead)}, which may do in place of {one.capability}"
            for one in {need.capability: need for need in needs.needs if need.instead}.values()
            if one.capability in found.cap_add
        ]
        if found.instead:
            notes.append(f"not added: {' '.join(found.instead)}, of which one is enough while another is missing")
        added = [one for one in found.start if one in found.cap_add or (shows_little and one in found.needless)]
        lines = verified_lines(title, tuple(verified_rows(found, hide, shows_little=shows_little)), notes, added)
        return Told(container, tuple(lines), self._kept(service, trial, facts, found, hide))

    def _kept(
        self, service: Mapping[str, Any], trial: Trial, facts: ImageFacts, found: Verified, hide: Hide
    ) -> Measurement:
        entrypoint, command = service.get("entrypoint"), service.get("command")
        own = (*(entrypoint or ()), *(command or ()))
        if entrypoint is None:
            own = (*facts.words[0], *(command if command is not None else facts.words[1]))
        return Measurement(
            facts.id,
            tuple(str(one).replace("$$", "$") for one in own),
            str(service.get("user") or facts.user),
            "",
            LITTLE if trial.probe.kind is ProbeKind.STAYS else trial.probe.kind.value,
            {name: one.failed for name, one in found.needed.items()},
            {name: ", ".join(map(hide.shown, lost)) for name, lost in found.degrades.items()},
            found.unsure,
            self._versions.engine,
            self._versions.runtime,
            self._versions.kernel,
            datetime.now(timezone.utc).date().isoformat(),
        )


def _doubted(found: Verified, needs: Needs, kind: ProbeKind) -> Verified:
    """Return what was measured, without the claim that it does without what no probe has asked for.

    Hooks are not asked. A health check is seldom meant to try all that a service is for: one that only connects finds
    a daemon that listens, and does not see that its workers cannot start.
    """
    asked = [one for one in needs.needs if one.certainty is not Certainty.DEGRADES]
    hooks = {one.capability for one in asked if one.phase is Phase.HOOK}
    shown = {one.capability for one in asked if one.certainty is Certainty.REQUIRED and not one.condition}
    doubts = dict.fromkeys(shown if kind is ProbeKind.HEALTH else (), _SHOWN)
    doubts |= dict.fromkeys(hooks, "a hook needs it, and no probe tests hooks")
    unsure = {name: doubts[name] for name in (*found.needless, *found.degrades) if name in doubts}
    return found._replace(
        unsure={**found.unsure, **unsure},
        needless=tuple(one for one in found.needless if one not in unsure),
        degrades={name: lost for name, lost in found.degrades.items() if name not in unsure},
    )


_SHOWN = "its files show a need, and the health check passes without it; give a --probe that uses it"
