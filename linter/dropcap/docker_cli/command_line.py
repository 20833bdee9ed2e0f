"""One command's words become a container: `docker run`, `podman create`, `docker compose exec --privileged`.

The words are read as the client itself reads them. A word that nobody can know before the line runs hides as
little as possible: the value of `--user` hides the user, `"${ARGS[@]}"` hides everything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dropcap.capabilities.effective import is_root
from dropcap.clients import client_names
from dropcap.docker_cli.commands import find_command
from dropcap.docker_cli.flags import Hole, RefusedError, is_option, read_word, table
from dropcap.docker_cli.run_options import Reading, check_mounts, hide, read_option, shared_by_pod
from dropcap.lang.words import Word
from dropcap.model import Container, Failure, Kind, Level, Located, Unknown
from dropcap.namedtuple import NamedTuple
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dropcap.clients import Command
    from dropcap.docker_cli.flags import Table

__all__ = ["RefusedError", "Word", "read_command", "read_target", "read_words", "refusal"]

# `$IMAGE_NAME`, make's `$(IMG)` and `${{ env.IMG }}`, but not `$CONTAINER_OPTS` nor `${NAME:+--name $NAME}`.
_NOT_IMAGE = r"ARG|ENV|FLAG|MOUNT|OPT|PARAM|PORT|VOL"
_BEFORE_NAME = r"(?i)\$[({]*!?[ ]?(?:[\w-]+\.)*(?![\w-]*\.)"
_IMAGE_LIKE = (
    rf"{_BEFORE_NAME}(?![\w-]*(?:{_NOT_IMAGE}))(?!\w+:?\+)[\w-]*(?:IMAGE|IMG|TAG|CONTAINER|NAME|REPO|REGISTRY)"
    r"(?![\w-]*[ \t]+[^\s}])"
)
_OPTION_LIKE = rf"{_BEFORE_NAME}(?:\w+:?\+|[\w-]*(?:{_NOT_IMAGE}))"
_GIVES_IMAGE = r"(\$\(|`)[^|;&]*\b(build|load|import|images?|pull)\b"
_EXPANSIONS = r"(\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`|\$\w+|\$[@*#?!$-])+"
# What a build says, all of it or one, where its steps may hold or reach more than by default.
_GRANTS = {"build": ("security.insecure", "host"), "podman build": ("cap-add", "host", "unconfined", "disable")}
# What decides the rest where a command names only what is to be different.
_ELSEWHERE = {"service update": "the service already has it", "compose run": "it is in the Compose file"}
_OF_PROCESS = frozenset(
    {"env", "env-file", "env-host", "health-cmd", "init", "interactive", "no-healthcheck", "tty", "workdir"}
)
_WITHOUT_IMAGE = frozenset({Kind.EXEC, Kind.UPDATE, Kind.POD, Kind.BUILD})


class _Place(NamedTuple):
    """What a word is that stands where the image may stand."""

    is_image: bool
    may_be_options: bool


def read_command(words: Sequence[Word]) -> Container | Failure | None:
    """Read a command line, from the program's name on.

    A command in a running container is one to speak of where it is privileged or runs as root: as root it holds
    all that its container may hold, whatever user that was started with. The building of an image is one where
    it allows steps with all capabilities, and `docker compose run` where it changes what its service says of
    capabilities or user. All of them are to be spoken of where their own command names a client.

    Returns:
        A container; a failure where the client refuses the line; None where there is nothing to speak of.

    """
    try:
        return read_words(words)
    except RefusedError as error:
        return refusal(words[0].value.rpartition("/")[2], "this line", error)


def read_words(words: Sequence[Word]) -> Container | None:
    """Read a command line as :func:`read_command` does.

    Raises:
        RefusedError: the client refuses it.

    """
    found = find_command(words)
    return None if found is None else _read(words, found.command, found.at)


def refusal(program: str, what: str, error: RefusedError) -> Failure:
    """Say that a program refuses a line, or what a file makes one of, at the word that is wrong."""
    where = error.word
    message = f"{program} refuses {what}: {error.message}; {error.advice}"
    return Failure(where.source.path, message, Level.ERROR, where.source, where.span)


def _read(words: Sequence[Word], command: Command, at: int) -> Container | None:
    grants = _GRANTS.get(command.reader)
    if grants is not None and not any(grant in word.value for word in words[at:] for grant in grants):
        return None
    reading, target_at = read_target(words, command, at)
    if reading.is_true("help"):
        return None
    rest = words[target_at + 1 :] if command.kind is not Kind.BUILD else ()
    goes_on = any(re.search(client_names(), word.value) for word in rest)
    if command.kind is Kind.EXEC and not _concerns_us(reading) and not goes_on:
        return None
    missing = target_at + command.least - len(words)
    if missing > 0 and not reading.is_shifted:
        arguments = "1 argument" if command.least == 1 else f"{command.least} arguments"
        advice = "name the image" if command.kind not in _WITHOUT_IMAGE else "name the container"
        raise RefusedError(words[at], f"'{command.title}' requires at least {arguments}", advice)
    if target_at < len(words):
        _check_image(reading, words[target_at], command)
    _check_aliases(reading)
    check_mounts(reading)
    if reading.options and reading.reader == "docker":
        from dropcap.docker_cli.combinations import check_combinations  # a line without options needs it not

        check_combinations(reading)
    anchor = Span(words[0].span.start, words[at].span.end)
    container = _container(reading, command, anchor, words[0], words[target_at:])
    if command.table in _ELSEWHERE:
        return _as_change(container, command.table, goes_on=goes_on)
    if command.kind in {Kind.EXEC, Kind.BUILD}:
        is_privileged = container.privileged is not None and container.privileged.value
        is_as_root = command.kind is Kind.EXEC and is_root(container) is True
        is_of_note = is_privileged or is_as_root or bool(container.cap_add) or _shares_machine(container)
        return container if is_of_note or goes_on else None
    return container


def _shares_machine(container: Container) -> bool:
    """Whether a build's steps may reach more of the machine than by default."""
    if container.kind is not Kind.BUILD:
        return False
    spaces = (container.network_mode, container.pid, container.ipc)
    shares = any(space is not None and space.value == "host" for space in spaces)
    return shares or bool(container.build_grants) or bool(container.security_opt)


