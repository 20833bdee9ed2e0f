"""One command's words become a container: `docker run`, `podman create`, `nerdctl exec --privileged`.

The words are read as the client itself reads them. A word that nobody can know before the line runs hides as
little as possible: the value of `--user` hides the user, `"${ARGS[@]}"` hides everything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.model import Container, Engine, Failure, Kind, Level, Located, Opaque
from dropcap.readers.flags import Hole, Option, RefusedError, Table, Word, is_option, read_word, table
from dropcap.readers.run_options import Reading, hide, read_option
from dropcap.record import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PROGRAMS", "Word", "read_command"]

PROGRAMS = {"docker": Engine.DOCKER, "podman": Engine.PODMAN, "nerdctl": Engine.NERDCTL}
"""The clients that are known, by the name of their program."""

_KINDS = {"run": Kind.RUN, "create": Kind.CREATE, "exec": Kind.EXEC}
# `$IMAGE_NAME`, but not `$CONTAINER_OPTS` nor `${NAME:+--name $NAME}`.
_IMAGE_LIKE = re.compile(
    r"\$\{?!?(?!\w*(?:ARG|ENV|FLAG|MOUNT|OPT|PARAM|PORT|VOL))(?!\w+:?\+)"
    r"\w*(?:IMAGE|IMG|TAG|CONTAINER|NAME|REPO|REGISTRY)",
    re.IGNORECASE,
)
_OPTION_LIKE = re.compile("ARG|FLAG|OPT|PARAM", re.IGNORECASE)
_GIVES_IMAGE = re.compile(r"(\$\(|`)[^|;&]*\b(build|load|import|images?|pull)\b")
_EXPANSIONS = re.compile(r"(\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`|\$\w+|\$[@*#?!$-])+")


class _Place(NamedTuple):
    """What a word is that stands where the image may stand."""

    is_image: bool
    may_be_options: bool


def read_command(words: Sequence[Word]) -> Container | Failure | None:
    """Read a command line, from the program's name on.

    Returns:
        A container; a failure where the client refuses the line; None where it starts no container, or only
        runs a process in one without `--privileged`.

    """
    if not words or words[0].unknown is not None:
        return None
    program = words[0].value.rpartition("/")[2]
    if program not in PROGRAMS:
        return None
    try:
        at = _command_at(words, program)
        return None if at is None else _read(words, program, at)
    except RefusedError as error:
        where = error.word
        message = f"{program} refuses this line: {error.message}; {error.advice}"
        return Failure(where.source.path, message, Level.ERROR, where.source, where.span)


def _command_at(words: Sequence[Word], program: str) -> int | None:
    """Find `run`, `create` or `exec` behind the options for the client as a whole."""
    index, known = 1, table(program, "global")
    while index < len(words):
        word = words[index]
        if word.value == word.unknown and word.splits and _OPTION_LIKE.search(word.unknown):
            index += 1  # `docker $DOCKER_OPTS run`
            continue
        if not is_option(word):
            break
        if word.value == "--":
            index += 1
            break
        try:
            found, index = read_word(words, index, known)
        except RefusedError:
            # What it refuses concerns containers only if it would have started one.
            if any(later.unknown is None and later.value in {"run", "create"} for later in words[index:]):
                raise
            return None
        if any(isinstance(one, Option) and one.flag.name in {"help", "version"} and one.is_true for one in found):
            return None
    if index < len(words) and words[index].value == "container":
        index += 1
    is_ours = index < len(words) and words[index].unknown is None and words[index].value in _KINDS
    return index if is_ours else None


def _read(words: Sequence[Word], program: str, at: int) -> Container | None:
    command = words[at].value
    reading = Reading(program)
    image_at = _read_options(reading, words, at + 1, table(program, command))
    if reading.is_true("help"):
        return None
    if command == "exec" and not reading.is_true("privileged"):
        return None
    if image_at >= len(words) and not reading.is_shifted and not (program == "podman" and command == "exec"):
        message = f"'{program} {command}' requires at least 1 argument"
        raise RefusedError(words[at], message, "name the image" if command != "exec" else "name the container")
    if image_at < len(words):
        _check_image(reading, words[image_at], command)
    _check_aliases(reading)
    grip = Span(words[0].span.start, words[at].span.end)
    return _container(reading, _KINDS[command], grip, words[0], words[image_at:])


def _read_options(reading: Reading, words: Sequence[Word], start: int, known: Table) -> int:
    """Read options up to the image; gives its index, or the number of words if none is found."""
    index = start
    while index < len(words):
        word = words[index]
        if word.value == "--":
            return index + 1
        if is_option(word):
            try:
                found, after = read_word(words, index, known)
                for one in found:
                    if isinstance(one, Hole):
                        hide(reading, one.word, ())
                        reading.shifts.append(one.word.value)
                    else:
                        read_option(reading, one)
            except RefusedError as error:
                if not reading.is_shifted:
                    raise
                # Something unknown before it may end in an option that takes this word.
                hide(reading, error.word, (), f"it depends on {reading.shifts[0]}")
                return len(words)
            reading.shifts += [part.value for part in words[index:after] if part.splits and _is_all_unknown(part)]
            index = after
            continue
        place = _place(words, index, known)
        if place.may_be_options:
            hide(reading, word, ())
            reading.shifts.append(word.value)
        if place.is_image:
            return index
        index += 1
    return index


def _place(words: Sequence[Word], index: int, known: Table) -> _Place:
    """Judge a word that is certainly no option: the image, or something that may become anything."""
    word = words[index]
    unknown = word.unknown
    if unknown is None or not _is_all_unknown(word):
        return _Place(is_image=True, may_be_options=False)
    if word.is_several:
        return _Place(is_image=False, may_be_options=True)
    if _IMAGE_LIKE.match(unknown) or _GIVES_IMAGE.match(unknown):
        return _Place(is_image=True, may_be_options=False)
    is_last = index + 1 == len(words)
    if word.splits:
        return _Place(is_image=is_last, may_be_options=True)
    # One word, known or not: with an option of the client behind it, it will be an option as well.
    following = "" if is_last else words[index + 1].value.partition("=")[0]
    is_option_of_client = following.startswith("--") and following[2:] in known.by_name and following != "--help"
    return _Place(is_image=not is_option_of_client, may_be_options=is_option_of_client)


def _is_all_unknown(word: Word) -> bool:
    return word.value == word.unknown or (word.known_length == 0 and _EXPANSIONS.fullmatch(word.value) is not None)


def _check_image(reading: Reading, word: Word, command: str) -> None:
    """Refuse what Docker's client takes for no image; other clients have forms of their own."""
    if reading.program != "docker" or command == "exec" or word.unknown is not None or reading.is_shifted:
        return
    from dropcap.readers.flag_values import is_image_name

    if not is_image_name(word.value):
        raise RefusedError(word, "invalid reference format", "write the image as name:tag, in lower case")


