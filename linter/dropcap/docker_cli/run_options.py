"""What each option of `run`, `create` and `exec` says about a container, and what an unknown value hides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dropcap.docker_cli import flag_values, quantities
from dropcap.docker_cli.commands import meaning
from dropcap.docker_cli.flags import Part, RefusedError, table
from dropcap.lang.words import reason_of
from dropcap.model import Located, Mount, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dropcap.docker_cli.flags import Option
    from dropcap.lang.words import Word

_SCALARS = {
    "user": "user",
    "network": "network_mode",
    "pid": "pid",
    "ipc": "ipc",
    "uts": "uts",
    "userns": "userns",
    "cgroupns": "cgroup",
}
_LISTS = {
    "cap-add": "cap_add",
    "cap-drop": "cap_drop",
    "security-opt": "security_opt",
    "device": "devices",
    "device-cgroup-rule": "device_rules",
    "sysctl": "sysctls",
    "publish": "ports",
    "group-add": "group_add",
    "label": "labels",
}
_SWITCHES = {"privileged": "privileged", "read-only": "read_only"}
_MOUNTS: dict[str, Callable[[Part], Mount]] = {
    "volume": flag_values.volume,
    "mount": flag_values.mount,
    "tmpfs": flag_values.tmpfs,
}
# Options that take from elsewhere what these fields hold.
_ELSEWHERE = {
    "volumes-from": (("mounts",), "they are in another container"),
    "label-file": (("labels",), "they are in a file"),
    "pod": (("network_mode", "pid", "ipc", "uts", "userns", "ports", "limits"), "the pod decides them"),
}
_POD = "pod"
# What `pod create --share` calls the fields: containers/podman pkg/specgen/generate/namespaces.go.
_SHARED_BY_POD = {"cgroup": "cgroup", "ipc": "ipc", "net": "network_mode", "pid": "pid", "uts": "uts"}
_SHARED_BY_DEFAULT = "ipc,net,uts"
_LIMITS = ("memory", "pids-limit", "cpus", "cpu-quota", "cpuset-cpus", "cgroup-parent")
_INSECURE = "security.insecure"
_HOST_NETWORK = "network.host"
_COMBINED = frozenset(("network", "log-opt"))
# What is read for the sake of what Docker refuses alone.
_JUDGED = frozenset(
    (
        *("add-host", "attach", "blkio-weight", "blkio-weight-device", "cpuset-cpus", "cpuset-mems"),
        *("device-read-bps", "device-read-iops", "device-write-bps", "device-write-iops", "dns", "dns-search"),
        *("expose", "gpus", "ip", "ip6", "isolation", "link", "mac-address", "name", "platform", "pull"),
        *("restart", "stop-signal", "storage-opt", "ulimit", "workdir"),
    )
)
# What the client takes of these and the engine does not: what the container would hold is said all the same.
_JUDGED_LIMITS = frozenset(_LIMITS) - {"cgroup-parent"}
_JUDGED_BY_ENGINE = frozenset(
    ("cpuset-cpus", "cpuset-mems", "isolation", "name", "restart", "stop-signal", "volumes-from", "workdir")
)
# What is judged of Podman's and nerdctl's lines too.
_JUDGED_EVERYWHERE = frozenset({"device", "mount", "publish", "security-opt", "tmpfs", "volume"})
_API_SOCKET = "/var/run/docker.sock"
# These beginnings decide what a value means to the engine, whatever follows.
_ENOUGH = {
    "network_mode": ("container:",),
    "pid": ("container:",),
    "ipc": ("container:",),
    "security_opt": ("seccomp=", "seccomp:", "apparmor=", "apparmor:", "label=", "label:"),
}
_CAPABILITIES_LABEL = "io.containers.capabilities"
_QUOTING = frozenset("'\"\\")
# Also what an editor fills in: `${localEnv:NAME}`.


class Reading:
    """What has been gathered from a command line so far.

    Attributes:
        program: the client's name.
        reader: how values are understood: as by the program's `run`, or as `service`, `compose` and `build` do.
        options: the last option of each name.
        values: all values of the options that are judged together, by name.
        scalars: by field of the container, what its one value is, or what hides it.
        switches: the same for fields that are true or false.
        lists: by field of the container, its values.
        mounts: the mounts.
        known_mounts: those of which all is known, each with its option and as it is written.
        entrypoint: the words of the entry point.
        environment: the values of `--env`.
        unknowns: what hides fields that hold several values, or all fields.
        shifts: what stood before and may have been several words or none, so that the words behind it may
            mean something else.
        may_be_target: the index of the first of these words that may have the image in it.
        refused: what the engine refuses of it, where the client does not.

    """

    def __init__(self, program: str, reader: str = "") -> None:
        """Begin with nothing."""
        self.program = program
        self.reader = reader or program
        self.options: dict[str, Option] = {}
        self.values: dict[str, list[Part]] = {}
        self.scalars: dict[str, Located[str] | Unknown] = {}
        self.switches: dict[str, Located[bool] | Unknown] = {}
        self.lists: dict[str, list[Located[str]]] = {}
        self.mounts: list[Located[Mount]] = []
        self.known_mounts: list[tuple[str, Part, Mount]] = []
        self.entrypoint: list[Located[str]] = []
        self.environment: list[Part] = []
        self.unknowns: list[Unknown] = []
        self.shifts: list[str] = []
        self.may_be_target: int | None = None
        self.refused: list[RefusedError] = []

    def is_true(self, name: str) -> bool:
        """Whether a boolean option was given last as true."""
        option = self.options.get(name)
        return option is not None and option.is_true

    @property
    def is_shifted(self) -> bool:
        """Whether words may mean something else than they seem to."""
        return bool(self.shifts)


def read_option(reading: Reading, option: Option) -> None:
    """Add what an option says.

    Raises:
        RefusedError: Docker's client refuses its value.

    """
    value = option.value
    name = meaning(reading.reader, option.flag.name)
    if not name:
        return
    if name != option.flag.name:
        option = option._replace(flag=option.flag._replace(name=name))
    reading.options[name] = option
    if option.flag.type == "bool":
        _read_switch(reading, option)
    elif value is not None and value.word.is_several:
        hide(reading, value.word, ())
    elif value is not None:
        if name in _COMBINED:
            reading.values.setdefault(name, []).append(value)
        if name in _READERS:
            _READERS[name](reading, option, value)
        elif reading.reader == "docker" and name in _JUDGED:
            _refuse(reading, option, value)


def hide(reading: Reading, word: Word, fields: tuple[str, ...], reason: str = "") -> None:
    """Note that a word may decide these fields, or any where none is named."""
    reading.unknowns.append(unknown_of(word, fields, reason))


def unknown_of(word: Word, fields: tuple[str, ...], reason: str = "") -> Unknown:
    """Say what about a word is not known, and why."""
    text = word.unknown or word.value
    return Unknown(text, reason or word.reason or reason_of(text), word.source, word.span, fields)


def _located(part: Part) -> Located[str]:
    return Located(part.text, part.word.source, part.span)


def _read_switch(reading: Reading, option: Option) -> None:
    word, name = option.word, option.flag.name
    if name == "use-api-socket" and option.is_true:
        mount = Mount("bind", _API_SOCKET, _API_SOCKET, options="--use-api-socket")
        reading.mounts.append(Located(mount, word.source, word.span))
    field = _SWITCHES.get(name)
    if field is None:
        return
    is_known = option.value is None or option.value.is_known
    reading.switches[field] = (
        Located(option.is_true, word.source, word.span) if is_known else unknown_of(word, (field,))
    )


def _read_scalar(reading: Reading, option: Option, value: Part) -> None:
    name = option.flag.name
    field = _SCALARS[name]
    if name == "network" and field in reading.scalars:
        return  # further networks are joined as well; the first one is the mode
    _refuse(reading, option, value)
    if name == "network" and reading.program == "docker":
        value = flag_values.network(value)
    if value.is_known or _is_enough(field, value):
        reading.scalars[field] = _located(value)
    else:
        reading.scalars[field] = unknown_of(value.word, (field,))


def _items(option: Option, value: Part) -> Sequence[Part]:
    if option.flag.type != "slice":
        return (value,)
    try:
        return tuple(flag_values.split_commas(value))
    except ValueError as error:
        if not value.is_known:
            return (value,)
        message = f'invalid argument "{value.text}" for "--{option.flag.name}" flag: {error}'
        raise RefusedError(value.word, message, "put quotation marks around whole items") from None


def _read_list(reading: Reading, option: Option, value: Part) -> None:
    field = _LISTS[option.flag.name]
    for item in _items(option, value):
        _refuse(reading, option, item)
        says_enough = item.is_known or _is_enough(field, item)
        if says_enough or field == "ports":
            reading.lists.setdefault(field, []).append(_located(item))
        if not says_enough:
            hide(reading, item.word, (field,))


def _is_enough(field: str, part: Part) -> bool:
    """Whether the known beginning of a value says all that the engine decides by it."""
    known = part.text[: part.known_length]
    if field == "labels":
        return "=" in known and not known.startswith(_CAPABILITIES_LABEL)
    return known.startswith(_ENOUGH.get(field, "\0"))


def _read_mount(reading: Reading, option: Option, value: Part) -> None:
    if reading.reader != "docker":
        _refuse(reading, option, value)
    try:
        mount = _MOUNTS[option.flag.name](value)
    except ValueError as error:
        if value.is_known and reading.reader in {"docker", "service"}:
            raise RefusedError(value.word, str(error), "write source:target or source:target:ro") from None
        hide(reading, value.word, ("mounts",))
        return
    reading.mounts.append(Located(mount, value.word.source, value.span))
    if value.is_known:
        reading.known_mounts.append((option.flag.name, value, mount))
    else:
        hide(reading, value.word, ("mounts",))


def check_mounts(reading: Reading) -> None:
    """Note the mounts that Docker's engine refuses, each by itself and two at one place.

    The same text given twice with `-v` is one volume, and an anonymous one gives way.
    """
    if reading.reader != "docker" or reading.is_shifted or not reading.known_mounts:
        return
    from dropcap.docker_cli import engine_refusals  # few options need it

    driver = reading.options.get("volume-driver")
    named = driver.value.text if driver is not None and driver.value is not None else ""
    found = reading.known_mounts
    for name, value, mount in found:
        message = flag_values.mount_refusal(name, value.text, mount, named)
        if message is not None:
            reading.refused.append(RefusedError(value.word, message, "write source:target or source:target:ro"))
            return
    tmpfs = {engine_refusals.mount_point(mount.target) for name, _, mount in found if name == "tmpfs"}
    volumes = {value.text: (value, mount) for name, value, mount in found if name == "volume" and mount.source}
    mounts = [(value, mount) for name, value, mount in found if name == "mount"]
    seen: set[str] = set()
    for number, (value, mount) in enumerate((*volumes.values(), *mounts)):
        point = engine_refusals.mount_point(mount.target)
        if point in seen or (number < len(volumes) and point in tmpfs):
            message = f"Duplicate mount point: {point}"
            reading.refused.append(RefusedError(value.word, message, "mount one of them elsewhere"))
            return
        seen.add(point)


def _read_entrypoint(reading: Reading, _: Option, value: Part) -> None:
    """Take one word; Podman reads a JSON list too, and nerdctl takes several options for several words.

    The entry point of a service is split as by a shell; one with quotation marks is left unread.
    """
    if reading.program != "nerdctl":
        reading.entrypoint.clear()
        reading.scalars.pop("entrypoint", None)
    words = [value.text] if value.text else []
    is_split = reading.reader in {"service", "compose"}
    if is_split:
        words = value.text.split()
    if reading.program == "podman" and value.text.startswith("["):
        words = _json_words(value.text) or words
    at = value.word.source, value.span
    reading.entrypoint += [Located(word, *at) for word in words]
    if not value.is_known:
        reading.scalars["entrypoint"] = unknown_of(value.word, ("entrypoint",))
    elif is_split and not _QUOTING.isdisjoint(value.text):
        reading.scalars["entrypoint"] = unknown_of(value.word, ("entrypoint",), "the client splits it as a shell does")


def _read_limit(reading: Reading, option: Option, value: Part) -> None:
    """Keep what limits the container; a value that is not known is left out."""
    name = option.flag.name
    if name in _JUDGED_LIMITS:
        _refuse(reading, option, value)
    text = f"{name}={value.text if value.is_known else ''}"
    reading.lists.setdefault("limits", []).append(Located(text, value.word.source, value.span))


def _read_env(reading: Reading, option: Option, value: Part) -> None:
    _refuse(reading, option, value)
    reading.environment.append(value)


def _read_allow(reading: Reading, _: Option, value: Part) -> None:
    """Note what a build's steps may be granted: docker/buildx util/buildflags/entitlements.go."""
    if value.text == _INSECURE:
        reading.switches["privileged"] = Located(value=True, source=value.word.source, span=value.span)
    elif value.text == _HOST_NETWORK:
        reading.lists.setdefault("build_grants", []).append(_located(value))