def read_target(words: Sequence[Word], command: Command, at: int) -> tuple[Reading, int]:
    """Read a command's options, and find its image or container; gives the number of words where there is none.

    Raises:
        RefusedError: the client refuses an option.

    """
    known = table(command.client, command.table)
    reading = Reading(command.client, command.reader)
    target_at = _read_options(reading, words, at + 1, known)
    if target_at == len(words) and command.least and reading.may_be_target is not None:
        # Nothing else can be the image: that word has it, and all behind it are arguments of the container's command.
        target_at = reading.may_be_target
        reading = Reading(command.client, command.reader)
        _read_options(reading, words[:target_at], at + 1, known)
        _take_as_options(reading, words[target_at], target_at)
    return reading, target_at


def _concerns_us(reading: Reading) -> bool:
    return "privileged" in reading.options or "user" in reading.options


def _as_change(container: Container, table_name: str, *, goes_on: bool) -> Container | None:
    """Make a container of what a line changes: all that it does not name is decided elsewhere.

    `docker compose run` takes an entry of one list out of the other one, where it is written in the same way:
    docker/compose pkg/compose/run.go.
    """
    if table_name == "compose run":
        is_of_note = container.cap_add or container.cap_drop or container.mounts or is_root(container)
        if not (is_of_note or goes_on):
            return None
        dropped = {entry.value for entry in container.cap_drop}
        container = container._replace(cap_add=tuple(one for one in container.cap_add if one.value not in dropped))
    rest = Unknown(container.name, _ELSEWHERE[table_name], container.source, container.span)
    return container._replace(unknowns=(*container.unknowns, rest))


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
            _take_as_options(reading, word, index)
        if place.is_image:
            return index
        index += 1
    return index


def _take_as_options(reading: Reading, word: Word, index: int) -> None:
    """Note that a word may be options, and the image with them."""
    hide(reading, word, ())
    reading.shifts.append(word.value)
    if reading.may_be_target is None:
        reading.may_be_target = index


def _place(words: Sequence[Word], index: int, known: Table) -> _Place:
    """Judge a word that is certainly no option: the image, or something that may become anything."""
    word = words[index]
    unknown = word.unknown
    if unknown is None or not _is_all_unknown(word):
        return _Place(is_image=True, may_be_options=False)
    if word.is_several:
        return _Place(is_image=False, may_be_options=True)
    if re.match(_IMAGE_LIKE, unknown) or re.match(_GIVES_IMAGE, unknown):
        return _Place(is_image=True, may_be_options=False)
    is_last = index + 1 == len(words)
    if word.splits:
        is_image = is_last or not (re.match(_OPTION_LIKE, unknown) or _may_be_image(words[index + 1]))
        return _Place(is_image, may_be_options=True)
    # One word, known or not: with an option of the client behind it, it will be an option as well.
    following = "" if is_last else words[index + 1].value.partition("=")[0]
    is_option_of_client = following.startswith("--") and following[2:] in known.by_name and following != "--help"
    return _Place(is_image=not is_option_of_client, may_be_options=is_option_of_client)