def _check_aliases(reading: Reading) -> None:
    """Refuse names in a network that has none, as Docker's client does."""
    aliases = reading.options.get("network-alias")
    network = reading.scalars.get("network_mode")
    if reading.program != "docker" or aliases is None or isinstance(network, Opaque) or reading.is_shifted:
        return
    name = "default" if network is None else network.value
    if name in {"default", "bridge", "host", "none"} or name.startswith("container:"):
        message = "network-scoped aliases are only supported for user-defined networks"
        raise RefusedError(aliases.word, message, "name such a network with --network")


def _container(reading: Reading, kind: Kind, grip: Span, program: Word, words: Sequence[Word]) -> Container:
    """Put the parts together; the words begin with the image, or with the container of `exec`."""
    target = words[0] if words else None
    image = None
    if target is not None and kind is not Kind.EXEC and not reading.is_true("rootfs"):
        if not _is_all_unknown(target):
            image = Located(target.value, target.source, target.span)
        if target.unknown is not None and target.value not in reading.shifts:
            hide(reading, target, ("image",))
    command = tuple(Located(word.value, word.source, word.span) for word in words[1:])
    for word in words[1:]:
        if word.unknown is not None:
            hide(reading, word, ("command",))
            break
    named = reading.options.get("name")
    name = named.value.text if named is not None and named.value is not None else ""
    fallback = target.value if target is not None else f"{reading.program} {kind.value}"
    found = [*reading.switches.values(), *reading.scalars.values()]
    opaque = (*reading.opaque, *(hidden for hidden in found if isinstance(hidden, Opaque)))

    def text(field: str) -> Located[str] | None:
        found = reading.scalars.get(field)
        return None if isinstance(found, Opaque) else found

    def switch(field: str) -> Located[bool] | None:
        found = reading.switches.get(field)
        return None if isinstance(found, Opaque) else found

    def texts(field: str) -> tuple[Located[str], ...]:
        return tuple(reading.lists.get(field, ()))

    return Container(
        kind=kind,
        name=name or fallback,
        source=program.source,
        span=grip,
        engine=PROGRAMS[reading.program],
        image=image,
        user=text("user"),
        privileged=switch("privileged"),
        cap_add=texts("cap_add"),
        cap_drop=texts("cap_drop"),
        security_opt=texts("security_opt"),
        network_mode=text("network_mode"),
        pid=text("pid"),
        ipc=text("ipc"),
        uts=text("uts"),
        userns=text("userns"),
        cgroup=text("cgroup"),
        devices=texts("devices"),
        device_rules=texts("device_rules"),
        mounts=tuple(reading.mounts),
        sysctls=texts("sysctls"),
        ports=texts("ports"),
        group_add=texts("group_add"),
        read_only=switch("read_only"),
        entrypoint=tuple(reading.entrypoint) if "entrypoint" in reading.options else None,
        command=command or None,
        labels=texts("labels"),
        opaque=opaque,
    )
