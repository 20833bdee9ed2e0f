"""The keys of a Quadlet unit's [Container] section, and the words of `podman run` that each becomes.

containers/podman c6580b4, ConvertContainer in pkg/systemd/quadlet/quadlet.go, in its order: drops stand before
additions, and PodmanArgs= after all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropcap.lang.unitfile import BrokenError, split, to_word, unquoted
from dropcap.lang.words import Word
from dropcap.model import Located
from dropcap.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dropcap.lang.unitfile import Entry

SUPPORTED = frozenset(
    {
        *("AddCapability", "AddDevice", "AddHost", "Annotation", "AppArmor", "AutoUpdate", "CgroupsMode"),
        *("ContainerName", "ContainersConfModule", "DNS", "DNSOption", "DNSSearch", "DropCapability"),
        *("Environment", "EnvironmentFile", "EnvironmentHost", "Entrypoint", "Exec", "ExposeHostPort"),
        *("GIDMap", "GlobalArgs", "Group", "GroupAdd", "HealthCmd", "HealthInterval", "HealthOnFailure"),
        *("HealthLogDestination", "HealthMaxLogCount", "HealthMaxLogSize", "HealthRetries"),
        *("HealthStartPeriod", "HealthStartupCmd", "HealthStartupInterval", "HealthStartupRetries"),
        *("HealthStartupSuccess", "HealthStartupTimeout", "HealthTimeout", "HostName", "HttpProxy", "IP6"),
        *("IP", "Image", "Label", "LogDriver", "LogOpt", "Mask", "Memory", "Mount", "Network", "NetworkAlias"),
        *("NoNewPrivileges", "Notify", "PidsLimit", "Pod", "PodmanArgs", "PublishPort", "Pull", "ReadOnly"),
        *("ReadOnlyTmpfs", "ReloadCmd", "ReloadSignal", "RemapGid", "RemapUid", "RemapUidSize", "RemapUsers"),
        *("Retry", "RetryDelay", "Rootfs", "RunInit", "SeccompProfile", "Secret", "SecurityLabelDisable"),
        *("SecurityLabelFileType", "SecurityLabelLevel", "SecurityLabelNested", "SecurityLabelType"),
        *("ServiceName", "ShmSize", "StopSignal", "StartWithPod", "StopTimeout", "SubGIDMap", "SubUIDMap"),
        *("Sysctl", "Timezone", "Tmpfs", "UIDMap", "Ulimit", "Unmask", "User", "UserNS", "VolatileTmp", "Volume"),
        "WorkingDir",
    }
)
"""The keys that Quadlet knows; with any other one it makes no service."""

_TRUE = frozenset({"1", "yes", "true", "on"})


class Keys:
    """The entries of a section, its drop-ins' behind them, as each kind of key reads them."""

    def __init__(self, entries: Sequence[Entry], fail: Callable[[Entry, str], None]) -> None:
        """Take the entries; `fail` is told of a value that Podman leaves out."""
        self._entries: dict[str, list[Entry]] = {}
        self._fail = fail
        for entry in entries:
            self._entries.setdefault(entry.key.value, []).append(entry)

    def last(self, key: str) -> Located[str] | None:
        """Give the value of the last one, its double quotation marks taken off; an empty one counts."""
        found = self._entries.get(key)
        return unquoted(found[-1]) if found else None

    def entry(self, key: str) -> Entry | None:
        """Give the last entry with a value."""
        found = self._entries.get(key)
        return found[-1] if found and unquoted(found[-1]).value else None

    def written(self, key: str) -> Sequence[Entry]:
        """Give all that are written, those that are taken back too."""
        return self._entries.get(key, ())

    def all(self, key: str) -> list[Entry]:
        """Give the ones that count: an empty one takes back all before it."""
        entries: list[Entry] = []
        for entry in self._entries.get(key, ()):
            if entry.value.text:
                entries.append(entry)
            else:
                entries.clear()
        return entries

    def truth(self, key: str) -> Located[bool] | None:
        """Give a boolean: whatever is not one of the words for yes is no."""
        found = self.last(key)
        return None if found is None else Located(found.value.lower() in _TRUE, found.source, found.span)

    def texts(self, key: str) -> list[Word]:
        """Give the values, each as one word."""
        return [to_word(entry.value.text, entry.value, entry.span) for entry in self.all(key)]

    def words(self, key: str, *, is_command: bool = False) -> list[Word]:
        """Give the words of all values."""
        return [word for entry in self.all(key) for word in self._split(entry, is_command)]

    def last_words(self, key: str) -> list[Word]:
        """Give the words of the last value."""
        found = self._entries.get(key)
        return self._split(found[-1], is_command=True) if found else []

    def _split(self, entry: Entry, is_command: bool) -> list[Word]:  # noqa: FBT001  # handed on from a keyword
        try:
            return split(entry.value, is_command=is_command)
        except BrokenError as error:
            self._fail(entry, f"Podman ignores this value: {error}")
            return []


def command(keys: Keys, start: Located[str]) -> Iterator[Word]:
    """Give the words of `podman run …`; those that the unit does not write stand at `start`."""

    def own(text: str) -> Word:
        return Word(text, start.source, start.span)

    yield own("podman")
    yield from keys.words("GlobalArgs", is_command=True)
    yield own("run")
    yield from _options(keys)
    yield from keys.words("PodmanArgs", is_command=True)
    image, rootfs = keys.entry("Image"), keys.entry("Rootfs")
    if image is not None:
        yield _whole(unquoted(image))
    elif rootfs is not None:
        yield own("--rootfs")
        yield _whole(unquoted(rootfs))
    else:
        yield own("image")
    yield from keys.last_words("Exec")