def _may_be_image(word: Word) -> bool:
    """Whether a word behind one that may be options is more than a command's name: an option, a path or tag of images.

    `$(cat id) bash` is an image and a command, most likely, and `$MORE team/web:1` options and an image.
    """
    if word.unknown is not None or word.value.startswith("-"):
        return True
    return not word.value.startswith(("/", ".")) and not {"/", ":"}.isdisjoint(word.value)


def _is_all_unknown(word: Word) -> bool:
    return word.value == word.unknown or (word.known_length == 0 and re.fullmatch(_EXPANSIONS, word.value) is not None)


def _check_image(reading: Reading, word: Word, command: Command) -> None:
    """Refuse what Docker's client takes for no image; other clients have forms of their own."""
    is_image = reading.reader == "docker" and command.kind not in _WITHOUT_IMAGE
    if not is_image or word.unknown is not None or reading.is_shifted:
        return
    from dropcap.docker_cli.flag_values import is_image_name

    if not is_image_name(word.value):
        raise RefusedError(word, "invalid reference format", "write the image as name:tag, in lower case")


def _check_aliases(reading: Reading) -> None:
    """Refuse names in a network that has none, as Docker's client does."""
    aliases = reading.options.get("network-alias")
    network = reading.scalars.get("network_mode")
    if reading.reader != "docker" or aliases is None or isinstance(network, Unknown) or reading.is_shifted:
        return
    name = "default" if network is None else network.value
    if name in {"default", "bridge", "host", "none"} or name.startswith("container:"):
        message = "network-scoped aliases are only supported for user-defined networks"
        raise RefusedError(aliases.word, message, "name such a network with --network")


def _given_name(name: str, target: Word | None) -> str:
    """Return a pod's name, which may stand in an option or for itself."""
    return target.value if not name and target is not None and target.unknown is None else name


def _container(reading: Reading, command: Command, anchor: Span, program: Word, words: Sequence[Word]) -> Container:
    """Put the parts together; the words begin with the image, or with the container of `exec`."""
    target = words[0] if words else None
    image = None
    has_image = command.kind not in _WITHOUT_IMAGE and command.table != "compose run"
    if target is not None and has_image and not reading.is_true("rootfs"):
        if not _is_all_unknown(target):
            image = Located(target.value, target.source, target.span)
        if target.unknown is not None and target.value not in reading.shifts:
            hide(reading, target, ("image",))
    arguments = tuple(Located(word.value, word.source, word.span) for word in words[1:])
    for word in words[1:]:
        if word.unknown is not None:
            hide(reading, word, ("command",))
    named = reading.options.get("name")
    name = named.value.text if named is not None and named.value is not None else ""
    fallback = target.value if target is not None else command.title
    found = [*reading.switches.values(), *reading.scalars.values()]
    unknowns = (*reading.unknowns, *(hidden for hidden in found if isinstance(hidden, Unknown)))

    process = None
    if not _OF_PROCESS.isdisjoint(reading.options):
        from dropcap.docker_cli.process_options import process_options

        process = process_options(reading)

    def text(field: str) -> Located[str] | None:
        found = reading.scalars.get(field)
        return None if isinstance(found, Unknown) else found

    def switch(field: str) -> Located[bool] | None:
        found = reading.switches.get(field)
        return None if isinstance(found, Unknown) else found

    def texts(field: str) -> tuple[Located[str], ...]:
        return tuple(reading.lists.get(field, ()))

    return Container(
        kind=command.kind,
        name=name or fallback,
        source=program.source,
        span=anchor,
        engine=command.engine,
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
        limits=texts("limits"),
        entrypoint=tuple(reading.entrypoint) if "entrypoint" in reading.options else None,
        command=arguments or None,
        labels=texts("labels"),
        build_grants=texts("build_grants"),
        pod=text("pod"),
        shares=shared_by_pod(reading) if command.kind is Kind.POD else (),
        given_name=_given_name(name, target) if command.kind is Kind.POD else name,
        process=process,
        refusals=tuple(refusal(program.value.rpartition("/")[2], "this line", one) for one in reading.refused),
        unknowns=unknowns,
    )
