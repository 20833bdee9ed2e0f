"""All that a rule may import.

A rule is a module with a docstring (its documentation), a constant ``SEVERITY`` and one or more of

* ``check(subject) -> Iterator[Problem]``: asked about each container that a file starts; a :class:`Subject` is a
  :class:`Container` that knows its sets and grades;
* ``check_stage(stage) -> Iterator[Problem]``: asked about each Dockerfile stage, which starts nothing;
* ``check_ignores(ignores) -> Iterator[Problem]``: asked once a run, about the comments and entries of the
  configuration that accept findings; the place of a problem is an :class:`Ignore`'s `where`.

It may have ``fix(subject, problem) -> Fix | None``, asked only where somebody wants a problem mended: what to change,
in the words of the model (:class:`Remove`, :class:`Replace`, :class:`Put`), whatever language the file is written in.
It imports these within that function.

It may have ``COVERS``, the ids of rules that say the same in a milder way: what they say of a container and the
evidence of one of its own problems is left out then. `CONTROLS` are the ids of what it decides in benchmarks and
catalogues: `CIS-5.4`, `CWE-250`. With `ON_BY_DEFAULT = False` it is asked only where somebody names it. With
`FIELDS`, names of a container's fields, it is asked only about containers of which one of these is written: the fewer
rules have something to say of a usual container, the quicker the check.

The module's name, with hyphens for underscores, is the rule's id.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import CapabilitySets, Origin, Refusal
from dropcap.capabilities.engines import default_set
from dropcap.capabilities.grades import Grade, Graded
from dropcap.capabilities.names import NAMES, bare_name, suggest
from dropcap.capabilities.strategy import Strategy
from dropcap.model import (
    Container,
    Declared,
    Engine,
    Instruction,
    Kind,
    Live,
    Located,
    Mount,
    Problem,
    Related,
    Severity,
    Stage,
    Unknown,
)
from dropcap.needs.certainty import Certainty
from dropcap.source import Source, Span
from dropcap.subject import Subject, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Any

    from dropcap.capabilities.host_devices import HostDevice
    from dropcap.capabilities.host_paths import HostPath, Listener
    from dropcap.differences import Difference
    from dropcap.images.file_capabilities import FileCapabilities
    from dropcap.model.changes import Fix, Put, Remove, Replace
    from dropcap.model.ignores import Ignore
    from dropcap.model.live import Process
    from dropcap.needs.model import Need, Needs
    from dropcap.secret_values import Secret
    from dropcap.written_secrets import WrittenSecret

__all__ = [
    "NAMES",
    "CapabilitySets",
    "Certainty",
    "Container",
    "Declared",
    "Difference",
    "Engine",
    "Fix",
    "Grade",
    "Graded",
    "HostDevice",
    "HostPath",
    "Ignore",
    "Instruction",
    "Kind",
    "Listener",
    "Live",
    "Located",
    "Mount",
    "Need",
    "Needs",
    "Origin",
    "Problem",
    "Process",
    "Put",
    "Refusal",
    "Related",
    "Remove",
    "Replace",
    "Secret",
    "Severity",
    "Source",
    "Span",
    "Stage",
    "Strategy",
    "Subject",
    "Unknown",
    "bare_name",
    "can_do_without",
    "commands",
    "default_set",
    "differences",
    "entry_capabilities",
    "file_capabilities",
    "host_device",
    "host_path",
    "image_user",
    "joined",
    "listener",
    "meant_names",
    "names_host",
    "names_secret",
    "narrowed",
    "opened_devices",
    "plain_path",
    "risk",
    "secret_in",
    "startup_user",
    "step_commands",
    "suggest",
    "weakness",
    "written_secrets",
]


_LATE = {
    **dict.fromkeys(("Fix", "Put", "Remove", "Replace"), "model.changes"),
    **dict.fromkeys(("Need", "Needs"), "needs.model"),
    **dict.fromkeys(("HostPath", "Listener"), "capabilities.host_paths"),
    "Difference": "differences",
    "HostDevice": "capabilities.host_devices",
    "Ignore": "model.ignores",
    "Process": "model.live",
    "Secret": "secret_values",
}


def __getattr__(name: str) -> object:
    """Return a record that few rules have a use for: what mends a problem, what a container needs, what paths are."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"dropcap.{_LATE[name]}"), name)


def risk(capability: str) -> Grade:
    """Return how much a capability weighs by itself, in an otherwise ordinary container."""
    from dropcap.capabilities.facts import fact

    return Grade[fact(capability).risk.upper()]


def meant_names(word: str) -> tuple[str, ...]:
    """Return the capabilities that a word was meant to be, each once; none where that is a guess."""
    from dropcap.capabilities.names import certain  # for a fix alone

    return certain(word)


def narrowed(subject: Subject, without: Located[Any] | None = None) -> Fix | None:
    """Return the fix that gives a container what it needs; see :func:`dropcap.narrowing.narrowed`."""
    from dropcap.narrowing import narrowed as found  # for a fix alone

    return found(subject, without)


def startup_user(subject: Subject) -> str | None:
    """Return the user that a container can start as, since its startup does no more as root than become that one."""
    from dropcap.narrowing import startup_user as found  # as above

    return found(subject)


def can_do_without(subject: Subject, name: str) -> bool:
    """Return whether a container is known not to need a capability."""
    from dropcap.narrowing import can_do_without as found  # as above

    return found(subject, name)