def pod_command(keys: Keys, start: Located[str]) -> Iterator[Word]:
    """Give the words of `podman pod create …` that bear on namespaces (ConvertPod there), as :func:`command` does."""

    def own(text: str) -> Word:
        return Word(text, start.source, start.span)

    yield own("podman")
    yield from keys.words("GlobalArgs", is_command=True)
    yield own("pod")
    yield own("create")
    yield from _users(keys)
    yield from _each("--publish", keys.texts("PublishPort"))
    yield from _each("--network", map(_network, keys.texts("Network")))
    yield from _each("--volume", keys.texts("Volume"))
    yield from keys.words("PodmanArgs", is_command=True)


def _options(keys: Keys) -> Iterator[Word]:
    entrypoint = keys.last("Entrypoint")
    if entrypoint is not None:
        yield _whole(entrypoint, "--entrypoint=")
    for key, flag in (("NetworkAlias", "--network-alias"), ("GroupAdd", "--group-add"), ("Tmpfs", "--tmpfs")):
        yield from _each(flag, keys.texts(key))
    yield from _each("--network", map(_network, keys.texts("Network")))
    yield from _security(keys)
    yield from _each("--device", map(_device, keys.words("AddDevice")))
    seccomp = keys.last("SeccompProfile")
    if seccomp is not None:
        yield from _each("--security-opt", [_whole(seccomp, "seccomp=")])
    yield from _each("--cap-drop", keys.words("DropCapability"))
    yield from _each("--cap-add", keys.words("AddCapability"))
    yield from _each("--sysctl", keys.words("Sysctl"))
    read_only = keys.truth("ReadOnly")
    if read_only is not None:
        text = "--read-only" if read_only.value else "--read-only=false"
        yield Word(text, read_only.source, read_only.span)
    for key, flag in (("Memory", "--memory"), ("PidsLimit", "--pids-limit")):
        limit = keys.last(key)
        if limit is not None and limit.value:
            yield from _each(flag, [_whole(limit)])
    yield from _users(keys)
    yield from _each("--volume", keys.texts("Volume"))
    yield from _each("--publish", keys.texts("PublishPort"))
    yield from _each("--label", keys.words("Label", is_command=True))
    yield from _process(keys)
    for key, prefix in (("Mask", "mask="), ("Unmask", "unmask=")):
        yield from _each("--security-opt", [_prefixed(prefix, word) for word in keys.words(key, is_command=True)])
    yield from _each("--mount", keys.words("Mount", is_command=True))
    pod = keys.last("Pod")
    if pod is not None and pod.value:
        yield from _each("--pod", [_whole(pod)])


def _process(keys: Keys) -> Iterator[Word]:
    yield from _each("--env", keys.words("Environment", is_command=True))
    for key, flag in (("WorkingDir", "--workdir"), ("HealthCmd", "--health-cmd")):
        text = keys.last(key)
        if text is not None and text.value:
            yield from _each(flag, [_whole(text)])
    for key, flag in (("RunInit", "--init"), ("EnvironmentHost", "--env-host")):
        found = keys.truth(key)
        if found is not None:
            yield Word(flag if found.value else f"{flag}=false", found.source, found.span)


def _security(keys: Keys) -> Iterator[Word]:
    for key, value in (
        ("NoNewPrivileges", "no-new-privileges"),
        ("SecurityLabelDisable", "label=disable"),
        ("SecurityLabelNested", "label=nested"),
    ):
        found = keys.truth(key)
        if found is not None and found.value:
            yield from _each("--security-opt", [Word(value, found.source, found.span)])
    for key, prefix in (
        ("SecurityLabelType", "label=type:"),
        ("SecurityLabelFileType", "label=filetype:"),
        ("SecurityLabelLevel", "label=level:"),
        ("AppArmor", "apparmor="),
    ):
        text = keys.last(key)
        if text is not None and text.value:
            yield from _each("--security-opt", [_whole(text, prefix)])


def _users(keys: Keys) -> Iterator[Word]:
    user, group = keys.last("User"), keys.last("Group")
    if user is not None and user.value:
        word = _whole(user)
        if group is not None and group.value:
            word = to_word(f"{user.value}:{group.value}", user.source, user.span)
        yield from _each("--user", [word])
    userns = keys.last("UserNS")
    if userns is not None and userns.value:
        yield from _each("--userns", [_whole(userns)])
        return
    remap = keys.last("RemapUsers")
    if remap is not None and remap.value in {"auto", "keep-id"}:
        options = [f"uid={word.value}" for word in keys.words("RemapUid")] if remap.value == "keep-id" else []
        yield from _each("--userns", [Word(":".join([remap.value, *options[:1]]), remap.source, remap.span)])


def _each(flag: str, words: Iterator[Word] | Sequence[Word] | map[Word]) -> Iterator[Word]:
    """Put an option before each word, at the same place."""
    for word in words:
        yield Word(flag, word.source, word.span)
        yield word


def _whole(text: Located[str], prefix: str = "") -> Word:
    """Make one word of a value, with what Quadlet writes before it."""
    return _prefixed(prefix, to_word(text.value, text.source, text.span))


def _prefixed(prefix: str, word: Word) -> Word:
    return word._replace(value=prefix + word.value) if prefix else word


def _network(word: Word) -> Word:
    """Join another unit's container by the name that Quadlet gives it."""
    if word.unknown is None and word.value.endswith(".container"):
        return word._replace(value=f"container:systemd-{word.value.removesuffix('.container')}")
    return word


def _device(word: Word) -> Word:
    """Leave out the hyphen of a device that may be missing."""
    if not word.value.startswith("-"):
        return word
    return word._replace(value=word.value[1:], span=Span(word.span.start + 1, word.span.end))