def _read_share(reading: Reading, _: Option, value: Part) -> None:
    """Note what the containers of a pod share with it: containers/podman cmd/podman/pods/create.go."""
    reading.lists["shares"] = [_located(value)]
    if not value.is_known:
        hide(reading, value.word, ("shares",))


def shared_by_pod(reading: Reading) -> tuple[str, ...]:
    """Return the fields that a pod's containers have of it; none without its own container."""
    if "infra" in reading.options and not reading.is_true("infra"):
        return ()
    written = reading.lists.get("shares")
    names = written[0].value if written else _SHARED_BY_DEFAULT
    if names.startswith("+"):
        names = f"{_SHARED_BY_DEFAULT},{names[1:]}"
    return tuple(field for name, field in _SHARED_BY_POD.items() if name in names.split(","))


def _read_elsewhere(reading: Reading, option: Option, value: Part) -> None:
    _refuse(reading, option, value)
    if option.flag.name == _POD and value.is_known:
        reading.scalars[_POD] = _located(value)
    fields, reason = _ELSEWHERE[option.flag.name]
    reading.unknowns.append(Unknown(value.text, reason, value.word.source, value.span, fields))


def _json_words(text: str) -> list[str] | None:
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def _refuse(reading: Reading, option: Option, value: Part) -> None:
    """Refuse what Docker's client refuses, and note what others do: what they would start is said all the same."""
    name = option.flag.name
    if value.is_known and name in _JUDGED_EVERYWHERE and reading.reader in {"nerdctl", "podman"}:
        _note_refusal(reading, name, value)
    if reading.reader != "docker" or not value.is_known:
        return
    message = flag_values.docker_refusal(name, value.text)
    if message is None:
        return
    long_name = option.word.value[1:].partition("=")[0]
    is_slip = long_name in table(reading.program, "run").by_name
    advice = f"write --{long_name} with two hyphens" if is_slip else f"see --{name} in `docker run --help`"
    error = RefusedError(value.word, message, advice)
    if name not in _JUDGED_BY_ENGINE:
        raise error
    if not reading.is_shifted:
        reading.refused.append(error)


def _note_refusal(reading: Reading, name: str, value: Part) -> None:
    from dropcap.docker_cli.client_refusals import client_refusal  # a command line of Docker's has no use for it

    message = client_refusal(reading.program, name, value.text)
    if message is not None and not reading.is_shifted:
        advice = f"see --{name} in `{reading.program} run --help`"
        reading.refused.append(RefusedError(value.word, message, advice))


_READERS: dict[str, Callable[[Reading, Option, Part], None]] = {
    **dict.fromkeys(_SCALARS, _read_scalar),
    **dict.fromkeys(_LISTS, _read_list),
    **dict.fromkeys(_MOUNTS, _read_mount),
    **dict.fromkeys(_ELSEWHERE, _read_elsewhere),
    **dict.fromkeys(quantities.NAMES, _refuse),
    **dict.fromkeys(_LIMITS, _read_limit),
    "allow": _read_allow,
    "entrypoint": _read_entrypoint,
    "env": _read_env,
    "share": _read_share,
}