def names_secret(name: str) -> bool:
    """Return whether a variable of a name holds a secret, if it holds anything."""
    from dropcap.secret_values import names_secret as found

    return found(name)


def secret_in(name: str, value: str, guesses: Collection[str] = ()) -> Secret | None:
    """Return what secret a variable's value is; see :func:`dropcap.secret_values.secret_in`."""
    from dropcap.secret_values import secret_in as found

    return found(name, value, guesses)


def written_secrets(container: Container) -> Iterator[WrittenSecret]:
    """Give the secrets that a container's file writes out, without their values."""
    if container.process is not None and container.process.environment:
        from dropcap.written_secrets import written_secrets as found  # few containers have variables of their own

        yield from found(container)


def image_user(reference: str) -> str | None:
    """Return whom an image starts as by the catalogue of images; None where it does not say so."""
    from dropcap.images.image_user import image_user as found

    return found(reference)


def host_device(text: str) -> HostDevice | None:
    """Return what an entry of `devices` gives of the host, `/dev/sda:/dev/sda:r`; None where that is harmless."""
    from dropcap.capabilities.host_devices import host_device as found  # few containers have a device

    return found(text)


def opened_devices(rule: str) -> HostDevice | None:
    """Return what a rule of the device control group opens of the host, `b 8:* rwm`; None where that is harmless."""
    from dropcap.capabilities.host_devices import opened_devices as found

    return found(rule)


def host_path(path: str) -> HostPath | None:
    """Return what a path of the host gives to a container that mounts it; None where nothing is known to matter."""
    from dropcap.capabilities.host_paths import host_path as found  # few containers mount more than their data

    return found(path)


def differences(container: Container) -> Iterator[Difference]:
    """Give what differs between a container that exists and its Compose file as it is now."""
    from dropcap.differences import differences as found  # of containers that an engine describes alone

    yield from found(container)


def listener(path: str, target: str = "") -> Listener | None:
    """Return who takes orders at a path of the host, a socket or a folder of such; None where nobody does."""
    from dropcap.capabilities.host_paths import listener as found

    return found(path, target)


def names_host(address: str, *, shares_network: bool) -> bool:
    """Return whether an engine's address, `tcp://host.docker.internal:2375`, is one of the host's own."""
    from dropcap.capabilities.host_paths import names_host as found

    return found(address, shares_network=shares_network)


def plain_path(path: str) -> str:
    """Write a path of the host without dots and doubled slashes, and `/run` for `/var/run`, which is the same."""
    from dropcap.capabilities.host_paths import plain_path as plain

    return plain(path)


def weakness(name: str, value: str) -> str | None:
    """Say what a kernel parameter lets happen at a value that protects less than another; None for all others.

    Args:
        name: the parameter, with dots.
        value: what it is set to, as it is written.

    """
    from dropcap.capabilities.sysctls import weakness as found  # few containers set any

    return found(name, value)


def step_commands(step: Instruction, needle: str) -> Iterator[Sequence[Located[str] | None]]:
    """Give the words of the commands of a RUN instruction, as :func:`commands` does; of others nothing.

    Args:
        step: the instruction.
        needle: a regular expression that is found in the text of every script worth reading.

    Raises:
        UnreadableError: as :func:`commands`.

    """
    if step.keyword == "RUN":
        texts = [step.body.text] if step.body is not None else [word.value for word in step.words or ()]
        if not any(re.search(needle, text) for text in texts):
            return
        from dropcap.images.build_commands import step_commands as found

        yield from found(step, needle)


def commands(script: Source) -> Iterator[Sequence[Located[str] | None]]:
    """Give the words of every simple command of a shell script, as its program would get them.

    The program comes first, without `sudo` and its like; None stands for a word that nobody can know before
    the script runs. Look for the program's name in the script's text first: this imports a parser of shell.

    Raises:
        UnreadableError: the script nests too deeply.

    """
    from dropcap.images.build_commands import commands as found

    yield from found(script)


def file_capabilities(step: Instruction) -> Iterator[FileCapabilities]:
    """Give the capabilities that a build step writes into files.

    Raises:
        UnreadableError: as :func:`commands`.

    """
    if _may_write_capabilities(step):
        from dropcap.images.file_capabilities import written_by

        yield from written_by(step)


def _may_write_capabilities(step: Instruction) -> bool:
    texts = [step.body.text] if step.body is not None else [word.value for word in step.words or ()]
    return step.keyword == "RUN" and any("setcap" in text or "filecap" in text for text in texts)


def entry_capabilities(
    stage: Stage,
    entrypoint: Sequence[Located[str]] | None = None,
    command: Sequence[Located[str]] | None = None,
) -> FileCapabilities | None:
    """Return what a build has written into the file that a container executes first.

    Args:
        stage: what the container's image is built from.
        entrypoint: the container's own entrypoint, or None for the image's.
        command: the container's own command, or None for the image's.

    Returns:
        None where that file has no capabilities in force, or where it is not known which file that is.

    """
    one: Stage | None = stage
    while one is not None and not any(map(_may_write_capabilities, one.steps)):
        one = one.parent
    if one is None:
        return None
    from dropcap.images.entrypoint import entry_capabilities as found

    return found(stage, entrypoint, command)
